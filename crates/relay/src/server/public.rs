//! The public log over HTTP, the network's manifest and key note, and the work offer.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bystand_crypto::hash;
use bystand_wire::limits;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{LogEntry, LogKind, LogPart};

use super::app::App;
use super::{blobs, body, query};
use crate::log::{self, EntriesTile, entries_bytes, tile_bytes};
use crate::rules::Refusal;
use crate::rules::publish::AcceptedEntry;
use crate::store::{LogQuery, LogRead};
use crate::writer::actions::Publish;

/// A log entry's body with its wrapping.
const BODY_LEN: usize = limits::LOG_ENTRY_LEN + 64;
const TILE: &str = "application/octet-stream";
const FOREVER: &str = "public, max-age=604800, immutable";
const BRIEFLY: &str = "public, max-age=2";
const NOT_SET_UP: Refusal = Refusal::new(Code::NotSetUp, "The network has no manifest on this relay yet.");

/// `GET /v1/work`.
pub async fn work(State(app): State<Arc<App>>) -> Response {
    body::cbor(&app.work_offer())
}

/// `POST /v1/log`.
pub async fn publish(State(app): State<Arc<App>>, headers: HeaderMap, b: Body) -> Response {
    app.answer(publish_inner(&app, &headers, b).await)
}

/// `GET /v1/log/entries`.
pub async fn entries(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    app.answer(entries_inner(&app, query.as_deref()).await)
}

/// `GET /v1/network`.
pub async fn network(State(app): State<Arc<App>>) -> Response {
    app.answer(network_inner(&app).await)
}

/// `GET /log/checkpoint`.
pub async fn checkpoint(State(app): State<Arc<App>>) -> Response {
    app.answer(checkpoint_inner(&app).await)
}

/// `GET /log/tile/...`.
pub async fn tile(State(app): State<Arc<App>>, Path(path): Path<String>) -> Response {
    app.answer(tile_inner(&app, path).await)
}

async fn publish_inner(app: &App, headers: &HeaderMap, b: Body) -> Result<Response, Refusal> {
    let _memory = blobs::large_body(app)?;
    let bytes = body::read(headers, b, BODY_LEN, app.tuning.body_timeout_s).await?;
    let entry: LogEntry = body::parse(&bytes)?;
    let longest = match entry.kind {
        LogKind::Alert => limits::ALERT_NOTE_LEN,
        LogKind::Manifest
        | LogKind::KeyNote
        | LogKind::EpochAuthenticator
        | LogKind::Certificates
        | LogKind::IssuanceTotals => limits::LOG_ENTRY_LEN,
    };
    if entry.body.len() > longest {
        return Err(Refusal::new(Code::TooLarge, "The entry is longer than its kind may be."));
    }
    let authority = app.trust.now();
    let now = app.now();
    let checking = tokio::task::spawn_blocking(move || {
        let accepted = authority.read_log_entry(entry.kind, &entry.body, now);
        (entry, accepted)
    });
    let (entry, accepted) =
        checking.await.map_err(|_| Refusal::new(Code::Internal, "The entry's check did not end."))?;
    let body_hash = hash::plain_sha256(&entry.body);
    let accepted = match accepted {
        Ok(accepted) => accepted,
        Err(code) => {
            // The same entry again gets the same answer, though by now its passes are used and its
            // version is held. The writer finds it and takes nothing from what is given here.
            let kind = entry.kind;
            let known = app.readers.read(move |reader| reader.find_log_entry(kind, &body_hash)).await?;
            known.ok_or(Refusal::new(code, refused(kind, code)))?;
            AcceptedEntry::default()
        }
    };
    let action = Publish { kind: entry.kind, body_hash, body: entry.body.into(), accepted };
    Ok(body::cbor(&app.writer.ask(action).await?))
}

async fn entries_inner(app: &App, query: Option<&str>) -> Result<Response, Refusal> {
    const MALFORMED: Refusal = Refusal::new(
        Code::Malformed,
        "Ask for one kind there is (`kind`), for the news (`news=1`), or for all.",
    );
    let kind = query::number(query, "kind")?;
    let kind = kind
        .map(|code| LogKind::ALL.into_iter().find(|k| u64::from(k.code()) == code).ok_or(MALFORMED))
        .transpose()?;
    let part = match (kind, query::number(query, "news")?) {
        (None, None) => LogPart::All,
        (Some(kind), None) => LogPart::Only(kind),
        (None, Some(1)) => LogPart::News,
        (_, Some(_)) => return Err(MALFORMED),
    };
    let after = query::number(query, "after")?;
    let from = query::number(query, "from")?;
    let now = app.now();
    let answer = app
        .readers
        .read(move |reader| log::entries(reader, LogQuery::After { part, after }, from, now))
        .await?;
    Ok(body::cbor(&answer.ok_or(NOT_SET_UP)?))
}

async fn network_inner(app: &App) -> Result<Response, Refusal> {
    let now = app.now();
    let (id, generation) = (app.trust.now().network(), app.generation);
    let answer = app.readers.read(move |reader| log::network(reader, id, generation, now)).await?;
    Ok(body::cbor(&answer.ok_or(NOT_SET_UP)?))
}

async fn log_size(app: &App) -> Result<Option<LogRead>, Refusal> {
    let now = app.now();
    app.readers.read(move |reader| reader.log(LogQuery::Nothing, 0, 0, now)).await
}

async fn checkpoint_inner(app: &App) -> Result<Response, Refusal> {
    let read = log_size(app).await?.ok_or(NOT_SET_UP)?;
    Ok(body::bytes(read.checkpoint, "text/plain; charset=utf-8", BRIEFLY))
}

async fn tile_inner(app: &App, path: String) -> Result<Response, Refusal> {
    let size = log_size(app).await?.map_or(0, |read| read.size);
    let bytes = app
        .readers
        .read(move |reader| match path.strip_prefix("entries/") {
            Some(rest) => match EntriesTile::from_path(rest) {
                Some(tile) => entries_bytes(tile, size, reader),
                None => Ok(Err(Refusal::new(Code::NotFound, "The log has no such tile."))),
            },
            None => tile_bytes(&path, size, reader),
        })
        .await??;
    // A part of a tile never changes either: a longer part has another name.
    Ok(body::bytes(bytes, TILE, FOREVER))
}

fn refused(kind: LogKind, code: Code) -> &'static str {
    match (kind, code) {
        (_, Code::NotSetUp) => "The network's manifest and key note come first.",
        (_, Code::Malformed) => "The entry is not what its kind should be, or of a kind not taken yet.",
        (_, Code::OtherNetwork) => "The entry belongs to another network than this relay's.",
        (_, Code::Backwards) => "The relay has this version, or a newer one.",
        (_, Code::ClockSkew) => "The entry was issued in the future, or too long ago: check the clocks.",
        (LogKind::Manifest, _) => "Not signed by the network's root keys, or it names another log key.",
        (LogKind::KeyNote, _) => "Not signed by the operations key, or against the manifest.",
        (LogKind::Alert, Code::PassSpent) => "A pass of the quorum was used before.",
        (LogKind::Alert, _) => "The alert lacks its quorum, or contradicts what was published before.",
        (LogKind::EpochAuthenticator | LogKind::Certificates | LogKind::IssuanceTotals, _) => {
            "The entry is not signed by its authority."
        }
    }
}
