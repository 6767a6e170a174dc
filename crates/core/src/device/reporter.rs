//! The public report page: a neighbor's part of a device, alone.
//!
//! It does what [`Device`](super::Device) does for a neighbor and nothing else, so that a page that only reports does
//! not load rooms and teams. It learns the network from `GET /v1/network`, follows neither the log nor a stream, and
//! keeps only what waits for the desk's receipt: after that nothing of a report is left in its records.
//!
//! The proof of work is bound to the report's id, not to what it says. So it is made while the person still writes
//! ([`Reporter::prepare`]).

use std::collections::BTreeMap;

use bystand_crypto::passes::OwnedPass;
use bystand_crypto::phrase::Phrase;
use bystand_crypto::sign::SigningKey;
use bystand_wire::relay_api::{LiveOut, Network, SignedBytes, UseContext, WorkOffer, WorkProof};
use bystand_wire::time::{MINUTE_MS, SECOND_MS};
use bystand_wire::{NetworkId, ReportId, StreamId, Timestamp, limits};

use super::desk::report_tag;
use super::neighbor::{Ahead, Around, Neighbor, NeighborCall, NeighborCommand, NeighborEvent, NeighborJob};
use super::{CommandError, OpenError};
use crate::ctx::{Ctx, Outputs};
use crate::io::{CallId, Effect, Engine, Puzzle, Random, Request, Response};
use crate::messages::SealedReport;
use crate::network::{Trust, TrustError, VerifiedKeyNote, VerifiedManifest};
use crate::outbox::{Begun, JobId, Outbox, Rights, Work};
use crate::report::ReportIn;

/// How often the network is asked for its keys while it is known, in milliseconds.
const RENEW_MS: u64 = 10 * MINUTE_MS;
/// The first and the longest pause between two questions while it is not known, in milliseconds.
const FIRST_PAUSE_MS: u64 = SECOND_MS;
const LONGEST_PAUSE_MS: u64 = 30 * SECOND_MS;
/// What looked at the clock is not looked at again sooner, in milliseconds.
const TICK_MS: u64 = SECOND_MS;
/// Somebody looks at the page: after a report was sent, its receipt is looked for so often in a row, once a second.
const EAGER_LOOKS: u32 = 4;
/// The stable code of a clock that is off.
pub const CLOCK_SKEW: &str = "clock-skew";

/// The context in which it handles its inputs.
type Cx<'a> = Ctx<'a, ReporterEvent>;

/// What it tells.
#[derive(Debug, Clone, PartialEq)]
pub enum ReporterEvent {
    /// The network's keys are here, or other ones.
    Network,
    /// Something is wrong with the relay or the clock.
    Warning {
        /// Stable, for scripts.
        code: &'static str,
        /// For a person.
        text: String,
    },
    /// A neighbor's.
    Neighbor(NeighborEvent),
}

impl From<NeighborEvent> for ReporterEvent {
    fn from(event: NeighborEvent) -> Self {
        ReporterEvent::Neighbor(event)
    }
}

/// Whose call it is.
#[derive(Debug)]
enum Call {
    Network,
    Neighbor(NeighborCall),
}

/// What is around the neighbor's part: trust, outbox, and whom an answer is for.
#[derive(Debug)]
struct Surroundings {
    network: NetworkId,
    trust: Option<Trust>,
    outbox: Outbox<NeighborJob>,
    calls: BTreeMap<CallId, Call>,
}

impl Surroundings {
    fn learn(&mut self, answer: &Network, now: Timestamp) -> Result<bool, TrustError> {
        if let Some(trust) = &mut self.trust {
            return trust.renew(answer, now);
        }
        self.trust = Some(Trust::begin(&self.network, answer, now)?);
        Ok(true)
    }
}

impl Around<ReporterEvent> for Surroundings {
    fn manifest(&self) -> Option<&VerifiedManifest> {
        self.trust.as_ref().map(Trust::manifest)
    }

    fn key_note(&self) -> Option<&VerifiedKeyNote> {
        self.trust.as_ref().and_then(Trust::newest_key_note)
    }

