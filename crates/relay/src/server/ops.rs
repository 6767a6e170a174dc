//! For operators.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::body;

/// `GET /healthz`: 200 while the relay can store.
pub async fn healthz(State(app): State<Arc<App>>) -> Response {
    if app.shared.is_failing() {
        return (StatusCode::SERVICE_UNAVAILABLE, "cannot store\n").into_response();
    }
    body::bytes("ok\n", "text/plain; charset=utf-8", "no-store")
}

/// `GET /metrics`.
pub async fn metrics(State(app): State<Arc<App>>) -> Response {
    let figures = match app.readers.read(|reader| reader.figures()).await {
        Ok(figures) => figures,
        Err(refusal) => return app.problem(&refusal),
    };
    let page = app.metrics.page(&figures, app.work_offer().effort);
    body::bytes(page, "text/plain; version=0.0.4; charset=utf-8", "no-store")
}
