//! `bystand sim …`: a city on virtual time. What is simulated and how is in the crate `bystand-sim`.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bystand_sim::outcome::{Figure, Limit, Outcome};
use bystand_sim::people::habits::Habits;
use bystand_sim::seeds::Seeds;
use bystand_sim::shrink::{Failing, Script};
use bystand_sim::{City, Plan, Population, Scenario, page, shrink, simulate};
use clap::{Args, Parser};

use crate::failure::{Done, Failure};
use crate::output::{Output, Tone, clear_progress, progress};

/// Shown by `--help`.
pub const EXAMPLES: &str = "\
Examples:
  bystand sim --zones zones.geojson --incidents incidents.csv --scenario ordinary --seed 1
  bystand sim --zones zones.geojson --incidents incidents.csv --scenario crash --hours 2 --html day.html
  bystand sim --zones zones.geojson --incidents incidents.csv --scenario flood --hours 24 --members 5000

The same seed gives the same day on every machine. It exits with 3 when a check does not hold.";

/// The words after `bystand sim`: parsed on their own, because `--json` names a file here.
#[derive(Debug, Args)]
pub struct Words {
    /// Its options (see `bystand sim --help`)
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    words: Vec<String>,
}

/// Simulates a day of a city in virtual time.
#[derive(Debug, Parser)]
#[command(name = "bystand sim", after_help = EXAMPLES)]
struct SimArgs {
    /// GeoJSON file of the city's zones
    #[arg(long, value_name = "FILE")]
    zones: PathBuf,
    /// CSV file of places where things happen: a head line, then `date,latitude,longitude`
    #[arg(long, value_name = "FILE")]
    incidents: PathBuf,
    /// Only the part of the city with the N zones in which most happens
    #[arg(long, value_name = "N")]
    part: Option<usize>,
    /// The kind of day: ordinary, surge, rumor-day, flood, crash, night, infiltrated
    #[arg(long, default_value = "ordinary")]
    scenario: Scenario,
    /// What everything random is drawn from: a number, or a word, which stands for one
    #[arg(long, value_name = "SEED", default_value = "1", value_parser = seed)]
    seed: u64,
    /// Hours of the network's time
    #[arg(long, value_name = "H", default_value_t = 2)]
    hours: u64,
    /// Neighbors who report something; each scenario has its own number for 24 hours
    #[arg(long, value_name = "N")]
    neighbors: Option<usize>,
    /// Members who take a duty of some hours in this time
    #[arg(long, value_name = "M", default_value_t = 10)]
    members: usize,
    /// Where prepared networks are kept: founding one and admitting thousands is done once
    #[arg(long, value_name = "DIR")]
    prepared: Option<PathBuf>,
    /// Also write the figures here
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Also write a page with plots here
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// When a check fails: find the shortest script that still fails, and write it here
    #[arg(long, value_name = "FILE")]
    shrink: Option<PathBuf>,
    /// Play a script that --shrink wrote; it says what the options below --part would
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
}

/// The largest file that is read, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;
/// The figures that are not the day's own.
const WALL_TIME: &str = "wall_time";
const MEMORY: &str = "memory_peak";
/// What a simulation may take of memory, in megabytes.
const MOST_MEMORY: f64 = 4_000.0;
/// Days that are tried at most to find the shortest script.
const TRIES: usize = 200;

