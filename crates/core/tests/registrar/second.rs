//! A second registrar: applies, is listed, certified, and certifies publish passes from then on.

use bystand_core::device::registrar::{RegistrarCommand, RegistrarEvent};
use bystand_core::device::{Command, Event};
use bystand_core::team::{TeamKind, TeamSync};
use bystand_core::testing::{FOUNDER, World, founded};
use bystand_wire::time::MINUTE_MS;
use bystand_wire::{PassPurpose, Period, PublicKey, Role, Week};

const SECOND: usize = 1;

fn two_registrars(seed: u64) -> World {
    let mut world = founded(seed, 1);
    let second = world.admit("second", FOUNDER, &[Role::Steward]);
    assert_eq!(second, SECOND);
    world.command(SECOND, Command::Registrar(RegistrarCommand::Apply)).expect("applied");
    world.take_events(FOUNDER);
    let device = device_key(&world, SECOND);
    world.run(MINUTE_MS);
    let asked = world.take_events(FOUNDER).into_iter().any(|event| {
        matches!(event, Event::Registrar(RegistrarEvent::Application { device: d, .. }) if d == device)
    });
    assert!(asked);
    world.command(FOUNDER, Command::Registrar(RegistrarCommand::AddRegistrar(device))).expect("added");
    let is_in = world.run_until(2 * MINUTE_MS, |world| {
        let shared = world.device(SECOND).shared();
        let team = shared.teams.get(&TeamKind::Registrars).is_some_and(TeamSync::is_ready);
        team && shared.key_note().is_some_and(|n| n.note().registrars.len() == 2)
    });
    assert!(is_in, "{:?}", world.actor(SECOND).events);
    world.run(MINUTE_MS);
    world
}

fn device_key(world: &World, place: usize) -> PublicKey {
    world.device(place).shared().identity.device().public()
}

fn holder(world: &World, purpose: PassPurpose) -> Option<PublicKey> {
    let week = Period::Week(Week::of(world.now()));
    world.device(FOUNDER).shared().key_note()?.issuer(purpose, week).map(|entry| entry.registrar)
}

/// The key note names registrars in the order of their keys, whichever that is.
#[test]
fn a_second_registrar_comes_in_whoever_is_named_first() {
    let mut orders = std::collections::BTreeSet::new();
    for seed in 200..220 {
        let world = two_registrars(seed);
        orders.insert(device_key(&world, SECOND) < device_key(&world, FOUNDER));
        if orders.len() == 2 {
            return;
        }
    }
    panic!("only one order was tried: {orders:?}");
}

#[test]
fn finding_and_publish_passes_come_from_different_registrars() {
    let mut world = two_registrars(71);
    let manifest = world.device(FOUNDER).shared().manifest().expect("a manifest");
    assert!(!manifest.is_single_keyholder());
    let (finding, publish) = (holder(&world, PassPurpose::Finding), holder(&world, PassPurpose::Publish));
    assert_eq!(finding, Some(device_key(&world, FOUNDER)));
    assert_eq!(publish, Some(device_key(&world, SECOND)));
    let count = |world: &World, place: usize, purpose| {
        world.device(place).shared().wallet.count(purpose, world.now())
    };
    // The founder is a dispatcher too: its passes of before are worth nothing, it has asked again.
    assert_eq!(count(&world, FOUNDER, PassPurpose::Publish), 50);
    let dispatcher = world.admit("dispatcher", FOUNDER, &[Role::Dispatcher]);
    let verifier = world.admit("verifier", SECOND, &[Role::Verifier]);
    world.run(MINUTE_MS);
    assert_eq!(count(&world, dispatcher, PassPurpose::Publish), 50);
    assert_eq!(count(&world, verifier, PassPurpose::Finding), 10);
    assert_eq!(count(&world, verifier, PassPurpose::Report), 10);
    let admitted = |place: usize| world.device(place).registrar().book().admitted();
    assert_eq!((admitted(FOUNDER), admitted(SECOND)), (3, 3));
}

#[test]
fn another_registrar_answers_when_the_one_who_invited_does_not() {
    let mut world = two_registrars(72);
    let invitation = world.invite(FOUNDER, &[Role::Observer]);
    world.run(MINUTE_MS);
    world.disconnect(FOUNDER);
    let place = world.join("newcomer", &invitation);
    world.run(10 * MINUTE_MS);
    assert!(world.device(place).shared().identity.certificate.is_none());
    world.run(10 * MINUTE_MS);
    let certificate = world.device(place).shared().identity.certificate.clone().expect("certified");
    assert_eq!(certificate.key, device_key(&world, SECOND));
    // The first one comes back and finds the old request: it gives the same certificate, and the passes
    // that only it can give.
    world.connect(FOUNDER);
    world.run(5 * MINUTE_MS);
    let shared = world.device(place).shared();
    assert_eq!(shared.identity.certificate.as_ref(), Some(&certificate));
    assert_eq!(shared.wallet.count(PassPurpose::Report, world.now()), 10);
    assert_eq!(world.device(FOUNDER).registrar().book().admitted(), 2);
}

#[test]
fn a_token_redeemed_at_two_registrars_counts_once() {
    let mut world = two_registrars(73);
    let invitation = world.invite(FOUNDER, &[Role::Observer]);
    world.run(MINUTE_MS);
    world.disconnect(FOUNDER);
    let first = world.join("first", &invitation);
    world.run(16 * MINUTE_MS);
    // The first device has its certificate from the second registrar, who now goes away; the second
    // device asks the founder, who has not heard of it yet.
    assert!(world.device(first).shared().identity.certificate.is_some());
    world.disconnect(SECOND);
    let second = world.join("second", &invitation);
    world.connect(FOUNDER);
    world.run(5 * MINUTE_MS);
    world.connect(SECOND);
    world.run(20 * MINUTE_MS);
    assert!(world.device(second).shared().identity.certificate.is_none());
    let admitted = |place: usize| world.device(place).registrar().book().admitted();
    assert_eq!((admitted(FOUNDER), admitted(SECOND)), (2, 2));
}

#[test]
fn a_registrar_who_is_taken_out_signs_nothing_any_more() {
    let mut world = two_registrars(74);
    let device = device_key(&world, SECOND);
    let operations = world.device(FOUNDER).shared().manifest().expect("one").manifest().operations_key;
    let remove = RegistrarCommand::RemoveRegistrar(device);
    world.command(FOUNDER, Command::Registrar(remove)).expect("removed");
    world.run(5 * MINUTE_MS);
    let shared = world.device(FOUNDER).shared();
    let manifest = shared.manifest().expect("a manifest");
    assert!(manifest.is_single_keyholder() && !manifest.is_registrar(&device));
    assert_ne!(manifest.manifest().operations_key, operations);
    let note = shared.key_note().expect("a key note under the new operations key");
    assert_eq!(note.note().registrars.len(), 1);
    assert_eq!(holder(&world, PassPurpose::Publish), Some(device_key(&world, FOUNDER)));
    let team = shared.teams.get(&TeamKind::Registrars).expect("in the team");
    assert_eq!(team.room().members().len(), 1);
    assert!(!world.device(SECOND).shared().teams.contains_key(&TeamKind::Registrars));
    // The network goes on.
    world.admit("observer", FOUNDER, &[Role::Observer]);
    world.skip(21 * 60 * MINUTE_MS);
    world.run(2 * MINUTE_MS);
    let fresh = world.device(FOUNDER).shared().key_note().expect("a key note").note().issued_at;
    assert!(world.now().since_ms(fresh) < 10 * MINUTE_MS);
}
