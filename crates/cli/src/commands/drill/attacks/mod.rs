//! The table of drills. They are played in this order, in one town; what changes it for good comes last.

mod devices;
mod frames;
mod lanes;
mod log;
mod people;
mod relay;

use bystand_client::{RelayAddress, Transport};
use bystand_core::io::{Request, Response};

use super::evening::KEYS_WHAT;
use super::town::Town;
use super::{Drill, Evening, Loot, Scene};

/// What an accepted responder sees: where to go and what for, the zone's room, and what they wrote.
const OWNER_SEES: [&str; 7] = [
    "the owner's envelope",
    "a finding's words",
    "a name in a report",
    "a report's place",
    "a report's point on the map",
    "a report's words",
    "the desk's note to a zone",
];

/// All of them.
pub(super) const DRILLS: &[Drill] = &[
    Drill {
        name: "relay-disk",
        attack: "the relay's machine is pulled out of the wall and its disk is read, byte by byte",
        can_lose: &[relay::PUBLIC, relay::TRAFFIC],
        play: relay::disk,
    },
    Drill {
        name: "relay-live",
        attack: "the operator reads the running relay's memory, its log and the machine's tables",
        can_lose: &[relay::PUBLIC, relay::TRAFFIC, relay::ADDRESSES],
        play: relay::live,
    },
    Drill {
        name: "network-watched",
        attack: "somebody between a neighbor and the relay records every byte, without TLS",
        can_lose: &[relay::SIZE, relay::WIRE],
        play: relay::watched,
    },
    Drill {
        name: "phone-locked",
        attack: "the devices of everybody are found locked: every file of every vault is searched",
        can_lose: &[devices::PRESENCE],
        play: devices::locked,
    },
    Drill {
        name: "phone-unlocked",
        attack: "a responder's device is found unlocked: the vault and the running program's memory are read",
        can_lose: &OWNER_SEES,
        play: devices::unlocked,
    },
    Drill {
        name: "host-seized",
        attack: "the host box is seized by day: its vault and the running program's memory are read",
        can_lose: &["the desk's note to a zone"],
        play: devices::host_today,
    },
    Drill {
        name: "flood",
        attack: "many reports without passes come at once",
        can_lose: &[lanes::ATTENTION],
        play: lanes::flooded,
    },
    Drill {
        name: "pass-twice",
        attack: "a member puts a copy of the vault back and reports again by passes that were used",
        can_lose: &[],
        play: lanes::pass_twice,
    },
    Drill {
        name: "erase-now",
        attack: "a denunciation was erased; then all disks, vaults and memories of those who had it are searched",
        can_lose: &[],
        play: devices::erased,
    },
    Drill {
        name: "member-bad",
        attack: "a member who joined late reads whatever the device gets, and tries to publish",
        can_lose: &[people::ROOM, people::ONE_PLACE],
        play: people::member,
    },
    Drill {
        name: "dispatcher-bad",
        attack: "a dispatcher reads what the desk has, and tries to publish without anybody's finding",
        can_lose: &[people::DESK],
        play: people::dispatcher,
    },
    Drill {
        name: "two-conspire",
        attack: "a dispatcher and a verifier publish a false alert, and then erase its incident",
        can_lose: &[people::FALSE_ALERT],
        play: people::conspire,
    },
    Drill {
        name: "registrar-bad",
        attack: "the one registrar admits a device of their own, and signs an alert's passes alone",
        can_lose: &[people::ADMISSION],
        play: people::registrar,
    },
    Drill {
        name: "alert-without-quorum",
        attack: "alerts that lack a signature are offered to the relay, and put into its log by its operator",
        can_lose: &[],
        play: log::without_quorum,
    },
    Drill {
        name: "frames-forged",
        attack: "the relay's operator writes entries and messages again, changes a bit, and swaps two",
        can_lose: &[],
        play: frames::forged,
    },
    Drill {
        name: "log-rolled-back",
        attack: "the relay's operator sets the public log back, and lets it grow again with other entries",
        can_lose: &[],
        play: log::rolled_back,
    },
    Drill {
        name: "dispatcher-removed",
        attack: "a dispatcher who was removed keeps the device running and reads its memory and its vault",
        can_lose: &[people::EARLIER],
        play: people::removed,
    },
    Drill {
        name: "host-seized-later",
        attack: "the host box and a responder's device are seized on the next day and read",
        can_lose: &[],
        play: devices::next_day,
    },
    Drill {
        name: "expired",
        attack: "a dispatcher's device that was off for eight days is found, with an incident kept for seven",
        can_lose: &[],
        play: devices::expired,
    },
];

/// The words for everything that an evening plants.
fn planted(evening: &Evening) -> Vec<&'static str> {
    evening.planted().into_iter().map(|(what, _)| what).chain([KEYS_WHAT]).collect()
}

/// Asks the relay something, as a program that is not ours could.
fn ask(town: &Town, request: &Request) -> anyhow::Result<Response> {
    let transport = Transport::new(RelayAddress::parse(&town.relay(), true)?)?;
    Ok(tokio::runtime::Handle::current().block_on(transport.call(request)).response)
}
