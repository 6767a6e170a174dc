use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Files that every language has; the others may come later.
const NEEDED: [&str; 5] = ["public.ftl", "pages.ftl", "alerts.ftl", "advice.ftl", "rights.ftl"];
/// A text with the arguments that it takes.
type Messages = BTreeMap<String, BTreeSet<String>>;

fn folder(tag: &str) -> BTreeMap<&'static str, &'static str> {
    let (_, files) = FOLDERS.iter().find(|(folder, _)| *folder == tag).expect("a folder");
    files.iter().copied().collect()
}

fn messages(source: &str) -> Messages {
    let mut found = Messages::new();
    let mut last = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        let begins = line.chars().next().is_some_and(|c| c.is_ascii_lowercase());
        if let Some((id, _)) = line.split_once(" = ").filter(|_| begins) {
            last = id.to_owned();
            assert!(found.insert(last.clone(), BTreeSet::new()).is_none(), "{id} is there twice");
        }
        let arguments = line.split('$').skip(1).map(|rest| {
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
        });
        found.entry(last.clone()).or_default().extend(arguments);
    }
    found.remove("");
    found
}

fn others() -> impl Iterator<Item = &'static str> {
    FOLDERS.iter().map(|(tag, _)| *tag).filter(|tag| *tag != ENGLISH)
}

#[test]
fn no_language_lacks_a_text_or_has_one_that_english_lacks() {
    let english = folder(ENGLISH);
    let mut wrong = Vec::new();
    for tag in others() {
        let files = folder(tag);
        wrong.extend(NEEDED.iter().filter(|n| !files.contains_key(*n)).map(|name| format!("{tag}/{name}")));
        for (name, source) in &files {
            let (theirs, ours) = (messages(source), messages(english.get(name).copied().unwrap_or_default()));
            let keys = |m: &Messages| m.keys().cloned().collect::<BTreeSet<_>>();
            let odd: Vec<String> = keys(&theirs).symmetric_difference(&keys(&ours)).cloned().collect();
            wrong.extend(odd.into_iter().map(|id| format!("{tag}/{name}: {id}")));
            for (id, arguments) in theirs.iter().filter(|(id, _)| ours.contains_key(*id)) {
                // A language may do without an argument that only picks a word (a number, a month).
                if !arguments.is_subset(&ours[id]) {
                    wrong.push(format!("{tag}/{name}: {id} takes {arguments:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_is_sound_and_says_whether_it_was_reviewed() {
    for (tag, files) in FOLDERS {
        for (name, source) in *files {
            let first = source.lines().next().unwrap_or_default();
            assert!(*tag == ENGLISH || first.starts_with("# reviewed: "), "{tag}/{name}: {first}");
            let errors = bystand_core::texts::errors(source);
            assert!(errors.is_empty(), "{tag}/{name}: {errors:?}");
        }
    }
}

#[test]
fn texts_of_the_pages_are_plain_and_promise_nothing() {
    for name in ["pages.ftl", "rights.ftl"] {
        let source = folder(ENGLISH)[name];
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            let lower = line.to_lowercase();
            for never in [" safe", "illegal", "citizen", "nationality", "all clear", "guarantee"] {
                assert!(!lower.contains(never), "{name}: {line}");
            }
            for sentence in line.split(['.', '?', ':', ';', '=']) {
                let words =
                    sentence.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).count();
                assert!(words <= 22, "{name}: {words} words in {sentence:?}");
            }
        }
    }
}

#[test]
fn every_text_of_the_pages_is_shown_and_every_text_shown_is_there() {
    let code = [
        include_str!("../alerts.rs"),
        include_str!("../card.rs"),
        include_str!("../form.rs"),
        include_str!("../frame.rs"),
        include_str!("../mod.rs"),
        include_str!("../rooms.rs"),
        include_str!("../words.rs"),
    ]
    .concat();
    for name in ["pages.ftl", "rights.ftl"] {
        for id in messages(folder(ENGLISH)[name]).keys() {
            assert!(code.contains(&format!("\"{id}\"")), "{id} is shown nowhere");
        }
    }
    let starts = [
        "nav-",
        "room-",
        "alerts-",
        "true-",
        "ask-",
        "follow-",
        "help-",
        "part-",
        "protects-",
        "page-",
        "form-",
        "door-",
        "rights-",
        "taken-",
        "report-",
        "news-",
        "card-",
        "language-",
    ];
    let english = english();
    for quoted in code.split('"').filter(|q| starts.iter().any(|start| q.starts_with(start))) {
        let is_id = quoted.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        let is_no_text = ["follow-form", "door-knock"].contains(&quoted);
        assert!(!is_id || is_no_text || english.has(quoted), "{quoted} has no text");
    }
}

#[test]
fn english_comes_first_and_each_language_has_its_own_name() {
    assert_eq!(languages().first().map(|texts| texts.tag()), Some("en"));
    let names: BTreeSet<String> = languages().iter().map(|texts| texts.plain("language-name")).collect();
    assert_eq!(names.len(), FOLDERS.len());
    for texts in languages() {
        let direction = texts.plain("language-direction");
        assert!(direction == "ltr" || direction == "rtl", "{}: {direction}", texts.tag());
        assert_eq!(texts.language_of("language-name"), texts.tag());
    }
    assert!(language("ar").is_some_and(Texts::is_right_to_left));
}

#[test]
fn wishes_are_read_with_their_weights() {
    for (part, read) in [
        ("es", Some((1_000, "es"))),
        (" es-MX ; q=0.25", Some((250, "es-MX"))),
        ("en;q=0", None),
        ("", None),
        ("en;q=9", Some((1_000, "en"))),
        ("en;q=x", None),
    ] {
        assert_eq!(wish(part), read, "{part}");
    }
}
