//! The table of drills. They are played in this order, in one town; what changes it for good comes last.

mod devices;
mod people;
mod relay;

use super::evening::KEYS_WHAT;
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
        can_lose: &[relay::WIRE],
        play: relay::watched,
    },
    Drill {
        name: "phone-locked",
        attack: "the devices of everybody are found locked: every file of every vault is searched",
        can_lose: &[devices::PRESENCE],
        play: devices::locked,
    },
    Drill {
        name: "dispatcher-removed",
        attack: "a dispatcher who was removed keeps the device running and reads its memory and its vault",
        can_lose: &[people::EARLIER],
        play: people::removed,
    },
];

/// The words for everything that an evening plants.
fn planted(evening: &Evening) -> Vec<&'static str> {
    evening.planted().into_iter().map(|(what, _)| what).chain([KEYS_WHAT]).collect()
}
