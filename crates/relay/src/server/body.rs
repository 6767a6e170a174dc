//! Request bodies in, CBOR answers out.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::MEDIA_TYPE;
use bystand_wire::{DecodeError, decode, encode};
use minicbor::{Decode, Encode};

use crate::rules::Refusal;

/// Reads a whole body of at most `limit` bytes, within the time a client gets for it.
///
/// # Errors
/// `too-large`, `malformed`.
pub async fn read(headers: &HeaderMap, body: Body, limit: usize, timeout_s: u64) -> Result<Bytes, Refusal> {
    const TOO_LARGE: Refusal = Refusal::new(Code::TooLarge, "The body is longer than this call takes.");
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<usize>().ok());
    if announced.is_some_and(|n| n > limit) {
        return Err(TOO_LARGE);
    }
    let reading = axum::body::to_bytes(body, limit);
    match tokio::time::timeout(Duration::from_secs(timeout_s), reading).await {
        Ok(Ok(bytes)) => Ok(bytes),
        // A body without a length that goes on past the limit, or a client that went away.
        Ok(Err(_)) => Err(TOO_LARGE),
        Err(_) => Err(Refusal::new(Code::Malformed, "The body did not come in time.")),
    }
}

/// Decodes a canonical body.
///
/// # Errors
/// `malformed`.
pub fn parse<T>(bytes: &[u8]) -> Result<T, Refusal>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    decode(bytes).map_err(|e| unreadable(&e))
}

/// What a decoding error is called.
pub fn unreadable(error: &DecodeError) -> Refusal {
    match error {
        DecodeError::TooLong { .. } => Refusal::new(Code::TooLarge, "Longer than its kind may be."),
        DecodeError::Malformed(_) => Refusal::new(Code::Malformed, "The body is not the expected CBOR."),
        DecodeError::NotCanonical => Refusal::new(Code::Malformed, "The body is not in canonical form."),
        DecodeError::Unknown(_) => {
            Refusal::new(Code::Malformed, "A version or kind this relay does not know.")
        }
    }
}

/// A CBOR answer that nobody keeps.
pub fn cbor<T: Encode<()>>(value: &T) -> Response {
    bytes(encode(value), MEDIA_TYPE, "no-store")
}

/// Bytes with a type and a caching rule.
pub fn bytes(body: impl Into<Body>, media_type: &'static str, caching: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
    ];
    (StatusCode::OK, headers, body.into()).into_response()
}
