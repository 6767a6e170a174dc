//! Every other way of writing a value is refused, with the right reason.

use std::collections::BTreeMap;

use bystand_wire::{DecodeError, pad};

use super::files::{self, Vector};
use super::rewrite::{self, Defect};
use super::{samples, types};

const NOT_CANONICAL: &str = "not-canonical";
const MALFORMED: &str = "malformed";
const UNKNOWN: &str = "unknown";

#[test]
fn named_cases_are_pinned() {
    files::compare("bad", &named_cases());
}

#[test]
fn named_cases_are_refused_for_their_reason() {
    for (name, vector) in files::read("bad") {
        let reason = match types::reader(&vector.kind)(&vector.bytes) {
            Ok(_) => "taken",
            Err(DecodeError::NotCanonical) => NOT_CANONICAL,
            Err(DecodeError::Malformed(_)) => MALFORMED,
            Err(DecodeError::Unknown(_)) => UNKNOWN,
            Err(DecodeError::TooLong { .. }) => "too-long",
        };
        assert_eq!(Some(reason), vector.refused.as_deref(), "vectors/bad/{name}.hex");
    }
}

#[test]
fn every_item_of_every_body_has_one_form() {
    let mut tried = BTreeMap::new();
    for (name, vector) in bodies() {
        let read = types::reader(&vector.kind);
        for item in rewrite::walk(&rewrite::parse(&vector.bytes)) {
            for defect in Defect::ALL {
                let Some(rewritten) = rewrite::with_defect(&vector.bytes, item, defect) else { continue };
                let result = read(&rewritten);
                assert!(result.is_err(), "{name}: {defect:?} at {item:?} was taken as {result:?}");
                *tried.entry(format!("{defect:?}")).or_insert(0_u32) += 1;
            }
        }
    }
    // Against a walker that finds nothing to rewrite.
    assert_eq!(tried.len(), Defect::ALL.len(), "{tried:?}");
    assert!(tried.values().all(|n| *n >= 20), "{tried:?}");
}

#[test]
fn every_body_ends_where_it_ends() {
    for (name, vector) in bodies() {
        let read = types::reader(&vector.kind);
        for cut in 0..vector.bytes.len() {
            assert!(read(&vector.bytes[..cut]).is_err(), "{name}: cut at {cut}");
        }
        for more in [0x00, 0xf6, 0xff] {
            let longer = [&vector.bytes[..], &[more]].concat();
            assert_eq!(read(&longer), Err(DecodeError::NotCanonical), "{name}: {more:02x} behind it");
        }
    }
}

fn bodies() -> impl Iterator<Item = (String, Vector)> {
    samples::all().into_iter().filter(|(_, v)| v.kind != "Frame" && v.kind != "Padded")
}

fn named_cases() -> BTreeMap<String, Vector> {
    let mut bad = Bad { good: samples::all(), cases: BTreeMap::new() };
    forms(&mut bad);
    lengths(&mut bad);
    values(&mut bad);
    choices(&mut bad);
    frames_and_padding(&mut bad);
    bad.cases
}

struct Bad {
    good: BTreeMap<String, Vector>,
    cases: BTreeMap<String, Vector>,
}

impl Bad {
    /// A case by its bytes; the file is `<base>--<defect>`.
    fn add(&mut self, base: &str, defect: &str, refused: &str, bytes: Vec<u8>) {
        let kind = self.good[base].kind.clone();
        let vector = Vector { kind, refused: Some(refused.to_string()), bytes };
        assert_eq!(self.cases.insert(format!("{base}--{defect}"), vector), None, "{base}--{defect} twice");
    }

    /// A case by a rewriting of the item number `item` (counted as [`rewrite::walk`] does).
    fn rewrite(&mut self, base: &str, item: usize, how: Defect, defect: &str, refused: &str) {
        let bytes = &self.good[base].bytes;
        let tree = rewrite::parse(bytes);
        let rewritten = rewrite::with_defect(bytes, rewrite::walk(&tree)[item], how).expect("possible there");
        self.add(base, defect, refused, rewritten);
    }

