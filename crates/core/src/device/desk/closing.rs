//! Coming to an end: who offered and is not needed is thanked without a key being pressed for it, and an incident takes
//! the call-outs with it that nobody is out on.

use std::collections::BTreeMap;

use bystand_crypto::hash::sha256;
use bystand_wire::time::SECOND_MS;
use bystand_wire::{CallOutId, Hash32, IncidentId, OfferId, Timestamp};

use super::super::{CommandError, Cx, Shared};
use super::{Desk, FoldOutcome};
use crate::desk::rules::DECLINED_AT_ONCE;
use crate::desk::{Author, CallOut, Class, CloseEvent, Ending, ResponderPhase};

/// So long somebody who offered is kept as a reserve once others go, in milliseconds.
const RESERVE_MS: u64 = 60 * SECOND_MS;
/// Those who would be thanked within so long are thanked together, in milliseconds.
const TOGETHER_MS: u64 = 30 * SECOND_MS;

impl Desk {
    /// Closes an incident. What nobody is out on any more is over with it.
    pub(super) fn close(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        (incident, ending, class): (IncidentId, Ending, Class),
    ) -> Result<(), CommandError> {
        let fact = CloseEvent::Closed { incident, ending, class };
        if self.trial(ctx, shared, fact.clone().into()) == FoldOutcome::Applied {
            let group = self.state.group(self.state.root_of(incident));
            let open =
                group.flat_map(|member| member.call_outs.values()).filter(|call| call.closed.is_none());
            for call_out in open.map(|call| call.request.id).collect::<Vec<CallOutId>>() {
                self.close_call_out(ctx, shared, call_out)?;
            }
        }
        self.write(ctx, shared, fact).map(|_| ())
    }

    /// Thanks those who are not needed for what this dispatcher has claimed.
    pub(super) fn thanks_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let Some(own) = shared.identity.author().map(Author) else { return };
        let mut due: BTreeMap<CallOutId, Vec<(Timestamp, OfferId)>> = BTreeMap::new();
        for (at, call_out, offer) in self.thanks(own, ctx.now) {
            due.entry(call_out).or_default().push((at, offer));
        }
        for (call_out, mut waiting) in due {
            if waiting.iter().all(|(at, _)| *at > ctx.now) {
                continue;
            }
            // Who is nearly due goes with them: each time is an entry.
            let soon = ctx.now.plus_ms(TOGETHER_MS);
            waiting.retain(|(at, offer)| *at <= soon && !self.written_due.contains_key(&thanked(*offer)));
            waiting.truncate(DECLINED_AT_ONCE);
            let offers: Vec<OfferId> = waiting.into_iter().map(|(_, offer)| offer).collect();
            if !offers.is_empty() && self.decline(ctx, shared, (call_out, offers.clone())).is_ok() {
                // Until the casebook has it, it would be due with every look.
                self.written_due.extend(offers.into_iter().map(|offer| (thanked(offer), ctx.now)));
            }
        }
    }

    /// When the next of them is to be thanked.
    pub(super) fn thanks_due_next(&self, own: Author, now: Timestamp) -> Option<Timestamp> {
        self.thanks(own, now).map(|(at, ..)| at).min()
    }

    fn thanks(&self, own: Author, now: Timestamp) -> impl Iterator<Item = (Timestamp, CallOutId, OfferId)> {
        let claimed = self.state.claimed_by(own);
        let call_outs = claimed.flat_map(|incident| incident.call_outs.values().map(Box::as_ref));
        let is_enough = move |call: &&CallOut| {
            let has_others = call.closed.is_none() && call.has_responders_out();
            has_others && self.state.proposed_responders(call.request.id, now).is_empty()
        };
        call_outs.filter(is_enough).flat_map(|call| {
            let go = call.responders.values().filter_map(|responder| responder.accepted_at).max();
            let waiting = call.responders.values().filter(|r| r.phase == ResponderPhase::Offered);
            waiting.map(move |r| {
                let since = go.map_or(r.offered_at, |go| go.max(r.offered_at));
                (since.plus_ms(RESERVE_MS), call.request.id, r.offer)
            })
        })
    }
}

/// Of an offer that was declined.
fn thanked(offer: OfferId) -> Hash32 {
    sha256("thanks", &[offer.as_ref()])
}
