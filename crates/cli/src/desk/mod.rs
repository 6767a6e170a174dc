//! A dispatcher's screen in a terminal: `bystand desk`.

mod act;
mod facts;
mod names;
mod phone;
mod tables;
mod verbs;

use std::time::Instant;

use bystand_client::Session;
use bystand_core::desk::{Event as Fact, Outcome, RumorEvent};
use bystand_core::device::Device;
use bystand_core::device::desk::DeskEvent;
use bystand_core::team::{TeamKind, TeamSync};
use bystand_core::texts::Texts;
use bystand_wire::{IncidentId, Timestamp};
use serde_json::{Value, json};

use verbs::DeskLook;
pub use verbs::DeskVerb;

use crate::engine;
use crate::failure::{Done, Failure};
use crate::help::Family;
use crate::output::{Tone, harmless};
use crate::progress;
use crate::terminal::{RoleVerb, Terminal};
use crate::when::WallClock;

impl RoleVerb for DeskVerb {
    const FAMILIES: &'static [Family] = verbs::FAMILIES;

    fn usual() -> Self {
        DeskVerb::Look(DeskLook::Queue)
    }

    fn is_ready(device: &Device, _: Timestamp) -> bool {
        device.shared().teams.get(&TeamKind::Desk).is_some_and(TeamSync::is_ready)
    }

    async fn act(self, terminal: &mut Terminal, session: &mut Session<Device>) -> Done {
        if let DeskVerb::Look(look) = self {
            let view = session.ask(move |device, now, _| tables::view(device, &look, now)).await??;
            return view.write(terminal.output);
        }
        let deadline = Instant::now() + engine::PATIENCE;
        loop {
            let (verb, is_last) = (self.clone(), Instant::now() >= deadline);
            let done = session.ask(move |device, now, rng| {
                let waits = device.shared().is_still_reading(TeamKind::Desk) && !is_last;
                (!waits).then(|| act::act(device, verb, now, rng))
            });
            if let Some(done) = done.await? {
                return Ok(done?);
            }
            until_read(terminal, session, deadline).await?;
        }
    }
}

/// Waits until the casebook is read: after a reconnection, and when the relay has just been given it.
async fn until_read(terminal: &mut Terminal, session: &mut Session<Device>, deadline: Instant) -> Done {
    let mut told = Vec::new();
    let is_read = |device: &Device| !device.shared().is_still_reading(TeamKind::Desk);
    let left = deadline.saturating_duration_since(Instant::now());
    let reading = session.until(left, is_read, |news| told.push(news));
    progress::show(terminal.output, "Reading what others wrote", reading).await?;
    for news in told {
        terminal.tell(session, news).await?;
    }
    Ok(())
}

/// Shows what the desk tells.
pub async fn show(terminal: &mut Terminal, session: &mut Session<Device>, news: DeskEvent) -> Done {
    let output = terminal.output;
    // Signs of life say nothing to a person.
    let quiet = !output.is_json();
    let line = session.ask(move |device, now, _| line(device, &news, now, quiet)).await?;
    let Some((text, tone, value)) = line else { return Ok(()) };
    output.both(&output.tone(tone, &harmless(&text)), &value)?;
    Ok(())
}

/// The incident that an entry is about, also where the team's own key seals it.
fn about(fact: &Fact) -> Option<IncidentId> {
    if let Fact::Rumor(RumorEvent::Asked { incident, .. } | RumorEvent::AskedAgain { incident, .. }) = fact {
        return Some(*incident);
    }
    fact.incident()
}

/// What the desk tells, as a line and as an object.
fn line(device: &Device, news: &DeskEvent, now: Timestamp, quiet: bool) -> Option<(String, Tone, Value)> {
    let (state, wall) = (device.desk().state(), WallClock::of(device.shared()));
    let number = |incident| names::number_of(state, incident);
    Some(match news {
        DeskEvent::Arrived(report) => (
            "A report is coming in.".to_owned(),
            Tone::Faint,
            json!({"event": "arrived", "report": report.to_string()}),
        ),
        DeskEvent::Entry { seq, author, at, fact, outcome } => {
            let said = facts::tell(state, fact);
            if quiet && said.word == "sign" {
                return None;
            }
            let incident = about(fact).map(number);
            let name = names::name(*author);
            let about = incident.clone().map_or_else(String::new, |incident| format!("#{incident} "));
            let text = format!("{} {about}{name} {}{}", wall.short(*at, now), said.text, remark(*outcome));
            let mut value = json!({"event": "entry", "entry": said.word, "seq": seq.0, "by": name,
                                   "incident": incident, "outcome": word(*outcome), "at": at.to_string()});
            if let (Value::Object(value), Value::Object(more)) = (&mut value, said.more) {
                value.extend(more);
            }
            (text, tone(said.word, *outcome), value)
        }
        DeskEvent::Marked { seq, code } => {
            let text = format!("Entry {} cannot be read or trusted: {code}.", seq.0);
            (text, Tone::Bad, json!({"event": "marked", "seq": seq.0, "code": code}))
        }
        DeskEvent::BadReport { seq, code } => {
            let text = format!("A report could not be opened and was put aside: {code}.");
            (text, Tone::Warn, json!({"event": "bad-report", "seq": seq.0, "code": code}))
        }
        DeskEvent::Home(incident, place) => {
            let incident = number(*incident);
            let text = format!("#{incident} the place, for your eyes only: {}", place.text);
            (text, Tone::Plain, json!({"event": "home", "incident": incident, "place": place.text}))
        }
        DeskEvent::Callback(incident, callback) => {
            let incident = number(*incident);
            let text = format!("#{incident} call back (kept for two hours): {callback}");
            (text, Tone::Plain, json!({"event": "callback", "incident": incident, "number": callback}))
        }
        DeskEvent::Envelope(offer, text) => {
            let value = json!({"event": "envelope", "offer": offer.short(), "text": text});
            (format!("Emergency envelope of {}: {text}", offer.short()), Tone::Bad, value)
        }
        DeskEvent::AlertRefused { incident, code } => {
            let incident = number(*incident);
            let text = format!("#{incident} the relay did not take the alert: {code}");
            (text, Tone::Bad, json!({"event": "alert-not-taken", "incident": incident, "code": code}))
        }
    })
}

fn tone(word: &str, outcome: Outcome) -> Tone {
    match (word, outcome) {
        (_, Outcome::Refused(_)) => Tone::Warn,
        ("silent" | "unanswered" | "nobody-arrived" | "claim-lapsed", _) => Tone::Warn,
        ("published" | "rumor-published", _) => Tone::Good,
        ("report" | "report-and-finding" | "finding", _) => Tone::Strong,
        _ => Tone::Plain,
    }
}

fn remark(outcome: Outcome) -> String {
    match outcome {
        Outcome::Applied => String::new(),
        Outcome::Duplicate => " (known already)".to_owned(),
        Outcome::Refused(breach) => {
            let why = Texts::english().plain(&format!("breach-{}", breach.as_str()));
            format!(" (no effect: {why})")
        }
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Applied => "applied",
        Outcome::Duplicate => "duplicate",
        Outcome::Refused(_) => "refused",
    }
}

impl From<act::ActError> for Failure {
    fn from(error: act::ActError) -> Self {
        match error {
            act::ActError::Named(failure) => failure,
            act::ActError::Command(error) => engine::refused(error),
        }
    }
}
