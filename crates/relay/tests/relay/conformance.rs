//! What every store promises. Each test takes a fresh store; a new backend adds a line to `backends!`.

use std::sync::Arc;

use bystand_relay::rules::blob::{BlobState, Reading};
use bystand_relay::rules::stream::{RoomState, StreamState};
use bystand_relay::store::sqlite::{SqliteOptions, SqliteStore};
use bystand_relay::store::{LogQuery, NewFrame, NewLogEntry, Store, StoreError, Stored, SweepLimits, Tx};
use bystand_wire::relay_api::{AppendRule, Appended, Lane, LogKind, LogPart, Policy, ReadRule};
use bystand_wire::{BlobId, FrameHash, Hash32, PublicKey, Seq, StreamId, Timestamp};

use crate::world::{DAY_MS, noon};

const ID: StreamId = StreamId([1; 32]);
const OTHER: StreamId = StreamId([2; 32]);

struct Fresh {
    store: Box<dyn Store>,
    _place: tempfile::TempDir,
}

fn sqlite() -> Fresh {
    let place = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&place.path().join("relay.db"), SqliteOptions::default()).expect("opened");
    Fresh { store: Box::new(store), _place: place }
}

/// As simulations have it.
fn memory() -> Fresh {
    let place = tempfile::tempdir().expect("a folder");
    Fresh { store: Box::new(SqliteStore::in_memory().expect("opened")), _place: place }
}

macro_rules! backends {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[test] fn $test() { super::$test(super::sqlite()); })*
        }
        mod in_memory {
            $(#[test] fn $test() { super::$test(super::memory()); })*
        }
    };
}

backends!(
    frames_keep_their_order_and_lanes,
    a_failed_transaction_leaves_nothing,
    rooms_move_on_with_their_commits,
    erased_frames_are_known_and_gone,
    streams_are_replaced_and_made_again,
    reads_are_bounded_and_hide_what_expired,
    sweeps_delete_in_pieces,
    passes_are_remembered_until_they_may_be_forgotten,
    blobs_go_their_way,
    the_log_only_grows,
    texts_are_forgotten_when_due,
);

fn run<T>(store: &mut dyn Store, mut work: impl FnMut(&mut dyn Tx) -> Stored<T>) -> T {
    let mut out = None;
    store
        .write(&mut |tx| {
            out = Some(work(tx)?);
            Ok(())
        })
        .expect("committed");
    out.expect("ran")
}

fn state(life_ms: u64) -> StreamState {
    let policy = Policy {
        creator: PublicKey([3; 32]),
        version: 1,
        successors: vec![],
        append: vec![AppendRule::Keys(vec![PublicKey([3; 32])])],
        read: ReadRule::Id,
        erasers: vec![],
        room_key: None,
        expires_at: noon().plus_ms(life_ms),
        frame_life_ms: life_ms,
        max_frame_len: 1000,
        max_frames: 1000,
        committer: None,
        starts_after: None,
    };
    StreamState { policy, policy_hash: Hash32([4; 32]), head: Seq(0), held: 0, room: None }
}

fn frame(seq: u64, life_ms: u64) -> NewFrame {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&seq.to_be_bytes());
    NewFrame {
        seq: Seq(seq),
        hash: FrameHash(hash),
        at: noon(),
        expires_at: noon().plus_ms(life_ms),
        epoch: 0,
        lane: None,
        frame: Arc::from(format!("frame {seq}").into_bytes()),
    }
}

fn filled(store: &mut dyn Store, id: StreamId, frames: u64) {
    run(store, |tx| {
        tx.create_stream(&id, &state(DAY_MS))?;
        (1..=frames).try_for_each(|n| tx.append(&id, &frame(n, DAY_MS), None))
    });
}

fn seqs(store: &dyn Store, id: StreamId, now: Timestamp) -> Option<Vec<u64>> {
    let mut reader = store.reader().expect("a reader");
    let read = reader.frames(&id, Seq(0), 1_000, 1_000_000, now).expect("read")?;
    Some(read.frames.iter().map(|f| f.seq.0).collect())
}

