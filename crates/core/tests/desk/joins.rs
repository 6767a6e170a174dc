//! How often a proposed join is right, on the positions of real incidents at the load of a lively hour.

use bystand_core::desk::*;
use bystand_core::geo::Point;
use bystand_core::report::{Kind, Place, ReportIn, Source};
use bystand_wire::*;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::support::{MINUTE, START, who};

/// Events in the hour, in a city: ten times an ordinary hotline's day.
const EVENTS: usize = 40;
const ROUNDS: u64 = 40;

fn real_positions() -> Vec<Point> {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/twin-cities/incidents.csv"));
    // Two dozen rows have no position.
    let position = |line: &str| {
        let mut fields = line.split(',').skip(1).map(|field| field.parse::<f64>().ok());
        let (lat, lon) = (fields.next()??, fields.next()??);
        Point::from_degrees(lat, lon)
    };
    let positions: Vec<Point> = text.lines().skip(1).filter_map(position).collect();
    assert!(positions.len() > 13_900, "{}", positions.len());
    positions
}

fn below(rng: &mut ChaCha20Rng, limit: u64) -> u64 {
    rng.next_u64() % limit
}

/// The sum of three draws: most pins fall near, some a block off (standard deviation about 55 m).
fn scatter(rng: &mut ChaCha20Rng) -> i32 {
    let sum: u64 = (0..3).map(|_| below(rng, 1_000)).sum();
    i32::try_from(sum).expect("small") - 1_500
}

struct Hour {
    state: DeskState,
    /// Which event each incident is about.
    event_of: Vec<usize>,
}

fn id_of(n: usize) -> ReportId {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&u64::try_from(n).expect("small").to_be_bytes());
    ReportId(id)
}

fn lively_hour(seed: u64, positions: &[Point]) -> Hour {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut reports = Vec::new();
    for event in 0..EVENTS {
        let place = positions[usize::try_from(below(&mut rng, positions.len() as u64)).expect("an index")];
        let begins = START.plus_ms(below(&mut rng, 60 * MINUTE));
        let kind = Kind::ALL[usize::try_from(below(&mut rng, 9)).expect("an index")];
        for _ in 0..1 + below(&mut rng, 4) {
            let at = begins.plus_ms(below(&mut rng, 12 * MINUTE));
            let point = Point { lat: place.lat + scatter(&mut rng), lon: place.lon + scatter(&mut rng) };
            // One in five says only that somebody is there.
            let said = if below(&mut rng, 5) == 0 { Kind::Presence } else { kind };
            reports.push((at, event, point, said));
        }
    }
    reports.sort_by_key(|(at, ..)| *at);
    let mut hour = Hour { state: DeskState::new(), event_of: Vec::new() };
    for (n, (at, event, point, kind)) in reports.into_iter().enumerate() {
        let place = Place { point: Some(point), ..Place::default() };
        let report = ReportIn::new(id_of(n), kind, place, at).check(Source::Public, at).expect("good");
        let taken = IntakeEvent::ReportTaken { report: Box::new(report), vouch: None, received_at: at };
        let seq = Seq(u64::try_from(n).expect("small") + 1);
        assert_eq!(hour.state.apply(seq, who(1), at, taken.into()), Outcome::Applied);
        hour.event_of.push(event);
    }
    hour
}

#[test]
fn of_a_hundred_proposals_at_least_98_are_right() {
    let positions = real_positions();
    let (mut right, mut wrong, mut found, mut repeats) = (0u32, 0u32, 0u32, 0u32);
    for seed in 0..ROUNDS {
        let hour = lively_hour(seed, &positions);
        let event = |id: IncidentId| {
            let number = u64::from_be_bytes(id.0[..8].try_into().expect("eight bytes"));
            hour.event_of[usize::try_from(number).expect("small")]
        };
        for incident in hour.state.incidents() {
            let own = event(incident.id);
            let proposals = hour.state.proposed_joins(incident.id);
            for proposal in &proposals {
                if event(proposal.with) == own { right += 1 } else { wrong += 1 }
            }
            let has_twin = hour.event_of.iter().filter(|e| **e == own).count() > 1;
            repeats += u32::from(has_twin);
            found += u32::from(has_twin && proposals.iter().any(|p| event(p.with) == own));
        }
    }
    println!("right {right}, wrong {wrong}; {found} of {repeats} repeated reports have a right proposal");
    assert!(right > 1_000, "enough to say something: {right}");
    assert!(wrong * 49 <= right, "precision at least 0.98: {right} right, {wrong} wrong");
    assert!(found * 10 >= repeats * 6, "and it helps: {found} of {repeats}");
}
