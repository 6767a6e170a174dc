//! Bystand in the browser: the thin shell around the engines of `bystand-core`, and the pages.
//!
//! | module | holds |
//! | --- | --- |
//! | [`shell`] | the vault over IndexedDB, calls, the live connection, the worker, the loop around an engine |
//! | [`report`] | what stands behind the public report form |
//! | [`app`] | the member app, the desk console and the stewards' pages |
//!
//! A shell hands an engine what happened and carries out what the engine asks for, in order. Neither it nor the
//! pages decide anything about reports, rooms or alerts.
#![forbid(unsafe_code)]

pub mod app;
pub mod report;
pub mod shell;
