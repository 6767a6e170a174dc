//! `bench city`: what a simulated day costs with more members and with more reports. The largest day is played, and
//! days with a half, a quarter and an eighth of its members, or of its reports.
//!
//! Each is played by `bystand sim` in a process of its own, so that its memory is its own, and all of them with the
//! network that was prepared for the most members.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use bystand_sim::people::habits::Habits;
use bystand_sim::shrink::{Script, to_script};
use bystand_sim::{Plan, Scenario};
use serde_json::Value;

use super::plot::{Chart, Line, Picture};
use super::report::Report;
use super::{BenchArgs, folder};

/// Parts of the largest day, in percent; the last is all of it.
const PARTS: [usize; 4] = [12, 25, 50, 100];

/// What one day took.
#[derive(Debug, Clone, Copy)]
struct Taken {
    percent: usize,
    wall_s: f64,
    memory_mb: f64,
}

/// Plays the days.
pub fn run(args: &BenchArgs) -> anyhow::Result<Report> {
    let city = args.zones.as_deref().zip(args.incidents.as_deref());
    let (zones, incidents) = city.context("no city is named")?;
    let folder = folder(args)?;
    let day = |percent: (usize, usize)| -> anyhow::Result<Taken> {
        let plan = plan(args, percent);
        crate::output::note(&format!("Playing {} members, {} reports …", plan.members, plan.reports));
        let (script, figures) = (folder.path().join("day.json"), folder.path().join("figures.json"));
        let day = Script { plan, prepared: args.members, fails: None };
        std::fs::write(&script, to_script(&day).to_string())?;
        play([zones, incidents, &script, &figures], args.prepared.as_deref())?;
        taken(&figures, percent.0.min(percent.1))
    };
    let members: Vec<Taken> = PARTS.into_iter().map(|part| day((part, 100))).collect::<Result<_, _>>()?;
    let [fewer @ .., _] = PARTS;
    let mut reports: Vec<Taken> = fewer.into_iter().map(|part| day((100, part))).collect::<Result<_, _>>()?;
    // All members and all reports: that day is in both.
    reports.extend(members.last());
    if let Some(file) = &args.plot {
        picture(args, &members, &reports).write(file)?;
    }
    Ok(report(args, &members, &reports))
}

fn plan(args: &BenchArgs, (members, reports): (usize, usize)) -> Plan {
    Plan {
        scenario: Scenario::Ordinary,
        seed: args.seed,
        hours: args.hours,
        members: (args.members * members / 100).max(1),
        reports: (args.reports_of_a_day() * reports / 100).max(1),
        left_out: BTreeSet::new(),
        habits: Habits::default(),
    }
}

fn play([zones, incidents, script, figures]: [&Path; 4], prepared: Option<&Path>) -> anyhow::Result<()> {
    let mut sim = Command::new(std::env::current_exe()?);
    sim.arg("sim").stdout(Stdio::null());
    let prepared = prepared.map(|folder| ("--prepared", folder));
    let files = [("--zones", zones), ("--incidents", incidents), ("--script", script), ("--json", figures)];
    for (option, file) in files.into_iter().chain(prepared) {
        sim.arg(option).arg(file);
    }
    let ended = sim.status()?;
    // A check that does not hold says nothing about what the day took.
    anyhow::ensure!(ended.success() || ended.code() == Some(3), "bystand sim ended with {ended}");
    Ok(())
}

fn taken(figures: &PathBuf, percent: usize) -> anyhow::Result<Taken> {
    let outcome: Value = serde_json::from_str(&std::fs::read_to_string(figures)?)?;
    let figure = |name: &str| outcome["figures"][name].as_f64().with_context(|| format!("no {name}"));
    Ok(Taken { percent, wall_s: figure("wall_time")?, memory_mb: figure("memory_peak")? })
}

fn report(args: &BenchArgs, members: &[Taken], reports: &[Taken]) -> Report {
    let mut report = Report::new("city", args.seed);
    for (what, most, days) in
        [("members", args.members, members), ("reports", args.reports_of_a_day(), reports)]
    {
        for day in days {
            let number = most * day.percent / 100;
            report.figure(format!("wall_time_{number}_{what}"), day.wall_s, "s");
            report.figure(format!("memory_peak_{number}_{what}"), day.memory_mb, "MB");
        }
    }
    report.remark(format!(
        "{} h of an ordinary day; members with all {} reports, reports with all {} members.",
        args.hours,
        args.reports_of_a_day(),
        args.members
    ));
    report
}

fn picture(args: &BenchArgs, members: &[Taken], reports: &[Taken]) -> Picture {
    let chart = |name, value: fn(&Taken) -> f64| Chart {
        name,
        lines: [("fewer members", members), ("fewer reports", reports)]
            .into_iter()
            .map(|(name, days)| {
                let points = days.iter().map(|day| (percent(day), value(day))).collect();
                Line { name, points }
            })
            .collect(),
    };
    Picture {
        title: format!(
            "{} h of an ordinary day: {} members, {} reports, and parts of either",
            args.hours,
            args.members,
            args.reports_of_a_day()
        ),
        over: "Part of the members, or of the reports (%)",
        charts: vec![
            chart("Wall time (s)", |day| day.wall_s),
            chart("Memory at most (MB)", |day| day.memory_mb),
        ],
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most 100")]
fn percent(day: &Taken) -> f64 {
    day.percent as f64
}
