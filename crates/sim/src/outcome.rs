//! The result of a simulated day: figures, and checks of figures against their limits.

use serde_json::{Map, Value, json};

/// On which side of its limit a figure must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// It is only told.
    None,
    /// At most so much.
    AtMost(f64),
    /// At least so much.
    AtLeast(f64),
}

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Stable, for scripts.
    pub name: &'static str,
    /// How much; `None` when there was nothing to measure.
    pub value: Option<f64>,
    /// Of what.
    pub unit: &'static str,
    /// What it is held against.
    pub limit: Limit,
}

impl Figure {
    /// Whether it is on its side of the limit. What was not measured breaks none.
    pub fn holds(&self) -> bool {
        match (self.value, self.limit) {
            (None, _) | (_, Limit::None) => true,
            (Some(value), Limit::AtMost(limit)) => value <= limit,
            (Some(value), Limit::AtLeast(limit)) => value >= limit,
        }
    }
}

/// An invariant that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which: its name in [`crate::watch`].
    pub invariant: &'static str,
    /// When, in milliseconds since the day's beginning.
    pub at_ms: u64,
    /// What was seen.
    pub detail: String,
}

/// How things stood at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Milliseconds since the day's beginning.
    pub at_ms: u64,
    /// Incidents that nobody had taken.
    pub waiting: usize,
    /// Incidents that somebody was on.
    pub claimed: usize,
    /// Alerts that stood.
    pub alerts: usize,
    /// Kilobytes that the relay keeps.
    pub relay_kb: usize,
    /// Kilobytes on the disks of all the others, of neighbors too who have the page open.
    pub disks_kb: usize,
}

/// What an affair turned out to be, for the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It was so, and an alert told of it.
    Alerted,
    /// It was so, and no alert told of it.
    Missed,
    /// It was not so.
    Nothing,
    /// It was not so, and an alert told of it.
    WrongAlert,
}

/// What is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pictures {
    /// In order.
    pub samples: Vec<Sample>,
    /// Waiting times in milliseconds: from *send* to the desk, to a finding, to an alert.
    pub delays: [Vec<u64>; 3],
    /// The zones' outlines: longitude and latitude in millionths of a degree.
    pub outlines: Vec<Vec<(i32, i32)>>,
    /// Where things happened, in the same.
    pub marks: Vec<((i32, i32), Mark)>,
}

/// The result.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The scenario.
    pub name: &'static str,
    /// The seed.
    pub seed: u64,
    /// In the order of telling.
    pub figures: Vec<Figure>,
    /// Invariants that did not hold, in order, then messages that could not be read; the first few of each.
    pub violations: Vec<Violation>,
    /// What is drawn of the day.
    pub pictures: Pictures,
    /// A hash over everything that was told and written, by which two runs are compared.
    pub fingerprint: String,
}

impl Outcome {
    /// A figure by its name.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|figure| figure.name == name)?.value
    }

    /// The names of the checks that do not hold.
    pub fn missed(&self) -> Vec<&'static str> {
        self.figures.iter().filter(|figure| !figure.holds()).map(|figure| figure.name).collect()
    }

    /// For scripts, in the format of the benchmarks.
    pub fn as_json(&self) -> Value {
        let measured = self.figures.iter().filter_map(|f| Some((f.name.to_owned(), json!(f.value?))));
        let figures: Map<String, Value> = measured.collect();
        let check = |figure: &Figure| {
            let limit = match figure.limit {
                Limit::None => return None,
                Limit::AtMost(limit) | Limit::AtLeast(limit) => limit,
            };
            let (name, value) = (figure.name, figure.value);
            Some(json!({"name": name, "value": value, "limit": limit, "unit": figure.unit,
                        "holds": figure.holds()}))
        };
        let checks: Vec<Value> = self.figures.iter().filter_map(check).collect();
        let violation =
            |v: &Violation| json!({"invariant": v.invariant, "at_ms": v.at_ms, "detail": v.detail});
        let violations: Vec<Value> = self.violations.iter().map(violation).collect();
        json!({"name": self.name, "seed": self.seed, "figures": figures, "checks": checks,
               "violations": violations, "fingerprint": self.fingerprint})
    }
}

/// The value below which so many hundredths of the values lie; `None` when there are none.
pub fn percentile(values: &[u64], hundredths: usize) -> Option<u64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * hundredths).div_ceil(100).saturating_sub(1);
    sorted.get(rank).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_hold_on_their_side_and_absent_figures_break_nothing() {
        let figure = |name, value, limit| Figure { name, value, unit: "s", limit };
        let figures = vec![
            figure("slow", Some(5.1), Limit::AtMost(5.0)),
            figure("fine", Some(5.0), Limit::AtMost(5.0)),
            figure("few", Some(0.97), Limit::AtLeast(0.98)),
            figure("absent", None, Limit::AtLeast(0.98)),
        ];
        let (violations, pictures, fingerprint) = (Vec::new(), Pictures::default(), String::new());
        let outcome = Outcome { name: "test", seed: 7, figures, violations, pictures, fingerprint };
        assert_eq!(outcome.missed(), ["slow", "few"]);
        let json = outcome.as_json();
        assert_eq!((&json["figures"]["fine"], &json["checks"][0]["holds"]), (&json!(5.0), &json!(false)));
        assert_eq!(json["figures"].get("absent"), None);
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<u64> = (1..=200).rev().collect();
        for (hundredths, expected) in [(1, 2), (50, 100), (99, 198), (100, 200)] {
            assert_eq!(percentile(&values, hundredths), Some(expected));
        }
        assert_eq!((percentile(&[3], 99), percentile(&[], 50)), (Some(3), None));
    }
}
