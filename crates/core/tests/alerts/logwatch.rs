//! Watching the log end to end: newcomers, followers, those who were away, and lying relays.

use std::collections::BTreeMap;

use bystand_core::alerts::{BookError, NoQuorum, NoteKind, Shown};
use bystand_core::fixtures::{Fixture, MemoryLog, NOW, this_week};
use bystand_core::io::Request;
use bystand_core::logwatch::{AWAY_MS, AlertEvent, LogError, LogNews, LogWatch};
use bystand_core::network::TrustError;
use bystand_crypto::notes::{LogKey, log_name};
use bystand_crypto::sign::SigningKey;
use bystand_wire::relay_api::{LogKind, LogPart};
use bystand_wire::time::{HOUR_MS, MINUTE_MS};
use bystand_wire::{AlertId, PassPurpose, Timestamp};

struct World {
    fixture: Fixture,
    log: MemoryLog,
}

impl World {
    fn new() -> Self {
        let fixture = Fixture::new();
        let log = MemoryLog::of(&fixture);
        Self { fixture, log }
    }

    fn tick(&mut self, ms: u64) -> Timestamp {
        self.log.time = self.log.time.plus_ms(ms);
        self.log.time
    }

    fn publish(&mut self, alert: AlertId, note: NoteKind, serial: u32) -> u64 {
        let text = self.fixture.alert(alert, note, serial, self.log.time);
        self.log.append(LogKind::Alert, text)
    }

    /// Answers whatever is asked, at most `limit` entries at a time, until there is no more.
    fn serve(&self, watch: &mut LogWatch, limit: usize) -> Result<Vec<AlertEvent>, LogError> {
        let mut events = Vec::new();
        for _ in 0..200 {
            let news = self.answer(watch, limit)?;
            events.extend(news.alerts);
            if !news.more {
                return Ok(events);
            }
        }
        panic!("asks without end")
    }

    fn answer(&self, watch: &mut LogWatch, limit: usize) -> Result<LogNews, LogError> {
        let now = self.log.time;
        let request = watch.next_request(now);
        if request == Request::Network {
            return watch.handle_network(&self.log.network(), now);
        }
        let Request::LogEntries { part, after, from } = request else { panic!("asked {request:?}") };
        watch.handle_entries(&self.log.answer(part, after, from, limit), now)
    }

    fn watch(&self) -> LogWatch {
        let mut watch = LogWatch::new(self.fixture.network);
        self.serve(&mut watch, 100).expect("an honest relay");
        watch
    }
}

/// Writes what changed, and takes the watch up from what the vault holds then.
fn restart(watch: &mut LogWatch, vault: &mut BTreeMap<String, Vec<u8>>) -> LogWatch {
    for (name, value) in watch.take_changes() {
        match value {
            Some(bytes) => drop(vault.insert(name, bytes)),
            None => drop(vault.remove(&name)),
        }
    }
    LogWatch::load(vault).expect("not damaged").expect("kept")
}

fn taken(events: &[AlertEvent]) -> Vec<(u64, Shown)> {
    let one = |event: &AlertEvent| match event {
        AlertEvent::Taken { index, view, .. } => (*index, view.shown),
        AlertEvent::Refused(error) => panic!("{error}"),
    };
    events.iter().map(one).collect()
}

#[test]
fn a_newcomer_catches_up_and_then_follows() {
    let mut world = World::new();
    let id = world.fixture.alert_id();
    world.log.append(LogKind::EpochAuthenticator, vec![1]);
    let first = world.publish(id, NoteKind::New, 1);
    for limit in [1, 2, 100] {
        let mut watch = LogWatch::new(world.fixture.network);
        assert_eq!((watch.size(), watch.manifest().is_some()), (0, false));
        let events = world.serve(&mut watch, limit).expect("honest");
        assert_eq!(taken(&events), [(first, Shown::Current)], "{limit} at a time");
        assert!(watch.is_following());
        assert_eq!(watch.size(), world.log.size());
        // What it keeps is all it needs.
        assert_eq!(restart(&mut watch, &mut BTreeMap::new()), watch);
    }
    let mut watch = world.watch();
    world.tick(MINUTE_MS);
    assert_eq!(world.serve(&mut watch, 1), Ok(vec![]));
    world.log.append(LogKind::EpochAuthenticator, vec![2]);
    let second = world.publish(id, NoteKind::Update, 2);
    world.tick(MINUTE_MS);
    world.fixture.key_note.version = 2;
    world.log.append(LogKind::KeyNote, world.fixture.signed_key_note());
    let third = world.publish(id, NoteKind::Over, 3);
    let mut restarted = restart(&mut watch, &mut BTreeMap::new());
    for watch in [&mut watch, &mut restarted] {
        let events = world.serve(watch, 1).expect("honest");
        assert_eq!(taken(&events), [(second, Shown::Current), (third, Shown::Over)]);
        assert_eq!(watch.key_note().map(|n| n.note().version), Some(2));
    }
}

