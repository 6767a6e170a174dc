//! The clock that shells hand to engines: the system's, or one that runs faster from a moment on.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bystand_wire::Timestamp;

/// The longest sleep before the clock is read again: a laptop may sleep, or its clock be set, meanwhile.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// Where `now` comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The moment at which this clock and the system's agree.
    anchor: Timestamp,
    rate: u32,
}

impl Clock {
    /// The system's clock.
    pub fn real() -> Self {
        Self { anchor: Timestamp(0), rate: 1 }
    }

    /// A clock that agrees with the system's at `anchor` and runs `rate` times as fast from there
    /// on. All processes given the same two numbers agree with each other, whenever they start.
    pub fn scaled(anchor: Timestamp, rate: u32) -> Self {
        Self { anchor, rate: rate.max(1) }
    }

    /// How many times as fast as the system's clock this one runs.
    pub fn rate(self) -> u32 {
        self.rate
    }

    /// The moment it is.
    pub fn now(self) -> Timestamp {
        self.scale(system_now())
    }

    /// How long to wait, in real time, until this clock shows `moment`.
    pub fn real_wait(self, moment: Timestamp) -> Duration {
        let ahead_ms = moment.since_ms(self.now());
        Duration::from_millis(ahead_ms.div_ceil(u64::from(self.rate)))
    }

    /// Returns when this clock shows `moment`, even when the system's clock is set meanwhile.
    pub async fn sleep_until(self, moment: Timestamp) {
        loop {
            let wait = self.real_wait(moment);
            if wait.is_zero() {
                return;
            }
            tokio::time::sleep(wait.min(LONGEST_SLEEP)).await;
        }
    }

    fn scale(self, real: Timestamp) -> Timestamp {
        if real < self.anchor {
            return real;
        }
        self.anchor.plus_ms(real.since_ms(self.anchor).saturating_mul(u64::from(self.rate)))
    }
}

/// The system's clock, in milliseconds since 1970; a clock set before that reads as 1970.
fn system_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scaled_clock_agrees_at_its_anchor_and_runs_ahead() {
        let clock = Clock::scaled(Timestamp(1_000_000), 20);
        assert_eq!(clock.scale(Timestamp(999_000)), Timestamp(999_000));
        assert_eq!(clock.scale(Timestamp(1_000_000)), Timestamp(1_000_000));
        assert_eq!(clock.scale(Timestamp(1_003_000)), Timestamp(1_060_000));
        assert_eq!(Clock::scaled(Timestamp(5), 0).rate(), 1);
    }

    #[test]
    fn the_real_clock_is_the_systems() {
        let before = system_now();
        let now = Clock::real().now();
        assert!(before <= now && now <= system_now());
        assert_eq!(Clock::real().real_wait(Timestamp(0)), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn sleeping_until_the_past_returns_at_once() {
        Clock::real().sleep_until(Timestamp(1)).await;
    }
}
