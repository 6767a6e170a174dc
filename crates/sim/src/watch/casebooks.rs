//! Whether honest members agree about casebooks: the order and the times of entries, what is in them, what
//! they come to, and who holds what.

use std::collections::{BTreeMap, BTreeSet};

use bystand_core::desk::{Author, DeskState};
use bystand_core::device::Device;
use bystand_core::team::TeamKind;
use bystand_wire::{Hash32, IncidentId, Seq, StreamId};

use crate::machine::MachineId;

/// Running hashes that are kept for comparing.
const KEPT: usize = 20_000;

/// One entry as it was told.
#[derive(Debug, Clone)]
pub struct Told {
    /// On whose screen.
    pub who: MachineId,
    /// Which run of the program that is.
    pub life: u32,
    /// Its place.
    pub seq: Seq,
    /// A hash over who wrote it, what, and what became of it.
    pub hash: Hash32,
    /// What it is about.
    pub incident: Option<IncidentId>,
}

/// From which place to which one a run of a program has told all entries.
#[derive(Debug, Clone, Copy)]
struct Run {
    life: u32,
    from: u64,
    to: u64,
}

/// What all have told so far.
#[derive(Debug, Default)]
pub struct Casebooks {
    /// By whom, what, and about what.
    entries: BTreeMap<u64, (MachineId, Hash32, Option<IncidentId>)>,
    runs: BTreeMap<MachineId, Run>,
    running: BTreeMap<(TeamKind, StreamId, Seq), (MachineId, Hash32)>,
    holders: BTreeMap<(u64, IncidentId), (MachineId, Option<Author>)>,
    erased: BTreeSet<IncidentId>,
    /// Whom their program has told that the casebook which they are shown is not everybody's.
    parted: BTreeSet<MachineId>,
}

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Which.
    pub invariant: &'static str,
    /// What was seen.
    pub detail: String,
    /// Between whom.
    pub parties: [MachineId; 2],
}

impl Breach {
    fn of(invariant: &'static str, one: MachineId, other: MachineId, what: &str) -> Self {
        Self { invariant, detail: format!("{one:?} and {other:?}: {what}"), parties: [one, other] }
    }
}

impl Casebooks {
    /// Somebody's program said that an entry does not fit: from here on it goes its own way, and its person
    /// knows.
    pub fn part(&mut self, who: MachineId) {
        self.parted.insert(who);
    }

    /// Whether somebody was told that the casebook is not everybody's.
    pub fn is_parted(&self, who: MachineId) -> bool {
        self.parted.contains(&who)
    }

    /// An incident was erased: who comes later does not read its entries.
    pub fn erase(&mut self, incident: IncidentId) {
        self.erased.insert(incident);
    }

    /// Whether nobody has told of this place yet.
    pub fn is_news(&self, seq: Seq) -> bool {
        !self.entries.contains_key(&seq.0)
    }

    /// Somebody's screen shows an entry.
    pub fn entry(&mut self, told: &Told) -> Vec<Breach> {
        if self.is_parted(told.who) {
            return Vec::new();
        }
        let mut breaches = Vec::new();
        let seq = told.seq.0;
        let known = self.entries.insert(seq, (told.who, told.hash, told.incident));
        match known {
            Some((other, hash, _)) if hash != told.hash => {
                let what = format!("place {seq} is another entry");
                breaches.push(Breach::of("casebooks-agree", told.who, other, &what));
            }
            Some(_) => {}
            None => breaches.extend(self.passed_over(told)),
        }
        breaches.extend(self.skipped(told));
        breaches
    }

    /// Others who are beyond a place and never told of it.
    fn passed_over(&self, told: &Told) -> Option<Breach> {
        if told.incident.is_some_and(|incident| self.erased.contains(&incident)) {
            return None;
        }
        let is_beyond = |(who, run): &(&MachineId, &Run)| {
            **who != told.who && run.from < told.seq.0 && told.seq.0 < run.to && !self.is_parted(**who)
        };
        let (who, _) = self.runs.iter().find(is_beyond)?;
        let what = format!("place {} was passed over", told.seq.0);
        Some(Breach::of("casebooks-agree", *who, told.who, &what))
    }

