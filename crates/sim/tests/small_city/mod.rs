//! A city that is small enough for a test to play a day of it.

use bystand_sim::City;

/// Two zones side by side with places in them.
pub fn city() -> City {
    let square = |name: &str, west: f64| {
        let (east, south, north) = (west + 0.02, 44.94, 44.96);
        format!(
            r#"{{"type":"Feature","properties":{{"name":"{name}"}},"geometry":{{"type":"Polygon","coordinates":
            [[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]}}}}"#
        )
    };
    let zones = format!(
        r#"{{"type":"FeatureCollection","features":[{},{}]}}"#,
        square("West", -93.28),
        square("East", -93.26)
    );
    let place = |n: u32| {
        format!("2012-01-01,{},{}\n", 44.941 + 0.0045 * f64::from(n % 4), -93.279 + 0.00095 * f64::from(n))
    };
    let places: String = (0..40).map(place).collect();
    City::read(&zones, &format!("date,latitude,longitude\n{places}")).expect("a city")
}
