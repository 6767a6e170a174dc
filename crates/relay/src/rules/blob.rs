//! Blobs. A plain blob is fetched by its random id until it expires. A one-read blob is leased to
//! one reader with the granter's grant, and deleted when that reader says it has been read; when
//! the reader says nothing, the lease lapses and somebody else may be granted it.

use bystand_wire::limits;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::Grant;
use bystand_wire::{BlobId, Hash32, PublicKey, Timestamp};

use super::{Proof, Refusal};

/// All that decisions about a blob depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobState {
    /// SHA-256 of the chunk.
    pub hash: Hash32,
    /// When it is deleted in any case.
    pub expires_at: Timestamp,
    /// Whose grant lets it be read once; `None` for a plain blob.
    pub granter: Option<PublicKey>,
    /// Where a one-read blob is.
    pub reading: Reading,
}

/// A one-read blob's way: `Waiting` → `Leased` → (`Read` | lapses, and may be `Leased` again).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Nobody has it. Goes to `Leased`.
    Waiting,
    /// One reader has it until then. Goes to `Read` by that reader's word, or to another `Leased` afterwards.
    Leased(PublicKey, Timestamp),
    /// It was read, by this reader, and its bytes are gone. Final.
    Read(PublicKey),
}

/// What becomes of a `PUT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutDecision {
    /// Keep it; the admission is used up.
    Keep(BlobState),
    /// It is there already, just so.
    Unchanged(Timestamp),
}

/// Decides a `PUT`.
///
/// # Errors
/// `malformed`, `exists`, `not-allowed`.
pub fn put(
    held: Option<&BlobState>,
    hash: Hash32,
    expires_at: Timestamp,
    granter: Option<PublicKey>,
    admission: &Proof,
    now: Timestamp,
) -> Result<PutDecision, Refusal> {
    if let Some(held) = held.filter(|h| h.expires_at > now) {
        if held.hash == hash && held.granter == granter {
            return Ok(PutDecision::Unchanged(held.expires_at));
        }
        return Err(Refusal::new(Code::Exists, "A blob of this name exists with other bytes."));
    }
    let latest = now.plus_ms(limits::BLOB_LIFE_MS + limits::CLOCK_SKEW_MS);
    if expires_at <= now || expires_at > latest {
        return Err(Refusal::new(Code::Malformed, "The blob's end is in the past or too far off."));
    }
    match admission {
        Proof::Pass(_) | Proof::Work(_) | Proof::Room { .. } => {
            Ok(PutDecision::Keep(BlobState { hash, expires_at, granter, reading: Reading::Waiting }))
        }
        Proof::Key(_) | Proof::Certified { .. } => {
            Err(Refusal::new(Code::NotAllowed, "A blob needs work, a pass or a room's key."))
        }
    }
}

/// Whether a blob may be fetched by its id alone.
///
/// # Errors
/// `not-found`, `not-allowed`.
pub fn fetch(held: &BlobState, now: Timestamp) -> Result<(), Refusal> {
    check_there(held, now)?;
    if held.granter.is_some() {
        return Err(Refusal::new(Code::NotAllowed, "This blob is read once, with a grant."));
    }
    Ok(())
}

/// Leases a blob to the grant's reader; asking again within the lease gives the same lease.
///
/// # Errors
/// `not-found`, `not-allowed`, `leased`.
pub fn lease(
    id: &BlobId,
    held: &BlobState,
    grant: &Grant,
    signer: &PublicKey,
    now: Timestamp,
) -> Result<BlobState, Refusal> {
    check_grant(id, held, grant, signer, now)?;
    let until = now.plus_ms(limits::BLOB_LEASE_MS).min(held.expires_at);
    let leased = |until| BlobState { reading: Reading::Leased(grant.reader, until), ..*held };
    match held.reading {
        Reading::Read(_) => Err(Refusal::new(Code::Leased, "The blob was read and is gone.")),
        Reading::Leased(reader, end) if reader == grant.reader && end > now => Ok(leased(end)),
        Reading::Leased(_, end) if end > now => {
            Err(Refusal::new(Code::Leased, "Somebody else is reading the blob.")
                .retry_after(end.since_ms(now)))
        }
        Reading::Waiting | Reading::Leased(..) => Ok(leased(until)),
    }
}

