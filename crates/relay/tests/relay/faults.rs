//! The crash table: a scenario that uses every kind of write, with a fault at each of its steps in
//! turn. Whoever asked tries again, as clients do; in the end everything must be as if nothing had
//! happened, and no answer that was given may turn out untrue.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use bystand_crypto::hash;
use bystand_crypto::sign::SigningKey;
use bystand_relay::clock::SetClock;
use bystand_relay::log::LogSigner;
use bystand_relay::metrics::Metrics;
use bystand_relay::rules::publish::{AcceptedEntry, QuorumPass};
use bystand_relay::rules::stream::{PolicyLimits, SignedPolicy};
use bystand_relay::rules::{Proof, Refusal, VerifiedPass, VerifiedWork};
use bystand_relay::store::sqlite::{SqliteOptions, SqliteStore};
use bystand_relay::store::{LogQuery, Store};
use bystand_relay::writer::actions::{
    AppendFrame, EraseFrames, LeaseBlob, Publish, PutBlob, PutStream, ReadBlob, Resign, Sweep,
};
use bystand_relay::writer::{Action, Shared, Writer, WriterLimits, WriterState};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{
    BlobId, FrameKind, Hash32, NetworkId, PassPurpose, Period, PublicKey, Seq, SignatureBytes, StreamId,
    encode,
};

use crate::client::{frame, key, policy};
use crate::faulty::{Fault, FaultyStore, Plan};
use crate::world::{DAY_MS, noon, week};

const STEP: &str = "BYSTAND_TEST_DIE_AT";
const FOLDER: &str = "BYSTAND_TEST_FOLDER";

fn writer(folder: &Path, plan: &Arc<Plan>) -> (Writer, std::thread::JoinHandle<()>) {
    let store = SqliteStore::open(&folder.join("relay.db"), SqliteOptions::default()).expect("opened");
    let store = FaultyStore { inner: Box::new(store), plan: plan.clone() };
    let limits = WriterLimits {
        queue_len: 100,
        group_len: 100,
        group_bytes: 1 << 20,
        policy: PolicyLimits { max_frames: 1_000 },
        streams_per_pass: 20,
        blobs_per_pass: 20,
    };
    let signer = LogSigner::new(&NetworkId([1; 32]), key(99)).expect("a name");
    let clock = Arc::new(SetClock::at(noon()));
    let state = WriterState::new(
        limits,
        clock,
        Arc::new(Shared::default()),
        Arc::new(Metrics::default()),
        signer,
        Box::new(|_| ()),
    );
    Writer::start(Box::new(store), state).expect("a thread")
}

/// Asks until it is taken, as a client does that gets no answer or is told to try again.
async fn insist<A: Action + Clone>(writer: &Writer, action: A) -> Result<A::Output, Refusal> {
    for _ in 0..3 {
        match writer.ask(action.clone()).await {
            Err(refusal) if refusal.code == Code::CannotStore => {}
            outcome => return outcome,
        }
    }
    panic!("still refused");
}

fn stream(owner: &SigningKey, change: impl FnOnce(&mut Policy)) -> PutStream {
    let mut p = policy(owner, vec![], noon());
    change(&mut p);
    PutStream {
        stream: hash::stream_id(&owner.public()),
        policy: SignedPolicy { signer: owner.public(), hash: hash::plain_sha256(&encode(&p)), policy: p },
        admission: Some(Proof::Certified { device: owner.public(), roles: vec![] }),
    }
}

fn append(stream: StreamId, text: &str, proof: Proof) -> AppendFrame {
    let frame = frame(text);
    let hash = hash::frame_hash(&frame);
    let (kind, frame) = (FrameKind::Reply, frame.into());
    AppendFrame { stream, kind, hash, frame, proof, commit: None, committer: None }
}

fn report_pass(n: u8, tag: u8) -> Proof {
    let pass = Pass {
        purpose: PassPurpose::Report,
        period: week(),
        zone: None,
        key: PublicKey([n; 32]),
        randomizer: Hash32([0; 32]),
        certification: vec![],
    };
    let forget_at = Period::end(week());
    let redemption = Redemption { pass, signature: SignatureBytes([0; 64]) };
    let tag = Hash32([tag; 32]);
    Proof::Pass(VerifiedPass {
        id: Hash32([n; 32]),
        purpose: PassPurpose::Report,
        forget_at,
        tag,
        redemption,
    })
}

