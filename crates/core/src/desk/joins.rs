//! Proposes which incidents look like one event (flow 1.3). A person decides.
//!
//! A wrong proposal that is taken hides a report inside another one; a missed one costs a second
//! look. So precision comes first: of what is proposed, at least 98 of 100 are to be right at the
//! load of a lively hour (tests/desk_joins.rs measures it on the positions of real incidents).
//!
//! The score in permille is the product of three, each 0 to 1000: nearness in place and in time falls
//! in a straight line to 0 at [`PLACE_M`] and [`TIME_MS`]; kind is 1000 when the same, 900 when one is
//! general (*presence*, *other*), 850 when they often are one event told twice, else 0.
//! Places compare by pin; without a pin on both sides by the same words for the cross streets in the
//! same zone. A home has neither in a casebook, so it is never proposed.

use std::collections::BTreeSet;

use bystand_wire::time::MINUTE_MS;
use bystand_wire::{IncidentId, ZoneId};

use super::incident::Incident;
use super::state::DeskState;
use crate::geo::{Point, haversine_m};
use crate::report::Kind;

/// Pins farther apart than this are two events, in meters.
const PLACE_M: f64 = 300.0;
/// Sightings farther apart than this are two events, in milliseconds.
const TIME_MS: u64 = 30 * MINUTE_MS;
/// Two reports that name the same cross streets are about this near, in permille.
const SAME_WORDS: u32 = 850;
/// From this score on a join is proposed, in permille.
pub const JOIN_SCORE: u32 = 500;

/// A proposal to join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProposedJoin {
    /// The other incident (a root).
    pub with: IncidentId,
    /// How much alike they are, in permille.
    pub score: u32,
}

/// A rough place and time; what lies in neighboring buckets may be near.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bucket {
    /// A square of the map (rows of 0.004°, columns of 0.01°) and half an hour.
    Near(i32, i32, u64),
    /// Cross streets in a zone and half an hour.
    Named(Option<ZoneId>, String, u64),
}

/// Micro-degrees in a row and a column: each wider than [`PLACE_M`] up to 74 degrees of latitude.
const ROW: i32 = 4_000;
const COLUMN: i32 = 10_000;

impl DeskState {
    /// Open incidents that look like the same event as this one, the most alike first.
    pub fn proposed_joins(&self, id: IncidentId) -> Vec<ProposedJoin> {
        let own = self.root_of(id);
        let mut seen = BTreeSet::from([own]);
        let mut proposals = Vec::new();
        for candidate in self.group(id).flat_map(buckets_of).flat_map(|bucket| self.around(&bucket)) {
            let with = self.root_of(candidate);
            let open = self.incidents.get(&with).is_some_and(|root| root.closing.is_none());
            if !open || !seen.insert(with) {
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

    /// The likeness of the two members that are most alike.
    fn likeness(&self, a: IncidentId, b: IncidentId) -> u32 {
        let pairs = self.group(a).flat_map(|left| self.group(b).map(move |right| (left, right)));
        // Two crowds of reports are compared by a sample; the nearest pairs are the newest ones.
        pairs.take(256).map(|(left, right)| likeness(left, right)).max().unwrap_or(0)
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
    near.into_iter().chain(named).collect()
}

fn likeness(a: &Incident, b: &Incident) -> u32 {
    let (seen_a, seen_b) = (a.report.seen_at(), b.report.seen_at());
    let apart = seen_a.since_ms(seen_b).max(seen_b.since_ms(seen_a));
    let time = u32::try_from(1000 - apart.min(TIME_MS) * 1000 / TIME_MS).unwrap_or(0);
    let (place_a, place_b) = (&a.report.said().place, &b.report.said().place);
    let place = match (place_a.point, place_b.point) {
        (Some(a), Some(b)) => nearness(a, b),
        (None, _) | (_, None) => {
            let words = street_words(&place_a.text);
            let same =
                !words.is_empty() && words == street_words(&place_b.text) && place_a.zone == place_b.zone;
            if same { SAME_WORDS } else { 0 }
        }
    };
    let kind = kind_likeness(a.report.said().kind, b.report.said().kind);
    place * time / 1000 * kind / 1000
}

fn nearness(a: Point, b: Point) -> u32 {
    let left = (1.0 - haversine_m(a, b) / PLACE_M).clamp(0.0, 1.0);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 1000 after the clamp above"
    )]
    let permille = (left * 1000.0) as u32;
    permille
}

fn kind_likeness(a: Kind, b: Kind) -> u32 {
    let general = |kind| matches!(kind, Kind::Presence | Kind::Other);
    let on_the_road = |kind| matches!(kind, Kind::Checkpoint | Kind::VehicleStop | Kind::Detention);
    let at_a_place = |kind| {
        matches!(
            kind,
            Kind::Workplace | Kind::School | Kind::Transit | Kind::PublicBuilding | Kind::Detention
        )
    };
    if a == b {
        1000
    } else if general(a) || general(b) {
        900
    } else if (on_the_road(a) && on_the_road(b))
        || ((a == Kind::Detention) != (b == Kind::Detention) && at_a_place(a) && at_a_place(b))
    {
        850
    } else {
        0
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
            assert_eq!(kind_likeness(a, a), 1000);
        }
        assert_eq!(kind_likeness(Kind::School, Kind::Checkpoint), 0);
        assert_eq!(kind_likeness(Kind::School, Kind::Workplace), 0);
        assert_eq!(kind_likeness(Kind::Workplace, Kind::Detention), 850);
    }
}
