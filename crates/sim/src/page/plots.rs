//! The plots, as SVG inside the page. Colors come from the page's style, so that they go with light and dark;
//! every plot is drawn for the width of a phone.

use std::collections::BTreeMap;
use std::fmt::Write;

use bystand_wire::time::HOUR_MS;

use super::plain::time;
use crate::outcome::{Mark, Pictures, Sample, percentile};

const WIDTH: u64 = 360;
const HEIGHT: u64 = 132;
/// Room for the numbers at the left, the hours below, and above the highest point.
const LEFT: u64 = 34;
const BELOW: u64 = 20;
const ABOVE: u64 = 10;
/// The plotted part.
const WIDE: u64 = WIDTH - LEFT - 8;
const TALL: u64 = HEIGHT - BELOW - ABOVE;
/// Rows of a table behind a plot, at most.
const ROWS: u64 = 30;
/// The map's width.
const MAP: u64 = 720;

/// What a line shows of a sample.
type Of = fn(&Sample) -> usize;

/// Queue, claims, alerts and what is stored, one below the other over the same hours.
pub fn time_lines(samples: &[Sample]) -> String {
    let lines: [(&str, &str, &str, Of); 5] = [
        ("Waiting for somebody at the desk", "incidents", "waiting", |s| s.waiting),
        ("Somebody at the desk is on it", "incidents", "claimed", |s| s.claimed),
        ("Alerts that stand", "alerts", "alerts", |s| s.alerts),
        ("What the relay keeps", "kilobytes", "stored", |s| s.relay_kb),
        ("What everybody else keeps", "kilobytes", "stored", |s| s.disks_kb),
    ];
    lines.into_iter().map(|(name, unit, class, of)| time_line((name, unit), class, samples, of)).collect()
}

fn time_line((name, unit): (&str, &str), class: &str, samples: &[Sample], of: Of) -> String {
    let last = samples.last().map_or(1, |s| s.at_ms).max(1);
    let most = samples.iter().map(of).max().unwrap_or(0);
    let top = round_up(u64::try_from(most).unwrap_or(1).max(1));
    let mut line = String::new();
    for sample in samples {
        let x = LEFT + scaled(sample.at_ms, last, WIDE);
        let y = ABOVE + TALL - scaled(u64::try_from(of(sample)).unwrap_or(0), top, TALL);
        let _ = write!(line, "{x},{y} ");
    }
    let (right, floor) = (LEFT + WIDE, ABOVE + TALL);
    let hours = (last / HOUR_MS).max(1);
    let step = [1, 2, 3, 6, 12, 24, 48, 96, 168].into_iter().find(|step| hours / step <= 8).unwrap_or(168);
    let ticks = (0..=hours).step_by(usize::try_from(step).unwrap_or(1));
    let ticks: String =
        ticks.map(|hour| tick(LEFT + scaled(hour * HOUR_MS, last, WIDE), &format!("{hour} h"))).collect();
    let rules = rules(top, &top.to_string());
    let row = |(at, count): (u64, usize)| (format!("{at} h"), count.to_string());
    let table = table(["From", &format!("{unit}, at most")], by_hours(samples, of).into_iter().map(row));
    format!(
        "<figure><figcaption><b>{name}</b> {unit} over the hours, at most {most}</figcaption><svg viewBox=\"0 0 {WIDTH} \
         {HEIGHT}\" role=\"img\" aria-label=\"{name}: {unit} over the hours, at most {most}. The numbers are in the table \
         below.\">{rules}{ticks}<g class=\"{class}\"><polygon class=\"area\" points=\"{LEFT},{floor} {line}{right},{floor}\"/>\
         <polyline class=\"line\" points=\"{line}\"/></g></svg>{table}</figure>\n"
    )
}

