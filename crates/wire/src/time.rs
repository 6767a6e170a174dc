//! Time as an argument: a timestamp in milliseconds, ISO weeks and quarters in UTC.

use alloc::string::ToString;
use core::fmt;
use core::str::FromStr;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

/// Milliseconds in a second.
pub const SECOND_MS: u64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE_MS: u64 = 60 * SECOND_MS;
/// Milliseconds in an hour.
pub const HOUR_MS: u64 = 60 * MINUTE_MS;
/// Milliseconds in a day.
pub const DAY_MS: u64 = 24 * HOUR_MS;
/// Milliseconds in a week.
pub const WEEK_MS: u64 = 7 * DAY_MS;

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode)]
#[cbor(transparent)]
pub struct Timestamp(#[n(0)] pub u64);

impl Timestamp {
    /// This moment plus `ms` milliseconds (stops at the end of time).
    #[must_use]
    pub fn plus_ms(self, ms: u64) -> Timestamp {
        Timestamp(self.0.saturating_add(ms))
    }

    /// This moment minus `ms` milliseconds (stops at 1970).
    #[must_use]
    pub fn minus_ms(self, ms: u64) -> Timestamp {
        Timestamp(self.0.saturating_sub(ms))
    }

    /// Milliseconds since `earlier`; 0 when that lies in the future.
    pub fn since_ms(self, earlier: Timestamp) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Year, month (1-12) and day (1-31) in UTC.
    pub fn date_utc(self) -> (i64, u32, u32) {
        civil_from_days(self.days())
    }

    fn days(self) -> i64 {
        i64::try_from(self.0 / DAY_MS).unwrap_or(i64::MAX / 2)
    }
}

/// RFC 3339 in UTC with seconds, as `2026-11-21T14:05:00Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m, d) = self.date_utc();
        let s = self.0 / SECOND_MS % 86_400;
        write!(f, "{y:04}-{m:02}-{d:02}T{:02}:{:02}:{:02}Z", s / 3600, s / 60 % 60, s % 60)
    }
}

/// A text was not a week, quarter or timestamp in its one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid time")]
pub struct BadTime;

impl FromStr for Timestamp {
    type Err = BadTime;
    /// Reads exactly the form that [`fmt::Display`] writes.
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let number = |range: core::ops::Range<usize>| -> Result<i64, BadTime> {
            text.get(range).and_then(|t| t.parse().ok()).ok_or(BadTime)
        };
        let days = days_from_civil(number(0..4)?, number(5..7)?, number(8..10)?);
        let seconds = days * 86_400 + number(11..13)? * 3600 + number(14..16)? * 60 + number(17..19)?;
        let stamp = Timestamp(u64::try_from(seconds).map_err(|_| BadTime)? * SECOND_MS);
        if stamp.to_string() == text { Ok(stamp) } else { Err(BadTime) }
    }
}

/// An ISO 8601 week in UTC, Monday to Sunday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week {
    /// ISO year: the year of the week's Thursday.
    pub year: u16,
    /// 1 to 53.
    pub week: u8,
}

impl Week {
    /// The week that holds a moment.
    pub fn of(now: Timestamp) -> Week {
        let days = now.days();
        // 1970-01-01 was a Thursday; Monday = 0.
        let weekday = (days + 3).rem_euclid(7);
        let thursday = days - weekday + 3;
        let (year, _, _) = civil_from_days(thursday);
        let first = days_from_civil(year, 1, 1);
        Week {
            year: u16::try_from(year).unwrap_or(u16::MAX),
            week: u8::try_from((thursday - first) / 7 + 1).unwrap_or(53),
        }
    }

    /// Monday 00:00 UTC.
    pub fn start(self) -> Timestamp {
        let jan4 = days_from_civil(i64::from(self.year), 1, 4);
        let monday = jan4 - (jan4 + 3).rem_euclid(7) + (i64::from(self.week) - 1) * 7;
        Timestamp(u64::try_from(monday).unwrap_or(0) * DAY_MS)
    }

    /// The week after.
    #[must_use]
    pub fn next(self) -> Week {
        Week::of(self.start().plus_ms(WEEK_MS))
    }
}

/// A quarter of a year in UTC: what card passes live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    /// Calendar year.
    pub year: u16,
    /// 1 to 4.
    pub quarter: u8,
}

impl Quarter {
    /// The quarter that holds a moment.
    pub fn of(now: Timestamp) -> Quarter {
        let (year, month, _) = now.date_utc();
        Quarter {
            year: u16::try_from(year).unwrap_or(u16::MAX),
            quarter: u8::try_from((month.saturating_sub(1)) / 3 + 1).unwrap_or(4),
        }
    }

    /// First day, 00:00 UTC.
    pub fn start(self) -> Timestamp {
        let month = i64::from(self.quarter.saturating_sub(1)) * 3 + 1;
        Timestamp(u64::try_from(days_from_civil(i64::from(self.year), month, 1)).unwrap_or(0) * DAY_MS)
    }

