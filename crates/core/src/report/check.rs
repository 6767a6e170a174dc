//! The way up the trust ladder: from [`ReportIn`] to [`Report`].

use bystand_wire::{Timestamp, limits};
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::{
    LANGUAGE_CHARS, MAX_PEOPLE, MAX_VEHICLES, Place, Report, ReportIn, SHORT_TEXT_CHARS, Source, TextField,
    TextRange, When,
};
use crate::geo::{self, CALL_OUT_RESOLUTION, Point};
use crate::report::Kind;

/// Why a report cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// A text is longer than its limit.
    #[error("the text is longer than {limit} characters")]
    TextTooLong {
        /// Which text.
        field: TextField,
        /// Its limit, in characters.
        limit: usize,
    },
    /// A text has control characters (only the casebook's form is this strict).
    #[error("the text has characters that cannot be shown")]
    Unprintable,
    /// Neither pin nor text nor zone.
    #[error("say where: drop a pin, or name the cross streets")]
    NoPlace,
    /// The kind is *other* and nothing says what.
    #[error("say in a few words what is going on")]
    NoActivity,
    /// The pin or the coarse cell is not on the map.
    #[error("the place is not on the map")]
    BadPlace,
    /// A home was given with its exact place in a report that goes into a casebook.
    #[error("a home must not be given exactly here")]
    ExactHome,
    /// A count that cannot be.
    #[error("that many people or vehicles cannot be right")]
    BadCount,
    /// A moment in the future, beyond the allowed clock skew.
    #[error("the time is in the future: check the clock of this device")]
    Future,
    /// Not a language tag.
    #[error("not a language tag")]
    BadLanguage,
    /// Not one of the kinds.
    #[error("not a kind of activity that is known here")]
    UnknownKind,
    /// The characters to be struck are not in the text.
    #[error("there is no such part of the text")]
    NoSuchRange,
}

impl ReportError {
    /// A stable name for scripts and screens.
    pub fn code(self) -> &'static str {
        match self {
            ReportError::TextTooLong { .. } => "report-text-too-long",
            ReportError::Unprintable => "report-unprintable",
            ReportError::NoPlace => "report-no-place",
            ReportError::NoActivity => "report-no-activity",
            ReportError::BadPlace => "report-bad-place",
            ReportError::ExactHome => "report-exact-home",
            ReportError::BadCount => "report-bad-count",
            ReportError::Future => "report-future",
            ReportError::BadLanguage => "report-bad-language",
            ReportError::UnknownKind => "report-unknown-kind",
            ReportError::NoSuchRange => "report-no-such-range",
        }
    }
}

impl ReportIn {
    /// Checks a report where it is written: strict, so that the person can correct it.
    ///
    /// # Errors
    /// [`ReportError`], the first thing to be put right.
    pub fn check(mut self, source: Source, now: Timestamp) -> Result<Report, ReportError> {
        self.clean();
        self.within_limits()?;
        let latest = now.plus_ms(limits::CLOCK_SKEW_MS);
        if self.written_at > latest || matches!(self.seen, When::At(at) if at > latest) {
            return Err(ReportError::Future);
        }
        Ok(Report { said: self, source, clock_doubtful: false })
    }

    /// Takes a report at the desk: as [`ReportIn::check`], but times in the future become the time of
    /// receipt and the report is marked. A phone with a wrong clock must not lose what it has to say.
    ///
    /// # Errors
    /// [`ReportError`], never [`ReportError::Future`].
    pub fn take(mut self, source: Source, received_at: Timestamp) -> Result<Report, ReportError> {
        self.clean();
        self.within_limits()?;
        let latest = received_at.plus_ms(limits::CLOCK_SKEW_MS);
        let mut clock_doubtful = false;
        if self.written_at > latest {
            self.written_at = received_at;
            clock_doubtful = true;
        }
        if let When::At(at) = self.seen
            && at > latest
        {
            self.seen = When::At(received_at);
            clock_doubtful = true;
        }
        Ok(Report { said: self, source, clock_doubtful })
    }

    /// Splits the exact place of a home off, before the report becomes an entry. The result is what
    /// the desk sends as a room message; `None` when the place is not a home or was not exact.
    pub fn take_home_apart(&mut self) -> Option<(Option<Point>, String)> {
        if !self.place.home || !self.place.is_exact() {
            return None;
        }
        let exact = (self.place.point, self.place.text.clone());
        self.hide_home();
        Some(exact)
    }

    pub(super) fn hide_home(&mut self) {
        if let Some(point) = self.place.point.take()
            && self.place.near.is_none()
        {
            self.place.near = geo::cell_of(point, CALL_OUT_RESOLUTION).ok();
        }
        self.place.text.clear();
        self.place.home = true;
    }

    /// Takes out what a screen cannot show or what could fool one; a report is not lost over it.
    fn clean(&mut self) {
        for text in [&mut self.activity, &mut self.place.text, &mut self.unit, &mut self.equipment] {
            if text.chars().any(unprintable) {
                *text = text.chars().map(|c| if unprintable(c) { ' ' } else { c }).collect();
            }
        }
    }