/// What becomes of the reader's word that it has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadDecision {
    /// Delete the bytes and remember that it was read.
    Delete(BlobState),
    /// It was deleted before.
    Gone,
}

/// The reader's word that it has read.
///
/// # Errors
/// `not-found`, `not-allowed`, `leased`.
pub fn read(
    id: &BlobId,
    held: &BlobState,
    grant: &Grant,
    signer: &PublicKey,
    now: Timestamp,
) -> Result<ReadDecision, Refusal> {
    check_grant(id, held, grant, signer, now)?;
    match held.reading {
        Reading::Read(reader) if reader == grant.reader => Ok(ReadDecision::Gone),
        // A late word still counts while nobody else has leased it since.
        Reading::Leased(reader, _) if reader == grant.reader => {
            Ok(ReadDecision::Delete(BlobState { reading: Reading::Read(reader), ..*held }))
        }
        Reading::Waiting => {
            Err(Refusal::new(Code::NotAllowed, "Only who has leased a blob can have read it."))
        }
        Reading::Read(_) | Reading::Leased(..) => {
            Err(Refusal::new(Code::Leased, "Somebody else has leased or read the blob."))
        }
    }
}

fn check_there(held: &BlobState, now: Timestamp) -> Result<(), Refusal> {
    if held.expires_at <= now {
        return Err(Refusal::new(Code::NotFound, "No such blob, or it has expired."));
    }
    Ok(())
}

