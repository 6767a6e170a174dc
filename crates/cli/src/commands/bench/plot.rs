//! Figures as a picture: line charts one below the other over one axis, as an SVG file that stands alone
//! and is readable on light and dark pages.

use std::fmt::Write;
use std::path::Path;

/// Sizes in the picture's own units; it scales to where it is shown.
const WIDTH: f64 = 720.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 34.0;
const TOP: f64 = 88.0;
const CHART: f64 = 150.0;
const BETWEEN: f64 = 46.0;
const BOTTOM: f64 = 48.0;
/// Steps on an axis, at most.
const STEPS: f64 = 5.0;
/// Lines differ by color, and by dashes for those who do not tell the colors apart.
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#222}.t{font-weight:600;font-size:15px}\
.g{stroke:#ddd}.a{stroke:#777}.l{fill:none;stroke-width:2}\
.l.c0{stroke:#0a5fb4}.p.c0{fill:#0a5fb4}.l.c1{stroke:#c25400;stroke-dasharray:7 4}.p.c1{fill:#c25400}\
@media(prefers-color-scheme:dark){text{fill:#e6e6e6}.b{fill:#16191d}.g{stroke:#3a3f45}.a{stroke:#8b949e}\
.l.c0{stroke:#6cb6ff}.p.c0{fill:#6cb6ff}.l.c1{stroke:#ffa657}.p.c1{fill:#ffa657}}";

/// A picture.
#[derive(Debug)]
pub struct Picture {
    /// What was measured.
    pub title: String,
    /// What all charts are drawn over, with its unit.
    pub over: &'static str,
    /// From above.
    pub charts: Vec<Chart>,
}

/// One chart.
#[derive(Debug)]
pub struct Chart {
    /// What its height means, with its unit.
    pub name: &'static str,
    /// At most two.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Debug)]
pub struct Line {
    /// What it shows; lines of the same name look the same in every chart.
    pub name: &'static str,
    /// Where it goes through, from the left.
    pub points: Vec<(f64, f64)>,
}

impl Picture {
    /// Writes the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        std::fs::write(file, self.svg())
    }

    fn svg(&self) -> String {
        let count = f64::from(u32::try_from(self.charts.len()).unwrap_or(u32::MAX));
        let height = TOP + count * (CHART + BETWEEN) - BETWEEN + BOTTOM;
        let title = escaped(&self.title);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
             aria-label=\"{title}\">\n<style>{STYLE}</style>\n<rect class=\"b\" width=\"{WIDTH}\" \
             height=\"{height}\" fill=\"#fff\"/>\n<text class=\"t\" x=\"16\" y=\"24\">{title}</text>\n",
        );
        let names = self.names();
        legend(&mut svg, &names);
        let across = Scale::up_to(self.points().map(|(x, _)| x));
        let mut top = TOP;
        for chart in &self.charts {
            chart.draw(&mut svg, top, &across, &names);
            top += CHART + BETWEEN;
        }
        let (middle, below) = (LEFT + (WIDTH - LEFT - RIGHT) / 2.0, height - 10.0);
        text(&mut svg, middle, below, "middle", self.over);
        svg.push_str("</svg>\n");
        svg
    }

    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.charts.iter().flat_map(|chart| &chart.lines).flat_map(|line| line.points.iter().copied())
    }

    /// Of all lines, each once.
    fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for line in self.charts.iter().flat_map(|chart| &chart.lines) {
            if !names.contains(&line.name) {
                names.push(line.name);
            }
        }
        names
    }
}

impl Chart {
    fn draw(&self, svg: &mut String, top: f64, across: &Scale, names: &[&str]) {
        let up = Scale::up_to(self.lines.iter().flat_map(|line| line.points.iter().map(|(_, y)| *y)));
        let x_of = |x: f64| LEFT + across.share(x) * (WIDTH - LEFT - RIGHT);
        let y_of = |y: f64| top + CHART - up.share(y) * CHART;
        for value in up.steps() {
            let y = y_of(value);
            straight(svg, if value == 0.0 { "a" } else { "g" }, (LEFT, y), (WIDTH - RIGHT, y));
            text(svg, LEFT - 6.0, y + 4.0, "end", &up.label(value));
        }
        for value in across.steps() {
            let x = x_of(value);
            straight(svg, "a", (x, top + CHART), (x, top + CHART + 4.0));
            text(svg, x, top + CHART + 18.0, "middle", &across.label(value));
        }
        text(svg, LEFT - 60.0, top - 8.0, "start", self.name);
        for line in &self.lines {
            let look = names.iter().position(|name| *name == line.name).unwrap_or(0);
            let mut points = String::new();
            for (x, y) in &line.points {
                let _ = write!(points, "{:.1},{:.1} ", x_of(*x), y_of(*y));
            }
            let _ = writeln!(svg, "<polyline class=\"l c{look}\" points=\"{}\"/>", points.trim_end());
            for (x, y) in &line.points {
                let (x, y) = (x_of(*x), y_of(*y));
                let _ = writeln!(svg, "<circle class=\"p c{look}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\"/>");
            }
        }
    }
}

/// From zero to a round number, in round steps.
#[derive(Debug)]
struct Scale {
    step: f64,
    count: u32,
}

impl Scale {
    /// So that all of `values` fit on it.
    fn up_to(values: impl Iterator<Item = f64>) -> Self {
        let most = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
        if most <= 0.0 {
            return Self { step: 1.0, count: 1 };
        }
        let rough = most / STEPS;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0].into_iter().map(|n| n * power).find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        let count = (1..10).find(|count| f64::from(*count) * step >= most).unwrap_or(10);
        Self { step, count }
    }

    /// How far along a value is, of 1.
    fn share(&self, value: f64) -> f64 {
        value / (self.step * f64::from(self.count))
    }

    fn steps(&self) -> impl Iterator<Item = f64> {
        (0..=self.count).map(|at| f64::from(at) * self.step)
    }

    /// A value with the digits that the step has, thousands apart.
    fn label(&self, value: f64) -> String {
        let digits = (0_usize..6).find(|digits| has_no_more(self.step, *digits)).unwrap_or(6);
        let plain = format!("{value:.digits$}");
        let (whole, rest) = plain.split_once('.').map_or((plain.as_str(), ""), |(whole, rest)| (whole, rest));
        let mut label = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                label.push(',');
            }
            label.push(digit);
        }
        if rest.is_empty() { label } else { format!("{label}.{rest}") }
    }
}

