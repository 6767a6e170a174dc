//! The desk's casebook after the relay has lost it: the opener of the next room carries its fold over, part by
//! part; everybody folds the new casebook from its start; and who had read more adds what is missing.

use bystand_wire::{IncidentId, Seq, encode};

use super::super::{Cx, Owner, Shared};
use super::casebook::PARTS;
use super::{Desk, DeskEntry, DeskJob};
use crate::desk::{Author, DeskState};
use crate::team::{Carried, Part, TeamKind};

impl Desk {
    /// The fold that the casebook's next entry goes into.
    pub(super) fn fold(&mut self) -> &mut DeskState {
        self.next.as_mut().unwrap_or(&mut self.state)
    }

    /// The team is about to go on in another room: the fold of the lost casebook is written down whole.
    pub(in super::super) fn before_move(&mut self, ctx: &mut Cx<'_>, shared: &Shared) {
        // Where a succession follows on another, the vault has it already.
        if let Some(team) = shared.teams.get(&TeamKind::Desk).filter(|_| self.next.is_none()) {
            self.store_snapshot(ctx, team.mark().clone());
        }
    }

    /// The team goes on in another room.
    pub(in super::super) fn moved(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, is_opener: bool) {
        self.next = Some(DeskState::default());
        self.carrier = crate::team::Carrier::default();
        if is_opener {
            let all: Vec<IncidentId> = self.state.incidents().map(|incident| incident.id).collect();
            self.carry_over(ctx, shared, &all);
        }
        self.follow(ctx, shared);
    }

    /// After load: the fold in the vault may be of a casebook that was lost.
    pub(super) fn take_up_carrying(&mut self, shared: &Shared) {
        let Some(team) = shared.teams.get(&TeamKind::Desk) else { return };
        if self.mark.as_ref().is_some_and(|mark| !mark.is_of(&team.streams().casebook)) {
            self.next = Some(DeskState::default());
        }
    }

    /// Writes these incidents into the casebook as this device knows them, and all that belongs to none.
    fn carry_over(&self, ctx: &mut Cx<'_>, shared: &mut Shared, incidents: &[IncidentId]) {
        let parts = self.state.snapshot();
        let as_of = parts.last_seq;
        let rest = Part { of: None, as_of, bytes: parts.shared };
        let wanted = parts.incidents.into_iter().filter(|(id, _)| incidents.contains(id));
        let wanted = wanted.map(|(id, bytes)| Part { of: Some(id), as_of, bytes });
        for part in std::iter::once(rest).chain(wanted) {
            for piece in part.pieces() {
                carry(ctx, shared, part.of, &DeskEntry::Carried(piece));
            }
        }
        let is_wanted = |id: &IncidentId| incidents.contains(id);
        let proofs = self.proofs.values().filter_map(|proof| {
            let incident = self.state.incident_of_alert(proof.statement.alert).filter(is_wanted)?;
            Some((incident, DeskEntry::Proof(incident, Box::new(proof.clone()))))
        });
        let drafts = self.drafts.iter().filter(|(id, _)| is_wanted(id));
        let drafts = drafts.map(|(id, text)| (*id, DeskEntry::Draft(*id, text.clone())));
        for (incident, entry) in proofs.chain(drafts) {
            carry(ctx, shared, Some(incident), &entry);
        }
        carry(ctx, shared, None, &DeskEntry::Carried(Carried::All(as_of)));
    }

    /// Something was carried over.
    pub(super) fn carried(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        (seq, author): (Seq, Author),
        carried: Carried,
    ) {
        match carried {
            Carried::Piece(piece) => match self.carrier.take(author.0, piece) {
                Some(Part { of, as_of, bytes }) => {
                    self.fold().carry(seq, of, as_of, &bytes);
                    self.dirty.extend(of);
                }
                None => self.fold().apply_unreadable(seq),
            },
            Carried::All(as_of) => {
                self.fold().carried_all(seq);
                if let Some(next) = self.next.take() {
                    self.go_on_with(ctx, shared, next, as_of);
                }
            }
        }
        self.folded(false);
        self.follow(ctx, shared);
    }

    /// The fold of the new casebook is whole. What this device had read beyond it is added; from here on the
    /// desk is the new fold.
    fn go_on_with(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, next: DeskState, as_of: Seq) {
        let own = self.state.last_seq();
        let lacking = if own > as_of { next.lacks(&self.state, own) } else { Vec::new() };
        if own > as_of {
            for incident in &lacking {
                let Shared { teams, outbox, .. } = &mut *shared;
                if let Some(team) = teams.get_mut(&TeamKind::Desk) {
                    team.share_line(ctx, outbox, incident);
                }
            }
            self.carry_over(ctx, shared, &lacking);
        }
        let before = std::mem::replace(&mut self.state, next);
        let gone: Vec<IncidentId> = before
            .incidents()
            .map(|incident| incident.id)
            .filter(|id| self.state.incident(*id).is_none())
            .collect();
        for id in gone {
            ctx.forget(&format!("{PARTS}{id}"));
        }
        let erased: Vec<IncidentId> = self.state.erased().copied().collect();
        self.erase(ctx, shared, &erased);
        self.dirty.extend(self.state.incidents().map(|incident| incident.id));
        shared.resend(ctx, TeamKind::Desk);
        self.must_snapshot = true;
    }
}

fn carry(ctx: &mut Cx<'_>, shared: &mut Shared, incident: Option<IncidentId>, entry: &DeskEntry) {
    shared.carry(ctx, Owner::Desk(DeskJob::Entry), TeamKind::Desk, incident, encode(entry));
}
