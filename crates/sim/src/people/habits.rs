//! How people are: plain numbers, each with where it comes from. *practice* and *facts* are notes collected
//! from published guides and measurements; *assumed* is nobody's figure, and a result that hangs on one says
//! little. `docs/simulator.md` says which results do.

use bystand_wire::time::{HOUR_MS, MINUTE_MS, SECOND_MS};

/// Times are medians in milliseconds, shares in permille.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Habits {
    /// Neighbors.
    pub neighbors: Neighbors,
    /// Dispatchers.
    pub desk: Desk,
    /// Members in the street.
    pub members: Members,
    /// Phones.
    pub phones: Phones,
}

/// Neighbors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbors {
    /// From seeing something to pressing *send*. Assumed.
    pub write_ms: u64,
    /// Reports of one event beyond the first: each next one comes with this share. Practice: the same thing
    /// is called in several times.
    pub another_report: u32,
    /// How long after the first one the others begin to write. Assumed.
    pub another_ms: u64,
    /// Reports of people who did not see it themselves. Practice: second-hand calls are common.
    pub second_hand: u32,
    /// Of these, those that come long after the fact. Practice: calls after the fact are wanted too.
    pub after_the_fact: u32,
    /// How long after it. Assumed.
    pub after_the_fact_ms: u64,
    /// Reports that say when it was (the others: now, or not known). Assumed.
    pub says_when: u32,
    /// Reports that take it for something else. Assumed.
    pub mistaken: u32,
    /// Reports that count one vehicle more or less than there are; people are always counted to one. Assumed.
    pub miscounted: u32,
    /// Reports whose place is off by some blocks. Assumed.
    pub misplaced: u32,
    /// Reports with cross streets and no pin. Assumed.
    pub words_only: u32,
    /// Reports with a pin and no words. Assumed.
    pub pin_only: u32,
    /// Reports of something at a door that say it is a home: no pin, no words in the casebook. Assumed.
    pub at_home: u32,
    /// Reports in another language than English. Practice: intake in two languages.
    pub other_language: u32,
    /// What is not real and is invented, to send people there; nobody tells of it at second hand. Assumed; practice knows a month of 1,300 false calls after rumors.
    pub invented: u32,
    /// Neighbors who close the page as soon as the report is sent. Assumed.
    pub leaves_at_once: u32,
    /// How long the others keep it open. Assumed.
    pub stays_ms: u64,
    /// Of wrong alerts: those that somebody near reads who looks out and says that nothing is there.
    /// Assumed: an alert names some blocks, in which hundreds live.
    pub doubts: u32,
    /// How long that takes. Assumed.
    pub doubts_ms: u64,
}

/// Dispatchers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// The longest shift. Practice: shifts recur, some hours each.
    pub shift_ms: u64,
    /// From one look at the screen to the next while nothing is under way. Assumed.
    pub look_ms: u64,
    /// One decision: reading, and pressing one of the six keys. Assumed.
    pub decide_ms: u64,
    /// How much longer reading another language takes. Assumed.
    pub other_language: u32,
    /// After so long on shift people get tired. Assumed.
    pub tired_ms: u64,
    /// How much slower for each hour beyond that. Assumed.
    pub slower: u32,
    /// When more than this many wait people hurry, and err more. Assumed.
    pub hurry_from: usize,
    /// Decisions to check in which somebody joins to the wrong incident instead: one of those near. Doubled
    /// when tired, and in a hurry. Assumed.
    pub wrong_join: u32,
    /// Proposals to join that are wrong and are seen to be, by reading both reports. Assumed.
    pub reads_both: u32,
    /// Wrong joins and wrong dismissals that are noticed and undone, a minute or so later. Assumed.
    pub notices: u32,
    /// Real events dismissed at a glance as unfounded: decisions to check. Assumed.
    pub dismisses: u32,
}

