//! The key note over the days and weeks: signed daily, issuer keys ahead, ledgers erased, totals logged,
//! certificates renewed.

use bystand_core::network::statements::{CertificatesIssued, IssuanceTotals};
use bystand_core::team::TeamKind;
use bystand_core::testing::{FOUNDER, Kill, World, founded};
use bystand_crypto::sign::Signed;
use bystand_wire::relay_api::LogKind;
use bystand_wire::time::{DAY_MS, HOUR_MS};
use bystand_wire::{PassPurpose, Period, Role, Timestamp, Week, decode};
use rand_core::SeedableRng;

fn version(world: &World) -> u64 {
    world.device(FOUNDER).shared().key_note().expect("a key note").note().version
}

fn logged<T>(world: &World, kind: LogKind) -> Vec<T>
where
    T: bystand_crypto::sign::Statement,
{
    (0..world.relay.log.size())
        .map(|index| world.relay.log.logged(index).entry)
        .filter(|entry| entry.kind == kind)
        .filter_map(|entry| decode::<Signed<T>>(&entry.body).ok()?.unverified_body().ok())
        .collect()
}

#[test]
fn the_key_note_is_signed_once_a_day() {
    let mut world = founded(31, 2);
    let observer = world.admit("observer", FOUNDER, &[Role::Observer]);
    world.run(60_000);
    assert_eq!(version(&world), 1);
    // Sunday; Monday, when the teams and the registrar also have new keys for the week after; Tuesday.
    for (least, most) in [(2, 2), (3, 6), (4, 7)] {
        world.skip(21 * HOUR_MS);
        world.run(90_000);
        let held = version(&world);
        assert!((least..=most).contains(&held), "{held}");
        let seen = world.device(observer).shared().key_note().expect("a key note").note();
        assert_eq!(seen.version, held);
        assert!(seen.valid_until.since_ms(world.now()) > 7 * DAY_MS);
    }
}

#[test]
fn a_registrar_killed_while_it_signs_signs_once() {
    let mut base = founded(32, 1);
    base.run(70_000);
    base.skip(21 * HOUR_MS - 120_000);
    let run = |at: usize, how: Kill| {
        let mut world = base.fork();
        let before = world.actor(FOUNDER).handled();
        world.kill_at(FOUNDER, at, how);
        world.skip(120_000);
        world.run(90_000);
        assert_eq!(version(&world), 2, "killed at {at} {how:?}");
        world.actor(FOUNDER).handled() - before
    };
    let inputs = run(usize::MAX / 2, Kill::BeforeStore).min(12);
    for at in 0..inputs {
        for how in Kill::ALL {
            run(at, how);
        }
    }
}

#[test]
fn a_new_week_brings_new_keys_and_passes_and_erases_the_ledger() {
    let mut world = founded(33, 1);
    let observer = world.admit("observer", FOUNDER, &[Role::Observer]);
    let old = Period::Week(Week::of(world.now()));
    let holds = |world: &World, period: Period| {
        let text = period.to_string();
        let ledgers = world.actor(FOUNDER).records.iter().filter(|(n, _)| n.starts_with("registrar/ledger/"));
        ledgers.filter(|(_, bytes)| bytes.windows(text.len()).any(|w| w == text.as_bytes())).count()
    };
    assert_eq!(holds(&world, old), 2, "the founder's and the observer's");
    // Saturday noon; on Monday the week is another.
    world.skip(37 * HOUR_MS);
    world.run(120_000);
    let new = Period::Week(Week::of(world.now()));
    assert_ne!(old, new);
    let note = world.device(FOUNDER).shared().key_note().expect("a key note").clone();
    assert!(note.issuer_key(PassPurpose::Report, new).is_some());
    // Last week's passes still count for a day.
    assert!(note.issuer_key(PassPurpose::Report, old).is_some());
    let wallet = &world.device(observer).shared().wallet;
    assert_eq!(wallet.count(PassPurpose::Report, world.now()), 10);
    assert!(note.desk_keys_at(world.now()).is_some() && note.host_keys_at(world.now()).is_some());
    assert_eq!(holds(&world, old), 2);
    world.skip(26 * HOUR_MS);
    world.run(120_000);
    assert_eq!(holds(&world, old), 0, "the ledger of the week that is over is erased");
    assert_eq!(holds(&world, new), 2);
    let note = world.device(FOUNDER).shared().key_note().expect("a key note");
    assert!(note.issuer_key(PassPurpose::Report, old).is_none());
}

