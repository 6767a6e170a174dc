//! One simulated day: the network is founded, people are admitted, things happen, and what came of it is
//! counted.

mod count;
mod people_at_work;
mod stage;

use bystand_wire::Timestamp;
use bystand_wire::time::{HOUR_MS, MINUTE_MS};

pub use stage::StageError;

use crate::city::{City, CityError};
use crate::outcome::Outcome;
use crate::people::habits::Habits;
use crate::scenario::Scenario;
use people_at_work::Director;

/// When the simulated days begin: a Tuesday, 2026-11-17 05:00 UTC. A fixed date, so that a seed gives the
/// same result in any year.
pub const BEGIN: Timestamp = Timestamp(1_794_891_600_000);
/// What is still on its way when the day ends gets so long to arrive.
const AFTERWARDS_MS: u64 = 10 * MINUTE_MS;

/// What is to be simulated.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The kind of day.
    pub scenario: Scenario,
    /// What everything is drawn from.
    pub seed: u64,
    /// How long.
    pub hours: u64,
    /// Members on duty.
    pub members: usize,
    /// Reports that neighbors send.
    pub reports: usize,
    /// How people are.
    pub habits: Habits,
}

/// Why a day cannot be simulated.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The city.
    #[error(transparent)]
    City(#[from] CityError),
    /// The network could not be founded or its people not be admitted.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// A number in the plan.
    #[error("{0}")]
    Number(&'static str),
}

/// Simulates a day.
///
/// # Errors
/// [`PlanError`], before any work is done where that is possible.
pub fn simulate(city: &City, plan: &Plan) -> Result<Outcome, PlanError> {
    if !(1..=24 * 31).contains(&plan.hours) {
        return Err(PlanError::Number("--hours must be from 1 to 744, a month"));
    }
    if plan.members == 0 {
        return Err(PlanError::Number("--members must be at least 1: somebody has to look"));
    }
    let mut director = Director::new(city, plan)?;
    let length = plan.hours * HOUR_MS;
    director.play(length);
    director.afterwards(AFTERWARDS_MS);
    Ok(director.outcome())
}
