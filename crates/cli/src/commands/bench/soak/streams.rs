//! Those who write into streams and read them: rooms with their commits, the drop, streams that end soon.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use bystand_core::io::Random;
use bystand_crypto::hash;
use bystand_crypto::passes::IssuerKey;
use bystand_crypto::sign::{SigningKey, sign};
use bystand_wire::relay_api::{
    Admission, Append, AppendContext, AppendRule, Appended, Commit, Frames, Policy, ReadRule, WorkOffer,
};
use bystand_wire::{Frame, FrameHash, FrameKind, Seq, StreamId, encode};
use rand_core::{Rng, SeedableRng};
use tokio::time::Instant;

use super::load::{Load, Work, between, bytes};
use crate::commands::bench::http::{self, Connection};
use crate::commands::bench::reports::{Maker, Ready};

/// Of so many messages in a room one is a commit, and of so many commits one installs a new key.
const COMMIT_EVERY: u64 = 20;
const KEY_EVERY: u64 = 5;
/// A room's messages, in bytes.
const MESSAGE: (u64, u64) = (200, 4_000);
/// Frames in a stream that ends soon.
const SHORT_FRAMES: usize = 3;

/// Appends, notes how long it took, and remembers that it was acknowledged. `end` is that of a stream that
/// ends before its frames.
async fn append(
    load: &Load,
    connection: &mut Connection,
    stream: StreamId,
    ready: &Ready,
    end: Option<Instant>,
) -> anyhow::Result<Appended> {
    let begun = Instant::now();
    let appended: Appended = connection.ask("an append", &ready.request).await?;
    let mut ledger = load.ledger.borrow_mut();
    ledger.waited(begun.elapsed().as_secs_f64() * 1e3);
    ledger.acknowledged(stream, appended.seq, ready.frame, end.unwrap_or(begun + load.life));
    Ok(appended)
}

fn ready(stream: StreamId, append: &Append) -> Ready {
    let request = http::request("POST", &format!("/v1/streams/{stream}"), &encode(append));
    Ready { request, frame: hash::frame_hash(&append.frame) }
}

/// A room's members, as the relay sees them.
#[derive(Debug)]
pub struct Room {
    /// The room's stream.
    pub stream: StreamId,
    key: SigningKey,
    epoch: u64,
    sent: u64,
    rng: Random,
}

impl Room {
    /// Makes a room's stream.
    pub async fn make(load: &Load, connection: &mut Connection) -> anyhow::Result<Self> {
        let mut rng = load.random();
        let (creator, key) = (SigningKey::generate(&mut rng), SigningKey::generate(&mut rng));
        let stream = hash::stream_id(&creator.public());
        // The network changes only where nothing waits.
        let request = {
            let network = load.network.borrow();
            let policy = network.policy(&creator, AppendRule::Room(stream), ReadRule::Id)?;
            let life = load.life_ms();
            let policy = Policy { room_key: Some(key.public()), frame_life_ms: life, ..policy };
            network.creation(&creator, &policy)
        };
        connection.bytes("a room", &request).await?;
        Ok(Self { stream, key, epoch: 0, sent: 0, rng })
    }

    /// Admits something that a member makes.
    pub fn admission(
        &self,
        load: &Load,
        stream: StreamId,
        hash: FrameHash,
        commit: Option<Commit>,
    ) -> Admission {
        let context = AppendContext { stream, frame: hash, commit, epoch: Some(self.epoch) };
        Admission::Room(self.stream, self.epoch, sign(&load.id, &self.key, &context))
    }
}

impl Work for Room {
    async fn once(&mut self, load: &Load, connection: &mut Connection) -> anyhow::Result<()> {
        self.sent += 1;
        let is_commit = self.sent.is_multiple_of(COMMIT_EVERY);
        let new_key =
            self.sent.is_multiple_of(COMMIT_EVERY * KEY_EVERY).then(|| SigningKey::generate(&mut self.rng));
        let append_key = new_key.as_ref().map(SigningKey::public);
        let commit = is_commit.then_some(Commit { epoch: self.epoch, append_key, signature: None });
        let kind = if is_commit { FrameKind::RoomCommit } else { FrameKind::RoomMessage };
        let len = between(&mut self.rng, MESSAGE.0, MESSAGE.1);
        let frame = Frame::build(kind, &bytes(&mut self.rng, len));
        let admission = self.admission(load, self.stream, hash::frame_hash(&frame), commit);
        let append_it = ready(self.stream, &Append { frame, admission, commit, tag: None });
        let appended = append(load, connection, self.stream, &append_it, None).await?;
        self.epoch = appended.epoch;
        if let Some(key) = new_key {
            self.key = key;
        }
        load.ledger.borrow_mut().count(if is_commit { "commits" } else { "messages" });
        Ok(())
    }
}

/// Neighbors, with a pass or with work.
#[derive(Debug)]
pub struct Neighbors {
    maker: Maker,
    /// Who made their passes; without one they work.
    issuer: Option<Arc<IssuerKey>>,
    drop: StreamId,
    rng: Random,
}

impl Neighbors {
    /// With passes of an issuer, or without.
    pub fn new(load: &Load, issuer: Option<Arc<IssuerKey>>) -> Self {
        let network = load.network.borrow();
        Self { maker: Maker::of(&network), issuer, drop: network.drop_stream(), rng: load.random() }
    }
}

