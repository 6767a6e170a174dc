//! The alert book: how notes follow each other, and what is shown when.

use bystand_core::alerts::book::KEPT_MS;
use bystand_core::alerts::{
    AlertBook, AlertBuilder, AlertView, Basis, BookError, NoteKind, Outcome, Place, Quorum, Shown,
    SignedAlert, check_quorum,
};
use bystand_core::fixtures::{Fixture, NOW, OTHER_CELL};
use bystand_core::network::{VerifiedKeyNote, VerifiedManifest};
use bystand_wire::time::{HOUR_MS, MINUTE_MS};
use bystand_wire::{AlertId, PassPurpose, Timestamp, decode, encode, limits};

struct Desk {
    fixture: Fixture,
    manifest: VerifiedManifest,
    key_note: VerifiedKeyNote,
    book: AlertBook,
    index: u64,
}

impl Desk {
    fn new() -> Self {
        let fixture = Fixture::new();
        let (manifest, key_note) = (fixture.verified_manifest(), fixture.verified_key_note());
        Self { fixture, manifest, key_note, book: AlertBook::new(), index: 10 }
    }

    fn quorum(&self, text: &str) -> Quorum {
        let alert = SignedAlert::parse(text.as_bytes()).expect("a note");
        check_quorum(&alert, &self.manifest, &self.key_note, NOW.plus_ms(24 * HOUR_MS)).expect("a quorum")
    }

    fn note(&mut self, alert: AlertId, note: NoteKind, serial: u32, after_ms: u64) -> Quorum {
        let text = self.fixture.alert(alert, note, serial, NOW.plus_ms(after_ms));
        self.quorum(&text)
    }

    fn recheck(&mut self, alert: AlertId, after_ms: u64) -> Quorum {
        let held = self.book.last_note(&alert).expect("known").clone();
        let pass = self.fixture.pass_now(PassPurpose::Publish);
        let built = AlertBuilder::rechecking(&held, HOUR_MS, NOW.plus_ms(after_ms)).expect("fits");
        self.quorum(&built.publish(&pass).finish().expect("signed"))
    }

    fn apply(&mut self, quorum: &Quorum) -> Result<Shown, BookError> {
        self.index += 1;
        self.book.apply(quorum, self.index).map(|view| view.shown)
    }

    fn shown(&self, alert: AlertId, now: Timestamp) -> Option<Shown> {
        self.book.view_one(&alert, now).map(|view| view.shown)
    }
}

#[test]
fn an_alert_goes_through_its_life() {
    let mut desk = Desk::new();
    let id = desk.fixture.alert_id();
    let new = desk.note(id, NoteKind::New, 1, 0);
    assert_eq!(desk.apply(&new), Ok(Shown::Current));
    let recheck = desk.recheck(id, MINUTE_MS);
    assert_eq!(desk.apply(&recheck), Ok(Shown::BeingChecked));
    let view = desk.book.view_one(&id, NOW.plus_ms(MINUTE_MS)).expect("shown");
    // What was found, and who stood behind it, stays while it is being checked again.
    assert_eq!((view.outcome, view.basis), (Outcome::Confirmed, Basis::Finding));
    let update = desk.note(id, NoteKind::Update, 3, 2 * MINUTE_MS);
    assert_eq!(desk.apply(&update), Ok(Shown::Current));
    let over = desk.note(id, NoteKind::Over, 4, 3 * MINUTE_MS);
    assert_eq!(desk.apply(&over), Ok(Shown::Over));
    let again = desk.note(id, NoteKind::Update, 5, 4 * MINUTE_MS);
    assert_eq!(desk.apply(&again), Err(BookError::Closed));
    let [AlertView { first_issued, issued, serial, .. }] = &desk.book.view(NOW.plus_ms(4 * MINUTE_MS))[..]
    else {
        panic!("one alert");
    };
    assert_eq!((*first_issued, *issued, *serial), (NOW, NOW.plus_ms(3 * MINUTE_MS), 4));
}

#[test]
fn what_was_wrong_is_said_openly_and_stays_closed() {
    let mut desk = Desk::new();
    let id = desk.fixture.alert_id();
    let new = desk.note(id, NoteKind::New, 1, 0);
    assert_eq!(desk.apply(&new), Ok(Shown::Current));
    let wrong = desk.note(id, NoteKind::Wrong, 2, MINUTE_MS);
    assert_eq!(desk.apply(&wrong), Ok(Shown::Wrong));
    let over = desk.note(id, NoteKind::Over, 3, 2 * MINUTE_MS);
    assert_eq!(desk.apply(&over), Err(BookError::Closed));
}

