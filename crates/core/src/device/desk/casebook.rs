//! The desk's casebook: a fact is tried on a copy of the fold before it is written, and counts once it
//! comes back in the relay's order.

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::hash::sha256;
use bystand_wire::time::SECOND_MS;
use bystand_wire::{Hash32, IncidentId, Seq, Timestamp, decode, encode};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::super::{CommandError, Cx, Event, Owner, Shared};
use super::{Desk, DeskEntry, DeskEvent, DeskFact, DeskJob, FoldOutcome, SNAPSHOT, alerts};
use crate::alerts::FindingProof;
use crate::desk::{Author, CloseEvent, DeskState, SnapshotError, incident_of_report};
use crate::outbox::JobId;
use crate::team::{CasebookItem, CasebookMark, EntryBreach, TeamKind};

/// One record for each incident, deleted with it.
pub(super) const PARTS: &str = "desk/incident/";

/// One record for each proof behind a signed finding.
const PROOFS: &str = "desk/proof/";

/// How long an entry that was due and written is not written again, in milliseconds.
const DUE_AGAIN_MS: u64 = 15 * SECOND_MS;
/// Entries between two snapshots of the fold.
const SNAPSHOT_EVERY: u32 = 64;

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct Snapshot {
    #[n(0)]
    pub(super) mark: CasebookMark,
    #[n(1)]
    last_seq: Seq,
    /// The part of the fold that belongs to no incident; each incident is a record of its own.
    #[n(2)]
    shared: ByteVec,
    #[n(3)]
    pub(super) drafts: BTreeMap<IncidentId, String>,
}

impl Desk {
    /// Writes a fact, after a trial on a copy of the fold: what would break a rule is not written.
    pub(super) fn write(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        fact: impl Into<DeskFact>,
    ) -> Result<JobId, CommandError> {
        self.write_for(ctx, shared, fact.into(), DeskJob::Entry)
    }

    pub(super) fn write_for(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        fact: DeskFact,
        job: DeskJob,
    ) -> Result<JobId, CommandError> {
        has_read(shared)?;
        match self.trial(ctx, shared, fact.clone()) {
            FoldOutcome::Applied => {}
            FoldOutcome::Duplicate => return Err(CommandError::NotNow("that is so already".to_owned())),
            FoldOutcome::Refused(breach) => return Err(CommandError::NotNow(breach.to_string())),
        }
        if self.next.is_some() {
            let text = "the desk's room was lost and is being set up again: try in a moment";
            return Err(CommandError::NotNow(text.to_owned()));
        }
        let incident = fact.incident();
        self.append(ctx, shared, incident, &DeskEntry::Fact(Box::new(fact)), job)
    }

    /// What would become of a fact if it were the next entry. Nothing, for who is not in the team.
    pub(super) fn trial(&self, ctx: &Cx<'_>, shared: &Shared, fact: DeskFact) -> FoldOutcome {
        let Some(author) = shared.identity.author() else { return FoldOutcome::Duplicate };
        self.state.clone().apply(self.state.last_seq().next(), Author(author), ctx.now, fact)
    }

    pub(super) fn append(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        incident: Option<IncidentId>,
        entry: &DeskEntry,
        job: DeskJob,
    ) -> Result<JobId, CommandError> {
        let author = shared.identity.author().ok_or(CommandError::NotInTeam)?;
        let device = shared.identity.device();
        has_read(shared)?;
        let Shared { teams, outbox, .. } = shared;
        let team = teams.get_mut(&TeamKind::Desk).ok_or(CommandError::NotInTeam)?;
        let owner = Owner::Desk(job);
        Ok(team.append(ctx, outbox, owner, (author, &device), incident, encode(entry))?)
    }

