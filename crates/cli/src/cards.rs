//! Card sheets: ten cards of 3.5 by 2 inches to a page, as SVG, each with a QR code.
//!
//! Sizes fit the common perforated sheets (Letter: 10 cards, margins of 0.75 and 0.5 inch).

use crate::qr::{self, TooLong};

/// Cards on a page.
pub const PER_PAGE: usize = 10;

const CARD_WIDTH_MM: f64 = 88.9;
const CARD_HEIGHT_MM: f64 = 50.8;
const QR_MM: f64 = 38.0;
/// Characters of the small text that fit beside the QR code.
const LINE_CHARS: usize = 27;

/// The paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Paper {
    /// 8.5 by 11 inches.
    Letter,
    /// 210 by 297 millimeters.
    A4,
}

/// What is printed beside the code, the same on each card.
#[derive(Debug, Clone)]
pub struct CardText {
    /// The network's name.
    pub network: String,
    /// What the code is for.
    pub purpose: String,
    /// The address to type when there is no camera.
    pub address: String,
    /// One line on rights.
    pub rights: String,
}

/// The pages for these links, in order.
pub fn sheets(paper: Paper, text: &CardText, links: &[String]) -> Result<Vec<String>, TooLong> {
    links.chunks(PER_PAGE).map(|page| sheet(paper, text, page)).collect()
}

fn sheet(paper: Paper, text: &CardText, links: &[String]) -> Result<String, TooLong> {
    let (width, height) = match paper {
        Paper::Letter => (215.9, 279.4),
        Paper::A4 => (210.0, 297.0),
    };
    let left = (width - 2.0 * CARD_WIDTH_MM) / 2.0;
    let top = (height - 5.0 * CARD_HEIGHT_MM) / 2.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" fill=\"#000\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for (place, link) in (0_u8..).zip(links) {
        let x = left + f64::from(place % 2) * CARD_WIDTH_MM;
        let y = top + f64::from(place / 2) * CARD_HEIGHT_MM;
        svg.push_str(&format!("<g transform=\"translate({x:.2} {y:.2})\">\n{}</g>\n", card(text, link)?));
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

fn card(text: &CardText, link: &str) -> Result<String, TooLong> {
    let (path, modules) = qr::as_path(link)?;
    let modules = f64::from(u16::try_from(modules).unwrap_or(u16::MAX));
    let (scale, qr_x, qr_y) = (QR_MM / modules, CARD_WIDTH_MM - QR_MM - 5.0, (CARD_HEIGHT_MM - QR_MM) / 2.0);
    let mut svg = format!(
        "<rect width=\"{CARD_WIDTH_MM}\" height=\"{CARD_HEIGHT_MM}\" fill=\"none\" stroke=\"#bbb\" \
         stroke-width=\"0.1\"/>\n\
         <path transform=\"translate({qr_x:.2} {qr_y:.2}) scale({scale:.5})\" \
         shape-rendering=\"crispEdges\" d=\"{path}\"/>\n"
    );
    let mut y = 10.0;
    let parts = [
        (4.2, "bold", 17, &text.network),
        (3.2, "normal", 22, &text.purpose),
        (2.7, "bold", LINE_CHARS, &text.address),
        (2.7, "normal", LINE_CHARS, &text.rights),
    ];
    for (size, weight, chars, words) in parts {
        for line in wrap(words, chars) {
            svg.push_str(&format!(
                "<text x=\"5\" y=\"{y:.2}\" font-size=\"{size}\" font-weight=\"{weight}\">{}</text>\n",
                escape(&line)
            ));
            y += size * 1.25;
        }
        y += 1.2;
    }
    Ok(svg)
}

/// Breaks at spaces, and inside words that are longer than a line.
fn wrap(text: &str, chars: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for piece in letters.chunks(chars) {
            let piece: String = piece.iter().collect();
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + piece.chars().count() <= chars => {
                    line.push(' ');
                    line.push_str(&piece);
                }
                _ => lines.push(piece),
            }
        }
    }
    lines
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> CardText {
        CardText {
            network: "Neighbors & Friends".to_owned(),
            purpose: "Tell us what you see".to_owned(),
            address: "https://a-long-relay-name.example.org/r".to_owned(),
            rights: "You may stay silent.".to_owned(),
        }
    }

    #[test]
    fn ten_to_a_page_and_inside_the_paper() {
        let links: Vec<String> = (0..23).map(|n| format!("https://example.org/r#{n}")).collect();
        for paper in [Paper::Letter, Paper::A4] {
            let pages = sheets(paper, &text(), &links).expect("they fit");
            let cards: Vec<usize> = pages.iter().map(|page| page.matches("<path").count()).collect();
            assert_eq!(cards, [10, 10, 3]);
            assert!(
                pages
                    .iter()
                    .all(|page| page.contains("Neighbors &amp; Friends") || page.contains("Neighbors &amp;"))
            );
            assert!(pages.iter().all(|page| !page.contains("translate(-")));
        }
    }

    #[test]
    fn lines_break_at_spaces_and_inside_long_words() {
        assert_eq!(wrap("you may stay silent", 8), ["you may", "stay", "silent"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert!(wrap("  ", 4).is_empty());
    }
}
