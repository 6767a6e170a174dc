//! The crash table against the real files: the scenario of `faults` runs in a process of its own, in which each
//! fsync in turn fails, fails though it was done, is the last before the process is killed, or the last before the
//! power fails and unsynced writes are lost, kept in part or torn. Then everything is asked for again.

use std::path::Path;
use std::process::Command;

use bystand_relay::store::sqlite::{SqliteOptions, SqliteStore};

use crate::faults::{run, seen, undisturbed};
use crate::faulty::Plan;
use crate::powerloss::{Disk, FAULTS, goes_on};

const FOLDER: &str = "BYSTAND_TEST_POWER_FOLDER";

/// Runs the scenario in a process of its own, on a disk; gives what it said.
fn child(folder: &Path, fault: Option<(u64, &str)>) -> (bool, Vec<String>, u64) {
    let count = folder.with_extension("syncs");
    let disk = Disk { folder, count: &count };
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", "power::the_scenario_on_a_disk", "--nocapture"]).env(FOLDER, folder);
    disk.under(&mut command, fault);
    let ended = command.output().expect("ran");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    let answers = said.lines().filter_map(|l| l.strip_prefix("answer ")).map(str::to_owned).collect();
    (ended.status.success(), answers, disk.syncs())
}

#[tokio::test]
async fn every_sync_fails_kills_or_loses_power() {
    let (answers, end, _) = undisturbed().await;
    let place = tempfile::tempdir().expect("a folder");
    let whole = place.path().join("whole");
    std::fs::create_dir(&whole).expect("a folder");
    let (good, got, syncs) = child(&whole, None);
    assert!(good && got == answers && syncs > 20, "{syncs} syncs: {got:#?}");
    for at in 1..=syncs {
        for fault in FAULTS {
            let what = format!("{fault} at sync {at}");
            let folder = place.path().join(format!("{at}-{fault}"));
            std::fs::create_dir(&folder).expect("a folder");
            let (good, acknowledged, _) = child(&folder, Some((at, fault)));
            assert!(!good || goes_on(fault), "{what}: the process was to end");
            let expected: Vec<&String> = answers.iter().take(acknowledged.len()).collect();
            assert_eq!(acknowledged.iter().collect::<Vec<_>>(), expected, "{what}");
            check(&folder, &what);
            let mut again = Vec::new();
            run(&folder, &Plan::new(None), |answer| again.push(answer)).await;
            assert_eq!(again, answers, "{what}");
            assert_eq!(seen(&folder), end, "{what}");
        }
    }
}

/// What is left is a database that the relay starts with.
fn check(folder: &Path, what: &str) {
    let opened = SqliteStore::open(&folder.join("relay.db"), SqliteOptions::default());
    assert!(opened.is_ok(), "{what}: {:?}", opened.err());
}

/// What the child runs; by itself it has nothing to do.
#[tokio::test]
async fn the_scenario_on_a_disk() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    run(Path::new(&folder), &Plan::new(None), |a| crate::crash::say(&format!("answer {a}"))).await;
}
