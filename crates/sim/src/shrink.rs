//! From a day on which a check failed to the shortest script that still fails: fewer hours and members
//! first, then one operation after the other is left out. What is left is a file that plays the same day
//! again, on any machine.
//!
//! Operations are what happens to the network from outside: each telling of a neighbor, each failure. They are
//! numbered in the order in which the seed draws them, so that leaving one out does not change the others.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::day::Plan;
use crate::people::habits::Habits;

/// Why a script cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a script of `bystand sim --shrink`: {0}")]
pub struct BadScript(String);

/// Shortens a plan on which `fails` is true, trying at most so many days.
pub fn shrink(plan: &Plan, mut tries: usize, mut fails: impl FnMut(&Plan) -> bool) -> Plan {
    let mut best = plan.clone();
    let mut attempt = |candidate: Plan, best: &mut Plan| {
        let is_shorter = tries > 0 && candidate != *best && {
            tries -= 1;
            fails(&candidate)
        };
        if is_shorter {
            *best = candidate;
        }
        is_shorter
    };
    while best.hours > 1 && attempt(Plan { hours: best.hours / 2, ..best.clone() }, &mut best) {}
    while best.members > 1 && attempt(Plan { members: best.members / 2, ..best.clone() }, &mut best) {}
    let mut kept: Vec<u32> = (0..best.operations()).filter(|n| !best.left_out.contains(n)).collect();
    let mut size = kept.len().div_ceil(2);
    while size > 0 && !kept.is_empty() {
        let mut at = 0;
        while at < kept.len() {
            let end = (at + size).min(kept.len());
            let mut rest = kept.clone();
            let gone: Vec<u32> = rest.drain(at..end).collect();
            let mut left_out = best.left_out.clone();
            left_out.extend(gone);
            if attempt(Plan { left_out, ..best.clone() }, &mut best) {
                kept = rest;
            } else {
                at = end;
            }
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    best
}

/// A plan as a file.
pub fn to_script(plan: &Plan) -> Value {
    let Plan { scenario, seed, hours, members, reports, left_out, habits: _ } = plan;
    json!({"scenario": scenario.as_str(), "seed": seed, "hours": hours, "members": members,
           "reports": reports, "left_out": left_out})
}

/// A plan from a file.
///
/// # Errors
/// [`BadScript`], naming the field.
pub fn from_script(text: &str) -> Result<Plan, BadScript> {
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
    Ok(Plan {
        scenario: scenario.parse().map_err(|e: crate::scenario::UnknownScenario| BadScript(e.to_string()))?,
        seed: field("seed")?,
        hours: field("hours")?,
        members: count("members")?,
        reports: count("reports")?,
        left_out: left_out.collect::<Result<BTreeSet<u32>, BadScript>>()?,
        habits: Habits::default(),
    })
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
            plan.members >= 3 && ![3, 31].iter().any(|n| plan.left_out.contains(n)) && plan.hours >= 2
        };
        let short = shrink(&plan(), 1_000, fails);
        assert!(fails(&short));
        assert_eq!((short.hours, short.members), (2, 3));
        let kept: Vec<u32> = (0..short.operations()).filter(|n| !short.left_out.contains(n)).collect();
        assert_eq!(kept, [3, 31]);
        assert_eq!(shrink(&plan(), 0, fails), plan(), "no day is left to try");
    }

    #[test]
    fn scripts_come_back_as_they_were_written() {
        let text = to_script(&plan()).to_string();
        assert_eq!(from_script(&text), Ok(plan()));
        for (bad, why) in [
            ("", "EOF"),
            ("{}", "left_out is no list"),
            (r#"{"left_out":[],"scenario":"ordinary","seed":"one"}"#, "seed is no number"),
            (
                r#"{"left_out":[4294967296],"scenario":"ordinary","seed":1,"hours":1,"members":1,"reports":1}"#,
                "too large",
            ),
            (r#"{"left_out":[],"scenario":"weekend","seed":1}"#, "no scenario weekend"),
        ] {
            let error = from_script(bad).expect_err(bad).to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
