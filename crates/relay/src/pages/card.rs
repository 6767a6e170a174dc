//! A picture of an alert for passing on in messengers: what it says, as of when, and where to look whether it still
//! holds. It is made of text and shapes only.

use std::fmt::Write;

use bystand_core::texts::{Arg, Guarded};
use bystand_wire::to_hex;

use super::Site;
use crate::feeds::{Escaped, Item};

const WIDTH: u32 = 1_080;
const MARGIN: u32 = 80;
/// Lines of a text on the card; what is longer is on the page.
const LINES: usize = 5;

/// `/{lang}/alerts/{id}/card.svg`. `base` is where the pages are, as `https://relay.example`.
pub fn card(site: &Site<'_>, item: &Item, base: &str) -> String {
    let words = site.texts.reviewed(Guarded::Alerts);
    let id = to_hex(item.view.alert.as_bytes());
    let address = format!("{}/{}/alerts/{id}", base.trim_end_matches('/'), site.texts.tag());
    let mut picture = Picture { right_to_left: words.is_right_to_left(), svg: String::new(), y: 300 };
    picture.text(&item.text.headline, 68, "700");
    picture.y += 30;
    picture.text(&item.text.body, 44, "400");
    picture.text(&item.text.limits, 36, "400");
    picture.y += 20;
    picture.text(&as_of(site, words), 36, "400");
    let body = std::mem::take(&mut picture.svg);
    picture.right_to_left = site.texts.is_right_to_left();
    picture.y = 930;
    picture.text(&site.texts.plain("card-check"), 36, "700");
    // An address is read from left to right, also among Arabic.
    picture.right_to_left = false;
    picture.text(&address, 25, "400");
    let check = picture.svg;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {WIDTH}\" width=\"{WIDTH}\" height=\"{WIDTH}\" \
         font-family=\"system-ui, 'Noto Sans', sans-serif\">\n\
         <title>{}</title>\n<rect width=\"{WIDTH}\" height=\"{WIDTH}\" fill=\"#f7f5f1\"/>\n\
         <rect width=\"{WIDTH}\" height=\"170\" fill=\"#17324d\"/>\n\
         <g transform=\"translate(68 49) scale(3)\" fill=\"none\" stroke=\"#ffb454\" stroke-width=\"2\">\
         <path d=\"M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12z\"/>\
         <circle cx=\"12\" cy=\"12\" r=\"3\" fill=\"#ffb454\"/></g>\n\
         <text x=\"165\" y=\"102\" font-size=\"46\" font-weight=\"700\" fill=\"#fff\">{}</text>\n\
         <g fill=\"#1d1b18\">\n{body}</g>\n<g fill=\"#17324d\">\n{check}</g>\n</svg>\n",
        Escaped(&item.text.headline),
        Escaped(&lines(&site.public.name, 34).into_iter().next().unwrap_or_default()),
    )
}

fn as_of(site: &Site<'_>, words: &bystand_core::texts::Texts) -> String {
    let (at, offset) = (site.public.now, site.public.offset_min);
    let day = site.public.day(at, words).unwrap_or_default();
    let time = words.clock_time(at, offset);
    // In the language of the alert, so that the card is not half in one.
    words.get("card-as-of", &[("day", Arg::Text(&day)), ("time", Arg::Text(&time))])
}

/// Lines of text under one another.
struct Picture {
    right_to_left: bool,
    svg: String,
    y: u32,
}

impl Picture {
    fn text(&mut self, text: &str, size: u32, weight: &str) {
        let x = if self.right_to_left { WIDTH - MARGIN } else { MARGIN };
        let direction = if self.right_to_left { " direction=\"rtl\"" } else { "" };
        // A letter is about half as wide as it is high.
        let in_a_line = usize::try_from((WIDTH - 2 * MARGIN) * 2 / size).unwrap_or(20);
        for line in lines(text, in_a_line).iter().take(LINES) {
            let _ = writeln!(
                self.svg,
                "<text x=\"{x}\" y=\"{}\" font-size=\"{size}\" font-weight=\"{weight}\"{direction}>{}</text>",
                self.y,
                Escaped(line)
            );
            self.y += size * 5 / 4;
        }
    }
}

/// Breaks a text into lines of at most so many half-widths: at spaces, and between characters of scripts without
/// them, which are twice as wide.
fn lines(text: &str, most: usize) -> Vec<String> {
    let width = |c: char| if matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{ffef}') { 2 } else { 1 };
    let mut all = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let wide: usize = word.chars().map(width).sum();
        if used > 0 && used + word.trim_end().chars().map(width).sum::<usize>() > most {
            all.push(String::new());
            used = 0;
        }
        if wide <= most {
            all.last_mut().into_iter().for_each(|line| line.push_str(word));
            used += wide;
            continue;
        }
        for c in word.chars() {
            if used + width(c) > most {
                all.push(String::new());
                used = 0;
            }
            all.last_mut().into_iter().for_each(|line| line.push(c));
            used += width(c);
        }
    }
    all.into_iter().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_between_wide_characters() {
        for (text, most, broken) in [
            ("", 10, vec![]),
            ("one two three", 7, vec!["one two", "three"]),
            ("abcdefgh", 3, vec!["abc", "def", "gh"]),
            ("确认有人被带走", 6, vec!["确认有", "人被带", "走"]),
        ] {
            assert_eq!(lines(text, most), broken, "{text}");
        }
    }
}
