//! The first device: its rooms are opened, and what the relay needs is promised in an order in which a
//! relay that knows only the network's id can take it.

use bystand_crypto::hash::stream_id;
use bystand_crypto::sign::Signed;
use bystand_wire::relay_api::{LogEntry, LogKind, Policy, SignedBytes};
use bystand_wire::{Timestamp, limits};

use super::keys::{Founded, Keys, TeamCreators};
use super::{Founding, SetupError};
use crate::device::enroll::{MAILBOX_EXTRA_MS, mailbox_policy};
use crate::device::registrar::{OwnIssuer, RegistrarJob};
use crate::device::secrets::Seed;
use crate::device::{Cx, Device, IDENTITY, Owner};
use crate::io::Random;
use crate::logwatch::LogWatch;
use crate::network::invite::{Invitation, InviteSecret};
use crate::network::{RelayUrl, VerifiedKeyNote, VerifiedManifest};
use crate::outbox::{By, JobId, Work};
use crate::room::{Credential, Leaf, RoomKind, RoomRules, RoomSync, RoomTrust};
use crate::team::{TeamKind, TeamSync};

impl Device {
    pub(super) fn found(
        founding: Founding,
        keys: &Keys,
        (manifest, note): (VerifiedManifest, VerifiedKeyNote),
        certificate: &SignedBytes,
        rng: &mut Random,
    ) -> Result<Self, SetupError> {
        let Founding { mut identity, issuers, root, plan, now, .. } = founding;
        identity.certificate = Some(certificate.clone());
        let mut device = Self::create(identity, now, rng);
        device.shared.log = LogWatch::founded(manifest.clone(), note.clone());
        let mut result = Ok(());
        device.input(now, rng, |device, ctx| {
            result = device.promise_network(ctx, keys, (&manifest, &note), certificate);
            ctx.store(IDENTITY, &device.shared.identity);
            device.store_log(ctx);
            let issuers = issuers.into_iter().map(|((purpose, period), key)| OwnIssuer {
                purpose,
                period,
                key,
                made_at: now,
            });
            device.registrar.found(ctx, &mut device.shared, note.note(), plan.published_weeks, issuers);
            device.registrar.put_root(ctx, root);
            // From here on it is a device like one taken up from its vault.
            device.resume(ctx);
        });
        result.map(|()| device)
    }

    fn promise_network(
        &mut self,
        ctx: &mut Cx<'_>,
        keys: &Keys,
        (manifest, note): (&VerifiedManifest, &VerifiedKeyNote),
        certificate: &SignedBytes,
    ) -> Result<(), SetupError> {
        let job = RegistrarJob::Manifest(1);
        let first = self.promise_log(ctx, job, LogKind::Manifest, manifest.bytes(), &[]);
        let job = RegistrarJob::KeyNote(1);
        let ready = [self.promise_log(ctx, job, LogKind::KeyNote, note.bytes(), &[first])];
        let until = ctx.now.plus_ms(limits::STREAM_LIFE_MS);
        let mut rooms = Vec::new();
        let mut policies: Vec<Policy> = Vec::new();
        for (kind, creators) in &keys.teams {
            let room = self.open_room(ctx, (*kind, creators), (manifest, note), certificate)?;
            let successor = (keys.operations.signing().public(), until);
            let (own, others) = creators.policies(*kind, room.append_key().public(), successor, None);
            let is_there = [self.promise_stream_of(ctx, &own, &ready)];
            policies.push(own.policy);
            for stream in others {
                self.promise_stream_of(ctx, &stream, &is_there);
                policies.push(stream.policy);
            }
            rooms.push((*kind, creators.streams(), room));
        }
        for stream in keys.others(until) {
            self.promise_stream_of(ctx, &stream, &ready);
            policies.push(stream.policy);
        }
        self.promise_stream_of(ctx, &keys.drop(until), &ready);
        self.promise_own_mailbox(ctx, &ready);
        for (kind, streams, room) in rooms {
            let first = Some((1, keys.secrets(kind, &policies)));
            let outbox = &mut self.shared.outbox;
            let mut team = TeamSync::new(ctx, outbox, (kind, streams), room, certificate, first);
            team.trust_registrars(Some(manifest.manifest().registrars.clone()));
            self.shared.teams.insert(kind, team);
        }
        Ok(())
    }

    fn open_room(
        &self,
        ctx: &mut Cx<'_>,
        (kind, creators): (TeamKind, &TeamCreators),
        (manifest, note): (&VerifiedManifest, &VerifiedKeyNote),
        certificate: &SignedBytes,
    ) -> Result<RoomSync, SetupError> {
        let credential = Credential::Device(certificate.clone());
        let rules = RoomRules::new(ctx.network, RoomKind::Team(kind.role()));
        rules.update(&RoomTrust::new(manifest, note), ctx.now);
        let leaf = Leaf { key: self.shared.identity.device(), credential, rules, committer: None };
        let streams = creators.streams();
        Ok(RoomSync::create(ctx, &leaf, streams.room, streams.welcome)?)
    }

    /// The first registrar has a mailbox like everybody whom it admits.
    fn promise_own_mailbox(&mut self, ctx: &mut Cx<'_>, after: &[JobId]) {
        let secret = InviteSecret::generate(ctx.rng);
        let until: Timestamp = ctx.now.plus_ms(limits::CERTIFICATE_MS + MAILBOX_EXTRA_MS);
        let creator = Seed::from(&secret.mailbox_key());
        let policy = mailbox_policy(&secret, 1, until);
        self.promise_stream_of(ctx, &Founded { creator, policy }, after);
        let Ok(relay) = RelayUrl::new(&self.shared.identity.relay) else { return };
        let Some(certificate) = self.shared.identity.certified() else { return };
        let invitation = Invitation {
            network: ctx.network,
            relay,
            registrar: certificate.device,
            secret,
            roles: certificate.roles,
            expires_at: ctx.now,
        };
        self.enroll.found(ctx, &mut self.shared, invitation, until);
    }

    fn promise_stream_of(&mut self, ctx: &mut Cx<'_>, stream: &Founded, after: &[JobId]) -> JobId {
        let creator = stream.creator.signing();
        let id = stream_id(&creator.public());
        let signed = SignedBytes::from(Signed::sign(&ctx.network, &creator, &stream.policy));
        let owner = Owner::Registrar(RegistrarJob::Stream(id));
        self.shared.promise(ctx, owner, Work::Create(id, signed, Some(By::Certificate)), after)
    }

    fn promise_log(
        &mut self,
        ctx: &mut Cx<'_>,
        job: RegistrarJob,
        kind: LogKind,
        body: &[u8],
        after: &[JobId],
    ) -> JobId {
        let work = Work::Log(LogEntry { kind, body: body.to_vec() });
        self.shared.promise(ctx, Owner::Registrar(job), work, after)
    }
}
