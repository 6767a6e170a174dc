//! A desk at a table: entries are appended by numbered dispatchers, time moves when a test says so.
#![allow(dead_code, reason = "each test file uses a part of it")]

use bystand_core::desk::*;
use bystand_core::geo::{CALL_OUT_RESOLUTION, Point, cell_of};
use bystand_core::report::{Kind, Place, ReplySeed, Report, ReportIn, Source};
use bystand_wire::*;

pub const START: Timestamp = Timestamp(1_795_000_000_000);
pub const SECOND: u64 = 1_000;
pub const MINUTE: u64 = 60 * SECOND;
pub const DAY: u64 = 24 * 60 * MINUTE;

pub fn who(n: u8) -> Author {
    Author(Hash32([n; 32]))
}

pub fn incident(n: u8) -> IncidentId {
    IncidentId([n; 16])
}

pub fn call_out(n: u8) -> CallOutId {
    CallOutId([n; 16])
}

pub fn alert(n: u8) -> AlertId {
    AlertId([n; 16])
}

pub fn offer(n: u8) -> OfferId {
    OfferId([n; 16])
}

pub fn finding_id(n: u8) -> FindingId {
    FindingId([n; 16])
}

pub fn zone(name: &str) -> ZoneId {
    name.parse().expect("a zone id")
}

pub fn city_hall() -> Point {
    Point::from_degrees(44.9771, -93.2655).expect("in range")
}

pub fn coarse() -> Cell {
    cell_of(city_hall(), CALL_OUT_RESOLUTION).expect("a cell")
}

pub fn report_in(n: u8, written_at: Timestamp) -> ReportIn {
    let place = Place {
        point: Some(city_hall()),
        text: "4th St and 3rd Ave".into(),
        zone: Some(zone("downtown-west")),
        ..Place::default()
    };
    let mut report = ReportIn::new(ReportId([n; 16]), Kind::Checkpoint, place, written_at);
    report.reply = Some(ReplySeed([n; 32]));
    report
}

pub fn report(n: u8, source: Source, at: Timestamp) -> Box<Report> {
    Box::new(report_in(n, at).check(source, at).expect("a good report"))
}

/// A report of the open lane.
pub fn taken(n: u8, at: Timestamp) -> IntakeEvent {
    IntakeEvent::ReportTaken { report: report(n, Source::Public, at), vouch: None, received_at: at }
}

/// A report with a pass.
pub fn vouched(n: u8, pass: u8, at: Timestamp) -> IntakeEvent {
    let vouch = Some(Vouch { purpose: PassPurpose::Report, pass: Hash32([pass; 32]) });
    IntakeEvent::ReportTaken { report: report(n, Source::Member, at), vouch, received_at: at }
}

pub fn request(n: u8) -> Request {
    Request {
        id: call_out(n),
        alert: alert(n),
        cell: coarse(),
        zones: vec![zone("downtown-west")],
        roles: vec![Role::Observer, Role::Verifier],
        within_min: 15,
        responses: StreamId([n; 32]),
    }
}

/// A signed finding by whoever happened on it, for the alert id of the same number as the incident.
pub fn finding(n: u8, alert_id: u8, verdict: Verdict) -> Box<Finding> {
    Box::new(Finding {
        id: finding_id(n),
        alert: alert(alert_id),
        answers: None,
        kind: Kind::Checkpoint,
        place: PublicPlace::Cell(coarse()),
        from: START,
        until: START.plus_ms(MINUTE),
        verdict,
        seen_by: 2,
        note: String::new(),
        signed: Some(Signed { statement: Hash32([n; 32]), pass: Hash32([n; 32]) }),
    })
}

pub fn recorded(inc: u8, n: u8, verdict: Verdict) -> FindingEvent {
    FindingEvent::Recorded { incident: incident(inc), finding: finding(n, inc, verdict) }
}

#[derive(Default)]
pub struct Table {
    pub state: DeskState,
    pub seq: u64,
    pub elapsed: u64,
}

impl Table {
    /// With one report taken and claimed by dispatcher 1.
    pub fn claimed() -> Table {
        let mut table = Table::default();
        table.ok(1, taken(1, START));
        table.ok(1, WorkEvent::Claimed { incident: incident(1) });
        table
    }

    pub fn now(&self) -> Timestamp {
        START.plus_ms(self.elapsed)
    }

    pub fn wait(&mut self, ms: u64) {
        self.elapsed += ms;
    }

    pub fn apply(&mut self, by: u8, event: impl Into<Event>) -> Outcome {
        self.seq += 1;
        let event = event.into();
        let decoded = decode::<Event>(&encode(&event)).expect("entries travel");
        assert_eq!(decoded, event);
        self.state.apply(Seq(self.seq), who(by), self.now(), event)
    }

    #[track_caller]
    pub fn ok(&mut self, by: u8, event: impl Into<Event>) {
        assert_eq!(self.apply(by, event), Outcome::Applied);
    }

    #[track_caller]
    pub fn same(&mut self, by: u8, event: impl Into<Event>) {
        let before = self.state.snapshot();
        assert_eq!(self.apply(by, event), Outcome::Duplicate);
        assert_eq!(self.state.snapshot().incidents, before.incidents, "a duplicate changes nothing");
    }

    /// The entry breaks this rule, changes nothing, and is marked.
    #[track_caller]
    pub fn breach(&mut self, by: u8, event: impl Into<Event>, breach: Breach) {
        let before = self.state.snapshot();
        let marked = self.state.marked().len();
        assert_eq!(self.apply(by, event), Outcome::Refused(breach));
        assert_eq!(self.state.snapshot().incidents, before.incidents, "a refused entry changes nothing");
        assert_eq!(self.state.marked().len(), marked + 1);
        assert_eq!(self.state.marked().last().map(|m| m.breach), Some(breach));
    }

    pub fn incident(&self, n: u8) -> &Incident {
        self.state.incident(incident(n)).expect("an incident")
    }

    pub fn stage(&self, n: u8) -> Option<Stage> {
        self.state.stage(incident(n))
    }

    /// A call-out 1 for incident 1, with offers 1 and 2 accepted.
    pub fn staffed() -> Table {
        let mut table = Table::claimed();
        table.ok(1, CallOutEvent::Opened { incident: incident(1), request: request(1) });
        for n in [1, 2] {
            table.ok(2, offered(n, 6));
        }
        table.ok(1, accepted(&[1, 2], false));
        table
    }
}

pub fn offered(n: u8, minutes: u16) -> CallOutEvent {
    CallOutEvent::Offered {
        incident: incident(1),
        call_out: call_out(1),
        offer: offer(n),
        frame: Seq(u64::from(n)),
        minutes,
    }
}

pub fn accepted(offers: &[u8], alone_agreed: bool) -> CallOutEvent {
    let offers = offers.iter().map(|n| offer(*n)).collect();
    CallOutEvent::Accepted { incident: incident(1), call_out: call_out(1), offers, alone_agreed }
}

pub fn sign(n: u8, frame: u64, sign: SignFrom) -> CallOutEvent {
    let (incident, call_out, offer) = (incident(1), call_out(1), offer(n));
    CallOutEvent::Sign { incident, call_out, offer, frame: Seq(frame), sign }
}
