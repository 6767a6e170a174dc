//! Where the person is, when they ask for it.

use bystand_core::geo::Point;
use js_sys::Reflect;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::PositionOptions;

/// How long the phone may look for itself, in milliseconds.
const PATIENCE_MS: u32 = 20_000;

/// Whether this browser can say where it is.
pub fn can_locate() -> bool {
    web_sys::window().is_some_and(|window| window.navigator().geolocation().is_ok())
}

/// Asks the browser where the person is; `None` when it or they refuse. It is not sent anywhere by this.
pub fn locate(then: impl Fn(Option<Point>) + Clone + 'static) {
    let Some(geolocation) = web_sys::window().and_then(|window| window.navigator().geolocation().ok()) else {
        return then(None);
    };
    let (at_failure, at_refusal) = (then.clone(), then.clone());
    let success = Closure::once_into_js(move |position: JsValue| then(point_of(&position)));
    let failure = Closure::once_into_js(move || at_failure(None));
    let options = PositionOptions::new();
    options.set_enable_high_accuracy(true);
    options.set_timeout(PATIENCE_MS);
    let asked = geolocation.get_current_position_with_error_callback_and_options(
        success.unchecked_ref(),
        Some(failure.unchecked_ref()),
        &options,
    );
    if asked.is_err() {
        at_refusal(None);
    }
}

/// The bindings have the position's type under a name that is still moving.
fn point_of(position: &JsValue) -> Option<Point> {
    let coordinates = Reflect::get(position, &"coords".into()).ok()?;
    let degrees = |name: &str| Reflect::get(&coordinates, &name.into()).ok()?.as_f64();
    Point::from_degrees(degrees("latitude")?, degrees("longitude")?)
}
