//! A member in the street: answers call-outs or not, goes, looks, says what they saw.

use bystand_core::alerts::{FalseAlarm, Outcome};
use bystand_wire::Timestamp;

use super::affairs::{Affair, Truth};

/// What somebody who looks carefully sees of an affair at a moment.
pub fn sees(affair: Option<&Affair>, now: Timestamp) -> Outcome {
    match affair.map(|affair| (affair.truth, now < affair.until)) {
        Some((Truth::Real(_), true)) => Outcome::Confirmed,
        Some((Truth::FalseAlarm(what), _)) => Outcome::FalseAlarm(what),
        Some((Truth::Real(_), false) | (Truth::Denunciation | Truth::Flood, _)) | None => {
            Outcome::FalseAlarm(FalseAlarm::NothingThere)
        }
    }
}

/// What somebody says who errs.
pub fn errs(seen: Outcome) -> Outcome {
    match seen {
        Outcome::Confirmed | Outcome::Over(_) => Outcome::FalseAlarm(FalseAlarm::CityPolice),
        Outcome::FalseAlarm(_) => Outcome::Confirmed,
    }
}
