//! Whether a frame is taken.

use bystand_wire::problem::Code;
use bystand_wire::relay_api::{AppendRule, Commit, Lane};
use bystand_wire::{FrameKind, PassPurpose, PublicKey, Seq, StreamId, Timestamp};

use super::passes::Spend;
use super::stream::{RoomState, StreamState};
use super::{Proof, Refusal};

/// A frame that asks to be taken; its admission's signatures have been checked.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The stream.
    pub id: &'a StreamId,
    /// The frame's kind.
    pub kind: FrameKind,
    /// Its length in bytes.
    pub len: usize,
    /// The admission.
    pub proof: &'a Proof,
    /// A commit's effect.
    pub commit: Option<Commit>,
    /// The committer whose signature on it was checked.
    pub committer: Option<PublicKey>,
}

/// What follows when it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its place.
    pub seq: Seq,
    /// The stream's epoch after it; 0 where there is no room.
    pub epoch: u64,
    /// The room after it, when it was a commit.
    pub room: Option<RoomState>,
    /// What the admission uses up.
    pub spend: Spend,
    /// What the reader is told about the lane, in drops and doors.
    pub lane: Option<Lane>,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// Decides an append. `room` is the state of the room that the admission names, when it is by a room:
/// the stream's own or another's.
///
/// # Errors
/// `not-found`, `too-large`, `stream-full`, `malformed`, `not-allowed`, `work-needed`, `stale-epoch`.
pub fn decide(
    ask: Ask<'_>,
    stream: &StreamState,
    room: Option<&RoomState>,
    now: Timestamp,
) -> Result<Taken, Refusal> {
    if stream.is_expired(now) {
        return Err(Refusal::new(Code::NotFound, "No such stream, or it has ended."));
    }
    if ask.len > usize::try_from(stream.policy.max_frame_len).unwrap_or(usize::MAX) {
        return Err(Refusal::new(Code::TooLarge, "The frame is longer than this stream takes."));
    }
    if stream.held >= stream.policy.max_frames || stream.head.0 >= u64::from(u32::MAX) {
        return Err(Refusal::new(Code::StreamFull, "The stream holds as many frames as it may."));
    }
    let Admitted { spend, lane } = admit(ask, stream, room, now)?;
    let room = commit(ask, stream)?;
    let after = room.as_ref().or(stream.room.as_ref());
    Ok(Taken {
        seq: stream.head.next(),
        epoch: after.map_or(0, |r| r.epoch),
        room,
        spend,
        lane,
        expires_at: stream.frame_expiry(now),
    })
}

/// Whether the tag that binds a report's pass or work is one the sender chooses: only in a drop.
pub fn is_drop(rules: &[AppendRule]) -> bool {
    rules.iter().any(|rule| match rule {
        AppendRule::PassOrWork(purposes) => {
            purposes.iter().any(|p| matches!(p, PassPurpose::Card | PassPurpose::Report))
        }
        AppendRule::Keys(_) | AppendRule::Room(_) | AppendRule::Pass(_) | AppendRule::Certified(_) => false,
    })
}

/// What an admission that a rule takes amounts to.
struct Admitted {
    spend: Spend,
    lane: Option<Lane>,
}

/// By the first rule that takes the admission. When none does, the refusal is the one that helps most.
fn admit(
    ask: Ask<'_>,
    stream: &StreamState,
    room: Option<&RoomState>,
    now: Timestamp,
) -> Result<Admitted, Refusal> {
    let mut refused = Refusal::new(Code::NotAllowed, "This stream's rules do not take this admission.");
    for rule in &stream.policy.append {
        match admit_by(rule, ask.proof, room, now) {
            Ok(admitted) => return Ok(admitted),
            Err(refusal) if refusal.code != Code::NotAllowed => refused = refusal,
            Err(_) => {}
        }
    }
    Err(refused)
}

