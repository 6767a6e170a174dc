//! Zones from a file that somebody was sent.

use bystand_core::geo::zones_from_geojson;
use bystand_wire::limits;

/// Any bytes; those that are text are read as GeoJSON.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(list) = zones_from_geojson(text) else { return };
    assert!(!list.zones.is_empty() && list.zones.len() <= limits::ZONES, "more zones than allowed");
    let ids: std::collections::BTreeSet<_> = list.zones.iter().map(|z| &z.id).collect();
    assert_eq!(ids.len(), list.zones.len(), "two zones of one id");
}
