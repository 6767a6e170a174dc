//! The people at the desk in a day: they come, look, decide, err, get tired and go home.

use bystand_core::desk::Author;
use bystand_core::device::Command;
use bystand_core::device::desk::DeskCommand;
use bystand_core::io::Random;
use bystand_wire::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use bystand_wire::{IncidentId, Timestamp};

use super::BEGIN;
use super::people_at_work::{Deed, Director};
use crate::machine::MachineId;
use crate::outcome::Sample;
use crate::people::dispatcher::{Decision, Pressed, decide, go_home, mistaken_end, mistaken_join};
use crate::people::habits::Desk as Habits;
use crate::seeds::Draw;

/// How often it is noted how things stand.
const SAMPLE_MS: u64 = 5 * MINUTE_MS;
/// The next crew is there so long before the first one goes.
const OVERLAP_MS: u64 = 5 * MINUTE_MS;
/// A console is open so long before its shift, to read what was written meanwhile.
const OPENS_MS: u64 = 2 * MINUTE_MS;
/// It is closed so long after the shift; what was pressed last has gone out by then.
const CLOSES_MS: u64 = 10 * MINUTE_MS;
/// So long until somebody notices their own mistake.
const NOTICE_MS: u64 = MINUTE_MS;

#[derive(Debug)]
pub(super) struct Dispatcher {
    pub machine: MachineId,
    pressed: Pressed,
    rng: Random,
    /// Since when they are on shift.
    on_shift: Option<Timestamp>,
    /// Which look is the one that counts: a shift has one train of looks.
    looks: u64,
}

impl Dispatcher {
    pub fn new(machine: MachineId, rng: Random) -> Self {
        Self { machine, pressed: Pressed::default(), rng, on_shift: None, looks: 0 }
    }

    /// Hours beyond those that one bears easily.
    fn tired_hours(&self, habits: &Habits, now: Timestamp) -> u64 {
        self.on_shift.map_or(0, |since| now.since_ms(since).saturating_sub(habits.tired_ms) / HOUR_MS)
    }
}

impl Director {
    /// Shifts through the day: each crew after the other, as many as there are, then the first again.
    pub(super) fn plan_shifts(&mut self, until: Timestamp) {
        let (crew, habits) = (self.plan.scenario.dispatchers(), &self.plan.habits.desk);
        let length = until.since_ms(BEGIN);
        let shifts = length.div_ceil(habits.shift_ms).max(2);
        let lasts = length / shifts;
        let crews = u64::try_from(self.dispatchers.len() / crew).unwrap_or(1).max(1);
        for shift in 0..shifts {
            let begins = BEGIN.plus_ms(shift * lasts);
            let first = usize::try_from(shift % crews).unwrap_or(0) * crew;
            for at in first..first + crew {
                self.world().plan(begins.minus_ms(OPENS_MS).max(BEGIN), Deed::ConsoleOpens(at));
                self.world().plan(begins, Deed::ShiftBegins(at));
                if shift + 1 < shifts {
                    self.world().plan(begins.plus_ms(lasts + OVERLAP_MS), Deed::ShiftEnds(at));
                }
            }
        }
        for at in 0..self.dispatchers.len() {
            self.world().plan(BEGIN.plus_ms(CLOSES_MS), Deed::ConsoleCloses(at));
        }
        self.world().plan(BEGIN, Deed::Sample);
    }

    /// Somebody opens the console, and it reads what was written meanwhile.
    pub(super) fn console_opens(&mut self, at: usize) {
        let Some(machine) = self.dispatchers.get(at).map(|dispatcher| dispatcher.machine) else { return };
        if self.staff.insert(machine) {
            self.world().switch_on(machine);
        }
        self.world().connect(machine);
    }

    /// Who is not on shift closes the console.
    pub(super) fn console_closes(&mut self, at: usize) {
        let Some(dispatcher) = self.dispatchers.get(at).filter(|d| d.on_shift.is_none()) else { return };
        let machine = dispatcher.machine;
        if self.staff.remove(&machine) {
            self.world().switch_off(machine);
        }
    }

    /// All come to see how the day ended: whoever was away agrees with those who were there.
    pub(super) fn all_consoles_open(&mut self) {
        (0..self.dispatchers.len()).for_each(|at| self.console_opens(at));
    }

    pub(super) fn shift_begins(&mut self, at: usize) {
        let now = self.stage.world.now();
        let Some(dispatcher) = self.dispatchers.get_mut(at) else { return };
        dispatcher.on_shift = Some(now);
        dispatcher.looks += 1;
        let (machine, looks) = (dispatcher.machine, dispatcher.looks);
        let languages = vec!["en".to_owned(), "es".to_owned()];
        // When the program is just starting anew, the next look finds them off the shift, and begins it.
        let _ = self.world().command(machine, Command::Desk(DeskCommand::StartShift(languages)));
        if at == 0 {
            self.plant_in_note(machine);
        }
        let first = SECOND_MS * u64::try_from(at).unwrap_or(0);
        self.world().plan_in(first.max(SECOND_MS), Deed::Look(at, looks));
    }

    pub(super) fn shift_ends(&mut self, at: usize) {
        let Some(dispatcher) = self.dispatchers.get_mut(at) else { return };
        dispatcher.on_shift = None;
        let machine = dispatcher.machine;
        self.stage.world.plan_in(CLOSES_MS, Deed::ConsoleCloses(at));
        let last = self.stage.world.device(machine).and_then(|device| {
            let me = Author(device.shared().identity.author()?);
            Some(go_home(device.desk().state(), me))
        });
        for command in last.unwrap_or_default() {
            // What cannot be done any more lapses by itself.
            let _ = self.world().command(machine, Command::Desk(command));
        }
    }

