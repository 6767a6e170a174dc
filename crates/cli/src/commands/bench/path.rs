//! `bench path`: how long it takes from one person to the next, with whole devices on both sides.
//!
//! - From a neighbor's saying so to the report's being folded at the desk: seal, relay, live connection,
//!   the desk's vault, the casebook's entry and its way back. With a card's pass; and once more by proof of
//!   work, which is meant to take a phone some time and is no limit's business.
//! - From an alert's quorum to a subscriber's having verified it: relay, log, live connection, entry with
//!   its proofs, both passes.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use bystand_client::vault::Cost;
use bystand_client::{
    Clock, Forgetful, Outcome, RelayAddress, RunConfig, Session, Store, Told, Transport, Vault, system_random,
};
use bystand_core::desk::Outcome as Folded;
use bystand_core::device::desk::DeskEvent;
use bystand_core::device::neighbor::NeighborCommand;
use bystand_core::device::registrar::{RegistrarCommand, RegistrarEvent};
use bystand_core::device::setup::{self, NetworkPlan};
use bystand_core::device::{Command, Device, Event, Identity};
use bystand_core::io::Batch;
use bystand_core::logwatch::AlertEvent;
use bystand_core::network::RelayUrl;
use bystand_core::network::invite::CardLink;
use bystand_core::network::manifest::ZoneInfo;
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::team::{TeamKind, TeamSync};
use bystand_crypto::passes::OwnedPass;
use bystand_relay::data_dir;
use bystand_wire::{NetworkId, PassPurpose, Quarter, ReportId, encode, to_hex};

use super::BenchArgs;
use super::http::{self, Connection};
use super::network::Network;
use super::relay::{Server, free_address};
use super::report::{Report, percentile};

/// Reports, and alerts.
const COUNT: usize = 200;
/// What no single one may take, and no device to get ready.
const PATIENCE: Duration = Duration::from_secs(30);
/// A pause between two, so that each is measured alone.
const PAUSE: Duration = Duration::from_millis(20);
const LIMIT_MS: f64 = 150.0;
/// All come within seconds: the open lane must not become dearer meanwhile.
const SETTINGS: &str = "open_lane_per_minute = 1000000\n";

/// Runs it.
pub fn run(args: &BenchArgs) -> anyhow::Result<Report> {
    let mut report = Report::new("path", args.seed);
    // Devices solve puzzles and write to their vaults on other threads.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (mut vouched, mut open) = runtime.block_on(reports(args))?;
    report.figure("desk_warnings", vouched.warnings + open.warnings, "");
    report.figure("report_opened_p50_ms", percentile(&mut vouched.arrived, 50), "ms");
    report.figure("report_opened_p99_ms", percentile(&mut vouched.arrived, 99), "ms");
    report.figure("report_to_desk_p50_ms", percentile(&mut vouched.folded, 50), "ms");
    report.at_most("report_to_desk_p99_ms", percentile(&mut vouched.folded, 99), LIMIT_MS, "ms");
    report.figure("with_work_to_desk_p50_ms", percentile(&mut open.folded, 50), "ms");
    report.figure("with_work_to_desk_p99_ms", percentile(&mut open.folded, 99), "ms");
    let mut alerts = runtime.block_on(alerts(args))?;
    report.figure("quorum_to_subscriber_p50_ms", percentile(&mut alerts, 50), "ms");
    report.at_most("quorum_to_subscriber_p99_ms", percentile(&mut alerts, 99), LIMIT_MS, "ms");
    report.remark(format!(
        "{COUNT} reports with a card's pass, {COUNT} by proof of work, {COUNT} alerts, one at a time."
    ));
    Ok(report)
}

/// What became of the reports. Times in milliseconds.
#[derive(Default)]
struct Taken {
    /// Until a dispatcher's device had opened them.
    arrived: Vec<f64>,
    /// Until they were folded.
    folded: Vec<f64>,
    /// What the desk complained about.
    warnings: f64,
}

