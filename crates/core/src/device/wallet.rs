//! The passes a device holds, and those it has asked for.

use std::collections::BTreeMap;

use bystand_crypto::passes::OwnedPass;
use bystand_wire::{PassPurpose, Period, Timestamp, ZoneId};
use minicbor::{Decode, Encode};

use super::shared::Cx;

const RECORD: &str = "wallet";

/// The passes a device holds.
#[derive(Debug, Clone, Default, Encode, Decode)]
#[cbor(map)]
pub struct Wallet {
    #[n(0)]
    passes: Vec<OwnedPass>,
}

impl Wallet {
    /// Takes up the wallet from the vault.
    pub fn load(records: &BTreeMap<String, Vec<u8>>) -> Self {
        records.get(RECORD).and_then(|bytes| bystand_wire::decode(bytes).ok()).unwrap_or_default()
    }

    /// Puts passes in; those that have run out go.
    pub fn put(&mut self, ctx: &mut Cx<'_>, passes: impl IntoIterator<Item = OwnedPass>) {
        self.passes.extend(passes);
        self.passes.retain(|p| p.pass.period.end() > ctx.now.minus_ms(bystand_wire::limits::PERIOD_GRACE_MS));
        ctx.store(RECORD, self);
    }

    /// Takes a pass out for good: it is used up from this input's batch on.
    pub fn take(&mut self, ctx: &mut Cx<'_>, purpose: PassPurpose) -> Option<OwnedPass> {
        let now = ctx.now;
        let place = self.passes.iter().position(|p| fits(p, purpose, now))?;
        let pass = self.passes.remove(place);
        ctx.store(RECORD, self);
        Some(pass)
    }

    /// Throws away the passes of a purpose and period: their issuer key was replaced.
    pub fn discard(&mut self, ctx: &mut Cx<'_>, purpose: PassPurpose, period: Period) {
        let before = self.passes.len();
        self.passes.retain(|p| (p.pass.purpose, p.pass.period) != (purpose, period));
        if self.passes.len() != before {
            ctx.store(RECORD, self);
        }
    }

    /// The room pass for a zone in the current week; it stays in the wallet, it is used all week.
    pub fn room_pass(&self, zone: &ZoneId, now: Timestamp) -> Option<&OwnedPass> {
        self.passes.iter().find(|p| fits(p, PassPurpose::Room, now) && p.pass.zone.as_ref() == Some(zone))
    }

    /// How many passes of a purpose are good now.
    pub fn count(&self, purpose: PassPurpose, now: Timestamp) -> usize {
        self.passes.iter().filter(|p| fits(p, purpose, now)).count()
    }

    /// How many passes of a purpose and period there are.
    pub fn count_for(&self, purpose: PassPurpose, period: Period) -> usize {
        self.passes.iter().filter(|p| p.pass.purpose == purpose && p.pass.period == period).count()
    }
}

/// Good now: of the purpose, begun, and not in its grace (the grace is for what is under way).
fn fits(pass: &OwnedPass, purpose: PassPurpose, now: Timestamp) -> bool {
    let period = pass.pass.period;
    pass.pass.purpose == purpose && period.start() <= now && now < period.end()
}
