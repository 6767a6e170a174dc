//! How things are called on the screen.

use bystand_core::desk::{Author, DeskState, Incident, Verdict};
use bystand_core::device::Device;
use bystand_wire::IncidentId;

use super::super::places;
use super::super::words::{t, t_with};

/// An incident's number: the place of its first entry in the casebook.
pub fn number(incident: &Incident) -> u64 {
    incident.taken.seq.0
}

/// The number of an incident that is known; what is left of an erased one is shown by its id.
pub fn number_of(state: &DeskState, incident: IncidentId) -> String {
    state.incident(incident).map_or_else(|| incident.short(), |known| number(known).to_string())
}

/// A dispatcher: *you*, or the beginning of their certificate's hash. Nobody's name is known here.
pub fn who(device: &Device, author: Author) -> String {
    match is_own(device, author) {
        true => t("you"),
        false => author.0.short(),
    }
}

/// Whether it is the person at this device.
pub fn is_own(device: &Device, author: Author) -> bool {
    device.shared().identity.author() == Some(author.0)
}

/// Where the report is from, as far as it says.
pub fn place(device: &Device, incident: &Incident) -> String {
    let place = &incident.report.said().place;
    let zone = place.zone.as_ref().map(|zone| places::zone_name(device, zone)).unwrap_or_default();
    match (place.home, place.text.as_str()) {
        (true, _) => t_with("desk-a-home", &[("zone", zone.as_str().into())]),
        (false, "") => zone,
        (false, text) if zone.is_empty() => text.to_owned(),
        (false, text) => format!("{text} · {zone}"),
    }
}

/// A verdict in words.
pub fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::Confirmed => t("verdict-confirmed"),
        Verdict::CouldNotCheck => t("verdict-could-not-check"),
        Verdict::FalseAlarm(what) => {
            t_with("verdict-false-alarm", &[("what", t(&format!("what-{}", what.as_str())).as_str().into())])
        }
        Verdict::Ended(how) => {
            t_with("verdict-ended", &[("how", t(&format!("how-{}", how.as_str())).as_str().into())])
        }
    }
}
