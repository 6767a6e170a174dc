//! Asking for passes: what is missing, blinding it, and asking again when no answer comes.

use bystand_crypto::hash::plain_sha256;
use bystand_crypto::passes::PassRequest;
use bystand_crypto::sign::Signed;
use bystand_wire::{Hash32, PassPurpose, Period, Timestamp, ZoneId, encode, limits};
use minicbor::{Decode, Encode};

use super::super::{Cx, Shared};
use super::{ASK, Enroll, EnrollJob, LAZY_MS, RENEW_MS, Taken, post, wanted};
use crate::network::VerifiedKeyNote;
use crate::network::enroll::{ASK_MS, BATCH, BlindedBatch, PassAsk};
use crate::outbox::By;

/// A batch of passes asked for: what unblinds the answer, kept until it has come.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
pub(super) struct Ask {
    #[n(0)]
    pub batch: BlindedBatch,
    #[n(1)]
    pub requests: Vec<PassRequest>,
    /// The issuer key it was blinded for.
    #[n(2)]
    pub issuer: Hash32,
    /// Hashes of the messages it was sent in.
    #[n(3)]
    pub sent: Vec<Hash32>,
    /// When it was sent last.
    #[n(4)]
    pub at: Timestamp,
}

impl Enroll {
    /// Asks for passes that are missing: the coming two weeks' at once, later ones one week an hour.
    pub(super) fn ask_for_passes(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, note: &VerifiedKeyNote) {
        let Some(certificate) = shared.identity.certified() else { return };
        if ctx.now >= certificate.not_after {
            return;
        }
        self.ask_again(ctx, shared, note);
        let ends = certificate.not_after;
        let mut has_asked = false;
        for (purpose, period) in wanted(&certificate.roles, ctx.now, self.weeks) {
            if period.start() >= ends || !self.is_missing(ctx.now, note, purpose, period) {
                continue;
            }
            if let Some(id) = self.new_ask(ctx, note, purpose, period) {
                has_asked = true;
                self.send_ask(ctx, shared, note, Some(id));
            }
        }
        if has_asked || self.lazy_at == Timestamp(0) {
            self.lazy_at = ctx.now.plus_ms(LAZY_MS);
        } else if self.asks.is_empty() && self.lazy_at <= ctx.now {
            self.lazy_at = ctx.now.plus_ms(LAZY_MS);
            let last = wanted(&certificate.roles, ctx.now, self.weeks.saturating_add(1)).pop();
            if last.is_some_and(|(_, period)| period.start() < ends) {
                self.weeks = self.weeks.saturating_add(1);
            }
        }
    }

    fn is_missing(
        &self,
        now: Timestamp,
        note: &VerifiedKeyNote,
        purpose: PassPurpose,
        period: Period,
    ) -> bool {
        let has_issuer = note.issuer(purpose, period).is_some();
        let is_asked = self.asks.values().any(|a| (a.batch.purpose, a.batch.period) == (purpose, period));
        let is_refused = self.refused.get(&(purpose, period)).is_some_and(|until| now < *until);
        let is_complete = match self.state.taken.get(&(purpose, period)) {
            Some(taken) => purpose != PassPurpose::Room || self.new_zones(taken).is_empty(),
            None => purpose == PassPurpose::Room && self.state.zones.is_empty(),
        };
        has_issuer && !is_asked && !is_refused && !is_complete
    }

    /// Zones chosen and not yet taken, as far as the week's room passes go.
    fn new_zones(&self, taken: &Taken) -> Vec<ZoneId> {
        let most = usize::try_from(PassPurpose::Room.per_period()).unwrap_or(usize::MAX);
        let left = most.saturating_sub(taken.zones.len());
        let new = self.state.zones.iter().filter(|zone| !taken.zones.contains(zone));
        new.take(left).cloned().collect()
    }

    /// Blinds a batch for the key note's issuer key and keeps what unblinds it.
    pub(super) fn new_ask(
        &mut self,
        ctx: &mut Cx<'_>,
        note: &VerifiedKeyNote,
        purpose: PassPurpose,
        period: Period,
    ) -> Option<Hash32> {
        let entry = note.issuer(purpose, period)?;
        let zones: Vec<Option<ZoneId>> = if purpose == PassPurpose::Room {
            let none = Taken { issuer: Hash32([0; 32]), zones: Vec::new() };
            let taken = self.state.taken.get(&(purpose, period)).unwrap_or(&none);
            self.new_zones(taken).into_iter().map(Some).collect()
        } else {
            vec![None; usize::try_from(purpose.per_period()).unwrap_or(0).min(BATCH)]
        };
        let (mut requests, mut blinded) = (Vec::new(), Vec::new());
        for zone in zones {
            let (request, number) =
                PassRequest::new(&ctx.network, purpose, period, zone, &entry.key, ctx.rng).ok()?;
            requests.push(request);
            blinded.push(number);
        }
        if blinded.is_empty() {
            return None;
        }
        let batch = BlindedBatch { purpose, period, blinded };
        let id = plain_sha256(&encode(&batch));
        let issuer = plain_sha256(entry.key.as_der());
        self.asks.insert(id, Ask { batch, requests, issuer, sent: Vec::new(), at: ctx.now });
        Some(id)
    }

