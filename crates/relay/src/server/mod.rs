//! The relay as a server: starts, serves, stops.

mod alerts;
mod app;
mod blobs;
mod body;
mod conn;
mod fanout;
mod headers;
mod live;
mod ops;
mod pages;
mod problem;
mod public;
mod query;
mod signals;
mod start;
mod streams;
mod web;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::{get, post, put};
use bystand_wire::problem::Code;

pub use self::app::App;
pub use self::problem::PROBLEM_TYPE;
pub use self::signals::stop_signal;
pub(crate) use self::start::{GENERATION, new_generation};
pub use self::start::{Running, serve, serve_with_clock};
use crate::rules::Refusal;

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v1/streams/{id}", put(streams::put).post(streams::append).get(streams::read))
        .route("/v1/streams/{id}/erase", post(streams::erase))
        .route("/v1/live", get(live::live))
        .route("/v1/work", get(public::work))
        .route("/v1/blobs/{id}", put(blobs::put).get(blobs::fetch))
        .route("/v1/blobs/{id}/lease", post(blobs::lease))
        .route("/v1/blobs/{id}/read", post(blobs::read))
        .route("/v1/log", post(public::publish))
        .route("/v1/log/entries", get(public::entries))
        .route("/v1/network", get(public::network))
        .route("/log/checkpoint", get(public::checkpoint))
        .route("/log/tile/{*path}", get(public::tile))
        .route("/v1/alerts.geojson", get(alerts::geojson))
        .route("/v1/alerts.atom", get(alerts::atom))
        .route("/v1/alerts/stream", get(alerts::stream))
        .route("/", get(pages::front))
        .route("/alerts", get(pages::alerts_of_old))
        .route("/alerts/{id}", get(pages::alert_of_old))
        .route("/{lang}", get(pages::start_without_stroke))
        .route("/{lang}/", get(pages::start))
        .route("/{lang}/{room}", get(pages::one_room))
        .route("/{lang}/alerts/{id}", get(pages::one_alert))
        .route("/{lang}/alerts/{id}/card.svg", get(pages::card))
        .route("/texts/{lang}/{file}", get(pages::texts))
        .route("/style.css", get(pages::style))
        .route("/live.js", get(pages::live_script))
        .route("/early.js", get(pages::early_script))
        .route("/pictograms.svg", get(pages::pictograms))
        .route("/icon.svg", get(pages::icon))
        .route("/app", get(web::without_stroke))
        .route("/app/", get(web::entry))
        .route("/app/hashes.txt", get(web::hashes))
        .route("/app/{*path}", get(web::file))
        .route("/healthz", get(ops::healthz))
        .route("/metrics", get(ops::metrics))
        .fallback(pages::nothing)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
        .layer(axum::middleware::map_response(harden))
}

async fn wrong_method(State(app): State<Arc<App>>) -> Response {
    app.problem(&Refusal::new(Code::Malformed, "This call has another method."))
}

/// Headers that every answer has.
async fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
