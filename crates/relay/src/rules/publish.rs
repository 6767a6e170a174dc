//! The public log: what may follow what. That an entry is signed by its authority, and that an alert
//! has its quorum, was checked before (`crate::trust`).

use bystand_wire::problem::Code;
use bystand_wire::{Hash32, Timestamp};

use super::Refusal;

/// What the authority's check of an entry found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AcceptedEntry {
    /// Manifests and key notes: their version, which only goes up.
    pub version: Option<u64>,
    /// Alerts: the passes of their quorum.
    pub passes: Vec<QuorumPass>,
    /// When the relay forgets the text; `None` keeps it until a newer version of its kind has come
    /// and the operator's time for old texts is over.
    pub text_until: Option<Timestamp>,
}

/// A pass that a log entry uses up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuorumPass {
    /// Names it in the spent set.
    pub id: Hash32,
    /// When the relay may forget that it was used.
    pub forget_at: Timestamp,
}

/// Decides whether an accepted entry may be logged. `held_version` is that of the newest entry of
/// its kind; `spent` says what a pass was used for, if it was.
///
/// # Errors
/// `backwards`, `pass-spent`, `no-quorum`.
pub fn decide(
    entry: &AcceptedEntry,
    body_hash: &Hash32,
    held_version: Option<u64>,
    spent: &[Option<Hash32>],
) -> Result<(), Refusal> {
    if let (Some(new), Some(held)) = (entry.version, held_version)
        && new <= held
    {
        return Err(Refusal::new(
            Code::Backwards,
            "Versions only go up; the relay has this one or a newer one.",
        ));
    }
    let twice =
        entry.passes.iter().enumerate().any(|(i, p)| entry.passes.iter().skip(i + 1).any(|q| q.id == p.id));
    if twice {
        return Err(Refusal::new(Code::NoQuorum, "One pass does not count twice."));
    }
    if spent.iter().flatten().any(|tag| tag != body_hash) {
        return Err(Refusal::new(Code::PassSpent, "A pass of the quorum was used before."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: Hash32 = Hash32([1; 32]);

    #[test]
    fn versions_only_go_up() {
        for (new, held, refused) in [
            (1, None, false),
            (2, Some(1), false),
            (9, Some(1), false),
            (1, Some(1), true),
            (1, Some(2), true),
        ] {
            let entry = AcceptedEntry { version: Some(new), ..AcceptedEntry::default() };
            let code = decide(&entry, &BODY, held, &[]).map_err(|r| r.code);
            assert_eq!(code, if refused { Err(Code::Backwards) } else { Ok(()) }, "{new} after {held:?}");
        }
    }

    #[test]
    fn quorum_passes_are_used_once() {
        let pass = |n| QuorumPass { id: Hash32([n; 32]), forget_at: Timestamp(0) };
        let entry = AcceptedEntry { passes: vec![pass(2), pass(3)], ..AcceptedEntry::default() };
        let code = |spent: &[Option<Hash32>]| decide(&entry, &BODY, None, spent).map_err(|r| r.code);
        assert_eq!(code(&[None, None]), Ok(()));
        assert_eq!(code(&[None, Some(BODY)]), Ok(()));
        assert_eq!(code(&[None, Some(Hash32([9; 32]))]), Err(Code::PassSpent));
        let twice = AcceptedEntry { passes: vec![pass(2), pass(2)], ..AcceptedEntry::default() };
        assert_eq!(decide(&twice, &BODY, None, &[None, None]).map_err(|r| r.code), Err(Code::NoQuorum));
    }
}
