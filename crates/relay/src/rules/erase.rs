//! Who may have frames forgotten before their time.

use bystand_wire::limits;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::EraseContext;
use bystand_wire::{PublicKey, StreamId, Timestamp};

use super::Refusal;
use super::stream::StreamState;

/// Decides a request whose signature by `signer` has been checked.
///
/// # Errors
/// `malformed`, `not-found`, `not-allowed`.
pub fn decide(
    id: &StreamId,
    stream: &StreamState,
    signer: &PublicKey,
    request: &EraseContext,
    now: Timestamp,
) -> Result<(), Refusal> {
    if request.stream != *id || request.seqs.len() > limits::ERASE_FRAMES {
        return Err(Refusal::new(
            Code::Malformed,
            "The request is for another stream, or names too many frames.",
        ));
    }
    if stream.is_expired(now) {
        return Err(Refusal::new(Code::NotFound, "No such stream, or it has ended."));
    }
    let policy = &stream.policy;
    if *signer != policy.creator && !policy.erasers.contains(signer) {
        return Err(Refusal::new(Code::NotAllowed, "Only the creator and the erasers may erase."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::stream::tests::{CREATOR, ID, NOW, SUCCESSOR, state};
    use super::*;
    use bystand_wire::Seq;
    use bystand_wire::relay_api::AppendRule;

    #[test]
    fn by_the_creator_and_the_erasers() {
        let eraser = PublicKey([6; 32]);
        let mut s = state(vec![AppendRule::Keys(vec![])]);
        s.policy.erasers.push(eraser);
        let request = |stream, n| EraseContext { stream, seqs: vec![Seq(1); n] };
        let code = |signer, r: &EraseContext, now| decide(&ID, &s, signer, r, now).map_err(|r| r.code);
        let some = request(ID, limits::ERASE_FRAMES);
        assert_eq!(code(&CREATOR, &some, NOW), Ok(()));
        assert_eq!(code(&eraser, &some, NOW), Ok(()));
        assert_eq!(code(&SUCCESSOR, &some, NOW), Err(Code::NotAllowed));
        assert_eq!(code(&CREATOR, &request(StreamId([5; 32]), 1), NOW), Err(Code::Malformed));
        assert_eq!(code(&CREATOR, &request(ID, limits::ERASE_FRAMES + 1), NOW), Err(Code::Malformed));
        assert_eq!(code(&CREATOR, &some, s.policy.expires_at), Err(Code::NotFound));
    }
}
