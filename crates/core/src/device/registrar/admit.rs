//! Admission: invitations, mailboxes, certificates, passes, revocation.
//!
//! A device's request waits until the casebook says that its token is its own; then certificate and
//! passes go back the way the request came. The same request again gets the same answer.

use std::collections::BTreeSet;

use bystand_crypto::seal::{SealPublicKey, SealPurpose, open, seal};
use bystand_crypto::sign::Signed;
use bystand_wire::relay_api::{LogKind, SignedBytes, StoredFrame};
use bystand_wire::time::DAY_MS;
use bystand_wire::{
    Frame, FrameKind, Hash32, PassPurpose, PublicKey, Role, Seq, StreamId, Timestamp, encode, limits,
};

use super::super::enroll::{MAILBOX_EXTRA_MS, mailbox_policy, purposes_of};
use super::super::{CommandError, Cx, Event, Listener, Owner, Shared};
use super::state::Mailbox;
use super::{
    INVITATION_MS, Invited, OPEN_INVITATIONS, Registrar, RegistrarEntry, RegistrarEvent, RegistrarJob,
    RegistrarStream, SecretText, token_hash,
};
use crate::network::Certificate;
use crate::network::enroll::{EnrollRefusal, EnrollReply, EnrollRequest, Opened, open_request};
use crate::network::invite::{Invitation, InviteSecret};
use crate::network::names::RelayUrl;
use crate::network::statements::{CERTIFICATES, CertificatesIssued};
use crate::outbox::{AppendJob, By, Work};

/// Requests that may wait in one mailbox: a newcomer sends one for each purpose and week.
const WAITING: usize = 64;
/// How long a mailbox is watched after its invitation was used, in milliseconds: a day.
const AFTERWARDS_MS: u64 = DAY_MS;

/// Where an answer goes.
pub(super) struct ReplyTo {
    pub stream: StreamId,
    pub by: By,
    pub sealing_key: SealPublicKey,
}

impl Registrar {
    pub(super) fn invite(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        mut roles: Vec<Role>,
        life_ms: u64,
    ) -> Result<(), CommandError> {
        roles.sort_unstable();
        roles.dedup();
        if !self.is_on_duty(shared, ctx.now) {
            return Err(CommandError::NotCertified(Role::Registrar));
        }
        if roles.is_empty() {
            return Err(CommandError::Invalid("an invitation names at least one role".to_owned()));
        }
        if roles.contains(&Role::Registrar) {
            let text = "a registrar is made in two steps: invite a steward, then let that device apply";
            return Err(CommandError::Invalid(text.to_owned()));
        }
        if !(1..=INVITATION_MS).contains(&life_ms) {
            return Err(CommandError::Invalid("an invitation counts for at most two weeks".to_owned()));
        }
        let open = self.kept.book.invited().values().filter(|i| i.is_open());
        if open.count() >= OPEN_INVITATIONS {
            let text = "too many invitations are open: take some back, or wait until they end";
            return Err(CommandError::NotNow(text.to_owned()));
        }
        let relay =
            RelayUrl::new(&shared.identity.relay).map_err(|e| CommandError::Invalid(e.to_string()))?;
        let secret = InviteSecret::generate(ctx.rng);
        let expires_at = ctx.now.plus_ms(life_ms);
        let entry = RegistrarEntry::Invited { secret: secret.clone(), roles: roles.clone(), expires_at };
        Self::append_entry(ctx, shared, &entry)?;
        self.made.insert(token_hash(&secret.token()));
        let until = expires_at.plus_ms(limits::CERTIFICATE_MS + MAILBOX_EXTRA_MS);
        let (key, policy) = (secret.mailbox_key(), mailbox_policy(&secret, 1, until));
        let registrar = shared.identity.device().public();
        let invitation = Invitation { network: ctx.network, relay, registrar, secret, roles, expires_at };
        let owner = Owner::Registrar(RegistrarJob::Mailbox(Box::new(invitation)));
        shared.promise_stream(ctx, owner, &key, &policy, By::Certificate);
        Ok(())
    }

    /// The relay has an invitation's mailbox: now it can be answered, and is handed out.
    pub(super) fn mailbox_stands(ctx: &mut Cx<'_>, shared: &mut Shared, invitation: Invitation) {
        // Followed too early: the relay did not know it yet.
        shared.follow_again(ctx, &invitation.secret.mailbox());
        let (id, text) = (token_hash(&invitation.secret.token()), SecretText::from(invitation.to_text()));
        let Invitation { roles, expires_at, .. } = invitation;
        ctx.tell(Event::Registrar(RegistrarEvent::Invitation { id, text, roles, expires_at }));
    }

