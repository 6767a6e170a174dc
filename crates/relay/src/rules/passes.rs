//! Passes used twice (protocol: Passes).

use bystand_wire::limits;
use bystand_wire::problem::Code;
use bystand_wire::time::DAY_MS;
use bystand_wire::{Hash32, PassPurpose, Timestamp};

use super::{Refusal, VerifiedPass};

/// What an admission uses up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spend {
    /// Nothing.
    Nothing,
    /// A pass, for this use and no other.
    Once(Use),
    /// One of a pass's uses of this day.
    Daily(Daily),
    /// A proof of work.
    Work(Hash32),
}

/// A pass's one use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// The pass.
    pub pass: Hash32,
    /// What it was used for.
    pub tag: Hash32,
    /// When this may be forgotten.
    pub forget_at: Timestamp,
}

/// One of a pass's uses of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Daily {
    /// The pass.
    pub pass: Hash32,
    /// Days since 1970, UTC.
    pub day: u64,
    /// The most uses.
    pub limit: u32,
}

impl Spend {
    /// What a pass loses by a use in a drop or at a door.
    pub fn of_pass(pass: &VerifiedPass, now: Timestamp) -> Spend {
        match pass.purpose {
            PassPurpose::Room => Spend::daily(pass, limits::DOOR_REQUESTS_PER_PASS, now),
            PassPurpose::Card
            | PassPurpose::Report
            | PassPurpose::Finding
            | PassPurpose::Publish
            | PassPurpose::Voice => {
                Spend::Once(Use { pass: pass.id, tag: pass.tag, forget_at: pass.forget_at })
            }
        }
    }

    /// What a pass loses by making a stream or a blob: such uses are only counted, because a report's
    /// pass also has to carry the report.
    pub fn daily(pass: &VerifiedPass, limit: u32, now: Timestamp) -> Spend {
        Spend::Daily(Daily { pass: pass.id, day: now.0 / DAY_MS, limit })
    }
}

/// Whether a pass may be used so, given the use recorded before.
///
/// # Errors
/// `pass-spent`.
pub fn check_once(before: Option<&Hash32>, wanted: &Use) -> Result<(), Refusal> {
    match before {
        Some(tag) if *tag != wanted.tag => {
            Err(Refusal::new(Code::PassSpent, "The pass was used before, for something else."))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether a pass has a use left today.
///
/// # Errors
/// `busy`.
pub fn check_daily(used: u32, wanted: &Daily, now: Timestamp) -> Result<(), Refusal> {
    if used < wanted.limit {
        return Ok(());
    }
    let tomorrow = (now.0 / DAY_MS).saturating_add(1).saturating_mul(DAY_MS);
    Err(Refusal::new(Code::Busy, "The pass has been used as often as it may be in one day.")
        .retry_after(tomorrow.saturating_sub(now.0)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use bystand_wire::relay_api::{Pass, Redemption};
    use bystand_wire::{Period, PublicKey, SignatureBytes, Week};

    pub(crate) fn pass(purpose: PassPurpose) -> VerifiedPass {
        let pass = Pass {
            purpose,
            period: Period::Week(Week { year: 2026, week: 47 }),
            zone: None,
            key: PublicKey([7; 32]),
            randomizer: Hash32([0; 32]),
            certification: vec![0; 256],
        };
        VerifiedPass {
            id: Hash32([1; 32]),
            purpose,
            forget_at: Timestamp(u64::MAX),
            tag: Hash32([2; 32]),
            redemption: Redemption { pass, signature: SignatureBytes([0; 64]) },
        }
    }

    #[test]
    fn once_but_for_the_same_tag() {
        let wanted = Use { pass: Hash32([1; 32]), tag: Hash32([2; 32]), forget_at: Timestamp(0) };
        assert_eq!(check_once(None, &wanted), Ok(()));
        assert_eq!(check_once(Some(&Hash32([2; 32])), &wanted), Ok(()));
        let refused = check_once(Some(&Hash32([3; 32])), &wanted).map_err(|r| r.code);
        assert_eq!(refused, Err(Code::PassSpent));
    }

    #[test]
    fn daily_until_the_limit() {
        let now = Timestamp(5 * DAY_MS + 1000);
        let Spend::Daily(wanted) = Spend::of_pass(&pass(PassPurpose::Room), now) else {
            panic!("room passes are counted by day");
        };
        assert_eq!((wanted.day, wanted.limit), (5, limits::DOOR_REQUESTS_PER_PASS));
        assert_eq!(check_daily(wanted.limit - 1, &wanted, now), Ok(()));
        let refused = check_daily(wanted.limit, &wanted, now).expect_err("used up");
        assert_eq!((refused.code, refused.retry_after_ms), (Code::Busy, Some(DAY_MS - 1000)));
    }

    #[test]
    fn all_other_passes_are_used_once() {
        for purpose in PassPurpose::ALL.into_iter().filter(|p| *p != PassPurpose::Room) {
            assert!(matches!(Spend::of_pass(&pass(purpose), Timestamp(0)), Spend::Once(_)), "{purpose:?}");
        }
    }
}
