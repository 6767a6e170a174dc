//! What happens in the city, and how neighbors tell of it.

use bystand_core::alerts::{FalseAlarm, HowEnded};
use bystand_core::geo::Point;
use bystand_core::io::Random;
use bystand_core::report::{FirstHand, Kind, Place, ReportIn, Size, When};
use bystand_wire::time::MINUTE_MS;
use bystand_wire::{ReportId, Timestamp, ZoneId};

use super::habits::Neighbors;
use super::words::{self, corner};
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
    /// Nothing: somebody made it up, to send people there.
    Invented,
    /// Somebody reports their neighbors: nothing is to be kept.
    Denunciation,
    /// Sent to drown the rest.
    Flood,
}

impl Truth {
    /// Whether it is so.
    pub fn is_real(self) -> bool {
        matches!(self, Truth::Real(_))
    }
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
    /// It is at somebody's home.
    pub is_home: bool,
    /// People and vehicles that are to be seen.
    pub size: (u64, u64),
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

const KINDS: [Kind; 6] =
    [Kind::Checkpoint, Kind::VehicleStop, Kind::DoorKnock, Kind::Workplace, Kind::Transit, Kind::Presence];

const ALARMS: [FalseAlarm; 6] = [
    FalseAlarm::CityPolice,
    FalseAlarm::Towing,
    FalseAlarm::Utility,
    FalseAlarm::PrivateSecurity,
    FalseAlarm::FireOrAmbulance,
    FalseAlarm::NothingThere,
];

/// How far a pin is off, at most, in millionths of a degree: some twenty steps, or some blocks.
const OFF: [u64; 2] = [600, 6_000];

/// Draws a day's affairs with their tellings: so many reports in all, over so long.
pub fn draw(
    city: &City,
    (scenario, hours): (Scenario, u64),
    habits: &Neighbors,
    (begin, length_ms): (Timestamp, u64),
    reports: usize,
    rng: &mut Random,
) -> (Vec<Affair>, Vec<Telling>) {
    let (mut affairs, mut tellings): (Vec<Affair>, Vec<Telling>) = (Vec::new(), Vec::new());
    let real = scenario.real_affairs(reports, hours);
    while tellings.len() < reports {
        let number = affairs.len();
        let Some(affair) = affair(city, scenario, number < real, habits, (begin, length_ms), rng) else {
            break;
        };
        // In a flood each true affair is told once, the first of them by a card's pass.
        let by_card = scenario.is_flood() && number == 0;
        tellings.push(Telling { by_card, ..tell(&affair, number, true, habits, rng) });
        let is_once = affair.truth == Truth::Denunciation || scenario.is_flood();
        while !is_once && tellings.len() < reports && rng.chance(habits.another_report) {
            tellings.push(tell(&affair, number, false, habits, rng));
        }
        affairs.push(affair);
    }
    let end = begin.plus_ms(length_ms);
    // What would be told after the day is told at its end.
    tellings.iter_mut().for_each(|telling| telling.at = telling.at.min(end));
    tellings.sort_by_key(|telling| (telling.at, telling.affair));
    (affairs, tellings)
}

fn affair(
    city: &City,
    scenario: Scenario,
    is_real: bool,
    habits: &Neighbors,
    (begin, length_ms): (Timestamp, u64),
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
    } else if rng.chance(habits.invented) {
        Truth::Invented
    } else {
        Truth::FalseAlarm(*rng.pick(&ALARMS)?)
    };
    let lasts = rng.pause(35 * MINUTE_MS);
    let kind = if truth == Truth::Denunciation { Kind::Other } else { *rng.pick(&KINDS)? };
    let is_home = kind == Kind::DoorKnock && rng.chance(habits.at_home);
    let size = (rng.between(2, 8), rng.below(4));
    Some(Affair { at, until: at.plus_ms(lasts), point, zone, truth, kind, is_home, size })
}

