//! The public pages and what belongs to them, over HTTP.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bystand_core::texts::Texts;
use bystand_crypto::hash::plain_sha256;
use bystand_wire::problem::Code;

use super::app::App;
use super::headers::{self, Policy};
use super::{alerts, body};
use crate::feeds::Public;
use crate::pages::{self, Room, Site};
use crate::rules::Refusal;

const BRIEFLY: &str = "public, max-age=10";
/// Looked at anew each time, by its hash.
const REVALIDATED: &str = "public, no-cache";
/// Their addresses change with them; only a new color waits until it is asked for again.
const A_DAY: &str = "public, max-age=86400";
const NOTHING: Refusal = Refusal::new(Code::NotFound, "There is nothing here.");

/// `GET /`: the start page in the language that the browser wants.
pub async fn front(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    app.answer(room(&app, wanted(&headers), Room::Front).map(by_language))
}

/// `GET /alerts`, an address on printed cards.
pub async fn alerts_of_old(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    app.answer(room(&app, wanted(&headers), Room::Alerts).map(by_language))
}

/// `GET /alerts/{id}`, an address that was passed on.
pub async fn alert_of_old(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    app.answer(alert(&app, wanted(&headers), &id).map(by_language))
}

/// `GET /{lang}/`.
pub async fn start(State(app): State<Arc<App>>, Path(lang): Path<String>, headers: HeaderMap) -> Response {
    match spoken(&lang) {
        Ok(texts) => app.answer(room(&app, texts, Room::Front)),
        Err(_) => lost(&app, &headers),
    }
}

/// `GET /{lang}`: people leave the stroke at the end out.
pub async fn start_without_stroke(
    State(app): State<Arc<App>>,
    Path(lang): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Ok(texts) = spoken(&lang) else { return lost(&app, &headers) };
    let place = HeaderValue::from_str(&format!("/{}/", texts.tag()));
    let place = place.unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, place)]).into_response()
}

