//! A host box: `bystand host`. It opens the day's rooms by schedule; people handle exceptions only.

use bystand_client::Session;
use bystand_core::device::host::{HostCommand, HostEvent};
use bystand_core::device::{Command, Device};
use bystand_core::team::{TeamKind, TeamSync};
use bystand_wire::{Role, Timestamp, ZoneId};
use clap::Subcommand;
use serde_json::{Value, json};

use crate::failure::Done;
use crate::help::Family;
use crate::output::Tone;
use crate::terminal::{RoleVerb, Terminal};
use crate::when::WallClock;
use crate::{choice, engine};

/// A host's verbs.
#[derive(Debug, Clone, Subcommand)]
pub enum HostVerb {
    /// Show the day's rooms
    Show,
    /// Open today's rooms of zones now, if nobody has
    Open {
        /// Which zones
        #[arg(required = true, value_parser = choice::zone)]
        zones: Vec<ZoneId>,
    },
    /// Say whether this box opens the rooms of all zones by schedule, every day at 04:00
    Schedule {
        /// `on` for the box that is always on
        #[arg(value_parser = ["on", "off"])]
        state: String,
    },
    /// Remove a member from a zone's rooms for the week
    Remove {
        /// Which zone
        #[arg(value_parser = choice::zone)]
        zone: ZoneId,
        /// The member's name of the week
        #[arg(required = true)]
        name: Vec<String>,
    },
    /// Replace a zone's broken room by a new one
    Renew {
        /// Which zone
        #[arg(value_parser = choice::zone)]
        zone: ZoneId,
    },
}

impl RoleVerb for HostVerb {
    const FAMILIES: &'static [Family] = &[Family {
        heading: None,
        verbs: &[
            ("show", "show"),
            ("open", "open powderhorn-park corcoran"),
            ("schedule", "schedule on"),
            ("remove", "remove powderhorn-park skull job 46"),
            ("renew", "renew powderhorn-park"),
        ],
    }];

    fn usual() -> Self {
        HostVerb::Show
    }

    fn is_ready(device: &Device, _: Timestamp) -> bool {
        device.shared().teams.get(&TeamKind::Hosts).is_some_and(TeamSync::is_ready)
    }

    async fn act(self, terminal: &mut Terminal, session: &mut Session<Device>) -> Done {
        let command = match self {
            HostVerb::Show => {
                let rows = session.ask(|device, now, _| rooms(device, now)).await?;
                let headings = ["Zone", "State", "Until", "Most members", "Call-outs", "Quiet"];
                terminal.output.table(&headings, &rows, "No rooms are open.")?;
                return Ok(());
            }
            HostVerb::Open { zones } => HostCommand::Open(zones),
            HostVerb::Schedule { state } => HostCommand::Schedule(state == "on"),
            HostVerb::Remove { zone, name } => HostCommand::Remove { zone, name: name.join(" ") },
            HostVerb::Renew { zone } => HostCommand::Succeed(zone),
        };
        engine::command(session, Command::Host(command)).await
    }
}

fn rooms(device: &Device, now: Timestamp) -> Vec<Vec<String>> {
    let wall = WallClock::of(device.shared());
    let row = |(zone, day): (&ZoneId, &bystand_core::device::host::Day)| {
        let (counts, state) = (day.counts(), if day.is_in() { "open" } else { "opening" });
        vec![
            zone.to_string(),
            state.to_owned(),
            wall.short(day.opening().until, now),
            counts.members.to_string(),
            counts.call_outs.to_string(),
            counts.quiet.to_string(),
        ]
    };
    device.host().zones().map(row).collect()
}

/// Tells the host box how far the network's clock is from UTC: days begin at 04:00 local time.
pub async fn set_offset(session: &mut Session<Device>) -> Done {
    let set = |device: &mut Device, now, rng: &mut bystand_core::io::Random| {
        if device.shared().identity.has_role(Role::Host, now) && device.shared().manifest().is_some() {
            let offset = WallClock::of(device.shared()).offset_min(now);
            // It is refused only when it is no offset at all.
            drop(device.handle_command(Command::Host(HostCommand::UtcOffset(offset)), now, rng));
        }
    };
    Ok(session.ask(set).await?)
}

/// Shows what a host is told.
pub fn show(terminal: &Terminal, news: HostEvent) -> Done {
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
            let text =
                format!("{}not taken: {why}", zone.as_ref().map_or_else(String::new, |z| format!("{z}: ")));
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
            let counts = summary.counts;
            let value = json!({"event": "day-over", "zone": summary.zone.to_string(), "members": counts.members,
                               "admitted": counts.admitted, "call_outs": counts.call_outs, "quiet": counts.quiet});
            (text, Tone::Faint, value)
        }
        HostEvent::Succeeding(zone) => {
            let text = format!("{zone}: the room does not work any more; another one is opened");
            (text, Tone::Bad, json!({"event": "succeeding", "zone": zone.to_string()}))
        }
        HostEvent::NotReady(code) => (
            format!("Cannot host now: {} ({code}).", why_not_ready(code)),
            Tone::Warn,
            json!({"event": "not-ready", "code": code}),
        ),
        HostEvent::Marked { seq, code } => {
            let text = format!("Entry {} cannot be read or trusted: {code}.", seq.0);
            (text, Tone::Bad, json!({"event": "marked", "seq": seq.0, "code": code}))
        }
    }
}

/// In people's words.
fn why_not_ready(code: &str) -> &'static str {
    match code {
        "no-key-note" => "the network's key note is not here yet",
        "no-team-keys" => "another host's device has to let this one in",
        "key-note-expired" => "no registrar's device has renewed the key note for eight days",
        "key-note-stale" => "no registrar's device has renewed the key note for two days",
        "manifest-expired" => "the stewards have to renew the manifest",
        "host-key-not-listed" => "the next key note has to name the hosts' new key",
        _ => "see the operator's guide",
    }
}
