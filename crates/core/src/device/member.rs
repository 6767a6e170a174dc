//! A member.

use std::collections::BTreeMap;

use bystand_wire::relay_api::StoredFrame;
use minicbor::{Decode, Encode};

use super::{CommandError, Cx, Owner, Shared};
use crate::io::Response;
use crate::outbox::{Job, Outcome};

/// A job of this part.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum MemberJob {}

/// A call of this part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberCall {}

/// A stream this part listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberStream {}

/// What a person asks of this part.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberCommand {}

/// What this part tells.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberEvent {}

/// The part itself.
#[derive(Debug, Default)]
pub struct Member {}

impl Member {
    /// From the vault.
    pub fn load(_: &BTreeMap<String, Vec<u8>>) -> Self {
        Self::default()
    }

    /// Follows streams again.
    pub fn resume(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// A frame.
    pub fn frame(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: MemberStream, _: &StoredFrame) {
        match what {}
    }

    /// A job.
    pub fn job_ended(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: MemberJob, _: &Job<Owner>, _: Outcome) {
        match what {}
    }

    /// A call.
    pub fn call_ended(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: MemberCall, _: Response) {
        match what {}
    }

    /// Trust.
    pub fn trust_changed(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// Due.
    pub fn due(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// Command.
    pub fn command(&mut self, _: &mut Cx<'_>, _: &mut Shared, c: MemberCommand) -> Result<(), CommandError> {
        match c {}
    }

    /// Rooms.
    pub fn load_rooms(&mut self, _: &mut Shared, _: &BTreeMap<String, Vec<u8>>, _: bystand_wire::Timestamp) -> Result<(), crate::room::SyncError> {
        Ok(())
    }

    /// Room event.
    pub fn room_event(&mut self, _: &mut Cx<'_>, _: &mut Shared, _: bystand_wire::StreamId, _: &crate::room::RoomEvent) {}

    /// Entered.
    pub fn entered(&mut self, _: &mut Cx<'_>, _: &mut Shared, _: &bystand_wire::ZoneId, _: bystand_wire::StreamId) {}

    /// Leaf.
    pub fn room_leaf(&self, _: &Shared, _: &bystand_wire::ZoneId, _: bystand_wire::Timestamp) -> Option<crate::room::Leaf> {
        None
    }
}
