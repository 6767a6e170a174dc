//! A page's markup as it grows. Every text goes through the escaping; only names of this crate do not.

use std::fmt::{Display, Write};

use bystand_core::texts::{Arg, Texts};

use super::VERSION;
use crate::feeds::Escaped;

/// Markup in one language.
#[derive(Debug)]
pub(super) struct Html<'a> {
    texts: &'a Texts,
    /// What was written.
    pub(super) markup: String,
}

impl<'a> Html<'a> {
    pub(super) fn new(texts: &'a Texts) -> Self {
        Self { texts, markup: String::new() }
    }

    /// Markup of this program's own, with texts already escaped.
    pub(super) fn raw(&mut self, markup: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.markup, "{markup}");
    }

    /// An element with a text of the files. `opening` is its name with attributes.
    pub(super) fn say(&mut self, opening: &str, id: &str) {
        self.say_with(opening, id, &[]);
    }

    /// The same for a text that takes something.
    pub(super) fn say_with(&mut self, opening: &str, id: &str, args: &[(&str, Arg<'_>)]) {
        let words = said_with(self.texts, id, args);
        self.raw(format_args!("<{opening}>{words}</{}>", name(opening)));
    }

    /// An element with words from elsewhere.
    pub(super) fn words(&mut self, opening: &str, words: &str) {
        self.raw(format_args!("<{opening}>{}</{}>", Escaped(words), name(opening)));
    }
}

/// A text as markup; marked when it is in another language than the page.
pub(super) fn said(texts: &Texts, id: &str) -> String {
    said_with(texts, id, &[])
}

fn said_with(texts: &Texts, id: &str, args: &[(&str, Arg<'_>)]) -> String {
    let words = texts.get(id, args);
    let language = texts.language_of(id);
    if language == texts.tag() {
        return Escaped(&words).to_string();
    }
    format!("<span lang=\"{language}\" dir=\"ltr\">{}</span>", Escaped(&words))
}

/// A picture beside words, which say the same.
pub(super) fn picture(name: &str) -> String {
    let version = VERSION.as_str();
    format!("<svg class=\"p\" aria-hidden=\"true\"><use href=\"/pictograms.svg?{version}#{name}\"/></svg>")
}

fn name(opening: &str) -> &str {
    opening.split(' ').next().unwrap_or(opening)
}
