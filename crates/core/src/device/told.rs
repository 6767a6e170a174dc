//! What a device is asked, what it tells, and why it refuses.

use bystand_wire::{DecodeError, Role};

use super::{desk, enroll, host, member, neighbor, registrar};
use crate::logwatch::AlertEvent;
use crate::room::SyncError;
use crate::team::TeamKind;

/// What a person or a program asks a device to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// As a neighbor.
    Neighbor(neighbor::NeighborCommand),
    /// As a member.
    Member(member::MemberCommand),
    /// As a dispatcher.
    Desk(desk::DeskCommand),
    /// As a host box.
    Host(host::HostCommand),
    /// As a registrar.
    Registrar(registrar::RegistrarCommand),
}

/// Why a command was not taken. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The device's certificate does not name the role, or has run out.
    #[error("this device is not certified as {0}")]
    NotCertified(Role),
    /// The network's manifest has not been fetched yet, or its keys are too old.
    #[error("the network's settings are not here yet")]
    NotSetUp,
    /// The team's keys have not come yet.
    #[error("this device is not in the team yet")]
    NotInTeam,
    /// What was named does not exist (any more).
    #[error("there is no {0} of that name")]
    Unknown(&'static str),
    /// It may not be done now; the reason is for a person.
    #[error("{0}")]
    NotNow(String),
    /// No pass of this kind is left for this week.
    #[error("no {0} pass is left for this week")]
    NoPass(&'static str),
    /// Something given is not acceptable; the reason is for a person.
    #[error("{0}")]
    Invalid(String),
    /// A room refused.
    #[error("the room refused: {}", .0)]
    Room(&'static str),
}

impl CommandError {
    /// Stable, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            CommandError::NotCertified(_) => "not-certified",
            CommandError::NotSetUp => "not-set-up",
            CommandError::NotInTeam => "not-in-team",
            CommandError::Unknown(_) => "unknown",
            CommandError::NotNow(_) => "not-now",
            CommandError::NoPass(_) => "no-pass",
            CommandError::Invalid(_) => "invalid",
            CommandError::Room(_) => "room",
        }
    }
}

impl From<SyncError> for CommandError {
    fn from(error: SyncError) -> Self {
        CommandError::Room(error.code())
    }
}

/// What a device tells the person or program around it.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The live connection stands or broke.
    Online(bool),
    /// The network's manifest and key note are here and verified.
    Network,
    /// A promise was kept or refused for good: its number and what became of it.
    Warning {
        /// Stable, for scripts.
        code: &'static str,
        /// For a person.
        text: String,
    },
    /// An alert or rumor check.
    Alert(AlertEvent),
    /// A team's news: keys, members, the end.
    Team(TeamKind, &'static str),
    /// The newcomer's enrollment.
    Enroll(enroll::EnrollEvent),
    /// A neighbor's.
    Neighbor(neighbor::NeighborEvent),
    /// A member's.
    Member(member::MemberEvent),
    /// The desk's.
    Desk(desk::DeskEvent),
    /// A host's.
    Host(host::HostEvent),
    /// A registrar's.
    Registrar(registrar::RegistrarEvent),
}

/// Why a device cannot be taken up from its vault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The vault holds no device.
    #[error("there is no device in this vault")]
    Empty,
    /// A record is damaged.
    #[error("the record {name} is damaged: {source}")]
    Damaged {
        /// Which.
        name: String,
        /// How.
        source: DecodeError,
    },
    /// A room's record is damaged.
    #[error("a room cannot be taken up again ({0})")]
    Room(&'static str),
}
