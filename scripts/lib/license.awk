# Reads `crate version|SPDX expression` and prints the lines whose license does not go with
# AGPL-3.0-or-later. Variable `allowed`: space-separated SPDX identifiers.

BEGIN { FS = "|"; count = split(allowed, list, " "); for (i = 1; i <= count; i++) ok[list[i]] = 1 }

{
  expression = $2
  # The old way of writing OR.
  gsub(/\//, " OR ", expression)
  gsub(/\(/, " ( ", expression)
  gsub(/\)/, " ) ", expression)
  words = split(expression, word, " ")
  at = 1
  if (words == 0 || !either() || at <= words) print $1 ": " ($2 == "" ? "names no license" : $2)
}

function either(    left, right) {
  left = both()
  while (at <= words && word[at] == "OR") { at++; right = both(); left = left || right }
  return left
}

function both(    left, right) {
  left = one()
  while (at <= words && word[at] == "AND") { at++; right = one(); left = left && right }
  return left
}

function one(    inner, name) {
  if (word[at] == "(") {
    at++
    inner = either()
    at++
    return inner
  }
  name = word[at++]
  # An exception only takes away conditions.
  if (at <= words && word[at] == "WITH") at += 2
  return name in ok
}
