//! The kinds of days.

use std::str::FromStr;

/// True reports in a flood; the first is told by a printed card's pass.
const FLOOD_TRUE: u64 = 3;
/// Real incidents in a surge of a day.
const SURGE_REAL: u64 = 60;

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

    /// How many reports come in so many hours when nobody says how many. An ordinary day has the 2,000 on
    /// which the simulator is judged; practice knows 3 to 100 calls a day, 1,300 in a month of rumors, and
    /// 16,400 hostile calls in a day.
    pub fn usual_reports(self, hours: u64) -> usize {
        let a_day: u64 = match self {
            Scenario::Ordinary => 2_000,
            Scenario::Surge => 1_000,
            Scenario::RumorDay => 1_300,
            Scenario::Flood => 16_400 + FLOOD_TRUE,
            Scenario::Crash => 600,
            Scenario::Night => 150,
            Scenario::Infiltrated => 1_000,
        };
        usize::try_from((a_day * hours).div_ceil(24)).unwrap_or(usize::MAX)
    }

    /// How many of a day's affairs are real, with so many reports in so many hours. Practice: two of
    /// thousands in one city in two weeks; an ordinary day here has more, so that alerts are measured at all.
    pub fn real_affairs(self, reports: usize, hours: u64) -> usize {
        match self {
            Scenario::Ordinary | Scenario::Night | Scenario::Crash | Scenario::Infiltrated => {
                (reports / 12).max(1)
            }
            Scenario::Surge => {
                let scaled = (SURGE_REAL * hours).div_ceil(24).clamp(1, SURGE_REAL);
                usize::try_from(scaled).unwrap_or(usize::MAX).min(reports)
            }
            Scenario::RumorDay => 0,
            Scenario::Flood => usize::try_from(FLOOD_TRUE).unwrap_or(usize::MAX),
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

    /// How many seconds a day of it may take on two cores, with 5,000 members; of the others nothing is asked.
    pub fn wall_time(self) -> Option<f64> {
        match self {
            Scenario::Ordinary => Some(60.0),
            Scenario::Flood => Some(300.0),
            Scenario::Surge
            | Scenario::RumorDay
            | Scenario::Crash
            | Scenario::Night
            | Scenario::Infiltrated => None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scenario_has_its_own_size_and_it_goes_with_the_hours() {
        let sizes =
            Scenario::ALL.map(|s| (s.as_str(), s.usual_reports(24), s.real_affairs(s.usual_reports(24), 24)));
        let expected = [
            ("ordinary", 2_000, 166),
            ("surge", 1_000, 60),
            ("rumor-day", 1_300, 0),
            ("flood", 16_403, 3),
            ("crash", 600, 50),
            ("night", 150, 12),
            ("infiltrated", 1_000, 83),
        ];
        assert_eq!(sizes, expected);
        assert_eq!((Scenario::Surge.usual_reports(6), Scenario::Surge.real_affairs(250, 6)), (250, 15));
        assert_eq!(Scenario::Surge.real_affairs(3_000, 48), 60);
        assert_eq!(Scenario::Flood.real_affairs(100, 1), 3);
        assert!("weekend".parse::<Scenario>().is_err_and(|e| e.to_string().contains("rumor-day")));
    }
}