    fn promise_job(&mut self, ctx: &mut Cx<'_>, job: NeighborJob, work: Work) -> JobId {
        self.outbox.push(ctx, job, work, &[])
    }

    fn give(&mut self, job: JobId, work: Begun) {
        self.outbox.give(job, work);
    }

    fn call_for(&mut self, ctx: &mut Cx<'_>, call: NeighborCall, request: Request) {
        let id = ctx.send(request);
        self.calls.insert(id, Call::Neighbor(call));
    }
}

/// A device that only reports.
#[derive(Debug)]
pub struct Reporter {
    shared: Surroundings,
    neighbor: Neighbor,
    outputs: Outputs<ReporterEvent>,
    /// The next report, while it is being written.
    prepared: Option<Ahead>,
    ask_at: Timestamp,
    failures: u32,
    look_not_before: Timestamp,
    /// Looks for a receipt that are still to come soon.
    eager_looks: u32,
    /// By how much this device's clock was off when the relay last answered, in milliseconds.
    clock_off_ms: u64,
}

impl Reporter {
    /// Takes up what lies in the records; with none it has nothing to send yet.
    ///
    /// # Errors
    /// [`OpenError::Damaged`].
    pub fn open(
        network: NetworkId,
        records: &BTreeMap<String, Vec<u8>>,
        now: Timestamp,
        rng: &mut Random,
    ) -> Result<Self, OpenError> {
        let mut outbox = Outbox::<NeighborJob>::default();
        for (name, bytes) in
            records.iter().filter(|(name, _)| name.starts_with(Outbox::<NeighborJob>::PREFIX))
        {
            outbox.load(name, bytes).map_err(|source| OpenError::Damaged { name: name.clone(), source })?;
        }
        let shared = Surroundings { network, trust: None, outbox, calls: BTreeMap::new() };
        let mut reporter = Self {
            shared,
            neighbor: Neighbor::load(records),
            outputs: Outputs::default(),
            prepared: None,
            ask_at: now,
            failures: 0,
            look_not_before: now,
            eager_looks: 0,
            clock_off_ms: 0,
        };
        reporter.input(now, rng, |reporter, ctx| {
            reporter.neighbor.resume(ctx);
            reporter.due(ctx);
        });
        Ok(reporter)
    }

    /// Reports that wait for the desk's receipt, with whether the relay has them.
    pub fn kept(&self) -> impl Iterator<Item = (&ReportId, bool)> {
        self.neighbor.kept()
    }

    /// Nothing is kept and nothing waits to be sent: whatever still lies in the records may be erased.
    pub fn is_done(&self) -> bool {
        self.neighbor.kept().next().is_none() && self.shared.outbox.is_empty()
    }

    /// Whether the network's keys are here.
    pub fn knows_network(&self) -> bool {
        self.shared.key_note().is_some()
    }

    /// Whether this device's clock is further off than the network allows.
    pub fn is_clock_wrong(&self) -> bool {
        self.clock_off_ms > limits::CLOCK_SKEW_MS
    }

    /// Somebody begins to write: the proof of work is made meanwhile.
    pub fn prepare(&mut self, now: Timestamp, rng: &mut Random) {
        self.input(now, rng, |reporter, ctx| {
            if reporter.prepared.is_none() {
                reporter.prepared = Some(Ahead::draw(ctx.rng));
            }
            reporter.ask_for_work(ctx);
        });
    }

    /// Keeps a report and sends it as soon as it can be; with a card's pass, if there is one. Its id.
    ///
    /// # Errors
    /// [`CommandError`]; nothing has changed then.
    pub fn report(
        &mut self,
        report: ReportIn,
        pass: Option<OwnedPass>,
        now: Timestamp,
        rng: &mut Random,
    ) -> Result<ReportId, CommandError> {
        self.input(now, rng, |reporter, ctx| {
            let ahead = reporter.prepared.clone().unwrap_or_else(|| Ahead::draw(ctx.rng));
            let sealed = SealedReport { report, finding: None };
            let id = reporter.neighbor.report(ctx, &mut reporter.shared, sealed, pass, ahead)?;
            reporter.prepared = None;
            Ok(id)
        })
    }