/// Whether a number has so many digits behind the point and no more.
fn has_no_more(number: f64, digits: usize) -> bool {
    let shown: f64 = format!("{number:.digits$}").parse().unwrap_or(f64::NAN);
    (shown - number).abs() < number * 1e-6
}

fn legend(svg: &mut String, names: &[&str]) {
    let mut x = 16.0;
    for (look, name) in names.iter().enumerate() {
        let _ = writeln!(svg, "<path class=\"l c{look}\" d=\"M{x} 40h28\"/>");
        text(svg, x + 34.0, 44.0, "start", name);
        x += 60.0 + 7.5 * f64::from(u32::try_from(name.len()).unwrap_or(0));
    }
}

fn straight(svg: &mut String, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let _ = writeln!(
        svg,
        "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
    );
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    let words = escaped(words);
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round_and_hold_everything() {
        for (most, step, count, labels) in [
            (50_000.0, 10_000.0, 5, "0 10,000 20,000 30,000 40,000 50,000"),
            (141.0, 50.0, 3, "0 50 100 150"),
            (0.2, 0.05, 4, "0.00 0.05 0.10 0.15 0.20"),
            (1.0, 0.2, 5, "0.0 0.2 0.4 0.6 0.8 1.0"),
            (6.1, 2.0, 4, "0 2 4 6 8"),
            (0.0, 1.0, 1, "0 1"),
        ] {
            let scale = Scale::up_to([most, f64::NAN].into_iter());
            assert!((scale.step - step).abs() < 1e-9, "{most}: {scale:?}");
            assert_eq!(scale.count, count, "{most}");
            assert!(scale.share(most) <= 1.0 + 1e-9);
            let shown: Vec<String> = scale.steps().map(|value| scale.label(value)).collect();
            assert_eq!(shown.join(" "), labels);
        }
    }

    #[test]
    fn a_picture_has_its_lines_where_they_belong() {
        let line = |name, points: &[(f64, f64)]| Line { name, points: points.to_vec() };
        let picture = Picture {
            title: "Two & <two>".to_owned(),
            over: "Subscribers",
            charts: vec![
                Chart { name: "Time (ms)", lines: vec![line("A", &[(1_000.0, 1.0), (5_000.0, 5.0)])] },
                Chart { name: "Memory (KiB)", lines: vec![line("B", &[(5_000.0, 0.0)])] },
            ],
        };
        let svg = picture.svg();
        // The last point of the first line is at the right end, at the top of the first chart.
        let (right, top) = (WIDTH - RIGHT, TOP);
        for part in [
            format!(" {right:.1},{top:.1}\""),
            "class=\"l c1\" points=\"".to_owned(),
            "Two &amp; &lt;two>".to_owned(),
            ">Time (ms)</text>".to_owned(),
            ">Memory (KiB)</text>".to_owned(),
            ">Subscribers</text>".to_owned(),
            ">5,000</text>".to_owned(),
            "prefers-color-scheme:dark".to_owned(),
        ] {
            assert!(svg.contains(&part), "{part} in {svg}");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
