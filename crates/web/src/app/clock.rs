//! Moments and lengths of time in the person's words, in the network's time zone.

use bystand_core::texts::Arg;
use bystand_wire::Timestamp;
use bystand_wire::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use wasm_bindgen::JsValue;

use super::words::{t, t_with, tag};
use crate::shell::clock::now;

/// The time of day, with the day when it is another one than today.
pub fn moment(at: Timestamp) -> String {
    let is_today = day(at) == day(now());
    let options: &[(&str, &str)] = match is_today {
        true => &[("hour", "numeric"), ("minute", "2-digit")],
        false => &[("month", "short"), ("day", "numeric"), ("hour", "numeric"), ("minute", "2-digit")],
    };
    said(at, options)
}

/// The day.
pub fn day(at: Timestamp) -> String {
    said(at, &[("year", "numeric"), ("month", "short"), ("day", "numeric")])
}

/// How long ago, shortly: `now`, `4 min`, `2 h`, `3 d`.
pub fn ago(at: Timestamp) -> String {
    span(now().since_ms(at))
}

/// A length of time, shortly.
pub fn span(ms: u64) -> String {
    let (id, count) = match ms {
        0..MINUTE_MS => return t("time-now"),
        MINUTE_MS..HOUR_MS => ("time-minutes", ms / MINUTE_MS),
        HOUR_MS..DAY_MS => ("time-hours", ms / HOUR_MS),
        _ => ("time-days", ms / DAY_MS),
    };
    t_with(id, &[("count", Arg::Count(u32::try_from(count).unwrap_or(u32::MAX)))])
}

fn said(at: Timestamp, options: &[(&str, &str)]) -> String {
    let object = js_sys::Object::new();
    for (name, value) in options {
        // Setting a field of a fresh object does not fail.
        let _ = js_sys::Reflect::set(&object, &JsValue::from(*name), &JsValue::from(*value));
    }
    let locales = js_sys::Array::of1(&JsValue::from(tag()));
    let format = js_sys::Intl::DateTimeFormat::new(&locales, &object);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
    let date = js_sys::Date::new(&JsValue::from_f64(at.0 as f64));
    let result = format.format().call1(&JsValue::UNDEFINED, &date);
    result.ok().and_then(|text| text.as_string()).unwrap_or_default()
}
