# Proves that each check can fail: a small tree in which everything is right, then one defect at a
# time, each of which the check of that name must find. Sourced by scripts/check-layers.

# defect CHECK FILE TEXT: appends a line to a file of a fresh tree; the check must name the file.
defect() {
  local check=$1 file=$2 text=$3 found
  fresh_tree
  mkdir -p "$TREE/$(dirname "$file")"
  printf '%s\n' "$text" >>"$TREE/$file"
  expect_found "$check" "$file" "appended to $file: ${text%%$'\n'*}"
}

# change CHECK FILE SED-SCRIPT: edits a file of a fresh tree; the check must name the file.
change() {
  fresh_tree
  sed -i "$3" "$TREE/$2"
  expect_found "$1" "$2" "changed in $2: $3"
}

expect_found() {
  local found
  found=$(run_check "$1")
  if grep -qF -- "${2%%:*}" <<<"$found"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf '%sFAIL%s %s did not find what was %s\n' "$RED" "$PLAIN" "$1" "$3"
  fi
  seen[$1]=1
}

# innocent CHECK FILE TEXT: the check must not mind this.
innocent() {
  fresh_tree
  mkdir -p "$TREE/$(dirname "$2")"
  printf '%s\n' "$3" >>"$TREE/$2"
  expect_nothing "$1" "$3"
}