    /// Places that somebody else has told, and this run goes over.
    fn skipped(&mut self, told: &Told) -> Option<Breach> {
        let seq = told.seq.0;
        let fresh = Run { life: told.life, from: seq, to: seq };
        let run = self.runs.entry(told.who).or_insert(fresh);
        if run.life != told.life || seq < run.from {
            *run = fresh;
            return None;
        }
        let after = run.to;
        run.to = run.to.max(seq);
        let is_erased = |incident: &Option<IncidentId>| incident.is_some_and(|i| self.erased.contains(&i));
        let mut between = self.entries.range(after.saturating_add(1)..seq.max(after.saturating_add(1)));
        let (place, (other, ..)) = between.find(|(_, (_, _, incident))| !is_erased(incident))?;
        Some(Breach::of("casebooks-agree", told.who, *other, &format!("place {place} is skipped")))
    }

    /// Looks at how far somebody's device has read its teams' casebooks, and at the running hash there.
    pub fn running(&mut self, who: MachineId, device: &Device) -> Vec<Breach> {
        if self.is_parted(who) {
            return Vec::new();
        }
        let mut breaches = Vec::new();
        for (kind, team) in &device.shared().teams {
            let mark = team.mark();
            if mark.seq == Seq::START {
                continue;
            }
            let place = (*kind, team.streams().casebook, mark.seq);
            let known = self.running.insert(place, (who, mark.running()));
            if let Some((other, _)) = known.filter(|(_, known)| *known != mark.running()) {
                let what = format!("the {} casebook at place {}", kind.as_str(), mark.seq.0);
                breaches.push(Breach::of("running-hashes-agree", who, other, &what));
            }
        }
        while self.running.len() > KEPT {
            self.running.pop_first();
        }
        breaches
    }

    /// Who holds an incident, as a device shows it right after an entry.
    pub fn holder(
        &mut self,
        who: MachineId,
        state: &DeskState,
        seq: Seq,
        incident: IncidentId,
    ) -> Option<Breach> {
        if self.is_parted(who) || state.last_seq() != seq {
            return None;
        }
        let root = state.root_of(incident);
        let holder = state.incident(root).and_then(|i| i.claim).map(|claim| claim.holder);
        let known = self.holders.insert((seq.0, root), (who, holder));
        while self.holders.len() > KEPT {
            self.holders.pop_first();
        }
        let (other, _) = known.filter(|(_, known)| *known != holder)?;
        let what = format!("{root} has another holder at place {}", seq.0);
        Some(Breach::of("claims-are-exclusive", who, other, &what))
    }

    /// Folds that stand at the same place.
    pub fn folds<'a>(&self, folds: impl Iterator<Item = (MachineId, &'a DeskState)>) -> Vec<Breach> {
        let mut firsts: BTreeMap<Seq, (MachineId, &DeskState)> = BTreeMap::new();
        let mut breaches = Vec::new();
        for (who, state) in folds.filter(|(who, _)| !self.is_parted(*who)) {
            let (first, held) = firsts.entry(state.last_seq()).or_insert((who, state));
            if *held != state {
                let what = format!("the fold at place {}", state.last_seq().0);
                breaches.push(Breach::of("folds-agree", *first, who, &what));
            }
        }
        breaches
    }
}

#[cfg(test)]
mod tests {
    use bystand_core::desk::{IntakeEvent, Outcome, ShiftEvent, WorkEvent, incident_of_report};
    use bystand_core::report::{Kind, Place, ReportIn, Source};
    use bystand_wire::{ReportId, Timestamp, ZoneId};

    use super::*;

    fn told(who: u64, seq: u64, hash: u8) -> Told {
        Told { who: MachineId(who), life: 1, seq: Seq(seq), hash: Hash32([hash; 32]), incident: None }
    }

