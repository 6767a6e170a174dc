//! Blobs, alerts, the public pages, and those who follow for a while.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, ensure};
use bystand_core::io::Random;
use bystand_crypto::hash;
use bystand_crypto::sign::{Signed, SigningKey, sign};
use bystand_wire::relay_api::{
    Erased, Grant, LeaseBlob, LeaseContext, LiveIn, LogEntries, LogKind, Logged, PutBlob, SignedBytes,
};
use bystand_wire::{BlobId, FrameHash, Hash32, Seq, StreamId, encode};
use rand_core::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::load::{Load, Work, between, bytes};
use super::streams::Room;
use crate::commands::bench::http::{self, Connection, find};
use crate::commands::bench::protocols;

/// A blob's bytes.
const CHUNK: (u64, u64) = (8 * 1024, 256 * 1024);
/// Streams that one follower follows.
const FOLLOWED: usize = 3;
/// How long a follower stays, in milliseconds.
const STAY_MS: (u64, u64) = (1_000, 20_000);
/// How far back a follower begins.
const BACK: u64 = 10;
/// Pages that visitors look at, one after the other.
const PAGES: [&str; 9] = [
    "/",
    "/alerts",
    "/style.css",
    "/v1/alerts.geojson",
    "/v1/alerts.atom",
    "/v1/network",
    "/log/checkpoint",
    "/healthz",
    "/metrics",
];

/// Members of a room who put blobs and fetch them: by turns plain ones, and such as are read once.
#[derive(Debug)]
pub struct Blobs {
    room: Room,
    rng: Random,
    once: bool,
    /// Plain ones with their end, to be fetched again at half their life.
    later: VecDeque<(BlobId, Hash32, Instant)>,
}

impl Blobs {
    /// Of a room's members.
    pub fn new(load: &Load, room: Room) -> Self {
        Self { room, rng: load.random(), once: false, later: VecDeque::new() }
    }

    async fn fetch(
        &self,
        load: &Load,
        connection: &mut Connection,
        (id, hash, end): (BlobId, Hash32, Instant),
    ) -> anyhow::Result<()> {
        let request = http::request("GET", &format!("/v1/blobs/{id}"), &[]);
        let (status, chunk) = connection.send(&request).await?;
        let there = status == 200 && hash::plain_sha256(&chunk) == hash;
        let mut ledger = load.ledger.borrow_mut();
        if !there && Instant::now() >= end {
            ledger.came_late();
            return Ok(());
        }
        ledger.found(there);
        ledger.count("blobs_fetched");
        Ok(())
    }

    async fn read_once(
        &mut self,
        load: &Load,
        connection: &mut Connection,
        (id, hash): (BlobId, Hash32),
        granter: &SigningKey,
    ) -> anyhow::Result<()> {
        let reader = SigningKey::generate(&mut self.rng);
        let now = load.now();
        let grant = Grant { blob: id, reader: reader.public(), until: now.plus_ms(load.life_ms()) };
        let grant = SignedBytes::from(Signed::sign(&load.id, granter, &grant));
        let signature = sign(&load.id, &reader, &LeaseContext { blob: id, at: now });
        let lease = encode(&LeaseBlob { grant, at: now, signature });
        let request = http::request("POST", &format!("/v1/blobs/{id}/lease"), &lease);
        let chunk = connection.bytes("a lease", &request).await?;
        load.ledger.borrow_mut().found(hash::plain_sha256(&chunk) == hash);
        let request = http::request("POST", &format!("/v1/blobs/{id}/read"), &lease);
        let _: Erased = connection.ask("a blob's reading", &request).await?;
        load.ledger.borrow_mut().count("blobs_read_once");
        Ok(())
    }
}

impl Work for Blobs {
    async fn once(&mut self, load: &Load, connection: &mut Connection) -> anyhow::Result<()> {
        let mut id = [0; BlobId::LEN];
        self.rng.fill_bytes(&mut id);
        let id = BlobId(id);
        let len = between(&mut self.rng, CHUNK.0, CHUNK.1);
        let chunk = bytes(&mut self.rng, len);
        let hash = hash::plain_sha256(&chunk);
        self.once = !self.once;
        let granter = self.once.then(|| SigningKey::generate(&mut self.rng));
        let admission = self.room.admission(load, StreamId(id.0), FrameHash(hash.0), None);
        let end = Instant::now() + load.life;
        let expires_at = load.now().plus_ms(load.life_ms());
        let put = PutBlob { chunk, expires_at, granter: granter.as_ref().map(SigningKey::public), admission };
        connection.bytes("a blob", &http::request("PUT", &format!("/v1/blobs/{id}"), &encode(&put))).await?;
        load.ledger.borrow_mut().count("blobs_put");
        match granter {
            Some(granter) => {
                let read = self.read_once(load, connection, (id, hash), &granter).await;
                if Instant::now() < end {
                    read?;
                } else {
                    load.ledger.borrow_mut().came_late();
                }
            }
            None => {
                self.fetch(load, connection, (id, hash, end)).await?;
                self.later.push_back((id, hash, end));
            }
        }
        let due = |(_, _, end): &mut (BlobId, Hash32, Instant)| *end <= Instant::now() + load.life / 2;
        while let Some(blob) = self.later.pop_front_if(due) {
            self.fetch(load, connection, blob).await?;
        }
        Ok(())
    }
}

