//! From where a casebook can be verified whose first frames the relay has deleted: whoever gives a newcomer
//! the team's keys also names a place and the running hash there.

use bystand_wire::relay_api::StoredFrame;
use bystand_wire::time::DAY_MS;
use bystand_wire::{Hash32, Seq, StreamId, Timestamp, limits};
use minicbor::{Decode, Encode};

use super::{CasebookMark, TeamSync};

/// How far apart milestones are, in milliseconds.
const EVERY_MS: u64 = 7 * DAY_MS;
/// How long before the frames behind it may be gone a milestone is handed over no more: a newcomer needs time
/// to read them.
const MARGIN_MS: u64 = 14 * DAY_MS;
/// What is older than this a newcomer may leave unread. Younger frames nobody can talk them out of.
const LEAVABLE_MS: u64 = limits::STREAM_LIFE_MS - 2 * MARGIN_MS;
/// So long behind a milestone an author may have seen what was before it, which a newcomer cannot know.
const SETTLING_MS: u64 = 7 * DAY_MS;

/// A place of a casebook with its running hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Milestone {
    /// Of which casebook.
    #[n(0)]
    pub casebook: StreamId,
    /// The place.
    #[n(1)]
    pub seq: Seq,
    /// The running hash there.
    #[n(2)]
    pub running: Hash32,
    /// When the relay took the first frame behind it.
    #[n(3)]
    pub at: Timestamp,
}

impl CasebookMark {
    /// Before a frame is taken: sets a milestone where one is due, and drops those that are of no use.
    pub(super) fn set_milestone(&mut self, casebook: StreamId, stored: &StoredFrame) {
        let is_first = self.seq == Seq::START;
        let is_due = |last: &Milestone| stored.at.since_ms(last.at) >= EVERY_MS;
        if is_first || self.milestones.back().is_some_and(is_due) {
            let (seq, running) = (self.seq, self.running());
            self.milestones.push_back(Milestone { casebook, seq, running, at: stored.at });
        }
        let is_gone = |at: Timestamp| at.plus_ms(limits::STREAM_LIFE_MS) <= stored.at;
        while self.milestones.front().is_some_and(|first| is_gone(first.at)) && self.milestones.len() > 1 {
            self.milestones.pop_front();
        }
    }

    /// What a newcomer gets: the first place behind which the relay will still have everything; none when
    /// that is the beginning, or nothing is known.
    pub(super) fn milestone(&self, now: Timestamp) -> Option<Milestone> {
        let has_time = |m: &&Milestone| now < m.at.plus_ms(limits::STREAM_LIFE_MS - MARGIN_MS);
        let last = self.milestones.back()?;
        let here = Milestone { seq: self.seq, running: self.running(), at: now, ..*last };
        let found = self.milestones.iter().find(has_time).copied().unwrap_or(here);
        (found.seq > Seq::START).then_some(found)
    }

    /// At a place that somebody else vouches for.
    fn behind(milestone: Milestone) -> Self {
        let mut mark = Self::start(milestone.casebook);
        mark.seq = milestone.seq;
        mark.recent = [milestone.running].into();
        mark.milestones = [milestone].into();
        mark.settled = Some(milestone.at.plus_ms(SETTLING_MS));
        mark
    }

    /// Whether the relay took a frame so shortly behind the milestone where this device began that its author
    /// may have seen what this device has not.
    pub(super) fn is_settling(&self, at: Timestamp) -> bool {
        self.settled.is_some_and(|settled| at < settled)
    }
}

impl TeamSync {
    /// A newcomer to a casebook without its beginning leaves unread what lies before the milestone that came
    /// with the keys, and goes on from there.
    pub(super) fn begin_at_milestone(&mut self, now: Timestamp) {
        let is_of_it = |m: &Milestone| m.casebook == self.streams.casebook;
        let Some(milestone) = self.keys.milestone().filter(is_of_it) else { return };
        let is_leavable = |held: &StoredFrame| held.at.plus_ms(LEAVABLE_MS) < now;
        while self.mark.seq == Seq::START
            && let Some(first) = self.held.front()
        {
            if first.seq > milestone.seq {
                self.mark = CasebookMark::behind(milestone);
            } else if is_leavable(first) {
                self.held.pop_front();
            } else {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASEBOOK: StreamId = StreamId([1; 32]);

    /// A mark after an entry a day, so many days long.
    fn mark(days: u64) -> CasebookMark {
        let mut mark = CasebookMark::start(CASEBOOK);
        for day in 0..days {
            let stored =
                StoredFrame { seq: Seq(day + 1), at: Timestamp(day * DAY_MS), frame: vec![7], lane: None };
            mark.set_milestone(CASEBOOK, &stored);
            mark.advance(&stored);
        }
        mark
    }

    #[test]
    fn a_milestone_has_everything_behind_it_for_as_long_as_a_newcomer_reads() {
        assert_eq!(mark(0).milestone(Timestamp(0)), None);
        for days in [1, 100, 386] {
            let now = Timestamp((days - 1) * DAY_MS);
            assert_eq!(mark(days).milestone(now), None, "{days}: from the beginning");
        }
        for days in [387, 400, 401, 1_000] {
            let (mark, now) = (mark(days), Timestamp((days - 1) * DAY_MS));
            let given = mark.milestone(now).expect("a milestone");
            let life = given.at.plus_ms(limits::STREAM_LIFE_MS).since_ms(now);
            assert!((MARGIN_MS..=MARGIN_MS + EVERY_MS).contains(&life), "{days}: {life}");
            assert_eq!(given.seq.0, given.at.0 / DAY_MS, "{days}: the place before its frame");
            assert!(mark.milestones.len() <= 60, "{days}");
        }
        // A casebook in which nothing was written for a year: nothing of it is there to be verified.
        let mark = mark(3);
        let given = mark.milestone(Timestamp(500 * DAY_MS)).expect("a milestone");
        assert_eq!((given.seq, given.running), (Seq(3), mark.running()));
    }
}
