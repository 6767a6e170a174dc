//! How a call to the relay is written as an HTTP request, and its answer read. Shells send the bytes; that native
//! programs and the browser send the same ones is decided here.
//!
//! A refusal is only what carries one of the relay's own codes. Everything else (a proxy's error page, a captive
//! portal, another program on the port) says nothing about what the relay did.

use bystand_wire::problem::Code;
use bystand_wire::relay_api::{LogKind, LogPart};
use bystand_wire::{DecodeError, Timestamp, codec, encode, limits, to_hex};

use crate::io::{Refusal, Request, Response};

/// A small answer (a place, a time, a problem document), in bytes.
pub const SMALL_LEN: usize = 16 * 1024;
/// An answer to a read: the frames, and up to 2 KiB beside each frame (a pass and its signature).
pub const FRAMES_LEN: usize = limits::READ_LEN + limits::FRAME_LEN + limits::READ_FRAMES * 2 * 1024;
/// An answer with log entries: at most a few of the largest, with their audit paths.
const ENTRIES_LEN: usize = 4 * limits::LOG_ENTRY_LEN;

/// What may share a connection. Reads of streams go each on one of its own where the shell can do that, so that a
/// relay cannot tell by the connection that two streams belong to one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pool {
    /// Puzzles and everything that is appended.
    Appends,
    /// Streams and blobs that are read.
    Reads,
    /// What everybody asks for: the network, the public log.
    Public,
}

/// The method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
}

impl Verb {
    /// As HTTP writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Verb::Get => "GET",
            Verb::Post => "POST",
            Verb::Put => "PUT",
        }
    }
}

/// An HTTP request to the relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What it may share a connection with.
    pub pool: Pool,
    /// The method.
    pub verb: Verb,
    /// The path below the relay's address, without a slash in front.
    pub path: String,
    /// The value of the header that shows who may read, in hex (`bystand_wire::relay_api::READ_HEADER`).
    pub read: Option<String>,
    /// The body, in the relay's media type.
    pub body: Option<Vec<u8>>,
    /// The longest body of a good answer, in bytes; of any other it is [`SMALL_LEN`].
    pub limit: usize,
}

impl Call {
    /// How a call is written.
    pub fn of(request: &Request) -> Self {
        match request {
            Request::Network => Self::public("v1/network".to_owned()),
            Request::LogEntries { part, after, from } => Self::public(entries_path(*part, *after, *from)),
            Request::Work => Self::send(Verb::Get, "v1/work".to_owned(), None),
            Request::Create(id, body) => {
                Self::send(Verb::Put, format!("v1/streams/{id}"), Some(encode(body)))
            }
            Request::Append(id, body) => {
                Self::send(Verb::Post, format!("v1/streams/{id}"), Some(encode(body)))
            }
            Request::Erase(id, body) => {
                Self::send(Verb::Post, format!("v1/streams/{id}/erase"), Some(encode(body)))
            }
            Request::PutBlob(id, body) => Self::send(Verb::Put, format!("v1/blobs/{id}"), Some(encode(body))),
            Request::Log(body) => Self::send(Verb::Post, "v1/log".to_owned(), Some(encode(body))),
            Request::Read(id, after, read) => Self {
                read: read.as_ref().map(|read| to_hex(&encode(read))),
                ..Self::read(Verb::Get, format!("v1/streams/{id}?after={}", after.0), None, FRAMES_LEN)
            },
            Request::Blob(id) => Self::read(Verb::Get, format!("v1/blobs/{id}"), None, limits::BLOB_LEN),
            Request::LeaseBlob(id, body) => {
                Self::read(Verb::Post, format!("v1/blobs/{id}/lease"), Some(encode(body)), limits::BLOB_LEN)
            }
            Request::BlobRead(id, body) => {
                Self::read(Verb::Post, format!("v1/blobs/{id}/read"), Some(encode(body)), SMALL_LEN)
            }
        }
    }

    fn public(path: String) -> Self {
        Self { pool: Pool::Public, verb: Verb::Get, path, read: None, body: None, limit: ENTRIES_LEN }
    }

