use super::*;
use crate::testing::{ELSEWHERE, NETWORK, rng};
use bystand_wire::{Hash32, Timestamp, decode, encode};
use proptest::prelude::*;
use signed_note::Verifier as _;

fn log() -> LogKey {
    LogKey::new(&log_name(&NETWORK), SigningKey::generate(&mut rng(1))).expect("a name")
}

fn signed() -> String {
    log().sign_checkpoint(7, Hash32([9; 32]), Timestamp(1_795_000_000_123)).expect("short")
}

#[test]
fn checkpoints_are_signed_and_read() {
    let log = log();
    let checkpoint = Checkpoint::open(signed().as_bytes(), &log.verifier()).expect("signed");
    assert_eq!(
        (checkpoint.size, checkpoint.root, checkpoint.time.0),
        (7, Hash32([9; 32]), 1_795_000_000_123)
    );
    assert_eq!(checkpoint.origin, log_name(&NETWORK));
    let other = LogKey::new(&log_name(&NETWORK), SigningKey::generate(&mut rng(2))).expect("a name");
    assert_eq!(Checkpoint::open(signed().as_bytes(), &other.verifier()), Err(NoteError::NotSigned));
    let elsewhere = LogVerifier::new(&log_name(&ELSEWHERE), log.verifier().key()).expect("a name");
    assert_eq!(Checkpoint::open(signed().as_bytes(), &elsewhere), Err(NoteError::NotSigned));
}

#[test]
fn every_changed_byte_is_noticed() {
    let log = log().verifier();
    let note = signed().into_bytes();
    for byte in 0..note.len() {
        let mut bad = note.clone();
        bad[byte] ^= 1;
        assert!(Checkpoint::open(&bad, &log).is_err(), "byte {byte}");
        assert!(Checkpoint::open(&note[..byte], &log).is_err(), "cut to {byte}");
    }
}

#[test]
fn the_standard_library_of_notes_agrees() {
    let log = log();
    let vkey = log.verifier().to_string();
    let standard = signed_note::StandardVerifier::new(&vkey).expect("a vkey");
    assert_eq!(standard.key_id(), log.verifier().key_id());
    let known = signed_note::VerifierList::new(vec![Box::new(standard)]);
    let note = signed_note::Note::from_bytes(signed().as_bytes()).expect("a note");
    let (verified, unknown) = note.verify(&known).expect("verified");
    assert_eq!((verified.len(), unknown.len()), (1, 0));
    let read = tlog_tiles::Checkpoint::from_bytes(note.text()).expect("a checkpoint");
    assert_eq!((read.size(), read.hash().0, read.extension()), (7, [9; 32], "time 1795000000123\n"));
}

#[test]
fn checkpoints_have_one_form() {
    let good = Checkpoint { origin: "o".into(), size: 7, root: Hash32([9; 32]), time: Timestamp(5) };
    let text = good.text();
    assert_eq!(Checkpoint::from_text(&text), Ok(good));
    for (what, bad) in [
        ("leading zero", text.replace("\n7\n", "\n07\n")),
        ("sign", text.replace("\n7\n", "\n+7\n")),
        ("too big", text.replace("\n7\n", "\n18446744073709551616\n")),
        ("no time", text.replace("time 5\n", "")),
        ("two extensions", text.replace("time 5\n", "time 5\nmore\n")),
        ("empty extension", text.replace("time 5\n", "\n")),
        ("time with zero", text.replace("time 5", "time 05")),
        ("no newline", text.trim_end().to_owned()),
        ("empty origin", text.replacen('o', "", 1)),
        ("short root", text.replace("CQk=", "")),
        ("unpadded root", text.replace("CQk=", "CQk")),
        ("loose bits in the root", text.replace("CQk=", "CQl=")),
        ("empty", String::new()),
    ] {
        assert_ne!(bad, text, "{what}");
        assert_eq!(Checkpoint::from_text(&bad), Err(NoteError::NotACheckpoint), "{what}");
    }
}

#[test]
fn a_bad_signature_in_the_logs_name_spoils_the_note() {
    let log = log();
    let mut note = NoteText::parse(signed().as_bytes()).expect("a note");
    let mut forged = note.signatures[0].clone();
    forged.payload[0] ^= 1;
    note.signatures.push(forged.clone());
    assert_eq!(log.verifier().verify(&note), Err(NoteError::BadSignature));
    forged.payload.pop();
    note.signatures = vec![forged.clone()];
    assert_eq!(log.verifier().verify(&note), Err(NoteError::BadSignature));
    // The same line under another key id is somebody else's business.
    forged.key_id ^= 1;
    note.signatures = vec![forged];
    assert_eq!(log.verifier().verify(&note), Err(NoteError::NotSigned));
}

