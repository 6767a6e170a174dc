//! What the tests of several modules share.

use bystand_wire::NetworkId;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

/// Randomness that is the same in every run.
pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// A network.
pub const NETWORK: NetworkId = NetworkId([1; 32]);
/// Another network.
pub const ELSEWHERE: NetworkId = NetworkId([2; 32]);