/// `GET /{lang}/{room}`.
pub async fn one_room(
    State(app): State<Arc<App>>,
    Path((lang, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Ok(texts) = spoken(&lang) else { return lost(&app, &headers) };
    app.answer(match Room::at(&path) {
        Some(at) => room(&app, texts, at),
        None => with_site(&app, texts, |site| {
            html(StatusCode::NOT_FOUND, pages::lost_page(site), texts, Policy::Reading)
        }),
    })
}

/// `GET /{lang}/alerts/{id}`.
pub async fn one_alert(State(app): State<Arc<App>>, Path((lang, id)): Path<(String, String)>) -> Response {
    app.answer(spoken(&lang).and_then(|texts| alert(&app, texts, &id)))
}

/// `GET /{lang}/alerts/{id}/card.svg`.
pub async fn card(State(app): State<Arc<App>>, Path((lang, id)): Path<(String, String)>) -> Response {
    let base = alerts::base(&app);
    let outcome = spoken(&lang).and_then(|texts| {
        with_site(&app, texts, |site| {
            let item = id.parse().ok().and_then(|id| site.public.item(&id)).ok_or(NOTHING)?;
            let svg = body::bytes(pages::card(site, item, &base), "image/svg+xml", BRIEFLY);
            Ok(headers::page(svg, Policy::Reading))
        })
    });
    app.answer(outcome.flatten())
}

/// `GET /texts/{lang}/{file}`: a language's texts as they are, for programs that run in the browser.
pub async fn texts(
    State(app): State<Arc<App>>,
    Path((lang, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    app.answer(
        pages::raw(&lang, &file)
            .ok_or(NOTHING)
            .map(|source| fixed(source, "text/plain; charset=utf-8", REVALIDATED, &headers)),
    )
}

/// `GET /style.css`, with the network's own color when it has one.
pub async fn style(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let accent = &app.tuning.accent;
    if accent.is_empty() {
        return fixed(pages::STYLE, "text/css; charset=utf-8", A_DAY, &headers);
    }
    let style = format!("{}:root{{--accent:{accent}}}\n", pages::STYLE);
    fixed(style, "text/css; charset=utf-8", A_DAY, &headers)
}

/// `GET /live.js`.
pub async fn live_script(headers: HeaderMap) -> Response {
    fixed(pages::SCRIPT, "text/javascript; charset=utf-8", A_DAY, &headers)
}

/// `GET /early.js`.
pub async fn early_script(headers: HeaderMap) -> Response {
    fixed(pages::EARLY, "text/javascript; charset=utf-8", A_DAY, &headers)
}

/// `GET /pictograms.svg`.
pub async fn pictograms(headers: HeaderMap) -> Response {
    fixed(pages::PICTOGRAMS, "image/svg+xml", A_DAY, &headers)
}

/// `GET /icon.svg`.
pub async fn icon(headers: HeaderMap) -> Response {
    fixed(pages::ICON, "image/svg+xml", A_DAY, &headers)
}

/// For an address that nothing has: a page for people, a problem document for programs.
pub async fn nothing(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    lost(&app, &headers)
}

fn lost(app: &App, headers: &HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !accepted.contains("text/html") {
        return app.problem(&NOTHING);
    }
    let page = with_site(app, wanted(headers), |site| {
        html(StatusCode::NOT_FOUND, pages::lost_page(site), site.texts, Policy::Reading)
    });
    app.answer(page.map(by_language))
}

fn spoken(lang: &str) -> Result<&'static Texts, Refusal> {
    pages::language(lang).ok_or(NOTHING)
}

fn wanted(headers: &HeaderMap) -> &'static Texts {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    pages::preferred(accepted.unwrap_or_default())
}

fn room(app: &App, texts: &'static Texts, at: Room) -> Result<Response, Refusal> {
    let policy = if at.seals() { Policy::Sealing } else { Policy::Reading };
    with_site(app, texts, |site| html(StatusCode::OK, at.page(site), texts, policy))
}

fn alert(app: &App, texts: &'static Texts, id: &str) -> Result<Response, Refusal> {
    with_site(app, texts, |site| {
        let item = id.parse().ok().and_then(|id| site.public.item(&id));
        let (status, page) = match item {
            Some(item) => (StatusCode::OK, pages::one_page(site, item)),
            None => (StatusCode::NOT_FOUND, pages::gone_page(site)),
        };
        html(status, page, texts, Policy::Reading)
    })
}

fn with_site<T>(app: &App, texts: &'static Texts, make: impl FnOnce(&Site<'_>) -> T) -> Result<T, Refusal> {
    let public = Public::of(&app.trust.now(), texts, app.now()).ok_or(alerts::NOT_SET_UP)?;
    Ok(make(&Site { network: app.trust.now().network(), public: &public, texts, staffed: is_staffed(app) }))
}

/// Only a desk's program can follow the drop: the drop's policy gives it to the desk's key alone. So this says that
/// one is connected. Whether somebody looks at it the relay cannot know, and the pages say so.
fn is_staffed(app: &App) -> bool {
    let authority = app.trust.now();
    authority.key_note().is_some_and(|note| app.hub.is_followed(&note.note().streams.drop))
}

fn html(status: StatusCode, html: String, texts: &Texts, policy: Policy) -> Response {
    let mut response = body::bytes(html, "text/html; charset=utf-8", BRIEFLY);
    *response.status_mut() = status;
    if let Ok(tag) = HeaderValue::from_str(texts.tag()) {
        response.headers_mut().insert(header::CONTENT_LANGUAGE, tag);
    }
    headers::page(response, policy)
}

/// The same address in another language for another browser.
fn by_language(mut response: Response) -> Response {
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    response
}

/// Something that changes with the program only: with its hash, and nothing but that when the browser has it.
fn fixed(
    bytes: impl AsRef<[u8]> + Into<axum::body::Body>,
    media_type: &'static str,
    caching: &'static str,
    headers: &HeaderMap,
) -> Response {
    let tag = format!("\"{}\"", plain_sha256(bytes.as_ref()));
    let mut response = if headers.get(header::IF_NONE_MATCH).is_some_and(|held| *held == *tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body::bytes(bytes, media_type, caching)
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    headers::file(response)
}
