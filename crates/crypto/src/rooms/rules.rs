//! Who may change a room, and how: checked by every member, when making a commit and when receiving it.
//!
//! A commit holds Add, Remove and its author's own path, nothing else: no proposals by reference, no
//! settings, no pre-shared keys, no re-initialization, nobody from outside. Removals carry a path.

use std::sync::Arc;

use bystand_wire::limits;
use mls_rs::client_builder::PaddingMode;
use mls_rs::error::IntoAnyError;
use mls_rs::group::{GroupContext, Roster};
use mls_rs::identity::SigningIdentity;
use mls_rs::mls_rules::{
    CommitDirection, CommitOptions, CommitSource, EncryptionOptions, ProposalBundle, ProposalInfo,
};
use mls_rs::{MlsRules, group::proposal::AddProposal};

use super::identity::{Trust, credential};
use super::{LeafRefused, Refusal};

/// The rules of a room, from the application's [`Trust`].
#[derive(Clone)]
pub(super) struct Rules(pub(super) Arc<dyn Trust>);

impl IntoAnyError for Refusal {
    fn into_dyn_error(self) -> Result<Box<dyn std::error::Error + Send + Sync>, Self> {
        Ok(self.into())
    }
}

impl MlsRules for Rules {
    type Error = Refusal;

    fn filter_proposals(
        &self,
        _direction: CommitDirection,
        source: CommitSource,
        current_roster: &Roster<'_>,
        _current_context: &GroupContext,
        proposals: ProposalBundle,
    ) -> Result<ProposalBundle, Refusal> {
        let committer = match source {
            CommitSource::ExistingMember(member) => member.signing_identity,
            CommitSource::NewMember(_) => return Err(Refusal::External),
        };
        let committer = credential(&committer)?;
        if !self.0.may_commit(committer) {
            return Err(Refusal::MayNotCommit);
        }
        refuse_what_rooms_do_not_use(&proposals)?;
        self.check_removals(committer, current_roster, &proposals)?;
        self.check_additions(committer, current_roster, &proposals)?;
        Ok(proposals)
    }

    fn commit_options(
        &self,
        _new_roster: &Roster<'_>,
        _new_context: &GroupContext,
        proposals: &ProposalBundle,
    ) -> Result<CommitOptions, Refusal> {
        Ok(CommitOptions::new()
            // Without a path those removed could compute the next epoch's secrets.
            .with_path_required(!proposals.remove_proposals().is_empty())
            .with_ratchet_tree_extension(false)
            .with_single_welcome_message(true)
            .with_allow_external_commit(false))
    }

    fn encryption_options(
        &self,
        _current_roster: &Roster<'_>,
        _current_context: &GroupContext,
    ) -> Result<EncryptionOptions, Refusal> {
        // Messages are padded to fixed sizes before they reach MLS; this pads commits, by at most 12%.
        Ok(EncryptionOptions::new(true, PaddingMode::Padme))
    }
}

impl Rules {
    fn check_removals(
        &self,
        committer: &[u8],
        roster: &Roster<'_>,
        proposals: &ProposalBundle,
    ) -> Result<(), Refusal> {
        for removal in proposals.remove_proposals() {
            let index = removal.proposal.to_remove();
            let removed = roster
                .member_with_index(index)
                .map_err(|_| Refusal::Protocol(format!("no member has index {index}")))?
                .signing_identity;
            let allowed = self.0.may_remove(committer, credential(&removed)?)
                || self.comes_back(&removed, proposals.add_proposals())?;
            if !allowed {
                return Err(Refusal::MayNotRemove);
            }
        }
        Ok(())
    }

    /// A device that lost its state asks to be added again with the same leaf key: its key package,
    /// signed by that key, is its own word that the old leaf may go.
    fn comes_back(
        &self,
        removed: &SigningIdentity,
        additions: &[ProposalInfo<AddProposal>],
    ) -> Result<bool, LeafRefused> {
        let again = additions
            .iter()
            .map(|added| added.proposal.signing_identity())
            .find(|added| added.signature_key == removed.signature_key);
        match again {
            Some(again) => Ok(self.0.same_member(credential(removed)?, credential(again)?)),
            None => Ok(false),
        }
    }

    fn check_additions(
        &self,
        committer: &[u8],
        roster: &Roster<'_>,
        proposals: &ProposalBundle,
    ) -> Result<(), Refusal> {
        let additions = proposals.add_proposals();
        for added in additions {
            if !self.0.may_add(committer, credential(added.proposal.signing_identity())?) {
                return Err(Refusal::MayNotAdd);
            }
        }
        let before = roster.member_identities_iter().count();
        if has_place(before, proposals.remove_proposals().len(), additions.len()) {
            Ok(())
        } else {
            Err(Refusal::RoomFull)
        }
    }
}

/// Whether so many may come when so many go. A room that is too full already can still lose members.
fn has_place(members: usize, gone: usize, added: usize) -> bool {
    added == 0 || members.saturating_sub(gone).saturating_add(added) <= limits::ROOM_MEMBERS
}

fn refuse_what_rooms_do_not_use(proposals: &ProposalBundle) -> Result<(), Refusal> {
    let by_reference = proposals.iter_proposals().any(|p| p.is_by_reference());
    let unused = [
        (!proposals.update_proposals().is_empty(), "update proposal"),
        (!proposals.reinit_proposals().is_empty(), "re-initialization"),
        (!proposals.external_init_proposals().is_empty(), "join from outside"),
        (!proposals.group_context_ext_proposals().is_empty(), "change of settings"),
    ];
    if by_reference {
        return Err(Refusal::ByReference);
    }
    match unused.into_iter().find(|(present, _)| *present) {
        Some((_, what)) => Err(Refusal::Forbidden(what)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_has_so_many_members() {
        let full = limits::ROOM_MEMBERS;
        for (members, gone, added, has) in [
            (0, 0, 1, true),
            (full - 1, 0, 1, true),
            (full - 1, 0, 2, false),
            (full, 0, 1, false),
            (full, 1, 1, true),
            (full, 0, 0, true),
            (full + 1, 1, 0, true),
            (full, 0, usize::MAX, false),
        ] {
            assert_eq!(has_place(members, gone, added), has, "{members} - {gone} + {added}");
        }
    }
}