expect_nothing() {
  local found
  found=$(run_check "$1")
  if [ -z "$found" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf '%sFAIL%s %s minds %s: %s\n' "$RED" "$PLAIN" "$1" "$2" "$found"
  fi
}

fresh_tree() {
  rm -rf "$TREE"
  local crate
  mkdir -p "$TREE/scripts"
  for crate in wire crypto core relay client cli; do
    mkdir -p "$TREE/crates/$crate/src"
    printf '[package]\nname = "bystand-%s"\n[lints]\nworkspace = true\n[dependencies]\n' "$crate" \
      >"$TREE/crates/$crate/Cargo.toml"
    printf '//! Docs may name std::fs and sha2::Sha256.\n#![forbid(unsafe_code)]\n' >"$TREE/crates/$crate/src/lib.rs"
    printf '#![deny(missing_docs, clippy::indexing_slicing)]\n' >>"$TREE/crates/$crate/src/lib.rs"
    printf 'path = "%s"\n' std::time::Instant::now std::time::SystemTime::now std::collections::HashMap \
      >"$TREE/crates/$crate/clippy.toml"
  done
  printf '# Guide\n\n## How to help\n' >"$TREE/GUIDE.md"
  printf '| claim | drill |\n| --- | --- |\n| a | *no drill yet* |\n' >"$TREE/SECURITY.md"
  printf 'name = "rsa"\nversion = "0.10.0-rc.19"\n' >"$TREE/Cargo.lock"
  printf 'a v1|MIT\nb v1 (proc-macro)|Apache-2.0/MIT\nc v1|(MIT OR Apache-2.0) AND Unicode-3.0 (*)\n' \
    >"$TREE/licenses-of-dependencies"
  mkdir -p "$TREE/docs"
  formats "$TREE" >"$TREE/docs/formats.md"
  printf '# Protocol\n' >"$TREE/docs/protocol.md"
}

self_test() {
  local check name lines
  declare -A seen=()
  passed=0 failed=0
  TREE=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf '$TREE'" EXIT

  for check in "${CHECKS[@]}"; do
    innocent "${check%%|*}" GUIDE.md 'Nothing wrong here.'
  done

  local line
  for line in 'use std::fs;' 'let x = std::net::TcpStream::connect(a);' 'use std::time::{Duration, Instant};' \
    'let now = SystemTime::now();' 'std::thread::spawn(f);' 'tokio::spawn(f);' 'getrandom::fill(&mut b);' \
    'let r = rand::rng();' 'let rng = OsRng;' 'use std::{fs, io};'; do
    defect pure-sources crates/core/src/deep/in.rs "$line"
  done
  innocent pure-sources crates/relay/src/lib.rs 'use std::fs;'
  innocent pure-sources crates/core/src/lib.rs 'let a = "std::fs"; /* tokio */ fn f<'"'"'a>() {} // getrandom'
  innocent pure-sources crates/core/src/lib.rs 'use std::time::Duration; let tokios = 1;'
  innocent pure-sources crates/core/src/lib.rs $'#[cfg(test)]\nmod tests {\n    use std::fs;\n}'
  defect pure-sources crates/core/src/lib.rs $'#[cfg(test)]\nuse x;\nmod tests {\n    use std::fs;\n}'
  fresh_tree
  printf '#[cfg(test)]\nmod vectors;\n' >>"$TREE/crates/core/src/lib.rs"
  printf 'use std::fs;\n' >"$TREE/crates/core/src/vectors.rs"
  expect_nothing pure-sources 'a module for tests only'
  printf 'mod vectors;\n' >"$TREE/crates/core/src/lib.rs"
  expect_found pure-sources crates/core/src/vectors.rs 'in a module that is shipped'
  defect pure-sources crates/wire/src/lib.rs 'let a = b'"'"'"'"'"'; use std::fs; // "'

  defect pure-manifests crates/crypto/Cargo.toml 'getrandom.workspace = true'
  defect pure-manifests crates/wire/Cargo.toml $'[target.\'cfg(unix)\'.dependencies]\ntokio = "1"'
  defect pure-manifests crates/core/Cargo.toml $'[dependencies.rand]\nversion = "1"'
  defect pure-manifests crates/core/Cargo.toml 'luck = { version = "1", package = "rand" }'
  innocent pure-manifests crates/core/Cargo.toml $'[dev-dependencies]\ntempfile = "3"'
  innocent pure-manifests crates/core/Cargo.toml 'rand_core.workspace = true'

  change pure-lints crates/wire/src/lib.rs '/forbid/d'
  change pure-lints crates/core/src/lib.rs '/missing_docs/d'
  change pure-lints crates/crypto/clippy.toml '/HashMap/d'

  defect primitives crates/relay/Cargo.toml 'sha2.workspace = true'
  defect primitives crates/cli/Cargo.toml $'[dev-dependencies]\nmls-rs = "0.57"'
  defect primitives crates/core/src/lib.rs 'use ed25519_dalek::SigningKey;'
  defect primitives crates/client/src/lib.rs 'let d = sha2::Sha256::digest(x);'
  defect primitives crates/client/src/lib.rs 'use hpke as seal;'
  innocent primitives crates/crypto/src/lib.rs 'use hpke::Kem;'
  innocent primitives crates/core/src/lib.rs 'use bystand_crypto::hpke::seal; let hpke = 1;'

  defect arrows crates/wire/Cargo.toml 'bystand-crypto.workspace = true'
  defect arrows crates/relay/Cargo.toml 'bystand-client.workspace = true'
  defect arrows crates/core/Cargo.toml $'[dev-dependencies]\nbystand-relay.workspace = true'
  defect arrows crates/novel/Cargo.toml $'[dependencies]\nbystand-wire.workspace = true'
  innocent arrows crates/core/Cargo.toml $'[dev-dependencies]\nbystand-core = { workspace = true, features = ["testing"] }'
  innocent arrows crates/client/Cargo.toml $'[dev-dependencies]\nbystand-relay.workspace = true'
  innocent arrows crates/core/Cargo.toml $'[dev-dependencies]\nbystand-core = { workspace = true, features = ["testing"] }'
  innocent arrows crates/cli/Cargo.toml 'bystand-relay.workspace = true'

  defect one-codec crates/relay/src/lib.rs 'let frame: Frame = minicbor::decode(&bytes)?;'
  defect one-codec crates/core/src/lib.rs 'let mut d = minicbor::Decoder::new(&bytes);'
  defect remembering crates/core/src/lib.rs 'let memo = bystand_crypto::memo::remember();'
  innocent remembering crates/sim/src/lib.rs 'let memo = bystand_crypto::memo::remember();'
  innocent one-codec crates/wire/src/codec.rs 'minicbor::decode(bytes)'
  innocent one-codec crates/wire/src/lib.rs 'fn f(e: minicbor::decode::Error) { bystand_wire::decode(b) }'

  defect refused-words crates/core/src/lib.rs 'pub license_plate: String,'
  defect refused-words crates/relay/src/lib.rs 'struct ImmigrationStatus;'
  defect refused-words crates/cli/src/lib.rs 'officer_name: Option<String>,'
  innocent refused-words crates/core/src/lib.rs 'let advice = "never ask for a document_number"; // nationality'

  change workspace-lints crates/relay/Cargo.toml '/workspace = true/d'
  defect workspace-lints crates/novel/Cargo.toml $'[package]\nname = "novel"'

  change lock Cargo.lock 's/rc.19/rc.20/'
  defect lock Cargo.lock $'name = "x"\nversion = "1"\nsource = "git+https://example.org/x"'
  defect lock Cargo.lock $'name = "openssl-sys"\nversion = "1"'

  fresh_tree
  printf 'd v1|GPL-2.0-only\n' >>"$TREE/licenses-of-dependencies"
  expect_found licenses 'd v1' 'GPL-2.0-only among the dependencies'
  fresh_tree
  printf 'e v1|\n' >>"$TREE/licenses-of-dependencies"
  expect_found licenses 'e v1' 'a dependency without license'
  fresh_tree
  printf 'f v1|MIT AND (Proprietary OR SSPL-1.0)\n' >>"$TREE/licenses-of-dependencies"
  expect_found licenses 'f v1' 'a part under no free license'

  lines=$(awk 'BEGIN { while (n++ < 601) print "// a line" }')
  defect file-length crates/core/src/long.rs "$lines"
  printf 'file-length crates/core/src/long.rs: a table that is read as a whole\n' >"$TREE/scripts/exceptions.txt"
  expect_nothing file-length 'a long file that is excused'
  expect_nothing exceptions 'an exception that is needed'

  defect exceptions scripts/exceptions.txt 'file-length crates/core/src/lib.rs: it was long once upon a time'
  defect exceptions scripts/exceptions.txt 'refused-words crates/core/src/gone.rs: it was here once upon a time'
  defect exceptions scripts/exceptions.txt 'one-codec crates/core/src/lib.rs: it was sealed by ourselves once'
  defect exceptions scripts/exceptions.txt 'pure-sources crates/core/src/lib.rs: a rule without exceptions at all'
  fresh_tree
  printf 'pub license_plate: String,\n' >>"$TREE/crates/core/src/lib.rs"
  printf 'refused-words crates/core/src/lib.rs: because\n' >"$TREE/scripts/exceptions.txt"
  expect_found exceptions scripts/exceptions.txt 'an exception without a real reason'
  expect_found refused-words crates/core/src/lib.rs 'excused without a real reason'

  defect drills SECURITY.md '| b | |'
  defect drills SECURITY.md '| b | somebody will look |'
  defect drills SECURITY.md '| b | `no-such-drill` |'
  defect drills SECURITY.md '| b | `drill: missing_docs` |'
  defect drills SECURITY.md '| b | `drill: no-such-drill`; *no drill yet* for the rest |'
  defect drills crates/cli/src/commands/drill/attacks/mod.rs '        name: "unnamed",'
  change drills SECURITY.md 's/drill |$/proof |/'
  innocent drills SECURITY.md $'| b | `missing_docs` |\n\n| other | table |\n| --- | --- |\n| x | y |'

  change formats docs/formats.md '1s/$/ by hand/'
  fresh_tree
  printf '#[derive(Encode)]\n#[cbor(map)]\npub struct A {\n    #[n(0)]\n    b: u8,\n}\n' >"$TREE/crates/core/src/report.rs"
  expect_found formats docs/formats.md 'a type that was added'
  defect links GUIDE.md 'See [there](docs/no.md).'
  defect links docs/deep/NOTE.md '[up](../GUIDE.md)'
  defect links GUIDE.md '[absolute](/GUIDE.md)'
  defect links GUIDE.md '[part](#no-such-part)'
  defect links GUIDE.md '[ref]: docs/no.md'
  innocent links docs/NOTE.md '[up](../GUIDE.md#how-to-help) [web](https://example.org/x) `[code](no.md)`'

  defect machine-paths GUIDE.md 'Run /ho''me/ada/bystand.'
  defect machine-paths crates/cli/src/lib.rs 'const F: &str = "/ro''ot/x";'
  innocent machine-paths GUIDE.md 'GET /v1/wo''rk/x, ./ho''me/x, ~/x'

  for check in "${CHECKS[@]}"; do
    name=${check%%|*}
    if [ -z "${seen[$name]:-}" ]; then
      failed=$((failed + 1))
      printf '%sFAIL%s %s has no defect here that proves that it can fail\n' "$RED" "$PLAIN" "$name"
    fi
  done
  printf 'self-test of the checks: %s passed, %s failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ]
}
