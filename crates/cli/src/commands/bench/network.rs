//! A whole network from a seed, founded on the relay under test: manifest, key note, issuers, a drop.

use std::path::Path;

use anyhow::Context;
use bystand_core::alerts::{AlertBuilder, FindingProof, FindingStatement, NoteKind, Outcome, Place};
use bystand_core::fixtures::{CELL, Fixture};
use bystand_core::network::{Certificate, KindCode};
use bystand_crypto::hash;
use bystand_crypto::sign::{Signed, SigningKey, sign};
use bystand_relay::data_dir;
use bystand_wire::relay_api::{
    Admission, AppendContext, AppendRule, CreateStream, Created, LogEntry, LogKind, Logged, Policy,
    READ_HEADER, ReadAuth, ReadContext, ReadRule, SignedBytes,
};
use bystand_wire::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use bystand_wire::{FrameHash, PassPurpose, Period, Role, StreamId, Timestamp, Week, encode, limits, to_hex};

use super::http::{self, Connection};

/// A network and the keys of those who use it.
#[derive(Debug)]
pub struct Network {
    /// All its secrets.
    pub fixture: Fixture,
    /// When it was founded.
    pub now: Timestamp,
    /// A device that may make streams.
    device: SigningKey,
    /// Made the drop.
    drop_key: SigningKey,
}

impl Network {
    /// Draws a network and makes the relay's data folder.
    pub fn found(seed: u64, data: &Path) -> anyhow::Result<Self> {
        let now = bystand_client::Clock::real().now();
        let mut fixture = Fixture::without_issuers(seed, 2);
        fixture.manifest.log = data_dir::create(data, &fixture.network)?;
        fixture.manifest.issued_at = now.minus_ms(DAY_MS);
        fixture.manifest.expires_at = now.plus_ms(30 * DAY_MS);
        let device = SigningKey::generate(&mut fixture.rng);
        let drop_key = SigningKey::generate(&mut fixture.rng);
        let note = &mut fixture.key_note;
        note.issued_at = now.minus_ms(HOUR_MS);
        note.valid_until = now.minus_ms(HOUR_MS).plus_ms(limits::KEY_NOTE_MS);
        note.streams.drop = hash::stream_id(&drop_key.public());
        for keys in &mut note.desk {
            (keys.not_before, keys.not_after) = (now.minus_ms(DAY_MS), now.plus_ms(6 * DAY_MS));
        }
        for keys in &mut note.hosts {
            (keys.not_before, keys.not_after) = (now.minus_ms(DAY_MS), now.plus_ms(6 * DAY_MS));
        }
        Ok(Self { fixture, now, device, drop_key })
    }

    /// Has passes of a purpose issued this week, by one of the two registrars.
    pub fn issue(&mut self, purpose: PassPurpose, registrar: usize) {
        self.fixture.add_issuer(purpose, self.week(), registrar);
    }

    /// The week it was founded in.
    pub fn week(&self) -> Period {
        Period::Week(Week::of(self.now))
    }

    /// The drop.
    pub fn drop_stream(&self) -> StreamId {
        self.fixture.key_note.streams.drop
    }

    /// Brings manifest and key note to the relay.
    pub async fn publish(&self, connection: &mut Connection) -> anyhow::Result<()> {
        for (kind, body) in [
            (LogKind::Manifest, self.fixture.signed_manifest()),
            (LogKind::KeyNote, self.fixture.signed_key_note()),
        ] {
            let _: Logged = connection.call("POST", "/v1/log", &LogEntry { kind, body }).await?;
        }
        Ok(())
    }

    /// [`publish`](Self::publish) and [`make_drop`](Self::make_drop).
    pub async fn prepare(&self, connection: &mut Connection, life_ms: u64) -> anyhow::Result<()> {
        self.publish(connection).await?;
        self.make_drop(connection, life_ms).await
    }

    /// Makes the drop: passes or work, read by key, each report kept for so long.
    async fn make_drop(&self, connection: &mut Connection, life_ms: u64) -> anyhow::Result<()> {
        let rule = AppendRule::PassOrWork(vec![PassPurpose::Card, PassPurpose::Report]);
        let policy = self.policy(&self.drop_key, rule, ReadRule::Key(self.device.public()))?;
        self.put_stream(connection, &self.drop_key, &Policy { frame_life_ms: life_ms, ..policy }).await
    }

