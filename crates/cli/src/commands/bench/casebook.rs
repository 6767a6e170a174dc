//! `bench casebook`: the desk's casebook, folded by a device that was away.
//!
//! Entries as the desk writes them: a report, its claim, sorting, notes, a question and its answer, the
//! closing. Each is signed, sealed under its incident's key, and sealed again under the team's.

use std::time::Instant;

use anyhow::{Context, ensure};
use bystand_core::desk::{
    Author, Class, CloseEvent, DeskSnapshot, DeskState, Drawer, Ending, Event, IntakeEvent, News, Outcome,
    WorkEvent, incident_of_report,
};
use bystand_core::fixtures::{CELL, NOW};
use bystand_core::io::Random;
use bystand_core::network::Certificate;
use bystand_core::report::{Kind, Place, ReplySeed, ReportIn, Source};
use bystand_core::team::entry::{self, Entry};
use bystand_core::team::{KeyBundle, Keyring, author_hash, running_hash};
use bystand_crypto::sign::{Signed, SigningKey};
use bystand_crypto::symmetric::{SymmetricKey, open_with, seal_with};
use bystand_wire::relay_api::{SignedBytes, StoredFrame};
use bystand_wire::time::{DAY_MS, SECOND_MS};
use bystand_wire::{
    Hash32, IncidentId, NetworkId, PublicKey, ReportId, Role, Seq, StreamId, Timestamp, encode,
};
use rand_core::{Rng, SeedableRng};

use super::BenchArgs;
use super::report::Report;

/// Entries about one incident.
const PER_INCIDENT: usize = 10;
/// Dispatchers who take turns.
const DISPATCHERS: usize = 8;
/// Between two entries.
const PAUSE_MS: u64 = 5 * SECOND_MS;

/// Runs it.
pub fn run(args: &BenchArgs) -> anyhow::Result<Report> {
    let mut report = Report::new("casebook", args.seed);
    let desk = Desk::draw(args.seed, args.entries.div_ceil(PER_INCIDENT))?;
    let events = desk.events(args.entries)?;
    let frames = desk.write(&events)?;
    #[expect(clippy::cast_precision_loss, reason = "some hundred thousand")]
    report.figure("entries", frames.len() as f64, "");

    let start = Watch::start();
    let mut folded = DeskState::new();
    for item in events {
        let outcome = folded.apply(item.seq, item.by, item.at, item.event);
        ensure!(outcome == Outcome::Applied, "an entry was not applied: {outcome:?}");
    }
    report.at_most("fold_s", start.wall_s(), 1.0, "s");
    report.figure("fold_cpu_s", start.cpu_s(), "s");

    let start = Watch::start();
    let mut verified = DeskState::new();
    let mut last = Hash32([0; 32]);
    for (seq, frame) in (1..).zip(&frames) {
        let opened = desk.open(frame, last)?;
        last = running_hash(&last, &stored(Seq(seq), frame));
        verified.apply(Seq(seq), Author(opened.author), opened.at, bystand_wire::decode(&opened.event)?);
    }
    report.at_most("verify_and_fold_s", start.wall_s(), 10.0, "s");
    report.figure("verify_and_fold_cpu_s", start.cpu_s(), "s");
    ensure!(verified == folded, "the verified casebook folds to another state");

    let sealed = desk.seal_snapshot(&folded.snapshot())?;
    let mut openings = Vec::new();
    for _ in 0..OPENINGS {
        let start = Watch::start();
        let opened = desk.open_snapshot(&sealed)?;
        openings.push((start.wall_s() * 1e3, start.cpu_s() * 1e3));
        ensure!(opened == folded, "the snapshot opens to another state");
    }
    openings.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (wall_ms, cpu_ms) = openings.get(OPENINGS / 2).copied().context("an opening")?;
    report.at_most("open_snapshot_ms", wall_ms, 100.0, "ms");
    report.figure("open_snapshot_cpu_ms", cpu_ms, "ms");
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    report.figure("incidents", sealed.incidents.len() as f64, "");
    #[expect(clippy::cast_precision_loss, reason = "some megabytes")]
    report.figure("snapshot_mib", sealed.bytes() as f64 / 1_048_576.0, "MiB");
    report.remark("One thread. Each incident and its part of the snapshot is sealed with a key of its own.");
    Ok(report)
}

/// How often the snapshot is opened; the figure is the median.
const OPENINGS: usize = 5;

/// Time by the clock and by this thread's use of a processor: on a busy machine they differ.
struct Watch {
    wall: Instant,
    cpu: f64,
}

