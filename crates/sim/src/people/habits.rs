//! How people are: plain numbers, each with where it comes from. *practice* and *facts* are notes collected
//! from published guides and measurements; *assumed* is nobody's figure, and a result that hangs on one says
//! little.

use bystand_wire::time::{HOUR_MS, MINUTE_MS, SECOND_MS};

/// Times are medians in milliseconds, shares in permille.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habits {
    /// How long a member is on duty. Assumed.
    pub duty_ms: u64,
    /// From one look of a dispatcher at the screen to the next while nothing is under way. Assumed.
    pub look_ms: u64,
    /// A dispatcher's time for one decision: reading, and pressing one of the six keys. Assumed.
    pub decide_ms: u64,
    /// The same when more than this many wait: people hurry, and err more. Assumed.
    pub hurry_from: usize,
    /// Joins that a dispatcher does against what the events are, when tired or in a hurry. Assumed.
    pub wrong_join: u32,
    /// Members near by who answer a call-out. Assumed; nobody is obliged.
    pub answer: u32,
    /// Time until they do. The desk is told after 60 s without an answer (flows, branches).
    pub answer_ms: u64,
    /// The way there. Assumed: two or three kilometers in a city.
    pub travel_ms: u64,
    /// Hostile members' time until they answer a call-out, and until they say the opposite of what is there.
    pub hostile_answer_ms: u64,
    /// From one loss of a phone's network to the next; batteries and sleep included. Assumed.
    pub gap_every_ms: u64,
    /// How long it lasts.
    pub gap_ms: u64,
    /// Phones' clocks are off by up to so much; one in ten by nine times as much. Assumed; the relay bears
    /// five minutes.
    pub skew_ms: u64,
    /// Time on the scene before a finding. Assumed.
    pub look_around_ms: u64,
    /// Findings that are wrong in good faith. Assumed.
    pub wrong_finding: u32,
    /// Signs that are asked for and not given. Assumed.
    pub silent: u32,
    /// A neighbor's time from seeing something to pressing *send*. Assumed.
    pub write_ms: u64,
    /// Reports of one event beyond the first: each next one comes with this share. Practice: the same thing
    /// is called in several times.
    pub another_report: u32,
    /// Reports of people who did not see it themselves. Practice: second-hand calls are common.
    pub second_hand: u32,
    /// Reports whose place is off by some blocks. Assumed.
    pub misplaced: u32,
    /// Reports in another language than English. Practice: intake in two languages.
    pub other_language: u32,
    /// Neighbors who close the page as soon as the report is sent. Assumed.
    pub leaves_at_once: u32,
    /// How long the others keep it open. Assumed.
    pub stays_ms: u64,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            duty_ms: 3 * HOUR_MS,
            look_ms: 6 * SECOND_MS,
            decide_ms: 9 * SECOND_MS,
            hurry_from: 20,
            wrong_join: 5,
            answer: 450,
            answer_ms: 25 * SECOND_MS,
            travel_ms: 6 * MINUTE_MS,
            hostile_answer_ms: 3 * SECOND_MS,
            gap_every_ms: 45 * MINUTE_MS,
            gap_ms: 2 * MINUTE_MS,
            skew_ms: 20 * SECOND_MS,
            look_around_ms: 3 * MINUTE_MS,
            wrong_finding: 15,
            silent: 100,
            write_ms: 70 * SECOND_MS,
            another_report: 350,
            second_hand: 250,
            misplaced: 60,
            other_language: 300,
            leaves_at_once: 300,
            stays_ms: 15 * MINUTE_MS,
        }
    }
}
