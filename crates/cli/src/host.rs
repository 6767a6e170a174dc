//! A host box: `bystand host`. It opens the day's rooms by schedule; people handle exceptions only.

use bystand_client::Session;
use bystand_core::device::host::{HostCommand, HostEvent};
use bystand_core::device::{Command, Device};
use bystand_core::team::{TeamKind, TeamSync};
use bystand_wire::{Role, Timestamp, ZoneId};
use clap::Subcommand;
use serde_json::{Value, json};

use crate::engine;
use crate::failure::Done;
use crate::output::Tone;
use crate::terminal::{RoleVerb, Terminal};
use crate::when::WallClock;

/// A host's verbs.
#[derive(Debug, Clone, Subcommand)]
pub enum HostVerb {
    /// Show the day's rooms
    Show,
    /// Open today's rooms of zones now, if nobody has
    #[command(after_help = "Example:\n  bystand host open powderhorn-park phillips")]
    Open {
        /// The zones
        #[arg(required = true)]
        zones: Vec<ZoneId>,
    },
    /// Say whether this box opens the rooms of all zones by schedule, every day at 04:00
    #[command(after_help = "Example:\n  bystand host schedule on")]
    Schedule {
        /// `on` for the box that is always on
        #[arg(value_parser = ["on", "off"])]
        state: String,
    },
    /// Remove a member from a zone's rooms for the week
    Remove {
        /// The zone
        zone: ZoneId,
        /// The member's name of the week
        #[arg(required = true)]
        name: Vec<String>,
    },
    /// Replace a zone's broken room by a new one
    Renew {
        /// The zone
        zone: ZoneId,
    },
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
        let command = match self {
            HostVerb::Show => return show_rooms(terminal, session).await,
            HostVerb::Open { zones } => HostCommand::Open(zones),
            HostVerb::Schedule { state } => HostCommand::Schedule(state == "on"),
            HostVerb::Remove { zone, name } => HostCommand::Remove { zone, name: name.join(" ") },
            HostVerb::Renew { zone } => HostCommand::Succeed(zone),
        };
        let done = session.ask(move |device, now, rng| {
            // The core knows no time zones: days begin at 04:00 by the wall clock that the shell reads.
            let offset = WallClock::of(device.shared()).offset_min(now);
            device.handle_command(Command::Host(HostCommand::UtcOffset(offset)), now, rng)?;
            device.handle_command(Command::Host(command), now, rng)
        });
        done.await?.map_err(engine::refused)
    }
}

async fn show_rooms(terminal: &mut Terminal, session: &mut Session<Device>) -> Done {
    let rows = session
        .ask(|device, _, _| {
            let rooms = device.shared().rooms.values();
            rooms.map(|room| vec![room.id().short(), room.members().len().to_string()]).collect::<Vec<_>>()
        })
        .await?;
    terminal.output.table(&["Room", "Members"], &rows, "No rooms are open.")?;
    Ok(())
}

/// Shows what a host is told.
pub fn show(terminal: &mut Terminal, news: HostEvent) -> Done {
    let output = terminal.output;
    let (text, tone, value) = tell(&news);
    output.both(&output.tone(tone, &text), &value)?;
    Ok(())
}

fn tell(news: &HostEvent) -> (String, Tone, Value) {
    match news {
        HostEvent::RoomOpened { zone, until, succession } => {
            let text = format!("{zone}: the day's room is open until {until}");
            let value = json!({"event": "room-opened", "zone": zone.to_string(), "until": until.to_string(),
                               "succession": succession});
            (text, Tone::Good, value)
        }
        HostEvent::Joined(zone) => {
            let text = format!("{zone}: in the room that another host opened");
            (text, Tone::Faint, json!({"event": "host-joined", "zone": zone.to_string()}))
        }
        HostEvent::Admitted { zone, count, members } => {
            let text = format!("{zone}: {count} came in, {members} in the room");
            let value = json!({"event": "admitted-members", "zone": zone.to_string(), "count": count,
                               "members": members});
            (text, Tone::Plain, value)
        }
        HostEvent::Refused { zone, why } => {
            let zone = zone.as_ref().map(ToString::to_string);
            let text = format!("{}not taken: {why}", zone.as_ref().map_or_else(String::new, |z| format!("{z}: ")));
            (text, Tone::Warn, json!({"event": "not-taken", "zone": zone, "why": why}))
        }
        HostEvent::Passed { zone, count } => {
            let text = format!("{zone}: passed on {count} of the desk's messages");
            (text, Tone::Plain, json!({"event": "passed", "zone": zone.to_string(), "count": count}))
        }
        HostEvent::Removed { zone, name } => {
            let text = format!("{zone}: {name} is out for the week");
            (text, Tone::Warn, json!({"event": "removed", "zone": zone.to_string(), "name": name}))
        }
        HostEvent::Ended(summary) => {
            let text = format!("{}: the day is over and erased", summary.zone);
            (text, Tone::Faint, json!({"event": "day-over", "zone": summary.zone.to_string()}))
        }
        HostEvent::Succeeding(zone) => {
            let text = format!("{zone}: the room does not work any more; another one is opened");
            (text, Tone::Bad, json!({"event": "succeeding", "zone": zone.to_string()}))
        }
        HostEvent::NotReady(code) => {
            (format!("Cannot host now: {code}."), Tone::Warn, json!({"event": "not-ready", "code": code}))
        }
        HostEvent::Marked { seq, code } => {
            let text = format!("Entry {} cannot be read or trusted: {code}.", seq.0);
            (text, Tone::Bad, json!({"event": "marked", "seq": seq.0, "code": code}))
        }
    }
}