fn frames_keep_their_order_and_lanes(mut f: Fresh) {
    filled(&mut *f.store, ID, 2);
    filled(&mut *f.store, OTHER, 1);
    let lane = Lane { tag: Hash32([9; 32]), redemption: None };
    let with_lane = NewFrame { lane: Some(lane.clone()), epoch: 7, ..frame(3, DAY_MS) };
    run(&mut *f.store, |tx| tx.append(&ID, &with_lane, None));
    let mut reader = f.store.reader().expect("a reader");
    let read = reader.frames(&ID, Seq(1), 10, 1_000, noon()).expect("read").expect("there");
    assert_eq!((read.state.head, read.state.held), (Seq(3), 3));
    assert_eq!(read.frames.iter().map(|f| f.seq.0).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((read.frames[1].lane.clone(), &read.frames[1].frame[..]), (Some(lane), &b"frame 3"[..]));
    let known = Some(Appended { seq: Seq(3), at: noon(), epoch: 7 });
    assert_eq!(reader.find_frame(&ID, &with_lane.hash).expect("read"), known);
    assert_eq!(run(&mut *f.store, |tx| tx.find_frame(&ID, &with_lane.hash)), known);
    assert_eq!(reader.find_frame(&OTHER, &with_lane.hash).expect("read"), None);
    assert_eq!(seqs(&*f.store, OTHER, noon()), Some(vec![1]));
    assert_eq!(seqs(&*f.store, StreamId([8; 32]), noon()), None);
}

fn a_failed_transaction_leaves_nothing(mut f: Fresh) {
    filled(&mut *f.store, ID, 1);
    let failed = f.store.write(&mut |tx| {
        tx.append(&ID, &frame(2, DAY_MS), None)?;
        tx.use_pass(&Hash32([1; 32]), &Hash32([2; 32]), noon())?;
        assert_eq!(tx.stream(&ID)?.map(|s| s.head), Some(Seq(2)), "sees its own writes");
        Err(StoreError::Failed("on purpose".into()))
    });
    assert!(failed.is_err());
    assert_eq!(seqs(&*f.store, ID, noon()), Some(vec![1]));
    assert_eq!(run(&mut *f.store, |tx| tx.pass_use(&Hash32([1; 32]))), None);
    assert_eq!(run(&mut *f.store, |tx| tx.stream(&ID)).map(|s| (s.head, s.held)), Some((Seq(1), 1)));
}

fn rooms_move_on_with_their_commits(mut f: Fresh) {
    let first = RoomState { epoch: 0, append_key: PublicKey([5; 32]), key_epoch: 0 };
    let next = RoomState { epoch: 1, append_key: PublicKey([6; 32]), key_epoch: 1 };
    let mut s = state(DAY_MS);
    s.policy.room_key = Some(first.append_key);
    s.room = Some(first);
    run(&mut *f.store, |tx| tx.create_stream(&ID, &s));
    assert_eq!(run(&mut *f.store, |tx| tx.stream(&ID)), Some(s.clone()));
    run(&mut *f.store, |tx| tx.append(&ID, &frame(1, DAY_MS), Some(&next)));
    let after = StreamState { head: Seq(1), held: 1, room: Some(next), ..s };
    assert_eq!(run(&mut *f.store, |tx| tx.stream(&ID)), Some(after.clone()));
    let mut reader = f.store.reader().expect("a reader");
    assert_eq!(reader.stream(&ID, noon()).expect("read"), Some(after));
}

fn erased_frames_are_known_and_gone(mut f: Fresh) {
    filled(&mut *f.store, ID, 4);
    let erase = [Seq(2), Seq(3), Seq(3), Seq(99), Seq(u64::MAX)];
    assert_eq!(run(&mut *f.store, |tx| tx.erase(&ID, &erase)), 2);
    assert_eq!(run(&mut *f.store, |tx| tx.erase(&ID, &erase)), 0);
    assert_eq!(run(&mut *f.store, |tx| tx.erase(&OTHER, &erase)), 0);
    assert_eq!(seqs(&*f.store, ID, noon()), Some(vec![1, 4]));
    assert!(run(&mut *f.store, |tx| tx.find_frame(&ID, &frame(2, 0).hash)).is_some());
    assert_eq!(run(&mut *f.store, |tx| tx.stream(&ID)).map(|s| (s.head, s.held)), Some((Seq(4), 2)));
}

fn streams_are_replaced_and_made_again(mut f: Fresh) {
    filled(&mut *f.store, ID, 2);
    let mut next = state(2 * DAY_MS);
    next.policy.version = 2;
    next.policy_hash = Hash32([5; 32]);
    run(&mut *f.store, |tx| tx.replace_policy(&ID, &next));
    let held = run(&mut *f.store, |tx| tx.stream(&ID)).expect("there");
    assert_eq!((held.policy.version, held.policy_hash, held.head), (2, Hash32([5; 32]), Seq(2)));
    run(&mut *f.store, |tx| tx.create_stream(&ID, &state(DAY_MS)));
    assert_eq!(seqs(&*f.store, ID, noon()), Some(vec![]));
    assert!(run(&mut *f.store, |tx| tx.find_frame(&ID, &frame(1, 0).hash)).is_none());
}

fn reads_are_bounded_and_hide_what_expired(mut f: Fresh) {
    run(&mut *f.store, |tx| {
        tx.create_stream(&ID, &state(DAY_MS))?;
        tx.append(&ID, &frame(1, 1_000), None)?;
        tx.append(&ID, &frame(2, 2_000), None)?;
        tx.append(&ID, &frame(3, 3_000), None)
    });
    let mut reader = f.store.reader().expect("a reader");
    let mut read = |frames, bytes, now| {
        let read = reader.frames(&ID, Seq(0), frames, bytes, now).expect("read").expect("there");
        read.frames.iter().map(|f| f.seq.0).collect::<Vec<_>>()
    };
    assert_eq!(read(2, 1_000, noon()), [1, 2]);
    assert_eq!(read(9, 15, noon()), [1, 2], "two frames of seven bytes");
    assert_eq!(read(9, 0, noon()), [1], "at least one");
    assert_eq!(read(9, 1_000, noon().plus_ms(1_000)), [2, 3]);
    assert_eq!(seqs(&*f.store, ID, noon().plus_ms(DAY_MS)), None);
}

fn sweeps_delete_in_pieces(mut f: Fresh) {
    run(&mut *f.store, |tx| {
        tx.create_stream(&ID, &state(DAY_MS))?;
        (1..=5).try_for_each(|n| tx.append(&ID, &frame(n, n * 1_000), None))?;
        tx.create_stream(&OTHER, &state(2_000))?;
        (1..=5).try_for_each(|n| tx.append(&OTHER, &frame(n, DAY_MS), None))
    });
    let limits = SweepLimits { rows: 3, old_texts_before: Timestamp(0) };
    let now = noon().plus_ms(4_000);
    let mut pieces = 0;
    let (mut frames, mut ended) = (0, Vec::new());
    loop {
        let swept = run(&mut *f.store, |tx| tx.sweep(now, limits));
        assert!(swept.frames <= 6, "three rows of each kind");
        frames += swept.frames;
        ended.extend(swept.ended);
        pieces += 1;
        if !swept.more {
            break;
        }
    }
    assert!(pieces > 1);
    assert_eq!((frames, ended), (9, vec![OTHER]));
    assert_eq!(seqs(&*f.store, ID, now), Some(vec![5]));
    assert_eq!(run(&mut *f.store, |tx| tx.stream(&ID)).map(|s| (s.head, s.held)), Some((Seq(5), 1)));
    assert!(run(&mut *f.store, |tx| tx.stream(&OTHER)).is_none());
    assert!(run(&mut *f.store, |tx| tx.sweep(now, limits)).is_empty());
    f.store.compact().expect("compacted");
    assert_eq!(seqs(&*f.store, ID, now), Some(vec![5]));
}

fn passes_are_remembered_until_they_may_be_forgotten(mut f: Fresh) {
    let (pass, tag) = (Hash32([1; 32]), Hash32([2; 32]));
    let today = noon().0 / DAY_MS;
    run(&mut *f.store, |tx| {
        tx.use_pass(&pass, &tag, noon().plus_ms(1_000))?;
        tx.use_pass_today(&pass, today)?;
        tx.use_pass_today(&pass, today)
    });
    let read = |f: &mut Fresh| {
        run(&mut *f.store, |tx| {
            Ok((tx.pass_use(&pass)?, tx.daily_uses(&pass, today)?, tx.daily_uses(&pass, 1)?))
        })
    };
    assert_eq!(read(&mut f), (Some(tag), 2, 0));
    let limits = SweepLimits { rows: 10, old_texts_before: Timestamp(0) };
    run(&mut *f.store, |tx| tx.sweep(noon().plus_ms(999), limits));
    assert_eq!(read(&mut f), (Some(tag), 2, 0));
    run(&mut *f.store, |tx| tx.sweep(noon().plus_ms(DAY_MS), limits));
    assert_eq!(read(&mut f), (None, 0, 0));
}

fn blobs_go_their_way(mut f: Fresh) {
    let (id, reader_key) = (BlobId([1; 32]), PublicKey([2; 32]));
    let waiting = BlobState {
        hash: Hash32([3; 32]),
        expires_at: noon().plus_ms(DAY_MS),
        granter: Some(PublicKey([4; 32])),
        reading: Reading::Waiting,
    };
    let leased = BlobState { reading: Reading::Leased(reader_key, noon()), ..waiting };
    let read = BlobState { reading: Reading::Read(reader_key), ..waiting };
    run(&mut *f.store, |tx| tx.put_blob(&id, &waiting, b"chunk"));
    let mut reader = f.store.reader().expect("a reader");
    assert_eq!(reader.blob(&id, noon()).expect("read"), Some((waiting, b"chunk".to_vec())));
    assert_eq!(run(&mut *f.store, |tx| tx.update_blob(&id, &leased)), Some(b"chunk".to_vec()));
    assert_eq!(run(&mut *f.store, |tx| tx.blob(&id)), Some(leased));
    assert_eq!(run(&mut *f.store, |tx| tx.update_blob(&id, &read)), None);
    assert_eq!(reader.blob(&id, noon()).expect("read"), Some((read, Vec::new())));
    run(&mut *f.store, |tx| tx.put_blob(&id, &waiting, b"again"));
    assert_eq!(reader.blob(&id, noon()).expect("read"), Some((waiting, b"again".to_vec())));
    assert_eq!(reader.blob(&id, noon().plus_ms(DAY_MS)).expect("read"), None);
    let limits = SweepLimits { rows: 10, old_texts_before: Timestamp(0) };
    assert_eq!(run(&mut *f.store, |tx| tx.sweep(noon().plus_ms(DAY_MS), limits)).blobs, 1);
    assert_eq!(run(&mut *f.store, |tx| tx.blob(&id)), None);
}

fn entry(index: u64, kind: LogKind, version: Option<u64>, text_until: Option<Timestamp>) -> NewLogEntry {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&index.to_be_bytes());
    let body = Arc::from(format!("text {index}").into_bytes());
    NewLogEntry { index, kind, body_hash: Hash32(hash), body, at: noon(), text_until, version }
}