fn admit_by(
    rule: &AppendRule,
    proof: &Proof,
    room: Option<&RoomState>,
    now: Timestamp,
) -> Result<Admitted, Refusal> {
    const FREE: Admitted = Admitted { spend: Spend::Nothing, lane: None };
    match (rule, proof) {
        (AppendRule::Keys(keys), Proof::Key(key)) if keys.contains(key) => Ok(FREE),
        (AppendRule::Room(named), Proof::Room { room: used, epoch, key }) if named == used => {
            check_room(room, *epoch, key).map(|()| FREE)
        }
        (AppendRule::PassOrWork(purposes), Proof::Pass(pass)) if purposes.contains(&pass.purpose) => {
            let lane = Lane { tag: pass.tag, redemption: Some(pass.redemption.clone()) };
            Ok(Admitted { spend: Spend::of_pass(pass, now), lane: Some(lane) })
        }
        (AppendRule::PassOrWork(_), Proof::Work(work)) => {
            let lane = Lane { tag: work.tag, redemption: None };
            Ok(Admitted { spend: Spend::Work(work.id), lane: Some(lane) })
        }
        (AppendRule::PassOrWork(_), Proof::Key(_) | Proof::Room { .. } | Proof::Certified { .. }) => {
            Err(Refusal::new(Code::WorkNeeded, "This stream takes a pass or proof of work."))
        }
        // No lane: the ids of response streams are known to all members of a zone, whom it would tell
        // who offered to go. Drops and doors have a read key.
        (AppendRule::Pass(purposes), Proof::Pass(pass)) if purposes.contains(&pass.purpose) => Ok(FREE),
        (AppendRule::Certified(allowed), Proof::Certified { roles, .. }) => {
            let lacking =
                Refusal::new(Code::CertificateInvalid, "The certificate lacks the role needed here.");
            if roles.iter().any(|r| allowed.contains(r)) { Ok(FREE) } else { Err(lacking) }
        }
        (
            AppendRule::Keys(_) | AppendRule::Room(_) | AppendRule::Pass(_) | AppendRule::Certified(_),
            Proof::Key(_) | Proof::Room { .. } | Proof::Pass(_) | Proof::Work(_) | Proof::Certified { .. },
        )
        | (AppendRule::PassOrWork(_), Proof::Pass(_)) => {
            Err(Refusal::new(Code::NotAllowed, "This stream's rule does not take this admission."))
        }
    }
}

/// Whether a room's key, checked with its signature before, counts for an epoch now.
///
/// # Errors
/// `not-found`, `stale-epoch`.
pub fn check_room(room: Option<&RoomState>, epoch: u64, key: &PublicKey) -> Result<(), Refusal> {
    let room = room.ok_or(Refusal::new(Code::NotFound, "The room's stream is not here."))?;
    if *key == room.append_key && is_fresh(epoch, room) {
        return Ok(());
    }
    Err(Refusal::stale_epoch(room.epoch))
}

/// Frames of the current epoch and the one before it count, but none from before the last removal.
fn is_fresh(epoch: u64, room: &RoomState) -> bool {
    epoch <= room.epoch && epoch.saturating_add(1) >= room.epoch && epoch >= room.key_epoch
}

