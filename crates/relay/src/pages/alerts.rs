//! Alerts and rumor checks: all of them, one of them, and one that is not listed any more.

use bystand_core::alerts::{Basis, Shown};
use bystand_core::texts::{Arg, Guarded};
use bystand_wire::to_hex;

use super::frame::Page;
use super::markup::{Html, picture, said};
use super::{Room, Site};
use crate::feeds::{Escaped, Item};

/// How far back the empty page looks, in hours.
const EMPTY_HOURS: u32 = 2;

/// `/{lang}/alerts`.
pub(super) fn list(site: &Site<'_>) -> String {
    let mut main = Html::new(site.texts);
    main.say("h1", "page-alerts");
    current(site, &mut main);
    let rumors: Vec<&Item> = site.public.items.iter().filter(|item| item.is_rumor_check()).collect();
    if !rumors.is_empty() {
        main.say("h2", "page-rumors");
        rumors.iter().for_each(|item| summary(site, &mut main, item));
    }
    main.raw("<div id=\"map\" data-src=\"/v1/alerts.geojson\" hidden></div>");
    what_to_do(site, &mut main, None);
    let title = site.texts.plain("page-alerts");
    site.finish(Page { path: Room::Alerts.path(), title, scripts: &[], main })
}

/// `/{lang}/alerts/{id}`.
pub fn one_page(site: &Site<'_>, item: &Item) -> String {
    let path = format!("alerts/{}", to_hex(item.view.alert.as_bytes()));
    let mut main = Html::new(site.texts);
    head(site, &mut main, item, "h1");
    site.unreviewed_note(&mut main, Guarded::Alerts);
    confirmed(site, &mut main, item);
    main.raw(format_args!(
        "<p><a class=\"button quiet\" href=\"{}\">{}{}</a></p>",
        site.address(&format!("{path}/card.svg")),
        picture("share"),
        said(site.texts, "alerts-picture")
    ));
    what_to_do(site, &mut main, Some(item));
    let title = item.text.headline.clone();
    site.finish(Page { path: &path, title, scripts: &[], main })
}

/// For an alert that is not listed (any more).
pub fn gone_page(site: &Site<'_>) -> String {
    let mut main = Html::new(site.texts);
    main.say("h1", "page-alerts");
    main.say("p", "alert-no-news-body");
    nothing(site, &mut main);
    let title = site.texts.plain("page-alerts");
    site.finish(Page { path: Room::Alerts.path(), title, scripts: &[], main })
}

/// All alerts that are no rumor checks, and what listens for new ones.
pub(super) fn current(site: &Site<'_>, main: &mut Html<'_>) {
    let newest = site.public.items.iter().map(|item| item.view.log_index).max();
    let after = newest.map_or_else(String::new, |index| format!(" data-after=\"{index}\""));
    main.raw(format_args!(
        "<p id=\"news\" role=\"status\" data-since=\"{}\"{after} hidden>{} <a href=\"{}\">{}</a></p>",
        site.public.now.0,
        said(site.texts, "alerts-news"),
        site.address(Room::Alerts.path()),
        said(site.texts, "alerts-reload"),
    ));
    let mut alerts = site.public.items.iter().filter(|item| !item.is_rumor_check()).peekable();
    if alerts.peek().is_none() {
        return nothing(site, main);
    }
    site.unreviewed_note(main, Guarded::Alerts);
    alerts.for_each(|item| summary(site, main, item));
}

/// One in the list, with a link to its own page.
pub(super) fn summary(site: &Site<'_>, main: &mut Html<'_>, item: &Item) {
    main.raw(format_args!("<article class=\"{}\">", item.state()));
    head(site, main, item, "h3");
    main.raw("</article>");
}

/// Silence is not safety: says what is known, and that it is not all.
fn nothing(site: &Site<'_>, main: &mut Html<'_>) {
    let empty = site.texts.get("page-empty", &[("hours", Arg::Count(EMPTY_HOURS))]);
    main.raw(format_args!(
        "<p class=\"empty\">{} {}</p>",
        Escaped(&empty),
        said(site.texts, site.staffing())
    ));
}

/// State, headline and what the note says.
fn head(site: &Site<'_>, main: &mut Html<'_>, item: &Item, heading: &str) {
    let words = site.texts.reviewed(Guarded::Alerts);
    let marked = if site.texts.is_held_back(Guarded::Alerts) {
        format!(" lang=\"{}\" dir=\"ltr\"", words.tag())
    } else {
        String::new()
    };
    main.raw(format_args!(
        "<p class=\"state {}\">{}{}</p>",
        item.state(),
        picture(state_picture(item)),
        said(site.texts, state_id(item))
    ));
    let (headline, kind) = (Escaped(&item.text.headline), picture(item.kind_picture()));
    if heading == "h1" {
        main.raw(format_args!("<h1{marked}>{kind}{headline}</h1>"));
    } else {
        let id = to_hex(item.view.alert.as_bytes());
        let address = site.address(&format!("alerts/{id}"));
        main.raw(format_args!("<{heading}{marked}><a href=\"{address}\">{kind}{headline}</a></{heading}>"));
    }
    main.raw(format_args!("<p{marked}>{}</p>", Escaped(&item.text.body)));
    if !item.text.limits.is_empty() {
        main.raw(format_args!("<p{marked}>{}</p>", Escaped(&item.text.limits)));
    }
    main.raw(format_args!("<p class=\"small\">{}</p>", site.time("page-published", item.view.issued)));
}

fn confirmed(site: &Site<'_>, main: &mut Html<'_>, item: &Item) {
    main.say("h2", "alerts-how");
    main.say(
        "p",
        match item.view.basis {
            Basis::Finding => "alerts-basis-finding",
            Basis::SecondRegistrar => "alerts-basis-registrar",
            Basis::DeskAlone => "alerts-basis-desk",
        },
    );
    main.raw(format_args!("<p class=\"small\">{}</p>", site.time("alerts-first", item.view.first_issued)));
    if matches!(item.view.shown, Shown::Current | Shown::BeingChecked) {
        main.raw(format_args!("<p class=\"small\">{}</p>", site.time("alerts-until", item.view.expires)));
    }
}

/// The same for everybody, and what goes with this kind of activity.
fn what_to_do(site: &Site<'_>, main: &mut Html<'_>, item: Option<&Item>) {
    main.say("h2", "alerts-do");
    site.unreviewed_note(main, Guarded::Advice);
    let special = item.map(|item| format!("advice-{}", item.view.kind));
    let mut advice = vec!["advice-distance", "advice-record", "advice-no-share"];
    advice.extend(special.as_deref().filter(|id| site.texts.has(id)));
    site.list(main, "ul", &advice);
    main.say("h2", "alerts-whom");
    site.phone_lines(main);
}

fn state_id(item: &Item) -> &'static str {
    match item.view.shown {
        Shown::Current => "alerts-state-current",
        Shown::BeingChecked => "alerts-state-being-checked",
        Shown::NoNewsSince(_) => "alerts-state-no-news",
        Shown::Wrong => "alerts-state-wrong",
        Shown::Over => "alerts-state-over",
        Shown::Answered => "alerts-state-rumor-check",
    }
}

fn state_picture(item: &Item) -> &'static str {
    match item.view.shown {
        Shown::Current => "bell",
        Shown::BeingChecked | Shown::NoNewsSince(_) => "question",
        Shown::Wrong => "cross",
        Shown::Over | Shown::Answered => "check",
    }
}
