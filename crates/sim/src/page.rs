//! The result as one page without scripts: what a coordinator wants to know first, then time lines, the
//! distributions of waiting times, and a map. The plots are SVG inside the page.

use std::fmt::Write;

use crate::outcome::{Figure, Limit, Mark, Outcome, Sample, percentile};

const WIDTH: u64 = 720;
const HEIGHT: u64 = 160;
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #ddd}\
td.n{text-align:right;font-variant-numeric:tabular-nums}.no{color:#b00020;font-weight:600}svg{width:100%;height:auto;\
background:#fafafa;border:1px solid #ddd}figcaption{font-size:.9rem;color:#555}figure{margin:1.2rem 0}";

/// The page.
pub fn page(outcome: &Outcome) -> String {
    let mut page = String::new();
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>Simulated day: {name}</title>\n<style>{STYLE}</style>\n\
         <h1>Simulated day: {name}</h1>\n<p>{}</p>\n",
        summary(outcome),
        name = outcome.name,
    );
    page.push_str(&time_lines(&outcome.pictures.samples));
    let names = ["From pressing send to the desk's screen", "To the first finding", "To a public alert"];
    for (name, delays) in names.into_iter().zip(&outcome.pictures.delays) {
        page.push_str(&distribution(name, delays));
    }
    page.push_str(&map(outcome));
    page.push_str(&table(outcome));
    page
}

/// The figures that a coordinator asks for first, in sentences.
fn summary(outcome: &Outcome) -> String {
    let value = |name: &str| outcome.value(name).unwrap_or(0.0);
    let missed = outcome.missed();
    let verdict = match missed.len() {
        0 => "Every check holds.".to_owned(),
        _ => format!("<span class=\"no\">These checks do not hold: {}.</span>", missed.join(", ")),
    };
    format!(
        "In {} hours {} reports were sent; {} reached the relay and {} reporters had the desk's receipt. {} alerts \
         were published. {verdict} Everything on this page comes from seed {}; nobody on it exists.",
        number(value("virtual_hours")),
        number(value("reports")),
        number(value("reports_acknowledged")),
        number(value("reports_receipted")),
        number(value("alerts")),
        outcome.seed,
    )
}

fn time_lines(samples: &[Sample]) -> String {
    let last = samples.last().map_or(1, |s| s.at_ms).max(1);
    let most = samples.iter().map(|s| s.waiting.max(s.claimed).max(s.alerts)).max().unwrap_or(0).max(1);
    let line = |color: &str, of: fn(&Sample) -> usize| {
        let points: String = samples.iter().fold(String::new(), |mut points, sample| {
            let x = scaled(sample.at_ms, last, WIDTH);
            let y = HEIGHT
                - scaled(
                    u64::try_from(of(sample)).unwrap_or(0),
                    u64::try_from(most).unwrap_or(1),
                    HEIGHT - 10,
                );
            let _ = write!(points, "{x},{y} ");
            points
        });
        format!("<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" points=\"{points}\"/>")
    };
    format!(
        "<figure><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Time lines\">{}{}{}</svg>\
         <figcaption>Over {} hours: waiting for somebody at the desk (orange), somebody is on it (blue), alerts that \
         stand (red). The highest value is {most}.</figcaption></figure>\n",
        line("#e07b00", |s| s.waiting),
        line("#0a5fb4", |s| s.claimed),
        line("#b00020", |s| s.alerts),
        last / 3_600_000,
    )
}

/// Twenty bars up to the longest wait.
fn distribution(name: &str, delays: &[u64]) -> String {
    let (Some(median), Some(late), Some(longest)) =
        (percentile(delays, 50), percentile(delays, 99), percentile(delays, 100))
    else {
        return format!("<p>{name}: nothing was measured.</p>\n");
    };
    const BARS: u64 = 20;
    let mut bars = [0_u64; 20];
    for delay in delays {
        let bar = usize::try_from(scaled(*delay, longest.max(1) + 1, BARS)).unwrap_or(0);
        if let Some(count) = bars.get_mut(bar) {
            *count += 1;
        }
    }
    let most = bars.iter().copied().max().unwrap_or(1).max(1);
    let width = WIDTH / BARS;
    let drawn = (0..).zip(bars).fold(String::new(), |mut drawn, (at, count): (u64, u64)| {
        let tall = scaled(count, most, HEIGHT - 10);
        let (x, y) = (at * width, HEIGHT - tall);
        let _ = write!(
            drawn,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{tall}\" fill=\"#0a5fb4\"/>",
            width - 2
        );
        drawn
    });
    format!(
        "<figure><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{name}\">{drawn}</svg><figcaption>\
         {name}: half of them within {}, ninety-nine of a hundred within {}, all within {}.</figcaption></figure>\n",
        time(median),
        time(late),
        time(longest),
    )
}

