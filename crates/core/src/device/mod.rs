//! One device: the engine that shells run.
//!
//! [`Device`] routes what comes in to the part it concerns: each part is a room of its own
//! (`desk`, `host`, `registrar`, `member`, `neighbor`, `enroll`) and all use [`Shared`]. Whatever a
//! device must not forget is written in the batch of the input that caused it, before anything is sent.

pub mod desk;
pub mod enroll;
mod health;
pub mod host;
pub mod member;
pub mod neighbor;
mod pace;
mod refused;
pub mod registrar;
pub mod reporter;
mod rooms;
pub mod secrets;
pub mod setup;
mod shared;
mod succession;
mod told;
mod wallet;
pub mod zones;

use std::collections::BTreeMap;

use bystand_wire::relay_api::{LiveOut, StoredFrame, WorkProof};
use bystand_wire::{StreamId, Timestamp, decode};

pub use shared::{Caller, Cx, Follow, Identity, KnockFor, Listener, Owner, Shared, policy};
pub use told::{Command, CommandError, Event, OpenError};
pub use wallet::Wallet;

use crate::ctx::{Ctx, Outputs};
use crate::io::{CallId, Effect, Engine, Random, Response};
use crate::logwatch::LogWatch;
use crate::outbox::{Outbox, Outcome};
use crate::team::{TeamEvent, TeamKind, TeamSync};

const IDENTITY: &str = "identity";

/// One device of a network.
#[derive(Debug)]
pub struct Device {
    shared: Shared,
    desk: desk::Desk,
    host: host::Host,
    registrar: registrar::Registrar,
    member: member::Member,
    neighbor: neighbor::Neighbor,
    enroll: enroll::Enroll,
    health: health::Health,
    outputs: Outputs<Event>,
    pace: pace::Pace,
    /// The size that the relay said the log has grown to since it was last asked for.
    log_told: Option<u64>,
    /// Whether the log was read to its end since the live connection stands.
    is_log_read: bool,
}

impl Device {
    /// A new device: knows its network and relay, trusts nothing else yet.
    pub fn create(identity: Identity, now: Timestamp, rng: &mut Random) -> Self {
        let log = LogWatch::new(identity.network);
        let shared = Shared::new(identity, log, Wallet::default(), Outbox::default());
        let mut device = Self::assemble(shared, now, &BTreeMap::new());
        device.input(now, rng, |device, ctx| {
            ctx.store(IDENTITY, &device.shared.identity);
            device.store_log(ctx);
        });
        device
    }

    /// A device as it lies in its vault.
    ///
    /// # Errors
    /// [`OpenError`] when there is none or it is damaged.
    pub fn open(
        records: &BTreeMap<String, Vec<u8>>,
        now: Timestamp,
        rng: &mut Random,
    ) -> Result<Self, OpenError> {
        let identity: Identity = read(records, IDENTITY)?.ok_or(OpenError::Empty)?;
        let log = LogWatch::load(records)
            .map_err(|source| OpenError::Damaged { name: "log".to_owned(), source })?
            .unwrap_or_else(|| LogWatch::new(identity.network));
        let mut outbox = Outbox::default();
        for (name, bytes) in records.range(Outbox::<Owner>::PREFIX.to_owned()..) {
            if !name.starts_with(Outbox::<Owner>::PREFIX) {
                break;
            }
            outbox.load(name, bytes).map_err(|source| OpenError::Damaged { name: name.clone(), source })?;
        }
        let shared = Shared::new(identity, log, Wallet::load(records), outbox);
        let mut device = Self::assemble(shared, now, records);
        device.load_rooms(records, now).map_err(|e| OpenError::Room(e.code()))?;
        device.load_candidates(records, now).map_err(|e| OpenError::Room(e.code()))?;
        device.input(now, rng, Self::resume);
        Ok(device)
    }

    /// What all parts share, for looking at.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Whether everything was read that the relay had for this device when the live connection came about.
    pub fn is_current(&self) -> bool {
        self.shared.connected && self.is_log_read && self.shared.has_read_all()
    }

    /// The desk, for looking at.
    pub fn desk(&self) -> &desk::Desk {
        &self.desk
    }

    /// The host box, for looking at.
    pub fn host(&self) -> &host::Host {
        &self.host
    }

    /// The registrar, for looking at.
    pub fn registrar(&self) -> &registrar::Registrar {
        &self.registrar
    }

    /// The member, for looking at.
    pub fn member(&self) -> &member::Member {
        &self.member
    }

    /// The neighbor, for looking at.
    pub fn neighbor(&self) -> &neighbor::Neighbor {
        &self.neighbor
    }

