//! Points at things in a text that Bystand does not want: license plates, phone numbers, document
//! numbers. It only warns the person who writes and the dispatcher who can strike; it never blocks,
//! and it keeps no list. It would rather point at a street number than miss a plate.

use super::TextRange;

/// What something in a text looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConcernKind {
    /// Letters and digits mixed as on a license plate.
    LicensePlate,
    /// Seven, ten or eleven digits as in a phone number.
    PhoneNumber,
    /// Nine digits as in a Social Security number.
    SocialSecurityNumber,
    /// An A and eight or nine digits, as on immigration papers.
    AlienNumber,
    /// An e-mail address.
    EmailAddress,
}

words!(ConcernKind, LicensePlate => "license-plate", PhoneNumber => "phone-number", SocialSecurityNumber => "social-security-number", AlienNumber => "alien-number", EmailAddress => "email-address");

/// One thing to look at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Concern {
    /// Where in the text.
    pub range: TextRange,
    /// What it looks like.
    pub kind: ConcernKind,
}

/// What in a text somebody should look at again, in order of place, without overlaps.
pub fn screen_text(text: &str) -> Vec<Concern> {
    let chars: Vec<char> = text.chars().collect();
    let words = words_of(&chars);
    let mut found = Vec::new();
    let mut taken = 0;
    for (index, word) in words.iter().enumerate() {
        if word.from < taken {
            continue;
        }
        let rest = words.get(index..).unwrap_or_default();
        let hit = email(&chars, word).or_else(|| numbers(&chars, rest)).or_else(|| plate(rest));
        if let Some((kind, end)) = hit
            && let Some(range) = TextRange::of(word.from, end.saturating_sub(word.from))
        {
            taken = end;
            found.push(Concern { range, kind });
        }
    }
    found
}

/// A run of letters and digits with its place in the text.
struct Word {
    from: usize,
    end: usize,
    text: String,
}

impl Word {
    fn digits(&self) -> usize {
        self.text.chars().filter(char::is_ascii_digit).count()
    }

    fn is_number(&self) -> bool {
        self.digits() == self.text.chars().count()
    }
}

fn words_of(chars: &[char]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for (index, c) in chars.iter().enumerate().filter(|(_, c)| c.is_alphanumeric()) {
        match words.last_mut().filter(|word| word.end == index) {
            Some(word) => {
                word.end = index + 1;
                word.text.push(*c);
            }
            None => words.push(Word { from: index, end: index + 1, text: c.to_string() }),
        }
    }
    words
}

fn email(chars: &[char], word: &Word) -> Option<(ConcernKind, usize)> {
    let part = |c: &&char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    let name = chars.get(word.from..)?.iter().take_while(part).count();
    let at = word.from + name;
    if chars.get(at) != Some(&'@') {
        return None;
    }
    let host: String = chars.get(at + 1..)?.iter().take_while(part).collect();
    let host = host.trim_end_matches(['.', '-', '_', '+']);
    host.contains('.').then(|| (ConcernKind::EmailAddress, at + 1 + host.chars().count()))
}

/// Groups of digits a space, hyphen, dot or bracket apart, taken together; an A in front may be its
/// own word or stuck to the first group.
fn numbers(chars: &[char], words: &[Word]) -> Option<(ConcernKind, usize)> {
    let first = words.first()?;
    let leading_a = first.text.strip_prefix(['A', 'a']).map(str::to_owned);
    let mut groups = Vec::new();
    let mut end = first.from;
    for (index, word) in words.iter().enumerate() {
        let gap = chars.get(end..word.from).unwrap_or_default();
        if index > 0 && (gap.len() > 2 || !gap.iter().all(|c| matches!(c, ' ' | '-' | '.' | '(' | ')' | '#')))
        {
            break;
        }
        let digits = match &leading_a {
            Some(rest) if index == 0 => rest.as_str(),
            _ if word.is_number() => word.text.as_str(),
            _ => break,
        };
        if !digits.chars().all(|c| c.is_ascii_digit()) {
            break;
        }
        groups.push(digits.len());
        end = word.end;
    }
    let total: usize = groups.iter().sum();
    let kind = match (leading_a.is_some(), total, groups.as_slice()) {
        (true, 8 | 9, _) => ConcernKind::AlienNumber,
        (true, _, _) => return None,
        (false, 9, [9] | [3, 2, 4]) => ConcernKind::SocialSecurityNumber,
        (false, 10, _) => ConcernKind::PhoneNumber,
        (false, 11, _) if first.text.starts_with('1') => ConcernKind::PhoneNumber,
        (false, 7, [3, 4] | [7]) => ConcernKind::PhoneNumber,
        (false, _, _) => return None,
    };
    Some((kind, end))
}

