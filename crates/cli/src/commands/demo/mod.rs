//! `bystand demo`: a lively hour of a network in the Twin Cities, faster than real time, with real
//! client processes of this program over real HTTP. Nothing is faked: what is shown is what the
//! processes say.

mod play;
mod players;
mod script;

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use bystand_core::io::Random;
use clap::Args;
use rand_core::SeedableRng;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tokio::sync::mpsc;

use crate::args::Global;
use crate::failure::Done;
use crate::output::{Output, Tone};
use crate::stop::Stop;

use play::Director;
use players::{Player, Stage, size_of};

const EXAMPLES: &str = "\
Examples:
  bystand demo
  bystand demo --minutes 15 --rate 30
  bystand demo --seed 7

Everything is in one temporary folder, which goes when the demo ends. Ctrl-C ends it at any moment.";

/// Zones in which the demo's responders live; the positions of its events lie in them.
const ZONES: [&str; 4] =
    ["mpls-powderhorn-park", "mpls-corcoran", "mpls-east-phillips", "mpls-midtown-phillips"];
/// Responders.
const RESPONDERS: [&str; 8] = ["Cy", "Dee", "Eli", "Flo", "Gus", "Hal", "Ivy", "Jo"];

/// `bystand demo`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DemoArgs {
    /// How many minutes of the network's time are played
    #[arg(long, value_name = "N", default_value_t = 60)]
    minutes: u64,
    /// How many times as fast as real time
    #[arg(long, value_name = "N", default_value_t = 20)]
    rate: u32,
    /// The same number plays the same events; people's reactions differ by how fast this machine is
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Folder with zones.geojson and incidents.csv
    #[arg(long, value_name = "DIR", default_value = "data/twin-cities")]
    city: PathBuf,
    /// Also write everything the processes say to a file
    #[arg(long, value_name = "FILE", hide = true)]
    transcript: Option<PathBuf>,
    /// The relay's port; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
}

/// Runs `bystand demo`.
pub async fn run(_: &Global, args: DemoArgs, output: Output) -> Done {
    let mut stop = Stop::install()?;
    let folder = tempfile::Builder::new().prefix("bystand-demo-").tempdir()?;
    let outcome = tokio::select! {
        outcome = whole(&args, &folder, output) => outcome,
        () = stop.requested() => {
            output.line("\nStopped. Everything of the demo is gone.")?;
            Ok(())
        }
    };
    // Dropping the folder deletes every vault, the relay's folder and the card sheets; dropping the
    // players has killed their processes.
    folder.close()?;
    Ok(outcome?)
}

