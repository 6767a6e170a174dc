//! The result as one page without scripts: what a coordinator wants to know first in plain words, then the
//! checks, time lines, the distributions of waiting times, and a map. It is read on a phone, in the light and
//! in the dark, and printed.

mod plain;
mod plots;

use std::fmt::Write;

use crate::outcome::{Figure, Limit, Mark, Outcome, percentile};

use plain::in_words;
pub use plain::{number, time};

const STYLE: &str = include_str!("page/style.css");

/// The page.
pub fn page(outcome: &Outcome) -> String {
    let mut page = String::new();
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{span}: {name}</title>\n<style>{STYLE}</style>\n\
         <header><p class=\"over\">{span}</p><h1>{title}</h1><p>{under}</p></header>\n<main>\n",
        span = span(outcome),
        name = outcome.name,
        title = plain::title(outcome.name),
        under = under_the_title(outcome),
    );
    page.push_str(&verdict(outcome));
    page.push_str(&cards(outcome));
    page.push_str(&checks(outcome));
    page.push_str("<h2>Hour by hour</h2>\n<div class=\"plots\">\n");
    page.push_str(&plots::time_lines(&outcome.pictures.samples));
    page.push_str("</div>\n<h2>How long people waited</h2>\n<div class=\"plots\">\n");
    for (name, delays) in plain::DELAYS.into_iter().zip(&outcome.pictures.delays) {
        page.push_str(&plots::distribution(name, delays));
    }
    page.push_str("</div>\n");
    page.push_str(&map(outcome));
    page.push_str(&others(outcome));
    let _ = writeln!(
        page,
        "</main>\n<footer><p>Everything on this page comes from seed {}; the same seed gives the same page. Nobody \
         on it exists. What is assumed about people is in the program's notes on the simulator; a figure that \
         hangs on an assumption says little.</p></footer>",
        outcome.seed
    );
    page
}

/// What was played.
fn span(outcome: &Outcome) -> String {
    match outcome.value("virtual_hours").unwrap_or(0.0) / 24.0 {
        days if days > 1.0 => format!("{} simulated days", number(days)),
        _ => "A simulated day".to_owned(),
    }
}

fn under_the_title(outcome: &Outcome) -> String {
    let value = |name: &str| number(outcome.value(name).unwrap_or(0.0));
    format!(
        "{} hours, {} reports, {} real events.",
        value("virtual_hours"),
        value("reports"),
        value("real_events")
    )
}

fn verdict(outcome: &Outcome) -> String {
    let judged =
        outcome.figures.iter().filter(|figure| figure.limit != Limit::None && figure.value.is_some());
    let (all, missed) = (judged.count(), outcome.missed());
    let open = match shown(outcome).filter(|f| f.limit != Limit::None && f.value.is_none()).count() {
        0 => String::new(),
        1 => " For one more there was nothing to judge.".to_owned(),
        more => format!(" For {more} more there was nothing to judge."),
    };
    if missed.is_empty() {
        return format!("<p class=\"verdict yes\"><b>All {all} checks hold.</b>{open}</p>\n");
    }
    let lines: String = missed.iter().map(|name| format!("<li>{}", in_words(name))).collect();
    let verb = if missed.len() == 1 { "does" } else { "do" };
    format!(
        "<div class=\"verdict no\"><b>{} of {all} checks {verb} not hold:</b><ul>{lines}</ul>{open}</div>\n",
        missed.len()
    )
}

/// Figures that this kind of day has: of a flood only a flood tells.
fn shown(outcome: &Outcome) -> impl Iterator<Item = &Figure> {
    outcome.figures.iter().filter(|figure| figure.value.is_some() || !figure.name.starts_with("flood_"))
}

/// A figure's name, which may be broken where its words end.
fn code(name: &str) -> String {
    format!("<code>{}</code>", name.replace('_', "_<wbr>"))
}

