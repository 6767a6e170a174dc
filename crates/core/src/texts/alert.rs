//! What an alert says, from a template: headline, text, and what it does not mean.

use bystand_wire::Timestamp;
use bystand_wire::time::MINUTE_MS;

use super::{Arg, Guarded, Texts, news_id, verdict_id};
use crate::alerts::{AlertNote, NoteKind, Outcome, Place};
use crate::desk::{News, RumorAnswer, Verdict, WhatItWas};

/// An alert in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertText {
    /// One line.
    pub headline: String,
    /// One or two sentences.
    pub body: String,
    /// What it does not mean; empty when there is nothing to add.
    pub limits: String,
}

impl Texts {
    /// Says what a note says. `place` is what people call the place (a zone's name, or the zone around
    /// a cell). After its time the note only says that there is no news.
    pub fn alert(&self, note: &AlertNote, place: &str, offset_min: i32, now: Timestamp) -> AlertText {
        if self.is_held_back(Guarded::Alerts) {
            return self.reviewed(Guarded::Alerts).alert(note, place, offset_min, now);
        }
        let place = match note.place {
            Place::Cell(_) => self.get("alert-place-around", &[("place", Arg::Text(place))]),
            Place::Zone(_) => self.get("alert-place-in", &[("place", Arg::Text(place))]),
        };
        let kind = self.kind(note.kind.as_str());
        let (what, how) = match note.outcome {
            Some(Outcome::FalseAlarm(what)) => (self.what(what), String::new()),
            Some(Outcome::Over(how)) => (String::new(), self.plain(&format!("how-{}", how.as_str()))),
            Some(Outcome::Confirmed) | None => (String::new(), String::new()),
        };
        let clock = |at| self.clock_time(at, offset_min);
        let (from, until) = (clock(note.observed_from), clock(note.observed_until));
        let issued = clock(note.issued);
        let args = [
            ("kind", Arg::Text(&kind)),
            ("place", Arg::Text(&place)),
            ("what", Arg::Text(&what)),
            ("how", Arg::Text(&how)),
            ("from", Arg::Text(&from)),
            ("until", Arg::Text(&until)),
            ("issued", Arg::Text(&issued)),
        ];
        // What was taken back or ended stays so; what was going on may have changed since.
        let open = matches!(note.note, NoteKind::New | NoteKind::Update | NoteKind::Rechecking);
        let id = if open && now >= note.expires { "no-news" } else { note.note.as_str() };
        let limits = match note.note {
            NoteKind::Wrong | NoteKind::RumorCheck => self.plain("alert-only-then"),
            NoteKind::New | NoteKind::Update | NoteKind::Rechecking | NoteKind::Over => String::new(),
        };
        AlertText {
            headline: self.get(&format!("alert-{id}-headline"), &args),
            body: self.get(&format!("alert-{id}-body"), &args),
            limits,
        }
    }

    /// The answer to a rumor, with how many looked and how often it was asked.
    pub fn rumor(&self, kind: &str, answer: &RumorAnswer, times: u32, offset_min: i32) -> String {
        if self.is_held_back(Guarded::Alerts) {
            return self.reviewed(Guarded::Alerts).rumor(kind, answer, times, offset_min);
        }
        let (at, kind) = (self.clock_time(answer.checked_at, offset_min), self.kind(kind));
        let (id, what, how) = match answer.verdict {
            Verdict::Confirmed => ("rumor-confirmed", String::new(), String::new()),
            Verdict::FalseAlarm(what) => ("rumor-false-alarm", self.what(what), String::new()),
            Verdict::CouldNotCheck => ("rumor-could-not-check", String::new(), String::new()),
            Verdict::Ended(how) => {
                ("rumor-ended", String::new(), self.plain(&format!("how-{}", how.as_str())))
            }
        };
        let args = [
            ("at", Arg::Text(&at)),
            ("kind", Arg::Text(&kind)),
            ("count", Arg::Count(u32::from(answer.seen_by))),
            ("what", Arg::Text(&what)),
            ("how", Arg::Text(&how)),
        ];
        let asked = self.get("rumor-times", &[("count", Arg::Count(times))]);
        format!("{} {} {asked}", self.get(id, &args), self.plain("alert-only-then"))
    }

    /// What a reporter is told.
    pub fn news(&self, news: News) -> String {
        match news {
            News::FalseAlarm(what) => self.get(news_id(news), &[("what", Arg::Text(&self.what(what)))]),
            News::Received | News::BeingChecked | News::Confirmed | News::CouldNotCheck | News::Over => {
                self.plain(news_id(news))
            }
        }
    }

    /// A verdict, as the desk reads it.
    pub fn verdict(&self, verdict: Verdict) -> String {
        match verdict {
            Verdict::FalseAlarm(what) => {
                self.get(verdict_id(verdict), &[("what", Arg::Text(&self.what(what)))])
            }
            Verdict::Ended(how) => {
                let how = self.plain(&format!("how-{}", how.as_str()));
                self.get(verdict_id(verdict), &[("how", Arg::Text(&how))])
            }
            Verdict::Confirmed | Verdict::CouldNotCheck => self.plain(verdict_id(verdict)),
        }
    }