async fn whole(args: &DemoArgs, folder: &tempfile::TempDir, output: Output) -> anyhow::Result<()> {
    let incidents = args.city.join("incidents.csv");
    let zones = args.city.join("zones.geojson");
    anyhow::ensure!(
        zones.exists() && incidents.exists(),
        "{} does not hold zones.geojson and incidents.csv; name the folder with --city",
        args.city.display()
    );
    let mut rng = Random::seed_from_u64(args.seed);
    let scenes = script::write(&incidents, &zones, &ZONES, args.minutes, &mut rng)?;
    let start_ms = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let port = if args.port == 0 { free_port()? } else { args.port };
    let relay = format!("http://127.0.0.1:{port}");
    let transcript =
        args.transcript.as_ref().map(std::fs::File::create).transpose()?.map(std::sync::Arc::new);
    let stage =
        Stage { folder: folder.path().to_owned(), rate: args.rate.max(1), start_ms, relay, transcript };

    let step = |text: &str| output.line(&output.tone(Tone::Faint, text));
    step(&format!("Everything is in {} and goes when the demo ends.", stage.folder.display()))?;
    step("Founding the network Twin Cities with its 104 zones; making issuer keys…")?;
    let network = found(&stage, &zones).await?;
    let _relay = serve(&stage, port).await?;
    step(&format!("The relay listens on {}.", stage.relay))?;
    let (mouth, mut ears) = mpsc::channel(1_024);
    let mut registrar = Player::start(&stage, "steward", "registrar", &mouth)?;
    // The founder's device could host too; here the box alone does, and only the zones that are played.
    registrar.type_line("host schedule off").await?;
    step("Inviting two dispatchers, a host box and eight responders; each joins in a process of its own…")?;
    let mut players = Vec::new();
    for (name, role, roles) in [
        ("Ana", "desk", "--role dispatcher"),
        ("Ben", "desk", "--role dispatcher"),
        ("box", "host", "--role host"),
    ] {
        admit(&stage, &mut registrar, &mut ears, name, roles, &[]).await?;
        let mut player = Player::start(&stage, name, role, &mouth)?;
        if role == "host" {
            player.type_line("schedule off").await?;
        }
        players.push(player);
    }
    for (number, name) in RESPONDERS.into_iter().enumerate() {
        let zone = ZONES[number % ZONES.len()];
        admit(&stage, &mut registrar, &mut ears, name, "--role observer --role verifier", &[zone]).await?;
        players.push(Player::start(&stage, name, "duty", &mouth)?);
    }
    players.push(registrar);
    output.line(&format!(
        "\n  Alerts page:   {relay}/\n  Report something yourself:\n    {program} --clock-rate {rate} --clock-start {start} report --relay {relay} \
         \\\n      --network {network} --kind presence --place 'Lake St and Bloomington Ave' --point 44.9484,-93.2522 \
         --first-hand yes --follow\n",
        relay = stage.relay,
        program = std::env::current_exe()?.display(),
        rate = stage.rate,
        start = stage.start_ms,
    ))?;
    let until = Duration::from_secs(args.minutes * 60) / stage.rate;
    let mut director = Director::new(&stage, &network, players, scenes, &ZONES, output, rng);
    director.play(&mut ears, &mouth, until).await?;
    let bytes = size_of(&stage.folder.join("relay"));
    director.finish(bytes).await
}

/// Founds the network and gives its id.
async fn found(stage: &Stage, zones: &std::path::Path) -> anyhow::Result<String> {
    let data = stage.folder.join("relay");
    let (zones, data) = (zones.to_string_lossy(), data.to_string_lossy());
    let args = ["init", "--name", "Twin Cities", "--zones", &zones, "--relay", &stage.relay, "--data", &data];
    let args = [&args[..], &["--issuer-weeks", "1", "--phone", "Report line=612-555-0100=en"]].concat();
    let said = stage.run("steward", &args).await?;
    let id = said.iter().find_map(|v| v.get("network").and_then(Value::as_str));
    id.map(str::to_owned).context("init did not name the network")
}

/// Starts the relay and waits until it listens.
async fn serve(stage: &Stage, port: u16) -> anyhow::Result<Child> {
    let mut command = stage.command("relay")?;
    let data = stage.folder.join("relay");
    command.args(["serve", "--data", &data.to_string_lossy(), "--listen", &format!("127.0.0.1:{port}")]);
    let mut child = command.spawn()?;
    let stdout = child.stdout.take().context("no output")?;
    let mut lines = BufReader::new(stdout).lines();
    let first = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await;
    anyhow::ensure!(matches!(first, Ok(Ok(Some(_)))), "the relay did not start on port {port}");
    // Its errors go nowhere unless read; a full pipe would stop it.
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(async move {
            let mut lines = BufReader::new(stderr).lines();
            while let Ok(Some(_)) = lines.next_line().await {}
        });
    }
    Ok(child)
}

/// One invitation, taken up by one new vault.
async fn admit(
    stage: &Stage,
    registrar: &mut Player,
    ears: &mut mpsc::Receiver<players::Said>,
    name: &str,
    roles: &str,
    zones: &[&str],
) -> anyhow::Result<()> {
    registrar.type_line(&format!("invite {roles}")).await?;
    let patience = tokio::time::Instant::now() + Duration::from_secs(60);
    let invitation = loop {
        let said = tokio::time::timeout_at(patience, ears.recv()).await.context("no invitation came")?;
        let said = said.context("the registrar is gone")?;
        if said.text("event") == "invitation" {
            break said.text("text").to_owned();
        }
    };
    let mut args = vec!["join", &invitation];
    for zone in zones {
        args.extend(["--zone", zone]);
    }
    stage.run(name, &args).await.with_context(|| format!("{name} could not join")).map(drop)
}

fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
