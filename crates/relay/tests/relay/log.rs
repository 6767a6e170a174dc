//! The public log: who may add what, tiles, proofs, checkpoints.

use bystand_core::alerts::{AlertBuilder, FindingProof, FindingStatement, NoteKind, Outcome, Place};
use bystand_core::network::statements::EpochAuthenticator;
use bystand_crypto::hash::plain_sha256;
use bystand_crypto::notes::Checkpoint;
use bystand_crypto::sign::Signed;
use bystand_crypto::tree;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{AlertId, Hash32, PassPurpose, StreamId, Timestamp, encode, limits};

use crate::client::{Client, get};
use crate::world::{DAY_MS, Relay, WORLD, zone};

/// A signed alert with its quorum; `n` picks the passes.
pub fn alert(id: u8, kind: NoteKind, serial: u32, n: u64, now: Timestamp) -> Vec<u8> {
    alert_at(Place::Zone(zone()), Outcome::Confirmed, id, (kind, serial), n, now)
}

/// The same, elsewhere or with another finding.
pub fn alert_at(
    place: Place,
    outcome: Outcome,
    id: u8,
    (kind, serial): (NoteKind, u32),
    n: u64,
    now: Timestamp,
) -> Vec<u8> {
    let statement = FindingStatement {
        alert: AlertId([id; 16]),
        kind: "checkpoint".parse().expect("a kind"),
        place,
        observed_from: now.minus_ms(600_000),
        observed_until: now.minus_ms(60_000),
        outcome,
    };
    let finding = WORLD.pass(PassPurpose::Finding, n);
    let proof = FindingProof::sign(&WORLD.network, &finding, statement.clone());
    AlertBuilder::from_statement(&WORLD.network, kind, serial, &statement, 3_600_000, now)
        .expect("a note")
        .finding(&proof)
        .expect("the same")
        .publish(&WORLD.pass(PassPurpose::Publish, n + 500))
        .finish()
        .expect("a text")
        .into_bytes()
}

fn check(relay: &Relay, text: &str) -> Checkpoint {
    Checkpoint::open(text.as_bytes(), relay.running.log()).expect("signed by the log key")
}

pub fn epoch(n: u64) -> Vec<u8> {
    let statement = EpochAuthenticator { room: StreamId([1; 32]), epoch: n, authenticator: Hash32([2; 32]) };
    encode(&Signed::sign(&WORLD.network, &WORLD.host, &statement))
}

async fn entries(client: &Client, query: &str) -> LogEntries {
    get(client.addr, &format!("/v1/log/entries?{query}")).await.read()
}

#[tokio::test]
async fn every_entry_is_in_the_tree_of_a_signed_checkpoint() {
    let relay = Relay::start().await;
    let client = relay.client();
    let first = entries(&client, "").await;
    for n in 0..300 {
        let logged: Logged = client.log(LogKind::EpochAuthenticator, epoch(n)).await.read();
        assert_eq!(logged.index, n + 2);
        assert_eq!(check(&relay, &logged.checkpoint).size, n + 3);
    }
    let old = check(&relay, &first.checkpoint);
    let answer = entries(&client, &format!("after=1&from={}", old.size)).await;
    let head = check(&relay, &answer.checkpoint);
    assert_eq!((head.size, head.time), (302, relay.now()));
    assert_eq!(answer.entries.len(), 300);
    for logged in &answer.entries {
        let leaf = LogLeaf { kind: logged.entry.kind, body_hash: plain_sha256(&logged.entry.body) };
        let leaf = tree::leaf_hash(&encode(&leaf));
        tree::verify_inclusion(&leaf, logged.index, head.size, &logged.proof, &head.root).expect("included");
    }
    tree::verify_consistency(old.size, &old.root, head.size, &head.root, &answer.consistency)
        .expect("grown from the old tree");
    let kinds = entries(&client, "kind=1").await;
    assert_eq!(kinds.entries.iter().map(|e| e.index).collect::<Vec<_>>(), [1]);
    let news = entries(&client, "news=1").await;
    assert_eq!((news.entries.iter().map(|e| e.index).collect::<Vec<_>>(), news.read_to), (vec![0, 1], 302));
    for query in ["kind=9", "news=2", "news=", "kind=1&news=1"] {
        let answer = get(client.addr, &format!("/v1/log/entries?{query}")).await;
        assert_eq!(answer.code(), Code::Malformed, "{query}");
    }
    relay.running.stop().await;
}

