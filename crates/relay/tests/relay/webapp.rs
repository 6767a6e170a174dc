//! The web app's files under `/app/`.

use bystand_relay::bundle::Bundle;

use crate::client::{get, send};
use crate::world::Relay;

fn bundle() -> Bundle {
    let program = b"a program ".repeat(500);
    Bundle::of([
        ("index.html", b"<!doctype html><title>app</title>".to_vec()),
        ("app.js", b"export const a = 1;\n".repeat(100)),
        ("app.wasm", program),
        ("hashes.txt", b"made elsewhere".to_vec()),
    ])
}

#[tokio::test]
async fn files_have_their_type_their_hash_and_the_strict_policy() {
    let relay = Relay::start_with(|c| c.web = bundle()).await;
    let addr = relay.client().addr;
    for (path, media_type) in [
        ("/app/", "text/html; charset=utf-8"),
        ("/app/index.html", "text/html; charset=utf-8"),
        ("/app/desk/incidents", "text/html; charset=utf-8"),
        ("/app/app.js", "text/javascript; charset=utf-8"),
        ("/app/app.wasm", "application/wasm"),
        ("/app/hashes.txt", "text/plain; charset=utf-8"),
    ] {
        let reply = get(addr, path).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, media_type), "{path}");
        assert_eq!(reply.header("cache-control"), "no-cache", "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("cross-origin-embedder-policy"), "require-corp", "{path}");
        assert_eq!(reply.header("cross-origin-resource-policy"), "same-origin", "{path}");
        if path != "/app/hashes.txt" {
            let policy = reply.header("content-security-policy");
            assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval'; style-src 'self'"), "{policy}");
        }
    }
    let hashes = String::from_utf8(get(addr, "/app/hashes.txt").await.body).expect("text");
    assert_eq!(hashes, bundle().hashes());
    assert_eq!(hashes.lines().count(), 3, "the list does not list itself: {hashes}");
    let bare = get(addr, "/app").await;
    assert_eq!((bare.status, bare.header("location")), (308, "/app/"));
    relay.running.stop().await;
}

#[tokio::test]
async fn compressed_bytes_go_to_who_takes_them_and_nothing_to_who_has_them() {
    let relay = Relay::start_with(|c| c.web = bundle()).await;
    let addr = relay.client().addr;
    // The relay compresses in the background; the test does not wait for it but does it too.
    relay.config.web.compress();
    let plain = get(addr, "/app/app.wasm").await;
    assert_eq!((plain.body.len(), plain.header("content-encoding")), (5_000, ""));
    let accepts = [("accept-encoding", "gzip, br")];
    let small = send(addr, "GET", "/app/app.wasm", Vec::new(), &accepts).await;
    assert_eq!((small.header("content-encoding"), small.header("vary")), ("br", "Accept-Encoding"));
    assert!(small.body.len() < 200 && small.header("content-type") == "application/wasm");
    assert_ne!(small.header("etag"), plain.header("etag"), "other bytes have another tag");
    let held = [("accept-encoding", "br"), ("if-none-match", small.header("etag"))];
    let again = send(addr, "GET", "/app/app.wasm", Vec::new(), &held).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    relay.running.stop().await;
}

#[tokio::test]
async fn no_address_leads_out_of_the_bundle() {
    let relay = Relay::start_with(|c| c.web = bundle()).await;
    let addr = relay.client().addr;
    for path in [
        "/app/../relay.toml",
        "/app/%2e%2e/relay.toml",
        "/app/..%2frelay.toml",
        "/app//etc/passwd.txt",
        "/app/none.js",
        "/app/app.wasm.map",
        "/app/%00.html",
    ] {
        let reply = get(addr, path).await;
        assert_eq!(reply.status, 404, "{path}: {}", String::from_utf8_lossy(&reply.body));
    }
    relay.running.stop().await;
}

#[tokio::test]
async fn without_a_bundle_the_relay_says_how_to_make_one() {
    let relay = Relay::start().await;
    let addr = relay.client().addr;
    let reply = get(addr, "/app/").await;
    let page = String::from_utf8(reply.body.clone()).expect("text");
    assert_eq!(reply.status, 404);
    assert!(page.contains("scripts/web-build") && page.contains("--web"), "{page}");
    assert_eq!(get(addr, "/app/hashes.txt").await.status, 404);
    relay.running.stop().await;
}
