//! One value of each body and frame kind, every variant of each choice.

use std::collections::BTreeMap;
use std::fmt::Debug;

use bystand_wire::relay_api::*;
use bystand_wire::*;

use super::files::Vector;

/// All of them, by the name of their file.
pub fn all() -> BTreeMap<String, Vector> {
    let mut set = Set(BTreeMap::new());
    frames(&mut set);
    padded(&mut set);
    streams(&mut set);
    admissions(&mut set);
    reads(&mut set);
    live(&mut set);
    blobs(&mut set);
    log(&mut set);
    set.0
}

struct Set(BTreeMap<String, Vector>);

impl Set {
    fn add<T>(&mut self, name: &str, value: &T)
    where
        T: for<'b> minicbor::Decode<'b, ()> + minicbor::Encode<()> + PartialEq + Debug,
    {
        let bytes = encode(value);
        assert_eq!(decode::<T>(&bytes).as_ref(), Ok(value), "{name}");
        let kind = std::any::type_name::<T>().rsplit("::").next().unwrap_or_default();
        self.add_bytes(name, kind, bytes);
    }

    fn add_bytes(&mut self, name: &str, kind: &str, bytes: Vec<u8>) {
        let vector = Vector { kind: kind.to_string(), refused: None, bytes };
        assert_eq!(self.0.insert(name.to_string(), vector), None, "{name} is there twice");
    }
}

// Each kind of value has its own filling, so that two fields exchanged by mistake show.
fn key(n: u8) -> PublicKey {
    PublicKey([0x10 + n; 32])
}
fn signature(n: u8) -> SignatureBytes {
    SignatureBytes([0x20 + n; 64])
}
fn stream(n: u8) -> StreamId {
    StreamId([0x30 + n; 32])
}
fn hash(n: u8) -> Hash32 {
    Hash32([0x40 + n; 32])
}
fn blob() -> BlobId {
    BlobId([0x50; 32])
}
fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}
fn noon() -> Timestamp {
    at("2026-11-21T12:00:00Z")
}
fn signed(n: u8) -> SignedBytes {
    SignedBytes { key: key(n), bytes: vec![0xa0, n], signature: signature(n) }
}
fn pass() -> Pass {
    Pass {
        purpose: PassPurpose::Room,
        period: "2026-W47".parse().expect("a week"),
        zone: Some(ZoneId::new("powderhorn-park").expect("a zone")),
        key: key(1),
        randomizer: hash(1),
        certification: vec![0x60; 256],
    }
}
fn card_pass() -> Pass {
    let period = "2026-Q4".parse().expect("a quarter");
    Pass { purpose: PassPurpose::Card, period, zone: None, ..pass() }
}
fn redemption() -> Redemption {
    Redemption { pass: card_pass(), signature: signature(1) }
}
fn work() -> WorkProof {
    WorkProof { nonce: hash(2), effort: 1_000, counter: 70_000, solution: [0x61; 16] }
}

fn frames(set: &mut Set) {
    for (kind, _) in FrameKind::ALL {
        set.add_bytes(
            &format!("frame-{}", hyphenated(kind)),
            "Frame",
            Frame::build(kind, &[0xaa, 0xbb, 0xcc]),
        );
    }
}

fn padded(set: &mut Set) {
    for (name, len) in [("padded-empty", 0), ("padded-full-256", 252), ("padded-first-1024", 253)] {
        set.add_bytes(name, "Padded", pad::pad(&vec![0x77; len]).expect("fits"));
    }
}