/// What is asked first, each with the one number that answers it.
fn cards(outcome: &Outcome) -> String {
    let value = |name: &str| outcome.value(name).unwrap_or(0.0);
    let half = |delays: &[u64]| percentile(delays, 50).map_or_else(|| "–".to_owned(), time);
    let [to_desk, to_finding, to_alert] = &outcome.pictures.delays;
    let wrong = match (value("alerts_wrong"), outcome.value("wrong_alert_correction_max")) {
        (count, Some(minutes)) if count > 0.0 => {
            format!("{} wrong; taken back or marked within {} min", number(count), number(minutes))
        }
        _ => "no alert was wrong".to_owned(),
    };
    let lost = value("acknowledged_reports_lost") + value("unreceipted_reports_lost");
    let rows = [
        (half(to_desk), "until half of the reports were on a dispatcher's screen".to_owned()),
        (half(to_finding), "until somebody had looked, for half of those that were looked at".to_owned()),
        (half(to_alert), "until the public knew, for half of those with an alert".to_owned()),
        (
            format!("{} of {}", number(value("real_events_alerted")), number(value("real_events"))),
            format!("real events led to an alert; {wrong}"),
        ),
        (number(value("call_outs")), format!("call-outs; {} unanswered for a minute", share(outcome))),
        (number(lost), "reports were lost".to_owned()),
    ];
    let cards: String = rows.iter().map(|(n, what)| format!("<li><b>{n}</b> {what}")).collect();
    format!("<ul class=\"cards\">{cards}</ul>\n")
}

fn share(outcome: &Outcome) -> String {
    let share = outcome.value("call_out_unanswered_share");
    share.map_or_else(|| "none".to_owned(), |share| format!("{} %", number((share * 100.0).round())))
}

fn checks(outcome: &Outcome) -> String {
    let row = |figure: &Figure| {
        let (limit, is_judged) = match figure.limit {
            Limit::None => return None,
            Limit::AtMost(limit) => (format!("≤ {}", with_unit(limit, figure.unit)), figure.value.is_some()),
            Limit::AtLeast(limit) => (format!("≥ {}", with_unit(limit, figure.unit)), figure.value.is_some()),
        };
        let (class, sign) = match (is_judged, figure.holds()) {
            (false, _) => ("none", "–"),
            (true, true) => ("yes", "yes"),
            (true, false) => ("no", "no"),
        };
        let (name, words) = (code(figure.name), in_words(figure.name));
        let value = figure.value.map_or_else(|| "not measured".to_owned(), |v| with_unit(v, figure.unit));
        Some(format!(
            "<tr class=\"{class}\"><th scope=\"row\">{words}{name}<td class=\"n\">{value}<td class=\"n\">{limit}\
             <td class=\"sign\">{sign}\n"
        ))
    };
    let rows: String = shown(outcome).filter_map(row).collect();
    let violation = |v: &crate::outcome::Violation| {
        format!("<li><code>{}</code> after {}: {}\n", v.invariant, time(v.at_ms), escaped(&v.detail))
    };
    let violations: String = outcome.violations.iter().map(violation).collect();
    let violations = if violations.is_empty() {
        String::new()
    } else {
        format!("<h2>What should never happen, and did</h2>\n<ul>{violations}</ul>\n")
    };
    format!(
        "<h2>Checks</h2>\n<table><thead><tr><th scope=\"col\">What<th scope=\"col\" class=\"n\">Measured<th scope=\"col\" \
         class=\"n\">Limit<th scope=\"col\" class=\"sign\">Holds?</thead>\n{rows}</table>\n{violations}"
    )
}

/// What is only told.
fn others(outcome: &Outcome) -> String {
    let row = |figure: &Figure| {
        let is_told = figure.limit == Limit::None;
        let value = figure.value.filter(|_| is_told).map(|value| with_unit(value, figure.unit))?;
        let (name, words) = (code(figure.name), in_words(figure.name));
        Some(format!("<tr><th scope=\"row\">{words}{name}<td class=\"n\">{value}\n"))
    };
    let rows: String = outcome.figures.iter().filter_map(row).collect();
    format!("<h2>Other figures</h2>\n<table>{rows}</table>\n")
}

