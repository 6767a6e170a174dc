//! Coarse places as H3 cells: what a call-out or an alert may say about where.

use bystand_wire::Cell;
use h3o::{CellIndex, LatLng, Resolution};

use super::{Point, haversine_m};

/// The resolution of call-outs: a cell is about 1 km across, so it says "this part of the zone".
pub const CALL_OUT_RESOLUTION: u8 = 8;
/// The resolution of public alerts: a cell is about 400 m across, a few blocks.
pub const ALERT_RESOLUTION: u8 = 9;

/// A number that is not a cell, or a resolution that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid cell")]
pub struct BadCell;

/// The cell that holds a point, at a resolution of 0 (largest) to 15.
///
/// # Errors
/// [`BadCell`] when the resolution or the point is out of range.
pub fn cell_of(point: Point, resolution: u8) -> Result<Cell, BadCell> {
    if !point.is_valid() {
        return Err(BadCell);
    }
    let resolution = Resolution::try_from(resolution).map_err(|_| BadCell)?;
    let place = LatLng::new(point.lat_degrees(), point.lon_degrees()).map_err(|_| BadCell)?;
    Ok(Cell(place.to_cell(resolution).into()))
}

/// Reads a cell as people write it: the index in hexadecimal.
///
/// # Errors
/// [`BadCell`].
pub fn parse_cell(text: &str) -> Result<Cell, BadCell> {
    let number = u64::from_str_radix(text, 16).map_err(|_| BadCell)?;
    index_of(Cell(number)).map(|_| Cell(number))
}

/// How fine a cell is: 0 (largest) to 15.
///
/// # Errors
/// [`BadCell`] when the number is not a cell.
pub fn cell_resolution(cell: Cell) -> Result<u8, BadCell> {
    Ok(index_of(cell)?.resolution().into())
}

/// The coarser cell around a cell.
///
/// # Errors
/// [`BadCell`] when the number is not a cell, or `resolution` is finer than the cell's own.
pub fn cell_parent(cell: Cell, resolution: u8) -> Result<Cell, BadCell> {
    let resolution = Resolution::try_from(resolution).map_err(|_| BadCell)?;
    index_of(cell)?.parent(resolution).map(|parent| Cell(parent.into())).ok_or(BadCell)
}

/// The middle of a cell.
///
/// # Errors
/// [`BadCell`] when the number is not a cell.
pub fn cell_center(cell: Cell) -> Result<Point, BadCell> {
    let center = LatLng::from(index_of(cell)?);
    Point::from_degrees(center.lat(), center.lng()).ok_or(BadCell)
}

/// How far a point is from the middle of a cell, in meters.
///
/// # Errors
/// [`BadCell`] when the number is not a cell.
pub fn cell_distance_m(from: Point, cell: Cell) -> Result<f64, BadCell> {
    Ok(haversine_m(from, cell_center(cell)?))
}

/// Whether the owner of a phone is near a cell: within `meters` of its edge. Decided on the phone;
/// the position never leaves it. An invalid cell is never near.
pub fn is_near(own: Point, cell: Cell, meters: u32) -> bool {
    let Ok(index) = index_of(cell) else { return false };
    let Ok(distance) = cell_distance_m(own, cell) else { return false };
    distance <= f64::from(meters) + index.resolution().edge_length_m()
}

fn index_of(cell: Cell) -> Result<CellIndex, BadCell> {
    CellIndex::try_from(cell.0).map_err(|_| BadCell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn city_hall() -> Point {
        Point::from_degrees(44.9771, -93.2655).expect("in range")
    }

    #[test]
    fn cells_are_coarse_and_readable() {
        let cell = cell_of(city_hall(), CALL_OUT_RESOLUTION).expect("a cell");
        assert_eq!(cell_resolution(cell), Ok(8));
        assert_eq!(parse_cell(&cell.to_string()), Ok(cell));
        let fine = cell_of(city_hall(), ALERT_RESOLUTION).expect("a cell");
        assert_eq!(cell_parent(fine, 8).expect("coarser"), cell);
        assert_eq!(cell_parent(cell, 9), Err(BadCell));
        assert!(cell_distance_m(city_hall(), cell).expect("a cell") < 600.0);
    }

    #[test]
    fn nearness_is_measured_from_the_cells_edge() {
        let cell = cell_of(city_hall(), CALL_OUT_RESOLUTION).expect("a cell");
        assert!(is_near(city_hall(), cell, 0));
        let st_paul = Point::from_degrees(44.9469, -93.1089).expect("in range");
        assert!(!is_near(st_paul, cell, 5_000));
        assert!(is_near(st_paul, cell, 14_000));
        assert!(!is_near(city_hall(), Cell(7), u32::MAX));
    }

    #[test]
    fn what_is_no_cell_is_refused() {
        for bad in ["", "xyz", "0", "ffffffffffffffff", "-8"] {
            assert_eq!(parse_cell(bad), Err(BadCell), "{bad}");
        }
        assert_eq!(cell_of(city_hall(), 16), Err(BadCell));
        assert_eq!(cell_of(Point { lat: i32::MAX, lon: 0 }, 8), Err(BadCell));
    }

    proptest! {
        #[test]
        fn any_number_is_a_cell_or_refused(number in any::<u64>(), lat in any::<i32>(), lon in any::<i32>()) {
            let _ = cell_center(Cell(number));
            let _ = is_near(Point { lat, lon }, Cell(number), 100);
        }
    }
}
