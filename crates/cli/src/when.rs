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

    /// `14:05` for today, `Nov 21 14:05` for another day, `Nov 21, 2027` for another year.
    pub fn short(&self, moment: Timestamp, now: Timestamp) -> String {
        let (Some(moment), Some(now)) = (self.local(moment), self.local(now)) else { return String::new() };
        let form = match (moment.date() == now.date(), moment.year() == now.year()) {
            (true, _) => "%H:%M",
            (false, true) => "%b %-d %H:%M",
            (false, false) => "%b %-d, %Y",
        };
        moment.strftime(form).to_string()
    }

    /// Minutes that the wall clock is ahead of UTC at a moment.
    pub fn offset_min(&self, moment: Timestamp) -> i32 {
        self.local(moment).map_or(0, |local| local.offset().seconds() / 60)
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
            ("2027-01-14T20:05:00Z", "Jan 14, 2027"),
        ] {
            assert_eq!(clock.short(at(moment), now), text, "{moment}");
        }
    }

    #[test]
    fn the_offset_follows_the_season() {
        let clock = WallClock { zone: TimeZone::get("America/Chicago").expect("a zone") };
        assert_eq!(clock.offset_min("2026-01-14T20:05:00Z".parse().expect("a moment")), -360);
        assert_eq!(clock.offset_min("2026-07-14T20:05:00Z".parse().expect("a moment")), -300);
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