    pub(super) fn item(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, item: CasebookItem) {
        let CasebookItem { seq, at, entry, breach } = item;
        if let Some(breach) = breach {
            ctx.tell(Event::Desk(DeskEvent::Marked { seq, code: breach_code(breach) }));
        }
        let known = entry.filter(|_| breach.is_none());
        let Some((author, event)) = known.map(|e| (Author(e.author), e.event)) else {
            self.fold().apply_unreadable(seq);
            return self.folded(false);
        };
        match decode::<DeskEntry>(&event) {
            Ok(DeskEntry::Fact(fact)) => self.fact(ctx, shared, (seq, author, at), *fact),
            Ok(DeskEntry::Proof(_, proof)) => {
                let hash = alerts::statement_hash(&proof.statement);
                ctx.store(&format!("{PROOFS}{hash}"), &*proof);
                self.proofs.insert(hash, *proof);
                self.folded(false);
            }
            Ok(DeskEntry::Draft(incident, text)) => {
                self.drafts.insert(incident, text);
                self.folded(false);
            }
            Ok(DeskEntry::Carried(carried)) => self.carried(ctx, shared, (seq, author), carried),
            Err(_) => {
                self.fold().apply_unreadable(seq);
                ctx.tell(Event::Desk(DeskEvent::Marked { seq, code: "entry-unknown" }));
                self.folded(false);
            }
        }
    }

    fn fact(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        (seq, author, at): (Seq, Author, Timestamp),
        fact: DeskFact,
    ) {
        if let Some(next) = &mut self.next {
            next.apply(seq, author, at, fact);
            return;
        }
        let mut changed = self.touched_by(&fact);
        let outcome = self.state.apply(seq, author, at, fact.clone());
        changed.extend(self.touched_by(&fact));
        let mut must_snapshot = false;
        if outcome == FoldOutcome::Applied {
            self.mark_dirty(&fact);
            if let DeskFact::Close(CloseEvent::Erased { members, .. }) = &fact {
                self.erase(ctx, shared, members);
                must_snapshot = true;
            }
            if let Some(incident) = fact.incident().filter(|id| self.is_over(id)) {
                // Whatever was joined to it, before it was closed or after, is over with it.
                let group: Vec<IncidentId> = self.state.group(incident).map(|member| member.id).collect();
                group.iter().for_each(|member| self.forget_place(ctx, member));
            }
        }
        self.waiting.retain(|report, _| self.state.incident(incident_of_report(*report)).is_none());
        self.signs_folded(ctx, shared, &fact);
        self.late_receipts(ctx, shared);
        let fact = Box::new(fact);
        self.untold.push(DeskEvent::Entry { seq, author, at, fact, outcome });
        self.folded(must_snapshot);
        self.follow_incidents(ctx, shared, changed);
    }

    /// Tells the entries that came, once everything is read that the relay has: a device that was away does not show
    /// what was erased meanwhile.
    pub fn tell_entries(&mut self, ctx: &mut Cx<'_>, shared: &Shared) {
        if self.untold.is_empty() || !shared.is_up_to_date(TeamKind::Desk) {
            return;
        }
        for event in std::mem::take(&mut self.untold) {
            let is_erased = |fact: &DeskFact| {
                fact.incident().is_some_and(|incident| self.state.tombstone(incident).is_some())
            };
            if !matches!(&event, DeskEvent::Entry { fact, .. } if is_erased(fact)) {
                ctx.tell(Event::Desk(event));
            }
        }
    }

    /// The incidents of which an entry may open or close something; joined ones change together.
    fn touched_by(&self, fact: &DeskFact) -> BTreeSet<IncidentId> {
        if let DeskFact::Close(CloseEvent::Erased { members, .. }) = fact {
            return members.iter().copied().collect();
        }
        let Some(id) = fact.incident() else { return BTreeSet::new() };
        self.state.group(id).map(|member| member.id).chain([id, self.state.root_of(id)]).collect()
    }

    /// Joined incidents change together; a handover or a lapsed shift may change any claim.
    fn mark_dirty(&mut self, fact: &DeskFact) {
        match fact.incident() {
            Some(id) => {
                let root = self.state.root_of(id);
                self.dirty.extend(self.state.group(root).map(|i| i.id).chain([id, root]));
            }
            None => self.dirty.extend(self.state.open_incidents().map(|i| i.id)),
        }
    }

    /// The fold moved on: a snapshot now and then, and always when something was erased.
    pub(super) fn folded(&mut self, must_snapshot: bool) {
        self.since_snapshot += 1;
        self.must_snapshot |= must_snapshot || self.since_snapshot >= SNAPSHOT_EVERY;
    }

    /// Here, and not while entries come in: several may come in one input, and the team's mark is beyond
    /// all of them from the first on.
    pub(super) fn snapshot_due(&mut self, ctx: &mut Cx<'_>, shared: &Shared) {
        // What the vault holds is the fold of the lost casebook, until the next one is whole.
        if self.next.is_some() || !self.must_snapshot {
            return;
        }
        let Some(team) = shared.teams.get(&TeamKind::Desk) else { return };
        self.store_snapshot(ctx, team.mark().clone());
    }

