//! A dispatcher's verbs as commands of the engine.

use bystand_core::desk::{AlertStep, DeskState, News};
use bystand_core::device::desk::DeskCommand;
use bystand_core::device::zones::Zones;
use bystand_core::device::{Command, CommandError, Device};
use bystand_core::io::Random;
use bystand_core::report::{TextField, find_words};
use bystand_core::texts::{Texts, news_id};
use bystand_wire::{IncidentId, ReportId, Role, Timestamp};
use rand_core::Rng;

use super::names;
use super::verbs::{DeskVerb, StepArgs};
use crate::failure::Failure;

/// A verb was not carried out.
#[derive(Debug)]
pub enum ActError {
    /// It names something that is not there.
    Named(Failure),
    /// The engine refused.
    Command(CommandError),
}

impl From<Failure> for ActError {
    fn from(failure: Failure) -> Self {
        ActError::Named(failure)
    }
}

/// Carries a verb out.
pub fn act(device: &mut Device, verb: DeskVerb, now: Timestamp, rng: &mut Random) -> Result<(), ActError> {
    for command in commands(device, verb, now, rng)? {
        device.handle_command(Command::Desk(command), now, rng).map_err(ActError::Command)?;
    }
    Ok(())
}

fn commands(
    device: &Device,
    verb: DeskVerb,
    now: Timestamp,
    rng: &mut Random,
) -> Result<Vec<DeskCommand>, Failure> {
    let state = device.desk().state();
    let of = |number: u64| names::incident(state, number);
    let command = match verb {
        DeskVerb::Look(_) => return Ok(Vec::new()),
        DeskVerb::Strike { incident, words } => return strike(state, of(incident)?, &words.join(" ")),
        DeskVerb::Start { languages } => DeskCommand::StartShift(languages),
        DeskVerb::End => DeskCommand::EndShift,
        DeskVerb::HandOver { note, to } => {
            let to = to.map(|to| names::colleague(state, &to)).transpose()?;
            DeskCommand::HandOver(to, note.join(" "))
        }
        DeskVerb::Caller(caller) => {
            let mut id = [0; ReportId::LEN];
            rng.fill_bytes(&mut id);
            let report = caller.what.report(ReportId(id), Zones::of(device.shared()).as_ref(), now);
            DeskCommand::Caller(Box::new(report), caller.callback)
        }
        DeskVerb::Claim { incident } => DeskCommand::Claim(of(incident)?),
        DeskVerb::Release { incident } => DeskCommand::Release(of(incident)?),
        DeskVerb::SameAs { incident, into } => DeskCommand::SameAs(of(incident)?, of(into)?),
        DeskVerb::Split { incident } => DeskCommand::Split(of(incident)?),
        DeskVerb::Sort { incident, drawer } => DeskCommand::Sort(of(incident)?, drawer),
        DeskVerb::Note { incident, text } => DeskCommand::Note(of(incident)?, text.join(" ")),
        DeskVerb::Home { incident } => DeskCommand::MarkHome(of(incident)?),
        DeskVerb::Ask { incident, text } => DeskCommand::Ask(of(incident)?, text.join(" ")),
        DeskVerb::Tell { incident, news } => DeskCommand::Tell(of(incident)?, news, news_text(news)),
        DeskVerb::HeadsUp { incident } => DeskCommand::HeadsUp(of(incident)?),
        DeskVerb::ZoneNote { zones, text } => DeskCommand::NoteToZones(zones, text.join(" ")),
        DeskVerb::Rumor { incident } => DeskCommand::Rumor(of(incident)?),
        DeskVerb::RumorCheck { incident, finding } => {
            let incident = of(incident)?;
            DeskCommand::RumorCheck(incident, names::finding(state, incident, finding)?)
        }
        DeskVerb::Refer { incident, to, text } => DeskCommand::Refer(of(incident)?, to, text.join(" ")),
        DeskVerb::Erase { incident } => DeskCommand::EraseNow(of(incident)?),
        DeskVerb::Check { incident, roles, within } => {
            DeskCommand::Check(of(incident)?, usual_roles(roles), within)
        }
        DeskVerb::Accept { call_out, offers, alone } => {
            let call_out = names::call_out(state, call_out)?;
            let offers = offers.iter().map(|offer| names::offer(state, offer)).collect::<Result<_, _>>()?;
            DeskCommand::Accept(call_out, offers, alone)
        }
        DeskVerb::Decline { offer } => DeskCommand::Decline(names::offer(state, &offer)?),
        DeskVerb::CheckIn { offer } => DeskCommand::CheckIn(names::offer(state, &offer)?),
        DeskVerb::Reached { offer, text } => {
            DeskCommand::Reached(names::offer(state, &offer)?, text.join(" "))
        }
        DeskVerb::Envelope { offer } => DeskCommand::OpenEnvelope(names::offer(state, &offer)?),
        DeskVerb::Rung { call_out, count } => DeskCommand::Rung(names::call_out(state, call_out)?, count),
        DeskVerb::EndCallOut { call_out } => DeskCommand::CloseCallOut(names::call_out(state, call_out)?),
        DeskVerb::Finding(finding) => {
            let incident = of(finding.incident)?;
            DeskCommand::PhoneFinding(incident, super::phone::finding(device, incident, &finding, now, rng)?)
        }
        DeskVerb::Resolve { incident, finding, text } => {
            let incident = of(incident)?;
            DeskCommand::Resolve(incident, names::finding(state, incident, Some(finding))?, text.join(" "))
        }
        DeskVerb::Publish(args) => step(state, &args, AlertStep::New)?,
        DeskVerb::Update(args) => step(state, &args, AlertStep::Update)?,
        DeskVerb::Renew(args) => step(state, &args, AlertStep::Renew)?,
        DeskVerb::Wrong(args) => step(state, &args, AlertStep::Wrong)?,
        DeskVerb::Over { incident, how, finding } => {
            step(state, &StepArgs { incident, finding }, AlertStep::Over(how))?
        }
        DeskVerb::Recheck { incident } => DeskCommand::Recheck(names::alert(state, of(incident)?)?),
        DeskVerb::AskCountersign { incident, step, finding } => {
            let incident = of(incident)?;
            DeskCommand::AskCountersign(incident, step, names::finding(state, incident, finding)?)
        }
        DeskVerb::Countersign { incident } => DeskCommand::Countersign(of(incident)?),
        DeskVerb::Close { incident, ending, keep } => {
            DeskCommand::Close(of(incident)?, ending, keep.unwrap_or_else(|| ending.usual_class()))
        }
        DeskVerb::Reopen { incident } => DeskCommand::Reopen(of(incident)?),
        DeskVerb::AfterAction { incident, text } => DeskCommand::AfterAction(of(incident)?, text.join(" ")),
        DeskVerb::LegalDone { incident } => DeskCommand::LegalClose(of(incident)?),
        DeskVerb::Hold { incident } => DeskCommand::Hold(of(incident)?),
        DeskVerb::ReleaseHold { incident } => DeskCommand::ReleaseHold(of(incident)?),
    };
    Ok(vec![command])
}

