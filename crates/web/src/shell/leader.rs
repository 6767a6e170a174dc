//! One leading tab: two of them with one vault would both write what only one device may.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request_lock(
        name: &str,
        options: &JsValue,
        held: &Closure<dyn FnMut(JsValue) -> js_sys::Promise>,
    ) -> Result<js_sys::Promise, JsValue>;
}

/// The lead. It ends with this, with the tab, or with the browser.
#[derive(Debug)]
pub struct Lead(Option<js_sys::Function>);

impl Drop for Lead {
    fn drop(&mut self) {
        if let Some(release) = self.0.take() {
            // Resolving a promise does not fail.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Takes the lead of this name; `None` while another tab has it.
pub async fn take(name: &str) -> Option<Lead> {
    let release: Rc<RefCell<Option<js_sys::Function>>> = Rc::default();
    let keeper = Rc::clone(&release);
    let (answer, answered) = promise();
    let held = Closure::new(move |lock: JsValue| {
        let is_ours = !lock.is_null();
        // Resolving a promise does not fail.
        let _ = answer.call1(&JsValue::UNDEFINED, &JsValue::from(is_ours));
        let (done, until) = promise();
        match is_ours {
            true => *keeper.borrow_mut() = Some(done),
            false => drop(done.call0(&JsValue::UNDEFINED)),
        }
        until
    });
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE).ok()?;
    if request_lock(name, &options, &held).is_err() {
        // A browser without locks has no other way to tell: it leads.
        return Some(Lead(None));
    }
    let is_ours = JsFuture::from(answered).await.is_ok_and(|ours| ours.is_truthy());
    drop(held);
    let release = release.borrow_mut().take();
    is_ours.then_some(Lead(release))
}

/// A promise with what resolves it.
fn promise() -> (js_sys::Function, js_sys::Promise) {
    let mut resolver = None;
    let promise = js_sys::Promise::new(&mut |resolve, _| resolver = Some(resolve));
    (resolver.unwrap_or_else(js_sys::Function::default), promise)
}
