//! A member on duty: `bystand duty`.

use bystand_client::Session;
use bystand_core::alerts::Outcome;
use bystand_core::desk::{SignFrom, Verdict};
use bystand_core::device::member::{Duty, GoingState, MemberCommand, MemberEvent};
use bystand_core::device::zones::Zones;
use bystand_core::device::{Command, CommandError, Device};
use bystand_core::geo::{Point, cell_center};
use bystand_core::messages::{Acceptance, CallOut};
use bystand_wire::time::MINUTE_MS;
use bystand_wire::{CallOutId, OfferId, ReportId, Role, Timestamp, ZoneId};
use clap::{Args, Subcommand};
use rand_core::Rng;
use serde_json::{Value, json};

use crate::choice;
use crate::engine;
use crate::failure::{Done, Failure};
use crate::help::Family;
use crate::output::{Tone, harmless};
use crate::report_args::{self, ReportArgs};
use crate::terminal::{RoleVerb, Terminal};
use crate::when::WallClock;

/// A member's verbs.
#[derive(Debug, Clone, Subcommand)]
pub enum DutyVerb {
    /// Show your duty, the rooms and open call-outs
    Show,
    /// Choose the zones whose day rooms you take part in (at most three a week)
    Zones {
        /// Their names
        #[arg(required = true, value_parser = choice::zone)]
        zones: Vec<ZoneId>,
    },
    /// Go on duty
    On(OnArgs),
    /// End duty
    Off,
    /// I can go: answer a call-out
    Go {
        /// Which call-out, by the beginning of its id
        call_out: String,
        /// In how many minutes
        minutes: u16,
    },
    /// Tell the desk: fine, on-the-way, parked, on-scene, leaving, home, stopped or cannot-go
    Sign {
        /// What
        #[arg(value_parser = choice::sign())]
        sign: SignFrom,
        /// For which offer, by the beginning of its id [default: the one you are on]
        #[arg(long)]
        offer: Option<String>,
    },
    /// Say what you found; park first
    Found(FoundArgs),
    /// Say that you could not check
    CouldNotCheck {
        /// Why
        text: Vec<String>,
        /// For which offer, by the beginning of its id [default: the one you are on]
        #[arg(long)]
        offer: Option<String>,
    },
    /// You happened on something: report and finding in one step
    ReportAndFind(Box<OnTheSpotArgs>),
    /// Your emergency envelope: whom to call, which lawyer; sealed, opened only when you fall silent
    Envelope {
        /// The text; nothing takes it away
        text: Vec<String>,
    },
    /// Say something in a zone's room
    Say {
        /// Which zone
        #[arg(value_parser = choice::zone)]
        zone: ZoneId,
        /// What
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// You looked around: all quiet
    Quiet {
        /// In which zone
        #[arg(value_parser = choice::zone)]
        zone: ZoneId,
    },
}

/// On duty.
#[derive(Debug, Clone, Args)]
pub struct OnArgs {
    /// In which zone; can be repeated
    #[arg(long = "zone", value_name = "ZONE", required = true, value_parser = choice::zone)]
    zones: Vec<ZoneId>,
    /// For how many minutes
    #[arg(long, value_name = "MINUTES", default_value_t = 240)]
    minutes: u64,
    /// Where you are; stays on this device
    #[arg(long, value_name = "LAT,LON", value_parser = report_args::point, allow_hyphen_values = true)]
    point: Option<Point>,
    /// How far you would go, in meters
    #[arg(long, value_name = "METERS", default_value_t = 3_000)]
    reach: u32,
    /// As what; can be repeated [default: what your certificate says]
    #[arg(long = "role", value_name = "ROLE", value_parser = choice::role())]
    roles: Vec<Role>,
}

/// A finding.
#[derive(Debug, Clone, Args)]
pub struct FoundArgs {
    /// confirmed, false-alarm:WHAT or over:HOW
    #[arg(value_parser = found)]
    outcome: Outcome,
    /// For the desk only
    text: Vec<String>,
    /// How many of you looked
    #[arg(long, value_name = "N", default_value_t = 1)]
    seen_by: u8,
    /// For which offer, by the beginning of its id [default: the one you are on]
    #[arg(long)]
    offer: Option<String>,
}

/// Report and finding in one step.
#[derive(Debug, Clone, Args)]
pub struct OnTheSpotArgs {
    /// confirmed or false-alarm:WHAT
    #[arg(long, value_parser = found)]
    found: Outcome,
    /// How many of you looked
    #[arg(long, value_name = "N", default_value_t = 1)]
    seen_by: u8,
    #[command(flatten)]
    what: ReportArgs,
}

fn found(text: &str) -> Result<Outcome, String> {
    match choice::verdict(text)? {
        Verdict::Confirmed => Ok(Outcome::Confirmed),
        Verdict::FalseAlarm(what) => Ok(Outcome::FalseAlarm(what)),
        Verdict::Ended(how) => Ok(Outcome::Over(how)),
        Verdict::CouldNotCheck => Err("use the verb could-not-check for that".to_owned()),
    }
}

impl RoleVerb for DutyVerb {
    const FAMILIES: &'static [Family] = &[Family {
        heading: None,
        verbs: &[
            ("show", "show"),
            ("zones", "zones powderhorn-park corcoran"),
            ("on", "on --zone powderhorn-park --point 44.9484,-93.2619 --minutes 240"),
            ("off", "off"),
            ("go", "go 9e09df57 6"),
            ("sign", "sign parked"),
            ("found", "found confirmed --seen-by 2 'Two vans, four agents.'"),
            ("could-not-check", "could-not-check 'The street was closed.'"),
            (
                "report-and-find",
                "report-and-find --found confirmed --kind checkpoint --point 44.9484,-93.2619",
            ),
            ("envelope", "envelope 'Call 612-555-0199, lawyer 612-555-0142.'"),
            ("say", "say powderhorn-park 'I am at the lake.'"),
            ("quiet", "quiet powderhorn-park"),
        ],
    }];

    fn usual() -> Self {
        DutyVerb::Show
    }

    fn is_ready(device: &Device, _: Timestamp) -> bool {
        device.shared().key_note().is_some()
    }

    async fn act(self, terminal: &mut Terminal, session: &mut Session<Device>) -> Done {
        if matches!(self, DutyVerb::Show) {
            let rows = session.ask(|device, now, _| rooms(device, now)).await?;
            let headings = ["Zone", "Members", "On duty", "Call-out", "Within", "Near", "You"];
            terminal.output.table(&headings, &rows, "Not on duty. See `duty on --help`.")?;
            return Ok(());
        }
        let done = session.ask(move |device, now, rng| {
            if let DutyVerb::Zones { zones } | DutyVerb::On(OnArgs { zones, .. }) = &self {
                device.choose_zones(zones, now, rng)?;
            }
            match command(device, self, now, rng) {
                Ok(Some(command)) => Ok(device.handle_command(Command::Member(command), now, rng)?),
                Ok(None) => Ok(()),
                Err(text) => Err(CommandError::NotNow(text)),
            }
        });
        done.await?.map_err(engine::refused)
    }
}

