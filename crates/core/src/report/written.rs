//! A report as it stands in a form: words and numbers as somebody has typed them.
//!
//! The form's page knows the fields by these names, and says what is wrong beside the field ([`Wrong`]).

use bystand_wire::time::{DAY_MS, MINUTE_MS};
use bystand_wire::{ReportId, Timestamp};

use super::{
    FirstHand, MAX_PEOPLE, MAX_VEHICLES, Place, ReportError, ReportIn, Size, Source, TextField, When,
};
use crate::geo::{CALL_OUT_RESOLUTION, Point, cell_of};

/// How long ago something can have been seen, in milliseconds.
const LONGEST_AGO_MS: u64 = 7 * DAY_MS;

/// What stands in the form's fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// `yes`, `no` or nothing.
    pub first_hand: String,
    /// The word of a kind, or nothing.
    pub kind: String,
    /// Cross streets or a landmark.
    pub place_text: String,
    /// Where the device is, if the person wants to say that.
    pub near_me: Option<Point>,
    /// It is somebody's home.
    pub home: bool,
    /// What is going on.
    pub activity: String,
    /// A number, or nothing.
    pub people: String,
    /// A number, or nothing.
    pub vehicles: String,
    /// Clothing and markings.
    pub unit: String,
    /// Vehicles and equipment.
    pub equipment: String,
    /// It was seen earlier.
    pub is_earlier: bool,
    /// A number, or nothing.
    pub minutes_ago: String,
    /// The form's language.
    pub language: String,
    /// An interpreter is wished for.
    pub interpreter: bool,
}

/// A field, and what is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrong {
    /// The field's name.
    pub field: &'static str,
    /// The id of the text that says it.
    pub text: &'static str,
}

impl Written {
    /// The report, if it can be sent like this.
    ///
    /// # Errors
    /// [`Wrong`]: the first field to be put right.
    pub fn report(&self, now: Timestamp) -> Result<ReportIn, Wrong> {
        let kind = self.kind.parse().map_err(|_| Wrong { field: "kind", text: "report-error-activity" })?;
        let report = ReportIn {
            activity: self.activity.trim().to_owned(),
            first_hand: FirstHand::ALL
                .into_iter()
                .find(|answer| answer.as_str() == self.first_hand)
                .unwrap_or_default(),
            size: Size {
                people: count("people", &self.people, MAX_PEOPLE)?,
                vehicles: count("vehicles", &self.vehicles, MAX_VEHICLES)?,
            },
            unit: self.unit.trim().to_owned(),
            equipment: self.equipment.trim().to_owned(),
            seen: self.seen(now)?,
            language: Some(self.language.clone()).filter(|tag| !tag.is_empty()),
            needs_interpreter: self.interpreter,
            ..ReportIn::new(ReportId([0; 16]), kind, self.place(), now)
        };
        report.clone().check(Source::Public, now).map_err(Wrong::of)?;
        Ok(report)
    }

    /// Of a home no pin is given, only the part of town: what the desk needs stands in the text.
    fn place(&self) -> Place {
        let near = self.near_me.filter(|_| self.home).and_then(|pin| cell_of(pin, CALL_OUT_RESOLUTION).ok());
        Place {
            point: self.near_me.filter(|_| !self.home),
            text: self.place_text.trim().to_owned(),
            zone: None,
            near,
            home: self.home,
        }
    }

    fn seen(&self, now: Timestamp) -> Result<When, Wrong> {
        if !self.is_earlier {
            return Ok(When::Now);
        }
        let minutes = number(&self.minutes_ago);
        let wrong = Wrong { field: "minutes_ago", text: "report-error-count" };
        let Some(minutes) = minutes.map_err(|()| wrong)? else { return Ok(When::Unknown) };
        let ago_ms = u64::from(minutes) * MINUTE_MS;
        if ago_ms > LONGEST_AGO_MS {
            return Err(wrong);
        }
        Ok(When::At(Timestamp(now.0.saturating_sub(ago_ms))))
    }
}