/// Members in the street.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members {
    /// How long one is on duty. Assumed.
    pub duty_ms: u64,
    /// Those near by who answer a call-out. Assumed; nobody is obliged.
    pub answer: u32,
    /// Time until they do. The desk is told after 60 s without an answer (flows, branches).
    pub answer_ms: u64,
    /// The way there; a pair meets first and arrives together. Assumed: two or three kilometers in a city.
    pub travel_ms: u64,
    /// Time on the scene before a finding. Assumed.
    pub look_around_ms: u64,
    /// The second of a pair says what they saw so long after the first. Assumed.
    pub second_ms: u64,
    /// Those who cannot go after all. Assumed.
    pub withdraws: u32,
    /// Those who neither go nor say so. Assumed.
    pub never_comes: u32,
    /// Findings that it could not be checked. Practice: one of the three outcomes.
    pub could_not: u32,
    /// Findings that are wrong in good faith. Assumed.
    pub wrong_finding: u32,
    /// Signs that are asked for and not given. Assumed.
    pub silent: u32,
    /// Those who are stopped or arrested on the scene of something real. Assumed.
    pub stopped: u32,
    /// How long until they are safe. Assumed.
    pub stopped_ms: u64,
    /// Those who left an emergency envelope. Assumed.
    pub envelope: u32,
    /// Hostile members' time until they answer a call-out. Assumed: they wait for it.
    pub hostile_answer_ms: u64,
    /// From one made-up report of a hostile member to the next. Assumed.
    pub hostile_report_ms: u64,
}

/// Phones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phones {
    /// From one loss of the network to the next; sleep included. Assumed.
    pub gap_every_ms: u64,
    /// How long it lasts.
    pub gap_ms: u64,
    /// Gaps that are an empty battery. Assumed.
    pub battery: u32,
    /// How long until it is charged. Assumed.
    pub battery_ms: u64,
    /// Clocks are off by up to so much; one in ten by nine times as much. Assumed; the relay bears five
    /// minutes.
    pub skew_ms: u64,
}

impl Default for Neighbors {
    fn default() -> Self {
        Self {
            write_ms: 70 * SECOND_MS,
            another_report: 350,
            another_ms: 6 * MINUTE_MS,
            second_hand: 250,
            after_the_fact: 150,
            after_the_fact_ms: 40 * MINUTE_MS,
            says_when: 600,
            mistaken: 100,
            miscounted: 200,
            misplaced: 60,
            words_only: 100,
            pin_only: 350,
            at_home: 250,
            other_language: 300,
            invented: 40,
            leaves_at_once: 300,
            stays_ms: 15 * MINUTE_MS,
            doubts: 900,
            doubts_ms: 2 * MINUTE_MS,
        }
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            shift_ms: 6 * HOUR_MS,
            look_ms: 6 * SECOND_MS,
            decide_ms: 9 * SECOND_MS,
            other_language: 500,
            tired_ms: 4 * HOUR_MS,
            slower: 100,
            hurry_from: 20,
            wrong_join: 3,
            reads_both: 500,
            notices: 500,
            dismisses: 3,
        }
    }
}

impl Default for Members {
    fn default() -> Self {
        Self {
            duty_ms: 3 * HOUR_MS,
            answer: 450,
            answer_ms: 25 * SECOND_MS,
            travel_ms: 6 * MINUTE_MS,
            look_around_ms: 3 * MINUTE_MS,
            second_ms: 90 * SECOND_MS,
            withdraws: 30,
            never_comes: 20,
            could_not: 60,
            wrong_finding: 15,
            silent: 100,
            stopped: 10,
            stopped_ms: 2 * HOUR_MS,
            envelope: 600,
            hostile_answer_ms: 3 * SECOND_MS,
            hostile_report_ms: 40 * MINUTE_MS,
        }
    }
}

impl Default for Phones {
    fn default() -> Self {
        Self {
            gap_every_ms: 45 * MINUTE_MS,
            gap_ms: 2 * MINUTE_MS,
            battery: 30,
            battery_ms: HOUR_MS,
            skew_ms: 20 * SECOND_MS,
        }
    }
}
