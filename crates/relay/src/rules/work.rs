//! Proof of work: which nonces count, how much is asked, which proofs were used.
//!
//! The effort asked rises while the open lane takes more than its target and falls back when it
//! does not, between a floor and a cap. It slows a flood and prevents none; what protects the desk
//! is its queue.

use std::collections::{HashSet, VecDeque};

use bystand_wire::problem::Code;
use bystand_wire::time::{MINUTE_MS, SECOND_MS};
use bystand_wire::{Hash32, Timestamp, limits};

use super::Refusal;

/// A nonce stands for half the time it is accepted, so that each one offered has at least that long left.
pub const WINDOW_MS: u64 = limits::WORK_NONCE_MS / 2;
/// How often the effort is adjusted.
pub const TICK_MS: u64 = 10 * SECOND_MS;
/// Ticks for which an effort once asked is still enough: who started to solve is not sent back.
const GRACE_TICKS: usize = 6;
/// Proofs remembered per window, to bound memory.
pub const USED_PROOFS: usize = 1_000_000;

/// The window of a moment.
pub fn window(now: Timestamp) -> u64 {
    now.0 / WINDOW_MS
}

/// The windows whose nonces count now, newest first.
pub fn accepted_windows(now: Timestamp) -> [u64; 2] {
    [window(now), window(now).saturating_sub(1)]
}

/// Until when a nonce offered now counts.
pub fn valid_until(now: Timestamp) -> Timestamp {
    Timestamp(window(now).saturating_add(2).saturating_mul(WINDOW_MS))
}

/// What the operator sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkLimits {
    /// Asked when nothing happens.
    pub floor: u32,
    /// Never more than this: what the reference phone solves in five seconds.
    pub cap: u32,
    /// Frames a minute the open lane takes before the effort rises.
    pub target_per_minute: u32,
}

/// Follows the open lane's load.
#[derive(Debug, Clone)]
pub struct Controller {
    limits: WorkLimits,
    tick: u64,
    taken: u64,
    /// Newest last; never empty.
    asked: VecDeque<u32>,
}

impl Controller {
    /// At rest.
    pub fn new(limits: WorkLimits, now: Timestamp) -> Self {
        let floor = limits.floor.min(limits.cap).max(1);
        let limits = WorkLimits { floor, cap: limits.cap.max(1), ..limits };
        Self { limits, tick: now.0 / TICK_MS, taken: 0, asked: VecDeque::from([floor]) }
    }

    /// The effort asked now.
    pub fn asked(&mut self, now: Timestamp) -> u32 {
        self.advance(now);
        self.asked.back().copied().unwrap_or(self.limits.floor)
    }

    /// The effort that is enough now: the least that was asked in the last minute.
    pub fn enough(&mut self, now: Timestamp) -> u32 {
        self.advance(now);
        self.asked.iter().copied().min().unwrap_or(self.limits.floor)
    }

    /// A frame came in by the open lane.
    pub fn taken(&mut self, now: Timestamp) {
        self.advance(now);
        self.taken = self.taken.saturating_add(1);
    }

    fn advance(&mut self, now: Timestamp) {
        let tick = now.0 / TICK_MS;
        // A clock that was set back leaves the controller where it is.
        let elapsed = tick.saturating_sub(self.tick);
        // From the cap to the floor takes fewer ticks than this, so the rest can be skipped.
        for _ in 0..elapsed.min(256) {
            let next = self.next_effort();
            self.taken = 0;
            self.asked.push_back(next);
            if self.asked.len() > GRACE_TICKS {
                self.asked.pop_front();
            }
        }
        self.tick = self.tick.max(tick);
    }

    fn next_effort(&self) -> u32 {
        let effort = self.asked.back().copied().unwrap_or(self.limits.floor);
        let target = (u64::from(self.limits.target_per_minute) * TICK_MS / MINUTE_MS).max(1);
        let next = if self.taken > target {
            let factor = u32::try_from(self.taken.div_ceil(target)).unwrap_or(u32::MAX).clamp(2, 4);
            effort.saturating_mul(factor)
        } else if self.taken * 2 <= target {
            effort - (effort / 4).max(1).min(effort)
        } else {
            effort
        };
        next.clamp(self.limits.floor, self.limits.cap)
    }
}

/// The proofs used while their nonces count. Kept in memory only: a restart draws a new secret, and
/// with it all older nonces end.
#[derive(Debug, Default)]
pub struct UsedProofs {
    window: u64,
    current: HashSet<Hash32>,
    previous: HashSet<Hash32>,
}

