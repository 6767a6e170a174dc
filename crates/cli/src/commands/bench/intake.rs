//! `bench intake`: sealed 4 KiB reports into the drop, durable, over HTTP.
//!
//! Seals, passes and proofs of work are made before the clock runs. Then as many connections as it takes
//! send one report after the other, as fast as the relay takes them; and once more at half that pace, by
//! a timetable, so that a report that waits for a slow one before it counts its waiting.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bystand_wire::PassPurpose;
use bystand_wire::relay_api::WorkOffer;
use bystand_wire::time::DAY_MS;

use super::http::Connection;
use super::network::Network;
use super::relay::{Server, free_address};
use super::report::{Report, percentile};
use super::{BenchArgs, raw, reports};

/// Connections that send at once.
const CONNECTIONS: usize = 256;
/// Rows of the raw loops.
const SINGLE_ROWS: usize = 2_000;
const GROUPED_ROWS: usize = 16_000;
/// As in one transaction of the relay.
const GROUP: usize = 256;
/// Reports a second where the disk is fast enough.
const ENOUGH_PER_S: f64 = 4_000.0;
/// Of so many reports one is for the open lane: a puzzle takes ten times as long to make as a pass.
const OPEN_SHARE: usize = 8;
/// The open lane does not become dearer under this load: what is measured is the relay's work, with
/// the least effort it can ask for.
const SETTINGS: &str = "open_lane_per_minute = 1000000\n";

/// Runs it.
pub fn run(args: &BenchArgs) -> anyhow::Result<Report> {
    let folder = super::folder(args)?;
    let mut report = Report::new("intake", args.seed);
    let row = vec![0xa5; 5 * 1024];
    let single = raw::rows_per_s(&folder.path().join("raw.db"), &row, SINGLE_ROWS, 1)?;
    let grouped = raw::rows_per_s(&folder.path().join("raw.db"), &row, GROUPED_ROWS, GROUP)?;
    report.figure("raw_single_per_s", single, "1/s");
    report.figure("raw_grouped_per_s", grouped, "1/s");

    let data = folder.path().join("relay");
    let mut network = Network::found(args.seed, &data)?;
    network.issue(PassPurpose::Report, 0);
    let server = Server::relay(&data, SETTINGS, free_address()?)?;
    super::runtime()?.block_on(measure(args, &network, &server, grouped, &mut report))?;
    Ok(report)
}

async fn measure(
    args: &BenchArgs,
    network: &Network,
    server: &Server,
    grouped: f64,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut connection = Connection::open(server.addr()).await?;
    network.prepare(&mut connection, DAY_MS).await?;
    let puzzles = args.reports / OPEN_SHARE;
    crate::output::note(&format!("Making {} passes and {puzzles} proofs of work…", args.reports));
    let mut vouched = reports::by_pass(network, args.reports, args.seed)?;
    let at_half = vouched.split_off(args.reports * 5 / 8);
    let offer: WorkOffer = connection.get("/v1/work").await?;
    let open = reports::by_work(network, &offer, puzzles, args.seed)?;

    let before = server.cpu_s()?;
    let full = flood(server.addr(), vouched).await?;
    let cpu = server.cpu_s()? - before;
    let limit = ENOUGH_PER_S.min(grouped / 3.0);
    report.at_least("reports_per_s", full.per_s, limit, "1/s");
    report.figure("server_cpu_per_report_us", cpu * 1e6 / full.count, "µs");
    let mut half = paced(server.addr(), at_half, full.per_s / 2.0).await?;
    report.figure("half_load_per_s", full.per_s / 2.0, "1/s");
    report.figure("half_load_p50_ms", percentile(&mut half, 50), "ms");
    report.at_most("half_load_p99_ms", percentile(&mut half, 99), 50.0, "ms");
    let before = server.cpu_s()?;
    let open = flood(server.addr(), open).await?;
    let cpu = server.cpu_s()? - before;
    report.at_least("open_lane_per_s", open.per_s, limit, "1/s");
    report.figure("open_lane_cpu_per_report_us", cpu * 1e6 / open.count, "µs");
    report.figure("server_memory_mib", server.memory_kib()? / 1024.0, "MiB");
    report.remark(format!(
        "By passes over {CONNECTIONS} connections; the open lane by proofs of work of effort {}.",
        offer.effort
    ));
    Ok(())
}

/// How fast a flood was taken.
struct Flood {
    per_s: f64,
    count: f64,
}

/// Sends all, each connection the next as soon as its last was answered.
async fn flood(addr: SocketAddr, requests: Vec<Vec<u8>>) -> anyhow::Result<Flood> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(addr).await?);
    }
    let shared = Arc::new((requests, AtomicUsize::new(0)));
    let start = Instant::now();
    let senders: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let shared = shared.clone();
            tokio::spawn(async move {
                while let Some(request) = shared.0.get(shared.1.fetch_add(1, Ordering::Relaxed)) {
                    taken(connection.send(request).await?)?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for sender in senders {
        sender.await??;
    }
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let count = shared.0.len() as f64;
    Ok(Flood { per_s: count / start.elapsed().as_secs_f64(), count })
}

/// Sends by a timetable of `per_s` reports a second. Gives how long after its time each was answered,
/// in milliseconds.
async fn paced(addr: SocketAddr, requests: Vec<Vec<u8>>, per_s: f64) -> anyhow::Result<Vec<f64>> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(addr).await?);
    }
    let shared = Arc::new((requests, AtomicUsize::new(0)));
    let start = tokio::time::Instant::now();
    let senders: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let shared = shared.clone();
            tokio::spawn(async move {
                let mut waits = Vec::new();
                loop {
                    let index = shared.1.fetch_add(1, Ordering::Relaxed);
                    let Some(request) = shared.0.get(index) else { return anyhow::Ok(waits) };
                    let due = start + Duration::from_secs_f64(f64::from(u32::try_from(index)?) / per_s);
                    tokio::time::sleep_until(due).await;
                    taken(connection.send(request).await?)?;
                    waits.push(due.elapsed().as_secs_f64() * 1e3);
                }
            })
        })
        .collect();
    let mut waits = Vec::new();
    for sender in senders {
        waits.extend(sender.await??);
    }
    Ok(waits)
}

fn taken((status, body): (u16, Vec<u8>)) -> anyhow::Result<()> {
    if status != 200 {
        let text = String::from_utf8_lossy(&body).into_owned();
        bail!("the relay refused a report ({status}): {text}");
    }
    bystand_wire::decode::<bystand_wire::relay_api::Appended>(&body).context("the relay's answer")?;
    Ok(())
}
