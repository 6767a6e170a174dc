//! The drop and the door: passes, proof of work, what is used twice.

use bystand_crypto::hash;
use bystand_crypto::passes::OwnedPass;
use bystand_crypto::sign::SigningKey;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{Frame, FrameKind, Hash32, PassPurpose, StreamId, limits};

use crate::client::{Client, get, key, policy};
use crate::world::{DAY_MS, Relay, WORLD};

fn report(text: &str) -> Vec<u8> {
    Frame::build(FrameKind::Report, text.as_bytes())
}

async fn drop_stream(relay: &Relay, reader: &SigningKey) -> StreamId {
    let rule = AppendRule::PassOrWork(vec![PassPurpose::Card, PassPurpose::Report]);
    let owner = key(70);
    let mut p = policy(&owner, vec![rule], relay.now());
    p.read = ReadRule::Key(reader.public());
    relay.client().create(&p, &owner).await
}

async fn by_pass(client: &Client, id: StreamId, pass: &OwnedPass, text: &str, tag: u8) -> Result<u64, Code> {
    let append = client.by_pass(id, pass, report(text), Some(Hash32([tag; 32])));
    client.append(id, &append).await.outcome::<Appended>().map(|a| a.seq.0)
}

#[tokio::test]
async fn a_report_s_pass_is_used_for_one_report() {
    let relay = Relay::start().await;
    let client = relay.client();
    let desk = key(71);
    let id = drop_stream(&relay, &desk).await;
    for (purpose, n) in [(PassPurpose::Report, 0), (PassPurpose::Card, 2)] {
        let pass = WORLD.pass(purpose, n);
        let tag = u8::try_from(n).expect("small") + 1;
        let seq = by_pass(&client, id, &pass, &format!("sealed once {n}"), tag).await.expect("taken");
        // The same report, sealed again to a new report key.
        assert_eq!(by_pass(&client, id, &pass, &format!("sealed again {n}"), tag).await, Ok(seq + 1));
        assert_eq!(by_pass(&client, id, &pass, &format!("another {n}"), 99).await, Err(Code::PassSpent));
    }
    let relay = relay.restart().await;
    let client = relay.client();
    let pass = WORLD.pass(PassPurpose::Report, 0);
    assert_eq!(by_pass(&client, id, &pass, "after a restart", 99).await, Err(Code::PassSpent));
    // The desk sees by which lane each came, and can check the pass itself.
    let auth = client.read_auth(id, &desk, relay.now());
    let frames: Frames = client.read(id, 0, Some(&auth)).await.read();
    let lane = frames.frames[0].lane.clone().expect("a lane");
    assert_eq!((lane.tag, lane.redemption.map(|r| r.pass)), (Hash32([1; 32]), Some(pass.pass)));
    relay.running.stop().await;
}

#[tokio::test]
async fn passes_that_do_not_count() {
    let relay = Relay::start().await;
    let client = relay.client();
    let id = drop_stream(&relay, &key(71)).await;
    let good = WORLD.pass(PassPurpose::Report, 0);
    let wrong_purpose = WORLD.pass(PassPurpose::Room, 1);
    assert_eq!(by_pass(&client, id, &wrong_purpose, "x", 1).await, Err(Code::NotAllowed));
    let mut forged = good.clone();
    forged.pass.certification[0] ^= 1;
    assert_eq!(by_pass(&client, id, &forged, "x", 1).await, Err(Code::PassInvalid));
    // A pass whose key somebody else holds.
    let mut stolen = good.clone();
    stolen.key = key(9);
    assert_eq!(by_pass(&client, id, &stolen, "x", 1).await, Err(Code::PassInvalid));
    // Bound to the tag: a copied redemption carries no other report.
    let mut moved = client.by_pass(id, &good, report("x"), Some(Hash32([1; 32])));
    moved.tag = Some(Hash32([2; 32]));
    assert_eq!(client.append(id, &moved).await.code(), Code::PassInvalid);
    // Out of its week and the day of grace.
    relay.clock.advance_ms(3 * DAY_MS);
    assert_eq!(by_pass(&client, id, &good, "x", 1).await, Err(Code::PassInvalid));
    relay.running.stop().await;
}

#[tokio::test]
async fn work_is_bound_fresh_and_used_once() {
    let relay = Relay::start().await;
    let client = relay.client();
    let desk = key(71);
    let id = drop_stream(&relay, &desk).await;
    let tag = Some(Hash32([1; 32]));
    let append = client.by_work(id, report("open"), tag).await;
    client.append(id, &append).await.read::<Appended>();
    // The same proof with another frame under the same tag.
    let replayed = Append { frame: report("replayed"), ..append.clone() };
    assert_eq!(client.append(id, &replayed).await.code(), Code::WorkNeeded);
    let moved = Append { tag: Some(Hash32([2; 32])), frame: report("moved"), ..append.clone() };
    let refused = client.append(id, &moved).await;
    assert_eq!(refused.code(), Code::WorkNeeded);
    assert!(refused.problem()["work"]["nonce"].as_str().is_some_and(|n| n.len() == 64));
    // Solved in time, sent too late; the frame taken before still gets its answer.
    let late = client.by_work(id, report("late"), tag).await;
    relay.clock.advance_ms(limits::WORK_NONCE_MS);
    assert_eq!(client.append(id, &late).await.code(), Code::WorkNeeded);
    client.append(id, &append).await.read::<Appended>();
    let auth = client.read_auth(id, &desk, relay.now());
    let frames: Frames = client.read(id, 0, Some(&auth)).await.read();
    assert_eq!(frames.frames[0].lane, Some(Lane { tag: Hash32([1; 32]), redemption: None }));
    // A restart ends all nonces.
    let before = client.by_work(id, report("before"), tag).await;
    let relay = relay.restart().await;
    assert_eq!(relay.client().append(id, &before).await.code(), Code::WorkNeeded);
    relay.running.stop().await;
}

