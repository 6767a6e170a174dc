//! *Near me*: where the phone is, only when the person asks for it.

use std::cell::Cell;
use std::rc::Rc;

use bystand_core::geo::Point;
use js_sys::Reflect;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlFormElement, PositionOptions};

use super::dom;

/// How long the phone may look for itself, in milliseconds.
const PATIENCE_MS: u32 = 20_000;
const ACT: &str = "near-me";

/// Shows the button if the browser can do it. What it finds is put where the form looks.
pub fn offer(form: &HtmlFormElement) -> Rc<Cell<Option<Point>>> {
    let found = Rc::<Cell<Option<Point>>>::default();
    let can = web_sys::window().is_some_and(|window| window.navigator().geolocation().is_ok());
    let Some(button) = dom::button(ACT).filter(|_| can) else { return found };
    button.set_hidden(false);
    show(None);
    let (form, kept) = (form.clone(), Rc::clone(&found));
    dom::on(&button, "click", move |_| {
        dom::clear_complaints(&form);
        match kept.take() {
            // Pressed once more: it is taken back.
            Some(_) => show(None),
            None => look(&form, &kept),
        }
    });
    found
}

fn look(form: &HtmlFormElement, kept: &Rc<Cell<Option<Point>>>) {
    let Some(geolocation) = web_sys::window().and_then(|window| window.navigator().geolocation().ok()) else {
        return;
    };
    let (at_success, at_failure, kept) = (form.clone(), form.clone(), Rc::clone(kept));
    let success = Closure::once_into_js(move |position: JsValue| {
        let point = point_of(&position);
        match point {
            Some(_) => show(point),
            None => refused(&at_success),
        }
        kept.set(point);
    });
    let failure = Closure::once_into_js(move || refused(&at_failure));
    let options = PositionOptions::new();
    options.set_enable_high_accuracy(true);
    options.set_timeout(PATIENCE_MS);
    let asked = geolocation.get_current_position_with_error_callback_and_options(
        success.unchecked_ref(),
        Some(failure.unchecked_ref()),
        &options,
    );
    if asked.is_err() {
        refused(form);
    }
}

/// The bindings have the position's type under a name that is still moving.
fn point_of(position: &JsValue) -> Option<Point> {
    let coordinates = Reflect::get(position, &"coords".into()).ok()?;
    let degrees = |name: &str| Reflect::get(&coordinates, &name.into()).ok()?.as_f64();
    Point::from_degrees(degrees("latitude")?, degrees("longitude")?)
}

fn show(point: Option<Point>) {
    if let Some(button) = dom::button(ACT) {
        // The attribute's name is a good one.
        let _ = button.set_attribute("aria-pressed", if point.is_some() { "true" } else { "false" });
    }
}

fn refused(form: &HtmlFormElement) {
    show(None);
    dom::complain(form, "place_text", "report-error-location-refused");
}