fn command(
    device: &Device,
    verb: DutyVerb,
    now: Timestamp,
    rng: &mut bystand_core::io::Random,
) -> Result<Option<MemberCommand>, String> {
    Ok(Some(match verb {
        DutyVerb::Show | DutyVerb::Zones { .. } => return Ok(None),
        DutyVerb::On(on) => MemberCommand::DutyOn(duty(device, on, now)),
        DutyVerb::Off => MemberCommand::DutyOff,
        DutyVerb::Go { call_out, minutes } => MemberCommand::Offer(named(device, &call_out)?, minutes),
        DutyVerb::Sign { sign, offer } => MemberCommand::Sign(going(device, offer)?, sign),
        DutyVerb::Found(FoundArgs { outcome, text, seen_by, offer }) => {
            MemberCommand::Finding(going(device, offer)?, outcome, seen_by, text.join(" "))
        }
        DutyVerb::CouldNotCheck { text, offer } => {
            MemberCommand::CouldNotCheck(going(device, offer)?, text.join(" "))
        }
        DutyVerb::ReportAndFind(spot) => {
            let mut id = [0; ReportId::LEN];
            rng.fill_bytes(&mut id);
            let report = spot.what.report(ReportId(id), Zones::of(device.shared()).as_ref(), now);
            MemberCommand::ReportAndFind(Box::new(report), spot.found, spot.seen_by)
        }
        DutyVerb::Envelope { text } => MemberCommand::Envelope(text.join(" ")),
        DutyVerb::Say { zone, text } => MemberCommand::Say(zone, text.join(" ")),
        DutyVerb::Quiet { zone } => MemberCommand::AllQuiet(zone),
    }))
}

