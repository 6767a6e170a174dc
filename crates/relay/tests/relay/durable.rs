//! What is on disk: through restarts, full disks, damage, and what must not be there any more.

use std::sync::Arc;

use bystand_relay::{StartError, serve_with_clock};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{BlobId, Frame, FrameKind};

use crate::client::{frame, get, key, policy};
use crate::world::{DAY_MS, Relay};

/// Whether some bytes are anywhere in the folder's files.
fn is_in_files(folder: &std::path::Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).expect("a folder").any(|entry| {
        let content = std::fs::read(entry.expect("an entry").path()).expect("a file");
        content.windows(bytes.len()).any(|w| w == bytes)
    })
}

#[tokio::test]
async fn what_expired_or_was_erased_is_in_no_file() {
    let relay = Relay::start().await;
    let client = relay.client();
    let owner = key(1);
    let mut p = policy(&owner, vec![AppendRule::Keys(vec![owner.public()])], relay.now());
    p.expires_at = relay.now().plus_ms(3 * DAY_MS);
    let id = client.create(&p, &owner).await;
    // Short, page-sized and long frames, so that overflow pages are among them.
    let secret = |n: usize| format!("the planted secret number {n:04} of this test");
    let body = |n: usize| secret(n).repeat([1, 90, 1_000][n % 3]);
    for n in 0..30 {
        client.append_by_key(id, &owner, frame(&body(n))).await.read::<Appended>();
    }
    let blob = BlobId([1; 32]);
    let granter = key(5);
    let until = relay.now().plus_ms(DAY_MS);
    client.put_blob(blob, secret(1000).into_bytes(), until, Some(granter.public())).await.read::<Created>();
    let folder = relay.folder.clone();
    let there = |n| is_in_files(folder.path(), secret(n).as_bytes());
    assert!(there(0) && there(29) && there(1000));

    client.erase(id, &owner, &[1, 2, 3]).await.read::<Erased>();
    let grant = Grant { blob, reader: key(6).public(), until };
    client.with_grant("lease", &grant, &granter, &key(6), relay.now()).await;
    client.with_grant("read", &grant, &granter, &key(6), relay.now()).await.read::<Erased>();
    relay.running.sweep().await;
    assert!(!there(0) && !there(1) && !there(2) && !there(1000), "erased and read");
    assert!(there(3) && there(29));

    relay.clock.advance_ms(DAY_MS);
    relay.running.sweep().await;
    assert!((0..30).all(|n| !there(n)), "expired");

    client.append_by_key(id, &owner, frame(&body(50))).await.read::<Appended>();
    assert!(there(50));
    relay.clock.advance_ms(2 * DAY_MS);
    relay.running.sweep().await;
    assert!(!there(50), "its stream ended");
    relay.running.stop().await;
}

#[tokio::test]
async fn a_full_store_refuses_keeps_what_it_has_and_recovers() {
    let relay = Relay::start_with(|c| c.tuning.max_store_mib = 1).await;
    let client = relay.client();
    let owner = key(1);
    let id = client
        .create(&policy(&owner, vec![AppendRule::Keys(vec![owner.public()])], relay.now()), &owner)
        .await;
    let big = |n: u64| {
        let mut body = vec![7; 50_000];
        body[..8].copy_from_slice(&n.to_be_bytes());
        Frame::build(FrameKind::Reply, &body)
    };
    let mut taken = 0;
    let refused = loop {
        assert!(taken < 100, "never full");
        let reply = client.append_by_key(id, &owner, big(taken)).await;
        if reply.status != 200 {
            break reply;
        }
        taken += 1;
    };
    assert_eq!(refused.code(), Code::CannotStore);
    assert_eq!(get(client.addr, "/healthz").await.status, 503);
    let held = async |client: &crate::client::Client| {
        let mut seqs = Vec::new();
        loop {
            let after = seqs.last().copied().unwrap_or(0);
            let frames: Frames = client.read(id, after, None).await.read();
            if frames.frames.is_empty() {
                return seqs;
            }
            seqs.extend(frames.frames.iter().map(|f| f.seq.0));
        }
    };
    assert_eq!(held(&client).await, (1..=taken).collect::<Vec<u64>>());
    client.erase(id, &owner, &[1, 2, 3]).await.read::<Erased>();
    relay.running.sweep().await;
    client.append_by_key(id, &owner, big(taken)).await.read::<Appended>();
    assert_eq!(get(client.addr, "/healthz").await.status, 200);
    let relay = relay.restart().await;
    assert_eq!(held(&relay.client()).await, (4..=taken + 1).collect::<Vec<u64>>());
    relay.running.stop().await;
}

#[tokio::test]
async fn two_relays_on_one_folder() {
    let relay = Relay::start().await;
    let clock = Arc::new(relay.clock.clone());
    let second = serve_with_clock(relay.config.clone(), clock.clone(), std::future::pending()).await;
    let error = second.map(|_| ()).expect_err("refused");
    assert!(matches!(error, StartError::Locked(_)));
    assert!(error.to_string().contains("another relay is running"), "{error}");
    let config = relay.config.clone();
    relay.running.stop().await;
    serve_with_clock(config, clock, std::future::pending()).await.expect("free again").stop().await;
}

#[tokio::test]
async fn a_damaged_database_is_not_served() {
    let relay = Relay::start().await;
    let client = relay.client();
    let owner = key(1);
    let id = client
        .create(&policy(&owner, vec![AppendRule::Keys(vec![owner.public()])], relay.now()), &owner)
        .await;
    for n in 0..50 {
        client.append_by_key(id, &owner, frame(&format!("{n}").repeat(500))).await.read::<Appended>();
    }
    let (clock, config) = (Arc::new(relay.clock.clone()), relay.config.clone());
    let _folder = relay.folder.clone();
    relay.running.stop().await;
    let path = config.data.join("relay.db");
    let good = std::fs::read(&path).expect("a database");
    for (name, from) in [("a page in the middle", good.len() / 4096 / 2 * 4096), ("the header", 0)] {
        let mut bad = good.clone();
        bad[from..from + 4096].fill(0xa5);
        std::fs::write(&path, &bad).expect("written");
        let started = serve_with_clock(config.clone(), clock.clone(), std::future::pending()).await;
        let error = started.map(|_| ()).expect_err(name).to_string();
        assert!(error.contains("bystand restore"), "{name}: {error}");
        assert!(std::fs::read(&path).expect("still there") == bad, "{name}: nothing was changed");
    }
    std::fs::write(&path, &good).expect("written");
    serve_with_clock(config, clock, std::future::pending()).await.expect("good again").stop().await;
}

#[tokio::test]
async fn a_folder_of_another_network_is_not_served() {
    let relay = Relay::start().await;
    let (clock, mut config) = (Arc::new(relay.clock.clone()), relay.config.clone());
    let _folder = relay.folder.clone();
    relay.running.stop().await;
    config.network = bystand_wire::NetworkId([9; 32]);
    let error =
        serve_with_clock(config, clock, std::future::pending()).await.map(|_| ()).expect_err("refused");
    assert!(matches!(error, StartError::OtherNetwork(_)), "{error}");
}
