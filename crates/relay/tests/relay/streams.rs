//! Streams: policies, appends, reads, erasing, expiry.

use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{Seq, encode, limits};

use crate::client::{frame, get, key, policy, send};
use crate::world::{DAY_MS, Relay, WORLD};

#[tokio::test]
async fn frames_come_back_in_order_and_only_those_after_a_place() {
    let relay = Relay::start().await;
    let client = relay.client();
    let anna = key(1);
    let id =
        client.create(&policy(&anna, vec![AppendRule::Keys(vec![anna.public()])], relay.now()), &anna).await;
    for (n, text) in ["one", "two", "three"].into_iter().enumerate() {
        let appended: Appended = client.append_by_key(id, &anna, frame(text)).await.read();
        assert_eq!(appended, Appended { seq: Seq(n as u64 + 1), at: relay.now(), epoch: 0 });
    }
    assert_eq!(client.texts(id).await, [(1, "one".into()), (2, "two".into()), (3, "three".into())]);
    let reply = client.read(id, 2, None).await;
    assert_eq!(reply.header("cache-control"), "no-store");
    let frames: Frames = reply.read();
    assert_eq!(frames.frames.len(), 1);
    assert_eq!((frames.head, frames.generation), (Seq(3), relay.running.generation()));
    assert!(client.read(id, 3, None).await.read::<Frames>().frames.is_empty());
    relay.running.stop().await;
}

#[tokio::test]
async fn a_stream_that_goes_on_where_another_ended_gives_out_the_next_places() {
    let relay = Relay::start().await;
    let anna = key(1);
    let plain = policy(&anna, vec![AppendRule::Keys(vec![anna.public()])], relay.now());
    let id = relay.client().create(&Policy { starts_after: Some(Seq(2_000)), ..plain }, &anna).await;
    // Also when the relay was started again before the first frame.
    let relay = relay.restart().await;
    let client = relay.client();
    assert_eq!(client.read(id, 0, None).await.read::<Frames>().head, Seq(2_000));
    for (place, text) in [(2_001, "one"), (2_002, "two")] {
        let appended: Appended = client.append_by_key(id, &anna, frame(text)).await.read();
        assert_eq!(appended.seq, Seq(place));
    }
    assert_eq!(client.texts(id).await, [(2_001, "one".into()), (2_002, "two".into())]);
    assert_eq!(client.read(id, 2_001, None).await.read::<Frames>().frames.len(), 1);
    relay.running.stop().await;
}

#[tokio::test]
async fn the_same_frame_again_gives_the_same_answer() {
    let relay = Relay::start().await;
    let client = relay.client();
    let anna = key(1);
    let id =
        client.create(&policy(&anna, vec![AppendRule::Keys(vec![anna.public()])], relay.now()), &anna).await;
    let first: Appended = client.append_by_key(id, &anna, frame("once")).await.read();
    relay.clock.advance_ms(1_000);
    let again: Appended = client.append_by_key(id, &anna, frame("once")).await.read();
    assert_eq!(first, again);
    let relay = relay.restart().await;
    let client = relay.client();
    assert_eq!(client.append_by_key(id, &anna, frame("once")).await.read::<Appended>(), first);
    // Erased, it is still known, and does not come back.
    assert_eq!(client.erase(id, &anna, &[1, 1, 7]).await.read::<Erased>(), Erased { erased: 1 });
    assert_eq!(client.append_by_key(id, &anna, frame("once")).await.read::<Appended>(), first);
    assert_eq!(client.texts(id).await, []);
    relay.running.stop().await;
}

#[tokio::test]
async fn who_may_append_read_and_erase() {
    let relay = Relay::start().await;
    let client = relay.client();
    let (anna, ben) = (key(1), key(2));
    let mut p = policy(&anna, vec![AppendRule::Keys(vec![anna.public()])], relay.now());
    p.read = ReadRule::Key(ben.public());
    let id = client.create(&p, &anna).await;
    assert_eq!(client.append_by_key(id, &ben, frame("x")).await.code(), Code::NotAllowed);
    let mut forged = client.by_key(id, &anna, frame("x"));
    forged.frame = frame("y");
    assert_eq!(client.append(id, &forged).await.code(), Code::NotAllowed);
    client.append_by_key(id, &anna, frame("x")).await.read::<Appended>();

    assert_eq!(client.read(id, 0, None).await.code(), Code::NotAllowed);
    let by = |key, at| client.read_auth(id, key, at);
    assert_eq!(client.read(id, 0, Some(&by(&anna, relay.now()))).await.code(), Code::NotAllowed);
    let frames: Frames = client.read(id, 0, Some(&by(&ben, relay.now()))).await.read();
    assert_eq!(frames.frames.len(), 1);
    let stale = relay.now().minus_ms(limits::CLOCK_SKEW_MS + 1);
    let refused = client.read(id, 0, Some(&by(&ben, stale))).await;
    assert_eq!(refused.code(), Code::ClockSkew);
    assert_eq!(refused.problem()["relay_time"].as_u64(), Some(relay.now().0));

    assert_eq!(client.erase(id, &ben, &[1]).await.code(), Code::NotAllowed);
    assert_eq!(client.erase(id, &anna, &[1]).await.read::<Erased>().erased, 1);
    let many: Vec<u64> = (0..=limits::ERASE_FRAMES as u64).collect();
    assert_eq!(client.erase(id, &anna, &many).await.code(), Code::Malformed);
    relay.running.stop().await;
}

