//! Calls to the relay over HTTP: one [`Request`] in, one [`Response`] out.
//!
//! A response is never read past its limit, redirects are not followed, no cookie is kept. Reads of
//! streams go each on a connection of its own, so that a relay cannot tell by the connection that
//! two streams (a reply stream and the drop, or two reply streams) belong to one device. What the
//! network address still tells it is said in SECURITY.md.

use std::sync::Once;
use std::time::Duration;

use bystand_core::http::{self, Call, Pool, Verb};
use bystand_core::io::{Request, Response};
use bystand_wire::relay_api::{MEDIA_TYPE, READ_HEADER};
use futures_util::StreamExt;
use reqwest::{Client, Method, redirect};

use crate::address::RelayAddress;

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
        let method = match call.verb {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
        };
        let mut builder = client.request(method, self.address.route(&call.path));
        if let Some(read) = call.read {
            builder = builder.header(READ_HEADER, read);
        }
        if let Some(body) = call.body {
            builder = builder.header(reqwest::header::CONTENT_TYPE, MEDIA_TYPE).body(body);
        }
        let reply = match builder.send().await {
            Ok(reply) => reply,
            Err(error) => return Answer::unreachable(explain(&error)),
        };
        let status = reply.status();
        let retry_after = reply.headers().get(reqwest::header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let limit = if status.is_success() { call.limit } else { http::SMALL_LEN };
        let body = match read_within(reply, limit).await {
            Ok(body) => body,
            Err(trouble) => return Answer::unreachable(trouble),
        };
        if status.is_success() {
            return match http::accept(request, &body) {
                Ok(response) => Answer::good(response),
                Err(error) => Answer::unreachable(format!("the relay's answer cannot be read: {error}")),
            };
        }
        match http::refusal(&body, retry_after.as_deref()) {
            Some(refusal) => Answer::good(Response::Refused(refusal)),
            None => Answer::unreachable(format!("the address answers {status}, but not as a relay does")),
        }
    }
}

/// For files that everybody may fetch.
pub(crate) fn files(address: &RelayAddress) -> Result<Client, TransportError> {
    install_ring();
    client(address, 1)
}

/// Makes `ring` the process's TLS provider, once; both HTTP and the live connection use it.
pub(crate) fn install_ring() {
    static ONCE: Once = Once::new();
    // A provider that somebody installed before stays: any will do.
    ONCE.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
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

pub(crate) async fn read_within(reply: reqwest::Response, limit: usize) -> Result<Vec<u8>, String> {
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

/// The innermost cause is the one that says something ("connection refused"); the address is
/// known to whoever reads it.
pub(crate) fn explain(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "the relay did not answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
