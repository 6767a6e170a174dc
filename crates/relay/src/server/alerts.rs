//! `/v1/alerts.*` and `/v1/alerts/stream`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use bystand_wire::limits;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{LogKind, LogPart};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::app::{App, stopped};
use super::{body, query};
use crate::feeds::{self, Public};
use crate::hub::{Event, Subscriber};
use crate::log::logged_entries;
use crate::pages;
use crate::rules::Refusal;
use crate::store::{LogQuery, Reader, Stored};

const BRIEFLY: &str = "public, max-age=10";
pub(super) const NOT_SET_UP: Refusal =
    Refusal::new(Code::NotSetUp, "The network has no manifest on this relay yet.");

fn public(app: &App) -> Result<Public, Refusal> {
    Public::of(&app.trust.now(), pages::english(), app.now()).ok_or(NOT_SET_UP)
}

/// Where the pages are, as `https://relay.example`: the main address of the manifest.
pub(super) fn base(app: &App) -> String {
    let authority = app.trust.now();
    let first = authority.manifest().and_then(|m| m.manifest().relays.first().map(ToString::to_string));
    first.unwrap_or_default().trim_end_matches('/').to_owned()
}

/// `GET /v1/alerts.geojson`.
pub async fn geojson(State(app): State<Arc<App>>) -> Response {
    app.answer(public(&app).map(|public| {
        let collection = feeds::geojson_collection(&public).to_string();
        shared(body::bytes(collection, "application/geo+json", BRIEFLY))
    }))
}

/// `GET /v1/alerts.atom`.
pub async fn atom(State(app): State<Arc<App>>) -> Response {
    app.answer(public(&app).map(|public| {
        let feed = feeds::atom_feed(&public, &app.trust.now().network(), &base(&app));
        shared(body::bytes(feed, "application/atom+xml; charset=utf-8", BRIEFLY))
    }))
}

/// `GET /v1/alerts/stream?after=N`: server-sent events, from after a log index (or `Last-Event-ID`).
pub async fn stream(State(app): State<Arc<App>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let outcome = stream_inner(&app, query.as_deref(), &headers);
    app.answer(outcome)
}

/// Public feeds may be read by any web page.
fn shared(mut response: Response) -> Response {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

fn stream_inner(app: &Arc<App>, query: Option<&str>, headers: &HeaderMap) -> Result<Response, Refusal> {
    let last = headers.get("last-event-id").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let after = last.or(query::number(query, "after")?);
    let permit = app.live.clone().try_acquire_owned().map_err(|_| {
        Refusal::new(Code::Busy, "The relay serves as many event streams as it may.").retry_after(30_000)
    })?;
    let queue_len = usize::try_from(app.tuning.live_queue).unwrap_or(usize::MAX);
    let (subscriber, events) = app.hub.subscriber(queue_len);
    app.hub.follow_alerts(&subscriber);
    app.metrics.live.add(1);
    let listener =
        Listener { app: app.clone(), subscriber, events, sent: after, at: Stage::Greeting, _permit: permit };
    let stream = futures_util::stream::unfold(listener, |mut listener| async move {
        let bytes = listener.next().await?;
        Some((Ok::<_, std::convert::Infallible>(bytes), listener))
    });
    Ok(shared(body::bytes(Body::from_stream(stream), "text/event-stream", "no-store")))
}

/// `Greeting` → `Behind` (once or more) → `Live`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing was sent yet: says at once that the stream is open.
    Greeting,
    /// Reads from the log what the reader does not have, until there is nothing left.
    Behind,
    /// Passes on what is pushed.
    Live,
}

/// One reader of the event stream.
struct Listener {
    app: Arc<App>,
    subscriber: Arc<Subscriber>,
    events: mpsc::Receiver<Arc<Event>>,
    /// The last log index sent.
    sent: Option<u64>,
    at: Stage,
    /// Held until the reader is gone.
    _permit: OwnedSemaphorePermit,
}

impl Listener {
    /// The next bytes; `None` ends the stream, and the reader comes back with what it has.
    async fn next(&mut self) -> Option<Bytes> {
        match self.at {
            Stage::Greeting => {
                self.at = Stage::Behind;
                Some(Bytes::from_static(b"retry: 3000\n\n"))
            }
            Stage::Behind => {
                let missed = self.missed().await?;
                if !missed.is_empty() {
                    return Some(missed);
                }
                self.at = Stage::Live;
                self.pushed().await
            }
            Stage::Live => self.pushed().await,
        }
    }

    /// What was logged after the last one the reader has, as much as one answer holds.
    async fn missed(&mut self) -> Option<Bytes> {
        let (now, after) = (self.app.now(), self.sent);
        let read = self.app.readers.read(move |reader| alerts_after(reader, after, now)).await.ok()?;
        let mut bytes = Vec::new();
        for (index, event) in read {
            bytes.extend_from_slice(event.as_bytes());
            self.sent = Some(index);
        }
        Some(bytes.into())
    }

    async fn pushed(&mut self) -> Option<Bytes> {
        let mut stopping = self.app.stopping.clone();
        let pause = Duration::from_secs(self.app.tuning.ping_s.max(1));
        loop {
            let event = tokio::select! {
                event = self.events.recv() => event?,
                // A comment keeps proxies from cutting a quiet line.
                () = tokio::time::sleep(pause) => return Some(Bytes::from_static(b":\n\n")),
                () = stopped(&mut stopping) => return None,
            };
            if self.subscriber.take_lost() {
                return None;
            }
            if let Event::Alert { index, message } = &*event
                && self.sent.is_none_or(|sent| *index > sent)
            {
                self.sent = Some(*index);
                return Some(message.clone());
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.app.hub.drop_subscriber(std::iter::empty(), &self.subscriber);
        self.app.metrics.live.sub(1);
    }
}

/// Alerts after a log index, each as an event with its proof.
pub(super) fn alerts_after(
    reader: &mut dyn Reader,
    after: Option<u64>,
    now: bystand_wire::Timestamp,
) -> Stored<Vec<(u64, String)>> {
    let query = LogQuery::After { part: LogPart::Only(LogKind::Alert), after };
    let Some(mut read) = reader.log(query, limits::READ_FRAMES, limits::READ_LEN, now)? else {
        return Ok(Vec::new());
    };
    let entries = logged_entries(&mut read, reader)?;
    Ok(entries.iter().map(|entry| (entry.index, feeds::sse_event(entry, &read.checkpoint))).collect())
}
