//! One simulated day: the network is founded, people are admitted, things happen, and what came of it is
//! counted.

mod count;
mod desk;
mod people_at_work;
mod population;
mod stage;
mod street;

use std::collections::BTreeSet;

use bystand_wire::Timestamp;
use bystand_wire::time::{HOUR_MS, MINUTE_MS};

pub use population::{Crew, Member, Population};
pub use stage::{Stage, StageError};

use crate::city::{City, CityError};
use crate::failure;
use crate::outcome::Outcome;
use crate::people::habits::Habits;
use crate::scenario::Scenario;
use people_at_work::Director;

/// When the simulated days begin: a Tuesday, 2026-11-17 05:00 UTC. A fixed date, so that a seed gives the
/// same result in any year.
pub const BEGIN: Timestamp = Timestamp(1_794_891_600_000);
/// More would take days and more memory than machines have.
pub(crate) const MOST_MEMBERS: usize = 100_000;
/// The same of reports.
const MOST_REPORTS: usize = 200_000;
/// How often it is told how far the day is, in minutes.
const TELL_MIN: u64 = 5;
/// What is still on its way when the day ends gets so long to arrive.
const AFTERWARDS_MS: u64 = 10 * MINUTE_MS;

/// What is to be simulated.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Operations that do not take place, by their number: see [`crate::shrink`].
    pub left_out: BTreeSet<u32>,
    /// How people are.
    pub habits: Habits,
}

impl Plan {
    /// Refuses what cannot be simulated.
    ///
    /// # Errors
    /// [`PlanError::Number`].
    pub fn check(&self) -> Result<(), PlanError> {
        if !(1..=24 * 31).contains(&self.hours) {
            return Err(PlanError::Number("--hours must be from 1 to 744, a month"));
        }
        if self.members == 0 {
            return Err(PlanError::Number("--members must be at least 1: somebody has to look"));
        }
        if self.members > MOST_MEMBERS {
            return Err(PlanError::Number("--members must be at most 100,000"));
        }
        if self.reports > MOST_REPORTS {
            return Err(PlanError::Number("--neighbors must be at most 200,000"));
        }
        Ok(())
    }

    /// How many operations the day has: tellings, then failures.
    pub fn operations(&self) -> u32 {
        let tellings = u32::try_from(self.reports).unwrap_or(u32::MAX);
        let failures = self.hours * HOUR_MS / failure::every_ms(self.scenario);
        tellings.saturating_add(u32::try_from(failures).unwrap_or(u32::MAX))
    }

    /// Whether a telling takes place.
    fn has_telling(&self, number: usize) -> bool {
        !u32::try_from(number).is_ok_and(|number| self.left_out.contains(&number))
    }

    /// Whether a failure takes place.
    fn has_failure(&self, number: u32) -> bool {
        let first = u32::try_from(self.reports).unwrap_or(u32::MAX);
        !self.left_out.contains(&first.saturating_add(number))
    }
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

/// Simulates a day. `tell` hears every few minutes of it how many have passed.
///
/// # Errors
/// [`PlanError`], before any work is done where that is possible.
pub fn simulate(
    city: &City,
    plan: &Plan,
    population: &Population,
    tell: &mut dyn FnMut(u64),
) -> Result<Outcome, PlanError> {
    plan.check()?;
    let mut director = Director::new(city, plan, population)?;
    for minutes in (1..=plan.hours * 60 / TELL_MIN).map(|part| part * TELL_MIN) {
        director.play(minutes * MINUTE_MS);
        tell(minutes);
    }
    director.afterwards(AFTERWARDS_MS);
    Ok(director.outcome())
}
