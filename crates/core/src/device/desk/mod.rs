//! The desk on a dispatcher's device: takes reports in, keeps the casebook's fold, talks with reporters
//! and responders, prepares and publishes alerts.
//!
//! What the desk knows is the fold ([`DeskState`]) of the team's casebook and nothing else; this part
//! writes entries, and reacts to them the same way whoever wrote them. Work that any device could do
//! (taking a report in, noting a lapse) is done by the one that ranks first for it and by the others
//! when it did not.

mod alerts;
mod call_outs;
mod casebook;
mod closing;
mod command;
mod countersign;
mod intake;
mod keys;
mod places;
mod succession;

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::seal::SealSecretKey;
use bystand_wire::relay_api::StoredFrame;
use bystand_wire::time::MINUTE_MS;
use bystand_wire::{CallOutId, Hash32, IncidentId, OfferId, ReportId, Seq, StreamId, Timestamp, decode};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use casebook::{PARTS, Snapshot, proofs_of, state_of};
pub use command::DeskCommand;
pub use intake::{open_reply, report_tag, seal_reply};
pub use keys::drop_policy;
pub use places::{DeskPassing, ExactPlace};

use super::secrets::DeskSecrets;
use super::{Cx, Listener, Owner, Shared};
use crate::alerts::FindingProof;
use crate::desk::{Author, DeskState, Event as DeskFact, Outcome as FoldOutcome, ShiftEvent};
use crate::io::Response;
use crate::logwatch::AlertEvent as PublicAlert;
use crate::messages::Offer;
use crate::outbox::{Job, Outcome, Work};
use crate::team::{Carried, Carrier, CasebookMark, TeamEvent, TeamKind};

const SNAPSHOT: &str = "desk/state";
/// How long the second in rank waits for the first, in milliseconds.
const RANK_PAUSE_MS: u64 = 2_000;
/// How often a device on shift gives a sign of life while its dispatcher holds claims, which lapse soon, and while they
/// hold none, in milliseconds. Each sign is an entry that is kept for long.
const SIGN_EVERY_MS: u64 = MINUTE_MS;
const IDLE_SIGN_EVERY_MS: u64 = 10 * MINUTE_MS;

