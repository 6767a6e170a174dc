//! Calls to the relay over HTTP: one [`Request`] in, one [`Response`] out.
//!
//! A response is never read past its limit, redirects are not followed, no cookie is kept. Reads of
//! streams go each on a connection of its own, so that a relay cannot tell by the connection that
//! two streams (a reply stream and the drop, or two reply streams) belong to one device. What the
//! network address still tells it is said in SECURITY.md.

use std::sync::Once;
use std::time::Duration;

use bystand_core::io::{Refusal, Request, Response};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{LogPart, MEDIA_TYPE, READ_HEADER, ReadAuth};
use bystand_wire::{Timestamp, codec, encode, limits, to_hex};
use futures_util::StreamExt;
use reqwest::{Client, Method, StatusCode, redirect};

use crate::address::RelayAddress;

/// A small answer (a place, a time, a problem document), in bytes.
const SMALL_LEN: usize = 16 * 1024;
/// An answer to a read: the frames, and up to 2 KiB beside each frame (a pass and its signature).
const FRAMES_LEN: usize = limits::READ_LEN + limits::FRAME_LEN + limits::READ_FRAMES * 2 * 1024;
/// An answer with log entries: at most a few of the largest, with their audit paths.
const ENTRIES_LEN: usize = 4 * limits::LOG_ENTRY_LEN;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Long enough for the largest chunk over a bad telephone connection.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);

/// The HTTP client could not be set up; the environment's fault.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up encrypted connections (are the system's root certificates installed?)")]
pub struct TransportError(#[source] reqwest::Error);

/// What came of a call.
#[derive(Debug)]
pub struct Answer {
    /// For the engine.
    pub response: Response,
    /// For a person, when the relay could not be reached or made no sense.
    pub trouble: Option<String>,
}

/// The connections to one relay.
#[derive(Debug, Clone)]
pub struct Transport {
    address: RelayAddress,
    /// Puzzles and everything that is appended.
    appends: Client,
    /// Streams and blobs that are read: no connection is used twice.
    reads: Client,
    /// What everybody asks for: the network, the public log.
    public: Client,
}

impl Transport {
    /// Sets up without connecting.
    ///
    /// # Errors
    /// [`TransportError`] when the system's root certificates cannot be used.
    pub fn new(address: RelayAddress) -> Result<Self, TransportError> {
        install_ring();
        let appends = client(&address, 1)?;
        let reads = client(&address, 0)?;
        let public = client(&address, 1)?;
        Ok(Self { address, appends, reads, public })
    }

    /// The relay's address.
    pub fn address(&self) -> &RelayAddress {
        &self.address
    }

    /// Calls the relay. Never fails: what goes wrong is a [`Response::Refused`] or
    /// [`Response::Unreachable`].
    pub async fn call(&self, request: &Request) -> Answer {
        let call = Call::of(request);
        let client = match call.pool {
            Pool::Appends => &self.appends,
            Pool::Reads => &self.reads,
            Pool::Public => &self.public,
        };
        let mut builder = client.request(call.method, self.address.route(&call.path));
        if let Some(read) = call.read {
            builder = builder.header(READ_HEADER, to_hex(&encode(read)));
        }
        if let Some(body) = call.body {
            builder = builder.header(reqwest::header::CONTENT_TYPE, MEDIA_TYPE).body(body);
        }
        let reply = match builder.send().await {
            Ok(reply) => reply,
            Err(error) => return Answer::unreachable(explain(&error)),
        };
        let status = reply.status();
        let retry_after_ms = retry_after_ms(reply.headers());
        let limit = if status.is_success() { call.limit } else { SMALL_LEN };
        match read_within(reply, limit).await {
            Ok(body) if status.is_success() => accept(request, &body),
            Ok(body) => refuse(status, &body, retry_after_ms),
            Err(trouble) => Answer::unreachable(trouble),
        }
    }
}

/// Makes `ring` the process's TLS provider, once; both HTTP and the live connection use it.
pub(crate) fn install_ring() {
    static ONCE: Once = Once::new();
    // A provider that somebody installed before stays: any will do.
    ONCE.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}

enum Pool {
    Appends,
    Reads,
    Public,
}

struct Call<'a> {
    pool: Pool,
    method: Method,
    path: String,
    read: Option<&'a ReadAuth>,
    body: Option<Vec<u8>>,
    limit: usize,
}

