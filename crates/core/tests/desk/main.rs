//! The desk's fold, without a device around it.

mod checking;
mod choices;
mod intake;
mod joins;
mod properties;
mod support;
