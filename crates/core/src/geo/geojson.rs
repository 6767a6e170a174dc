//! Zones from any GeoJSON (RFC 7946) a city hands out.
//!
//! Accepted: a FeatureCollection, one Feature, a GeometryCollection, a Polygon or a MultiPolygon, in
//! WGS 84. A feature's name is the first of [`NAME_PROPERTIES`] it has, in that order, without regard
//! to case; then the feature's own `id`; then *Zone 1*, *Zone 2* and so on.
//! Small flaws are mended and reported as [`ZoneWarning`]; what would put a zone in the wrong place is
//! an error that says what to do.

use std::collections::BTreeMap;

use bystand_wire::{ZoneId, limits};
use serde_json::{Map, Value};

use super::shape::{Polygon, Ring, Shape};
use super::{Point, Zone};

mod names;

pub use names::NAME_PROPERTIES;
use names::{named_by_property, plain, slug, unused};

/// The longest file that is read, in bytes.
const MAX_LEN: usize = 16 * 1024 * 1024;

/// Zones that were read, and what was mended on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneList {
    /// The zones, in the file's order.
    pub zones: Vec<Zone>,
    /// What somebody should look at.
    pub warnings: Vec<ZoneWarning>,
}

/// Something that was mended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZoneWarning {
    /// Two zones had one name; a number was put behind the later one.
    #[error("two zones are called {name:?}; the second one is now {renamed:?}")]
    DuplicateName {
        /// The name.
        name: String,
        /// What the later one is called now.
        renamed: String,
    },
    /// A feature had no name.
    #[error("a zone has no name; it is now {renamed:?}")]
    NoName {
        /// What it is called now.
        renamed: String,
    },
    /// A name was too long or had characters that cannot be shown.
    #[error("the name of {renamed:?} was shortened or cleaned")]
    NameCleaned {
        /// What it is called now.
        renamed: String,
    },
    /// A ring did not end where it began; it was closed.
    #[error("an outline of {zone:?} was not closed; it is now")]
    UnclosedRing {
        /// Whose.
        zone: String,
    },
    /// A ring that is only a line or a dot was left out.
    #[error("a part of {zone:?} has no area and was left out")]
    EmptyPart {
        /// Whose.
        zone: String,
    },
    /// A feature is a point or a line, or has no geometry: a zone without an area.
    #[error("{zone:?} has no polygon; it is a zone without an area")]
    NoPolygon {
        /// Which.
        zone: String,
    },
}

/// Why zones could not be read. The texts end with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZonesError {
    /// Not JSON.
    #[error("this is not JSON ({0}): export the zones as GeoJSON and try again")]
    NotJson(String),
    /// JSON, but not GeoJSON.
    #[error("this is not GeoJSON ({0}): it must be a FeatureCollection of polygons")]
    NotGeoJson(&'static str),
    /// A coordinate is not a pair of numbers.
    #[error("{zone:?} has a corner that is not a pair of numbers: export the file again")]
    BadCorner {
        /// Whose.
        zone: String,
    },
    /// Coordinates out of range, or another coordinate system named.
    #[error(
        "{zone:?} is not in longitude and latitude: the file is probably projected; convert it to WGS 84 (EPSG:4326)"
    )]
    NotWgs84 {
        /// Whose.
        zone: String,
    },
    /// An outline crosses the 180th meridian.
    #[error("{zone:?} crosses the 180th meridian, which is not supported: cut it there into two zones")]
    Antimeridian {
        /// Whose.
        zone: String,
    },
    /// No part of a polygon has an area.
    #[error(
        "{zone:?} has no area: draw its outline with at least three corners, or give it no geometry at all"
    )]
    NoArea {
        /// Whose.
        zone: String,
    },
    /// The file has no zones.
    #[error("there are no zones in this file")]
    Empty,
    /// Too many zones.
    #[error("there are {count} zones and at most {} are possible: join small ones", limits::ZONES)]
    TooManyZones {
        /// How many.
        count: usize,
    },
    /// Too many corners.
    #[error("the outlines have more than {} corners together: simplify them (8 m is fine)", limits::VERTICES)]
    TooManyCorners,
    /// The file is too long.
    #[error("the file is longer than 16 MB: simplify the outlines")]
    TooLong,
    /// A zone's name is empty, too long, or has control characters.
    #[error("a zone's name must have 1 to {} plain characters", limits::NAME_CHARS)]
    BadName,
}

