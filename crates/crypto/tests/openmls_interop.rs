//! A second implementation of RFC 9420 in our rooms: `openmls` joins, talks, follows our changes,
//! makes changes of its own, and shows what a foreign program may not do.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::wildcard_enum_match_arm, reason = "whatever else comes fails the test")]
mod rooms_common;

use bystand_crypto::rooms::*;
use bystand_wire::{Timestamp, pad};
use openmls::prelude::tls_codec::{Deserialize as _, Serialize as _};
use openmls::prelude::*;
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::types::SignatureScheme;
use rooms_common::{ROOM, TREE, World, assert_message, config, credential_of, each};

const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519;

/// `openmls` asks the machine's clock for lifetimes; so these tests give ours the same time.
#[expect(clippy::disallowed_methods, reason = "the other implementation reads this clock by itself")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Timestamp(u64::try_from(since.as_millis()).expect("fits"))
}

/// A device that runs `openmls`.
struct Foreign {
    provider: OpenMlsRustCrypto,
    signer: SignatureKeyPair,
    credential: Vec<u8>,
    wire: WireFormatPolicy,
    group: Option<MlsGroup>,
}

impl Foreign {
    fn new(who: &str) -> Self {
        let config = config(who);
        let public = config.leaf_public();
        let signer =
            SignatureKeyPair::from_raw(SignatureScheme::ED25519, config.leaf_key.to_vec(), public.0.to_vec());
        let credential = credential_of(who, 1, &public);
        let wire = PURE_CIPHERTEXT_WIRE_FORMAT_POLICY;
        Self { provider: OpenMlsRustCrypto::default(), signer, credential, wire, group: None }
    }

    fn key_package(&self) -> Vec<u8> {
        let kind = CredentialType::Other(CREDENTIAL_TYPE);
        let capabilities = Capabilities::new(None, Some(&[SUITE]), None, None, Some(&[kind]));
        let credential = Credential::new(kind, self.credential.clone());
        let key = self.signer.to_public_vec().into();
        let bundle = KeyPackage::builder()
            .leaf_node_capabilities(capabilities)
            .build(SUITE, &self.provider, &self.signer, CredentialWithKey { credential, signature_key: key })
            .expect("a key package");
        MlsMessageOut::from(bundle.key_package().clone()).tls_serialize_detached().expect("encodes")
    }

    fn join(&mut self, welcome: &[u8], tree: &[u8]) {
        let message = MlsMessageIn::tls_deserialize_exact(welcome).expect("decodes");
        let MlsMessageBodyIn::Welcome(welcome) = message.extract() else { panic!("not a welcome") };
        let tree = RatchetTreeIn::tls_deserialize_exact(tree).expect("decodes");
        let config = MlsGroupJoinConfig::builder()
            .wire_format_policy(self.wire)
            .use_ratchet_tree_extension(false)
            .padding_size(64)
            .build();
        let staged = StagedWelcome::new_from_welcome(&self.provider, &config, welcome, Some(tree));
        self.group = Some(staged.expect("joins").into_group(&self.provider).expect("joins"));
    }

    fn group(&mut self) -> &mut MlsGroup {
        self.group.as_mut().expect("has joined")
    }

    /// Applies a commit or reads a message; the body of the latter.
    fn process(&mut self, frame: &[u8]) -> Option<Vec<u8>> {
        let message = MlsMessageIn::tls_deserialize_exact(frame).expect("decodes");
        let message = message.try_into_protocol_message().expect("a room frame");
        let group = self.group.as_mut().expect("has joined");
        match group.process_message(&self.provider, message).expect("accepts").into_content() {
            ProcessedMessageContent::ApplicationMessage(body) => {
                Some(pad::unpad(&body.into_bytes()).expect("padded as ours").to_vec())
            }
            ProcessedMessageContent::StagedCommitMessage(commit) => {
                group.merge_staged_commit(&self.provider, *commit).expect("applies");
                None
            }
            _ => panic!("neither message nor commit"),
        }
    }

    fn say(&mut self, body: &[u8]) -> Vec<u8> {
        let padded = pad::pad(body).expect("fits");
        let group = self.group.as_mut().expect("has joined");
        let message = group.create_message(&self.provider, &self.signer, &padded).expect("encrypts");
        message.tls_serialize_detached().expect("encodes")
    }

    /// A commit of its own; it moves on at once, as if the relay had taken it.
    fn commit(
        &mut self,
        fill: impl for<'a> FnOnce(CommitBuilder<'a, Initial>) -> CommitBuilder<'a, Initial>,
    ) -> Vec<u8> {
        let Self { provider, signer, group, .. } = self;
        let group = group.as_mut().expect("has joined");
        let bundle = fill(group.commit_builder())
            .load_psks(provider.storage())
            .expect("no keys")
            .build(provider.rand(), provider.crypto(), signer, |_| true)
            .expect("builds")
            .stage_commit(provider)
            .expect("stages");
        let bytes = bundle.into_commit().tls_serialize_detached().expect("encodes");
        group.merge_pending_commit(provider).expect("applies");
        bytes
    }

    fn assert_agrees_with(&mut self, room: &Room) {
        let provider = &self.provider;
        let group = self.group.as_ref().expect("has joined");
        assert_eq!(group.epoch().as_u64(), room.epoch());
        let authenticator = room.epoch_authenticator().expect("an authenticator");
        assert_eq!(group.epoch_authenticator().as_slice(), authenticator.as_bytes());
        let exported = group.export_secret(provider.crypto(), "bystand/v1/test", &[], 32).expect("exports");
        assert_eq!(exported, room.export("test", 32).expect("exports").to_vec());
        assert_eq!(group.members().count(), room.members().len());
    }
}