    /// A case by exchanging one run of bytes, which must be there exactly once.
    fn replace(&mut self, base: &str, old: &[u8], new: &[u8], defect: &str, refused: &str) {
        let bytes = &self.good[base].bytes;
        let places: Vec<usize> = (0..bytes.len()).filter(|i| bytes[*i..].starts_with(old)).collect();
        let [place] = places[..] else { panic!("{base}--{defect}: found at {places:?}") };
        let replaced = [&bytes[..place], new, &bytes[place + old.len()..]].concat();
        self.add(base, defect, refused, replaced);
    }
}

/// The forms that RFC 8949 §4.2.1 excludes, each once at the top and once inside.
fn forms(bad: &mut Bad) {
    let appended = bad.good["appended"].bytes.clone();
    bad.add("appended", "trailing-byte", NOT_CANONICAL, [&appended[..], &[0]].concat());
    bad.add("appended", "twice", NOT_CANONICAL, [&appended[..], &appended].concat());
    bad.add("appended", "truncated", MALFORMED, appended[..appended.len() - 1].to_vec());
    bad.add("appended", "empty", MALFORMED, vec![]);
    bad.rewrite("appended", 0, Defect::Indefinite, "indefinite-map", NOT_CANONICAL);
    bad.rewrite("appended", 0, Defect::LongerHead, "long-map-length", NOT_CANONICAL);
    bad.rewrite("appended", 1, Defect::LongerHead, "long-key", NOT_CANONICAL);
    bad.rewrite("appended", 2, Defect::LongerHead, "long-int", NOT_CANONICAL);
    bad.rewrite("appended", 0, Defect::UnknownKey, "unknown-key", NOT_CANONICAL);
    bad.rewrite("appended", 0, Defect::DuplicateKey, "duplicate-key", NOT_CANONICAL);
    bad.rewrite("appended", 0, Defect::WrongOrder, "wrong-order", NOT_CANONICAL);
    bad.rewrite("appended", 0, Defect::Tagged, "tagged", MALFORMED);
    bad.rewrite("commit", 0, Defect::NullForAbsent, "null-for-absent", NOT_CANONICAL);
    bad.rewrite("append-report", 2, Defect::Indefinite, "indefinite-bytes", MALFORMED);
    bad.rewrite("append-report", 2, Defect::LongerHead, "long-bytes-length", NOT_CANONICAL);
    bad.rewrite("logged", 4, Defect::Indefinite, "indefinite-text", MALFORMED);
    bad.rewrite("logged", 4, Defect::LongerHead, "long-text-length", NOT_CANONICAL);
    bad.rewrite("erase-context", 4, Defect::Indefinite, "indefinite-array", NOT_CANONICAL);
    bad.rewrite("erase-context", 4, Defect::LongerHead, "long-array-length", NOT_CANONICAL);
    bad.rewrite("frames", 3, Defect::DuplicateKey, "inner-duplicate-key", NOT_CANONICAL);
    bad.rewrite("frames", 3, Defect::UnknownKey, "inner-unknown-key", NOT_CANONICAL);
    bad.rewrite("frames", 3, Defect::WrongOrder, "inner-wrong-order", NOT_CANONICAL);
    bad.rewrite("network", 4, Defect::Indefinite, "inner-indefinite-map", NOT_CANONICAL);
}

