//! Proposes which incidents look like one event (flow 1.3). A person decides.
//!
//! A wrong proposal that is taken hides a report inside another one; a missed one costs a second look. So
//! precision comes first (tests/desk/joins.rs measures it on the positions of real incidents).
//!
//! The score adds up what each likeness says, as the logarithm of how much more often two reports of one
//! event are so alike than two reports of two events that happen to be near (in hundredths; a naive Bayes
//! rule). The weights were fitted on simulated days at the positions of real incidents, and rounded:
//! `docs/adr/0010` says how. What is not known says nothing. Places compare by pins and by the words for the
//! cross streets; without a pin on both sides by the words alone, in the same zone; and where one has only words
//! and the other only a pin, by the zone. A home has neither in a casebook: homes compare by the coarse cell
//! around them.

use std::collections::BTreeSet;

use bystand_wire::time::MINUTE_MS;
use bystand_wire::{Cell, IncidentId, ZoneId};

use super::finding::{StoodFinding, Verdict};
use super::incident::Incident;
use super::rules::LATE_REPORT_MS;
use super::state::DeskState;
use crate::geo::haversine_m;
use crate::report::{FirstHand, Kind, Place, When};

/// Pins farther apart than this are two events, in meters: most pins are off by a few steps, some by blocks.
const PLACE_M: f64 = 700.0;
/// Sightings farther apart than this are two events, in milliseconds.
const TIME_MS: u64 = 60 * MINUTE_MS;
/// From this score on a join is proposed.
pub const JOIN_SCORE: i32 = 250;

/// What the time between two sightings says, by steps of five minutes; and when it is more than those.
const TIMES: [i32; 4] = [180, 140, 20, -70];
const LONG_APART: i32 = -400;
/// What the way between two pins says, by steps of [`STEP_M`]; and when it is more than those.
const PLACES: [i32; 5] = [340, 280, 90, -230, -200];
/// The same when both name the same corner.
const PLACES_SAME_WORDS: [i32; 5] = [350, 330, 190, -120, -200];
const FAR_APART: i32 = -200;
const STEP_M: f64 = 50.0;
/// Both name a corner, and not the same.
const OTHER_WORDS: i32 = -220;
/// The same corner, and not two pins.
const SAME_WORDS: i32 = 300;
/// One is known by words alone and the other by a pin alone, in the same zone.
const SAME_ZONE: i32 = -120;
/// Two homes in the same cell.
const SAME_CELL: i32 = 360;
/// What kinds say: the same; one general or often told for the other; others.
const KINDS: [i32; 3] = [170, -100, -180];
/// What a difference in the number of people says, by how many; and when it is more.
const PEOPLE: [i32; 3] = [100, 60, 0];
/// The same for vehicles.
const VEHICLES: [i32; 3] = [100, -20, -270];
const OTHER_NUMBER: i32 = -400;

/// A proposal to join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProposedJoin {
    /// The other incident (a root).
    pub with: IncidentId,
    /// How much alike they are: see the module's words; at least [`JOIN_SCORE`].
    pub score: i32,
}

/// A rough place and time; what lies in neighboring buckets may be near.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bucket {
    /// A square of the map (rows of 0.007°, columns of 0.024°) and an hour.
    Near(i32, i32, u64),
    /// Cross streets in a zone and an hour.
    Named(Option<ZoneId>, String, u64),
    /// The coarse cell around a home and an hour.
    Home(Cell, u64),
    /// A zone and an hour, for what only words or only a pin says where it is.
    Zone(ZoneId, u64),
}

/// Micro-degrees in a row and a column: each wider than [`PLACE_M`] up to 74 degrees of latitude.
const ROW: i32 = 7_000;
const COLUMN: i32 = 24_000;