    /// The quarter after.
    #[must_use]
    pub fn next(self) -> Quarter {
        if self.quarter >= 4 {
            Quarter { year: self.year.saturating_add(1), quarter: 1 }
        } else {
            Quarter { year: self.year, quarter: self.quarter + 1 }
        }
    }
}

/// How long a pass is good for, written `2026-W47` or `2026-Q4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// All purposes but cards.
    Week(Week),
    /// Cards.
    Quarter(Quarter),
}

impl Period {
    /// First moment.
    pub fn start(self) -> Timestamp {
        match self {
            Period::Week(w) => w.start(),
            Period::Quarter(q) => q.start(),
        }
    }

    /// First moment after it.
    pub fn end(self) -> Timestamp {
        match self {
            Period::Week(w) => w.next().start(),
            Period::Quarter(q) => q.next().start(),
        }
    }

    /// Whether a pass of this period counts at `now`: from its start until 24 h after its end.
    pub fn accepts(self, now: Timestamp) -> bool {
        now >= self.start() && now < self.end().plus_ms(crate::limits::PERIOD_GRACE_MS)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Period::Week(w) => write!(f, "{:04}-W{:02}", w.year, w.week),
            Period::Quarter(q) => write!(f, "{:04}-Q{}", q.year, q.quarter),
        }
    }
}

impl FromStr for Period {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let year: u16 = text.get(..4).and_then(|y| y.parse().ok()).ok_or(BadTime)?;
        let number: u8 = text.get(6..).and_then(|n| n.parse().ok()).ok_or(BadTime)?;
        let period = match text.get(4..6) {
            Some("-W") if (1..=53).contains(&number) => Period::Week(Week { year, week: number }),
            Some("-Q") if (1..=4).contains(&number) => Period::Quarter(Quarter { year, quarter: number }),
            _ => return Err(BadTime),
        };
        // A week 53 of a year that has 52 is the next year's first, and time begins in 1970.
        let exists = match period {
            Period::Week(week) => Week::of(week.start()) == week,
            Period::Quarter(quarter) => Quarter::of(quarter.start()) == quarter,
        };
        if exists && period.to_string() == text { Ok(period) } else { Err(BadTime) }
    }
}

impl<C> Encode<C> for Period {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.str(&self.to_string())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Period {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        d.str()?.parse().map_err(decode::Error::message)
    }
}

/// Days since 1970-01-01 to year, month, day (H. Hinnant, "chrono-compatible low-level date algorithms").
fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year, u32::try_from(month).unwrap_or(1), u32::try_from(day).unwrap_or(1))
}

/// Year, month, day to days since 1970-01-01 (the same source).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn weeks_follow_iso_8601() {
        // Cases from the standard's corner: years that begin or end inside a neighbor's week.
        for (moment, week) in [
            ("2024-12-30T00:00:00Z", "2025-W01"),
            ("2020-12-31T23:59:59Z", "2020-W53"),
            ("2021-01-03T23:59:59Z", "2020-W53"),
            ("2021-01-04T00:00:00Z", "2021-W01"),
            ("2026-11-21T12:00:00Z", "2026-W47"),
        ] {
            let w = Week::of(at(moment));
            assert_eq!(Period::Week(w).to_string(), week, "{moment}");
            assert_eq!(Week::of(w.start()), w, "{moment}");
            assert!(w.start() <= at(moment) && at(moment) < w.next().start(), "{moment}");
        }
    }

    #[test]
    fn periods_accept_their_grace_and_no_more() {
        let p: Period = "2026-W47".parse().expect("a week");
        assert!(!p.accepts(at("2026-11-15T23:59:59Z")));
        assert!(p.accepts(at("2026-11-16T00:00:00Z")));
        assert!(p.accepts(at("2026-11-23T23:59:59Z")));
        assert!(!p.accepts(at("2026-11-24T00:00:00Z")));
        let q: Period = "2026-Q4".parse().expect("a quarter");
        assert!(q.accepts(at("2026-12-31T23:59:59Z")) && !q.accepts(at("2026-09-30T23:59:59Z")));
    }

    #[test]
    fn only_periods_that_exist_are_read() {
        for bad in ["2025-W53", "2021-W53", "2026-W00", "0000-W01", "1969-W52", "0000-Q1", "1969-Q4"] {
            assert!(bad.parse::<Period>().is_err(), "{bad}");
        }
        for good in ["2020-W53", "2026-W53", "2025-W52", "1970-W01", "1970-Q1", "9999-W52", "9999-Q4"] {
            assert_eq!(good.parse::<Period>().map(|p| p.to_string()).as_deref(), Ok(good));
        }
    }

    #[test]
    fn texts_have_one_form() {
        for bad in ["2026-W7", "2026-w07", "2026-Q5", "2026-W54", "20260-W1", "", "2026-W+7"] {
            assert!(bad.parse::<Period>().is_err(), "{bad}");
        }
        for bad in ["2026-11-21T12:00:00", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "x"] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
        assert_eq!(at("2026-11-21T12:00:00Z").to_string(), "2026-11-21T12:00:00Z");
    }
}