impl ZonesError {
    /// A stable name for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            ZonesError::NotJson(_) => "zones-not-json",
            ZonesError::NotGeoJson(_) => "zones-not-geojson",
            ZonesError::BadCorner { .. } => "zones-bad-corner",
            ZonesError::NotWgs84 { .. } => "zones-not-wgs84",
            ZonesError::Antimeridian { .. } => "zones-antimeridian",
            ZonesError::NoArea { .. } => "zones-no-area",
            ZonesError::Empty => "zones-empty",
            ZonesError::TooManyZones { .. } => "zones-too-many",
            ZonesError::TooManyCorners => "zones-too-many-corners",
            ZonesError::TooLong => "zones-too-long",
            ZonesError::BadName => "zones-bad-name",
        }
    }
}

/// Reads zones from GeoJSON.
///
/// # Errors
/// [`ZonesError`].
pub fn zones_from_geojson(text: &str) -> Result<ZoneList, ZonesError> {
    if text.len() > MAX_LEN {
        return Err(ZonesError::TooLong);
    }
    let text = text.trim_start_matches('\u{feff}');
    let root: Value = serde_json::from_str(text).map_err(|e| ZonesError::NotJson(e.to_string()))?;
    if names_another_system(&root) {
        return Err(ZonesError::NotWgs84 { zone: "this file".into() });
    }
    let features = features_of(&root)?;
    if features.len() > limits::ZONES {
        return Err(ZonesError::TooManyZones { count: features.len() });
    }
    let mut reader = Reader::default();
    for feature in features {
        reader.read(feature)?;
    }
    if reader.zones.is_empty() {
        return Err(ZonesError::Empty);
    }
    Ok(ZoneList { zones: reader.zones, warnings: reader.warnings })
}

/// A feature's parts: its geometry, properties and own id.
struct Feature<'a> {
    geometry: Option<&'a Value>,
    properties: Option<&'a Map<String, Value>>,
    id: Option<&'a Value>,
}

fn features_of(root: &Value) -> Result<Vec<Feature<'_>>, ZonesError> {
    let bare = |geometry| Feature { geometry: Some(geometry), properties: None, id: None };
    let list = |name: &str| root.get(name).and_then(Value::as_array);
    match root.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => {
            let features = list("features").ok_or(ZonesError::NotGeoJson("it has no list of features"))?;
            features.iter().map(feature_of).collect()
        }
        Some("Feature") => Ok(vec![feature_of(root)?]),
        Some("GeometryCollection") => {
            let geometries =
                list("geometries").ok_or(ZonesError::NotGeoJson("it has no list of geometries"))?;
            Ok(geometries.iter().map(bare).collect())
        }
        Some("Polygon" | "MultiPolygon") => Ok(vec![bare(root)]),
        Some("Topology") => Err(ZonesError::NotGeoJson("it is TopoJSON")),
        Some(_) => Err(ZonesError::NotGeoJson("its type has no areas")),
        None => Err(ZonesError::NotGeoJson("it has no type")),
    }
}

fn feature_of(value: &Value) -> Result<Feature<'_>, ZonesError> {
    if value.get("type").and_then(Value::as_str) != Some("Feature") {
        return Err(ZonesError::NotGeoJson("its list holds something that is not a feature"));
    }
    Ok(Feature {
        geometry: value.get("geometry").filter(|geometry| !geometry.is_null()),
        properties: value.get("properties").and_then(Value::as_object),
        id: value.get("id"),
    })
}

/// The old `crs` member (removed by RFC 7946) still says when a file is projected.
fn names_another_system(root: &Value) -> bool {
    let name = root.pointer("/crs/properties/name").and_then(Value::as_str);
    name.is_some_and(|name| !["CRS84", "4326", "WGS84", "WGS 84"].iter().any(|known| name.contains(known)))
}

