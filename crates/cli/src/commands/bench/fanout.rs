//! `bench fanout`: one alert to all who listen by server-sent events, one 500-byte frame to all who
//! follow a stream by WebSocket; and one 500-byte message to as many subscribers of others, where they
//! are installed and wanted.
//!
//! The clock runs from before the message is handed to the server, and includes making it durable,
//! to the last subscriber's having all of it. With more than ten thousand subscribers it is measured
//! with ten thousand too: the limits are for those, and the rest says how cost grows.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bystand_crypto::hash;
use bystand_crypto::sign::{SigningKey, sign};
use bystand_wire::relay_api::{Admission, Append, AppendContext, AppendRule, ReadRule};
use bystand_wire::{Frame, FrameKind, PassPurpose, StreamId, encode};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::http::{self, Connection};
use super::network::Network;
use super::peers::{self, PEERS};
use super::plot::{Chart, Line, Picture};
use super::relay::{Server, free_address};
use super::report::{Report, percentile};
use super::swarm::Swarm;
use super::{BenchArgs, limits, protocols};

/// Messages, of which the median counts.
pub const ROUNDS: usize = 5;
/// A frame or message, in bytes.
pub const MESSAGE_LEN: usize = 500;
/// Subscribers that the limits are for.
const CHECKED: usize = 10_000;
/// What a picture is drawn from, as far as so many are asked for.
const LADDER: [usize; 7] = [1_000, 2_000, 5_000, CHECKED, 20_000, 50_000, 100_000];
/// Pauses in which the server settles before it is looked at.
const SETTLE: Duration = Duration::from_millis(500);
/// Subscribers here never answer a ping.
const SETTINGS: &str = "ping_s = 3600\n";
const LAST_MS: f64 = 180.0;
const CPU_S: f64 = 0.3;
const MEMORY_KIB: f64 = 16.0;

/// Runs it.
pub fn run(args: &BenchArgs) -> anyhow::Result<Report> {
    limits::allow_connections(args.subscribers)?;
    let mut report = Report::new("fanout", args.seed);
    report.figure("subscribers", count(args.subscribers), "");
    let runtime = super::runtime()?;
    let mut kinds = [Kind::new("sse", "alerts by SSE"), Kind::new("ws", "frames by WebSocket")];
    for size in ladder(args.subscribers, args.plot.is_some()) {
        crate::output::note(&format!("{size} subscribers of each kind…"));
        let [sse, ws] = &mut kinds;
        sse.rungs.push((size, runtime.block_on(alerts(args, size))?));
        ws.rungs.push((size, runtime.block_on(frames(args, size))?));
    }
    for kind in &kinds {
        kind.tell(args.subscribers, &mut report);
    }
    if args.peers {
        for peer in PEERS {
            match runtime.block_on(peers::measure(args, &peer))? {
                None => report.remark(format!("{} is not installed.", peer.program)),
                Some(spread) => spread.tell(peer.name, "", &mut report),
            }
        }
    }
    report.remark(format!("Medians of {ROUNDS} messages; memory after the last of them."));
    if let Some(file) = &args.plot {
        picture(&kinds).write(file)?;
    }
    Ok(report)
}

/// How many subscribers to measure with, the most last.
fn ladder(most: usize, all: bool) -> Vec<usize> {
    let mut sizes: Vec<usize> =
        LADDER.into_iter().filter(|size| *size < most && (all || *size == CHECKED)).collect();
    sizes.push(most);
    sizes
}

/// One way to subscribe, measured with more and more subscribers.
#[derive(Debug)]
struct Kind {
    /// In the names of its figures.
    name: &'static str,
    /// In pictures.
    shown: &'static str,
    rungs: Vec<(usize, Spread)>,
}

impl Kind {
    fn new(name: &'static str, shown: &'static str) -> Self {
        Self { name, shown, rungs: Vec::new() }
    }

