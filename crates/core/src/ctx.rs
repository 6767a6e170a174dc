//! What every part of an engine is handed while it handles one input.
//!
//! Writes made during one input are gathered into a single [`Batch`]; calls to the relay leave after
//! it. So an input is handled entirely or not at all, whatever crashes.

use std::collections::VecDeque;

use bystand_wire::relay_api::ReadAuth;
use bystand_wire::{NetworkId, Seq, StreamId, Timestamp, encode};

use crate::io::{Batch, CallId, Effect, Puzzle, Random, Request};

/// Effects gathered and not yet handed to the shell.
#[derive(Debug)]
pub struct Outputs<Event> {
    ready: VecDeque<Effect<Event>>,
    batch: Batch,
    later: Vec<Effect<Event>>,
    next_call: u64,
}

impl<Event> Default for Outputs<Event> {
    fn default() -> Self {
        Self { ready: VecDeque::new(), batch: Batch::default(), later: Vec::new(), next_call: 1 }
    }
}

impl<Event> Outputs<Event> {
    /// Closes one input: first the writes, then everything else in the order it was asked for. Whether
    /// there was anything.
    pub fn flush(&mut self) -> bool {
        let is_any = !self.batch.records.is_empty() || !self.later.is_empty();
        if !self.batch.records.is_empty() {
            self.ready.push_back(Effect::Store(std::mem::take(&mut self.batch)));
        }
        self.ready.extend(self.later.drain(..));
        is_any
    }

    /// The next effect for the shell.
    pub fn poll(&mut self) -> Option<Effect<Event>> {
        self.ready.pop_front()
    }
}

/// Time, randomness and a place to put effects, for the handling of one input.
#[derive(Debug)]
pub struct Ctx<'a, Event> {
    /// When it is.
    pub now: Timestamp,
    /// Where randomness comes from.
    pub rng: &'a mut Random,
    /// Whose signatures count.
    pub network: NetworkId,
    /// Where effects go.
    pub out: &'a mut Outputs<Event>,
}

impl<Event> Ctx<'_, Event> {
    /// Writes a record with the rest of this input's batch.
    pub fn store<T: minicbor::Encode<()>>(&mut self, name: &str, value: &T) {
        self.out.batch.records.insert(name.to_owned(), Some(encode(value)));
    }

    /// Writes a record that is bytes already.
    pub fn store_bytes(&mut self, name: &str, value: Vec<u8>) {
        self.out.batch.records.insert(name.to_owned(), Some(value));
    }

    /// Deletes a record with the rest of this input's batch.
    pub fn forget(&mut self, name: &str) {
        self.out.batch.records.insert(name.to_owned(), None);
    }

    /// Calls the relay.
    pub fn send(&mut self, request: Request) -> CallId {
        let id = self.call_id();
        self.out.later.push(Effect::Send(id, Box::new(request)));
        id
    }

    /// Has a puzzle solved.
    pub fn solve(&mut self, puzzle: Puzzle) -> CallId {
        let id = self.call_id();
        self.out.later.push(Effect::Solve(id, puzzle));
        id
    }

    /// Follows a stream from after a place.
    pub fn follow(&mut self, stream: StreamId, after: Seq, auth: Option<ReadAuth>) {
        self.out.later.push(Effect::Follow(stream, after, auth));
    }

    /// Stops following a stream.
    pub fn leave(&mut self, stream: StreamId) {
        self.out.later.push(Effect::Leave(stream));
    }

    /// Follows the public log from a tree size.
    pub fn follow_log(&mut self, size: u64) {
        self.out.later.push(Effect::FollowLog(size));
    }

    /// Tells the person or program around the engine.
    pub fn tell(&mut self, event: Event) {
        self.out.later.push(Effect::Tell(event));
    }

    fn call_id(&mut self) -> CallId {
        let id = CallId(self.out.next_call);
        self.out.next_call += 1;
        id
    }
}
