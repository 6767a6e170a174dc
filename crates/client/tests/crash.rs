//! A process that is killed at any step loses nothing it was told is kept, and sends nothing that it
//! did not keep before.
//!
//! The child process makes five frames, each with random bytes, so that a frame that was made again
//! differs from the first. It is killed at each of its commits, before or after it; then by the relay's
//! side at each arrival of a frame, before the answer. It is then run again until it is done.

mod common;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use bystand_client::vault::Cost;
use bystand_client::{Outcome, Session, Store, Vault, VaultError};
use bystand_core::io::{Batch, CallId, Effect, Engine, Random, Response};
use bystand_wire::relay_api::{Append, LiveOut, WorkProof};
use bystand_wire::{Timestamp, decode, encode};
use rand_core::Rng;

use common::{append, appended, config, serve};

const PASSPHRASE: &str = "a passphrase of the crash test";
const FRAMES: u8 = 5;
const CHILD: &str = "BYSTAND_CRASH_CHILD";

/// Keeps a frame, then sends it; after the answer marks it as done and makes the next.
struct Courier {
    waiting: BTreeMap<String, Vec<u8>>,
    done: u8,
    effects: VecDeque<Effect<()>>,
}

impl Courier {
    fn open(records: BTreeMap<String, Vec<u8>>, rng: &mut Random) -> Self {
        let done = records.get("done").and_then(|done| done.first().copied()).unwrap_or(0);
        let waiting = records.into_iter().filter(|(name, _)| name.starts_with("out/")).collect();
        let mut courier = Self { waiting, done, effects: VecDeque::new() };
        match courier.waiting.values().next().cloned() {
            Some(frame) => courier.send(frame),
            None => courier.make_next(rng),
        }
        courier
    }

    fn make_next(&mut self, rng: &mut Random) {
        if self.done == FRAMES {
            return;
        }
        let mut frame = vec![self.done; 9];
        if let Some((_, random)) = frame.split_at_mut_checked(1) {
            rng.fill_bytes(random);
        }
        let name = format!("out/{}", self.done);
        self.effects
            .push_back(Effect::Store(Batch { records: [(name.clone(), Some(frame.clone()))].into() }));
        self.waiting.insert(name, frame.clone());
        self.send(frame);
    }

    fn send(&mut self, frame: Vec<u8>) {
        self.effects.push_back(Effect::Send(CallId(0), Box::new(append(&frame))));
    }
}

impl Engine for Courier {
    type Event = ();

    fn handle_connected(&mut self, _: Timestamp, _: &mut Random) {}
    fn handle_disconnected(&mut self, _: Timestamp) {}
    fn handle_live(&mut self, _: LiveOut, _: Timestamp, _: &mut Random) {}
    fn handle_solved(&mut self, _: CallId, _: WorkProof, _: Timestamp, _: &mut Random) {}
    fn handle_timeout(&mut self, _: Timestamp, _: &mut Random) {}

    fn handle_response(&mut self, _: CallId, response: Response, _: Timestamp, rng: &mut Random) {
        assert_eq!(response, Response::Appended(appended(1)));
        let name = format!("out/{}", self.done);
        self.waiting.remove(&name);
        self.done += 1;
        let records = [(name, None), ("done".to_owned(), Some(vec![self.done]))];
        self.effects.push_back(Effect::Store(Batch { records: records.into() }));
        self.make_next(rng);
    }

    fn poll_effect(&mut self) -> Option<Effect<()>> {
        self.effects.pop_front()
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        None
    }
}

/// Ends the process, without any clean-up, at one of its commits.
struct Killing {
    vault: Vault,
    commits: usize,
    before: Option<usize>,
    after: Option<usize>,
}

impl Store for Killing {
    fn commit(&mut self, batch: &Batch) -> Result<(), VaultError> {
        self.commits += 1;
        if self.before == Some(self.commits) {
            std::process::abort();
        }
        self.vault.commit(batch)?;
        if self.after == Some(self.commits) {
            std::process::abort();
        }
        Ok(())
    }

    fn tidy(&mut self) -> Result<(), VaultError> {
        self.vault.tidy()
    }
}

