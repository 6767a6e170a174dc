//! What is fuzzed: every decoder that bytes from a stranger reach before anybody is authenticated.
//!
//! Each target is a plain function over bytes that panics when a promise is broken. libFuzzer calls
//! it (`fuzz/fuzz_targets`, `make fuzz`), and so does an ordinary test over the checked-in corpus
//! (`tests/corpus_replay.rs`), so that a defect found once stays found.
//!
//! # To add a target
//! 1. A module here with `pub fn run(data: &[u8])`, and its line in [`TARGETS`].
//! 2. `fuzz/fuzz_targets/<name>.rs` (copy a neighbor: one line) and its `[[bin]]` in `fuzz/Cargo.toml`.
//! 3. Seeds in `src/seeds.rs`, then `cargo run -p bystand-fuzz-targets --example seeds`.
//!
//! The tests here say which of these was forgotten.
#![forbid(unsafe_code)]

pub mod codes;
pub mod frame;
pub mod geojson;
pub mod log_answers;
pub mod messages;
pub mod notes;
pub mod padding;
pub mod relay_api;
pub mod rooms;
pub mod scene;
pub mod seals;
pub mod seeds;
pub mod text;
pub mod time;

/// A fuzz target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of its binary and of its folder in `fuzz/corpus`.
    pub name: &'static str,
    /// Panics when a promise is broken.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "codes", run: codes::run },
    Target { name: "frame", run: frame::run },
    Target { name: "geojson", run: geojson::run },
    Target { name: "log_answers", run: log_answers::run },
    Target { name: "messages", run: messages::run },
    Target { name: "notes", run: notes::run },
    Target { name: "padding", run: padding::run },
    Target { name: "relay_api", run: relay_api::run },
    Target { name: "rooms", run: rooms::run },
    Target { name: "seals", run: seals::run },
    Target { name: "text", run: text::run },
    Target { name: "time", run: time::run },
];
