//! The report form and the page that follows a report.
//!
//! Both are complete as markup, so that people can begin to write at once; what is written is sealed and sent by the
//! program that the page loads. Nothing is ever sent as a form: `method="dialog"` and the page's policy keep a browser
//! that runs no script from putting a report into an address.

use bystand_core::report::{ConcernKind, Kind};
use bystand_core::texts::{Arg, Guarded};

use super::frame::Page;
use super::markup::{Html, picture, said};
use super::{Room, Site};
use crate::feeds::Escaped;

/// What comes before the program, and the program.
const SCRIPTS: [&str; 2] = ["/early.js", "/app/report.js"];

/// Texts that the program shows, by their ids.
const REPORT_TEXTS: [&str; 20] = [
    "report-kept",
    "report-kept-open",
    "ask-copied",
    "report-kept-offline",
    "report-sent",
    "report-desk-has-it",
    "report-working",
    "report-error-place",
    "report-error-activity",
    "report-error-too-long",
    "report-error-count",
    "report-error-storage-full",
    "report-error-location-refused",
    "report-error-clock",
    "report-error-not-set-up",
    "report-error-failed",
    "form-no-names",
    "advice-distance",
    "advice-record",
    "advice-no-share",
];

/// What the desk may have told, by its ids.
const FOLLOW_TEXTS: [&str; 10] = [
    "follow-desk",
    "follow-you",
    "follow-nothing",
    "follow-error-phrase",
    "news-received",
    "news-being-checked",
    "news-confirmed",
    "news-could-not-check",
    "news-over",
    "report-error-failed",
];

/// `/{lang}/report`.
pub(super) fn report(site: &Site<'_>) -> String {
    let mut main = Html::new(site.texts);
    site.hurt(&mut main);
    main.say("h1", "page-report");
    without_script(site, &mut main);
    main.raw(format_args!(
        "<form id=\"report\" method=\"dialog\" novalidate data-network=\"{}\">",
        site.network
    ));
    main.raw(format_args!("<input type=\"hidden\" name=\"language\" value=\"{}\">", site.texts.tag()));
    first_hand(site, &mut main);
    kinds(site, &mut main);
    place(site, &mut main);
    activity(site, &mut main);
    details(site, &mut main);
    when(site, &mut main);
    photo(&mut main);
    check_box(&mut main, "interpreter", "form-interpreter");
    main.say("p class=\"small\"", "page-not-protected");
    main.raw("<div class=\"send\">");
    main.raw(format_args!(
        "<output id=\"state\" aria-live=\"polite\">{}</output>",
        said(site.texts, "ask-loading")
    ));
    main.raw(format_args!(
        "<button type=\"submit\" class=\"button\">{}<span>{}</span></button>\n</div>\n</form>",
        picture("send"),
        said(site.texts, "ask-send")
    ));
    after(site, &mut main);
    report_texts(&mut main);
    finish(site, Room::Report, main)
}

/// `/{lang}/follow`.
pub(super) fn follow(site: &Site<'_>) -> String {
    let mut main = Html::new(site.texts);
    main.say("h1", "room-follow");
    without_script(site, &mut main);
    main.raw(format_args!(
        "<form id=\"follow-form\" method=\"dialog\" novalidate data-network=\"{}\">",
        site.network
    ));
    main.say("label for=\"phrase\"", "follow-words");
    main.say("p class=\"small\" id=\"phrase-hint\"", "follow-words-hint");
    main.raw(
        "<input id=\"phrase\" name=\"phrase\" aria-describedby=\"phrase-hint error-phrase\" autocomplete=\"off\" \
         autocapitalize=\"none\" spellcheck=\"false\" dir=\"ltr\">",
    );
    error(&mut main, "phrase");
    main.raw(format_args!(
        "<button type=\"submit\" class=\"button\">{}</button>",
        said(site.texts, "follow-show")
    ));
    main.raw("<div id=\"messages\" aria-live=\"polite\"></div>\n<div id=\"answer\" hidden>");
    main.say("label for=\"reply\"", "follow-reply");
    main.raw("<textarea id=\"reply\" name=\"reply\" rows=\"3\" aria-describedby=\"error-reply\"></textarea>");
    error(&mut main, "reply");
    main.raw(format_args!(
        "<button type=\"button\" class=\"button\" data-act=\"reply\">{}</button>\n</div>\n</form>",
        said(site.texts, "follow-send")
    ));
    FOLLOW_TEXTS.iter().for_each(|id| hidden_text(&mut main, id));
    main.raw(format_args!(
        "<span hidden data-text=\"news-false-alarm\">{}</span>",
        // The program puts in what it was.
        Escaped(&site.texts.get("news-false-alarm", &[("what", Arg::Text("{what}"))]))
    ));
    finish(site, Room::Follow, main)
}

