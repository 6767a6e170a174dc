//! From a day on which a check failed to the shortest script that still fails: fewer hours and members
//! first, then one operation after the other is left out. What is left is a file that plays the same day
//! again, on any machine.
//!
//! Operations are what happens to the network from outside: each telling of a neighbor, each failure. They are
//! numbered in the order in which the seed draws them, so that leaving one out does not change the others.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Value, json};

use crate::day::{MOST_MEMBERS, Plan};
use crate::outcome::Outcome;
use crate::people::habits::Habits;

/// Why a script cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a script of `bystand sim --shrink`: {0}")]
pub struct BadScript(String);

/// A day to be played again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The day.
    pub plan: Plan,
    /// Members of the network that was prepared: of fewer members another network is prepared, with other
    /// keys, and that is another day.
    pub prepared: usize,
    /// What failed on it.
    pub fails: Option<Failing>,
}

/// What failed on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// The check.
    pub check: String,
    /// The first invariant that did not hold, when it is that check.
    pub invariant: Option<String>,
}

/// The check that says more than any figure about people.
const INVARIANTS: &str = "invariants_violated";

impl Failing {
    /// The worst of what failed: something that never should be, or else the first check. `None` where all
    /// hold.
    pub fn of(outcome: &Outcome) -> Option<Self> {
        let missed = outcome.missed();
        let first = outcome.violations.first().filter(|_| missed.contains(&INVARIANTS));
        if let Some(violation) = first {
            let invariant = Some(violation.invariant.to_owned());
            return Some(Self { check: INVARIANTS.to_owned(), invariant });
        }
        missed.first().map(|check| Self { check: (*check).to_owned(), invariant: None })
    }

    /// Whether the same failed there, whatever else did.
    pub fn is_in(&self, outcome: &Outcome) -> bool {
        let is_it = |name: &str| outcome.violations.iter().any(|violation| violation.invariant == name);
        outcome.missed().contains(&self.check.as_str()) && self.invariant.as_deref().is_none_or(is_it)
    }
}

impl fmt::Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.invariant {
            Some(invariant) => write!(f, "{} ({invariant})", self.check),
            None => f.write_str(&self.check),
        }
    }
}

/// Tries candidates, as long as there are tries.
struct Search<F> {
    best: Plan,
    tries: usize,
    fails: F,
}

impl<F: FnMut(&Plan) -> bool> Search<F> {
    /// Whether a candidate still fails; it is the best one then.
    fn attempt(&mut self, candidate: Plan) -> bool {
        if self.tries == 0 || candidate == self.best {
            return false;
        }
        self.tries -= 1;
        let is_shorter = (self.fails)(&candidate);
        if is_shorter {
            self.best = candidate;
        }
        is_shorter
    }

    /// Makes a number smaller, by half of it first and by less and less.
    fn lower(&mut self, number: impl Fn(&Plan) -> usize, with: impl Fn(&Plan, usize) -> Plan) {
        let mut step = number(&self.best).div_ceil(2);
        while step > 0 {
            let lowered = number(&self.best).saturating_sub(step).max(1);
            let candidate = with(&self.best, lowered);
            if !self.attempt(candidate) {
                step /= 2;
            }
        }
    }

