//! The one place where refusals become HTTP (RFC 9457 problem details).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bystand_wire::problem::Code;
use bystand_wire::to_hex;
use serde_json::{Map, Value, json};

use super::app::App;
use crate::rules::Refusal;

/// Media type of a problem document.
pub const PROBLEM_TYPE: &str = "application/problem+json";

impl App {
    /// A handler's outcome as a response.
    pub fn answer(&self, outcome: Result<Response, Refusal>) -> Response {
        outcome.unwrap_or_else(|refusal| self.problem(&refusal))
    }

    /// A refusal as a response. Besides the members of the RFC it has `code`, and where they help
    /// `epoch`, `relay_time` (both numbers), `retry_after_ms` and `work` (`nonce` in hex, `effort`,
    /// `valid_until`).
    pub fn problem(&self, refusal: &Refusal) -> Response {
        self.metrics.refused(refusal.code);
        let code = refusal.code;
        let mut members = Map::new();
        members.insert("type".into(), json!(format!("urn:bystand:problem:{code}")));
        members.insert("title".into(), json!(title(code)));
        members.insert("status".into(), json!(code.status()));
        members.insert("detail".into(), json!(refusal.detail));
        members.insert("code".into(), json!(code.as_str()));
        if let Some(epoch) = refusal.epoch {
            members.insert("epoch".into(), json!(epoch));
        }
        if code == Code::ClockSkew {
            members.insert("relay_time".into(), json!(self.now().0));
        }
        if code == Code::WorkNeeded {
            let offer = self.work_offer();
            let work = json!({
                "nonce": to_hex(offer.nonce.as_bytes()),
                "effort": offer.effort,
                "valid_until": offer.valid_until.0,
            });
            members.insert("work".into(), work);
        }
        if let Some(ms) = refusal.retry_after_ms {
            members.insert("retry_after_ms".into(), json!(ms));
        }
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Value::Object(members).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(ms) = refusal.retry_after_ms {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
        }
        response
    }
}

fn title(code: Code) -> &'static str {
    match code {
        Code::Malformed => "The request cannot be read",
        Code::TooLarge => "Too large",
        Code::NotFound => "Not found",
        Code::Exists => "Exists with other content",
        Code::StalePolicy => "The policy does not continue the one held",
        Code::StaleEpoch => "The room has moved on",
        Code::NotAllowed => "Not allowed",
        Code::WorkNeeded => "Proof of work is needed",
        Code::PassInvalid => "The pass does not count",
        Code::PassSpent => "The pass was used before",
        Code::CertificateInvalid => "The certificate does not count",
        Code::ClockSkew => "The clock is too far off",
        Code::StreamFull => "The stream is full",
        Code::NoQuorum => "The alert lacks its quorum",
        Code::Backwards => "Versions only go up",
        Code::OtherNetwork => "Belongs to another network",
        Code::Busy => "Too many requests",
        Code::CannotStore => "The relay cannot store now",
        Code::NotSetUp => "The network has no manifest here yet",
        Code::Leased => "Leased or read",
        Code::Internal => "A bug of the relay",
        // The list of codes may grow; an older relay never sends the newer ones.
        _ => "Refused",
    }
}