fn map(outcome: &Outcome) -> String {
    let pictures = &outcome.pictures;
    let all = || pictures.outlines.iter().flatten().chain(pictures.marks.iter().map(|(at, _)| at));
    let (Some(west), Some(east)) = (all().map(|p| p.0).min(), all().map(|p| p.0).max()) else {
        return String::new();
    };
    let (Some(south), Some(north)) = (all().map(|p| p.1).min(), all().map(|p| p.1).max()) else {
        return String::new();
    };
    // A degree of longitude is about seven tenths of one of latitude in most cities of the north: near
    // enough to recognize one's own.
    let wide = u64::from(east.abs_diff(west)).max(1) * 7 / 10;
    let tall = u64::from(north.abs_diff(south)).max(1);
    let height = (WIDTH * tall / wide.max(1)).clamp(200, 1_200);
    let place = |(lon, lat): (i32, i32)| {
        let x = scaled(u64::from(lon.abs_diff(west)), u64::from(east.abs_diff(west)).max(1), WIDTH);
        let y = height - scaled(u64::from(lat.abs_diff(south)), tall, height);
        (x, y)
    };
    let mut drawn = String::new();
    for outline in &pictures.outlines {
        let points: Vec<String> =
            outline.iter().map(|p| place(*p)).map(|(x, y)| format!("{x},{y}")).collect();
        let _ = write!(drawn, "<polygon fill=\"#fff\" stroke=\"#ccc\" points=\"{}\"/>", points.join(" "));
    }
    for (at, mark) in &pictures.marks {
        let ((x, y), (color, size)) = (place(*at), look(*mark));
        let _ = write!(drawn, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{size}\" fill=\"{color}\"/>");
    }
    format!(
        "<figure><svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Map\">{drawn}</svg><figcaption>Where \
         things happened: true and alerted (green), true and not alerted (orange), nothing of the kind (gray), nothing \
         of the kind and alerted all the same (red).</figcaption></figure>\n"
    )
}

fn look(mark: Mark) -> (&'static str, u32) {
    match mark {
        Mark::Alerted => ("#1b7f3b", 6),
        Mark::Missed => ("#e07b00", 6),
        Mark::Nothing => ("#999", 3),
        Mark::WrongAlert => ("#b00020", 6),
    }
}

fn table(outcome: &Outcome) -> String {
    let row = |figure: &Figure| {
        let value = figure.value.map_or("-".to_owned(), number);
        let (limit, class) = match figure.limit {
            Limit::None => (String::new(), ""),
            Limit::AtMost(limit) => {
                (format!("at most {}", number(limit)), if figure.holds() { "" } else { "no" })
            }
            Limit::AtLeast(limit) => {
                (format!("at least {}", number(limit)), if figure.holds() { "" } else { "no" })
            }
        };
        let (name, unit) = (figure.name, figure.unit);
        format!("<tr class=\"{class}\"><td>{name}<td class=\"n\">{value} {unit}<td>{limit}")
    };
    let rows: String = outcome.figures.iter().map(row).collect();
    let violation = |v: &crate::outcome::Violation| {
        format!("<li>{} after {}: {}", v.invariant, time(v.at_ms), escaped(&v.detail))
    };
    let violations: String = outcome.violations.iter().map(violation).collect();
    format!("<table><tr><th>Figure<th>Value<th>Limit{rows}</table>\n<ul>{violations}</ul>\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn scaled(value: u64, of: u64, to: u64) -> u64 {
    value.saturating_mul(to).checked_div(of).unwrap_or(0)
}

/// A time as people say it.
fn time(ms: u64) -> String {
    match ms / 1_000 {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3_600),
    }
}

/// Three digits or so, without noise behind them.
pub fn number(value: f64) -> String {
    match value.abs() {
        whole if whole.fract() == 0.0 => format!("{value:.0}"),
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Pictures, Violation};

    #[test]
    fn a_page_shows_what_was_measured_and_nothing_breaks_out_of_it() {
        let samples = vec![
            Sample { at_ms: 0, waiting: 0, claimed: 0, alerts: 0 },
            Sample { at_ms: 7_200_000, waiting: 4, claimed: 2, alerts: 1 },
        ];
        let pictures = Pictures {
            samples,
            delays: [vec![1_000, 2_000, 90_000], Vec::new(), vec![600_000]],
            outlines: vec![vec![(0, 0), (20_000, 0), (20_000, 10_000)]],
            marks: vec![((5_000, 5_000), Mark::WrongAlert)],
        };
        let violations = vec![Violation { invariant: "test", at_ms: 5_000, detail: "<script>".to_owned() }];
        let figures = vec![Figure { name: "slow", value: Some(5.1), unit: "s", limit: Limit::AtMost(5.0) }];
        let outcome =
            Outcome { name: "test", seed: 7, figures, violations, pictures, fingerprint: String::new() };
        let page = page(&outcome);
        for part in [
            "points=\"0,160 720,10 \"",
            "half of them within 2 s",
            "To the first finding: nothing was measured",
            "all within 10 min",
            "fill=\"#b00020\"",
            "do not hold: slow",
            "&lt;script>",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("<script"));
    }
}