/// The most in each hour, for the table; of longer days in each of at most some thirty parts of whole hours.
fn by_hours(samples: &[Sample], of: Of) -> Vec<(u64, usize)> {
    let hours = samples.last().map_or(0, |last| last.at_ms / HOUR_MS) + 1;
    let part = hours.div_ceil(ROWS).max(1);
    let mut most: BTreeMap<u64, usize> = BTreeMap::new();
    for sample in samples {
        let held = most.entry(sample.at_ms / HOUR_MS / part * part).or_default();
        *held = of(sample).max(*held);
    }
    most.into_iter().collect()
}

/// The numbers behind a plot, for whoever does not see it or wants them exactly.
fn table(head: [&str; 2], rows: impl Iterator<Item = (String, String)>) -> String {
    let rows: String =
        rows.map(|(of, number)| format!("<tr><th scope=\"row\">{of}<td class=\"n\">{number}\n")).collect();
    let [of, number] = head;
    format!(
        "<details><summary>The numbers</summary><table><thead><tr><th scope=\"col\">{of}<th scope=\"col\" \
         class=\"n\">{number}</thead>\n{rows}</table></details>"
    )
}

/// Twenty bars up to the longest wait but the last hundredth, which is drawn at the right edge.
pub fn distribution(name: &str, delays: &[u64]) -> String {
    let (Some(median), Some(late), Some(longest)) =
        (percentile(delays, 50), percentile(delays, 99), percentile(delays, 100))
    else {
        return format!("<figure><figcaption><b>{name}</b> Nothing was measured.</figcaption></figure>\n");
    };
    const BARS: u64 = 20;
    let end = round_time(late);
    let mut bars = [0_u64; 20];
    for delay in delays {
        let bar = usize::try_from(scaled(*delay, end, BARS).min(BARS - 1)).unwrap_or(0);
        if let Some(count) = bars.get_mut(bar) {
            *count += 1;
        }
    }
    let most = bars.iter().copied().max().unwrap_or(1).max(1);
    let top = round_up(most);
    let width = WIDE / BARS;
    let drawn =
        (0..).zip(bars).filter(|(_, count)| *count > 0).fold(String::new(), |mut drawn, (at, count)| {
            let tall = scaled(count, top, TALL).max(1);
            let (x, y) = (LEFT + at * width, ABOVE + TALL - tall);
            let _ = write!(drawn, "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{tall}\"/>", width - 2);
            drawn
        });
    let at_median = LEFT + scaled(median.min(end), end, width * BARS);
    let (floor, above) = (ABOVE + TALL, ABOVE - 4);
    let ticks: String =
        (0..=4).map(|n| tick(LEFT + n * width * BARS / 4, &short_time(end * n / 4))).collect();
    let rules = rules(top, &top.to_string());
    let row = |(at, count): (u64, u64)| {
        let to = if at + 1 == BARS { time(longest) } else { time(end * (at + 1) / BARS) };
        (format!("{} to {to}", time(end * at / BARS)), count.to_string())
    };
    let table = table(["Time", "reports"], (0..).zip(bars).filter(|(_, count)| *count > 0).map(row));
    let median = time(median);
    format!(
        "<figure><figcaption><b>{name}</b> reports by the time that it took: half within {median} (the dashed line), 99 \
         of 100 within {}, all {} within {}</figcaption><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"{name}: half within {median}. The numbers are in the table below.\">{rules}{ticks}<g \
         class=\"bars\">{drawn}</g><line class=\"median\" x1=\"{at_median}\" x2=\"{at_median}\" y1=\"{above}\" \
         y2=\"{floor}\"/></svg>{table}</figure>\n",
        time(late),
        delays.len(),
        time(longest),
    )
}

/// The floor, the middle and the top, with the top's number.
fn rules(top: u64, label: &str) -> String {
    let right = LEFT + WIDE;
    let middle = if top.is_multiple_of(2) { (top / 2).to_string() } else { String::new() };
    let rule = |(y, label): (u64, &str)| {
        format!(
            "<line class=\"rule\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{y}\" y2=\"{y}\"/><text class=\"side\" x=\"{}\" \
             y=\"{}\">{label}</text>",
            LEFT - 5,
            y + 4
        )
    };
    [(ABOVE, label), (ABOVE + TALL / 2, middle.as_str()), (ABOVE + TALL, "0")].map(rule).concat()
}