#[derive(Default)]
struct Reader {
    zones: Vec<Zone>,
    warnings: Vec<ZoneWarning>,
    names: BTreeMap<String, u32>,
    ids: BTreeMap<String, u32>,
    corners: usize,
}

impl Reader {
    fn read(&mut self, feature: Feature<'_>) -> Result<(), ZonesError> {
        let name = self.take_name(&feature);
        let id = self.take_id(&feature, &name)?;
        let shape = match feature.geometry {
            Some(geometry) => self.shape(&name, geometry)?,
            None => None,
        };
        if shape.is_none() {
            self.warnings.push(ZoneWarning::NoPolygon { zone: name.clone() });
        }
        self.zones.push(Zone { id, name, shape });
        Ok(())
    }

    fn take_name(&mut self, feature: &Feature<'_>) -> String {
        let numbered = format!("Zone {}", self.zones.len() + 1);
        let found =
            named_by_property(feature.properties).or_else(|| feature.id.and_then(|id| plain(id, "Zone")));
        let Some(found) = found else {
            let renamed = self.unused_name(&numbered);
            self.warnings.push(ZoneWarning::NoName { renamed: renamed.clone() });
            return renamed;
        };
        let printable =
            found.chars().map(|c| if crate::report::unprintable(c) || c == '\n' { ' ' } else { c });
        let clean: String = printable.take(limits::NAME_CHARS - 8).collect();
        let clean = clean.trim().to_owned();
        let name = self.unused_name(&clean);
        if name != clean {
            self.warnings.push(ZoneWarning::DuplicateName { name: clean.clone(), renamed: name.clone() });
        }
        if clean != found {
            self.warnings.push(ZoneWarning::NameCleaned { renamed: name.clone() });
        }
        name
    }

    /// The name, or the name with the next number that makes it unused, without regard to case.
    fn unused_name(&mut self, name: &str) -> String {
        unused(&mut self.names, name.to_lowercase(), |n| format!(" {n}"))
            .map_or_else(|| name.to_owned(), |suffix| format!("{name}{suffix}"))
    }

    /// A text `id` property that is fit to be one; else the name in plain letters.
    fn take_id(&mut self, feature: &Feature<'_>, name: &str) -> Result<ZoneId, ZonesError> {
        let given = feature.properties.and_then(|p| p.get("id")).and_then(Value::as_str);
        let wanted = match given.filter(|id| ZoneId::new(id).is_ok()) {
            Some(id) => id.to_owned(),
            None => slug(name).unwrap_or_else(|| format!("zone-{}", self.zones.len() + 1)),
        };
        let short: String = wanted.chars().take(limits::ZONE_ID_LEN - 8).collect();
        let stem = if self.ids.contains_key(&wanted) { short } else { wanted };
        let suffix = unused(&mut self.ids, stem.clone(), |n| format!("-{n}")).unwrap_or_default();
        let free = format!("{stem}{suffix}");
        ZoneId::new(&free).map_err(|_| ZonesError::BadName)
    }

    fn shape(&mut self, zone: &str, geometry: &Value) -> Result<Option<Shape>, ZonesError> {
        let mut polygons = Vec::new();
        let has_polygon = self.collect(zone, geometry, &mut polygons)?;
        match (has_polygon, polygons.is_empty()) {
            (false, _) => Ok(None),
            (true, true) => Err(ZonesError::NoArea { zone: zone.to_owned() }),
            (true, false) => Ok(Some(Shape { polygons })),
        }
    }

    /// Whether the geometry had a polygon at all, even one without area.
    fn collect(&mut self, zone: &str, geometry: &Value, into: &mut Vec<Polygon>) -> Result<bool, ZonesError> {
        let list = |name: &str| geometry.get(name).and_then(Value::as_array);
        let missing = || ZonesError::BadCorner { zone: zone.to_owned() };
        match geometry.get("type").and_then(Value::as_str) {
            Some("Polygon") => {
                let rings = list("coordinates").ok_or_else(missing)?;
                into.extend(self.polygon(zone, rings)?);
                Ok(true)
            }
            Some("MultiPolygon") => {
                for part in list("coordinates").ok_or_else(missing)? {
                    let rings = part.as_array().ok_or_else(missing)?;
                    into.extend(self.polygon(zone, rings)?);
                }
                Ok(true)
            }
            Some("GeometryCollection") => {
                let mut any = false;
                for part in list("geometries").ok_or_else(missing)? {
                    any |= self.collect(zone, part, into)?;
                }
                Ok(any)
            }
            Some("Point" | "MultiPoint" | "LineString" | "MultiLineString") => Ok(false),
            Some(_) | None => Err(ZonesError::NotGeoJson("a feature has an unknown geometry")),
        }
    }