    /// Notes under which hash an ask went out.
    pub(super) fn sent(&mut self, ctx: &mut Cx<'_>, id: &Hash32, hash: Hash32) {
        if let Some(ask) = self.asks.get_mut(id) {
            ask.sent.push(hash);
            ask.at = ctx.now;
            ctx.store(&format!("{ASK}{id}"), ask);
        }
    }

    pub(super) fn forget_ask(&mut self, ctx: &mut Cx<'_>, id: &Hash32) -> Option<Ask> {
        ctx.forget(&format!("{ASK}{id}"));
        self.asks.remove(id)
    }

    /// Sends a member's ask through the inbox; without a batch it asks for a new certificate.
    pub(super) fn send_ask(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        note: &VerifiedKeyNote,
        id: Option<Hash32>,
    ) -> Option<Hash32> {
        let batch = id.and_then(|id| self.asks.get(&id)).map(|ask| ask.batch.clone());
        let certificate = shared.identity.certificate.clone()?;
        let registrar = match &batch {
            Some(batch) => note.issuer(batch.purpose, batch.period)?.registrar,
            None if note.registrar(&certificate.key).is_some() => certificate.key,
            None => note.note().registrars.first()?.device,
        };
        let to = note.registrar(&registrar)?.sealing_key.clone();
        let ask = PassAsk {
            certificate: Signed::from(certificate),
            at: ctx.now,
            reply_to: shared.mailbox?,
            sealing_key: shared.identity.sealing().public(),
            batch,
        };
        let signed = Signed::sign(&ctx.network, &shared.identity.device(), &ask);
        let inbox = note.note().streams.registrars_inbox;
        post(ctx, shared, EnrollJob::Ask, inbox, By::Certificate, &to, &encode(&signed));
        let hash = signed.hash();
        if let Some(id) = id {
            self.sent(ctx, &id, hash);
        }
        Some(hash)
    }

    /// Asks that nobody answered within half a day go out again, with the same blinded passes: they
    /// are counted once.
    fn ask_again(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, note: &VerifiedKeyNote) {
        let old: Vec<Hash32> = self
            .asks
            .iter()
            .filter(|(_, ask)| ctx.now.since_ms(ask.at) >= ASK_MS / 2)
            .map(|(id, _)| *id)
            .collect();
        for id in old {
            let is_over = self.asks.get(&id).is_some_and(|ask| ctx.now >= ask.batch.period.end());
            if is_over || self.send_ask(ctx, shared, note, Some(id)).is_none() {
                self.forget_ask(ctx, &id);
            }
        }
    }

    /// Asks for a new certificate before the old one ends.
    pub(super) fn renew(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, note: &VerifiedKeyNote) {
        let Some(certificate) = shared.identity.certified() else { return };
        let is_near = certificate.not_after.since_ms(ctx.now) < RENEW_MS && ctx.now < certificate.not_after;
        let is_asked = self.state.renewal.is_some_and(|(_, at)| ctx.now.since_ms(at) < ASK_MS / 2);
        if !is_near || is_asked {
            return;
        }
        if let Some(hash) = self.send_ask(ctx, shared, note, None) {
            self.state.renewal = Some((hash, ctx.now));
            self.store(ctx);
        }
    }

    /// Passes whose issuer key was replaced are worth nothing: they go, and new ones are asked for.
    pub(super) fn drop_replaced(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let Some(note) = shared.key_note().cloned() else { return };
        let now = ctx.now;
        let is_replaced = |purpose: PassPurpose, period: Period, issuer: &Hash32| {
            let is_over = now >= period.end().plus_ms(limits::PERIOD_GRACE_MS);
            let key = note.issuer_key(purpose, period).map(|key| plain_sha256(key.as_der()));
            is_over || key.is_some_and(|key| key != *issuer)
        };
        let asks: Vec<Hash32> = self
            .asks
            .iter()
            .filter(|(_, a)| is_replaced(a.batch.purpose, a.batch.period, &a.issuer))
            .map(|(id, _)| *id)
            .collect();
        for id in asks {
            self.forget_ask(ctx, &id);
        }
        let taken: Vec<(PassPurpose, Period)> = self
            .state
            .taken
            .iter()
            .filter(|((purpose, period), taken)| is_replaced(*purpose, *period, &taken.issuer))
            .map(|(key, _)| *key)
            .collect();
        for (purpose, period) in taken {
            self.state.taken.remove(&(purpose, period));
            shared.wallet.discard(ctx, purpose, period);
            self.store(ctx);
        }
    }
}
