//! Certifying passes: within a device's roles, within the week's number, and never both halves of an
//! alert's quorum to one device.

use bystand_crypto::hash::plain_sha256;
use bystand_crypto::sign::Signed;
use bystand_wire::relay_api::LogKind;
use bystand_wire::time::HOUR_MS;
use bystand_wire::{PassPurpose, Period, PublicKey, Role, encode};

use super::super::enroll::purposes_of;
use super::super::{Cx, Event, Shared};
use super::state::Total;
use super::{Registrar, RegistrarEntry, RegistrarEvent, RegistrarJob};
use crate::network::enroll::{BlindedBatch, EnrollRefusal, PassGrant};
use crate::network::statements::IssuanceTotals;

/// How often totals are logged at most, in milliseconds.
const TOTALS_MS: u64 = HOUR_MS;

impl Registrar {
    /// Certifies a batch of passes for a device, within its roles and the period's limit.
    pub(super) fn grant(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        device: PublicKey,
        roles: &[Role],
        batch: &BlindedBatch,
    ) -> Result<PassGrant, EnrollRefusal> {
        let (purpose, period) = (batch.purpose, batch.period);
        if !purposes_of(roles).contains(&purpose) {
            return Err(EnrollRefusal::NotForYourRoles);
        }
        let sound = shared.key_note().is_some_and(|note| batch.check(note, ctx.now).is_ok());
        let own = self.secret_for(shared, purpose, period).filter(|_| sound);
        let Some((issuer, own)) = own.map(|(hash, own)| (hash, own.clone())) else {
            return Err(EnrollRefusal::OtherRegistrar);
        };
        let rival = rival_of(purpose);
        if rival.is_some_and(|rival| self.has_taken(device, period, rival)) {
            return Err(EnrollRefusal::NotForYourRoles);
        }
        let hash = plain_sha256(&encode(batch));
        let given = self.kept.ledger(&device).and_then(|l| l.get(&(purpose, period, issuer)));
        let is_known = given.is_some_and(|g| g.batches.contains(&hash));
        let count = u32::try_from(batch.blinded.len()).unwrap_or(u32::MAX);
        let before = given.map_or(0, |g| g.count);
        if !is_known && before.saturating_add(count) > purpose.per_period() {
            return Err(EnrollRefusal::NoneLeft);
        }
        let mut signatures = Vec::with_capacity(batch.blinded.len());
        for blinded in &batch.blinded {
            let signature = own.key.sign_blinded(blinded, ctx.rng);
            signatures.push(signature.map_err(|_| EnrollRefusal::NotForYourRoles)?);
        }
        if !is_known {
            self.kept.count(ctx, device, (purpose, period, issuer), (hash, count));
            ctx.tell(Event::Registrar(RegistrarEvent::Issued { purpose, period, count }));
            if rival.is_some() && !self.kept.book.took(device, period, purpose) {
                let _ = Self::append_entry(ctx, shared, &RegistrarEntry::Took(device, period, purpose));
            }
        }
        Ok(PassGrant { purpose, period, signatures })
    }

    /// Whether this device has made another issuer key than the one in the key note at hand.
    pub(super) fn is_replacing(&self, shared: &Shared, purpose: PassPurpose, period: Period) -> bool {
        let listed = shared.key_note().and_then(|note| note.issuer_key(purpose, period));
        self.kept.newest(purpose, period).is_some_and(|own| listed != Some(own.key.public()))
    }

    fn has_taken(&self, device: PublicKey, period: Period, purpose: PassPurpose) -> bool {
        let here = self.kept.ledger(&device);
        let here = here.is_some_and(|l| l.keys().any(|(p, w, _)| (*p, *w) == (purpose, period)));
        here || self.kept.book.took(device, period, purpose)
    }

    /// Tells the log how many passes were certified.
    pub(super) fn log_totals(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let now = ctx.now;
        let due = |t: &Total| t.issued > t.logged && now.since_ms(t.logged_at) >= TOTALS_MS;
        let keys: Vec<(PassPurpose, Period)> =
            self.kept.state.totals.iter().filter(|(_, t)| due(t)).map(|(key, _)| *key).collect();
        for (purpose, period) in keys {
            let Some(total) = self.kept.state.totals.get_mut(&(purpose, period)) else { continue };
            let issued = total.issued;
            total.logged_at = now;
            let statement = IssuanceTotals { purpose, period, issued, at: now };
            let body = encode(&Signed::sign(&ctx.network, &shared.identity.device(), &statement));
            let job = RegistrarJob::Total(purpose, period, issued);
            Self::log(ctx, shared, job, LogKind::IssuanceTotals, body);
            self.kept.store_state(ctx);
        }
    }
}

/// Nobody holds both halves of an alert's quorum in one week.
fn rival_of(purpose: PassPurpose) -> Option<PassPurpose> {
    match purpose {
        PassPurpose::Finding => Some(PassPurpose::Publish),
        PassPurpose::Publish => Some(PassPurpose::Finding),
        PassPurpose::Card | PassPurpose::Report | PassPurpose::Room | PassPurpose::Voice => None,
    }
}