    /// Does what a person asks for. What it leads to comes as effects and events.
    ///
    /// # Errors
    /// [`CommandError`]; nothing has changed then.
    pub fn handle_command(
        &mut self,
        command: Command,
        now: Timestamp,
        rng: &mut Random,
    ) -> Result<(), CommandError> {
        let mut result = Ok(());
        self.input(now, rng, |device, ctx| {
            result = device.command(ctx, command);
        });
        result
    }

    /// Begins the newcomer's enrollment with an invitation. Zones for day rooms are chosen with
    /// [`Device::choose_zones`], as soon as the network's manifest is here.
    pub fn enroll(
        &mut self,
        invitation: &crate::network::invite::Invitation,
        now: Timestamp,
        rng: &mut Random,
    ) {
        self.input(now, rng, |device, ctx| device.enroll.begin(ctx, &mut device.shared, invitation));
    }

    fn assemble(shared: Shared, now: Timestamp, records: &BTreeMap<String, Vec<u8>>) -> Self {
        Self {
            desk: desk::Desk::load(records),
            host: host::Host::load(records),
            registrar: registrar::Registrar::load(records),
            member: member::Member::load(records),
            neighbor: neighbor::Neighbor::load(records),
            enroll: enroll::Enroll::load(records),
            health: health::Health::default(),
            shared,
            outputs: Outputs::default(),
            pace: pace::Pace::new(now),
            log_told: None,
            is_log_read: false,
        }
    }

