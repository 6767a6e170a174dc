# Shared by the scripts: where things are, and how they speak. To be sourced by bash.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# The oldest compiler that builds this program.
OLDEST_RUST=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$ROOT/Cargo.toml")

# The one with which everything is checked; rustup chooses it by itself inside this folder.
PINNED_RUST=$(sed -n 's/^channel = "\(.*\)"$/\1/p' "$ROOT/rust-toolchain.toml")

# rustup installs here and does not change the PATH of shells that are already open.
if ! command -v cargo >/dev/null 2>&1 && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
  PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
fi

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  BOLD=$'\e[1m' RED=$'\e[31m' GREEN=$'\e[32m' PLAIN=$'\e[0m'
else
  BOLD='' RED='' GREEN='' PLAIN=''
fi

# stop MESSAGE [WHAT-TO-DO]: ends the script.
stop() {
  printf '%s%s%s\n' "$RED" "$1" "$PLAIN" >&2
  [ $# -lt 2 ] || printf '  What to do: %s\n' "$2" >&2
  exit 1
}

# elapsed: minutes and seconds since the script began.
elapsed() {
  printf '%d:%02d' $((SECONDS / 60)) $((SECONDS % 60))
}

# Where the native build puts its files.
target_dir() {
  printf '%s' "${CARGO_TARGET_DIR:-$ROOT/target}"
}

# version_at_least HAVE WANT: compares dotted numbers.
version_at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# wasm_recipe: prints how this machine can build for the browser.
#   rustup   the compiler has the target's standard library
#   debian   Debian's second compiler, which builds the standard library from its source
#   none     neither
# BYSTAND_WASM chooses one by hand.
wasm_recipe() {
  if [ -n "${BYSTAND_WASM:-}" ]; then
    printf '%s' "$BYSTAND_WASM"
    return
  fi
  local library
  library=$(rustc --print sysroot 2>/dev/null)/lib/rustlib/wasm32-unknown-unknown/lib
  if compgen -G "$library/libstd-*.rlib" >/dev/null; then
    printf rustup
  elif debian_wasm_is_installed; then
    printf debian
  else
    printf none
  fi
}

# The source of the standard library is where the second compiler looks for it.
debian_wasm_is_installed() {
  [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && [ -n "$(debian_wasm_linker)" ] &&
    [ -e "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/std/Cargo.toml" ]
}

# The newest of Debian's linkers for wasm32.
debian_wasm_linker() {
  compgen -G '/usr/bin/wasm-ld*' | sort -V | tail -n 1
}

# browser_cargo COMMAND OPTION...: runs cargo for wasm32-unknown-unknown, the way this machine can (wasm_recipe). Each way
# has its own target directory, so that native and browser builds do not evict each other.
browser_cargo() {
  local recipe command=$1
  shift
  recipe=$(wasm_recipe)
  BROWSER_TARGET_DIR=$ROOT/target-wasm/$recipe
  local options=(--target wasm32-unknown-unknown --target-dir "$BROWSER_TARGET_DIR")
  # The browser's source of randomness, for the libraries that insist on having one.
  local flags='--cfg getrandom_backend="wasm_js"'
  case $recipe in
    rustup) env -u CARGO_TARGET_DIR RUSTFLAGS="$flags" cargo "$command" "${options[@]}" "$@" ;;
    debian)
      env -u CARGO_TARGET_DIR RUSTFLAGS="$flags" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$(debian_wasm_linker)" \
        /usr/bin/cargo "$command" -Zbuild-std=std,panic_abort "${options[@]}" "$@"
      ;;
    *) stop "this machine cannot build for the browser yet" "scripts/setup --for test" ;;
  esac
}

# chromium_program: prints the browser that tests drive; nothing where there is none. CHROMIUM names one by hand.
chromium_program() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" 2>/dev/null; then return; fi
  done
  true
}

# bundle_is_fresh: whether the web app was built, and nothing that it is made from has changed since.
bundle_is_fresh() {
  local bundle=$ROOT/target-web/bundle/hashes.txt
  [ -e "$bundle" ] && (cd "$ROOT" && [ -z "$(find crates/web crates/core crates/crypto crates/wire crates/bundler \
    locales/en Cargo.lock Cargo.toml -type f -newer "$bundle" -not -path '*/tests/*' -print -quit)" ])
}
