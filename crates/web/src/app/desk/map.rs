//! A plain map of the zones around an incident, drawn from the manifest: nothing is asked of anybody.

use bystand_core::device::Device;
use bystand_core::geo::{Point, cell_center};
use bystand_wire::IncidentId;
use leptos::prelude::*;

use super::super::words::t;
use super::Desk;

/// Half the side of what is shown, in ten-millionths of a degree of latitude.
const HALF: f64 = 0.02;

/// What is drawn: outlines, and points with what they are.
#[derive(Debug, Clone, PartialEq, Default)]
struct Drawn {
    outlines: Vec<(String, String)>,
    points: Vec<(f64, f64, &'static str)>,
    is_any: bool,
}

/// The map.
#[component]
pub fn Map(id: IncidentId) -> impl IntoView {
    let desk = Desk::here();
    let drawn = Memo::new(move |_| desk.net.look(|device| draw(device, id)).unwrap_or_default());
    view! {
        <Show when=move || drawn.with(|drawn| drawn.is_any)>
            <svg class="map" viewBox="0 0 400 300" role="img" aria-label=t("desk-map")>
                <For each=move || drawn.with(|drawn| drawn.outlines.clone()) key=|outline| outline.clone() let:outline>
                    <path d=outline.1><title>{outline.0}</title></path>
                </For>
                <For
                    each=move || drawn.with(|drawn| drawn.points.clone())
                    key=|point| (point.0.to_bits(), point.1.to_bits(), point.2)
                    let:point
                >
                    <circle class=point.2 cx=point.0 cy=point.1 r="7" />
                </For>
            </svg>
        </Show>
    }
}

fn draw(device: &Device, id: IncidentId) -> Drawn {
    let state = device.desk().state();
    let of_report = |incident: &bystand_core::desk::Incident| {
        let place = &incident.report.said().place;
        place.point.or_else(|| place.near.and_then(|cell| cell_center(cell).ok()))
    };
    let places: Vec<Point> = state.group(id).filter_map(of_report).collect();
    let Some(middle) = places.first().copied() else { return Drawn::default() };
    let mut points: Vec<(f64, f64, &'static str)> = places
        .iter()
        .map(|point| on_paper(middle, point.lat_degrees(), point.lon_degrees(), "report"))
        .collect();
    let others = state.open_incidents().filter(|other| state.root_of(other.id) != id).filter_map(of_report);
    points.extend(others.map(|point| on_paper(middle, point.lat_degrees(), point.lon_degrees(), "other")));
    points.retain(|(x, y, _)| (0.0..=400.0).contains(x) && (0.0..=300.0).contains(y));
    Drawn { outlines: outlines(device, middle), points, is_any: true }
}

fn outlines(device: &Device, middle: Point) -> Vec<(String, String)> {
    use std::fmt::Write as _;
    let manifest = device.shared().manifest().map(|manifest| manifest.manifest());
    let zones = manifest.map(|manifest| manifest.zones.as_slice()).unwrap_or_default();
    let is_near = |lat: f64, lon: f64| {
        (lat - middle.lat_degrees()).abs() < 3.0 * HALF && (lon - middle.lon_degrees()).abs() < 4.0 * HALF
    };
    let mut found = Vec::new();
    for zone in zones {
        let mut path = String::new();
        let mut any_near = false;
        for ring in zone.polygons.iter().flatten() {
            for (at, corner) in ring.iter().enumerate() {
                let point = Point { lat: corner.1, lon: corner.0 };
                let (lat, lon) = (point.lat_degrees(), point.lon_degrees());
                any_near |= is_near(lat, lon);
                let (x, y, _) = on_paper(middle, lat, lon, "");
                // Writing to a string cannot fail.
                let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
            }
            path.push('Z');
        }
        if any_near {
            found.push((zone.name.clone(), path));
        }
    }
    found
}

fn on_paper(middle: Point, lat: f64, lon: f64, class: &'static str) -> (f64, f64, &'static str) {
    let squeeze = middle.lat_degrees().to_radians().cos();
    let x = 200.0 + (lon - middle.lon_degrees()) * squeeze / HALF * 150.0;
    let y = 150.0 - (lat - middle.lat_degrees()) / HALF * 150.0;
    (x, y, class)
}