#[tokio::test]
async fn tiles_hold_the_tree_and_its_leaves() {
    let relay = Relay::start().await;
    let client = relay.client();
    for n in 0..260 {
        client.log(LogKind::EpochAuthenticator, epoch(n)).await.read::<Logged>();
    }
    let checkpoint = get(client.addr, "/log/checkpoint").await;
    assert_eq!(checkpoint.header("content-type"), "text/plain; charset=utf-8");
    let head = check(&relay, std::str::from_utf8(&checkpoint.body).expect("text"));
    assert_eq!(head.size, 262);
    let full = get(client.addr, "/log/tile/0/000").await;
    let part = get(client.addr, "/log/tile/0/001.p/6").await;
    assert_eq!((full.body.len(), part.body.len()), (256 * 32, 6 * 32));
    assert!(full.header("cache-control").contains("immutable"));
    let upper = get(client.addr, "/log/tile/1/000.p/1").await;
    assert_eq!(upper.body.len(), 32);
    // The bundle of entries gives the leaves of the hash tiles.
    let bundle = get(client.addr, "/log/tile/entries/000").await.body;
    let mut rest = &bundle[..];
    let mut leaves = Vec::new();
    while let Some((len, more)) = rest.split_first_chunk::<2>() {
        let (leaf, more) = more.split_at(usize::from(u16::from_be_bytes(*len)));
        leaves.extend_from_slice(tree::leaf_hash(leaf).as_bytes());
        rest = more;
    }
    assert!(leaves == full.body);
    for missing in ["0/001", "0/001.p/7", "0/002", "1/000", "entries/001.p/7", "entries/x", "../x", "0/1"] {
        assert_eq!(
            get(client.addr, &format!("/log/tile/{missing}")).await.code(),
            Code::NotFound,
            "{missing}"
        );
    }
    relay.running.stop().await;
}

#[tokio::test]
async fn the_first_manifest_is_of_the_relay_s_network_and_versions_only_go_up() {
    let relay = Relay::empty(|_| ()).await;
    let client = relay.client();
    let key_note = WORLD.sign_key_note(&WORLD.key_note(1));
    assert_eq!(client.log(LogKind::KeyNote, key_note).await.code(), Code::NotSetUp);
    let manifest = |version| WORLD.manifest(version, relay.running.log());
    let unsigned = encode(&bystand_crypto::threshold::ThresholdSigned::start(&manifest(1)));
    assert_eq!(client.log(LogKind::Manifest, unsigned).await.code(), Code::NotAllowed);
    let other_log = bystand_crypto::notes::LogVerifier::new("other.test/log", crate::client::key(3).public());
    let foreign = WORLD.manifest(1, &other_log.expect("a name"));
    assert_eq!(client.log(LogKind::Manifest, WORLD.sign_manifest(&foreign)).await.code(), Code::NotAllowed);
    let second = WORLD.sign_manifest(&manifest(2));
    let logged: Logged = client.log(LogKind::Manifest, second.clone()).await.read();
    assert_eq!(client.log(LogKind::Manifest, second).await.read::<Logged>().index, logged.index);
    assert_eq!(
        client.log(LogKind::Manifest, WORLD.sign_manifest(&manifest(1))).await.code(),
        Code::Backwards
    );
    let changed = bystand_core::network::Manifest { name: "Other".into(), ..manifest(2) };
    assert_eq!(client.log(LogKind::Manifest, WORLD.sign_manifest(&changed)).await.code(), Code::Backwards);

    let note = |version| WORLD.sign_key_note(&WORLD.key_note(version));
    client.log(LogKind::KeyNote, note(5)).await.read::<Logged>();
    assert_eq!(client.log(LogKind::KeyNote, note(4)).await.code(), Code::Backwards);
    let mut forged = note(6);
    let last = forged.len() - 1;
    forged[last] ^= 1;
    assert_eq!(client.log(LogKind::KeyNote, forged).await.code(), Code::NotAllowed);

    let network: Network = get(client.addr, "/v1/network").await.read();
    assert_eq!((network.id, network.now), (WORLD.network, relay.now()));
    let head = check(&relay, &network.checkpoint);
    for entry in [Some(network.manifest), network.key_note].into_iter().flatten() {
        let leaf = LogLeaf { kind: entry.entry.kind, body_hash: plain_sha256(&entry.entry.body) };
        let leaf = tree::leaf_hash(&encode(&leaf));
        tree::verify_inclusion(&leaf, entry.index, head.size, &entry.proof, &head.root).expect("included");
    }
    relay.running.stop().await;
}

