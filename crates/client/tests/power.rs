//! The vault's crash table: at each fsync the write fails, the power fails, or the process is killed; what was
//! acknowledged is there afterwards, a batch is there as a whole or not at all, and one of the two passphrases opens.

mod powerloss;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use bystand_client::vault::Cost;
use bystand_client::{Store, Vault};
use bystand_core::io::Batch;
use powerloss::{Disk, KEEP};

const FOLDER: &str = "BYSTAND_TEST_POWER_FOLDER";
const FIRST: &str = "one two three four five six";
const SECOND: &str = "seven eight nine ten eleven twelve";
/// Batches that the child commits.
const BATCHES: u8 = 6;

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

fn child(folder: &Path, loss: Option<(u64, &str)>) -> Said {
    let count = folder.with_extension("syncs");
    let disk = Disk { folder: folder.parent().expect("a folder"), count: &count };
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", "the_vault_on_a_disk", "--nocapture"]).env(FOLDER, folder);
    disk.under(&mut command, loss);
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

#[test]
fn the_power_fails_at_every_sync() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = |name: &str| {
        let disk = place.path().join(name);
        std::fs::create_dir(&disk).expect("a folder");
        disk.join("vault")
    };
    let whole = child(&folder("whole"), None);
    assert!(whole.is_good && whole.made && whole.kept == BATCHES && whole.changed && whole.syncs > 15);
    for at in 1..=whole.syncs {
        for keep in KEEP {
            let what = format!("{keep} kept at sync {at}");
            let vault = folder(&format!("{at}-{keep}"));
            let said = child(&vault, Some((at, keep)));
            assert!(!said.is_good, "{what}: the power was to fail");
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
