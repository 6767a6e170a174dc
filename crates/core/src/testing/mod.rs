//! Devices at work without a network: an in-memory relay, and a driver that runs many devices against it
//! in virtual time and kills them wherever a test wants ([`World`]).
//!
//! Compiled with the feature `fixtures` only. Everything repeats from a seed; nothing waits. It panics
//! where a test's own set-up is wrong.

mod relay;
mod world;

pub use relay::MemoryRelay;
pub use world::{Actor, Kill, World};

use rand_core::SeedableRng;

use crate::device::setup::{NetworkPlan, init};
use crate::fixtures::{NOW, ZONE};
use crate::io::Random;
use crate::network::RelayUrl;
use crate::network::manifest::ZoneInfo;

/// The founder's place in [`founded`] worlds.
pub const FOUNDER: usize = 0;

/// Zones for tests: the fixture's zone, and some places without an area.
pub fn zones() -> Vec<ZoneInfo> {
    [(ZONE, "Powderhorn Park"), ("phillips", "Phillips"), ("longfellow", "Longfellow"), ("seward", "Seward")]
        .into_iter()
        .map(|(id, name)| ZoneInfo {
            id: id.parse().expect("a zone id"),
            name: name.to_owned(),
            polygons: Vec::new(),
        })
        .collect()
}

/// A plan with so many weeks of issuer keys: they take a while to make, so few are enough.
pub fn plan(issuer_weeks: u32) -> NetworkPlan {
    let relay = RelayUrl::new("http://127.0.0.1:8080").expect("an address");
    let mut plan = NetworkPlan::new("Test network", zones(), relay).expect("a plan");
    plan.issuer_weeks = issuer_weeks;
    plan.published_weeks = issuer_weeks;
    plan
}

/// A network just founded at the fixtures' `NOW`, its founder online and everything promised done.
pub fn founded(seed: u64, issuer_weeks: u32) -> World {
    founded_with(seed, plan(issuer_weeks))
}

/// As [`founded`], with a plan of one's own.
pub fn founded_with(seed: u64, plan: NetworkPlan) -> World {
    let mut rng = Random::seed_from_u64(seed);
    let founded = init(plan, NOW, &mut rng).expect("a network");
    let mut world = World::new(MemoryRelay::new(&founded.relay, NOW), seed);
    world.add("founder", founded.device);
    world.connect(FOUNDER);
    world.settle();
    world
}
