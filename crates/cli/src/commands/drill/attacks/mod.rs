//! The table of drills. They are played in this order, in one town; what changes it for good comes last.

mod devices;
mod people;
mod relay;

use bystand_client::{RelayAddress, Transport};
use bystand_core::io::{Request, Response};

use super::evening::KEYS_WHAT;
use super::town::Town;
use super::{Drill, Evening, Loot, Scene};

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
        can_lose: &["the owner's envelope"],
        play: devices::unlocked,
    },
    Drill {
        name: "host-seized",
        attack: "the host box is seized by day: its vault and the running program's memory are read",
        can_lose: &["a room's chat"],
        play: devices::host_today,
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