/// Lengths that promise more than there is, or nest deeper than anything sensible: no memory is
/// taken on a sender's word, and no stack.
fn lengths(bad: &mut Bad) {
    let four_gib = [0x5a, 0xff, 0xff, 0xff, 0xff];
    bad.replace("append-report", &[0x47, 1, 1], &four_gib, "frame-of-four-gib", MALFORMED);
    let everything = [&[0x5b][..], &[0xff; 8]].concat();
    bad.replace("append-report", &[0x47, 1, 1], &everything, "frame-of-all-memory", MALFORMED);
    let array = [&[0x9b][..], &[0xff; 8]].concat();
    bad.replace("erase-context", &[0x83, 1], &[&array[..], &[1]].concat(), "array-of-all-memory", MALFORMED);
    let map = [&[0xbb][..], &[0xff; 8]].concat();
    bad.replace("created", &[0xa1, 0], &[&map[..], &[0]].concat(), "map-of-all-memory", MALFORMED);
    let created = &bad.good["created"].bytes[1..];
    let nested = [&[0xa2][..], created, &[0x01], &[0x81; 500], &[0x00]].concat();
    let indefinite = [&[0xa2][..], created, &[0x01], &[0x9f; 250], &[0xff; 250]].concat();
    bad.add("created", "nested-500-deep", NOT_CANONICAL, nested);
    bad.add("created", "nested-indefinite-250-deep", NOT_CANONICAL, indefinite);
}

/// Values of the wrong type or outside their range.
fn values(bad: &mut Bad) {
    bad.replace("appended", &[0x02, 0x08], &[0x02, 0x27], "negative-epoch", MALFORMED);
    bad.replace("appended", &[0x02, 0x08], &[0x02, 0xf9, 0x48, 0x00], "epoch-as-float", MALFORMED);
    bad.replace("appended", &[0x02, 0x08], &[0x02, 0x61, 0x38], "epoch-as-text", MALFORMED);
    bad.replace("appended", &[0x02, 0x08], &[0x02, 0xf6], "epoch-null", MALFORMED);
    bad.add("appended", "without-epoch", MALFORMED, {
        let bytes = &bad.good["appended"].bytes;
        [&[0xa2][..], &bytes[1..bytes.len() - 2]].concat()
    });
    bad.replace(
        "erased",
        &[0x00, 0x02],
        &[0x00, 0x1a, 0xff, 0xff, 0xff, 0xff, 0x00],
        "more-than-said",
        NOT_CANONICAL,
    );
    bad.replace("erased", &[0x00, 0x02], &[0x00, 0x1b, 0, 0, 0, 1, 0, 0, 0, 0], "over-u32", MALFORMED);
    let key = [&[0x58, 32][..], &[0x11; 32]].concat();
    bad.replace("signed-bytes", &key, &[&[0x58, 31][..], &[0x11; 31]].concat(), "short-key", MALFORMED);
    bad.replace("signed-bytes", &key, &[&[0x58, 33][..], &[0x11; 33]].concat(), "long-key", MALFORMED);
    bad.replace("signed-bytes", &key, &[&[0x78, 32][..], &[0x11; 32]].concat(), "key-as-text", MALFORMED);
    bad.replace("signed-bytes", &[0x42, 0xa0, 1], &[0x82, 0x18, 0xa0, 1], "bytes-as-array", MALFORMED);
    let solution = [&[0x50][..], &[0x61; 16]].concat();
    bad.replace("work-proof", &solution, &[&[0x4f][..], &[0x61; 15]].concat(), "short-solution", MALFORMED);
    let zone = b"\x6fpowderhorn-park";
    bad.replace("pass", zone, b"\x6fPowderhorn-Park", "zone-in-capitals", MALFORMED);
    bad.replace("pass", zone, b"\x60", "zone-empty", MALFORMED);
    bad.replace("pass", zone, &[&[0x78, 65][..], &[b'a'; 65]].concat(), "zone-too-long", MALFORMED);
    bad.replace("pass", zone, b"\x64a\xcc\x81b", "zone-not-ascii", MALFORMED);
    let week = b"\x682026-W47";
    bad.replace("pass", week, b"\x672026-W7", "week-of-one-digit", MALFORMED);
    bad.replace("pass", week, b"\x682026-W54", "week-54", MALFORMED);
    bad.replace("pass", week, b"\x672026-Q5", "quarter-5", MALFORMED);
    bad.replace("pass", week, b"\x682026-w47", "week-in-lower-case", MALFORMED);
    bad.replace("pass", week, b"\x682026-\xffW4", "period-not-utf8", MALFORMED);
    bad.replace("logged", b"relay.example BBBB", b"relay.exampl\xff BBBB", "text-not-utf8", MALFORMED);
}