    /// Follows a report by its phrase.
    pub fn follow(&mut self, phrase: Phrase, now: Timestamp, rng: &mut Random) {
        // Following changes nothing that could be refused.
        let _ = self.neighbor_command(NeighborCommand::Follow(phrase), now, rng);
    }

    /// Answers the desk.
    ///
    /// # Errors
    /// [`CommandError`]; nothing has changed then.
    pub fn answer(
        &mut self,
        phrase: Phrase,
        text: String,
        now: Timestamp,
        rng: &mut Random,
    ) -> Result<(), CommandError> {
        self.neighbor_command(NeighborCommand::Answer(phrase, text), now, rng)
    }

    /// The connection may be back: what waited for it goes at once.
    pub fn hurry(&mut self, now: Timestamp, rng: &mut Random) {
        self.input(now, rng, |reporter, ctx| {
            reporter.shared.outbox.wake();
            if !reporter.knows_network() {
                reporter.ask_at = ctx.now;
            }
            reporter.due(ctx);
        });
    }

    fn neighbor_command(
        &mut self,
        command: NeighborCommand,
        now: Timestamp,
        rng: &mut Random,
    ) -> Result<(), CommandError> {
        self.input(now, rng, |reporter, ctx| {
            reporter.neighbor.command(ctx, &mut reporter.shared, command)?;
            reporter.due(ctx);
            Ok(())
        })
    }

    /// Handles one input: everything it writes becomes one batch, before anything it sends.
    fn input<R>(
        &mut self,
        now: Timestamp,
        rng: &mut Random,
        step: impl FnOnce(&mut Self, &mut Cx<'_>) -> R,
    ) -> R {
        let mut outputs = std::mem::take(&mut self.outputs);
        let network = self.shared.network;
        let mut ctx = Ctx { now, rng, network, out: &mut outputs };
        let result = step(self, &mut ctx);
        self.shared.outbox.drive(&mut ctx, &NoRights);
        outputs.flush();
        self.outputs = outputs;
        result
    }

    fn due(&mut self, ctx: &mut Cx<'_>) {
        let is_asking = self.shared.calls.values().any(|call| matches!(call, Call::Network));
        if self.ask_at <= ctx.now && !is_asking {
            self.ask_at = ctx.now.plus_ms(RENEW_MS);
            let id = ctx.send(Request::Network);
            self.shared.calls.insert(id, Call::Network);
        }
        self.neighbor.due(ctx, &mut self.shared);
        self.look_eagerly(ctx.now);
    }

    fn look_eagerly(&mut self, now: Timestamp) {
        if self.eager_looks > 0 && self.neighbor.kept().next().is_some() {
            self.eager_looks -= 1;
            self.neighbor.look_soon(now);
        }
    }

    fn network_answer(&mut self, ctx: &mut Cx<'_>, response: &Response) {
        let Response::Network(network) = response else { return self.ask_again(ctx.now) };
        self.compare_clocks(ctx, network);
        match self.shared.learn(network, ctx.now) {
            Ok(is_new) => {
                self.failures = 0;
                self.ask_at = ctx.now.plus_ms(RENEW_MS);
                if is_new {
                    ctx.tell(ReporterEvent::Network);
                    self.neighbor.trust_changed(ctx, &mut self.shared);
                }
                self.ask_for_work(ctx);
            }
            Err(error) => {
                self.ask_again(ctx.now);
                ctx.tell(ReporterEvent::Warning { code: error.code(), text: error.to_string() });
            }
        }
    }

    fn compare_clocks(&mut self, ctx: &mut Cx<'_>, network: &Network) {
        self.clock_off_ms = network.now.0.abs_diff(ctx.now.0);
        if self.is_clock_wrong() {
            let text = format!("this device's clock is {} minutes off", self.clock_off_ms / MINUTE_MS);
            ctx.tell(ReporterEvent::Warning { code: CLOCK_SKEW, text });
        }
    }

    fn ask_again(&mut self, now: Timestamp) {
        let pause = FIRST_PAUSE_MS.saturating_mul(1 << self.failures.min(8)).min(LONGEST_PAUSE_MS);
        self.failures = self.failures.saturating_add(1);
        self.ask_at = now.plus_ms(pause);
    }

    /// Asks for a puzzle for the report that is being written, unless that was done.
    fn ask_for_work(&mut self, ctx: &mut Cx<'_>) {
        let knows_network = self.knows_network();
        if let Some(ahead) = self.prepared.as_mut().filter(|ahead| ahead.work.is_none() && knows_network) {
            ahead.work = Some(Begun::Asked(ctx.send(Request::Work)));
        }
    }

    /// What came for the report that is being written. Whether it was for it.
    fn work_answer(&mut self, ctx: &mut Cx<'_>, id: CallId, response: &Response) -> bool {
        let is_it = |ahead: &&mut Ahead| matches!(ahead.work, Some(Begun::Asked(asked)) if asked == id);
        let Some(ahead) = self.prepared.as_mut().filter(is_it) else { return false };
        // Without an offer the report is not held up: it asks for one of its own.
        ahead.work = match (response, self.shared.key_note()) {
            (Response::Work(offer), Some(note)) => {
                Some(Begun::Solving(ctx.solve(puzzle_for(ahead.id, note.note().streams.drop, offer))))
            }
            _ => None,
        };
        true
    }
}

fn puzzle_for(id: ReportId, drop: StreamId, offer: &WorkOffer) -> Puzzle {
    Puzzle { offer: offer.clone(), context: UseContext { stream: drop, tag: report_tag(id) } }
}

/// Who only reports is in no room and has no certificate.
struct NoRights;

impl Rights for NoRights {
    fn room(&self, _: &StreamId) -> Option<(u64, SigningKey)> {
        None
    }

