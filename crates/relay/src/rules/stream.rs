//! Streams: sound policies, creation, replacement, and what a stream is at a moment.

use bystand_wire::limits;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{AppendRule, Policy};
use bystand_wire::{Hash32, PublicKey, Seq, StreamId, Timestamp};

use super::{Proof, Refusal};

/// All that decisions about a stream depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamState {
    /// Its rules.
    pub policy: Policy,
    /// SHA-256 of the policy's bytes.
    pub policy_hash: Hash32,
    /// The last place given out.
    pub head: Seq,
    /// Frames held now.
    pub held: u32,
    /// Only for a room's own stream.
    pub room: Option<RoomState>,
}

/// A room's compare-and-swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomState {
    /// The current epoch.
    pub epoch: u64,
    /// What members sign their appends with.
    pub append_key: PublicKey,
    /// The first epoch of that key: frames of earlier epochs are refused.
    pub key_epoch: u64,
}

impl StreamState {
    /// Whether it is past its end.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.policy.expires_at <= now
    }

    /// When a frame taken now is forgotten.
    pub fn frame_expiry(&self, now: Timestamp) -> Timestamp {
        now.plus_ms(self.policy.frame_life_ms).min(self.policy.expires_at)
    }
}

/// A policy whose signature has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedPolicy {
    /// Who signed it.
    pub signer: PublicKey,
    /// What.
    pub policy: Policy,
    /// SHA-256 of its bytes.
    pub hash: Hash32,
}

/// What becomes of a `PUT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutDecision {
    /// The stream is made; the admission is used up.
    Create(Box<StreamState>),
    /// The policy is replaced; frames and epoch stay.
    Replace(Box<StreamState>),
    /// It is there already, just so.
    Unchanged,
}

/// Limits the operator may tighten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyLimits {
    /// The most frames one stream may ask to hold.
    pub max_frames: u32,
}

/// Decides a `PUT` of a policy on the stream `id`, given what the relay holds.
///
/// # Errors
/// `malformed`, `exists`, `stale-policy`, `not-allowed`.
pub fn put(
    id: &StreamId,
    held: Option<&StreamState>,
    signed: SignedPolicy,
    admission: Option<&Proof>,
    limits: PolicyLimits,
    now: Timestamp,
) -> Result<PutDecision, Refusal> {
    if let Some(held) = held.filter(|h| !h.is_expired(now)) {
        return replace(held, id, signed, limits, now);
    }
    check_policy(id, &signed.policy, limits, now)?;
    if signed.signer != signed.policy.creator {
        return Err(Refusal::new(Code::NotAllowed, "A new stream's policy is signed by its creator."));
    }
    check_creation(admission)?;
    let room = signed.policy.room_key.map(|append_key| RoomState { epoch: 0, append_key, key_epoch: 0 });
    let head = signed.policy.starts_after.unwrap_or(Seq::START);
    let state = StreamState { policy: signed.policy, policy_hash: signed.hash, head, held: 0, room };
    Ok(PutDecision::Create(Box::new(state)))
}

fn replace(
    held: &StreamState,
    id: &StreamId,
    signed: SignedPolicy,
    limits: PolicyLimits,
    now: Timestamp,
) -> Result<PutDecision, Refusal> {
    if held.policy_hash == signed.hash {
        return Ok(PutDecision::Unchanged);
    }
    let new = &signed.policy;
    if new.creator != held.policy.creator {
        return Err(Refusal::new(Code::Exists, "A stream of this name exists."));
    }
    if new.version == held.policy.version {
        return Err(Refusal::new(Code::Exists, "A stream of this name exists with another policy."));
    }
    if held.policy.version.checked_add(1) != Some(new.version) {
        return Err(Refusal::new(Code::StalePolicy, "A replacement has the next version number."));
    }
    if signed.signer != held.policy.creator && !held.policy.successors.contains(&signed.signer) {
        return Err(Refusal::new(
            Code::NotAllowed,
            "Only the creator or a successor of the policy held now may replace it.",
        ));
    }
    check_policy(id, new, limits, now)?;
    if new.room_key.is_some() != held.policy.room_key.is_some() {
        return Err(Refusal::new(Code::Malformed, "A stream cannot become or stop being a room's."));
    }
    let state = StreamState { policy: signed.policy, policy_hash: signed.hash, ..held.clone() };
    Ok(PutDecision::Replace(Box::new(state)))
}

fn check_creation(admission: Option<&Proof>) -> Result<(), Refusal> {
    match admission {
        Some(Proof::Pass(_) | Proof::Work(_) | Proof::Certified { .. } | Proof::Room { .. }) => Ok(()),
        Some(Proof::Key(_)) => Err(Refusal::new(
            Code::NotAllowed,
            "A new stream needs a pass, work, a certificate or a room; a key alone is not enough.",
        )),
        None => {
            Err(Refusal::new(Code::WorkNeeded, "A new stream needs a pass, work, a certificate or a room."))
        }
    }
}