impl DeskState {
    /// Incidents that look like the same event as this one, the most alike first: open ones, and closed ones where
    /// somebody looked after what this one tells of was seen. Whoever reports after a look may have seen something new.
    pub fn proposed_joins(&self, id: IncidentId) -> Vec<ProposedJoin> {
        let own = self.root_of(id);
        let mut seen = BTreeSet::from([own]);
        let mut proposals = Vec::new();
        for candidate in self.group(id).flat_map(buckets_of).flat_map(|bucket| self.around(&bucket)) {
            let with = self.root_of(candidate);
            if !seen.insert(with) || !(self.is_open_root(with) || self.was_answered(own, with)) {
                continue;
            }
            let score = self.likeness(own, with);
            if score >= JOIN_SCORE {
                proposals.push(ProposedJoin { with, score });
            }
        }
        proposals.sort_by_key(|proposal| (core::cmp::Reverse(proposal.score), proposal.with));
        proposals
    }

    fn is_open_root(&self, id: IncidentId) -> bool {
        self.incidents.get(&id).is_some_and(|root| root.closing.is_none())
    }

    /// Whether a closed incident answers a report that came later: what it tells of was seen before a look ended, or it is
    /// hearsay without a time.
    fn was_answered(&self, own: IncidentId, closed: IncidentId) -> bool {
        let closing = self.incidents.get(&closed).and_then(|root| root.closing.as_ref());
        let Some((own, closing)) = self.incidents.get(&own).zip(closing) else { return false };
        let said = own.report.said();
        let is_hearsay = said.first_hand == FirstHand::No && said.seen == When::Unknown;
        let is_decisive = |found: &&StoodFinding| found.finding.verdict != Verdict::CouldNotCheck;
        let looks = self.standing_findings(closed).filter(is_decisive);
        let looked = looks.map(|found| found.finding.until).max();
        own.taken.at.since_ms(closing.stamp.at) <= LATE_REPORT_MS / 2
            && looked.is_some_and(|until| is_hearsay || own.report.seen_at() <= until)
    }

    /// The likeness of the two members that are most alike.
    fn likeness(&self, a: IncidentId, b: IncidentId) -> i32 {
        let pairs = self.group(a).flat_map(|left| self.group(b).map(move |right| (left, right)));
        // Two crowds of reports are compared by a sample; the nearest pairs are the newest ones.
        pairs.take(256).filter_map(|(left, right)| likeness(left, right)).max().unwrap_or(i32::MIN)
    }

    fn around(&self, bucket: &Bucket) -> Vec<IncidentId> {
        let slots = |slot: u64| slot.saturating_sub(1)..=slot.saturating_add(1);
        match bucket {
            Bucket::Near(row, column, slot) => slots(*slot)
                .flat_map(|slot| (-1..=1).flat_map(move |r| (-1..=1).map(move |c| (r, c, slot))))
                .map(|(r, c, slot)| Bucket::Near(row + r, column + c, slot))
                .flat_map(|bucket| self.index.in_bucket(&bucket).collect::<Vec<_>>())
                .collect(),
            Bucket::Named(zone, words, slot) => slots(*slot)
                .map(|slot| Bucket::Named(zone.clone(), words.clone(), slot))
                .flat_map(|bucket| self.index.in_bucket(&bucket).collect::<Vec<_>>())
                .collect(),
            Bucket::Zone(zone, slot) => slots(*slot)
                .flat_map(|slot| self.index.in_bucket(&Bucket::Zone(zone.clone(), slot)).collect::<Vec<_>>())
                .collect(),
            Bucket::Home(cell, slot) => slots(*slot)
                .flat_map(|slot| self.index.in_bucket(&Bucket::Home(*cell, slot)).collect::<Vec<_>>())
                .collect(),
        }
    }
}

/// Where an incident is looked for.
pub(super) fn buckets_of(incident: &Incident) -> Vec<Bucket> {
    let place = &incident.report.said().place;
    let slot = incident.report.seen_at().0 / TIME_MS;
    let near = place.point.map(|p| Bucket::Near(p.lat.div_euclid(ROW), p.lon.div_euclid(COLUMN), slot));
    let words = street_words(&place.text);
    let named = (!words.is_empty()).then(|| Bucket::Named(place.zone.clone(), words, slot));
    let home = place.near.filter(|_| place.home).map(|cell| Bucket::Home(cell, slot));
    let is_half_known = near.is_some() != named.is_some();
    let zone = place.zone.clone().filter(|_| is_half_known).map(|zone| Bucket::Zone(zone, slot));
    near.into_iter().chain(named).chain(home).chain(zone).collect()
}

