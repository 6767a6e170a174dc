//! One alert or rumor check, ready to be shown.

use bystand_core::alerts::{AlertView, Place, Shown};
use bystand_core::geo::{self, Point};
use bystand_core::network::manifest::{PhoneLine, ZoneInfo, place_name};
use bystand_core::report::Kind;
use bystand_core::texts::{AlertText, Texts};
use bystand_wire::{AlertId, Timestamp};

use crate::trust::Authority;

/// Everything the public pages and feeds show.
#[derive(Debug, Clone)]
pub struct Public {
    /// The network's name.
    pub name: String,
    /// Its main language.
    pub language: String,
    /// Numbers to call.
    pub phone_lines: Vec<PhoneLine>,
    /// Whether one person could publish alone.
    pub single_keyholder: bool,
    /// Alerts and rumor checks, newest first.
    pub items: Vec<Item>,
    /// As of when.
    pub now: Timestamp,
    /// The network's offset from UTC now, in minutes.
    pub offset_min: i32,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct Item {
    /// What the book says.
    pub view: AlertView,
    /// In words.
    pub text: AlertText,
    /// What people call the place.
    pub place: String,
    /// Where, as far as the alert says: a point in the cell, or the zone's area.
    pub spot: Spot,
}

/// Where something is on a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spot {
    /// The middle of a coarse cell.
    Cell(Point),
    /// A zone's polygons, as in the manifest.
    Zone(Vec<Vec<Vec<(i32, i32)>>>),
    /// A place without an area.
    Nowhere,
}

impl Public {
    /// As of `now`; `None` while the network has no manifest here.
    pub fn of(authority: &Authority, texts: &Texts, now: Timestamp) -> Option<Public> {
        let manifest = authority.manifest()?;
        let m = manifest.manifest();
        let offset_min = offset_min(&m.time_zone, now);
        let items = authority.alerts().view(now).into_iter().filter_map(|view| {
            let note = authority.alerts().last_note(&view.alert)?;
            let (place, spot) = locate(&view.place, &m.zones);
            let text = texts.alert(note, &place, offset_min, now);
            Some(Item { view, text, place, spot })
        });
        Some(Public {
            name: m.name.clone(),
            language: m.languages.first().cloned().unwrap_or_else(|| "en".to_owned()),
            phone_lines: m.phone_lines.clone(),
            single_keyholder: manifest.is_single_keyholder(),
            items: items.collect(),
            now,
            offset_min,
        })
    }

    /// One item.
    pub fn item(&self, alert: &AlertId) -> Option<&Item> {
        self.items.iter().find(|item| item.view.alert == *alert)
    }
}

impl Item {
    /// Whether it answers a rumor.
    pub fn is_rumor_check(&self) -> bool {
        self.view.shown == Shown::Answered
    }

    /// The picture of its kind; kinds of a network's own making have that of *other*.
    pub fn kind_picture(&self) -> &str {
        let kind = self.view.kind.as_str();
        if kind.parse::<Kind>().is_ok() { kind } else { Kind::Other.as_str() }
    }

    /// How it stands, as a word for programs.
    pub fn state(&self) -> &'static str {
        match self.view.shown {
            Shown::Current => "current",
            Shown::BeingChecked => "being-checked",
            Shown::NoNewsSince(_) => "no-news",
            Shown::Wrong => "wrong",
            Shown::Over => "over",
            Shown::Answered => "rumor-check",
        }
    }
}

impl Public {
    /// The day of a moment in the network's zone, as the language writes it.
    pub fn day(&self, at: Timestamp, texts: &Texts) -> Option<String> {
        let date = self.date(at)?;
        let number = |n: i8| u32::try_from(n).ok();
        Some(texts.day(number(date.month())?, number(date.day())?))
    }

    /// The same, when it is not today.
    pub fn another_day(&self, at: Timestamp, texts: &Texts) -> Option<String> {
        if self.date(at) == self.date(self.now) { None } else { self.day(at, texts) }
    }

    fn date(&self, at: Timestamp) -> Option<jiff::civil::Date> {
        let ms = i64::try_from(at.0).ok()?.checked_add(i64::from(self.offset_min) * 60_000)?;
        Some(jiff::Timestamp::from_millisecond(ms).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date())
    }
}

/// The offset of a time zone from UTC at a moment, in minutes; UTC for one that is not known.
fn offset_min(time_zone: &str, now: Timestamp) -> i32 {
    let moment = i64::try_from(now.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let zone = jiff::tz::TimeZone::get(time_zone).ok();
    moment.zip(zone).map_or(0, |(moment, zone)| zone.to_offset(moment).seconds() / 60)
}

fn locate(place: &Place, zones: &[ZoneInfo]) -> (String, Spot) {
    let spot = match place {
        Place::Zone(id) => match zones.iter().find(|z| z.id == *id) {
            Some(zone) if !zone.polygons.is_empty() => Spot::Zone(zone.polygons.clone()),
            // Without an area, or the manifest dropped the zone since.
            Some(_) | None => Spot::Nowhere,
        },
        Place::Cell(cell) => geo::cell_center(*cell).map_or(Spot::Nowhere, Spot::Cell),
    };
    (place_name(zones, place), spot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_follow_the_season_and_fall_back_to_utc() {
        let at = |text: &str| text.parse().expect("a time");
        for (zone, moment, minutes) in [
            ("America/Chicago", "2026-11-21T12:00:00Z", -360),
            ("America/Chicago", "2026-07-01T12:00:00Z", -300),
            ("Asia/Kolkata", "2026-07-01T12:00:00Z", 330),
            ("Nowhere/Atlantis", "2026-07-01T12:00:00Z", 0),
        ] {
            assert_eq!(offset_min(zone, at(moment)), minutes, "{zone}");
        }
    }
}