fn streams(set: &mut Set) {
    set.add("signed-bytes", &signed(1));
    for (name, rule) in [
        ("append-rule-keys", AppendRule::Keys(vec![key(1), key(2)])),
        ("append-rule-room", AppendRule::Room(stream(1))),
        ("append-rule-pass-or-work", AppendRule::PassOrWork(vec![PassPurpose::Card, PassPurpose::Report])),
        ("append-rule-pass", AppendRule::Pass(vec![PassPurpose::Room])),
        ("append-rule-certified", AppendRule::Certified(vec![Role::Dispatcher, Role::Host])),
    ] {
        set.add(name, &rule);
    }
    set.add("read-rule-id", &ReadRule::Id);
    set.add("read-rule-key", &ReadRule::Key(key(3)));
    set.add("read-rule-public", &ReadRule::Public);
    let policy = Policy {
        creator: key(1),
        version: 1,
        successors: vec![],
        append: vec![AppendRule::Room(stream(1)), AppendRule::Keys(vec![key(4)])],
        read: ReadRule::Id,
        erasers: vec![key(2)],
        room_key: Some(key(3)),
        expires_at: noon().plus_ms(time::DAY_MS),
        frame_life_ms: time::HOUR_MS,
        max_frame_len: 65_536,
        max_frames: 10_000,
        committer: None,
        starts_after: None,
    };
    set.add("policy-without-room-key", &Policy { room_key: None, ..policy.clone() });
    set.add("policy-with-a-committer", &Policy { committer: Some(key(5)), ..policy.clone() });
    set.add("policy-that-goes-on", &Policy { starts_after: Some(Seq(2_000)), ..policy.clone() });
    set.add("policy", &policy);
    set.add("create-stream", &CreateStream { policy: signed(1), admission: Some(Admission::Work(work())) });
    set.add("create-stream-replacement", &CreateStream { policy: signed(1), admission: None });
    let commit = Commit { epoch: 7, append_key: Some(key(4)), signature: None };
    set.add("commit", &Commit { epoch: 7, append_key: None, signature: None });
    set.add("commit-after-removal", &commit);
    set.add("commit-signed", &Commit { signature: Some(signature(5)), ..commit });
    let signed_over =
        CommitContext { stream: stream(1), frame: FrameHash([0x51; 32]), epoch: 7, append_key: Some(key(4)) };
    set.add("commit-context-bare", &CommitContext { append_key: None, ..signed_over.clone() });
    set.add("commit-context", &signed_over);
    let frame = Frame::build(FrameKind::RoomCommit, &[0xcc; 5]);
    let admission = Admission::Room(stream(1), 7, signature(1));
    set.add("append-commit", &Append { frame, admission, commit: Some(commit), tag: None });
    let frame = Frame::build(FrameKind::Report, &[0xdd; 5]);
    let admission = Admission::Pass(redemption());
    set.add("append-report", &Append { frame, admission, commit: None, tag: Some(hash(3)) });
    set.add("appended", &Appended { seq: Seq(300), at: noon(), epoch: 8 });
    set.add("created", &Created { expires_at: noon() });
    let context = AppendContext {
        stream: stream(1),
        frame: FrameHash([0x51; 32]),
        commit: Some(commit),
        epoch: Some(7),
    };
    set.add("append-context-bare", &AppendContext { commit: None, epoch: None, ..context.clone() });
    set.add("append-context", &context);
}

fn admissions(set: &mut Set) {
    for (name, admission) in [
        ("admission-key", Admission::Key(key(1), signature(1))),
        ("admission-room", Admission::Room(stream(1), 7, signature(1))),
        ("admission-pass", Admission::Pass(redemption())),
        ("admission-work", Admission::Work(work())),
        ("admission-certificate", Admission::Certificate(signed(2), signature(2))),
    ] {
        set.add(name, &admission);
    }
    set.add("pass", &pass());
    set.add("pass-of-a-card", &card_pass());
    set.add("redemption", &redemption());
    set.add("use-context", &UseContext { stream: stream(1), tag: hash(1) });
    set.add("work-proof", &work());
    set.add("work-offer", &WorkOffer { nonce: hash(2), effort: 10, valid_until: noon() });
}

