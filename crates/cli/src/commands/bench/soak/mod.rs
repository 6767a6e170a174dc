//! `bench soak`: a relay under mixed load for an hour, with everything kept only for some minutes, so that
//! what is deleted keeps up with what is written. Memory, disk and descriptors must then be flat, and
//! whatever was acknowledged must be there until its end.

mod ledger;
mod load;
mod others;
mod streams;

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bystand_crypto::passes::IssuerKey;
use bystand_wire::{PassPurpose, StreamId};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, interval};

use self::load::{Load, Work, again};
use self::others::{Alerts, Blobs, Visitors, come_and_go};
use self::streams::{Auditor, Founder, Neighbors, Room};
use super::BenchArgs;
use super::http::{self, Connection};
use super::network::Network;
use super::plot::{Chart, Line, Picture};
use super::relay::{Server, free_address};
use super::report::{Report, percentile};

/// Looks at the relay in one run, at least a second apart.
const SAMPLES: u32 = 60;
/// Everything is kept for this part of the run, and five minutes at most.
const LIVES: u32 = 12;
const LONGEST_LIFE: Duration = Duration::from_secs(300);
const SHORTEST_LIFE: Duration = Duration::from_secs(5);
/// A shorter run says nothing about growth: caches are still filling.
const SOUND: Duration = Duration::from_secs(600);

const ROOMS: usize = 8;
const FOLLOWERS: usize = 40;
const ALERT_FOLLOWERS: usize = 10;

const MESSAGE_EVERY: Duration = Duration::from_millis(333);
const PASS_EVERY: Duration = Duration::from_millis(500);
const WORK_EVERY: Duration = Duration::from_secs(1);
const STREAM_EVERY: Duration = Duration::from_secs(1);
const BLOB_EVERY: Duration = Duration::from_secs(2);
const ALERT_EVERY: Duration = Duration::from_secs(30);
const PAGE_EVERY: Duration = Duration::from_millis(500);
const AUDIT_EVERY: Duration = Duration::from_secs(1);

/// What may grow from the second quarter of a run to its last, in thousandths: used passes are remembered
/// until their week is over, and the log for good.
const GROWTH_PERMILLE: f64 = 50.0;
/// The same for descriptors, in their number: followers come and go.
const DESCRIPTORS: f64 = 20.0;

/// The relay at one moment.
#[derive(Debug, Clone, Copy)]
struct Sample {
    minutes: f64,
    memory_mib: f64,
    disk_mib: f64,
    descriptors: f64,
    /// Of the appends since the moment before, in milliseconds.
    append_p99_ms: f64,
}

/// How long, and what follows from that.
#[derive(Debug, Clone, Copy)]
struct Plan {
    length: Duration,
    life: Duration,
    every: Duration,
}

impl Plan {
    fn of(minutes: f64) -> Self {
        let length = Duration::from_secs_f64(minutes * 60.0);
        let life = (length / LIVES).clamp(SHORTEST_LIFE, LONGEST_LIFE);
        Self { length, life, every: (length / SAMPLES).max(Duration::from_secs(1)) }
    }

    fn life_ms(&self) -> u64 {
        u64::try_from(self.life.as_millis()).unwrap_or(u64::MAX)
    }

    /// The relay's settings: it sweeps ten times in the life of a frame.
    fn settings(&self) -> String {
        format!("sweep_s = {}\n", (self.life / 10).as_secs().max(1))
    }
}

