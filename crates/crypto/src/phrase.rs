//! Secrets that people read, write down and say aloud, made of the 2,048 words of the English
//! BIP-39 list: short common words, no two of which begin with the same four letters.
//!
//! A [`Phrase`] holds 88 bits, as eight words or as 28 digits (27 and a check digit by Damm's
//! method, which notices every single wrong digit and every two neighbors exchanged). A
//! passphrase is six words: 66 bits, behind Argon2id. Both are drawn by the machine.

use std::collections::BTreeSet;
use std::fmt;

use bip39::Language;
use bystand_wire::NetworkId;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::sign::prefix;
use crate::symmetric::expand;

/// Words in a phrase.
pub const PHRASE_WORDS: usize = 8;
/// Digits of a phrase, with the check digit.
pub const PHRASE_DIGITS: usize = 28;
/// Words in a generated passphrase.
pub const PASSPHRASE_WORDS: usize = 6;
/// A passphrase estimated below this is refused.
pub const PASSPHRASE_MIN_BITS: u32 = 50;
/// The longest text that is looked at, in bytes.
const MAX_TEXT: usize = 512;
/// Bits of one word.
const WORD_BITS: u32 = 11;
/// Bits of a phrase.
const PHRASE_BITS: u32 = 88;

/// Why a text is not a phrase, in terms that help whoever typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhraseError {
    /// A word that is not on the list.
    #[error("word {position} is not one of the words used: \"{word}\"{}", suggested(.suggestion))]
    UnknownWord {
        /// Which, counted from 1.
        position: usize,
        /// As it was typed.
        word: String,
        /// The nearest word on the list, when one is near.
        suggestion: Option<&'static str>,
    },
    /// Not eight words.
    #[error("a phrase has {PHRASE_WORDS} words; there are {0}")]
    WordCount(usize),
    /// Not 28 digits.
    #[error("a phrase has {PHRASE_DIGITS} digits; there are {0}")]
    DigitCount(usize),
    /// The check digit does not fit: a digit is wrong or two are exchanged.
    #[error("a digit is wrong or two are exchanged")]
    CheckDigit,
    /// Digits and letters mixed, or signs that belong to neither form.
    #[error("a phrase is written in words or in digits only")]
    Mixed,
    /// Longer than any phrase.
    #[error("too long to be a phrase")]
    TooLong,
}

impl PhraseError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            PhraseError::UnknownWord { .. } => "phrase-unknown-word",
            PhraseError::WordCount(_) => "phrase-word-count",
            PhraseError::DigitCount(_) => "phrase-digit-count",
            PhraseError::CheckDigit => "phrase-check-digit",
            PhraseError::Mixed => "phrase-mixed",
            PhraseError::TooLong => "phrase-too-long",
        }
    }
}

fn suggested(suggestion: &Option<&'static str>) -> String {
    suggestion.map_or_else(String::new, |word| format!(" (did you mean \"{word}\"?)"))
}

/// An 88-bit secret that a person keeps: the follow-up phrase of a report. Compared in constant time,
/// wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Phrase(u128);