/// Our host, one of our members, and a foreign device with the given role.
fn room_with(world: &mut World, who: &str) -> (Vec<Room>, Foreign) {
    let mut host = Room::create(&config("host/h"), ROOM, now(), &mut world.rng).expect("creates");
    let member = config("member/m");
    let mut foreign = Foreign::new(who);
    let (package, secret) =
        Room::key_package(&member, now(), rooms_common::HOUR_MS, &mut world.rng).expect("makes");
    let theirs = foreign.key_package();
    let candidate = host.screen(&theirs, now()).expect("may be added");
    assert_eq!(candidate.credential, foreign.credential);
    let pending = host.add(&[package, theirs], &TREE, now(), &mut world.rng).expect("adds");
    host.commit_accepted().expect("applies");
    let welcome = pending.welcome.expect("a welcome");
    let (room, _) = Room::join(&member, &[secret], &welcome, &pending.tree).expect("joins");
    foreign.join(&welcome, &pending.tree);
    foreign.assert_agrees_with(&host);
    (vec![host, room], foreign)
}

fn foreign_index(rooms: &[Room], foreign: &Foreign) -> MemberIndex {
    let members = rooms[0].members();
    members.iter().find(|m| m.credential == foreign.credential).expect("is in").index
}

#[test]
fn a_foreign_member_joins_talks_and_follows() {
    let mut world = World::new(50);
    let (mut rooms, mut foreign) = room_with(&mut world, "member/o");
    let index = foreign_index(&rooms, &foreign);

    // Both ways, several, of every size.
    for len in [0, 1, 500, 10_000, pad::MAX_BODY] {
        let body = vec![0x42; len];
        let ours = world.talk(&mut each(&mut rooms), &body);
        assert_eq!(foreign.process(&ours).as_deref(), Some(&body[..]));
        let theirs = foreign.say(&body);
        for room in &mut rooms {
            assert_message(room.process(&theirs), index, &foreign.credential, &body);
        }
    }

    // It follows an addition without a path, a refresh and a removal of ours.
    let newcomer = config("member/n");
    let (package, secret) =
        Room::key_package(&newcomer, now(), rooms_common::HOUR_MS, &mut world.rng).expect("makes");
    let added = rooms[0].add(&[package], &TREE, now(), &mut world.rng).expect("adds");
    world.settle(&mut each(&mut rooms), &added);
    foreign.process(&added.commit);
    let welcome = added.welcome.as_deref().expect("a welcome");
    rooms.push(Room::join(&newcomer, &[secret], welcome, &added.tree).expect("joins").0);
    foreign.assert_agrees_with(&rooms[2]);
    let theirs = foreign.say(b"hello, newcomer");
    assert_message(rooms[2].process(&theirs), index, &foreign.credential, b"hello, newcomer");

    let refreshed = rooms[0].refresh(now(), &mut world.rng).expect("refreshes");
    world.settle(&mut each(&mut rooms), &refreshed);
    foreign.process(&refreshed.commit);
    foreign.assert_agrees_with(&rooms[1]);

    let leaving = rooms[1].own_index();
    let removed = rooms[0].remove(&[leaving], now(), &mut world.rng).expect("removes");
    world.settle(&mut each(&mut rooms), &removed);
    foreign.process(&removed.commit);
    rooms.remove(1);
    foreign.assert_agrees_with(&rooms[1]);
    let after = world.talk(&mut each(&mut rooms), b"after the removal");
    assert_eq!(foreign.process(&after).as_deref(), Some(&b"after the removal"[..]));

    // At last it is removed itself, and understands that.
    let removed = rooms[0].remove(&[index], now(), &mut world.rng).expect("removes");
    world.settle(&mut each(&mut rooms), &removed);
    foreign.process(&removed.commit);
    assert!(!foreign.group().is_active());
}

