//! Where randomness comes from: one seed, split by label, so that what one actor draws does not change
//! what another one draws.

use bystand_core::io::Random;
use bystand_crypto::hash::sha256;
use rand_core::{Rng, SeedableRng};

/// A seed that generators are split from.
#[derive(Debug, Clone, Copy)]
pub struct Seeds(u64);

impl Seeds {
    /// From a number.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The number that a word stands for.
    pub fn of_word(word: &str) -> u64 {
        let hash = sha256("sim-seed-word", &[word.as_bytes()]).0;
        hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// The generator of the actor of this label and number.
    pub fn generator(&self, label: &str, number: u64) -> Random {
        Random::from_seed(self.bytes(label, number))
    }

    /// Thirty-two bytes for the same.
    pub fn bytes(&self, label: &str, number: u64) -> [u8; 32] {
        sha256("sim-seed", &[&self.0.to_be_bytes(), label.as_bytes(), &number.to_be_bytes()]).0
    }
}

/// How far from its median a time that people need is, in permille, at the middle of each tenth: a skewed
/// shape as such times have it (log-normal with a sigma of 0.6). Assumed.
const PAUSES: [u64; 10] = [373, 537, 667, 794, 927, 1_078, 1_260, 1_499, 1_861, 2_682];

/// Draws, in whole numbers.
pub trait Draw {
    /// A number below `n`; 0 when `n` is 0.
    fn below(&mut self, n: u64) -> u64;

    /// A number from `low` to `high`.
    fn between(&mut self, low: u64, high: u64) -> u64 {
        low.saturating_add(self.below(high.saturating_sub(low).saturating_add(1)))
    }

    /// True so many times in a thousand.
    fn chance(&mut self, permille: u32) -> bool {
        self.below(1_000) < u64::from(permille)
    }

    /// A time that people need, around a median.
    fn pause(&mut self, median_ms: u64) -> u64 {
        let tenth = usize::try_from(self.below(10)).unwrap_or(0);
        let permille = PAUSES.get(tenth).copied().unwrap_or(1_000);
        let jitter = self.between(900, 1_100);
        median_ms.saturating_mul(permille).saturating_mul(jitter) / 1_000_000
    }

    /// One of these.
    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let at = self.below(u64::try_from(list.len()).unwrap_or(u64::MAX));
        list.get(usize::try_from(at).unwrap_or(0))
    }
}

impl Draw for Random {
    fn below(&mut self, n: u64) -> u64 {
        // The bias of the remainder is far below anything measured here.
        self.next_u64().checked_rem(n).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_draw_independently_and_repeatably() {
        let seeds = Seeds::new(7);
        let draw = |label: &str, n| seeds.generator(label, n).next_u64();
        assert_eq!(draw("phone", 1), draw("phone", 1));
        assert_ne!(draw("phone", 1), draw("phone", 2));
        assert_ne!(draw("phone", 1), draw("link", 1));
        assert_ne!(Seeds::of_word("rain"), Seeds::of_word("sun"));
        assert_ne!(Seeds::new(8).generator("phone", 1).next_u64(), draw("phone", 1));
    }

    #[test]
    fn pauses_have_their_median_and_a_long_tail() {
        let mut rng = Seeds::new(1).generator("pauses", 0);
        let mut pauses: Vec<u64> = (0..10_001).map(|_| rng.pause(60_000)).collect();
        pauses.sort_unstable();
        assert!((54_000..66_000).contains(&pauses[5_000]), "{}", pauses[5_000]);
        assert!(pauses[9_900] > 120_000 && pauses[0] > 15_000);
        assert_eq!(rng.pause(0), 0);
    }
}