#[test]
fn a_step_in_the_log_writes_only_what_changed() {
    let mut world = World::new();
    let mut watch = world.watch();
    let mut vault = BTreeMap::new();
    let names = |watch: &LogWatch| -> Vec<String> {
        watch.clone().take_changes().into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names(&watch), ["log", "log/manifest/1", "log/key-note/1"]);
    assert_eq!(restart(&mut watch, &mut vault), watch);
    world.log.append(LogKind::EpochAuthenticator, vec![1]);
    world.serve(&mut watch, 1).expect("honest");
    assert_eq!(names(&watch), ["log"], "a step");
    assert_eq!(restart(&mut watch, &mut vault), watch);
    for version in 2..=40 {
        world.fixture.key_note.version = version;
        world.log.append(LogKind::KeyNote, world.fixture.signed_key_note());
        world.serve(&mut watch, 1).expect("honest");
        assert!(!names(&watch).contains(&"log/manifest/1".to_owned()), "key note {version}");
        assert!(names(&watch).contains(&format!("log/key-note/{version}")));
        assert_eq!(restart(&mut watch, &mut vault), watch);
    }
    assert!(!vault.contains_key("log/key-note/2"), "no longer needed");
    world.fixture.manifest.version = 2;
    world.fixture.manifest.name = "Renamed".into();
    world.log.append(LogKind::Manifest, world.fixture.signed_manifest());
    world.serve(&mut watch, 1).expect("honest");
    assert_eq!(names(&watch), ["log", "log/manifest/2", "log/manifest/1"]);
    assert_eq!(restart(&mut watch, &mut vault), watch);
    vault.remove("log/manifest/2");
    assert!(LogWatch::load(&vault).is_err(), "damaged");
}

#[test]
fn an_alert_is_judged_by_the_keys_of_its_time() {
    let mut world = World::new();
    let (old, new) = (world.fixture.alert_id(), world.fixture.alert_id());
    let before = world.publish(old, NoteKind::New, 1);
    world.tick(MINUTE_MS);
    // The issuer key is replaced, as after a revocation.
    let stale = world.fixture.alert(new, NoteKind::New, 1, world.log.time);
    world.fixture.add_issuer(PassPurpose::Publish, this_week(), 1);
    world.fixture.key_note.version = 2;
    world.log.append(LogKind::KeyNote, world.fixture.signed_key_note());
    let after = world.publish(new, NoteKind::New, 1);
    // A newcomer knows the new key note only, and fetches the old one for the old alert.
    for limit in [1, 100] {
        let mut watch = LogWatch::new(world.fixture.network);
        let events = world.serve(&mut watch, limit).expect("honest");
        assert_eq!(taken(&events), [(before, Shown::Current), (after, Shown::Current)]);
    }
    // What was signed under the old keys does not count after the new ones.
    let mut watch = world.watch();
    world.tick(MINUTE_MS);
    let late = world.log.append(LogKind::Alert, stale);
    let events = world.serve(&mut watch, 100).expect("honest about the log");
    assert!(matches!(
        events.as_slice(),
        [AlertEvent::Refused(LogError::NoQuorum { index, source: NoQuorum::Pass(_) })] if *index == late
    ));
}

#[test]
fn one_bad_entry_does_not_hide_the_good_ones() {
    let mut world = World::new();
    let mut watch = world.watch();
    let id = world.fixture.alert_id();
    let text = world.fixture.alert(id, NoteKind::New, 1, world.log.time);
    let (body, lines) = text.split_once("\n\n").expect("a note");
    let one_line = lines.lines().last().expect("two");
    let short = world.log.append(LogKind::Alert, format!("{body}\n\n{one_line}\n"));
    let garbage = world.log.append(LogKind::Alert, "hello");
    let good = world.log.append(LogKind::Alert, text.clone());
    let replay = world.log.append(LogKind::Alert, text);
    let events = world.serve(&mut watch, 100).expect("honest about the log");
    let codes: Vec<&str> = events
        .iter()
        .map(|event| match event {
            AlertEvent::Taken { .. } => "taken",
            AlertEvent::Refused(error) => error.code(),
        })
        .collect();
    assert_eq!(codes, ["quorum-too-few", "alert-signatures", "taken", "alert-pass-spent"]);
    let places: Vec<u64> = events
        .iter()
        .map(|event| match event {
            AlertEvent::Taken { index, .. }
            | AlertEvent::Refused(
                LogError::NoQuorum { index, .. }
                | LogError::Note { index, .. }
                | LogError::Book { index, .. },
            ) => *index,
            AlertEvent::Refused(other) => panic!("{other}"),
        })
        .collect();
    assert_eq!(places, [short, garbage, good, replay]);
    let spent = AlertEvent::Refused(LogError::Book { index: replay, source: BookError::PassSpent });
    assert_eq!(events.last(), Some(&spent));
    // Nothing of it comes again.
    assert_eq!(world.serve(&mut watch, 100), Ok(vec![]));
}

