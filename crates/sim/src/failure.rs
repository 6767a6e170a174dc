//! What fails on a day: programs are killed, the relay is, some cannot reach it, clocks are off, disks are
//! full, lines are bad. Each failure is an operation that a shortened script may leave out
//! ([`crate::shrink`]), drawn from the seed and its number alone.

use bystand_core::io::Random;
use bystand_wire::time::{HOUR_MS, MINUTE_MS, SECOND_MS};

use crate::machine::Kill;
use crate::scenario::Scenario;
use crate::seeds::Draw;
use crate::world::Fall;

/// Something that fails, and for how long, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// A program of somebody on duty is killed.
    Kill(Kill),
    /// The relay's process is.
    Relay(Fall, u64),
    /// A share of those on duty, in permille, cannot reach the relay.
    Partition(u32, u64),
    /// Of the desk's devices every other one cannot.
    DeskSplit(u64),
    /// A clock is off by so much.
    Clock(i64, u64),
    /// A disk takes no more.
    FullDisk(u64),
    /// A line is at its worst.
    Storm(u64),
}

/// How often something fails.
pub fn every_ms(scenario: Scenario) -> u64 {
    match scenario {
        Scenario::Crash => MINUTE_MS,
        Scenario::Ordinary
        | Scenario::Surge
        | Scenario::RumorDay
        | Scenario::Flood
        | Scenario::Night
        | Scenario::Infiltrated => 2 * HOUR_MS,
    }
}

/// What fails. On a day on which nothing is meant to fail, it does so mildly.
pub fn draw(scenario: Scenario, rng: &mut Random) -> Failure {
    let is_hard = scenario == Scenario::Crash;
    let lasts = rng.pause(if is_hard { 90 * SECOND_MS } else { 20 * SECOND_MS });
    let kill = Failure::Kill(rng.pick(&Kill::ALL).copied().unwrap_or(Kill::AfterStore));
    match rng.below(100) {
        0..8 => Failure::Relay(rng.pick(&Fall::ALL).copied().unwrap_or(Fall::AfterCommit), lasts),
        8..16 => Failure::Partition(if is_hard { 500 } else { 100 }, lasts),
        16..20 => Failure::DeskSplit(lasts),
        20..28 => Failure::Clock(skew(is_hard, rng), 4 * lasts),
        28..36 if is_hard => Failure::FullDisk(lasts),
        36..44 => Failure::Storm(2 * lasts),
        _ => kill,
    }
}

/// Mostly within what the relay bears, which is five minutes.
fn skew(is_hard: bool, rng: &mut Random) -> i64 {
    let most = if is_hard && rng.chance(250) { 30 * MINUTE_MS } else { 4 * MINUTE_MS };
    let off = i64::try_from(rng.below(2 * most + 1)).unwrap_or(0);
    off - i64::try_from(most).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeds::Seeds;

    #[test]
    fn a_crash_day_has_all_of_them_and_other_days_only_mild_ones() {
        let draws = |scenario| -> Vec<Failure> {
            (0..500).map(|n| draw(scenario, &mut Seeds::new(1).generator("failure", n))).collect()
        };
        let word = |failure: &Failure| format!("{failure:?}").split('(').next().map(str::to_owned);
        let kinds =
            |list: &[Failure]| list.iter().filter_map(word).collect::<std::collections::BTreeSet<_>>();
        let crash = draws(Scenario::Crash);
        assert_eq!(kinds(&crash).len(), 7, "{:?}", kinds(&crash));
        for kill in Kill::ALL {
            assert!(crash.contains(&Failure::Kill(kill)), "{kill:?}");
        }
        let mild = draws(Scenario::Ordinary);
        assert!(mild.iter().all(|failure| match failure {
            Failure::FullDisk(_) => false,
            Failure::Clock(ms, _) => ms.unsigned_abs() <= 4 * MINUTE_MS,
            Failure::Partition(share, lasts) => *share <= 100 && *lasts < 2 * MINUTE_MS,
            Failure::Kill(_) | Failure::Relay(..) | Failure::DeskSplit(_) | Failure::Storm(_) => true,
        }));
    }
}
