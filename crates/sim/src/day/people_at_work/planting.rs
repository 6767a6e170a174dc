//! What is planted so that it can be searched for: nobody but those whom the protocol says may have it.

use bystand_core::desk::incident_of_report;
use bystand_core::device::Command;
use bystand_core::device::desk::DeskCommand;
use bystand_core::report::ReportIn;
use bystand_wire::{ReportId, ZoneId};

use super::super::population::Crew;
use super::Director;
use crate::ledger::{Kind, Secret, words};
use crate::machine::MachineId;
use crate::watch::clearance::Standing;

impl Director {
    /// Who is what at the day's beginning. The founder is on the desk until others take over, and stays.
    pub(super) fn clear(&mut self, crew: &Crew) {
        let founder = self.stage.founder;
        let clearance = &mut self.watch.clearance;
        for id in crew.dispatchers.iter().chain([&founder]) {
            clearance.stands(*id, Standing::Desk);
        }
        crew.hosts.iter().for_each(|id| clearance.stands(*id, Standing::Host));
    }

    fn secret(&mut self, kind: Kind, owner: MachineId) -> Secret {
        Secret { kind, owner, incident: None, zone: None, at: self.world().now() }
    }

    /// New words that nobody else has.
    fn words(&mut self) -> String {
        self.planted += 1;
        words(self.planted)
    }

    /// In a report that is about to be sent: words where nobody decides by them, and its place.
    pub(in crate::day) fn plant_in_report(&mut self, phone: MachineId, report: &mut ReportIn) {
        let words = self.words();
        report.unit.push_str(&words);
        let secret = self.secret(Kind::Report, phone);
        self.world().ledger.plant(secret, &words);
        if let Some(point) = report.place.point {
            let secret = self.secret(Kind::Place, phone);
            self.world().ledger.plant_place(secret, point);
        }
        if report.place.home && !report.place.text.is_empty() {
            let words = self.words();
            report.place.text.push_str(&words);
            let secret = self.secret(Kind::Home, phone);
            self.world().ledger.plant(secret, &words);
        }
    }

    /// The report has its number: what was planted in it is about that incident.
    pub(super) fn planted_about(&mut self, phone: MachineId, report: ReportId) {
        self.world().ledger.about(phone, incident_of_report(report));
    }

    /// What a member is from now on; and words for their emergency envelope.
    pub(in crate::day) fn plant_on_duty(&mut self, phone: MachineId, zone: ZoneId) -> String {
        let words = self.words();
        let secret = self.secret(Kind::Envelope, phone);
        self.world().ledger.plant(secret, &words);
        self.watch.clearance.stands(phone, Standing::Member(zone));
        words
    }

    /// In what a finding says to the desk alone.
    pub(in crate::day) fn plant_in_finding(&mut self, phone: MachineId) -> String {
        let words = self.words();
        let secret = self.secret(Kind::FindingNote, phone);
        self.world().ledger.plant(secret, &words);
        words
    }

    /// In a note to a zone's members, as a shift begins.
    pub(in crate::day) fn plant_in_note(&mut self, dispatcher: MachineId) {
        let Some(zone) = self.city.for_manifest().into_iter().next().map(|zone| zone.id) else { return };
        let words = self.words();
        let secret = Secret { zone: Some(zone.clone()), ..self.secret(Kind::ZoneNote, dispatcher) };
        self.world().ledger.plant(secret, &words);
        // Who is not on shift yet, with a program that is just starting anew, says nothing.
        let _ = self.world().command(dispatcher, Command::Desk(DeskCommand::NoteToZones(vec![zone], words)));
    }
}
