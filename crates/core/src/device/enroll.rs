//! A newcomer.

use std::collections::BTreeMap;

use bystand_wire::relay_api::StoredFrame;
use minicbor::{Decode, Encode};

use super::{CommandError, Cx, Owner, Shared};
use crate::io::Response;
use crate::outbox::{Job, Outcome};

/// A job of this part.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum EnrollJob {}

/// A call of this part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnrollCall {}

/// A stream this part listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnrollStream {}

/// What this part tells.
#[derive(Debug, Clone, PartialEq)]
pub enum EnrollEvent {}

/// The part itself.
#[derive(Debug, Default)]
pub struct Enroll {}

impl Enroll {
    /// From the vault.
    pub fn load(_: &BTreeMap<String, Vec<u8>>) -> Self {
        Self::default()
    }

    /// Follows streams again.
    pub fn resume(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// A frame.
    pub fn frame(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: EnrollStream, _: &StoredFrame) {
        match what {}
    }

    /// A job.
    pub fn job_ended(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: EnrollJob, _: &Job<Owner>, _: Outcome) {
        match what {}
    }

    /// A call.
    pub fn call_ended(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: EnrollCall, _: Response) {
        match what {}
    }

    /// Trust.
    pub fn trust_changed(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// Due.
    pub fn due(&mut self, _: &mut Cx<'_>, _: &mut Shared) {}

    /// Begin.
    pub fn begin(&mut self, _: &mut Cx<'_>, _: &mut Shared, _: &crate::network::invite::Invitation) {}
}