/// Says honestly why nothing can be sent from here, and what can be done instead.
fn without_script(site: &Site<'_>, main: &mut Html<'_>) {
    main.raw("<noscript>");
    main.say("p class=\"note\"", "ask-no-script");
    site.phone_lines(main);
    main.raw("</noscript>");
}

fn first_hand(site: &Site<'_>, main: &mut Html<'_>) {
    main.raw("<fieldset id=\"heard\">");
    main.say("legend", "page-first-hand");
    main.raw("<div class=\"choices\">");
    for (value, id, mark) in [("yes", "ask-yes", "eye"), ("no", "ask-no", "talk")] {
        choice(site, main, "first_hand", (value, id, mark));
    }
    main.raw("</div>");
    error(main, "first_hand");
    main.raw("</fieldset>");
}

fn kinds(site: &Site<'_>, main: &mut Html<'_>) {
    main.raw("<fieldset>");
    main.say("legend", "form-kind");
    main.raw("<div class=\"choices kinds\">");
    for kind in Kind::ALL.map(Kind::as_str) {
        choice(site, main, "kind", (kind, &format!("kind-{kind}"), kind));
    }
    main.raw("</div>");
    error(main, "kind");
    main.raw("</fieldset>");
}

fn place(site: &Site<'_>, main: &mut Html<'_>) {
    field(main, "place_text", "form-place", Some("form-place-hint"));
    main.raw("<div class=\"row\">");
    act(site, main, "near-me", ("ask-near-me", "near"));
    act(site, main, "pin", ("ask-pin", "pin"));
    main.raw("</div>");
    main.raw("<div id=\"map\" hidden></div>");
    check_box(main, "home", "form-home");
}

fn activity(site: &Site<'_>, main: &mut Html<'_>) {
    main.say("label for=\"activity\"", "form-text");
    main.say("p class=\"small\" id=\"activity-hint\"", "form-no-names");
    // No length is set: a browser would cut off what is too long without a word. The program says so instead.
    main.raw(
        "<textarea id=\"activity\" name=\"activity\" rows=\"4\" \
         aria-describedby=\"activity-hint error-activity\"></textarea>",
    );
    error(main, "activity");
    act(site, main, "voice", ("ask-voice", "voice"));
}

fn details(site: &Site<'_>, main: &mut Html<'_>) {
    main.raw(format_args!("<details class=\"more\"><summary>{}</summary>", said(site.texts, "ask-more")));
    main.say("p class=\"small\"", "form-skip");
    main.raw("<fieldset>");
    main.say("legend", "form-size");
    main.raw("<div class=\"row\">");
    number(main, "people", "ask-people");
    number(main, "vehicles", "ask-vehicles");
    main.raw("</div></fieldset>");
    field(main, "unit", "form-unit", None);
    field(main, "equipment", "form-equipment", None);
    main.raw("</details>");
}

fn when(site: &Site<'_>, main: &mut Html<'_>) {
    main.raw("<fieldset>");
    main.say("legend", "form-when");
    main.raw("<div class=\"choices\">");
    for (value, id, mark) in [("now", "ask-now", "near"), ("earlier", "ask-earlier", "clock")] {
        choice(site, main, "when", (value, id, mark));
    }
    main.raw("</div>");
    main.raw("<div class=\"minutes\">");
    number(main, "minutes_ago", "ask-minutes");
    main.raw("</div></fieldset>");
}

/// Hidden until the program says that it can cover faces.
fn photo(main: &mut Html<'_>) {
    main.raw("<div id=\"photo-field\" hidden>");
    main.say("label for=\"photo\"", "ask-photo");
    main.say("p class=\"small\"", "ask-photo-hint");
    main.raw("<input id=\"photo\" name=\"photo\" type=\"file\" accept=\"image/*\">");
    error(main, "photo");
    main.raw("</div>");
}