#[test]
fn notes_are_read_strictly() {
    let good = "text\n\n\u{2014} name AAAAAQI=\n";
    let note = NoteText::parse(good.as_bytes()).expect("a note");
    assert_eq!(note.signatures, [NoteSignature { name: "name".into(), key_id: 1, payload: vec![2] }]);
    for (what, bad) in [
        ("no signature", "text\n\n"),
        ("no empty line", "text\n\u{2014} name AAAAAQI=\n"),
        ("no final newline", "text\n\n\u{2014} name AAAAAQI="),
        ("a hyphen for the dash", "text\n\n- name AAAAAQI=\n"),
        ("no name", "text\n\n\u{2014}  AAAAAQI=\n"),
        ("a plus in the name", "text\n\n\u{2014} na+me AAAAAQI=\n"),
        ("a wide space in the name", "text\n\n\u{2014} na\u{2003}me AAAAAQI=\n"),
        ("two spaces", "text\n\n\u{2014} name  AAAAAQI=\n"),
        ("no payload", "text\n\n\u{2014} name AAAAAQ==\n"),
        ("unpadded", "text\n\n\u{2014} name AAAAAQI\n"),
        ("loose bits", "text\n\n\u{2014} name AAAAAQJ=\n"),
        ("URL alphabet", "text\n\n\u{2014} name AAAAAf-_\n"),
        ("a tab", "te\txt\n\n\u{2014} name AAAAAQI=\n"),
        ("a carriage return", "text\r\n\n\u{2014} name AAAAAQI=\n"),
        ("text after", "text\n\n\u{2014} name AAAAAQI=\nmore\n"),
    ] {
        assert_eq!(NoteText::parse(bad.as_bytes()), Err(NoteError::Malformed), "{what}");
    }
    assert_eq!(NoteText::parse(b"\xff\n\n"), Err(NoteError::Malformed));
    // Empty lines may stand in the text: the last one divides.
    let spaced = "a\n\nb\n\n\n\u{2014} name AAAAAQI=\n";
    assert_eq!(NoteText::parse(spaced.as_bytes()).expect("a note").text, "a\n\nb\n\n");
}

#[test]
fn sizes_are_limited() {
    let line = "\u{2014} name AAAAAQI=\n";
    let with = |count| format!("text\n\n{}", line.repeat(count));
    assert_eq!(NoteText::parse(with(16).as_bytes()).map(|n| n.signatures.len()), Ok(16));
    assert_eq!(NoteText::parse(with(17).as_bytes()), Err(NoteError::TooLong));
    let long = format!("{}\n\n{line}", "x".repeat(MAX_NOTE_LEN));
    assert_eq!(NoteText::parse(long.as_bytes()), Err(NoteError::TooLong));
    let mut note = NoteText::parse(with(16).as_bytes()).expect("a note");
    note.signatures.push(note.signatures[0].clone());
    assert_eq!(note.encode(), Err(NoteError::TooLong));
    note.signatures.clear();
    assert_eq!(note.encode(), Err(NoteError::Malformed));
    assert_eq!(log().sign(&format!("{}\n", "x".repeat(MAX_NOTE_LEN))), Err(NoteError::TooLong));
    assert_eq!(log().sign("no newline"), Err(NoteError::Malformed));
}

#[test]
fn custom_key_ids_are_as_documented() {
    let key = PublicKey([7; 32]);
    let mut input = b"name\n\xfftype".to_vec();
    input.extend_from_slice(&[7; 32]);
    let hash = crate::hash::plain_sha256(&input).0;
    let expected = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    assert_eq!(custom_key_id("name", "type", &key), expected);
    assert_ne!(custom_key_id("name", "other", &key), expected);
    // The standard type agrees with the library.
    let verifier = LogVerifier::new("name", key).expect("a name");
    assert_eq!(verifier.key_id(), signed_note::key_id("name", &[&[1][..], &[7; 32]].concat()));
}

#[test]
fn names_and_keys_are_checked() {
    for bad in ["", "a b", "a+b", "a\nb", "a\u{a0}b", &"x".repeat(257)] {
        assert_eq!(LogVerifier::new(bad, PublicKey([1; 32])), Err(NoteError::BadName), "{bad}");
    }
    let good = log().verifier();
    let text = good.to_string();
    assert_eq!(text.parse(), Ok(good.clone()));
    assert_eq!(decode::<LogVerifier>(&encode(&good)), Ok(good));
    for bad in [
        "",
        "name",
        "name+00000000",
        "name+00000000+AAAA",
        &text.to_uppercase(),
        &text[1..],
        &format!("{text}="),
    ] {
        assert!(bad.parse::<LogVerifier>().is_err(), "{bad}");
    }
    let kept: LogKey = decode(&encode(&log())).expect("ours");
    assert!(kept == log());
    assert_eq!(format!("{kept:?}"), format!("LogKey({})", log_name(&NETWORK)));
}

proptest! {
    #[test]
    fn notes_round_trip(text in "[^\\x00-\\x09\\x0b-\\x1f]{0,200}", name in "[a-z/.0-9]{1,30}", id: u32, payload in proptest::collection::vec(any::<u8>(), 1..400)) {
        let note = NoteText { text: format!("{text}\n"), signatures: vec![NoteSignature { name, key_id: id, payload }; 3] };
        let encoded = note.encode().expect("fits");
        prop_assert_eq!(NoteText::parse(encoded.as_bytes()), Ok(note));
    }

    #[test]
    fn what_is_read_is_written_the_same(note in "(text\n){0,2}\n(\u{2014} [a-z+ ]{0,4} [A-Za-z0-9+/=]{0,12}\n?){0,3}") {
        if let Ok(read) = NoteText::parse(note.as_bytes()) {
            prop_assert_eq!(read.encode(), Ok(note));
        }
    }

    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in ".{0,200}") {
        let _ = NoteText::parse(&bytes);
        let _ = NoteText::parse(text.as_bytes());
        let _ = Checkpoint::from_text(&text);
        let _ = TreeHead::from_text(&text);
        let _ = text.parse::<LogVerifier>();
        let _ = decode::<LogKey>(&bytes);
        let _ = decode::<LogVerifier>(&bytes);
        let _ = Checkpoint::open(&bytes, &log().verifier());
    }
}
