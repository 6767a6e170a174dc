//! The network's zones, as the parts of a device ask about them.

use bystand_wire::{Cell, ZoneId};

use super::Shared;
use crate::geo::{self, Point, Zone, ZoneIndex};
use crate::network::VerifiedManifest;
use crate::network::manifest::ZoneInfo;
use crate::report::Place;

/// The zones of the manifest.
#[derive(Debug)]
pub struct Zones<'a> {
    manifest: &'a VerifiedManifest,
    zones: Vec<Zone>,
}

impl<'a> Zones<'a> {
    /// Those of the network as it stands; `None` before the manifest is here.
    pub fn of(shared: &'a Shared) -> Option<Self> {
        let manifest = shared.manifest()?;
        let zones = manifest.manifest().zones.iter().map(ZoneInfo::zone).collect();
        Some(Self { manifest, zones })
    }

    /// How fine public alerts are.
    pub fn alert_resolution(&self) -> u8 {
        self.manifest.manifest().alert_resolution
    }

    /// In which zone a point lies; of nested zones the inner one.
    pub fn at(&self, point: Point) -> Option<&ZoneId> {
        geo::zone_of(&self.zones, point).map(|zone| &zone.id)
    }

    /// A place with a pin and no zone gets the zone that holds the pin. A zone that was named stays.
    pub fn fill_in(&self, place: &mut Place) {
        if place.zone.is_none() {
            place.zone = place.point.and_then(|point| self.at(point)).cloned();
        }
    }

    /// A coarse cell for a place, and its zone followed by the zones next to it.
    pub fn coarse(&self, place: &Place, home: Option<Point>) -> Option<(Cell, Vec<ZoneId>)> {
        let resolution = self.manifest.manifest().call_out_resolution;
        let point = place.point.or(home);
        let zone = place.zone.clone().or_else(|| self.at(point?).cloned());
        let cell = match (point, place.near, &zone) {
            (Some(point), _, _) => geo::cell_of(point, resolution).ok()?,
            (None, Some(near), _) => geo::cell_parent(near, resolution).unwrap_or(near),
            (None, None, Some(zone)) => {
                let bounds = self.zones.iter().find(|z| z.id == *zone)?.shape.as_ref()?.bounds()?;
                let (low, high) = (bounds.low, bounds.high);
                let middle = Point { lat: low.lat.midpoint(high.lat), lon: low.lon.midpoint(high.lon) };
                geo::cell_of(middle, resolution).ok()?
            }
            (None, None, None) => return None,
        };
        let zone = zone.or_else(|| self.at(geo::cell_center(cell).ok()?).cloned())?;
        let mut zones = vec![zone.clone()];
        zones.extend(ZoneIndex::new(&self.zones).neighbors(&zone).into_iter().map(|z| z.id.clone()));
        Some((cell, zones))
    }
}
