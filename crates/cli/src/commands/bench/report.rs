//! What a benchmark found: figures, and checks of figures against their limits.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::output::{Output, Tone};

/// The figures and checks of one run.
#[derive(Debug)]
pub struct Report {
    name: &'static str,
    seed: u64,
    figures: Vec<Figure>,
    checks: Vec<Check>,
    remarks: Vec<String>,
}

#[derive(Debug)]
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
}

#[derive(Debug)]
struct Check {
    name: String,
    value: f64,
    limit: f64,
    unit: &'static str,
    at_least: bool,
}

impl Check {
    fn holds(&self) -> bool {
        // A value that is no number holds nowhere.
        if self.at_least { self.value >= self.limit } else { self.value <= self.limit }
    }
}

impl Report {
    /// An empty one.
    pub fn new(name: &'static str, seed: u64) -> Self {
        Self { name, seed, figures: Vec::new(), checks: Vec::new(), remarks: Vec::new() }
    }

    /// A figure without a limit.
    pub fn figure(&mut self, name: impl Into<String>, value: f64, unit: &'static str) {
        self.figures.push(Figure { name: name.into(), value, unit });
    }

    /// A figure that must be at least so much.
    pub fn at_least(&mut self, name: impl Into<String>, value: f64, limit: f64, unit: &'static str) {
        self.check(Check { name: name.into(), value, limit, unit, at_least: true });
    }

    /// A figure that must be at most so much.
    pub fn at_most(&mut self, name: impl Into<String>, value: f64, limit: f64, unit: &'static str) {
        self.check(Check { name: name.into(), value, limit, unit, at_least: false });
    }

    /// A sentence under the table.
    pub fn remark(&mut self, text: impl Into<String>) {
        self.remarks.push(text.into());
    }

    fn check(&mut self, check: Check) {
        self.figure(check.name.clone(), check.value, check.unit);
        self.checks.push(check);
    }

    /// The names of the checks that do not hold.
    pub fn missed(&self) -> Vec<&str> {
        self.checks.iter().filter(|check| !check.holds()).map(|check| check.name.as_str()).collect()
    }

    /// A figure, when there is one of that name.
    #[cfg(test)]
    pub fn value(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
    }

    /// The table.
    pub fn show(&self, output: Output) -> std::io::Result<()> {
        let row = |figure: &Figure| {
            let check = self.checks.iter().find(|check| check.name == figure.name);
            let (limit, holds) = match check {
                None => (String::new(), ""),
                Some(check) => {
                    let sign = if check.at_least { "≥" } else { "≤" };
                    (format!("{sign} {}", number(check.limit)), if check.holds() { "yes" } else { "NO" })
                }
            };
            vec![figure.name.clone(), number(figure.value), figure.unit.to_owned(), limit, holds.to_owned()]
        };
        let rows: Vec<Vec<String>> = self.figures.iter().map(row).collect();
        output.table(&["Figure", "Value", "Unit", "Limit", "Holds"], &rows, "Nothing was measured.")?;
        for remark in &self.remarks {
            output.line(&output.tone(Tone::Faint, remark))?;
        }
        Ok(())
    }

    /// The file for scripts.
    pub fn write(&self, file: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(&self.as_json())?;
        std::fs::write(file, text + "\n")?;
        Ok(())
    }

    fn as_json(&self) -> Value {
        let figures: Map<String, Value> =
            self.figures.iter().map(|figure| (figure.name.clone(), json!(figure.value))).collect();
        let check = |check: &Check| {
            json!({"name": check.name, "value": check.value, "limit": check.limit, "unit": check.unit,
                   "holds": check.holds()})
        };
        let checks: Vec<Value> = self.checks.iter().map(check).collect();
        json!({"name": self.name, "seed": self.seed, "figures": figures, "checks": checks})
    }
}

/// Three digits or so, without noise behind them.
fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}

/// The value below which so many hundredths of the values lie; 0 when there are none.
pub fn percentile(values: &mut [f64], hundredths: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (values.len() * hundredths).div_ceil(100).saturating_sub(1);
    values.get(rank).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_hold_on_their_side_of_the_limit() {
        let mut report = Report::new("test", 7);
        report.figure("plain", 1.0, "s");
        report.at_least("fast enough", 5.0, 5.0, "1/s");
        report.at_most("slow", 5.1, 5.0, "ms");
        report.at_most("no number", f64::NAN, 5.0, "ms");
        assert_eq!(report.missed(), ["slow", "no number"]);
        let json = report.as_json();
        assert_eq!((&json["name"], &json["seed"]), (&json!("test"), &json!(7)));
        assert_eq!(json["figures"]["plain"], json!(1.0));
        let slow = json!({"name": "slow", "value": 5.1, "limit": 5.0, "unit": "ms", "holds": false});
        assert_eq!(json["checks"][1], slow);
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let mut values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        for (hundredths, expected) in [(1, 2.0), (50, 100.0), (99, 198.0), (100, 200.0)] {
            assert_eq!(percentile(&mut values, hundredths).to_bits(), f64::to_bits(expected));
        }
        assert_eq!(percentile(&mut [3.0], 99).to_bits(), f64::to_bits(3.0));
        assert_eq!(percentile(&mut [], 50).to_bits(), f64::to_bits(0.0));
    }
}
