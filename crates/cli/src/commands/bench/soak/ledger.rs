//! What the relay acknowledged, against what it gives out.

use std::collections::{BTreeMap, HashMap};

use bystand_wire::{FrameHash, Seq, StreamId};
use tokio::time::Instant;

/// Frames that were acknowledged and not read yet, and what else is counted.
#[derive(Debug, Default)]
pub struct Ledger {
    /// With the moment until which they must be there.
    missing: HashMap<(StreamId, Seq), (FrameHash, Instant)>,
    /// Read before its sender had the answer.
    early: HashMap<(StreamId, Seq), FrameHash>,
    acknowledged: u64,
    lost: u64,
    late: u64,
    counts: BTreeMap<&'static str, u64>,
    failures: Vec<String>,
    failed: u64,
    /// Of appends, in milliseconds, since they were last taken.
    waits: Vec<f64>,
}

/// Failures whose text is kept.
const TOLD: usize = 3;

impl Ledger {
    /// The relay said that it has a frame, which it keeps until then at least.
    pub fn acknowledged(&mut self, stream: StreamId, seq: Seq, frame: FrameHash, until: Instant) {
        self.acknowledged += 1;
        match self.early.remove(&(stream, seq)) {
            Some(read) => self.lost += u64::from(read != frame),
            None => {
                self.missing.insert((stream, seq), (frame, until));
            }
        }
    }

    /// A frame was read.
    pub fn read(&mut self, stream: StreamId, seq: Seq, frame: FrameHash) {
        match self.missing.remove(&(stream, seq)) {
            Some((sent, _)) => self.lost += u64::from(sent != frame),
            None => {
                self.early.insert((stream, seq), frame);
            }
        }
    }

    /// A stream was read up to a place, until `now`: what should have come and did not is lost, unless its
    /// time was over. `None`: there was nothing more to read at all.
    pub fn read_up_to(&mut self, stream: StreamId, last: Option<Seq>, now: Instant) {
        let passed = |(of, seq): &(StreamId, Seq)| *of == stream && last.is_none_or(|last| *seq <= last);
        for (_, (_, until)) in self.missing.extract_if(|place, _| passed(place)) {
            self.lost += u64::from(until > now);
            self.late += u64::from(until <= now);
        }
    }

    /// Something was asked for when its time was over: this machine was too busy.
    pub fn came_late(&mut self) {
        self.late += 1;
    }

    /// How much was asked for too late.
    pub fn late_count(&self) -> u64 {
        self.late
    }

    /// Something other than a frame that was acknowledged was asked for again, and was there or not.
    pub fn found(&mut self, there: bool) {
        self.acknowledged += 1;
        self.lost += u64::from(!there);
    }

    /// How much was acknowledged.
    pub fn acknowledged_count(&self) -> u64 {
        self.acknowledged
    }

    /// How much of it was lost: once all has been read, what is missing is.
    pub fn lost_count(&self) -> u64 {
        self.lost + u64::try_from(self.missing.len()).unwrap_or(u64::MAX)
    }

    /// Something happened.
    pub fn count(&mut self, what: &'static str) {
        self.count_many(what, 1);
    }

    /// Something happened so many times.
    pub fn count_many(&mut self, what: &'static str, times: u64) {
        *self.counts.entry(what).or_default() += times;
    }

    /// What happened how often.
    pub fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// A request failed.
    pub fn failed(&mut self, why: &anyhow::Error) {
        self.failed += 1;
        if self.failures.len() < TOLD {
            self.failures.push(format!("{why:#}"));
        }
    }

    /// How many requests failed, and why the first ones did.
    pub fn failures(&self) -> (u64, &[String]) {
        (self.failed, &self.failures)
    }

    /// An append was answered after so many milliseconds.
    pub fn waited(&mut self, ms: f64) {
        self.waits.push(ms);
    }

    /// How long appends took since this was last asked.
    pub fn take_waits(&mut self) -> Vec<f64> {
        std::mem::take(&mut self.waits)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const A: StreamId = StreamId([1; 32]);
    const ONE: FrameHash = FrameHash([1; 32]);
    const TWO: FrameHash = FrameHash([2; 32]);

    #[test]
    fn what_was_acknowledged_and_is_not_read_is_lost() {
        let mut ledger = Ledger::default();
        let until = Instant::now() + Duration::from_secs(60);
        ledger.acknowledged(A, Seq(1), ONE, until);
        ledger.acknowledged(A, Seq(2), TWO, until);
        assert_eq!((ledger.acknowledged_count(), ledger.lost_count()), (2, 2));
        ledger.read(A, Seq(1), ONE);
        assert_eq!(ledger.lost_count(), 1);
        ledger.read(A, Seq(2), TWO);
        assert_eq!(ledger.lost_count(), 0);
    }

    #[test]
    fn a_reader_may_be_faster_than_the_answer() {
        let mut ledger = Ledger::default();
        ledger.read(A, Seq(1), ONE);
        ledger.acknowledged(A, Seq(1), ONE, Instant::now());
        assert_eq!((ledger.acknowledged_count(), ledger.lost_count()), (1, 0));
    }

    #[test]
    fn another_frame_in_its_place_is_a_loss() {
        let mut ledger = Ledger::default();
        ledger.acknowledged(A, Seq(1), ONE, Instant::now());
        ledger.read(A, Seq(1), TWO);
        ledger.read(A, Seq(2), TWO);
        ledger.acknowledged(A, Seq(2), ONE, Instant::now());
        ledger.found(false);
        assert_eq!(ledger.lost_count(), 3);
    }

    #[test]
    fn what_is_asked_for_after_its_time_is_late_and_not_lost() {
        let mut ledger = Ledger::default();
        let until = Instant::now() + Duration::from_secs(60);
        for seq in 1..=3 {
            ledger.acknowledged(A, Seq(seq), ONE, until);
        }
        ledger.read(A, Seq(2), ONE);
        ledger.read_up_to(A, Some(Seq(2)), until - Duration::from_millis(1));
        assert_eq!((ledger.lost_count(), ledger.late_count()), (2, 0), "one for certain, one not read yet");
        ledger.read_up_to(A, None, until);
        assert_eq!((ledger.lost_count(), ledger.late_count()), (1, 1));
    }
}