impl Watch {
    fn start() -> Self {
        Self { wall: Instant::now(), cpu: thread_s() }
    }

    fn wall_s(&self) -> f64 {
        self.wall.elapsed().as_secs_f64()
    }

    fn cpu_s(&self) -> f64 {
        thread_s() - self.cpu
    }
}

fn thread_s() -> f64 {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    #[expect(clippy::cast_precision_loss, reason = "some seconds")]
    let seconds = used.tv_sec as f64 + used.tv_nsec as f64 * 1e-9;
    seconds
}

/// One entry before it is signed.
struct Item {
    seq: Seq,
    by: Author,
    at: Timestamp,
    event: Event,
}

/// Dispatchers, and all keys of their casebook.
struct Desk {
    network: NetworkId,
    casebook: StreamId,
    dispatchers: Vec<(SigningKey, Author)>,
    team: SymmetricKey,
    keys: Keyring,
    incidents: Vec<ReportId>,
    seed: u64,
}

/// A snapshot as it lies on a shelf.
struct Sealed {
    shared: Vec<u8>,
    incidents: Vec<(IncidentId, Vec<u8>)>,
}

impl Sealed {
    fn bytes(&self) -> usize {
        self.shared.len() + self.incidents.iter().map(|(_, part)| part.len()).sum::<usize>()
    }
}

impl Desk {
    fn draw(seed: u64, incidents: usize) -> anyhow::Result<Self> {
        let mut rng = Random::seed_from_u64(seed);
        let mut draw = || {
            let mut bytes = [0; 32];
            rng.fill_bytes(&mut bytes);
            bytes
        };
        let (network, casebook) = (NetworkId(draw()), StreamId(draw()));
        let team = SymmetricKey::from_bytes(draw());
        let registrar = SigningKey::from_seed(&draw());
        let mut keys = Keyring::default();
        let mut bundle = KeyBundle { team: vec![team.clone()], ..KeyBundle::default() };
        let mut dispatchers = Vec::new();
        for _ in 0..DISPATCHERS {
            let device = SigningKey::from_seed(&draw());
            let certificate = certificate(&network, &registrar, device.public());
            dispatchers.push((device, Author(author_hash(&certificate))));
            bundle.authors.push(certificate);
        }
        let mut reports = Vec::new();
        for _ in 0..incidents {
            let id = ReportId(*draw().first_chunk().context("an id")?);
            bundle.incidents.push((incident_of_report(id), vec![SymmetricKey::from_bytes(draw())]));
            reports.push(id);
        }
        keys.absorb(bundle);
        Ok(Self { network, casebook, dispatchers, team, keys, incidents: reports, seed })
    }

    /// What happened, in the casebook's order: incidents one after the other, by turns of the dispatchers.
    fn events(&self, count: usize) -> anyhow::Result<Vec<Item>> {
        let mut items = Vec::with_capacity(count);
        for (index, report) in self.incidents.iter().enumerate() {
            let turn = index % self.dispatchers.len();
            let (_, by) = self.dispatchers.get(turn).context("a dispatcher")?;
            for event in story(*report, index, at(items.len()))? {
                let seq = Seq(u64::try_from(items.len())? + 1);
                items.push(Item { seq, by: *by, at: at(items.len()), event });
            }
        }
        items.truncate(count);
        Ok(items)
    }

    fn write(&self, items: &[Item]) -> anyhow::Result<Vec<Vec<u8>>> {
        let mut rng = Random::seed_from_u64(self.seed.wrapping_add(1));
        let mut seen = Hash32([0; 32]);
        let mut frames = Vec::with_capacity(items.len());
        for item in items {
            let incident = item.event.incident().context("an entry of an incident")?;
            let key = self.keys.incident_key(&incident).context("an incident's key")?;
            let device = self.dispatchers.iter().find(|(_, author)| *author == item.by);
            let (device, author) = device.context("a dispatcher")?;
            let entry = Entry {
                casebook: self.casebook,
                author: author.0,
                count: item.seq.0,
                seen,
                at: item.at,
                event: encode(&item.event).into(),
            };
            let frame = entry::close(&self.network, device, &entry, (&self.team, key), &mut rng);
            let frame = frame.context("an entry is too long")?;
            seen = running_hash(&seen, &stored(item.seq, &frame));
            frames.push(frame);
        }
        Ok(frames)
    }

