//! What programs of everybody may read: current alerts and rumor checks as GeoJSON, Atom and an event stream (the
//! pages for people are in [`crate::pages`]). All words come from `bystand_core::texts`; nothing here ever
//! says that a place is safe.
//!
//! The relay shows what its own book of verified alerts says. Who does not want to take its word reads
//! the notes and proofs of the event stream or the log, and checks them.

mod atom;
mod escape;
mod geojson;
mod item;
mod sse;

pub use atom::feed as atom_feed;
pub(crate) use escape::Escaped;
pub use geojson::collection as geojson_collection;
pub use item::{Item, Public, Spot};
pub use sse::event as sse_event;
