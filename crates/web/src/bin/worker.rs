//! The worker: takes jobs, one after the other.
#![forbid(unsafe_code)]

use bystand_web::shell::worker::{Done, Job, work};
use bystand_wire::{decode, encode};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn main() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let answering = scope.clone();
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let bytes = js_sys::Uint8Array::new(&event.data()).to_vec();
        let done = decode::<Job>(&bytes).map_or(Done::Failed, work);
        // It fails when the page is gone, and then nobody waits.
        let _ = answering.post_message(&js_sys::Uint8Array::from(encode(&done).as_slice()));
    });
    scope.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
}