    pub(super) fn take_back(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        id: Hash32,
    ) -> Result<(), CommandError> {
        match self.kept.book.invited().get(&id) {
            Some(invited) if invited.is_open() => {
                Self::append_entry(ctx, shared, &RegistrarEntry::TakenBack(id))
            }
            Some(invited) if invited.is_taken_back => {
                Err(CommandError::NotNow("the invitation was taken back already".to_owned()))
            }
            Some(_) => {
                let text = "the invitation was used: revoke the device's certificate instead";
                Err(CommandError::NotNow(text.to_owned()))
            }
            // Its entry is on its way, and this one comes after it.
            None if self.made.remove(&id) => Self::append_entry(ctx, shared, &RegistrarEntry::TakenBack(id)),
            None => Err(CommandError::Unknown("invitation")),
        }
    }

    pub(super) fn watch(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, token: Hash32) {
        let Some(until) = self.kept.book.invited().get(&token).map(|i| i.expires_at) else { return };
        self.kept.mailboxes.entry(token).or_insert(Mailbox {
            seen: Seq::START,
            waiting: Vec::new(),
            is_redeeming: false,
            until: until.plus_ms(AFTERWARDS_MS),
        });
        self.kept.store_mailbox(ctx, &token);
        self.follow_mailbox(ctx, shared, &token);
    }

    pub(super) fn follow_mailbox(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, token: &Hash32) {
        let (Some(mailbox), Some(invited)) =
            (self.kept.mailboxes.get(token), self.kept.book.invited().get(token))
        else {
            return;
        };
        let listener = Listener::Registrar(RegistrarStream::Mailbox(*token));
        let read = invited.secret.read_key();
        shared.follow(ctx, invited.secret.mailbox(), listener, mailbox.seen, Some(&read));
    }

    pub(super) fn unwatch(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, token: &Hash32) {
        if let Some(invited) = self.kept.book.invited().get(token) {
            shared.leave(ctx, &invited.secret.mailbox());
        }
        self.kept.forget_mailbox(ctx, token);
    }

    /// Stops watching mailboxes whose time is over.
    pub(super) fn close_mailboxes(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let over: Vec<Hash32> =
            self.kept.mailboxes.iter().filter(|(_, m)| m.until <= ctx.now).map(|(t, _)| *t).collect();
        for token in over {
            self.unwatch(ctx, shared, &token);
        }
    }

    pub(super) fn mailbox_frame(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        token: Hash32,
        stored: &StoredFrame,
    ) {
        let Some(mailbox) = self.kept.mailboxes.get_mut(&token) else { return };
        mailbox.seen = stored.seq;
        self.kept.store_mailbox(ctx, &token);
        let Ok(Frame { kind: FrameKind::Enroll, body }) = Frame::parse(&stored.frame) else { return };
        let Some(invited) = self.kept.book.invited().get(&token).cloned() else { return };
        let aad = invited.secret.mailbox();
        let secret = shared.identity.sealing();
        // Sealed to another registrar: that one answers.
        let Ok(bytes) = open(&ctx.network, SealPurpose::Enroll, &secret, aad.as_ref(), body) else { return };
        let Ok(request) = open_request(&ctx.network, &bytes) else {
            ctx.tell(Event::Registrar(RegistrarEvent::Refused("enroll-malformed")));
            return;
        };
        if !request.body.token.matches(&invited.secret.token()) {
            ctx.tell(Event::Registrar(RegistrarEvent::Refused("enroll-token")));
            return;
        }
        if invited.certificate.is_some() {
            return self.answer_request(ctx, shared, &token, &request);
        }
        if invited.is_taken_back || stored.at >= invited.expires_at {
            let refusal = EnrollRefusal::InvitationOver;
            return self.refuse_request(ctx, shared, &token, &request, refusal);
        }
        self.hold(ctx, shared, &token, &bytes, &request);
    }