    /// The name of a kind of activity; a kind of another network's making is *other*.
    pub fn kind(&self, code: &str) -> String {
        let id = format!("kind-{code}");
        if self.has(&id) { self.plain(&id) } else { self.plain("kind-other") }
    }

    /// What a false alarm was.
    pub fn what(&self, what: WhatItWas) -> String {
        self.plain(&format!("what-{}", what.as_str()))
    }
}

/// The clock time of a moment, as `14:05`, at an offset from UTC in minutes.
pub fn clock_time(at: Timestamp, offset_min: i32) -> String {
    let minutes = i64::try_from(at.0 / MINUTE_MS).unwrap_or(0).saturating_add(i64::from(offset_min));
    let of_day = minutes.rem_euclid(24 * 60);
    format!("{:02}:{:02}", of_day / 60, of_day % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::HowEnded;
    use bystand_wire::{AlertId, NetworkId};

    fn note(kind: NoteKind, outcome: Option<Outcome>) -> AlertNote {
        let at = |text: &str| text.parse().expect("a time");
        AlertNote {
            network: NetworkId([1; 32]),
            alert: AlertId([2; 16]),
            serial: 1,
            note: kind,
            kind: "checkpoint".parse().expect("a kind"),
            place: Place::Zone("phillips".parse().expect("a zone")),
            observed_from: at("2026-11-21T19:58:00Z"),
            observed_until: at("2026-11-21T20:05:00Z"),
            outcome,
            issued: at("2026-11-21T20:06:00Z"),
            expires: at("2026-11-21T22:06:00Z"),
        }
    }

    #[test]
    fn notes_say_what_their_fields_say() {
        let texts = Texts::english();
        let police = Some(Outcome::FalseAlarm(WhatItWas::CityPolice));
        let early: Timestamp = "2026-11-21T20:10:00Z".parse().expect("a time");
        for (kind, outcome, headline, body) in [
            (
                NoteKind::New,
                Some(Outcome::Confirmed),
                "Checkpoint: somewhere in Phillips",
                "Confirmed by trained volunteers between 13:58 and 14:05.",
            ),
            (
                NoteKind::Rechecking,
                None,
                "Being checked again: Checkpoint, somewhere in Phillips",
                "There is doubt about this alert since 14:06. Volunteers are checking it again.",
            ),
            (
                NoteKind::RumorCheck,
                police,
                "Rumor check: somewhere in Phillips",
                "Checked 14:05: volunteers saw city police, no immigration officers.",
            ),
            (
                NoteKind::Over,
                Some(Outcome::Over(HowEnded::PeopleReleased)),
                "It is over: Checkpoint, somewhere in Phillips",
                "The people who were held were let go. Last seen 14:05.",
            ),
        ] {
            let text = texts.alert(&note(kind, outcome), "Phillips", -360, early);
            assert_eq!((text.headline.as_str(), text.body.as_str()), (headline, body));
        }
        let wrong = texts.alert(&note(NoteKind::Wrong, police), "Phillips", -360, early);
        assert!(wrong.body.contains("city police") && wrong.limits.contains("only"));
    }

    #[test]
    fn after_its_time_an_alert_only_says_that_there_is_no_news() {
        let texts = Texts::english();
        let late: Timestamp = "2026-11-21T22:06:00Z".parse().expect("a time");
        let old = texts.alert(&note(NoteKind::New, Some(Outcome::Confirmed)), "Phillips", -360, late);
        assert_eq!(old.headline, "No news since 14:06: Checkpoint, somewhere in Phillips");
        assert_eq!(old.body, "This does not mean it is over.");
        let over = note(NoteKind::Over, Some(Outcome::Over(HowEnded::LeftUnknown)));
        assert!(texts.alert(&over, "Phillips", -360, late).headline.starts_with("It is over"));
    }

    #[test]
    fn rumors_say_who_looked_and_when() {
        let texts = Texts::english();
        let answer = RumorAnswer {
            verdict: Verdict::FalseAlarm(WhatItWas::CityPolice),
            checked_at: "2026-11-21T20:05:00Z".parse().expect("a time"),
            seen_by: 2,
        };
        assert_eq!(
            texts.rumor("checkpoint", &answer, 10, -360),
            "Checked 14:05: 2 volunteers saw city police, no immigration officers. \
             This is about that place and that time only. Asked 10 times."
        );
        assert_eq!(texts.kind("made-up-elsewhere"), "Other activity");
    }

    #[test]
    fn clocks_wrap_around_midnight() {
        let midnight: Timestamp = "2026-11-21T00:00:00Z".parse().expect("a time");
        assert_eq!(clock_time(midnight, -1), "23:59");
        assert_eq!(clock_time(midnight, 330), "05:30");
        assert_eq!(clock_time(Timestamp(0), -720), "12:00");
    }
}