fn duty(device: &Device, on: OnArgs, now: Timestamp) -> Duty {
    let own = || device.shared().identity.certified().map(|certificate| certificate.roles);
    let roles = if on.roles.is_empty() { own().unwrap_or_default() } else { on.roles };
    let until = now.plus_ms(on.minutes.saturating_mul(MINUTE_MS));
    Duty { zones: on.zones, until, place: on.point, reach_m: on.reach, roles }
}

/// A call-out of today's rooms by the beginning of its id.
fn named(device: &Device, given: &str) -> Result<CallOutId, String> {
    let zones = device.member().duty().map(|duty| duty.zones.as_slice()).unwrap_or_default();
    let days = zones.iter().filter_map(|zone| device.member().day(zone));
    let mut found: Vec<CallOutId> = days
        .flat_map(|day| day.call_outs.keys())
        .filter(|id| id.to_string().starts_with(given))
        .copied()
        .collect();
    found.dedup();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(format!("there is no open call-out {given}")),
        _ => Err(format!("more than one call-out begins with {given}: type more of it")),
    }
}

/// The call-out that one is on, or the one named.
fn going(device: &Device, given: Option<String>) -> Result<OfferId, String> {
    let all = device.member().going();
    let found: Vec<OfferId> = match &given {
        Some(given) => {
            all.filter(|(id, _)| id.to_string().starts_with(given.as_str())).map(|(id, _)| *id).collect()
        }
        None => all.filter(|(_, going)| going.state() != GoingState::Over).map(|(id, _)| *id).collect(),
    };
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err("you have not answered such a call-out".to_owned()),
        _ => Err("you have answered more than one call-out: say which one with --offer".to_owned()),
    }
}

fn rooms(device: &Device, now: Timestamp) -> Vec<Vec<String>> {
    let zones = device.member().duty().map(|duty| duty.zones.as_slice()).unwrap_or_default();
    let mut rows = Vec::new();
    for zone in zones {
        let Some(day) = device.member().day(zone) else {
            rows.push(vec![zone.to_string(), "no room yet".to_owned()]);
            continue;
        };
        let head = [zone.to_string(), day.members.to_string(), day.duty_count(now).to_string()];
        if day.call_outs.is_empty() {
            rows.push(head.to_vec());
        }
        for (id, call_out) in &day.call_outs {
            let mine = device.member().going().find(|(_, going)| going.call_out() == *id);
            let you = mine.map_or("", |(_, going)| going_word(going.state()));
            let within = format!("{} min", call_out.within_min);
            let more = [id.short(), within, area(call_out), you.to_owned()];
            rows.push(head.iter().cloned().chain(more).collect());
        }
    }
    rows
}

fn area(call_out: &CallOut) -> String {
    cell_center(call_out.cell)
        .map(|center| format!("{:.3},{:.3}", center.lat_degrees(), center.lon_degrees()))
        .unwrap_or_default()
}

fn going_word(state: GoingState) -> &'static str {
    match state {
        GoingState::Offered => "offered",
        GoingState::Accepted => "please go",
        GoingState::OnTheWay => "on the way",
        GoingState::Parked => "parked",
        GoingState::OnScene => "on scene",
        GoingState::Leaving => "leaving",
        GoingState::Over => "over",
    }
}

/// Shows what a member is told.
pub async fn show(terminal: &mut Terminal, session: &mut Session<Device>, news: MemberEvent) -> Done {
    let output = terminal.output;
    let line = session.ask(move |device, now, _| line(&WallClock::of(device.shared()), now, &news)).await?;
    let (text, tone, value) = line;
    output.both(&output.tone(tone, &harmless(&text)), &value)?;
    Ok(())
}