    /// Checks the one that the limits are for; the others are figures.
    fn tell(&self, most: usize, report: &mut Report) {
        for (size, spread) in &self.rungs {
            if *size == most.min(CHECKED) {
                spread.check(self.name, report);
            } else {
                spread.tell(self.name, &format!("_at_{size}"), report);
            }
        }
        let rung = |wanted| self.rungs.iter().find(|(size, _)| *size == wanted);
        if let (Some((base, few)), Some((size, many)), true) = (rung(CHECKED), rung(most), most > CHECKED) {
            let times = count(*size) / count(*base);
            // 1: as many times the cost as subscribers.
            for (figure, growth) in [
                ("last_delivery_growth", many.last_ms / few.last_ms / times),
                ("server_cpu_growth", many.cpu_s / few.cpu_s / times),
                ("memory_per_subscriber_growth", many.memory_kib / few.memory_kib),
            ] {
                report.figure(format!("{}_{figure}", self.name), growth, "of linear");
            }
        }
    }

    fn line(&self, value: fn(&Spread) -> f64) -> Line {
        let points = self.rungs.iter().map(|(size, spread)| (count(*size), value(spread))).collect();
        Line { name: self.shown, points }
    }
}

fn picture(kinds: &[Kind]) -> Picture {
    let chart = |name, value: fn(&Spread) -> f64| Chart {
        name,
        lines: kinds.iter().map(|kind| kind.line(value)).collect(),
    };
    Picture {
        title: "One message to all who listen".to_owned(),
        over: "Subscribers",
        charts: vec![
            chart("Until the last one has it (ms)", |spread| spread.last_ms),
            chart("Processor time of the relay for it (s)", |spread| spread.cpu_s),
            chart("Memory of the relay for each subscriber (KiB)", |spread| spread.memory_kib),
        ],
    }
}

#[expect(clippy::cast_precision_loss, reason = "some thousands")]
fn count(subscribers: usize) -> f64 {
    subscribers as f64
}

/// What one fan-out took.
#[derive(Debug)]
pub struct Spread {
    last_ms: f64,
    cpu_s: f64,
    memory_kib: f64,
}

impl Spread {
    fn check(&self, name: &str, report: &mut Report) {
        report.at_most(format!("{name}_last_delivery_ms"), self.last_ms, LAST_MS, "ms");
        report.at_most(format!("{name}_server_cpu_s"), self.cpu_s, CPU_S, "s");
        report.at_most(format!("{name}_memory_per_subscriber_kib"), self.memory_kib, MEMORY_KIB, "KiB");
    }

    fn tell(&self, name: &str, suffix: &str, report: &mut Report) {
        report.figure(format!("{name}_last_delivery_ms{suffix}"), self.last_ms, "ms");
        report.figure(format!("{name}_server_cpu_s{suffix}"), self.cpu_s, "s");
        report.figure(format!("{name}_memory_per_subscriber_kib{suffix}"), self.memory_kib, "KiB");
    }
}

/// Publishes `messages` one by one, to subscribers of which there were none before `idle_kib`.
pub async fn spread(
    server: &Server,
    swarm: &Swarm,
    idle_kib: f64,
    messages: Vec<Vec<u8>>,
    publisher: &mut Publisher,
) -> anyhow::Result<Spread> {
    let (mut last_ms, mut cpu_s) = (Vec::new(), Vec::new());
    for (done, message) in (1..).zip(messages) {
        tokio::time::sleep(SETTLE).await;
        let cpu = server.cpu_s()?;
        let sent = Instant::now();
        publisher.publish(&message).await?;
        last_ms.push(swarm.wait(done, sent).await?.as_secs_f64() * 1e3);
        tokio::time::sleep(SETTLE).await;
        cpu_s.push(server.cpu_s()? - cpu);
    }
    let grown = server.memory_kib()? - idle_kib;
    Ok(Spread {
        last_ms: percentile(&mut last_ms, 50),
        cpu_s: percentile(&mut cpu_s, 50),
        memory_kib: grown / count(swarm.size()),
    })
}

/// Whoever hands the message to the server.
#[derive(Debug)]
pub enum Publisher {
    /// Over a kept-alive connection.
    Relay(Connection),
    /// Each message introduces its sender, so each has a connection of its own.
    Other(SocketAddr, Vec<TcpStream>),
}

impl Publisher {
    async fn publish(&mut self, message: &[u8]) -> anyhow::Result<()> {
        match self {
            Publisher::Other(addr, used) => {
                let mut stream = TcpStream::connect(*addr).await?;
                stream.write_all(message).await?;
                used.push(stream);
                Ok(())
            }
            Publisher::Relay(connection) => {
                let (status, answer) = connection.send(message).await?;
                ensure!(status == 200, "{status} {}", String::from_utf8_lossy(&answer));
                Ok(())
            }
        }
    }
}

