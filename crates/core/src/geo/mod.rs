//! Places: points, zones, and the coarse cells that stand for a place where the exact one must not travel.
//!
//! Everything is kept in whole micro-degrees of WGS 84, so that two devices that hold the same zones
//! hold the same bytes. Floating point appears only inside questions ("how far", "which cell"),
//! never in what is stored or signed.
//!
//! What this module does not do: projections (a file in another coordinate system is refused with a
//! hint), shapes that cross the 180th meridian, and routing.

mod cell;
mod geojson;
mod index;
mod shape;

pub use cell::{
    ALERT_RESOLUTION, BadCell, CALL_OUT_RESOLUTION, cell_center, cell_distance_m, cell_of, cell_parent,
    cell_resolution, is_near, parse_cell,
};
pub use geojson::{NAME_PROPERTIES, ZoneList, ZoneWarning, ZonesError, zones_from_geojson};
pub use index::{NEIGHBOR_GAP_M, ZoneIndex, zone_of};
pub use shape::{Bounds, Polygon, Ring, Shape};

use bystand_wire::{ZoneId, limits};
use minicbor::{Decode, Encode};

/// Micro-degrees in one degree.
pub const MICRO: f64 = 1_000_000.0;

/// The radius of the sphere distances are measured on, in meters (the IUGG mean radius).
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A place on the ground, in millionths of a degree of WGS 84 (one unit is at most 11 cm).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(map)]
pub struct Point {
    /// Latitude, north positive: -90,000,000 to 90,000,000.
    #[n(0)]
    pub lat: i32,
    /// Longitude, east positive: -180,000,000 to 180,000,000.
    #[n(1)]
    pub lon: i32,
}

impl Point {
    /// From degrees; `None` when not finite or out of range.
    pub fn from_degrees(lat: f64, lon: f64) -> Option<Point> {
        Some(Point { lat: micro(lat, 90.0)?, lon: micro(lon, 180.0)? })
    }

    /// Whether both coordinates are within the range of WGS 84.
    pub fn is_valid(self) -> bool {
        self.lat.unsigned_abs() <= 90_000_000 && self.lon.unsigned_abs() <= 180_000_000
    }

    /// Latitude in degrees.
    pub fn lat_degrees(self) -> f64 {
        f64::from(self.lat) / MICRO
    }

    /// Longitude in degrees.
    pub fn lon_degrees(self) -> f64 {
        f64::from(self.lon) / MICRO
    }
}

/// Degrees to whole micro-degrees, within `limit` degrees either way.
fn micro(degrees: f64, limit: f64) -> Option<i32> {
    if !degrees.is_finite() || degrees.abs() > limit {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "at most 180,000,000 after the check above")]
    let whole = (degrees * MICRO).round() as i32;
    Some(whole)
}

/// A named area, or a place without a polygon (a workplace, a school).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Zone {
    /// Its stable name inside the network.
    #[n(0)]
    pub id: ZoneId,
    /// What people call it.
    #[n(1)]
    pub name: String,
    /// Its area; `None` for a place without one.
    #[n(2)]
    pub shape: Option<Shape>,
}

impl Zone {
    /// A zone without a polygon.
    ///
    /// # Errors
    /// [`ZonesError::BadName`] when the name is empty, too long, or has control characters.
    pub fn without_area(id: ZoneId, name: &str) -> Result<Zone, ZonesError> {
        let name = name.trim();
        let fits = (1..=limits::NAME_CHARS).contains(&name.chars().count());
        if !fits || name.chars().any(char::is_control) {
            return Err(ZonesError::BadName);
        }
        Ok(Zone { id, name: name.to_owned(), shape: None })
    }
}

/// The distance between two points along the ground, in meters (haversine; good to 0.5 %).
pub fn haversine_m(a: Point, b: Point) -> f64 {
    let (lat_a, lat_b) = (a.lat_degrees().to_radians(), b.lat_degrees().to_radians());
    let half_lat = (lat_b - lat_a) / 2.0;
    let half_lon = (b.lon_degrees() - a.lon_degrees()).to_radians() / 2.0;
    let h = half_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * half_lon.sin().powi(2);
    2.0 * EARTH_RADIUS_M * h.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bystand_wire::{decode, encode};

    fn point(lat: f64, lon: f64) -> Point {
        Point::from_degrees(lat, lon).expect("in range")
    }

    #[test]
    fn distances_match_known_ones() {
        // One degree along a meridian of the mean sphere is 111,195 m.
        for (a, b, meters) in [
            (point(0.0, 0.0), point(1.0, 0.0), 111_195.0),
            (point(0.0, 179.0), point(0.0, 180.0), 111_195.0),
            (point(44.98, -93.27), point(44.98, -93.27), 0.0),
            // Minneapolis City Hall to the Cathedral of St. Paul.
            (point(44.9771, -93.2655), point(44.9469, -93.1089), 12_757.0),
        ] {
            let got = haversine_m(a, b);
            assert!((got - meters).abs() <= meters * 0.005 + 0.01, "{a:?} {b:?}: {got} against {meters}");
        }
    }

    #[test]
    fn points_out_of_range_do_not_exist() {
        for (lat, lon) in [(91.0, 0.0), (0.0, -180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(Point::from_degrees(lat, lon), None);
        }
        assert_eq!(point(-90.0, 180.0), Point { lat: -90_000_000, lon: 180_000_000 });
        assert!(!Point { lat: i32::MIN, lon: 0 }.is_valid());
    }

    #[test]
    fn zones_without_area_are_named_and_encoded() {
        let id: ZoneId = "mill-district".parse().expect("an id");
        let zone = Zone::without_area(id.clone(), "  Mill District ").expect("a good name");
        assert_eq!(zone.name, "Mill District");
        assert_eq!(decode::<Zone>(&encode(&zone)), Ok(zone));
        for bad in ["", "  ", "a\u{1b}[2J", &"x".repeat(limits::NAME_CHARS + 1)] {
            assert!(Zone::without_area(id.clone(), bad).is_err(), "{bad:?}");
        }
    }
}
