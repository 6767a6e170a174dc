//! `bystand bench …`: speed and memory against their limits. What is measured and how is in
//! `docs/benchmarks.md`.
//!
//! The relay under test is this program's own `bystand serve` in a process of its own, so that its
//! processor time and memory are its own. Clients talk to it over real loopback HTTP.

mod casebook;
mod city;
mod fanout;
mod http;
mod intake;
mod limits;
mod network;
mod path;
mod peers;
mod plot;
mod protocols;
mod raw;
mod relay;
mod report;
mod reports;
mod soak;
mod swarm;

use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum};

pub use report::Report;

use crate::failure::{Done, Failure};
use crate::output::Output;

/// Shown by `--help`.
pub const EXAMPLES: &str = "\
Examples:
  bystand bench intake
  bystand bench fanout --peers --json fanout.json
  bystand bench fanout --subscribers 50000 --plot fanout.svg
  bystand bench soak --minutes 15 --plot soak.svg
  bystand bench city --zones zones.geojson --incidents incidents.csv --members 2000 --plot city.svg

Build with optimizations first (scripts/bench does). It exits with 3 when a limit does not hold.";

/// The words after `bystand bench`: parsed on their own, because `--json` names a file here.
#[derive(Debug, Args)]
pub struct Words {
    /// Which, and its options (see `bystand bench --help`)
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "NAME [OPTIONS]")]
    words: Vec<String>,
}

/// Measures speed and memory against their limits.
#[derive(Debug, Parser)]
#[command(name = "bystand bench", after_help = EXAMPLES)]
struct BenchArgs {
    /// What to measure
    name: Name,
    /// Also write the figures here
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// What everything random is drawn from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder for the databases, on a real disk [default: a folder for temporary files]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// fanout: also measure nats-server and mosquitto, where they are installed
    #[arg(long)]
    peers: bool,
    /// intake: reports to send by passes
    #[arg(long, value_name = "N", default_value_t = 16_000)]
    reports: usize,
    /// fanout: subscribers
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = subscribers)]
    subscribers: usize,
    /// fanout, soak, city: also draw the figures here (SVG); fanout then measures with fewer subscribers too
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// soak: how long
    #[arg(long, value_name = "N", default_value_t = 60.0, value_parser = minutes)]
    minutes: f64,
    /// casebook: entries
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    entries: usize,
    /// city: GeoJSON file of its zones
    #[arg(long, value_name = "FILE")]
    zones: Option<PathBuf>,
    /// city: CSV file of places where things happen
    #[arg(long, value_name = "FILE")]
    incidents: Option<PathBuf>,
    /// city: the most members
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    members: usize,
    /// city: the most reports [default: those of an ordinary day of so many hours]
    #[arg(long, value_name = "N")]
    neighbors: Option<usize>,
    /// city: hours of the network's time
    #[arg(long, value_name = "H", default_value_t = 1)]
    hours: u64,
    /// city: where prepared networks are kept
    #[arg(long, value_name = "DIR")]
    prepared: Option<PathBuf>,
}

impl BenchArgs {
    fn reports_of_a_day(&self) -> usize {
        self.neighbors.unwrap_or_else(|| bystand_sim::Scenario::Ordinary.usual_reports(self.hours))
    }
}

/// The benchmarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Reports taken by the relay
    Intake,
    /// From one person to the next
    Path,
    /// Alerts and frames to thousands who listen
    Fanout,
    /// The desk's casebook folded
    Casebook,
    /// The relay under mixed load for an hour: does anything grow, is anything lost
    Soak,
    /// What a simulated day costs with more members, and with more reports
    City,
}

/// Runs `bystand bench …`.
pub fn run(words: &Words, output: Output) -> Done {
    let words = std::iter::once("bystand bench").chain(words.words.iter().map(String::as_str));
    let args = BenchArgs::parse_from(words);
    if cfg!(debug_assertions) {
        crate::output::note("This program was built without optimizations: its figures mean nothing.");
    }
    check_files(&args)?;
    let report = match args.name {
        Name::Intake => intake::run(&args)?,
        Name::Path => path::run(&args)?,
        Name::Fanout => fanout::run(&args)?,
        Name::Casebook => casebook::run(&args)?,
        Name::Soak => soak::run(&args)?,
        Name::City => city::run(&args)?,
    };
    report.show(output)?;
    if let Some(file) = &args.json {
        report.write(file)?;
    }
    match report.missed() {
        missed if missed.is_empty() => Ok(()),
        missed => Err(Failure::refused("bench-missed", format!("out of its limits: {}", missed.join(", ")))),
    }
}

/// So many as a relay serves.
fn subscribers(text: &str) -> Result<usize, String> {
    let most = bystand_wire::limits::LIVE_CONNECTIONS;
    text.parse().ok().filter(|count| (1..=most).contains(count)).ok_or(format!("a number from 1 to {most}"))
}

/// From six seconds to a week.
fn minutes(text: &str) -> Result<f64, String> {
    let sound = |minutes: &f64| (0.1..=10_080.0).contains(minutes);
    text.parse().ok().filter(sound).ok_or("a number from 0.1 to 10080".to_owned())
}

/// What cannot be written is said before minutes are spent.
fn check_files(args: &BenchArgs) -> Done {
    if args.plot.is_some() && !matches!(args.name, Name::Fanout | Name::Soak | Name::City) {
        let text = "Only fanout, soak and city draw a picture: leave --plot away.";
        return Err(Failure::usage("bench-plot", text));
    }
    if args.name == Name::City && (args.zones.is_none() || args.incidents.is_none()) {
        let text =
            "A city is needed: name its --zones (GeoJSON) and its --incidents (CSV), as for bystand sim.";
        return Err(Failure::usage("bench-city", text));
    }
    for (option, file) in [("--json", &args.json), ("--plot", &args.plot)] {
        let Some(file) = file else { continue };
        std::fs::OpenOptions::new().append(true).create(true).open(file).map_err(|error| {
            let text =
                format!("{} cannot be written: {error}. Name another file with {option}.", file.display());
            Failure::failed("bench-file", text)
        })?;
    }
    Ok(())
}

/// A folder for one run, on a disk.
fn folder(args: &BenchArgs) -> anyhow::Result<tempfile::TempDir> {
    let parent = args.dir.clone().unwrap_or_else(std::env::temp_dir);
    std::fs::create_dir_all(&parent)?;
    limits::check_disk(&parent)?;
    Ok(tempfile::Builder::new().prefix("bystand-bench-").tempdir_in(parent)?)
}

/// The clients' own runtime. One thread: the relay under test needs the other processor.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