    /// Leaves operations out, many at once first.
    fn leave_out(&mut self) {
        let mut kept: Vec<u32> =
            (0..self.best.operations()).filter(|n| !self.best.left_out.contains(n)).collect();
        let mut size = kept.len().div_ceil(2);
        while size > 0 && !kept.is_empty() {
            let mut at = 0;
            while at < kept.len() {
                let end = (at + size).min(kept.len());
                let mut rest = kept.clone();
                let gone: Vec<u32> = rest.drain(at..end).collect();
                let mut left_out = self.best.left_out.clone();
                left_out.extend(gone);
                if self.attempt(Plan { left_out, ..self.best.clone() }) {
                    kept = rest;
                } else {
                    at = end;
                }
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
    }
}

/// Shortens a plan on which `fails` is true, trying at most so many days. Whatever `fails` was true for last is
/// the shortest so far.
pub fn shrink(plan: &Plan, tries: usize, fails: impl FnMut(&Plan) -> bool) -> Plan {
    let mut search = Search { best: plan.clone(), tries, fails };
    let hours = |plan: &Plan| usize::try_from(plan.hours).unwrap_or(usize::MAX);
    let with_hours = |plan: &Plan, hours: usize| {
        let hours = u64::try_from(hours).unwrap_or(u64::MAX);
        Plan { hours, ..plan.clone() }
    };
    search.lower(hours, with_hours);
    search.lower(|plan| plan.members, |plan, members| Plan { members, ..plan.clone() });
    search.leave_out();
    search.best
}

/// A script as a file.
pub fn to_script(script: &Script) -> Value {
    let Script { plan, prepared, fails } = script;
    let Plan { scenario, seed, hours, members, reports, left_out, habits: _ } = plan;
    let (check, invariant) =
        fails.as_ref().map(|f| (&f.check, &f.invariant)).map_or((None, None), |(c, i)| (Some(c), i.as_ref()));
    json!({"scenario": scenario.as_str(), "seed": seed, "hours": hours, "members": members,
           "prepared": prepared, "reports": reports, "left_out": left_out, "check": check,
           "invariant": invariant})
}

/// A script from a file.
///
/// # Errors
/// [`BadScript`], naming the field.
pub fn from_script(text: &str) -> Result<Script, BadScript> {
    let script: Value = serde_json::from_str(text).map_err(|e| BadScript(e.to_string()))?;
    let number =
        |value: &Value, name: &str| value.as_u64().ok_or_else(|| BadScript(format!("{name} is no number")));
    let field = |name: &str| number(&script[name], name);
    let count =
        |name: &str| usize::try_from(field(name)?).map_err(|_| BadScript(format!("{name} is too large")));
    let scenario = script["scenario"].as_str().unwrap_or_default();
    let left_out =
        script["left_out"].as_array().ok_or_else(|| BadScript("left_out is no list".to_owned()))?;
    let left_out = left_out.iter().map(|n| {
        u32::try_from(number(n, "left_out")?)
            .map_err(|_| BadScript("left_out has a number too large".to_owned()))
    });
    let word = |name: &str| script[name].as_str().map(str::to_owned);
    let plan = Plan {
        scenario: scenario.parse().map_err(|e: crate::scenario::UnknownScenario| BadScript(e.to_string()))?,
        seed: field("seed")?,
        hours: field("hours")?,
        members: count("members")?,
        reports: count("reports")?,
        left_out: left_out.collect::<Result<BTreeSet<u32>, BadScript>>()?,
        habits: Habits::default(),
    };
    let prepared = if script["prepared"].is_null() { plan.members } else { count("prepared")? };
    if prepared < plan.members || prepared > MOST_MEMBERS {
        return Err(BadScript("prepared must be at least members, and at most 100,000".to_owned()));
    }
    let fails = word("check").map(|check| Failing { check, invariant: word("invariant") });
    Ok(Script { plan, prepared, fails })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn plan() -> Plan {
        let (scenario, left_out) = (Scenario::Crash, BTreeSet::from([9]));
        Plan { scenario, seed: 7, hours: 8, members: 12, reports: 40, left_out, habits: Habits::default() }
    }

    #[test]
    fn what_does_not_matter_is_left_out() {
        // Fails whenever reports 3 and 31 are both told, and three members are there.
        let fails = |plan: &Plan| {
            plan.members >= 5 && ![3, 31].iter().any(|n| plan.left_out.contains(n)) && plan.hours >= 3
        };
        let short = shrink(&plan(), 1_000, fails);
        assert!(fails(&short));
        assert_eq!((short.hours, short.members), (3, 5));
        let kept: Vec<u32> = (0..short.operations()).filter(|n| !short.left_out.contains(n)).collect();
        assert_eq!(kept, [3, 31]);
        assert_eq!(shrink(&plan(), 0, fails), plan(), "no day is left to try");
    }

    #[test]
    fn the_worst_of_what_failed_is_what_must_fail_again() {
        use crate::outcome::{Figure, Limit, Pictures, Violation};
        let outcome = |missed: &[&'static str], broken: &[&'static str]| Outcome {
            name: "test",
            seed: 7,
            figures: (missed.iter())
                .map(|name| Figure { name, value: Some(1.0), unit: "", limit: Limit::AtMost(0.0) })
                .collect(),
            violations: (broken.iter())
                .map(|invariant| Violation { invariant, at_ms: 1, detail: String::new() })
                .collect(),
            pictures: Pictures::default(),
            fingerprint: String::new(),
        };
        let day = outcome(&["join_recall", "invariants_violated"], &["screens-agree", "erased-is-gone"]);
        let failing = Failing::of(&day).expect("it failed");
        assert_eq!(failing.to_string(), "invariants_violated (screens-agree)");
        assert!(failing.is_in(&day));
        assert!(!failing.is_in(&outcome(&["invariants_violated"], &["erased-is-gone"])), "another one");
        assert!(!failing.is_in(&outcome(&["join_recall"], &[])));
        let unread = outcome(&["join_recall", "messages_undecryptable"], &["messages-are-readable"]);
        assert_eq!(Failing::of(&unread).expect("it failed").to_string(), "join_recall");
        assert_eq!(Failing::of(&outcome(&[], &[])), None);
    }

    #[test]
    fn scripts_come_back_as_they_were_written() {
        let failing = |invariant: Option<&str>| Failing {
            check: "alerts".to_owned(),
            invariant: invariant.map(str::to_owned),
        };
        for fails in [None, Some(failing(None)), Some(failing(Some("screens-agree")))] {
            let script = Script { plan: plan(), prepared: 200, fails };
            assert_eq!(from_script(&to_script(&script).to_string()), Ok(script));
        }
        for (bad, why) in [
            ("", "EOF"),
            ("{}", "left_out is no list"),
            (r#"{"left_out":[],"scenario":"ordinary","seed":"one"}"#, "seed is no number"),
            (
                r#"{"left_out":[4294967296],"scenario":"ordinary","seed":1,"hours":1,"members":1,"reports":1}"#,
                "too large",
            ),
            (r#"{"left_out":[],"scenario":"weekend","seed":1}"#, "no scenario weekend"),
            (
                r#"{"left_out":[],"scenario":"night","seed":1,"hours":1,"members":3,"reports":1,"prepared":2}"#,
                "at least members",
            ),
        ] {
            let error = from_script(bad).expect_err(bad).to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