/// An entry of the desk's casebook: a fact for the fold, or something that goes with one.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum DeskEntry {
    /// A fact.
    #[n(0)]
    Fact(#[n(0)] Box<DeskFact>),
    /// The signed statement behind a finding, so that any dispatcher can publish on it.
    #[n(1)]
    Proof(#[n(0)] IncidentId, #[n(1)] Box<FindingProof>),
    /// The exact text of an alert that waits for a second registrar's signature.
    #[n(2)]
    Draft(#[n(0)] IncidentId, #[n(1)] String),
    /// What a dispatcher's fold of a casebook that the relay has lost held.
    #[n(3)]
    Carried(#[n(0)] Carried),
}

/// A job of the desk's.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum DeskJob {
    /// An entry of which nothing follows here.
    #[n(0)]
    Entry,
    /// A report's entry: the receipt and the erasing of the drop's frame follow.
    #[n(1)]
    Taken(#[n(0)] ReportId, #[n(1)] Option<Seq>),
    /// Something to a reporter or responder.
    #[n(2)]
    Message,
    /// An alert's note on its way to the public log.
    #[n(3)]
    Publish(#[n(0)] alerts::Publishing),
    /// The drop's policy with its new read key.
    #[n(4)]
    DropPolicy,
    /// New keys for the key note.
    #[n(5)]
    Keys,
}

/// The desk makes no calls of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeskCall {}

/// A stream the desk listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeskStream {
    /// The drop.
    Drop,
    /// A call-out's responses.
    Responses(CallOutId),
    /// A reporter's reply stream.
    Reply(IncidentId),
}

/// What the desk tells its dispatcher.
#[derive(Debug, Clone, PartialEq)]
pub enum DeskEvent {
    /// A report was opened on this device, before it is in the casebook.
    Arrived(ReportId),
    /// An entry was folded.
    Entry {
        /// Its place.
        seq: Seq,
        /// Whose.
        author: Author,
        /// When, by the relay.
        at: Timestamp,
        /// What.
        fact: Box<DeskFact>,
        /// What the fold made of it.
        outcome: FoldOutcome,
    },
    /// An entry that cannot be read or trusted.
    Marked {
        /// Its place.
        seq: Seq,
        /// Why: a stable code.
        code: &'static str,
    },
    /// A report could not be opened or is not acceptable.
    BadReport {
        /// Its place in the drop.
        seq: Seq,
        /// Why: a stable code.
        code: &'static str,
    },
    /// Where a home is.
    Home(IncidentId, ExactPlace),
    /// A caller's number.
    Callback(IncidentId, String),
    /// An emergency envelope was opened: what the responder wrote.
    Envelope(OfferId, String),
    /// The relay refused an alert.
    AlertRefused {
        /// Which incident.
        incident: IncidentId,
        /// Why: the relay's code.
        code: &'static str,
    },
}

/// The desk's part of a device.
#[derive(Debug, Default)]
pub struct Desk {
    state: DeskState,
    /// The fold of the casebook that succeeds a lost one, until all is in it that was carried over.
    next: Option<DeskState>,
    carrier: Carrier,
    mark: Option<CasebookMark>,
    since_snapshot: u32,
    must_snapshot: bool,
    /// Incidents that changed since the snapshot.
    dirty: BTreeSet<IncidentId>,
    /// Reports opened and not yet in the casebook, with when this device steps in.
    waiting: BTreeMap<ReportId, intake::Waiting>,
    /// Reports whose entry this device wrote and the relay has, before the fold has it: their receipts
    /// go out with the fold. (After a restart the reporter's device sends again, and gets one.)
    unfolded: std::collections::BTreeSet<ReportId>,
    offers: BTreeMap<OfferId, (CallOutId, Offer)>,
    envelopes: BTreeMap<OfferId, ByteVec>,
    homes: BTreeMap<IncidentId, ExactPlace>,
    callbacks: BTreeMap<IncidentId, (String, Timestamp)>,
    proofs: BTreeMap<Hash32, FindingProof>,
    drafts: BTreeMap<IncidentId, String>,
    /// Signs and findings read from response streams and not yet in the casebook.
    signs: BTreeMap<(CallOutId, Seq), call_outs::Waiting>,
    /// Alerts signed and published by a registrar elsewhere, by their place in the log.
    elsewhere: BTreeMap<u64, countersign::Elsewhere>,
    /// What is followed of each open incident.
    followed: BTreeMap<IncidentId, BTreeMap<StreamId, DeskStream>>,
    /// Entries that are told once all is read that there is.
    untold: Vec<DeskEvent>,
    keys_asked: Timestamp,
    signed_at: Timestamp,
    /// What was due and written lately, by its hash.
    written_due: BTreeMap<Hash32, Timestamp>,
}

impl Desk {
    /// As it lies in the vault.
    pub fn load(records: &BTreeMap<String, Vec<u8>>) -> Self {
        let mut desk = Self::default();
        let snapshot = records.get(SNAPSHOT).and_then(|b| decode::<Snapshot>(b).ok());
        // Without a readable snapshot the casebook is read again from its start.
        if let Some(snapshot) = snapshot
            && let Ok(state) = state_of(&snapshot, records)
        {
            desk.state = state;
            desk.mark = Some(snapshot.mark);
            desk.proofs = proofs_of(records);
            desk.drafts = snapshot.drafts;
        }
        for (name, bytes) in records.range("desk/".to_owned()..) {
            let Some(rest) = name.strip_prefix("desk/") else { break };
            if let Some(id) = rest.strip_prefix("home/").and_then(|id| id.parse().ok())
                && let Ok(place) = decode(bytes)
            {
                desk.homes.insert(id, place);
            } else if let Some(id) = rest.strip_prefix("callback/").and_then(|id| id.parse().ok())
                && let Ok(callback) = decode(bytes)
            {
                desk.callbacks.insert(id, callback);
            } else {
                desk.load_elsewhere(name, bytes);
            }
        }
        desk
    }

    /// The fold's place, to take the casebook up from.
    pub fn mark(&self) -> Option<CasebookMark> {
        self.mark.clone()
    }

    /// What the desk knows.
    pub fn state(&self) -> &DeskState {
        &self.state
    }

    /// The offer as it was made.
    pub fn offer(&self, offer: &OfferId) -> Option<&Offer> {
        self.offers.get(offer).map(|(_, offer)| offer)
    }

    /// Reports that are here and not yet in the casebook.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// What opens requests at the desk's door, the likeliest first.
    pub fn door_secrets(&self, shared: &Shared, now: Timestamp) -> Vec<SealSecretKey> {
        let keys = secrets(shared).map(|secrets| secrets.keys).unwrap_or_default();
        keys.by_likelihood(now).map(|keys| keys.seal.sealing()).collect()
    }

    /// Follows the drop and whatever the fold says is open.
    pub fn resume(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        self.take_up_carrying(shared);
        self.follow(ctx, shared);
    }

    /// The network's manifest or key note changed.
    pub fn trust_changed(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        self.follow(ctx, shared);
    }

    /// A frame of a stream that the desk listens to.
    pub fn frame(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, what: DeskStream, stored: &StoredFrame) {
        match what {
            DeskStream::Drop => self.drop_frame(ctx, shared, stored),
            DeskStream::Responses(call_out) => self.response_frame(ctx, shared, call_out, stored),
            DeskStream::Reply(incident) => self.reply_frame(ctx, shared, incident, stored),
        }
    }

    /// One of the desk's jobs ended.
    pub fn job_ended(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        what: DeskJob,
        job: &Job<Owner>,
        outcome: Outcome,
    ) {
        match (what, outcome) {
            (DeskJob::Taken(report, seq), Outcome::Done(Response::Appended(_))) => {
                self.taken(ctx, shared, report, seq);
            }
            (DeskJob::Publish(what), Outcome::Done(Response::Logged(logged))) => {
                self.published(ctx, shared, &what, logged.index, job);
            }
            (DeskJob::Publish(what), Outcome::Refused(refusal)) => {
                let code = refusal.code.as_str();
                ctx.tell(super::Event::Desk(DeskEvent::AlertRefused { incident: what.incident, code }));
            }
            (DeskJob::Entry | DeskJob::Taken(..), Outcome::Refused(refusal)) => {
                let code = refusal.code.as_str();
                let text = "The relay did not take an entry of the desk's casebook: what it says is not done";
                ctx.tell(super::Event::Warning { code, text: format!("{text} ({code}). Ask a host.") });
            }
            (DeskJob::Message, Outcome::Done(_)) => {
                // Followed too early: the relay did not have it yet.
                if let Work::Create(stream, ..) = &job.work {
                    shared.follow_again(ctx, stream);
                }
            }
            (
                DeskJob::Entry
                | DeskJob::Taken(..)
                | DeskJob::Message
                | DeskJob::Publish(_)
                | DeskJob::DropPolicy
                | DeskJob::Keys,
                _,
            ) => {}
        }
    }

    /// The desk makes no calls.
    pub fn call_ended(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: DeskCall, _: Response) {
        match what {}
    }

    /// Something happened in the team.
    pub fn team_event(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, event: TeamEvent) {
        match event {
            TeamEvent::Item(item) => self.item(ctx, shared, *item),
            TeamEvent::Passing { body, .. } => self.passing(ctx, &body),
            TeamEvent::Keys => self.follow(ctx, shared),
            TeamEvent::MustRotate { epoch } => self.rotate(ctx, shared, epoch),
            TeamEvent::Members { .. } => ctx.tell(super::Event::Team(TeamKind::Desk, "members")),
            TeamEvent::Unreadable { code, .. } => {
                let text = "A message in the desk's room could not be read.".to_owned();
                ctx.tell(super::Event::Warning { code, text });
            }
            TeamEvent::Ended => self.end(ctx, shared),
        }
    }

    /// The desk hears of its alerts from the casebook, but for what a registrar elsewhere has signed.
    pub fn alert(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, alert: &PublicAlert) {
        self.countersigned_elsewhere(ctx, shared, alert);
    }

    /// When something is due by the clock, as things stand at `now`.
    pub fn next_due(&self, shared: &Shared, now: Timestamp) -> Option<Timestamp> {
        if !is_ready(shared) {
            return None;
        }
        let callbacks = self.callbacks.values().map(|(_, until)| *until);
        if !shared.is_up_to_date(TeamKind::Desk) {
            return callbacks.min();
        }
        let own = shared.identity.author().map(Author);
        let sign = own.and_then(|own| self.sign_due(own));
        let entries = own.and_then(|own| self.state.next_due_at(now, own));
        let thanks = own.and_then(|own| self.thanks_due_next(own, now));
        let turns = self.waiting.values().map(|w| w.turn);
        let turns = turns.chain(self.countersigned_due_next(now));
        let turns = turns.chain(self.signs.values().map(|w| w.turn));
        [Some(self.keys_asked), sign, entries, thanks]
            .into_iter()
            .flatten()
            .chain(turns)
            .chain(callbacks)
            .min()
    }

    /// What is due by the clock.
    pub fn due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if !is_ready(shared) {
            return;
        }
        self.snapshot_due(ctx, shared);
        self.callbacks_due(ctx);
        if !shared.is_up_to_date(TeamKind::Desk) {
            return;
        }
        self.intake_due(ctx, shared);
        self.countersigned_due(ctx, shared);
        self.signs_due(ctx, shared);
        self.keys_due(ctx, shared);
        self.state_due(ctx, shared);
        self.thanks_due(ctx, shared);
        self.sign_of_life(ctx, shared);
    }

    /// When the next sign of life is due of a dispatcher on shift.
    fn sign_due(&self, own: Author) -> Option<Timestamp> {
        self.state.on_shift().find(|(author, _)| *author == own)?;
        let is_busy = self.state.claimed_by(own).next().is_some();
        Some(self.signed_at.plus_ms(if is_busy { SIGN_EVERY_MS } else { IDLE_SIGN_EVERY_MS }))
    }

    /// Signs while the dispatcher's program runs: they keep the shift and the claims.
    fn sign_of_life(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let Some(own) = shared.identity.author().map(Author) else { return };
        if self.sign_due(own).is_some_and(|due| due <= ctx.now) {
            self.signed_at = ctx.now;
            let _ = self.write(ctx, shared, ShiftEvent::Sign);
        }
    }

    /// Follows the drop, the response streams of open call-outs and the reply streams of open incidents.
    fn follow(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let open = self.state.open_incidents().map(|incident| incident.id);
        let all: BTreeSet<IncidentId> = open.chain(self.followed.keys().copied()).collect();
        self.follow_incidents(ctx, shared, all);
        let Some(secrets) = secrets(shared) else { return };
        if let Some(drop) = shared.key_note().map(|note| note.note().streams.drop) {
            let read = secrets.drop_read.signing();
            shared.follow(ctx, drop, Listener::Desk(DeskStream::Drop), Seq::START, Some(&read));
        }
    }

    /// The same for incidents that have changed.
    fn follow_incidents(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, changed: BTreeSet<IncidentId>) {
        if secrets(shared).is_none() {
            return;
        }
        for id in changed {
            let before = self.followed.remove(&id).unwrap_or_default();
            let wanted = self.streams_of(id, &before);
            for (stream, _) in before.iter().filter(|(stream, _)| !wanted.contains_key(stream)) {
                shared.leave(ctx, stream);
            }
            for (stream, what) in wanted.iter().filter(|(stream, _)| !before.contains_key(stream)) {
                shared.follow(ctx, *stream, Listener::Desk(what.clone()), Seq::START, None);
            }
            if !wanted.is_empty() {
                self.followed.insert(id, wanted);
            }
        }
    }

    /// What is followed of an incident; nothing of one that is not open.
    fn streams_of(
        &self,
        id: IncidentId,
        before: &BTreeMap<StreamId, DeskStream>,
    ) -> BTreeMap<StreamId, DeskStream> {
        let Some(incident) = self.state.incident(id).filter(|incident| self.state.is_open(incident)) else {
            return BTreeMap::new();
        };
        let call_outs = incident.call_outs.iter().filter(|(_, call_out)| call_out.closed.is_none());
        let responses = call_outs.map(|(id, c)| (c.request.responses, DeskStream::Responses(*id)));
        let reply = incident.report.said().reply.as_ref().map(|seed| {
            // Deriving it costs more than everything else about following it.
            let held = before.iter().find(|(_, what)| matches!(what, DeskStream::Reply(_)));
            let stream =
                held.map_or_else(|| crate::messages::ReplyKeys::of(seed).stream(), |(stream, _)| *stream);
            (stream, DeskStream::Reply(id))
        });
        responses.chain(reply).collect()
    }

    /// This device is no longer on the desk: nothing of the desk stays on it.
    fn end(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        ctx.forget(SNAPSHOT);
        self.forget_elsewhere(ctx);
        self.forget_proofs(ctx, |_, _| true);
        let places: Vec<IncidentId> = self.homes.keys().chain(self.callbacks.keys()).copied().collect();
        for incident in places.into_iter().chain(self.state.incidents().map(|i| i.id).collect::<Vec<_>>()) {
            self.forget_place(ctx, &incident);
            ctx.forget(&format!("{PARTS}{incident}"));
        }
        for stream in self.followed.values().flat_map(BTreeMap::keys) {
            shared.leave(ctx, stream);
        }
        *self = Self::default();
        ctx.tell(super::Event::Team(TeamKind::Desk, "ended"));
    }

    /// This device's place among those at the desk, for something that any of them could do.
    fn turn(&self, shared: &Shared, label: &[u8], now: Timestamp) -> Timestamp {
        let Some(own) = shared.identity.author() else { return now };
        let weight = |author: &Hash32| bystand_crypto::hash::sha256("turn", &[label, author.as_ref()]);
        let on_shift: Vec<Hash32> = self.state.on_shift().map(|(author, _)| author.0).collect();
        let before = on_shift.iter().filter(|a| **a != own && weight(a) < weight(&own)).count();
        let rank = if on_shift.contains(&own) || on_shift.is_empty() {
            before.max(if on_shift.is_empty() { room_rank(shared, label) } else { 0 })
        } else {
            on_shift.len() + room_rank(shared, label)
        };
        now.plus_ms(RANK_PAUSE_MS.saturating_mul(u64::try_from(rank).unwrap_or(u64::MAX)))
    }
}

fn room_rank(shared: &Shared, label: &[u8]) -> usize {
    shared.teams.get(&TeamKind::Desk).map_or(0, |team| team.room().rank(label))
}

fn is_ready(shared: &Shared) -> bool {
    shared.teams.get(&TeamKind::Desk).is_some_and(crate::team::TeamSync::is_ready)
}

/// What the desk shares, once it is here.
pub(super) fn secrets(shared: &Shared) -> Option<DeskSecrets> {
    let team = shared.teams.get(&TeamKind::Desk)?;
    decode(team.keys().secrets()?.1).ok()
}
