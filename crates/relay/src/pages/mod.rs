//! The public pages: what everybody reads, in their language, without an account and without JavaScript.
//!
//! A page is made from what the relay's book of verified alerts holds, the network's manifest and the texts of one
//! language. Nothing here asks who reads. Scripts add to a page (the report form, news of alerts, leaving quickly);
//! what a page says, it says without them.

mod alerts;
mod card;
mod form;
mod frame;
mod languages;
mod markup;
mod rooms;
mod words;

use std::sync::LazyLock;

use bystand_core::texts::Texts;
use bystand_crypto::hash::plain_sha256;
use bystand_wire::NetworkId;

pub use self::alerts::{gone_page, one_page};
pub use self::card::card;
pub use self::frame::lost_page;
pub use self::languages::{english, language, languages, preferred, raw};
use crate::feeds::Public;

/// The one style sheet, at `/style.css`.
pub const STYLE: &str = include_str!("../../assets/style.css");
/// The one script that every page has, at `/live.js`.
pub const SCRIPT: &str = include_str!("../../assets/live.js");
/// What keeps a report that is sent before the form's program is there, at `/early.js`.
pub const EARLY: &str = include_str!("../../assets/early.js");
/// The pictures beside the words, at `/pictograms.svg`.
pub const PICTOGRAMS: &str = include_str!("../../assets/pictograms.svg");
/// The mark in the browser's tab, at `/icon.svg`.
pub const ICON: &str = include_str!("../../assets/icon.svg");

/// In the addresses of these files, so that a browser may keep them and never shows a new page in old clothes.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all = [STYLE, SCRIPT, EARLY, PICTOGRAMS, ICON].concat();
    plain_sha256(all.as_bytes()).to_string().chars().take(8).collect()
});

/// What a page is made from.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Whose pages these are: forms name it, so that a report can be kept before the relay is reached again.
    pub network: NetworkId,
    /// The network, its alerts and the time.
    pub public: &'a Public,
    /// The reader's language.
    pub texts: &'a Texts,
    /// Whether a desk's program is connected.
    pub staffed: bool,
}

/// A page that every language has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// The start page.
    Front,
    /// Alerts and rumor checks.
    Alerts,
    /// The report form.
    Report,
    /// Following a report by its words.
    Follow,
    /// Rumor checks.
    IsItTrue,
    /// Someone was taken.
    Taken,
    /// Whom to call.
    Help,
    /// Rights.
    Rights,
    /// Officers are at the door.
    Door,
    /// How to take part.
    TakePart,
    /// What is protected and what is not.
    Protects,
}

impl Room {
    /// All of them, the most urgent first.
    pub const ALL: [Room; 11] = [
        Room::Front,
        Room::Report,
        Room::Alerts,
        Room::Taken,
        Room::Door,
        Room::IsItTrue,
        Room::Rights,
        Room::Help,
        Room::Follow,
        Room::TakePart,
        Room::Protects,
    ];

    /// What stands after the language in the address.
    pub fn path(self) -> &'static str {
        match self {
            Room::Front => "",
            Room::Alerts => "alerts",
            Room::Report => "report",
            Room::Follow => "follow",
            Room::IsItTrue => "true",
            Room::Taken => "taken",
            Room::Help => "help",
            Room::Rights => "rights",
            Room::Door => "door",
            Room::TakePart => "take-part",
            Room::Protects => "protects",
        }
    }

    /// The room at an address.
    pub fn at(path: &str) -> Option<Room> {
        Room::ALL.into_iter().find(|room| room.path() == path)
    }

    /// Whether the page loads the program that seals.
    pub fn seals(self) -> bool {
        matches!(self, Room::Report | Room::Follow)
    }

    /// The page.
    pub fn page(self, site: &Site<'_>) -> String {
        match self {
            Room::Front => rooms::front(site),
            Room::Alerts => alerts::list(site),
            Room::Report => form::report(site),
            Room::Follow => form::follow(site),
            Room::IsItTrue => rooms::is_it_true(site),
            Room::Taken => rooms::taken(site),
            Room::Help => rooms::help(site),
            Room::Rights => rooms::rights(site),
            Room::Door => rooms::door(site),
            Room::TakePart => rooms::take_part(site),
            Room::Protects => rooms::protects(site),
        }
    }

    fn title_id(self) -> &'static str {
        match self {
            Room::Front => "nav-home",
            Room::Alerts => "room-alerts",
            Room::Report => "room-report",
            Room::Follow => "room-follow",
            Room::IsItTrue => "room-true",
            Room::Taken => "room-taken",
            Room::Help => "room-help",
            Room::Rights => "room-rights",
            Room::Door => "room-door",
            Room::TakePart => "room-take-part",
            Room::Protects => "room-protects",
        }
    }

    /// What is in it, in a line; the first two rooms need none.
    fn hint_id(self) -> Option<&'static str> {
        match self {
            Room::Front | Room::Report => None,
            Room::Alerts => Some("room-alerts-hint"),
            Room::Follow => Some("room-follow-hint"),
            Room::IsItTrue => Some("room-true-hint"),
            Room::Taken => Some("room-taken-hint"),
            Room::Help => Some("room-help-hint"),
            Room::Rights => Some("room-rights-hint"),
            Room::Door => Some("room-door-hint"),
            Room::TakePart => Some("room-take-part-hint"),
            Room::Protects => Some("room-protects-hint"),
        }
    }

    fn picture(self) -> &'static str {
        match self {
            Room::Front => "home",
            Room::Alerts => "bell",
            Room::Report => "eye",
            Room::Follow => "talk",
            Room::IsItTrue => "question",
            Room::Taken => "detention",
            Room::Help => "phone",
            Room::Rights => "scales",
            Room::Door => "door-knock",
            Room::TakePart => "people",
            Room::Protects => "shield",
        }
    }
}
