//! `bystand demo`: a living city in the browser. The clocks of browsers are real, so everything runs at real
//! time; only people react more quickly than people do.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use bystand_relay::bundle::Bundle;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::guide::{self, Part};
use super::play::{Director, Manner, Setting};
use super::players::{Player, Said, Stage};
use super::{DemoArgs, RESPONDERS, ZONES, city, setup, stage};
use crate::commands::serve;
use crate::failure::{Done, Failure};
use crate::output::{Output, note};

/// The first port that is tried.
const PORT: u16 = 8480;
/// How many minutes of a story pass in a minute: played people decide in seconds and walk a mile in half a minute.
const PACE: f64 = 6.0;

/// Plays until somebody ends it.
pub async fn play(args: &DemoArgs, folder: &tempfile::TempDir, output: Output) -> Done {
    let (zones, script, rng) = city(args)?;
    has_app(args.web.as_deref())?;
    let kept = setup::keep_port(args.port, PORT)?;
    let port = kept.local_addr()?.port();
    let stage = stage(args, folder, 1, port)?;
    guide::step(output, "Founding the network Twin Cities with its 104 zones, and starting its relay…")?;
    let network = setup::found(&stage, &zones).await?;
    drop(kept);
    let _relay = setup::serve(&stage, port, args.web.as_deref()).await?;
    let (mouth, mut ears) = mpsc::channel(1_024);
    let mut registrar = Player::start(&stage, "steward", "registrar", &mouth)?;
    // The founder's device could host too; here the box alone does, and only the zones that are played.
    registrar.type_line("host schedule off").await.context("the registrar is gone")?;
    let mut said_before = links(&stage, &network, &mut registrar, &mut ears, output).await?;
    if args.open {
        open(&stage.relay);
    }
    guide::step(output, "Everybody else is coming: two dispatchers, a host box, eight responders…")?;
    let cast = Cast::admit(&stage, &mut registrar, &mut ears, &mouth, &mut said_before).await?;
    let mut players = cast.players;
    players.push(registrar);
    output.both("", &json!({"event": "ready"}))?;
    let manner = Manner { pace: PACE, every: Some(Duration::from_secs(args.every)) };
    let set = Setting { stage: &stage, network: &network, zones: &ZONES, manner, output };
    let mut director = Director::new(set, players, script, Vec::new(), rng);
    director.knows(cast.certificates, &said_before).await?;
    Ok(director.play(&mut ears, &mouth, None).await?)
}

/// Without the web app there is nothing to open.
fn has_app(web: Option<&Path>) -> Done {
    if let Some(folder) = web {
        return Bundle::read(folder).map(drop).map_err(|error| Failure::of("web-bundle", error));
    }
    match serve::has_web() {
        true => Ok(()),
        false => Err(Failure::failed(
            "no-web-app",
            "This program was built without the web app. Run `make demo`, which builds it; or build it with \
             scripts/web-build and name it: bystand demo --web target-web/bundle. Without browsers: bystand demo \
             --terminal",
        )),
    }
}

/// Shows the links for people, each as soon as it works; gives what was said meanwhile.
async fn links(
    stage: &Stage,
    network: &str,
    registrar: &mut Player,
    ears: &mut mpsc::Receiver<Said>,
    output: Output,
) -> anyhow::Result<Vec<Said>> {
    let mut said_before = Vec::new();
    guide::begin(output, &stage.relay, network)?;
    for part in &guide::PARTS {
        let address = match part {
            Part { page: Some(page), .. } => format!("{}{page}", stage.relay),
            Part { roles, .. } => {
                let roles: Vec<String> = roles.iter().map(|role| format!("--role {role}")).collect();
                let (invitation, meanwhile) = setup::invite(registrar, ears, &roles.join(" ")).await?;
                said_before.extend(meanwhile);
                format!("{}/app/#{invitation}", stage.relay)
            }
        };
        guide::link(output, part, &address)?;
    }
    guide::end(output)?;
    Ok(said_before)
}

/// Everybody who is played.
struct Cast {
    players: Vec<Player>,
    certificates: Vec<String>,
}

impl Cast {
    /// Invites them and lets them join, all at once.
    async fn admit(
        stage: &Stage,
        registrar: &mut Player,
        ears: &mut mpsc::Receiver<Said>,
        mouth: &mpsc::Sender<Said>,
        said_before: &mut Vec<Said>,
    ) -> anyhow::Result<Self> {
        let desk = ["Ana", "Ben"].map(|name| (name, "desk", "--role dispatcher", None));
        let host = ("box", "host", "--role host", None);
        let duty = RESPONDERS.into_iter().enumerate().map(|(number, name)| {
            (name, "duty", "--role observer --role verifier", Some(ZONES[number % ZONES.len()]))
        });
        let mut joining = JoinSet::new();
        for (name, command, roles, zone) in desk.into_iter().chain([host]).chain(duty) {
            let (invitation, meanwhile) = setup::invite(registrar, ears, roles).await?;
            said_before.extend(meanwhile);
            let (stage, mouth) = (stage.clone(), mouth.clone());
            joining.spawn(async move {
                let certificate = setup::join(&stage, name, &invitation, zone).await?;
                let mut player = Player::start(&stage, name, command, &mouth)?;
                if command == "host" {
                    player.type_line("schedule off").await?;
                }
                anyhow::Ok((player, certificate))
            });
        }
        let mut cast = Self { players: Vec::new(), certificates: Vec::new() };
        while let Some(joined) = joining.join_next().await {
            let (player, certificate) = joined.context("a player's task ended")??;
            cast.players.push(player);
            cast.certificates.push(certificate);
        }
        Ok(cast)
    }
}

/// Opens the alerts page. A machine without a display has nothing to open it with, and the links are there.
fn open(relay: &str) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = std::process::Command::new(program);
    command.arg(format!("{relay}/")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if command.spawn().is_err() {
        note(&format!("{program} is not here: open the links by hand."));
    }
}