/// A desk that publishes alerts.
#[derive(Debug, Default)]
pub struct Alerts;

impl Work for Alerts {
    async fn once(&mut self, load: &Load, connection: &mut Connection) -> anyhow::Result<()> {
        let entry = load.network.borrow_mut().alert(load.now())?;
        let logged: Logged = connection.call("POST", "/v1/log", &entry).await?;
        load.ledger.borrow_mut().count("alerts");
        // It is there for whoever asks for what came after the entry before it.
        let before = logged.index.saturating_sub(1);
        let path = format!("/v1/log/entries?kind={}&after={before}", LogKind::Alert.code());
        let entries: LogEntries = connection.get(&path).await?;
        let there = entries.entries.iter().any(|e| e.index == logged.index && e.entry.body == entry.body);
        load.ledger.borrow_mut().found(there);
        Ok(())
    }
}

/// People who look at the public pages.
#[derive(Debug, Default)]
pub struct Visitors {
    seen: usize,
}

impl Work for Visitors {
    async fn once(&mut self, load: &Load, connection: &mut Connection) -> anyhow::Result<()> {
        let page = PAGES.get(self.seen % PAGES.len()).copied().unwrap_or("/");
        self.seen += 1;
        connection.bytes(page, &http::request("GET", page, &[])).await?;
        load.ledger.borrow_mut().count("pages");
        Ok(())
    }
}

/// Comes, follows for a while, goes, and comes again, until the time is over.
pub async fn come_and_go(load: Rc<Load>, rooms: Vec<StreamId>, alerts: bool) {
    let mut rng = load.random();
    while !load.is_over() {
        let stay = Duration::from_millis(between(&mut rng, STAY_MS.0, STAY_MS.1));
        let until = load.until.min(Instant::now() + stay);
        let followed = if alerts {
            follow_alerts(&load, until).await.context("following alerts")
        } else {
            follow(&load, &rooms, until, &mut rng).await.context("following streams")
        };
        if let Err(error) = followed {
            load.ledger.borrow_mut().failed(&error);
            // A relay that is not there is not asked in a tight loop.
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}

async fn follow_alerts(load: &Load, until: Instant) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(load.addr).await?;
    stream.write_all(protocols::EVENTS).await?;
    let mut received = Vec::new();
    read_until(&mut stream, &mut received, until, |bytes| find(bytes, b"event: alert\n").map(|at| at + 13))
        .await
        .map(|events| count(load, "live_alerts", events))
}

async fn follow(load: &Load, rooms: &[StreamId], until: Instant, rng: &mut Random) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(load.addr).await?;
    stream.write_all(protocols::UPGRADE).await?;
    let mut received = Vec::new();
    while find(&received, b"\r\n\r\n").is_none() {
        ensure!(stream.read_buf(&mut received).await? > 0, "the relay hung up");
    }
    ensure!(received.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&received));
    received.clear();
    let first = usize::try_from(between(rng, 0, u64::try_from(rooms.len())?))?;
    let followed: Vec<StreamId> = rooms.iter().cycle().skip(first).take(FOLLOWED).copied().collect();
    for room in &followed {
        let read = load.read.borrow().get(room).copied().unwrap_or(Seq::START);
        let after = Seq(read.0.saturating_sub(BACK));
        stream.write_all(&protocols::live_message(&LiveIn::Follow(*room, after, None))).await?;
    }
    let messages = read_until(&mut stream, &mut received, until, protocols::server_frame).await?;
    count(load, "live_messages", messages);
    // Half of them say that they go.
    if rng.next_u32().is_multiple_of(2) {
        for room in &followed {
            stream.write_all(&protocols::live_message(&LiveIn::Leave(*room))).await?;
        }
    }
    Ok(())
}

fn count(load: &Load, what: &'static str, times: u64) {
    load.ledger.borrow_mut().count_many(what, times);
}

/// Reads until a time, and counts what `take` finds the end of.
async fn read_until(
    stream: &mut TcpStream,
    received: &mut Vec<u8>,
    until: Instant,
    take: fn(&[u8]) -> Option<usize>,
) -> anyhow::Result<u64> {
    let mut taken = 0;
    while let Ok(read) = timeout_at(until, stream.read_buf(received)).await {
        ensure!(read? > 0, "the relay hung up");
        while let Some(len) = take(received) {
            received.drain(..len);
            taken += 1;
        }
    }
    Ok(taken)
}