/// Five to eight letters and digits mixed, or two or three capitals and three or four digits apart.
fn plate(words: &[Word]) -> Option<(ConcernKind, usize)> {
    let first = words.first()?;
    let len = first.text.chars().count();
    let letters = first.text.chars().filter(char::is_ascii_alphabetic).count();
    let digits = first.digits();
    if (5..=8).contains(&len)
        && letters + digits == len
        && letters >= 1
        && digits >= 2
        && !is_ordinary(&first.text)
    {
        return Some((ConcernKind::LicensePlate, first.end));
    }
    let second = words.get(1).filter(|word| word.from == first.end + 1)?;
    let capitals =
        |word: &Word| (2..=3).contains(&word.text.len()) && word.text.bytes().all(|b| b.is_ascii_uppercase());
    let number = |word: &Word| (3..=4).contains(&word.text.len()) && word.is_number();
    let split =
        (capitals(first) && number(second)) || (number(first) && capitals(second) && first.text.len() == 3);
    split.then_some((ConcernKind::LicensePlate, second.end))
}

/// Ordinals ("121st"), times ("1030pm") and counts ("1200ft") are no plates.
fn is_ordinary(text: &str) -> bool {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let rest: String = text.chars().skip(digits).collect::<String>().to_ascii_lowercase();
    digits > 0
        && matches!(
            rest.as_str(),
            "st" | "nd" | "rd" | "th" | "am" | "pm" | "ft" | "km" | "mi" | "m" | "s" | "mph"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use ConcernKind::{AlienNumber, EmailAddress, LicensePlate, PhoneNumber, SocialSecurityNumber};
    use proptest::prelude::*;

    fn check(text: &str, expected: &[(ConcernKind, &str)]) {
        let chars: Vec<char> = text.chars().collect();
        let found: Vec<(ConcernKind, String)> = screen_text(text)
            .into_iter()
            .map(|c| (c.kind, chars[c.range.from as usize..c.range.end() as usize].iter().collect()))
            .collect();
        let expected: Vec<(ConcernKind, String)> =
            expected.iter().map(|(k, s)| (*k, (*s).to_owned())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn points_at_what_should_not_be_written() {
        check("white van ABC 123 parked", &[(LicensePlate, "ABC 123")]);
        check("plate abc123", &[(LicensePlate, "abc123")]);
        check("8KLM204 and 123-XYZ", &[(LicensePlate, "8KLM204"), (LicensePlate, "123-XYZ")]);
        check(
            "call 612-555-0142 or (612) 555 0142",
            &[(PhoneNumber, "612-555-0142"), (PhoneNumber, "612) 555 0142")],
        );
        check("1 612 555 0142, 5550142", &[(PhoneNumber, "1 612 555 0142"), (PhoneNumber, "5550142")]);
        check("ssn 123-45-6789", &[(SocialSecurityNumber, "123-45-6789")]);
        check("123456789", &[(SocialSecurityNumber, "123456789")]);
        check(
            "A123456789; A 123 456 789; a#12345678",
            &[(AlienNumber, "A123456789"), (AlienNumber, "A 123 456 789"), (AlienNumber, "a#12345678")],
        );
        check("écris à ana.ruiz@example.org.", &[(EmailAddress, "ana.ruiz@example.org")]);
    }

    #[test]
    fn leaves_ordinary_reports_alone() {
        for text in [
            "",
            "Two white vans at Lake St and 12th Ave, 4 or 5 people in green vests",
            "121st Street, 1030am, near I-35W, 3 SUVs, about 20 people",
            "Seen at 14:05, again 14:20. 2300 block of Chicago Ave",
            "a 4 door car with a dozen agents",
            "cerca de la calle 38 y la avenida Bloomington, 2 camionetas",
        ] {
            check(text, &[]);
        }
    }

    proptest! {
        #[test]
        fn ranges_are_in_order_and_in_the_text(text in "[aA0-9 .@()#é-]{0,60}") {
            let count = u32::try_from(text.chars().count()).expect("short");
            let mut last = 0;
            for concern in screen_text(&text) {
                prop_assert!(concern.range.from >= last && concern.range.len > 0);
                last = concern.range.end();
                prop_assert!(last <= count);
            }
        }

        #[test]
        fn never_panics(text in ".{0,200}") {
            let _ = screen_text(&text);
        }
    }
}
