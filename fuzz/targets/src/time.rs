//! Timestamps are numbers that a stranger chooses: no arithmetic on them may overflow.

use bystand_wire::time::{DAY_MS, SECOND_MS};
use bystand_wire::{Quarter, Timestamp, Week};

/// Eight bytes, a timestamp in milliseconds; the rest is ignored.
pub fn run(data: &[u8]) {
    let Some(bytes) = data.first_chunk::<8>() else { return };
    let now = Timestamp(u64::from_be_bytes(*bytes));
    let text = now.to_string();
    let (year, _, _) = now.date_utc();
    let (week, quarter) = (Week::of(now), Quarter::of(now));
    let (after_week, after_quarter) = (week.next(), quarter.next());
    if year <= 9_999 {
        let to_the_second = Timestamp(now.0 / SECOND_MS * SECOND_MS);
        assert_eq!(text.parse(), Ok(to_the_second), "a timestamp that cannot be read back");
        assert!(quarter.start() <= now && now < after_quarter.start(), "outside its quarter");
        // The first days of 1970 belong to a week that began in 1969, before any timestamp.
        assert!(week.start() <= now || now.0 < 7 * DAY_MS, "before its week");
        assert!(now < after_week.start(), "after its week");
    }
}
