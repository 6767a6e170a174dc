//! Pieces that several pages share: phone lines, lists of advice, the note about texts that nobody has checked.

use bystand_core::texts::Guarded;

use super::Site;
use super::markup::{Html, picture, said};
use crate::feeds::Escaped;

impl Site<'_> {
    /// *Is someone hurt?*: the first thing wherever people come in a hurry.
    pub(super) fn hurt(&self, main: &mut Html<'_>) {
        main.raw(format_args!(
            "<p class=\"hurt\"><a href=\"tel:911\">{}<span>{}</span></a></p>",
            picture("phone"),
            said(self.texts, "page-hurt")
        ));
    }

    /// The network's phone lines, as large targets.
    pub(super) fn phone_lines(&self, main: &mut Html<'_>) {
        if self.public.phone_lines.is_empty() {
            return main.say("p", "alerts-no-lines");
        }
        main.raw("<ul class=\"calls\">");
        for line in &self.public.phone_lines {
            let dialed: String = line.number.chars().filter(|c| !c.is_whitespace()).collect();
            main.raw(format_args!(
                "<li><a href=\"tel:{}\">{}<span>{} <b dir=\"ltr\">{}</b></span></a></li>",
                Escaped(&dialed),
                picture("phone"),
                Escaped(&line.label),
                Escaped(&line.number)
            ));
        }
        main.raw("</ul>");
    }

    /// Says that texts of this sort stand here in English, and why.
    pub(super) fn unreviewed_note(&self, main: &mut Html<'_>, guarded: Guarded) {
        if self.texts.is_held_back(guarded) {
            main.say("p class=\"note\"", "language-unreviewed");
        }
    }

    /// A list of texts, in order: steps, or one as important as the other.
    pub(super) fn list(&self, main: &mut Html<'_>, element: &str, ids: &[&str]) {
        main.raw(format_args!("<{element} class=\"steps\">"));
        for id in ids {
            main.say("li", id);
        }
        main.raw(format_args!("</{element}>"));
    }

    /// Whether the desk is staffed, as far as the relay can know.
    pub(super) fn staffing(&self) -> &'static str {
        if self.staffed { "page-staffed" } else { "page-unstaffed" }
    }
}
