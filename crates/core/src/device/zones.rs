//! The network's zones, as the parts of a device ask about them.

use bystand_wire::{Cell, ZoneId};

use super::Shared;
use crate::geo::{self, Point, Polygon, Ring, Shape, Zone};
use crate::network::VerifiedManifest;
use crate::network::manifest::ZoneInfo;
use crate::report::Place;

/// About a hundred meters.
const NEAR_MICRODEGREES: i32 = 1_000;

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
        let zones = manifest.manifest().zones.iter().map(zone).collect();
        Some(Self { manifest, zones })
    }

    /// How fine public alerts are.
    pub fn alert_resolution(&self) -> u8 {
        self.manifest.manifest().alert_resolution
    }

    /// In which zone a point lies.
    pub fn at(&self, point: Point) -> Option<&ZoneId> {
        self.zones.iter().find(|z| z.shape.as_ref().is_some_and(|s| s.contains(point))).map(|z| &z.id)
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
        zones.extend(self.beside(&zone));
        Some((cell, zones))
    }
}

impl Zones<'_> {
    /// The zones whose rectangle comes within about a hundred meters of this one's.
    fn beside(&self, id: &ZoneId) -> Vec<ZoneId> {
        let bounds = |zone: &Zone| zone.shape.as_ref().and_then(Shape::bounds);
        let Some(own) = self.zones.iter().find(|z| z.id == *id).and_then(bounds) else { return Vec::new() };
        let near = own.grown(NEAR_MICRODEGREES, NEAR_MICRODEGREES);
        let others = self.zones.iter().filter(|z| z.id != *id);
        others.filter(|z| bounds(z).is_some_and(|b| b.meets(&near))).map(|z| z.id.clone()).collect()
    }
}

/// A zone of the manifest as geography sees it.
fn zone(info: &ZoneInfo) -> Zone {
    let ring = |corners: &Vec<(i32, i32)>| Ring {
        corners: corners.iter().map(|(lon, lat)| Point { lat: *lat, lon: *lon }).collect(),
    };
    let polygons: Vec<Polygon> = info
        .polygons
        .iter()
        .filter_map(|rings| {
            let (outer, holes) = rings.split_first()?;
            Some(Polygon { outer: ring(outer), holes: holes.iter().map(ring).collect() })
        })
        .collect();
    let shape = (!polygons.is_empty()).then_some(Shape { polygons });
    Zone { id: info.id.clone(), name: info.name.clone(), shape }
}
