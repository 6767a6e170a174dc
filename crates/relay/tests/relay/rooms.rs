//! Rooms: one commit an epoch, keys installed by removals, streams that belong to a room.

use bystand_crypto::hash;
use bystand_crypto::sign::SigningKey;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{Frame, FrameKind, Seq, StreamId, encode};

use crate::client::{Client, key, policy};
use crate::world::Relay;

async fn room(relay: &Relay, creator: &SigningKey, first: &SigningKey) -> StreamId {
    let id = hash::stream_id(&creator.public());
    let mut p = policy(creator, vec![AppendRule::Room(id)], relay.now());
    p.room_key = Some(first.public());
    relay.client().create(&p, creator).await
}

fn commit_frame(text: &str) -> Vec<u8> {
    Frame::build(FrameKind::RoomCommit, text.as_bytes())
}

fn message(text: &str) -> Vec<u8> {
    Frame::build(FrameKind::RoomMessage, text.as_bytes())
}

async fn say(client: &Client, id: StreamId, epoch: u64, key: &SigningKey, text: &str) -> Result<u64, Code> {
    let append = client.by_room(id, (id, epoch, key), message(text), None);
    client.append(id, &append).await.outcome::<Appended>().map(|a| a.epoch)
}

#[tokio::test]
async fn one_commit_an_epoch() {
    let relay = Relay::start().await;
    let client = relay.client();
    let k = key(2);
    let id = room(&relay, &key(1), &k).await;
    let commit = Commit { epoch: 0, append_key: None };
    let first = client.by_room(id, (id, 0, &k), commit_frame("a"), Some(commit));
    let second = client.by_room(id, (id, 0, &k), commit_frame("b"), Some(commit));
    let (one, two) = tokio::join!(client.append(id, &first), client.append(id, &second));
    let (won, lost) = if one.status == 200 { (one, two) } else { (two, one) };
    assert_eq!(won.read::<Appended>(), Appended { seq: Seq(1), at: relay.now(), epoch: 1 });
    assert_eq!(lost.code(), Code::StaleEpoch);
    assert_eq!(lost.problem()["epoch"].as_u64(), Some(1));
    // The winner's lost answer, asked for again, is still the same.
    let winner = if client.append(id, &first).await.status == 200 { &first } else { &second };
    let again: Appended = client.append(id, winner).await.read();
    assert_eq!((again.seq, again.epoch), (Seq(1), 1));
    relay.running.stop().await;
}

#[tokio::test]
async fn a_removal_locks_out_the_old_key_at_once() {
    let relay = Relay::start().await;
    let client = relay.client();
    let (old, new) = (key(2), key(3));
    let id = room(&relay, &key(1), &old).await;
    assert_eq!(say(&client, id, 0, &old, "hello").await, Ok(0));
    let plain = Commit { epoch: 0, append_key: None };
    let append = client.by_room(id, (id, 0, &old), commit_frame("add"), Some(plain));
    client.append(id, &append).await.read::<Appended>();
    assert_eq!(say(&client, id, 0, &old, "the epoch before counts").await, Ok(1));
    let removal = Commit { epoch: 1, append_key: Some(new.public()) };
    let append = client.by_room(id, (id, 1, &old), commit_frame("remove"), Some(removal));
    assert_eq!(client.append(id, &append).await.read::<Appended>().epoch, 2);
    assert_eq!(say(&client, id, 1, &old, "late").await, Err(Code::StaleEpoch));
    assert_eq!(say(&client, id, 2, &old, "removed").await, Err(Code::NotAllowed));
    assert_eq!(say(&client, id, 2, &new, "we go on").await, Ok(2));
    let relay = relay.restart().await;
    let client = relay.client();
    assert_eq!(say(&client, id, 2, &old, "still removed").await, Err(Code::NotAllowed));
    assert_eq!(say(&client, id, 2, &new, "and on").await, Ok(2));
    assert_eq!(client.read(id, 0, None).await.read::<Frames>().epoch, 2);
    relay.running.stop().await;
}

#[tokio::test]
async fn a_commit_is_bound_to_its_epoch_and_kind() {
    let relay = Relay::start().await;
    let client = relay.client();
    let k = key(2);
    let id = room(&relay, &key(1), &k).await;
    let commit = Some(Commit { epoch: 0, append_key: None });
    let as_message = client.by_room(id, (id, 0, &k), message("x"), commit);
    assert_eq!(client.append(id, &as_message).await.code(), Code::Malformed);
    let silent = client.by_room(id, (id, 0, &k), commit_frame("x"), None);
    assert_eq!(client.append(id, &silent).await.code(), Code::Malformed);
    // The effect is signed: nobody adds a key of theirs to another's commit.
    let mut changed = client.by_room(id, (id, 0, &k), commit_frame("x"), commit);
    changed.commit = Some(Commit { epoch: 0, append_key: Some(key(9).public()) });
    assert_eq!(client.append(id, &changed).await.code(), Code::NotAllowed);
    relay.running.stop().await;
}

#[tokio::test]
async fn a_room_s_members_make_and_fill_other_streams() {
    let relay = Relay::start().await;
    let client = relay.client();
    let k = key(2);
    let id = room(&relay, &key(1), &k).await;
    let owner = key(5);
    let p = policy(&owner, vec![AppendRule::Room(id)], relay.now());
    let casebook = hash::stream_id(&owner.public());
    let tag = hash::plain_sha256(&encode(&p));
    let context = AppendContext {
        stream: casebook,
        frame: bystand_wire::FrameHash(tag.0),
        commit: None,
        epoch: Some(0),
    };
    let admission =
        |key: &SigningKey| Admission::Room(id, 0, bystand_crypto::sign::sign(&client.network, key, &context));
    assert_eq!(client.put(&p, &owner, Some(admission(&key(9)))).await.code(), Code::NotAllowed);
    client.put(&p, &owner, Some(admission(&k))).await.read::<Created>();
    let entry = Frame::build(FrameKind::CasebookEntry, b"entry");
    let append = client.by_room(casebook, (id, 0, &k), entry.clone(), None);
    client.append(casebook, &append).await.read::<Appended>();
    // Another room's key is none here, and a commit belongs to the room's own stream.
    let elsewhere = room(&relay, &key(6), &k).await;
    let other = Frame::build(FrameKind::CasebookEntry, b"other");
    let append = client.by_room(casebook, (elsewhere, 0, &k), other, None);
    assert_eq!(client.append(casebook, &append).await.code(), Code::NotAllowed);
    let commit = Some(Commit { epoch: 0, append_key: None });
    let append = client.by_room(casebook, (id, 0, &k), commit_frame("x"), commit);
    assert_eq!(client.append(casebook, &append).await.code(), Code::Malformed);
    relay.running.stop().await;
}
