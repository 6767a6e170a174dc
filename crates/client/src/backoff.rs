//! How long to wait before trying to connect again.

use std::time::Duration;

const FIRST_MS: u64 = 200;
const LONGEST_MS: u64 = 10_000;

/// Doubling waits between 0.2 and 10 seconds, each shortened by chance so that ten thousand devices
/// that lost a relay at the same moment do not come back at the same moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The next wait; `random` is any evenly spread number.
    pub fn next(&mut self, random: u64) -> Duration {
        let full = FIRST_MS.checked_shl(self.failures.min(16)).unwrap_or(LONGEST_MS).min(LONGEST_MS);
        self.failures = self.failures.saturating_add(1);
        // Between half of it and all of it, and never less than the first.
        let half = full / 2;
        Duration::from_millis((half + random % (full - half + 1)).max(FIRST_MS))
    }

    /// A connection stood for a while: begin anew.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_within_their_bounds() {
        let mut backoff = Backoff::default();
        // The shortest and the longest of each step, in milliseconds.
        for (shortest, longest) in
            [(200, 200), (200, 400), (400, 800), (800, 1600), (1600, 3200), (3200, 6400), (5000, 10_000)]
        {
            let waits: Vec<u64> = (0..20_000)
                .map(|random| {
                    let mut twin = backoff;
                    u64::try_from(twin.next(random).as_millis()).expect("small")
                })
                .collect();
            assert_eq!((waits.iter().min(), waits.iter().max()), (Some(&shortest), Some(&longest)));
            backoff.next(0);
        }
        for _ in 0..100 {
            assert!(backoff.next(u64::MAX) <= Duration::from_millis(LONGEST_MS));
        }
        backoff.reset();
        assert_eq!(backoff.next(7), Duration::from_millis(FIRST_MS));
    }
}