/// Runs `bystand sim …`.
pub fn run(words: &Words, output: Output) -> Done {
    let words = std::iter::once("bystand sim").chain(words.words.iter().map(String::as_str));
    let args = SimArgs::parse_from(words);
    // Whatever is wrong is told before any work is done.
    let Script { plan, prepared, fails } = match &args.script {
        Some(file) => shrink::from_script(&read(file)?).map_err(unusable)?,
        None => Script { plan: plan(&args), prepared: args.members, fails: None },
    };
    plan.check().map_err(unusable)?;
    check_written(&args)?;
    let city = City::read(&read(&args.zones)?, &read(&args.incidents)?).map_err(unusable)?;
    let city = args.part.map_or(city.clone(), |zones| city.part(zones));
    let population = prepare(&args, &city, prepared)?;
    let began = Instant::now();
    let mut tell = |minutes: u64| {
        if std::io::stderr().is_terminal() {
            let (hour, minute) = (minutes / 60, minutes % 60);
            progress(&format!("Playing: {hour}:{minute:02} of {} h", plan.hours));
        }
    };
    let outcome = simulate(&city, &plan, &population, &mut tell);
    clear_progress();
    let mut outcome = outcome.map_err(unusable)?;
    let took = Figure {
        name: WALL_TIME,
        value: Some(began.elapsed().as_secs_f64()),
        unit: "s",
        limit: plan.scenario.wall_time().map_or(Limit::None, Limit::AtMost),
    };
    outcome.figures.push(took);
    outcome.figures.extend(memory());
    show(&outcome, output)?;
    if let Some(file) = &args.json {
        write(file, &format!("{:#}\n", outcome.as_json()))?;
    }
    if let Some(file) = &args.html {
        write(file, &page::page(&outcome))?;
    }
    if let Some(fails) = fails.filter(|fails| !fails.is_in(&outcome)) {
        output.line(&format!("What failed when the script was written does not any more: {fails}"))?;
    }
    let missed = outcome.missed();
    if missed.is_empty() {
        return Ok(());
    }
    if let Some(file) = &args.shrink {
        outcome.figures.retain(|figure| ![WALL_TIME, MEMORY].contains(&figure.name));
        match Failing::of(&outcome) {
            Some(failing) => shorten(file, (&city, &population), &plan, &failing, output)?,
            None => output.line("There is nothing to shorten: only what it took is out of its limits.")?,
        }
    }
    Err(Failure::refused("sim-missed", format!("out of its limits: {}", missed.join(", "))))
}

/// The most memory that this process has had, where the system tells it.
fn memory() -> Option<Figure> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = peak.trim().strip_suffix(" kB")?.parse().ok()?;
    let limit = Limit::AtMost(MOST_MEMORY);
    Some(Figure { name: MEMORY, value: Some(kilobytes * 1_024.0 / 1_000_000.0), unit: "MB", limit })
}

/// Looks for the shortest day on which the same still fails. The file always holds the shortest one so far: who
/// has waited long enough ends it with Ctrl-C.
fn shorten(
    file: &Path,
    (city, population): (&City, &Population),
    plan: &Plan,
    failing: &Failing,
    output: Output,
) -> Done {
    let script = |plan: &Plan| {
        let (plan, prepared) = (plan.clone(), population.members());
        format!("{:#}\n", shrink::to_script(&Script { plan, prepared, fails: Some(failing.clone()) }))
    };
    write(file, &script(plan))?;
    let (mut tried, mut shortest, mut written) = (0, size(plan), Ok(()));
    let short = shrink::shrink(plan, TRIES, |candidate| {
        tried += 1;
        if std::io::stderr().is_terminal() {
            progress(&format!(
                "Looking for less that still fails ({failing}): day {tried}; so far {shortest}"
            ));
        }
        let is_shorter = written.is_ok()
            && simulate(city, candidate, population, &mut |_| ()).is_ok_and(|o| failing.is_in(&o));
        if is_shorter {
            shortest = size(candidate);
            written = write(file, &script(candidate));
        }
        is_shorter
    });
    clear_progress();
    written?;
    let (shortest, file) = (size(&short), file.display());
    output.line(&format!("Shortened, in {tried} days: {shortest}. {failing} still fails."))?;
    output.line(&format!("Play it with the same zones, incidents and --part, and --script {file}"))?;
    Ok(())
}

/// How large a day is.
fn size(plan: &Plan) -> String {
    let left = plan.operations().saturating_sub(u32::try_from(plan.left_out.len()).unwrap_or(u32::MAX));
    format!("{} h, {} members, {left} things that people or failures do", plan.hours, plan.members)
}

