//! What happens next: ordered by time, and by the order of planning within a millisecond.

use std::collections::BTreeMap;

use bystand_wire::Timestamp;

/// Things that will happen.
#[derive(Debug)]
pub struct Agenda<T> {
    now: Timestamp,
    planned: u64,
    entries: BTreeMap<(Timestamp, u64), T>,
}

impl<T> Agenda<T> {
    /// Nothing is planned.
    pub fn new(now: Timestamp) -> Self {
        Self { now, planned: 0, entries: BTreeMap::new() }
    }

    /// When it is.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// How much is planned.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is planned.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Plans something; what should have happened already happens next.
    pub fn plan(&mut self, at: Timestamp, what: T) {
        self.planned += 1;
        self.entries.insert((at.max(self.now), self.planned), what);
    }

    /// The next thing, if it happens by then; time moves on to it.
    pub fn next_by(&mut self, until: Timestamp) -> Option<T> {
        let first = self.entries.first_entry().filter(|entry| entry.key().0 <= until)?;
        self.now = first.key().0;
        Some(first.remove())
    }

    /// Time moves on without anything happening.
    pub fn pass(&mut self, until: Timestamp) {
        self.now = self.now.max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_time_and_then_by_order() {
        let mut agenda = Agenda::new(Timestamp(10));
        for (at, what) in [(30, "c"), (20, "a"), (20, "b"), (5, "late")] {
            agenda.plan(Timestamp(at), what);
        }
        let order: Vec<&str> = std::iter::from_fn(|| agenda.next_by(Timestamp(29))).collect();
        assert_eq!((order, agenda.now(), agenda.len()), (vec!["late", "a", "b"], Timestamp(20), 1));
        agenda.pass(Timestamp(29));
        assert_eq!((agenda.now(), agenda.next_by(Timestamp(40))), (Timestamp(29), Some("c")));
        assert!(agenda.is_empty());
    }
}