    /// The token is nobody's yet: says in the casebook that it is this device's, and waits for the
    /// entry to come back.
    fn hold(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        token: &Hash32,
        bytes: &[u8],
        request: &Opened<EnrollRequest>,
    ) {
        let roles = self.kept.book.invited().get(token).map(|i| i.roles.clone()).unwrap_or_default();
        let Some(mailbox) = self.kept.mailboxes.get_mut(token) else { return };
        if mailbox.waiting.len() < WAITING {
            mailbox.waiting.push(bytes.to_vec().into());
        }
        if !mailbox.is_redeeming {
            let certificate = certify(ctx, shared, request.body.device, roles);
            let entry = RegistrarEntry::Redeemed { token: *token, certificate };
            mailbox.is_redeeming = Self::append_entry(ctx, shared, &entry).is_ok();
        }
        self.kept.store_mailbox(ctx, token);
    }

    /// Entries that the relay did not take, or that could not be written when the request came.
    pub(super) fn redeem_again(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if Self::has_job(shared, |job| *job == RegistrarJob::Entry) {
            return;
        }
        let waiting: Vec<(Hash32, Vec<u8>)> = self
            .kept
            .mailboxes
            .iter()
            .filter(|(token, _)| self.kept.book.invited().get(token).is_some_and(Invited::is_open))
            .filter_map(|(token, m)| Some((*token, m.waiting.first()?.to_vec())))
            .collect();
        for (token, bytes) in waiting {
            let Some(roles) = self.kept.book.invited().get(&token).map(|i| i.roles.clone()) else { continue };
            let Ok(request) = open_request(&ctx.network, &bytes) else { continue };
            let certificate = certify(ctx, shared, request.body.device, roles);
            let _ = Self::append_entry(ctx, shared, &RegistrarEntry::Redeemed { token, certificate });
        }
    }

    /// The casebook says whose the token is: everybody who waits is answered.
    pub(super) fn redeemed(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, token: Hash32, is_first: bool) {
        if is_first
            && let Some(issued) = self.kept.book.invited().get(&token).and_then(|i| i.certificate.clone())
        {
            let signed = Signed::<Certificate>::from(issued);
            let roles = signed.unverified_body().map(|c| c.roles).unwrap_or_default();
            let certificate = signed.hash();
            ctx.tell(Event::Registrar(RegistrarEvent::Admitted { certificate, roles }));
        }
        let Some(mailbox) = self.kept.mailboxes.get_mut(&token) else { return };
        let waiting = std::mem::take(&mut mailbox.waiting);
        mailbox.until = mailbox.until.min(ctx.now.plus_ms(AFTERWARDS_MS));
        self.kept.store_mailbox(ctx, &token);
        for bytes in waiting {
            if let Ok(request) = open_request(&ctx.network, &bytes) {
                self.answer_request(ctx, shared, &token, &request);
            }
        }
    }

    /// Whoever waits for an answer gets one; who comes later, too.
    pub(super) fn taken_back(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, token: &Hash32) {
        let Some(mailbox) = self.kept.mailboxes.get_mut(token) else { return };
        let waiting = std::mem::take(&mut mailbox.waiting);
        self.kept.store_mailbox(ctx, token);
        for bytes in waiting {
            if let Ok(request) = open_request(&ctx.network, &bytes) {
                self.refuse_request(ctx, shared, token, &request, EnrollRefusal::InvitationOver);
            }
        }
    }

    fn answer_request(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        token: &Hash32,
        request: &Opened<EnrollRequest>,
    ) {
        let invited = self.kept.book.invited().get(token).cloned();
        let Some(bytes) = invited.and_then(|i| i.certificate) else { return };
        let certificate = Signed::<Certificate>::from(bytes);
        let Ok(body) = certificate.unverified_body() else { return };
        if body.device != request.body.device {
            return self.refuse_request(ctx, shared, token, request, EnrollRefusal::TokenUsed);
        }
        if self.kept.book.is_revoked(&body.device) {
            return self.refuse_request(ctx, shared, token, request, EnrollRefusal::Certificate);
        }
        let granted = match &request.body.batch {
            Some(batch) => self.grant(ctx, shared, body.device, &body.roles, batch).map(Some),
            None => Ok(None),
        };
        let (grant, refusal) = match granted {
            Ok(grant) => (grant, None),
            Err(refusal) => (None, Some(refusal)),
        };
        let reply = EnrollReply { answers: request.hash, certificate: Some(certificate), grant, refusal };
        self.reply_to_request(ctx, shared, token, request, &reply);
    }

