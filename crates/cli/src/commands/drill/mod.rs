//! `bystand drill [NAME…]`: attacks on real processes of this program, with real disks and real memory. Each
//! says what we say can be lost, plays the attack, says what was lost, and fails when the two differ. Each
//! claim in SECURITY.md names its drill.

mod attacks;
mod evening;
mod loot;
mod search;
mod town;

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, Parser};
use serde_json::json;

use super::bench::Report;
use crate::failure::{Done, Failure};
use crate::output::{Output, Tone};

use attacks::DRILLS;
use evening::Evening;
use loot::Loot;
use town::Town;

/// Shown by `--help`.
pub const EXAMPLES: &str = "\
Examples:
  bystand drill
  bystand drill --list
  bystand drill relay-disk phone-locked
  bystand drill --json drills.json

Founds a small network in a folder for temporary files, with real processes, and attacks it. It takes about \
two minutes, needs Linux, and exits with 3 when something else is lost than SECURITY.md says.";

/// The words after `bystand drill`: parsed on their own, because `--json` names a file here.
#[derive(Debug, Args)]
pub struct Words {
    /// Which, and options (see `bystand drill --help`)
    // A --json in front of them was taken for the one of all commands: see `typed`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "NAME [OPTIONS]")]
    words: Vec<String>,
}

/// Attacks a small network of real processes, and compares what was lost with what we say can be lost.
#[derive(Debug, Parser)]
#[command(name = "bystand drill", after_help = EXAMPLES)]
struct DrillArgs {
    /// Which drills [default: all of them]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Show what there is
    #[arg(long)]
    list: bool,
    /// Also write what was found here
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// One attack.
#[derive(Debug)]
struct Drill {
    name: &'static str,
    /// What the attacker does.
    attack: &'static str,
    /// What SECURITY.md says that they get.
    can_lose: &'static [&'static str],
    play: fn(&mut Scene) -> anyhow::Result<Loot>,
}

/// Where the drills play: one town for all of them, as the one before left it.
#[derive(Debug)]
struct Scene {
    town: Town,
    evening: Evening,
}

impl Scene {
    fn set() -> anyhow::Result<Self> {
        let mut town = Town::found()?;
        let evening = Evening::play(&mut town)?;
        Ok(Self { town, evening })
    }
}

/// Runs `bystand drill …`.
pub fn run(_: &Words, output: Output) -> Done {
    let words: Vec<String> = typed(std::env::args());
    let output = if words.iter().any(|word| word == "--json") { Output::new(false) } else { output };
    let args = DrillArgs::parse_from(std::iter::once("bystand drill".to_owned()).chain(words));
    let chosen = chosen(&args.names)?;
    if args.list {
        let rows: Vec<Vec<String>> =
            chosen.iter().map(|drill| vec![drill.name.to_owned(), drill.attack.to_owned()]).collect();
        output.table(&["Drill", "Attack"], &rows, "There is no drill.")?;
        return Ok(());
    }
    if let Some(file) = &args.json {
        // What cannot be written is said before minutes are spent.
        std::fs::File::create(file).map_err(|error| unwritable(file, &error))?;
    }
    let report = play(&chosen, output)?;
    if let Some(file) = &args.json {
        report.write(file)?;
    }
    match report.missed() {
        missed if missed.is_empty() => Ok(()),
        missed => Err(Failure::refused(
            "drill-differs",
            format!("something else was lost than SECURITY.md says: {}", missed.join(", ")),
        )),
    }
}

/// What was typed after `drill`.
fn typed(line: impl Iterator<Item = String>) -> Vec<String> {
    line.skip_while(|word| word != "drill").skip(1).collect()
}

fn unwritable(file: &std::path::Path, error: &std::io::Error) -> Failure {
    let text = format!("{} cannot be written: {error}. Name another file with --json.", file.display());
    Failure::failed("drill-json", text)
}

