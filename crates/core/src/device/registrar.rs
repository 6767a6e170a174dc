//! A registrar.

use std::collections::BTreeMap;

use bystand_wire::relay_api::StoredFrame;
use minicbor::{Decode, Encode};

use super::{CommandError, Cx, Owner, Shared};
use crate::io::Response;
use crate::outbox::{Job, Outcome};
use crate::team::{CasebookMark, TeamEvent};

/// A job of this part.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum RegistrarJob {}

/// A call of this part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrarCall {}

/// A stream this part listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrarStream {}

/// What a person asks of this part.
#[derive(Debug, Clone, PartialEq)]
pub enum RegistrarCommand {}

/// What this part tells.
#[derive(Debug, Clone, PartialEq)]
pub enum RegistrarEvent {}

/// The part itself.
#[derive(Debug, Default)]
pub struct Registrar {}

impl Registrar {
    /// From the vault.
    pub fn load(_: &BTreeMap<String, Vec<u8>>) -> Self {
        Self::default()
    }

    /// Follows streams again.
    pub fn resume(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// A frame.
    pub fn frame(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: RegistrarStream, _: &StoredFrame) {
        match what {}
    }

    /// A job.
    pub fn job_ended(
        &mut self,
        _: &mut Cx<'_>,
        _: &mut Shared,
        what: RegistrarJob,
        _: &Job<Owner>,
        _: Outcome,
    ) {
        match what {}
    }

    /// A call.
    pub fn call_ended(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: RegistrarCall, _: Response) {
        match what {}
    }

    /// Trust.
    pub fn trust_changed(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// Due.
    pub fn due(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// Command.
    pub fn command(
        &mut self,
        _: &mut Cx<'_>,
        _: &mut Shared,
        c: RegistrarCommand,
    ) -> Result<(), CommandError> {
        match c {}
    }

    /// Team.
    pub fn team_event(&mut self, _: &mut Cx<'_>, _: &mut Shared, _: TeamEvent) {}

    /// Mark.
    pub fn mark(&self) -> Option<CasebookMark> {
        None
    }
}
