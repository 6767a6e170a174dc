//! A neighbor.

use std::collections::BTreeMap;

use bystand_wire::relay_api::StoredFrame;
use minicbor::{Decode, Encode};

use super::{CommandError, Cx, Owner, Shared};
use crate::io::Response;
use crate::outbox::{Job, Outcome};

/// A job of this part.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum NeighborJob {}

/// A call of this part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeighborCall {}

/// A stream this part listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeighborStream {}

/// What a person asks of this part.
#[derive(Debug, Clone, PartialEq)]
pub enum NeighborCommand {}

/// What this part tells.
#[derive(Debug, Clone, PartialEq)]
pub enum NeighborEvent {}

/// The part itself.
#[derive(Debug, Default)]
pub struct Neighbor {}

impl Neighbor {
    /// From the vault.
    pub fn load(_: &BTreeMap<String, Vec<u8>>) -> Self {
        Self::default()
    }

    /// Follows streams again.
    pub fn resume(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// A frame.
    pub fn frame(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: NeighborStream, _: &StoredFrame) {
        match what {}
    }

    /// A job.
    pub fn job_ended(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: NeighborJob, _: &Job<Owner>, _: Outcome) {
        match what {}
    }

    /// A call.
    pub fn call_ended(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: NeighborCall, _: Response) {
        match what {}
    }

    /// Trust.
    pub fn trust_changed(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// Due.
    pub fn due(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// Command.
    pub fn command(&mut self, _: &mut Cx<'_>, _: &mut Shared, c: NeighborCommand) -> Result<(), CommandError> {
        match c {}
    }
}
