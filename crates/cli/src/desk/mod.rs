//! A dispatcher's screen in a terminal: `bystand desk`.

mod act;
mod facts;
mod names;
mod tables;
mod verbs;

use bystand_client::{Clock, Session, Told};
use bystand_core::desk::Outcome;
use bystand_core::device::desk::DeskEvent;
use bystand_core::device::{Device, Event};
use serde_json::{Value, json};

pub use verbs::DeskVerb;

use crate::engine;
use crate::failure::{Done, Failure};
use crate::live::Talk;
use crate::output::{Output, Tone, harmless};
use crate::told;
use crate::when::WallClock;

/// A dispatcher's terminal.
#[derive(Debug)]
pub struct DeskTalk {
    output: Output,
    clock: Clock,
    /// Signs of life say nothing to a person.
    quiet_signs: bool,
}

impl DeskTalk {
    /// On this output.
    pub fn new(output: Output, clock: Clock) -> Self {
        Self { output, clock, quiet_signs: !output.is_json() }
    }

    /// Shows a table or an incident.
    async fn look(&self, session: &mut Session<Device>, verb: DeskVerb) -> Done {
        let view = session.ask(move |device, now, _| tables::view(device, &verb, now)).await??;
        view.write(self.output)
    }

    async fn news(&self, session: &mut Session<Device>, news: DeskEvent) -> Done {
        let quiet = self.quiet_signs;
        let line = session.ask(move |device, now, _| line(device, &news, now, quiet)).await?;
        let Some((text, tone, value)) = line else { return Ok(()) };
        self.output.both(&self.output.tone(tone, &harmless(&text)), &value)?;
        Ok(())
    }
}

impl Talk<Device> for DeskTalk {
    type Verb = DeskVerb;

    async fn act(&mut self, session: &mut Session<Device>, verb: DeskVerb) -> Done {
        if tables::is_view(&verb) {
            return self.look(session, verb).await;
        }
        let done = session.ask(move |device, now, rng| act::act(device, verb, now, rng)).await?;
        done.map_err(|error| match error {
            act::ActError::Named(failure) => failure,
            act::ActError::Command(error) => engine::refused(error),
        })
    }

    async fn show(&mut self, session: &mut Session<Device>, told: Told<Event>) -> Done {
        match told {
            Told::Event(Event::Desk(news)) => self.news(session, news).await,
            other => told::show(self.output, other),
        }
    }
}

/// What the desk tells, as a line and as an object.
fn line(device: &Device, news: &DeskEvent, now: bystand_wire::Timestamp, quiet: bool) -> Option<(String, Tone, Value)> {
    let (state, wall) = (device.desk().state(), WallClock::of(device.shared()));
    let number = |incident| names::number_of(state, incident);
    Some(match news {
        DeskEvent::Arrived(report) => {
            ("A report is coming in.".to_owned(), Tone::Faint, json!({"event": "arrived", "report": report.to_string()}))
        }
        DeskEvent::Entry { seq, author, at, fact, outcome } => {
            let said = facts::tell(state, fact);
            if quiet && said.word == "sign" {
                return None;
            }
            let incident = fact.incident().map(number);
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
        Outcome::Refused(breach) => format!(" (no effect: {breach})"),
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