/// What is shown when the report is on its way.
fn after(site: &Site<'_>, main: &mut Html<'_>) {
    main.raw("<section id=\"after\" hidden>");
    main.say("h2", "ask-after");
    site.unreviewed_note(main, Guarded::Advice);
    main.raw("<div id=\"advice\"></div>\n<div id=\"follow\">");
    main.say("p", "ask-phrase");
    main.raw("<p class=\"phrase\" id=\"phrase\" dir=\"ltr\"></p>");
    main.raw(format_args!(
        "<p><button type=\"button\" class=\"button quiet\" data-act=\"copy\">{}</button> \
         <span id=\"copied\" role=\"status\"></span></p>",
        said(site.texts, "ask-copy")
    ));
    main.raw(format_args!(
        "<p><a class=\"button quiet\" href=\"{}\">{}</a></p>\n</div>\n</section>",
        site.address(Room::Follow.path()),
        said(site.texts, "ask-follow")
    ));
}

fn report_texts(main: &mut Html<'_>) {
    REPORT_TEXTS.iter().for_each(|id| hidden_text(main, id));
    for kind in Kind::ALL {
        hidden_text(main, &format!("advice-{}", kind.as_str()));
    }
    for concern in ConcernKind::ALL {
        hidden_text(main, &format!("concern-{}", concern.as_str()));
    }
}

/// A text that the program takes from the page, so that it needs no texts of its own.
fn hidden_text(main: &mut Html<'_>, id: &str) {
    main.say(&format!("span hidden data-text=\"{id}\""), id);
}

fn choice(site: &Site<'_>, main: &mut Html<'_>, name: &str, (value, id, mark): (&str, &str, &str)) {
    main.raw(format_args!(
        "<label class=\"choice\"><input type=\"radio\" name=\"{name}\" value=\"{value}\">{}<span>{}</span></label>",
        picture(mark),
        said(site.texts, id)
    ));
}

fn check_box(main: &mut Html<'_>, name: &str, id: &str) {
    main.raw(format_args!("<p class=\"check\"><input type=\"checkbox\" id=\"{name}\" name=\"{name}\">"));
    main.say(&format!("label for=\"{name}\""), id);
    main.raw("</p>");
}

fn field(main: &mut Html<'_>, name: &str, id: &str, hint: Option<&str>) {
    main.say(&format!("label for=\"{name}\""), id);
    if let Some(hint) = hint {
        main.say(&format!("p class=\"small\" id=\"{name}-hint\""), hint);
    }
    let hinted = hint.map_or_else(String::new, |_| format!("{name}-hint "));
    main.raw(format_args!(
        "<input id=\"{name}\" name=\"{name}\" autocomplete=\"off\" \
         aria-describedby=\"{hinted}error-{name}\">"
    ));
    error(main, name);
}

fn number(main: &mut Html<'_>, name: &str, id: &str) {
    main.raw("<div>");
    main.say(&format!("label for=\"{name}\""), id);
    main.raw(format_args!(
        "<input id=\"{name}\" name=\"{name}\" inputmode=\"numeric\" autocomplete=\"off\" size=\"5\" \
         aria-describedby=\"error-{name}\">"
    ));
    error(main, name);
    main.raw("</div>");
}

/// A button that the program shows when the browser can do what it says.
fn act(site: &Site<'_>, main: &mut Html<'_>, name: &str, (id, mark): (&str, &str)) {
    main.raw(format_args!(
        "<button type=\"button\" class=\"button quiet\" data-act=\"{name}\" hidden>{}<span>{}</span></button>",
        picture(mark),
        said(site.texts, id)
    ));
}

fn error(main: &mut Html<'_>, name: &str) {
    main.raw(format_args!("<p class=\"error\" id=\"error-{name}\" hidden></p>"));
}

fn finish(site: &Site<'_>, room: Room, main: Html<'_>) -> String {
    let title = site.texts.plain(room.title_id());
    site.finish(Page { path: room.path(), title, scripts: &SCRIPTS, main })
}