/// Those with a pass, and those by proof of work.
async fn reports(args: &BenchArgs) -> anyhow::Result<(Taken, Taken)> {
    let folder = super::folder(args)?;
    let addr = free_address()?;
    let (vault, device) = found(addr, folder.path())?;
    let network = device.shared().identity.network;
    let _server = Server::relay(&folder.path().join("relay"), SETTINGS, addr)?;
    let mut desk = start(device, vault, addr, network)?;
    let ready = |device: &Device| {
        let team = device.shared().teams.get(&TeamKind::Desk);
        device.shared().connected && team.is_some_and(TeamSync::is_ready) && device.shared().outbox.is_empty()
    };
    let outcome = desk.until(PATIENCE, ready, |_| ()).await?;
    ensure!(outcome == Outcome::Reached, "the desk did not get ready");
    let mut neighbor = start(stranger(addr, network)?, Forgetful, addr, network)?;
    let knows = |device: &Device| device.shared().key_note().is_some();
    let outcome = neighbor.until(PATIENCE, knows, |_| ()).await?;
    ensure!(outcome == Outcome::Reached, "the neighbor did not get the network's keys");

    let mut passes = cards(&mut desk).await?;
    let vouched = one_by_one(&mut neighbor, &mut desk, || passes.pop()).await?;
    let open = one_by_one(&mut neighbor, &mut desk, || None).await?;
    neighbor.close().await?;
    desk.close().await?;
    Ok((vouched, open))
}

/// The passes of as many cards as reports are measured.
async fn cards(registrar: &mut Session<Device>) -> anyhow::Result<Vec<OwnedPass>> {
    let order = registrar.ask(|device, now, rng| {
        let command =
            RegistrarCommand::Cards { count: COUNT.try_into().unwrap_or(0), quarter: Quarter::of(now) };
        device.handle_command(Command::Registrar(command), now, rng)
    });
    order.await??;
    loop {
        if let Event::Registrar(RegistrarEvent::Cards { links, .. }) = next(registrar).await? {
            return links.iter().map(|link| Ok(CardLink::from_text(link.expose())?.pass)).collect();
        }
    }
}

async fn one_by_one(
    neighbor: &mut Session<Device>,
    desk: &mut Session<Device>,
    mut pass: impl FnMut() -> Option<OwnedPass>,
) -> anyhow::Result<Taken> {
    let mut taken = Taken::default();
    for _ in 0..COUNT {
        tokio::time::sleep(PAUSE).await;
        let pass = pass();
        let said = Instant::now();
        say(neighbor, pass).await?;
        loop {
            let event = next(desk).await.context("the desk")?;
            if matches!(event, Event::Desk(DeskEvent::Arrived(_))) {
                taken.arrived.push(ms(said));
            } else if matches!(event, Event::Desk(DeskEvent::Entry { outcome: Folded::Applied, .. })) {
                break;
            } else if matches!(event, Event::Warning { .. }) {
                taken.warnings += 1.0;
            }
        }
        taken.folded.push(ms(said));
    }
    Ok(taken)
}

/// What a device tells next of its own.
async fn next(session: &mut Session<Device>) -> anyhow::Result<Event> {
    loop {
        let told = tokio::time::timeout(PATIENCE, session.next()).await?;
        if let Told::Event(event) = told.context("it stopped")? {
            return Ok(event);
        }
    }
}

async fn say(neighbor: &mut Session<Device>, pass: Option<OwnedPass>) -> anyhow::Result<()> {
    let said = neighbor
        .ask(move |device, now, rng| {
            let place = Place { text: "Lake Street and Bloomington Avenue".into(), ..Place::default() };
            // The engine draws the id.
            let mut report = ReportIn::new(ReportId([0; ReportId::LEN]), Kind::VehicleStop, place, now);
            report.activity = "Two unmarked cars stopped a white van.".into();
            let command = NeighborCommand::Report(Box::new(report), pass.map(Box::new), None);
            device.handle_command(Command::Neighbor(command), now, rng)
        })
        .await?;
    Ok(said?)
}

