//! The live connection: pushes, resuming, slow consumers, refusals.

use bystand_crypto::sign::SigningKey;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{Seq, StreamId, decode, encode, limits};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::client::{frame, key, policy};
use crate::world::{DAY_MS, Relay, WORLD};

struct Live(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Live {
    async fn connect(relay: &Relay) -> Live {
        let url = format!("ws://{}/v1/live", relay.running.addr());
        Live(tokio_tungstenite::connect_async(url).await.expect("connected").0)
    }

    async fn say(&mut self, message: &LiveIn) {
        self.0.send(Message::Binary(encode(message).into())).await.expect("sent");
    }

    async fn hear(&mut self) -> LiveOut {
        loop {
            match self.0.next().await.expect("open").expect("a message") {
                Message::Binary(bytes) => return decode(&bytes).expect("canonical"),
                Message::Ping(_) | Message::Pong(_) => {}
                other @ (Message::Text(_) | Message::Close(_) | Message::Frame(_)) => {
                    panic!("unexpected {other:?}")
                }
            }
        }
    }

    /// Follows a stream in which there is nothing: the answer says that there is nothing.
    async fn follows_and_has_all(&mut self, id: StreamId) {
        self.say(&LiveIn::Follow(id, Seq(0), None)).await;
        let LiveOut::Frames(of, frames) = self.hear().await else { panic!("not frames") };
        assert_eq!((of, frames.frames.len(), frames.head), (id, 0, Seq(0)));
    }

    /// Hears frames of one stream until it has a number of them.
    async fn frames(&mut self, id: StreamId, count: usize) -> Vec<u64> {
        let mut seqs = Vec::new();
        while seqs.len() < count {
            let heard = self.hear().await;
            let LiveOut::Frames(stream, frames) = heard else { panic!("unexpected {heard:?}") };
            assert_eq!(stream, id);
            seqs.extend(frames.frames.iter().map(|f| f.seq.0));
        }
        seqs
    }

    async fn ends(&mut self) -> bool {
        loop {
            match self.0.next().await {
                None | Some(Err(_) | Ok(Message::Close(_))) => return true,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(_)) => return false,
            }
        }
    }
}

async fn stream(relay: &Relay, owner: &SigningKey) -> StreamId {
    let p = policy(owner, vec![AppendRule::Keys(vec![owner.public()])], relay.now());
    relay.client().create(&p, owner).await
}

async fn append(relay: &Relay, id: StreamId, owner: &SigningKey, n: u64) {
    let reply = relay.client().append_by_key(id, owner, frame(&format!("frame {n}"))).await;
    assert_eq!(reply.read::<Appended>().seq, Seq(n));
}

#[tokio::test]
async fn frames_are_pushed_once_and_in_order_after_what_was_missed() {
    let relay = Relay::start().await;
    let owner = key(1);
    let id = stream(&relay, &owner).await;
    for n in 1..=3 {
        append(&relay, id, &owner, n).await;
    }
    let mut live = Live::connect(&relay).await;
    live.say(&LiveIn::Follow(id, Seq(1), None)).await;
    assert_eq!(live.frames(id, 2).await, [2, 3]);
    for n in 4..=6 {
        append(&relay, id, &owner, n).await;
    }
    assert_eq!(live.frames(id, 3).await, [4, 5, 6]);
    // Another connection that resumes, and one that leaves.
    let mut other = Live::connect(&relay).await;
    other.say(&LiveIn::Follow(id, Seq(5), None)).await;
    assert_eq!(other.frames(id, 1).await, [6]);
    live.say(&LiveIn::Leave(id)).await;
    live.say(&LiveIn::Follow(StreamId([9; 32]), Seq(0), None)).await;
    assert_eq!(live.hear().await, LiveOut::Refused(StreamId([9; 32]), "not-found".into()));
    append(&relay, id, &owner, 7).await;
    assert_eq!(other.frames(id, 1).await, [7]);
    live.say(&LiveIn::Follow(id, Seq(6), None)).await;
    assert_eq!(live.frames(id, 1).await, [7]);
    relay.running.stop().await;
    assert!(live.ends().await && other.ends().await);
}

