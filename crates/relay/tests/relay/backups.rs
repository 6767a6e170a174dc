//! Backup of a running relay, restore into a new generation.

use std::sync::Arc;

use bystand_core::io::Request;
use bystand_core::logwatch::{LogError, LogNews, LogWatch};
use bystand_crypto::notes::Checkpoint;
use bystand_relay::{BackupError, Config, Flags, RestoreOptions, Running, backup, restore, serve_with_clock};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{Hash32, PassPurpose, Timestamp};

use crate::client::{Client, frame, get, key, policy};
use crate::log::alert;
use crate::world::{Relay, WORLD};
use bystand_core::alerts::NoteKind;

#[tokio::test]
async fn a_restored_relay_has_the_log_and_spent_sets_and_no_streams() {
    let relay = Relay::start().await;
    let client = relay.client();
    let owner = key(1);
    let rule = AppendRule::PassOrWork(vec![PassPurpose::Report]);
    let p = policy(&owner, vec![rule], relay.now());
    let id = client.create(&p, &owner).await;
    let pass = WORLD.pass(PassPurpose::Report, 40);
    let append = |text: &str, tag| client.by_pass(id, &pass, frame(text), Some(Hash32([tag; 32])));
    client.append(id, &append("a planted secret in a stream", 1)).await.read::<Appended>();
    let note = alert(1, NoteKind::New, 1, 41, relay.now());
    client.log(LogKind::Alert, note).await.read::<Logged>();

    let place = tempfile::tempdir().expect("a folder");
    let (file, new) = (place.path().join("relay.backup"), place.path().join("new"));
    backup(&relay.config.data, &file).expect("backed up while it runs");
    // It goes on running.
    client.append(id, &append("after the backup", 1)).await.read::<Appended>();
    assert!(matches!(backup(&relay.config.data, &file), Err(BackupError::Exists(_))));
    let bytes = std::fs::read(&file).expect("a file");
    assert!(!bytes.windows(16).any(|w| w == b"a planted secret"), "streams are never in a backup");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).expect("there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "it holds the log key");
    }

    let restored = restore(&file, &new, RestoreOptions::default()).expect("restored");
    assert_ne!(restored.generation, relay.running.generation());
    assert_eq!(&restored.log, relay.running.log());
    assert!(matches!(restore(&file, &new, RestoreOptions::default()), Err(BackupError::Exists(_))));
    let mut config = Config::load(&new, &Flags::default()).expect("settings");
    config.tuning = relay.config.tuning.clone();
    let running = serve_with_clock(config, Arc::new(relay.clock.clone()), std::future::pending())
        .await
        .expect("started");
    assert_eq!(running.generation(), restored.generation);
    let again = Client { addr: running.addr(), network: WORLD.network };
    assert_eq!(again.read(id, 0, None).await.code(), Code::NotFound);
    let network: Network = get(again.addr, "/v1/network").await.read();
    assert_eq!(network.generation, restored.generation);
    let head = Checkpoint::open(network.checkpoint.as_bytes(), running.log()).expect("signed");
    assert_eq!(head.size, 3);
    // The spent set came along: the report's pass and the alert's.
    again.create(&p, &owner).await;
    assert_eq!(again.append(id, &append("another", 2)).await.code(), Code::PassSpent);
    let reused = alert(2, NoteKind::New, 1, 41, relay.now());
    assert_eq!(again.log(LogKind::Alert, reused).await.code(), Code::PassSpent);
    running.stop().await;
    relay.running.stop().await;
}

#[tokio::test]
async fn a_new_log_has_a_new_key_and_waits_for_a_manifest_that_names_it() {
    let relay = Relay::start().await;
    let place = tempfile::tempdir().expect("a folder");
    let (file, new) = (place.path().join("relay.backup"), place.path().join("new"));
    backup(&relay.config.data, &file).expect("backed up");
    let restored = restore(&file, &new, RestoreOptions { new_log: true }).expect("restored");
    assert_ne!(&restored.log, relay.running.log());
    let mut config = Config::load(&new, &Flags::default()).expect("settings");
    config.tuning = relay.config.tuning.clone();
    let clock = Arc::new(relay.clock.clone());
    let running = serve_with_clock(config, clock, std::future::pending()).await.expect("started");
    let client = Client { addr: running.addr(), network: WORLD.network };
    assert_eq!(get(client.addr, "/v1/network").await.code(), Code::NotSetUp);
    let old = WORLD.sign_manifest(&WORLD.manifest(2, relay.running.log()));
    assert_eq!(client.log(LogKind::Manifest, old).await.code(), Code::NotAllowed);
    let new = WORLD.sign_manifest(&WORLD.manifest(2, &restored.log));
    assert_eq!(client.log(LogKind::Manifest, new).await.read::<Logged>().index, 0);
    running.stop().await;
    relay.running.stop().await;
}

/// One step of a client that watches the log: what the relay answers, taken or refused.
async fn ask(watch: &mut LogWatch, client: &Client, now: Timestamp) -> Result<LogNews, LogError> {
    let request = watch.next_request(now);
    let Request::LogEntries { part, after, from } = request else {
        assert_eq!(request, Request::Network);
        let network: Network = get(client.addr, "/v1/network").await.read();
        return watch.handle_network(&network, now);
    };
    let kind = match part {
        LogPart::All => None,
        LogPart::News => Some("news=1".to_owned()),
        LogPart::Only(kind) => Some(format!("kind={}", kind.code())),
    };
    let after = after.map(|n| format!("after={n}"));
    let from = from.map(|n| format!("from={n}"));
    let query: Vec<String> = [kind, after, from].into_iter().flatten().collect();
    let path = format!("/v1/log/entries?{}", query.join("&"));
    let entries: LogEntries = get(client.addr, &path).await.read();
    watch.handle_entries(&entries, now)
}