fn check_policy(id: &StreamId, policy: &Policy, limits: PolicyLimits, now: Timestamp) -> Result<(), Refusal> {
    let malformed = |detail| Err(Refusal::new(Code::Malformed, detail));
    let named = |rule: &AppendRule| match rule {
        AppendRule::Keys(keys) => keys.len(),
        AppendRule::Room(_) => 1,
        AppendRule::PassOrWork(purposes) | AppendRule::Pass(purposes) => purposes.len(),
        AppendRule::Certified(roles) => roles.len(),
    };
    let appenders: usize = policy.append.iter().map(|rule| named(rule).max(1)).sum();
    if [appenders, policy.successors.len(), policy.erasers.len()].into_iter().any(|n| n > limits::POLICY_KEYS)
    {
        return malformed("The policy names too many rules, keys, successors, purposes or roles.");
    }
    if policy.append.contains(&AppendRule::Room(*id)) && policy.room_key.is_none() {
        return malformed("A room's own stream needs its first append key.");
    }
    if policy.committer.is_some() && policy.room_key.is_none() {
        return malformed("Only a room's own stream has a committer.");
    }
    if policy.starts_after.is_some_and(|place| place.0 > limits::STREAM_START) {
        return malformed("The stream starts too far on.");
    }
    if policy.version == 0 || policy.frame_life_ms == 0 {
        return malformed("Version and frame life start at 1.");
    }
    if policy.expires_at <= now {
        return malformed("The policy has already ended.");
    }
    let latest = now.plus_ms(limits::STREAM_LIFE_MS + limits::CLOCK_SKEW_MS);
    if policy.expires_at > latest {
        return malformed("The policy ends later than a stream may live.");
    }
    let longest = usize::try_from(policy.max_frame_len).unwrap_or(usize::MAX);
    if longest == 0 || longest > limits::FRAME_LEN {
        return malformed("The longest frame is out of bounds.");
    }
    if policy.max_frames == 0 || policy.max_frames > limits.max_frames {
        return malformed("The number of frames is out of bounds.");
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use bystand_wire::relay_api::ReadRule;

    pub(crate) const LIMITS: PolicyLimits = PolicyLimits { max_frames: 1000 };
    pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);
    pub(crate) const ID: StreamId = StreamId([1; 32]);
    pub(crate) const CREATOR: PublicKey = PublicKey([2; 32]);
    pub(crate) const SUCCESSOR: PublicKey = PublicKey([3; 32]);
    const STRANGER: PublicKey = PublicKey([4; 32]);

    pub(crate) fn policy(append: Vec<AppendRule>) -> Policy {
        Policy {
            creator: CREATOR,
            version: 1,
            successors: vec![SUCCESSOR],
            append,
            read: ReadRule::Id,
            erasers: vec![],
            room_key: None,
            expires_at: NOW.plus_ms(1_000_000),
            frame_life_ms: 500_000,
            max_frame_len: 1000,
            max_frames: 3,
            committer: None,
            starts_after: None,
        }
    }

    pub(crate) fn state(append: Vec<AppendRule>) -> StreamState {
        StreamState {
            policy: policy(append),
            policy_hash: Hash32([1; 32]),
            head: Seq::START,
            held: 0,
            room: None,
        }
    }

    fn signed(signer: PublicKey, change: impl FnOnce(&mut Policy)) -> SignedPolicy {
        let mut policy = policy(vec![AppendRule::Keys(vec![CREATOR])]);
        change(&mut policy);
        SignedPolicy { signer, policy, hash: Hash32([9; 32]) }
    }

    fn certified() -> Proof {
        Proof::Certified { device: STRANGER, roles: vec![] }
    }

    #[test]
    fn creation() {
        type Case = (&'static str, PublicKey, Box<dyn FnOnce(&mut Policy)>, Option<Proof>, Option<Code>);
        let cases: Vec<Case> = vec![
            ("sound", CREATOR, Box::new(|_| ()), Some(certified()), None),
            ("later version", CREATOR, Box::new(|p| p.version = 7), Some(certified()), None),
            ("by a successor", SUCCESSOR, Box::new(|_| ()), Some(certified()), Some(Code::NotAllowed)),
            ("no admission", CREATOR, Box::new(|_| ()), None, Some(Code::WorkNeeded)),
            ("by key alone", CREATOR, Box::new(|_| ()), Some(Proof::Key(CREATOR)), Some(Code::NotAllowed)),
            ("ended", CREATOR, Box::new(|p| p.expires_at = NOW), Some(certified()), Some(Code::Malformed)),
            (
                "too long a life",
                CREATOR,
                Box::new(|p| p.expires_at = NOW.plus_ms(limits::STREAM_LIFE_MS + limits::CLOCK_SKEW_MS + 1)),
                Some(certified()),
                Some(Code::Malformed),
            ),
            (
                "too many keys",
                CREATOR,
                Box::new(|p| p.append = vec![AppendRule::Keys(vec![CREATOR; limits::POLICY_KEYS + 1])]),
                Some(certified()),
                Some(Code::Malformed),
            ),
            (
                "too many rules",
                CREATOR,
                Box::new(|p| p.append = vec![AppendRule::Keys(vec![]); limits::POLICY_KEYS + 1]),
                Some(certified()),
                Some(Code::Malformed),
            ),
            (
                "too many successors",
                CREATOR,
                Box::new(|p| p.successors = vec![CREATOR; limits::POLICY_KEYS + 1]),
                Some(certified()),
                Some(Code::Malformed),
            ),
            (
                "too long frames",
                CREATOR,
                Box::new(|p| p.max_frame_len = 64 * 1024 + 1),
                Some(certified()),
                Some(Code::Malformed),
            ),
            (
                "too many frames",
                CREATOR,
                Box::new(|p| p.max_frames = LIMITS.max_frames + 1),
                Some(certified()),
                Some(Code::Malformed),
            ),
            (
                "room without a key",
                CREATOR,
                Box::new(|p| p.append = vec![AppendRule::Room(ID)]),
                Some(certified()),
                Some(Code::Malformed),
            ),
            (
                "committer without a room",
                CREATOR,
                Box::new(|p| p.committer = Some(CREATOR)),
                Some(certified()),
                Some(Code::Malformed),
            ),
            (
                "committer of a room",
                CREATOR,
                Box::new(|p| (p.committer, p.room_key) = (Some(CREATOR), Some(CREATOR))),
                Some(certified()),
                None,
            ),
            (
                "starts as far on as it may",
                CREATOR,
                Box::new(|p| p.starts_after = Some(Seq(limits::STREAM_START))),
                Some(certified()),
                None,
            ),
            (
                "starts too far on",
                CREATOR,
                Box::new(|p| p.starts_after = Some(Seq(limits::STREAM_START + 1))),
                Some(certified()),
                Some(Code::Malformed),
            ),
            ("version 0", CREATOR, Box::new(|p| p.version = 0), Some(certified()), Some(Code::Malformed)),
        ];
        for (name, signer, change, admission, refused) in cases {
            let decision = put(&ID, None, signed(signer, change), admission.as_ref(), LIMITS, NOW);
            match refused {
                None => assert!(matches!(decision, Ok(PutDecision::Create(_))), "{name}: {decision:?}"),
                Some(code) => assert_eq!(decision.map_err(|r| r.code), Err(code), "{name}"),
            }
        }
    }

    #[test]
    fn replacement() {
        let held = state(vec![AppendRule::Keys(vec![CREATOR])]);
        let next = |p: &mut Policy| p.version = 2;
        let put = |s| put(&ID, Some(&held), s, None, LIMITS, NOW);
        assert!(matches!(put(signed(CREATOR, next)), Ok(PutDecision::Replace(_))));
        assert!(matches!(put(signed(SUCCESSOR, next)), Ok(PutDecision::Replace(_))));
        let same = SignedPolicy { hash: held.policy_hash, ..signed(CREATOR, |_| ()) };
        assert_eq!(put(same), Ok(PutDecision::Unchanged));
        let code = |s| put(s).map_err(|r| r.code);
        assert_eq!(code(signed(STRANGER, next)), Err(Code::NotAllowed));
        assert_eq!(code(signed(CREATOR, |_| ())), Err(Code::Exists));
        assert_eq!(code(signed(CREATOR, |p| p.version = 3)), Err(Code::StalePolicy));
        assert_eq!(code(signed(CREATOR, |p| p.version = 0)), Err(Code::StalePolicy));
        let to_room = |p: &mut Policy| {
            p.version = 2;
            p.room_key = Some(CREATOR);
        };
        assert_eq!(code(signed(CREATOR, to_room)), Err(Code::Malformed));
    }

    #[test]
    fn a_stream_starts_where_its_policy_says_and_moves_no_more() {
        let goes_on = |at: u64| signed(CREATOR, move |p| p.starts_after = Some(Seq(at)));
        let Ok(PutDecision::Create(made)) = put(&ID, None, goes_on(41), Some(&certified()), LIMITS, NOW)
        else {
            panic!("it is made");
        };
        assert_eq!(made.head, Seq(41));
        let mut next = goes_on(99);
        (next.policy.version, next.hash) = (2, Hash32([2; 32]));
        let Ok(PutDecision::Replace(kept)) = put(&ID, Some(&made), next, None, LIMITS, NOW) else {
            panic!("it is replaced");
        };
        assert_eq!(kept.head, Seq(41));
    }

    #[test]
    fn a_successor_struck_off_can_replace_nothing() {
        let mut held = state(vec![AppendRule::Keys(vec![CREATOR])]);
        held.policy.successors.clear();
        let decision = put(&ID, Some(&held), signed(SUCCESSOR, |p| p.version = 2), None, LIMITS, NOW);
        assert_eq!(decision.map_err(|r| r.code), Err(Code::NotAllowed));
    }

    #[test]
    fn an_expired_stream_may_be_made_again() {
        let held = state(vec![AppendRule::Keys(vec![CREATOR])]);
        let later = held.policy.expires_at;
        let again = signed(CREATOR, |p| p.expires_at = later.plus_ms(1000));
        let decision = put(&ID, Some(&held), again, Some(&certified()), LIMITS, later);
        assert!(matches!(decision, Ok(PutDecision::Create(_))));
    }
}