    fn refuse_request(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        token: &Hash32,
        request: &Opened<EnrollRequest>,
        refusal: EnrollRefusal,
    ) {
        ctx.tell(Event::Registrar(RegistrarEvent::Refused(refusal.code())));
        let refusal = Some(refusal);
        let reply = EnrollReply { answers: request.hash, certificate: None, grant: None, refusal };
        self.reply_to_request(ctx, shared, token, request, &reply);
    }

    fn reply_to_request(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        token: &Hash32,
        request: &Opened<EnrollRequest>,
        reply: &EnrollReply,
    ) {
        let Some(invited) = self.kept.book.invited().get(token) else { return };
        let by = By::Key(*invited.secret.mailbox_key().seed());
        let stream = invited.secret.mailbox();
        let sealing_key = request.body.sealing_key.clone();
        Self::reply(ctx, shared, ReplyTo { stream, by, sealing_key }, reply);
    }

    /// Seals an answer to a device and promises it.
    pub(super) fn reply(ctx: &mut Cx<'_>, shared: &mut Shared, to: ReplyTo, reply: &EnrollReply) {
        let (stream, body) = (to.stream, encode(reply));
        let aad = stream.as_ref();
        let Ok(sealed) = seal(&ctx.network, SealPurpose::Enrolled, &to.sealing_key, ctx.rng, aad, &body)
        else {
            return;
        };
        let frame = Frame::build(FrameKind::Enrolled, &sealed);
        let append = AppendJob { stream, frame, by: to.by, commit: None, tag: None, epoch: None };
        shared.promise(ctx, Owner::Registrar(RegistrarJob::Answer), Work::Append(append), &[]);
    }

    pub(super) fn certified(&mut self, ctx: &mut Cx<'_>, shared: &Shared, hash: Hash32) {
        // Whoever issued it tells the log.
        let device = shared.identity.device().public();
        if self.kept.book.certificates().get(&hash).is_some_and(|c| c.issuer == device) {
            self.kept.state.to_log.insert(hash);
            self.kept.store_state(ctx);
        }
    }

    pub(super) fn revoke(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        prefix: &str,
    ) -> Result<(), CommandError> {
        let prefix = prefix.trim().to_ascii_lowercase();
        if prefix.len() < 8 {
            return Err(CommandError::Invalid("give at least eight digits of the certificate".to_owned()));
        }
        let (_, issued) = self.kept.book.find(&prefix).ok_or(CommandError::Unknown("certificate"))?;
        if issued.device == shared.identity.device().public() {
            return Err(CommandError::Invalid("this device cannot revoke itself".to_owned()));
        }
        Self::append_entry(ctx, shared, &RegistrarEntry::Revoked(issued.device))
    }

    pub(super) fn revoked(&mut self, ctx: &mut Cx<'_>, hashes: Vec<Hash32>, roles: &[Role]) {
        let purposes: BTreeSet<PassPurpose> = purposes_of(roles).into_iter().collect();
        self.replace_issuers(ctx, &purposes);
        ctx.tell(Event::Registrar(RegistrarEvent::Revoked(hashes)));
    }

    /// Tells the log which certificates were issued: how many, and nothing about whom.
    pub(super) fn log_certificates(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let busy = Self::has_job(shared, |job| matches!(job, RegistrarJob::Certificates(_)));
        if busy || self.kept.state.to_log.is_empty() {
            return;
        }
        let certificates: Vec<Hash32> = self.kept.state.to_log.iter().take(CERTIFICATES).copied().collect();
        let statement = CertificatesIssued { certificates: certificates.clone(), at: ctx.now };
        let body = encode(&Signed::sign(&ctx.network, &shared.identity.device(), &statement));
        Self::log(ctx, shared, RegistrarJob::Certificates(certificates), LogKind::Certificates, body);
    }
}

/// A certificate signed by this registrar, from now on.
pub(super) fn certify(ctx: &Cx<'_>, shared: &Shared, device: PublicKey, roles: Vec<Role>) -> SignedBytes {
    let key = shared.identity.device();
    let not_before: Timestamp = ctx.now.minus_ms(limits::CLOCK_SKEW_MS);
    let not_after = not_before.plus_ms(limits::CERTIFICATE_MS);
    let certificate = Certificate { device, roles, not_before, not_after, issuer: key.public() };
    SignedBytes::from(Signed::sign(&ctx.network, &key, &certificate))
}
