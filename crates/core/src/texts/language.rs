//! A language made from its files: what it lacks is said in English, and what nobody has checked is not said in it.

use std::sync::Arc;

use bystand_wire::Timestamp;

use super::alert::clock_time;
use super::{Arg, Texts};

/// One file of a language's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextFile<'a> {
    /// Its name in the folder, as `alerts.ftl`.
    pub name: &'a str,
    /// What is in it.
    pub source: &'a str,
}

/// Texts that must not be wrong: a person who reads the language has checked them, or they are shown in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guarded {
    /// Alerts and rumor checks.
    Alerts,
    /// Advice for who decides something now.
    Advice,
    /// Rights, and what to do at the door.
    Rights,
}

impl Guarded {
    /// All of them.
    pub const ALL: [Guarded; 3] = [Guarded::Alerts, Guarded::Advice, Guarded::Rights];

    /// The file they are in.
    pub fn file(self) -> &'static str {
        match self {
            Guarded::Alerts => "alerts.ftl",
            Guarded::Advice => "advice.ftl",
            Guarded::Rights => "rights.ftl",
        }
    }
}

/// How a language writes the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// `2:05 PM`.
    Twelve,
    /// `14:05`.
    TwentyFour,
}

impl Texts {
    /// A language from its files. `english` answers for what they lack; English itself has none. Files of guarded
    /// texts count only once a person has checked them ([`is_reviewed`]).
    pub fn language(tag: &str, files: &[TextFile<'_>], english: Option<Arc<Texts>>) -> Texts {
        let is_held_back =
            |file: &TextFile<'_>| english.is_some() && is_guarded(file.name) && !is_reviewed(file.source);
        let (held, used): (Vec<TextFile<'_>>, Vec<TextFile<'_>>) =
            files.iter().copied().partition(is_held_back);
        let sources: Vec<&str> = used.iter().map(|file| file.source).collect();
        let mut texts = Texts::of(tag, &sources);
        texts.held_back = Guarded::ALL
            .into_iter()
            .filter(|guarded| held.iter().any(|file| file.name == guarded.file()))
            .collect();
        texts.english = english;
        if texts.plain("language-clock") == "12" {
            texts.clock = Clock::Twelve;
        }
        texts
    }

    /// The language's tag.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Whether it is written from right to left.
    pub fn is_right_to_left(&self) -> bool {
        self.plain("language-direction") == "rtl"
    }

    /// The tag of the language in which a text is said.
    pub fn language_of(&self, id: &str) -> &str {
        match &self.english {
            Some(english) if !self.bundle.has_message(id) => english.tag(),
            Some(_) | None => &self.tag,
        }
    }

    /// Whether texts of this sort are shown in English, since nobody has checked them in this language.
    pub fn is_held_back(&self, guarded: Guarded) -> bool {
        self.held_back.contains(&guarded)
    }

    /// The texts in which this sort is said: these, or the English ones. So a sentence is never half in one language.
    pub fn reviewed(&self, guarded: Guarded) -> &Texts {
        match &self.english {
            Some(english) if self.is_held_back(guarded) => english,
            Some(_) | None => self,
        }
    }

    /// A day of the year, as this language writes it.
    pub fn day(&self, month: u32, day: u32) -> String {
        self.get("language-day", &[("month", Arg::Count(month)), ("day", Arg::Count(day))])
    }

    /// The time of day at an offset from UTC in minutes, as this language writes it.
    pub fn clock_time(&self, at: Timestamp, offset_min: i32) -> String {
        let time = clock_time(at, offset_min);
        match self.clock {
            Clock::TwentyFour => time,
            Clock::Twelve => twelve_hours(&time),
        }
    }
}

/// Whether a file's first line says who has checked it: `# reviewed: NAME, DATE`.
pub fn is_reviewed(source: &str) -> bool {
    let said = source.lines().next().and_then(|line| line.strip_prefix("# reviewed:")).map(str::trim);
    said.is_some_and(|said| !said.is_empty() && said != "no")
}

fn is_guarded(name: &str) -> bool {
    Guarded::ALL.into_iter().any(|guarded| guarded.file() == name)
}

fn twelve_hours(time: &str) -> String {
    let Some((hour, minute)) = time.split_once(':') else { return time.to_owned() };
    let hour: u32 = hour.parse().unwrap_or(0);
    let half = if hour < 12 { "AM" } else { "PM" };
    let hour = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
    format!("{hour}:{minute} {half}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &'static str, source: &'static str) -> TextFile<'static> {
        TextFile { name, source }
    }

    fn english() -> Arc<Texts> {
        let files = [
            file("public.ftl", "language-clock = 12\nlanguage-direction = ltr\na = A\nb = B\n"),
            file("alerts.ftl", "alert = { $n ->\n    [one] one alert\n   *[other] { $n } alerts\n}\n"),
        ];
        Arc::new(Texts::language("en", &files, None))
    }

    #[test]
    fn what_a_language_lacks_is_said_in_english() {
        let texts = Texts::language("es", &[file("public.ftl", "# reviewed: no\na = Á\n")], Some(english()));
        assert_eq!((texts.plain("a"), texts.language_of("a")), ("Á".into(), "es"));
        assert_eq!((texts.plain("b"), texts.language_of("b")), ("B".into(), "en"));
        assert_eq!(texts.plain("c"), "c");
        // Plurals of an English text follow English, whatever the language has.
        let texts = Texts::language("vi", &[], Some(english()));
        assert_eq!(texts.get("alert", &[("n", Arg::Count(1))]), "one alert");
    }

    #[test]
    fn unreviewed_alerts_are_shown_in_english_and_reviewed_ones_are_not() {
        for (header, held) in [
            ("# reviewed: no", true),
            ("# reviewed:", true),
            ("alert-x = y", true),
            ("# reviewed: A. Reader, 2026-11-30", false),
        ] {
            let source: &'static str = Box::leak(format!("{header}\nalert = alerta\n").into_boxed_str());
            let texts = Texts::language("es", &[file("alerts.ftl", source)], Some(english()));
            assert_eq!(texts.is_held_back(Guarded::Alerts), held, "{header}");
            assert_eq!(texts.reviewed(Guarded::Alerts).tag(), if held { "en" } else { "es" });
            assert_eq!(texts.plain("alert") == "alerta", !held);
            assert!(!texts.is_held_back(Guarded::Rights));
        }
    }

    #[test]
    fn times_are_written_as_the_language_writes_them() {
        let texts = Texts::language("es", &[file("public.ftl", "language-clock = 24\n")], Some(english()));
        for (at, here, there) in [
            ("2026-11-21T20:05:00Z", "14:05", "2:05 PM"),
            ("2026-11-21T06:00:00Z", "00:00", "12:00 AM"),
            ("2026-11-21T18:30:00Z", "12:30", "12:30 PM"),
            ("2026-11-21T15:09:00Z", "09:09", "9:09 AM"),
        ] {
            let at = at.parse().expect("a time");
            assert_eq!(texts.clock_time(at, -360), here);
            assert_eq!(english().clock_time(at, -360), there);
            assert_eq!(Texts::english().day(11, 21), "Nov 21");
            assert_eq!(Texts::english().clock_time(at, -360), here, "a terminal has 24 hours");
        }
    }
}
