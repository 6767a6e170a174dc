//! Many seeds of one scenario, one line for each: what the tables in docs/adr/0010 were made with.
//!
//! `cargo run --release -p bystand-sim --example many -- ZONES INCIDENTS FOLDER SCENARIO FROM TO HOURS MEMBERS
//! REPORTS PART`; REPORTS and PART may be `-`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a table is what it is for")]

use std::collections::BTreeSet;
use std::error::Error;
use std::time::Instant;

use bystand_sim::people::habits::Habits;
use bystand_sim::{City, Plan, Population, Scenario, simulate};

const FIGURES: [&str; 20] = [
    "reports",
    "real_events",
    "real_events_alerted",
    "alerts_wrong",
    "wrong_alert_correction_max",
    "acknowledged_reports_lost",
    "unreceipted_reports_lost",
    "messages_undecryptable",
    "invariants_violated",
    "alerts_without_quorum",
    "join_precision",
    "join_recall",
    "report_to_desk_p99",
    "report_to_finding_median",
    "report_to_alert_median",
    "flood_true_claimed_with_pass",
    "flood_true_claimed_without_pass",
    "call_out_unanswered_share",
    "places_given",
    "places_given_to_hostile",
];

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [zones, places, folder, scenario, from, to, hours, members, reports, part] = words.as_slice() else {
        return Err("ZONES INCIDENTS FOLDER SCENARIO FROM TO HOURS MEMBERS REPORTS PART".into());
    };
    let city = City::read(&std::fs::read_to_string(zones)?, &std::fs::read_to_string(places)?)?;
    let city = if part == "-" { city } else { city.part(part.parse()?) };
    let (scenario, hours, members): (Scenario, u64, usize) =
        (scenario.parse()?, hours.parse()?, members.parse()?);
    let reports = if reports == "-" { scenario.usual_reports(hours) } else { reports.parse()? };
    let population = Population::prepare(&city, members, Some(folder.as_ref()), &mut |_| ())?;
    println!("seed\t{}\tseconds\tmissed", FIGURES.join("\t"));
    for seed in from.parse::<u64>()?..=to.parse()? {
        let (left_out, habits) = (BTreeSet::new(), Habits::default());
        let plan = Plan { scenario, seed, hours, members, reports, left_out, habits };
        let began = Instant::now();
        let tell_hours = &mut |minutes: u64| {
            if minutes.is_multiple_of(60) {
                eprintln!("seed {seed}: {} h in {:.0} s", minutes / 60, began.elapsed().as_secs_f64());
            }
        };
        let outcome = simulate(&city, &plan, &population, tell_hours)?;
        let value = |name| outcome.value(name).map_or("-".to_owned(), bystand_sim::page::number);
        let values: Vec<String> = FIGURES.into_iter().map(value).collect();
        println!(
            "{seed}\t{}\t{:.1}\t{}",
            values.join("\t"),
            began.elapsed().as_secs_f64(),
            outcome.missed().join(" ")
        );
        for s in outcome.pictures.samples.iter().step_by(3) {
            eprintln!(
                "{} min: waiting {} claimed {} alerts {} relay {} MB disks {} MB",
                s.at_ms / 60_000,
                s.waiting,
                s.claimed,
                s.alerts,
                s.relay_kb / 1_000,
                s.disks_kb / 1_000
            );
        }
        for violation in outcome.violations.iter().take(3) {
            println!("  {} {} {}", violation.invariant, violation.at_ms, violation.detail);
        }
    }
    Ok(())
}
