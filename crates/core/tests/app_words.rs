//! The app's texts: whatever its source names is there, and whatever is there is named.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The files that only the app reads.
const FILES: [&str; 3] = ["app.ftl", "console.ftl", "steward.ftl"];
/// What stands before a text's id in the source.
const CALLS: [&str; 9] =
    ["t(", "t_with(", "t_count(", "t_count_as(", "confirmed(", "text=", "hint=", "button=", "Err("];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push_str(&fs::read_to_string(&path).expect("a source file"));
        }
    }
}

fn source() -> String {
    let mut found = String::new();
    sources(&root().join("crates/web/src/app"), &mut found);
    found
}

fn ids(file: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("locales/en").join(file)).expect("a file of texts");
    let lines = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    lines.filter_map(|line| Some(line.split_once(" =")?.0.to_owned())).collect()
}

/// The literals of the source, with what stands before each.
fn literals(source: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = source.split('"').collect();
    parts.windows(2).map(|pair| (pair[0].trim_end().to_owned(), pair[1].to_owned())).collect()
}

fn is_id(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[test]
fn every_text_that_the_app_names_is_there() {
    let mut known = BTreeSet::new();
    for file in
        ["app.ftl", "console.ftl", "steward.ftl", "desk.ftl", "public.ftl", "alerts.ftl", "advice.ftl"]
    {
        known.extend(ids(file));
    }
    let named = literals(&source());
    let named =
        named.iter().filter(|(before, text)| is_id(text) && CALLS.iter().any(|call| before.ends_with(call)));
    let missing: BTreeSet<&String> =
        named.map(|(_, text)| text).filter(|text| !known.contains(*text)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_text_of_the_app_is_named_somewhere() {
    let literals = literals(&source());
    let whole: BTreeSet<&str> =
        literals.iter().map(|(_, text)| text.as_str()).filter(|text| is_id(text)).collect();
    let begun: Vec<&str> = literals
        .iter()
        .filter_map(|(_, text)| text.split_once('{'))
        .map(|(start, _)| start)
        .filter(|s| s.len() > 2)
        .collect();
    for file in FILES {
        let unused: Vec<String> = ids(file)
            .into_iter()
            .filter(|id| !whole.contains(id.as_str()) && !begun.iter().any(|start| id.starts_with(start)))
            .collect();
        assert!(unused.is_empty(), "{file}: {unused:?}");
    }
}
