//! Trust in the log: a newcomer, a device that goes on, and every way for a relay to lie.

use std::collections::BTreeMap;

use bystand_core::fixtures::{Fixture, MemoryLog, NOW};
use bystand_core::network::keynote::KeyNoteError;
use bystand_core::network::manifest::ManifestError;
use bystand_core::network::trust::{Accepted, Advance, CHECKPOINT_STALE_MS, Trust, TrustError};
use bystand_crypto::notes::{LogKey, NoteError, log_name};
use bystand_crypto::sign::SigningKey;
use bystand_wire::relay_api::{LogEntries, LogKind, LogPart, Network};
use bystand_wire::time::{HOUR_MS, MINUTE_MS};
use bystand_wire::{Hash32, NetworkId, Timestamp, decode, encode, limits};

fn begin(fixture: &Fixture, answer: &Network) -> Result<Trust, TrustError> {
    Trust::begin(&fixture.network, answer, NOW)
}

fn advance(trust: &mut Trust, log: &MemoryLog, now: Timestamp) -> Result<Advance, TrustError> {
    let from = Some(trust.position().size);
    trust.advance(from, &log.answer(LogPart::All, None, from, 100), now)
}

/// What the vault gives back.
fn kept(trust: &Trust) -> Result<Trust, TrustError> {
    let documents: BTreeMap<String, &[u8]> = trust.documents().collect();
    let head = decode(&encode(&trust.head())).expect("a head");
    Trust::from_kept(&head, |name| documents.get(name).copied())
}

#[test]
fn a_newcomer_needs_the_network_id_alone() {
    let fixture = Fixture::new();
    let log = MemoryLog::of(&fixture);
    let trust = begin(&fixture, &log.network()).expect("good");
    assert_eq!((trust.manifest_index(), trust.key_note_index()), (0, Some(1)));
    assert_eq!((trust.position().size, trust.position().time), (2, NOW));
    assert_eq!(trust.key_note(NOW).map(|n| n.note().version), Ok(1));
    let late = fixture.key_note.valid_until.plus_ms(limits::CLOCK_SKEW_MS);
    let expired = KeyNoteError::Expired(fixture.key_note.valid_until);
    assert_eq!(trust.key_note(late).map(|_| ()), Err(TrustError::KeyNote(expired)));
    assert!(!trust.is_stale(NOW.plus_ms(CHECKPOINT_STALE_MS)));
    assert!(trust.is_stale(NOW.plus_ms(CHECKPOINT_STALE_MS + 1)));
    assert_eq!(kept(&trust), Ok(trust));
    // Before the first key note there is nothing to use, and nothing wrong.
    let mut early = MemoryLog::new(fixture.network, fixture.log.clone());
    early.append(LogKind::Manifest, fixture.signed_manifest());
    let trust = begin(&fixture, &early.network()).expect("good");
    assert_eq!(trust.key_note(NOW).map(|_| ()), Err(TrustError::NoKeyNote));
}