async fn alerts(args: &BenchArgs, size: usize) -> anyhow::Result<Spread> {
    let folder = super::folder(args)?;
    let mut network = Network::found(args.seed, folder.path())?;
    network.issue(PassPurpose::Finding, 0);
    network.issue(PassPurpose::Publish, 1);
    let now = network.now;
    let notes: anyhow::Result<Vec<Vec<u8>>> =
        (0..ROUNDS).map(|_| Ok(http::request("POST", "/v1/log", &encode(&network.alert(now)?)))).collect();
    let server = Server::relay(folder.path(), SETTINGS, free_address()?)?;
    let mut connection = Connection::open(server.addr()).await?;
    network.publish(&mut connection).await?;
    let idle = server.memory_kib()?;
    let swarm = Swarm::connect(server.addr(), size, &protocols::alerts()).await?;
    spread(&server, &swarm, idle, notes?, &mut Publisher::Relay(connection)).await
}

async fn frames(args: &BenchArgs, size: usize) -> anyhow::Result<Spread> {
    let folder = super::folder(args)?;
    let mut network = Network::found(args.seed, folder.path())?;
    let writer = SigningKey::generate(&mut network.fixture.rng);
    let stream = hash::stream_id(&writer.public());
    let server = Server::relay(folder.path(), SETTINGS, free_address()?)?;
    let mut connection = Connection::open(server.addr()).await?;
    network.publish(&mut connection).await?;
    let rule = AppendRule::Keys(vec![writer.public()]);
    network.make_stream(&mut connection, &writer, rule, ReadRule::Id).await?;
    let mut frames: Vec<Vec<u8>> =
        (0..=ROUNDS).map(|round| frame(&network, &writer, stream, round)).collect::<anyhow::Result<_>>()?;
    let mut publisher = Publisher::Relay(connection);
    publisher.publish(&frames.pop().context("a first frame")?).await?;
    let idle = server.memory_kib()?;
    let swarm = Swarm::connect(server.addr(), size, &protocols::live(stream)).await?;
    spread(&server, &swarm, idle, frames, &mut publisher).await
}

/// A rendered append.
fn frame(network: &Network, writer: &SigningKey, stream: StreamId, round: usize) -> anyhow::Result<Vec<u8>> {
    let body = vec![u8::try_from(round)?; MESSAGE_LEN - 2];
    let frame = Frame::build(FrameKind::CasebookEntry, &body);
    let context = AppendContext { stream, frame: hash::frame_hash(&frame), commit: None, epoch: None };
    let signature = sign(&network.fixture.network, writer, &context);
    let append =
        Append { frame, admission: Admission::Key(writer.public(), signature), commit: None, tag: None };
    Ok(http::request("POST", &format!("/v1/streams/{stream}"), &encode(&append)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_size_is_always_measured_and_the_ladder_ends_where_it_was_asked_to() {
        for (most, all, sizes) in [
            (300, false, &[300][..]),
            (10_000, false, &[10_000]),
            (10_000, true, &[1_000, 2_000, 5_000, 10_000]),
            (50_000, false, &[10_000, 50_000]),
            (50_000, true, &[1_000, 2_000, 5_000, 10_000, 20_000, 50_000]),
            (19_000, true, &[1_000, 2_000, 5_000, 10_000, 19_000]),
        ] {
            assert_eq!(ladder(most, all), sizes);
        }
    }

    #[test]
    fn growth_is_one_where_cost_is_linear() {
        let spread = |last_ms, cpu_s| Spread { last_ms, cpu_s, memory_kib: 8.0 };
        let mut kind = Kind::new("ws", "frames");
        kind.rungs = vec![(10_000, spread(100.0, 0.2)), (50_000, spread(500.0, 2.0))];
        let mut report = Report::new("test", 1);
        kind.tell(50_000, &mut report);
        assert_eq!(report.missed(), Vec::<&str>::new());
        for (figure, value) in [
            ("ws_last_delivery_ms", 100.0),
            ("ws_last_delivery_ms_at_50000", 500.0),
            ("ws_last_delivery_growth", 1.0),
            ("ws_server_cpu_growth", 2.0),
            ("ws_memory_per_subscriber_growth", 1.0),
        ] {
            let found = report.value(figure).expect(figure);
            assert!((found - value).abs() < 1e-9, "{figure}: {found}");
        }
    }
}