/// Choices: `[number, [fields]]`, and a bare number where there are never fields.
fn choices(bad: &mut Bad) {
    bad.replace("live-in-follow-log", &[0x82, 0x02], &[0x82, 0x03], "unknown-choice", MALFORMED);
    bad.add("live-in-follow-log", "number-only", MALFORMED, vec![0x02]);
    bad.add("live-in-follow-log", "without-fields", MALFORMED, vec![0x81, 0x02]);
    bad.add("live-in-follow-log", "empty-fields", MALFORMED, vec![0x82, 0x02, 0x80]);
    bad.add("live-in-follow-log", "one-field-more", NOT_CANONICAL, vec![0x82, 0x02, 0x82, 0x05, 0x00]);
    bad.add("live-in-follow-log", "null-field-more", NOT_CANONICAL, vec![0x82, 0x02, 0x82, 0x05, 0xf6]);
    bad.add("live-in-follow-log", "as-map", MALFORMED, vec![0xa1, 0x02, 0x81, 0x05]);
    bad.add("live-in-follow-log", "third-element", MALFORMED, vec![0x83, 0x02, 0x81, 0x05, 0x00]);
    bad.add("log-kind-issuance-totals", "unknown-kind", MALFORMED, vec![0x06]);
    bad.add("log-kind-issuance-totals", "as-array", MALFORMED, vec![0x82, 0x05, 0x80]);
    bad.add("log-kind-issuance-totals", "as-text", MALFORMED, vec![0x61, 0x35]);
    bad.add("log-kind-issuance-totals", "long-int", NOT_CANONICAL, vec![0x18, 0x05]);
    bad.replace("append-rule-certified", &[0x82, 2, 3], &[0x82, 2, 10], "unknown-role", MALFORMED);
    bad.replace("append-rule-pass", &[0x81, 0x02], &[0x81, 0x06], "unknown-purpose", MALFORMED);
}

fn frames_and_padding(bad: &mut Bad) {
    bad.add("frame-report", "empty", NOT_CANONICAL, vec![]);
    bad.add("frame-report", "version-only", UNKNOWN, vec![1]);
    bad.add("frame-report", "version-0", UNKNOWN, vec![0, 1, 0xaa]);
    bad.add("frame-report", "version-2", UNKNOWN, vec![2, 1, 0xaa]);
    bad.add("frame-report", "kind-0", UNKNOWN, vec![1, 0, 0xaa]);
    bad.add("frame-report", "kind-16", UNKNOWN, vec![1, 16, 0xaa]);
    let good = pad::pad(b"body").expect("fits");
    let changed = |at: usize, to: u8| {
        let mut bytes = good.clone();
        bytes[at] = to;
        bytes
    };
    let sized = |size: usize| {
        let mut bytes = good.clone();
        bytes.resize(size, 0);
        bytes
    };
    bad.add("padded-empty", "dirty-last-byte", NOT_CANONICAL, changed(255, 1));
    bad.add("padded-empty", "dirty-first-byte", NOT_CANONICAL, changed(8, 1));
    bad.add("padded-empty", "length-beyond-end", NOT_CANONICAL, changed(2, 1));
    bad.add("padded-empty", "length-of-four-gib", NOT_CANONICAL, changed(0, 0xff));
    bad.add("padded-empty", "size-too-large", NOT_CANONICAL, sized(1024));
    bad.add("padded-empty", "size-of-none", NOT_CANONICAL, sized(257));
    bad.add("padded-empty", "prefix-only", NOT_CANONICAL, vec![0, 0, 0, 0]);
    bad.add("padded-empty", "half-prefix", NOT_CANONICAL, vec![0, 0]);
}
