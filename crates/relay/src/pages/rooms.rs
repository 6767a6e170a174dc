//! The start page, and the pages that only say something.

use bystand_core::texts::{Arg, Guarded};

use super::alerts::{current, summary};
use super::frame::Page;
use super::markup::{Html, picture, said};
use super::{Room, Site};
use crate::feeds::{Escaped, Item};

/// `/{lang}/`: one thing to do, then what is known, then all the rest.
pub(super) fn front(site: &Site<'_>) -> String {
    let mut main = Html::new(site.texts);
    site.hurt(&mut main);
    main.words("h1 class=\"for-ears\"", &site.public.name);
    main.raw(format_args!(
        "<p><a class=\"button\" href=\"{}\">{}<span>{}</span></a></p>",
        site.address(Room::Report.path()),
        picture("eye"),
        said(site.texts, "page-report")
    ));
    main.say("h2", "page-alerts");
    current(site, &mut main);
    main.raw(format_args!(
        "<p><a href=\"{}\">{}</a></p>",
        site.address(Room::Alerts.path()),
        said(site.texts, "alerts-all")
    ));
    site.phone_lines(&mut main);
    let title = site.texts.plain("nav-home");
    site.finish(Page { path: "", title, scripts: &[], main })
}

/// `/{lang}/true`.
pub(super) fn is_it_true(site: &Site<'_>) -> String {
    let mut main = begin(site, Room::IsItTrue);
    main.say("p class=\"lead\"", "true-not-share");
    let rumors: Vec<&Item> = site.public.items.iter().filter(|item| item.is_rumor_check()).collect();
    if rumors.is_empty() {
        main.say("p class=\"empty\"", "true-none");
    } else {
        site.unreviewed_note(&mut main, Guarded::Alerts);
    }
    rumors.iter().for_each(|item| summary(site, &mut main, item));
    main.say("h2", "true-ask");
    main.say("p", "true-ask-hint");
    main.raw(format_args!(
        "<p><a class=\"button\" href=\"{}\">{}<span>{}</span></a></p>",
        site.address("report#heard"),
        picture("question"),
        said(site.texts, "true-ask")
    ));
    end(site, Room::IsItTrue, main)
}

/// `/{lang}/taken`.
pub(super) fn taken(site: &Site<'_>) -> String {
    let mut main = begin(site, Room::Taken);
    site.hurt(&mut main);
    site.phone_lines(&mut main);
    site.unreviewed_note(&mut main, Guarded::Rights);
    let steps = [
        "taken-children",
        "taken-note",
        "taken-left",
        "taken-call",
        "taken-lawyer",
        "taken-sign",
        "taken-money",
    ];
    site.list(&mut main, "ol", &steps);
    end(site, Room::Taken, main)
}

/// `/{lang}/help`.
pub(super) fn help(site: &Site<'_>) -> String {
    let mut main = begin(site, Room::Help);
    site.hurt(&mut main);
    main.say("p class=\"lead\"", "help-emergency");
    main.say("h2", "help-lines");
    site.phone_lines(&mut main);
    for line in &site.public.phone_lines {
        let language = super::language(&line.language);
        let name = language.map_or_else(|| line.language.clone(), |texts| texts.plain("language-name"));
        let said = site.texts.get("help-language", &[("language", Arg::Text(&name))]);
        main.raw(format_args!("<p class=\"small\">{}: {}</p>", Escaped(&line.label), Escaped(&said)));
    }
    end(site, Room::Help, main)
}

/// `/{lang}/rights`.
pub(super) fn rights(site: &Site<'_>) -> String {
    let mut main = begin(site, Room::Rights);
    site.unreviewed_note(&mut main, Guarded::Rights);
    let rights = [
        "rights-silent",
        "rights-free",
        "rights-search",
        "rights-lawyer",
        "rights-sign",
        "rights-truth",
        "rights-calm",
        "rights-car",
        "rights-work",
        "rights-record",
        "rights-consulate",
    ];
    site.list(&mut main, "ul", &rights);
    main.say("p class=\"small\"", "rights-general");
    main.say("h2", "alerts-whom");
    site.phone_lines(&mut main);
    end(site, Room::Rights, main)
}

/// `/{lang}/door`.
pub(super) fn door(site: &Site<'_>) -> String {
    let mut main = begin(site, Room::Door);
    site.unreviewed_note(&mut main, Guarded::Rights);
    let steps = [
        "door-closed",
        "door-who",
        "door-warrant",
        "door-look",
        "door-agency",
        "door-no",
        "door-force",
        "door-silent",
        "door-call",
    ];
    site.list(&mut main, "ol", &steps);
    site.phone_lines(&mut main);
    main.say("p class=\"small\"", "rights-general");
    end(site, Room::Door, main)
}

/// `/{lang}/take-part`.
pub(super) fn take_part(site: &Site<'_>) -> String {
    let mut main = begin(site, Room::TakePart);
    site.list(&mut main, "ul", &["part-1", "part-2", "part-3", "part-4", "part-5"]);
    main.raw(format_args!(
        "<p><a class=\"button quiet\" href=\"/app/\">{}<span>{}</span></a></p>",
        picture("people"),
        said(site.texts, "part-app")
    ));
    end(site, Room::TakePart, main)
}

/// `/{lang}/protects`: what is not protected is said as plainly as what is.
pub(super) fn protects(site: &Site<'_>) -> String {
    let mut main = begin(site, Room::Protects);
    main.say("h2", "protects-yes");
    site.list(&mut main, "ul", &["protects-yes-1", "protects-yes-2", "protects-yes-3", "protects-yes-4"]);
    main.say("h2", "protects-no");
    let no = [
        "protects-no-1",
        "protects-no-2",
        "protects-no-3",
        "protects-no-4",
        "protects-no-5",
        "protects-no-6",
        "protects-no-7",
        "protects-staffed",
    ];
    site.list(&mut main, "ul", &no);
    main.say("h2", "protects-how");
    site.list(&mut main, "ul", &["protects-how-1", "protects-how-2", "protects-how-3"]);
    site.phone_lines(&mut main);
    end(site, Room::Protects, main)
}

fn begin<'a>(site: &Site<'a>, room: Room) -> Html<'a> {
    let mut main = Html::new(site.texts);
    main.raw(format_args!("<h1>{}{}</h1>", picture(room.picture()), said(site.texts, room.title_id())));
    main
}

fn end(site: &Site<'_>, room: Room, main: Html<'_>) -> String {
    site.finish(Page { path: room.path(), title: site.texts.plain(room.title_id()), scripts: &[], main })
}
