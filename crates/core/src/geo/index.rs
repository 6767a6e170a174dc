//! Which zone holds a point, and which zones lie side by side.

use std::collections::{BTreeMap, BTreeSet};

use bystand_wire::ZoneId;

use super::shape::{Bounds, Shape};
use super::{MICRO, Point, Zone};

/// Zones whose edges come this close are neighbors, in meters: a street may lie between two polygons.
pub const NEIGHBOR_GAP_M: f64 = 60.0;

/// Width of a grid square in micro-degrees: about 1 to 2 km.
const SQUARE: i32 = 20_000;
/// A zone over more squares than this is kept in a list of its own.
const MANY_SQUARES: i64 = 4_096;
/// Meters in a micro-degree of latitude.
const METERS_PER_MICRO: f64 = 0.111_195;

/// Finds zones by place. Borrowing: built once from the manifest's zones.
#[derive(Debug, Clone)]
pub struct ZoneIndex<'a> {
    /// Zones with an area, the smallest rectangle first, so that of nested zones the inner one is found.
    zones: Vec<(&'a Zone, &'a Shape, Bounds)>,
    squares: BTreeMap<(i32, i32), Vec<usize>>,
    large: Vec<usize>,
}

/// The zone that holds a point, by rectangle first; of nested zones the one with the smallest
/// rectangle. For many points, build a [`ZoneIndex`].
pub fn zone_of(zones: &[Zone], point: Point) -> Option<&Zone> {
    let holding = zones.iter().enumerate().filter_map(|(place, zone)| {
        let shape = zone.shape.as_ref()?;
        let bounds = shape.bounds().filter(|b| b.contains(point))?;
        shape.contains(point).then_some((extent(&bounds), place, zone))
    });
    holding.min_by_key(|(extent, place, _)| (*extent, *place)).map(|(_, _, zone)| zone)
}

impl<'a> ZoneIndex<'a> {
    /// Builds the index.
    pub fn new(zones: &'a [Zone]) -> ZoneIndex<'a> {
        let with_area = zones.iter().filter_map(|zone| {
            let shape = zone.shape.as_ref()?;
            Some((zone, shape, shape.bounds()?))
        });
        let mut zones: Vec<_> = with_area.collect();
        // Stable: equal rectangles stay in the manifest's order.
        zones.sort_by_key(|(_, _, bounds)| extent(bounds));
        let mut index = ZoneIndex { zones: Vec::new(), squares: BTreeMap::new(), large: Vec::new() };
        for (place, (_, _, bounds)) in zones.iter().enumerate() {
            let (low, high) = (square_of(bounds.low), square_of(bounds.high));
            let count = (i64::from(high.0 - low.0) + 1) * (i64::from(high.1 - low.1) + 1);
            if count > MANY_SQUARES {
                index.large.push(place);
                continue;
            }
            for row in low.0..=high.0 {
                for column in low.1..=high.1 {
                    index.squares.entry((row, column)).or_default().push(place);
                }
            }
        }
        index.zones = zones;
        index
    }

    /// The zone that holds a point; of nested zones the one with the smallest rectangle.
    pub fn zone_of(&self, point: Point) -> Option<&'a Zone> {
        let near = self.squares.get(&square_of(point)).into_iter().flatten();
        let candidates: BTreeSet<usize> = near.chain(&self.large).copied().collect();
        candidates.into_iter().find_map(|place| {
            let (zone, shape, bounds) = self.zones.get(place)?;
            (bounds.contains(point) && shape.contains(point)).then_some(*zone)
        })
    }

