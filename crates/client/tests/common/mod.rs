//! A relay that does as it is told, and an engine that asks for what it is given.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use bystand_client::{Clock, RelayAddress, RunConfig, Store, Transport, VaultError};
use bystand_core::io::{Batch, CallId, Effect, Engine, Random, Request, Response};
use bystand_wire::relay_api::{
    Admission, Append, Appended, Frames, LiveOut, ReadAuth, StoredFrame, WorkProof,
};
use bystand_wire::{NetworkId, PublicKey, Seq, SignatureBytes, StreamId, Timestamp};

pub const NETWORK: NetworkId = NetworkId([7; 32]);
pub const STREAM: StreamId = StreamId([3; 32]);

/// Serves a router on a free port of this machine until the test ends.
pub async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

pub fn transport(address: SocketAddr) -> Transport {
    let address = RelayAddress::parse(&format!("http://{address}"), false).expect("an address");
    Transport::new(address).expect("a transport")
}

pub fn config(address: SocketAddr, live: bool) -> RunConfig {
    RunConfig { transport: transport(address), network: NETWORK, clock: Clock::real(), live }
}

pub fn append(frame: &[u8]) -> Request {
    let admission = Admission::Key(PublicKey([1; 32]), SignatureBytes([2; 64]));
    Request::Append(STREAM, Append { frame: frame.to_vec(), admission, commit: None, tag: None })
}

pub fn read(after: u64) -> Request {
    let auth = ReadAuth { at: Timestamp(5), signature: SignatureBytes([4; 64]) };
    Request::Read(STREAM, Seq(after), Some(auth))
}

pub fn appended(seq: u64) -> Appended {
    Appended { seq: Seq(seq), at: Timestamp(1), epoch: 0 }
}

pub fn frames(seqs: &[u64]) -> Frames {
    let frame = |seq: &u64| StoredFrame { seq: Seq(*seq), at: Timestamp(1), frame: vec![1, 1], lane: None };
    Frames { frames: seqs.iter().map(frame).collect(), head: Seq(9), epoch: 0, generation: 1 }
}

/// What happened, in order, as texts; shared by all parts of a test.
#[derive(Debug, Clone, Default)]
pub struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    pub fn add(&self, line: impl Into<String>) {
        self.0.lock().expect("not poisoned").push(line.into());
    }

    pub fn lines(&self) -> Vec<String> {
        self.0.lock().expect("not poisoned").clone()
    }
}

/// A store that writes into the journal, and fails when told to.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    pub journal: Journal,
    pub full: bool,
}

impl Store for Paper {
    fn commit(&mut self, batch: &Batch) -> Result<(), VaultError> {
        if self.full {
            return Err(VaultError::Memory);
        }
        let names: Vec<&str> = batch.records.keys().map(String::as_str).collect();
        self.journal.add(format!("kept {}", names.join("+")));
        Ok(())
    }

    fn tidy(&mut self) -> Result<(), VaultError> {
        Ok(())
    }
}

pub fn store(name: &str) -> Effect<String> {
    Effect::Store(Batch { records: [(name.to_owned(), Some(vec![1]))].into() })
}

/// Asks for what it is given, and tells what it is handed.
#[derive(Debug, Default)]
pub struct Scripted {
    pub effects: VecDeque<Effect<String>>,
    pub responses: Vec<(CallId, Response)>,
    pub proofs: Vec<WorkProof>,
    pub timeout: Option<Timestamp>,
    pub timeouts: u32,
    /// Where it follows its stream from, when connected.
    pub follows: Option<u64>,
}

impl Engine for Scripted {
    type Event = String;

    fn handle_connected(&mut self, _: Timestamp, _: &mut Random) {
        if let Some(after) = self.follows {
            self.effects.push_back(Effect::Follow(STREAM, Seq(after), None));
        }
        self.effects.push_back(Effect::Tell("connected".to_owned()));
    }

    fn handle_disconnected(&mut self, _: Timestamp) {
        self.effects.push_back(Effect::Tell("disconnected".to_owned()));
    }

    fn handle_live(&mut self, message: LiveOut, _: Timestamp, _: &mut Random) {
        if let LiveOut::Frames(_, frames) = &message {
            self.follows = frames.frames.last().map(|frame| frame.seq.0);
        }
        self.effects.push_back(Effect::Tell(format!("live {:?}", self.follows)));
    }

    fn handle_response(&mut self, id: CallId, response: Response, _: Timestamp, _: &mut Random) {
        self.responses.push((id, response));
    }

    fn handle_solved(&mut self, _: CallId, proof: WorkProof, _: Timestamp, _: &mut Random) {
        self.proofs.push(proof);
    }

    fn handle_timeout(&mut self, now: Timestamp, _: &mut Random) {
        if self.timeout.is_some_and(|timeout| timeout <= now) {
            self.timeout = None;
            self.timeouts += 1;
        }
    }

    fn poll_effect(&mut self) -> Option<Effect<String>> {
        self.effects.pop_front()
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        self.timeout
    }
}
