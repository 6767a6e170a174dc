//! The relay as a service: limits of connections, an orderly end, figures without persons.

use std::future::pending;

use bystand_relay::serve_with_clock;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{frame, get, key, policy};
use crate::world::{Relay, WORLD};

#[tokio::test]
async fn more_connections_than_allowed_are_turned_away() {
    let relay = Relay::empty(|c| c.tuning.max_connections = 1).await;
    let addr = relay.running.addr();
    let mut first = TcpStream::connect(addr).await.expect("connected");
    first.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let mut answer = [0; 15];
    first.read_exact(&mut answer).await.expect("answered");
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    let mut second = TcpStream::connect(addr).await.expect("connected");
    let mut nothing = Vec::new();
    // Closed without a word; a reset says the same.
    let read = second.read_to_end(&mut nothing).await;
    assert!(nothing.is_empty() && read.map_or(true, |n| n == 0));
    drop(first);
    relay.running.stop().await;
}

#[tokio::test]
async fn what_is_no_http_harms_nobody() {
    let relay = Relay::empty(|_| ()).await;
    let addr = relay.running.addr();
    for bytes in [
        &b"\x16\x03\x01\x02\x00"[..],
        b"GET\r\n\r\n",
        &[0xff; 20_000],
        b"PUT / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(addr).await.expect("connected");
        // The relay may hang up before all is sent.
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&answer));
    }
    assert_eq!(get(addr, "/healthz").await.status, 200);
    relay.running.stop().await;
}

#[tokio::test]
async fn stopping_finishes_what_is_under_way_and_loses_nothing_acknowledged() {
    let relay = Relay::start().await;
    let client = relay.client();
    let owner = key(1);
    let id = client
        .create(&policy(&owner, vec![AppendRule::Keys(vec![owner.public()])], relay.now()), &owner)
        .await;
    let (started, mut first_done) = tokio::sync::mpsc::unbounded_channel();
    let writers: Vec<_> = (0..8)
        .map(|w| {
            let (owner, started) = (owner.clone(), started.clone());
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for n in 0.. {
                    let append = client.by_key(id, &owner, frame(&format!("{w} {n}")));
                    let body = bystand_wire::encode(&append);
                    let Some(seq) = try_append(client.addr, id, body).await else { break };
                    acknowledged.push(seq);
                    let _ = started.send(());
                }
                acknowledged
            })
        })
        .collect();
    for _ in 0..40 {
        first_done.recv().await.expect("they write");
    }
    let (config, clock, _folder) = (relay.config.clone(), relay.clock.clone(), relay.folder.clone());
    relay.running.stop().await;
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.expect("ended"));
    }
    let again = serve_with_clock(config, std::sync::Arc::new(clock), pending()).await.expect("started again");
    let client = crate::client::Client { addr: again.addr(), network: WORLD.network };
    let held: Vec<u64> = client.texts(id).await.into_iter().map(|(seq, _)| seq).collect();
    assert!(acknowledged.len() >= 40 && acknowledged.iter().all(|seq| held.contains(seq)));
    again.stop().await;
}

/// The place of a frame, unless the relay is gone.
pub async fn try_append(
    addr: std::net::SocketAddr,
    id: bystand_wire::StreamId,
    body: Vec<u8>,
) -> Option<u64> {
    let mut stream = TcpStream::connect(addr).await.ok()?;
    let head = format!(
        "POST /v1/streams/{id} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), &body].concat()).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    if !answer.starts_with(b"HTTP/1.1 200") {
        return None;
    }
    let appended: Appended = bystand_wire::decode(answer.get(end..)?).ok()?;
    Some(appended.seq.0)
}

#[tokio::test]
async fn shutdown_by_the_future_it_was_given() {
    let relay = Relay::empty(|_| ()).await;
    let (config, clock, _folder) = (relay.config.clone(), relay.clock.clone(), relay.folder.clone());
    relay.running.stop().await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = serve_with_clock(config, std::sync::Arc::new(clock), async {
        let _ = stopped.await;
    })
    .await
    .expect("started");
    let addr = running.addr();
    assert_eq!(get(addr, "/healthz").await.status, 200);
    stop.send(()).expect("it listens");
    running.wait().await;
    assert!(TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn figures_count_and_name_nobody() {
    let relay = Relay::start().await;
    let client = relay.client();
    let owner = key(1);
    let id = client
        .create(&policy(&owner, vec![AppendRule::Keys(vec![owner.public()])], relay.now()), &owner)
        .await;
    client.append_by_key(id, &owner, frame("x")).await.read::<Appended>();
    assert_eq!(client.append_by_key(id, &key(2), frame("y")).await.code(), Code::NotAllowed);
    let page = String::from_utf8(get(client.addr, "/metrics").await.body).expect("text");
    for line in [
        "bystand_frames_taken_total 1",
        "bystand_streams 1",
        "bystand_log_size 2",
        "bystand_refusals_total{code=\"not-allowed\"} 1",
    ] {
        assert!(page.lines().any(|l| l == line), "{line} is missing in\n{page}");
    }
    let id = id.to_string();
    assert!(!page.contains(&id[..8]) && !page.contains("127.0.0.1"));
    relay.running.stop().await;
}
