//! Seals. The first byte chooses the purpose, the rest is what somebody sent to a public key.

use bystand_crypto::seal::{SealPublicKey, SealPurpose, open};

use crate::scene::{SCENE, STREAM};

/// A byte for the purpose, then the seal.
pub fn run(data: &[u8]) {
    if let Ok(key) = SealPublicKey::from_bytes(data) {
        assert_eq!(key.as_bytes(), data, "two forms of one key");
    }
    let Some((choice, sealed)) = data.split_first() else { return };
    let Some(purpose) = SealPurpose::ALL.get(usize::from(*choice)) else { return };
    let scene = &*SCENE;
    if open(&scene.fixture.network, *purpose, &scene.secret, STREAM.as_ref(), sealed).is_ok() {
        assert!(scene.seals.iter().any(|ours| ours == sealed), "a seal that nobody made");
    }
}
