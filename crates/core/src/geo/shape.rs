//! Areas: polygons with holes, in whole micro-degrees.

use minicbor::{Decode, Encode};

use super::Point;

/// A closed line: the corners in order, without the first repeated at the end.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Ring {
    /// At least three corners.
    #[n(0)]
    pub corners: Vec<Point>,
}

/// One area with its holes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Polygon {
    /// The outline.
    #[n(0)]
    pub outer: Ring,
    /// What is cut out of it.
    #[n(1)]
    pub holes: Vec<Ring>,
}

/// A zone's area: one or more polygons.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Shape {
    /// The parts.
    #[n(0)]
    pub polygons: Vec<Polygon>,
}

/// The smallest upright rectangle around something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// South-west corner.
    pub low: Point,
    /// North-east corner.
    pub high: Point,
}

impl Ring {
    /// The sides, the last one back to the first corner.
    pub fn sides(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        self.corners.iter().copied().zip(self.corners.iter().copied().cycle().skip(1))
    }

    /// Twice the signed area in square micro-degrees (shoelace); 0 for a line.
    pub fn double_area(&self) -> i128 {
        self.sides()
            .map(|(a, b)| i128::from(a.lon) * i128::from(b.lat) - i128::from(b.lon) * i128::from(a.lat))
            .sum()
    }

    /// Whether a point is inside or on the line (even-odd rule, whole numbers, so no rounding).
    fn holds(&self, point: Point) -> Held {
        let mut inside = false;
        for (a, b) in self.sides() {
            let turn = cross(a, b, point);
            if turn == 0 && within(a, b, point) {
                return Held::OnEdge;
            }
            let crosses = (a.lat > point.lat) != (b.lat > point.lat);
            let upward = b.lat > a.lat;
            if crosses && ((turn > 0) == upward) {
                inside = !inside;
            }
        }
        if inside { Held::Inside } else { Held::Outside }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    Inside,
    OnEdge,
    Outside,
}

impl Polygon {
    /// Whether a point is in the area; edges belong to it, the inside of holes does not.
    pub fn contains(&self, point: Point) -> bool {
        self.outer.holds(point) != Held::Outside
            && self.holes.iter().all(|hole| hole.holds(point) != Held::Inside)
    }
}

impl Shape {
    /// Whether a point is in the area; edges belong to it, the inside of holes does not.
    pub fn contains(&self, point: Point) -> bool {
        self.polygons.iter().any(|polygon| polygon.contains(point))
    }

    /// The rectangle around it; `None` when it has no corner.
    pub fn bounds(&self) -> Option<Bounds> {
        self.polygons.iter().flat_map(|p| p.outer.corners.iter()).fold(None, |found, corner| {
            Some(match found {
                None => Bounds { low: *corner, high: *corner },
                Some(b) => b.with(*corner),
            })
        })
    }

    /// The number of corners of all its rings.
    pub fn corner_count(&self) -> usize {
        let rings = self.polygons.iter().flat_map(|p| core::iter::once(&p.outer).chain(p.holes.iter()));
        rings.map(|ring| ring.corners.len()).sum()
    }

    /// The sides of all outlines and holes.
    pub fn sides(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        self.polygons
            .iter()
            .flat_map(|p| core::iter::once(&p.outer).chain(p.holes.iter()))
            .flat_map(Ring::sides)
    }
}

impl Bounds {
    /// Grown to hold a point.
    #[must_use]
    pub fn with(self, point: Point) -> Bounds {
        Bounds {
            low: Point { lat: self.low.lat.min(point.lat), lon: self.low.lon.min(point.lon) },
            high: Point { lat: self.high.lat.max(point.lat), lon: self.high.lon.max(point.lon) },
        }
    }

    /// Grown by so many micro-degrees on every side.
    #[must_use]
    pub fn grown(self, lat: i32, lon: i32) -> Bounds {
        Bounds {
            low: Point { lat: self.low.lat.saturating_sub(lat), lon: self.low.lon.saturating_sub(lon) },
            high: Point { lat: self.high.lat.saturating_add(lat), lon: self.high.lon.saturating_add(lon) },
        }
    }