    pub(super) fn look(&mut self, at: usize, looks: u64) {
        let now = self.stage.world.now();
        let habits = self.plan.habits.desk.clone();
        let Some(dispatcher) = self.dispatchers.get_mut(at) else { return };
        if dispatcher.on_shift.is_none() || dispatcher.looks != looks {
            return;
        }
        let (machine, tired) = (dispatcher.machine, dispatcher.tired_hours(&habits, now));
        let seen = self.stage.world.device(machine).and_then(|device| {
            let me = Author(device.shared().identity.author()?);
            let state = device.desk().state();
            let mut decision = decide(state, me, now, &dispatcher.pressed)?;
            if let DeskCommand::SameAs(one, other) = decision.2
                && self.watch.affair_of(one) != self.watch.affair_of(other)
                && dispatcher.rng.chance(habits.reads_both)
            {
                // Reading both shows that they are not of one event.
                dispatcher.pressed.refuse(one, "same-as");
                decision = decide(state, me, now, &dispatcher.pressed)?;
            }
            let said = state.incident(decision.0).map(|incident| incident.report.said());
            let is_other = said.is_some_and(|said| said.language.as_deref() != Some("en"));
            let is_hurried = tired > 0 || state.queue(now).len() > habits.hurry_from;
            let rng = &mut dispatcher.rng;
            let mistake = err(&habits, is_hurried, rng, || mistaken_join(state, &decision), &decision);
            Some((decision, mistake, is_other))
        });
        let Some(((incident, key, command), mistake, is_other)) = seen else {
            let pause = dispatcher.rng.pause(habits.look_ms).max(SECOND_MS);
            return self.world().plan_in(pause, Deed::Look(at, looks));
        };
        let mut pause = dispatcher.rng.pause(habits.decide_ms);
        pause += pause * u64::from(habits.slower) * tired / 1_000;
        if is_other && key == "claim" {
            pause += pause * u64::from(habits.other_language) / 1_000;
        }
        let is_noticed = mistake.is_some() && dispatcher.rng.chance(habits.notices);
        // What cannot be done is shown, and the next look finds something else.
        let command = mistake.unwrap_or(command);
        let done = self.stage.world.command(machine, Command::Desk(command));
        if let Some(dispatcher) = self.dispatchers.get_mut(at) {
            dispatcher.pressed.note(incident, key, now, done.is_err());
        }
        if is_noticed {
            self.world().plan_in(NOTICE_MS, Deed::Undo(at, incident));
        }
        self.world().plan_in(pause.max(SECOND_MS), Deed::Look(at, looks));
    }

    /// Somebody notices that they pressed the wrong key.
    pub(super) fn undo(&mut self, at: usize, incident: IncidentId) {
        let Some(machine) = self.dispatchers.get(at).map(|dispatcher| dispatcher.machine) else { return };
        let Some(device) = self.stage.world.device(machine) else { return };
        let found = device.desk().state().incident(incident);
        let undo = match found.map(|incident| (incident.joined_into, incident.closing.is_some())) {
            Some((Some(_), _)) => DeskCommand::Split(incident),
            Some((None, true)) => DeskCommand::Reopen(incident),
            Some((None, false)) | None => return,
        };
        let _ = self.world().command(machine, Command::Desk(undo));
    }

    /// What the relay keeps, and the disks of all the others together, in kilobytes.
    fn stored_kb(&mut self) -> (usize, usize) {
        let disks = self.world().machines().map(|(_, machine)| machine.disk().bytes()).sum::<usize>();
        let relay = self.world().relay().stored_bytes().unwrap_or(0);
        (usize::try_from(relay / 1_000).unwrap_or(usize::MAX), disks / 1_000)
    }

    /// How things stand, as the screen of somebody on shift shows it.
    pub(super) fn sample(&mut self) {
        let now = self.stage.world.now();
        let mut on_shift = self.dispatchers.iter().filter(|dispatcher| dispatcher.on_shift.is_some());
        let device = on_shift.find_map(|dispatcher| self.stage.world.device(dispatcher.machine));
        if let Some(state) = device.map(|device| device.desk().state()) {
            let live =
                |i: &&bystand_core::desk::Incident| i.alerts.values().any(|alert| alert.phase.is_live());
            let alerts = state.open_incidents().filter(live).count();
            let claimed = state.open_incidents().filter(|i| i.claim.is_some()).count();
            let waiting = state.queue(now).len();
            let at_ms = now.since_ms(BEGIN);
            let (relay_kb, disks_kb) = self.stored_kb();
            self.samples.push(Sample { at_ms, waiting, claimed, alerts, relay_kb, disks_kb });
        }
        self.watch.round(&mut self.stage.world);
        self.world().plan_in(SAMPLE_MS, Deed::Sample);
    }
}

/// What somebody presses by mistake, if anything.
fn err(
    habits: &Habits,
    is_hurried: bool,
    rng: &mut Random,
    join: impl FnOnce() -> Option<DeskCommand>,
    decision: &Decision,
) -> Option<DeskCommand> {
    let times = if is_hurried { 2 } else { 1 };
    if rng.chance(habits.wrong_join * times) {
        join()
    } else if rng.chance(habits.dismisses * times) {
        mistaken_end(decision)
    } else {
        None
    }
}