fn tick(x: u64, label: &str) -> String {
    let y = ABOVE + TALL;
    format!(
        "<line class=\"rule\" x1=\"{x}\" x2=\"{x}\" y1=\"{y}\" y2=\"{}\"/><text class=\"under\" x=\"{x}\" y=\"{}\">{label}\
         </text>",
        y + 3,
        y + 15
    )
}

/// The next number that is easy to read.
fn round_up(n: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for step in [1, 2, 4, 5, 6, 8] {
            if n <= unit.saturating_mul(step) {
                return unit.saturating_mul(step);
            }
        }
        match unit.checked_mul(10) {
            Some(next) => unit = next,
            None => return n,
        }
    }
}

/// The next time that has four equal parts that are easy to read, in milliseconds.
fn round_time(ms: u64) -> u64 {
    const ENDS: [u64; 17] = [
        1_000, 2_000, 4_000, 8_000, 20_000, 40_000, 60_000, 120_000, 240_000, 480_000, 960_000, 1_200_000,
        2_400_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000,
    ];
    ENDS.into_iter().find(|end| ms <= *end).unwrap_or_else(|| ms.div_ceil(28_800_000) * 28_800_000)
}

/// A time of an axis.
fn short_time(ms: u64) -> String {
    match ms {
        0 => "0".to_owned(),
        ms if ms < 1_000 || ms % 1_000 != 0 && ms < 60_000 => {
            format!("{}.{} s", ms / 1_000, ms % 1_000 / 100)
        }
        ms if ms < 120_000 => format!("{} s", ms / 1_000),
        ms if ms < 7_200_000 => format!("{} min", ms / 60_000),
        ms => format!("{} h", ms / 3_600_000),
    }
}

/// The zones, and what happened where; `None` when nothing can be drawn.
pub fn map(pictures: &Pictures) -> Option<String> {
    let all = || pictures.outlines.iter().flatten().chain(pictures.marks.iter().map(|(at, _)| at));
    let (west, east) = (all().map(|p| p.0).min()?, all().map(|p| p.0).max()?);
    let (south, north) = (all().map(|p| p.1).min()?, all().map(|p| p.1).max()?);
    let squeeze = squeeze(south.midpoint(north));
    let wide = (u64::from(east.abs_diff(west)).max(1) * squeeze / 1_000).max(1);
    let tall = u64::from(north.abs_diff(south)).max(1);
    let height = (MAP * tall / wide).clamp(200, 1_080);
    // What is taller than a page is drawn narrower, and not distorted.
    let used = (height * wide / tall).min(MAP);
    let edge = 10;
    let place = |(lon, lat): (i32, i32)| {
        let x = (MAP - used) / 2
            + scaled(u64::from(lon.abs_diff(west)), u64::from(east.abs_diff(west)).max(1), used);
        let y = height - scaled(u64::from(lat.abs_diff(south)), tall, height);
        (x + edge, y + edge)
    };
    let mut drawn = String::new();
    for outline in &pictures.outlines {
        let points: Vec<String> =
            outline.iter().map(|p| place(*p)).map(|(x, y)| format!("{x},{y}")).collect();
        let _ = write!(drawn, "<polygon class=\"zone\" points=\"{}\"/>", points.join(" "));
    }
    // What matters is drawn over what does not.
    for layer in [Mark::Nothing, Mark::Missed, Mark::Alerted, Mark::WrongAlert] {
        for (at, mark) in pictures.marks.iter().filter(|(_, mark)| *mark == layer) {
            drawn.push_str(&sign(*mark, place(*at), if *mark == Mark::Nothing { 3 } else { 8 }));
        }
    }
    let (width, height) = (MAP + 2 * edge, height + 2 * edge);
    drawn.push_str(&scale(tall, height - 2 * edge, (edge, height)));
    let height = height + 24;
    Some(format!(
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"A map of the zones, north above, with a sign for \
         each event; the list below counts them.\">{drawn}</svg>"
    ))
}

