//! Card passes.

use std::collections::BTreeSet;

use bystand_core::device::registrar::{RegistrarCommand, RegistrarEvent};
use bystand_core::device::{Command, Event};
use bystand_core::network::invite::CardLink;
use bystand_core::testing::{FOUNDER, World, founded};
use bystand_crypto::passes::{pass_id, verify_pass};
use bystand_wire::{Period, Quarter};

fn cards(world: &mut World, count: u32, quarter: Quarter) -> Result<Vec<String>, &'static str> {
    world.take_events(FOUNDER);
    let command = RegistrarCommand::Cards { count, quarter };
    world.command(FOUNDER, Command::Registrar(command)).map_err(|e| e.code())?;
    let links = world.take_events(FOUNDER).into_iter().find_map(|event| {
        let Event::Registrar(RegistrarEvent::Cards { links, .. }) = event else { return None };
        Some(links)
    });
    Ok(links.expect("told").iter().map(|link| link.expose().to_owned()).collect())
}

#[test]
fn each_card_has_its_own_pass_of_the_network() {
    let mut world = founded(51, 1);
    let quarter = Quarter::of(world.now());
    let links = cards(&mut world, 12, quarter).expect("cards");
    let note = world.device(FOUNDER).shared().key_note().expect("a key note").clone();
    let mut ids = BTreeSet::new();
    for link in &links {
        let card = CardLink::from_text(link).expect("a link");
        assert_eq!(card.network, world.relay.network());
        let pass = &card.pass.pass;
        let issuer = note.issuer_key(pass.purpose, pass.period).expect("an issuer");
        assert_eq!(pass.period, Period::Quarter(quarter));
        verify_pass(&card.network, pass, issuer).expect("certified");
        ids.insert(pass_id(pass));
    }
    assert_eq!(ids.len(), 12);
    assert!(cards(&mut world, 1, quarter.next()).is_ok());
}

#[test]
fn cards_that_cannot_be_made() {
    let mut world = founded(52, 1);
    let quarter = Quarter::of(world.now());
    let past = Quarter { year: quarter.year - 1, ..quarter };
    let far = quarter.next().next();
    assert_eq!(cards(&mut world, 0, quarter), Err("invalid"));
    assert_eq!(cards(&mut world, 1_001, quarter), Err("invalid"));
    assert_eq!(cards(&mut world, 1, past), Err("invalid"));
    assert_eq!(cards(&mut world, 1, far), Err("not-now"));
}
