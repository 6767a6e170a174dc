//! GeoJSON (RFC 7946): a feature for each alert and rumor check.

use bystand_wire::to_hex;
use serde_json::{Value, json};

use super::item::{Item, Public, Spot};

/// The whole collection.
pub fn collection(public: &Public) -> Value {
    json!({
        "type": "FeatureCollection",
        "network": public.name,
        "as_of": public.now.to_string(),
        "features": public.items.iter().map(feature).collect::<Vec<_>>(),
    })
}

fn feature(item: &Item) -> Value {
    let view = &item.view;
    let id = to_hex(view.alert.as_bytes());
    json!({
        "type": "Feature",
        "id": id,
        "geometry": geometry(&item.spot),
        "properties": {
            "alert": id,
            "state": item.state(),
            "kind": view.kind.as_str(),
            "headline": item.text.headline,
            "text": item.text.body,
            "limits": item.text.limits,
            "place": item.place,
            "observed_from": view.observed_from.to_string(),
            "observed_until": view.observed_until.to_string(),
            "first_issued": view.first_issued.to_string(),
            "issued": view.issued.to_string(),
            "expires": view.expires.to_string(),
            "serial": view.serial,
            "log_index": view.log_index,
            "single_keyholder": view.single_keyholder,
        },
    })
}

fn geometry(spot: &Spot) -> Value {
    match spot {
        Spot::Nowhere => Value::Null,
        Spot::Cell(point) => json!({
            "type": "Point",
            "coordinates": [point.lon_degrees(), point.lat_degrees()],
        }),
        Spot::Zone(polygons) => json!({
            "type": "MultiPolygon",
            "coordinates": polygons.iter().map(|p| p.iter().map(|corners| ring(corners)).collect()).collect::<Vec<Vec<_>>>(),
        }),
    }
}

/// A ring in degrees, closed as GeoJSON wants it.
fn ring(corners: &[(i32, i32)]) -> Vec<[f64; 2]> {
    let degrees = |(lon, lat): &(i32, i32)| [f64::from(*lon) / 1e6, f64::from(*lat) / 1e6];
    corners.iter().chain(corners.first()).map(degrees).collect()
}
