//! What the relay says of its log, to a newcomer and to a device that knows the log. The first byte
//! chooses the answer, the rest is its body.

use std::sync::LazyLock;

use bystand_core::fixtures::NOW;
use bystand_core::logwatch::LogWatch;
use bystand_crypto::tree::TileId;
use bystand_wire::decode;
use bystand_wire::relay_api::{LogEntries, Network};

use crate::scene::SCENE;

/// A device that knows the network, and has asked for what comes next.
static KNOWN: LazyLock<LogWatch> = LazyLock::new(|| {
    let mut watch = LogWatch::new(SCENE.fixture.network);
    watch.handle_network(&SCENE.log.network(), NOW).expect("an honest relay");
    watch.next_request(NOW);
    watch
});

/// A byte for the answer, then its body.
pub fn run(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else { return };
    let mut known = KNOWN.clone();
    let before = known.size();
    match choice {
        0 => {
            let Ok(answer) = decode::<Network>(body) else { return };
            let mut newcomer = LogWatch::new(SCENE.fixture.network);
            let _ = newcomer.handle_network(&answer, NOW);
            let _ = known.handle_network(&answer, NOW);
        }
        1 => {
            let Ok(answer) = decode::<LogEntries>(body) else { return };
            let _ = known.handle_entries(&answer, NOW);
        }
        2 => {
            let Ok(path) = std::str::from_utf8(body) else { return };
            if let Ok(tile) = TileId::from_path(path) {
                assert_eq!(tile.path(), path, "two paths of one tile");
            }
        }
        _ => {}
    }
    assert!(known.size() >= before, "the log went backwards");
}
