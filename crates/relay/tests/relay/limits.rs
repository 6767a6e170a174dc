//! Every limit of the protocol and every setting of an operator has a test that it is enforced: the
//! tables at the end say which. Those that no other file tests are here.

use std::sync::Arc;
use std::sync::mpsc;

use bystand_relay::clock::SetClock;
use bystand_relay::config::{Tuning, describe};
use bystand_relay::log::LogSigner;
use bystand_relay::metrics::Metrics;
use bystand_relay::rules::Refusal;
use bystand_relay::rules::stream::PolicyLimits;
use bystand_relay::store::sqlite::{SqliteOptions, SqliteStore};
use bystand_relay::store::{Stored, Tx};
use bystand_relay::writer::{Action, Shared, Writer, WriterLimits, WriterState};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{BlobId, NetworkId, PassPurpose, StreamId, Timestamp, encode, limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{get, key, policy, send};
use crate::faulty::{FaultyStore, Plan};
use crate::world::{Relay, WORLD, noon};

type Change = fn(&mut Policy, Timestamp, u64);

/// At each limit of a policy, and just over it.
#[tokio::test]
async fn what_a_policy_may_ask_for() {
    let relay = Relay::start_with(|c| c.tuning.max_frames = 1_000).await;
    let client = relay.client();
    let owner = key(1);
    let mut held = policy(&owner, vec![], relay.now());
    client.create(&held, &owner).await;
    let cases: [(&str, Change); 6] = [
        ("life", |p, now, over| {
            p.expires_at = now.plus_ms(limits::STREAM_LIFE_MS + limits::CLOCK_SKEW_MS + over);
        }),
        ("frame length", |p, _, over| {
            p.max_frame_len = u32::try_from(limits::FRAME_LEN as u64 + over).expect("fits");
        }),
        ("frames", |p, _, over| p.max_frames = u32::try_from(1_000 + over).expect("fits")),
        ("successors", |p, _, over| p.successors = vec![p.creator; keys(over)]),
        ("erasers", |p, _, over| p.erasers = vec![p.creator; keys(over)]),
        ("appenders", |p, _, over| p.append = vec![AppendRule::Keys(vec![p.creator; keys(over)])]),
    ];
    for (name, change) in cases {
        let mut over = Policy { version: held.version + 1, ..held.clone() };
        let mut at = over.clone();
        change(&mut over, relay.now(), 1);
        assert_eq!(client.put(&over, &owner, None).await.code(), Code::Malformed, "{name}, just over");
        change(&mut at, relay.now(), 0);
        client.put(&at, &owner, None).await.read::<Created>();
        held = Policy { version: at.version, ..held };
    }
    relay.running.stop().await;
}

fn keys(over: u64) -> usize {
    limits::POLICY_KEYS + usize::try_from(over).expect("few")
}

#[tokio::test]
async fn a_log_entry_s_length() {
    let relay = Relay::start().await;
    let client = relay.client();
    for (kind, longest) in
        [(LogKind::Certificates, limits::LOG_ENTRY_LEN), (LogKind::Alert, limits::ALERT_NOTE_LEN)]
    {
        assert_eq!(client.log(kind, vec![b'x'; longest + 1]).await.code(), Code::TooLarge, "{kind:?}");
        assert_eq!(client.log(kind, vec![b'x'; longest]).await.code(), Code::Malformed, "{kind:?}");
    }
    relay.running.stop().await;
}

#[tokio::test]
async fn blobs_by_pass_are_counted() {
    let relay = Relay::start_with(|c| c.tuning.blobs_per_pass = 1).await;
    let client = relay.client();
    let pass = WORLD.pass(PassPurpose::Report, 90);
    let put = async |n: u8| {
        let (id, chunk) = (BlobId([n; 32]), vec![n; 10]);
        let tag = bystand_crypto::hash::plain_sha256(&chunk);
        let context = UseContext { stream: StreamId(id.0), tag };
        let admission = Admission::Pass(pass.redeem(&client.network, &context));
        let expires_at = relay.now().plus_ms(60_000);
        let body = encode(&PutBlob { chunk, expires_at, granter: None, admission });
        send(client.addr, "PUT", &format!("/v1/blobs/{id}"), body, &[]).await
    };
    put(1).await.read::<Created>();
    assert_eq!(put(2).await.code(), Code::Busy);
    relay.running.stop().await;
}

/// Sends the beginning of a request and nothing more.
async fn begin(relay: &Relay, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(relay.running.addr()).await.expect("connected");
    stream.write_all(text.as_bytes()).await.expect("sent");
    stream
}

/// What comes until the relay hangs up.
async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset ends it as well as an orderly close.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn whoever_sends_nothing_more_is_hung_up_on() {
    let relay = Relay::empty(|c| {
        (c.tuning.header_timeout_s, c.tuning.body_timeout_s, c.tuning.ping_s) = (1, 1, 1);
    })
    .await;
    let half_a_header = begin(&relay, "GET /healthz HTTP/1.1\r\nhost:").await;
    assert!(!rest(half_a_header).await.contains("200"));
    let path = format!("/v1/streams/{}", StreamId([1; 32]));
    let request =
        format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 9\r\n\r\nxx");
    let refused = rest(begin(&relay, &request).await).await;
    assert!(refused.starts_with("HTTP/1.1 4"), "{refused}");
    // A live connection that answers no ping.
    let upgrade = "GET /v1/live HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                   sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let answer = rest(begin(&relay, upgrade).await).await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    relay.running.stop().await;
}

#[tokio::test]
async fn so_many_large_bodies_at_once() {
    let relay = Relay::start_with(|c| c.tuning.max_large_bodies = 1).await;
    let client = relay.client();
    let path = format!("/v1/blobs/{}", BlobId([1; 32]));
    let head = format!("PUT {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nxx");
    let slow = begin(&relay, &head).await;
    // The first one counts from when the relay has read its header.
    while send(client.addr, "PUT", &path, vec![0], &[]).await.code() != Code::Busy {}
    drop(slow);
    while send(client.addr, "PUT", &path, vec![0], &[]).await.code() == Code::Busy {}
    relay.running.stop().await;
}

#[tokio::test]
async fn requests_under_way_are_cut_when_their_time_is_over() {
    let relay = Relay::start_with(|c| c.tuning.shutdown_s = 1).await;
    let path = format!("/v1/streams/{}", StreamId([1; 32]));
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nxx");
    let stuck = begin(&relay, &head).await;
    assert_eq!(get(relay.running.addr(), "/healthz").await.status, 200);
    // It would wait for the body for thirty seconds; the test ends when the relay does.
    relay.running.stop().await;
    drop(stuck);
}

/// A figure of the relay.
async fn figure(relay: &Relay, name: &str) -> u64 {
    let page = String::from_utf8(get(relay.running.addr(), "/metrics").await.body).expect("text");
    let line = page.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("no {name} in {page}"))
}