    fn certificate(&self) -> Option<(SignedBytes, SigningKey)> {
        None
    }
}

impl Engine for Reporter {
    type Event = ReporterEvent;

    fn handle_connected(&mut self, now: Timestamp, rng: &mut Random) {
        self.hurry(now, rng);
    }

    fn handle_disconnected(&mut self, _: Timestamp) {}

    fn handle_live(&mut self, _: LiveOut, _: Timestamp, _: &mut Random) {}

    fn handle_response(&mut self, id: CallId, response: Response, now: Timestamp, rng: &mut Random) {
        self.input(now, rng, |reporter, ctx| {
            if reporter.work_answer(ctx, id, &response) {
                return;
            }
            let shared = &mut reporter.shared;
            if let Some(ended) = shared.outbox.handle_response(ctx, id, response.clone()) {
                for (_, job, outcome) in ended {
                    reporter.neighbor.job_ended(ctx, shared, job.owner, outcome);
                }
                reporter.eager_looks = EAGER_LOOKS;
                reporter.look_eagerly(now);
                return;
            }
            match shared.calls.remove(&id) {
                Some(Call::Neighbor(what)) => reporter.neighbor.call_ended(ctx, shared, what, response),
                Some(Call::Network) => reporter.network_answer(ctx, &response),
                None => {}
            }
        });
    }

    fn handle_solved(&mut self, id: CallId, proof: WorkProof, now: Timestamp, rng: &mut Random) {
        self.input(now, rng, |reporter, _| {
            let is_it = |ahead: &&mut Ahead| matches!(ahead.work, Some(Begun::Solving(call)) if call == id);
            match reporter.prepared.as_mut().filter(is_it) {
                Some(ahead) => ahead.work = Some(Begun::Solved(Box::new(proof))),
                None => drop(reporter.shared.outbox.handle_solved(id, proof)),
            }
        });
    }

    fn handle_timeout(&mut self, now: Timestamp, rng: &mut Random) {
        self.input(now, rng, Self::due);
        self.look_not_before = now.plus_ms(TICK_MS);
    }

    fn poll_effect(&mut self) -> Option<Effect<ReporterEvent>> {
        self.outputs.poll()
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        let due = self.neighbor.next_due().map_or(self.ask_at, |due| due.min(self.ask_at));
        let look = due.max(self.look_not_before);
        Some(self.shared.outbox.poll_timeout().map_or(look, |retry| retry.min(look)))
    }
}