    /// Whether a point is in the rectangle.
    pub fn contains(&self, point: Point) -> bool {
        (self.low.lat..=self.high.lat).contains(&point.lat)
            && (self.low.lon..=self.high.lon).contains(&point.lon)
    }

    /// Whether two rectangles share a point.
    pub fn meets(&self, other: &Bounds) -> bool {
        self.low.lat <= other.high.lat
            && other.low.lat <= self.high.lat
            && self.low.lon <= other.high.lon
            && other.low.lon <= self.high.lon
    }
}

/// Positive when `point` is left of the way from `a` to `b`, 0 when on the line through them.
fn cross(a: Point, b: Point, point: Point) -> i64 {
    // Differences fit 33 bits and zones are far smaller than the globe; saturation keeps the sign.
    let (ax, ay) = (i64::from(b.lon) - i64::from(a.lon), i64::from(b.lat) - i64::from(a.lat));
    let (px, py) = (i64::from(point.lon) - i64::from(a.lon), i64::from(point.lat) - i64::from(a.lat));
    let turn = i128::from(ax) * i128::from(py) - i128::from(ay) * i128::from(px);
    i64::try_from(turn).unwrap_or(if turn > 0 { i64::MAX } else { i64::MIN })
}

/// Whether a point on the line through `a` and `b` lies between them.
fn within(a: Point, b: Point, point: Point) -> bool {
    (a.lat.min(b.lat)..=a.lat.max(b.lat)).contains(&point.lat)
        && (a.lon.min(b.lon)..=a.lon.max(b.lon)).contains(&point.lon)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ring(corners: &[(i32, i32)]) -> Ring {
        Ring { corners: corners.iter().map(|(lon, lat)| Point { lat: *lat, lon: *lon }).collect() }
    }

    fn square_with_hole() -> Shape {
        let outer = ring(&[(0, 0), (100, 0), (100, 100), (0, 100)]);
        let holes = vec![ring(&[(40, 40), (60, 40), (60, 60), (40, 60)])];
        Shape { polygons: vec![Polygon { outer, holes }] }
    }

    #[test]
    fn holes_are_outside_and_edges_inside() {
        let shape = square_with_hole();
        for (lon, lat, inside) in [
            (10, 10, true),
            (50, 50, false),
            (40, 50, true), // the hole's edge
            (0, 0, true),
            (100, 50, true),
            (101, 50, false),
            (-1, 100, false),
            (60, 60, true),
        ] {
            assert_eq!(shape.contains(Point { lat, lon }), inside, "{lon},{lat}");
        }
        assert_eq!(shape.corner_count(), 8);
    }

    #[test]
    fn a_concave_outline_is_followed() {
        let arrow = Shape {
            polygons: vec![Polygon {
                outer: ring(&[(0, 0), (100, 100), (200, 0), (100, 50)]),
                holes: vec![],
            }],
        };
        assert!(arrow.contains(Point { lat: 60, lon: 100 }));
        assert!(!arrow.contains(Point { lat: 20, lon: 100 }));
    }

    proptest! {
        // A square answers as the comparison of its coordinates does, corner order either way.
        #[test]
        fn a_square_is_a_square(lon in -150i32..250, lat in -150i32..250, reversed in any::<bool>()) {
            let mut outer = ring(&[(0, 0), (100, 0), (100, 100), (0, 100)]);
            if reversed {
                outer.corners.reverse();
            }
            let shape = Shape { polygons: vec![Polygon { outer, holes: vec![] }] };
            let expected = (0..=100).contains(&lon) && (0..=100).contains(&lat);
            prop_assert_eq!(shape.contains(Point { lat, lon }), expected);
        }

        #[test]
        fn never_panics(corners in proptest::collection::vec((any::<i32>(), any::<i32>()), 0..8),
                        lat in any::<i32>(), lon in any::<i32>()) {
            let shape = Shape { polygons: vec![Polygon { outer: ring(&corners), holes: vec![] }] };
            let _ = (shape.contains(Point { lat, lon }), shape.bounds());
        }
    }
}
