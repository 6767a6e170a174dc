//! The ranked queue (protocol: Reports): what a dispatcher should look at next.
//!
//! Reports with a pass come first, so that a flood in the open lane cannot push them down; of every five
//! places one goes to whatever has waited longest, so that the open lane is never starved either, and one to
//! what was told from near a public alert: it may say that the alert is wrong, and minutes count then. It is
//! one of five and not the first, so that a flood beside an alert holds up nothing else.

use core::cmp::Reverse;

use bystand_wire::{IncidentId, Timestamp};

use super::incident::Incident;
use super::incident::Stage;
use super::state::DeskState;
use crate::geo::{Point, haversine_m};
use crate::report::FirstHand;

/// Every so many places the oldest waiting incident is put, whatever its lane.
const OLDEST_EVERY: usize = 5;
/// The place of every five that goes to what was told from near a public alert.
const NEAR_ALERT_AT: usize = 2;
/// So near, in meters: an alert names a cell of about 400 m.
const NEAR_ALERT_M: f64 = 500.0;

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
    /// It was told from near an alert that is out.
    pub near_alert: bool,
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
        let alerts = self.places_of_alerts();
        let item = |incident| QueueItem {
            near_alert: is_near_any(incident, &alerts),
            ..self.queue_item(incident, now)
        };
        weave(self.open_incidents().filter(waiting).map(item).collect())
    }

    /// Incidents with an alert that is out, near what this one's report tells of, the nearest first.
    pub fn alerts_near(&self, id: IncidentId) -> Vec<IncidentId> {
        let Some(from) = self.incident(id).and_then(point_of) else { return Vec::new() };
        let mut near: Vec<(u64, IncidentId)> = self
            .places_of_alerts()
            .into_iter()
            .filter_map(|(at, alert)| Some((decimeters(from, at)?, alert)))
            .filter(|(_, alert)| *alert != self.root_of(id))
            .collect();
        near.sort_unstable();
        near.into_iter().map(|(_, alert)| alert).collect()
    }

    fn places_of_alerts(&self) -> Vec<(Point, IncidentId)> {
        let is_out = |incident: &&Incident| self.group(incident.id).any(Incident::alert_live);
        let place = |incident: &Incident| Some((point_of(incident)?, incident.id));
        self.open_incidents().filter(is_out).filter_map(place).collect()
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
            near_alert: false,
        }
    }
}

fn point_of(incident: &Incident) -> Option<Point> {
    incident.report.said().place.point
}

fn is_near_any(incident: &Incident, alerts: &[(Point, IncidentId)]) -> bool {
    point_of(incident).is_some_and(|from| alerts.iter().any(|(at, _)| decimeters(from, *at).is_some()))
}

/// How far it is, when it is near; whole numbers, so that every device ranks alike.
fn decimeters(from: Point, at: Point) -> Option<u64> {
    let meters = Some(haversine_m(from, at)).filter(|meters| *meters <= NEAR_ALERT_M)?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 5,000")]
    let whole = (meters * 10.0) as u64;
    Some(whole)
}

/// Ranks; one place of five to the oldest that is left, and one to the oldest that is near an alert.
fn weave(by_age: Vec<QueueItem>) -> Vec<QueueItem> {
    let mut by_rank: Vec<usize> = (0..by_age.len()).collect();
    let rank = |index: &usize| {
        let item = by_age.get(*index);
        item.map(|i| (Reverse(i.vouched), Reverse(i.first_hand), *index))
    };
    by_rank.sort_by_key(rank);
    let mut placed = vec![false; by_age.len()];
    let is_near = |index: &usize| by_age.get(*index).is_some_and(|item| item.near_alert);
    let mut near = (0..by_age.len()).filter(is_near);
    let (mut ranked, mut aged) = (by_rank.into_iter(), 0..by_age.len());
    let mut queue = Vec::with_capacity(by_age.len());
    while queue.len() < by_age.len() {
        let oldest = (queue.len() + 1).is_multiple_of(OLDEST_EVERY);
        let free = |index: &usize| placed.get(*index) == Some(&false);
        let beside = if queue.len() % OLDEST_EVERY == NEAR_ALERT_AT - 1 { near.find(free) } else { None };
        let next = match beside {
            Some(index) => Some(index),
            None if oldest => aged.by_ref().find(free),
            None => ranked.by_ref().find(free),
        };
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
            near_alert: false,
        }
    }

    #[test]
    fn what_is_told_beside_an_alert_is_the_second_of_five_and_no_more() {
        let near = |age| QueueItem { near_alert: true, ..item(age, 0, true) };
        let by_age =
            vec![item(0, 1, true), item(1, 1, true), near(2), near(3), item(4, 1, true), item(5, 1, true)];
        let order: Vec<u8> = weave(by_age).iter().map(|i| i.incident.0[0]).collect();
        assert_eq!(order, [0, 2, 1, 4, 3, 5], "place 5 goes to the oldest");
        let all_near: Vec<u8> = weave((0..6).map(near).collect()).iter().map(|i| i.incident.0[0]).collect();
        assert_eq!(all_near, [0, 1, 2, 3, 4, 5]);
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