/// The child's body; as a test of its own, without its arguments, it has nothing to do.
#[tokio::test]
async fn crash_child() {
    let Ok(arguments) = std::env::var(CHILD) else { return };
    let mut arguments = arguments.split(',');
    let mut next = || arguments.next().expect("an argument");
    let (folder, relay) = (next(), next().parse::<SocketAddr>().expect("an address"));
    let (before, after) = (next().parse().ok(), next().parse().ok());
    let vault = Vault::unlock(Path::new(folder), PASSPHRASE).expect("unlocked");
    let records = vault.load().expect("loaded").into_iter().map(|(name, value)| (name, value.to_vec()));
    let engine = Courier::open(records.collect(), &mut bystand_client::system_random().expect("random"));
    let store = Killing { vault, commits: 0, before, after };
    let mut session = Session::start(engine, store, config(relay, false));
    let done = |engine: &Courier| engine.done == FRAMES;
    let outcome = session.until(Duration::from_secs(60), done, |_| ()).await;
    assert_eq!(outcome.expect("running"), Outcome::Reached);
}

/// A relay that notes every frame and, at one arrival, kills who sent it instead of answering.
#[derive(Clone, Default)]
struct Witness {
    seen: Arc<Mutex<Vec<Vec<u8>>>>,
    /// The process that runs now.
    child: Arc<Mutex<Option<u32>>>,
    kill_at: Option<usize>,
}

impl Witness {
    fn router(&self) -> Router {
        let witness = self.clone();
        let take = move |body: Bytes| async move {
            let frame = decode::<Append>(&body).expect("an append").frame;
            let count = {
                let mut seen = witness.seen.lock().expect("not poisoned");
                seen.push(frame);
                seen.len()
            };
            if witness.kill_at == Some(count) {
                let child = witness.child.lock().expect("not poisoned").expect("a child runs");
                let killed = Command::new("kill").args(["-9", &child.to_string()]).status();
                assert!(killed.expect("kill runs").success());
            }
            encode(&appended(1))
        };
        Router::new().route("/v1/streams/{id}", post(take))
    }

    /// Runs a child to its end, and says how it ended.
    async fn run(&self, folder: &Path, relay: SocketAddr, before: &str, after: &str) -> ExitStatus {
        let mut command = Command::new(std::env::current_exe().expect("this test's program"));
        command
            .args(["--exact", "crash_child", "--quiet"])
            .env(CHILD, format!("{},{relay},{before},{after}", folder.display()))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let mut child = {
            // Held while it starts, so that its first frame finds it there.
            let mut place = self.child.lock().expect("not poisoned");
            let child = command.spawn().expect("started");
            *place = Some(child.id());
            child
        };
        let ended = tokio::task::spawn_blocking(move || child.wait()).await.expect("waited");
        ended.expect("waited")
    }

    /// Each of the five arrived, in order, and however often one arrived, it was the same bytes.
    fn check(&self, what: &str) {
        let mut seen = self.seen.lock().expect("not poisoned").clone();
        seen.dedup();
        let numbers: Vec<u8> = seen.iter().filter_map(|frame| frame.first().copied()).collect();
        assert_eq!(numbers, (0..FRAMES).collect::<Vec<u8>>(), "{what}");
    }
}

async fn crash_and_finish(witness: Witness, before: &str, after: &str, what: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("vault");
    drop(Vault::create(&path, PASSPHRASE, Cost::Least, &Batch::default()).expect("created"));
    let relay = serve(witness.router()).await;
    let first = witness.run(&path, relay, before, after).await;
    assert!(first.signal().is_some(), "{what}: the child was to be killed, and ended with {first}");
    let second = witness.run(&path, relay, "-", "-").await;
    assert!(second.success(), "{what}: the second run was to end by itself, and ended with {second}");
    witness.check(what);
    let records = Vault::unlock(&path, PASSPHRASE).expect("unlocked").load().expect("loaded");
    let names: Vec<&str> = records.keys().map(String::as_str).collect();
    assert_eq!(names, ["done"], "{what}");
    assert_eq!(records.get("done").map(|done| done.to_vec()), Some(vec![FRAMES]), "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_commit() {
    // One commit for the first frame; then one for each answer, joined with the next frame's; the last
    // for the last answer.
    for commit in 1..=usize::from(FRAMES) + 1 {
        let number = commit.to_string();
        crash_and_finish(Witness::default(), &number, "-", &format!("before commit {commit}")).await;
        crash_and_finish(Witness::default(), "-", &number, &format!("after commit {commit}")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_a_frame_and_its_answer() {
    for arrival in 1..=usize::from(FRAMES) {
        let witness = Witness { kill_at: Some(arrival), ..Witness::default() };
        crash_and_finish(witness, "-", "-", &format!("at arrival {arrival}")).await;
    }
}
