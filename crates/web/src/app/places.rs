//! Zones by their names, places in words.

use bystand_core::device::Device;
use bystand_core::geo::{Point, cell_center};
use bystand_core::network::manifest::ZoneInfo;
use bystand_wire::{Cell, ZoneId};

pub use crate::shell::place::locate;

/// All zones, by name.
pub fn zones(device: &Device) -> Vec<(ZoneId, String)> {
    let manifest = device.shared().manifest();
    let all = manifest.map(|manifest| manifest.manifest().zones.as_slice()).unwrap_or_default();
    let mut zones: Vec<(ZoneId, String)> =
        all.iter().map(|zone| (zone.id.clone(), zone.name.clone())).collect();
    zones.sort_by(|a, b| a.1.cmp(&b.1));
    zones
}

/// What people call a zone.
pub fn zone_name(device: &Device, zone: &ZoneId) -> String {
    let manifest = device.shared().manifest();
    let known = manifest.and_then(|manifest| manifest.zone(zone));
    known.map_or_else(|| zone.to_string(), |zone: &ZoneInfo| zone.name.clone())
}

/// The middle of a coarse cell, as a link to a map shows it.
pub fn around(cell: Cell) -> String {
    cell_center(cell).map(|middle| degrees(middle, 3)).unwrap_or_default()
}

/// A point as people copy it into a map.
pub fn exact(point: Point) -> String {
    degrees(point, 5)
}

fn degrees(point: Point, digits: usize) -> String {
    format!("{:.digits$}, {:.digits$}", point.lat_degrees(), point.lon_degrees())
}

/// Reads `44.9484, -93.2619`.
pub fn parse(text: &str) -> Option<Point> {
    let (lat, lon) = text.split_once(',')?;
    Point::from_degrees(lat.trim().parse().ok()?, lon.trim().parse().ok()?)
}
