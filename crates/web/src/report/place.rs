//! *Near me*: where the phone is, only when the person asks for it.

use std::cell::Cell;
use std::rc::Rc;

use bystand_core::geo::Point;
use web_sys::HtmlFormElement;

use super::dom;
use crate::shell::place::{can_locate, locate};

const ACT: &str = "near-me";

/// Shows the button if the browser can do it. What it finds is put where the form looks.
pub fn offer(form: &HtmlFormElement) -> Rc<Cell<Option<Point>>> {
    let found = Rc::<Cell<Option<Point>>>::default();
    let Some(button) = dom::button(ACT).filter(|_| can_locate()) else { return found };
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
    let (form, kept) = (form.clone(), Rc::clone(kept));
    locate(move |point| {
        match point {
            Some(_) => show(point),
            None => refused(&form),
        }
        kept.set(point);
    });
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