#[test]
fn a_newcomer_is_not_taken_in() {
    let fixture = Fixture::new();
    let good = MemoryLog::of(&fixture).network();
    let elsewhere = Fixture::with_registrars(5, 2);
    let foreign = MemoryLog::of(&elsewhere).network();
    let other_log =
        LogKey::new(&log_name(&fixture.network), SigningKey::from_seed(&[5; 32])).expect("a name");
    let mut forger = MemoryLog::new(fixture.network, other_log);
    forger.append(LogKind::Manifest, fixture.signed_manifest());
    let unsigned = forger.network();
    let change = |f: fn(&mut Network)| {
        let mut bad = good.clone();
        f(&mut bad);
        bad
    };
    let mut renamed = foreign.clone();
    renamed.id = fixture.network;
    let mut ahead = MemoryLog::of(&fixture);
    ahead.time = NOW.plus_ms(limits::CLOCK_SKEW_MS + 1);
    let relay_time = ahead.time;
    for (what, answer, expected) in [
        ("another network", foreign.clone(), TrustError::OtherNetwork),
        ("another network by this name", renamed, TrustError::Manifest(ManifestError::OtherNetwork)),
        ("another log key", unsigned, TrustError::Checkpoint(NoteError::NotSigned)),
        (
            "a key note of another network",
            Network { key_note: foreign.key_note, ..good.clone() },
            TrustError::NotInLog(1),
        ),
        ("an entry at another place", change(|n| n.manifest.index = 1), TrustError::NotInLog(1)),
        ("an entry beyond the log", change(|n| n.manifest.index = 2), TrustError::NotInLog(2)),
        ("no proof", change(|n| n.manifest.proof.clear()), TrustError::NotInLog(0)),
        ("a wrong proof", change(|n| n.manifest.proof = vec![Hash32([0; 32])]), TrustError::NotInLog(0)),
        (
            "an endless proof",
            change(|n| n.manifest.proof = vec![Hash32([0; 32]); 10_000]),
            TrustError::NotInLog(0),
        ),
        (
            "a manifest of another kind",
            change(|n| n.manifest.entry.kind = LogKind::IssuanceTotals),
            TrustError::NotAsAsked,
        ),
        (
            "a note that is none",
            change(|n| n.checkpoint = "hello".into()),
            TrustError::Checkpoint(NoteError::Malformed),
        ),
        ("a clock that is ahead", ahead.network(), TrustError::ClockSkew { relay_time }),
    ] {
        assert_eq!(begin(&fixture, &answer).map(|_| ()), Err(expected), "{what}");
    }
    assert!(Trust::begin(&NetworkId([1; 32]), &good, NOW).is_err());
}

#[test]
fn a_device_goes_on_with_proof() {
    let mut fixture = Fixture::new();
    let mut log = MemoryLog::of(&fixture);
    let mut trust = begin(&fixture, &log.network()).expect("good");
    assert_eq!(trust.accept(&log.network(), NOW), Ok(Accepted::Unchanged));
    for version in 2..=20 {
        fixture.key_note.version = version;
        log.append(LogKind::EpochAuthenticator, vec![1, 2, 3]);
        log.append(LogKind::KeyNote, fixture.signed_key_note());
        log.time = log.time.plus_ms(MINUTE_MS);
        let now = log.time;
        assert_eq!(trust.accept(&log.network(), now), Ok(Accepted::Grown { from: trust.position().size }));
        let expected = Advance { manifest: None, key_note: Some(version) };
        assert_eq!(advance(&mut trust, &log, now), Ok(expected));
    }
    assert_eq!(trust.key_note_before(4).map(|n| n.note().version), Some(2));
    assert_eq!(trust.key_note_before(3).map(|n| n.note().version), Some(1));
    assert_eq!(trust.key_note_before(1).map(|n| n.note().version), None);
    fixture.manifest.version = 2;
    fixture.manifest.name = "Renamed".into();
    log.append(LogKind::Manifest, fixture.signed_manifest());
    let now = log.time;
    assert_eq!(advance(&mut trust, &log, now), Ok(Advance { manifest: Some(2), key_note: None }));
    assert_eq!(trust.manifest().manifest().name, "Renamed");
    assert_eq!(trust.newest_key_note().map(|n| n.note().version), Some(20));
    assert_eq!(kept(&trust), Ok(trust));
}