/// Runs it.
pub fn run(args: &BenchArgs) -> anyhow::Result<Report> {
    let plan = Plan::of(args.minutes);
    super::limits::allow_connections(1_000)?;
    let folder = super::folder(args)?;
    let data = folder.path().join("relay");
    let mut network = Network::found(args.seed, &data)?;
    for (purpose, registrar) in
        [(PassPurpose::Report, 0), (PassPurpose::Finding, 0), (PassPurpose::Publish, 1)]
    {
        network.issue(purpose, registrar);
    }
    let issuer = network.fixture.issuers.remove(&(PassPurpose::Report, network.week()));
    let issuer = Arc::new(issuer.context("no issuer of report passes")?);
    let server = Server::relay(&data, &plan.settings(), free_address()?)?;
    crate::output::note(&format!("A mixed load for {} minutes…", args.minutes));
    let soaking = soak(network, args.seed, issuer, plan, &server, &data);
    let (load, samples) = LocalSet::new().block_on(&super::runtime()?, soaking)?;
    let mut report = Report::new("soak", args.seed);
    tell(&load, &plan, &samples, &mut report);
    if let Some(file) = &args.plot {
        picture(&samples).write(file)?;
    }
    Ok(report)
}

/// Loads the relay until the time is over; gives what was seen of it.
async fn soak(
    network: Network,
    seed: u64,
    issuer: Arc<IssuerKey>,
    plan: Plan,
    server: &Server,
    data: &Path,
) -> anyhow::Result<(Rc<Load>, Vec<Sample>)> {
    let mut connection = Connection::open(server.addr()).await?;
    network.prepare(&mut connection, plan.life_ms()).await?;
    let drop = network.drop_stream();
    let load = Rc::new(Load::new(server.addr(), network, plan.length, plan.life, seed));
    let mut rooms = Vec::new();
    for _ in 0..ROOMS {
        rooms.push(Room::make(&load, &mut connection).await?);
    }
    let for_blobs = Room::make(&load, &mut connection).await?;
    let streams: Vec<StreamId> = rooms.iter().map(|room| room.stream).collect();
    let audited: Vec<StreamId> = streams.iter().copied().chain([drop]).collect();

    let mut workers = Workers { load: load.clone(), running: JoinSet::new() };
    for room in rooms {
        workers.start(MESSAGE_EVERY, room);
    }
    workers.start(PASS_EVERY, Neighbors::new(&load, Some(issuer)));
    workers.start(WORK_EVERY, Neighbors::new(&load, None));
    workers.start(STREAM_EVERY, Founder::new(&load));
    workers.start(BLOB_EVERY, Blobs::new(&load, for_blobs));
    workers.start(ALERT_EVERY, Alerts);
    workers.start(PAGE_EVERY, Visitors::default());
    workers.start(AUDIT_EVERY, Auditor { streams: audited.clone() });
    for follower in 0..FOLLOWERS + ALERT_FOLLOWERS {
        workers.running.spawn_local(come_and_go(load.clone(), streams.clone(), follower >= FOLLOWERS));
    }
    let samples = watch(&load, plan, server, data).await?;
    while let Some(ended) = workers.running.join_next().await {
        ended?;
    }
    // What was acknowledged last is still there.
    let mut connection = Connection::open(server.addr()).await?;
    Auditor { streams: audited.clone() }.once(&load, &mut connection).await?;
    for stream in audited {
        load.ledger.borrow_mut().read_up_to(stream, None, Instant::now());
    }
    let page = connection.bytes("/metrics", &http::request("GET", "/metrics", &[])).await?;
    load.ledger.borrow_mut().count_many("swept", metric(&String::from_utf8_lossy(&page), "swept_total"));
    Ok((load, samples))
}

/// Those who load the relay.
struct Workers {
    load: Rc<Load>,
    running: JoinSet<()>,
}

impl Workers {
    /// One more.
    fn start(&mut self, every: Duration, work: impl Work + 'static) {
        self.running.spawn_local(again(self.load.clone(), every, work));
    }
}