impl<'a> Call<'a> {
    fn of(request: &'a Request) -> Self {
        match request {
            Request::Network => Self::public("v1/network".to_owned(), ENTRIES_LEN),
            Request::LogEntries { part, after, from } => {
                Self::public(entries_path(*part, *after, *from), ENTRIES_LEN)
            }
            Request::Work => Self::send(Method::GET, "v1/work".to_owned(), None),
            Request::Create(id, body) => {
                Self::send(Method::PUT, format!("v1/streams/{id}"), Some(encode(body)))
            }
            Request::Append(id, body) => {
                Self::send(Method::POST, format!("v1/streams/{id}"), Some(encode(body)))
            }
            Request::Erase(id, body) => {
                Self::send(Method::POST, format!("v1/streams/{id}/erase"), Some(encode(body)))
            }
            Request::PutBlob(id, body) => {
                Self::send(Method::PUT, format!("v1/blobs/{id}"), Some(encode(body)))
            }
            Request::Log(body) => Self::send(Method::POST, "v1/log".to_owned(), Some(encode(body))),
            Request::Read(id, after, read) => Self {
                read: read.as_ref(),
                ..Self::read(Method::GET, format!("v1/streams/{id}?after={}", after.0), None, FRAMES_LEN)
            },
            Request::Blob(id) => Self::read(Method::GET, format!("v1/blobs/{id}"), None, limits::BLOB_LEN),
            Request::LeaseBlob(id, body) => {
                let path = format!("v1/blobs/{id}/lease");
                Self::read(Method::POST, path, Some(encode(body)), limits::BLOB_LEN)
            }
            Request::BlobRead(id, body) => {
                Self::read(Method::POST, format!("v1/blobs/{id}/read"), Some(encode(body)), SMALL_LEN)
            }
        }
    }

    fn public(path: String, limit: usize) -> Self {
        Self { pool: Pool::Public, method: Method::GET, path, read: None, body: None, limit }
    }

    fn send(method: Method, path: String, body: Option<Vec<u8>>) -> Self {
        Self { pool: Pool::Appends, method, path, read: None, body, limit: SMALL_LEN }
    }

    fn read(method: Method, path: String, body: Option<Vec<u8>>, limit: usize) -> Self {
        Self { pool: Pool::Reads, method, path, read: None, body, limit }
    }
}

impl Answer {
    fn good(response: Response) -> Self {
        Self { response, trouble: None }
    }

    fn unreachable(trouble: String) -> Self {
        Self { response: Response::Unreachable, trouble: Some(trouble) }
    }
}

