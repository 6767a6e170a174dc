//! Attacks on the public log by whoever runs the relay and has its log key.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use bystand_core::alerts::{AlertNote, SignedAlert};
use bystand_core::io::{Request, Response};
use bystand_crypto::hash;
use bystand_relay::clock::SystemClock;
use bystand_relay::data_dir::DataDir;
use bystand_relay::metrics::Metrics;
use bystand_relay::rules::publish::AcceptedEntry;
use bystand_relay::rules::stream::PolicyLimits;
use bystand_relay::store::sqlite::{SqliteOptions, SqliteStore};
use bystand_relay::writer::actions::Publish;
use bystand_relay::writer::{Shared, Writer, WriterLimits, WriterState};
use bystand_wire::relay_api::{LogEntry, LogKind, LogPart};
use bystand_wire::{AlertId, NetworkId};
use serde_json::Value;

use super::super::town::{RELAY, Town, files_below, is_entry, text};
use super::devices::DEVICES;
use super::{Loot, Scene, ask};

const TAKEN: &str = "an alert without its quorum, taken by the relay";
const SHOWN: &str = "an alert without its quorum, shown to a reader";
const SHORTER: &str = "a log that lacks what was seen, taken for the log";
const OTHER: &str = "another log than the one that was seen, taken for the log";
const FORGOTTEN: &str = "alerts that a reader had seen";

/// Alerts that nobody signed, or only one side, are offered to the relay, and then written into its log by its
/// own operator, properly hashed and with the true log key.
pub fn without_quorum(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let town = &mut scene.town;
    let network: NetworkId = town.network.parse().ok().context("a network id")?;
    let before = alerts(town)?;
    let forged = forged(&last_alert(town)?)?;
    for body in &forged {
        let entry = LogEntry { kind: LogKind::Alert, body: body.clone() };
        loot.tried(TAKEN, matches!(ask(town, &Request::Log(entry))?, Response::Logged(_)));
    }
    town.kill(RELAY)?;
    write_into_log(&town.path(RELAY), &network, &forged)?;
    let mark = town.player("dee")?.mark();
    town.serve(&[])?;
    loot.tried(SHOWN, alerts(town)? != before);
    // A device that has followed the log since the beginning says so, too.
    town.player("dee")?.wait_from(mark, "that an alert does not hold", |v| v["event"] == "alert-refused")?;
    Ok(loot)
}

/// The log is set back, and then grown again with other entries.
pub fn rolled_back(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let (town, incident) = (&mut scene.town, &scene.evening.incident);
    let network: NetworkId = town.network.parse().ok().context("a network id")?;
    let (relay, earlier, later) = (town.path(RELAY), town.path("earlier"), town.path("later"));
    town.kill(RELAY)?;
    copy_folder(&relay, &earlier)?;
    town.serve(&[])?;
    let mark = town.player("ana")?.mark();
    town.player("ana")?.does(&format!("recheck {incident}"))?;
    town.player("ana")?
        .wait_from(mark, "that it is published", |v| is_entry(v, "rechecking", Some(incident)))?;
    town.player("dee")?
        .wait_from(0, "the alert", |v| v["event"] == "alert" && v["state"] == "being-checked")?;
    town.kill_all();
    anyhow::ensure!(!forgets(town)?, "the device knows the alert");
    std::fs::rename(&relay, &later)?;
    copy_folder(&earlier, &relay)?;
    town.serve(&[])?;
    loot.tried(SHORTER, !refuses(town, "log-shrank")?);
    loot.tried(FORGOTTEN, forgets(town)?);
    town.kill(RELAY)?;
    let others: Vec<Vec<u8>> = (0..9_u8).map(|n| vec![n; 16]).collect();
    write_into_log(&relay, &network, &others)?;
    town.serve(&[])?;
    loot.tried(OTHER, !refuses(town, "log-forked")?);
    loot.tried(FORGOTTEN, forgets(town)?);
    town.kill(RELAY)?;
    std::fs::remove_dir_all(&relay)?;
    std::fs::rename(&later, &relay)?;
    town.serve(&[])?;
    for who in DEVICES {
        town.start_role(who)?;
    }
    Ok(loot)
}

