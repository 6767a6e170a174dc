//! A small town in a world that fails, with a relay whose operator is not to be trusted; and invariants that
//! are broken on purpose.

#![allow(clippy::wildcard_enum_match_arm, reason = "a test looks at the one event that it is about")]

mod ends;
mod failures;
mod invariants;
mod misdeeds;
#[path = "../small_city/mod.rs"]
mod small_city;
mod town;