#[tokio::test]
async fn what_is_done_every_so_often_is_done_by_itself() {
    let relay = Relay::start_with(|c| (c.tuning.sweep_s, c.tuning.checkpoint_s) = (1, 1)).await;
    let client = relay.client();
    let owner = key(1);
    client.create(&policy(&owner, vec![], relay.now()), &owner).await;
    assert_eq!(figure(&relay, "bystand_streams").await, 1);
    let checkpoint = get(client.addr, "/v1/network").await.read::<Network>().checkpoint;
    relay.clock.advance_ms(8 * crate::world::DAY_MS);
    while figure(&relay, "bystand_streams").await > 0 {}
    while get(client.addr, "/v1/network").await.read::<Network>().checkpoint == checkpoint {}
    relay.running.stop().await;
}

#[tokio::test]
async fn one_reader_is_enough_for_many_requests() {
    let relay = Relay::start_with(|c| c.tuning.readers = 1).await;
    let client = relay.client();
    let owner = key(1);
    let id = client.create(&policy(&owner, vec![], relay.now()), &owner).await;
    let reads = futures_util::future::join_all((0..40).map(|_| client.read(id, 0, None))).await;
    assert!(reads.iter().all(|reply| reply.status == 200));
    relay.running.stop().await;
}

#[tokio::test]
async fn a_live_client_that_takes_nothing_is_hung_up_on() {
    let relay = Relay::start_with(|c| {
        (c.tuning.send_timeout_s, c.tuning.live_queue, c.tuning.ping_s) = (1, 10_000, 600);
    })
    .await;
    let client = relay.client();
    let owner = key(1);
    let rule = AppendRule::Keys(vec![owner.public()]);
    let id = client.create(&policy(&owner, vec![rule], relay.now()), &owner).await;
    let url = format!("ws://{}/v1/live", relay.running.addr());
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("connected");
    let follow = encode(&LiveIn::Follow(id, bystand_wire::Seq(0), None));
    futures_util::SinkExt::send(&mut socket, tokio_tungstenite::tungstenite::Message::Binary(follow.into()))
        .await
        .expect("sent");
    while figure(&relay, "bystand_live_connections").await < 1 {}
    // It never reads: once the buffers between are full, the relay gives it a second and hangs up.
    for n in 0..1_000_u64 {
        let mut body = vec![7; 60_000];
        body[..8].copy_from_slice(&n.to_be_bytes());
        let frame = bystand_wire::Frame::build(bystand_wire::FrameKind::Reply, &body);
        if client.append_by_key(id, &owner, frame).await.status != 200
            || figure(&relay, "bystand_live_connections").await == 0
        {
            break;
        }
    }
    while figure(&relay, "bystand_live_connections").await > 0 {}
    drop(socket);
    relay.running.stop().await;
}