async fn watch(load: &Load, plan: Plan, server: &Server, data: &Path) -> anyhow::Result<Vec<Sample>> {
    let begun = Instant::now();
    let mut ticks = interval(plan.every);
    let mut samples = Vec::new();
    ticks.tick().await;
    loop {
        ticks.tick().await;
        if load.is_over() {
            // Those who load it are going.
            return Ok(samples);
        }
        let mut waits = load.ledger.borrow_mut().take_waits();
        let open = u32::try_from(server.open_files()?)?;
        samples.push(Sample {
            minutes: begun.elapsed().as_secs_f64() / 60.0,
            memory_mib: server.memory_kib()? / 1024.0,
            disk_mib: disk_mib(data)?,
            descriptors: f64::from(open),
            append_p99_ms: percentile(&mut waits, 99),
        });
    }
}

/// All files of a relay: the database, its log of writes, and the few others.
fn disk_mib(data: &Path) -> anyhow::Result<f64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(data)? {
        // A file may go while this looks.
        bytes += entry?.metadata().map_or(0, |file| file.len());
    }
    Ok(f64::from(u32::try_from(bytes / 1024)?) / 1024.0)
}

/// The value of one of the relay's metrics; 0 when it has none of that name.
fn metric(page: &str, name: &str) -> u64 {
    let named = |line: &str| line.strip_prefix("bystand_")?.strip_prefix(name)?.trim().parse().ok();
    page.lines().find_map(named).unwrap_or(0)
}

fn tell(load: &Load, plan: &Plan, samples: &[Sample], report: &mut Report) {
    let ledger = load.ledger.borrow();
    report.figure("minutes", plan.length.as_secs_f64() / 60.0, "");
    for (what, times) in ledger.counts() {
        report.figure(*what, number(*times), "");
    }
    let growth = Growth::of(samples);
    report.figure("memory_mib", growth.last.memory_mib, "MiB");
    report.figure("disk_mib", growth.last.disk_mib, "MiB");
    report.figure("descriptors", growth.last.descriptors, "");
    report.figure("append_p99_ms", growth.last.append_p99_ms, "ms");
    let grown = [
        ("memory_growth_permille", growth.permille(|s| s.memory_mib), GROWTH_PERMILLE, "‰"),
        ("disk_growth_permille", growth.permille(|s| s.disk_mib), GROWTH_PERMILLE, "‰"),
        ("descriptors_growth", growth.last.descriptors - growth.second.descriptors, DESCRIPTORS, ""),
    ];
    for (name, value, limit, unit) in grown {
        match plan.length >= SOUND {
            true => report.at_most(name, value, limit, unit),
            false => report.figure(name, value, unit),
        }
    }
    report.figure("acknowledged", number(ledger.acknowledged_count()), "");
    report.figure("asked_for_too_late", number(ledger.late_count()), "");
    report.at_most("acknowledged_lost", number(ledger.lost_count()), 0.0, "");
    let readable = ledger.counts().get("ended_streams_readable").copied().unwrap_or(0);
    report.at_most("ended_streams_readable", number(readable), 0.0, "");
    let (failed, reasons) = ledger.failures();
    report.at_most("requests_failed", number(failed), 0.0, "");
    for reason in reasons {
        report.remark(format!("A request failed: {reason}"));
    }
    report.remark(format!(
        "Everything is kept for {} s. Memory, disk, descriptors and the p99 of appends: medians of the last quarter; \
         growth is against the second quarter{}.",
        plan.life.as_secs(),
        if plan.length >= SOUND { "" } else { ", and checked in runs of ten minutes and more only" },
    ));
}

#[expect(clippy::cast_precision_loss, reason = "some millions")]
fn number(count: u64) -> f64 {
    count as f64
}

/// Medians of the second quarter of a run, when what is kept has come to its full size, and of the last.
#[derive(Debug)]
struct Growth {
    second: Sample,
    last: Sample,
}

impl Growth {
    fn of(samples: &[Sample]) -> Self {
        let quarter = samples.len().div_ceil(4);
        let second = samples.get(quarter..(2 * quarter).min(samples.len())).unwrap_or_default();
        let last = samples.get(samples.len().saturating_sub(quarter)..).unwrap_or_default();
        Self { second: medians(second), last: medians(last) }
    }

