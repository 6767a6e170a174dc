//! Teams: their rooms and casebooks, over time and after a loss.

mod away;
mod casebook;
mod fold;
mod rooms;
mod succession;
#[path = "../day/support.rs"]
mod support;
