//! `bystand demo`: a living network in the Twin Cities, with real client processes of this program over real
//! HTTP. In the browser it goes on at real time, and people take part; in the terminal a lively hour is played
//! faster than that. Nothing is faked: what is shown is what the processes say.

mod browser;
mod guide;
mod play;
mod players;
mod script;
mod setup;
mod terminal;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bystand_core::io::Random;
use clap::Args;
use rand_core::SeedableRng;
use serde_json::json;

use crate::args::Global;
use crate::failure::Done;
use crate::output::Output;
use crate::stop::Stop;

use players::Stage;
use script::Script;

const EXAMPLES: &str = "\
Examples:
  bystand demo
  bystand demo --open --every 15
  bystand demo --web target-web/bundle --port 8500
  bystand demo --terminal
  bystand demo --terminal --minutes 15 --rate 30

The first three print links for people in browsers, and play everybody else until Ctrl-C. With --terminal an hour \
is played and told here. Everything is in one temporary folder, which goes when the demo ends.";

/// Zones in which the demo's responders live; the positions of its events lie in them.
const ZONES: [&str; 4] =
    ["mpls-powderhorn-park", "mpls-corcoran", "mpls-east-phillips", "mpls-midtown-phillips"];
/// Responders.
const RESPONDERS: [&str; 8] = ["Cy", "Dee", "Eli", "Flo", "Gus", "Hal", "Ivy", "Jo"];
/// Processes that were killed may write for a moment more: so often deleting is tried.
const TRIES: u32 = 50;

/// `bystand demo`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DemoArgs {
    /// Play an hour in this terminal, faster than real time and without browsers
    #[arg(long)]
    terminal: bool,
    /// With --terminal: how many minutes of the network's time are played
    #[arg(long, value_name = "N", default_value_t = 60, requires = "terminal")]
    minutes: u64,
    /// With --terminal: how many times as fast as real time
    #[arg(long, value_name = "N", default_value_t = 20, requires = "terminal")]
    rate: u32,
    /// Seconds from one report of a played neighbor to the next
    #[arg(long, value_name = "SECONDS", default_value_t = 30, conflicts_with = "terminal",
          value_parser = clap::value_parser!(u64).range(5..=3_600))]
    every: u64,
    /// Folder of the web app's files, instead of those built into the program
    #[arg(long, value_name = "DIR", conflicts_with = "terminal")]
    web: Option<PathBuf>,
    /// Open the alerts page in this machine's browser
    #[arg(long, conflicts_with = "terminal")]
    open: bool,
    /// The relay's port; 0 takes any free one [default: 8480 or the next free one; with --terminal any free one]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// The same number plays the same events; people's reactions differ by how fast this machine is
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder with zones.geojson and incidents.csv
    #[arg(long, value_name = "DIR", default_value = "data/twin-cities")]
    city: PathBuf,
    /// Also write everything the processes say to a file
    #[arg(long, value_name = "FILE", hide = true)]
    transcript: Option<PathBuf>,
}

/// Runs `bystand demo`.
pub async fn run(_: &Global, args: DemoArgs, output: Output) -> Done {
    let mut stop = Stop::install()?;
    let folder = tempfile::Builder::new().prefix("bystand-demo-").tempdir()?;
    let outcome = tokio::select! {
        outcome = play(&args, &folder, output) => outcome,
        () = stop.requested() => {
            output.both("\nStopped. Everything of the demo is gone.", &json!({"event": "stopped"}))?;
            Ok(())
        }
    };
    // Deleting the folder deletes every vault, the relay's folder and the card sheets; the players' processes
    // were killed when what held them was dropped.
    delete(folder).await?;
    outcome
}

async fn play(args: &DemoArgs, folder: &tempfile::TempDir, output: Output) -> Done {
    match args.terminal {
        true => Ok(terminal::play(args, folder, output).await?),
        false => browser::play(args, folder, output).await,
    }
}

async fn delete(folder: tempfile::TempDir) -> std::io::Result<()> {
    let path = folder.keep();
    for _ in 1..TRIES {
        if std::fs::remove_dir_all(&path).is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    std::fs::remove_dir_all(&path)
}

/// The city's files, the script and the generator that everything random comes from.
fn city(args: &DemoArgs) -> anyhow::Result<(PathBuf, Script, Random)> {
    let incidents = args.city.join("incidents.csv");
    let zones = args.city.join("zones.geojson");
    anyhow::ensure!(
        zones.exists() && incidents.exists(),
        "{} does not hold zones.geojson and incidents.csv; name the folder with --city",
        args.city.display()
    );
    let script = Script::read(&incidents, &zones, &ZONES)?;
    Ok((zones, script, Random::seed_from_u64(args.seed)))
}

/// What all processes share, with a clock that runs so many times as fast as the real one.
fn stage(args: &DemoArgs, folder: &tempfile::TempDir, rate: u32, port: u16) -> anyhow::Result<Stage> {
    let start_ms = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let transcript = args.transcript.as_ref().map(std::fs::File::create).transpose()?.map(Arc::new);
    let relay = format!("http://127.0.0.1:{port}");
    Ok(Stage { folder: folder.path().to_owned(), rate, start_ms, relay, transcript })
}