/// How long alerts took until a subscriber had verified them, in milliseconds.
async fn alerts(args: &BenchArgs) -> anyhow::Result<Vec<f64>> {
    let folder = super::folder(args)?;
    let mut network = Network::found(args.seed, folder.path())?;
    network.issue(PassPurpose::Finding, 0);
    network.issue(PassPurpose::Publish, 1);
    let now = network.now;
    let notes: Vec<Vec<u8>> = (0..COUNT)
        .map(|_| Ok(http::request("POST", "/v1/log", &encode(&network.alert(now)?))))
        .collect::<anyhow::Result<_>>()?;
    let server = Server::relay(folder.path(), "", free_address()?)?;
    let mut connection = Connection::open(server.addr()).await?;
    network.publish(&mut connection).await?;
    let id = network.fixture.network;
    let mut subscriber = start(stranger(server.addr(), id)?, Forgetful, server.addr(), id)?;
    let knows = |device: &Device| device.shared().connected && device.shared().key_note().is_some();
    let outcome = subscriber.until(PATIENCE, knows, |_| ()).await?;
    ensure!(outcome == Outcome::Reached, "the subscriber did not get the network's keys");

    let mut waits = Vec::new();
    for alert in notes {
        tokio::time::sleep(PAUSE).await;
        let sent = Instant::now();
        let (status, answer) = connection.send(&alert).await?;
        ensure!(status == 200, "{status} {}", String::from_utf8_lossy(&answer));
        loop {
            let event = next(&mut subscriber).await.context("the subscriber")?;
            if let Event::Alert(AlertEvent::Refused(error)) = &event {
                bail!("an alert was refused: {error}");
            } else if matches!(event, Event::Alert(AlertEvent::Taken { .. })) {
                break;
            }
        }
        waits.push(ms(sent));
    }
    subscriber.close().await?;
    Ok(waits)
}

/// A network whose founder is its desk, with the vault of the founder's device and the relay's folder.
fn found(addr: SocketAddr, folder: &std::path::Path) -> anyhow::Result<(Vault, Device)> {
    let mut rng = system_random()?;
    let zone = ZoneInfo { id: "block".parse()?, name: "The block".into(), polygons: Vec::new() };
    let mut plan = NetworkPlan::new("Benchmark", vec![zone], RelayUrl::new(&format!("http://{addr}"))?)?;
    plan.issuer_weeks = 1;
    let founded = setup::init(plan, Clock::real().now(), &mut rng)?;
    let (device, relay) = (founded.device, founded.relay);
    // What the device must not forget it stores when it runs.
    let first = Batch::default();
    let vault = Vault::create(&folder.join("vault"), "a passphrase for nothing", Cost::Least, &first)?;
    let data = folder.join("relay");
    std::fs::create_dir_all(&data)?;
    std::fs::write(data.join(data_dir::LOG_KEY), to_hex(&relay.log_key.seed()[..]))?;
    data_dir::create(&data, &relay.network)?;
    Ok((vault, device))
}

/// A device that knows the network's name and its relay.
fn stranger(addr: SocketAddr, network: NetworkId) -> anyhow::Result<Device> {
    let mut rng = system_random()?;
    let identity = Identity::new(network, format!("http://{addr}"), &mut rng);
    Ok(Device::create(identity, Clock::real().now(), &mut rng))
}

fn start(
    device: Device,
    store: impl Store,
    addr: SocketAddr,
    network: NetworkId,
) -> anyhow::Result<Session<Device>> {
    let transport = Transport::new(RelayAddress::parse(&format!("http://{addr}"), true)?)?;
    let config = RunConfig { transport, network, clock: Clock::real(), live: true };
    Ok(Session::start(device, store, config))
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}
