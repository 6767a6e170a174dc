//! Counting what came of a day.

use std::collections::{BTreeMap, BTreeSet};

use bystand_core::desk::incident_of_report;
use bystand_core::device::Device;
use bystand_wire::time::MINUTE_MS;
use bystand_wire::{ReportId, Timestamp};

use super::BEGIN;
use crate::city::City;
use crate::outcome::{Figure, Limit, Mark, Outcome, Pictures, Sample, percentile};
use crate::people::affairs::Affair;
use crate::scenario::Scenario;
use crate::watch::{Followed, Watch};
use crate::world::World;

/// What was sent so shortly before the end is not missed yet.
const ON_ITS_WAY_MS: u64 = 5 * MINUTE_MS;
/// Limits of the delays and of call-outs that nobody answers: docs/adr/0010 says why these.
const TO_DESK_P99_S: f64 = 120.0;
const TO_FINDING_MIN: f64 = 20.0;
const TO_ALERT_MIN: f64 = 25.0;
const UNANSWERED_SHARE: f64 = 0.25;

/// All that is counted.
#[derive(Debug)]
pub(super) struct Day<'a, D> {
    pub scenario: Scenario,
    pub seed: u64,
    pub world: &'a World<D>,
    /// The dispatchers' devices.
    pub desks: Vec<&'a Device>,
    pub city: &'a City,
    pub affairs: &'a [Affair],
    pub samples: &'a [Sample],
    pub watch: &'a Watch,
    /// People who were given an exact place, and how many of them were hostile.
    pub accepted: (u32, u32),
    /// People who were stopped.
    pub stopped: u32,
}

