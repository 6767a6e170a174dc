//! More than one registrar: a device applies, the stewards' next manifest lists it, and it is
//! certified, let into the team and given the publish passes to certify.
//!
//! An applicant makes its issuer keys before it applies, so that there is no moment without any:
//! a key note in which one of two registrars certified both finding and publish passes would not hold.

use std::collections::BTreeSet;

use bystand_crypto::seal::{SealPublicKey, SealPurpose, seal};
use bystand_crypto::sign::{SignError, Signed, Statement};
use bystand_wire::codec::decode_within;
use bystand_wire::{Frame, FrameKind, PassPurpose, PublicKey, Role, StreamId, Timestamp, encode, pad};
use minicbor::{Decode, Encode};

use super::super::secrets::{RegistrarSecrets, Seed};
use super::super::{CommandError, Cx, Event, Owner, Shared};
use super::admit::{ReplyTo, certify};
use super::note::wanted_issuers;
use super::state::Applicant;
use super::streams::{replace_policies, share};
use super::{ISSUER_WEEKS, Registrar, RegistrarEntry, RegistrarEvent, RegistrarJob, secrets};
use crate::network::Certificate;
use crate::network::enroll::EnrollReply;
use crate::network::keynote::{ISSUERS, IssuerEntry};
use crate::outbox::{AppendJob, By, Work};
use crate::room::{Credential, Holder};
use crate::team::TeamKind;

/// A device asks to become a registrar (purpose `registrar-application`), signed by its device key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RegistrarApplication {
    /// Who asks.
    #[n(0)]
    pub certificate: Signed<Certificate>,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// Requests will be sealed to it.
    #[n(2)]
    pub sealing_key: SealPublicKey,
    /// Where the certificate as a registrar goes.
    #[n(3)]
    pub reply_to: StreamId,
    /// Issuer keys of publish passes, which it will certify.
    #[n(4)]
    pub issuers: Vec<IssuerEntry>,
}

impl Statement for RegistrarApplication {
    const PURPOSE: &'static str = "registrar-application";
}

impl Registrar {
    pub(super) fn apply(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) -> Result<(), CommandError> {
        if !shared.identity.has_role(Role::Steward, ctx.now) {
            return Err(CommandError::NotCertified(Role::Steward));
        }
        if shared.identity.has_role(Role::Registrar, ctx.now) {
            return Err(CommandError::NotNow("this device is a registrar already".to_owned()));
        }
        let note = shared.key_note().map(|n| n.note().clone()).ok_or(CommandError::NotSetUp)?;
        self.kept.state.note = Some(note);
        self.kept.state.weeks = ISSUER_WEEKS;
        self.kept.state.applied = Some(false);
        self.kept.store_state(ctx);
        Ok(())
    }

    /// Makes the applicant's issuer keys, one an input, and then sends the application.
    pub(super) fn send_application(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if self.kept.state.applied != Some(false) {
            return;
        }
        if !self.missing(shared, ctx.now).is_empty() {
            return self.make_issuer(ctx, shared);
        }
        let Some(note) = shared.key_note().map(|n| n.note().clone()) else { return };
        let (Some(certificate), Some(reply_to)) = (shared.identity.certificate.clone(), shared.mailbox)
        else {
            return;
        };
        let device = shared.identity.device();
        let purpose = PassPurpose::Publish;
        let issuers = wanted_issuers(ctx.now, self.kept.state.weeks)
            .into_iter()
            .filter(|(p, _)| *p == purpose)
            .filter_map(|(_, period)| self.kept.newest(purpose, period))
            .map(|own| IssuerEntry {
                purpose,
                period: own.period,
                registrar: device.public(),
                key: own.key.public().clone(),
            })
            .collect();
        let application = RegistrarApplication {
            certificate: Signed::from(certificate),
            at: ctx.now,
            sealing_key: shared.identity.sealing().public(),
            reply_to,
            issuers,
        };
        let body = encode(&Signed::sign(&ctx.network, &device, &application));
        let inbox = note.streams.registrars_inbox;
        for registrar in &note.registrars {
            let (to, aad) = (&registrar.sealing_key, inbox.as_ref());
            let Ok(sealed) = seal(&ctx.network, SealPurpose::Enroll, to, ctx.rng, aad, &body) else {
                continue;
            };
            let frame = Frame::build(FrameKind::Enroll, &sealed);
            let append =
                AppendJob { stream: inbox, frame, by: By::Certificate, commit: None, tag: None, epoch: None };
            let owner = Owner::Registrar(RegistrarJob::Application);
            shared.promise(ctx, owner, Work::Append(append), &[]);
        }
        self.kept.state.applied = Some(true);
        self.kept.store_state(ctx);
    }

    pub(super) fn application_frame(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, bytes: &[u8]) {
        let opened = open_application(ctx, bytes).ok();
        let Some(application) = opened else {
            ctx.tell(Event::Registrar(RegistrarEvent::Refused("enroll-malformed")));
            return;
        };
        let holder = self.holder(ctx, shared, &application.certificate);
        let Some(holder) = holder.filter(|h| h.has_role(Role::Steward)) else {
            ctx.tell(Event::Registrar(RegistrarEvent::Refused("application-refused")));
            return;
        };
        let device = holder.device();
        let issuers = application
            .issuers
            .into_iter()
            .filter(|e| e.registrar == device && e.purpose == PassPurpose::Publish)
            .take(ISSUERS)
            .collect();
        let applicant = Applicant {
            certificate: application.certificate.into(),
            sealing_key: application.sealing_key,
            reply_to: application.reply_to,
            issuers,
            is_certified: false,
        };
        self.kept.state.applicants.insert(device, applicant);
        self.kept.store_state(ctx);
        let certificate = holder.hash();
        ctx.tell(Event::Registrar(RegistrarEvent::Application { device, certificate }));
    }

