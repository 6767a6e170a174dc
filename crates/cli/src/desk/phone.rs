//! A finding that was given by phone, as the form has it: where nothing else is said, kind and place are
//! the report's. The engine checks it; the verifier's signature comes later.

use bystand_core::alerts::build::draw_alert_id;
use bystand_core::desk::{Finding, FindingId, PublicPlace};
use bystand_core::device::Device;
use bystand_core::device::zones::Zones;
use bystand_core::geo::cell_of;
use bystand_core::io::Random;
use bystand_wire::{IncidentId, Timestamp};
use rand_core::Rng;

use super::names;
use super::verbs::FindingArgs;
use crate::failure::Failure;

/// The finding, with what the report and the call-out say filled in.
pub fn finding(
    device: &Device,
    incident: IncidentId,
    args: &FindingArgs,
    now: Timestamp,
    rng: &mut Random,
) -> Result<Box<Finding>, Failure> {
    let state = device.desk().state();
    let nothing = || Failure::refused("unknown", "There is no such incident here. See `queue`.");
    let found = state.incident(incident).ok_or_else(nothing)?;
    let offer = args.offer.as_deref().map(|offer| names::offer(state, offer)).transpose()?;
    let call_out = offer.and_then(|offer| {
        let mut all = state.group(incident).flat_map(|member| member.call_outs.values());
        all.find(|call_out| call_out.responders.contains_key(&offer))
    });
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    Ok(Box::new(Finding {
        id: FindingId(id),
        alert: call_out.map_or_else(|| draw_alert_id(rng), |call_out| call_out.request.alert),
        answers: call_out.zip(offer).map(|(call_out, offer)| (call_out.request.id, offer)),
        kind: found.report.said().kind,
        place: place(device, incident, args)?,
        from: now,
        until: now,
        verdict: args.verdict,
        seen_by: args.seen_by,
        note: args.note.clone(),
        signed: None,
    }))
}

/// A home by its zone only, anything else by its coarse cell.
fn place(device: &Device, incident: IncidentId, args: &FindingArgs) -> Result<PublicPlace, Failure> {
    let said = device.desk().state().incident(incident).map(|incident| &incident.report.said().place);
    let zones = Zones::of(device.shared());
    let point = args.point.or(said.and_then(|place| place.point));
    let is_home = said.is_some_and(|place| place.home);
    let resolution = zones.as_ref().map(Zones::alert_resolution);
    if let (Some(point), Some(resolution), false) = (point, resolution, is_home)
        && let Ok(cell) = cell_of(point, resolution)
    {
        return Ok(PublicPlace::Cell(cell));
    }
    let zone = said.and_then(|place| place.zone.clone()).or_else(|| zones?.at(point?).cloned());
    let nowhere =
        || Failure::refused("no-place", "The report has no place: say where it was with --point LAT,LON.");
    zone.map(PublicPlace::Zone).ok_or_else(nowhere)
}