#[test]
fn a_lying_relay_is_found_out() {
    let mut fixture = Fixture::new();
    let mut log = MemoryLog::of(&fixture);
    log.append(LogKind::IssuanceTotals, vec![1]);
    let known = {
        let mut trust = begin(&fixture, &log.network()).expect("good");
        advance(&mut trust, &log, NOW).expect("nothing new");
        trust
    };
    let position = known.position();
    let from = Some(position.size);
    fixture.key_note.version = 2;
    let mut longer = log.clone();
    longer.append(LogKind::KeyNote, fixture.signed_key_note());
    longer.time = NOW.plus_ms(MINUTE_MS);
    let honest = longer.answer(LogPart::All, Some(2), from, 100);
    let mut fork = MemoryLog::of(&fixture);
    fork.append(LogKind::IssuanceTotals, vec![2]);
    let mut long_fork = fork.clone();
    long_fork.append(LogKind::KeyNote, fixture.signed_key_note());
    let mut short = MemoryLog::new(fixture.network, fixture.log.clone());
    short.append(LogKind::Manifest, fixture.signed_manifest());
    let mut rewound = longer.clone();
    rewound.time = NOW.minus_ms(1);
    let change = |f: fn(&mut LogEntries)| {
        let mut bad = honest.clone();
        f(&mut bad);
        bad
    };
    let ask = |log: &MemoryLog| log.answer(LogPart::All, Some(2), from, 100);
    let rewind = TrustError::TimeRewound { held: NOW, offered: NOW.minus_ms(1) };
    for (what, answer, expected) in [
        ("a fork of the same size", ask(&fork), TrustError::Forked),
        ("a longer fork", ask(&long_fork), TrustError::Forked),
        ("no proof of consistency", change(|a| a.consistency.clear()), TrustError::Forked),
        ("a wrong proof", change(|a| a.consistency = vec![Hash32([7; 32]); 3]), TrustError::Forked),
        ("a shorter log", ask(&short), TrustError::LogShrank { held: 3, offered: 1 }),
        ("time that goes back", ask(&rewound), rewind),
        (
            "an entry that is not in the log",
            change(|a| a.entries[0].entry.body.push(0)),
            TrustError::NotInLog(3),
        ),
        ("an entry under another place", change(|a| a.entries[0].index = 2), TrustError::NotInLog(2)),
        ("an entry twice", change(|a| a.entries.push(a.entries[0].clone())), TrustError::NotAsAsked),
        (
            "an unsigned checkpoint",
            change(|a| a.checkpoint.clear()),
            TrustError::Checkpoint(NoteError::Malformed),
        ),
    ] {
        let mut trust = known.clone();
        assert_eq!(trust.advance(from, &answer, longer.time), Err(expected.clone()), "{what}");
        assert_eq!(trust, known, "{what}");
    }
    // Asked from another size than the one known: the proof proves nothing.
    let mut trust = known.clone();
    assert_eq!(
        trust.advance(Some(1), &longer.answer(LogPart::All, None, Some(1), 9), longer.time),
        Err(TrustError::NotAsAsked)
    );
    assert!(trust.advance(from, &honest, longer.time).is_ok());
    // The same lies when `GET /v1/network` tells them.
    for (answer, expected) in [
        (fork.network(), TrustError::Forked),
        (short.network(), TrustError::LogShrank { held: 3, offered: 1 }),
        (MemoryLog::of(&Fixture::with_registrars(5, 2)).network(), TrustError::OtherNetwork),
    ] {
        let mut trust = known.clone();
        assert_eq!(trust.accept(&answer, NOW), Err(expected));
        assert_eq!(trust, known);
    }
}

