//! `bystand status`: what this device is, has, and still has to send.

use bystand_client::Outcome;
use bystand_core::device::Device;
use bystand_core::team::TeamKind;
use bystand_wire::{PassPurpose, Timestamp};
use clap::Args;
use serde_json::{Value, json};

use crate::args::Global;
use crate::engine::{self, Meanwhile};
use crate::enroll::list;
use crate::failure::Done;
use crate::output::{Output, Tone};
use crate::progress;
use crate::when::{WallClock, span};

/// `bystand status`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bystand status\n\nConnects, sends what waits, and shows how things stand."
)]
pub struct StatusArgs {}

/// Runs `bystand status`.
pub async fn run(global: &Global, output: Output) -> Done {
    let mut session = engine::start(global)?;
    let is_here = |device: &Device| {
        let shared = device.shared();
        shared.connected
            && shared.log.is_following()
            && shared.outbox.is_empty()
            && !device.enrollment().is_waiting()
    };
    let mut meanwhile = Meanwhile::default();
    let waiting = session.until(engine::PATIENCE, is_here, |told| meanwhile.hear(told));
    let outcome = progress::show(output, "Waiting for the relay", waiting).await?;
    let fields = session.ask(|device, now, _| fields(device, now)).await?;
    let connection = match (outcome, &meanwhile.trouble) {
        (Outcome::Reached, _) => "reached".to_owned(),
        (Outcome::Pending, Some(why)) => format!("trouble: {why}"),
        (Outcome::Pending, None) => "reached, but not everything is sent or answered".to_owned(),
    };
    let mut object = json!({"event": "status", "connection": connection});
    if let Value::Object(object) = &mut object {
        object.extend(fields.iter().map(|(name, value)| (name.replace(' ', "_"), json!(value))));
    }
    output.object(&object)?;
    output.line(&format!("{} {connection}", output.tone(Tone::Faint, "connection  ")))?;
    for (name, value) in fields {
        output.line(&format!("{} {value}", output.tone(Tone::Faint, &format!("{name:<12}"))))?;
    }
    session.close().await?;
    meanwhile.show(output)
}

fn fields(device: &Device, now: Timestamp) -> Vec<(&'static str, String)> {
    let (shared, wall) = (device.shared(), WallClock::of(device.shared()));
    let identity = &shared.identity;
    let mut fields = vec![("id", identity.network.to_string()), ("relay", identity.relay.clone())];
    match shared.manifest() {
        Some(verified) => {
            let manifest = verified.manifest();
            fields.push(("network", manifest.name.clone()));
            fields.push((
                "settings",
                format!("version {}, until {}", manifest.version, wall.short(manifest.expires_at, now)),
            ));
        }
        None => fields.push(("network", "its settings are not here yet".to_owned())),
    }
    if let Some(note) = shared.key_note() {
        let note = note.note();
        fields.push((
            "key note",
            format!("version {}, {} old", note.version, span(now.since_ms(note.issued_at))),
        ));
    }
    match identity.certified() {
        Some(certificate) => {
            fields.push(("roles", list(&certificate.roles)));
            let hash = identity.author().map(|hash| hash.short()).unwrap_or_default();
            fields.push(("certificate", format!("{hash}, until {}", wall.short(certificate.not_after, now))));
        }
        None if device.enrollment().is_waiting() => {
            fields.push(("roles", "waiting for a registrar".to_owned()))
        }
        None => fields.push(("roles", "none".to_owned())),
    }
    let passes =
        |purpose: &PassPurpose| format!("{} {}", shared.wallet.count(*purpose, now), purpose.as_str());
    fields.push(("passes", PassPurpose::ALL.iter().map(passes).collect::<Vec<_>>().join(", ")));
    let team = |kind: &TeamKind| {
        let team = shared.teams.get(kind)?;
        let ready = if team.is_ready() { "" } else { " (not ready)" };
        Some(format!("{}: {} members{ready}", kind.as_str(), team.room().members().len()))
    };
    fields.push(("teams", TeamKind::ALL.iter().filter_map(team).collect::<Vec<_>>().join(", ")));
    fields.push(("to send", shared.outbox.len().to_string()));
    fields
}
