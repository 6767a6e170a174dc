//! What a relay, or something else on its port, may answer, and what the engine is handed.

mod common;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::post;
use axum::{Router, response};
use bystand_core::io::{Refusal, Request, Response};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{Append, ReadAuth};
use bystand_wire::{BlobId, Seq, Timestamp, decode, encode, from_hex, limits};

use common::{STREAM, append, appended, frames, read, serve, transport};

async fn answer_to(request: Request, answer: impl IntoResponse + Clone + Send + Sync + 'static) -> Response {
    let router = Router::new().fallback(move || {
        let answer = answer.clone();
        async move { answer }
    });
    transport(serve(router).await).call(&request).await.response
}

#[tokio::test]
async fn good_answers_become_responses() {
    assert_eq!(answer_to(append(b"x"), encode(&appended(4))).await, Response::Appended(appended(4)));
    assert_eq!(answer_to(read(0), encode(&frames(&[1, 2]))).await, Response::Frames(frames(&[1, 2])));
    let blob = Request::Blob(BlobId([1; 32]));
    assert_eq!(answer_to(blob, vec![9_u8; 70]).await, Response::Blob(vec![9; 70]));
}

#[tokio::test]
async fn problems_become_refusals_with_what_they_carry() {
    let problem = r#"{"type":"x","code":"stale-epoch","epoch":12,"retry_after_ms":40,"relay_time":77}"#;
    let expected = Refusal {
        code: Code::StaleEpoch,
        epoch: Some(12),
        relay_time: Some(Timestamp(77)),
        retry_after_ms: Some(40),
    };
    assert_eq!(answer_to(append(b"x"), (StatusCode::CONFLICT, problem)).await, Response::Refused(expected));
    let busy = (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "3")], r#"{"code":"busy"}"#);
    let expected = Refusal { retry_after_ms: Some(3_000), ..Refusal::plain(Code::Busy) };
    assert_eq!(answer_to(append(b"x"), busy).await, Response::Refused(expected));
}

#[tokio::test]
async fn what_is_not_a_relays_answer_says_nothing_about_what_was_done() {
    let long = vec![0_u8; limits::BLOB_LEN + 1];
    for (name, request, answer) in [
        ("another type", append(b"x"), encode(&frames(&[1])).into_response()),
        ("a page", append(b"x"), "<html>Welcome</html>".into_response()),
        ("a proxy's error", append(b"x"), (StatusCode::BAD_GATEWAY, "<html>").into_response()),
        (
            "a code of another program",
            append(b"x"),
            (StatusCode::BAD_REQUEST, r#"{"code":"E7"}"#).into_response(),
        ),
        ("a redirect", read(0), Redirect::permanent("http://127.0.0.1:1/").into_response()),
        ("a blob too long", Request::Blob(BlobId([1; 32])), long.clone().into_response()),
        ("a problem too long", append(b"x"), (StatusCode::CONFLICT, long.clone()).into_response()),
        ("too long without a length", Request::Blob(BlobId([1; 32])), unannounced(long.clone())),
        ("trailing bytes", append(b"x"), [encode(&appended(1)), vec![0]].concat().into_response()),
    ] {
        let answer = Arc::new(Mutex::new(Some(answer)));
        let router = Router::new().fallback(move || {
            let answer = answer.lock().expect("not poisoned").take();
            async move { answer.unwrap_or_else(|| StatusCode::IM_A_TEAPOT.into_response()) }
        });
        let answer = transport(serve(router).await).call(&request).await;
        assert_eq!(answer.response, Response::Unreachable, "{name}");
        assert!(answer.trouble.is_some_and(|trouble| !trouble.is_empty()), "{name}");
    }
}

fn unannounced(bytes: Vec<u8>) -> response::Response {
    let chunks =
        bytes.chunks(50_000).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>();
    Body::from_stream(futures_util::stream::iter(chunks)).into_response()
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let answer = transport(address).call(&Request::Work).await;
    assert_eq!(answer.response, Response::Unreachable);
    assert!(answer.trouble.expect("a reason").contains("refused"));
}

#[tokio::test]
async fn requests_reach_their_routes_with_their_bodies() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let journal = Arc::clone(&seen);
    let router = Router::new().route(
        "/v1/streams/{id}",
        post(move |Path(id): Path<String>, headers: HeaderMap, body: Bytes| {
            let frame = decode::<Append>(&body).expect("an append").frame;
            let media = headers.get(header::CONTENT_TYPE).cloned();
            journal.lock().expect("not poisoned").push((id, frame, media));
            async { encode(&appended(1)) }
        })
        .get(|uri: Uri, headers: HeaderMap| async move {
            let read = headers.get("bystand-read").expect("the header").to_str().expect("text");
            let read: ReadAuth = decode(&from_hex(read).expect("hex")).expect("a proof");
            assert_eq!(read.at, Timestamp(5));
            assert_eq!(uri.query(), Some("after=8"));
            encode(&frames(&[]))
        }),
    );
    let transport = transport(serve(router).await);
    transport.call(&append(b"frame")).await;
    assert_eq!(transport.call(&read(8)).await.response, Response::Frames(frames(&[])));
    let expected =
        (STREAM.to_string(), b"frame".to_vec(), Some("application/cbor".parse().expect("a value")));
    assert_eq!(*seen.lock().expect("not poisoned"), [expected]);
}

/// A relay must not learn by the connection that a reply stream belongs to whom it took a report from.
#[tokio::test]
async fn reads_share_no_connection_with_anything() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (appends, reads) = (Arc::clone(&seen), Arc::clone(&seen));
    let router = Router::new().route(
        "/v1/streams/{id}",
        post(move |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move {
            appends.lock().expect("not poisoned").push(("append", peer.port()));
            encode(&appended(1))
        })
        .get(move |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move {
            reads.lock().expect("not poisoned").push(("read", peer.port()));
            encode(&frames(&[]))
        }),
    );
    let transport = transport(serve(router).await);
    for _ in 0..3 {
        transport.call(&append(b"x")).await;
        transport.call(&Request::Read(STREAM, Seq(0), None)).await;
    }
    let seen = seen.lock().expect("not poisoned").clone();
    let ports =
        |kind| seen.iter().filter(|(k, _)| *k == kind).map(|(_, port)| *port).collect::<BTreeSet<u16>>();
    assert_eq!(ports("append").len(), 1, "appends keep theirs");
    assert_eq!(ports("read").len(), 3, "each read has its own");
    assert!(ports("append").is_disjoint(&ports("read")));
}
