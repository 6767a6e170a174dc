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