    /// Writes the parts that changed, and what belongs to no incident.
    pub(super) fn store_snapshot(&mut self, ctx: &mut Cx<'_>, mark: CasebookMark) {
        self.since_snapshot = 0;
        self.must_snapshot = false;
        for id in std::mem::take(&mut self.dirty) {
            if let Some(part) = self.state.incident_part(id) {
                ctx.store_bytes(&format!("{PARTS}{id}"), part);
            }
        }
        let snapshot = Snapshot {
            mark,
            last_seq: self.state.last_seq(),
            shared: self.state.shared_part().into(),
            drafts: self.drafts.clone(),
        };
        ctx.store(SNAPSHOT, &snapshot);
    }

    pub(super) fn erase(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, members: &[IncidentId]) {
        for incident in members {
            if let Some(team) = shared.teams.get_mut(&TeamKind::Desk) {
                team.erase(ctx, incident);
            }
            self.forget_place(ctx, incident);
            ctx.forget(&format!("{PARTS}{incident}"));
            self.dirty.remove(incident);
            self.drafts.remove(incident);
        }
        self.forget_proofs(ctx, |state, proof| state.incident_of_alert(proof.statement.alert).is_none());
        let state = &self.state;
        self.offers.retain(|_, (call_out, _)| state.incident_of_call_out(*call_out).is_some());
        let offers = &self.offers;
        self.envelopes.retain(|offer, _| offers.contains_key(offer));
    }

    pub(super) fn forget_proofs(
        &mut self,
        ctx: &mut Cx<'_>,
        is_gone: impl Fn(&DeskState, &FindingProof) -> bool,
    ) {
        let state = &self.state;
        for (hash, _) in self.proofs.extract_if(.., |_, proof| is_gone(state, proof)) {
            ctx.forget(&format!("{PROOFS}{hash}"));
        }
    }

    /// Entries that somebody's device should write by now: this one does when its turn has come.
    pub(super) fn state_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let Some(author) = shared.identity.author().map(Author) else { return };
        self.written_due.retain(|_, at| *at <= ctx.now && ctx.now.since_ms(*at) < DUE_AGAIN_MS);
        for due in self.state.due(ctx.now, author) {
            // By a clock that is ahead it is due before the relay's time says so, and refused: without a
            // pause each refusal would lead to the next attempt.
            let key = sha256("due", &[&encode(&due.event)]);
            if self.written_due.contains_key(&key) {
                continue;
            }
            // What another device wrote meanwhile is refused by the trial, which is as it should be.
            if self.write(ctx, shared, due.event).is_ok() {
                self.written_due.insert(key, ctx.now);
            }
        }
    }
}

fn has_read(shared: &Shared) -> Result<(), CommandError> {
    if shared.is_still_reading(TeamKind::Desk) {
        let text = "what others wrote meanwhile is still being read: try again in a moment";
        return Err(CommandError::NotNow(text.to_owned()));
    }
    Ok(())
}

/// The proofs as they lie in the vault.
pub(super) fn proofs_of(records: &BTreeMap<String, Vec<u8>>) -> BTreeMap<Hash32, FindingProof> {
    let stored = records.range(PROOFS.to_owned()..).take_while(|(name, _)| name.starts_with(PROOFS));
    let proofs = stored.filter_map(|(_, bytes)| decode::<FindingProof>(bytes).ok());
    proofs.map(|proof| (alerts::statement_hash(&proof.statement), proof)).collect()
}

/// The fold's parts as they lie in the vault.
pub(super) fn state_of(
    snapshot: &Snapshot,
    records: &BTreeMap<String, Vec<u8>>,
) -> Result<DeskState, SnapshotError> {
    let incidents = records
        .range(PARTS.to_owned()..)
        .map_while(|(name, part)| Some((name.strip_prefix(PARTS)?, part)))
        .filter_map(|(id, part)| Some((id.parse().ok()?, part)));
    DeskState::from_parts(&snapshot.shared, incidents)
}

fn breach_code(breach: EntryBreach) -> &'static str {
    match breach {
        EntryBreach::Damaged => "entry-damaged",
        EntryBreach::Author => "entry-author",
        EntryBreach::Order => "entry-order",
        EntryBreach::Predecessor => "entry-predecessor",
    }
}
