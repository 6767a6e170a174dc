//! The web app under `/app/`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use bystand_wire::problem::Code;

use super::app::App;
use super::body;
use super::headers::{self, Policy};
use crate::bundle::{ENTRY, File};
use crate::rules::Refusal;

/// A browser asks each time whether what it has still holds: an app that is half old and half new is none.
const REVALIDATED: &str = "no-cache";
const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>The app is not here</title>\
<link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body><main><h1>The app is not here</h1>\
<p>This relay was built without the web app. The public pages work without it: <a href=\"/\">go there</a>.</p>\
<p>Who runs this relay: build it with <code>scripts/web-build</code>, then start the relay with \
<code>bystand serve --data DIR --web target-web/bundle</code>.</p></main></body>\n</html>\n";

/// `GET /app`.
pub async fn without_stroke() -> Response {
    Redirect::permanent("/app/").into_response()
}

/// `GET /app/`.
pub async fn entry(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    answer(&app, ENTRY, &headers)
}

/// `GET /app/{*path}`: a file, or the app itself for an address within it.
pub async fn file(State(app): State<Arc<App>>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    answer(&app, &path, &headers)
}

/// `GET /app/hashes.txt`, always made from what is given out.
pub async fn hashes(State(app): State<Arc<App>>) -> Response {
    if app.web.is_empty() {
        return app.problem(&nothing());
    }
    headers::file(body::bytes(app.web.hashes(), "text/plain; charset=utf-8", REVALIDATED))
}

fn nothing() -> Refusal {
    Refusal::new(Code::NotFound, "The web app has no such file.")
}

fn answer(app: &App, path: &str, headers: &HeaderMap) -> Response {
    if let Some(file) = app.web.file(path) {
        return serve(file, headers);
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    match app.web.file(ENTRY) {
        // An address within the app; a file that is missing is not answered with a page.
        Some(entry) if !last.contains('.') => serve(entry, headers),
        Some(_) => app.problem(&nothing()),
        None if path == ENTRY => {
            let mut page = body::bytes(NOT_BUILT, "text/html; charset=utf-8", REVALIDATED);
            *page.status_mut() = StatusCode::NOT_FOUND;
            headers::page(page, Policy::Reading)
        }
        None => app.problem(&nothing()),
    }
}

fn serve(file: &File, headers: &HeaderMap) -> Response {
    let small = file.brotli().filter(|_| takes_brotli(headers));
    let (bytes, tag) = match small {
        Some(small) => (small.clone(), format!("\"{}-br\"", file.hash)),
        None => (file.bytes.clone(), format!("\"{}\"", file.hash)),
    };
    let mut response = if holds(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body::bytes(bytes, file.media_type, REVALIDATED)
    };
    let set = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        set.insert(header::ETAG, tag);
    }
    set.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if small.is_some() {
        set.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    // A worker's own policy comes with its script.
    headers::page(response, Policy::Sealing)
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|one| {
        let mut fields = one.split(';').map(str::trim);
        let refused =
            |field: &str| field.strip_prefix("q=").is_some_and(|q| q.trim_matches(['0', '.']).is_empty());
        fields.next() == Some("br") && !fields.any(refused)
    })
}

fn holds(headers: &HeaderMap, tag: &str) -> bool {
    let held = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).unwrap_or_default();
    held.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_goes_to_those_who_take_it() {
        for (accepted, takes) in [
            ("", false),
            ("gzip, deflate, br", true),
            ("br;q=0.5", true),
            ("br;q=0", false),
            ("br; q=0.0, gzip", false),
            ("brotli", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            assert_eq!(takes_brotli(&headers), takes, "{accepted}");
        }
    }
}