impl Phrase {
    /// Draws a phrase.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 16]);
        rng.fill_bytes(bytes.as_mut());
        Self(u128::from_be_bytes(*bytes) >> (128 - PHRASE_BITS))
    }

    /// The eight words, with spaces between.
    pub fn words(&self) -> Zeroizing<String> {
        let indexes = (0..PHRASE_BITS / WORD_BITS).rev().map(|n| (self.0 >> (n * WORD_BITS)) & 0x7ff);
        let words: Vec<&str> = indexes.map(|index| word(usize::try_from(index).unwrap_or(0))).collect();
        Zeroizing::new(words.join(" "))
    }

    /// The 28 digits, in seven groups of four with spaces between.
    pub fn digits(&self) -> Zeroizing<String> {
        let bare = Zeroizing::new(format!("{:027}", self.0));
        let check = damm(bare.bytes().map(|b| b - b'0'));
        let mut grouped = Zeroizing::new(String::with_capacity(PHRASE_DIGITS + 6));
        for (n, digit) in bare.chars().chain([char::from(b'0' + check)]).enumerate() {
            if n > 0 && n % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(digit);
        }
        grouped
    }

    /// Reads either form. Case, and spaces, hyphens, commas and full stops between words or digits,
    /// do not matter.
    ///
    /// # Errors
    /// [`PhraseError`].
    pub fn parse(text: &str) -> Result<Phrase, PhraseError> {
        if text.len() > MAX_TEXT {
            return Err(PhraseError::TooLong);
        }
        let has_digits = text.chars().any(|c| c.is_ascii_digit());
        let has_letters = text.chars().any(char::is_alphabetic);
        match (has_digits, has_letters) {
            (true, true) => Err(PhraseError::Mixed),
            (true, false) => Self::parse_digits(text),
            (false, _) => Self::parse_words(text),
        }
    }

    /// Derives a secret for one use: HKDF-SHA256 of the phrase, with
    /// `"bystand/v1/phrase/<label>" || 0x00 || network id` as info.
    pub fn derive(&self, network: &NetworkId, label: &str) -> Zeroizing<[u8; 32]> {
        let secret = Zeroizing::new(self.0.to_be_bytes());
        expand(secret.as_ref(), &[&prefix(&format!("phrase/{label}"), network)])
    }

    fn parse_words(text: &str) -> Result<Phrase, PhraseError> {
        let typed: Vec<&str> = text.split(is_separator).filter(|t| !t.is_empty()).collect();
        if typed.len() != PHRASE_WORDS {
            return Err(PhraseError::WordCount(typed.len()));
        }
        let mut number = 0_u128;
        for (n, typed) in typed.into_iter().enumerate() {
            let lower = Zeroizing::new(typed.to_lowercase());
            let index = Language::English.find_word(&lower).ok_or_else(|| PhraseError::UnknownWord {
                position: n + 1,
                word: typed.to_owned(),
                suggestion: nearest(&lower),
            })?;
            number = (number << WORD_BITS) | u128::from(index);
        }
        Ok(Self(number))
    }

    fn parse_digits(text: &str) -> Result<Phrase, PhraseError> {
        let mut digits = Zeroizing::new(Vec::with_capacity(PHRASE_DIGITS));
        for c in text.chars().filter(|c| !is_separator(*c)) {
            let digit = c.to_digit(10).and_then(|d| u8::try_from(d).ok()).ok_or(PhraseError::Mixed)?;
            digits.push(digit);
        }
        if digits.len() != PHRASE_DIGITS {
            return Err(PhraseError::DigitCount(digits.len()));
        }
        // Damm: with the check digit at the end the result is 0.
        if damm(digits.iter().copied()) != 0 {
            return Err(PhraseError::CheckDigit);
        }
        let bare = digits.iter().take(PHRASE_DIGITS - 1);
        let number = bare.fold(0_u128, |number, digit| number * 10 + u128::from(*digit));
        // 27 digits hold a little more than 88 bits: what is above was never given out.
        if number >> PHRASE_BITS == 0 { Ok(Self(number)) } else { Err(PhraseError::CheckDigit) }
    }
}

impl PartialEq for Phrase {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Phrase {}

impl fmt::Debug for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phrase(..)")
    }
}

/// A readable name from a hash, such as `river candle 42`: so that people can call each other something
/// for a week. About 28 bits: fit for telling the members of a room apart, not for proving anything.
pub fn name_words(hash: &bystand_wire::Hash32) -> String {
    let [a, b, c, d, e, ..] = hash.0;
    let index = |high: u8, low: u8| usize::from(u16::from_be_bytes([high, low]) & 0x7ff);
    format!("{} {} {}", word(index(a, b)), word(index(c, d)), e % 90 + 10)
}

/// Draws a passphrase for a vault: six words, 66 bits.
pub fn passphrase(rng: &mut impl CryptoRng) -> Zeroizing<String> {
    let mut passphrase = Zeroizing::new(String::with_capacity(9 * PASSPHRASE_WORDS));
    for n in 0..PASSPHRASE_WORDS {
        if n > 0 {
            passphrase.push(' ');
        }
        passphrase.push_str(word(usize::try_from(rng.next_u32() & 0x7ff).unwrap_or(0)));
    }
    passphrase
}

/// A crude lower bound of a passphrase's strength in bits, to refuse what is plainly weak; it cannot
/// tell that a passphrase is strong. Different words of the list count 11 bits each, unless they
/// follow one another on it. Anything else counts 2 to 4 bits a character by how many kinds of
/// characters it mixes; repeated and consecutive characters and pieces seen before count nothing.
pub fn estimate_bits(passphrase: &str) -> u32 {
    let mut bits = 0;
    let mut seen = BTreeSet::new();
    let mut last: Option<u16> = None;
    let mut rest = Zeroizing::new(String::new());
    for token in passphrase.split_whitespace() {
        match Language::English.find_word(&token.to_lowercase()) {
            Some(index) => {
                let neighbor = last.is_some_and(|last| last.abs_diff(index) <= 1);
                if seen.insert(index) && !neighbor {
                    bits += WORD_BITS;
                }
                last = Some(index);
            }
            None => rest.push_str(token),
        }
    }
    bits + estimate_characters(&rest)
}