#[test]
fn the_log_tells_how_many_and_nothing_about_whom() {
    let mut world = founded(34, 1);
    let observer = world.admit("observer", FOUNDER, &[Role::Observer]);
    world.run(2 * 60_000);
    world.skip(2 * HOUR_MS);
    world.run(2 * 60_000);
    let mut certificates: Vec<_> = logged::<CertificatesIssued>(&world, LogKind::Certificates)
        .into_iter()
        .flat_map(|statement| statement.certificates)
        .collect();
    certificates.sort_unstable();
    let mut held: Vec<_> = [FOUNDER, observer]
        .into_iter()
        .filter_map(|place| world.device(place).shared().identity.author())
        .collect();
    held.sort_unstable();
    assert_eq!(certificates, held);
    let total = |purpose: PassPurpose| {
        let totals = logged::<IssuanceTotals>(&world, LogKind::IssuanceTotals);
        totals.iter().filter(|t| t.purpose == purpose).map(|t| t.issued).max()
    };
    assert_eq!(total(PassPurpose::Report), Some(20));
    assert_eq!(total(PassPurpose::Voice), Some(8));
    assert_eq!(total(PassPurpose::Publish), Some(50));
    assert_eq!(total(PassPurpose::Finding), None);
}

#[test]
fn certificates_are_renewed_before_they_end() {
    let mut world = founded(35, 1);
    let observer = world.admit("observer", FOUNDER, &[Role::Observer]);
    let until = |world: &World, place: usize| -> Timestamp {
        world.device(place).shared().identity.certified().expect("a certificate").not_after
    };
    let before = (until(&world, FOUNDER), until(&world, observer));
    let old = world.device(observer).shared().identity.author();
    world.skip(66 * DAY_MS);
    world.run(5 * 60_000);
    assert!(until(&world, FOUNDER) > before.0.plus_ms(50 * DAY_MS));
    assert!(until(&world, observer) > before.1.plus_ms(50 * DAY_MS));
    assert_ne!(world.device(observer).shared().identity.author(), old);
    // Everything goes on: passes of the week, admission, the casebook.
    let wallet = &world.device(observer).shared().wallet;
    assert_eq!(wallet.count(PassPurpose::Report, world.now()), 10);
    world.admit("late", FOUNDER, &[Role::Observer]);
    // The mailbox outlives the first certificate: a second renewal works as well.
    world.skip(66 * DAY_MS);
    world.run(5 * 60_000);
    assert!(until(&world, observer) > before.1.plus_ms(120 * DAY_MS));
    // The founder has sat in its teams' rooms with its first certificate all along; newcomers are let in,
    // and after a restart it is still there.
    world.restart(FOUNDER);
    world.run(60_000);
    let dispatcher = world.admit("dispatcher", FOUNDER, &[Role::Dispatcher]);
    let members = |place: usize| {
        world.device(place).shared().teams.get(&TeamKind::Desk).map(|t| t.room().members().len())
    };
    assert_eq!((members(FOUNDER), members(dispatcher)), (Some(2), Some(2)));
}

#[test]
fn policies_are_renewed_before_they_end() {
    let mut world = founded(36, 1);
    let mut left = 300_u64;
    while left > 0 {
        // The box runs; certificates and key notes stay fresh.
        world.skip(20 * DAY_MS);
        world.run(60_000);
        left = left.saturating_sub(20);
    }
    let streams = world.device(FOUNDER).shared().key_note().expect("a key note").note().streams;
    world.skip(110 * DAY_MS);
    for team in [streams.desk, streams.hosts, streams.registrars] {
        for id in [team.room, team.door, team.welcome, team.casebook] {
            assert!(world.relay.has(&id));
        }
    }
    for id in [streams.drop, streams.hosts_inbox, streams.day_notes, streams.registrars_inbox] {
        assert!(world.relay.has(&id));
    }
}

#[test]
fn issuer_keys_that_were_left_for_later_are_made_by_the_box() {
    let mut rng = bystand_core::io::Random::seed_from_u64(37);
    let mut plan = bystand_core::testing::plan(1);
    plan.published_weeks = 3;
    let founded = bystand_core::device::setup::init(plan, bystand_core::fixtures::NOW, &mut rng);
    let founded = founded.expect("a network");
    let relay = bystand_core::testing::MemoryRelay::new(&founded.relay, bystand_core::fixtures::NOW);
    let mut world = World::new(relay, 37);
    world.add("founder", founded.device);
    world.connect(FOUNDER);
    // Two weeks of five purposes each are missing: one a second, and then one key note for all.
    world.run(60_000);
    let device = world.device(FOUNDER);
    let note = device.shared().key_note().expect("a key note");
    assert_eq!(note.note().version, 2);
    let third = Period::Week(Week::of(world.now()).next().next());
    assert!(note.issuer_key(PassPurpose::Voice, third).is_some());
    assert!(device.registrar().missing_issuers(device.shared(), world.now()).is_empty());
}