    /// Zones that touch, overlap, hold or nearly touch ([`NEIGHBOR_GAP_M`]) a zone, in the order of
    /// their ids. A zone without an area has none.
    pub fn neighbors(&self, id: &ZoneId) -> Vec<&'a Zone> {
        let Some((own, shape, bounds)) = self.zones.iter().find(|(zone, _, _)| zone.id == *id) else {
            return Vec::new();
        };
        let scale = Scale::at(bounds.low);
        let grown = bounds.grown(scale.lat_micro(NEIGHBOR_GAP_M), scale.lon_micro(NEIGHBOR_GAP_M));
        let beside = |other: &&(&Zone, &Shape, Bounds)| {
            other.0.id != own.id
                && grown.meets(&other.2)
                && adjoin(&scale, (shape, &grown), (other.1, &other.2))
        };
        let mut found: Vec<&'a Zone> = self.zones.iter().filter(beside).map(|(zone, _, _)| *zone).collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found
    }
}

fn square_of(point: Point) -> (i32, i32) {
    (point.lat.div_euclid(SQUARE), point.lon.div_euclid(SQUARE))
}

fn extent(bounds: &Bounds) -> i64 {
    let height = i64::from(bounds.high.lat) - i64::from(bounds.low.lat);
    (i64::from(bounds.high.lon) - i64::from(bounds.low.lon)) * height
}

/// Meters per micro-degree around a place: good enough over the width of a street.
struct Scale {
    lat: f64,
    lon: f64,
}

impl Scale {
    fn at(point: Point) -> Scale {
        let shrink = (f64::from(point.lat) / MICRO).to_radians().cos().max(0.01);
        Scale { lat: METERS_PER_MICRO, lon: METERS_PER_MICRO * shrink }
    }

    fn lat_micro(&self, meters: f64) -> i32 {
        whole(meters / self.lat)
    }

    fn lon_micro(&self, meters: f64) -> i32 {
        whole(meters / self.lon)
    }

    fn flat(&self, point: Point) -> (f64, f64) {
        (f64::from(point.lon) * self.lon, f64::from(point.lat) * self.lat)
    }
}

fn whole(micro: f64) -> i32 {
    #[allow(clippy::cast_possible_truncation, reason = "a gap of some meters; `as` saturates beyond i32")]
    let whole = micro.ceil() as i32;
    whole
}

/// Whether two areas hold a corner of each other or come within the gap.
fn adjoin(scale: &Scale, a: (&Shape, &Bounds), b: (&Shape, &Bounds)) -> bool {
    let corner = |shape: &Shape| shape.sides().next().map(|(corner, _)| corner);
    let holds = |outer: &Shape, inner: &Shape| corner(inner).is_some_and(|c| outer.contains(c));
    if holds(a.0, b.0) || holds(b.0, a.0) {
        return true;
    }
    let near = |side: &(Point, Point), bounds: &Bounds| {
        Bounds { low: side.0, high: side.0 }.with(side.1).meets(bounds)
    };
    let grown = b.1.grown(scale.lat_micro(NEIGHBOR_GAP_M), scale.lon_micro(NEIGHBOR_GAP_M));
    let own: Vec<_> = a.0.sides().filter(|side| near(side, &grown)).collect();
    let other: Vec<_> = b.0.sides().filter(|side| near(side, a.1)).collect();
    own.iter().any(|x| other.iter().any(|y| sides_apart_m(scale, *x, *y) <= NEIGHBOR_GAP_M))
}

/// The distance between two sides, in meters; 0 when they cross.
fn sides_apart_m(scale: &Scale, a: (Point, Point), b: (Point, Point)) -> f64 {
    let (a0, a1) = (scale.flat(a.0), scale.flat(a.1));
    let (b0, b1) = (scale.flat(b.0), scale.flat(b.1));
    if cross(a0, a1, b0) * cross(a0, a1, b1) < 0.0 && cross(b0, b1, a0) * cross(b0, b1, a1) < 0.0 {
        return 0.0;
    }
    [(a0, b0, b1), (a1, b0, b1), (b0, a0, a1), (b1, a0, a1)]
        .into_iter()
        .map(|(p, from, to)| to_side(p, from, to))
        .fold(f64::INFINITY, f64::min)
}

