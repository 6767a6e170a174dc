//! Public feeds.

use bystand_core::alerts::{FalseAlarm, HowEnded, NoteKind, Outcome, Place};
use bystand_core::geo;
use bystand_crypto::hash::plain_sha256;
use bystand_crypto::notes::Checkpoint;
use bystand_crypto::tree;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{Cell, Hash32, encode};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use serde_json::Value;

use crate::client::{Client, get};
use crate::log::{alert, alert_at};
use crate::world::Relay;

/// A cell in Minneapolis.
fn cell() -> Cell {
    geo::cell_of(geo::Point::from_degrees(44.949, -93.256).expect("a point"), 9).expect("a cell")
}

async fn publish(client: &Client, note: Vec<u8>) -> u64 {
    client.log(LogKind::Alert, note).await.read::<Logged>().index
}

pub fn text(reply: &crate::client::Reply) -> String {
    assert!(matches!(reply.status, 200 | 404), "{}", reply.status);
    String::from_utf8(reply.body.clone()).expect("text")
}

/// Whether every element that is opened is closed, in order.
pub fn is_balanced(markup: &str, void: &[&str]) -> bool {
    let mut open = Vec::new();
    for tag in markup.split('<').skip(1) {
        let Some((tag, _)) = tag.split_once('>') else { return false };
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap_or_default();
        if tag.starts_with(['?', '!']) || tag.ends_with('/') || void.contains(&name) {
            continue;
        }
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else {
            open.push(name);
        }
    }
    open.is_empty()
}

/// One of each: current in a cell, a rumor check in a zone, over.
pub async fn fill(relay: &Relay) -> [u64; 3] {
    let (client, now) = (relay.client(), relay.now());
    let current = alert_at(Place::Cell(cell()), Outcome::Confirmed, 1, (NoteKind::New, 1), 100, now);
    let zone = || Place::Zone(crate::world::zone());
    let police = Outcome::FalseAlarm(FalseAlarm::CityPolice);
    let rumor = alert_at(zone(), police, 2, (NoteKind::RumorCheck, 1), 101, now);
    publish(&client, alert(3, NoteKind::New, 1, 102, now)).await;
    let over = Outcome::Over(HowEnded::PeopleReleased);
    let over = alert_at(zone(), over, 3, (NoteKind::Over, 2), 103, now);
    [publish(&client, current).await, publish(&client, rumor).await, publish(&client, over).await]
}

#[tokio::test]
async fn geojson_and_atom_list_what_the_book_holds() {
    let relay = Relay::start().await;
    let client = relay.client();
    let indexes = fill(&relay).await;
    let reply = get(client.addr, "/v1/alerts.geojson").await;
    assert_eq!(reply.header("content-type"), "application/geo+json");
    assert_eq!(reply.header("access-control-allow-origin"), "*");
    let collection: Value = serde_json::from_slice(&reply.body).expect("JSON");
    let features = collection["features"].as_array().expect("features");
    let by_state = |state: &str| features.iter().find(|f| f["properties"]["state"] == state).expect("there");
    assert_eq!(features.len(), 3);
    let current = by_state("current");
    assert_eq!(current["geometry"]["type"], "Point");
    let (lon, lat) = (&current["geometry"]["coordinates"][0], &current["geometry"]["coordinates"][1]);
    assert!((-93.3..-93.2).contains(&lon.as_f64().expect("a number")), "{lon}");
    assert!((44.9..45.0).contains(&lat.as_f64().expect("a number")), "{lat}");
    assert_eq!(current["properties"]["log_index"].as_u64(), Some(indexes[0]));
    assert_eq!(current["properties"]["issued"], "2026-11-21T12:00:00Z");
    assert_eq!(by_state("rumor-check")["geometry"], Value::Null, "a zone without an area");
    assert_eq!(by_state("over")["properties"]["serial"], 2);

    let reply = get(client.addr, "/v1/alerts.atom").await;
    assert_eq!(reply.header("content-type"), "application/atom+xml; charset=utf-8");
    let feed = text(&reply);
    assert!(is_balanced(&feed, &[]), "{feed}");
    assert_eq!(feed.matches("<entry>").count(), 3);
    assert!(feed.contains("<title>Checkpoint: around Powderhorn &quot;Park&quot;</title>"), "{feed}");
    assert!(feed.contains("<updated>2026-11-21T12:00:00Z</updated>"));
    let zone = alert_at(
        Place::Zone("powderhorn-park".parse().expect("a zone")),
        Outcome::Confirmed,
        4,
        (NoteKind::New, 1),
        104,
        relay.now(),
    );
    publish(&client, zone).await;
    let collection: Value =
        serde_json::from_slice(&get(client.addr, "/v1/alerts.geojson").await.body).expect("JSON");
    let area = collection["features"]
        .as_array()
        .expect("features")
        .iter()
        .find(|f| f["geometry"]["type"] == "MultiPolygon");
    let ring =
        area.expect("a zone's area")["geometry"]["coordinates"][0][0].as_array().expect("a ring").clone();
    assert_eq!((ring.len(), &ring[0]), (5, &ring[4]), "closed");
    relay.running.stop().await;
}