#[tokio::test]
async fn many_writers_and_followers_see_one_order() {
    let relay = Relay::start().await;
    let owner = key(1);
    let id = stream(&relay, &owner).await;
    let client = relay.client();
    let mut followers = Vec::new();
    for _ in 0..5 {
        let mut live = Live::connect(&relay).await;
        live.say(&LiveIn::Follow(id, Seq(0), None)).await;
        followers.push(tokio::spawn(async move { live.frames(id, 200).await }));
    }
    let writers = (0..10_u64).map(|w| {
        let owner = owner.clone();
        async move {
            for n in 0..20 {
                client.append_by_key(id, &owner, frame(&format!("{w} {n}"))).await.read::<Appended>();
            }
        }
    });
    futures_util::future::join_all(writers).await;
    for follower in followers {
        assert_eq!(follower.await.expect("followed"), (1..=200).collect::<Vec<u64>>());
    }
    relay.running.stop().await;
}

#[tokio::test]
async fn a_slow_follower_is_told_that_it_lagged_and_resumes() {
    let relay = Relay::start_with(|c| c.tuning.live_queue = 2).await;
    let owner = key(1);
    let id = stream(&relay, &owner).await;
    let mut live = Live::connect(&relay).await;
    live.say(&LiveIn::Follow(id, Seq(0), None)).await;
    append(&relay, id, &owner, 1).await;
    assert_eq!(live.frames(id, 1).await, [1]);
    // Nobody reads: the socket's buffers fill up, then the queue, then frames are dropped. How much
    // the operating system buffers is its own business, so write until the relay says that it lagged.
    let big = |n: u64| {
        let mut body = vec![0; 60_000];
        body[..8].copy_from_slice(&n.to_be_bytes());
        bystand_wire::Frame::build(bystand_wire::FrameKind::Reply, &body)
    };
    let lagged = async || {
        let page = crate::client::get(relay.running.addr(), "/metrics").await.body;
        let page = String::from_utf8(page).expect("text");
        page.lines().any(|l| l.strip_prefix("bystand_lagged_total ").is_some_and(|n| n != "0"))
    };
    let mut last = 1;
    while !lagged().await {
        last += 1;
        assert!(last < 900, "never lagged");
        relay.client().append_by_key(id, &owner, big(last)).await.read::<Appended>();
    }
    let mut seen = 1;
    loop {
        match live.hear().await {
            LiveOut::Frames(_, frames) => {
                for f in frames.frames {
                    assert_eq!(f.seq.0, seen + 1, "in order, without gaps");
                    seen = f.seq.0;
                }
            }
            LiveOut::Lagged(stream) => {
                assert_eq!(stream, id);
                break;
            }
            other @ (LiveOut::Refused(..) | LiveOut::LogSize(_)) => panic!("unexpected {other:?}"),
        }
    }
    live.say(&LiveIn::Follow(id, Seq(seen), None)).await;
    let rest = usize::try_from(last - seen).expect("small");
    assert_eq!(live.frames(id, rest).await, (seen + 1..=last).collect::<Vec<u64>>());
    relay.running.stop().await;
}

#[tokio::test]
async fn read_keys_hold_on_the_live_connection_too() {
    let relay = Relay::start().await;
    let client = relay.client();
    let (owner, reader) = (key(1), key(2));
    let mut p = policy(&owner, vec![AppendRule::Keys(vec![owner.public()])], relay.now());
    p.read = ReadRule::Key(reader.public());
    let id = client.create(&p, &owner).await;
    append(&relay, id, &owner, 1).await;
    let mut live = Live::connect(&relay).await;
    live.say(&LiveIn::Follow(id, Seq(0), None)).await;
    assert_eq!(live.hear().await, LiveOut::Refused(id, Code::NotAllowed.as_str().into()));
    let auth = client.read_auth(id, &reader, relay.now());
    live.say(&LiveIn::Follow(id, Seq(0), Some(auth.clone()))).await;
    assert_eq!(live.frames(id, 1).await, [1]);
    // A new read key: who followed by the old one is sent away.
    let next = Policy { version: 2, read: ReadRule::Key(key(3).public()), ..p };
    client.put(&next, &owner, None).await.read::<Created>();
    assert_eq!(live.hear().await, LiveOut::Refused(id, Code::NotAllowed.as_str().into()));
    append(&relay, id, &owner, 2).await;
    live.say(&LiveIn::Follow(id, Seq(0), Some(auth))).await;
    assert_eq!(live.hear().await, LiveOut::Refused(id, Code::NotAllowed.as_str().into()));
    relay.running.stop().await;
}

