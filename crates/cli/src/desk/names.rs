//! From what a dispatcher types to what the casebook calls it.

use bystand_core::desk::{Alert, Author, DeskState, FindingId, Incident};
use bystand_wire::{AlertId, CallOutId, IncidentId, OfferId};

use crate::failure::Failure;

/// The incident of a number.
pub fn incident(state: &DeskState, number: u64) -> Result<IncidentId, Failure> {
    let found = state.incidents().find(|incident| self::number(incident) == number);
    found.map(|incident| incident.id).ok_or_else(|| nothing(&format!("incident {number}")))
}

/// An incident's number: the place of its first entry in the casebook.
pub fn number(incident: &Incident) -> u64 {
    incident.taken.seq.0
}

/// The number of an incident that is known; what is left of an erased one is shown by its id.
pub fn number_of(state: &DeskState, incident: IncidentId) -> String {
    state.incident(incident).map_or_else(|| incident.short(), |incident| number(incident).to_string())
}

/// A call-out by its own number, or the last one of an incident.
pub fn call_out(state: &DeskState, given: u64) -> Result<CallOutId, Failure> {
    let all = || state.incidents().flat_map(|incident| incident.call_outs.values());
    if let Some(found) = all().find(|call_out| call_out.opened.seq.0 == given) {
        return Ok(found.request.id);
    }
    let of = incident(state, given).map_err(|_| nothing(&format!("call-out or incident {given}")))?;
    let newest = state.group(of).flat_map(|member| member.call_outs.values()).max_by_key(|c| c.opened.seq);
    newest
        .map(|call_out| call_out.request.id)
        .ok_or_else(|| nothing(&format!("call-out for incident {given}")))
}

/// An offer by the beginning of its id.
pub fn offer(state: &DeskState, given: &str) -> Result<OfferId, Failure> {
    let call_outs = state.incidents().flat_map(|incident| incident.call_outs.values());
    let offers = call_outs.flat_map(|call_out| call_out.responders.keys()).copied();
    only(offers.filter(|offer| begins(&offer.to_string(), given)), &format!("offer {given}"))
}

/// Somebody on shift by the beginning of their name.
pub fn colleague(state: &DeskState, given: &str) -> Result<Author, Failure> {
    let on_shift = state.on_shift().map(|(author, _)| author);
    only(
        on_shift.filter(|author| begins(&author.0.to_string(), given)),
        &format!("dispatcher {given} on shift"),
    )
}

/// A finding by its number, or the newest that stands.
pub fn finding(state: &DeskState, of: IncidentId, given: Option<u64>) -> Result<FindingId, Failure> {
    let mut all = state.group(of).flat_map(|member| member.findings.iter());
    let found = match given {
        Some(given) => all.find(|found| found.stamp.seq.0 == given),
        None => state.standing_findings(of).max_by_key(|found| found.stamp.seq),
    };
    let what = given.map_or_else(|| "finding yet".to_owned(), |given| format!("finding {given}"));
    found.map(|found| found.finding.id).ok_or_else(|| nothing(&what))
}

/// The incident's alert that was published last.
pub fn alert(state: &DeskState, of: IncidentId) -> Result<AlertId, Failure> {
    let alerts = state.group(of).flat_map(|member| member.alerts.values().map(Box::as_ref));
    let published = |alert: &&Alert| alert.published.last().map(|publication| publication.stamp.seq);
    let newest = alerts.filter(|alert| !alert.published.is_empty()).max_by_key(published);
    newest.map(|alert| alert.id).ok_or_else(|| nothing("published alert"))
}

/// How a dispatcher or another member of the team is called on the screen.
pub fn name(author: Author) -> String {
    author.0.short()
}

fn begins(name: &str, given: &str) -> bool {
    !given.is_empty() && name.starts_with(&given.to_lowercase())
}

fn only<T: Copy + PartialEq>(found: impl Iterator<Item = T>, what: &str) -> Result<T, Failure> {
    let mut found = found;
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => {
            Err(Failure::refused("ambiguous", format!("There is more than one {what}: type more of it.")))
        }
        (None, _) => Err(nothing(what)),
    }
}

fn nothing(what: &str) -> Failure {
    Failure::refused("unknown", format!("There is no {what} here. See `queue`."))
}
