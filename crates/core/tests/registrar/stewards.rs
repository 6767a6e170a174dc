//! Root keys: from one steward to two of three, and manifests that several sign.

use bystand_core::device::registrar::{Proposal, RegistrarCommand, RegistrarEvent};
use bystand_core::device::{Command, CommandError, Event};
use bystand_core::testing::{FOUNDER, World, founded};
use bystand_wire::{PublicKey, Role};

fn command(world: &mut World, place: usize, command: RegistrarCommand) -> Result<(), CommandError> {
    world.take_events(place);
    world.command(place, Command::Registrar(command))
}

fn proposal(world: &mut World, place: usize) -> (Vec<u8>, bool, (usize, usize, usize)) {
    let found = world.take_events(place).into_iter().find_map(|event| {
        let Event::Registrar(RegistrarEvent::Proposal { bytes, is_complete, missing }) = event else {
            return None;
        };
        Some((bytes, is_complete, missing))
    });
    found.expect("a proposal is told")
}

fn root_key(world: &mut World, place: usize) -> PublicKey {
    command(world, place, RegistrarCommand::RootKey).expect("a root key");
    world.device(place).registrar().root_key().expect("a root key")
}

/// A founder and two more stewards, two of whom must sign.
fn two_of_three() -> (World, usize, usize) {
    let mut world = founded(61, 1);
    let second = world.admit("second", FOUNDER, &[Role::Steward]);
    let third = world.admit("third", FOUNDER, &[Role::Steward]);
    let keys = [FOUNDER, second, third].map(|place| root_key(&mut world, place)).to_vec();
    command(&mut world, FOUNDER, RegistrarCommand::ProposeRoots { keys, threshold: 2 }).expect("proposed");
    let (bytes, is_complete, missing) = proposal(&mut world, FOUNDER);
    assert!(!is_complete);
    assert_eq!(missing, (0, 1, 2));
    // The second steward's signature completes the change, and goes on with the manifest.
    command(&mut world, second, RegistrarCommand::Sign(bytes)).expect("signed");
    let (bytes, is_complete, missing) = proposal(&mut world, second);
    assert!(!is_complete);
    assert_eq!(missing, (0, 0, 1));
    command(&mut world, third, RegistrarCommand::Sign(bytes)).expect("signed");
    let (_, is_complete, missing) = proposal(&mut world, third);
    assert!(is_complete);
    assert_eq!(missing, (0, 0, 0));
    world.run(60_000);
    (world, second, third)
}

#[test]
fn one_steward_becomes_two_of_three() {
    let (mut world, ..) = two_of_three();
    let manifest = world.device(FOUNDER).shared().manifest().expect("a manifest").clone();
    assert_eq!(manifest.manifest().version, 2);
    assert_eq!((manifest.root_set().keys().len(), manifest.root_set().threshold()), (3, 2));
    // The key note still holds, and whoever knows only the network's id finds the way to it.
    assert!(world.device(FOUNDER).shared().key_note().is_some());
    world.admit("newcomer", FOUNDER, &[Role::Observer]);
}

#[test]
fn nobody_signs_alone_any_more() {
    let (mut world, second, _) = two_of_three();
    let mut manifest = world.device(FOUNDER).shared().manifest().expect("a manifest").manifest().clone();
    manifest.name = "Another name".to_owned();
    let propose = RegistrarCommand::ProposeManifest(Box::new(manifest));
    command(&mut world, FOUNDER, propose).expect("proposed");
    let (bytes, is_complete, missing) = proposal(&mut world, FOUNDER);
    assert_eq!((is_complete, missing), (false, (0, 0, 1)));
    world.run(60_000);
    assert_eq!(world.device(FOUNDER).shared().manifest().expect("one").manifest().version, 2);
    command(&mut world, second, RegistrarCommand::Sign(bytes.clone())).expect("signed");
    assert!(proposal(&mut world, second).1);
    world.run(60_000);
    let name = |place: usize| world.device(place).shared().manifest().expect("one").manifest().name.clone();
    assert_eq!(name(FOUNDER), "Another name");
    // The same file again does not go on from what holds now.
    let late = command(&mut world, second, RegistrarCommand::Sign(bytes));
    assert_eq!(late.map_err(|e| e.code()), Err("invalid"));
}

#[test]
fn files_that_are_not_signed() {
    let (mut world, second, third) = two_of_three();
    let sign = |world: &mut World, place: usize, bytes: Vec<u8>| {
        command(world, place, RegistrarCommand::Sign(bytes)).map_err(|e| e.code())
    };
    for bytes in [Vec::new(), vec![0xff; 40], vec![0xa1, 0x00]] {
        assert_eq!(sign(&mut world, second, bytes), Err("invalid"));
    }
    // Somebody without a root key of this network.
    let stranger = world.admit("stranger", FOUNDER, &[Role::Steward]);
    let manifest = world.device(FOUNDER).shared().manifest().expect("one").manifest().clone();
    let propose = RegistrarCommand::ProposeManifest(Box::new(manifest.clone()));
    command(&mut world, FOUNDER, propose).expect("proposed");
    let (bytes, ..) = proposal(&mut world, FOUNDER);
    assert_eq!(sign(&mut world, stranger, bytes.clone()), Err("not-now"));
    root_key(&mut world, stranger);
    assert_eq!(sign(&mut world, stranger, bytes.clone()), Err("invalid"));
    // What is shown is what is signed: a file whose two halves differ is refused.
    let shown = Proposal::from_bytes(&bytes).expect("a proposal");
    assert_eq!(shown.proposed().version, 3);
    let mut other = manifest.clone();
    other.version = 3;
    other.name = "Slipped in".to_owned();
    let forged = forge(&bytes, &shown, &Proposal::manifest(other));
    assert_eq!(sign(&mut world, third, forged), Err("invalid"));
    // Root keys that cannot be.
    let keys = vec![root_key(&mut world, FOUNDER)];
    for (keys, threshold) in [(Vec::new(), 0), (keys.clone(), 2), (keys, 0)] {
        let propose = RegistrarCommand::ProposeRoots { keys, threshold };
        let refused = command(&mut world, FOUNDER, propose);
        assert_eq!(refused.map_err(|e| e.code()), Err("invalid"));
    }
}

/// The first file with the manifest that is shown taken from the second.
fn forge(bytes: &[u8], shown: &Proposal, other: &Proposal) -> Vec<u8> {
    let (old, new) = (bystand_wire::encode(shown.proposed()), bystand_wire::encode(other.proposed()));
    let at = bytes.windows(old.len()).position(|w| w == old).expect("the manifest is in there");
    [&bytes[..at], &new, &bytes[at + old.len()..]].concat()
}