#[test]
fn nothing_counts_twice_or_out_of_turn() {
    let mut desk = Desk::new();
    let id = desk.fixture.alert_id();
    let unknown = desk.fixture.alert_id();
    let new = desk.note(id, NoteKind::New, 1, 0);
    let old_update = desk.note(id, NoteKind::Update, 2, MINUTE_MS);
    let update = desk.note(id, NoteKind::Update, 3, 2 * MINUTE_MS);
    let second_new = desk.note(id, NoteKind::New, 1, 3 * MINUTE_MS);
    let backdated = desk.note(id, NoteKind::Update, 4, MINUTE_MS);
    let rumor = desk.note(id, NoteKind::RumorCheck, 5, 3 * MINUTE_MS);
    assert_eq!(desk.apply(&new), Ok(Shown::Current));
    assert_eq!(desk.apply(&update), Ok(Shown::Current));
    let before = desk.book.clone();
    for (what, quorum, expected) in [
        ("the same note again", &update, BookError::PassSpent),
        ("a serial that was overtaken", &old_update, BookError::Serial { held: 3, offered: 2 }),
        ("a second beginning", &second_new, BookError::Serial { held: 3, offered: 1 }),
        ("issued before the last one", &backdated, BookError::IssuedBackwards),
        ("an alert that becomes a rumor", &rumor, BookError::Changed),
    ] {
        assert_eq!(desk.apply(quorum), Err(expected), "{what}");
    }
    assert_eq!(desk.book, before);
    // Comes no later in the log.
    let other = desk.note(unknown, NoteKind::New, 1, 0);
    let last = desk.book.last_index().expect("some");
    assert_eq!(desk.book.apply(&other, last).map(|v| v.shown), Err(BookError::LogOrder));
    // One person alone cannot bring up something unknown.
    let mut fresh = Desk::new();
    desk.apply(&other).expect("new");
    let recheck = desk.recheck(unknown, MINUTE_MS);
    assert_eq!(fresh.apply(&recheck), Err(BookError::UnknownAlert));
    // But somebody who was away may meet an alert in the middle.
    assert_eq!(fresh.apply(&update), Ok(Shown::Current));
}

#[test]
fn a_note_does_not_change_what_the_alert_is_about() {
    let mut desk = Desk::new();
    let id = desk.fixture.alert_id();
    let new = desk.note(id, NoteKind::New, 1, 0);
    desk.apply(&new).expect("new");
    let network = desk.fixture.network;
    let mut moved = desk.fixture.statement(id, Outcome::Confirmed);
    moved.place = Place::Cell(OTHER_CELL);
    let mut other = desk.fixture.statement(id, Outcome::Confirmed);
    other.kind = "workplace".parse().expect("a code");
    for statement in [moved, other] {
        let proof = desk.fixture.finding(statement.clone());
        let publish = desk.fixture.pass_now(PassPurpose::Publish);
        let built = AlertBuilder::from_statement(&network, NoteKind::Update, 2, &statement, HOUR_MS, NOW);
        let text = built.and_then(|b| b.finding(&proof)).and_then(|b| b.publish(&publish).finish());
        let quorum = desk.quorum(&text.expect("signed"));
        assert_eq!(desk.apply(&quorum), Err(BookError::Changed));
    }
}

#[test]
fn silence_is_never_shown_as_safety() {
    let mut desk = Desk::new();
    let (alert, rumor) = (desk.fixture.alert_id(), desk.fixture.alert_id());
    let new = desk.note(alert, NoteKind::New, 1, 0);
    let answer = desk.note(rumor, NoteKind::RumorCheck, 1, 0);
    desk.apply(&new).expect("new");
    desk.apply(&answer).expect("new");
    let expires = NOW.plus_ms(2 * HOUR_MS);
    let gone = expires.plus_ms(KEPT_MS);
    for (now, alert_shown, rumor_shown) in [
        (NOW, Some(Shown::Current), Some(Shown::Answered)),
        (expires.minus_ms(1), Some(Shown::Current), Some(Shown::Answered)),
        (expires, Some(Shown::NoNewsSince(NOW)), None),
        (gone.minus_ms(1), Some(Shown::NoNewsSince(NOW)), None),
        (gone, None, None),
    ] {
        assert_eq!(desk.shown(alert, now), alert_shown, "{now}");
        assert_eq!(desk.shown(rumor, now), rumor_shown, "{now}");
    }
    assert_eq!(desk.book.next_change(NOW), Some(expires));
    assert_eq!(desk.book.next_change(expires), Some(gone));
    assert_eq!(desk.book.next_change(gone), None);
    // A newer answer to the same rumor.
    let again = desk.note(rumor, NoteKind::RumorCheck, 2, HOUR_MS);
    assert_eq!(desk.apply(&again), Ok(Shown::Answered));
    assert_eq!(desk.shown(rumor, expires), Some(Shown::Answered));
    // After an update it speaks again.
    let update = desk.note(alert, NoteKind::Update, 2, 3 * HOUR_MS);
    desk.apply(&update).expect("an update");
    assert_eq!(desk.shown(alert, NOW.plus_ms(4 * HOUR_MS)), Some(Shown::Current));
}

#[test]
fn the_book_is_kept_and_forgets_in_time() {
    let mut desk = Desk::new();
    let id = desk.fixture.alert_id();
    let new = desk.note(id, NoteKind::New, 1, 0);
    desk.apply(&new).expect("new");
    assert_eq!(decode::<AlertBook>(&encode(&desk.book)), Ok(desk.book.clone()));
    desk.book.prune(NOW.plus_ms(limits::ALERT_LIFE_MS));
    assert!(desk.book.last_note(&id).is_some());
    desk.book.prune(NOW.plus_ms(2 * HOUR_MS + KEPT_MS));
    assert!(desk.book.last_note(&id).is_none());
    // The passes are remembered for longer, so the note cannot come back.
    assert_eq!(desk.apply(&new), Err(BookError::PassSpent));
}
