//! Striking words from a text: each character becomes one ■, so that positions stay true and two
//! dispatchers may strike the same text at once.
//!
//! Striking takes words out of every screen, snapshot and later entry. The sealed entry in which
//! they arrived keeps them until the incident is erased; only members of the team could open it.

use minicbor::{Decode, Encode};

/// What stands for a struck character.
pub const STRUCK: char = '■';

/// A part of a text, counted in characters (not bytes), so that every device cuts alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(map)]
pub struct TextRange {
    /// How many characters come before it.
    #[n(0)]
    pub from: u32,
    /// How many characters it has; at least one.
    #[n(1)]
    pub len: u32,
}

impl TextRange {
    /// The first character after it.
    pub fn end(self) -> u32 {
        self.from.saturating_add(self.len)
    }

    /// From character counts of this device.
    pub(super) fn of(from: usize, len: usize) -> Option<TextRange> {
        Some(TextRange { from: u32::try_from(from).ok()?, len: u32::try_from(len).ok()? })
    }
}

/// The text with a part struck; `None` when the part is empty or not within the text. Line breaks
/// inside it stay, so that the layout does not jump.
pub fn strike_range(text: &str, range: TextRange) -> Option<String> {
    let count = u32::try_from(text.chars().count()).ok()?;
    if range.len == 0 || range.end() > count {
        return None;
    }
    let mask = |(index, c): (u32, char)| {
        let inside = index >= range.from && index < range.end();
        if inside && c != '\n' { STRUCK } else { c }
    };
    Some((0u32..).zip(text.chars()).map(mask).collect())
}

/// Where some words stand in a text, without regard to case. The screen strikes what a dispatcher
/// marked or typed; the entry then carries positions and never repeats the words.
pub fn find_words(text: &str, words: &str) -> Vec<TextRange> {
    let lower = |c: char| c.to_lowercase().next().unwrap_or(c);
    let hay: Vec<char> = text.chars().map(lower).collect();
    let needle: Vec<char> = words.trim().chars().map(lower).collect();
    if needle.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(rest) = hay.get(from..) {
        let hit = rest.windows(needle.len()).position(|window| window == needle.as_slice());
        let Some(offset) = hit else { break };
        found.extend(TextRange::of(from + offset, needle.len()));
        from += offset + needle.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_found_and_struck() {
        for (text, words, struck) in [
            ("Officer Smith and smith's van", "smith", "Officer ■■■■■ and ■■■■■'s van"),
            ("año año", "AÑO", "■■■ ■■■"),
            ("aaaa", "aa", "■■■■"),
            ("nothing here", "xyz", "nothing here"),
            ("one\ntwo", "one\ntwo", "■■■\n■■■"),
            ("anything", "  ", "anything"),
        ] {
            let mut left = text.to_owned();
            for range in find_words(text, words) {
                left = strike_range(&left, range).expect("found above");
            }
            assert_eq!(left, struck);
        }
    }

    #[test]
    fn ranges_outside_the_text_are_refused() {
        for (from, len) in [(0, 0), (0, 5), (4, 1), (u32::MAX, u32::MAX), (2, u32::MAX)] {
            assert_eq!(strike_range("four", TextRange { from, len }), None, "{from}+{len}");
        }
        assert_eq!(strike_range("four", TextRange { from: 3, len: 1 }).as_deref(), Some("fou■"));
    }

    proptest! {
        #[test]
        fn positions_stay_true(text in ".{0,60}", from in 0u32..70, len in 0u32..70) {
            if let Some(struck) = strike_range(&text, TextRange { from, len }) {
                prop_assert_eq!(struck.chars().count(), text.chars().count());
            }
        }

        #[test]
        fn found_words_are_within_the_text(text in "[a-c é]{0,40}", words in "[a-cÉ]{0,3}") {
            for range in find_words(&text, &words) {
                prop_assert!(strike_range(&text, range).is_some());
            }
        }
    }
}
