//! Checks signatures, passes and proofs of work: turns what came over the network into what the
//! rules decide about. Nothing here is written, and nothing decided but that the cryptography holds.

mod bodies;

use bystand_crypto::passes::{pass_id, verify_redemption};
use bystand_crypto::sign::{Statement, verify};
use bystand_crypto::symmetric::{SymmetricKey, derive};
use bystand_crypto::{hash, work};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{Admission, Append, AppendContext, Redemption, UseContext, WorkProof};
use bystand_wire::{FrameHash, Hash32, NetworkId, PublicKey, SignatureBytes, StreamId, Timestamp, encode};

pub use self::bodies::{check_committer, check_skew, open_erase, open_grant, open_policy, read_auth};
use crate::rules::append::{check_room, is_drop};
use crate::rules::stream::{RoomState, StreamState};
use crate::rules::work::accepted_windows;
use crate::rules::{Proof, Refusal, VerifiedPass, VerifiedWork};
use crate::trust::Authority;

/// The secret that nonces are made from: drawn at each start, never stored.
#[derive(Debug)]
pub struct WorkSecret(SymmetricKey);

impl WorkSecret {
    /// Takes a fresh random key.
    pub fn new(key: SymmetricKey) -> Self {
        Self(key)
    }

    /// The nonce of a window. HKDF-SHA256 over the window's number: nobody can tell a coming one.
    pub fn nonce(&self, window: u64) -> Hash32 {
        Hash32(*derive(&self.0, &format!("work-nonce/{window}")).expose())
    }
}

/// Whether a proof of work is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Solutions {
    /// It is: what every relay does that serves anybody.
    Checked,
    /// Nonce and effort count, the solution is taken on trust: a simulation charges its cost in its own time.
    Trusted,
}

/// What an admission's signatures are checked against.
#[derive(Debug, Clone, Copy)]
pub struct Against<'a> {
    /// The network and its keys.
    pub authority: &'a Authority,
    /// Where proofs of work come from.
    pub secret: &'a WorkSecret,
    /// The effort that is enough.
    pub effort: u32,
    /// Whether proofs of work are worked out.
    pub solutions: Solutions,
    /// The room that a room's admission names, as far as it is known.
    pub room: Option<&'a RoomState>,
    /// The relay's time.
    pub now: Timestamp,
}

/// What an admission has to be bound to.
#[derive(Debug, Clone)]
pub struct Binding {
    /// For signatures; `epoch` is filled in from the admission.
    pub append: AppendContext,
    /// For passes and work.
    pub used_for: UseContext,
}

impl Binding {
    /// For a stream's creation or a blob: bound to its id and to the hash of the policy's bytes or of
    /// the chunk.
    pub fn to(id: StreamId, content: Hash32) -> Self {
        Self {
            append: AppendContext {
                stream: id,
                frame: bystand_wire::FrameHash(content.0),
                commit: None,
                epoch: None,
            },
            used_for: UseContext { stream: id, tag: content },
        }
    }
}

/// What an append's admission has to be bound to, and the committer whose signature on its commit was
/// checked.
///
/// # Errors
/// `malformed`, `not-allowed`.
pub fn append_binding(
    network: &NetworkId,
    stream: &StreamState,
    id: StreamId,
    request: &Append,
    frame: FrameHash,
) -> Result<(Binding, Option<PublicKey>), Refusal> {
    let tag = match (request.tag, is_drop(&stream.policy.append)) {
        (Some(tag), true) => tag,
        (None, _) => Hash32(frame.0),
        (Some(_), false) => {
            return Err(Refusal::new(Code::Malformed, "Only a drop takes a tag of the sender's choice."));
        }
    };
    let mut binding = Binding::to(id, Hash32(frame.0));
    binding.used_for = UseContext { stream: id, tag };
    binding.append.commit = request.commit;
    let committer = match (stream.policy.committer, request.commit) {
        (Some(committer), Some(commit)) => {
            check_committer(network, &committer, (id, frame), &commit)?;
            Some(committer)
        }
        (None, _) | (_, None) => None,
    };
    Ok((binding, committer))
}

