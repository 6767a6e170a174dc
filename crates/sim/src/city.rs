//! The city: its zones, and places where things happen.

use bystand_core::geo::{Point, Zone, ZoneIndex, zones_from_geojson};
use bystand_core::network::manifest::ZoneInfo;
use bystand_wire::ZoneId;

/// The most lines of places that are read.
const MOST_PLACES: usize = 200_000;

/// Why a city cannot be simulated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CityError {
    /// The zones cannot be read.
    #[error("the zones cannot be used: {0}. They are to be a GeoJSON file of named areas")]
    Zones(String),
    /// No zone has an area.
    #[error("no zone has an area: things happen at places, so draw at least one zone as a polygon")]
    NoArea,
    /// More places than fit.
    #[error("more than {MOST_PLACES} incidents: take a part of the file")]
    TooMany,
    /// Not one place in a zone.
    #[error("none of the incidents lies in a zone: each line is `date,latitude,longitude`")]
    NoPlaces,
}

/// A city.
#[derive(Debug, Clone)]
pub struct City {
    zones: Vec<Zone>,
    places: Vec<(Point, ZoneId)>,
}

impl City {
    /// Reads a city: zones as GeoJSON, places where something once happened as CSV with a head line.
    ///
    /// # Errors
    /// [`CityError`], before any work is done.
    pub fn read(zones: &str, places: &str) -> Result<Self, CityError> {
        let zones = zones_from_geojson(zones).map_err(|e| CityError::Zones(e.to_string()))?.zones;
        if zones.iter().all(|zone| zone.shape.is_none()) {
            return Err(CityError::NoArea);
        }
        if places.lines().skip(1).nth(MOST_PLACES).is_some() {
            return Err(CityError::TooMany);
        }
        let index = ZoneIndex::new(&zones);
        let place = |point| Some((point, index.zone_of(point)?.id.clone()));
        let found: Vec<(Point, ZoneId)> =
            places.lines().skip(1).filter_map(position).filter_map(place).collect();
        if found.is_empty() {
            return Err(CityError::NoPlaces);
        }
        Ok(Self { zones, places: found })
    }

    /// The part of the city around its busiest zones, for small simulations.
    pub fn part(mut self, zones: usize) -> Self {
        let mut busy: Vec<(usize, ZoneId)> = self
            .zones
            .iter()
            .map(|zone| (self.places.iter().filter(|(_, of)| *of == zone.id).count(), zone.id.clone()))
            .collect();
        busy.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        busy.truncate(zones.max(1));
        let is_kept = |id: &ZoneId| busy.iter().any(|(_, kept)| kept == id);
        self.zones.retain(|zone| is_kept(&zone.id));
        self.places.retain(|(_, zone)| is_kept(zone));
        self
    }

    /// Its zones.
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// Places where something may happen, each in a zone.
    pub fn places(&self) -> &[(Point, ZoneId)] {
        &self.places
    }

    /// The zones as a manifest lists them.
    pub fn for_manifest(&self) -> Vec<ZoneInfo> {
        self.zones.iter().map(ZoneInfo::from).collect()
    }
}

fn position(line: &str) -> Option<Point> {
    let mut fields = line.split(',').skip(1);
    Point::from_degrees(fields.next()?.trim().parse().ok()?, fields.next()?.trim().parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Home"},
        "geometry":{"type":"Polygon","coordinates":[[[-93.3,44.9],[-93.2,44.9],[-93.2,45.0],[-93.3,45.0],[-93.3,44.9]]]}}]}"#;

    #[test]
    fn bad_cities_are_told_before_any_work() {
        let read = |zones: &str, places: &str| City::read(zones, places).map(|city| city.places.len());
        let head = "date,latitude,longitude\n";
        assert_eq!(read(SQUARE, &format!("{head}2012-01-01,44.95,-93.25\nx\n2012-01-01,1,1\n")), Ok(1));
        assert_eq!(read(SQUARE, &format!("{head}2012-01-01,1,1\n")), Err(CityError::NoPlaces));
        assert_eq!(read(SQUARE, ""), Err(CityError::NoPlaces));
        assert!(matches!(read("{}", head), Err(CityError::Zones(_))));
        let empty = r#"{"type":"FeatureCollection","features":[]}"#;
        assert!(read(empty, head).is_err());
        let points = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Mill"},
            "geometry":{"type":"Point","coordinates":[-93.3,44.9]}}]}"#;
        assert_eq!(read(points, &format!("{head}2012-01-01,44.95,-93.25\n")), Err(CityError::NoArea));
        let many = format!("{head}{}", "d,44.95,-93.25\n".repeat(MOST_PLACES + 1));
        assert_eq!(read(SQUARE, &many), Err(CityError::TooMany));
    }
}
