//! What browsers are told about every page and file, so that a page can do only what it is for.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;

/// Who may run what on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// A page to read: the one small script, no program.
    Reading,
    /// A page that loads the program that seals, in a browser's sandbox.
    Sealing,
}

/// No form is ever sent by the browser itself: what people write must not get into an address or a plain request.
macro_rules! policy {
    ($scripts:literal) => {
        concat!(
            "default-src 'none'; script-src ",
            $scripts,
            "; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; \
             manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
             require-trusted-types-for 'script'; trusted-types default"
        )
    };
}

const READING: &str = policy!("'self'");
const SEALING: &str = policy!("'self' 'wasm-unsafe-eval'");
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), browsing-topics=(), camera=(self), display-capture=(), \
     encrypted-media=(), fullscreen=(), geolocation=(self), gyroscope=(), hid=(), idle-detection=(), \
     magnetometer=(), microphone=(self), midi=(), payment=(), publickey-credentials-get=(), serial=(), usb=(), \
     xr-spatial-tracking=()";

/// Adds them to a page.
pub fn page(mut response: Response, policy: Policy) -> Response {
    let text = match policy {
        Policy::Reading => READING,
        Policy::Sealing => SEALING,
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(text));
    isolate(headers);
    response
}

/// Adds them to a file that pages load.
pub fn file(mut response: Response) -> Response {
    isolate(response.headers_mut());
    response
}

/// Other sites can neither load what is here into theirs nor hold on to its window.
fn isolate(headers: &mut HeaderMap) {
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", PERMISSIONS),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}
