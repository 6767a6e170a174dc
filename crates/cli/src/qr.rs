//! QR codes: in the terminal by half blocks, and as a path for printed matter.

use qrcode::render::unicode::Dense1x2;
use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};

/// The text does not fit into a QR code.
#[derive(Debug, thiserror::Error)]
#[error("too long for a QR code ({len} bytes)")]
pub struct TooLong {
    len: usize,
    #[source]
    source: QrError,
}

/// A QR code for a terminal. Dark squares are left empty and light ones filled, which reads right
/// on dark backgrounds; with `color` both are set, which reads right everywhere.
pub fn for_terminal(text: &str, color: bool) -> Result<String, TooLong> {
    let code = encode(text)?;
    let drawn = code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Dark)
        .light_color(Dense1x2::Light)
        .quiet_zone(true)
        .build();
    let line = |line: &str| match color {
        true => format!("\x1b[40;97m{line}\x1b[0m\n"),
        false => format!("{line}\n"),
    };
    Ok(drawn.lines().map(line).collect())
}

/// A QR code as SVG path data in units of one module, and its width in modules (without the quiet
/// zone, which the card's white border gives).
pub fn as_path(text: &str) -> Result<(String, usize), TooLong> {
    let code = encode(text)?;
    let (width, modules) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row.iter().skip(x).take_while(|module| **module == Color::Dark).count();
            if run > 0 {
                path.push_str(&format!("M{x} {y}h{run}v1h-{run}z"));
            }
            x += run + 1;
        }
    }
    Ok((path, width))
}

/// The strongest correction that keeps the code as small as the weakest would be.
fn encode(text: &str) -> Result<QrCode, TooLong> {
    let with = |level| QrCode::with_error_correction_level(text, level);
    let weakest = with(EcLevel::L).map_err(|source| TooLong { len: text.len(), source })?;
    let as_small = |level| with(level).ok().filter(|code| code.width() == weakest.width());
    Ok([EcLevel::H, EcLevel::Q, EcLevel::M].into_iter().find_map(as_small).unwrap_or(weakest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_covers_exactly_the_dark_modules() {
        let text = "https://relay.example.org/report#abc";
        let (path, width) = as_path(text).expect("it fits");
        let code = encode(text).expect("it fits");
        let dark = code.to_colors().iter().filter(|module| **module == Color::Dark).count();
        let covered: usize = path
            .split('M')
            .skip(1)
            .map(|run| {
                let h = run.split_once('h').expect("a run").1;
                h.split_once('v').expect("a run").0.parse::<usize>().expect("a length")
            })
            .sum();
        assert_eq!((covered, width), (dark, code.width()));
        assert!(path.starts_with("M0 0h7v1h-7z"), "the finder's upper edge");
    }

    #[test]
    fn terminal_lines_have_one_width_and_color_is_optional() {
        let drawn = for_terminal("hello", false).expect("it fits");
        let widths: Vec<usize> = drawn.lines().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| Some(width) == widths.first()));
        assert!(!drawn.contains('\x1b'));
        assert!(for_terminal("hello", true).expect("it fits").contains("\x1b[40;97m"));
    }

    #[test]
    fn a_card_pass_fits_and_a_book_does_not() {
        assert!(as_path(&"A".repeat(700)).is_ok());
        assert!(as_path(&"A".repeat(5_000)).is_err());
    }
}
