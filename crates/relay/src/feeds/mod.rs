//! What everybody may read: current alerts and rumor checks as GeoJSON, Atom, an event stream and
//! plain pages that need no JavaScript. All words come from `bystand_core::texts`; nothing here ever
//! says that a place is safe.
//!
//! The relay shows what its own book of verified alerts says. Who does not want to take its word reads
//! the notes and proofs of the event stream or the log, and checks them.

mod atom;
mod escape;
mod geojson;
mod item;
mod page;
mod sse;

pub use atom::feed as atom_feed;
pub use geojson::collection as geojson_collection;
pub use item::{Item, Public};
pub use page::{STYLE, alert_page, front_page, gone_page};
pub use sse::event as sse_event;
