//! A device that is woken only when it asks for it does everything at the second at which one does that is
//! woken every second; and it asks rarely when nothing is to be done.

use bystand_core::device::desk::DeskCommand;
use bystand_core::device::member::{MemberCommand, MemberEvent};
use bystand_core::device::neighbor::NeighborCommand;
use bystand_core::device::{Command, Event};
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::testing::{FOUNDER, World};
use bystand_wire::{Role, Timestamp};

use crate::support::*;

/// What was told, by whom and when.
type Told = Vec<(Timestamp, &'static str, Event)>;

struct Watched {
    world: World,
    /// Whether everybody is woken every second, asked for or not.
    is_nervous: bool,
    told: Told,
}

impl Watched {
    fn new(seed: u64, is_nervous: bool) -> Self {
        Self { world: opened(seed), is_nervous, told: Told::new() }
    }

    fn run(&mut self, seconds: u64) {
        for _ in 0..seconds {
            if self.is_nervous {
                self.world.wake_all();
            }
            self.world.run(SECOND);
            self.collect();
        }
    }

    fn collect(&mut self) {
        let now = self.world.now();
        for actor in &mut self.world.actors {
            let name = actor.name;
            self.told.extend(actor.take_events().into_iter().map(|event| (now, name, event)));
        }
    }
}

/// Reports that nobody follows up, a call-out that is answered and one that is not, people who come late
/// and fall silent, a shift and a duty that end, a heads-up, a connection that breaks.
fn a_slow_afternoon(seed: u64, is_nervous: bool) -> Watched {
    let mut watched = Watched::new(seed, is_nervous);
    let world = &mut watched.world;
    let second = admit_host(world, "host box");
    let ada = admit_member(world, "Ada", &[Role::Observer, Role::Verifier]);
    let ben = world.admit("Ben", FOUNDER, &[Role::Dispatcher]);
    on_duty(world, ada);
    watched.run(90);
    let world = &mut watched.world;
    let first = incident(world, 1);
    world.command(FOUNDER, Command::Desk(DeskCommand::HeadsUp(first))).expect("a heads-up");
    let check = DeskCommand::Check(first, vec![Role::Verifier], 15);
    world.command(FOUNDER, Command::Desk(check)).expect("a call-out");
    let shift = DeskCommand::StartShift(vec!["en".into()]);
    world.command(ben, Command::Desk(shift)).expect("a shift");
    watched.run(100);
    let call_out = watched.told.iter().find_map(|(_, _, event)| {
        let Event::Member(MemberEvent::CallOut(_, call_out, _)) = event else { return None };
        Some(call_out.id)
    });
    let world = &mut watched.world;
    let offer = MemberCommand::Offer(call_out.expect("a call-out came"), 4);
    world.command(ada, Command::Member(offer)).expect("an offer");
    watched.run(400);
    let world = &mut watched.world;
    let _ = caller(world, 2);
    let text = Place { zone: Some(zone()), text: "5th and 5th".into(), ..Place::default() };
    let report = ReportIn::new(bystand_wire::ReportId([3; 16]), Kind::Checkpoint, text, world.now());
    let report = NeighborCommand::Report(Box::new(report), None, None);
    world.command(ada, Command::Neighbor(report)).expect("a report");
    world.disconnect(second);
    watched.run(1_000);
    watched.world.connect(second);
    watched.world.command(FOUNDER, Command::Desk(DeskCommand::EndShift)).expect("the end of a shift");
    watched.run(1_200);
    // To the end of the rooms' day, and what follows from it.
    watched.world.skip(14 * HOUR);
    watched.collect();
    watched.run(400);
    watched
}

/// What was told without the times and numbers in it.
fn shape(event: &Event) -> String {
    let text = format!("{event:?}");
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|w| w.starts_with(|c: char| c.is_ascii_uppercase())).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_device_that_sleeps_does_everything_within_the_same_second() {
    let (nervous, calm) = (a_slow_afternoon(41, true), a_slow_afternoon(41, false));
    for actor in &calm.world.actors {
        let of = |watched: &Watched| -> Vec<(Timestamp, String)> {
            let own = watched.told.iter().filter(|(_, name, _)| *name == actor.name);
            own.map(|(at, _, event)| (*at, shape(event))).collect()
        };
        let (nervous, calm) = (of(&nervous), of(&calm));
        for (nervous, calm) in nervous.iter().zip(&calm) {
            assert_eq!(nervous.1, calm.1, "{} at {} and {}", actor.name, nervous.0, calm.0);
            // A reply stream is looked at every few seconds, from a look to the next.
            let most = if nervous.1.starts_with("Neighbor") { 6 * SECOND } else { SECOND };
            assert!(nervous.0.0.abs_diff(calm.0.0) <= most, "{}: {nervous:?} {calm:?}", actor.name);
        }
        assert_eq!(nervous.len(), calm.len(), "{}", actor.name);
    }
    let (nervous, calm) = (nervous.world.wakes(), calm.world.wakes());
    assert!(calm * 4 < nervous, "{calm} wakes against {nervous}");
}

#[test]
fn an_idle_member_wakes_a_few_times_an_hour() {
    let mut world = opened(42);
    let ada = admit_member(&mut world, "Ada", &[Role::Observer]);
    world.disconnect(FOUNDER);
    let before = world.actor(ada).wakes();
    world.run(6 * HOUR);
    let wakes = world.actor(ada).wakes() - before;
    assert!(wakes <= 60, "{wakes} wakes in six hours");
}