fn reads(set: &mut Set) {
    set.add("stored-frame", &stored(1, None));
    set.add("lane-open", &Lane { tag: hash(1), redemption: None });
    set.add("lane-vouched", &Lane { tag: hash(1), redemption: Some(redemption()) });
    set.add("frames", &two_frames());
    set.add("frames-none", &Frames { frames: vec![], head: Seq::START, epoch: 0, generation: 1 });
    set.add("read-auth", &ReadAuth { at: noon(), signature: signature(1) });
    set.add("read-context", &ReadContext { stream: stream(1), at: noon() });
    set.add("erase", &Erase { request: signed(3) });
    set.add("erase-context", &EraseContext { stream: stream(1), seqs: vec![Seq(1), Seq(24), Seq(70_000)] });
    set.add("erased", &Erased { erased: 2 });
}

fn stored(n: u64, lane: Option<Lane>) -> StoredFrame {
    StoredFrame { seq: Seq(n), at: noon(), frame: Frame::build(FrameKind::Report, &[0xee]), lane }
}

fn two_frames() -> Frames {
    let lane = Lane { tag: hash(1), redemption: None };
    Frames { frames: vec![stored(1, None), stored(2, Some(lane))], head: Seq(2), epoch: 0, generation: 1 }
}

fn live(set: &mut Set) {
    let auth = ReadAuth { at: noon(), signature: signature(1) };
    for (name, message) in [
        ("live-in-follow", LiveIn::Follow(stream(1), Seq(5), None)),
        ("live-in-follow-with-key", LiveIn::Follow(stream(1), Seq(5), Some(auth))),
        ("live-in-leave", LiveIn::Leave(stream(1))),
        ("live-in-follow-log", LiveIn::FollowLog(1_000)),
    ] {
        set.add(name, &message);
    }
    for (name, message) in [
        ("live-out-frames", LiveOut::Frames(stream(1), two_frames())),
        ("live-out-refused", LiveOut::Refused(stream(1), problem::Code::NotFound.to_string())),
        ("live-out-log-size", LiveOut::LogSize(1_001)),
        ("live-out-lagged", LiveOut::Lagged(stream(1))),
    ] {
        set.add(name, &message);
    }
}

fn blobs(set: &mut Set) {
    let put = PutBlob {
        chunk: vec![0x99; 40],
        expires_at: noon(),
        granter: Some(key(5)),
        admission: Admission::Work(work()),
    };
    set.add("put-blob-one-read", &put);
    set.add("put-blob", &PutBlob { granter: None, ..put });
    set.add("lease-blob", &LeaseBlob { grant: signed(4), at: noon(), signature: signature(4) });
    set.add("grant", &Grant { blob: blob(), reader: key(6), until: noon() });
    set.add("lease-context", &LeaseContext { blob: blob(), at: noon() });
}

fn log(set: &mut Set) {
    for kind in LogKind::ALL {
        set.add(&format!("log-kind-{}", hyphenated(kind)), &kind);
    }
    let entry = LogEntry { kind: LogKind::Alert, body: b"a signed note\n".to_vec() };
    let checkpoint = String::from("relay.example/log\n1\nAAAA\n\n\u{2014} relay.example BBBB\n");
    let logged = LoggedEntry { index: 41, at: noon(), entry: entry.clone(), proof: vec![hash(1), hash(2)] };
    set.add("log-entry", &entry);
    set.add("log-leaf", &LogLeaf { kind: LogKind::KeyNote, body_hash: hash(1) });
    set.add("logged", &Logged { index: 41, checkpoint: checkpoint.clone() });
    set.add("logged-entry", &logged);
    let entries = vec![logged.clone()];
    set.add(
        "log-entries",
        &LogEntries { entries, checkpoint: checkpoint.clone(), consistency: vec![hash(3)], read_to: 42 },
    );
    let network = Network {
        id: NetworkId([0x01; 32]),
        manifest: logged.clone(),
        key_note: Some(logged),
        checkpoint,
        now: noon(),
        generation: 1,
    };
    set.add("network-before-its-key-note", &Network { key_note: None, ..network.clone() });
    set.add("network", &network);
}

/// `RoomCommit` as `room-commit`.
fn hyphenated(value: impl Debug) -> String {
    let mut name = String::new();
    for c in format!("{value:?}").chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}
