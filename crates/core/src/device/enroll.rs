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