impl<D> Day<'_, D> {
    /// The result.
    pub fn outcome(&self) -> Outcome {
        Outcome {
            name: self.scenario.as_str(),
            seed: self.seed,
            figures: self.figures(),
            violations: self.watch.violations.iter().chain(&self.watch.unreadable).cloned().collect(),
            pictures: self.pictures(),
            fingerprint: self.watch.fingerprint().to_string(),
        }
    }

    fn pictures(&self) -> Pictures {
        let delays = |to: fn(&Followed) -> Option<Timestamp>| -> Vec<u64> {
            self.watch.reports.values().filter_map(|r| Some(to(r)?.since_ms(r.pressed))).collect()
        };
        let rings = self.city.for_manifest().into_iter().flat_map(|zone| zone.polygons);
        let alerted: BTreeSet<usize> = self.watch.alerts.values().filter_map(|alert| alert.affair).collect();
        let mark = |(number, affair): (usize, &Affair)| {
            let mark = match (affair.truth.is_real(), alerted.contains(&number)) {
                (true, true) => Mark::Alerted,
                (true, false) => Mark::Missed,
                (false, true) => Mark::WrongAlert,
                (false, false) => Mark::Nothing,
            };
            ((affair.point.lon, affair.point.lat), mark)
        };
        Pictures {
            samples: self.samples.to_vec(),
            delays: [delays(|r| r.at_desk), delays(|r| r.found), delays(|r| r.alerted)],
            outlines: rings.filter_map(|rings| rings.into_iter().next()).collect(),
            marks: self.affairs.iter().enumerate().map(mark).collect(),
        }
    }

    fn figures(&self) -> Vec<Figure> {
        let (watch, none) = (self.watch, Limit::None);
        let reports = || watch.reports.values();
        let count = |test: fn(&Followed) -> bool| number(reports().filter(|r| test(r)).count());
        let since = |to: fn(&Followed) -> Option<Timestamp>| -> Vec<u64> {
            reports().filter_map(|r| Some(to(r)?.since_ms(r.pressed))).collect()
        };
        let (to_desk, to_finding, to_alert) =
            (since(|r| r.at_desk), since(|r| r.found), since(|r| r.alerted));
        let (precision, recall) = self.joins();
        let (called, unanswered) = watch.call_outs;
        let zero = Limit::AtMost(0.0);
        let hours = |ms: u64| Some(milliseconds(ms) / 3_600_000.0);
        let median = |delays: &[u64]| seconds(percentile(delays, 50)).map(|s| s / 60.0);
        // One in a hundred is not seen among fewer, nor is a median among a handful.
        let judged = |limit, least: usize, of: usize| if of >= least { limit } else { none };
        let real = self.affairs.iter().filter(|affair| affair.truth.is_real()).count();
        let wrong = watch.alerts.values().filter(|alert| !self.is_real(alert.affair)).count();
        let alerted: BTreeSet<usize> = watch.alerts.values().filter_map(|alert| alert.affair).collect();
        let right = alerted.iter().filter(|affair| self.is_real(Some(**affair))).count();
        let most_unanswered = judged(Limit::AtMost(UNANSWERED_SHARE), 50, usize_of(called));
        [
            ("virtual_hours", hours(self.world.now().since_ms(BEGIN)), "h", none),
            ("reports", number(watch.reports.len()), "", none),
            ("reports_acknowledged", count(|r| r.sent.is_some()), "", none),
            ("reports_receipted", count(|r| r.received.is_some()), "", none),
            ("real_events", number(real), "", none),
            ("real_events_alerted", number(right), "", none),
            ("alerts", number(watch.alerts.len()), "", none),
            ("alerts_wrong", number(wrong), "", none),
            ("call_outs", Some(f64::from(called)), "", none),
            ("places_given", Some(f64::from(self.accepted.0)), "", none),
            ("places_given_to_hostile", Some(f64::from(self.accepted.1)), "", none),
            ("responders_stopped", Some(f64::from(self.stopped)), "", none),
            ("inputs_handled", Some(milliseconds(self.world.steps)), "", none),
            ("programs_killed", Some(milliseconds(self.world.kills)), "", none),
            ("acknowledged_reports_lost", self.lost(true), "", zero),
            ("unreceipted_reports_lost", self.lost(false), "", zero),
            ("messages_undecryptable", Some(f64::from(watch.undecryptable)), "", zero),
            ("invariants_violated", Some(f64::from(watch.violated)), "", zero),
            ("alerts_without_quorum", Some(f64::from(watch.without_quorum)), "", zero),
            ("wrong_alert_correction_max", self.correction(), "min", Limit::AtMost(10.0)),
            ("join_precision", share_of(precision), "", judged(Limit::AtLeast(0.98), 50, precision.1)),
            ("join_recall", share_of(recall), "", judged(Limit::AtLeast(0.85), 20, recall.1)),
            (
                "report_to_desk_p99",
                seconds(percentile(&to_desk, 99)),
                "s",
                judged(Limit::AtMost(TO_DESK_P99_S), 100, to_desk.len()),
            ),
            (
                "report_to_finding_median",
                median(&to_finding),
                "min",
                judged(Limit::AtMost(TO_FINDING_MIN), 5, to_finding.len()),
            ),
            (
                "report_to_alert_median",
                median(&to_alert),
                "min",
                judged(Limit::AtMost(TO_ALERT_MIN), 5, to_alert.len()),
            ),
            ("flood_true_claimed_with_pass", self.claimed(true), "min", Limit::AtMost(5.0)),
            ("flood_true_claimed_without_pass", self.claimed(false), "min", Limit::AtMost(30.0)),
            ("call_out_unanswered_share", share(unanswered, called), "", most_unanswered),
        ]
        .into_iter()
        .map(|(name, value, unit, limit)| Figure { name, value, unit, limit })
        .collect()
    }

    fn is_real(&self, affair: Option<usize>) -> bool {
        affair.and_then(|at| self.affairs.get(at)).is_some_and(|affair| affair.truth.is_real())
    }

    /// Reports that are neither with the desk nor on the phone that sent them: of those that the relay has
    /// acknowledged, or of those without the desk's receipt.
    fn lost(&self, acknowledged: bool) -> Option<f64> {
        let now = self.world.now();
        let is_due = |r: &Followed| match acknowledged {
            true => r.sent.is_some_and(|at| now.since_ms(at) > ON_ITS_WAY_MS),
            false => r.received.is_none() && now.since_ms(r.pressed) > ON_ITS_WAY_MS,
        };
        let is_lost = |(id, r): &(&ReportId, &Followed)| {
            is_due(r) && !self.is_at_desk(**id) && (acknowledged || !self.is_kept(**id, r))
        };
        number(self.watch.reports.iter().filter(is_lost).count())
    }

    fn is_at_desk(&self, report: ReportId) -> bool {
        let incident = incident_of_report(report);
        self.desks.iter().any(|device| {
            let state = device.desk().state();
            state.incident(incident).is_some() || state.tombstone(incident).is_some()
        })
    }

    fn is_kept(&self, report: ReportId, followed: &Followed) -> bool {
        let device = self.world.device(followed.machine);
        device.is_some_and(|device| device.neighbor().kept().any(|(id, _)| *id == report))
    }

    /// In a flood: how long the slowest of the true reports waited for somebody to take it.
    fn claimed(&self, with_pass: bool) -> Option<f64> {
        // The first affair of a flood is the one that is told by a card.
        let is_true = |r: &&Followed| self.is_real(Some(r.affair)) && (r.affair == 0) == with_pass;
        if !self.scenario.is_flood() {
            return None;
        }
        let waits = self.watch.reports.values().filter(is_true);
        let waits = waits.map(|r| r.claimed.unwrap_or(self.world.now()).since_ms(r.pressed));
        waits.max().map(|ms| milliseconds(ms) / 60_000.0)
    }

    /// The longest that an alert about nothing stood uncorrected.
    fn correction(&self) -> Option<f64> {
        let wrong = self.watch.alerts.values().filter(|alert| !self.is_real(alert.affair));
        let stood = wrong.map(|alert| alert.corrected.unwrap_or(self.world.now()).since_ms(alert.at));
        stood.max().map(|ms| milliseconds(ms) / 60_000.0)
    }

    /// Joins that were right of all; reports of the same affair that were brought together of all that should
    /// have been.
    fn joins(&self) -> ((usize, usize), (usize, usize)) {
        let right = self.watch.joins.iter().filter(|(one, other)| one == other).count();
        let precision = (right, self.watch.joins.len());
        let Some(state) = self.desks.first().map(|device| device.desk().state()) else {
            return (precision, (0, 0));
        };
        let mut groups: BTreeMap<usize, Vec<bystand_wire::IncidentId>> = BTreeMap::new();
        for (report, followed) in &self.watch.reports {
            let incident = incident_of_report(*report);
            if state.incident(incident).is_some() {
                groups.entry(followed.affair).or_default().push(state.root_of(incident));
            }
        }
        // Of each affair's reports all but one should have been joined to another of them.
        let (mut wanted, mut joined) = (0, 0);
        for roots in groups.values() {
            let apart: BTreeSet<_> = roots.iter().collect();
            wanted += roots.len().saturating_sub(1);
            joined += roots.len().saturating_sub(apart.len());
        }
        (precision, (joined, wanted))
    }
}

fn number(n: usize) -> Option<f64> {
    u32::try_from(n).ok().map(f64::from)
}

/// For telling only: what is beyond 2^53 is rounded.
#[expect(clippy::cast_precision_loss, reason = "for telling only")]
fn milliseconds(ms: u64) -> f64 {
    ms as f64
}

fn seconds(ms: Option<u64>) -> Option<f64> {
    ms.map(|ms| milliseconds(ms) / 1_000.0)
}

fn share(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

fn share_of((part, whole): (usize, usize)) -> Option<f64> {
    share(u32::try_from(part).ok()?, u32::try_from(whole).ok()?)
}

fn usize_of(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
