//! `bystand demo --terminal`: an hour, faster than real time, told in lines.

use std::time::Duration;

use tokio::sync::mpsc;

use super::play::{Director, Manner, Setting};
use super::players::{Player, size_of};
use super::{DemoArgs, RESPONDERS, ZONES, city, setup, stage};
use crate::output::{Output, Tone};

/// Plays it to its end.
pub async fn play(args: &DemoArgs, folder: &tempfile::TempDir, output: Output) -> anyhow::Result<()> {
    let (zones, script, mut rng) = city(args)?;
    let scenes = script.hour(args.minutes, &mut rng);
    let port = args.port.filter(|port| *port != 0).map_or_else(setup::free_port, Ok)?;
    let stage = stage(args, folder, args.rate.max(1), port)?;

    let step = |text: &str| output.line(&output.tone(Tone::Faint, text));
    step(&format!("Everything is in {} and goes when the demo ends.", stage.folder.display()))?;
    step("Founding the network Twin Cities with its 104 zones; making issuer keys…")?;
    let network = setup::found(&stage, &zones).await?;
    let _relay = setup::serve(&stage, port, None).await?;
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
        let (invitation, _) = setup::invite(&mut registrar, &mut ears, roles).await?;
        setup::join(&stage, name, &invitation, None).await?;
        let mut player = Player::start(&stage, name, role, &mouth)?;
        if role == "host" {
            player.type_line("schedule off").await?;
        }
        players.push(player);
    }
    for (number, name) in RESPONDERS.into_iter().enumerate() {
        let zone = ZONES[number % ZONES.len()];
        let (invitation, _) =
            setup::invite(&mut registrar, &mut ears, "--role observer --role verifier").await?;
        setup::join(&stage, name, &invitation, Some(zone)).await?;
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
    let manner = Manner { pace: f64::from(stage.rate), every: None };
    let set = Setting { stage: &stage, network: &network, zones: &ZONES, manner, output };
    let mut director = Director::new(set, players, script, scenes, rng);
    director.play(&mut ears, &mouth, Some(until)).await?;
    let bytes = size_of(&stage.folder.join("relay"));
    director.finish(bytes).await
}
