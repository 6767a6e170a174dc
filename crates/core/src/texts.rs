//! Every text a person reads, in Fluent files under `locales/` at the root, one folder a language.
//!
//! Code names a text by its id and never writes English itself. [`ids`] lists all ids that code can
//! name; a test holds that list against the files, both ways. Alerts have no free text: [`Texts::alert`]
//! says from a template what a note's fields say, in any language a person has reviewed.
//!
//! The English files that code of this crate names are built in. Other languages are made from their files
//! ([`Texts::language`]) by whoever has them: the relay has all built in, a browser fetches one. What people must be
//! able to rely on is shown in a language only when a person has checked it ([`Guarded`]).
//!
//! Times are shown as local clock times; the shell gives the offset from UTC.

use std::collections::BTreeSet;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

mod alert;
mod ids;
mod language;

pub use alert::{AlertText, clock_time};
pub use ids::{attention_id, ids, news_id, verdict_id};
use language::Clock;
pub use language::{Guarded, TextFile, is_reviewed};

/// The English files that this crate names texts of.
const ENGLISH: [&str; 4] = [
    include_str!("../../../locales/en/desk.ftl"),
    include_str!("../../../locales/en/public.ftl"),
    include_str!("../../../locales/en/alerts.ftl"),
    include_str!("../../../locales/en/advice.ftl"),
];

/// Something to put into a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arg<'a> {
    /// Words.
    Text(&'a str),
    /// A number, which may decide between singular and plural.
    Count(u32),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Arg::Text(text)
    }
}

impl From<u32> for Arg<'_> {
    fn from(count: u32) -> Self {
        Arg::Count(count)
    }
}

/// The texts of one language.
pub struct Texts {
    tag: String,
    bundle: FluentBundle<FluentResource>,
    /// Answers for what the bundle lacks; English has none.
    english: Option<Arc<Texts>>,
    held_back: BTreeSet<Guarded>,
    clock: Clock,
}

impl core::fmt::Debug for Texts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Texts").field("locales", &self.bundle.locales).finish_non_exhaustive()
    }
}

impl Texts {
    /// American English as the terminal shows it, with 24 hours a day.
    pub fn english() -> Texts {
        Texts::of("en-US", &ENGLISH)
    }

    fn of(tag: &str, files: &[&str]) -> Texts {
        let language: LanguageIdentifier = tag.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // The marks around arguments are for text of mixed direction; terminals show them as garbage.
        bundle.set_use_isolating(false);
        for file in files {
            // The files are ours and their test demands that they parse; whatever could be read is used.
            let resource = match FluentResource::try_new((*file).to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            bundle.add_resource_overriding(resource);
        }
        Texts {
            tag: tag.to_owned(),
            bundle,
            english: None,
            held_back: BTreeSet::new(),
            clock: Clock::TwentyFour,
        }
    }

    /// Whether there is a text of this id.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id) || self.english.as_ref().is_some_and(|english| english.has(id))
    }

    /// A text. An unknown id gives the id itself, so that a gap is seen and nothing fails over it.
    pub fn get(&self, id: &str, args: &[(&str, Arg<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|message| message.value()) else {
            return self.english.as_ref().map_or_else(|| id.to_owned(), |english| english.get(id, args));
        };
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            match arg {
                Arg::Text(text) => values.set(*name, *text),
                Arg::Count(count) => values.set(*name, *count),
            }
        }
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned()
    }

    /// A text without arguments.
    pub fn plain(&self, id: &str) -> String {
        self.get(id, &[])
    }
}

/// What in a file cannot be read as Fluent; nothing for a sound one. For tests of the files there are.
pub fn errors(source: &str) -> Vec<String> {
    match FluentResource::try_new(source.to_owned()) {
        Ok(_) => Vec::new(),
        Err((_, errors)) => errors.iter().map(ToString::to_string).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Each message of the files with its lines.
    fn messages() -> BTreeMap<String, String> {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        let mut last = String::new();
        for line in ENGLISH.iter().flat_map(|file| file.lines()) {
            if let Some((id, text)) =
                line.split_once(" = ").filter(|(id, _)| !id.starts_with([' ', '#', '{']))
            {
                last = id.to_owned();
                assert!(found.insert(last.clone(), text.to_owned()).is_none(), "{id} is there twice");
            } else if !line.starts_with('#') && !line.is_empty() {
                found.entry(last.clone()).or_default().push_str(line);
            }
        }
        found
    }

    #[test]
    fn the_files_parse() {
        for file in ENGLISH {
            let errors = FluentResource::try_new(file.to_owned()).err().map(|(_, errors)| errors);
            assert_eq!(errors, None);
        }
    }

    #[test]
    fn every_id_of_the_code_has_a_text_and_every_text_an_id() {
        let (known, written): (BTreeSet<String>, BTreeSet<String>) =
            (ids().into_iter().collect(), messages().into_keys().collect());
        let missing: Vec<_> = known.difference(&written).collect();
        let unused: Vec<_> = written.difference(&known).collect();
        assert!(missing.is_empty() && unused.is_empty(), "missing: {missing:?}, unused: {unused:?}");
        let texts = Texts::english();
        assert!(known.iter().all(|id| texts.has(id)));
    }

    #[test]
    fn nothing_is_ever_called_safe_and_nothing_asks_for_status() {
        for (id, text) in messages() {
            let lower = text.to_lowercase();
            assert!(!lower.contains("safe"), "{id}: silence is not safety");
            for never in ["illegal", "alien ", "citizen", "nationality", "all clear"] {
                assert!(!lower.contains(never), "{id}: {never}");
            }
        }
    }

    #[test]
    fn sentences_are_short_enough_to_read_in_a_hurry() {
        for (id, text) in messages() {
            for sentence in text.split(['.', '?', ':', ';']) {
                let words =
                    sentence.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).count();
                let limit = if id == "handover-line" { 40 } else { 22 };
                assert!(words <= limit, "{id}: {words} words in {sentence:?}");
            }
        }
    }

    #[test]
    fn arguments_and_plurals_are_filled_in() {
        let texts = Texts::english();
        for (id, args, text) in [
            ("rumor-times", vec![("count", Arg::Count(1))], "Asked once."),
            ("rumor-times", vec![("count", Arg::Count(10))], "Asked 10 times."),
            ("guidance-distance", vec![("feet", Arg::Count(25))], "Keep at least 25 feet away."),
            (
                "page-empty",
                vec![("hours", Arg::Count(2))],
                "No confirmed activity reported to us in two hours. We do not see everything.",
            ),
            ("no-such-text", vec![], "no-such-text"),
        ] {
            assert_eq!(texts.get(id, &args), text);
        }
        let filled = ids().into_iter().map(|id| texts.get(&id, &ids::every_arg()));
        for text in filled {
            assert!(!text.contains(['{', '}']) && !text.is_empty(), "{text}");
        }
    }
}
