//! A report's fields on the command line, for neighbors and for dispatchers who type for a caller.

use bystand_core::device::zones::Zones;
use bystand_core::geo::Point;
use bystand_core::report::{FirstHand, Kind, Place, ReportIn, Size, When};
use bystand_wire::{ReportId, Timestamp, ZoneId};
use clap::Args;

use crate::choice;

/// What was seen. Only the kind and the place are needed.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// What is going on
    #[arg(long, value_parser = choice::kind())]
    pub kind: Kind,
    /// Where, in words: cross streets or a landmark
    #[arg(long, value_name = "TEXT")]
    pub place: Option<String>,
    /// Where, on the map: latitude and longitude, as 44.9484,-93.2619
    #[arg(long, value_name = "LAT,LON", value_parser = point, allow_hyphen_values = true)]
    pub point: Option<Point>,
    /// In which zone
    #[arg(long, value_name = "ZONE", value_parser = choice::zone)]
    pub zone: Option<ZoneId>,
    /// It is somebody's home (then the exact place is kept apart and vanishes)
    #[arg(long)]
    pub home: bool,
    /// What is going on, in your own words. No names, plates or papers, please
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
    /// Do you see it yourself, now?
    #[arg(long, value_name = "ANSWER", value_parser = choice::first_hand())]
    pub first_hand: Option<FirstHand>,
    /// About how many agents or officers
    #[arg(long, value_name = "N")]
    pub people: Option<u16>,
    /// About how many of their vehicles
    #[arg(long, value_name = "N")]
    pub vehicles: Option<u16>,
    /// Clothing and markings, in general words
    #[arg(long, value_name = "TEXT")]
    pub unit: Option<String>,
    /// Vehicles and equipment, in general words
    #[arg(long, value_name = "TEXT")]
    pub equipment: Option<String>,
    /// When it was seen, if not now: as 2026-01-14T20:05:00Z, or `unknown`
    #[arg(long, value_name = "WHEN", value_parser = when)]
    pub seen: Option<When>,
    /// Your language, as es or so
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// An interpreter would help
    #[arg(long)]
    pub interpreter: bool,
}

impl ReportArgs {
    /// The report. A pin without a zone gets the zone it lies in, where the zones are known.
    pub fn report(&self, id: ReportId, zones: Option<&Zones<'_>>, now: Timestamp) -> ReportIn {
        let zone = self.zone.clone().or_else(|| zones?.at(self.point?).cloned());
        let place = Place {
            point: self.point,
            text: self.place.clone().unwrap_or_default(),
            zone,
            near: None,
            home: self.home,
        };
        ReportIn {
            activity: self.text.clone().unwrap_or_default(),
            first_hand: self.first_hand.unwrap_or_default(),
            size: Size { people: self.people, vehicles: self.vehicles },
            unit: self.unit.clone().unwrap_or_default(),
            equipment: self.equipment.clone().unwrap_or_default(),
            seen: self.seen.unwrap_or_default(),
            language: self.language.clone(),
            needs_interpreter: self.interpreter,
            ..ReportIn::new(id, self.kind, place, now)
        }
    }
}

/// Latitude and longitude in degrees.
pub fn point(text: &str) -> Result<Point, String> {
    let bad = || "write latitude and longitude in degrees, as 44.9484,-93.2619".to_owned();
    let (lat, lon) = text.split_once(',').ok_or_else(bad)?;
    let degrees = |text: &str| text.trim().parse::<f64>().map_err(|_| bad());
    Point::from_degrees(degrees(lat)?, degrees(lon)?).ok_or_else(bad)
}

fn when(text: &str) -> Result<When, String> {
    match text {
        "now" => Ok(When::Now),
        "unknown" => Ok(When::Unknown),
        _ => choice::moment(text).map(When::At),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_degrees() {
        assert_eq!(point("44.9484,-93.2619"), Ok(Point { lat: 44_948_400, lon: -93_261_900 }));
        for bad in ["", "44.9", "44.9,x", "91,0", "0,181", "nan,0"] {
            assert!(point(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_are_moments_or_words() {
        assert_eq!(when("now"), Ok(When::Now));
        assert_eq!(when("unknown"), Ok(When::Unknown));
        assert_eq!(when("1970-01-01T00:00:01Z"), Ok(When::At(Timestamp(1_000))));
        assert!(when("yesterday").is_err());
    }
}