/// Reads on until there is no more, or something is refused.
async fn catch_up(watch: &mut LogWatch, client: &Client, now: Timestamp) -> Result<(), LogError> {
    while ask(watch, client, now).await?.more {}
    Ok(())
}

/// A relay whose last entry came after the backup, and a client who has seen it.
struct Lost {
    relay: Relay,
    file: std::path::PathBuf,
    place: tempfile::TempDir,
    watch: LogWatch,
    last: Vec<u8>,
}

async fn lost() -> Lost {
    let relay = Relay::start().await;
    let client = relay.client();
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("relay.backup");
    backup(&relay.config.data, &file).expect("backed up");
    let last = alert(7, NoteKind::New, 1, 70, relay.now());
    client.log(LogKind::Alert, last.clone()).await.read::<Logged>();
    let mut watch = LogWatch::new(WORLD.network);
    catch_up(&mut watch, &client, relay.now()).await.expect("an honest relay");
    assert_eq!((watch.size(), watch.alerts().last_index()), (3, Some(2)));
    Lost { relay, file, place, watch, last }
}

async fn serve_restored(relay: &Relay, folder: &std::path::Path) -> (Running, Client) {
    let mut config = Config::load(folder, &Flags::default()).expect("settings");
    config.tuning = relay.config.tuning.clone();
    let clock = Arc::new(relay.clock.clone());
    let running = serve_with_clock(config, clock, std::future::pending()).await.expect("started");
    let client = Client { addr: running.addr(), network: WORLD.network };
    (running, client)
}

#[tokio::test]
async fn a_log_from_an_old_backup_is_refused_until_the_stewards_begin_a_new_one() {
    let Lost { relay, file, place, mut watch, .. } = lost().await;
    let now = relay.now().plus_ms(60_000);
    relay.clock.set(now);
    let restored = restore(&file, &place.path().join("old"), RestoreOptions::default()).expect("restored");
    assert_eq!(restored.log_size, 2);
    let (running, client) = serve_restored(&relay, &place.path().join("old")).await;

    let refused = catch_up(&mut watch, &client, now).await.expect_err("it lacks the alert");
    assert_eq!(refused.code(), "log-shrank");
    assert!(refused.to_string().contains("begin a new log"), "{refused}");
    // It grows again, with something else in the alert's place.
    for n in [8, 9] {
        client.log(LogKind::Alert, alert(n, NoteKind::New, 1, 70 + u64::from(n), now)).await.read::<Logged>();
    }
    // Suspicious, the client looks for a new log first, and there is none.
    let mut codes = Vec::new();
    for _ in 0..3 {
        if let Err(refused) = catch_up(&mut watch, &client, now).await {
            assert!(refused.to_string().contains("begin a new log"), "{refused}");
            codes.push(refused.code());
        }
    }
    assert!(!codes.is_empty() && codes.iter().all(|c| *c == "log-forked"), "{codes:?}");
    assert_eq!((watch.size(), watch.alerts().last_index()), (3, Some(2)), "what it knew stays");
    running.stop().await;

    let options = RestoreOptions { new_log: true };
    let restored = restore(&file, &place.path().join("new"), options).expect("restored");
    assert_eq!(restored.log_size, 0);
    let (running, client) = serve_restored(&relay, &place.path().join("new")).await;
    let manifest = WORLD.sign_manifest(&WORLD.manifest(2, &restored.log));
    client.log(LogKind::Manifest, manifest).await.read::<Logged>();
    client.log(LogKind::KeyNote, WORLD.sign_key_note(&WORLD.key_note(2))).await.read::<Logged>();
    while catch_up(&mut watch, &client, now).await.is_err() {}
    assert_eq!(watch.manifest().map(|m| m.manifest().version), Some(2));
    assert_eq!(watch.size(), 2);
    assert_eq!(watch.alerts().view(now).len(), 1, "the alert that the relay lost is still known");
    running.stop().await;
    relay.running.stop().await;
}

#[tokio::test]
async fn the_lost_entries_sent_again_in_their_order_make_the_same_log() {
    let Lost { relay, file, place, mut watch, last } = lost().await;
    let now = relay.now().plus_ms(60_000);
    relay.clock.set(now);
    restore(&file, &place.path().join("old"), RestoreOptions::default()).expect("restored");
    let (running, client) = serve_restored(&relay, &place.path().join("old")).await;
    client.log(LogKind::Alert, last).await.read::<Logged>();
    catch_up(&mut watch, &client, now).await.expect("it is the log it knows");
    client.log(LogKind::Alert, alert(8, NoteKind::New, 1, 80, now)).await.read::<Logged>();
    catch_up(&mut watch, &client, now).await.expect("and it goes on");
    assert_eq!((watch.size(), watch.alerts().last_index()), (4, Some(3)));
    running.stop().await;
    relay.running.stop().await;
}

#[test]
fn what_cannot_be_backed_up_or_restored_says_so() {
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("x");
    assert!(matches!(backup(place.path(), &file), Err(BackupError::NoRelay(_))));
    let new = place.path().join("new");
    assert!(matches!(restore(&file, &new, RestoreOptions::default()), Err(BackupError::NotABackup(_))));
    std::fs::write(&file, vec![7; 10_000]).expect("written");
    assert!(matches!(restore(&file, &new, RestoreOptions::default()), Err(BackupError::NotABackup(_))));
    assert!(!new.exists());
}