    fn polygon(&mut self, zone: &str, rings: &[Value]) -> Result<Option<Polygon>, ZonesError> {
        let Some((outer, holes)) = rings.split_first() else {
            self.warnings.push(ZoneWarning::EmptyPart { zone: zone.to_owned() });
            return Ok(None);
        };
        let outer = self.ring(zone, outer)?;
        let mut kept = Vec::new();
        for hole in holes {
            kept.extend(self.ring(zone, hole)?);
        }
        Ok(outer.map(|outer| Polygon { outer, holes: kept }))
    }

    fn ring(&mut self, zone: &str, ring: &Value) -> Result<Option<Ring>, ZonesError> {
        let values = ring.as_array().ok_or_else(|| ZonesError::BadCorner { zone: zone.to_owned() })?;
        self.corners += values.len();
        if self.corners > limits::VERTICES {
            return Err(ZonesError::TooManyCorners);
        }
        let mut corners =
            values.iter().map(|value| corner(zone, value)).collect::<Result<Vec<Point>, _>>()?;
        if corners.len() > 1 && corners.first() == corners.last() {
            corners.pop();
        } else {
            self.warnings.push(ZoneWarning::UnclosedRing { zone: zone.to_owned() });
        }
        corners.dedup();
        let ring = Ring { corners };
        let wraps = |(a, b): (Point, Point)| (i64::from(a.lon) - i64::from(b.lon)).abs() > 180_000_000;
        if ring.sides().any(wraps) {
            return Err(ZonesError::Antimeridian { zone: zone.to_owned() });
        }
        if ring.corners.len() < 3 || ring.double_area() == 0 {
            self.warnings.push(ZoneWarning::EmptyPart { zone: zone.to_owned() });
            return Ok(None);
        }
        Ok(Some(ring))
    }
}