/// Keeps the writer busy until somebody lets go of it.
struct Hold(std::sync::Mutex<mpsc::Receiver<()>>);
/// Does nothing.
struct Nothing;

impl Action for Hold {
    type Output = ();
    fn apply(&self, _: &mut WriterState, _: &mut dyn Tx, _: Timestamp) -> Stored<Result<(), Refusal>> {
        let _ = self.0.lock().expect("alone").recv();
        Ok(Ok(()))
    }
}

impl Action for Nothing {
    type Output = ();
    fn apply(&self, _: &mut WriterState, _: &mut dyn Tx, _: Timestamp) -> Stored<Result<(), Refusal>> {
        Ok(Ok(()))
    }
}

#[tokio::test]
async fn the_writer_s_queue_and_groups() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("relay.db"), SqliteOptions::default()).expect("opened");
    let plan = Plan::new(None);
    let limits = WriterLimits {
        queue_len: 5,
        group_len: 2,
        group_bytes: 1 << 20,
        policy: PolicyLimits { max_frames: 10 },
        streams_per_pass: 1,
        blobs_per_pass: 1,
    };
    let signer = LogSigner::new(&NetworkId([1; 32]), key(99)).expect("a name");
    let (clock, shared) = (Arc::new(SetClock::at(noon())), Arc::new(Shared::default()));
    let state =
        WriterState::new(limits, clock, shared, Arc::new(Metrics::default()), signer, Box::new(|_| ()));
    let store = FaultyStore { inner: Box::new(store), plan: plan.clone() };
    let (writer, thread) = Writer::start(Box::new(store), state).expect("a thread");
    let (let_go, held) = mpsc::channel();
    let holding = tokio::spawn({
        let writer = writer.clone();
        async move { writer.ask(Hold(std::sync::Mutex::new(held))).await }
    });
    // Its transaction has begun, so the queue is empty: five fit, and no sixth.
    while plan.steps() < 2 {
        tokio::task::yield_now().await;
    }
    let before = plan.steps();
    let mut waiting: Vec<_> = (0..5).map(|_| Box::pin(writer.ask(Nothing))).collect();
    for ask in &mut waiting {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(ask.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(writer.ask(Nothing).await.map_err(|r| r.code), Err(Code::Busy));
    let_go.send(()).expect("it waits");
    holding.await.expect("ended").expect("done");
    for ask in waiting {
        ask.await.expect("done");
    }
    // Two steps a transaction, beginning and commit: five in groups of two are three.
    assert_eq!(plan.steps() - before, 3 * 2);
    writer.stop().await;
    thread.join().expect("an orderly end");
}

/// Where each limit of the protocol is tested: a file, and a test in it.
const TESTED: &[(&str, &str, &str)] = &[
    ("FRAME_LEN", "relay/tests/relay/streams.rs", "each_limit_of_a_stream_is_enforced"),
    ("APPEND_LEN", "relay/tests/relay/streams.rs", "each_limit_of_a_stream_is_enforced"),
    ("BLOB_LEN", "relay/tests/relay/blobs.rs", "what_is_no_blob"),
    ("LOG_ENTRY_LEN", "relay/tests/relay/limits.rs", "a_log_entry_s_length"),
    ("READ_FRAMES", "relay/tests/relay/streams.rs", "long_reads_come_in_pieces"),
    ("READ_LEN", "relay/tests/relay/streams.rs", "long_reads_come_in_pieces"),
    ("LIVE_STREAMS", "relay/tests/relay/live.rs", "one_connection_follows_so_many_streams"),
    ("LIVE_MESSAGE_LEN", "relay/tests/relay/live.rs", "what_ends_a_live_connection"),
    ("LIVE_CONNECTIONS", "relay/src/server/start.rs", "no_setting_goes_beyond_the_live_connections"),
    ("REPORT_TEXT_CHARS", "core/src/report/check.rs", "only_place_and_activity_are_asked_for"),
    ("NOTE_CHARS", "core/src/network/names.rs", "names_are_bounded_and_plain"),
    ("NAME_CHARS", "core/src/network/names.rs", "names_are_bounded_and_plain"),
    ("ZONE_ID_LEN", "wire/src/ids.rs", "zone_ids_have_their_length"),
    ("ZONES", "core/tests/network/keys.rs", "every_field_of_a_manifest_has_its_limits"),
    ("VERTICES", "core/tests/network/keys.rs", "every_field_of_a_manifest_has_its_limits"),
    ("CLOCK_SKEW_MS", "relay/src/verify/bodies.rs", "five_minutes_off_and_no_more"),
    ("PERIOD_GRACE_MS", "wire/src/time.rs", "periods_accept_their_grace_and_no_more"),
    ("ROOM_MEMBERS", "crypto/src/rooms/rules.rs", "a_room_has_so_many_members"),
    ("WORK_NONCE_MS", "relay/tests/relay/lanes.rs", "work_is_bound_fresh_and_used_once"),
    ("STREAM_LIFE_MS", "relay/tests/relay/limits.rs", "what_a_policy_may_ask_for"),
    ("STREAM_FRAMES", "core/tests/team/casebook.rs", "a_casebook_holds_as_much_as_a_stream_may"),
    ("STREAM_START", "relay/src/rules/stream.rs", "creation"),
    ("POLICY_KEYS", "relay/tests/relay/limits.rs", "what_a_policy_may_ask_for"),
    ("BLOB_LIFE_MS", "relay/tests/relay/blobs.rs", "what_is_no_blob"),
    ("BLOB_LEASE_MS", "relay/tests/relay/blobs.rs", "a_capsule_is_leased_to_one_driver_and_gone_when_read"),
    ("ERASE_FRAMES", "relay/src/rules/erase.rs", "by_the_creator_and_the_erasers"),
    ("CERTIFICATE_MS", "core/tests/network/keys.rs", "certificates_count_within_their_limits"),
    ("KEY_NOTE_MS", "core/tests/network/keys.rs", "every_field_of_a_key_note_has_its_limits"),
    ("KEY_NOTE_STALE_MS", "core/tests/network/keys.rs", "a_key_note_is_opened_against_its_manifest"),
    (
        "MANIFEST_REPORT_GRACE_MS",
        "core/tests/network/keys.rs",
        "an_expired_manifest_takes_reports_for_two_weeks_more",
    ),
    ("ALERT_NOTE_LEN", "relay/tests/relay/limits.rs", "a_log_entry_s_length"),
    ("ALERT_LIFE_MS", "core/tests/alerts/note.rs", "a_builder_adds_only_what_fits"),
    ("HEADS_UP_MS", "core/tests/desk/intake.rs", "a_heads_up_is_coarse_and_sent_once_in_twenty_minutes"),
    (
        "ACCEPTED_MS",
        "core/tests/day/life.rs",
        "an_accepted_device_that_misses_the_end_forgets_the_place_by_itself",
    ),
    ("CLAIM_LAPSE_MS", "core/tests/desk/intake.rs", "claims_are_exclusive_and_lapse_only_on_their_last_sign"),
    ("DOOR_REQUESTS_PER_PASS", "relay/tests/relay/lanes.rs", "a_room_pass_knocks_so_often_a_day"),
];

/// Where each setting is tested.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("listen", "relay/src/config.rs", "flags_win_over_the_file_and_the_file_over_defaults"),
    ("max_connections", "relay/tests/relay/service.rs", "more_connections_than_allowed_are_turned_away"),
    ("max_live", "relay/tests/relay/live.rs", "what_ends_a_live_connection"),
    ("live_queue", "relay/tests/relay/live.rs", "a_slow_follower_is_told_that_it_lagged_and_resumes"),
    ("ping_s", "relay/tests/relay/limits.rs", "whoever_sends_nothing_more_is_hung_up_on"),
    ("header_timeout_s", "relay/tests/relay/limits.rs", "whoever_sends_nothing_more_is_hung_up_on"),
    ("body_timeout_s", "relay/tests/relay/limits.rs", "whoever_sends_nothing_more_is_hung_up_on"),
    ("send_timeout_s", "relay/tests/relay/limits.rs", "a_live_client_that_takes_nothing_is_hung_up_on"),
    ("max_large_bodies", "relay/tests/relay/limits.rs", "so_many_large_bodies_at_once"),
    ("queue_len", "relay/tests/relay/limits.rs", "the_writer_s_queue_and_groups"),
    ("group_len", "relay/tests/relay/limits.rs", "the_writer_s_queue_and_groups"),
    ("readers", "relay/tests/relay/limits.rs", "one_reader_is_enough_for_many_requests"),
    ("max_store_mib", "relay/tests/relay/durable.rs", "a_full_store_refuses_keeps_what_it_has_and_recovers"),
    ("max_frames", "relay/tests/relay/limits.rs", "what_a_policy_may_ask_for"),
    ("streams_per_pass", "relay/tests/relay/lanes.rs", "streams_by_pass_are_counted_and_do_not_use_it_up"),
    ("blobs_per_pass", "relay/tests/relay/limits.rs", "blobs_by_pass_are_counted"),
    ("work_effort_floor", "relay/src/rules/work.rs", "rises_with_load_to_its_cap_and_falls_back"),
    (
        "work_effort_cap",
        "relay/tests/relay/lanes.rs",
        "effort_rises_with_the_open_lane_and_weak_work_is_refused",
    ),
    (
        "open_lane_per_minute",
        "relay/tests/relay/lanes.rs",
        "effort_rises_with_the_open_lane_and_weak_work_is_refused",
    ),
    ("sweep_s", "relay/tests/relay/limits.rs", "what_is_done_every_so_often_is_done_by_itself"),
    ("checkpoint_s", "relay/tests/relay/limits.rs", "what_is_done_every_so_often_is_done_by_itself"),
    ("old_texts_days", "relay/tests/relay/log.rs", "texts_expire_and_leaves_stay"),
    ("accent", "relay/tests/relay/pages.rs", "the_network_s_color_is_in_the_style"),
    ("shutdown_s", "relay/tests/relay/limits.rs", "requests_under_way_are_cut_when_their_time_is_over"),
];

#[test]
fn every_limit_and_setting_is_in_the_tables() {
    let source = include_str!("../../../wire/src/limits.rs");
    let declared: Vec<&str> = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.split(':').next())
        // Nothing follows a handshake that goes as a blob yet, so nothing enforces where that begins.
        .filter(|name| *name != "HANDSHAKE_INLINE_LEN")
        .collect();
    assert_eq!(TESTED.iter().map(|(name, ..)| *name).collect::<Vec<_>>(), declared);
    let settings: Vec<&str> = describe(&Tuning::default()).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(SETTINGS.iter().map(|(name, ..)| *name).collect::<Vec<_>>(), settings);
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (name, file, test) in TESTED.iter().chain(SETTINGS) {
        let text = std::fs::read_to_string(crates.join(file)).unwrap_or_default();
        assert!(text.contains(&format!("fn {test}()")), "{name}: no test {test} in {file}");
    }
}
