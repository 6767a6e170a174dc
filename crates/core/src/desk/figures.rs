//! Figures every network wants and none has, counted without logging anyone.
//!
//! They are counted as things happen, so they outlive the incidents; what is kept is how many and how
//! long, by zone and hour, never who.

use std::collections::BTreeMap;

use bystand_wire::time::{DAY_MS, HOUR_MS, SECOND_MS};
use bystand_wire::{Timestamp, ZoneId};
use minicbor::{Decode, Encode};

use super::finding::Verdict;
use super::incident::Incident;
use super::persistent::{Map, map};
use super::state::DeskState;

/// How many of each, in one zone and hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Tally {
    /// Reports taken.
    #[n(0)]
    pub reports: u32,
    /// Responders accepted.
    #[n(1)]
    pub responders: u32,
    /// Incidents whose first finding was *confirmed* (or *ended*).
    #[n(2)]
    pub confirmed: u32,
    /// Incidents whose first finding was a false alarm.
    #[n(3)]
    pub false_alarms: u32,
    /// Incidents whose first finding was that it could not be checked.
    #[n(4)]
    pub unchecked: u32,
    /// The most members on duty, by the hosts' counts.
    #[n(5)]
    pub on_duty: u32,
}

impl Tally {
    fn add(&mut self, other: &Tally) {
        self.reports += other.reports;
        self.responders += other.responders;
        self.confirmed += other.confirmed;
        self.false_alarms += other.false_alarms;
        self.unchecked += other.unchecked;
        self.on_duty = self.on_duty.max(other.on_duty);
    }
}

/// How long something took: how many within each of [`Spread::BOUNDS_MS`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Spread {
    /// Counts by index into the bounds; the last is *longer than all*.
    #[n(0)]
    counts: BTreeMap<u8, u32>,
}

impl Spread {
    /// The upper bounds, in milliseconds.
    pub const BOUNDS_MS: [u64; 14] = [
        250,
        SECOND_MS,
        5 * SECOND_MS,
        15 * SECOND_MS,
        60 * SECOND_MS,
        120 * SECOND_MS,
        300 * SECOND_MS,
        600 * SECOND_MS,
        1_200 * SECOND_MS,
        1_800 * SECOND_MS,
        HOUR_MS,
        3 * HOUR_MS,
        12 * HOUR_MS,
        DAY_MS,
    ];

    fn add(&mut self, took_ms: u64) {
        let bucket = Self::BOUNDS_MS.iter().take_while(|bound| took_ms > **bound).count();
        let count = self.counts.entry(u8::try_from(bucket).unwrap_or(u8::MAX)).or_default();
        *count = count.saturating_add(1);
    }

    /// How many were measured.
    pub fn count(&self) -> u32 {
        self.counts.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// A time within which `permille` of them lie, in milliseconds: the upper bound of that share's
    /// bucket. `None` when nothing was measured, or when it lies beyond the last bound.
    pub fn within_ms(&self, permille: u32) -> Option<u64> {
        let wanted = u64::from(self.count()) * u64::from(permille.min(1000));
        let mut sum = 0;
        for (bucket, count) in &self.counts {
            sum += u64::from(*count) * 1000;
            if sum >= wanted {
                return Self::BOUNDS_MS.get(usize::from(*bucket)).copied();
            }
        }
        None
    }
}

/// The figures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Figures {
    /// By hour (since 1970) and zone.
    #[n(0)]
    #[cbor(with = "map")]
    pub(super) by_hour: Map<(u32, Option<ZoneId>), Tally>,
    /// The most dispatchers on shift, by hour.
    #[n(1)]
    pub staff: BTreeMap<u32, u32>,
    /// From the report's writing to the desk.
    #[n(2)]
    pub to_desk: Spread,
    /// From the first report at the desk to the first finding.
    #[n(3)]
    pub to_finding: Spread,
    /// From the first report at the desk to the alert.
    #[n(4)]
    pub to_alert: Spread,
}

impl Figures {
    /// All zones and hours from `from` (inclusive) to `until` (exclusive) together.
    pub fn total(&self, from: Timestamp, until: Timestamp) -> Tally {
        self.sum(from, until, |_| true)
    }

    /// One zone's hours together; `None` is reports without a zone.
    pub fn of_zone(&self, zone: Option<&ZoneId>, from: Timestamp, until: Timestamp) -> Tally {
        self.sum(from, until, |z| z == zone)
    }

    /// The share of checked incidents that were confirmed, in permille; `None` when none was checked.
    pub fn confirmed_permille(&self, from: Timestamp, until: Timestamp) -> Option<u32> {
        let total = self.total(from, until);
        let checked = u64::from(total.confirmed) + u64::from(total.false_alarms);
        let share = (u64::from(total.confirmed) * 1000).checked_div(checked)?;
        u32::try_from(share).ok()
    }

