//! Taking a device's rights away.

use bystand_core::device::neighbor::NeighborCommand;
use bystand_core::device::registrar::RegistrarCommand;
use bystand_core::device::{Command, CommandError, Device, Identity};
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::team::TeamKind;
use bystand_core::testing::{FOUNDER, World, founded};
use bystand_crypto::passes::IssuerPublicKey;
use bystand_wire::{PassPurpose, Period, ReportId, Role, Week};

fn revoke(world: &mut World, certificate: &str) -> Result<(), CommandError> {
    let certificate = certificate.to_owned();
    world.command(FOUNDER, Command::Registrar(RegistrarCommand::Revoke { certificate }))
}

fn issuer(world: &World, purpose: PassPurpose, period: Period) -> Option<IssuerPublicKey> {
    let note = world.device(FOUNDER).shared().key_note().expect("a key note");
    note.issuer_key(purpose, period).cloned()
}

#[test]
fn a_dispatcher_who_is_revoked_is_out_of_everything() {
    let mut world = founded(41, 2);
    let dispatcher = world.admit("dispatcher", FOUNDER, &[Role::Dispatcher]);
    let observer = world.admit("observer", FOUNDER, &[Role::Observer]);
    let next = Period::Week(Week::of(world.now()).next());
    let this = Period::Week(Week::of(world.now()));
    let before: Vec<_> = PassPurpose::ALL.into_iter().map(|p| issuer(&world, p, next)).collect();
    let this_week = issuer(&world, PassPurpose::Report, this);
    let count = |world: &World| world.device(observer).shared().wallet.count_for(PassPurpose::Report, next);
    assert_eq!(count(&world), 10);
    let desk_key = world.device(FOUNDER).shared().key_note().expect("one").note().desk.clone();
    let secrets = |world: &World, place: usize| {
        let team = world.device(place).shared().teams.get(&TeamKind::Desk);
        team.and_then(|t| t.keys().team_key().cloned())
    };
    let held = secrets(&world, dispatcher).expect("in the desk");
    assert_eq!(secrets(&world, FOUNDER).as_ref(), Some(&held));

    let hash = world.device(dispatcher).shared().identity.author().expect("a certificate");
    revoke(&mut world, &hash.to_string()).expect("revoked");
    world.run(3 * 60_000);

    let note = world.device(FOUNDER).shared().key_note().expect("a key note").clone();
    assert!(note.is_revoked(&hash));
    // Out of the room on both sides, and the keys are others.
    let members = world.device(FOUNDER).shared().teams.get(&TeamKind::Desk).map(|t| t.room().members().len());
    assert_eq!(members, Some(1));
    assert!(!world.device(dispatcher).shared().teams.contains_key(&TeamKind::Desk));
    assert_ne!(secrets(&world, FOUNDER), Some(held));
    assert_ne!(note.note().desk, desk_key, "the desk's keys were rotated");
    // The coming week's issuer keys of its roles are others, this week's and other roles' are not.
    let after: Vec<_> = PassPurpose::ALL.into_iter().map(|p| issuer(&world, p, next)).collect();
    for ((purpose, before), after) in PassPurpose::ALL.into_iter().zip(before).zip(after) {
        let is_its = matches!(purpose, PassPurpose::Report | PassPurpose::Publish | PassPurpose::Voice);
        assert_eq!(before != after, is_its, "{purpose:?}");
    }
    assert_eq!(issuer(&world, PassPurpose::Report, this), this_week);
    // Everybody else has asked again, silently; the revoked one gets nothing.
    assert_eq!(count(&world), 10);
    let own = world.device(dispatcher).shared().wallet.count_for(PassPurpose::Report, next);
    assert_eq!(own, 0);
}

/// A neighbor without certificate says something.
fn report(world: &mut World) {
    let founder = &world.device(FOUNDER).shared().identity;
    let (network, relay) = (founder.network, founder.relay.clone());
    let mut rng = rand_core::SeedableRng::seed_from_u64(5);
    let device = Device::create(Identity::new(network, relay, &mut rng), world.now(), &mut rng);
    let neighbor = world.add("neighbor", device);
    world.connect(neighbor);
    world.run(10_000);
    let place = Place { text: "Lake St and 12th Ave".into(), ..Place::default() };
    let report = ReportIn::new(ReportId([0; 16]), Kind::Checkpoint, place, world.now());
    let report = NeighborCommand::Report(Box::new(report), None, None);
    world.command(neighbor, Command::Neighbor(report)).expect("a report");
}

#[test]
fn those_who_stay_read_what_comes_after_a_removal_and_the_removed_do_not() {
    let mut world = founded(43, 1);
    let stays = world.admit("stays", FOUNDER, &[Role::Dispatcher]);
    let goes = world.admit("goes", FOUNDER, &[Role::Dispatcher]);
    let hash = world.device(goes).shared().identity.author().expect("a certificate");
    revoke(&mut world, &hash.to_string()).expect("revoked");
    world.run(10_000);
    // The drop has a new read key. Whoever asks with it before the relay knows it is refused, and asks again.
    let drop = world.device(stays).shared().key_note().expect("a key note").note().streams.drop;
    world.refuse(FOUNDER, &drop);
    world.refuse(stays, &drop);
    report(&mut world);
    world.run(20_000);
    let open = |world: &World, place: usize| world.device(place).desk().state().open_incidents().count();
    assert_eq!([FOUNDER, stays, goes].map(|place| open(&world, place)), [1, 1, 0]);
}

#[test]
fn what_cannot_be_revoked_is_refused() {
    let mut world = founded(42, 1);
    let own = world.device(FOUNDER).shared().identity.author().expect("a certificate");
    let code = |result: Result<(), CommandError>| result.map_err(|e| e.code());
    assert_eq!(code(revoke(&mut world, &own.to_string())), Err("invalid"));
    assert_eq!(code(revoke(&mut world, "abcd")), Err("invalid"));
    assert_eq!(code(revoke(&mut world, "00000000")), Err("unknown"));
    let observer = world.admit("observer", FOUNDER, &[Role::Observer]);
    let revoke = RegistrarCommand::Revoke { certificate: own.to_string() };
    let refused = world.command(observer, Command::Registrar(revoke));
    assert!(refused.is_err());
    for roles in [vec![], vec![Role::Registrar]] {
        let invite = RegistrarCommand::Invite { roles, life_ms: 1_000 };
        let refused = world.command(FOUNDER, Command::Registrar(invite));
        assert_eq!(refused.map_err(|e| e.code()), Err("invalid"));
    }
    let invite = RegistrarCommand::Invite { roles: vec![Role::Observer], life_ms: u64::MAX };
    let refused = world.command(FOUNDER, Command::Registrar(invite));
    assert_eq!(refused.map_err(|e| e.code()), Err("invalid"));
    let invite = RegistrarCommand::Invite { roles: vec![Role::Observer], life_ms: 1_000 };
    let refused = world.command(observer, Command::Registrar(invite));
    assert_eq!(refused.map_err(|e| e.code()), Err("not-certified"));
}
