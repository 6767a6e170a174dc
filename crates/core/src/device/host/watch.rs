//! What a host knows of a room only while it runs: who waits at the door, and since when nothing moves.

use std::collections::BTreeMap;

use bystand_wire::{Seq, Timestamp};

use super::door::Waiting;

/// One room, watched.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Who waits at the door, by the place of the request.
    pub queue: BTreeMap<Seq, Waiting>,
    /// Who is in the commit under way.
    pub under_way: Vec<(Seq, Waiting)>,
    /// This host's place among the hosts in the room, once it was worked out for the present members.
    pub rank: Option<u64>,
    /// The door was read up to here.
    pub read: Seq,
    /// When the membership changed last.
    pub changed_at: Timestamp,
    /// When somebody was removed last.
    pub removed_at: Timestamp,
    /// Somebody who is out for the week may be in the room.
    pub look_for_removed: bool,
    /// When this host removes them, unless another does first.
    pub remove_turn: Option<Timestamp>,
    /// Newcomers wait for the current state; when this host tells them, unless another does first.
    pub state_turn: Option<Timestamp>,
    /// Since when no commit can succeed.
    pub stuck_since: Option<Timestamp>,
    /// Since when this host waits to be let in.
    pub outside_since: Option<Timestamp>,
    /// When to knock.
    pub knock_at: Timestamp,
    /// The room cannot be used: a refusal said so, or a person.
    pub is_broken: bool,
}

impl Watch {
    /// Whether something is under way that goes by the room's pace and not by an input: people at the
    /// door, people to be removed, a room that does not move.
    pub(super) fn is_restless(&self) -> bool {
        let at_door = !self.queue.is_empty() || !self.under_way.is_empty();
        let is_still = self.stuck_since.is_some() || self.outside_since.is_some();
        at_door || is_still || self.look_for_removed || self.is_broken
    }

    /// The connection broke: what did not move meanwhile says nothing.
    pub(super) fn disconnected(&mut self) {
        self.stuck_since = None;
        self.outside_since = None;
    }
}
