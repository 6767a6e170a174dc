//! The text of alerts: one form, and every deviation refused.

use bystand_core::alerts::build::first_note;
use bystand_core::alerts::{
    AlertBuilder, AlertNote, FalseAlarm, HowEnded, NoteError, NoteKind, Outcome, Place, SignedAlert,
};
use bystand_core::fixtures::{CELL, Fixture, NOW, ZONE, outcome_for};
use bystand_core::network::KindCode;
use bystand_wire::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use bystand_wire::{AlertId, Cell, NetworkId, PassPurpose, Timestamp, limits};
use proptest::prelude::*;

fn note() -> AlertNote {
    AlertNote {
        network: NetworkId([0xab; 32]),
        alert: AlertId([0xcd; 16]),
        serial: 1,
        note: NoteKind::New,
        kind: KindCode::new("checkpoint").expect("a code"),
        place: Place::Cell(CELL),
        observed_from: NOW.minus_ms(10 * MINUTE_MS),
        observed_until: NOW.minus_ms(5 * MINUTE_MS),
        outcome: Some(Outcome::Confirmed),
        issued: NOW,
        expires: NOW.plus_ms(2 * HOUR_MS),
    }
}

const TEXT: &str = "bystand/v1/alert abababababababababababababababababababababababababababababababab
alert cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
serial 1
note new
kind checkpoint
place cell 8927525ad97ffff
observed-from 2026-11-21T11:50:00Z
observed-until 2026-11-21T11:55:00Z
finding confirmed
issued 2026-11-21T12:00:00Z
expires 2026-11-21T14:00:00Z
";

#[test]
fn the_text_is_pinned() {
    assert_eq!(note().to_string(), TEXT);
    assert_eq!(AlertNote::parse(TEXT), Ok(note()));
}

#[test]
fn the_fixtures_cells_are_cells() {
    for cell in [CELL, bystand_core::fixtures::OTHER_CELL] {
        let index = h3o::CellIndex::try_from(cell.0).expect("a cell");
        assert_eq!(u8::from(index.resolution()), 9);
    }
}

#[test]
fn every_deviation_is_refused() {
    let replace = |from: &str, to: &str| {
        let changed = TEXT.replacen(from, to, 1);
        assert_ne!(changed, TEXT, "{from}");
        changed
    };
    let line = |key| Err(NoteError::Line(key));
    let form = || Err(NoteError::Form);
    for (what, text, expected) in [
        ("empty", String::new(), line("bystand/v1/alert")),
        ("an extra line at the end", format!("{TEXT}more yes\n"), form()),
        ("an empty line at the end", format!("{TEXT}\n"), form()),
        ("no last newline", TEXT.trim_end().to_owned(), form()),
        ("a line missing", replace("serial 1\n", ""), line("serial")),
        ("an unknown field", replace("serial 1\n", "serial 1\nname x\n"), line("note")),
        ("lines reordered", replace("serial 1\nnote new\n", "note new\nserial 1\n"), line("serial")),
        ("a line twice", replace("serial 1\n", "serial 1\nserial 1\n"), line("note")),
        ("CRLF", TEXT.replace('\n', "\r\n"), line("bystand/v1/alert")),
        ("a trailing space", replace("note new", "note new "), line("note")),
        ("two spaces", replace("serial 1", "serial  1"), line("serial")),
        ("a tab", replace("serial 1", "serial\t1"), line("serial")),
        ("a leading zero", replace("serial 1", "serial 01"), form()),
        ("a plus", replace("serial 1", "serial +1"), form()),
        ("too large a number", replace("serial 1", "serial 4294967296"), line("serial")),
        ("another purpose", replace("v1/alert", "v1/other"), line("bystand/v1/alert")),
        ("a short network id", replace("abab", "ab"), line("bystand/v1/alert")),
        ("upper-case hex", replace("cdcd", "CDcd"), line("alert")),
        ("an unknown kind of note", replace("note new", "note news"), line("note")),
        ("free text as a kind", replace("kind checkpoint", "kind John Doe"), line("kind")),
        ("a cell in upper case", replace("8927525ad", "8927525AD"), form()),
        ("a cell with a zero in front", replace("cell 8", "cell 08"), form()),
        ("a place of no kind", replace("place cell 8927525ad97ffff", "place street 1"), line("place")),
        ("a bare place", replace("place cell 8927525ad97ffff", "place"), line("place")),
        ("an unknown finding", replace("finding confirmed", "finding sure"), line("finding")),
        ("words behind the finding", replace("confirmed", "confirmed by"), line("finding")),
        ("an unknown false alarm", replace("confirmed", "false-alarm ufo"), line("finding")),
        ("a time with milliseconds", replace("12:00:00Z", "12:00:00.5Z"), line("issued")),
        ("a time with an offset", replace("12:00:00Z", "12:00:00+00:00"), line("issued")),
        ("a day that is none", replace("issued 2026-11-21", "issued 2026-11-31"), line("issued")),
        ("a byte-order mark", format!("\u{feff}{TEXT}"), line("bystand/v1/alert")),
        ("too long", "x".repeat(limits::ALERT_NOTE_LEN + 1), Err(NoteError::TooLong)),
        ("no finding for a new alert", replace("confirmed", "none"), Err(NoteError::Finding)),
        ("another finding", replace("confirmed", "over left-nobody-taken"), Err(NoteError::Finding)),
        ("a serial for a new alert", replace("serial 1", "serial 2"), Err(NoteError::Serial)),
        ("serial nothing", replace("serial 1", "serial 0"), Err(NoteError::Serial)),
        ("an update that begins", replace("note new", "note update"), Err(NoteError::Serial)),
        ("expires at once", replace("14:00:00Z", "12:00:00Z"), Err(NoteError::Times)),
        ("holds too long", replace("2026-11-21T14:00:00Z", "2026-11-22T00:00:01Z"), Err(NoteError::Times)),
        ("seen backwards", replace("11:50:00Z", "11:55:01Z"), Err(NoteError::Times)),
        ("seen after it was issued", replace("11:55:00Z", "12:05:01Z"), Err(NoteError::Times)),
        (
            "seen too long ago",
            replace("11:55:00Z", "11:50:00Z").replace("2026-11-21T11:50", "2026-11-20T23:50"),
            Err(NoteError::Times),
        ),
    ] {
        assert_eq!(AlertNote::parse(&text), expected, "{what}");
    }
}

