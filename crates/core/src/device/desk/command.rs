//! What a dispatcher can do: the six keys and the rest.

use bystand_wire::{AlertId, CallOutId, IncidentId, OfferId, Role, ZoneId};

use super::super::{CommandError, Cx, Shared};
use super::{Desk, is_ready};
use crate::desk::{
    AlertStep, Author, CallOutEvent, Class, CloseEvent, Drawer, Ending, EraseReason, Finding, FindingEvent,
    FindingId, Helpers, IntakeEvent, News, ShiftEvent, WorkEvent,
};
use crate::report::{ReportIn, TextField, TextRange};

/// What a dispatcher does.
#[derive(Debug, Clone, PartialEq)]
pub enum DeskCommand {
    /// Starts a shift; with the languages one can take a report in.
    StartShift(Vec<String>),
    /// Ends the shift.
    EndShift,
    /// Hands the shift over, to somebody or to whoever comes next.
    HandOver(Option<Author>, String),
    /// Types a report for a caller, with the number to call back.
    Caller(Box<ReportIn>, Option<String>),
    /// Takes an incident.
    Claim(IncidentId),
    /// Lets go of it.
    Release(IncidentId),
    /// *Same as*: joins the first to the second.
    SameAs(IncidentId, IncidentId),
    /// Undoes a joining.
    Split(IncidentId),
    /// Sorts into one of three drawers.
    Sort(IncidentId, Drawer),
    /// Writes a note.
    Note(IncidentId, String),
    /// Strikes words from a text of a report.
    Strike(IncidentId, TextField, TextRange),
    /// The place is a home.
    MarkHome(IncidentId),
    /// Asks the reporter.
    Ask(IncidentId, String),
    /// Tells the reporter, by template; the text is what the template says in the desk's language.
    Tell(IncidentId, News, String),
    /// *Check*: calls responders out.
    Check(IncidentId, Vec<Role>, u16),
    /// Accepts offers; alone only with the person's word.
    Accept(CallOutId, Vec<OfferId>, bool),
    /// Declines an offer.
    Decline(OfferId),
    /// Asks a responder whether all is well.
    CheckIn(OfferId),
    /// A silent responder was reached.
    Reached(OfferId, String),
    /// Opens a responder's emergency envelope.
    OpenEnvelope(OfferId),
    /// On-call volunteers were rung.
    Rung(CallOutId, u16),
    /// Ends a call-out.
    CloseCallOut(CallOutId),
    /// *Heads-up*.
    HeadsUp(IncidentId),
    /// A note to the members of zones.
    NoteToZones(Vec<ZoneId>, String),
    /// *Rumor*: somebody asks whether this is true.
    Rumor(IncidentId),
    /// Answers the rumor with a finding, in public.
    RumorCheck(IncidentId, FindingId),
    /// *Aid/legal*.
    Refer(IncidentId, Helpers, String),
    /// A finding given by phone.
    PhoneFinding(IncidentId, Box<Finding>),
    /// Of two contradicting findings, this one stands.
    Resolve(IncidentId, FindingId, String),
    /// Publishes a step of an alert on a finding.
    Publish(IncidentId, AlertStep, FindingId),
    /// Asks a second registrar to sign a step on a finding that nobody has signed.
    AskCountersign(IncidentId, AlertStep, FindingId),
    /// Signs as the second registrar, and publishes.
    Countersign(IncidentId),
    /// *Being checked again*.
    Recheck(AlertId),
    /// Closes an incident.
    Close(IncidentId, Ending, Class),
    /// Opens it again.
    Reopen(IncidentId),
    /// Adds an after-action note.
    AfterAction(IncidentId, String),
    /// The legal team is done with it.
    LegalClose(IncidentId),
    /// The legal team holds it.
    Hold(IncidentId),
    /// The legal team lets go of it.
    ReleaseHold(IncidentId),
    /// *Erase now*.
    EraseNow(IncidentId),
}