fn check_grant(
    id: &BlobId,
    held: &BlobState,
    grant: &Grant,
    signer: &PublicKey,
    now: Timestamp,
) -> Result<(), Refusal> {
    check_there(held, now)?;
    let granter = held.granter.ok_or(Refusal::new(Code::NotAllowed, "This blob is not read by grant."))?;
    if granter != *signer || grant.blob != *id {
        return Err(Refusal::new(Code::NotAllowed, "The grant is for another blob or by another key."));
    }
    if grant.until <= now {
        return Err(Refusal::new(Code::NotAllowed, "The grant has run out."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::stream::tests::NOW;
    use super::super::{VerifiedWork, passes::tests::pass};
    use super::*;
    use bystand_wire::PassPurpose;

    const ID: BlobId = BlobId([1; 32]);
    const GRANTER: PublicKey = PublicKey([2; 32]);
    const ANNA: PublicKey = PublicKey([3; 32]);
    const BEN: PublicKey = PublicKey([4; 32]);

    fn blob(reading: Reading) -> BlobState {
        let expires_at = NOW.plus_ms(limits::BLOB_LIFE_MS);
        BlobState { hash: Hash32([5; 32]), expires_at, granter: Some(GRANTER), reading }
    }

    fn grant(reader: PublicKey) -> Grant {
        Grant { blob: ID, reader, until: NOW.plus_ms(limits::BLOB_LIFE_MS) }
    }

    #[test]
    fn what_is_kept() {
        let work = Proof::Work(VerifiedWork { id: Hash32([0; 32]), tag: Hash32([0; 32]) });
        let end = NOW.plus_ms(1000);
        let code = |held: Option<&BlobState>, hash, end, admission: &Proof| {
            put(held, hash, end, Some(GRANTER), admission, NOW).map_err(|r| r.code)
        };
        let hash = Hash32([5; 32]);
        assert!(matches!(code(None, hash, end, &work), Ok(PutDecision::Keep(_))));
        assert!(matches!(
            code(None, hash, end, &Proof::Pass(pass(PassPurpose::Report))),
            Ok(PutDecision::Keep(_))
        ));
        assert_eq!(code(None, hash, end, &Proof::Key(ANNA)), Err(Code::NotAllowed));
        assert_eq!(code(None, hash, NOW, &work), Err(Code::Malformed));
        let too_far = NOW.plus_ms(limits::BLOB_LIFE_MS + limits::CLOCK_SKEW_MS + 1);
        assert_eq!(code(None, hash, too_far, &work), Err(Code::Malformed));
        let held = blob(Reading::Waiting);
        assert_eq!(code(Some(&held), hash, end, &work), Ok(PutDecision::Unchanged(held.expires_at)));
        assert_eq!(code(Some(&held), Hash32([6; 32]), end, &work), Err(Code::Exists));
    }

    #[test]
    fn leases() {
        let soon = NOW.plus_ms(60_000);
        let past = NOW.minus_ms(1);
        let cases = [
            ("waiting", Reading::Waiting, ANNA, Ok(NOW.plus_ms(limits::BLOB_LEASE_MS))),
            ("the same reader again", Reading::Leased(ANNA, soon), ANNA, Ok(soon)),
            ("somebody else", Reading::Leased(BEN, soon), ANNA, Err(Code::Leased)),
            ("lapsed", Reading::Leased(BEN, past), ANNA, Ok(NOW.plus_ms(limits::BLOB_LEASE_MS))),
            ("read", Reading::Read(ANNA), ANNA, Err(Code::Leased)),
        ];
        for (name, reading, reader, expected) in cases {
            let got = lease(&ID, &blob(reading), &grant(reader), &GRANTER, NOW);
            let expected = expected.map(|until| Reading::Leased(reader, until));
            assert_eq!(got.map(|b| b.reading).map_err(|r| r.code), expected, "{name}");
        }
    }

    #[test]
    fn reads() {
        let past = NOW.minus_ms(1);
        let cases = [
            ("by the holder", Reading::Leased(ANNA, past), Ok(true)),
            ("again", Reading::Read(ANNA), Ok(false)),
            ("without a lease", Reading::Waiting, Err(Code::NotAllowed)),
            ("leased by another since", Reading::Leased(BEN, past), Err(Code::Leased)),
            ("read by another", Reading::Read(BEN), Err(Code::Leased)),
        ];
        for (name, reading, expected) in cases {
            let got = read(&ID, &blob(reading), &grant(ANNA), &GRANTER, NOW);
            let got = got.map(|d| matches!(d, ReadDecision::Delete(_))).map_err(|r| r.code);
            assert_eq!(got, expected, "{name}");
        }
    }

    #[test]
    fn grants_are_by_the_granter_for_this_blob_and_run_out() {
        let held = blob(Reading::Waiting);
        let code = |g: &Grant, signer, now| lease(&ID, &held, g, signer, now).map(|_| ()).map_err(|r| r.code);
        assert_eq!(code(&grant(ANNA), &GRANTER, NOW), Ok(()));
        assert_eq!(code(&grant(ANNA), &ANNA, NOW), Err(Code::NotAllowed));
        assert_eq!(
            code(&Grant { blob: BlobId([9; 32]), ..grant(ANNA) }, &GRANTER, NOW),
            Err(Code::NotAllowed)
        );
        assert_eq!(code(&Grant { until: NOW, ..grant(ANNA) }, &GRANTER, NOW), Err(Code::NotAllowed));
        assert_eq!(code(&grant(ANNA), &GRANTER, held.expires_at), Err(Code::NotFound));
        let plain = BlobState { granter: None, ..held };
        assert_eq!(
            lease(&ID, &plain, &grant(ANNA), &GRANTER, NOW).map_err(|r| r.code),
            Err(Code::NotAllowed)
        );
        assert_eq!(fetch(&plain, NOW), Ok(()));
        assert_eq!(fetch(&held, NOW).map_err(|r| r.code), Err(Code::NotAllowed));
    }
}
