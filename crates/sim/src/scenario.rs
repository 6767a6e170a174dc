//! The kinds of days.

use std::str::FromStr;

/// A kind of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    /// A quiet city day: nearly everything is a false alarm.
    Ordinary,
    /// Sixty real incidents.
    Surge,
    /// Many false reports, nothing real.
    RumorDay,
    /// Hostile reports with three true ones among them, one of these by a printed card's pass.
    Flood,
    /// Something crashes every minute.
    Crash,
    /// One dispatcher.
    Night,
    /// One in twenty members is hostile.
    Infiltrated,
}

impl Scenario {
    /// All of them.
    pub const ALL: [Scenario; 7] = [
        Scenario::Ordinary,
        Scenario::Surge,
        Scenario::RumorDay,
        Scenario::Flood,
        Scenario::Crash,
        Scenario::Night,
        Scenario::Infiltrated,
    ];

    /// As it is named on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Scenario::Ordinary => "ordinary",
            Scenario::Surge => "surge",
            Scenario::RumorDay => "rumor-day",
            Scenario::Flood => "flood",
            Scenario::Crash => "crash",
            Scenario::Night => "night",
            Scenario::Infiltrated => "infiltrated",
        }
    }

    /// How many of a day's affairs are real, with so many reports. Practice: two of thousands in one city
    /// in two weeks; an ordinary day here has more, so that alerts are measured at all.
    pub fn real_affairs(self, reports: usize) -> usize {
        match self {
            Scenario::Ordinary | Scenario::Night | Scenario::Crash | Scenario::Infiltrated => {
                (reports / 12).max(1)
            }
            Scenario::Surge => 60.min(reports),
            Scenario::RumorDay => 0,
            Scenario::Flood => 3,
        }
    }

    /// Whether what is not real is sent by somebody who wants to drown the rest.
    pub fn is_flood(self) -> bool {
        self == Scenario::Flood
    }

    /// One in so many members is hostile; none where nobody is.
    pub fn hostile_one_in(self) -> Option<u64> {
        (self == Scenario::Infiltrated).then_some(20)
    }

    /// Reports of neighbors among what is not real, in permille. Assumed.
    pub fn denunciations(self) -> u32 {
        match self {
            Scenario::Ordinary
            | Scenario::Surge
            | Scenario::Night
            | Scenario::Crash
            | Scenario::Infiltrated => 60,
            Scenario::RumorDay => 20,
            Scenario::Flood => 0,
        }
    }

    /// Dispatchers on shift. Practice: one to three; more are called in on a bad day (assumed).
    pub fn dispatchers(self) -> usize {
        match self {
            Scenario::Ordinary | Scenario::Crash | Scenario::Infiltrated => 3,
            Scenario::Surge | Scenario::RumorDay | Scenario::Flood => 6,
            Scenario::Night => 1,
        }
    }

    /// How often a machine somewhere crashes, in milliseconds; none where nothing does.
    pub fn crash_every_ms(self) -> Option<u64> {
        (self == Scenario::Crash).then_some(bystand_wire::time::MINUTE_MS)
    }
}

/// There is no such scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no scenario {0}: take one of ordinary, surge, rumor-day, flood, crash, night, infiltrated")]
pub struct UnknownScenario(String);

impl FromStr for Scenario {
    type Err = UnknownScenario;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownScenario(text.to_owned()))
    }
}