/// Our members apply what another implementation's host commits.
#[test]
fn a_foreign_host_changes_the_room() {
    let mut world = World::new(51);
    let (mut rooms, mut foreign) = room_with(&mut world, "host/o");
    let index = foreign_index(&rooms, &foreign);
    let apply = |rooms: &mut [Room], frame: &[u8]| -> Vec<Applied> {
        let applied = rooms.iter_mut().map(|room| match room.process(frame).expect("applies") {
            Incoming::Commit(applied) => applied,
            other => panic!("{other:?}"),
        });
        applied.collect()
    };

    let refresh = foreign.commit(|builder| builder.force_self_update(true));
    assert_eq!(apply(&mut rooms, &refresh)[0].committer.index, index);
    foreign.assert_agrees_with(&rooms[0]);

    let second = Foreign::new("member/p");
    let bytes = second.key_package();
    let package = match MlsMessageIn::tls_deserialize_exact(&bytes).expect("decodes").extract() {
        MlsMessageBodyIn::KeyPackage(package) => {
            package.validate(second.provider.crypto(), ProtocolVersion::Mls10).expect("valid")
        }
        _ => panic!("not a key package"),
    };
    let addition = foreign.commit(|builder| builder.propose_adds([package]));
    let applied = apply(&mut rooms, &addition);
    assert_eq!(applied[0].added.len(), 1);
    assert_eq!(applied[0].added[0].credential, second.credential);
    foreign.assert_agrees_with(&rooms[1]);

    let before = rooms[0].append_key();
    let victim = applied[0].added[0].index.0;
    let removal = foreign.commit(|builder| builder.propose_removals([LeafNodeIndex::new(victim)]));
    assert_eq!(apply(&mut rooms, &removal)[1].removed[0].index.0, victim);
    foreign.assert_agrees_with(&rooms[0]);
    assert_ne!(rooms[0].append_key(), before);
    assert_eq!(rooms[0].append_key(), rooms[1].append_key());
    let theirs = foreign.say(b"done");
    assert_message(rooms[1].process(&theirs), index, &foreign.credential, b"done");
}

type MakeFrame = fn(&mut Foreign) -> Vec<u8>;

/// What MLS allows and rooms do not.
#[test]
fn a_foreign_program_cannot_do_what_rooms_do_not_allow() {
    let forbidden: [(&str, &str, &str, MakeFrame); 5] = [
        ("member/o", "a commit by a member", "MayNotCommit", |foreign| {
            foreign.commit(|builder| builder.force_self_update(true))
        }),
        ("host/o", "a change of settings", "Forbidden(\"change of settings\")", |foreign| {
            let none = Extensions::empty();
            foreign.commit(|builder| builder.propose_group_context_extensions(none).expect("proposes"))
        }),
        ("host/o", "a proposal sent on its own", "ProposalRefused", |foreign| {
            let Foreign { provider, signer, group, .. } = foreign;
            let group = group.as_mut().expect("has joined");
            let (proposal, _) =
                group.propose_remove_member(provider, signer, LeafNodeIndex::new(1)).expect("proposes");
            proposal.tls_serialize_detached().expect("encodes")
        }),
        ("host/o", "a commit that is not encrypted", "Unencrypted", |foreign| {
            let open = MlsGroupJoinConfig::builder().wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY);
            let Foreign { provider, group, .. } = &mut *foreign;
            let group = group.as_mut().expect("has joined");
            group.set_configuration(provider.storage(), &open.build()).expect("sets");
            foreign.commit(|builder| builder.force_self_update(true))
        }),
        ("host/o", "a message that is not padded", "Malformed", |foreign| {
            let Foreign { provider, signer, group, .. } = foreign;
            let group = group.as_mut().expect("has joined");
            let message = group.create_message(provider, signer, b"bare").expect("encrypts");
            message.tls_serialize_detached().expect("encodes")
        }),
    ];
    for (i, (who, name, expected, make)) in forbidden.into_iter().enumerate() {
        let mut world = World::new(60 + u8::try_from(i).expect("few"));
        let (mut rooms, mut foreign) = room_with(&mut world, who);
        let frame = make(&mut foreign);
        for room in &mut rooms {
            let before = rooms_common::state_of(room);
            let error = room.process(&frame).expect_err(name);
            assert_eq!(error.cause(), Cause::BadRemote, "{name}");
            assert!(format!("{error:?}").contains(expected), "{name}: {error:?}");
            assert_eq!(rooms_common::state_of(room), before, "{name}");
        }
        world.talk(&mut each(&mut rooms), b"as if nothing had happened");
        let pending = rooms[0].refresh(now(), &mut world.rng).expect("refreshes");
        world.settle(&mut each(&mut rooms), &pending);
    }
}

/// A commit that takes in a proposal which was sent on its own names it by reference; nobody has it.
#[test]
fn commits_by_reference_are_refused() {
    let mut world = World::new(70);
    let (mut rooms, mut foreign) = room_with(&mut world, "host/o");
    let victim = rooms[1].own_index();
    {
        let Foreign { provider, signer, group, .. } = &mut foreign;
        let group = group.as_mut().expect("has joined");
        group.propose_remove_member(provider, signer, LeafNodeIndex::new(victim.0)).expect("proposes");
    }
    let commit = foreign.commit(|builder| builder.consume_proposal_store(true));
    for room in &mut rooms {
        let error = room.process(&commit).expect_err("refused");
        assert!(matches!(error, RoomError::CommitRefused { reason: Refusal::Protocol(_) }), "{error:?}");
        assert_eq!(room.members().len(), 3);
    }
}
