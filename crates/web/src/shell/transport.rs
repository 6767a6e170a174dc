//! Calls to the relay by `fetch`: no cookie, no cache, no redirect, no referrer.
//!
//! A browser shares connections as it likes, so here the relay can tell that two streams are read by one browser.
//! SECURITY.md says so.

use bystand_core::http::{self, Call};
use bystand_core::io::{Request, Response};
use bystand_wire::relay_api::{MEDIA_TYPE, READ_HEADER};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestRedirect,
};

use super::in_words;

/// How long a call may take, in milliseconds: long enough for the largest chunk over a bad connection.
const PATIENCE_MS: i32 = 60_000;

/// What came of a call.
#[derive(Debug)]
pub struct Answer {
    /// For the engine.
    pub response: Response,
    /// For a person, when the relay could not be reached or made no sense.
    pub trouble: Option<String>,
}

/// Calls the relay whose pages these are. Never fails: what goes wrong is a [`Response::Refused`] or
/// [`Response::Unreachable`].
pub async fn call(request: &Request) -> Answer {
    let call = Call::of(request);
    let limit = call.limit;
    let reply = match fetch(call).await {
        Ok(reply) => reply,
        Err(error) => return unreachable(in_words(&error)),
    };
    let limit = if reply.ok() { limit } else { http::SMALL_LEN };
    let body = match read_within(&reply, limit).await {
        Ok(body) => body,
        Err(error) => return unreachable(in_words(&error)),
    };
    if reply.ok() {
        return match http::accept(request, &body) {
            Ok(response) => Answer { response, trouble: None },
            Err(error) => unreachable(format!("the relay's answer cannot be read: {error}")),
        };
    }
    let retry_after = reply.headers().get("retry-after").ok().flatten();
    match http::refusal(&body, retry_after.as_deref()) {
        Some(refusal) => Answer { response: Response::Refused(refusal), trouble: None },
        None => unreachable(format!("the address answers {}, but not as a relay does", reply.status())),
    }
}

async fn fetch(call: Call) -> Result<web_sys::Response, JsValue> {
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    let headers = Headers::new()?;
    if let Some(read) = &call.read {
        headers.set(READ_HEADER, read)?;
    }
    let init = RequestInit::new();
    init.set_method(call.verb.as_str());
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    init.set_redirect(RequestRedirect::Error);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    if let Some(body) = &call.body {
        headers.set("content-type", MEDIA_TYPE)?;
        init.set_body(&js_sys::Uint8Array::from(body.as_slice()));
    }
    init.set_headers(&headers);
    let abort = AbortController::new()?;
    init.set_signal(Some(&abort.signal()));
    let give_up = wasm_bindgen::closure::Closure::once_into_js(move || abort.abort());
    let timer =
        window.set_timeout_with_callback_and_timeout_and_arguments_0(give_up.unchecked_ref(), PATIENCE_MS)?;
    let reply = JsFuture::from(window.fetch_with_str_and_init(&format!("/{}", call.path), &init)).await;
    window.clear_timeout_with_handle(timer);
    reply?.dyn_into()
}

/// The body, never more of it than the limit.
async fn read_within(reply: &web_sys::Response, limit: usize) -> Result<Vec<u8>, JsValue> {
    let too_long = || JsValue::from(js_sys::Error::new("the relay sent more than it should"));
    let Some(stream) = reply.body() else { return Ok(Vec::new()) };
    let reader: web_sys::ReadableStreamDefaultReader = stream.get_reader().dyn_into()?;
    let mut body = Vec::new();
    loop {
        let part = JsFuture::from(reader.read()).await?;
        if js_sys::Reflect::get(&part, &"done".into())?.is_truthy() {
            return Ok(body);
        }
        let part: js_sys::Uint8Array = js_sys::Reflect::get(&part, &"value".into())?.dyn_into()?;
        let length = usize::try_from(part.length()).map_err(|_| too_long())?;
        if body.len().saturating_add(length) > limit {
            // The rest is not wanted; the relay notices.
            let _ = JsFuture::from(reader.cancel()).await;
            return Err(too_long());
        }
        body.extend(part.to_vec());
    }
}

fn unreachable(trouble: String) -> Answer {
    Answer { response: Response::Unreachable, trouble: Some(trouble) }
}
