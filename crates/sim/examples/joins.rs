//! How often proposals to join are right, and how many reports of one event they bring together, on a whole
//! day of the simulator's neighbors and nothing else: no network, no members, a desk that does at once what is
//! proposed and closes what is MINUTES old. A day takes a second; `docs/adr/0010` was made with it.
//!
//! `cargo run --release -p bystand-sim --example joins -- ZONES INCIDENTS SCENARIO FROM TO REPORTS MINUTES`

#![allow(clippy::print_stdout, reason = "a table is what it is for")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use bystand_core::desk::{
    Author, Class, CloseEvent, DeskState, Ending, IntakeEvent, WorkEvent, incident_of_report,
};
use bystand_core::io::Random;
use bystand_core::report::Source;
use bystand_sim::people::affairs::{Telling, draw};
use bystand_sim::people::habits::Habits;
use bystand_sim::seeds::{Draw, Seeds};
use bystand_sim::{City, Scenario};
use bystand_wire::time::{HOUR_MS, MINUTE_MS};
use bystand_wire::{Hash32, IncidentId, ReportId, Seq, Timestamp};

const BEGIN: Timestamp = Timestamp(1_794_891_600_000);
const ME: Author = Author(Hash32([1; 32]));

/// A desk with one person, who reads both reports of each proposal.
struct Desk {
    state: DeskState,
    seq: u64,
    affair_of: BTreeMap<IncidentId, usize>,
    right: usize,
    wrong: usize,
    /// Proposals that were right, of all.
    proposed: (usize, usize),
    reader: Random,
    closed_after_ms: u64,
}

impl Desk {
    fn new(reader: Random, closed_after_ms: u64) -> Self {
        let (state, affair_of) = (DeskState::new(), BTreeMap::new());
        Self { state, seq: 0, affair_of, right: 0, wrong: 0, proposed: (0, 0), reader, closed_after_ms }
    }

    fn apply(&mut self, at: Timestamp, event: impl Into<bystand_core::desk::Event>) {
        self.seq += 1;
        self.state.apply(Seq(self.seq), ME, at, event.into());
    }

    fn close_old(&mut self, now: Timestamp) {
        let is_old = |i: &&bystand_core::desk::Incident| now.since_ms(i.taken.at) > self.closed_after_ms;
        let old: Vec<IncidentId> = self.state.open_incidents().filter(is_old).map(|i| i.id).collect();
        for incident in old {
            self.apply(now, WorkEvent::Claimed { incident });
            let (ending, class) = (Ending::Unfounded, Class::Unfounded);
            self.apply(now, CloseEvent::Closed { incident, ending, class });
        }
    }

    fn take(&mut self, number: usize, telling: &Telling) {
        let mut id = [0; 16];
        id.iter_mut().zip(number.to_be_bytes()).for_each(|(to, byte)| *to = byte);
        let mut report = telling.report.clone();
        report.id = ReportId(id);
        report.take_home_apart();
        let Ok(report) = report.check(Source::Public, telling.at) else { return };
        let incident = incident_of_report(ReportId(id));
        self.affair_of.insert(incident, telling.affair);
        let received_at = telling.at;
        self.apply(
            telling.at,
            IntakeEvent::ReportTaken { report: Box::new(report), vouch: None, received_at },
        );
        let Some(join) = self.state.proposed_joins(incident).into_iter().next() else { return };
        let is_right = self.affair_of.get(&join.with) == Some(&telling.affair);
        self.proposed.0 += usize::from(is_right);
        self.proposed.1 += 1;
        if !is_right && self.reader.chance(Habits::default().desk.reads_both) {
            return;
        }
        if is_right {
            self.right += 1
        } else {
            self.wrong += 1
        }
        self.apply(telling.at, WorkEvent::Claimed { incident });
        self.apply(telling.at, IntakeEvent::SameAs { incident, into: join.with });
        self.apply(telling.at, WorkEvent::Released { incident });
    }

    /// Reports brought together, of those that should have been.
    fn together(&self) -> (usize, usize) {
        let mut groups: BTreeMap<usize, Vec<IncidentId>> = BTreeMap::new();
        for (incident, affair) in &self.affair_of {
            groups.entry(*affair).or_default().push(self.state.root_of(*incident));
        }
        let apart = |roots: &Vec<IncidentId>| roots.iter().collect::<BTreeSet<_>>().len();
        let wanted = groups.values().map(|roots| roots.len() - 1).sum();
        (groups.values().map(|roots| roots.len() - apart(roots)).sum(), wanted)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [zones, places, scenario, from, to, reports, minutes] = words.as_slice() else {
        return Err("ZONES INCIDENTS SCENARIO FROM TO REPORTS MINUTES".into());
    };
    let city = City::read(&std::fs::read_to_string(zones)?, &std::fs::read_to_string(places)?)?;
    let (scenario, reports, minutes): (Scenario, usize, u64) =
        (scenario.parse()?, reports.parse()?, minutes.parse()?);
    println!("seed\tproposed\tright\tjoined\twrong\ttogether\twanted");
    let mut all = (0, 0, 0, 0);
    for seed in from.parse::<u64>()?..=to.parse()? {
        let (habits, mut rng) = (Habits::default(), Seeds::new(seed).generator("affairs", 0));
        let day = (BEGIN, 23 * HOUR_MS);
        let (_, tellings) = draw(&city, (scenario, 24), &habits.neighbors, day, reports, &mut rng);
        let mut desk = Desk::new(Seeds::new(seed).generator("reader", 0), minutes * MINUTE_MS);
        for (number, telling) in tellings.iter().enumerate() {
            desk.close_old(telling.at);
            desk.take(number, telling);
        }
        let (together, wanted) = desk.together();
        let (right, proposed) = desk.proposed;
        println!(
            "{seed}\t{proposed}\t{right}\t{}\t{}\t{together}\t{wanted}",
            desk.right + desk.wrong,
            desk.wrong
        );
        all = (all.0 + desk.right, all.1 + desk.wrong, all.2 + together, all.3 + wanted);
    }
    let (right, wrong, together, wanted) = all;
    let permille = |part: usize, whole: usize| part * 1_000 / whole.max(1);
    println!("precision {} recall {} permille", permille(right, right + wrong), permille(together, wanted));
    Ok(())
}