fn line(wall: &WallClock, now: Timestamp, news: &MemberEvent) -> (String, Tone, Value) {
    let room = |event: &str, zone: &ZoneId, text: String, tone: Tone| {
        (format!("{zone}: {text}"), tone, json!({"event": event, "zone": zone.to_string(), "text": text}))
    };
    let of_offer = |event: &str, offer: &OfferId, text: &str, tone: Tone| {
        (format!("{}: {text}", offer.short()), tone, json!({"event": event, "offer": offer.short()}))
    };
    match news {
        MemberEvent::Joined(zone, name) => {
            let value = json!({"event": "joined", "zone": zone.to_string(), "name": name});
            let rule = "We watch and record from a distance. We do not follow, block, touch or crowd anyone. No plates, \
                        faces, names or homes here.";
            (format!("{zone}: in the room as {name}. {rule}"), Tone::Good, value)
        }
        MemberEvent::Members(zone, count) => {
            let value = json!({"event": "members", "zone": zone.to_string(), "count": count});
            (format!("{zone}: {count} in the room"), Tone::Faint, value)
        }
        MemberEvent::Removed(zone) => room("removed", zone, "removed for this week".into(), Tone::Bad),
        MemberEvent::DayOver(zone) => {
            room("day-over", zone, "the day is over; everything of it is erased".into(), Tone::Faint)
        }
        MemberEvent::NoRoom(zone) => {
            room("no-room", zone, "no host has opened the room today".into(), Tone::Warn)
        }
        MemberEvent::NoPass(zone) => {
            room("no-pass", zone, "no room pass yet; a registrar's device sends them".into(), Tone::Warn)
        }
        MemberEvent::HeadsUp(zone, heads_up) => {
            let at = wall.short(heads_up.at, now);
            let text = format!("{at} HEADS-UP, unconfirmed, we are checking. Not to be shared.");
            room("heads-up", zone, text, Tone::Warn)
        }
        MemberEvent::CallOut(zone, call_out, concerns_you) => called(zone, call_out, *concerns_you),
        MemberEvent::CallOutOver(id) => {
            let value = json!({"event": "call-out-over", "call_out": id.short()});
            (format!("call-out {} is over", id.short()), Tone::Plain, value)
        }
        MemberEvent::Note(zone, text, at) => {
            room("note", zone, format!("{} the desk: {text}", wall.short(*at, now)), Tone::Strong)
        }
        MemberEvent::AlertPassed(zone) => {
            room("alert-passed", zone, "an alert was published; see `bystand alerts`".into(), Tone::Bad)
        }
        MemberEvent::Said(zone, name, text) => room("said", zone, format!("{name}: {text}"), Tone::Plain),
        MemberEvent::Quiet(zone, name) => {
            room("quiet", zone, format!("{name} looked around: all quiet"), Tone::Faint)
        }
        MemberEvent::Offered(offer, call_out) => {
            let value = json!({"event": "offered", "offer": offer.short(), "call_out": call_out.short()});
            (format!("{}: the desk has your offer; wait for its answer", offer.short()), Tone::Plain, value)
        }
        MemberEvent::Accepted(offer, place) => accepted(offer, place),
        MemberEvent::Declined(offer) => of_offer("declined", offer, "thank you, others go", Tone::Plain),
        MemberEvent::CheckIn(offer) => {
            of_offer("check-in", offer, "the desk asks: are you all right? Type: sign fine", Tone::Warn)
        }
        MemberEvent::Released(offer) => {
            of_offer("released", offer, "over, thank you; the place is forgotten", Tone::Good)
        }
        MemberEvent::SignDue(offer) => {
            of_offer("sign-due", offer, "a sign is due. Type: sign fine", Tone::Warn)
        }
        MemberEvent::Told(offer) => of_offer("told", offer, "the relay has it", Tone::Faint),
    }
}

fn called(zone: &ZoneId, call_out: &CallOut, concerns_you: bool) -> (String, Tone, Value) {
    let roles: Vec<&str> = call_out.roles.iter().map(|role| role.as_str()).collect();
    let (id, near) = (call_out.id.short(), area(call_out));
    let text = format!(
        "{zone}: CALL-OUT {id}: {} needed within {} min, around {near}{}",
        roles.join(", "),
        call_out.within_min,
        if concerns_you {
            format!(". Nobody is obliged. Type: go {id} MINUTES")
        } else {
            " (not near you)".to_owned()
        }
    );
    let value = json!({"event": "call-out", "call_out": id, "zone": zone.to_string(), "roles": roles,
                       "within_min": call_out.within_min, "around": near, "near": concerns_you});
    (text, if concerns_you { Tone::Bad } else { Tone::Faint }, value)
}

fn accepted(offer: &OfferId, place: &Acceptance) -> (String, Tone, Value) {
    let point = place.point.map(|point| format!("{:.5},{:.5}", point.lat_degrees(), point.lon_degrees()));
    let text = format!(
        "{}: PLEASE GO: {} {} ({}). With: {}. Give a sign every {} min. Drive normally. Never follow a vehicle. \
         Park before you do anything else, then type: sign parked",
        offer.short(),
        place.place,
        point.as_deref().unwrap_or_default(),
        place.activity,
        if place.partners.is_empty() { "nobody else".to_owned() } else { place.partners.join(", ") },
        place.check_in_min,
    );
    let value = json!({"event": "accepted", "offer": offer.short(), "place": place.place, "point": point,
                       "home": place.is_home, "activity": place.activity, "partners": place.partners});
    (text, Tone::Bad, value)
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        engine::refused(error)
    }
}
