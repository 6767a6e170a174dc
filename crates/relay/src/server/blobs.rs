//! Blobs: put, fetch, lease, read.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bystand_crypto::hash;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{LeaseBlob as LeaseRequest, PutBlob as PutRequest};
use bystand_wire::{BlobId, StreamId, limits};
use tokio::sync::OwnedSemaphorePermit;

use super::app::App;
use super::{body, streams};
use crate::rules::{Refusal, blob};
use crate::verify::{self, Binding};
use crate::writer::actions::{LeaseBlob, PutBlob, ReadBlob};

/// Media type of encrypted bytes.
const BYTES: &str = "application/octet-stream";
/// A chunk and its proof of admission.
const BODY_LEN: usize = limits::BLOB_LEN + 8 * 1024;

/// `PUT /v1/blobs/{id}`.
pub async fn put(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    b: Body,
) -> Response {
    app.answer(put_inner(&app, &id, &headers, b).await)
}

/// `GET /v1/blobs/{id}`.
pub async fn fetch(State(app): State<Arc<App>>, Path(id): Path<String>) -> Response {
    app.answer(fetch_inner(&app, &id).await)
}

/// `POST /v1/blobs/{id}/lease`.
pub async fn lease(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    b: Body,
) -> Response {
    app.answer(lease_inner(&app, &id, &headers, b).await)
}

/// `POST /v1/blobs/{id}/read`.
pub async fn read(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    b: Body,
) -> Response {
    app.answer(read_inner(&app, &id, &headers, b).await)
}

/// Holds memory for one large body.
pub(super) fn large_body(app: &App) -> Result<OwnedSemaphorePermit, Refusal> {
    app.large_bodies.clone().try_acquire_owned().map_err(|_| {
        Refusal::new(Code::Busy, "Too many large uploads at once; try again.").retry_after(1_000)
    })
}

fn blob_id(text: &str) -> Result<BlobId, Refusal> {
    text.parse().map_err(|_| Refusal::new(Code::Malformed, "A blob's id is 64 hex digits."))
}

async fn put_inner(app: &App, id: &str, headers: &HeaderMap, b: Body) -> Result<Response, Refusal> {
    let id = blob_id(id)?;
    let _memory = large_body(app)?;
    let bytes = body::read(headers, b, BODY_LEN, app.tuning.body_timeout_s).await?;
    let request: PutRequest = body::parse(&bytes)?;
    if request.chunk.len() > limits::BLOB_LEN {
        return Err(Refusal::new(Code::TooLarge, "The chunk is longer than a blob may be."));
    }
    let hash = hash::plain_sha256(&request.chunk);
    let admission = app.admission(&request.admission, &Binding::to(StreamId(id.0), hash)).await?;
    let action = PutBlob {
        id,
        hash,
        chunk: request.chunk.into(),
        expires_at: request.expires_at,
        granter: request.granter,
        admission,
    };
    let created = app.writer.ask(action).await?;
    if streams::is_work(&request.admission) {
        app.took_open_lane();
    }
    Ok(body::cbor(&created))
}

async fn fetch_inner(app: &App, id: &str) -> Result<Response, Refusal> {
    let id = blob_id(id)?;
    let now = app.now();
    let found = app.readers.read(move |reader| reader.blob(&id, now)).await?;
    let (state, chunk) = found.ok_or(Refusal::new(Code::NotFound, "No such blob, or it has expired."))?;
    blob::fetch(&state, now)?;
    Ok(body::bytes(chunk, BYTES, "no-store"))
}

async fn lease_inner(app: &App, id: &str, headers: &HeaderMap, b: Body) -> Result<Response, Refusal> {
    let id = blob_id(id)?;
    let bytes = body::read(headers, b, limits::APPEND_LEN, app.tuning.body_timeout_s).await?;
    let request: LeaseRequest = body::parse(&bytes)?;
    let (signer, grant) = verify::open_grant(&app.trust.now().network(), &id, &request, app.now())?;
    let chunk = app.writer.ask(LeaseBlob { id, grant, signer }).await?;
    Ok(body::bytes(chunk, BYTES, "no-store"))
}

async fn read_inner(app: &App, id: &str, headers: &HeaderMap, b: Body) -> Result<Response, Refusal> {
    let id = blob_id(id)?;
    let bytes = body::read(headers, b, limits::APPEND_LEN, app.tuning.body_timeout_s).await?;
    let request: LeaseRequest = body::parse(&bytes)?;
    let (signer, grant) = verify::open_grant(&app.trust.now().network(), &id, &request, app.now())?;
    let erased = app.writer.ask(ReadBlob { id, grant, signer }).await?;
    Ok(body::cbor(&erased))
}
