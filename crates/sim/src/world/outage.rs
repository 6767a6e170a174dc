//! When the relay is down, or some cannot reach it.

use bystand_wire::time::SECOND_MS;

use super::{Happening, World};
use crate::machine::MachineId;
use crate::seeds::Draw;

/// How soon after the relay is back programs have noticed, at the latest.
const NOTICED_MS: u64 = 5 * SECOND_MS;

/// Where the relay's process is killed within the handling of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fall {
    /// Before the call is committed: it is lost.
    BeforeCommit,
    /// It is committed, and nobody is told.
    AfterCommit,
}

impl Fall {
    /// Both.
    pub const ALL: [Fall; 2] = [Fall::BeforeCommit, Fall::AfterCommit];
}

/// How the relay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It answers.
    Up,
    /// It is killed at the next call, and started again after so many milliseconds.
    Falling(Fall, u64),
    /// Nobody reaches it.
    Down,
}

impl<D> World<D> {
    /// Has the relay's process killed at the next call. Its memory is lost, its database is as it was last
    /// committed, everybody's connection breaks; after a while it is started again.
    pub fn fell_relay(&mut self, how: Fall, down_ms: u64) {
        if self.standing == Standing::Up {
            self.standing = Standing::Falling(how, down_ms);
        }
    }

    /// Whether calls reach the relay.
    pub fn is_relay_up(&self) -> bool {
        self.standing != Standing::Down
    }

    /// The relay's process ends here.
    pub(super) fn relay_falls(&mut self, down_ms: u64) {
        self.falls += 1;
        self.standing = Standing::Down;
        // What it would have told followers is lost with it; they read it when they follow again.
        drop(self.relay().take_effects());
        let online: Vec<MachineId> =
            self.machines.iter().filter(|(_, machine)| machine.is_online).map(|(id, _)| *id).collect();
        for id in online {
            self.lose_link(id);
        }
        self.agenda.plan(self.now().plus_ms(down_ms), Happening::RelayStarts);
    }

    /// The relay's process starts again from its database.
    pub(super) fn relay_starts(&mut self) {
        // A database in memory that cannot be copied is a bug: the old process goes on then.
        let _ = self.relay.restart();
        self.standing = Standing::Up;
        let waiting: Vec<MachineId> = self
            .machines
            .iter()
            .filter(|(_, machine)| machine.wants_online && !machine.is_online)
            .map(|(id, _)| *id)
            .collect();
        for id in waiting {
            let Some(machine) = self.machines.get_mut(&id) else { continue };
            let noticed = machine.weather.below(NOTICED_MS);
            self.agenda.plan(self.agenda.now().plus_ms(noticed), Happening::Reconnect(id));
        }
    }

    /// Cuts a machine off from the relay, whatever its person does.
    pub fn cut(&mut self, id: MachineId) {
        if let Some(machine) = self.machines.get_mut(&id) {
            machine.is_cut = true;
        }
        self.lose_link(id);
    }

    /// Ends that.
    pub fn mend(&mut self, id: MachineId) {
        let Some(machine) = self.machines.get_mut(&id) else { return };
        machine.is_cut = false;
        if machine.wants_online {
            self.connect(id);
        }
    }
}
