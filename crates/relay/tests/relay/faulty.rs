//! A store that fails at a chosen step: before the step is done, after it (so that it may be on disk
//! though an error came back), or by the death of the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bystand_relay::rules::blob::BlobState;
use bystand_relay::rules::stream::{RoomState, StreamState};
use bystand_relay::store::{
    NewFrame, NewLogEntry, Reader, Store, StoreError, Stored, SweepLimits, Swept, Tx, Work,
};
use bystand_wire::relay_api::{Appended, LogKind};
use bystand_wire::{BlobId, FrameHash, Hash32, Seq, StreamId, Timestamp};

/// How a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Before,
    After,
    Death,
}

/// Which step fails, and how many there were.
#[derive(Debug)]
pub struct Plan {
    at: Option<(u64, Fault)>,
    steps: AtomicU64,
}

impl Plan {
    pub fn new(at: Option<(u64, Fault)>) -> Arc<Self> {
        Arc::new(Self { at, steps: AtomicU64::new(0) })
    }

    pub fn steps(&self) -> u64 {
        self.steps.load(Ordering::SeqCst)
    }

    fn step<T>(&self, work: impl FnOnce() -> Stored<T>) -> Stored<T> {
        let step = self.steps.fetch_add(1, Ordering::SeqCst);
        let failed = || StoreError::Failed("on purpose".into());
        match self.at {
            Some((at, Fault::Before)) if at == step => Err(failed()),
            Some((at, Fault::After)) if at == step => work().and_then(|_| Err(failed())),
            Some((at, Fault::Death)) if at == step => std::process::abort(),
            _ => work(),
        }
    }
}

pub struct FaultyStore {
    pub inner: Box<dyn Store>,
    pub plan: Arc<Plan>,
}

impl Store for FaultyStore {
    fn write(&mut self, work: Work<'_>) -> Stored<()> {
        let plan = self.plan.clone();
        // Beginning is a step, each write is one, and so is the commit, which fails as a whole or
        // after it was done.
        plan.step(|| Ok(()))?;
        let inner = &mut self.inner;
        plan.clone().step(|| inner.write(&mut |tx| work(&mut FaultyTx { inner: tx, plan: plan.clone() })))
    }

    fn compact(&mut self) -> Stored<()> {
        self.plan.clone().step(|| self.inner.compact())
    }

    fn reader(&self) -> Stored<Box<dyn Reader>> {
        self.inner.reader()
    }
}

struct FaultyTx<'a> {
    inner: &'a mut dyn Tx,
    plan: Arc<Plan>,
}

macro_rules! reads {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        $(fn $name(&mut self, $($arg: $type),*) -> Stored<$out> { self.inner.$name($($arg),*) })*
    };
}

macro_rules! writes {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        $(fn $name(&mut self, $($arg: $type),*) -> Stored<$out> {
            let inner = &mut *self.inner;
            self.plan.step(|| inner.$name($($arg),*))
        })*
    };
}

impl Tx for FaultyTx<'_> {
    reads! {
        stream(id: &StreamId) -> Option<StreamState>;
        find_frame(id: &StreamId, hash: &FrameHash) -> Option<Appended>;
        pass_use(pass: &Hash32) -> Option<Hash32>;
        daily_uses(pass: &Hash32, day: u64) -> u32;
        blob(id: &BlobId) -> Option<BlobState>;
        log_size() -> u64;
        find_log_entry(kind: LogKind, body_hash: &Hash32) -> Option<u64>;
        log_version(kind: LogKind) -> Option<u64>;
        log_hashes(indexes: &[u64]) -> Vec<Hash32>;
    }
    writes! {
        create_stream(id: &StreamId, state: &StreamState) -> ();
        replace_policy(id: &StreamId, state: &StreamState) -> ();
        append(id: &StreamId, frame: &NewFrame, room: Option<&RoomState>) -> ();
        erase(id: &StreamId, seqs: &[Seq]) -> u32;
        use_pass(pass: &Hash32, tag: &Hash32, forget_at: Timestamp) -> ();
        use_pass_today(pass: &Hash32, day: u64) -> ();
        put_blob(id: &BlobId, state: &BlobState, chunk: &[u8]) -> ();
        update_blob(id: &BlobId, state: &BlobState) -> Option<Vec<u8>>;
        log(entry: &NewLogEntry, first_hash: u64, hashes: &[Hash32]) -> ();
        put_checkpoint(size: u64, text: &str) -> ();
        sweep(now: Timestamp, limits: SweepLimits) -> Swept;
    }
}
