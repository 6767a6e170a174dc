//! Everything that is written for people and scripts: tables and sentences, or one JSON object a line.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

/// Whether the last thing on the error output is a line of progress.
static PROGRESS: AtomicBool = AtomicBool::new(false);
/// Back to the beginning of the line, and empty it.
const CLEAR_LINE: &str = "\r\x1b[2K";

/// How to write, decided once at the start.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
    color: bool,
}

/// What a piece of text is, for terminals that show colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// Headings and names.
    Strong,
    /// Times and things beside the point.
    Faint,
    /// Confirmed, done.
    Good,
    /// Needs somebody.
    Warn,
    /// Wrong, refused, urgent.
    Bad,
}

impl Output {
    /// JSON when asked for; colors when a terminal shows them and `NO_COLOR` is not set.
    pub fn new(json: bool) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { json, color: wanted && !json && io::stdout().is_terminal() }
    }

    /// Whether scripts read along.
    pub fn is_json(self) -> bool {
        self.json
    }

    /// A line for people; scripts get nothing.
    pub fn line(self, text: &str) -> io::Result<()> {
        if self.json { Ok(()) } else { write_out(&format!("{text}\n")) }
    }

    /// A JSON object for scripts; people get nothing.
    pub fn object(self, value: &Value) -> io::Result<()> {
        if self.json { write_out(&format!("{value}\n")) } else { Ok(()) }
    }

    /// The same thing for both: a sentence for people, an object for scripts.
    pub fn both(self, text: &str, value: &Value) -> io::Result<()> {
        self.line(text)?;
        self.object(value)
    }

    /// A table for people. With `--json` the same rows as objects with the headings as names; so
    /// headings are stable words.
    pub fn table(self, headings: &[&str], rows: &[Vec<String>], if_empty: &str) -> io::Result<()> {
        if self.json {
            for row in rows {
                let named = headings
                    .iter()
                    .zip(row)
                    .map(|(name, cell)| (name.to_lowercase().replace(' ', "_"), Value::String(cell.clone())));
                self.object(&Value::Object(named.collect()))?;
            }
            return Ok(());
        }
        match rows.is_empty() {
            true => self.line(if_empty),
            false => write_out(&self.layout(headings, rows)),
        }
    }

    /// Text in a tone, for a line.
    pub fn tone(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Strong => "1",
            Tone::Faint => "2",
            Tone::Good => "32",
            Tone::Warn => "33",
            Tone::Bad => "31",
        };
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Whether colors are shown.
    pub fn has_color(self) -> bool {
        self.color
    }

    fn layout(self, headings: &[&str], rows: &[Vec<String>]) -> String {
        let clean: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| harmless(cell)).collect()).collect();
        let width = |column: usize| {
            let cells = clean.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain(headings.get(column).map(|heading| heading.chars().count())).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..headings.len()).map(width).collect();
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let padded: Vec<String> =
                cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            padded.join("  ").trim_end().to_owned()
        };
        let mut text = self.tone(Tone::Strong, &line(&mut headings.iter().copied()));
        for row in &clean {
            text.push('\n');
            text.push_str(&line(&mut row.iter().map(String::as_str)));
        }
        text.push('\n');
        text
    }
}

/// Text from elsewhere as it may be shown in a terminal: without control characters (which could
/// move the cursor or hide text) and without characters that turn the direction of writing.
pub fn harmless(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\n' | '\t' => Some(' '),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
            c if c.is_control() => Some('\u{fffd}'),
            c => Some(c),
        })
        .collect()
}

/// A line on the error output: progress and errors, never results.
pub fn note(text: &str) {
    clear_progress();
    // When even that is closed there is nobody to tell.
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// Writes a line of progress over the last one. For terminals only.
pub fn progress(text: &str) {
    PROGRESS.store(true, Ordering::Relaxed);
    let mut errors = io::stderr().lock();
    drop(write!(errors, "{CLEAR_LINE}{text}").and_then(|()| errors.flush()));
}

/// Takes the line of progress away, if there is one.
pub fn clear_progress() {
    if PROGRESS.swap(false, Ordering::Relaxed) {
        let mut errors = io::stderr().lock();
        drop(write!(errors, "{CLEAR_LINE}").and_then(|()| errors.flush()));
    }
}

fn write_out(text: &str) -> io::Result<()> {
    clear_progress();
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_align_and_cannot_be_broken_by_their_cells() {
        let output = Output { json: false, color: false };
        let rows = vec![
            vec!["1".to_owned(), "Powderhorn".to_owned(), "two\ncars".to_owned()],
            vec!["12".to_owned(), "Ñandú \u{1b}[31mred".to_owned(), String::new()],
        ];
        assert_eq!(
            output.layout(&["No", "Zone", "Text"], &rows),
            "No  Zone            Text\n\
             1   Powderhorn      two cars\n\
             12  Ñandú \u{fffd}[31mred\n"
        );
    }

    #[test]
    fn colors_only_where_they_are_shown() {
        let plain = Output { json: false, color: false };
        assert_eq!(plain.tone(Tone::Bad, "x"), "x");
        let colored = Output { json: false, color: true };
        assert_eq!(colored.tone(Tone::Bad, "x"), "\x1b[31mx\x1b[0m");
        assert_eq!(colored.tone(Tone::Plain, "x"), "x");
    }

    #[test]
    fn direction_marks_are_dropped() {
        assert_eq!(harmless("a\u{202e}b\u{7}c"), "ab\u{fffd}c");
    }
}
