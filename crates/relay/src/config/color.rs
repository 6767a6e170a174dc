//! Whether a color carries white text that everybody can read (WCAG 2.2, contrast of at least 4.5 to 1).

/// The least contrast of text.
const READABLE: f64 = 4.5;

/// Whether it is a color written as `#rrggbb`, dark enough.
pub(super) fn carries_white(color: &str) -> bool {
    luminance(color).is_some_and(|luminance| 1.05 / (luminance + 0.05) >= READABLE)
}

/// Relative luminance, from 0 (black) to 1 (white).
fn luminance(color: &str) -> Option<f64> {
    let digits =
        color.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let part = |at: usize| Some(linear(u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?));
    Some(0.2126 * part(0)? + 0.7152 * part(2)? + 0.0722 * part(4)?)
}

fn linear(part: u8) -> f64 {
    let part = f64::from(part) / 255.0;
    if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dark_colors_carry_white_text() {
        for (color, carries) in [
            ("#17324d", true),
            ("#000000", true),
            ("#767676", true),
            ("#777777", false),
            ("#ffffff", false),
            ("#ffb454", false),
            ("17324d", false),
            ("#17324", false),
            ("#17324d;}", false),
            ("#1732éd", false),
        ] {
            assert_eq!(carries_white(color), carries, "{color}");
        }
    }
}