fn client(address: &RelayAddress, idle: usize) -> Result<Client, TransportError> {
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .referer(false)
        .user_agent("bystand")
        .pool_max_idle_per_host(idle)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(CALL_TIMEOUT);
    if !address.is_encrypted() {
        // No certificate will be looked at: do not make a machine without any fail.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(TransportError)
}

fn entries_path(part: LogPart, after: Option<u64>, from: Option<u64>) -> String {
    let part = match part {
        LogPart::All => None,
        LogPart::News => Some("news=1".to_owned()),
        LogPart::Only(kind) => Some(format!("kind={}", kind.code())),
    };
    let parts = [part, after.map(|after| format!("after={after}")), from.map(|from| format!("from={from}"))];
    let query: Vec<String> = parts.into_iter().flatten().collect();
    match query.is_empty() {
        true => "v1/log/entries".to_owned(),
        false => format!("v1/log/entries?{}", query.join("&")),
    }
}

async fn read_within(reply: reqwest::Response, limit: usize) -> Result<Vec<u8>, String> {
    let too_long = || format!("the relay sent more than {limit} bytes where that much must do");
    if reply.content_length().is_some_and(|length| usize::try_from(length).map_or(true, |l| l > limit)) {
        return Err(too_long());
    }
    let mut body = Vec::new();
    let mut chunks = reply.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| explain(&error))?;
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn accept(request: &Request, body: &[u8]) -> Answer {
    let response = match request {
        Request::Network => codec::decode(body).map(|network| Response::Network(Box::new(network))),
        Request::Work => codec::decode(body).map(Response::Work),
        Request::Create(..) | Request::PutBlob(..) => codec::decode(body).map(Response::Created),
        Request::Append(..) => codec::decode(body).map(Response::Appended),
        Request::Read(..) => codec::decode(body).map(Response::Frames),
        Request::Erase(..) | Request::BlobRead(..) => codec::decode(body).map(Response::Erased),
        Request::Blob(_) | Request::LeaseBlob(..) => Ok(Response::Blob(body.to_vec())),
        Request::Log(_) => codec::decode(body).map(Response::Logged),
        Request::LogEntries { .. } => {
            codec::decode(body).map(|entries| Response::LogEntries(Box::new(entries)))
        }
    };
    match response {
        Ok(response) => Answer::good(response),
        Err(error) => Answer::unreachable(format!("the relay's answer cannot be read: {error}")),
    }
}

/// A refusal is only what carries one of the relay's own codes. Everything else (a proxy's error
/// page, a captive portal, another program on the port) says nothing about what the relay did.
fn refuse(status: StatusCode, body: &[u8], retry_after_ms: Option<u64>) -> Answer {
    match read_problem(body) {
        Some(mut refusal) => {
            refusal.retry_after_ms = refusal.retry_after_ms.or(retry_after_ms);
            Answer::good(Response::Refused(refusal))
        }
        None => Answer::unreachable(format!("the address answers {status}, but not as a relay does")),
    }
}

fn read_problem(body: &[u8]) -> Option<Refusal> {
    let document: serde_json::Value = serde_json::from_slice(body).ok()?;
    let number = |name: &str| document.get(name).and_then(serde_json::Value::as_u64);
    Some(Refusal {
        code: Code::from_text(document.get("code")?.as_str()?)?,
        epoch: number("epoch"),
        relay_time: number("relay_time").map(Timestamp),
        retry_after_ms: number("retry_after_ms"),
    })
}

fn retry_after_ms(headers: &reqwest::header::HeaderMap) -> Option<u64> {
    let seconds: u64 = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    seconds.checked_mul(1_000)
}

/// The innermost cause is the one that says something ("connection refused"); the address is
/// known to whoever reads it.
fn explain(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "the relay did not answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_read_with_what_they_carry() {
        let full = br#"{"type":"about:blank","title":"t","status":409,"code":"stale-epoch","epoch":7,
            "relay_time":5,"retry_after_ms":250}"#;
        assert_eq!(
            read_problem(full),
            Some(Refusal {
                code: Code::StaleEpoch,
                epoch: Some(7),
                relay_time: Some(Timestamp(5)),
                retry_after_ms: Some(250)
            })
        );
        for other in
            [&b""[..], b"<html>", b"{}", b"[]", br#"{"code":"of another program"}"#, br#"{"code":7}"#]
        {
            assert_eq!(read_problem(other), None, "{other:?}");
        }
    }

    #[test]
    fn log_entries_are_asked_for_by_number() {
        assert_eq!(entries_path(LogPart::All, None, None), "v1/log/entries");
        assert_eq!(entries_path(LogPart::News, Some(7), None), "v1/log/entries?news=1&after=7");
        assert_eq!(
            entries_path(LogPart::Only(bystand_wire::relay_api::LogKind::Alert), Some(0), Some(9)),
            "v1/log/entries?kind=2&after=0&from=9"
        );
    }
}