/// Whether a device that follows the log says that this one does not hold.
fn refuses(town: &mut Town, code: &str) -> anyhow::Result<bool> {
    town.start_role("dee")?;
    let said = town
        .player("dee")?
        .wait("that the log does not hold", |v| v["event"] == "warning" && v["code"] == code);
    town.kill("dee")?;
    Ok(said.is_ok())
}

/// Whether the last state of the alert is no longer known.
fn forgets(town: &Town) -> anyhow::Result<bool> {
    let known = town.run("dee", &["alerts"])?.said;
    Ok(!known.iter().any(|v| v["event"] == "alert" && v["state"] == "being-checked"))
}

/// All alerts as a stranger verifies them.
fn alerts(town: &Town) -> anyhow::Result<Vec<Value>> {
    let mut alerts = town.alerts()?;
    alerts.sort_by_key(|alert| text(alert, "alert").to_owned());
    Ok(alerts)
}

/// The newest alert of the log.
pub fn last_alert(town: &Town) -> anyhow::Result<SignedAlert> {
    let request = Request::LogEntries { part: LogPart::Only(LogKind::Alert), after: None, from: None };
    let Response::LogEntries(entries) = ask(town, &request)? else { anyhow::bail!("the log was not read") };
    let last = entries.entries.last().map(|entry| entry.entry.body.as_slice());
    Ok(SignedAlert::parse(last.unwrap_or_default())?)
}

/// A true alert with only its finding, with only its dispatcher, and under another id.
fn forged(alert: &SignedAlert) -> anyhow::Result<Vec<Vec<u8>>> {
    let (finding, publish) = (alert.findings().first(), alert.publishes().first());
    let (finding, publish) = (finding.context("a finding")?, publish.context("a publish pass")?);
    let mut only_found = SignedAlert::unsigned(alert.note().clone());
    only_found.add_finding(finding.clone());
    let mut only_published = SignedAlert::unsigned(alert.note().clone());
    only_published.add_publish(publish.clone());
    let mut moved = SignedAlert::unsigned(AlertNote { alert: AlertId([0xd1; 16]), ..alert.note().clone() });
    moved.add_finding(finding.clone());
    moved.add_publish(publish.clone());
    let texts = [only_found, only_published, moved].map(|alert| alert.to_text().map(String::into_bytes));
    Ok(texts.into_iter().collect::<Result<_, _>>()?)
}

/// What an operator can do who changes the program: entries that nobody checked go into the log.
fn write_into_log(folder: &Path, network: &NetworkId, bodies: &[Vec<u8>]) -> anyhow::Result<()> {
    let folder = DataDir::take(folder)?;
    let store = SqliteStore::open(&folder.database(), SqliteOptions::default())?;
    let limits = WriterLimits {
        queue_len: 100,
        group_len: 100,
        group_bytes: 1 << 20,
        policy: PolicyLimits { max_frames: 1_000 },
        streams_per_pass: 20,
        blobs_per_pass: 20,
    };
    let (shared, metrics) = (Arc::new(Shared::default()), Arc::new(Metrics::default()));
    let signer = folder.log_signer(network)?;
    let state = WriterState::new(limits, Arc::new(SystemClock), shared, metrics, signer, Box::new(|_| ()));
    let (writer, thread) = Writer::start(Box::new(store), state)?;
    tokio::runtime::Handle::current().block_on(async {
        for body in bodies {
            let accepted = AcceptedEntry { version: None, passes: Vec::new(), text_until: None };
            let (body_hash, body) = (hash::plain_sha256(body), Arc::from(body.as_slice()));
            let publish = Publish { kind: LogKind::Alert, body_hash, body, accepted };
            anyhow::ensure!(writer.ask(publish).await.is_ok(), "the log was not written");
        }
        writer.stop().await;
        Ok(())
    })?;
    thread.join().ok().context("the writer did not end")
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for file in files_below(from)? {
        let name = file.file_name().context("a name")?;
        std::fs::copy(&file, to.join(name))?;
    }
    Ok(())
}