#[test]
fn findings_go_with_their_notes() {
    let false_alarm = Outcome::FalseAlarm(FalseAlarm::CityPolice);
    let over = Outcome::Over(HowEnded::LeftNobodyTaken);
    for (kind, takes) in [
        (NoteKind::New, Some(Outcome::Confirmed)),
        (NoteKind::Update, Some(Outcome::Confirmed)),
        (NoteKind::Rechecking, None),
        (NoteKind::Wrong, Some(false_alarm)),
        (NoteKind::Over, Some(over)),
        (NoteKind::RumorCheck, Some(false_alarm)),
    ] {
        for outcome in [None, Some(Outcome::Confirmed), Some(false_alarm), Some(over)] {
            assert_eq!(kind.takes(outcome), outcome == takes, "{kind:?} {outcome:?}");
        }
    }
    assert_eq!(first_note(Outcome::Confirmed), Some(NoteKind::New));
    assert_eq!(first_note(false_alarm), Some(NoteKind::RumorCheck));
    assert_eq!(first_note(over), None);
}

#[test]
fn a_builder_adds_only_what_fits() {
    let mut fixture = Fixture::new();
    let network = fixture.network;
    let id = fixture.alert_id();
    let statement = fixture.statement(id, Outcome::Confirmed);
    let proof = fixture.finding(statement.clone());
    // Times are rounded to what a note can say, and lives are cut to what one may last.
    let now = NOW.plus_ms(999);
    let built = AlertBuilder::from_statement(&network, NoteKind::New, 1, &statement, u64::MAX, now);
    let built = built.expect("fits");
    assert_eq!((built.note().issued, built.note().expires), (NOW, NOW.plus_ms(limits::ALERT_LIFE_MS)));
    let mut other = proof.clone();
    other.statement.place = Place::Zone(ZONE.parse().expect("a zone"));
    assert_eq!(built.clone().finding(&other).map(|_| ()), Err(NoteError::Finding));
    assert_eq!(built.clone().finish(), Err(NoteError::Signatures));
    let wrong = AlertBuilder::from_statement(&network, NoteKind::Over, 2, &statement, HOUR_MS, NOW);
    assert_eq!(wrong.map(|_| ()), Err(NoteError::Finding));
    let note = built.note().clone();
    let recheck = AlertBuilder::rechecking(&note, HOUR_MS, NOW.plus_ms(MINUTE_MS)).expect("fits");
    assert_eq!((recheck.note().serial, recheck.note().outcome), (2, None));
    assert_eq!(recheck.note().place, note.place);
    let text = built.finding(&proof).expect("fits").publish(&fixture.pass_now(PassPurpose::Publish)).finish();
    let text = text.expect("signed");
    let parsed = SignedAlert::parse(text.as_bytes()).expect("ours");
    assert_eq!(parsed.note(), &note);
    assert_eq!((parsed.findings().len(), parsed.publishes().len(), parsed.registrars().len()), (1, 1, 0));
    assert_eq!(parsed.to_text(), Ok(text));
}

