//! What a dispatcher's device has made of its casebook.

use bystand_core::desk::DeskState;
use bystand_core::testing::World;

/// What the desk knows.
pub fn state(world: &World, place: usize) -> &DeskState {
    world.device(place).desk().state()
}

/// Everything the fold holds, as bytes.
pub fn fold(world: &World, place: usize) -> Vec<u8> {
    let parts = state(world, place).snapshot();
    let incidents = parts.incidents.into_iter().flat_map(|(id, part)| [id.0.to_vec(), part].concat());
    parts.shared.into_iter().chain(incidents).collect()
}