/// How much alike two reports are; `None` when they cannot be of one event.
fn likeness(a: &Incident, b: &Incident) -> Option<i32> {
    let (seen_a, seen_b) = (a.report.seen_at(), b.report.seen_at());
    let apart = seen_a.since_ms(seen_b).max(seen_b.since_ms(seen_a));
    let place = place_likeness(&a.report.said().place, &b.report.said().place)?;
    let (a, b) = (a.report.said(), b.report.said());
    let sizes = number_likeness(a.size.people, b.size.people, PEOPLE)
        + number_likeness(a.size.vehicles, b.size.vehicles, VEHICLES);
    let time = time_likeness(apart)?;
    Some(time + place + kind_likeness(a.kind, b.kind) + sizes)
}

fn time_likeness(apart: u64) -> Option<i32> {
    let step = usize::try_from(apart / (5 * MINUTE_MS)).ok()?;
    (apart <= TIME_MS).then(|| TIMES.get(step).copied().unwrap_or(LONG_APART))
}

fn place_likeness(a: &Place, b: &Place) -> Option<i32> {
    if a.home || b.home {
        let is_same = a.home && b.home && a.near.is_some() && a.near == b.near;
        return is_same.then_some(SAME_CELL);
    }
    let (words_a, words_b) = (street_words(&a.text), street_words(&b.text));
    let are_both_named = !words_a.is_empty() && !words_b.is_empty();
    let is_same_corner = are_both_named && words_a == words_b && a.zone == b.zone;
    let Some((from, to)) = a.point.zip(b.point) else {
        let is_one = |place: &Place, words: &str| place.point.is_some() == words.is_empty();
        let is_words_and_pin =
            is_one(a, &words_a) && is_one(b, &words_b) && a.point.is_some() != b.point.is_some();
        let is_same_zone = is_words_and_pin && a.zone.is_some() && a.zone == b.zone;
        return is_same_corner.then_some(SAME_WORDS).or(is_same_zone.then_some(SAME_ZONE));
    };
    let meters = Some(haversine_m(from, to)).filter(|meters| *meters <= PLACE_M)?;
    let table = if is_same_corner { PLACES_SAME_WORDS } else { PLACES };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 14")]
    let step = (meters / STEP_M) as usize;
    let pins = table.get(step).copied().unwrap_or(FAR_APART);
    Some(if are_both_named && !is_same_corner { pins.min(OTHER_WORDS) } else { pins })
}

fn number_likeness(a: Option<u16>, b: Option<u16>, table: [i32; 3]) -> i32 {
    let apart = a.zip(b).map(|(a, b)| usize::from(a.abs_diff(b)));
    apart.map_or(0, |apart| table.get(apart).copied().unwrap_or(OTHER_NUMBER))
}

fn kind_likeness(a: Kind, b: Kind) -> i32 {
    let general = |kind| matches!(kind, Kind::Presence | Kind::Other);
    let on_the_road = |kind| matches!(kind, Kind::Checkpoint | Kind::VehicleStop | Kind::Detention);
    let at_a_place = |kind| {
        matches!(
            kind,
            Kind::Workplace | Kind::School | Kind::Transit | Kind::PublicBuilding | Kind::Detention
        )
    };
    let is_near = general(a)
        || general(b)
        || (on_the_road(a) && on_the_road(b))
        || ((a == Kind::Detention) != (b == Kind::Detention) && at_a_place(a) && at_a_place(b));
    match (a == b, is_near) {
        (true, _) => KINDS[0],
        (false, true) => KINDS[1],
        (false, false) => KINDS[2],
    }
}