    /// Handles one input: everything it writes becomes one batch, before anything it sends. Whether
    /// anything came of it.
    fn input(&mut self, now: Timestamp, rng: &mut Random, step: impl FnOnce(&mut Self, &mut Cx<'_>)) -> bool {
        let mut outputs = std::mem::take(&mut self.outputs);
        let network = self.shared.identity.network;
        let mut ctx = Ctx { now, rng, network, out: &mut outputs };
        self.keep_rules(now);
        step(self, &mut ctx);
        self.drive_rooms(&mut ctx);
        self.shared.drive_outbox(&mut ctx);
        self.desk.tell_entries(&mut ctx, &self.shared);
        self.shared.take_postponed(&mut ctx);
        let is_any = outputs.flush();
        self.outputs = outputs;
        self.pace.soon(now);
        is_any
    }

    fn resume(&mut self, ctx: &mut Cx<'_>) {
        self.settle_successions(ctx);
        self.follow_rooms(ctx);
        self.desk.resume(ctx, &mut self.shared);
        self.host.resume(ctx, &mut self.shared);
        self.registrar.resume(ctx, &mut self.shared);
        self.member.resume(ctx, &mut self.shared);
        self.neighbor.resume(ctx);
        self.enroll.resume(ctx, &mut self.shared);
    }

    fn command(&mut self, ctx: &mut Cx<'_>, command: Command) -> Result<(), CommandError> {
        let shared = &mut self.shared;
        match command {
            // Members have report passes of their own, and go into the vouched lane as who has a card does.
            Command::Neighbor(neighbor::NeighborCommand::Report(report, None, found)) => {
                let pass = shared.wallet.take(ctx, bystand_wire::PassPurpose::Report).map(Box::new);
                self.neighbor.command(ctx, shared, neighbor::NeighborCommand::Report(report, pass, found))
            }
            Command::Neighbor(command) => self.neighbor.command(ctx, shared, command),
            Command::Member(member::MemberCommand::ReportAndFind(report, outcome, seen_by)) => {
                let found = Box::new(self.member.find_on_the_spot(ctx, shared, &report, outcome, seen_by)?);
                let command = neighbor::NeighborCommand::Report(report, None, Some(found));
                self.command(ctx, Command::Neighbor(command))
            }
            Command::Member(command) => self.member.command(ctx, shared, command),
            Command::Desk(command) => self.desk.command(ctx, shared, command),
            Command::Host(command) => self.host.command(ctx, shared, command),
            Command::Registrar(command) => self.registrar.command(ctx, shared, command),
        }
    }

    fn frame(&mut self, ctx: &mut Cx<'_>, stream: StreamId, stored: StoredFrame) {
        if !self.shared.advance(&stream, stored.seq) {
            return;
        }
        let Some(listener) = self.shared.listener(&stream).map(|f| f.listener.clone()) else { return };
        let shared = &mut self.shared;
        match listener {
            Listener::Room => self.room_frame(ctx, stream, &stored),
            Listener::Casebook(kind) => self.casebook_frame(ctx, kind, stored),
            Listener::TeamDoor(kind) => self.team_door(ctx, kind, &stored),
            Listener::Welcome(door) => self.welcome_frame(ctx, door, &stored),
            Listener::Desk(what) => self.desk.frame(ctx, shared, what, &stored),
            Listener::Host(what) => self.host.frame(ctx, shared, what, &stored),
            Listener::Registrar(what) => self.registrar.frame(ctx, shared, what, &stored),
            Listener::Member(what) => self.member.frame(ctx, shared, what, &stored),
            Listener::Neighbor(what) => self.neighbor.frame(ctx, shared, what, &stored),
            Listener::Enroll(what) => self.enroll.frame(ctx, shared, what, &stored),
        }
    }

    fn job_ended(
        &mut self,
        ctx: &mut Cx<'_>,
        (id, job): (crate::outbox::JobId, crate::outbox::Job<Owner>),
        outcome: Outcome,
    ) {
        let shared = &mut self.shared;
        match job.owner.clone() {
            Owner::Nobody => {}
            Owner::Room(room, errand) => self.room_job(ctx, room, id, errand, &outcome),
            Owner::Desk(what) => self.desk.job_ended(ctx, shared, what, &job, outcome),
            Owner::Host(what) => self.host.job_ended(ctx, shared, what, &job, outcome),
            Owner::Registrar(what) => self.registrar.job_ended(ctx, shared, what, &job, outcome),
            Owner::Member(what) => self.member.job_ended(ctx, shared, what, &job, outcome),
            Owner::Neighbor(what) => self.neighbor.job_ended(ctx, shared, what, outcome),
            Owner::Enroll(what) => self.enroll.job_ended(ctx, shared, what, &job, outcome),
            Owner::Succession(kind) => self.succession_job(ctx, kind, &outcome),
        }
    }

    fn call_ended(&mut self, ctx: &mut Cx<'_>, id: CallId, response: Response) {
        let Some(caller) = self.shared.take_caller(id) else { return self.barrier(ctx, id, response) };
        let shared = &mut self.shared;
        match caller {
            Caller::Log => self.log_answer(ctx, response),
            Caller::Knock(door) => self.tree_answer(ctx, door, response),
            Caller::Barrier(_) => {}
            Caller::Holds(kind) => self.holds_answer(ctx, kind, &response),
            Caller::Abandoned(kind) => self.abandoned_answer(ctx, kind, &response),
            Caller::Generation => self.generation_answer(ctx, &response),
            Caller::Desk(what) => self.desk.call_ended(ctx, shared, what, response),
            Caller::Host(what) => self.host.call_ended(ctx, shared, what, response),
            Caller::Registrar(what) => self.registrar.call_ended(ctx, shared, what, response),
            Caller::Member(what) => self.member.call_ended(ctx, shared, what, response),
            Caller::Neighbor(what) => self.neighbor.call_ended(ctx, shared, what, response),
            Caller::Enroll(what) => self.enroll.call_ended(ctx, shared, what, response),
        }
    }

    /// A team's event goes to whoever keeps the team's state.
    fn team_event(&mut self, ctx: &mut Cx<'_>, kind: TeamKind, event: TeamEvent) {
        if event == TeamEvent::Keys && self.shared.teams.get(&kind).is_some_and(TeamSync::is_ready) {
            ctx.tell(Event::Team(kind, "keys"));
        }
        let shared = &mut self.shared;
        match kind {
            TeamKind::Desk => self.desk.team_event(ctx, shared, event),
            TeamKind::Hosts => self.host.team_event(ctx, shared, event),
            TeamKind::Registrars => self.registrar.team_event(ctx, shared, event),
        }
    }

    fn look_at_log(&mut self, ctx: &mut Cx<'_>) {
        self.pace.look_at_log_again(ctx.now);
        if self.shared.is_calling(&Caller::Log) {
            return;
        }
        self.log_told = None;
        let request = self.shared.log.next_request(ctx.now);
        self.shared.call(ctx, Caller::Log, request);
    }

    fn log_answer(&mut self, ctx: &mut Cx<'_>, response: Response) {
        let result = match response {
            Response::Network(network) => self.shared.log.handle_network(&network, ctx.now),
            Response::LogEntries(entries) => self.shared.log.handle_entries(&entries, ctx.now),
            Response::Unreachable => return,
            Response::Refused(refusal) => {
                let text = format!("The relay does not show its public log: {}.", refusal.code);
                ctx.tell(Event::Warning { code: "log-refused", text });
                return;
            }
            Response::Work(_)
            | Response::Created(_)
            | Response::Appended(_)
            | Response::Frames(_)
            | Response::Erased(_)
            | Response::Blob(_)
            | Response::Logged(_) => return,
        };
        match result {
            Ok(news) => {
                self.store_log(ctx);
                for alert in news.alerts {
                    self.desk.alert(ctx, &mut self.shared, &alert);
                    self.host.alert(ctx, &mut self.shared, &alert);
                    ctx.tell(Event::Alert(alert));
                }
                if news.trust_changed {
                    self.trust_changed(ctx);
                }
                self.is_log_read = !news.more;
                if !news.more {
                    self.health.look(ctx, &self.shared);
                    // Without a key note nothing can be done, and a new log may be shorter than what was told.
                    let is_told = self.shared.connected && self.shared.key_note().is_some();
                    self.pace.log_stands(ctx.now, is_told);
                }
                // What was logged while this answer was on its way may not be in it.
                if news.more || self.log_told.is_some_and(|told| told > self.shared.log.size()) {
                    self.look_at_log(ctx);
                }
            }
            Err(error) => ctx.tell(Event::Warning { code: error.code(), text: error.to_string() }),
        }
    }

    fn trust_changed(&mut self, ctx: &mut Cx<'_>) {
        ctx.tell(Event::Network);
        self.trust_rooms(ctx);
        let shared = &mut self.shared;
        self.desk.trust_changed(ctx, shared);
        self.host.trust_changed(ctx, shared);
        self.registrar.trust_changed(ctx, shared);
        self.member.trust_changed(ctx, shared);
        self.neighbor.trust_changed(ctx, shared);
        self.enroll.trust_changed(ctx, shared);
    }

    fn store_log(&mut self, ctx: &mut Cx<'_>) {
        for (name, value) in self.shared.log.take_changes() {
            match value {
                Some(bytes) => ctx.store_bytes(&name, bytes),
                None => ctx.forget(&name),
            }
        }
    }
}

impl Engine for Device {
    type Event = Event;

