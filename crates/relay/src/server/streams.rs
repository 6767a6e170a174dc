//! Streams: make, append, read, erase.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bystand_crypto::hash;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{
    Admission, Append, Appended, CreateStream, Erase, Frames, READ_HEADER, ReadAuth, ReadRule,
};
use bystand_wire::{Frame, FrameHash, PublicKey, Seq, StreamId, from_hex, limits};

use super::app::App;
use super::{body, query};
use crate::rules::{Proof, Refusal};
use crate::verify::{self, Binding};
use crate::writer::actions::{AppendFrame, EraseFrames, PutStream};

type Shared = State<Arc<App>>;

/// `PUT /v1/streams/{id}`.
pub async fn put(State(app): Shared, Path(id): Path<String>, headers: HeaderMap, b: Body) -> Response {
    app.answer(put_inner(&app, &id, &headers, b).await)
}

/// `POST /v1/streams/{id}`.
pub async fn append(State(app): Shared, Path(id): Path<String>, headers: HeaderMap, b: Body) -> Response {
    app.answer(append_inner(&app, &id, &headers, b).await)
}

/// `GET /v1/streams/{id}`.
pub async fn read(
    State(app): Shared,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    app.answer(read_inner(&app, &id, query.as_deref(), &headers).await)
}

/// `POST /v1/streams/{id}/erase`.
pub async fn erase(State(app): Shared, Path(id): Path<String>, headers: HeaderMap, b: Body) -> Response {
    app.answer(erase_inner(&app, &id, &headers, b).await)
}

pub(super) fn stream_id(text: &str) -> Result<StreamId, Refusal> {
    text.parse().map_err(|_| Refusal::new(Code::Malformed, "A stream's id is 64 hex digits."))
}

async fn put_inner(app: &App, id: &str, headers: &HeaderMap, b: Body) -> Result<Response, Refusal> {
    let id = stream_id(id)?;
    let bytes = body::read(headers, b, limits::APPEND_LEN, app.tuning.body_timeout_s).await?;
    let request: CreateStream = body::parse(&bytes)?;
    let network = app.trust.now().network();
    let policy = verify::open_policy(&network, &id, &request.policy)?;
    let held = match app.stream(id).await {
        Ok(held) => Some(held),
        Err(refusal) if refusal.code == Code::NotFound => None,
        Err(refusal) => return Err(refusal),
    };
    // Replacing a policy, or putting the same one again, needs no admission.
    let admission = match (&held, &request.admission) {
        (Some(_), _) | (None, None) => None,
        (None, Some(admission)) => Some(app.admission(admission, &Binding::to(id, policy.hash)).await?),
    };
    let opened_by_work = matches!(admission, Some(Proof::Work(_)));
    let created = app.writer.ask(PutStream { stream: id, policy, admission }).await?;
    if opened_by_work {
        app.took_open_lane();
    }
    Ok(body::cbor(&created))
}

async fn append_inner(app: &App, id: &str, headers: &HeaderMap, b: Body) -> Result<Response, Refusal> {
    let id = stream_id(id)?;
    let bytes = body::read(headers, b, limits::APPEND_LEN, app.tuning.body_timeout_s).await?;
    let request: Append = body::parse(&bytes)?;
    let kind = Frame::parse(&request.frame).map_err(|e| body::unreadable(&e))?.kind;
    let frame_hash = hash::frame_hash(&request.frame);
    let (proof, committer) = match check_append(app, id, &request, frame_hash).await {
        Ok(checked) => checked,
        Err(refusal) => return taken_before(app, id, frame_hash, refusal).await,
    };
    let by_work = matches!(proof, Proof::Work(_));
    let action = AppendFrame {
        stream: id,
        kind,
        hash: frame_hash,
        frame: request.frame.into(),
        proof,
        commit: request.commit,
        committer,
    };
    let appended = app.writer.ask(action).await?;
    app.metrics.frames_taken.add(1);
    if by_work {
        app.took_open_lane();
    }
    Ok(body::cbor(&appended))
}

/// The checked admission, and the committer who signed the commit where the policy names one.
async fn check_append(
    app: &App,
    id: StreamId,
    request: &Append,
    frame_hash: FrameHash,
) -> Result<(Proof, Option<PublicKey>), Refusal> {
    let stream = app.stream(id).await?;
    let network = app.trust.now().network();
    let (binding, committer) = verify::append_binding(&network, &stream, id, request, frame_hash)?;
    let proof = app.admission(&request.admission, &binding).await?;
    Ok((proof, committer))
}

/// Who sends the same frame again after a lost answer gets the old answer, also when what admitted it
/// has run out meanwhile: an old nonce, an old epoch.
async fn taken_before(
    app: &App,
    id: StreamId,
    frame: FrameHash,
    refusal: Refusal,
) -> Result<Response, Refusal> {
    let found: Option<Appended> = app.readers.read(move |reader| reader.find_frame(&id, &frame)).await?;
    found.map(|appended| body::cbor(&appended)).ok_or(refusal)
}

async fn read_inner(
    app: &App,
    id: &str,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let id = stream_id(id)?;
    let after = Seq(query::number(query, "after")?.unwrap_or(0));
    let stream = app.stream(id).await?;
    let auth = read_header(headers)?;
    let network = app.trust.now().network();
    verify::read_auth(&network, &id, &stream.policy.read, auth.as_ref(), app.now())?;
    let frames = frames(app, id, after, limits::READ_LEN).await?;
    app.metrics.frames_read.add(frames.frames.len() as u64);
    let caching = match stream.policy.read {
        ReadRule::Public => "public, max-age=2",
        ReadRule::Id | ReadRule::Key(_) => "no-store",
    };
    Ok(body::bytes(bystand_wire::encode(&frames), bystand_wire::relay_api::MEDIA_TYPE, caching))
}

/// Frames after a place, as readers and followers get them.
pub(super) async fn frames(app: &App, id: StreamId, after: Seq, max_bytes: usize) -> Result<Frames, Refusal> {
    let now = app.now();
    let read = app
        .readers
        .read(move |reader| reader.frames(&id, after, limits::READ_FRAMES, max_bytes, now))
        .await?
        .ok_or(Refusal::new(Code::NotFound, "No such stream, or it has ended."))?;
    Ok(Frames {
        frames: read.frames,
        head: read.state.head,
        epoch: read.state.room.map_or(0, |r| r.epoch),
        generation: app.generation,
    })
}

fn read_header(headers: &HeaderMap) -> Result<Option<ReadAuth>, Refusal> {
    const MALFORMED: Refusal = Refusal::new(Code::Malformed, "The read header is not hex of a read proof.");
    let Some(value) = headers.get(READ_HEADER) else { return Ok(None) };
    let bytes = value.to_str().ok().and_then(from_hex).ok_or(MALFORMED)?;
    body::parse(&bytes).map(Some)
}

async fn erase_inner(app: &App, id: &str, headers: &HeaderMap, b: Body) -> Result<Response, Refusal> {
    let id = stream_id(id)?;
    let bytes = body::read(headers, b, limits::APPEND_LEN, app.tuning.body_timeout_s).await?;
    let request: Erase = body::parse(&bytes)?;
    let (signer, request) = verify::open_erase(&app.trust.now().network(), &request.request)?;
    let erased = app.writer.ask(EraseFrames { stream: id, signer, request }).await?;
    Ok(body::cbor(&erased))
}

/// Whether an admission is by work, for callers that count the open lane.
pub(super) fn is_work(admission: &Admission) -> bool {
    matches!(admission, Admission::Work(_))
}