    fn send(verb: Verb, path: String, body: Option<Vec<u8>>) -> Self {
        Self { pool: Pool::Appends, verb, path, read: None, body, limit: SMALL_LEN }
    }

    fn read(verb: Verb, path: String, body: Option<Vec<u8>>, limit: usize) -> Self {
        Self { pool: Pool::Reads, verb, path, read: None, body, limit }
    }
}

/// Reads the body of a good answer.
///
/// # Errors
/// [`DecodeError`]: the relay did not say what it should.
pub fn accept(request: &Request, body: &[u8]) -> Result<Response, DecodeError> {
    Ok(match request {
        Request::Network => Response::Network(Box::new(codec::decode(body)?)),
        Request::Work => Response::Work(codec::decode(body)?),
        Request::Create(..) | Request::PutBlob(..) => Response::Created(codec::decode(body)?),
        Request::Append(..) => Response::Appended(codec::decode(body)?),
        Request::Read(..) => Response::Frames(codec::decode(body)?),
        Request::Erase(..) | Request::BlobRead(..) => Response::Erased(codec::decode(body)?),
        Request::Blob(_) | Request::LeaseBlob(..) => Response::Blob(body.to_vec()),
        Request::Log(_) => Response::Logged(codec::decode(body)?),
        Request::LogEntries { .. } => Response::LogEntries(Box::new(codec::decode(body)?)),
    })
}

/// Reads a problem document (RFC 9457) with a code of the relay's; `None` for anything else. `retry_after` is the
/// header of that name, in seconds.
pub fn refusal(body: &[u8], retry_after: Option<&str>) -> Option<Refusal> {
    let document: serde_json::Value = serde_json::from_slice(body).ok()?;
    let number = |name: &str| document.get(name).and_then(serde_json::Value::as_u64);
    let seconds = retry_after.and_then(|text| text.parse::<u64>().ok());
    Some(Refusal {
        code: Code::from_text(document.get("code")?.as_str()?)?,
        epoch: number("epoch"),
        relay_time: number("relay_time").map(Timestamp),
        retry_after_ms: number("retry_after_ms").or(seconds.and_then(|seconds| seconds.checked_mul(1_000))),
    })
}

fn entries_path(part: LogPart, after: Option<u64>, from: Option<u64>) -> String {
    let part = match part {
        LogPart::All => None,
        LogPart::News => Some("news=1".to_owned()),
        LogPart::Only(kind) => Some(format!("kind={}", LogKind::code(kind))),
    };
    let parts = [part, after.map(|after| format!("after={after}")), from.map(|from| format!("from={from}"))];
    let query: Vec<String> = parts.into_iter().flatten().collect();
    match query.is_empty() {
        true => "v1/log/entries".to_owned(),
        false => format!("v1/log/entries?{}", query.join("&")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_read_with_what_they_carry() {
        let full = br#"{"type":"about:blank","title":"t","status":409,"code":"stale-epoch","epoch":7,
            "relay_time":5,"retry_after_ms":250}"#;
        assert_eq!(
            refusal(full, Some("9")),
            Some(Refusal {
                code: Code::StaleEpoch,
                epoch: Some(7),
                relay_time: Some(Timestamp(5)),
                retry_after_ms: Some(250)
            })
        );
        let by_header = refusal(br#"{"code":"stale-epoch"}"#, Some("9")).expect("a refusal");
        assert_eq!(by_header.retry_after_ms, Some(9_000));
        for other in
            [&b""[..], b"<html>", b"{}", b"[]", br#"{"code":"of another program"}"#, br#"{"code":7}"#]
        {
            assert_eq!(refusal(other, None), None, "{other:?}");
        }
    }

    #[test]
    fn log_entries_are_asked_for_by_number() {
        assert_eq!(entries_path(LogPart::All, None, None), "v1/log/entries");
        assert_eq!(entries_path(LogPart::News, Some(7), None), "v1/log/entries?news=1&after=7");
        assert_eq!(
            entries_path(LogPart::Only(LogKind::Alert), Some(0), Some(9)),
            "v1/log/entries?kind=2&after=0&from=9"
        );
    }
}