    /// As a team does with each frame: both seals, the author's signature, the casebook, what came before.
    fn open(&self, frame: &[u8], last: Hash32) -> anyhow::Result<Entry> {
        let signed = entry::open(&self.casebook, &self.keys, frame);
        let signed = signed.map_err(|closed| anyhow::anyhow!("an entry does not open: {closed:?}"))?;
        let claimed = signed.unverified_body()?;
        let device = self.device(claimed.author).context("an unknown author")?;
        let entry = signed.open(&self.network, &device)?;
        ensure!(entry.casebook == self.casebook && entry.seen == last, "an entry out of order");
        Ok(entry)
    }

    fn device(&self, author: Hash32) -> Option<PublicKey> {
        self.dispatchers.iter().find(|(_, known)| known.0 == author).map(|(device, _)| device.public())
    }

    fn seal_snapshot(&self, snapshot: &DeskSnapshot) -> anyhow::Result<Sealed> {
        let mut rng = Random::seed_from_u64(self.seed.wrapping_add(2));
        let aad = self.casebook.as_ref();
        let shared = seal_with(&self.team, &mut rng, aad, &snapshot.shared);
        let mut incidents = Vec::new();
        for (id, part) in &snapshot.incidents {
            let key = self.keys.incident_key(id).context("an incident's key")?;
            incidents.push((*id, seal_with(key, &mut rng, aad, part)));
        }
        Ok(Sealed { shared, incidents })
    }

    fn open_snapshot(&self, sealed: &Sealed) -> anyhow::Result<DeskState> {
        let aad = self.casebook.as_ref();
        // As when a key is gone: the incident is not there, and the comparison shows it.
        let incidents = sealed.incidents.iter().filter_map(|(id, part)| {
            let key = self.keys.incident_key(id)?;
            Some((*id, open_with(key, aad, part).ok()?))
        });
        Ok(DeskState::from_parts(&open_with(&self.team, aad, &sealed.shared)?, incidents)?)
    }
}

/// A frame as the relay gives it out.
fn stored(seq: Seq, frame: &[u8]) -> StoredFrame {
    let index = usize::try_from(seq.0.saturating_sub(1)).unwrap_or(usize::MAX);
    StoredFrame { seq, at: at(index), frame: frame.to_vec(), lane: None }
}

/// When an entry was written.
fn at(index: usize) -> Timestamp {
    NOW.plus_ms(PAUSE_MS.saturating_mul(u64::try_from(index).unwrap_or(u64::MAX)))
}

/// Everything about one incident.
fn story(id: ReportId, index: usize, now: Timestamp) -> anyhow::Result<Vec<Event>> {
    let incident = incident_of_report(id);
    let place = Place {
        text: format!("{} Bloomington Avenue South", 2_400 + index % 1_000),
        near: bystand_core::geo::cell_parent(CELL, bystand_core::geo::CALL_OUT_RESOLUTION).ok(),
        ..Place::default()
    };
    let mut report = ReportIn::new(id, Kind::VehicleStop, place, now);
    report.activity =
        "Two unmarked cars stopped a white van. Four people in vests, masks, no badge seen.".into();
    report.reply = Some(ReplySeed([7; 32]));
    let report = Box::new(report.take(Source::Public, now)?);
    let note = |text: &str| WorkEvent::Noted { incident, note: text.to_owned() }.into();
    Ok(vec![
        IntakeEvent::ReportTaken { report, vouch: None, received_at: now }.into(),
        WorkEvent::Claimed { incident }.into(),
        WorkEvent::Sorted { incident, drawer: Drawer::ShareUnconfirmed }.into(),
        note("Called the shop next door; they see it too."),
        IntakeEvent::Asked { incident, question: "Are they still there?".into() }.into(),
        IntakeEvent::ReporterSaid { incident, reply: Seq(2), text: "One car left to the north.".into() }
            .into(),
        note("Nobody on duty within a mile."),
        IntakeEvent::Told { incident, news: News::CouldNotCheck }.into(),
        note("No further report from the block."),
        CloseEvent::Closed { incident, ending: Ending::CouldNotCheck, class: Class::General }.into(),
    ])
}

fn certificate(network: &NetworkId, registrar: &SigningKey, device: PublicKey) -> SignedBytes {
    let certificate = Certificate {
        device,
        roles: vec![Role::Dispatcher],
        not_before: NOW.minus_ms(DAY_MS),
        not_after: NOW.plus_ms(30 * DAY_MS),
        issuer: registrar.public(),
    };
    Signed::sign(network, registrar, &certificate).into()
}