    pub(super) fn add_registrar(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        device: PublicKey,
    ) -> Result<(), CommandError> {
        if !self.kept.state.applicants.contains_key(&device) {
            return Err(CommandError::Unknown("application"));
        }
        let mut manifest = shared.manifest().ok_or(CommandError::NotSetUp)?.manifest().clone();
        if manifest.registrars.contains(&device) {
            return Err(CommandError::NotNow("that device is a registrar already".to_owned()));
        }
        manifest.registrars.push(device);
        manifest.registrars.sort_unstable();
        self.propose(ctx, shared, manifest)
    }

    /// A registrar that goes knows the operations key, so the manifest without it names another one.
    pub(super) fn remove_registrar(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        device: PublicKey,
    ) -> Result<(), CommandError> {
        if !self.is_on_duty(shared, ctx.now) {
            return Err(CommandError::NotCertified(Role::Registrar));
        }
        let mut manifest = shared.manifest().ok_or(CommandError::NotSetUp)?.manifest().clone();
        if device == shared.identity.device().public() || manifest.registrars.len() < 2 {
            let text = "a registrar is taken out by another one".to_owned();
            return Err(CommandError::Invalid(text));
        }
        if !manifest.registrars.contains(&device) {
            return Err(CommandError::Unknown("registrar"));
        }
        let operations = Seed::generate(ctx.rng);
        manifest.registrars.retain(|d| *d != device);
        manifest.operations_key = operations.signing().public();
        self.propose(ctx, shared, manifest)?;
        self.kept.state.next_operations = Some(operations);
        self.kept.state.applicants.remove(&device);
        self.kept.store_state(ctx);
        Self::append_entry(ctx, shared, &RegistrarEntry::Revoked(device))
    }

    /// Once the manifest names the new operations key and whoever should not have it is gone from the
    /// room, the others get it.
    pub(super) fn hand_over_operations(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let Some(next) = self.kept.state.next_operations.clone() else { return };
        let (Some(manifest), Some(held)) = (shared.manifest(), secrets(shared)) else { return };
        if manifest.manifest().operations_key != next.signing().public() {
            return;
        }
        let registrars: BTreeSet<PublicKey> = manifest.manifest().registrars.iter().copied().collect();
        let book = &self.kept.book;
        let is_listed = |credential: &Credential| match credential.holder() {
            Holder::Device(hash) => {
                book.certificates().get(&hash).is_none_or(|c| registrars.contains(&c.device))
            }
            Holder::Host(_) | Holder::Pass(_) => false,
        };
        let Some(team) = shared.teams.get(&TeamKind::Registrars) else { return };
        if !team.room().members().iter().all(is_listed) {
            return;
        }
        let (old, successor) = (held.operations.signing(), next.signing().public());
        let policies = replace_policies(ctx, shared, &held.policies, &old, successor);
        share(ctx, shared, RegistrarSecrets { operations: next, policies, ..held });
        self.kept.state.next_operations = None;
        self.kept.store_state(ctx);
    }

    /// Applicants that the manifest lists now get their certificate as registrars.
    pub(super) fn certify_applicants(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if !self.is_on_duty(shared, ctx.now) {
            return;
        }
        let Some(manifest) = shared.manifest().cloned() else { return };
        let listed: Vec<PublicKey> = self
            .kept
            .state
            .applicants
            .iter()
            .filter(|(device, a)| manifest.is_registrar(device) && !a.is_certified)
            .map(|(device, _)| *device)
            .collect();
        for device in listed {
            let Some(applicant) = self.kept.state.applicants.get(&device).cloned() else { continue };
            let signed = Signed::<Certificate>::from(applicant.certificate.clone());
            let Some(holder) = self.holder(ctx, shared, &signed) else { continue };
            let roles: BTreeSet<Role> = holder.roles().iter().copied().chain([Role::Registrar]).collect();
            let fresh = certify(ctx, shared, device, roles.into_iter().collect());
            let entry = RegistrarEntry::Certified(fresh.clone());
            if Self::append_entry(ctx, shared, &entry).is_err() {
                continue;
            }
            let reply = EnrollReply {
                answers: signed.hash(),
                certificate: Some(Signed::from(fresh)),
                grant: None,
                refusal: None,
            };
            let (stream, sealing_key) = (applicant.reply_to, applicant.sealing_key);
            Self::reply(ctx, shared, ReplyTo { stream, by: By::Certificate, sealing_key }, &reply);
            if let Some(applicant) = self.kept.state.applicants.get_mut(&device) {
                applicant.is_certified = true;
            }
            self.kept.store_state(ctx);
        }
    }
}

/// Signed by the device that its certificate names, which is still to be checked.
fn open_application(ctx: &Cx<'_>, bytes: &[u8]) -> Result<RegistrarApplication, SignError> {
    let signed: Signed<RegistrarApplication> = decode_within(bytes, pad::MAX_BODY)?;
    let body = signed.open(&ctx.network, &signed.claimed_key())?;
    if body.certificate.unverified_body()?.device != signed.claimed_key() {
        return Err(SignError::WrongKey);
    }
    Ok(body)
}
