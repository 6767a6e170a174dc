# Prints the dependencies of Cargo.toml files as `path:line:section:name`, where section is
# dependencies, dev-dependencies or build-dependencies. A renamed one is printed by both names.

/^\[/ {
  section = ""
  header = $0
  gsub(/[][ \t]/, "", header)
  if (header ~ /(^|\.)workspace\./) next
  if (match(header, /(dev-|build-)?dependencies(\.|$)/)) {
    section = substr(header, RSTART, RLENGTH)
    name = substr(header, RSTART + RLENGTH)
    sub(/\.$/, "", section)
    if (name != "") { say(name); in_table = 1 } else in_table = 0
  }
  next
}

section != "" && /^[A-Za-z0-9_-]+/ {
  if (!in_table) {
    match($0, /^[A-Za-z0-9_-]+/)
    say(substr($0, 1, RLENGTH))
  }
  if (match($0, /package *= *"[^"]*"/)) {
    renamed = substr($0, RSTART, RLENGTH)
    gsub(/package *= *|"/, "", renamed)
    say(renamed)
  }
}

function say(name) { print FILENAME ":" FNR ":" section ":" name }