/// Checks an admission.
///
/// # Errors
/// `not-allowed`, `pass-invalid`, `work-needed`, `certificate-invalid`, `stale-epoch`, `not-found`.
pub fn admission(admission: &Admission, binding: &Binding, against: Against<'_>) -> Result<Proof, Refusal> {
    let network = against.authority.network();
    match admission {
        Admission::Key(key, signature) => {
            check(&network, key, &binding.append, signature)?;
            Ok(Proof::Key(*key))
        }
        Admission::Room(room, epoch, signature) => {
            let key = against.room.map(|r| r.append_key);
            let key = key.ok_or(Refusal::new(Code::NotFound, "The room's stream is not here."))?;
            // An old epoch's signature would not verify either: say which it is.
            check_room(against.room, *epoch, &key)?;
            let context = AppendContext { epoch: Some(*epoch), ..binding.append.clone() };
            check(&network, &key, &context, signature)?;
            Ok(Proof::Room { room: *room, epoch: *epoch, key })
        }
        Admission::Pass(redemption) => pass(redemption, &binding.used_for, against).map(Proof::Pass),
        Admission::Work(proof) => proof_of_work(proof, &binding.used_for, against).map(Proof::Work),
        Admission::Certificate(certificate, signature) => {
            let device = against
                .authority
                .check_certificate(certificate, against.now)
                .map_err(|code| Refusal::new(code, "The certificate does not hold."))?;
            check(&network, &device.key, &binding.append, signature)?;
            Ok(Proof::Certified { device: device.key, roles: device.roles })
        }
    }
}

fn check<S: Statement>(
    network: &NetworkId,
    key: &PublicKey,
    body: &S,
    signature: &SignatureBytes,
) -> Result<(), Refusal> {
    verify(network, key, body, signature)
        .map_err(|_| Refusal::new(Code::NotAllowed, "The signature is not by this key over this request."))
}

fn pass(
    redemption: &Redemption,
    used_for: &UseContext,
    against: Against<'_>,
) -> Result<VerifiedPass, Refusal> {
    let pass = &redemption.pass;
    if !pass.period.accepts(against.now) {
        return Err(Refusal::new(Code::PassInvalid, "The pass is not good for this week or quarter."));
    }
    let unknown = Refusal::new(Code::PassInvalid, "This network issues no such passes in that period.");
    let issuer = against.authority.issuer_key(pass.purpose, pass.period, against.now).ok_or(unknown)?;
    verify_redemption(&against.authority.network(), redemption, used_for, issuer).map_err(|_| {
        Refusal::new(Code::PassInvalid, "The pass is not certified, or not signed for this use.")
    })?;
    Ok(VerifiedPass {
        id: pass_id(pass),
        purpose: pass.purpose,
        forget_at: pass.period.end().plus_ms(bystand_wire::limits::PERIOD_GRACE_MS),
        tag: used_for.tag,
        redemption: redemption.clone(),
    })
}

fn proof_of_work(
    proof: &WorkProof,
    used_for: &UseContext,
    against: Against<'_>,
) -> Result<VerifiedWork, Refusal> {
    if proof.effort < against.effort {
        return Err(Refusal::new(Code::WorkNeeded, "More work is asked for now."));
    }
    let ours = accepted_windows(against.now).into_iter().any(|w| against.secret.nonce(w) == proof.nonce);
    if !ours {
        return Err(Refusal::new(Code::WorkNeeded, "The nonce has run out or is not this relay's."));
    }
    if against.solutions == Solutions::Checked {
        work::verify(&against.authority.network(), proof, used_for).map_err(|_| {
            Refusal::new(Code::WorkNeeded, "The proof of work does not hold for this request.")
        })?;
    }
    Ok(VerifiedWork { id: hash::sha256("used-work", &[&encode(proof)]), tag: used_for.tag })
}
