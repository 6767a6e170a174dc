//! The words in which people tell: what they say they see, and how they name a corner.

use bystand_core::geo::Point;
use bystand_core::io::Random;

use crate::seeds::Draw;

/// In the words of somebody who tells of other people's lives. Used only here, to see it erased.
pub const DENUNCIATION: &str = "my neighbors are not from here, come and look";

/// What a flood says. It pretends nothing: whoever reads it knows at once, and reading is what it costs.
pub const FLOOD: &str = "send everybody here at once";

/// What somebody says who looks at the place of an alert and sees nothing.
pub const DOUBT: &str = "I live here and there is nothing on the street";

const ENGLISH: [&str; 5] = [
    "four people in vests, two dark vans",
    "agents at a door, six or so",
    "they have stopped a car",
    "unmarked truck and people with radios",
    "men asking people at the station",
];

const SPANISH: [&str; 3] = [
    "hay agentes en la esquina",
    "pararon un carro y están preguntando",
    "dos camionetas oscuras y hombres con chalecos",
];

/// A corner's streets are about so far apart, in millionths of a degree: some 200 m.
const BLOCK: (i32, i32) = (1_800, 2_500);

/// Whether a text is of a flood.
pub fn is_flood(text: &str) -> bool {
    text == FLOOD
}

/// Whether a text reports neighbors rather than what somebody does. People see that at once.
pub fn is_denunciation(text: &str) -> bool {
    text == DENUNCIATION
}

/// Whether a text says that nothing is there.
pub fn is_doubt(text: &str) -> bool {
    text == DOUBT
}

/// What is told of what is there, or seems to be.
pub fn usual(is_other_language: bool, rng: &mut Random) -> &'static str {
    let texts: &[&str] = if is_other_language { &SPANISH } else { &ENGLISH };
    rng.pick(texts).copied().unwrap_or_default()
}

/// The corner nearest to a point, in one of the ways in which people write it; sometimes only one street.
pub fn corner(point: Point, rng: &mut Random) -> String {
    let street = ordinal(point.lat.div_euclid(BLOCK.0).rem_euclid(97) + 1);
    let avenue = ordinal(point.lon.div_euclid(BLOCK.1).rem_euclid(89) + 1);
    match rng.below(8) {
        0 | 1 => format!("{street} St & {avenue} Ave"),
        2 | 3 => format!("{avenue} Ave and {street} Street"),
        4 | 5 => format!("corner of {street} St / {avenue} Avenue"),
        6 => format!("calle {street} y {avenue}"),
        _ => format!("{street} Street"),
    }
}

fn ordinal(n: i32) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeds::Seeds;

    #[test]
    fn corners_are_written_in_many_ways_and_are_the_same_corner() {
        let mut rng = Seeds::new(1).generator("words", 0);
        let point = Point { lat: 44_950_000, lon: -93_250_000 };
        let ways: std::collections::BTreeSet<String> = (0..60).map(|_| corner(point, &mut rng)).collect();
        assert_eq!(ways.len(), 5, "{ways:?}");
        assert!(ways.iter().all(|way| way.contains("St") || way.contains("calle")), "{ways:?}");
        assert_eq!(
            [1, 2, 3, 4, 11, 12, 13, 21, 92].map(ordinal).join(" "),
            "1st 2nd 3rd 4th 11th 12th 13th 21st 92nd"
        );
    }
}
