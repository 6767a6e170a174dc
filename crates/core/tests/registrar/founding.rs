//! Founding a network: killed anywhere on the way to the relay, it comes to stand all the same.

use bystand_core::device::Device;
use bystand_core::device::setup::{Founding, SetupError, init};
use bystand_core::fixtures::NOW;
use bystand_core::io::Random;
use bystand_core::network::KeyNote;
use bystand_core::team::TeamKind;
use bystand_core::testing::{FOUNDER, Kill, MemoryRelay, World, founded, plan};
use bystand_wire::relay_api::LogKind;
use bystand_wire::{Role, StreamId, limits};
use rand_core::SeedableRng;

/// A network that was founded without a relay at hand.
fn unborn() -> World {
    let mut rng = Random::seed_from_u64(21);
    let founded = init(plan(1), NOW, &mut rng).expect("a network");
    let mut world = World::new(MemoryRelay::new(&founded.relay, NOW), 21);
    world.add("founder", founded.device);
    world
}

fn is_up(world: &World) -> bool {
    let device = world.device(FOUNDER);
    let Some(note) = device.shared().key_note() else { return false };
    let is_there = streams(note.note()).iter().all(|id| world.relay.has(id));
    is_there && device.registrar().book().certificates().len() == 1
}

fn streams(note: &KeyNote) -> Vec<StreamId> {
    let streams = &note.streams;
    let teams = [streams.desk, streams.hosts, streams.registrars];
    let teams = teams.into_iter().flat_map(|t| [t.room, t.door, t.welcome, t.casebook]);
    teams.chain([streams.drop, streams.hosts_inbox, streams.day_notes, streams.registrars_inbox]).collect()
}

fn check(world: &World, case: &str) {
    let device = world.device(FOUNDER);
    let note = device.shared().key_note().expect("a key note").note();
    assert!(streams(note).iter().all(|id| world.relay.has(id)), "{case}");
    let kinds: Vec<LogKind> = (0..2).map(|index| world.relay.log.logged(index).entry.kind).collect();
    assert_eq!(kinds, [LogKind::Manifest, LogKind::KeyNote], "{case}");
    for kind in TeamKind::ALL {
        let team = device.shared().teams.get(&kind).expect("in every team");
        assert!(team.is_ready() && team.keys().secrets().is_some(), "{case}");
    }
    assert_eq!(note.version, 1, "{case}: nothing has changed, so nothing is signed again");
}

#[test]
fn a_founder_killed_anywhere_founds_all_the_same() {
    let base = unborn();
    let run = |at: usize, how: Kill| {
        let mut world = base.fork();
        world.connect(FOUNDER);
        world.kill_at(FOUNDER, at, how);
        let done = world.run_until(120_000, is_up);
        assert!(done, "killed at {at} {how:?}: {:?}", world.actor(FOUNDER).events);
        check(&world, &format!("killed at {at} {how:?}"));
        world.actor(FOUNDER).handled()
    };
    let inputs = run(usize::MAX / 2, Kill::BeforeStore);
    // Every input, and the three ways in turn: all of them at each would take minutes.
    for (at, how) in (0..inputs).zip(Kill::ALL.into_iter().cycle()) {
        run(at, how);
    }
}

#[test]
fn a_founder_waits_for_its_relay() {
    let mut world = unborn();
    world.relay.is_down = true;
    world.connect(FOUNDER);
    world.run(60_000);
    assert_eq!(world.relay.log.size(), 0);
    // The founder can already be restarted and is who it was.
    world.restart(FOUNDER);
    let now = world.now();
    assert!(world.device(FOUNDER).shared().identity.has_role(Role::Registrar, now));
    assert_eq!(world.device(FOUNDER).shared().teams.len(), 3);
    world.relay.is_down = false;
    assert!(world.run_until(120_000, is_up));
    check(&world, "after the relay came up");
    world.admit("observer", FOUNDER, &[Role::Observer]);
}

#[test]
fn what_is_founded_is_sound() {
    let world = founded(22, 1);
    let device = world.device(FOUNDER);
    let manifest = device.shared().manifest().expect("a manifest");
    assert!(manifest.is_single_keyholder());
    assert_eq!(manifest.root_set().threshold(), 1);
    assert_eq!(Some(manifest.root_set().keys()[0]), device.registrar().root_key());
    let certificate = device.shared().identity.certified().expect("a certificate");
    let roles = [Role::Dispatcher, Role::Host, Role::Registrar, Role::Steward];
    assert_eq!(certificate.roles, roles);
    assert!(certificate.not_after.since_ms(certificate.not_before) <= limits::CERTIFICATE_MS);
    // The root key and the log key are not the device key, and no secret is in what the relay has.
    assert_ne!(device.registrar().root_key(), Some(certificate.device));
}

#[test]
fn keys_are_made_step_by_step() {
    let mut rng = Random::seed_from_u64(23);
    let mut founding = Founding::begin(plan(1), NOW, &mut rng).expect("a plan");
    let missing = founding.missing();
    // Five weekly purposes, and cards for two quarters.
    assert_eq!(missing.len(), 7);
    let (purpose, period) = missing[0];
    let key = bystand_crypto::passes::IssuerKey::generate(&mut rng).expect("a key");
    founding.provide(purpose, period, key);
    assert_eq!(founding.missing().len(), 6);
    let early = founding.finish(&mut rng).map(|_| ());
    assert!(matches!(early, Err(SetupError::IssuersMissing(6))));
}

#[test]
fn a_bad_plan_is_refused_before_any_key_is_made() {
    let mut rng = Random::seed_from_u64(24);
    for spoil in [
        |p: &mut bystand_core::device::setup::NetworkPlan| p.name.clear(),
        |p: &mut bystand_core::device::setup::NetworkPlan| p.zones.clear(),
        |p: &mut bystand_core::device::setup::NetworkPlan| p.relays.clear(),
        |p: &mut bystand_core::device::setup::NetworkPlan| p.time_zone = "nowhere at all".to_owned(),
        |p: &mut bystand_core::device::setup::NetworkPlan| {
            let twice = p.zones[0].clone();
            p.zones.push(twice);
        },
    ] {
        let mut plan = plan(1);
        spoil(&mut plan);
        assert!(Founding::begin(plan, NOW, &mut rng).is_err());
    }
}

#[test]
fn a_vault_opens_as_it_was_left() {
    let world = founded(25, 1);
    let records = world.actor(FOUNDER).records.clone();
    let mut rng = Random::seed_from_u64(1);
    let device = Device::open(&records, world.now(), &mut rng).expect("a vault");
    assert_eq!(device.shared().teams.len(), 3);
    assert_eq!(device.registrar().root_key(), world.device(FOUNDER).registrar().root_key());
    assert!(device.registrar().missing_issuers(device.shared(), world.now()).is_empty());
}
