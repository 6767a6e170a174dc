//! The relay: stores and forwards sealed data, keeps the public log, serves the public pages.
//! It is trusted with order, deletion, one-read and spent passes, never with content.
//!
//! | module | holds |
//! | --- | --- |
//! | [`rules`] | every decision, pure: shared with the simulator |
//! | [`store`] | what is kept: two small traits and SQLite behind them |

pub mod rules;
pub mod store;