/// The words of cross streets in one form: *Lake St. & 12th Avenue* and *12th ave and lake street*
/// become the same.
fn street_words(text: &str) -> String {
    const FILL: [&str; 24] = [
        "and",
        "at",
        "corner",
        "of",
        "the",
        "on",
        "near",
        "y",
        "con",
        "st",
        "street",
        "ave",
        "av",
        "avenue",
        "blvd",
        "boulevard",
        "rd",
        "road",
        "dr",
        "drive",
        "ln",
        "lane",
        "calle",
        "avenida",
    ];
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: BTreeSet<&str> = words.filter(|word| !FILL.contains(word)).collect();
    // One word ("Lake") is a street, not a corner.
    if words.len() < 2 { String::new() } else { words.into_iter().collect::<Vec<_>>().join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Point;

    #[test]
    fn cross_streets_have_one_form() {
        for (a, b) in [
            ("Lake St. & 12th Avenue", "12th ave and lake street"),
            ("corner of Bloomington / 38th St", "38th St y Bloomington"),
        ] {
            assert_eq!(street_words(a), street_words(b));
        }
        assert_eq!(street_words("Lake Street"), "", "a street is not a corner");
        assert_ne!(street_words("Lake and 12th"), street_words("Lake and 13th"));
    }

    #[test]
    fn kinds_are_alike_either_way() {
        for a in Kind::ALL {
            for b in Kind::ALL {
                assert_eq!(kind_likeness(a, b), kind_likeness(b, a), "{a:?} {b:?}");
            }
            assert_eq!(kind_likeness(a, a), KINDS[0]);
        }
        assert_eq!(kind_likeness(Kind::School, Kind::Checkpoint), KINDS[2]);
        assert_eq!(kind_likeness(Kind::School, Kind::Workplace), KINDS[2]);
        assert_eq!(kind_likeness(Kind::Workplace, Kind::Detention), KINDS[1]);
    }

    #[test]
    fn what_is_not_known_says_nothing_and_what_is_far_is_no_twin() {
        assert_eq!(number_likeness(None, Some(3), PEOPLE), 0);
        assert_eq!(
            [0, 1, 2, 3, 90].map(|n| number_likeness(Some(5), Some(5 + n), PEOPLE)),
            [100, 60, 0, -400, -400]
        );
        assert_eq!(
            [0, 4, 5, 19, 20, 60].map(|m| time_likeness(m * MINUTE_MS)),
            [180, 180, 140, -70, -400, -400].map(Some)
        );
        assert_eq!(time_likeness(TIME_MS + 1), None);
        let at = |lat, text: &str| Place {
            point: Some(Point { lat, lon: -93_000_000 }),
            text: text.to_owned(),
            ..Place::default()
        };
        let near = |lat, one, other| place_likeness(&at(45_000_000, one), &at(45_000_000 + lat, other));
        assert_eq!(near(0, "", ""), Some(340));
        assert_eq!(near(0, "Lake & 12th", "12th and Lake"), Some(350));
        assert_eq!(near(0, "Lake & 12th", "Lake & 13th"), Some(-220));
        assert_eq!(near(5_000, "", ""), Some(-200), "556 m");
        assert_eq!(near(6_500, "", ""), None, "723 m");
        let cell = crate::geo::cell_of(Point { lat: 45_000_000, lon: -93_000_000 }, 8).ok();
        let home = Place { near: cell, home: true, ..Place::default() };
        assert_eq!(place_likeness(&home, &home), Some(360));
        assert_eq!(place_likeness(&home, &at(45_000_000, "")), None);
        let zone = |name: &str| Some(ZoneId::new(name).expect("a zone"));
        let pin = Place { zone: zone("east"), ..at(45_000_000, "") };
        let words = Place { zone: zone("east"), text: "Lake & 12th".into(), ..Place::default() };
        assert_eq!(place_likeness(&pin, &words), Some(SAME_ZONE));
        assert_eq!(place_likeness(&words, &Place { zone: zone("west"), ..pin.clone() }), None);
        assert_eq!(
            place_likeness(&pin, &Place { point: None, ..pin.clone() }),
            None,
            "a zone is not a place"
        );
    }
}
