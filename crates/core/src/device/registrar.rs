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
