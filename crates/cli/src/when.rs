//! Moments as people read them: by the network's clock on the wall.

use bystand_core::device::Shared;
use bystand_wire::Timestamp;
use jiff::tz::TimeZone;

/// The network's time zone.
#[derive(Debug, Clone)]
pub struct WallClock {
    zone: TimeZone,
}

impl WallClock {
    /// The zone of the manifest; UTC before it is here.
    pub fn of(shared: &Shared) -> Self {
        let name = shared.manifest().map(|verified| verified.manifest().time_zone.clone());
        let zone = name.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC);
        Self { zone }
    }

    /// This machine's own zone.
    pub fn here() -> Self {
        Self { zone: TimeZone::system() }
    }

    /// Minutes that the wall clock is ahead of UTC at a moment.
    pub fn offset_min(&self, moment: Timestamp) -> i32 {
        let ms = i64::try_from(moment.0).unwrap_or(i64::MAX);
        let at = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::MAX);
        self.zone.to_offset(at).seconds() / 60
    }

    /// `14:05` for today, `Nov 21 14:05` for another day.
    pub fn short(&self, moment: Timestamp, now: Timestamp) -> String {
        let (Some(moment), Some(now)) = (self.local(moment), self.local(now)) else { return String::new() };
        let form = if moment.date() == now.date() { "%H:%M" } else { "%b %-d %H:%M" };
        moment.strftime(form).to_string()
    }

    fn local(&self, moment: Timestamp) -> Option<jiff::Zoned> {
        let moment = jiff::Timestamp::from_millisecond(i64::try_from(moment.0).ok()?).ok()?;
        Some(moment.to_zoned(self.zone.clone()))
    }
}

/// A length of time in the largest unit that says enough: `45 s`, `7 min`, `3 h`, `12 days`.
pub fn span(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_by_the_wall_clock() {
        let clock = WallClock { zone: TimeZone::get("America/Chicago").expect("a zone") };
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let now = at("2026-01-14T20:05:00Z");
        for (moment, text) in [
            ("2026-01-14T20:05:00Z", "14:05"),
            ("2026-01-14T06:00:00Z", "00:00"),
            ("2026-01-14T05:59:59Z", "Jan 13 23:59"),
            ("2026-07-04T17:00:00Z", "Jul 4 12:00"),
        ] {
            assert_eq!(clock.short(at(moment), now), text, "{moment}");
        }
    }

    #[test]
    fn spans_use_the_unit_that_says_enough() {
        for (ms, text) in
            [(0, "0 s"), (119_999, "119 s"), (120_000, "2 min"), (7_200_000, "2 h"), (259_200_000, "3 days")]
        {
            assert_eq!(span(ms), text);
        }
    }
}