#[test]
fn whoever_was_away_catches_up_by_kinds() {
    let mut world = World::new();
    let mut watch = world.watch();
    let id = world.fixture.alert_id();
    for n in 0..20 {
        world.log.append(LogKind::EpochAuthenticator, vec![n]);
    }
    world.tick(AWAY_MS + 1);
    let index = world.publish(id, NoteKind::New, 1);
    let now = world.log.time;
    let request = watch.next_request(now);
    let from = Some(2);
    assert_eq!(request, Request::LogEntries { part: LogPart::Only(LogKind::Manifest), after: Some(0), from });
    let events = world.serve(&mut watch, 100).expect("honest");
    assert_eq!(taken(&events), [(index, Shown::Current)]);
    let request = watch.next_request(now);
    let from = Some(world.log.size());
    assert_eq!(request, Request::LogEntries { part: LogPart::News, after: Some(index), from });
}

#[test]
fn a_registrar_who_comes_while_a_newcomer_catches_up_does_not_stop_them() {
    let fixture = Fixture::new_without_issuers();
    let mut world = World { log: MemoryLog::of(&fixture), fixture };
    let (both, key_note) = (world.fixture.manifest.registrars.clone(), world.fixture.key_note.clone());
    assert_eq!(both.len(), 2, "the fixture's registrars");
    world.fixture.manifest.registrars.truncate(1);
    world.fixture.key_note.registrars.truncate(1);
    world.log = MemoryLog::of(&world.fixture);
    let mut newcomer = LogWatch::new(world.fixture.network);
    world.answer(&mut newcomer, 100).expect("manifest and key note");
    world.answer(&mut newcomer, 100).expect("manifests");
    world.fixture.manifest.registrars = both;
    world.fixture.manifest.version = 2;
    world.fixture.key_note = key_note;
    world.fixture.key_note.version = 2;
    let (manifest, note) = (world.fixture.signed_manifest(), world.fixture.signed_key_note());
    world.log.append(LogKind::Manifest, manifest);
    world.log.append(LogKind::KeyNote, note);
    assert_eq!(world.serve(&mut newcomer, 100), Ok(vec![]));
    assert_eq!(newcomer.manifest().map(|m| m.manifest().version), Some(2));
    assert_eq!(newcomer.key_note().map(|n| n.note().version), Some(2));
}

#[test]
fn answers_to_what_was_not_asked_are_refused() {
    let mut world = World::new();
    let mut watch = world.watch();
    let now = world.tick(MINUTE_MS);
    let id = world.fixture.alert_id();
    world.publish(id, NoteKind::New, 1);
    let before = watch.clone();
    let not_asked = Err(LogError::Trust(TrustError::NotAsAsked));
    let from = Some(watch.size());
    let good = world.log.answer(LogPart::News, Some(1), from, 100);
    assert_eq!(watch.handle_entries(&good, now), not_asked, "nothing was asked");
    watch.next_request(now);
    let all = world.log.answer(LogPart::News, None, from, 100);
    assert_eq!(watch.handle_entries(&all, now), not_asked, "entries from before");
    assert_eq!(watch.alerts(), before.alerts());
    let mut newcomer = LogWatch::new(world.fixture.network);
    newcomer.next_request(now);
    assert_eq!(newcomer.handle_entries(&good, now), not_asked, "a newcomer trusts nothing yet");
}

#[test]
fn a_fork_is_reported_and_a_new_log_is_followed() {
    let mut world = World::new();
    let id = world.fixture.alert_id();
    world.publish(id, NoteKind::New, 1);
    let mut watch = world.watch();
    // Restored without the alert, and another entry in its place.
    let mut restored = World::new();
    restored.log.append(LogKind::IssuanceTotals, vec![1]);
    restored.log.append(LogKind::IssuanceTotals, vec![2]);
    restored.tick(MINUTE_MS);
    let forked = Err(LogError::Trust(TrustError::Forked));
    assert_eq!(restored.answer(&mut watch, 100), forked);
    // It then looks whether the stewards have begun a new log, and they have not: the longer log has
    // to prove itself again.
    assert_eq!(restored.answer(&mut watch, 100).map(|news| news.trust_changed), Ok(false));
    assert_eq!(restored.answer(&mut watch, 100), forked);
    // Now they have.
    let network = world.fixture.network;
    let key = LogKey::new(&log_name(&network), SigningKey::from_seed(&[8; 32])).expect("a name");
    restored.fixture.log = key;
    restored.fixture.manifest.log = restored.fixture.log.verifier();
    restored.fixture.manifest.version = 2;
    restored.fixture.key_note.version = 2;
    let time = restored.log.time;
    restored.log = MemoryLog::of(&restored.fixture);
    restored.log.time = time;
    restored.tick(MINUTE_MS);
    assert_eq!(restored.serve(&mut watch, 100), Ok(vec![]));
    assert_eq!(watch.manifest().map(|m| m.manifest().version), Some(2));
    // The alert is still known, and goes on in the new log.
    let update = restored.publish(id, NoteKind::Update, 2);
    let events = restored.serve(&mut watch, 100).expect("honest");
    assert_eq!(taken(&events), [(update, Shown::Current)]);
}

#[test]
fn a_silent_relay_is_noticed() {
    let world = World::new();
    let watch = world.watch();
    let trust = watch.trust().expect("begun");
    assert!(!trust.is_stale(NOW.plus_ms(HOUR_MS)) && trust.is_stale(NOW.plus_ms(49 * HOUR_MS)));
}