impl Wrong {
    fn of(error: ReportError) -> Self {
        let (field, text) = match error {
            ReportError::TextTooLong { field, .. } => (name_of(field), "report-error-too-long"),
            ReportError::NoPlace | ReportError::BadPlace | ReportError::ExactHome => {
                ("place_text", "report-error-place")
            }
            ReportError::NoActivity => ("activity", "report-error-activity"),
            ReportError::UnknownKind => ("kind", "report-error-activity"),
            ReportError::BadCount => ("people", "report-error-count"),
            ReportError::Future => ("state", "report-error-clock"),
            ReportError::Unprintable | ReportError::BadLanguage | ReportError::NoSuchRange => {
                ("state", "report-error-failed")
            }
        };
        Self { field, text }
    }
}

fn name_of(field: TextField) -> &'static str {
    match field {
        TextField::Activity => "activity",
        TextField::Place => "place_text",
        TextField::Unit => "unit",
        TextField::Equipment => "equipment",
    }
}

fn count(field: &'static str, text: &str, most: u16) -> Result<Option<u16>, Wrong> {
    let wrong = Wrong { field, text: "report-error-count" };
    let Some(number) = number(text).map_err(|()| wrong)? else { return Ok(None) };
    let number = u16::try_from(number).ok().filter(|number| *number <= most);
    number.map(Some).ok_or(wrong)
}

/// A whole number in the digits of any language that the forms are in; `None` for nothing.
fn number(text: &str) -> Result<Option<u32>, ()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let plain: Option<String> = text.chars().map(plain_digit).collect();
    plain.and_then(|digits| digits.parse().ok()).map(Some).ok_or(())
}

/// ASCII, Arabic-Indic, extended Arabic-Indic (Persian, Urdu) and Devanagari digits.
fn plain_digit(digit: char) -> Option<char> {
    let bases = ['0', '\u{660}', '\u{6f0}', '\u{966}'];
    let value =
        bases.into_iter().find_map(|zero| u32::from(digit).checked_sub(zero.into()).filter(|v| *v < 10))?;
    char::from_digit(value, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn good() -> Written {
        Written { kind: "checkpoint".into(), place_text: "4th and 3rd".into(), ..Written::default() }
    }

    #[test]
    fn what_is_wrong_is_said_beside_its_field() {
        for (field, text, change) in [
            ("kind", "report-error-activity", (|w| w.kind.clear()) as fn(&mut Written)),
            ("place_text", "report-error-place", |w| w.place_text = "  ".into()),
            ("activity", "report-error-activity", |w| w.kind = "other".into()),
            ("activity", "report-error-too-long", |w| w.activity = "🚨".repeat(2_001)),
            ("unit", "report-error-too-long", |w| w.unit = "x".repeat(301)),
            ("people", "report-error-count", |w| w.people = "many".into()),
            ("people", "report-error-count", |w| w.people = "99999".into()),
            ("vehicles", "report-error-count", |w| w.vehicles = "-1".into()),
            ("minutes_ago", "report-error-count", |w| {
                (w.is_earlier, w.minutes_ago) = (true, "99999999".into());
            }),
        ] {
            let mut written = good();
            change(&mut written);
            assert_eq!(written.report(NOW), Err(Wrong { field, text }));
        }
        assert!(good().report(NOW).is_ok());
    }

    #[test]
    fn numbers_are_read_in_the_digits_of_the_language() {
        for (text, expected) in
            [("", None), (" 12 ", Some(12)), ("١٢", Some(12)), ("۱۲", Some(12)), ("१२", Some(12))]
        {
            let people =
                Written { people: text.into(), ..good() }.report(NOW).map(|report| report.size.people);
            assert_eq!(people, Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_home_has_no_pin() {
        let pin = Point::from_degrees(44.9771, -93.2655);
        for home in [false, true] {
            let written = Written { near_me: pin, home, place_text: String::new(), ..good() };
            let place = written.report(NOW).expect("good").place;
            assert_eq!((place.point.is_some(), place.near.is_some(), place.home), (!home, home, home));
        }
    }

    #[test]
    fn earlier_without_a_number_is_not_now() {
        let seen = |minutes_ago: &str| {
            let written = Written { is_earlier: true, minutes_ago: minutes_ago.into(), ..good() };
            written.report(NOW).map(|report| report.seen)
        };
        assert_eq!(seen(""), Ok(When::Unknown));
        assert_eq!(seen("10"), Ok(When::At(Timestamp(NOW.0 - 10 * MINUTE_MS))));
    }
}
