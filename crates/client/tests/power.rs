//! The vault's crash table against the real files: each fsync in turn fails, fails though it was done, is the last
//! before the process is killed, or the last before the power fails and unsynced writes are lost, kept in part or torn.
//! What was acknowledged is there afterwards, a batch is there as a whole or not at all, and a passphrase opens it.

mod powerloss;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use bystand_client::vault::Cost;
use bystand_client::{Store, Vault};
use bystand_core::io::Batch;
use powerloss::{Disk, FAULTS, goes_on};

const FOLDER: &str = "BYSTAND_TEST_POWER_FOLDER";
const FIRST: &str = "one two three four five six";
const SECOND: &str = "seven eight nine ten eleven twelve";
/// Batches that the child commits.
const BATCHES: u8 = 4;

/// What is kept after so many batches; batch 0 is what the vault is made with.
fn after(batches: u8) -> BTreeMap<String, Vec<u8>> {
    let mut records = BTreeMap::from([("first".to_owned(), vec![0; 40])]);
    for n in 1..=batches {
        for (name, value) in batch(n).records {
            match value {
                Some(value) => drop(records.insert(name, value)),
                None => drop(records.remove(&name)),
            }
        }
    }
    records
}

/// A batch that adds, replaces and deletes, with a record longer than a page.
fn batch(n: u8) -> Batch {
    let gone = (n > 2).then(|| (format!("long/{}", n - 2), None));
    let records = [(format!("long/{n}"), Some(vec![n; 9_000])), ("counter".to_owned(), Some(vec![n]))];
    Batch { records: records.into_iter().chain(gone).collect() }
}

/// What the child runs; by itself it has nothing to do.
#[test]
fn the_vault_on_a_disk() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let first = Batch { records: [("first".to_owned(), Some(vec![0; 40]))].into() };
    let mut vault = Vault::create(Path::new(&folder), FIRST, Cost::Least, &first).expect("created");
    say("made");
    for n in 1..=BATCHES {
        vault.commit(&batch(n)).expect("committed");
        say("kept");
        if n == BATCHES / 2 {
            vault.change_passphrase(SECOND, Cost::Least).expect("changed");
            say("changed");
        }
    }
    vault.tidy().expect("tidied");
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "said {line}").and_then(|()| out.flush()).expect("the parent reads");
}

/// What the child said before its end.
struct Said {
    is_good: bool,
    made: bool,
    kept: u8,
    changed: bool,
    syncs: u64,
}

fn child(folder: &Path, fault: Option<(u64, &str)>) -> Said {
    let count = folder.with_extension("syncs");
    let disk = Disk { folder: folder.parent().expect("a folder"), count: &count };
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", "the_vault_on_a_disk", "--nocapture"]).env(FOLDER, folder);
    disk.under(&mut command, fault);
    let ended = command.output().expect("ran");
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    let said = |word: &str| text.lines().filter(|line| line.ends_with(&format!("said {word}"))).count();
    Said {
        is_good: ended.status.success(),
        made: said("made") == 1,
        kept: u8::try_from(said("kept")).expect("few"),
        changed: said("changed") == 1,
        syncs: disk.syncs(),
    }
}

/// The imitation itself: a file that was synced keeps what it had then, and one that was not has nothing.
#[test]
fn what_was_not_synced_is_lost() {
    let Ok(folder) = std::env::var(FILES) else { return bites() };
    let mut file = std::fs::File::create(Path::new(&folder).join("file")).expect("made");
    file.write_all(b"synced").and_then(|()| file.sync_all()).expect("written");
    file.write_all(b", not synced").expect("written");
    let other = std::fs::File::create(Path::new(&folder).join("other")).expect("made");
    other.sync_all().expect("the power fails here");
}

const FILES: &str = "BYSTAND_TEST_POWER_FILES";

fn bites() {
    for (fault, expected) in [("killed", "synced, not synced"), ("none", "synced"), ("torn", "synced, not ")]
    {
        let place = tempfile::tempdir().expect("a folder");
        let count = place.path().with_extension("syncs");
        let mut command = Command::new(std::env::current_exe().expect("this test"));
        command.args(["--exact", "what_was_not_synced_is_lost"]).env(FILES, place.path());
        Disk { folder: place.path(), count: &count }.under(&mut command, Some((2, fault)));
        assert!(!command.output().expect("ran").status.success(), "{fault}");
        let left = std::fs::read_to_string(place.path().join("file")).expect("there");
        assert_eq!(left, expected, "{fault}");
        std::fs::remove_file(count).expect("removed");
    }
}

#[test]
fn every_sync_fails_kills_or_loses_power() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = |name: &str| {
        let disk = place.path().join(name);
        std::fs::create_dir(&disk).expect("a folder");
        disk.join("vault")
    };
    let whole = child(&folder("whole"), None);
    assert!(whole.is_good && whole.made && whole.kept == BATCHES && whole.changed && whole.syncs > 10);
    for at in 1..=whole.syncs {
        for fault in FAULTS {
            let what = format!("{fault} at sync {at}");
            let vault = folder(&format!("{at}-{fault}"));
            let said = child(&vault, Some((at, fault)));
            assert!(!said.is_good || goes_on(fault), "{what}: the process was to end");
            check(&vault, &said, &what);
        }
    }
}

fn check(folder: &Path, said: &Said, what: &str) {
    if !said.made && !Vault::is_in(folder) {
        let again = Vault::create(folder, FIRST, Cost::Least, &Batch::default());
        assert!(again.is_ok(), "{what}: made anew: {:?}", again.err());
        return;
    }
    let may_be_old = !said.changed;
    let may_be_new = said.changed || said.kept == BATCHES / 2;
    let opened = match (Vault::unlock(folder, FIRST), may_be_old) {
        (Ok(vault), true) => Ok(vault),
        (Ok(_), false) => panic!("{what}: the old passphrase still opens"),
        (Err(_), _) if may_be_new => Vault::unlock(folder, SECOND),
        (Err(error), _) => Err(error),
    };
    let opened = opened.unwrap_or_else(|error| panic!("{what}: {error}"));
    let records = opened.load().unwrap_or_else(|error| panic!("{what}: {error}"));
    let records: BTreeMap<String, Vec<u8>> =
        records.into_iter().map(|(name, value)| (name, value.to_vec())).collect();
    let is_whole = [said.kept, said.kept.saturating_add(1).min(BATCHES)].iter().any(|n| records == after(*n));
    assert!(is_whole, "{what}: {} batches were kept, and there are {:?}", said.kept, records.keys());
}
