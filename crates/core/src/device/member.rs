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
