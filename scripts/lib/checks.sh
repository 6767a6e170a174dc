# The rules that a script can enforce. Sourced by scripts/check-layers.
# Each check is a function that prints one line for each violation, beginning with the place, and
# works on the folder $TREE. In CHECKS: its name, what it enforces, what to do about a violation.

CHECKS=(
  "pure-sources|wire, crypto and core read no clock, draw no randomness and do no I/O|take time, randomness, storage and network as arguments"
  "pure-manifests|wire, crypto and core depend on nothing that could|move what needs it to relay, client or cli"
  "pure-lints|wire, crypto and core forbid unsafe code, undocumented items, indexing and HashMap|restore the attribute in lib.rs or the line in the crate's clippy.toml"
  "primitives|only crypto names a cryptographic library|use or add a function of bystand-crypto"
  "arrows|crates depend downward only|move the code to the crate that may, or the table in scripts/lib/checks.sh with an ADR"
  "one-codec|CBOR is read and written in one place, which refuses every non-canonical form|use bystand_wire::encode, decode or decode_within; what is neither signed nor hashed may be listed in scripts/exceptions.txt"
  "remembering|only the simulator remembers what was verified and opened|work it out again: what is remembered is not wiped (crypto::memo)"
  "refused-words|no field for what the program refuses to record|leave it out (README: what it refuses to do); code that finds and strikes such things is listed in scripts/exceptions.txt"
  "exceptions|every exception from a check is still needed and says why|take the line out, or write the reason"
  "workspace-lints|every crate inherits the workspace's lints|add [lints] workspace = true to its Cargo.toml"
  "lock|Cargo.lock holds the pinned versions, from crates.io only, and no OpenSSL|cargo update -p CRATE --precise VERSION, as Cargo.toml says"
  "licenses|every dependency's license goes with AGPL-3.0-or-later|choose another library, or add the license to scripts/lib/checks.sh with its reason"
  "file-length|source files stay under 600 lines|split by idea, or add it to scripts/exceptions.txt with the reason"
  "drills|every claim of SECURITY.md names a drill that exists, or says *no drill yet*; every drill is named|fill the drill column; bystand drill --list shows what there is"
  "formats|docs/formats.md says what the source says|scripts/formats"
  "links|links between documents lead somewhere|correct the link"
  "machine-paths|nothing names a place on somebody's machine|use a path relative to the repository"
)

PURE="wire crypto core"

# Words of fields that must not exist (README: what it refuses to do, 2 and 3). Compared in lower
# case and without underscores, so that `LicensePlate` and `license_plate` are the same.
REFUSED="licenseplate numberplate platenumber vehicleplate immigrationstatus visastatus residencestatus
 nationality citizenship countryofbirth countryoforigin documentnumber passportnumber passportno aliennumber
 socialsecurity officername agentname officerface agentface facerecognition faceembedding badgenumber
 officerhome officeraddress officerhotel agenthome hotelname"

# The libraries that only bystand-crypto may name.
PRIMITIVES="ed25519-dalek hpke blind-rsa-signatures mls-rs mls-rs-core mls-rs-crypto-rustcrypto
 mls-rs-crypto-hpke mls-rs-crypto-traits chacha20poly1305 sha2 hkdf argon2 equix signed_note tlog_tiles bip39"

# What brings a clock, randomness or I/O into a crate.
IMPURE="tokio getrandom rand axum hyper hyper-util reqwest rusqlite rustls tokio-tungstenite tempfile jiff
 chrono tracing-subscriber mio socket2 async-std smol"

# Which of our crates each may use; then, what its tests may use beside.
declare -A MAY_USE=(
  [wire]="" [crypto]="wire" [core]="wire crypto"
  [relay]="wire crypto core" [client]="wire crypto core" [web]="wire crypto core" [bundler]="crypto"
  [sim]="wire crypto core relay" [cli]="wire crypto core relay client sim"
  [fuzz-targets]="wire crypto core relay"
)
declare -A TESTS_MAY_USE=([client]="relay")