/// What the reporter reads, from the template.
fn news_text(news: News) -> String {
    let texts = Texts::english();
    let what = match news {
        News::FalseAlarm(what) => texts.plain(&format!("what-{}", what.as_str())),
        News::Received | News::BeingChecked | News::Confirmed | News::CouldNotCheck | News::Over => {
            String::new()
        }
    };
    texts.get(news_id(news), &[("what", what.as_str().into())])
}

fn step(state: &DeskState, args: &StepArgs, step: AlertStep) -> Result<DeskCommand, Failure> {
    let incident = names::incident(state, args.incident)?;
    Ok(DeskCommand::Publish(incident, step, names::finding(state, incident, args.finding)?))
}

fn usual_roles(roles: Vec<Role>) -> Vec<Role> {
    let mut roles = if roles.is_empty() { vec![Role::Observer, Role::Verifier] } else { roles };
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// Every place where the words stand, in every text of the report.
fn strike(state: &DeskState, incident: IncidentId, words: &str) -> Result<Vec<DeskCommand>, Failure> {
    let said = state.incident(incident).map(|incident| incident.report.said());
    let mut commands = Vec::new();
    for said in said.into_iter() {
        for (field, text) in [
            (TextField::Activity, &said.activity),
            (TextField::Place, &said.place.text),
            (TextField::Unit, &said.unit),
            (TextField::Equipment, &said.equipment),
        ] {
            let found = find_words(text, words).into_iter();
            commands.extend(found.map(|range| DeskCommand::Strike(incident, field, range)));
        }
    }
    match commands.is_empty() {
        true => Err(Failure::refused(
            "unknown",
            "These words are in none of the report's texts. `show` shows them.",
        )),
        false => Ok(commands),
    }
}