fn with_unit(value: f64, unit: &str) -> String {
    let value = number(value);
    if unit.is_empty() { value } else { format!("{value} {unit}") }
}

fn map(outcome: &Outcome) -> String {
    let Some(drawn) = plots::map(&outcome.pictures) else { return String::new() };
    let entry = |(mark, words): (Mark, &str)| {
        let count = outcome.pictures.marks.iter().filter(|(_, of)| *of == mark).count();
        let sign = plots::sign(mark, (9, 9), 7);
        format!("<li><svg viewBox=\"0 0 18 18\" aria-hidden=\"true\">{sign}</svg> {words}: {count}\n")
    };
    let legend: String = plain::MARKS.into_iter().map(entry).collect();
    format!(
        "<h2>Where things happened</h2>\n<figure class=\"map\">{drawn}<ul class=\"legend\">{legend}</ul></figure>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Pictures, Sample, Violation};

    fn outcome() -> Outcome {
        let samples = vec![
            Sample { at_ms: 0, waiting: 0, claimed: 0, alerts: 0, relay_kb: 900, disks_kb: 50 },
            Sample { at_ms: 7_200_000, waiting: 4, claimed: 2, alerts: 1, relay_kb: 950, disks_kb: 60 },
        ];
        let pictures = Pictures {
            samples,
            delays: [vec![1_000, 2_000, 90_000], Vec::new(), vec![600_000]],
            outlines: vec![vec![(0, 0), (20_000, 0), (20_000, 10_000)]],
            marks: vec![((5_000, 5_000), Mark::WrongAlert)],
        };
        let violations = vec![Violation { invariant: "test", at_ms: 5_000, detail: "<script>".to_owned() }];
        let figure = |name, value, limit| Figure { name, value, unit: "s", limit };
        let figures = vec![
            figure("report_to_desk_p99", Some(5.1), Limit::AtMost(5.0)),
            figure("join_recall", None, Limit::AtLeast(0.5)),
            figure("virtual_hours", Some(2.0), Limit::None),
        ];
        Outcome { name: "test", seed: 7, figures, violations, pictures, fingerprint: String::new() }
    }

    #[test]
    fn a_page_shows_what_was_measured_and_nothing_breaks_out_of_it() {
        let page = page(&outcome());
        for part in [
            "1 of 1 checks does not hold",
            "report_<wbr>to_<wbr>desk_<wbr>p99</code><td class=\"n\">5.1 s<td class=\"n\">≤ 5 s<td class=\"sign\">no",
            "join_<wbr>recall</code><td class=\"n\">not measured",
            "For one more there was nothing to judge",
            "<th scope=\"row\">2 h<td class=\"n\">4",
            "<th scope=\"row\">0 s to 6 s<td class=\"n\">2",
            "half within 2 s",
            "Nothing was measured",
            "an alert about nothing: 1",
            "&lt;script>",
            "seed 7",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("<script"));
    }

    #[test]
    fn a_day_on_which_all_is_well_says_so() {
        let mut outcome = outcome();
        outcome.figures.retain(|figure| figure.holds());
        outcome.violations.clear();
        outcome.figures.retain(|figure| figure.value.is_some());
        outcome.figures.push(Figure {
            name: "flood_true_claimed_with_pass",
            value: None,
            unit: "min",
            limit: Limit::AtMost(5.0),
        });
        outcome.figures.push(Figure {
            name: "alerts_without_quorum",
            value: Some(0.0),
            unit: "",
            limit: Limit::AtMost(0.0),
        });
        let page = page(&outcome);
        assert!(page.contains("All 1 checks hold") && !page.contains("never happen"), "{page}");
        assert!(
            !page.contains("nothing to judge") && !page.contains("flood"),
            "only a flood has that: {page}"
        );
    }
}