# Licenses that may be combined into a program under AGPL-3.0-or-later.
LICENSES="AGPL-3.0-or-later MIT MIT-0 Apache-2.0 BSD-2-Clause BSD-3-Clause ISC Zlib 0BSD Unlicense CC0-1.0 BSL-1.0
 BlueOak-1.0.0 Unicode-3.0 MPL-2.0 MPL-2.0+ LGPL-3.0-only LGPL-3.0-or-later GPL-3.0-or-later CDLA-Permissive-2.0"

# ---- helpers --------------------------------------------------------------------------------

# files PATTERN: files under version control or about to be, relative to $TREE.
files() {
  if git -C "$TREE" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git -C "$TREE" ls-files --cached --others --exclude-standard -- "$1"
  else
    (cd "$TREE" && find . \( -name 'target*' -o -name .git \) -prune -o -type f -path "./$1" -print | sed 's|^\./||')
  fi | sort | while IFS= read -r file; do [ ! -f "$TREE/$file" ] || printf '%s\n' "$file"; done
}

# code CRATE...: the code of crates (see code-only.awk), `path:line:code`; no name means all.
code() {
  local sources=() crate
  if [ $# -eq 0 ]; then
    mapfile -t sources < <(files 'crates/*.rs' | grep -E '^crates/[^/]+/src/')
  else
    for crate in "$@"; do
      mapfile -t -O ${#sources[@]} sources < <(files "crates/$crate/src/*.rs")
    done
  fi
  [ ${#sources[@]} -eq 0 ] || (cd "$TREE" && LC_ALL=C awk -v shipped="${SHIPPED:-}" -f "$LIB/code-only.awk" "${sources[@]}")
}

# shipped_code CRATE...: the same without tests, neither `mod tests { … }` at the end of a file nor
# files of a module that is declared under #[cfg(test)].
shipped_code() {
  local declared
  declared=$(test_modules "$@")
  SHIPPED=1 code "$@" | awk -F: -v list="$declared" '
    BEGIN { count = split(list, names, "\n"); for (i = 1; i <= count; i++) test[names[i]] = 1 }
    !($1 in test)'
}

# test_modules CRATE...: the files that are compiled for tests only.
test_modules() {
  local crate sources=()
  for crate in "$@"; do mapfile -t -O ${#sources[@]} sources < <(files "crates/$crate/src/*.rs"); done
  (cd "$TREE" && awk '
    /^#\[cfg\(test\)\]$/ { marked = 1; next }
    marked && /^(pub(\([a-z]+\))? )?mod [a-z0-9_]+;/ {
      folder = FILENAME
      if (!sub(/\/(lib|main|mod)\.rs$/, "", folder)) sub(/\.rs$/, "", folder)
      name = $0
      sub(/^.*mod /, "", name)
      sub(/;.*/, "", name)
      print folder "/" name ".rs"
      print folder "/" name "/mod.rs"
    }
    !/^#\[/ { marked = 0 }' "${sources[@]}")
}

# excused CHECK: the files that scripts/exceptions.txt excuses from a check.
excused() {
  sed -nE "s/^$1 ([^ ]+): .{20,}$/\1/p" "$TREE/scripts/exceptions.txt" 2>/dev/null
}

# without_excused CHECK: takes the lines of excused files out of findings.
without_excused() {
  awk -F: -v list="$(excused "$1")" '
    BEGIN { count = split(list, names, "\n"); for (i = 1; i <= count; i++) excused[names[i]] = 1 }
    !($1 in excused)'
}

# dependencies: `path:line:section:name` of every crate.
dependencies() {
  local manifests
  mapfile -t manifests < <(files '*Cargo.toml' | grep -E '^(crates/[^/]+|fuzz/targets)/Cargo.toml$')
  [ ${#manifests[@]} -eq 0 ] || (cd "$TREE" && awk -f "$LIB/manifest.awk" "${manifests[@]}")
}

# alternatives WORD...: as a regular expression.
alternatives() {
  local IFS='|'
  printf '%s' "$*"
}

# ---- the checks -----------------------------------------------------------------------------

check_pure_sources() {
  local impure='(^|[^A-Za-z0-9_])(std::(fs|net|thread|process|env|io::std(in|out|err))([^A-Za-z0-9_]|$)'
  impure+='|std::time::(\{[^}]*)?(Instant|SystemTime)|std::time::\*|std::\{'
  impure+='|(Instant|SystemTime)::now|tokio([^A-Za-z0-9_]|$)|getrandom([^A-Za-z0-9_]|$)|thread_rng|OsRng|SysRng'
  impure+='|rand::(rng|random))'
  # shellcheck disable=SC2086 # a list of words
  shipped_code $PURE | grep -E "$impure" || true
}

check_pure_manifests() {
  local pure impure
  # shellcheck disable=SC2086
  pure=$(alternatives $PURE) impure=$(alternatives $IMPURE)
  dependencies | grep -E "^crates/($pure)/Cargo.toml:[0-9]+:(build-)?dependencies:($impure)$" || true
}

check_pure_lints() {
  local crate file wanted
  for crate in $PURE; do
    file=crates/$crate/src/lib.rs
    for wanted in '#!\[forbid\(unsafe_code\)\]' '#!\[deny\(missing_docs, clippy::indexing_slicing\)\]'; do
      grep -qE "^$wanted" "$TREE/$file" || printf '%s: lacks %s\n' "$file" "${wanted//\\/}"
    done
    file=crates/$crate/clippy.toml
    for wanted in std::time::Instant::now std::time::SystemTime::now std::collections::HashMap; do
      grep -qsF "path = \"$wanted\"" "$TREE/$file" || printf '%s: does not disallow %s\n' "$file" "$wanted"
    done
  done
}

check_primitives() {
  local names
  # shellcheck disable=SC2086
  names=$(alternatives $PRIMITIVES)
  dependencies | grep -vE '^crates/crypto/' | grep -E ":($names)$" || true
  names=${names//-/_}
  code | grep -vE '^crates/crypto/' |
    grep -E "(^|[^A-Za-z0-9_:])($names)::|(^|[^A-Za-z0-9_])(use|extern crate) (::)?($names)([^A-Za-z0-9_]|$)" || true
}

check_arrows() {
  local path line section name crate allowed
  while IFS=: read -r path line section name; do
    case $name in bystand-*) ;; *) continue ;; esac
    crate=${path#crates/} crate=${crate%/Cargo.toml}
    [ "$path" != fuzz/targets/Cargo.toml ] || crate=fuzz-targets
    if [ -z "${MAY_USE[$crate]+known}" ]; then
      printf '%s:%s: the crate %s is not in the table of arrows\n' "$path" "$line" "$crate"
      continue
    fi
    allowed=${MAY_USE[$crate]}
    # A crate names itself where its tests need one of its features.
    [ "$section" != dev-dependencies ] || allowed+=" $crate ${TESTS_MAY_USE[$crate]:-}"
    case " $allowed " in
      *" ${name#bystand-} "*) ;;
      *) printf '%s:%s: %s may not use %s (%s)\n' "$path" "$line" "$crate" "$name" "$section" ;;
    esac
  done < <(dependencies)
}

check_one_codec() {
  one_codec | without_excused one-codec
}

one_codec() {
  local crates
  mapfile -t crates < <(cd "$TREE/crates" && printf '%s\n' */ | tr -d /)
  shipped_code "${crates[@]}" | grep -v '^crates/wire/src/codec\.rs:' |
    grep -E 'minicbor::(decode|encode|to_vec)(_with)? *\(|minicbor::(de|en)code(_with)?[;,}]|(Deco|Enco)der::new'
}

check_remembering() {
  local crates
  mapfile -t crates < <(cd "$TREE/crates" && printf '%s\n' */ | tr -d / | grep -vxE 'crypto|sim')
  shipped_code "${crates[@]}" | grep -E 'memo::|\<Remembering\>' || true
}

check_refused_words() {
  refused_words | without_excused refused-words
}

refused_words() {
  # shellcheck disable=SC2086
  code | awk -v words="$(alternatives $REFUSED)" '{
    line = tolower($0)
    sub(/^[^:]*:[0-9]*:/, "", line)
    gsub(/_/, "", line)
    if (match(line, words)) print $0 "   <- " substr(line, RSTART, RLENGTH)
  }'
}

check_exceptions() {
  local list=scripts/exceptions.txt check file
  [ -f "$TREE/$list" ] || return 0
  grep -nvE '^(#.*)?$|^(one-codec|refused-words|file-length) [^ ]+: .{20,}$' "$TREE/$list" | sed "s|^|$list:|"
  for check in one-codec refused-words file-length; do
    while IFS= read -r file; do
      "${check//-/_}" | grep -qF -- "$file:" || printf '%s: %s needs no exception from %s\n' "$list" "$file" "$check"
    done < <(excused "$check")
  done
}

check_workspace_lints() {
  local file
  while IFS= read -r file; do
    awk '/^\[/ { lints = ($0 == "[lints]") } lints && /^workspace *= *true/ { found = 1 } END { exit !found }' \
      "$TREE/$file" || printf '%s: does not inherit the lints\n' "$file"
  done < <(files '*Cargo.toml' | grep -E '^(crates/[^/]+|fuzz/targets)/Cargo.toml$')
}

check_lock() {
  awk '
    /^name = /    { gsub(/"/, ""); name = $3; line = NR }
    /^version = / { gsub(/"/, ""); version = $3; found[name] = found[name] " " version }
    /^source = / && !/"registry\+https:\/\/github.com\/rust-lang\/crates.io-index"/ {
      print "Cargo.lock:" NR ": " name " comes from " $3
    }
    /^name = / && name ~ /^(openssl|openssl-sys|native-tls)$/ { print "Cargo.lock:" NR ": " name " is not used here" }
    END {
      pin("rsa", "0.10.0-rc.19"); pin("pkcs1", "0.8.0-rc.5"); pin("hpke", "0.15.1"); pin("wasm-bindgen", "0.2.130")
    }
    function pin(crate, wanted) {
      if (crate in found && found[crate] != " " wanted)
        print "Cargo.lock: " crate " must be " wanted " and is" found[crate]
    }' "$TREE/Cargo.lock"
}

# Lines of `crate version|license`.
dependencies_and_licenses() {
  (cd "$TREE" && cargo tree --quiet --locked --workspace --edges normal,build --prefix none --format '{p}|{l}' 2>/dev/null)
}

check_licenses() {
  local list
  # The self-test brings its own list. What cargo says while it downloads is not part of the answer.
  if ! list=$(cat "$TREE/licenses-of-dependencies" 2>/dev/null || dependencies_and_licenses); then
    printf 'Cargo.lock: cargo tree failed: cargo tree --locked --workspace says why\n'
    return
  fi
  # shellcheck disable=SC2086
  sed -e '/^$/d' -e 's/ (\*)$//' -e 's/ ([^|]*)|/|/' <<<"$list" | sort -u |
    awk -v allowed="$(echo $LICENSES)" -f "$LIB/license.awk"
}

check_file_length() {
  file_length | without_excused file-length
}

file_length() {
  local file lines
  while IFS= read -r file; do
    lines=$(awk 'END { print NR }' "$TREE/$file")
    [ "$lines" -le 600 ] || printf '%s: %s lines\n' "$file" "$lines"
  done < <(files 'crates/*.rs' | grep -E '^crates/[^/]+/src/')
}

# Where the table of drills is.
DRILLS=crates/cli/src/commands/drill/attacks/mod.rs

check_drills() {
  [ -f "$TREE/SECURITY.md" ] || return 0
  local line drill
  awk -F'|' '
    !/^[ \t]*\|/ { column = 0; next }
    column == 0 {
      for (i = 2; i < NF; i++) { cell = tolower($i); gsub(/[ \t]/, "", cell); if (cell == "drill" || cell == "drills") column = i }
      if (column == 0) column = -1
      else tables++
      next
    }
    column > 0 && $column !~ /^[ \t:-]*$/ { sub(/^[ \t]+/, "", $column); print NR ":" $column; next }
    column > 0 && $0 !~ /^[ \t|:-]*$/ { print NR ":" }
    END { if (!tables) print "0:no table" }
  ' "$TREE/SECURITY.md" | while IFS=: read -r line drill; do
    case $drill in
      "no table") printf 'SECURITY.md: has no table with a column named drill\n' ;;
      *'`'*'`'* | *"no drill yet"*)
        grep -oE '`[^`]+`' <<<"$drill" | tr -d '`' | while IFS= read -r drill; do
          is_drill "$drill" || printf 'SECURITY.md:%s: there is no drill or test named %s\n' "$line" "${drill#drill: }"
        done
        ;;
      *) printf 'SECURITY.md:%s: the claim names no drill in `backticks` and does not say *no drill yet*\n' "$line" ;;
    esac
  done
  drills_there_are | while IFS= read -r drill; do
    grep -qF -- "\`drill: $drill\`" "$TREE/SECURITY.md" || printf '%s: no claim of SECURITY.md names the drill %s\n' "$DRILLS" "$drill"
  done
}

# drills_there_are: the names of the table that `bystand drill --list` shows.
drills_there_are() {
  sed -nE 's/^ *name: "([a-z-]+)",$/\1/p' "$TREE/$DRILLS" 2>/dev/null || true
}

# is_drill WHAT: whether `drill: NAME` is in that table, or another name is one of a test.
is_drill() {
  case $1 in
    "drill: "*) drills_there_are | grep -qxF -- "${1#drill: }" ;;
    *) grep -rqsF --include='*.rs' -- "$1" "$TREE/crates" ;;
  esac
}

check_links() {
  local file place line target path anchor
  while IFS= read -r file; do
    while IFS=' ' read -r line target; do
      path=${target%%#*} anchor=''
      case $target in *'#'*) anchor=${target#*#} ;; esac
      if [ -z "$path" ]; then place=$TREE/$file; else place=$TREE/$(dirname "$file")/$path; fi
      case $path in /*) printf '%s:%s: %s is not relative\n' "$file" "$line" "$target"; continue ;; esac
      if [ ! -e "$place" ]; then
        printf '%s:%s: %s does not exist\n' "$file" "$line" "$target"
      elif [ -n "$anchor" ] && [ "${place%.md}" != "$place" ] && ! headings "$place" | grep -qxF -- "$anchor"; then
        printf '%s:%s: no heading #%s in %s\n' "$file" "$line" "$anchor" "${path:-$file}"
      fi
    done < <(link_targets "$TREE/$file")
  done < <(files '*.md')
}

# link_targets FILE: `line target` of relative links outside code.
link_targets() {
  awk '
    /^[ \t]*(```|~~~)/ { fenced = !fenced; next }
    fenced { next }
    {
      gsub(/`[^`]*`/, "")
      if (match($0, /^\[[^]]+\]: +[^ ]+/)) { target = $0; sub(/^\[[^]]+\]: +/, "", target); sub(/ .*/, "", target); say(target) }
      while (match($0, /\]\([^() ]+/)) { say(substr($0, RSTART + 2, RLENGTH - 2)); $0 = substr($0, RSTART + RLENGTH) }
    }
    function say(target) { if (target !~ /^[a-z][a-z0-9+.-]*:/) print NR " " target }' "$1"
}

# headings FILE: the anchors of a document.
headings() {
  awk '
    /^[ \t]*(```|~~~)/ { fenced = !fenced; next }
    !fenced && /^#+ / { sub(/^#+ +/, ""); $0 = tolower($0); gsub(/[^a-z0-9 _-]/, ""); gsub(/ /, "-"); print }' "$1"
}

check_machine_paths() {
  # In pieces, so that the pattern does not find itself.
  local places='(^|[^A-Za-z0-9_.}])/(ro''ot|wo''rk|ho''me/[a-z]+|Us''ers/[A-Za-z]+|t''mp/wt)/'
  files '*' | grep -vE '^(Cargo\.lock|LICENSE|data/)' |
    (cd "$TREE" && tr '\n' '\0' | xargs -0 grep -nIE -- "$places" /dev/null) || true
}

# The generated description of the formats is what would be generated now.
check_formats() {
  [ -f "$TREE/docs/formats.md" ] || { printf 'docs/formats.md: missing\n'; return; }
  formats "$TREE" | cmp -s - "$TREE/docs/formats.md" || printf 'docs/formats.md: differs from the source\n'
}
