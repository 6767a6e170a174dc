//! Joining with an invitation.

mod crash;
mod join;
mod limits;
