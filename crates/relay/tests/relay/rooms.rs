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
    let commit = Commit { epoch: 0, append_key: None, signature: None };
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
    let plain = Commit { epoch: 0, append_key: None, signature: None };
    let append = client.by_room(id, (id, 0, &old), commit_frame("add"), Some(plain));
    client.append(id, &append).await.read::<Appended>();
    assert_eq!(say(&client, id, 0, &old, "the epoch before counts").await, Ok(1));
    let removal = Commit { epoch: 1, append_key: Some(new.public()), signature: None };
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
    let commit = Some(Commit { epoch: 0, append_key: None, signature: None });
    let as_message = client.by_room(id, (id, 0, &k), message("x"), commit);
    assert_eq!(client.append(id, &as_message).await.code(), Code::Malformed);
    let silent = client.by_room(id, (id, 0, &k), commit_frame("x"), None);
    assert_eq!(client.append(id, &silent).await.code(), Code::Malformed);
    // The effect is signed: nobody adds a key of theirs to another's commit.
    let mut changed = client.by_room(id, (id, 0, &k), commit_frame("x"), commit);
    changed.commit = Some(Commit { epoch: 0, append_key: Some(key(9).public()), signature: None });
    assert_eq!(client.append(id, &changed).await.code(), Code::NotAllowed);
    relay.running.stop().await;
}

/// A commit that says who signed it for the relay.
fn signed(client: &Client, id: StreamId, by: &SigningKey, frame: &[u8], commit: Commit) -> Commit {
    let Commit { epoch, append_key, .. } = commit;
    let context = CommitContext { stream: id, frame: hash::frame_hash(frame), epoch, append_key };
    let signature = Some(bystand_crypto::sign::sign(&client.network, by, &context));
    Commit { signature, ..commit }
}

#[tokio::test]
async fn a_member_with_the_append_key_cannot_burn_an_epoch() {
    let relay = Relay::start().await;
    let client = relay.client();
    let (k, committer) = (key(2), key(7));
    let creator = key(1);
    let id = hash::stream_id(&creator.public());
    let mut p = policy(&creator, vec![AppendRule::Room(id)], relay.now());
    (p.room_key, p.committer) = (Some(k.public()), Some(committer.public()));
    client.create(&p, &creator).await;
    let elsewhere = room(&relay, &key(6), &k).await;

    let plain = Commit { epoch: 0, append_key: None, signature: None };
    let frame = commit_frame("junk");
    let stolen = signed(&client, id, &committer, &commit_frame("another frame"), plain);
    let other_stream = signed(&client, elsewhere, &committer, &frame, plain);
    let other_epoch = signed(&client, id, &committer, &frame, Commit { epoch: 1, ..plain });
    let own_key = Commit { append_key: Some(key(9).public()), ..plain };
    let attempts = [
        ("unsigned", plain),
        ("with the append key", signed(&client, id, &k, &frame, plain)),
        ("with the creator's key", signed(&client, id, &creator, &frame, plain)),
        ("for another frame", stolen),
        ("for another stream", other_stream),
        ("for another epoch", Commit { epoch: 0, ..other_epoch }),
        (
            "with an append key slipped in",
            Commit { append_key: own_key.append_key, ..signed(&client, id, &committer, &frame, plain) },
        ),
    ];
    for (how, commit) in attempts {
        let append = client.by_room(id, (id, 0, &k), frame.clone(), Some(commit));
        assert_eq!(client.append(id, &append).await.code(), Code::NotAllowed, "{how}");
    }
    assert_eq!(say(&client, id, 0, &k, "the epoch is as it was").await, Ok(0));

    // Two hosts still settle by compare-and-swap.
    let by_host = |text: &str| {
        let frame = commit_frame(text);
        let commit = signed(&client, id, &committer, &frame, plain);
        client.by_room(id, (id, 0, &k), frame, Some(commit))
    };
    let (first, second) = (by_host("a"), by_host("b"));
    let (one, two) = tokio::join!(client.append(id, &first), client.append(id, &second));
    let (won, lost) = if one.status == 200 { (one, two) } else { (two, one) };
    assert_eq!(won.read::<Appended>().epoch, 1);
    assert_eq!(lost.code(), Code::StaleEpoch);

    // A policy with a committer is a room's, and its successor can name another.
    let mut bad = policy(&key(8), vec![], relay.now());
    bad.committer = Some(committer.public());
    assert_eq!(client.put(&bad, &key(8), None).await.code(), Code::Malformed);
    let next = Policy { version: 2, committer: Some(key(10).public()), ..p };
    client.put(&next, &creator, None).await.read::<Created>();
    let late = Commit { epoch: 1, ..plain };
    let frame = commit_frame("late");
    for (by, taken) in [(&committer, Err(Code::NotAllowed)), (&key(10), Ok(2))] {
        let commit = signed(&client, id, by, &frame, late);
        let append = client.by_room(id, (id, 1, &k), frame.clone(), Some(commit));
        assert_eq!(client.append(id, &append).await.outcome::<Appended>().map(|a| a.epoch), taken);
    }
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
    let commit = Some(Commit { epoch: 0, append_key: None, signature: None });
    let append = client.by_room(casebook, (id, 0, &k), commit_frame("x"), commit);
    assert_eq!(client.append(casebook, &append).await.code(), Code::Malformed);
    relay.running.stop().await;
}