    fn permille(&self, of: fn(&Sample) -> f64) -> f64 {
        (of(&self.last) - of(&self.second)) / of(&self.second) * 1e3
    }
}

fn medians(samples: &[Sample]) -> Sample {
    let median = |of: fn(&Sample) -> f64| percentile(&mut samples.iter().map(of).collect::<Vec<_>>(), 50);
    Sample {
        minutes: median(|s| s.minutes),
        memory_mib: median(|s| s.memory_mib),
        disk_mib: median(|s| s.disk_mib),
        descriptors: median(|s| s.descriptors),
        append_p99_ms: median(|s| s.append_p99_ms),
    }
}

fn picture(samples: &[Sample]) -> Picture {
    let chart = |name, value: fn(&Sample) -> f64| {
        let points = samples.iter().map(|sample| (sample.minutes, value(sample))).collect();
        Chart { name, lines: vec![Line { name: "relay under mixed load", points }] }
    };
    Picture {
        title: "One relay under mixed load".to_owned(),
        over: "Minutes",
        charts: vec![
            chart("Memory (MiB)", |s| s.memory_mib),
            chart("Database and its write-ahead log (MiB)", |s| s.disk_mib),
            chart("Open descriptors", |s| s.descriptors),
            chart("99 of 100 appends are answered within (ms)", |s| s.append_p99_ms),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(minute: u32, memory_mib: f64) -> Sample {
        let minutes = f64::from(minute);
        Sample { minutes, memory_mib, disk_mib: 10.0, descriptors: 50.0 + minutes, append_p99_ms: 1.0 }
    }

    #[test]
    fn growth_is_from_the_second_quarter_to_the_last() {
        // It fills in the first quarter, then it grows by one MiB a sample.
        let samples: Vec<Sample> =
            (0..16_u32).map(|at| sample(at, if at < 4 { 1.0 } else { 96.0 + f64::from(at) })).collect();
        let growth = Growth::of(&samples);
        assert!((growth.second.memory_mib - 101.0).abs() < 1e-9, "{growth:?}");
        assert!((growth.last.memory_mib - 109.0).abs() < 1e-9, "{growth:?}");
        assert!((growth.permille(|s| s.memory_mib) - 8_000.0 / 101.0).abs() < 1e-9);
        assert!(growth.permille(|s| s.disk_mib).abs() < 1e-9);
    }

    #[test]
    fn a_leak_is_told_in_a_run_that_is_long_enough() {
        for (minutes, missed) in [(60.0, &["memory_growth_permille"][..]), (1.0, &[])] {
            let mut report = Report::new("test", 1);
            let samples: Vec<Sample> = (0..60_u32).map(|at| sample(0, 50.0 + f64::from(at))).collect();
            let folder = tempfile::tempdir().expect("a folder");
            let network = Network::found(1, folder.path()).expect("founded");
            let load =
                Load::new(([127, 0, 0, 1], 1).into(), network, Duration::ZERO, Duration::from_secs(5), 1);
            tell(&load, &Plan::of(minutes), &samples, &mut report);
            assert_eq!(report.missed(), missed);
        }
    }

    #[test]
    fn what_is_kept_reaches_its_full_size_in_the_first_quarter() {
        for minutes in [0.2, 1.0, 15.0, 60.0, 600.0] {
            let plan = Plan::of(minutes);
            assert!(plan.life <= LONGEST_LIFE && plan.every >= Duration::from_secs(1), "{plan:?}");
            assert!(minutes < 1.0 || plan.life * 4 <= plan.length, "{plan:?}");
        }
    }

    #[test]
    fn a_metric_is_found_by_its_name() {
        let page = "# TYPE bystand_swept_total counter\nbystand_swept_total 17\nbystand_swept 3\n";
        assert_eq!((metric(page, "swept_total"), metric(page, "nothing")), (17, 0));
    }
}