fn estimate_characters(text: &str) -> u32 {
    let kinds: [fn(char) -> bool; 4] =
        [|c| c.is_lowercase(), |c| c.is_uppercase(), |c| c.is_numeric(), |c| !c.is_alphanumeric()];
    let mixed = kinds.iter().filter(|kind| text.chars().any(kind)).count();
    let each = match mixed {
        0 | 1 => 2,
        2 => 3,
        _ => 4,
    };
    let folded: Vec<char> = text.to_lowercase().chars().collect();
    let mut pieces = BTreeSet::new();
    let mut counted = u32::from(!folded.is_empty());
    for (n, pair) in folded.windows(2).enumerate() {
        let [before, here] = pair else { continue };
        let step = u32::from(*before).abs_diff(u32::from(*here));
        let repeated = folded.get(n.saturating_sub(1)..n + 2).is_some_and(|piece| !pieces.insert(piece));
        if step > 1 && !repeated {
            counted += 1;
        }
    }
    counted * each
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\u{2013}' | ',' | '.')
}

fn word(index: usize) -> &'static str {
    Language::English.word_list().get(index).copied().unwrap_or_default()
}

/// The nearest word of the list, when it differs by at most two letters.
fn nearest(typed: &str) -> Option<&'static str> {
    let scored = Language::English.word_list().iter().map(|word| (distance(typed, word), *word));
    scored.min_by_key(|(distance, _)| *distance).filter(|(distance, _)| *distance <= 2).map(|(_, word)| word)
}

/// Letters to insert, delete or change to make one word of another (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(16).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let changed = diagonal + usize::from(x != *y);
            diagonal = *cell;
            left = changed.min(*cell + 1).min(left + 1);
            *cell = left;
        }
    }
    // Letters beyond the sixteenth are further than any word reaches.
    row.last().copied().unwrap_or(0) + a.chars().count().saturating_sub(16)
}