/// A bar of a length that is easy to read: a fifth of the map's height, or less.
fn scale(millionths: u64, pixels: u64, (x, y): (u64, u64)) -> String {
    const LENGTHS: [u64; 9] = [100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200];
    // A degree of latitude has 111,195 m.
    let meters = millionths.saturating_mul(111_195) / 1_000_000;
    let Some(length) = LENGTHS.into_iter().find(|length| *length <= meters / 5) else { return String::new() };
    let right = x + scaled(length, meters, pixels);
    let label = if length >= 1_000 { format!("{} km", length / 1_000) } else { format!("{length} m") };
    let (up, under) = (y + 4, y + 12);
    format!(
        "<path class=\"scale\" d=\"M{x} {up}V{under}H{right}V{up}\"/><text class=\"length\" x=\"{}\" y=\"{under}\">{label}\
         </text>",
        right + 6
    )
}

/// A degree of longitude in thousandths of one of latitude: the cosine, to a thousandth, by whole numbers.
fn squeeze(lat: i32) -> u64 {
    let degrees = u64::from(lat.unsigned_abs() / 1_000_000).min(89);
    // Bhaskara's approximation of the cosine, right to two thousandths.
    let square = 4 * degrees * degrees;
    (32_400 - square) * 1_000 / (32_400 + degrees * degrees)
}

/// A sign on the map; each has a shape of its own, for those who see no red and green.
pub fn sign(mark: Mark, (x, y): (u64, u64), size: u64) -> String {
    let (left, right, up, down) = (x.saturating_sub(size), x + size, y.saturating_sub(size), y + size);
    match mark {
        Mark::Alerted => format!("<circle class=\"alerted\" cx=\"{x}\" cy=\"{y}\" r=\"{size}\"/>"),
        Mark::Missed => {
            format!("<polygon class=\"missed\" points=\"{x},{up} {right},{y} {x},{down} {left},{y}\"/>")
        }
        Mark::WrongAlert => {
            format!("<path class=\"wrong\" d=\"M{left} {up}L{right} {down}M{left} {down}L{right} {up}\"/>")
        }
        Mark::Nothing => format!("<circle class=\"nothing\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>"),
    }
}

fn scaled(value: u64, of: u64, to: u64) -> u64 {
    value.saturating_mul(to).checked_div(of).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_numbers_that_are_easy_to_read() {
        assert_eq!([1, 3, 7, 9, 11, 41, 99, 1_300].map(round_up), [1, 4, 8, 10, 20, 50, 100, 2_000]);
        assert_eq!(
            [1, 900_000, 3_500_000, 90_000_000].map(round_time),
            [1_000, 960_000, 3_600_000, 115_200_000]
        );
        let labels = [0, 250, 1_000, 1_500, 90_000, 240_000, 7_200_000].map(short_time);
        assert_eq!(labels.join(", "), "0, 0.2 s, 1 s, 1.5 s, 90 s, 4 min, 2 h");
        assert_eq!(round_up(u64::MAX), u64::MAX);
    }

    #[test]
    fn maps_of_all_latitudes_are_in_their_frame() {
        assert_eq!([0, 45_000_000, -60_000_000, 90_000_000].map(squeeze).map(|s| s / 10), [100, 70, 50, 1]);
        for lat in [-89_000_000, 0, 44_900_000, 89_900_000] {
            let outlines = vec![vec![(-180_000_000, lat), (180_000_000, lat), (180_000_000, lat + 90_000)]];
            let marks = vec![((0, lat), Mark::Missed), ((1, lat), Mark::WrongAlert)];
            let drawn = map(&Pictures { outlines, marks, ..Pictures::default() }).expect("something to draw");
            assert!(drawn.contains("missed") && drawn.contains("wrong"), "{drawn}");
        }
        assert_eq!(map(&Pictures::default()), None);
    }
}