/// The named drills in the order of the table, in which none spoils the next.
fn chosen(names: &[String]) -> Result<Vec<&'static Drill>, Failure> {
    if let Some(unknown) = names.iter().find(|name| DRILLS.iter().all(|drill| drill.name != **name)) {
        let text = format!("There is no drill {unknown}. `bystand drill --list` shows them.");
        return Err(Failure::usage("drill-unknown", text));
    }
    let is_chosen = |drill: &&Drill| names.is_empty() || names.iter().any(|name| *name == drill.name);
    Ok(DRILLS.iter().filter(is_chosen).collect())
}

fn play(chosen: &[&'static Drill], output: Output) -> Result<Report, Failure> {
    // Nothing is drawn here: real processes have no seed.
    let mut report = Report::new("drill", 0);
    let mut scene = None;
    for drill in chosen {
        let began = Instant::now();
        let outcome = play_one(drill, &mut scene);
        report.figure(format!("{} (s)", drill.name), began.elapsed().as_secs_f64(), "s");
        let differences = match &outcome {
            Ok(loot) => tell(drill, loot, output)?,
            Err(error) => {
                let text = format!("{} could not be played: {error:#}", drill.name);
                output.both(&output.tone(Tone::Bad, &text), &json!({"drill": drill.name, "error": text}))?;
                // Nobody knows in which state it left the town.
                scene = None;
                f64::INFINITY
            }
        };
        report.at_most(drill.name, differences, 0.0, "differences");
    }
    Ok(report)
}

fn play_one(drill: &Drill, scene: &mut Option<Scene>) -> anyhow::Result<Loot> {
    let scene = match scene {
        Some(scene) => scene,
        None => scene.insert(Scene::set()?),
    };
    (drill.play)(scene)
}

/// Says what was lost; gives how many things differ from what we say.
fn tell(drill: &Drill, loot: &Loot, output: Output) -> Result<f64, Failure> {
    let differences = loot.differences(drill.can_lose);
    let holds = differences.is_empty();
    let list = |things: &[&str]| if things.is_empty() { "nothing".to_owned() } else { things.join("; ") };
    let (lost, kept) = (loot.lost(), loot.kept());
    let (tone, word) = if holds { (Tone::Good, "as we say") } else { (Tone::Bad, "DIFFERS") };
    let heading = format!("{}: {}", output.tone(Tone::Strong, drill.name), output.tone(tone, word));
    output.line(&format!(
        "{heading}\n  attack       {}\n  can be lost  {}\n  was lost     {}\n  was not      {}",
        drill.attack,
        list(drill.can_lose),
        list(&lost),
        list(&kept)
    ))?;
    output.object(&json!({"drill": drill.name, "attack": drill.attack, "can_be_lost": drill.can_lose,
                          "was_lost": lost, "was_not_lost": kept, "differences": differences, "holds": holds}))?;
    Ok(u32::try_from(differences.len()).map_or(f64::INFINITY, f64::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drills_are_chosen_by_name_in_the_order_of_the_table() {
        let names = |chosen: Vec<&Drill>| chosen.iter().map(|drill| drill.name).collect::<Vec<_>>();
        let all = names(chosen(&[]).expect("all"));
        assert_eq!(all.len(), DRILLS.len());
        let two = [all[2].to_owned(), all[0].to_owned()];
        assert_eq!(names(chosen(&two).expect("two")), [all[0], all[2]]);
        assert!(chosen(&["no-such-drill".to_owned()]).is_err());
    }

    #[test]
    fn a_file_for_json_may_come_first() {
        let line = ["bystand", "--json", "drill", "--json", "x", "flood"].map(str::to_owned);
        assert_eq!(typed(line.into_iter()), ["--json", "x", "flood"]);
    }

    #[test]
    fn each_name_is_in_the_table_once() {
        let mut names: Vec<&str> = DRILLS.iter().map(|drill| drill.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), DRILLS.len());
    }
}
