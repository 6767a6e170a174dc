//! A newcomer joins: from an invitation to certificate, passes and team. And whatever can go wrong.

use bystand_core::device::enroll::EnrollEvent;
use bystand_core::device::registrar::{RegistrarCommand, RegistrarEvent};
use bystand_core::device::{Command, Event};
use bystand_core::team::TeamKind;
use bystand_core::testing::{FOUNDER, World, founded};
use bystand_wire::time::HOUR_MS;
use bystand_wire::{PassPurpose, Role};

fn refusals(world: &World, place: usize) -> Vec<&'static str> {
    world
        .actor(place)
        .events
        .iter()
        .filter_map(
            |event| if let Event::Enroll(EnrollEvent::Refused(code)) = event { Some(*code) } else { None },
        )
        .collect()
}

fn count(world: &World, place: usize, purpose: PassPurpose) -> usize {
    world.device(place).shared().wallet.count(purpose, world.now())
}

/// A name, its roles, and how many passes they bring.
type Case = (&'static str, &'static [Role], &'static [(PassPurpose, usize)]);

#[test]
fn every_role_gets_its_passes() {
    use PassPurpose::{Finding, Publish, Report, Room, Voice};
    let mut world = founded(1, 1);
    let cases: [Case; 4] = [
        ("observer", &[Role::Observer], &[(Report, 10), (Voice, 4), (Finding, 0), (Publish, 0)]),
        ("verifier", &[Role::Observer, Role::Verifier], &[(Report, 10), (Finding, 10), (Publish, 0)]),
        ("dispatcher", &[Role::Dispatcher], &[(Report, 10), (Publish, 50), (Finding, 0)]),
        ("both", &[Role::Verifier, Role::Dispatcher], &[(Publish, 50), (Finding, 0)]),
    ];
    for (name, roles, passes) in cases {
        let place = world.admit(name, FOUNDER, roles);
        let now = world.now();
        assert!(roles.iter().all(|role| world.device(place).shared().identity.has_role(*role, now)));
        for (purpose, wanted) in passes {
            assert_eq!(count(&world, place, *purpose), *wanted, "{name} {purpose:?}");
        }
        // No zone was chosen yet.
        assert_eq!(count(&world, place, Room), 0);
    }
    assert_eq!(world.device(FOUNDER).registrar().book().admitted(), 4);
}

#[test]
fn zones_chosen_get_room_passes_and_three_are_all() {
    let mut world = founded(1, 1);
    let place = world.admit("observer", FOUNDER, &[Role::Observer]);
    let zone = |id: &str| id.parse().expect("a zone id");
    let two = [zone("phillips"), zone("seward")];
    world.with(place, |d, now, rng| d.choose_zones(&two, now, rng)).expect("two zones");
    world.run(20_000);
    let now = world.now();
    assert!(world.device(place).shared().wallet.room_pass(&two[0], now).is_some());
    assert_eq!(count(&world, place, PassPurpose::Room), 2);
    // Two other zones: one pass is left.
    let others = [zone("longfellow"), zone("powderhorn-park")];
    world.with(place, |d, now, rng| d.choose_zones(&others, now, rng)).expect("two zones");
    world.run(20_000);
    assert_eq!(count(&world, place, PassPurpose::Room), 3);
    let none = [zone("nowhere")];
    assert!(world.with(place, |d, now, rng| d.choose_zones(&none, now, rng)).is_err());
    let four = [zone("phillips"), zone("seward"), zone("longfellow"), zone("powderhorn-park")];
    assert!(world.with(place, |d, now, rng| d.choose_zones(&four, now, rng)).is_err());
}

#[test]
fn an_invitation_is_told_once_the_relay_has_its_mailbox() {
    let mut world = founded(1, 1);
    let before = world.actor(FOUNDER).events.len();
    world.disconnect(FOUNDER);
    let invite = RegistrarCommand::Invite { roles: vec![Role::Observer], life_ms: HOUR_MS };
    world.command(FOUNDER, Command::Registrar(invite)).expect("taken");
    world.run(60_000);
    assert!(world.invitation_since(FOUNDER, before).is_none(), "nobody could answer it");
    // The program ends, and starts again when the relay is back.
    world.restart(FOUNDER);
    let before = world.actor(FOUNDER).events.len();
    world.connect(FOUNDER);
    world.run(60_000);
    let invitation = world.invitation_since(FOUNDER, before).expect("told now");
    let place = world.join("observer", &invitation);
    world.run(60_000);
    assert!(world.device(place).shared().identity.has_role(Role::Observer, world.now()));
}

#[test]
fn teams_let_their_new_members_in() {
    let mut world = founded(2, 1);
    let dispatcher = world.admit("dispatcher", FOUNDER, &[Role::Dispatcher]);
    let host = world.admit("host", FOUNDER, &[Role::Host]);
    let members = |world: &World, place: usize, kind: TeamKind| {
        world.device(place).shared().teams.get(&kind).map(|t| t.room().members().len())
    };
    assert_eq!(members(&world, dispatcher, TeamKind::Desk), Some(2));
    assert_eq!(members(&world, host, TeamKind::Hosts), Some(2));
    assert_eq!(members(&world, host, TeamKind::Desk), None);
    assert_eq!(members(&world, FOUNDER, TeamKind::Registrars), Some(1));
    let secrets = |place: usize, kind: TeamKind| {
        world.device(place).shared().teams.get(&kind).and_then(|t| t.keys().secrets().map(|(v, _)| v))
    };
    assert_eq!(secrets(dispatcher, TeamKind::Desk), secrets(FOUNDER, TeamKind::Desk));
}

#[test]
fn a_token_counts_once() {
    let mut world = founded(3, 1);
    let invitation = world.invite(FOUNDER, &[Role::Observer]);
    let first = world.join("first", &invitation);
    let second = world.join("second", &invitation);
    world.run(30_000);
    let certified: Vec<bool> = [first, second]
        .into_iter()
        .map(|place| world.device(place).shared().identity.certificate.is_some())
        .collect();
    assert_eq!(certified.iter().filter(|c| **c).count(), 1, "{certified:?}");
    let loser = if certified[0] { second } else { first };
    assert!(refusals(&world, loser).contains(&"enroll-token-used"));
    assert!(!world.device(loser).enrollment().is_waiting());
    assert_eq!(world.device(FOUNDER).registrar().book().admitted(), 1);
    assert_eq!(count(&world, loser, PassPurpose::Report), 0);
}

#[test]
fn an_invitation_ends_by_the_relays_clock() {
    let mut world = founded(4, 1);
    let invitation = world.invite(FOUNDER, &[Role::Observer]);
    world.disconnect(FOUNDER);
    // In time: the registrar's box was off, and answers later.
    let early = world.join("early", &invitation);
    world.run(5_000);
    world.skip(2 * 3_600_000);
    world.connect(FOUNDER);
    world.run(30_000);
    assert!(world.device(early).shared().identity.certificate.is_some());
    let invitation = world.invite(FOUNDER, &[Role::Observer]);
    let late = world.join("late", &invitation);
    world.disconnect(late);
    world.skip(2 * 3_600_000);
    world.connect(late);
    world.run(30_000);
    assert!(world.device(late).shared().identity.certificate.is_none());
    assert!(refusals(&world, late).contains(&"enroll-invitation-over"));
}

#[test]
fn an_invitation_of_another_network_is_refused_at_once() {
    let mut world = founded(5, 1);
    let mut invitation = world.invite(FOUNDER, &[Role::Observer]);
    let place = world.join("lost", &invitation);
    invitation.network = bystand_wire::NetworkId([9; 32]);
    world.with(place, |d, now, rng| d.enroll(&invitation, now, rng));
    assert!(refusals(&world, place).contains(&"enroll-other-network"));
}

#[test]
fn a_relay_of_another_network_is_not_believed() {
    let mut world = founded(6, 1);
    let mut invitation = world.invite(FOUNDER, &[Role::Observer]);
    invitation.network = bystand_wire::NetworkId([9; 32]);
    // The device is made for the network of the invitation; the relay serves another one.
    let place = world.join("lost", &invitation);
    world.run(30_000);
    let is_told = world
        .actor(place)
        .events
        .iter()
        .any(|event| matches!(event, Event::Warning { code, .. } if *code == "trust-other-network"));
    assert!(is_told, "{:?}", world.actor(place).events);
    assert!(world.device(place).shared().identity.certificate.is_none());
    assert_eq!(world.device(FOUNDER).registrar().book().admitted(), 0);
}

#[test]
fn a_relay_that_repeats_frames_gains_nothing() {
    let mut world = founded(7, 1);
    let invitation = world.invite(FOUNDER, &[Role::Observer]);
    let place = world.join("observer", &invitation);
    world.run(30_000);
    let mailbox = invitation.secret.mailbox();
    let before = count(&world, place, PassPurpose::Report);
    let certificate = world.device(place).shared().identity.certificate.clone();
    for stored in world.relay.frames(&mailbox) {
        let mut frame = stored.frame;
        world.relay.inject(&mailbox, frame.clone());
        // And damaged ones, and ones of an unknown kind.
        if let Some(last) = frame.last_mut() {
            *last ^= 1;
        }
        world.relay.inject(&mailbox, frame);
    }
    world.relay.inject(&mailbox, vec![1, 200, 3]);
    world.relay.inject(&mailbox, Vec::new());
    world.run(30_000);
    assert_eq!(count(&world, place, PassPurpose::Report), before);
    assert_eq!(world.device(place).shared().identity.certificate, certificate);
    let registrar = &world.actor(FOUNDER).events;
    let issued = registrar.iter().filter(|event| {
        matches!(event, Event::Registrar(RegistrarEvent::Issued { purpose: PassPurpose::Report, .. }))
    });
    // The founder's own and the observer's, each counted once.
    assert_eq!(issued.count(), 2);
    assert_eq!(world.device(FOUNDER).registrar().book().admitted(), 1);
}

#[test]
fn an_invitation_can_be_taken_back() {
    use bystand_core::device::Command;
    use bystand_core::device::registrar::{RegistrarCommand, token_hash};
    let mut world = founded(8, 1);
    let invitation = world.invite(FOUNDER, &[Role::Observer]);
    let id = token_hash(&invitation.secret.token());
    world.command(FOUNDER, Command::Registrar(RegistrarCommand::TakeBack(id))).expect("taken back");
    world.settle();
    let place = world.join("late", &invitation);
    world.run(30_000);
    assert!(world.device(place).shared().identity.certificate.is_none());
    let over = Event::Enroll(EnrollEvent::Refused("enroll-invitation-over"));
    assert!(world.take_events(place).contains(&over), "whoever comes with it is told");
    let again = world.command(FOUNDER, Command::Registrar(RegistrarCommand::TakeBack(id)));
    assert_eq!(again.map_err(|e| e.code()), Err("not-now"));
}
