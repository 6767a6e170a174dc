//! What happens in the demo: events around real incident positions, and who reports them how.

use std::path::Path;

use anyhow::Context;
use bystand_core::geo::{Point, zone_of, zones_from_geojson};
use rand_core::Rng;

/// Something that (perhaps) happens somewhere.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Minutes after the beginning.
    pub at_min: u64,
    /// Where.
    pub point: Point,
    /// What those who go will find.
    pub truth: Truth,
    /// The kind that is reported.
    pub kind: &'static str,
    /// What is said, one for each report.
    pub reports: Vec<&'static str>,
}

/// What is really there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It is so; it ends after some minutes.
    Real,
    /// Something else.
    FalseAlarm(&'static str),
    /// Somebody reports their neighbors: nothing is kept.
    Denunciation,
}

const REAL: [(&str, &[&str]); 3] = [
    (
        "vehicle-stop",
        &[
            "two dark vans around one car",
            "they have stopped somebody, four agents",
            "vans with lights, vests",
        ],
    ),
    ("door-knock", &["agents at a door, six or so", "people in vests knocking at the corner house"]),
    ("workplace", &["agents went into the kitchen of the restaurant", "vehicles at both doors of the shop"]),
];

const FALSE: [(&str, &str, &[&str]); 4] = [
    ("presence", "city-police", &["men in vests by the library", "some kind of raid at the library"]),
    ("checkpoint", "towing", &["they are stopping cars"]),
    ("presence", "utility", &["people with radios and an unmarked truck"]),
    ("transit", "private-security", &["uniforms at the station asking for tickets"]),
];

/// Where things happen: the city's real incident positions in the zones that are played.
#[derive(Debug)]
pub struct Script {
    points: Vec<Point>,
}

impl Script {
    /// Reads the positions.
    ///
    /// # Errors
    /// When a file cannot be read or has no positions.
    pub fn read(incidents: &Path, zones: &Path, covered: &[&str]) -> anyhow::Result<Self> {
        let read = |path: &Path| {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
        };
        let zones = zones_from_geojson(&read(zones)?)?.zones;
        let is_covered = |point: &Point| {
            zone_of(&zones, *point).is_some_and(|zone| covered.iter().any(|c| zone.id.as_str() == *c))
        };
        let text = read(incidents)?;
        let points: Vec<Point> = text.lines().skip(1).filter_map(position).filter(is_covered).collect();
        anyhow::ensure!(!points.is_empty(), "{} has no positions in the demo's zones", incidents.display());
        Ok(Self { points })
    }

    /// An hour, or as many minutes as are played.
    pub fn hour(&self, minutes: u64, rng: &mut impl Rng) -> Vec<Scene> {
        let mut scenes = Vec::new();
        let mut at_min = 2;
        while at_min + 15 < minutes {
            scenes.push(self.scene(scenes.len(), at_min, rng));
            at_min += 3 + u64::from(rng.next_u32() % 4);
        }
        scenes
    }

    /// The scene with a number. Nearly everything is a false alarm; an hour with two real events is a bad hour.
    pub fn scene(&self, number: usize, at_min: u64, rng: &mut impl Rng) -> Scene {
        let point = *pick(&self.points, rng);
        match number % 4 {
            1 => {
                let (kind, reports) = *pick(&REAL, rng);
                Scene { at_min, point, truth: Truth::Real, kind, reports: reports.to_vec() }
            }
            3 if number % 16 == 3 => {
                let reports = vec!["my neighbors are not from here, come and look"];
                Scene { at_min, point, truth: Truth::Denunciation, kind: "other", reports }
            }
            _ => {
                let (kind, what, reports) = *pick(&FALSE, rng);
                Scene { at_min, point, truth: Truth::FalseAlarm(what), kind, reports: reports.to_vec() }
            }
        }
    }
}

fn position(line: &str) -> Option<Point> {
    let mut fields = line.split(',').skip(1);
    let point = Point::from_degrees(fields.next()?.parse().ok()?, fields.next()?.parse().ok()?)?;
    Some(point)
}

fn pick<'a, T>(list: &'a [T], rng: &mut impl Rng) -> &'a T {
    let place = usize::try_from(rng.next_u32()).unwrap_or(0) % list.len();
    &list[place]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::SeedableRng;

    #[test]
    fn an_hour_has_real_events_false_alarms_and_a_denunciation() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("incidents.csv");
        std::fs::write(&file, "date,latitude,longitude\n2012-01-01,44.95,-93.25\nx\n2013-01-01,1,1\n")
            .unwrap();
        let zones = folder.path().join("zones.geojson");
        let square = r#"{"type":"Feature","properties":{"name":"Home"},"geometry":{"type":"Polygon","coordinates":
            [[[-93.3,44.9],[-93.2,44.9],[-93.2,45.0],[-93.3,45.0],[-93.3,44.9]]]}}"#;
        std::fs::write(&zones, format!(r#"{{"type":"FeatureCollection","features":[{square}]}}"#)).unwrap();
        let mut rng = bystand_core::io::Random::seed_from_u64(1);
        let script = Script::read(&file, &zones, &["home"]).unwrap();
        let scenes = script.hour(60, &mut rng);
        assert!(scenes.len() >= 5, "{}", scenes.len());
        assert!(scenes.iter().any(|s| s.truth == Truth::Real));
        assert!(scenes.iter().any(|s| s.truth == Truth::Denunciation));
        assert!(scenes.windows(2).all(|w| w[0].at_min < w[1].at_min));
        std::fs::write(&file, "date,latitude,longitude\n").unwrap();
        assert!(Script::read(&file, &zones, &["home"]).is_err());
    }
}