fn cross(from: (f64, f64), to: (f64, f64), p: (f64, f64)) -> f64 {
    (to.0 - from.0) * (p.1 - from.1) - (to.1 - from.1) * (p.0 - from.0)
}

fn to_side(p: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let len = dx * dx + dy * dy;
    let along =
        if len > 0.0 { (((p.0 - from.0) * dx + (p.1 - from.1) * dy) / len).clamp(0.0, 1.0) } else { 0.0 };
    (p.0 - from.0 - along * dx).hypot(p.1 - from.1 - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::zones_from_geojson;
    use proptest::prelude::*;

    fn twin_cities() -> Vec<Zone> {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/twin-cities/zones.geojson"));
        let list = zones_from_geojson(text).expect("the sample data");
        assert_eq!(list.warnings, []);
        list.zones
    }

    fn ids(zones: &[&Zone]) -> Vec<String> {
        zones.iter().map(|zone| zone.id.to_string()).collect()
    }

    #[test]
    fn real_places_are_found_in_real_zones() {
        let zones = twin_cities();
        assert_eq!(zones.len(), 104);
        let index = ZoneIndex::new(&zones);
        for (lat, lon, id) in [
            (44.9771, -93.2655, Some("mpls-downtown-west")),
            (44.955, -93.266, Some("mpls-phillips-west")),
            (40.0, -93.0, None),
        ] {
            let point = Point::from_degrees(lat, lon).expect("in range");
            assert_eq!(index.zone_of(point).map(|zone| zone.id.as_str()), id);
        }
    }

    #[test]
    fn neighbors_are_the_zones_around() {
        let zones = twin_cities();
        let index = ZoneIndex::new(&zones);
        let around = index.neighbors(&"mpls-phillips-west".parse().expect("an id"));
        let around = ids(&around);
        assert!(around.contains(&"mpls-whittier".to_owned()), "{around:?}");
        assert!(around.contains(&"mpls-ventura-village".to_owned()), "{around:?}");
        assert!(!around.contains(&"mpls-downtown-west".to_owned()), "{around:?}");
        assert!(!around.contains(&"mpls-phillips-west".to_owned()));
        for zone in &zones {
            for other in index.neighbors(&zone.id) {
                let back = index.neighbors(&other.id);
                assert!(back.iter().any(|z| z.id == zone.id), "{} and {}", zone.id, other.id);
            }
        }
    }

    #[test]
    fn of_nested_zones_the_inner_one_is_found() {
        let square = |name: &str, a: f64, b: f64| {
            format!(
                r#"{{"type":"Feature","properties":{{"name":"{name}"}},"geometry":{{"type":"Polygon",
                "coordinates":[[[{a},{a}],[{b},{a}],[{b},{b}],[{a},{b}],[{a},{a}]]]}}}}"#
            )
        };
        let features = [square("state", -40.0, 40.0), square("school", 1.0, 1.01), square("city", 0.0, 2.0)];
        let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        let zones = zones_from_geojson(&text).expect("zones").zones;
        let index = ZoneIndex::new(&zones);
        for (at, name) in [(1.005, "school"), (0.5, "city"), (-30.0, "state")] {
            let point = Point::from_degrees(at, at).expect("in range");
            assert_eq!(index.zone_of(point).map(|z| z.name.as_str()), Some(name));
            assert_eq!(zone_of(&zones, point).map(|z| z.name.as_str()), Some(name));
        }
        assert_eq!(ids(&index.neighbors(&zones[1].id)), ["city", "state"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_grid_finds_what_the_plain_search_finds(
            points in proptest::collection::vec((44_880_000i32..45_060_000, -93_340_000i32..-93_000_000), 1..40)) {
            let zones = twin_cities();
            let index = ZoneIndex::new(&zones);
            for (lat, lon) in points {
                let point = Point { lat, lon };
                prop_assert_eq!(index.zone_of(point).map(|z| &z.id), zone_of(&zones, point).map(|z| &z.id));
            }
        }
    }
}
