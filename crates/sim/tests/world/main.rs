//! A small town in a world that fails, with a relay whose operator is not to be trusted; and invariants that
//! are broken on purpose.

mod failures;
mod invariants;
mod misdeeds;
mod town;