    fn names(breaches: &[Breach]) -> Vec<&'static str> {
        breaches.iter().map(|breach| breach.invariant).collect()
    }

    #[test]
    fn a_device_that_reads_another_entry_or_none_is_found() {
        let mut casebooks = Casebooks::default();
        for seq in [1, 2, 5, 9] {
            assert_eq!(casebooks.entry(&told(1, seq, 0)), []);
        }
        for seq in [2, 5] {
            assert_eq!(casebooks.entry(&told(2, seq, 0)), [], "who comes later begins anywhere");
        }
        assert_eq!(names(&casebooks.entry(&told(3, 5, 7))), ["casebooks-agree"], "another entry");
        casebooks.entry(&told(4, 2, 0));
        assert_eq!(names(&casebooks.entry(&told(4, 9, 0))), ["casebooks-agree"], "one is skipped");
        assert_eq!(
            names(&casebooks.entry(&told(2, 7, 0))),
            ["casebooks-agree"],
            "others have passed it over"
        );
        // A program that was killed may not have told what it had read; it begins anew.
        let again = Told { life: 2, ..told(1, 12, 0) };
        assert_eq!(casebooks.entry(&again), []);
        // Who was told goes their own way.
        casebooks.part(MachineId(2));
        assert_eq!(casebooks.entry(&told(2, 9, 8)), []);
    }

    /// A fold after so many shifts began, the last one by this author.
    fn fold(last: u8) -> DeskState {
        let mut state = DeskState::new();
        for (seq, author) in [(1, 1), (2, last)] {
            let event = ShiftEvent::Started { languages: Vec::new() };
            state.apply(Seq(seq), Author(Hash32([author; 32])), Timestamp(seq), event.into());
        }
        state
    }

    #[test]
    fn folds_that_differ_are_found() {
        let (one, other) = (fold(2), fold(3));
        let folds = |list: &[(u64, &DeskState)]| {
            let list: Vec<_> = list.iter().map(|(who, state)| (MachineId(*who), *state)).collect();
            Casebooks::default().folds(list.into_iter())
        };
        assert_eq!(folds(&[(1, &one), (2, &one), (3, &DeskState::new())]), []);
        assert_eq!(names(&folds(&[(1, &one), (2, &other)])), ["folds-agree"]);
    }

    #[test]
    fn another_holder_at_the_same_place_is_found() {
        let place = Place { zone: ZoneId::new("west").ok(), text: "corner".to_owned(), ..Place::default() };
        let said = ReportIn::new(ReportId([7; 16]), Kind::Checkpoint, place, Timestamp(1));
        let report = Box::new(said.check(Source::Caller, Timestamp(1)).expect("a report"));
        let incident = incident_of_report(report.id());
        let claimed_by = |author: u8| {
            let (taker, holder) = (Author(Hash32([1; 32])), Author(Hash32([author; 32])));
            let received_at = Timestamp(1);
            let taken = IntakeEvent::ReportTaken { report: report.clone(), vouch: None, received_at };
            let mut state = DeskState::new();
            let started = || ShiftEvent::Started { languages: Vec::new() };
            state.apply(Seq(1), taker, Timestamp(1), taken.into());
            state.apply(Seq(2), holder, Timestamp(2), started().into());
            let claimed = WorkEvent::Claimed { incident };
            assert_eq!(state.apply(Seq(3), holder, Timestamp(3), claimed.into()), Outcome::Applied);
            state
        };
        let mut casebooks = Casebooks::default();
        let mut holder = |who, state: &DeskState| casebooks.holder(MachineId(who), state, Seq(3), incident);
        assert_eq!(holder(1, &claimed_by(4)), None);
        assert_eq!(holder(2, &claimed_by(4)), None);
        let found = holder(3, &claimed_by(5)).map(|breach| breach.invariant);
        assert_eq!(found, Some("claims-are-exclusive"));
    }

    #[test]
    fn what_was_erased_may_be_skipped() {
        let mut casebooks = Casebooks::default();
        let incident = Some(IncidentId([3; 16]));
        for seq in [1, 2, 3] {
            casebooks.entry(&Told { incident, ..told(1, seq, 0) });
        }
        casebooks.erase(IncidentId([3; 16]));
        casebooks.entry(&told(1, 4, 0));
        casebooks.entry(&Told { incident, ..told(2, 1, 0) });
        assert_eq!(casebooks.entry(&told(2, 4, 0)), []);
    }
}
