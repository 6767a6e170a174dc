//! A city on virtual time: the real client engines and the real relay rules with their real store, in one
//! process, at any speed, from a seed. What people, phones and networks do is drawn from the seed; what
//! that costs (proof of work, travel, hesitation) is charged in virtual time. The same seed gives the same
//! result on every machine: nothing here reads a clock, and no decision rests on a floating-point number
//! or on the order of a hash table.
//!
//! | module | holds |
//! | --- | --- |
//! | [`seeds`] | one generator for each actor, and the draws that people are made of |
//! | [`agenda`] | what happens next |
//! | [`machine`] | a device with its disk, its link and its clock |
//! | [`failure`] | what fails on a day |
//! | [`ledger`] | what was planted, and where it is found |
//! | [`operator`] | who operates the relay, and what they do that they should not |
//! | [`world`] | relay, machines and the network between them |
//! | [`city`] | zones, and places where things happen |
//! | [`people`] | what neighbors, dispatchers and responders do |
//! | [`scenario`] | the kinds of days |
//! | [`watch`] | invariants, and what is measured |
//! | [`outcome`] | the result: figures and checks |
//! | [`page`] | the same as a page with plots |
//! | [`shrink`] | the shortest script that still fails |
//! | [`day`] | one simulated day, from founding to the result |

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "what is watched and what is done to a relay concerns a few kinds of events and requests each"
)]

pub mod agenda;
pub mod city;
pub mod day;
pub mod failure;
pub mod ledger;
pub mod machine;
pub mod operator;
pub mod outcome;
pub mod page;
pub mod people;
pub mod scenario;
pub mod seeds;
pub mod shrink;
pub mod watch;
pub mod world;

pub use city::{City, CityError};
pub use day::{Plan, PlanError, Population, simulate};
pub use outcome::Outcome;
pub use scenario::Scenario;
