//! Proof of work for those who have no pass: Equi-X, the client puzzle of Tor's onion services, with
//! an effort as in Tor's proof of work v1 (torspec, proposal 327).
//!
//! A puzzle is bound to the relay's nonce, to what it is spent on ([`UseContext`]), to the network
//! and to the effort, so that a solution cannot be kept, moved or sold as a higher effort. A
//! solution counts when `SHA-256(challenge || solution)`, read as a big-endian `u32` from its first four
//! bytes, times the effort is at most `u32::MAX`.
//!
//! **Cost.** One attempt solves one puzzle (about 10 ms natively, 213 ms in a browser, 1.8 MiB of
//! memory) and yields about two solutions, each of which counts with probability `1/effort`. So effort
//! *e* costs about *e*/2 attempts on average, and three times that one time in twenty. Verifying
//! costs one hash for what does not reach the effort, and about 55 µs for what does.

use bystand_wire::relay_api::{UseContext, WorkProof};
use bystand_wire::{Hash32, NetworkId, encode};
use equix::{EquiX, Solution, SolverMemory};
use sha2::{Digest, Sha256};

use crate::sign::prefix;

/// Why a proof of work does not count. Always bad remote input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WorkError {
    /// The solution does not reach the effort it claims.
    #[error("the proof of work does not reach the effort it claims")]
    TooWeak,
    /// The solution does not solve this puzzle.
    #[error("the proof of work does not solve this puzzle")]
    Wrong,
}

impl WorkError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            WorkError::TooWeak => "work-too-weak",
            WorkError::Wrong => "work-wrong",
        }
    }
}

/// The puzzle: `"bystand/v1/work" || 0x00 || network id || nonce || context || effort || counter`, the
/// context in canonical CBOR, the numbers big-endian (`u32`, `u64`).
pub fn challenge(
    network: &NetworkId,
    nonce: &Hash32,
    context: &UseContext,
    effort: u32,
    counter: u64,
) -> Vec<u8> {
    let mut challenge = prefix("work", network);
    challenge.extend_from_slice(nonce.as_bytes());
    challenge.extend_from_slice(&encode(context));
    challenge.extend_from_slice(&effort.to_be_bytes());
    challenge.extend_from_slice(&counter.to_be_bytes());
    challenge
}

/// Tries counters upward from `start_counter` until a solution counts or `should_stop` says so (asked
/// before every attempt).
pub fn solve(
    network: &NetworkId,
    nonce: &Hash32,
    context: &UseContext,
    effort: u32,
    start_counter: u64,
    should_stop: &mut dyn FnMut() -> bool,
) -> Option<WorkProof> {
    let mut memory = SolverMemory::new();
    let mut counter = start_counter;
    while !should_stop() {
        if let Some(proof) = attempt(network, nonce, context, effort, counter, &mut memory) {
            return Some(proof);
        }
        counter = counter.wrapping_add(1);
    }
    None
}

/// One attempt, for a browser that has to yield between attempts: the caller counts `counter` up from
/// a random start until there is a proof.
pub fn solve_step(
    network: &NetworkId,
    nonce: &Hash32,
    context: &UseContext,
    effort: u32,
    counter: u64,
) -> Option<WorkProof> {
    attempt(network, nonce, context, effort, counter, &mut SolverMemory::new())
}

/// Checks a proof for this use. That the nonce is a fresh one of the relay's and the effort at least
/// what it asks is for the relay.
///
/// # Errors
/// [`WorkError`].
pub fn verify(network: &NetworkId, proof: &WorkProof, context: &UseContext) -> Result<(), WorkError> {
    let challenge = challenge(network, &proof.nonce, context, proof.effort, proof.counter);
    // The cheap check first: a flood of wrong proofs costs a hash each.
    if !reaches(&challenge, &proof.solution, proof.effort) {
        return Err(WorkError::TooWeak);
    }
    let solution = Solution::try_from_bytes(&proof.solution).map_err(|_| WorkError::Wrong)?;
    equix::verify(&challenge, &solution).map_err(|_| WorkError::Wrong)
}

