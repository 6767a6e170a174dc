//! A host box: `bystand host`. It opens the day's rooms by schedule; people handle exceptions only.

use bystand_client::Session;
use bystand_core::device::Device;
use bystand_core::device::host::HostEvent;
use bystand_core::team::{TeamKind, TeamSync};
use bystand_wire::{Role, Timestamp};
use clap::Subcommand;

use crate::failure::Done;
use crate::terminal::{RoleVerb, Terminal};

/// A host's verbs.
#[derive(Debug, Clone, Subcommand)]
pub enum HostVerb {
    /// Show the day's rooms
    Show,
}

impl RoleVerb for HostVerb {
    const ROLE: Role = Role::Host;

    fn usual() -> Self {
        HostVerb::Show
    }

    fn is_ready(device: &Device, _: Timestamp) -> bool {
        device.shared().teams.get(&TeamKind::Hosts).is_some_and(TeamSync::is_ready)
    }

    async fn act(self, terminal: &mut Terminal, session: &mut Session<Device>) -> Done {
        let HostVerb::Show = self;
        let rows = session
            .ask(|device, _, _| {
                let rooms = device.shared().rooms.values();
                rooms.map(|room| vec![room.id().short(), room.members().len().to_string()]).collect::<Vec<_>>()
            })
            .await?;
        terminal.output.table(&["Room", "Members"], &rows, "No rooms are open.")?;
        Ok(())
    }
}

/// Shows what a host is told.
pub fn show(_: &mut Terminal, news: HostEvent) -> Done {
    match news {}
}
