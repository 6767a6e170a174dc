//! Figures and times in plain words.

use crate::outcome::Mark;

/// What the three delays are.
pub const DELAYS: [&str; 3] =
    ["Until the desk sees a report", "Until somebody has looked", "Until the public knows"];

/// What the signs on the map mean.
pub const MARKS: [(Mark, &str); 4] = [
    (Mark::Alerted, "real, with an alert"),
    (Mark::Missed, "real, without an alert"),
    (Mark::WrongAlert, "an alert about nothing"),
    (Mark::Nothing, "nothing of the kind"),
];

/// The names of figures, and what they say.
const WORDS: [(&str, &str); 30] = [
    ("virtual_hours", "Hours of the network's time"),
    ("reports", "Reports that were sent"),
    ("reports_acknowledged", "Reports that reached the relay"),
    ("reports_receipted", "Reporters who have the desk's receipt"),
    ("real_events", "Events that were real"),
    ("real_events_alerted", "Real events with an alert"),
    ("alerts", "Alerts"),
    ("alerts_wrong", "Alerts about nothing"),
    ("call_outs", "Call-outs"),
    ("places_given", "People who were given an exact place"),
    ("places_given_to_hostile", "Of these, people who mean harm"),
    ("responders_stopped", "Responders who were stopped or arrested"),
    ("inputs_handled", "Inputs that devices handled"),
    ("programs_killed", "Programs that were killed"),
    ("acknowledged_reports_lost", "Reports lost that the relay had acknowledged"),
    ("unreceipted_reports_lost", "Reports lost that were still on the phone"),
    ("messages_undecryptable", "Messages that could not be read"),
    ("invariants_violated", "Times that something happened that never should"),
    ("alerts_without_quorum", "Alerts shown without their signatures"),
    ("wrong_alert_correction_max", "The longest a wrong alert stood unmarked"),
    ("join_precision", "Joined reports that were of one event"),
    ("join_recall", "Reports of one event that were joined"),
    ("report_to_desk_p99", "From sending to the desk, for 99 of 100"),
    ("report_to_finding_median", "From sending to a finding, for half"),
    ("report_to_alert_median", "From sending to an alert, for half"),
    ("flood_true_claimed_with_pass", "In the flood: until a report with a card was taken"),
    ("flood_true_claimed_without_pass", "In the flood: until the other true reports were taken"),
    ("call_out_unanswered_share", "Call-outs that nobody answered within a minute"),
    ("wall_time", "Time the simulation took"),
    ("memory_peak", "Memory the simulation took at most"),
];

/// What a figure says.
pub fn in_words(name: &str) -> &str {
    WORDS.iter().find(|(of, _)| *of == name).map_or(name, |(_, words)| words)
}

/// What kind of day it is.
pub fn title(scenario: &str) -> &str {
    match scenario {
        "ordinary" => "An ordinary day",
        "surge" => "A surge: many real events",
        "rumor-day" => "A day of rumors, and nothing real",
        "flood" => "A flood of hostile reports",
        "crash" => "A day on which things crash",
        "night" => "A night with one dispatcher",
        "infiltrated" => "A day with hostile members",
        other => other,
    }
}

/// A time as people say it.
pub fn time(ms: u64) -> String {
    match ms / 1_000 {
        0 if ms > 0 => "under 1 s".to_owned(),
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// Three digits or so, without noise behind them; thousands apart.
pub fn number(value: f64) -> String {
    match value.abs() {
        whole if whole.fract() == 0.0 || whole >= 100.0 => apart(&format!("{value:.0}")),
        middle if middle >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}

fn apart(digits: &str) -> String {
    let len = digits.len();
    let group = |(at, digit): (usize, char)| {
        let is_first = at == 0 || !digits.as_bytes().get(at - 1).is_some_and(u8::is_ascii_digit);
        let comma = (!is_first && (len - at).is_multiple_of(3)).then_some(',');
        comma.into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_short() {
        let numbers = [0.0, 3.0, 1_234.0, -1_234_567.0, 0.9876, 12.34, 123.4, 100_000.5].map(number);
        assert_eq!(numbers.join(" "), "0 3 1,234 -1,234,567 0.988 12.3 123 100,000");
        let times = [0, 300, 1_000, 119_000, 120_000, 7_199_000, 7_260_000].map(time);
        assert_eq!(times.join(", "), "0 s, under 1 s, 1 s, 119 s, 2 min, 119 min, 2 h 1 min");
    }
}