impl UsedProofs {
    /// Whether a proof may be used: not before, and there is room to remember it.
    ///
    /// # Errors
    /// `work-needed` when it was used, `busy` when too many proofs came.
    pub fn check(&mut self, proof: &Hash32, now: Timestamp) -> Result<(), Refusal> {
        self.rotate(now);
        if self.current.contains(proof) || self.previous.contains(proof) {
            return Err(Refusal::new(Code::WorkNeeded, "This proof of work was used before."));
        }
        if self.current.len() >= USED_PROOFS {
            return Err(
                Refusal::new(Code::Busy, "Too many frames come in by the open lane.").retry_after(MINUTE_MS)
            );
        }
        Ok(())
    }

    /// Remembers a proof.
    pub fn mark(&mut self, proof: Hash32, now: Timestamp) {
        self.rotate(now);
        self.current.insert(proof);
    }

    /// Forgets a proof whose frame could not be stored after all.
    pub fn unmark(&mut self, proof: &Hash32) {
        self.current.remove(proof);
        self.previous.remove(proof);
    }

    fn rotate(&mut self, now: Timestamp) {
        let window = window(now);
        if window == self.window.saturating_add(1) {
            self.previous = std::mem::take(&mut self.current);
        } else if window > self.window {
            self.previous = HashSet::new();
            self.current = HashSet::new();
        }
        self.window = self.window.max(window);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: WorkLimits = WorkLimits { floor: 1, cap: 16, target_per_minute: 60 };
    const START: Timestamp = Timestamp(1_800_000_000_000);

    /// Runs ticks with a number of frames each and gives the effort asked after each.
    fn run(load: &[u64]) -> Vec<u32> {
        let mut c = Controller::new(LIMITS, START);
        let mut now = START;
        let mut asked = Vec::new();
        for frames in load {
            for _ in 0..*frames {
                c.taken(now);
            }
            now = now.plus_ms(TICK_MS);
            asked.push(c.asked(now));
        }
        asked
    }

    #[test]
    fn rises_with_load_to_its_cap_and_falls_back() {
        assert_eq!(run(&[0, 5, 10]), [1, 1, 1], "ordinary hours");
        assert_eq!(run(&[11, 25, 25, 1000, 1000]), [2, 6, 16, 16, 16], "a flood");
        assert_eq!(run(&[1000, 1000, 0, 0, 0, 0, 0, 0, 0, 0]), [4, 16, 12, 9, 7, 6, 5, 4, 3, 2]);
        assert_eq!(run(&[1000, 8, 8]), [4, 4, 4], "holds while the load is near the target");
    }

    #[test]
    fn what_was_asked_is_enough_for_a_minute() {
        let mut c = Controller::new(LIMITS, START);
        for _ in 0..1000 {
            c.taken(START);
        }
        let later = START.plus_ms(TICK_MS);
        assert_eq!((c.asked(later), c.enough(later)), (4, 1));
        for i in 1..=GRACE_TICKS as u64 {
            for _ in 0..1000 {
                c.taken(START.plus_ms(i * TICK_MS));
            }
        }
        let minute = START.plus_ms((GRACE_TICKS as u64 + 1) * TICK_MS);
        assert!(c.enough(minute) > 1);
    }

    #[test]
    fn clocks_that_jump_do_no_harm() {
        let mut c = Controller::new(LIMITS, START);
        for _ in 0..1000 {
            c.taken(START);
        }
        assert_eq!(c.asked(START.minus_ms(3_600_000)), 1);
        assert_eq!(c.asked(START.plus_ms(TICK_MS)), 4);
        assert_eq!(c.asked(Timestamp(u64::MAX)), 1);
    }

    #[test]
    fn every_offered_nonce_counts_for_five_to_ten_minutes() {
        for offset in [0, 1, WINDOW_MS - 1, WINDOW_MS, 7 * WINDOW_MS + 3] {
            let offered = START.plus_ms(offset);
            let until = valid_until(offered);
            let life = until.since_ms(offered);
            assert!((WINDOW_MS..=limits::WORK_NONCE_MS).contains(&life));
            let counts = |now| accepted_windows(now).contains(&window(offered));
            assert!(counts(until.minus_ms(1)) && !counts(until));
        }
    }

    #[test]
    fn a_proof_is_used_once_while_its_nonce_counts() {
        let mut used = UsedProofs::default();
        let proof = Hash32([1; 32]);
        assert_eq!(used.check(&proof, START), Ok(()));
        used.mark(proof, START);
        for now in [START, valid_until(START).minus_ms(1)] {
            assert_eq!(used.check(&proof, now).map_err(|r| r.code), Err(Code::WorkNeeded), "{now}");
        }
        used.unmark(&proof);
        assert_eq!(used.check(&proof, START), Ok(()));
    }

    #[test]
    fn proofs_are_forgotten_with_their_nonces() {
        let mut used = UsedProofs::default();
        let proof = Hash32([1; 32]);
        used.mark(proof, START);
        assert_eq!(used.check(&proof, valid_until(START)), Ok(()));
        assert!(used.current.is_empty() && used.previous.is_empty());
    }
}