#[tokio::test]
async fn followers_learn_that_a_stream_ended_and_that_the_log_grew() {
    let relay = Relay::start().await;
    let client = relay.client();
    let owner = key(1);
    let mut p = policy(&owner, vec![], relay.now());
    p.expires_at = relay.now().plus_ms(DAY_MS);
    let id = client.create(&p, &owner).await;
    let mut live = Live::connect(&relay).await;
    live.say(&LiveIn::FollowLog(1)).await;
    assert_eq!(live.hear().await, LiveOut::LogSize(2));
    live.say(&LiveIn::FollowLog(2)).await;
    live.follows_and_has_all(id).await;
    // Nobody's phone wakes for an epoch.
    client.log(LogKind::EpochAuthenticator, crate::log::epoch(1)).await.read::<Logged>();
    client.log(LogKind::KeyNote, WORLD.sign_key_note(&WORLD.key_note(2))).await.read::<Logged>();
    assert_eq!(live.hear().await, LiveOut::LogSize(4));
    relay.clock.advance_ms(DAY_MS);
    relay.running.sweep().await;
    assert_eq!(live.hear().await, LiveOut::Refused(id, "not-found".into()));
    relay.running.stop().await;
}

#[tokio::test]
async fn a_place_that_was_never_given_out_is_answered_with_the_head_there_is() {
    let relay = Relay::start().await;
    let owner = key(1);
    let id = stream(&relay, &owner).await;
    append(&relay, id, &owner, 1).await;
    let mut live = Live::connect(&relay).await;
    live.say(&LiveIn::Follow(id, Seq(50), None)).await;
    let heard = live.hear().await;
    let LiveOut::Frames(_, frames) = heard else { panic!("unexpected {heard:?}") };
    assert_eq!(
        (frames.frames.len(), frames.head, frames.generation),
        (0, Seq(1), relay.running.generation())
    );
    append(&relay, id, &owner, 2).await;
    assert_eq!(live.frames(id, 1).await, [2]);
    relay.running.stop().await;
}

#[tokio::test]
async fn what_ends_a_live_connection() {
    let relay = Relay::start_with(|c| c.tuning.max_live = 1).await;
    for bad in [
        Message::Binary(vec![0xff].into()),
        Message::Binary(vec![0; limits::LIVE_MESSAGE_LEN + 1].into()),
        Message::Text("hello".into()),
    ] {
        let mut live = Live::connect_when_free(&relay).await;
        live.0.send(bad).await.expect("sent");
        assert!(live.ends().await);
    }
    let _first = Live::connect_when_free(&relay).await;
    let url = format!("ws://{}/v1/live", relay.running.addr());
    let refused = tokio_tungstenite::connect_async(url).await.expect_err("one at a time");
    assert!(refused.to_string().contains("429"), "{refused}");
    relay.running.stop().await;
}

impl Live {
    /// With one place only, the one before has to be given back first.
    async fn connect_when_free(relay: &Relay) -> Live {
        loop {
            let url = format!("ws://{}/v1/live", relay.running.addr());
            match tokio_tungstenite::connect_async(url).await {
                Ok((socket, _)) => return Live(socket),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }
}

#[tokio::test]
async fn one_connection_follows_so_many_streams() {
    let relay = Relay::start_with(|c| c.tuning.streams_per_pass = 2_000).await;
    let client = relay.client();
    let pass = WORLD.pass(bystand_wire::PassPurpose::Report, 30);
    let mut live = Live::connect(&relay).await;
    for n in 0..=limits::LIVE_STREAMS {
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&(n as u64).to_be_bytes());
        let owner = SigningKey::from_seed(&seed);
        let p = policy(&owner, vec![AppendRule::Keys(vec![owner.public()])], relay.now());
        let id = bystand_crypto::hash::stream_id(&owner.public());
        let context = UseContext { stream: id, tag: bystand_crypto::hash::plain_sha256(&encode(&p)) };
        let admission = Admission::Pass(pass.redeem(&client.network, &context));
        client.put(&p, &owner, Some(admission)).await.read::<Created>();
        if n < limits::LIVE_STREAMS {
            live.follows_and_has_all(id).await;
        } else {
            live.say(&LiveIn::Follow(id, Seq(0), None)).await;
            assert_eq!(live.hear().await, LiveOut::Refused(id, "busy".into()));
        }
    }
    relay.running.stop().await;
}