/// Every kind of write. Gives what was answered, as text; `say` is called as soon as it is.
async fn scenario(writer: &Writer, mut say: impl FnMut(String)) {
    let (room, drop, owner) = (key(1), key(2), key(3));
    let room_id = hash::stream_id(&room.public());
    let drop_id = hash::stream_id(&drop.public());
    let member = |epoch| Proof::Room { room: room_id, epoch, key: key(10).public() };
    macro_rules! answer {
        ($action:expr) => {
            say(format!("{:?}", insist(writer, $action).await.map_err(|r| r.code)))
        };
    }
    answer!(stream(&room, |p| {
        p.append = vec![AppendRule::Room(room_id)];
        p.room_key = Some(key(10).public());
    }));
    answer!(stream(&drop, |p| {
        p.append =
            vec![AppendRule::PassOrWork(vec![PassPurpose::Report]), AppendRule::Keys(vec![drop.public()])];
    }));
    answer!(append(room_id, "message", member(0)));
    let commit = Some(Commit { epoch: 0, append_key: Some(key(11).public()), signature: None });
    answer!(AppendFrame { kind: FrameKind::RoomCommit, commit, ..append(room_id, "commit", member(0)) });
    answer!(append(room_id, "late", member(0)));
    answer!(append(drop_id, "report", report_pass(1, 1)));
    answer!(append(drop_id, "the same report", report_pass(1, 1)));
    answer!(append(drop_id, "another", report_pass(1, 2)));
    let work = VerifiedWork { id: Hash32([7; 32]), tag: Hash32([7; 32]) };
    answer!(append(drop_id, "open lane", Proof::Work(work)));
    answer!(append(drop_id, "by key", Proof::Key(drop.public())));
    // Made again after it was replaced, the first version is rightly old.
    let first = insist(writer, stream(&owner, |_| ())).await;
    assert!(first.is_ok() || first.is_err_and(|r| r.code == Code::StalePolicy));
    answer!(PutStream { admission: None, ..stream(&owner, |p| p.version = 2) });
    let request = EraseContext { stream: drop_id, seqs: vec![Seq(1)] };
    // How many there were to erase differs when it is asked again.
    let erased = insist(writer, EraseFrames { stream: drop_id, signer: drop.public(), request }).await;
    say(format!("{:?}", erased.map(|_| ())));

    let blob = BlobId([5; 32]);
    let granter = key(20).public();
    answer!(PutBlob {
        id: blob,
        hash: hash::plain_sha256(b"capsule"),
        chunk: Arc::from(&b"capsule"[..]),
        expires_at: noon().plus_ms(DAY_MS),
        granter: Some(granter),
        admission: Proof::Work(VerifiedWork { id: Hash32([8; 32]), tag: Hash32([8; 32]) }),
    });
    let grant = Grant { blob, reader: owner.public(), until: noon().plus_ms(DAY_MS) };
    // After a death it may have been read already; then there is nothing to lease.
    let leased = insist(writer, LeaseBlob { id: blob, grant: grant.clone(), signer: granter }).await;
    assert!(
        matches!(&leased, Ok(chunk) if chunk == b"capsule")
            || matches!(&leased, Err(r) if r.code == Code::Leased)
    );
    let read = insist(writer, ReadBlob { id: blob, grant, signer: granter }).await;
    say(format!("{:?}", read.map(|_| ())));

    for n in 0..3_u8 {
        let body: Arc<[u8]> = Arc::from(vec![n; 10]);
        let passes = vec![QuorumPass { id: Hash32([30 + n; 32]), forget_at: Period::end(week()) }];
        let accepted = AcceptedEntry { version: None, passes, text_until: None };
        let body_hash = hash::plain_sha256(&body);
        let logged = insist(writer, Publish { kind: LogKind::Alert, body_hash, body, accepted }).await;
        say(format!("{:?}", logged.map(|l| l.index).map_err(|r| r.code)));
    }
    insist(writer, Resign).await.expect("signed");
    insist(writer, Sweep { rows: 100, old_texts_ms: DAY_MS }).await.expect("swept");
    // Compaction may fail; nothing depends on it.
    writer.compact().await;
}

