# Which sources hold formats that leave a device. Sourced by scripts/formats and scripts/check-layers.
FORMATS="wire/src/relay_api.rs crypto/src/threshold.rs core/src/network/manifest.rs core/src/network/keynote.rs
core/src/network/certificate.rs core/src/network/invite.rs core/src/network/enroll.rs core/src/network/statements.rs
core/src/report.rs core/src/messages.rs core/src/alerts/statement.rs core/src/room/credential.rs core/src/team/entry.rs
core/src/team/keyring.rs core/src/team/milestone.rs core/src/desk/event.rs core/src/desk/intake.rs core/src/desk/work.rs
core/src/desk/callout/event.rs core/src/desk/finding.rs core/src/desk/alert/event.rs core/src/desk/rumor.rs
core/src/desk/close/event.rs core/src/desk/shift.rs core/src/device/host/book.rs core/src/device/registrar/book.rs
core/src/device/registrar/steward.rs core/src/device/registrar/second.rs"

# formats TREE: the whole document.
formats() {
  local file sources=()
  for file in $FORMATS; do [ ! -f "$1/crates/$file" ] || sources+=("crates/$file"); done
  cat <<'HEAD'
# Formats, field by field

Written by `scripts/formats` from the source; do not edit. What the fields are for is in
[protocol.md](protocol.md).

Everything is deterministic CBOR (RFC 8949 §4.2.1). A *map* has the numbers below as its keys; a field of type `Option`
is left out when it is absent. An *array* holds the fields in the order of their numbers. *Array of number and fields* is
`[number, [fields]]`. `bytes` is a byte string. Identifiers, keys, hashes and signatures are byte strings, periods and
codes text or numbers as their types say; times are milliseconds since 1970 (UTC). `Signed<T>` is encoded as
`SignedBytes`, `ThresholdSigned<T>` as `ThresholdWire`.
HEAD
  [ ${#sources[@]} -eq 0 ] || (cd "$1" && LC_ALL=C awk -f "$ROOT/scripts/lib/formats.awk" "${sources[@]}")
}
