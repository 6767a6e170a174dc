//! A member in the street: answers call-outs or not, goes, looks, says what they saw.

use bystand_core::alerts::{FalseAlarm, HowEnded, Outcome};
use bystand_wire::Timestamp;

use super::affairs::{Affair, Truth};

/// How a member is. Hostile ones were admitted like everybody else: practice knows it to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Character {
    /// Means well.
    Honest,
    /// Says the opposite of what is there. Two of them in one pair say the same.
    Liar,
    /// Sends made-up reports in a member's name, which count more than a neighbor's.
    Flooder,
    /// Answers every call-out at once, to learn exact places, and then neither goes nor says so.
    Spy,
}

impl Character {
    /// The character of the nth hostile member.
    pub fn hostile(n: u64) -> Self {
        match n % 3 {
            0 => Character::Liar,
            1 => Character::Flooder,
            _ => Character::Spy,
        }
    }

    /// Whether they mean harm.
    pub fn is_hostile(self) -> bool {
        self != Character::Honest
    }
}

/// What somebody who looks carefully sees of an affair at a moment. Whoever is sent because of an alert asks
/// around, and hears that it was so and is over.
pub fn sees(affair: Option<&Affair>, has_alert: bool, now: Timestamp) -> Outcome {
    let nothing = Outcome::FalseAlarm(FalseAlarm::NothingThere);
    match affair.map(|affair| (affair.truth, now < affair.until)) {
        Some((Truth::Real(_), true)) => Outcome::Confirmed,
        Some((Truth::Real(_), false)) if has_alert => Outcome::Over(HowEnded::LeftUnknown),
        Some((Truth::FalseAlarm(what), _)) => Outcome::FalseAlarm(what),
        Some((Truth::Real(_) | Truth::Invented | Truth::Denunciation | Truth::Flood, _)) | None => nothing,
    }
}

/// What somebody says who errs, or lies.
pub fn errs(seen: Outcome) -> Outcome {
    match seen {
        Outcome::Confirmed | Outcome::Over(_) => Outcome::FalseAlarm(FalseAlarm::CityPolice),
        Outcome::FalseAlarm(_) => Outcome::Confirmed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_three_of_each_kind_of_harm() {
        let kinds: Vec<Character> = (0..6).map(Character::hostile).collect();
        for kind in [Character::Liar, Character::Flooder, Character::Spy] {
            assert_eq!(kinds.iter().filter(|k| **k == kind).count(), 2);
            assert!(kind.is_hostile());
        }
        assert_eq!(errs(errs(Outcome::Confirmed)), Outcome::Confirmed);
    }
}
