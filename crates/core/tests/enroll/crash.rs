//! A newcomer's device, or the registrar's, is killed at every input of an enrollment, in each of the
//! three ways: afterwards everything is as if it had not been.

use bystand_core::device::Event;
use bystand_core::device::registrar::RegistrarEvent;
use bystand_core::network::invite::Invitation;
use bystand_core::testing::{FOUNDER, Kill, World, founded};
use bystand_wire::{PassPurpose, Role};

const NEWCOMER: usize = 1;

fn is_done(world: &World) -> bool {
    let device = world.device(NEWCOMER);
    let certified = device.shared().identity.certificate.is_some();
    certified && !device.enrollment().is_waiting() && device.shared().outbox.is_empty()
}

/// Joins; the killed device is killed at its input number `at` from here on.
fn run(base: &World, invitation: &Invitation, killed: usize, at: usize, how: Kill) -> World {
    let mut world = base.fork();
    let place = world.join("newcomer", invitation);
    assert_eq!(place, NEWCOMER);
    world.kill_at(killed, at, how);
    let done = world.run_until(120_000, is_done);
    assert!(done, "{killed} killed at {at} {how:?}: {:?}", world.actor(NEWCOMER).events);
    world
}

fn check(world: &World, case: &str) {
    let now = world.now();
    let shared = world.device(NEWCOMER).shared();
    assert!(shared.identity.has_role(Role::Observer, now), "{case}");
    assert_eq!(shared.wallet.count(PassPurpose::Report, now), 10, "{case}");
    assert_eq!(shared.wallet.count(PassPurpose::Voice, now), 4, "{case}");
    assert_eq!(world.device(FOUNDER).registrar().book().admitted(), 1, "{case}");
    let told = &world.actor(FOUNDER).events;
    let twice = told.iter().filter(|event| matches!(event, Event::Registrar(RegistrarEvent::Issued { .. })));
    assert!(twice.count() <= 2, "{case}: counted twice");
}

fn kill_everywhere(killed: usize) {
    let mut base = founded(11, 1);
    base.run(70_000);
    let invitation = base.invite(FOUNDER, &[Role::Observer]);
    let undisturbed = run(&base, &invitation, killed, usize::MAX / 2, Kill::BeforeStore);
    check(&undisturbed, "undisturbed");
    let inputs = undisturbed.actor(killed).handled();
    assert!(inputs > 10, "{inputs}");
    for at in 0..inputs {
        for how in Kill::ALL {
            let world = run(&base, &invitation, killed, at, how);
            check(&world, &format!("killed at {at} {how:?}"));
        }
    }
}

#[test]
fn a_newcomer_killed_anywhere_is_admitted_all_the_same() {
    kill_everywhere(NEWCOMER);
}

#[test]
fn a_registrar_killed_anywhere_admits_all_the_same() {
    kill_everywhere(FOUNDER);
}