#[tokio::test]
async fn an_alert_needs_its_quorum_and_uses_up_its_passes() {
    let relay = Relay::start().await;
    let client = relay.client();
    let now = relay.now();
    let note = alert(1, NoteKind::New, 1, 10, now);
    let logged: Logged = client.log(LogKind::Alert, note.clone()).await.read();
    assert_eq!(client.log(LogKind::Alert, note.clone()).await.read::<Logged>().index, logged.index);
    // The same passes for another alert.
    assert_eq!(client.log(LogKind::Alert, alert(2, NoteKind::New, 1, 10, now)).await.code(), Code::PassSpent);
    // Without the finding.
    let text = String::from_utf8(alert(3, NoteKind::New, 1, 11, now)).expect("text");
    let alone: String = text.split_inclusive('\n').filter(|l| !l.contains(" bystand/finding ")).collect();
    assert_eq!(client.log(LogKind::Alert, alone.into_bytes()).await.code(), Code::NoQuorum);
    let changed = text.replace("zone:whittier", "zone:elsewhere").replace("whittier", "elsewhere");
    assert!(matches!(
        client.log(LogKind::Alert, changed.into_bytes()).await.code(),
        Code::NoQuorum | Code::Malformed
    ));
    assert_eq!(client.log(LogKind::Alert, b"nonsense".to_vec()).await.code(), Code::Malformed);
    let long = vec![b'x'; limits::ALERT_NOTE_LEN + 1];
    assert_eq!(client.log(LogKind::Alert, long).await.code(), Code::TooLarge);
    // Signed long ago, published now; and from the future.
    let old = alert(4, NoteKind::New, 1, 12, now.minus_ms(limits::CLOCK_SKEW_MS + 60_000));
    assert_eq!(client.log(LogKind::Alert, old).await.code(), Code::ClockSkew);
    let early = alert(5, NoteKind::New, 1, 13, now.plus_ms(limits::CLOCK_SKEW_MS + 60_000));
    assert_eq!(client.log(LogKind::Alert, early).await.code(), Code::ClockSkew);
    // An end of what is over, also after a restart, when the book is read from the log again.
    let relay = relay.restart().await;
    let client = relay.client();
    assert_eq!(client.log(LogKind::Alert, alert(1, NoteKind::New, 1, 14, now)).await.code(), Code::Backwards);
    client.log(LogKind::Alert, alert(1, NoteKind::Update, 2, 15, now)).await.read::<Logged>();
    assert_eq!(client.log(LogKind::Alert, alert(6, NoteKind::New, 1, 10, now)).await.code(), Code::PassSpent);
    relay.running.stop().await;
}

#[tokio::test]
async fn texts_expire_and_leaves_stay() {
    let relay = Relay::start().await;
    let client = relay.client();
    client.log(LogKind::Alert, alert(1, NoteKind::New, 1, 20, relay.now())).await.read::<Logged>();
    client.log(LogKind::EpochAuthenticator, epoch(1)).await.read::<Logged>();
    client.log(LogKind::KeyNote, WORLD.sign_key_note(&WORLD.key_note(2))).await.read::<Logged>();
    let before = get(client.addr, "/log/tile/entries/000.p/5").await.body;
    relay.clock.advance_ms(2 * DAY_MS);
    relay.running.sweep().await;
    let left = |e: &LogEntries| e.entries.iter().map(|e| e.index).collect::<Vec<_>>();
    assert_eq!(left(&entries(&client, "").await), [0, 1, 3, 4], "the alert's text is gone");
    relay.clock.advance_ms(31 * DAY_MS);
    relay.running.sweep().await;
    assert_eq!(left(&entries(&client, "").await), [0, 4], "what counts now stays");
    assert_eq!(get(client.addr, "/log/tile/entries/000.p/5").await.body, before);
    let relay = relay.restart().await;
    assert_eq!(left(&entries(&relay.client(), "").await), [0, 4]);
    relay.running.stop().await;
}

#[tokio::test]
async fn other_entries_are_signed_by_their_authority() {
    let relay = Relay::start().await;
    let client = relay.client();
    let statement = EpochAuthenticator { room: StreamId([1; 32]), epoch: 1, authenticator: Hash32([2; 32]) };
    let stranger = encode(&Signed::sign(&WORLD.network, &crate::client::key(9), &statement));
    assert_eq!(client.log(LogKind::EpochAuthenticator, stranger).await.code(), Code::NotAllowed);
    // A host's signature is no registrar's.
    assert_eq!(client.log(LogKind::Certificates, epoch(1)).await.code(), Code::NotAllowed);
    relay.running.stop().await;
}