#[test]
fn keys_never_go_backwards_though_the_log_goes_on() {
    let mut fixture = Fixture::new();
    fixture.manifest.version = 5;
    fixture.key_note.version = 5;
    let base = MemoryLog::of(&fixture);
    let known = begin(&fixture, &base.network()).expect("good");
    let mut old_note = base.clone();
    fixture.key_note.version = 4;
    old_note.append(LogKind::KeyNote, fixture.signed_key_note());
    let mut old_manifest = base.clone();
    fixture.manifest.version = 4;
    old_manifest.append(LogKind::Manifest, fixture.signed_manifest());
    let mut garbage = base.clone();
    garbage.append(LogKind::KeyNote, vec![0xff]);
    let backwards = KeyNoteError::Backwards { held: 5, offered: 4 };
    let mut trust = known.clone();
    assert_eq!(advance(&mut trust, &old_note, NOW), Err(TrustError::KeyNote(backwards)));
    assert_eq!(trust.newest_key_note(), known.newest_key_note());
    let backwards = ManifestError::Backwards { held: 5, offered: 4 };
    let mut trust = known.clone();
    assert_eq!(advance(&mut trust, &old_manifest, NOW), Err(TrustError::Manifest(backwards)));
    assert_eq!(trust.manifest(), known.manifest());
    let mut trust = known.clone();
    assert!(matches!(advance(&mut trust, &garbage, NOW), Err(TrustError::KeyNote(KeyNoteError::Decode(_)))));
    // A good one behind the bad one is taken: one bad entry does not stop the network.
    fixture.key_note.version = 6;
    garbage.append(LogKind::KeyNote, fixture.signed_key_note());
    assert_eq!(advance(&mut trust, &garbage, NOW), Ok(Advance { manifest: None, key_note: Some(6) }));
}

#[test]
fn a_new_operations_key_ends_the_old_key_notes() {
    let mut fixture = Fixture::new();
    let mut log = MemoryLog::of(&fixture);
    let mut trust = begin(&fixture, &log.network()).expect("good");
    fixture.operations = SigningKey::from_seed(&[6; 32]);
    fixture.manifest.operations_key = fixture.operations.public();
    fixture.manifest.version = 2;
    log.append(LogKind::Manifest, fixture.signed_manifest());
    advance(&mut trust, &log, NOW).expect("good");
    assert_eq!(trust.newest_key_note(), None);
    assert_eq!(begin(&fixture, &log.network()).map(|t| t.key_note_index()), Ok(None));
    fixture.key_note.version = 2;
    log.append(LogKind::KeyNote, fixture.signed_key_note());
    assert_eq!(advance(&mut trust, &log, NOW), Ok(Advance { manifest: None, key_note: Some(2) }));
    // Somebody who missed both takes both at once.
    let mut away = begin(&fixture, &MemoryLog::of(&Fixture::new()).network()).expect("good");
    assert_eq!(advance(&mut away, &log, NOW), Ok(Advance { manifest: Some(2), key_note: Some(2) }));
}

#[test]
fn stewards_may_begin_a_new_log_and_nobody_else() {
    let mut fixture = Fixture::new();
    let mut log = MemoryLog::of(&fixture);
    log.append(LogKind::IssuanceTotals, vec![1]);
    let known = {
        let mut trust = begin(&fixture, &MemoryLog::of(&fixture).network()).expect("good");
        advance(&mut trust, &log, NOW).expect("good");
        trust
    };
    // The relay was restored from a backup without the last entry, and goes on with its key.
    let restored = MemoryLog::of(&fixture);
    let mut trust = known.clone();
    assert_eq!(trust.accept(&restored.network(), NOW), Err(TrustError::LogShrank { held: 3, offered: 2 }));
    // The stewards name a new log key.
    fixture.log = LogKey::new(&log_name(&fixture.network), SigningKey::from_seed(&[8; 32])).expect("a name");
    fixture.manifest.log = fixture.log.verifier();
    let same_version = MemoryLog::of(&fixture).network();
    assert_eq!(trust.accept(&same_version, NOW), Err(TrustError::Checkpoint(NoteError::NotSigned)));
    assert_eq!(trust, known);
    fixture.manifest.version = 2;
    let fresh = MemoryLog::of(&fixture);
    assert_eq!(trust.accept(&fresh.network(), NOW.plus_ms(HOUR_MS)), Ok(Accepted::NewLog));
    assert_eq!((trust.position().size, trust.manifest().manifest().version), (2, 2));
    // The old log is no longer believed.
    assert_eq!(advance(&mut trust, &log, NOW), Err(TrustError::Checkpoint(NoteError::NotSigned)));
}
