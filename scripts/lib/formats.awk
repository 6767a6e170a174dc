# Prints a table for each type that is encoded: CBOR key, field, type, meaning. Reads rustfmt's layout.
# The first paragraph of a doc comment is the meaning.

function plain(text) {
  gsub(/\[`?([A-Za-z_:0-9()]+::)?/, "[", text)
  text = gensub_links(text)
  gsub(/\|/, "\\|", text)
  return text
}
# [`Name`] and [Name](path) become Name.
function gensub_links(text,    before, inside, rest) {
  while (match(text, /\[[^\]]*\](\([^)]*\))?/)) {
    before = substr(text, 1, RSTART - 1)
    inside = substr(text, RSTART + 1)
    rest = substr(text, RSTART + RLENGTH)
    sub(/\].*/, "", inside)
    gsub(/`/, "", inside)
    text = before inside rest
  }
  return text
}
function forget() { doc = ""; is_doc_over = 0; key = ""; shape = ""; is_encoded = 0 }
function key_of(line) { sub(/.*n\(/, "", line); sub(/\).*/, "", line); return line }
function type_of(text) {
  sub(/,$/, "", text)
  gsub(/bystand_[a-z]+::|crate::|relay_api::|super::/, "", text)
  gsub(/Vec<u8>|ByteVec/, "bytes", text)
  gsub(/\[u8; /, "bytes[", text)
  if (sub(/^Box</, "", text)) sub(/>$/, "", text)
  return "`" text "`"
}
function open_table(kind) {
  file_heading()
  printf "\n### %s\n\n", name
  if (doc != "") printf "%s ", plain(doc)
  if (shape != "") print shape
  else if (kind == "enum") print "Array of number and fields."
  else if (kind == "struct") print "Array."
  print ""
  rows = 0
  in_type = kind
  forget()
}
function row(field, type) {
  if (rows++ == 0) print "| key | field | type | meaning |\n| --- | --- | --- | --- |"
  printf "| %s | `%s` | %s | %s |\n", key, field, type, plain(doc)
  forget()
}
function file_heading() {
  if (headed == FILENAME) return
  headed = FILENAME
  printf "\n## %s\n", FILENAME
}

FNR == 1 { in_type = ""; forget() }
/^mod tests|^#\[cfg\(test\)\]/ { nextfile }

# One line of a doc comment; an empty one ends what is taken over.
/^ *\/\/\/ ?/ {
  text = $0
  sub(/^ *\/\/\/ ?/, "", text)
  if (text == "") is_doc_over = 1
  if (!is_doc_over) doc = doc (doc == "" ? "" : " ") text
  next
}
/^#\[derive\(.*Encode/ { is_encoded = 1; next }
/^#\[cbor\(map\)\]/ { shape = "Map."; next }
/^#\[cbor\(index_only\)\]/ { shape = "The number alone."; next }
/^ *#\[/ && /[^a-z]n\(/ { key = key_of($0); if (/ +[a-z]+: [^ ]|\) [A-Z]/) ; next }
/^ *#\[/ { next }

in_type == "" && is_encoded && /^(pub(\([a-z]+\))? )?(struct|enum) / {
  name = $0
  sub(/^(pub(\([a-z]+\))? )?(struct|enum) /, "", name)
  rest = name
  sub(/[ <({;].*/, "", name)
  is_enum = ($0 ~ /enum /)
  if (rest ~ /\);$/) {
    inner = rest
    sub(/^[^(]*\(/, "", inner); sub(/\);$/, "", inner); sub(/^#\[[^]]*\] ?(pub )?/, "", inner)
    open_table("")
    printf "Encoded as %s.\n", type_of(inner)
    in_type = ""
    next
  }
  if (rest ~ /\{$/) open_table(is_enum ? "enum" : "struct")
  else forget()
  next
}
in_type != "" && /^}/ { in_type = ""; forget(); next }

in_type == "struct" && key != "" && /^ +(pub(\([a-z]+\))? )?[a-z_0-9]+: / {
  field = $0
  sub(/^ +(pub(\([a-z]+\))? )?/, "", field)
  type = field
  sub(/:.*/, "", field)
  sub(/^[^:]*: /, "", type)
  row(field, type_of(type))
  next
}
in_type == "enum" && key != "" && /^    [A-Z][A-Za-z0-9]*/ {
  variant = $0
  sub(/^ +/, "", variant)
  inner = variant
  sub(/[ ({,].*/, "", variant)
  type = ""
  if (inner ~ /\(/) {
    sub(/^[^(]*\(/, "", inner); sub(/\),?$/, "", inner)
    gsub(/#\[[^]]*\] ?/, "", inner)
    type = "array of " type_of(inner)
  } else if (inner ~ /\{$/) {
    type = "see below"
    pending = variant
  }
  row(variant, type)
  next
}
# A variant's named fields are an array; they follow indented in the same table.
in_type == "enum" && key != "" && /^        [a-z_0-9]+: / {
  field = $0
  sub(/^ +/, "", field)
  type = field
  sub(/:.*/, "", field)
  sub(/^[^:]*: /, "", type)
  key = "– " key
  row(pending "." field, type_of(type))
  next
}
/^$/ { if (in_type == "") forget() }