fn plan(args: &SimArgs) -> Plan {
    Plan {
        scenario: args.scenario,
        seed: args.seed,
        hours: args.hours,
        members: args.members,
        reports: args.neighbors.unwrap_or_else(|| args.scenario.usual_reports(args.hours)),
        left_out: BTreeSet::new(),
        habits: Habits::default(),
    }
}

fn prepare(args: &SimArgs, city: &City, members: usize) -> Result<Population, Failure> {
    let folder = args.prepared.clone().or_else(usual_folder);
    let mut tell = |admitted: usize| {
        if std::io::stderr().is_terminal() {
            progress(&format!("Preparing the network: {admitted} of {members} members are admitted"));
        }
    };
    let prepared = Population::prepare(city, members, folder.as_deref(), &mut tell);
    clear_progress();
    prepared.map_err(unusable)
}

/// Where programs keep what they can make again (XDG base directories).
fn usual_folder() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    Some(cache?.join("bystand").join("sim"))
}

fn unusable(error: impl std::fmt::Display) -> Failure {
    Failure::usage("sim-unusable", error.to_string())
}

/// Files to be written: each can be, and no two are one. What is in them stays until there is a result.
fn check_written(args: &SimArgs) -> Result<(), Failure> {
    let files: Vec<&PathBuf> = [&args.json, &args.html, &args.shrink].into_iter().flatten().collect();
    for (at, file) in files.iter().enumerate() {
        if files.iter().take(at).any(|other| other == file) {
            let text = format!("{} is named for two results: name two files", file.display());
            return Err(Failure::usage("sim-file", text));
        }
        let failed = |e: std::io::Error| format!("cannot write {}: {e}. Name another file", file.display());
        let opened = std::fs::OpenOptions::new().append(true).create(true).open(file);
        opened.map_err(|e| Failure::usage("sim-file", failed(e)))?;
    }
    Ok(())
}

/// A seed: a number, or a word that stands for one. The result says which.
fn seed(text: &str) -> Result<u64, String> {
    match text.trim() {
        "" => Err("it is empty: give a number or a word".to_owned()),
        text => Ok(text.parse().unwrap_or_else(|_| Seeds::of_word(text))),
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    let too_long = format!("{} is larger than 64 MB: take a part of it", file.display());
    if std::fs::metadata(file).is_ok_and(|about| about.len() > LARGEST) {
        return Err(Failure::usage("sim-file", too_long));
    }
    let failed = |e: std::io::Error| format!("cannot read {}: {e}. Name another file", file.display());
    std::fs::read_to_string(file).map_err(|e| Failure::usage("sim-file", failed(e)))
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let failed = |e: std::io::Error| format!("cannot write {}: {e}. Name another file", file.display());
    std::fs::write(file, text).map_err(|e| Failure::usage("sim-file", failed(e)))
}

fn show(outcome: &Outcome, output: Output) -> std::io::Result<()> {
    let heading = format!("{}, seed {}", outcome.name, outcome.seed);
    output.line(&output.tone(Tone::Faint, &heading))?;
    let row = |figure: &Figure| {
        let value = figure.value.map_or("-".to_owned(), page::number);
        let (limit, holds) = match figure.limit {
            Limit::None => (String::new(), ""),
            Limit::AtMost(limit) => (format!("≤ {}", page::number(limit)), yes(figure)),
            Limit::AtLeast(limit) => (format!("≥ {}", page::number(limit)), yes(figure)),
        };
        vec![figure.name.to_owned(), value, figure.unit.to_owned(), limit, holds.to_owned()]
    };
    let rows: Vec<Vec<String>> = outcome.figures.iter().map(row).collect();
    output.table(&["Figure", "Value", "Unit", "Limit", "Holds"], &rows, "Nothing was measured.")?;
    for violation in &outcome.violations {
        let line = format!("{} at {} s: {}", violation.invariant, violation.at_ms / 1_000, violation.detail);
        output.line(&output.tone(Tone::Bad, &line))?;
    }
    Ok(())
}

fn yes(figure: &Figure) -> &'static str {
    if figure.holds() { "yes" } else { "NO" }
}