#[tokio::test]
async fn policies_are_replaced_by_the_next_version_only() {
    let relay = Relay::start().await;
    let client = relay.client();
    let (anna, ben) = (key(1), key(2));
    let mut p = policy(&anna, vec![AppendRule::Keys(vec![anna.public()])], relay.now());
    p.successors = vec![ben.public()];
    let id = client.create(&p, &anna).await;
    client.append_by_key(id, &anna, frame("kept")).await.read::<Appended>();
    // The same again, without admission.
    assert_eq!(client.put(&p, &anna, None).await.read::<Created>().expires_at, p.expires_at);
    let other = Policy { max_frames: 5, ..p.clone() };
    assert_eq!(client.put(&other, &anna, None).await.code(), Code::Exists);
    let next = Policy { version: 2, append: vec![AppendRule::Keys(vec![ben.public()])], ..p.clone() };
    assert_eq!(client.put(&next, &key(9), None).await.code(), Code::NotAllowed);
    client.put(&next, &ben, None).await.read::<Created>();
    assert_eq!(client.put(&p, &anna, None).await.code(), Code::StalePolicy);
    assert_eq!(client.append_by_key(id, &anna, frame("late")).await.code(), Code::NotAllowed);
    client.append_by_key(id, &ben, frame("new")).await.read::<Appended>();
    let relay = relay.restart().await;
    assert_eq!(relay.client().texts(id).await, [(1, "kept".into()), (2, "new".into())]);
    relay.running.stop().await;
}

#[tokio::test]
async fn creation_needs_admission_and_the_right_name() {
    let relay = Relay::start().await;
    let client = relay.client();
    let anna = key(1);
    let p = policy(&anna, vec![], relay.now());
    let refused = client.put(&p, &anna, None).await;
    assert_eq!(refused.code(), Code::WorkNeeded);
    assert_eq!(refused.problem()["work"]["effort"].as_u64(), Some(1));
    assert_eq!(client.put(&p, &key(2), None).await.code(), Code::NotAllowed);
    // A policy under another stream's name.
    let policy = bystand_crypto::sign::Signed::sign(&client.network, &anna, &p).into();
    let body = encode(&CreateStream { policy, admission: None });
    let path = format!("/v1/streams/{}", "00".repeat(32));
    assert_eq!(send(client.addr, "PUT", &path, body.clone(), &[]).await.code(), Code::NotAllowed);
    // Not ids.
    for bad in ["xyz", "00", &"AA".repeat(32)] {
        let path = format!("/v1/streams/{bad}");
        assert_eq!(send(client.addr, "PUT", &path, body.clone(), &[]).await.code(), Code::Malformed);
    }
    relay.running.stop().await;
}

#[tokio::test]
async fn certificates_make_streams_and_fill_those_for_their_role() {
    use bystand_crypto::hash;
    use bystand_crypto::sign::sign;
    use bystand_wire::{FrameHash, Role};
    let relay = Relay::start().await;
    let client = relay.client();
    let (anna, observer) = (key(1), key(3));
    let certificate = WORLD.certificate(&observer, vec![Role::Observer]);
    let p = policy(&anna, vec![AppendRule::Certified(vec![Role::Observer])], relay.now());
    let id = hash::stream_id(&p.creator);
    let admit = |frame: FrameHash, device: &bystand_crypto::sign::SigningKey| {
        let context = AppendContext { stream: id, frame, commit: None, epoch: None };
        Admission::Certificate(certificate.clone(), sign(&client.network, device, &context))
    };
    let policy_hash = FrameHash(hash::plain_sha256(&encode(&p)).0);
    // The certificate with somebody else's signature is nothing.
    assert_eq!(client.put(&p, &anna, Some(admit(policy_hash, &anna))).await.code(), Code::NotAllowed);
    client.put(&p, &anna, Some(admit(policy_hash, &observer))).await.read::<Created>();
    let f = frame("seen");
    let admission = admit(hash::frame_hash(&f), &observer);
    let append = Append { frame: f, admission, commit: None, tag: None };
    client.append(id, &append).await.read::<Appended>();
    relay.clock.advance_ms(31 * DAY_MS);
    let late = Append { frame: frame("later"), ..append };
    assert_eq!(client.append(id, &late).await.code(), Code::NotFound, "the stream has ended");
    relay.running.stop().await;
}

