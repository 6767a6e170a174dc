//! A relay that is killed (SIGKILL) while clients append: whatever it acknowledged is there afterwards.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use bystand_crypto::hash;
use bystand_relay::store::Store;
use bystand_relay::store::sqlite::{SqliteOptions, SqliteStore};
use bystand_relay::{Config, data_dir, serve};
use bystand_wire::relay_api::*;
use bystand_wire::{NetworkId, Seq};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::client::{Client, frame, key, policy};

const FOLDER: &str = "BYSTAND_TEST_CRASH_FOLDER";
const ROUND: &str = "BYSTAND_TEST_CRASH_ROUND";
const NETWORK: NetworkId = NetworkId([5; 32]);
const ROUNDS: u64 = 12;

/// Serves, appends from eight clients at once, and says what was acknowledged, until it is killed.
async fn serve_and_append(folder: &Path, round: u64, mut limit: Option<u64>) {
    data_dir::create(folder, &NETWORK).expect("a folder");
    let mut config = Config::new(folder, NETWORK);
    config.tuning.listen.set_port(0);
    config.tuning.work_effort_cap = 1;
    let running = serve(config, std::future::pending()).await.expect("started");
    let client = Client { addr: running.addr(), network: NETWORK };
    let owner = key(1);
    let mut p = policy(&owner, vec![AppendRule::Keys(vec![owner.public()])], crate::world::noon());
    p.max_frames = 100_000;
    p.expires_at = crate::world::noon().plus_ms(300 * crate::world::DAY_MS);
    let id = hash::stream_id(&owner.public());
    if client.read(id, 0, None).await.status != 200 {
        client.create(&p, &owner).await;
    }
    let mut n = 0;
    while limit.is_none_or(|l| n < l) {
        let batch = (0..8).map(|i| {
            let text = format!("round {round} frame {}", n + i);
            let owner = owner.clone();
            async move {
                let appended: Appended = client.append_by_key(id, &owner, frame(&text)).await.read();
                say(&format!("ack {} {text}", appended.seq));
            }
        });
        futures_util::future::join_all(batch).await;
        n += 8;
        limit = limit.map(|l| l.max(8));
    }
    running.stop().await;
}

/// To the parent, which reads this process's output.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("the parent reads");
}

fn held(folder: &Path) -> BTreeMap<u64, String> {
    let store = SqliteStore::open(&folder.join("relay.db"), SqliteOptions::default()).expect("recovered");
    let mut reader = store.reader().expect("a reader");
    let id = hash::stream_id(&key(1).public());
    let mut held = BTreeMap::new();
    loop {
        let after = Seq(held.keys().next_back().copied().unwrap_or(0));
        let Some(read) = reader.frames(&id, after, 500, 1 << 20, crate::world::noon()).expect("read") else {
            return held;
        };
        if read.frames.is_empty() {
            return held;
        }
        held.extend(
            read.frames.iter().map(|f| (f.seq.0, String::from_utf8_lossy(&f.frame[2..]).into_owned())),
        );
    }
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = std::env::current_exe().expect("this test");
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let mut acknowledged: BTreeMap<u64, String> = BTreeMap::new();
    for round in 0..ROUNDS {
        let mut child = Command::new(&program)
            .args(["--exact", "crash::the_child_by_itself", "--nocapture"])
            .env(FOLDER, folder.path())
            .env(ROUND, round.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut left = 1 + rng.next_u32() % 150;
        let mut lines = lines.map_while(Result::ok);
        for line in lines.by_ref() {
            remember(&mut acknowledged, &line);
            left -= u32::from(line.contains("ack "));
            if left == 0 {
                break;
            }
        }
        child.kill().expect("killed");
        // Acknowledged before the kill, read after it.
        lines.for_each(|line| remember(&mut acknowledged, &line));
        child.wait().expect("gone");
        let held = held(folder.path());
        for (seq, text) in &acknowledged {
            assert_eq!(held.get(seq), Some(text), "round {round}");
        }
        let places: Vec<u64> = held.keys().copied().collect();
        assert_eq!(places, (1..=places.len() as u64).collect::<Vec<_>>(), "no gaps, round {round}");
    }
    assert!(acknowledged.len() > 100);
}

fn remember(acknowledged: &mut BTreeMap<u64, String>, line: &str) {
    // The last line may have been cut short by the kill; a whole one ends in its frame's number.
    let Some((_, rest)) = line.split_once("ack ") else { return };
    let Some((seq, text)) = rest.split_once(' ') else { return };
    acknowledged.insert(seq.parse().expect("a place"), text.to_owned());
}

/// What the killed child runs; by itself it appends a few frames and finds them again.
#[tokio::test]
async fn the_child_by_itself() {
    if let (Ok(folder), Ok(round)) = (std::env::var(FOLDER), std::env::var(ROUND)) {
        serve_and_append(Path::new(&folder), round.parse().expect("a number"), None).await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    serve_and_append(folder.path(), 0, Some(16)).await;
    assert_eq!(held(folder.path()).len(), 16);
}