fn the_log_only_grows(mut f: Fresh) {
    let mut reader = f.store.reader().expect("a reader");
    assert!(reader.log(LogQuery::Nothing, 1, 1, noon()).expect("read").is_none());
    let hash = |n: u8| Hash32([n; 32]);
    run(&mut *f.store, |tx| {
        assert_eq!(tx.log_size()?, 0);
        tx.log(&entry(0, LogKind::Manifest, Some(3), None), 0, &[hash(1)])?;
        tx.log(&entry(1, LogKind::Alert, None, None), 1, &[hash(2), hash(3)])?;
        tx.put_checkpoint(2, "first")?;
        tx.log(&entry(2, LogKind::Manifest, Some(4), None), 3, &[hash(4)])
    });
    run(&mut *f.store, |tx| {
        assert_eq!((tx.log_size()?, tx.log_version(LogKind::Manifest)?), (3, Some(4)));
        assert_eq!((tx.log_version(LogKind::Alert)?, tx.log_version(LogKind::KeyNote)?), (None, None));
        assert_eq!(tx.log_hashes(&[3, 0, 2])?, [hash(4), hash(1), hash(3)]);
        assert!(matches!(tx.log_hashes(&[9]), Err(StoreError::Damaged(_))));
        let known = entry(1, LogKind::Alert, None, None).body_hash;
        assert_eq!(tx.find_log_entry(LogKind::Alert, &known)?, Some(1));
        assert_eq!(tx.find_log_entry(LogKind::Manifest, &known)?, None);
        Ok(())
    });
    let mut texts = |query| {
        let read = reader.log(query, 10, 1_000, noon()).expect("read").expect("a checkpoint");
        (read.size, read.checkpoint, read.texts.iter().map(|t| t.index).collect::<Vec<_>>())
    };
    // Only what the checkpoint covers.
    let all = LogQuery::After { part: LogPart::All, after: None };
    assert_eq!(texts(all), (2, "first".into(), vec![0, 1]));
    run(&mut *f.store, |tx| tx.put_checkpoint(3, "second"));
    assert_eq!(texts(all), (3, "second".into(), vec![0, 1, 2]));
    assert_eq!(texts(LogQuery::After { part: LogPart::All, after: Some(0) }).2, [1, 2]);
    assert_eq!(texts(LogQuery::After { part: LogPart::Only(LogKind::Manifest), after: None }).2, [0, 2]);
    assert_eq!(texts(LogQuery::After { part: LogPart::All, after: Some(u64::MAX) }).2, [] as [u64; 0]);
    assert_eq!(texts(LogQuery::Newest(LogKind::Manifest)).2, [2]);
    assert_eq!(texts(LogQuery::Nothing).2, [] as [u64; 0]);
    let mut some = |max, max_bytes| {
        let read = reader.log(all, max, max_bytes, noon()).expect("read").expect("a checkpoint");
        (read.texts.len(), read.more)
    };
    assert_eq!([some(2, 1_000), some(3, 1_000), some(10, 1)], [(2, true), (3, false), (1, true)]);
    assert_eq!(reader.log_hashes(&[1, 0]).expect("read"), [hash(2), hash(1)]);
    let leaves = reader.log_leaves(1, 5).expect("read");
    assert_eq!(leaves.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [LogKind::Alert, LogKind::Manifest]);
    assert_eq!(reader.figures().expect("read").log_size, 3);
}

