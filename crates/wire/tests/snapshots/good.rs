//! What the program writes is what is checked in, and it reads its own writing.

use std::collections::BTreeSet;

use super::{files, samples, types};

#[test]
fn encodings_are_pinned() {
    files::compare("good", &samples::all());
}

#[test]
fn every_file_is_read_and_written_the_same() {
    for (name, vector) in files::read("good") {
        assert_eq!(types::reader(&vector.kind)(&vector.bytes).as_ref(), Ok(&vector.bytes), "{name}");
    }
}

#[test]
fn every_body_has_a_file() {
    let with_file: BTreeSet<String> = files::read("good").into_values().map(|v| v.kind).collect();
    for (name, _) in types::BODIES {
        assert!(with_file.contains(*name), "{name} has no vector");
    }
}
