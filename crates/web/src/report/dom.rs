//! The page's elements. Texts are put in as text, never as markup.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{
    Document, Element, Event, EventTarget, HtmlElement, HtmlFormElement, HtmlInputElement,
    HtmlTextAreaElement,
};

/// The page.
pub fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// The element of this id.
pub fn by_id(id: &str) -> Option<HtmlElement> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// The form of this id.
pub fn form(id: &str) -> Option<HtmlFormElement> {
    by_id(id)?.dyn_into().ok()
}

/// The first element that a selector finds.
pub fn find(selector: &str) -> Option<HtmlElement> {
    document()?.query_selector(selector).ok()??.dyn_into().ok()
}

/// All elements that a selector finds in another.
pub fn all(inside: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(nodes) = inside.query_selector_all(selector) else { return Vec::new() };
    (0..nodes.length()).filter_map(|at| nodes.get(at)?.dyn_into().ok()).collect()
}

/// A text that the page carries, in its language (`<span hidden data-text="ID">`).
pub fn text(id: &str) -> Option<String> {
    find(&format!("[data-text='{id}']"))?.text_content()
}

/// A button by what it does (`data-act`).
pub fn button(act: &str) -> Option<HtmlElement> {
    find(&format!("[data-act='{act}']"))
}

/// What stands in a field; of radio buttons the one that is chosen.
pub fn value(form: &HtmlFormElement, name: &str) -> String {
    let chosen = form.query_selector(&format!("input[type=radio][name='{name}']:checked")).ok().flatten();
    let other = || form.query_selector(&format!("[name='{name}']:not([type=radio])")).ok().flatten();
    let Some(field) = chosen.or_else(other) else { return String::new() };
    match field.dyn_ref::<HtmlTextAreaElement>() {
        Some(area) => area.value(),
        None => field.dyn_ref::<HtmlInputElement>().map_or_else(String::new, HtmlInputElement::value),
    }
}

/// Whether a box is ticked.
pub fn is_ticked(form: &HtmlFormElement, name: &str) -> bool {
    form.query_selector(&format!("input[name='{name}']:checked")).ok().flatten().is_some()
}

/// Shows a text of the page's in an element, or nothing.
pub fn say(element: &str, text_id: Option<&str>) {
    let said = text_id.and_then(text);
    if let Some(element) = by_id(element) {
        element.set_text_content(said.as_deref());
    }
}

/// Adds a paragraph.
pub fn add(to: &Element, tag: &str, class: &str, text: &str) -> Option<Element> {
    let element = document()?.create_element(tag).ok()?;
    element.set_class_name(class);
    element.set_text_content(Some(text));
    to.append_child(&element).ok()?;
    Some(element)
}

/// Says beside a field what is wrong with it, and goes there.
pub fn complain(form: &HtmlFormElement, field: &str, text_id: &str) {
    let id = format!("error-{field}");
    if let Some(error) = by_id(&id) {
        error.set_text_content(text(text_id).as_deref());
        error.set_hidden(false);
    }
    let Some(input) = form.query_selector(&format!("[name='{field}']")).ok().flatten() else { return };
    // A field in a part that is folded away cannot be gone to.
    if let Ok(Some(fold)) = input.closest("details") {
        let _ = fold.set_attribute("open", "");
    }
    let _ = input.set_attribute("aria-invalid", "true");
    let _ = input.set_attribute("aria-errormessage", &id);
    if let Some(input) = input.dyn_ref::<HtmlElement>() {
        let _ = input.focus();
    }
}

/// Takes back what was said to be wrong.
pub fn clear_complaints(form: &HtmlFormElement) {
    for error in all(form, ".error") {
        error.set_text_content(None);
        error.set_hidden(true);
    }
    for input in all(form, "[aria-invalid]") {
        // Taking away what may not be there does not fail.
        let _ = input.remove_attribute("aria-invalid");
        let _ = input.remove_attribute("aria-errormessage");
    }
}

/// Does something whenever this happens, as long as the page stands.
pub fn on(target: &EventTarget, name: &str, act: impl FnMut(Event) + 'static) {
    let act = Closure::<dyn FnMut(Event)>::new(act);
    // It fails for no event that has a name.
    let _ = target.add_event_listener_with_callback(name, act.as_ref().unchecked_ref());
    act.forget();
}

/// The program is there: whether the button was pressed before.
pub fn begin(form: &HtmlFormElement) -> bool {
    let was_asked = form.has_attribute("data-asked");
    let _ = form.remove_attribute("data-asked");
    let _ = form.set_attribute("data-ready", "");
    was_asked
}