fn attempt(
    network: &NetworkId,
    nonce: &Hash32,
    context: &UseContext,
    effort: u32,
    counter: u64,
    memory: &mut SolverMemory,
) -> Option<WorkProof> {
    let challenge = challenge(network, nonce, context, effort, counter);
    // A few challenges in a hundred make no hash program: they have no solution.
    let puzzle = EquiX::new(&challenge).ok()?;
    let solutions = puzzle.solve_with_memory(memory);
    let mut solutions = solutions.iter().map(Solution::to_bytes);
    let solution = solutions.find(|solution| reaches(&challenge, solution, effort))?;
    Some(WorkProof { nonce: *nonce, effort, counter, solution })
}

fn reaches(challenge: &[u8], solution: &[u8; 16], effort: u32) -> bool {
    let digest = Sha256::new().chain_update(challenge).chain_update(solution).finalize();
    let first = digest.first_chunk::<4>().map_or(u32::MAX, |four| u32::from_be_bytes(*four));
    u64::from(first) * u64::from(effort) <= u64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ELSEWHERE, NETWORK};
    use bystand_wire::StreamId;
    use proptest::prelude::*;

    const NONCE: Hash32 = Hash32([5; 32]);

    fn context(tag: u8) -> UseContext {
        UseContext { stream: StreamId([1; 32]), tag: Hash32([tag; 32]) }
    }

    fn solved(effort: u32) -> WorkProof {
        solve(&NETWORK, &NONCE, &context(1), effort, 0, &mut || false).expect("never stopped")
    }

    #[test]
    fn a_solution_counts_for_one_use_and_effort() {
        let proof = solved(4);
        assert_eq!(verify(&NETWORK, &proof, &context(1)), Ok(()));
        assert!(verify(&NETWORK, &proof, &context(2)).is_err());
        assert!(verify(&ELSEWHERE, &proof, &context(1)).is_err());
        for bad in [
            WorkProof { nonce: Hash32([6; 32]), ..proof.clone() },
            WorkProof { effort: 3, ..proof.clone() },
            WorkProof { effort: 5, ..proof.clone() },
            WorkProof { effort: u32::MAX, ..proof.clone() },
            WorkProof { counter: proof.counter + 1, ..proof.clone() },
            WorkProof { solution: [0; 16], ..proof.clone() },
        ] {
            assert!(verify(&NETWORK, &bad, &context(1)).is_err(), "{bad:?}");
        }
        for bit in 0..128 {
            let mut bad = proof.clone();
            bad.solution[bit / 8] ^= 1 << (bit % 8);
            assert!(verify(&NETWORK, &bad, &context(1)).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_right_solution_below_its_effort_is_too_weak() {
        // At effort 1 every solution counts; find one whose hash would not reach effort 1,000 if the
        // challenge did not name the effort, and check the rule itself.
        let challenge = challenge(&NETWORK, &NONCE, &context(1), 1, 0);
        let solution = [7; 16];
        assert!(reaches(&challenge, &solution, 1));
        assert!(!reaches(&challenge, &solution, u32::MAX));
        let counted = (0..=255_u8).filter(|n| reaches(&challenge, &[*n; 16], 16)).count();
        assert!((4..40).contains(&counted), "about one in sixteen of 256: {counted}");
    }

    #[test]
    fn steps_find_what_the_loop_finds() {
        let looped = solved(3);
        let stepped = (0..).find_map(|counter| solve_step(&NETWORK, &NONCE, &context(1), 3, counter));
        assert_eq!(stepped, Some(looped));
    }

    #[test]
    fn solving_stops_when_asked() {
        let mut asked = 0;
        let stopped = solve(&NETWORK, &NONCE, &context(1), u32::MAX, 0, &mut || {
            asked += 1;
            asked > 2
        });
        assert_eq!((stopped, asked), (None, 3));
    }

    proptest! {
        #[test]
        fn arbitrary_solutions_never_panic_and_never_count(solution: [u8; 16], effort: u32, counter: u64) {
            let proof = WorkProof { nonce: NONCE, effort, counter, solution };
            prop_assert!(verify(&NETWORK, &proof, &context(1)).is_err());
        }
    }
}