fn tell(affair: &Affair, number: usize, is_first: bool, habits: &Neighbors, rng: &mut Random) -> Telling {
    let is_second_hand = !is_first && affair.truth != Truth::Invented && rng.chance(habits.second_hand);
    let is_late = is_second_hand && rng.chance(habits.after_the_fact);
    let late = match (is_first, is_late) {
        (true, _) => 0,
        (false, true) => rng.pause(habits.after_the_fact_ms),
        (false, false) => rng.pause(habits.another_ms),
    };
    let at = affair.at.plus_ms(late).plus_ms(rng.pause(habits.write_ms));
    let is_mistaken = rng.chance(habits.mistaken);
    let kind = if is_mistaken { rng.pick(&KINDS).copied().unwrap_or(affair.kind) } else { affair.kind };
    let is_other = rng.chance(habits.other_language);
    let mut report = ReportIn::new(ReportId([0; 16]), kind, place(affair, habits, rng), at);
    report.activity = match affair.truth {
        Truth::Denunciation => words::DENUNCIATION,
        Truth::Flood => words::FLOOD,
        Truth::Real(_) | Truth::FalseAlarm(_) | Truth::Invented => words::usual(is_other, rng),
    }
    .to_owned();
    report.first_hand = if is_second_hand { FirstHand::No } else { FirstHand::Yes };
    if is_second_hand {
        // Who heard of it remembers about when it was said to be, or nothing.
        let off = rng.below(10 * MINUTE_MS);
        let about = affair.at.plus_ms(off).min(at);
        report.seen = if rng.chance(habits.says_when) { When::At(about) } else { When::Unknown };
    }
    // People are counted to one more or less, vehicles most often right.
    let people = (affair.size.0 + rng.below(3)).saturating_sub(1).max(1);
    let is_miscounted = rng.chance(habits.miscounted);
    let vehicles =
        if is_miscounted { (affair.size.1 + 2 * rng.below(2)).saturating_sub(1) } else { affair.size.1 };
    report.size = Size { people: u16::try_from(people).ok(), vehicles: u16::try_from(vehicles).ok() };
    report.language = Some(if is_other { "es" } else { "en" }.to_owned());
    let leaves = affair.truth == Truth::Flood || rng.chance(habits.leaves_at_once);
    Telling { affair: number, at, report, leaves, by_card: false }
}

/// Where, as somebody says it: by a pin, by cross streets, by both.
fn place(affair: &Affair, habits: &Neighbors, rng: &mut Random) -> Place {
    let is_misplaced = rng.chance(habits.misplaced);
    let point = misplace(affair.point, if is_misplaced { OFF[1] } else { OFF[0] }, rng);
    let zone = Some(affair.zone.clone());
    // Whoever is mistaken about the place names the next corner.
    let text = corner(if is_misplaced { point } else { affair.point }, rng);
    if affair.is_home {
        return Place { point: Some(point), text, zone, home: true, ..Place::default() };
    }
    let how = rng.below(1_000);
    let (words_only, pin_only) = (u64::from(habits.words_only), u64::from(habits.pin_only));
    match () {
        () if how < words_only => Place { text, zone, ..Place::default() },
        () if how < words_only + pin_only => Place { point: Some(point), zone, ..Place::default() },
        () => Place { point: Some(point), text, zone, ..Place::default() },
    }
}

/// What somebody says who read an alert, looked out, and sees nothing.
pub fn doubt(affair: &Affair, number: usize, at: Timestamp, rng: &mut Random) -> Telling {
    let point = Some(misplace(affair.point, OFF[0], rng));
    let place = Place { point, zone: Some(affair.zone.clone()), ..Place::default() };
    let mut report = ReportIn::new(ReportId([0; 16]), Kind::Other, place, at);
    report.activity = words::DOUBT.to_owned();
    report.first_hand = FirstHand::Yes;
    report.language = Some("en".to_owned());
    Telling { affair: number, at, report, leaves: false, by_card: false }
}

/// What a hostile member makes up, in the name of a member.
pub fn make_up(city: &City, at: Timestamp, number: usize, rng: &mut Random) -> Option<(Affair, Telling)> {
    let (point, zone) = rng.pick(city.places())?.clone();
    let (truth, kind) = (Truth::Invented, *rng.pick(&KINDS)?);
    let affair = Affair { at, until: at, point, zone, truth, kind, is_home: false, size: (4, 2) };
    let honest = Neighbors { write_ms: 0, ..Neighbors::default() };
    let telling = tell(&affair, number, true, &honest, rng);
    Some((affair, telling))
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