#[test]
fn signature_lines_have_one_form_too() {
    let mut fixture = Fixture::new();
    let id = fixture.alert_id();
    let text = fixture.alert(id, NoteKind::New, 1, NOW);
    let (body, lines) = text.split_once("\n\n").expect("a note");
    let lines: Vec<&str> = lines.lines().collect();
    let [finding, publish] = lines.as_slice() else { panic!("two lines") };
    let join = |lines: &[&str]| format!("{body}\n\n{}\n", lines.join("\n"));
    assert_eq!(join(&lines), text);
    let renamed = finding.replace("bystand/finding", "bystand/publish");
    let foreign = finding.replace("bystand/finding", "example.com/log");
    let many: Vec<&str> = [*publish].repeat(17);
    for (what, bad) in [
        ("no signature", format!("{body}\n\n")),
        ("lines in another order", join(&[publish, finding])),
        ("a line of another name", join(&[finding, publish, &foreign])),
        ("a finding called publish", join(&[&renamed, publish])),
        ("too many", join(&many)),
        ("an empty line behind", format!("{text}\n")),
        ("a CR", text.replace('\n', "\r\n")),
        ("cut short", text[..text.len() - 3].to_owned()),
    ] {
        assert!(SignedAlert::parse(bad.as_bytes()).is_err(), "{what}");
    }
    assert_eq!(SignedAlert::parse(&vec![b'a'; limits::ALERT_NOTE_LEN + 1]), Err(NoteError::TooLong));
    // Four bytes of key id and the payload: no byte of a signature line is free. Whether the
    // signatures in it hold is for the quorum.
    let start = body.len() + 2;
    for at in (start..text.len()).step_by(7) {
        let mut bad = text.clone().into_bytes();
        bad[at] = if bad[at] == b'A' { b'B' } else { b'A' };
        if let Ok(parsed) = SignedAlert::parse(&bad) {
            assert_eq!(parsed.to_text().map(String::into_bytes), Ok(bad), "byte {at}");
        }
    }
}

fn any_note() -> impl Strategy<Value = AlertNote> {
    let kinds = prop::sample::select(NoteKind::ALL.to_vec());
    let place = prop_oneof![
        any::<u64>().prop_map(|n| Place::Cell(Cell(n))),
        "[a-z0-9-]{1,64}".prop_map(|z| Place::Zone(z.parse().expect("a zone id"))),
    ];
    let seconds = 1_000_000_u64..4_000_000_000;
    let ids = (any::<[u8; 32]>(), any::<[u8; 16]>(), any::<u32>());
    let spans = (0_u64..36_000, 0_u64..7_000, 1_u64..=43_200);
    (ids, kinds, "[a-z0-9-]{1,32}", place, seconds, spans).prop_map(
        |((network, alert, serial), note, kind, place, at, (seen_s, ago_s, life_s))| {
            let issued = Timestamp(at * SECOND_MS);
            let observed_until = issued.minus_ms(ago_s * SECOND_MS);
            AlertNote {
                network: NetworkId(network),
                alert: AlertId(alert),
                serial: if note == NoteKind::New { 1 } else { serial.max(2) },
                note,
                kind: KindCode::new(&kind).expect("a code"),
                place,
                observed_from: observed_until.minus_ms(seen_s * SECOND_MS),
                observed_until,
                outcome: (note != NoteKind::Rechecking).then(|| outcome_for(note)),
                issued,
                expires: issued.plus_ms(life_s * SECOND_MS),
            }
        },
    )
}

proptest! {
    #[test]
    fn every_note_is_read_as_it_was_written(note in any_note()) {
        prop_assert_eq!(note.check(), Ok(()));
        prop_assert_eq!(AlertNote::parse(&note.to_string()), Ok(note));
    }

    #[test]
    fn what_is_read_is_what_would_be_written(at in 0..TEXT.len(), byte in 0x20_u8..0x7f) {
        let mut changed = TEXT.to_owned().into_bytes();
        changed[at] = byte;
        let changed = String::from_utf8(changed).expect("ASCII");
        if let Ok(note) = AlertNote::parse(&changed) {
            prop_assert_eq!(note.to_string(), changed);
        }
    }

    #[test]
    fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..600), text in ".{0,300}") {
        let _ = SignedAlert::parse(&bytes);
        let _ = AlertNote::parse(&text);
    }
}