    fn sum(&self, from: Timestamp, until: Timestamp, wanted: impl Fn(Option<&ZoneId>) -> bool) -> Tally {
        let mut sum = Tally::default();
        let hours = hour_of(from)..hour_of(until.plus_ms(HOUR_MS - 1));
        let within = self.by_hour.range((hours.start, None)..).take_while(|((hour, _), _)| *hour < hours.end);
        for (_, tally) in within.filter(|((_, zone), _)| wanted(zone.as_ref())) {
            sum.add(tally);
        }
        sum
    }

    pub(super) fn count_report(&mut self, at: Timestamp, incident: &Incident) {
        self.tally(at, incident.zone().cloned(), |tally| tally.reports += 1);
        self.to_desk.add(at.since_ms(incident.report.said().written_at));
    }

    pub(super) fn count_responders(&mut self, at: Timestamp, zone: Option<ZoneId>, count: u32) {
        self.tally(at, zone, |tally| tally.responders = tally.responders.saturating_add(count));
    }

    pub(super) fn count_finding(
        &mut self,
        at: Timestamp,
        zone: Option<ZoneId>,
        taken: Timestamp,
        verdict: Verdict,
    ) {
        self.to_finding.add(at.since_ms(taken));
        self.tally(at, zone, |tally| match verdict {
            Verdict::Confirmed | Verdict::Ended(_) => tally.confirmed += 1,
            Verdict::FalseAlarm(_) => tally.false_alarms += 1,
            Verdict::CouldNotCheck => tally.unchecked += 1,
        });
    }

    pub(super) fn count_alert(&mut self, at: Timestamp, taken: Timestamp) {
        self.to_alert.add(at.since_ms(taken));
    }

    pub(super) fn count_duty(&mut self, at: Timestamp, zone: &ZoneId, count: u32) {
        self.tally(at, Some(zone.clone()), |tally| tally.on_duty = tally.on_duty.max(count));
    }

    pub(super) fn count_staff(&mut self, at: Timestamp, count: usize) {
        let most = self.staff.entry(hour_of(at)).or_default();
        *most = (*most).max(u32::try_from(count).unwrap_or(u32::MAX));
    }

    fn tally(&mut self, at: Timestamp, zone: Option<ZoneId>, count: impl FnOnce(&mut Tally)) {
        let key = (hour_of(at), zone);
        let mut tally = self.by_hour.get(&key).copied().unwrap_or_default();
        count(&mut tally);
        self.by_hour.insert(key, tally);
    }
}

impl DeskState {
    /// The figures so far.
    pub fn figures(&self) -> &Figures {
        &self.shared.figures
    }

    /// Members on duty by the hosts' last counts: zone, when, how many.
    pub fn on_duty(&self) -> impl Iterator<Item = (&ZoneId, Timestamp, u32)> {
        self.shared.duty.iter().map(|(zone, (at, count))| (zone, *at, *count))
    }
}

fn hour_of(at: Timestamp) -> u32 {
    u32::try_from(at.0 / HOUR_MS).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_spread_are_upper_bounds() {
        let mut spread = Spread::default();
        assert_eq!(spread.within_ms(500), None);
        for took in [100, 200, 900, 61_000] {
            spread.add(took);
        }
        assert_eq!(spread.count(), 4);
        assert_eq!(spread.within_ms(500), Some(250));
        assert_eq!(spread.within_ms(750), Some(1_000));
        assert_eq!(spread.within_ms(1_000), Some(120_000));
        spread.add(DAY_MS + 1);
        assert_eq!(spread.within_ms(1_000), None, "longer than all bounds");
    }

    #[test]
    fn hours_and_zones_add_up() {
        let mut figures = Figures::default();
        let zone: ZoneId = "phillips".parse().expect("an id");
        let at = Timestamp(100 * HOUR_MS);
        figures.count_responders(at, Some(zone.clone()), 2);
        figures.count_responders(at.plus_ms(HOUR_MS), None, 3);
        figures.count_duty(at, &zone, 9);
        figures.count_duty(at, &zone, 4);
        assert_eq!(figures.total(at, at.plus_ms(HOUR_MS)).responders, 2);
        assert_eq!(figures.total(at, at.plus_ms(2 * HOUR_MS)).responders, 5);
        assert_eq!(figures.of_zone(Some(&zone), at, at.plus_ms(DAY_MS)).on_duty, 9);
        assert_eq!(figures.of_zone(None, at, at.plus_ms(DAY_MS)).responders, 3);
        assert_eq!(figures.confirmed_permille(at, at.plus_ms(DAY_MS)), None);
        figures.count_finding(at, None, at, Verdict::Confirmed);
        figures.count_finding(at, None, at, Verdict::CouldNotCheck);
        figures.count_finding(at, None, at, Verdict::FalseAlarm(super::super::WhatItWas::Towing));
        assert_eq!(figures.confirmed_permille(at, at.plus_ms(1)), Some(500));
    }
}