/// Longitude first, then latitude; a height behind them is ignored.
fn corner(zone: &str, value: &Value) -> Result<Point, ZonesError> {
    let numbers = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let (lon, lat) = match numbers {
        [lon, lat, ..] => lon.as_f64().zip(lat.as_f64()),
        [_] | [] => None,
    }
    .ok_or_else(|| ZonesError::BadCorner { zone: zone.to_owned() })?;
    Point::from_degrees(lat, lon).ok_or_else(|| ZonesError::NotWgs84 { zone: zone.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    const SQUARE: &str = "[[0,0],[1,0],[1,1],[0,1],[0,0]]";

    fn feature(properties: &str, rings: &str) -> String {
        format!(
            r#"{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":[{rings}]}}}}"#
        )
    }

    fn collection(features: &[String]) -> String {
        format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
    }

    fn names(text: &str) -> Vec<(String, String)> {
        let list = zones_from_geojson(text).expect("zones");
        list.zones.into_iter().map(|zone| (zone.id.to_string(), zone.name)).collect()
    }

    #[test]
    fn the_usual_name_properties_are_found() {
        for (properties, id, name) in [
            (r#"{"name":"Phillips West"}"#, "phillips-west", "Phillips West"),
            (r#"{"OBJECTID":7,"NAME":" North End "}"#, "north-end", "North End"),
            (r#"{"BDNAME":"Longfellow"}"#, "longfellow", "Longfellow"),
            (r#"{"NEIGHBORHD":"St. Mary's"}"#, "st-marys", "St. Mary's"),
            (r#"{"District":5}"#, "district-5", "District 5"),
            (r#"{"ID":"x","label":"Peña"}"#, "pena", "Peña"),
            (r#"{"id":"mpls-one","name":"One"}"#, "mpls-one", "One"),
            (r#"{"id":"Not A Slug"}"#, "not-a-slug", "Not A Slug"),
            (r#"{"name":"","title":"Title"}"#, "title", "Title"),
            (r#"{"name":"東"}"#, "zone-1", "東"),
        ] {
            let expected = vec![(id.to_owned(), name.to_owned())];
            assert_eq!(names(&feature(properties, SQUARE)), expected, "{properties}");
        }
    }

    #[test]
    fn zones_without_names_and_with_the_same_name_are_numbered() {
        let text = collection(&[
            feature("{}", SQUARE),
            feature("null", SQUARE),
            feature(r#"{"name":"A"}"#, SQUARE),
            feature(r#"{"name":"a"}"#, SQUARE),
            feature(r#"{"name":"A"}"#, SQUARE),
        ]);
        let list = zones_from_geojson(&text).expect("zones");
        let named: Vec<&str> = list.zones.iter().map(|zone| zone.name.as_str()).collect();
        assert_eq!(named, ["Zone 1", "Zone 2", "A", "a 2", "A 3"]);
        let ids: BTreeSet<_> = list.zones.iter().map(|zone| zone.id.clone()).collect();
        assert_eq!(ids.len(), 5);
        assert_eq!(list.warnings.len(), 4);
        assert!(list.warnings.contains(&ZoneWarning::NoName { renamed: "Zone 1".into() }));
    }

    #[test]
    fn every_form_of_polygon_is_read() {
        let hole = "[[0.4,0.4],[0.6,0.4],[0.6,0.6],[0.4,0.6],[0.4,0.4]]";
        let with_hole = zones_from_geojson(&feature("{}", &format!("{SQUARE},{hole}"))).expect("zones");
        let shape = with_hole.zones[0].shape.as_ref().expect("an area");
        let middle = Point { lat: 500_000, lon: 500_000 };
        assert!(!shape.contains(middle) && shape.contains(Point { lat: 100_000, lon: 100_000 }));
        let far = "[[2,2],[3,2],[3,3],[2,3],[2,2]]";
        for text in [
            format!(r#"{{"type":"MultiPolygon","coordinates":[[{SQUARE}],[{far}]]}}"#),
            format!(
                r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"GeometryCollection","geometries":[
                {{"type":"Point","coordinates":[0,0]}},{{"type":"Polygon","coordinates":[{SQUARE}]}},
                {{"type":"Polygon","coordinates":[{far}]}}]}}}}"#
            ),
        ] {
            let list = zones_from_geojson(&text).expect("zones");
            let shape = list.zones[0].shape.as_ref().expect("an area");
            assert_eq!(shape.polygons.len(), 2);
            assert!(shape.contains(Point { lat: 2_500_000, lon: 2_500_000 }));
        }
        let geometries = format!(
            r#"{{"type":"GeometryCollection","geometries":[{{"type":"Polygon","coordinates":[{SQUARE}]}}]}}"#
        );
        assert_eq!(names(&geometries), [("zone-1".to_owned(), "Zone 1".to_owned())]);
    }

    #[test]
    fn flaws_are_mended_with_a_warning() {
        let zone = || "A".to_owned();
        let named = r#"{"name":"A"}"#;
        let list = zones_from_geojson(&feature(named, "[[0,0],[1,0],[1,1],[0,1]]")).expect("zones");
        assert_eq!(list.warnings, [ZoneWarning::UnclosedRing { zone: zone() }]);
        assert_eq!(list.zones[0].shape.as_ref().map(Shape::corner_count), Some(4));
        let heights = feature(named, "[[0,0,9],[1,0,9],[1,1,9],[0,0,9]]");
        assert!(zones_from_geojson(&heights).expect("zones").warnings.is_empty());
        let line_as_hole = feature(named, &format!("{SQUARE},[[0.2,0.2],[0.3,0.3],[0.2,0.2]]"));
        assert_eq!(
            zones_from_geojson(&line_as_hole).expect("zones").warnings,
            [ZoneWarning::EmptyPart { zone: zone() }]
        );
        let place = r#"{"type":"Feature","properties":{"name":"A"},"geometry":null}"#;
        let list = zones_from_geojson(place).expect("zones");
        assert_eq!(
            (list.zones[0].shape.clone(), list.warnings),
            (None, vec![ZoneWarning::NoPolygon { zone: zone() }])
        );
        let ugly = feature(r#"{"name":"a\u001b[2Jb"}"#, SQUARE);
        assert_eq!(names(&ugly)[0].1, "a [2Jb");
    }

    #[test]
    fn what_would_mislead_is_refused() {
        for (text, code) in [
            ("", "zones-not-json"),
            ("{", "zones-not-json"),
            ("[]", "zones-not-geojson"),
            (r#"{"type":"Topology"}"#, "zones-not-geojson"),
            (r#"{"type":"FeatureCollection"}"#, "zones-not-geojson"),
            (r#"{"type":"FeatureCollection","features":[{}]}"#, "zones-not-geojson"),
            (r#"{"type":"FeatureCollection","features":[]}"#, "zones-empty"),
            (
                r#"{"type":"Polygon","coordinates":[[[479000,4980000],[480000,4980000],[480000,4981000]]]}"#,
                "zones-not-wgs84",
            ),
            (r#"{"type":"Polygon","coordinates":[[[0,91],[1,0],[1,1]]]}"#, "zones-not-wgs84"),
            (
                r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::26915"}},"features":[]}"#,
                "zones-not-wgs84",
            ),
            (
                r#"{"type":"Polygon","coordinates":[[[179,0],[-179,0],[-179,1],[179,0]]]}"#,
                "zones-antimeridian",
            ),
            (r#"{"type":"Polygon","coordinates":[[[0,0],[1,1],[2,2],[0,0]]]}"#, "zones-no-area"),
            (r#"{"type":"Polygon","coordinates":[]}"#, "zones-no-area"),
            (r#"{"type":"Polygon","coordinates":[[["a",0],[1,1],[2,2]]]}"#, "zones-bad-corner"),
            (r#"{"type":"Polygon","coordinates":[[[0],[1,1],[2,2]]]}"#, "zones-bad-corner"),
            (r#"{"type":"Polygon","coordinates":{}}"#, "zones-bad-corner"),
            (r#"{"type":"Feature","geometry":{"type":"Blob"}}"#, "zones-not-geojson"),
        ] {
            let error = zones_from_geojson(text).expect_err(text);
            assert_eq!(error.code(), code, "{text}: {error}");
        }
    }

    #[test]
    fn limits_are_enforced() {
        let many = collection(&vec![feature("{}", SQUARE); limits::ZONES + 1]);
        assert_eq!(zones_from_geojson(&many), Err(ZonesError::TooManyZones { count: limits::ZONES + 1 }));
        let corners: Vec<String> =
            (0..=limits::VERTICES).map(|n| format!("[{},{}]", n % 100, n % 89)).collect();
        let dense = feature("{}", &format!("[{}]", corners.join(",")));
        assert_eq!(zones_from_geojson(&dense), Err(ZonesError::TooManyCorners));
        let long = " ".repeat(MAX_LEN + 1);
        assert_eq!(zones_from_geojson(&long), Err(ZonesError::TooLong));
        let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(matches!(zones_from_geojson(&nested), Err(ZonesError::NotJson(_))));
    }

    #[test]
    fn the_same_name_a_thousand_times_stays_quick_and_unique() {
        let many = collection(&vec![feature(r#"{"name":"A"}"#, SQUARE); 1_000]);
        let list = zones_from_geojson(&many).expect("zones");
        let unique: BTreeSet<_> = list.zones.iter().map(|zone| (&zone.id, &zone.name)).collect();
        assert_eq!(unique.len(), 1_000);
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,200}", json in "[\\[\\]{}:,\"a-zA-Z0-9. -]{0,200}") {
            let _ = zones_from_geojson(&text);
            let _ = zones_from_geojson(&json);
        }

        #[test]
        fn broken_coordinates_never_panic(x in any::<f64>(), y in any::<f64>(), cut in 0usize..200) {
            let text = feature(r#"{"name":"A"}"#, &format!("[[0,0],[{x:?},{y:?}],[1,1],[0,0]]"));
            let _ = zones_from_geojson(&text);
            let _ = zones_from_geojson(text.get(..cut.min(text.len())).unwrap_or(""));
        }
    }
}