    /// Lets one read the drop now: the lines of a request's header.
    pub fn drop_header(&self, now: Timestamp) -> String {
        let context = ReadContext { stream: self.drop_stream(), at: now };
        let signature = sign(&self.fixture.network, &self.device, &context);
        format!("{READ_HEADER}: {}\r\n", to_hex(&encode(&ReadAuth { at: now, signature })))
    }

    /// Makes a stream whose one rule for appending is `rule`.
    pub async fn make_stream(
        &self,
        connection: &mut Connection,
        creator: &SigningKey,
        rule: AppendRule,
        read: ReadRule,
    ) -> anyhow::Result<()> {
        self.put_stream(connection, creator, &self.policy(creator, rule, read)?).await
    }

    /// Of a stream for a week, each of whose frames is kept for a day.
    pub fn policy(&self, creator: &SigningKey, rule: AppendRule, read: ReadRule) -> anyhow::Result<Policy> {
        Ok(Policy {
            creator: creator.public(),
            version: 1,
            successors: Vec::new(),
            append: vec![rule],
            read,
            erasers: Vec::new(),
            room_key: None,
            expires_at: self.now.plus_ms(7 * DAY_MS),
            frame_life_ms: DAY_MS,
            max_frame_len: u32::try_from(limits::FRAME_LEN)?,
            max_frames: 1_000_000,
            committer: None,
            starts_after: None,
        })
    }

    /// Makes a stream, by a certificate.
    async fn put_stream(
        &self,
        connection: &mut Connection,
        creator: &SigningKey,
        policy: &Policy,
    ) -> anyhow::Result<()> {
        let _: Created = connection.ask("a stream", &self.creation(creator, policy)).await?;
        Ok(())
    }

    /// The rendered request that makes a stream, by a certificate.
    pub fn creation(&self, creator: &SigningKey, policy: &Policy) -> Vec<u8> {
        let network = &self.fixture.network;
        let policy = SignedBytes::from(Signed::sign(network, creator, policy));
        let stream = hash::stream_id(&creator.public());
        let frame = FrameHash(hash::plain_sha256(&policy.bytes).0);
        let context = AppendContext { stream, frame, commit: None, epoch: None };
        let signature = sign(network, &self.device, &context);
        let admission = Some(Admission::Certificate(self.certificate(), signature));
        http::request("PUT", &format!("/v1/streams/{stream}"), &encode(&CreateStream { policy, admission }))
    }

    /// A new alert with its quorum: a finding pass and a publish pass. Issuers of both are needed.
    pub fn alert(&mut self, now: Timestamp) -> anyhow::Result<LogEntry> {
        let week = self.week();
        let statement = FindingStatement {
            alert: self.fixture.alert_id(),
            kind: KindCode::new("checkpoint")?,
            place: Place::Cell(CELL),
            observed_from: now.minus_ms(10 * MINUTE_MS),
            observed_until: now.minus_ms(5 * MINUTE_MS),
            outcome: Outcome::Confirmed,
        };
        let network = self.fixture.network;
        let found = self.fixture.pass(PassPurpose::Finding, week, None);
        let proof = FindingProof::sign(&network, &found, statement);
        let publish = self.fixture.pass(PassPurpose::Publish, week, None);
        let note =
            AlertBuilder::from_statement(&network, NoteKind::New, 1, &proof.statement, 2 * HOUR_MS, now)
                .and_then(|builder| builder.finding(&proof))
                .and_then(|builder| builder.publish(&publish).finish())
                .context("the alert")?;
        Ok(LogEntry { kind: LogKind::Alert, body: note.into_bytes() })
    }

    fn certificate(&self) -> SignedBytes {
        let issuer = &self.fixture.registrar(0).device;
        let certificate = Certificate {
            device: self.device.public(),
            roles: vec![Role::Dispatcher, Role::Host],
            not_before: self.now.minus_ms(DAY_MS),
            not_after: self.now.plus_ms(30 * DAY_MS),
            issuer: issuer.public(),
        };
        Signed::sign(&self.fixture.network, issuer, &certificate).into()
    }
}