fn texts_are_forgotten_when_due(mut f: Fresh) {
    let soon = Some(noon().plus_ms(1_000));
    run(&mut *f.store, |tx| {
        tx.log(&entry(0, LogKind::Manifest, Some(1), None), 0, &[Hash32([0; 32])])?;
        tx.log(&entry(1, LogKind::Manifest, Some(2), None), 1, &[Hash32([0; 32])])?;
        tx.log(&entry(2, LogKind::Alert, None, soon), 2, &[Hash32([0; 32])])?;
        tx.log(&entry(3, LogKind::Certificates, None, None), 3, &[Hash32([0; 32])])?;
        tx.put_checkpoint(4, "x")
    });
    let left = |f: &Fresh, now| {
        let mut reader = f.store.reader().expect("a reader");
        let query = LogQuery::After { part: LogPart::All, after: None };
        let read = reader.log(query, 10, 1_000, now).expect("read").expect("a checkpoint");
        read.texts.iter().map(|t| t.index).collect::<Vec<_>>()
    };
    let due = noon().plus_ms(1_000);
    assert_eq!(left(&f, due), [0, 1, 3], "hidden before it is swept");
    let sweep = |f: &mut Fresh, before| {
        let limits = SweepLimits { rows: 10, old_texts_before: before };
        run(&mut *f.store, |tx| tx.sweep(due, limits)).texts
    };
    assert_eq!(sweep(&mut f, Timestamp(0)), 1);
    assert_eq!(sweep(&mut f, due), 2, "the replaced manifest, and what has no end of its own");
    assert_eq!(left(&f, due), [1]);
    assert_eq!(run(&mut *f.store, |tx| tx.log_version(LogKind::Manifest)), Some(2));
    assert_eq!(run(&mut *f.store, |tx| tx.log_size()), 4);
}