    fn within_limits(&self) -> Result<(), ReportError> {
        for (field, text, limit) in [
            (TextField::Activity, &self.activity, limits::REPORT_TEXT_CHARS),
            (TextField::Place, &self.place.text, SHORT_TEXT_CHARS),
            (TextField::Unit, &self.unit, SHORT_TEXT_CHARS),
            (TextField::Equipment, &self.equipment, SHORT_TEXT_CHARS),
        ] {
            if text.chars().count() > limit {
                return Err(ReportError::TextTooLong { field, limit });
            }
            if text.chars().any(unprintable) {
                return Err(ReportError::Unprintable);
            }
        }
        if self.kind == Kind::Other && self.activity.trim().is_empty() {
            return Err(ReportError::NoActivity);
        }
        let too_many = |count: Option<u16>, limit| count.is_some_and(|n| n > limit);
        if too_many(self.size.people, MAX_PEOPLE) || too_many(self.size.vehicles, MAX_VEHICLES) {
            return Err(ReportError::BadCount);
        }
        if self.language.as_deref().is_some_and(|tag| !is_language_tag(tag)) {
            return Err(ReportError::BadLanguage);
        }
        self.place.check()
    }
}

impl Place {
    /// Whether it says where exactly.
    pub fn is_exact(&self) -> bool {
        self.point.is_some() || !self.text.is_empty()
    }

    fn check(&self) -> Result<(), ReportError> {
        if !self.is_exact() && self.zone.is_none() && self.near.is_none() {
            return Err(ReportError::NoPlace);
        }
        let coarse = |cell| geo::cell_resolution(cell).is_ok_and(|r| r <= CALL_OUT_RESOLUTION);
        if self.point.is_some_and(|point| !point.is_valid()) || self.near.is_some_and(|cell| !coarse(cell)) {
            return Err(ReportError::BadPlace);
        }
        Ok(())
    }
}

/// The form of an entry. Reading it refuses whatever a check would not have let through, so that a
/// [`Report`] is within the limits wherever it comes from.
impl<C> Encode<C> for Report {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(3)?;
        self.said.encode(e, ctx)?;
        self.source.encode(e, ctx)?;
        e.bool(self.clock_doubtful)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Report {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        if d.array()? != Some(3) {
            return Err(minicbor::decode::Error::message("a report has three parts"));
        }
        let said = ReportIn::decode(d, ctx)?;
        let source = Source::decode(d, ctx)?;
        let clock_doubtful = d.bool()?;
        said.within_limits().map_err(|e| minicbor::decode::Error::message(e.code()))?;
        if said.place.home && said.place.is_exact() {
            return Err(minicbor::decode::Error::message(ReportError::ExactHome.code()));
        }
        Ok(Report { said, source, clock_doubtful })
    }
}

