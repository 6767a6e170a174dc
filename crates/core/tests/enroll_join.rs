//! A newcomer joins: from an invitation to certificate, passes and team.

use bystand_core::device::registrar::{RegistrarCommand, RegistrarEvent};
use bystand_core::device::{Command, Device, Event, Identity};
use bystand_core::network::invite::Invitation;
use bystand_core::testing::{FOUNDER, World, founded};
use bystand_wire::{PassPurpose, Role};

fn invite(world: &mut World, roles: &[Role]) -> Invitation {
    let command = RegistrarCommand::Invite { roles: roles.to_vec(), life_ms: 3_600_000 };
    world.command(FOUNDER, Command::Registrar(command)).expect("an invitation");
    let now = world.now();
    let text = world.take_events(FOUNDER).into_iter().find_map(|event| match event {
        Event::Registrar(RegistrarEvent::Invitation { text, .. }) => Some(text),
        _ => None,
    });
    Invitation::from_text(text.expect("told").expose(), now).expect("readable")
}

fn join(world: &mut World, name: &'static str, invitation: &Invitation) -> usize {
    let now = world.now();
    let mut rng = rand_chacha::ChaCha20Rng::from_seed([9; 32]);
    use rand_core::SeedableRng;
    let identity = Identity::new(invitation.network, invitation.relay.to_string(), &mut rng);
    let mut device = Device::create(identity, now, &mut rng);
    device.enroll(invitation, now, &mut rng);
    let place = world.add(name, device);
    world.connect(place);
    place
}

#[test]
fn an_observer_is_admitted() {
    let mut world = founded(1, 1);
    for event in world.take_events(FOUNDER) {
        println!("founder: {event:?}");
    }
    println!("outbox: {:?}", world.device(FOUNDER).shared().outbox.len());
    let invitation = invite(&mut world, &[Role::Observer]);
    world.settle();
    let place = join(&mut world, "observer", &invitation);
    world.run(5_000);
    for event in world.take_events(FOUNDER) {
        println!("founder: {event:?}");
    }
    for event in world.take_events(place) {
        println!("observer: {event:?}");
    }
    let now = world.now();
    let shared = world.device(place).shared();
    assert!(shared.identity.has_role(Role::Observer, now));
    assert_eq!(shared.wallet.count(PassPurpose::Report, now), 10);
    assert_eq!(shared.wallet.count(PassPurpose::Voice, now), 4);
    println!("{} {}", world.actor(FOUNDER).handled(), world.actor(place).handled());
}