#[tokio::test]
async fn effort_rises_with_the_open_lane_and_weak_work_is_refused() {
    let relay = Relay::start_with(|c| {
        c.tuning.work_effort_cap = 4;
        c.tuning.open_lane_per_minute = 6;
    })
    .await;
    let client = relay.client();
    let id = drop_stream(&relay, &key(71)).await;
    let offer = client.offer().await;
    assert_eq!(offer.effort, 1);
    let weak = |n: u8| {
        let tag = Hash32([n; 32]);
        let work = client.solve(&offer, &UseContext { stream: id, tag });
        Append {
            frame: report(&format!("r{n}")),
            admission: Admission::Work(work),
            commit: None,
            tag: Some(tag),
        }
    };
    // More than the target in each of the ten-second ticks of a minute.
    for n in 0..18 {
        client.append(id, &weak(n)).await.read::<Appended>();
        if n % 3 == 2 {
            relay.clock.advance_ms(10_000);
        }
    }
    assert_eq!(client.offer().await.effort, 4);
    relay.clock.advance_ms(10_000);
    assert_eq!(client.append(id, &weak(99)).await.code(), Code::WorkNeeded);
    let strong = client.by_work(id, report("strong"), Some(Hash32([98; 32]))).await;
    client.append(id, &strong).await.read::<Appended>();
    let page = String::from_utf8(get(client.addr, "/metrics").await.body).expect("text");
    assert!(page.contains("bystand_work_effort 4\n") || page.contains("bystand_work_effort 3\n"), "{page}");
    relay.running.stop().await;
}

#[tokio::test]
async fn a_room_pass_knocks_so_often_a_day() {
    let relay = Relay::start().await;
    let client = relay.client();
    let owner = key(72);
    let p = policy(&owner, vec![AppendRule::PassOrWork(vec![PassPurpose::Room])], relay.now());
    let door = client.create(&p, &owner).await;
    let pass = WORLD.pass(PassPurpose::Room, 3);
    let knock = |n: u32| {
        let frame = Frame::build(FrameKind::DoorRequest, format!("knock {n}").as_bytes());
        client.by_pass(door, &pass, frame, None)
    };
    for n in 0..limits::DOOR_REQUESTS_PER_PASS {
        client.append(door, &knock(n)).await.read::<Appended>();
    }
    let refused = client.append(door, &knock(100)).await;
    assert_eq!(refused.code(), Code::Busy);
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|s| s <= 86_400));
    // A door takes no tag of the sender's choice.
    let frame = Frame::build(FrameKind::DoorRequest, b"tagged");
    let tagged = client.by_pass(door, &pass, frame, Some(Hash32([1; 32])));
    assert_eq!(client.append(door, &tagged).await.code(), Code::Malformed);
    relay.clock.advance_ms(DAY_MS / 2 + 1);
    client.append(door, &knock(101)).await.read::<Appended>();
    relay.running.stop().await;
}

#[tokio::test]
async fn a_response_stream_takes_a_pass_again_and_again_and_tells_nobody_whose() {
    let relay = Relay::start().await;
    let client = relay.client();
    let owner = key(73);
    let p = policy(&owner, vec![AppendRule::Pass(vec![PassPurpose::Room])], relay.now());
    let id = client.create(&p, &owner).await;
    let pass = WORLD.pass(PassPurpose::Room, 4);
    for n in 0..30 {
        let frame = Frame::build(FrameKind::Offer, format!("offer {n}").as_bytes());
        client.append(id, &client.by_pass(id, &pass, frame, None)).await.read::<Appended>();
    }
    let frames: Frames = client.read(id, 0, None).await.read();
    assert!(frames.frames.len() == 30 && frames.frames.iter().all(|f| f.lane.is_none()));
    let work = client.by_work(id, Frame::build(FrameKind::Offer, b"work"), None).await;
    assert_eq!(client.append(id, &work).await.code(), Code::NotAllowed);
    relay.running.stop().await;
}

#[tokio::test]
async fn streams_by_pass_are_counted_and_do_not_use_it_up() {
    let relay = Relay::start_with(|c| c.tuning.streams_per_pass = 2).await;
    let client = relay.client();
    let id = drop_stream(&relay, &key(71)).await;
    let pass = WORLD.pass(PassPurpose::Report, 5);
    let put = async |seed: u8| {
        let owner = key(seed);
        let p = policy(&owner, vec![], relay.now());
        let tag = hash::plain_sha256(&bystand_wire::encode(&p));
        let context = UseContext { stream: hash::stream_id(&owner.public()), tag };
        let admission = Admission::Pass(pass.redeem(&client.network, &context));
        client.put(&p, &owner, Some(admission)).await
    };
    put(81).await.read::<Created>();
    put(82).await.read::<Created>();
    assert_eq!(put(83).await.code(), Code::Busy);
    assert_eq!(by_pass(&client, id, &pass, "still good for a report", 1).await, Ok(1));
    relay.running.stop().await;
}

#[tokio::test]
async fn before_there_is_a_manifest_only_work_counts() {
    let relay = Relay::empty(|_| ()).await;
    let client = relay.client();
    let id = drop_stream(&relay, &key(71)).await;
    let pass = WORLD.pass(PassPurpose::Report, 6);
    assert_eq!(by_pass(&client, id, &pass, "x", 1).await, Err(Code::PassInvalid));
    let append = client.by_work(id, report("by work"), Some(Hash32([1; 32]))).await;
    client.append(id, &append).await.read::<Appended>();
    assert_eq!(get(client.addr, "/v1/network").await.code(), Code::NotSetUp);
    relay.running.stop().await;
}