/// Letters and digits in groups of one to eight, joined by hyphens (RFC 5646, its shape only).
pub(crate) fn is_language_tag(tag: &str) -> bool {
    (2..=LANGUAGE_CHARS).contains(&tag.len())
        && tag
            .split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Control characters (but for the line break), and those that turn the writing direction around.
pub(crate) fn unprintable(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl TextRange {
    /// The whole of a text.
    pub fn all(text: &str) -> TextRange {
        TextRange { from: 0, len: u32::try_from(text.chars().count()).unwrap_or(u32::MAX) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ReplySeed, STRUCK, Size};
    use bystand_wire::{Cell, ReportId, decode, encode};
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn good() -> ReportIn {
        let place = Place { text: "Lake St and 12th Ave".into(), ..Place::default() };
        ReportIn::new(ReportId([7; 16]), Kind::Checkpoint, place, NOW)
    }

    fn with(change: impl FnOnce(&mut ReportIn)) -> ReportIn {
        let mut report = good();
        change(&mut report);
        report
    }

    #[test]
    fn only_place_and_activity_are_asked_for() {
        assert!(good().check(Source::Public, NOW).is_ok());
        let too_long = |field, limit| ReportError::TextTooLong { field, limit };
        for (report, error) in [
            (with(|r| r.place.text.clear()), ReportError::NoPlace),
            (with(|r| r.kind = Kind::Other), ReportError::NoActivity),
            (with(|r| r.activity = "x".repeat(2_001)), too_long(TextField::Activity, 2_000)),
            (with(|r| r.unit = "x".repeat(301)), too_long(TextField::Unit, 300)),
            (with(|r| r.size.people = Some(5_001)), ReportError::BadCount),
            (with(|r| r.size.vehicles = Some(1_001)), ReportError::BadCount),
            (with(|r| r.written_at = NOW.plus_ms(limits::CLOCK_SKEW_MS + 1)), ReportError::Future),
            (with(|r| r.seen = When::At(NOW.plus_ms(limits::CLOCK_SKEW_MS + 1))), ReportError::Future),
            (with(|r| r.language = Some("e".into())), ReportError::BadLanguage),
            (with(|r| r.language = Some("en_US".into())), ReportError::BadLanguage),
            (with(|r| r.place.point = Some(Point { lat: i32::MAX, lon: 0 })), ReportError::BadPlace),
            (with(|r| r.place.near = Some(Cell(3))), ReportError::BadPlace),
        ] {
            assert_eq!(report.clone().check(Source::Public, NOW), Err(error), "{report:?}");
        }
        for fits in [
            with(|r| r.activity = "é".repeat(2_000)),
            with(|r| r.written_at = NOW.plus_ms(limits::CLOCK_SKEW_MS)),
            with(|r| r.language = Some("es-419".into())),
            with(|r| r.size = Size { people: Some(5_000), vehicles: Some(0) }),
        ] {
            assert!(fits.check(Source::Public, NOW).is_ok());
        }
    }

    #[test]
    fn a_wrong_clock_does_not_lose_the_report() {
        let hour_ahead = NOW.plus_ms(3_600_000);
        let sent = with(|r| (r.written_at, r.seen) = (hour_ahead, When::At(hour_ahead)));
        let report = sent.take(Source::Public, NOW).expect("taken");
        assert!(report.clock_doubtful());
        assert_eq!((report.seen_at(), report.said().written_at), (NOW, NOW));
        assert!(!good().take(Source::Public, NOW).expect("taken").clock_doubtful());
    }

    #[test]
    fn texts_cannot_fool_a_screen() {
        let sent = with(|r| r.activity = "two\u{1b}[2Jvans\u{202e}\nhere".into());
        let report = sent.check(Source::Public, NOW).expect("cleaned");
        assert_eq!(report.text(TextField::Activity), "two [2Jvans \nhere");
    }

    #[test]
    fn a_home_is_not_in_an_entry() {
        let point = Point::from_degrees(44.95, -93.26).expect("in range");
        let mut sent = with(|r| (r.place.home, r.place.point) = (true, Some(point)));
        let unsafe_entry = sent.clone().take(Source::Public, NOW).expect("within limits");
        assert!(decode::<Report>(&encode(&unsafe_entry)).is_err());
        let exact = sent.take_home_apart().expect("an exact home");
        assert_eq!(exact, (Some(point), "Lake St and 12th Ave".into()));
        assert_eq!(sent.take_home_apart(), None);
        let entry = sent.take(Source::Public, NOW).expect("within limits");
        assert_eq!(entry.said().place.near, geo::cell_of(point, CALL_OUT_RESOLUTION).ok());
        assert!(!entry.said().place.is_exact());
        assert_eq!(decode::<Report>(&encode(&entry)), Ok(entry));
    }

    #[test]
    fn an_entry_is_checked_again_when_read() {
        let past_the_check = Report {
            said: with(|r| r.activity = "x".repeat(2_001)),
            source: Source::Card,
            clock_doubtful: false,
        };
        assert!(decode::<Report>(&encode(&past_the_check)).is_err());
        let dirty = Report { said: with(|r| r.unit = "\u{7}".into()), ..past_the_check };
        assert!(decode::<Report>(&encode(&dirty)).is_err());
    }

    #[test]
    fn the_reply_seed_is_not_printed() {
        let report = with(|r| r.reply = Some(ReplySeed([0x5a; 32])));
        let printed = format!("{report:?}");
        assert!(printed.contains("ReplySeed(..)") && !printed.contains("90"), "{printed}");
    }

    #[test]
    fn struck_words_are_gone() {
        let mut report = good().check(Source::Public, NOW).expect("good");
        report.strike(TextField::Place, TextRange { from: 0, len: 7 }).expect("in the text");
        let text = report.text(TextField::Place);
        assert_eq!(text.chars().filter(|c| *c == STRUCK).count(), 7);
        assert!(text.ends_with(" and 12th Ave"));
        let beyond = TextRange { from: 15, len: 6 };
        assert_eq!(report.strike(TextField::Place, beyond), Err(ReportError::NoSuchRange));
    }

    #[test]
    fn every_kind_has_one_word() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("Checkpoint".parse::<Kind>(), Err(ReportError::UnknownKind));
    }

    proptest! {
        #[test]
        fn entries_round_trip_and_garbage_is_refused(activity in ".{0,80}", unit in ".{0,40}", home: bool,
            people: Option<u16>, at: u64, bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut sent = with(|r| {
                (r.activity, r.unit, r.size.people) = (activity, unit, people);
                (r.written_at, r.place.home) = (Timestamp(at), home);
                r.place.zone = "phillips".parse().ok();
            });
            let _ = sent.take_home_apart();
            if let Ok(report) = sent.take(Source::Public, NOW) {
                prop_assert_eq!(decode::<Report>(&encode(&report)), Ok(report));
            }
            let _ = decode::<Report>(&bytes);
            let _ = decode::<ReportIn>(&bytes);
        }
    }
}
