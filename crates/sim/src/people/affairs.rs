//! What happens in the city, and how neighbors tell of it.

use bystand_core::alerts::{FalseAlarm, HowEnded};
use bystand_core::geo::Point;
use bystand_core::io::Random;
use bystand_core::report::{FirstHand, Kind, Place, ReportIn, Size};
use bystand_wire::time::MINUTE_MS;
use bystand_wire::{ReportId, Timestamp, ZoneId};

use super::habits::Habits;
use crate::city::City;
use crate::scenario::Scenario;
use crate::seeds::Draw;

/// What is really there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It is so, for a while; and how it ends.
    Real(HowEnded),
    /// Something else.
    FalseAlarm(FalseAlarm),
    /// Somebody reports their neighbors: nothing is to be kept.
    Denunciation,
    /// Sent to drown the rest.
    Flood,
}

/// Something that (perhaps) happens somewhere.
#[derive(Debug, Clone)]
pub struct Affair {
    /// When it begins.
    pub at: Timestamp,
    /// When it is over.
    pub until: Timestamp,
    /// Where.
    pub point: Point,
    /// In which zone.
    pub zone: ZoneId,
    /// What it is.
    pub truth: Truth,
    /// What it is taken for.
    pub kind: Kind,
    /// Cross streets as people name them.
    pub corner: String,
}

/// One telling of an affair.
#[derive(Debug, Clone)]
pub struct Telling {
    /// Which affair.
    pub affair: usize,
    /// When *send* is pressed.
    pub at: Timestamp,
    /// What is told.
    pub report: ReportIn,
    /// The reporter closes the page as soon as it is sent.
    pub leaves: bool,
    /// It goes by a printed card's pass.
    pub by_card: bool,
}

/// In the words of somebody who tells of other people's lives. Used only here, to see it erased.
const DENUNCIATION: &str = "my neighbors are not from here, come and look";

const KINDS: [Kind; 6] =
    [Kind::Checkpoint, Kind::VehicleStop, Kind::DoorKnock, Kind::Workplace, Kind::Transit, Kind::Presence];

const TEXTS: [&str; 6] = [
    "four people in vests, two dark vans",
    "agents at a door, six or so",
    "they have stopped a car",
    "unmarked truck and people with radios",
    "hay agentes en la esquina",
    "men asking people at the station",
];

const ALARMS: [FalseAlarm; 6] = [
    FalseAlarm::CityPolice,
    FalseAlarm::Towing,
    FalseAlarm::Utility,
    FalseAlarm::PrivateSecurity,
    FalseAlarm::FireOrAmbulance,
    FalseAlarm::NothingThere,
];

/// What a flood says. It pretends nothing: whoever reads it knows at once, and reading is what it costs.
const FLOOD: &str = "send everybody here at once";

/// Whether a text is of a flood.
pub fn is_flood(text: &str) -> bool {
    text == FLOOD
}

/// Whether a text reports neighbors rather than what somebody does. People see that at once.
pub fn is_denunciation(text: &str) -> bool {
    text == DENUNCIATION
}

/// Draws a day's affairs with their tellings: so many reports in all, over so long.
pub fn draw(
    city: &City,
    scenario: Scenario,
    habits: &Habits,
    (begin, length_ms): (Timestamp, u64),
    reports: usize,
    rng: &mut Random,
) -> (Vec<Affair>, Vec<Telling>) {
    let (mut affairs, mut tellings): (Vec<Affair>, Vec<Telling>) = (Vec::new(), Vec::new());
    let real = scenario.real_affairs(reports);
    while tellings.len() < reports {
        let number = affairs.len();
        let is_real = number < real;
        let Some(affair) = affair(city, scenario, is_real, (begin, length_ms), number, rng) else { break };
        // In a flood each true affair is told once, the first of them by a card's pass.
        let by_card = scenario.is_flood() && number == 0;
        tellings.push(Telling { by_card, ..tell(&affair, number, true, habits, rng) });
        let is_once = affair.truth == Truth::Denunciation || scenario.is_flood();
        while !is_once && tellings.len() < reports && rng.chance(habits.another_report) {
            tellings.push(tell(&affair, number, false, habits, rng));
        }
        affairs.push(affair);
    }
    tellings.sort_by_key(|telling| (telling.at, telling.affair));
    (affairs, tellings)
}

fn affair(
    city: &City,
    scenario: Scenario,
    is_real: bool,
    (begin, length_ms): (Timestamp, u64),
    number: usize,
    rng: &mut Random,
) -> Option<Affair> {
    let (point, zone) = rng.pick(city.places())?.clone();
    let at = begin.plus_ms(rng.below(length_ms));
    let truth = if is_real {
        Truth::Real(*rng.pick(&[HowEnded::LeftNobodyTaken, HowEnded::PeopleTaken, HowEnded::LeftUnknown])?)
    } else if scenario.is_flood() {
        Truth::Flood
    } else if rng.chance(scenario.denunciations()) {
        Truth::Denunciation
    } else {
        Truth::FalseAlarm(*rng.pick(&ALARMS)?)
    };
    let lasts = rng.pause(35 * MINUTE_MS);
    let kind = if truth == Truth::Denunciation { Kind::Other } else { *rng.pick(&KINDS)? };
    let corner = format!("corner {}", number + 1);
    Some(Affair { at, until: at.plus_ms(lasts), point, zone, truth, kind, corner })
}

fn tell(affair: &Affair, number: usize, is_first: bool, habits: &Habits, rng: &mut Random) -> Telling {
    let late = if is_first { 0 } else { rng.pause(6 * MINUTE_MS) };
    let at = affair.at.plus_ms(late).plus_ms(rng.pause(habits.write_ms));
    let point = misplace(affair.point, if rng.chance(habits.misplaced) { 6_000 } else { 600 }, rng);
    let zone = Some(affair.zone.clone());
    let place = Place { point: Some(point), text: affair.corner.clone(), zone, ..Place::default() };
    let mut report = ReportIn::new(ReportId([0; 16]), affair.kind, place, at);
    let usual = rng.pick(&TEXTS).copied().unwrap_or_default();
    report.activity = match affair.truth {
        Truth::Denunciation => DENUNCIATION,
        Truth::Flood => FLOOD,
        Truth::Real(_) | Truth::FalseAlarm(_) => usual,
    }
    .to_owned();
    let is_second_hand = !is_first && rng.chance(habits.second_hand);
    report.first_hand = if is_second_hand { FirstHand::No } else { FirstHand::Yes };
    report.size = Size { people: Some(u16::try_from(rng.between(2, 8)).unwrap_or(2)), vehicles: None };
    let is_other = rng.chance(habits.other_language);
    report.language = Some(if is_other { "es" } else { "en" }.to_owned());
    Telling {
        affair: number,
        at,
        report,
        leaves: affair.truth == Truth::Flood || rng.chance(habits.leaves_at_once),
        by_card: false,
    }
}

/// A pin that is off by up to so many millionths of a degree.
fn misplace(point: Point, most: u64, rng: &mut Random) -> Point {
    let mut off = || {
        let drawn = i32::try_from(rng.below(2 * most + 1)).unwrap_or(0);
        drawn - i32::try_from(most).unwrap_or(0)
    };
    let moved = Point { lat: point.lat.saturating_add(off()), lon: point.lon.saturating_add(off()) };
    if moved.is_valid() { moved } else { point }
}
