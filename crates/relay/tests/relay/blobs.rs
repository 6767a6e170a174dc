//! Blobs: plain ones, and those that are read once.

use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{BlobId, encode, limits};

use crate::client::{get, key, send};
use crate::world::Relay;

const ID: BlobId = BlobId([7; 32]);

#[tokio::test]
async fn a_plain_blob_is_fetched_by_its_id_until_it_expires() {
    let relay = Relay::start().await;
    let client = relay.client();
    let until = relay.now().plus_ms(1_000);
    let path = format!("/v1/blobs/{ID}");
    assert_eq!(get(client.addr, &path).await.code(), Code::NotFound);
    let chunk = vec![42; limits::BLOB_LEN];
    assert_eq!(client.put_blob(ID, chunk.clone(), until, None).await.read::<Created>().expires_at, until);
    client.put_blob(ID, chunk.clone(), until, None).await.read::<Created>();
    assert_eq!(client.put_blob(ID, vec![1], until, None).await.code(), Code::Exists);
    let reply = get(client.addr, &path).await;
    assert_eq!((reply.status, reply.body == chunk), (200, true));
    assert_eq!(reply.header("cache-control"), "no-store");
    relay.clock.advance_ms(1_000);
    assert_eq!(get(client.addr, &path).await.code(), Code::NotFound);
    relay.running.sweep().await;
    client.put_blob(ID, vec![1], relay.now().plus_ms(1_000), None).await.read::<Created>();
    relay.running.stop().await;
}

#[tokio::test]
async fn what_is_no_blob() {
    let relay = Relay::start().await;
    let client = relay.client();
    let now = relay.now();
    let long = vec![0; limits::BLOB_LEN + 1];
    assert_eq!(client.put_blob(ID, long, now.plus_ms(1), None).await.code(), Code::TooLarge);
    let far = now.plus_ms(limits::BLOB_LIFE_MS + limits::CLOCK_SKEW_MS + 1);
    assert_eq!(client.put_blob(ID, vec![0], far, None).await.code(), Code::Malformed);
    assert_eq!(client.put_blob(ID, vec![0], now, None).await.code(), Code::Malformed);
    // Work for another chunk.
    let context = UseContext {
        stream: bystand_wire::StreamId(ID.0),
        tag: bystand_crypto::hash::plain_sha256(b"other"),
    };
    let admission = Admission::Work(client.work(context).await);
    let body = encode(&PutBlob { chunk: vec![0], expires_at: now.plus_ms(1), granter: None, admission });
    assert_eq!(
        send(client.addr, "PUT", &format!("/v1/blobs/{ID}"), body, &[]).await.code(),
        Code::WorkNeeded
    );
    relay.running.stop().await;
}

#[tokio::test]
async fn a_capsule_is_leased_to_one_driver_and_gone_when_read() {
    let relay = Relay::start().await;
    let client = relay.client();
    let (coordinator, anna, ben) = (key(1), key(2), key(3));
    let until = relay.now().plus_ms(3 * limits::BLOB_LEASE_MS);
    client.put_blob(ID, b"address".to_vec(), until, Some(coordinator.public())).await.read::<Created>();
    let grant =
        |reader: &bystand_crypto::sign::SigningKey| Grant { blob: ID, reader: reader.public(), until };
    assert_eq!(get(client.addr, &format!("/v1/blobs/{ID}")).await.code(), Code::NotAllowed);
    let ask = async |what: &str, reader: &bystand_crypto::sign::SigningKey| {
        client.with_grant(what, &grant(reader), &coordinator, reader, relay.now()).await
    };
    assert_eq!(ask("read", &anna).await.code(), Code::NotAllowed);
    assert_eq!(ask("lease", &anna).await.body, b"address");
    assert_eq!(ask("lease", &anna).await.body, b"address", "the same lease again");
    let refused = ask("lease", &ben).await;
    assert_eq!(refused.code(), Code::Leased);
    assert_eq!(refused.problem()["retry_after_ms"].as_u64(), Some(limits::BLOB_LEASE_MS));
    // Anna says nothing; the lease lapses and Ben may be sent.
    relay.clock.advance_ms(limits::BLOB_LEASE_MS);
    assert_eq!(ask("lease", &ben).await.body, b"address");
    assert_eq!(ask("read", &anna).await.code(), Code::Leased);
    assert_eq!(ask("read", &ben).await.read::<Erased>(), Erased { erased: 1 });
    assert_eq!(ask("read", &ben).await.read::<Erased>(), Erased { erased: 0 });
    let relay = relay.restart().await;
    let client = relay.client();
    let lease = client.with_grant("lease", &grant(&ben), &coordinator, &ben, relay.now()).await;
    assert_eq!(lease.code(), Code::Leased);
    relay.running.stop().await;
}

#[tokio::test]
async fn grants_are_checked() {
    let relay = Relay::start().await;
    let client = relay.client();
    let (coordinator, anna, ben) = (key(1), key(2), key(3));
    let now = relay.now();
    let until = now.plus_ms(limits::BLOB_LEASE_MS);
    client.put_blob(ID, b"address".to_vec(), until, Some(coordinator.public())).await.read::<Created>();
    let grant = Grant { blob: ID, reader: anna.public(), until };
    let code =
        async |granter, reader, at| client.with_grant("lease", &grant, granter, reader, at).await.code();
    assert_eq!(code(&ben, &anna, now).await, Code::NotAllowed);
    assert_eq!(code(&coordinator, &ben, now).await, Code::NotAllowed);
    assert_eq!(code(&coordinator, &anna, now.minus_ms(limits::CLOCK_SKEW_MS + 1)).await, Code::ClockSkew);
    relay.running.stop().await;
}
