//! The ranked queue (protocol: Reports): what a dispatcher should look at next.
//!
//! Reports with a pass come first, so that a flood in the open lane cannot push them down; every fifth
//! place goes to whatever has waited longest, so that the open lane is never starved either.

use core::cmp::Reverse;

use bystand_wire::{IncidentId, Timestamp};

use super::incident::Incident;
use super::incident::Stage;
use super::state::DeskState;
use crate::report::FirstHand;

/// Every so many places the oldest waiting incident is put, whatever its lane.
const OLDEST_EVERY: usize = 5;

/// An incident that waits for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueItem {
    /// Which.
    pub incident: IncidentId,
    /// Vouched reports in its group: corroboration counts no others.
    pub vouched: u32,
    /// All reports in its group.
    pub reports: u32,
    /// Somebody says they see it themselves.
    pub first_hand: bool,
    /// When the desk had its first report.
    pub waiting_since: Timestamp,
    /// How long it has waited, in milliseconds.
    pub waited_ms: u64,
    /// It stands here because it has waited longest, not by its rank.
    pub oldest: bool,
}

impl DeskState {
    /// Open incidents that nobody has claimed and nothing was decided about, in the order in which they
    /// should be taken.
    pub fn queue(&self, now: Timestamp) -> Vec<QueueItem> {
        let waiting = |incident: &&Incident| {
            incident.claim.is_none()
                && incident.drawer.is_none()
                && incident.referrals.is_empty()
                && self.stage(incident.id) == Some(Stage::Waiting)
        };
        // Entry order is age by the relay's order, which no reporter's clock can bend.
        let by_age: Vec<QueueItem> =
            self.open_incidents().filter(waiting).map(|incident| self.queue_item(incident, now)).collect();
        weave(by_age)
    }

    fn queue_item(&self, incident: &Incident, now: Timestamp) -> QueueItem {
        let reports = u32::try_from(incident.joined.len()).unwrap_or(u32::MAX).saturating_add(1);
        let first_hand = self.group(incident.id).any(|m| m.report.said().first_hand == FirstHand::Yes);
        let waiting_since = self.group(incident.id).map(|m| m.taken.at).min().unwrap_or(incident.taken.at);
        QueueItem {
            incident: incident.id,
            vouched: self.corroboration(incident.id),
            reports,
            first_hand,
            waiting_since,
            waited_ms: now.since_ms(waiting_since),
            oldest: false,
        }
    }
}

/// Ranks, and gives every fifth place to the oldest that is left.
fn weave(by_age: Vec<QueueItem>) -> Vec<QueueItem> {
    let mut by_rank: Vec<usize> = (0..by_age.len()).collect();
    let rank = |index: &usize| {
        let item = by_age.get(*index);
        item.map(|i| (Reverse(i.vouched), Reverse(i.first_hand), *index))
    };
    by_rank.sort_by_key(rank);
    let mut placed = vec![false; by_age.len()];
    let (mut ranked, mut aged) = (by_rank.into_iter(), 0..by_age.len());
    let mut queue = Vec::with_capacity(by_age.len());
    while queue.len() < by_age.len() {
        let oldest = (queue.len() + 1).is_multiple_of(OLDEST_EVERY);
        let free = |index: &usize| placed.get(*index) == Some(&false);
        let next = if oldest { aged.by_ref().find(free) } else { ranked.by_ref().find(free) };
        let Some((index, item)) = next.and_then(|index| Some((index, *by_age.get(index)?))) else { break };
        if let Some(slot) = placed.get_mut(index) {
            *slot = true;
        }
        queue.push(QueueItem { oldest, ..item });
    }
    queue
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn item(age: u8, vouched: u32, first_hand: bool) -> QueueItem {
        QueueItem {
            incident: IncidentId([age; 16]),
            vouched,
            reports: 1,
            first_hand,
            waiting_since: Timestamp(u64::from(age)),
            waited_ms: 0,
            oldest: false,
        }
    }

    #[test]
    fn vouched_first_then_first_hand_then_age_and_every_fifth_the_oldest() {
        let by_age = vec![
            item(0, 0, false),
            item(1, 0, true),
            item(2, 1, false),
            item(3, 1, true),
            item(4, 3, false),
            item(5, 1, false),
            item(6, 1, false),
            item(7, 0, false),
        ];
        let order: Vec<(u8, bool)> = weave(by_age).iter().map(|i| (i.incident.0[0], i.oldest)).collect();
        let expected =
            [(4, false), (3, false), (2, false), (5, false), (0, true), (6, false), (1, false), (7, false)];
        assert_eq!(order, expected);
    }

    proptest! {
        #[test]
        fn everything_is_placed_once_and_the_oldest_is_never_starved(
            items in proptest::collection::vec((0u32..3, any::<bool>()), 0..120)) {
            let by_age: Vec<QueueItem> =
                (0u8..).zip(&items).map(|(age, (v, f))| item(age, *v, *f)).collect();
            let queue = weave(by_age.clone());
            let mut ages: Vec<u8> = queue.iter().map(|i| i.incident.0[0]).collect();
            for (place, _) in queue.iter().enumerate().filter(|(_, i)| i.oldest) {
                prop_assert!((place + 1) % OLDEST_EVERY == 0);
                prop_assert!(ages[place..].iter().all(|age| *age >= ages[place]), "the oldest that was left");
            }
            ages.sort_unstable();
            prop_assert_eq!(ages.len(), items.len());
            ages.dedup();
            prop_assert_eq!(ages.len(), items.len());
        }
    }
}