#[tokio::test]
async fn each_limit_of_a_stream_is_enforced() {
    let relay = Relay::start().await;
    let client = relay.client();
    let anna = key(1);
    let mut p = policy(&anna, vec![AppendRule::Keys(vec![anna.public()])], relay.now());
    (p.max_frames, p.max_frame_len) = (2, 10);
    let id = client.create(&p, &anna).await;
    assert_eq!(client.append_by_key(id, &anna, frame("123456789")).await.code(), Code::TooLarge);
    client.append_by_key(id, &anna, frame("12345678")).await.read::<Appended>();
    client.append_by_key(id, &anna, frame("b")).await.read::<Appended>();
    assert_eq!(client.append_by_key(id, &anna, frame("c")).await.code(), Code::StreamFull);
    client.erase(id, &anna, &[1]).await.read::<Erased>();
    assert_eq!(client.append_by_key(id, &anna, frame("c")).await.read::<Appended>().seq, Seq(3));

    // The whole protocol's limits.
    let path = format!("/v1/streams/{id}");
    let body = vec![0; limits::APPEND_LEN + 1];
    assert_eq!(send(client.addr, "POST", &path, body, &[]).await.code(), Code::TooLarge);
    let long = vec![1; limits::FRAME_LEN + 1];
    assert_eq!(client.append_by_key(id, &anna, long).await.code(), Code::TooLarge);
    for bad in [vec![], vec![9, 1], vec![1, 99]] {
        assert_eq!(client.append_by_key(id, &anna, bad).await.code(), Code::Malformed);
    }
    assert_eq!(send(client.addr, "POST", &path, b"not cbor".to_vec(), &[]).await.code(), Code::Malformed);
    assert_eq!(get(client.addr, &format!("{path}?after=x")).await.code(), Code::Malformed);
    let hex = [(READ_HEADER, "zz")];
    assert_eq!(send(client.addr, "GET", &path, vec![], &hex).await.code(), Code::Malformed);
    assert_eq!(get(client.addr, "/v1/nothing").await.code(), Code::NotFound);
    assert_eq!(send(client.addr, "DELETE", &path, vec![], &[]).await.code(), Code::Malformed);
    relay.running.stop().await;
}

#[tokio::test]
async fn long_reads_come_in_pieces() {
    let relay = Relay::start().await;
    let client = relay.client();
    let anna = key(1);
    let id =
        client.create(&policy(&anna, vec![AppendRule::Keys(vec![anna.public()])], relay.now()), &anna).await;
    let big = |n: u8| bystand_wire::Frame::build(bystand_wire::FrameKind::Reply, &vec![n; 60 * 1024]);
    for n in 0..20 {
        client.append_by_key(id, &anna, big(n)).await.read::<Appended>();
    }
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let reply = client.read(id, after, None).await;
        let frames: Frames = reply.read();
        let bytes: usize = frames.frames.iter().map(|f| f.frame.len()).sum();
        assert!(bytes <= limits::READ_LEN && frames.frames.len() <= limits::READ_FRAMES);
        let Some(last) = frames.frames.last() else { break };
        after = last.seq.0;
        seen.extend(frames.frames.iter().map(|f| f.seq.0));
    }
    assert_eq!(seen, (1..=20).collect::<Vec<u64>>());
    relay.running.stop().await;
}

#[tokio::test]
async fn frames_and_streams_end() {
    let relay = Relay::start().await;
    let client = relay.client();
    let anna = key(1);
    let id =
        client.create(&policy(&anna, vec![AppendRule::Keys(vec![anna.public()])], relay.now()), &anna).await;
    client.append_by_key(id, &anna, frame("first")).await.read::<Appended>();
    relay.clock.advance_ms(DAY_MS - 1);
    client.append_by_key(id, &anna, frame("second")).await.read::<Appended>();
    relay.clock.advance_ms(1);
    // Before and after the sweep the same.
    assert_eq!(client.texts(id).await, [(2, "second".into())]);
    relay.running.sweep().await;
    assert_eq!(client.texts(id).await, [(2, "second".into())]);
    assert_eq!(client.append_by_key(id, &anna, frame("third")).await.read::<Appended>().seq, Seq(3));
    relay.clock.advance_ms(7 * DAY_MS);
    assert_eq!(client.read(id, 0, None).await.code(), Code::NotFound);
    assert_eq!(client.append_by_key(id, &anna, frame("fourth")).await.code(), Code::NotFound);
    relay.running.sweep().await;
    assert_eq!(client.read(id, 0, None).await.code(), Code::NotFound);
    relay.running.stop().await;
}

#[tokio::test]
async fn public_streams_may_be_cached_and_all_answers_are_hardened() {
    let relay = Relay::start().await;
    let client = relay.client();
    let anna = key(1);
    let mut p = policy(&anna, vec![AppendRule::Keys(vec![anna.public()])], relay.now());
    p.read = ReadRule::Public;
    let id = client.create(&p, &anna).await;
    let reply = client.read(id, 0, None).await;
    assert!(reply.header("cache-control").starts_with("public"));
    for path in ["/v1/work", "/healthz", "/metrics", "/nothing"] {
        let reply = get(client.addr, path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
    }
    relay.running.stop().await;
}