impl Desk {
    /// Does what the dispatcher asks for.
    ///
    /// # Errors
    /// [`CommandError`]; nothing has changed then.
    pub fn command(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        command: DeskCommand,
    ) -> Result<(), CommandError> {
        if !is_ready(shared) {
            return Err(CommandError::NotInTeam);
        }
        match command {
            DeskCommand::StartShift(languages) => self.just(ctx, shared, ShiftEvent::Started { languages }),
            DeskCommand::EndShift => self.just(ctx, shared, ShiftEvent::Ended),
            DeskCommand::HandOver(to, note) => {
                let counts = self.state.handover_counts(ctx.now);
                self.just(ctx, shared, ShiftEvent::HandedOver { to, counts, note })
            }
            DeskCommand::Caller(report, callback) => self.caller(ctx, shared, *report, callback),
            DeskCommand::Claim(incident) => self.just(ctx, shared, WorkEvent::Claimed { incident }),
            DeskCommand::Release(incident) => self.just(ctx, shared, WorkEvent::Released { incident }),
            DeskCommand::SameAs(incident, into) => {
                self.just(ctx, shared, IntakeEvent::SameAs { incident, into })
            }
            DeskCommand::Split(incident) => self.just(ctx, shared, IntakeEvent::Split { incident }),
            DeskCommand::Sort(incident, drawer) => {
                self.just(ctx, shared, WorkEvent::Sorted { incident, drawer })
            }
            DeskCommand::Note(incident, note) => self.just(ctx, shared, WorkEvent::Noted { incident, note }),
            DeskCommand::Strike(incident, field, range) => {
                self.just(ctx, shared, IntakeEvent::Struck { incident, field, range })
            }
            DeskCommand::MarkHome(incident) => self.just(ctx, shared, IntakeEvent::MarkedHome { incident }),
            DeskCommand::Ask(incident, question) => {
                self.say_to_reporter(ctx, shared, incident, &question, true)?;
                self.just(ctx, shared, IntakeEvent::Asked { incident, question })
            }
            DeskCommand::Tell(incident, news, text) => {
                self.say_to_reporter(ctx, shared, incident, &text, false)?;
                self.just(ctx, shared, IntakeEvent::Told { incident, news })
            }
            DeskCommand::Check(incident, roles, within) => {
                self.call_out(ctx, shared, incident, roles, within)
            }
            DeskCommand::Accept(call_out, offers, alone) => self.accept(ctx, shared, call_out, offers, alone),
            DeskCommand::Decline(offer) => {
                let call_out = self.call_out_of(offer)?;
                self.decline(ctx, shared, (call_out, vec![offer]))
            }
            DeskCommand::CheckIn(offer) => self.check_in(ctx, shared, offer),
            DeskCommand::Reached(offer, note) => {
                let call_out = self.call_out_of(offer)?;
                let incident = self.incident_of(call_out)?;
                self.just(ctx, shared, CallOutEvent::Reached { incident, call_out, offer, note })
            }
            DeskCommand::OpenEnvelope(offer) => self.open_envelope(ctx, shared, offer),
            DeskCommand::Rung(call_out, count) => {
                let incident = self.incident_of(call_out)?;
                self.just(ctx, shared, CallOutEvent::Rung { incident, call_out, count })
            }
            DeskCommand::CloseCallOut(call_out) => self.close_call_out(ctx, shared, call_out),
            DeskCommand::HeadsUp(incident) => self.heads_up(ctx, shared, incident),
            DeskCommand::NoteToZones(zones, text) => self.note_to_zones(ctx, shared, zones, text),
            DeskCommand::Rumor(incident) => self.rumor(ctx, shared, incident).map(|_| ()),
            DeskCommand::RumorCheck(incident, finding) => self.rumor_check(ctx, shared, incident, finding),
            DeskCommand::Refer(incident, to, note) => {
                self.just(ctx, shared, WorkEvent::Referred { incident, to, note })
            }
            DeskCommand::PhoneFinding(incident, finding) => {
                self.just(ctx, shared, FindingEvent::Recorded { incident, finding })
            }
            DeskCommand::Resolve(incident, stands, note) => {
                self.just(ctx, shared, FindingEvent::Resolved { incident, stands, note })
            }
            DeskCommand::Publish(incident, step, finding) => {
                self.publish(ctx, shared, incident, step, finding)
            }
            DeskCommand::AskCountersign(incident, step, finding) => {
                self.ask_countersign(ctx, shared, incident, step, finding)
            }
            DeskCommand::Countersign(incident) => self.countersign(ctx, shared, incident),
            DeskCommand::Recheck(alert) => self.recheck(ctx, shared, alert),
            DeskCommand::Close(incident, ending, class) => self.close(ctx, shared, (incident, ending, class)),
            DeskCommand::Reopen(incident) => self.just(ctx, shared, CloseEvent::Reopened { incident }),
            DeskCommand::AfterAction(incident, note) => {
                self.just(ctx, shared, CloseEvent::AfterAction { incident, note })
            }
            DeskCommand::LegalClose(incident) => self.just(ctx, shared, CloseEvent::LegalClosed { incident }),
            DeskCommand::Hold(incident) => self.just(ctx, shared, CloseEvent::Held { incident }),
            DeskCommand::ReleaseHold(incident) => {
                self.just(ctx, shared, CloseEvent::HoldReleased { incident })
            }
            DeskCommand::EraseNow(incident) => {
                let erasure = self.state.erasure(incident, EraseReason::Now);
                self.just(ctx, shared, erasure.ok_or(CommandError::Unknown("incident"))?)
            }
        }
    }

    fn just(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        fact: impl Into<crate::desk::Event>,
    ) -> Result<(), CommandError> {
        self.write(ctx, shared, fact).map(|_| ())
    }
}
