//! What strangers send to a room: frames of its stream, key packages at its door, Welcomes and trees.
//! The first byte chooses which, the rest are the bytes.

use bystand_core::fixtures::NOW;
use bystand_core::room::{Credential, DoorRequest, WelcomeFrame};
use bystand_crypto::rooms::Room;
use bystand_wire::decode;

use crate::scene::SCENE;

/// A byte for the place, then what is sent there.
pub fn run(data: &[u8]) {
    let Some((choice, bytes)) = data.split_first() else { return };
    let scene = &*SCENE;
    let secrets = std::slice::from_ref(&scene.package_secret);
    let [_, _, _, welcome, tree] = &scene.frames;
    match choice {
        0 | 1 => {
            let mut room = scene.room();
            let before = room.epoch();
            if room.process(bytes).is_err() {
                assert_eq!(room.epoch(), before, "a frame that is refused changes nothing");
            }
        }
        2 => {
            let mut room = scene.room();
            let _ = room.screen(bytes, NOW);
        }
        3 => {
            let _ = Room::examine(&scene.newcomer, secrets, bytes);
            let _ = Room::join(&scene.newcomer, secrets, bytes, tree);
        }
        4 => {
            let joined = Room::join(&scene.newcomer, secrets, welcome, bytes).is_ok();
            assert!(!joined || bytes == tree, "two trees of one room");
        }
        5 => {
            let _ = Credential::from_bytes(bytes);
            let _ = decode::<DoorRequest>(bytes);
            let _ = decode::<WelcomeFrame>(bytes);
        }
        _ => {}
    }
}
