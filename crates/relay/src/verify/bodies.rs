//! Signed bodies other than admissions.

use bystand_crypto::hash;
use bystand_crypto::sign::{Signed, verify};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{
    Commit, CommitContext, EraseContext, Grant, LeaseBlob, LeaseContext, Policy, ReadAuth, ReadContext,
    ReadRule, SignedBytes,
};
use bystand_wire::{BlobId, FrameHash, NetworkId, PublicKey, StreamId, Timestamp, limits};

use crate::rules::Refusal;
use crate::rules::stream::SignedPolicy;

/// A policy with who signed it, for the stream of its creator.
///
/// # Errors
/// `not-allowed`.
pub fn open_policy(
    network: &NetworkId,
    id: &StreamId,
    signed: &SignedBytes,
) -> Result<SignedPolicy, Refusal> {
    let (signer, policy) = Signed::<Policy>::from(signed.clone())
        .open_by_any(network, |_| true)
        .map_err(|_| Refusal::new(Code::NotAllowed, "The policy is not properly signed."))?;
    if hash::stream_id(&policy.creator) != *id {
        return Err(Refusal::new(Code::NotAllowed, "The stream's id is not the hash of its creator's key."));
    }
    Ok(SignedPolicy { signer, policy, hash: hash::plain_sha256(&signed.bytes) })
}

/// Whether a room's committer signed a commit.
///
/// # Errors
/// `not-allowed`.
pub fn check_committer(
    network: &NetworkId,
    committer: &PublicKey,
    (stream, frame): (StreamId, FrameHash),
    commit: &Commit,
) -> Result<(), Refusal> {
    let refused = || Refusal::new(Code::NotAllowed, "The room's committer has not signed this commit.");
    let Commit { epoch, append_key, signature } = *commit;
    let context = CommitContext { stream, frame, epoch, append_key };
    let signature = signature.ok_or_else(refused)?;
    verify(network, committer, &context, &signature).map_err(|_| refused())
}

/// A request to erase, with who signed it.
///
/// # Errors
/// `not-allowed`.
pub fn open_erase(network: &NetworkId, signed: &SignedBytes) -> Result<(PublicKey, EraseContext), Refusal> {
    Signed::<EraseContext>::from(signed.clone())
        .open_by_any(network, |_| true)
        .map_err(|_| Refusal::new(Code::NotAllowed, "The request is not properly signed."))
}

/// A grant with who signed it, presented by its reader.
///
/// # Errors
/// `not-allowed`, `clock-skew`.
pub fn open_grant(
    network: &NetworkId,
    blob: &BlobId,
    request: &LeaseBlob,
    now: Timestamp,
) -> Result<(PublicKey, Grant), Refusal> {
    check_skew(request.at, now)?;
    let (signer, grant) = Signed::<Grant>::from(request.grant.clone())
        .open_by_any(network, |_| true)
        .map_err(|_| Refusal::new(Code::NotAllowed, "The grant is not properly signed."))?;
    let context = LeaseContext { blob: *blob, at: request.at };
    verify(network, &grant.reader, &context, &request.signature)
        .map_err(|_| Refusal::new(Code::NotAllowed, "The request is not signed by the grant's reader."))?;
    Ok((signer, grant))
}

/// Whether somebody may read a stream.
///
/// # Errors
/// `not-allowed`, `clock-skew`.
pub fn read_auth(
    network: &NetworkId,
    id: &StreamId,
    rule: &ReadRule,
    auth: Option<&ReadAuth>,
    now: Timestamp,
) -> Result<(), Refusal> {
    match rule {
        ReadRule::Id | ReadRule::Public => Ok(()),
        ReadRule::Key(key) => {
            let auth =
                auth.ok_or(Refusal::new(Code::NotAllowed, "This stream is read with its read key."))?;
            check_skew(auth.at, now)?;
            let context = ReadContext { stream: *id, at: auth.at };
            verify(network, key, &context, &auth.signature)
                .map_err(|_| Refusal::new(Code::NotAllowed, "The read key's signature does not hold."))
        }
    }
}

/// Whether a time somebody signed is near enough to the relay's.
///
/// # Errors
/// `clock-skew`.
pub fn check_skew(at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if at.since_ms(now) > limits::CLOCK_SKEW_MS || now.since_ms(at) > limits::CLOCK_SKEW_MS {
        return Err(Refusal::new(Code::ClockSkew, "The sender's clock is too far off."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_minutes_off_and_no_more() {
        let now = Timestamp(1_800_000_000_000);
        let skew = limits::CLOCK_SKEW_MS;
        for (at, fits) in [
            (now, true),
            (now.plus_ms(skew), true),
            (now.minus_ms(skew), true),
            (now.plus_ms(skew + 1), false),
            (now.minus_ms(skew + 1), false),
            (Timestamp(0), false),
            (Timestamp(u64::MAX), false),
        ] {
            let expected = if fits { Ok(()) } else { Err(Code::ClockSkew) };
            assert_eq!(check_skew(at, now).map_err(|r| r.code), expected, "{at:?}");
        }
    }
}