impl Work for Neighbors {
    async fn once(&mut self, load: &Load, connection: &mut Connection) -> anyhow::Result<()> {
        let mut rng = Random::seed_from_u64(self.rng.next_u64());
        let (maker, issuer) = (self.maker.clone(), self.issuer.clone());
        let offer: WorkOffer = connection.get("/v1/work").await?;
        // Off this thread, on which others measure how long they wait.
        let making = tokio::task::spawn_blocking(move || match issuer {
            Some(issuer) => maker.by_pass(&issuer, &mut rng),
            None => maker.by_work(&offer, &mut rng),
        });
        append(load, connection, self.drop, &making.await??, None).await?;
        let lane = if self.issuer.is_some() { "reports_by_pass" } else { "reports_by_work" };
        load.ledger.borrow_mut().count(lane);
        Ok(())
    }
}

/// Reads all that comes in some streams, and compares it with what was acknowledged.
#[derive(Debug)]
pub struct Auditor {
    /// Which.
    pub streams: Vec<StreamId>,
}

impl Work for Auditor {
    async fn once(&mut self, load: &Load, connection: &mut Connection) -> anyhow::Result<()> {
        for stream in &self.streams {
            let after = load.read.borrow().get(stream).copied().unwrap_or(Seq::START);
            let last = read_all(load, connection, *stream, after).await?;
            load.read.borrow_mut().insert(*stream, last);
        }
        Ok(())
    }
}

/// Reads a stream to its end; gives the last place.
async fn read_all(
    load: &Load,
    connection: &mut Connection,
    stream: StreamId,
    mut after: Seq,
) -> anyhow::Result<Seq> {
    loop {
        let headers = {
            let network = load.network.borrow();
            if stream == network.drop_stream() { network.drop_header(load.now()) } else { String::new() }
        };
        let path = format!("/v1/streams/{stream}?after={}", after.0);
        let read: Frames = connection.ask("a read", &http::request_with("GET", &path, &headers, &[])).await?;
        let mut ledger = load.ledger.borrow_mut();
        let Some(last) = read.frames.last().map(|frame| frame.seq) else {
            ledger.read_up_to(stream, Some(after), Instant::now());
            return Ok(after);
        };
        ledger.count("reads");
        for frame in &read.frames {
            ledger.read(stream, frame.seq, hash::frame_hash(&frame.frame));
        }
        after = last;
    }
}

/// Makes streams that end soon, as those of call-outs, fills and reads them, and looks whether they end.
#[derive(Debug)]
pub struct Founder {
    made: VecDeque<(StreamId, Instant)>,
    rng: Random,
}

impl Founder {
    /// Without any yet.
    pub fn new(load: &Load) -> Self {
        Self { made: VecDeque::new(), rng: load.random() }
    }

    /// Makes a stream, fills it, and reads it.
    async fn fill(
        &mut self,
        load: &Load,
        connection: &mut Connection,
        creator: &SigningKey,
        end: Instant,
    ) -> anyhow::Result<()> {
        let stream = hash::stream_id(&creator.public());
        let request = {
            let network = load.network.borrow();
            let policy = network.policy(creator, AppendRule::Keys(vec![creator.public()]), ReadRule::Id)?;
            let expires_at = load.now().plus_ms(load.life_ms() / 2);
            network.creation(creator, &Policy { expires_at, ..policy })
        };
        connection.bytes("a stream", &request).await?;
        for _ in 0..SHORT_FRAMES {
            let len = between(&mut self.rng, MESSAGE.0, MESSAGE.1);
            let frame = Frame::build(FrameKind::Offer, &bytes(&mut self.rng, len));
            let context =
                AppendContext { stream, frame: hash::frame_hash(&frame), commit: None, epoch: None };
            let admission = Admission::Key(creator.public(), sign(&load.id, creator, &context));
            let append_it = ready(stream, &Append { frame, admission, commit: None, tag: None });
            append(load, connection, stream, &append_it, Some(end)).await?;
        }
        let last = read_all(load, connection, stream, Seq::START).await?;
        ensure!(last.0 == u64::try_from(SHORT_FRAMES)?, "a stream of {SHORT_FRAMES} frames ends at {last}");
        Ok(())
    }

    /// The clock that the relay looks at may be a little off the one here.
    const MARGIN: Duration = Duration::from_secs(1);

    async fn check_ended(&mut self, load: &Load, connection: &mut Connection) -> anyhow::Result<()> {
        while let Some((stream, _)) = self.made.pop_front_if(|(_, end)| Instant::now() > *end + Self::MARGIN)
        {
            let request = http::request("GET", &format!("/v1/streams/{stream}"), &[]);
            let (status, _) = connection.send(&request).await?;
            let mut ledger = load.ledger.borrow_mut();
            ledger.count("streams_ended");
            if status != 404 {
                ledger.count("ended_streams_readable");
            }
        }
        Ok(())
    }
}

impl Work for Founder {
    async fn once(&mut self, load: &Load, connection: &mut Connection) -> anyhow::Result<()> {
        let creator = SigningKey::generate(&mut self.rng);
        let stream = hash::stream_id(&creator.public());
        let end = Instant::now() + load.life / 2;
        let filled = self.fill(load, connection, &creator, end).await;
        if Instant::now() < end {
            filled?;
            load.ledger.borrow_mut().count("streams_made");
        } else {
            // A busy machine took longer than the stream lives.
            load.ledger.borrow_mut().read_up_to(stream, None, Instant::now());
        }
        self.made.push_back((stream, end));
        self.check_ended(load, connection).await.context("a stream that has ended")
    }
}
