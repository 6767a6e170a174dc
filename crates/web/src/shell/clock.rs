//! The browser's clock.

use bystand_wire::Timestamp;
use wasm_bindgen_futures::JsFuture;

/// Longer waits than this are made of several: a browser's timer holds 31 bits of milliseconds.
const LONGEST_WAIT_MS: u64 = 60 * 60 * 1000;

/// Now.
pub fn now() -> Timestamp {
    Timestamp(whole(js_sys::Date::now()))
}

/// The offset of local time from UTC, in minutes.
pub fn offset_min() -> i32 {
    let minutes = js_sys::Date::new_0().get_timezone_offset();
    i32::try_from(whole_signed(minutes)).unwrap_or(0).saturating_neg()
}

/// Waits; at most an hour.
pub async fn sleep(ms: u64) {
    let ms = i32::try_from(ms.min(LONGEST_WAIT_MS)).unwrap_or(i32::MAX);
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let window = web_sys::window();
        let set =
            window.map(|window| window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms));
        // Without a window nobody waits.
        debug_assert!(set.is_none_or(|set| set.is_ok()));
    });
    // A timer does not fail.
    let _ = JsFuture::from(promise).await;
}

/// A whole number of JavaScript's, which has no others but these up to 2^53.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturating, and the browser's numbers of milliseconds are whole and far below 2^53"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

#[expect(clippy::cast_possible_truncation, reason = "saturating; minutes of an offset are few")]
fn whole_signed(number: f64) -> i64 {
    number as i64
}