/// A reader of the event stream.
struct Events {
    body: Incoming,
    text: String,
    connection: tokio::task::JoinHandle<Result<(), hyper::Error>>,
}

impl Events {
    async fn open(relay: &Relay, query: &str, last: Option<u64>) -> Events {
        let stream = tokio::net::TcpStream::connect(relay.running.addr()).await.expect("connected");
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
        let connection = tokio::spawn(connection);
        let mut request =
            hyper::Request::get(format!("/v1/alerts/stream{query}")).header("host", "relay.test");
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        let request = request.body(Empty::<Bytes>::new()).expect("a request");
        let response = sender.send_request(request).await.expect("an answer");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Events { body: response.into_body(), text: String::new(), connection }
    }

    /// The next alert; `None` when the stream has ended.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let data = event.lines().find_map(|l| l.strip_prefix("data: ")).map(str::to_owned);
                self.text = rest.to_owned();
                match data {
                    Some(data) => return Some(serde_json::from_str(&data).expect("JSON")),
                    None => continue,
                }
            }
            let frame = self.body.frame().await?.ok()?;
            let data = frame.into_data().expect("data");
            self.text.push_str(std::str::from_utf8(&data).expect("whole characters"));
        }
    }
}

#[tokio::test]
async fn the_event_stream_gives_each_alert_once_with_its_proof() {
    let relay = Relay::start().await;
    let client = relay.client();
    let first = publish(&client, alert(1, NoteKind::New, 1, 110, relay.now())).await;
    let mut all = Events::open(&relay, "", None).await;
    let mut late = Events::open(&relay, &format!("?after={first}"), None).await;
    let mut resumed = Events::open(&relay, "?after=0", Some(first)).await;
    let event = all.next().await.expect("the one before");
    assert_eq!(event["index"].as_u64(), Some(first));
    let second = publish(&client, alert(2, NoteKind::New, 1, 111, relay.now())).await;
    for events in [&mut all, &mut late, &mut resumed] {
        let event = events.next().await.expect("pushed");
        assert_eq!(event["index"].as_u64(), Some(second));
        // It proves itself without a further question.
        let checkpoint = event["checkpoint"].as_str().expect("text");
        let head = Checkpoint::open(checkpoint.as_bytes(), relay.running.log()).expect("signed");
        let body = event["note"].as_str().expect("text").as_bytes();
        let leaf = encode(&LogLeaf { kind: LogKind::Alert, body_hash: plain_sha256(body) });
        let proof: Vec<Hash32> = event["proof"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|h| h.as_str().expect("text").parse().expect("a hash"))
            .collect();
        tree::verify_inclusion(&tree::leaf_hash(&leaf), second, head.size, &proof, &head.root)
            .expect("included");
    }
    relay.running.stop().await;
    assert!(all.next().await.is_none() && late.next().await.is_none());
    all.connection.await.expect("ended").expect("in order");
}

#[tokio::test]
async fn without_a_manifest_there_is_nothing_to_show() {
    let relay = Relay::empty(|c| c.tuning.max_live = 0).await;
    let client = relay.client();
    for path in ["/", "/alerts", "/v1/alerts.geojson", "/v1/alerts.atom"] {
        assert_eq!(get(client.addr, path).await.code(), Code::NotSetUp, "{path}");
    }
    assert_eq!(get(client.addr, "/v1/alerts/stream").await.code(), Code::Busy);
    assert_eq!(get(client.addr, "/v1/alerts/stream?after=x").await.code(), Code::Malformed);
    relay.running.stop().await;
}
