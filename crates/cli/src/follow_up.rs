//! What a reporter sees: *kept*, *sent*, *the desk has it*, questions and answers.

use bystand_client::{Clock, Session, Told};
use bystand_core::device::neighbor::{NeighborCommand, NeighborEvent};
use bystand_core::device::{Command, Device, Event};
use bystand_core::texts::Texts;
use bystand_crypto::phrase::Phrase;
use clap::Subcommand;
use serde_json::json;

use crate::engine;
use crate::failure::{Done, Failure};
use crate::live::Talk;
use crate::output::{Output, Tone, harmless};
use crate::told;
use crate::when::WallClock;

/// What a reporter can type.
#[derive(Debug, Subcommand)]
pub enum ReporterVerb {
    /// Answer the desk
    Answer {
        /// In your words. No names, plates or papers, please
        #[arg(required = true)]
        text: Vec<String>,
    },
}

/// Shows one reporter's conversation with the desk.
#[derive(Debug)]
pub struct Conversation {
    output: Output,
    clock: Clock,
    wall: WallClock,
    phrase: Option<Phrase>,
    texts: Texts,
}

impl Conversation {
    /// About the report of this phrase, or about the one that is being sent.
    pub fn new(output: Output, clock: Clock, phrase: Option<Phrase>) -> Self {
        Self { output, clock, wall: WallClock::here(), phrase, texts: Texts::english() }
    }

    /// Shows what the runner tells.
    pub fn tell(&mut self, told: Told<Event>) -> Done {
        match told {
            Told::Event(Event::Neighbor(news)) => self.news(news),
            other @ (Told::Event(_)
            | Told::Reachable
            | Told::Unreachable(_)
            | Told::Live
            | Told::NotLive(_)) => told::show(self.output, other),
        }
    }

    fn news(&mut self, news: NeighborEvent) -> Done {
        let output = self.output;
        match news {
            NeighborEvent::Kept { report, words, digits } => {
                self.phrase = Phrase::parse(&words).ok();
                output.line("Kept on this device.")?;
                let phrase = format!("\n\n    {}\n\n(or: {digits})\n", output.tone(Tone::Strong, &words));
                output.line(&self.texts.get("form-phrase", &[("phrase", phrase.as_str().into())]))?;
                output.object(&json!({"event": "kept", "report": report.to_string(), "words": words,
                                      "digits": digits}))?;
            }
            NeighborEvent::Sent(report) => {
                output.both(
                    &self.texts.plain("report-sent"),
                    &json!({"event": "sent", "report": report.to_string()}),
                )?;
            }
            NeighborEvent::Received(report, at) => {
                let text = format!("{} {}", self.time(at), self.texts.plain("report-desk-has-it"));
                let value = json!({"event": "received", "report": report.to_string(), "at": at.to_string()});
                output.both(&output.tone(Tone::Good, &text), &value)?;
            }
            NeighborEvent::Desk { report, is_question, text, at } => {
                let text = harmless(&text);
                let who = if is_question { "The desk asks" } else { "The desk says" };
                let line = format!("{} {who}: {text}", self.time(at));
                let value = json!({"event": "desk", "report": report.to_string(), "question": is_question,
                                   "text": text, "at": at.to_string()});
                output.both(&line, &value)?;
                if is_question {
                    output.line("Type: answer YOUR ANSWER")?;
                }
            }
            NeighborEvent::Answered(text, at) => {
                let text = harmless(&text);
                let line = format!("{} You answered: {text}", self.time(at));
                output.both(&line, &json!({"event": "answered", "text": text, "at": at.to_string()}))?;
            }
            NeighborEvent::Refused(report, code) => {
                let line = format!("The relay does not take the report: {code}.");
                let value = json!({"event": "refused", "report": report.to_string(), "code": code});
                output.both(&output.tone(Tone::Bad, &line), &value)?;
            }
        }
        Ok(())
    }

    fn time(&self, at: bystand_wire::Timestamp) -> String {
        self.output.tone(Tone::Faint, &self.wall.short(at, self.clock.now()))
    }
}

impl Talk<Device> for Conversation {
    type Verb = ReporterVerb;

    async fn act(&mut self, session: &mut Session<Device>, verb: ReporterVerb) -> Done {
        let ReporterVerb::Answer { text } = verb;
        let nothing = || {
            Failure::refused("no-report", "There is no report to answer about yet: wait until it is kept.")
        };
        let phrase = self.phrase.clone().ok_or_else(nothing)?;
        let command = NeighborCommand::Answer(phrase, text.join(" "));
        engine::command(session, Command::Neighbor(command)).await
    }

    async fn show(&mut self, _: &mut Session<Device>, told: Told<Event>) -> Done {
        self.tell(told)
    }
}
