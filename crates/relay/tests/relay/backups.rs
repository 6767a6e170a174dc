//! Backup of a running relay, restore into a new generation.

use std::sync::Arc;

use bystand_crypto::notes::Checkpoint;
use bystand_relay::{BackupError, Config, Flags, RestoreOptions, backup, restore, serve_with_clock};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{Hash32, PassPurpose};

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