/// Check digit by H. M. Damm's totally anti-symmetric quasigroup of order 10.
fn damm(digits: impl Iterator<Item = u8>) -> u8 {
    const TABLE: [[u8; 10]; 10] = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
        [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
        [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
        [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
        [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
        [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
        [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ];
    digits.fold(0, |row, digit| {
        TABLE.get(usize::from(row)).and_then(|r| r.get(usize::from(digit))).copied().unwrap_or(0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ELSEWHERE, NETWORK, rng};
    use proptest::prelude::*;

    #[test]
    fn the_ends_of_the_range() {
        let zero = Phrase(0);
        assert_eq!(zero.words().as_str(), ["abandon"; 8].join(" "));
        assert_eq!(zero.digits().as_str(), "0000 0000 0000 0000 0000 0000 0000");
        let top = Phrase((1 << 88) - 1);
        assert_eq!(top.words().as_str(), ["zoo"; 8].join(" "));
        // 2^88 - 1 = 309485009821345068724781055.
        assert!(top.digits().starts_with("3094 8500 9821 3450 6872 4781 055"));
        // Damm's own example: 572 has the check digit 4.
        assert_eq!(damm([5, 7, 2].into_iter()), 4);
    }

    #[test]
    fn reads_forgivingly() {
        let phrase = Phrase::generate(&mut rng(1));
        let words = phrase.words();
        let digits = phrase.digits();
        for text in [
            words.to_uppercase(),
            words.replace(' ', "-"),
            words.replace(' ', ",  \n"),
            format!("  {}. ", words.as_str()),
            digits.replace(' ', ""),
            digits.replace(' ', "-"),
            format!("\t{}\n", digits.as_str()),
        ] {
            assert_eq!(Phrase::parse(&text), Ok(phrase.clone()), "{text}");
        }
    }

    #[test]
    fn errors_help_whoever_typed_it() {
        let good = "abandon ability able about above absent absorb";
        let wrong = |last: &str| Phrase::parse(&format!("{good} {last}")).expect_err("wrong");
        assert_eq!(
            wrong("zebre").to_string(),
            "word 8 is not one of the words used: \"zebre\" (did you mean \"zebra\"?)"
        );
        assert_eq!(
            wrong("qqqqqqq"),
            PhraseError::UnknownWord { position: 8, word: "qqqqqqq".into(), suggestion: None }
        );
        assert_eq!(wrong("zoo zoo"), PhraseError::WordCount(9));
        assert_eq!(wrong("7"), PhraseError::Mixed);
        assert_eq!(Phrase::parse(""), Err(PhraseError::WordCount(0)));
        assert_eq!(Phrase::parse("1234"), Err(PhraseError::DigitCount(4)));
        assert_eq!(Phrase::parse("1234+"), Err(PhraseError::Mixed));
        assert_eq!(Phrase::parse(&"1".repeat(513)), Err(PhraseError::TooLong));
    }

    #[test]
    fn one_wrong_digit_or_two_exchanged_are_noticed() {
        let digits: Vec<char> = Phrase::generate(&mut rng(2)).digits().replace(' ', "").chars().collect();
        for at in 0..PHRASE_DIGITS {
            for other in "0123456789".chars().filter(|c| *c != digits[at]) {
                let mut bad = digits.clone();
                bad[at] = other;
                assert_eq!(Phrase::parse(&bad.iter().collect::<String>()), Err(PhraseError::CheckDigit));
            }
            if at > 0 && digits[at] != digits[at - 1] {
                let mut bad = digits.clone();
                bad.swap(at, at - 1);
                assert_eq!(Phrase::parse(&bad.iter().collect::<String>()), Err(PhraseError::CheckDigit));
            }
        }
    }

    #[test]
    fn digits_above_88_bits_are_refused() {
        let above = format!("{:027}", 1_u128 << 88);
        let check = damm(above.bytes().map(|b| b - b'0'));
        assert_eq!(Phrase::parse(&format!("{above}{check}")), Err(PhraseError::CheckDigit));
    }

    #[test]
    fn derived_secrets_differ_by_phrase_label_and_network() {
        let [a, b] = [Phrase(1), Phrase(2)];
        let all: BTreeSet<[u8; 32]> = [
            *a.derive(&NETWORK, "reply"),
            *a.derive(&NETWORK, "other"),
            *a.derive(&ELSEWHERE, "reply"),
            *b.derive(&NETWORK, "reply"),
        ]
        .into();
        assert_eq!(all.len(), 4);
        assert_eq!(a.derive(&NETWORK, "reply"), Phrase(1).derive(&NETWORK, "reply"));
    }

    #[test]
    fn passphrases_are_strong_and_plain_ones_are_not() {
        for seed in 0..50 {
            let drawn = passphrase(&mut rng(seed));
            assert_eq!(drawn.split(' ').count(), PASSPHRASE_WORDS);
            assert!(estimate_bits(&drawn) >= PASSPHRASE_MIN_BITS, "{}", drawn.as_str());
            assert!(estimate_bits(&drawn.to_uppercase()) >= PASSPHRASE_MIN_BITS);
        }
        for weak in [
            "",
            "password",
            "Password123!",
            "Password123!Password123!",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "abandon abandon abandon abandon abandon abandon",
            "abandon ability able about above absent",
            "zebra river",
            "thisismyverysecret",
        ] {
            assert!(estimate_bits(weak) < PASSPHRASE_MIN_BITS, "{weak}: {}", estimate_bits(weak));
        }
        // What a password manager makes.
        assert!(estimate_bits("t7#Wq2!xKe9@pLz4") >= PASSPHRASE_MIN_BITS);
    }

    #[test]
    fn distances_are_right() {
        for (a, b, d) in [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("zebre", "zebra", 1)] {
            assert_eq!((distance(a, b), distance(b, a)), (d, d), "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn round_trips(seed: u64) {
            let phrase = Phrase::generate(&mut rng(seed));
            prop_assert_eq!(Phrase::parse(&phrase.words()), Ok(phrase.clone()));
            prop_assert_eq!(Phrase::parse(&phrase.digits()), Ok(phrase.clone()));
            prop_assert_eq!(phrase.digits().len(), 34);
        }

        #[test]
        fn never_panics(text in ".{0,600}", digits in "[0-9 -]{0,40}") {
            let _ = Phrase::parse(&text);
            let _ = Phrase::parse(&digits);
            let _ = estimate_bits(&text);
        }
    }
}