/// All that a reader can see.
pub fn seen(folder: &Path) -> String {
    let mut store = SqliteStore::open(&folder.join("relay.db"), SqliteOptions::default()).expect("opened");
    let mut reader = store.reader().expect("a reader");
    let mut all = String::new();
    for owner in [1, 2, 3] {
        let id = hash::stream_id(&key(owner).public());
        let read = reader.frames(&id, Seq(0), 100, 1 << 20, noon()).expect("read");
        all.push_str(&format!("{read:?}\n"));
    }
    all.push_str(&format!(
        "{:?}\n",
        reader.blob(&BlobId([5; 32]), noon()).expect("read").map(|(s, c)| (s.reading, c))
    ));
    let query = LogQuery::After { part: LogPart::All, after: None };
    all.push_str(&format!("{:?}\n", reader.log(query, 100, 1 << 20, noon()).expect("read")));
    store
        .write(&mut |tx| {
            for pass in [1, 30, 31, 32] {
                all.push_str(&format!("{:?}\n", tx.pass_use(&Hash32([pass; 32]))?));
            }
            Ok(())
        })
        .expect("read");
    all
}

pub async fn run(folder: &Path, plan: &Arc<Plan>, say: impl FnMut(String)) {
    let (writer, thread) = writer(folder, plan);
    scenario(&writer, say).await;
    writer.stop().await;
    thread.join().expect("an orderly end");
}

pub async fn undisturbed() -> (Vec<String>, String, u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan::new(None);
    let mut answers = Vec::new();
    run(folder.path(), &plan, |a| answers.push(a)).await;
    (answers, seen(folder.path()), plan.steps())
}

#[tokio::test]
async fn every_step_failed_and_failed_but_done() {
    let (answers, end, steps) = undisturbed().await;
    assert!(steps > 50 && answers.iter().any(|a| a.contains("PassSpent")), "{answers:#?}");
    for step in 0..steps {
        for fault in [Fault::Before, Fault::After] {
            let folder = tempfile::tempdir().expect("a folder");
            let mut got = Vec::new();
            run(folder.path(), &Plan::new(Some((step, fault))), |a| got.push(a)).await;
            assert_eq!(got, answers, "{fault:?} at step {step}");
            assert_eq!(seen(folder.path()), end, "{fault:?} at step {step}");
        }
    }
}

#[tokio::test]
async fn every_step_killed() {
    let (answers, end, steps) = undisturbed().await;
    let program = std::env::current_exe().expect("this test");
    for step in 0..steps {
        let folder = tempfile::tempdir().expect("a folder");
        let child = Command::new(&program)
            .args(["--exact", "faults::the_scenario_by_itself", "--nocapture"])
            .env(STEP, step.to_string())
            .env(FOLDER, folder.path())
            .output()
            .expect("ran");
        assert!(!child.status.success(), "step {step} was reached");
        let said = String::from_utf8_lossy(&child.stdout).into_owned();
        let acknowledged: Vec<&str> = said.lines().filter_map(|l| l.strip_prefix("answer ")).collect();
        // What had been answered was true, and the rest can be done again from the start.
        assert_eq!(acknowledged, answers.iter().take(acknowledged.len()).collect::<Vec<_>>(), "step {step}");
        let mut got = Vec::new();
        run(folder.path(), &Plan::new(None), |a| got.push(a)).await;
        assert_eq!(got, answers, "killed at step {step}");
        assert_eq!(seen(folder.path()), end, "killed at step {step}");
    }
}

/// What the killed child runs; by itself it checks that the scenario can be repeated.
#[tokio::test]
async fn the_scenario_by_itself() {
    if let (Ok(step), Ok(folder)) = (std::env::var(STEP), std::env::var(FOLDER)) {
        let step = step.parse().expect("a number");
        let plan = Plan::new(Some((step, Fault::Death)));
        run(Path::new(&folder), &plan, |a| crate::crash::say(&format!("answer {a}"))).await;
        return;
    }
    let (answers, end, _) = undisturbed().await;
    let folder = tempfile::tempdir().expect("a folder");
    for _ in 0..2 {
        let mut got = Vec::new();
        run(folder.path(), &Plan::new(None), |a| got.push(a)).await;
        assert_eq!(got, answers);
        assert_eq!(seen(folder.path()), end);
    }
}
