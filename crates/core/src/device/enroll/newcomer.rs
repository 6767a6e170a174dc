//! A newcomer's requests in the mailbox of its invitation.

use bystand_crypto::seal::SealPublicKey;
use bystand_crypto::sign::Signed;
use bystand_wire::time::MINUTE_MS;
use bystand_wire::{Hash32, PublicKey, Timestamp, encode};

use super::super::{Cx, Shared};
use super::{Enroll, EnrollJob, WEEKS_AT_ONCE, post, wanted};
use crate::network::VerifiedKeyNote;
use crate::network::enroll::EnrollRequest;
use crate::network::invite::Invitation;
use crate::outbox::By;

/// After so long without an answer a newcomer asks another registrar, in milliseconds.
const OTHER_REGISTRAR_MS: u64 = 15 * MINUTE_MS;

impl Enroll {
    /// A newcomer's requests: for the certificate alone, and one for each purpose and week that this
    /// registrar certifies.
    pub(super) fn request(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        note: &VerifiedKeyNote,
        invitation: &Invitation,
    ) {
        let Some(registrar) = self.whom_to_ask(ctx.now, note, invitation) else { return };
        let Some(sealing_key) = note.registrar(&registrar).map(|r| r.sealing_key.clone()) else { return };
        let is_first = self.state.request.is_none();
        let hash = self.send_request(ctx, shared, invitation, &sealing_key, None);
        self.state.request = Some((hash, registrar, ctx.now));
        self.store(ctx);
        if !is_first {
            return;
        }
        for (purpose, period) in wanted(&invitation.roles, ctx.now, WEEKS_AT_ONCE) {
            let is_theirs = note.issuer(purpose, period).is_some_and(|i| i.registrar == registrar);
            let Some(id) = is_theirs.then(|| self.new_ask(ctx, note, purpose, period)).flatten() else {
                continue;
            };
            let hash = self.send_request(ctx, shared, invitation, &sealing_key, Some(id));
            self.sent(ctx, &id, hash);
        }
    }

    /// The registrar who invited; another one when it does not answer or is none any more.
    fn whom_to_ask(
        &self,
        now: Timestamp,
        note: &VerifiedKeyNote,
        invitation: &Invitation,
    ) -> Option<PublicKey> {
        let registrars: Vec<PublicKey> = note.note().registrars.iter().map(|r| r.device).collect();
        match self.state.request {
            None if registrars.contains(&invitation.registrar) => Some(invitation.registrar),
            None => registrars.first().copied(),
            Some((_, asked, at)) if now.since_ms(at) >= OTHER_REGISTRAR_MS => {
                let at = registrars.iter().position(|r| *r == asked).map_or(0, |i| i + 1);
                registrars.get(at).or(registrars.first()).copied().filter(|r| *r != asked)
            }
            Some(_) => None,
        }
    }

    fn send_request(
        &self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        invitation: &Invitation,
        to: &SealPublicKey,
        ask: Option<Hash32>,
    ) -> Hash32 {
        let device = shared.identity.device();
        let request = EnrollRequest {
            token: invitation.secret.token(),
            device: device.public(),
            sealing_key: shared.identity.sealing().public(),
            batch: ask.and_then(|id| self.asks.get(&id)).map(|ask| ask.batch.clone()),
        };
        let signed = Signed::sign(&ctx.network, &device, &request);
        let stream = invitation.secret.mailbox();
        let by = By::Key(*invitation.secret.mailbox_key().seed());
        post(ctx, shared, EnrollJob::Request, stream, by, to, &encode(&signed));
        signed.hash()
    }
}
