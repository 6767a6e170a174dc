//! A host box.

use std::collections::BTreeMap;

use bystand_wire::relay_api::StoredFrame;
use minicbor::{Decode, Encode};

use super::{CommandError, Cx, Owner, Shared};
use crate::io::Response;
use crate::outbox::{Job, Outcome};
use crate::team::{CasebookMark, TeamEvent};

/// A job of this part.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum HostJob {}

/// A call of this part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostCall {}

/// A stream this part listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostStream {}

/// What a person asks of this part.
#[derive(Debug, Clone, PartialEq)]
pub enum HostCommand {}

/// What this part tells.
#[derive(Debug, Clone, PartialEq)]
pub enum HostEvent {}

/// The part itself.
#[derive(Debug, Default)]
pub struct Host {}

impl Host {
    /// From the vault.
    pub fn load(_: &BTreeMap<String, Vec<u8>>) -> Self {
        Self::default()
    }

    /// Follows streams again.
    pub fn resume(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// A frame.
    pub fn frame(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: HostStream, _: &StoredFrame) {
        match what {}
    }

    /// A job.
    pub fn job_ended(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: HostJob, _: &Job<Owner>, _: Outcome) {
        match what {}
    }

    /// A call.
    pub fn call_ended(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: HostCall, _: Response) {
        match what {}
    }

    /// Trust.
    pub fn trust_changed(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// Due.
    pub fn due(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// Command.
    pub fn command(&mut self, _: &mut Cx<'_>, _: &mut Shared, c: HostCommand) -> Result<(), CommandError> {
        match c {}
    }

    /// Team.
    pub fn team_event(&mut self, _: &mut Cx<'_>, _: &mut Shared, _: TeamEvent) {}

    /// Mark.
    pub fn mark(&self) -> Option<CasebookMark> {
        None
    }

    /// Alert.
    pub fn alert(&mut self, _: &mut Cx<'_>, _: &mut Shared, _: &crate::logwatch::AlertEvent) {}

    /// Door.
    pub fn door_secrets(&self, _: &Shared) -> Vec<bystand_crypto::seal::SealSecretKey> {
        Vec::new()
    }

    /// Rooms.
    pub fn load_rooms(
        &mut self,
        _: &mut Shared,
        _: &BTreeMap<String, Vec<u8>>,
        _: bystand_wire::Timestamp,
    ) -> Result<(), crate::room::SyncError> {
        Ok(())
    }

    /// Room event.
    pub fn room_event(
        &mut self,
        _: &mut Cx<'_>,
        _: &mut Shared,
        _: bystand_wire::StreamId,
        _: &crate::room::RoomEvent,
    ) {
    }

    /// Entered.
    pub fn entered(
        &mut self,
        _: &mut Cx<'_>,
        _: &mut Shared,
        _: &bystand_wire::ZoneId,
        _: bystand_wire::StreamId,
    ) {
    }

    /// Leaf.
    pub fn room_leaf(
        &self,
        _: &Shared,
        _: &bystand_wire::ZoneId,
        _: bystand_wire::Timestamp,
    ) -> Option<crate::room::Leaf> {
        None
    }
}
