//! What stands behind the public report form.

/// Takes the form over, if the page has one.
pub fn mount() {
    let form = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("report"));
    let Some(form) = form else { return };
    // The page's words say that it is being got ready until this is taken away.
    let _ = form.remove_attribute("data-waits");
}
