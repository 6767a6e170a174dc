# Prints Rust files as `path:line:code`, without comments and without the content of strings,
# so that a search finds what the program does and not what somebody wrote about it.
# Knows nested block comments, raw strings, character literals and lifetimes. Run with LC_ALL=C.
# With -v shipped=1 a file ends for it where `#[cfg(test)] mod tests {` begins.

FNR == 1 { depth = 0; text = 0; raw = ""; marked = 0; over = 0 }

shipped {
  if (over) next
  if (marked && /^mod [a-z_]+ \{/) { over = 1; next }
  marked = /^#\[cfg\(test\)\]$/ || (marked && /^#\[/)
}

{
  rest = $0
  code = ""
  while (rest != "") {
    if (depth > 0) skip_comment()
    else if (raw != "") skip_raw()
    else if (text) skip_text()
    else take_code()
  }
  if (code ~ /[^ \t]/) print FILENAME ":" FNR ":" code
}

function skip_comment() {
  if (!match(rest, /\/\*|\*\//)) { rest = ""; return }
  depth += (substr(rest, RSTART, 2) == "/*") ? 1 : -1
  rest = substr(rest, RSTART + 2)
}

function skip_raw(    at) {
  at = index(rest, raw)
  if (at == 0) { rest = ""; return }
  rest = substr(rest, at + length(raw))
  code = code "\""
  raw = ""
}

function skip_text() {
  if (!match(rest, /[\\"]/)) { rest = ""; return }
  if (substr(rest, RSTART, 1) == "\"") {
    text = 0
    code = code "\""
    rest = substr(rest, RSTART + 1)
  } else {
    rest = substr(rest, RSTART + 2)
  }
}

function take_code(    mark, before) {
  if (!match(rest, /\/\/|\/\*|"|'/)) { code = code rest; rest = ""; return }
  before = substr(rest, 1, RSTART - 1)
  mark = substr(rest, RSTART, 1)
  rest = substr(rest, RSTART)
  code = code before
  if (mark == "/") {
    if (substr(rest, 2, 1) == "/") { rest = ""; return }
    depth = 1
    rest = substr(rest, 3)
  } else if (mark == "\"") {
    code = code "\""
    rest = substr(rest, 2)
    if (match(code, /(^|[^A-Za-z0-9_])[bc]?r#*"$/)) {
      raw = "\"" hashes(substr(code, RSTART, RLENGTH))
    } else {
      text = 1
    }
  } else if (match(rest, /^'(\\[^ux]|\\x[0-9a-fA-F][0-9a-fA-F]|\\u\{[0-9a-fA-F_]*\}|[^\\']|[\200-\377]+)'/)) {
    code = code "' '"
    rest = substr(rest, RLENGTH + 1)
  } else {
    code = code "'"
    rest = substr(rest, 2)
  }
}

function hashes(opening,    found) {
  found = opening
  gsub(/[^#]/, "", found)
  return found
}