fn commit(ask: Ask<'_>, stream: &StreamState) -> Result<Option<RoomState>, Refusal> {
    match (ask.commit, ask.kind, stream.room.as_ref()) {
        (Some(commit), FrameKind::RoomCommit, Some(room)) => {
            if stream.policy.committer.is_some() && ask.committer != stream.policy.committer {
                return Err(Refusal::new(
                    Code::NotAllowed,
                    "The room's committer has not signed this commit.",
                ));
            }
            if commit.epoch != room.epoch {
                return Err(Refusal::stale_epoch(room.epoch));
            }
            if let Proof::Room { epoch, .. } = ask.proof
                && *epoch != commit.epoch
            {
                return Err(Refusal::new(Code::Malformed, "A commit is signed for the epoch it is made in."));
            }
            let next = room.epoch.saturating_add(1);
            Ok(Some(match commit.append_key {
                Some(append_key) => RoomState { epoch: next, append_key, key_epoch: next },
                None => RoomState { epoch: next, ..*room },
            }))
        }
        (Some(_), _, None) => Err(Refusal::new(Code::Malformed, "Only a room's own stream takes commits.")),
        (Some(_), _, Some(_)) => Err(Refusal::new(Code::Malformed, "Only a commit frame has an effect.")),
        (None, FrameKind::RoomCommit, Some(_)) => {
            Err(Refusal::new(Code::Malformed, "A commit frame says which epoch it is made in."))
        }
        (None, _, _) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::passes::tests::pass;
    use super::super::stream::tests::{CREATOR, ID, NOW, SUCCESSOR, state};
    use super::super::{VerifiedWork, stream::StreamState};
    use super::*;
    use bystand_wire::{Hash32, Role};

    const OTHER: StreamId = StreamId([8; 32]);
    const APPEND_KEY: PublicKey = PublicKey([9; 32]);

    fn ask<'a>(proof: &'a Proof) -> Ask<'a> {
        Ask { id: &ID, kind: FrameKind::RoomMessage, len: 100, proof, commit: None, committer: None }
    }

    fn room_stream(epoch: u64, key_epoch: u64) -> StreamState {
        let mut s = state(vec![AppendRule::Room(ID)]);
        s.room = Some(RoomState { epoch, append_key: APPEND_KEY, key_epoch });
        s
    }

    fn member(epoch: u64) -> Proof {
        Proof::Room { room: ID, epoch, key: APPEND_KEY }
    }

    #[test]
    fn each_rule_takes_its_own_admission_only() {
        let key = Proof::Key(CREATOR);
        let foreign = Proof::Key(SUCCESSOR);
        let work = Proof::Work(VerifiedWork { id: Hash32([5; 32]), tag: Hash32([6; 32]) });
        let card = Proof::Pass(pass(PassPurpose::Card));
        let room_pass = Proof::Pass(pass(PassPurpose::Room));
        let observer = Proof::Certified { device: CREATOR, roles: vec![Role::Observer] };
        let keys = AppendRule::Keys(vec![CREATOR]);
        let drop = AppendRule::PassOrWork(vec![PassPurpose::Card, PassPurpose::Report]);
        let response = AppendRule::Pass(vec![PassPurpose::Room]);
        let observers = AppendRule::Certified(vec![Role::Observer]);
        let registrars = AppendRule::Certified(vec![Role::Registrar]);
        let cases: [(&AppendRule, &Proof, Option<Code>); 12] = [
            (&keys, &key, None),
            (&keys, &foreign, Some(Code::NotAllowed)),
            (&keys, &work, Some(Code::NotAllowed)),
            (&drop, &card, None),
            (&drop, &work, None),
            (&drop, &room_pass, Some(Code::NotAllowed)),
            (&drop, &key, Some(Code::WorkNeeded)),
            (&response, &room_pass, None),
            (&response, &work, Some(Code::NotAllowed)),
            (&observers, &observer, None),
            (&registrars, &observer, Some(Code::CertificateInvalid)),
            (&observers, &key, Some(Code::NotAllowed)),
        ];
        for (rule, proof, refused) in cases {
            let taken = decide(ask(proof), &state(vec![rule.clone()]), None, NOW);
            assert_eq!(
                taken.as_ref().map(|_| ()).map_err(|r| r.code),
                refused.map_or(Ok(()), Err),
                "{rule:?}"
            );
            let told = taken.ok().and_then(|t| t.lane);
            assert_eq!(told.is_some(), refused.is_none() && *rule == drop, "{rule:?} lane");
        }
    }

    #[test]
    fn any_of_several_rules_will_do() {
        let door = AppendRule::PassOrWork(vec![PassPurpose::Room]);
        let s = state(vec![AppendRule::Keys(vec![CREATOR]), door, AppendRule::Certified(vec![Role::Host])]);
        let code =
            |proof: &Proof| decide(ask(proof), &s, None, NOW).map(|t| t.lane.is_some()).map_err(|r| r.code);
        assert_eq!(code(&Proof::Key(CREATOR)), Ok(false));
        assert_eq!(code(&Proof::Pass(pass(PassPurpose::Room))), Ok(true));
        assert_eq!(code(&Proof::Certified { device: CREATOR, roles: vec![Role::Host] }), Ok(false));
        assert_eq!(code(&Proof::Pass(pass(PassPurpose::Card))), Err(Code::NotAllowed));
        assert_eq!(code(&Proof::Key(SUCCESSOR)), Err(Code::WorkNeeded));
        let observer = Proof::Certified { device: CREATOR, roles: vec![Role::Observer] };
        assert_eq!(code(&observer), Err(Code::CertificateInvalid));
        assert!(!is_drop(&s.policy.append));
        assert!(is_drop(&[AppendRule::Keys(vec![]), AppendRule::PassOrWork(vec![PassPurpose::Report])]));
    }

    #[test]
    fn the_limits_of_a_stream() {
        let key = Proof::Key(CREATOR);
        let mut s = state(vec![AppendRule::Keys(vec![CREATOR])]);
        let code =
            |a: Ask<'_>, s: &StreamState, now| decide(a, s, None, now).map(|t| t.seq).map_err(|r| r.code);
        assert_eq!(code(ask(&key), &s, NOW), Ok(Seq(1)));
        assert_eq!(code(Ask { len: 1001, ..ask(&key) }, &s, NOW), Err(Code::TooLarge));
        assert_eq!(code(ask(&key), &s, s.policy.expires_at), Err(Code::NotFound));
        s.held = 3;
        assert_eq!(code(ask(&key), &s, NOW), Err(Code::StreamFull));
        s.held = 0;
        s.head = Seq(u64::from(u32::MAX));
        assert_eq!(code(ask(&key), &s, NOW), Err(Code::StreamFull));
    }

    #[test]
    fn frames_live_no_longer_than_their_stream() {
        let key = Proof::Key(CREATOR);
        let mut s = state(vec![AppendRule::Keys(vec![CREATOR])]);
        let at = |s: &StreamState| decide(ask(&key), s, None, NOW).map(|t| t.expires_at);
        assert_eq!(at(&s), Ok(NOW.plus_ms(500_000)));
        s.policy.frame_life_ms = u64::MAX;
        assert_eq!(at(&s), Ok(s.policy.expires_at));
    }

    #[test]
    fn old_epochs_are_refused() {
        // (current epoch, first epoch of the key, sender's epoch, taken)
        for (epoch, key_epoch, sent, taken) in [
            (5, 0, 5, true),
            (5, 0, 4, true),
            (5, 0, 3, false),
            (5, 0, 6, false),
            (5, 5, 5, true),
            (5, 5, 4, false),
            (5, 4, 4, true),
            (0, 0, 0, true),
            (0, 0, u64::MAX, false),
        ] {
            let s = room_stream(epoch, key_epoch);
            let proof = member(sent);
            let decision = decide(ask(&proof), &s, s.room.as_ref(), NOW);
            match decision {
                Ok(t) => assert!(taken && t.epoch == epoch, "{epoch} {key_epoch} {sent}"),
                Err(r) => assert_eq!((taken, r), (false, Refusal::stale_epoch(epoch))),
            }
        }
    }

    #[test]
    fn a_key_that_was_replaced_meanwhile_counts_as_stale() {
        let s = room_stream(5, 5);
        let proof = Proof::Room { room: ID, epoch: 5, key: CREATOR };
        assert_eq!(decide(ask(&proof), &s, s.room.as_ref(), NOW), Err(Refusal::stale_epoch(5)));
        let elsewhere = Proof::Room { room: OTHER, epoch: 5, key: APPEND_KEY };
        let refused = decide(ask(&elsewhere), &s, s.room.as_ref(), NOW).map_err(|r| r.code);
        assert_eq!(refused, Err(Code::NotAllowed));
    }

    #[test]
    fn commits_swap_the_epoch_once() {
        let s = room_stream(5, 2);
        let proof = member(5);
        let with = |commit, kind| {
            decide(Ask { commit, kind, ..ask(&proof) }, &s, s.room.as_ref(), NOW)
                .map_err(|r| (r.code, r.epoch))
        };
        let plain = Commit { epoch: 5, append_key: None, signature: None };
        let removal = Commit { epoch: 5, append_key: Some(CREATOR), signature: None };
        let kind = FrameKind::RoomCommit;
        let after = with(Some(plain), kind).expect("current").room;
        assert_eq!(after, Some(RoomState { epoch: 6, append_key: APPEND_KEY, key_epoch: 2 }));
        let after = with(Some(removal), kind).expect("current").room;
        assert_eq!(after, Some(RoomState { epoch: 6, append_key: CREATOR, key_epoch: 6 }));
        let stale = Commit { epoch: 4, append_key: None, signature: None };
        assert_eq!(with(Some(stale), kind), Err((Code::StaleEpoch, Some(5))));
        assert_eq!(with(Some(plain), FrameKind::RoomMessage), Err((Code::Malformed, None)));
        assert_eq!(with(None, kind), Err((Code::Malformed, None)));
        let late = member(4);
        let two_epochs = Ask { commit: Some(plain), kind, ..ask(&late) };
        assert_eq!(decide(two_epochs, &s, s.room.as_ref(), NOW).map_err(|r| r.code), Err(Code::Malformed));
    }

    #[test]
    fn where_there_is_a_committer_nobody_else_commits() {
        let proof = member(5);
        let commit = Some(Commit { epoch: 5, append_key: None, signature: None });
        let code = |of_policy, committer| {
            let mut s = room_stream(5, 2);
            s.policy.committer = of_policy;
            let a = Ask { commit, committer, kind: FrameKind::RoomCommit, ..ask(&proof) };
            decide(a, &s, s.room.as_ref(), NOW).map(|t| t.epoch).map_err(|r| r.code)
        };
        assert_eq!(code(None, None), Ok(6));
        assert_eq!(code(Some(CREATOR), Some(CREATOR)), Ok(6));
        assert_eq!(code(Some(CREATOR), None), Err(Code::NotAllowed));
        // The policy was replaced since the signature was checked.
        assert_eq!(code(Some(SUCCESSOR), Some(CREATOR)), Err(Code::NotAllowed));
        // Everything that is no commit goes by the stream's rules alone.
        let mut s = room_stream(5, 2);
        s.policy.committer = Some(CREATOR);
        assert_eq!(decide(ask(&proof), &s, s.room.as_ref(), NOW).map(|t| t.epoch), Ok(5));
    }

    #[test]
    fn only_rooms_take_commits() {
        let key = Proof::Key(CREATOR);
        let s = state(vec![AppendRule::Keys(vec![CREATOR])]);
        let commit = Some(Commit { epoch: 0, append_key: None, signature: None });
        let a = Ask { commit, kind: FrameKind::RoomCommit, ..ask(&key) };
        assert_eq!(decide(a, &s, None, NOW).map_err(|r| r.code), Err(Code::Malformed));
    }
}