    fn handle_connected(&mut self, now: Timestamp, rng: &mut Random) {
        self.input(now, rng, |device, ctx| {
            device.shared.connected = true;
            device.is_log_read = false;
            device.shared.outbox.wake();
            device.shared.follow_all(ctx);
            ctx.follow_log(device.shared.log.size());
            device.look_at_log(ctx);
            ctx.tell(Event::Online(true));
        });
    }

    fn handle_disconnected(&mut self, now: Timestamp) {
        self.shared.connected = false;
        self.pace.disconnected(now);
    }

    fn handle_live(&mut self, message: LiveOut, now: Timestamp, rng: &mut Random) {
        self.input(now, rng, |device, ctx| match message {
            LiveOut::Frames(stream, frames) => {
                let (epoch, head, generation) = (frames.epoch, frames.head, frames.generation);
                let last = frames.frames.last().map(|stored| stored.seq);
                for stored in frames.frames {
                    device.frame(ctx, stream, stored);
                }
                device.room_epoch(&stream, epoch);
                device.shared.note_read(&stream, last, head);
                device.shared.rewind(ctx, &stream, head);
                device.shared.note_generation(ctx, &stream, generation);
            }
            LiveOut::LogSize(size) => {
                device.log_told = Some(size);
                device.look_at_log(ctx);
            }
            LiveOut::Lagged(stream) => device.shared.follow_again(ctx, &stream),
            LiveOut::Refused(stream, code) => device.stream_refused(ctx, &stream, &code),
        });
    }

    fn handle_response(&mut self, id: CallId, response: Response, now: Timestamp, rng: &mut Random) {
        self.input(now, rng, |device, ctx| {
            let is_awaited = device.shared.is_awaited(id, &response);
            let response = if is_awaited { Response::Unreachable } else { response };
            match device.shared.outbox.handle_response(ctx, id, response.clone()) {
                Some(ended) => {
                    for (id, job, outcome) in ended {
                        device.job_ended(ctx, (id, job), outcome);
                    }
                }
                None => device.call_ended(ctx, id, response),
            }
        });
    }

    fn handle_solved(&mut self, id: CallId, proof: WorkProof, now: Timestamp, rng: &mut Random) {
        self.input(now, rng, |device, _| {
            device.shared.outbox.handle_solved(id, proof);
        });
    }

    fn handle_timeout(&mut self, now: Timestamp, rng: &mut Random) {
        let is_at_work = self.input(now, rng, Self::due);
        self.sleep(now, is_at_work);
    }

    fn poll_effect(&mut self) -> Option<Effect<Event>> {
        self.outputs.poll()
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        let look = self.pace.next_look();
        Some(self.shared.outbox.poll_timeout().map_or(look, |retry| retry.min(look)))
    }
}

fn read<T>(records: &BTreeMap<String, Vec<u8>>, name: &str) -> Result<Option<T>, OpenError>
where
    T: for<'b> minicbor::Decode<'b, ()> + minicbor::Encode<()>,
{
    records
        .get(name)
        .map(|bytes| decode(bytes))
        .transpose()
        .map_err(|source| OpenError::Damaged { name: name.to_owned(), source })
}
