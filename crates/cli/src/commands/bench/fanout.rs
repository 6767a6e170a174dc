//! `bench fanout`: one alert to all who listen by server-sent events, one 500-byte frame to all who
//! follow a stream by WebSocket; and one 500-byte message to as many subscribers of others, where they
//! are installed and wanted.
//!
//! The clock runs from before the message is handed to the server, and includes making it durable,
//! to the last subscriber's having all of it.

use std::net::SocketAddr;
use std::process::Command;
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
use super::relay::{Server, free_address};
use super::report::{Report, percentile};
use super::swarm::{Recipe, Swarm};
use super::{BenchArgs, limits, protocols};

/// Messages, of which the median counts.
const ROUNDS: usize = 5;
/// A frame or message, in bytes.
const MESSAGE_LEN: usize = 500;
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
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    report.figure("subscribers", args.subscribers as f64, "");
    let runtime = super::runtime()?;
    let alerts = runtime.block_on(alerts(args))?;
    report.at_most("sse_last_delivery_ms", alerts.last_ms, LAST_MS, "ms");
    report.at_most("sse_server_cpu_s", alerts.cpu_s, CPU_S, "s");
    report.at_most("sse_memory_per_subscriber_kib", alerts.memory_kib, MEMORY_KIB, "KiB");
    let frames = runtime.block_on(frames(args))?;
    report.at_most("ws_last_delivery_ms", frames.last_ms, LAST_MS, "ms");
    report.at_most("ws_server_cpu_s", frames.cpu_s, CPU_S, "s");
    report.at_most("ws_memory_per_subscriber_kib", frames.memory_kib, MEMORY_KIB, "KiB");
    if args.peers {
        for peer in PEERS {
            match runtime.block_on(other(args, &peer))? {
                None => report.remark(format!("{} is not installed.", peer.program)),
                Some(spread) => {
                    report.figure(format!("{}_last_delivery_ms", peer.name), spread.last_ms, "ms");
                    report.figure(format!("{}_server_cpu_s", peer.name), spread.cpu_s, "s");
                    report.figure(
                        format!("{}_memory_per_subscriber_kib", peer.name),
                        spread.memory_kib,
                        "KiB",
                    );
                }
            }
        }
    }
    report.remark(format!("Medians of {ROUNDS} messages; memory after the last of them."));
    Ok(report)
}

/// What one kind of fan-out took.
struct Spread {
    last_ms: f64,
    cpu_s: f64,
    memory_kib: f64,
}

/// Publishes `messages` one by one, to subscribers of which there were none before `idle_kib`.
async fn spread(
    server: &Server,
    swarm: &Swarm,
    idle_kib: f64,
    size: usize,
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
        memory_kib: grown / f64::from(u32::try_from(size)?),
    })
}

/// Whoever hands the message to the server.
enum Publisher {
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

async fn alerts(args: &BenchArgs) -> anyhow::Result<Spread> {
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
    let swarm = Swarm::connect(server.addr(), args.subscribers, &protocols::alerts()).await?;
    spread(&server, &swarm, idle, args.subscribers, notes?, &mut Publisher::Relay(connection)).await
}

async fn frames(args: &BenchArgs) -> anyhow::Result<Spread> {
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
    let swarm = Swarm::connect(server.addr(), args.subscribers, &protocols::live(stream)).await?;
    spread(&server, &swarm, idle, args.subscribers, frames, &mut publisher).await
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

/// A server of others.
struct Peer {
    name: &'static str,
    program: &'static str,
    /// Its arguments, given the port and a folder.
    args: fn(u16, &std::path::Path) -> std::io::Result<Vec<String>>,
    recipe: fn() -> Recipe,
    message: fn(&[u8]) -> Vec<u8>,
}

const PEERS: [Peer; 2] = [
    Peer {
        name: "nats",
        program: "nats-server",
        args: |port, _| Ok(vec!["-a".into(), "127.0.0.1".into(), "-p".into(), port.to_string()]),
        recipe: protocols::nats,
        message: protocols::nats_message,
    },
    Peer {
        name: "mosquitto",
        program: "mosquitto",
        args: |port, folder| {
            let file = folder.join("mosquitto.conf");
            std::fs::write(&file, format!("listener {port} 127.0.0.1\nallow_anonymous true\n"))?;
            Ok(vec!["-c".into(), file.display().to_string()])
        },
        recipe: protocols::mqtt,
        message: protocols::mqtt_message,
    },
];

/// `None` when it is not installed.
async fn other(args: &BenchArgs, peer: &Peer) -> anyhow::Result<Option<Spread>> {
    let folder = super::folder(args)?;
    let addr = free_address()?;
    let mut command = Command::new(peer.program);
    command.args((peer.args)(addr.port(), folder.path())?);
    // Debian puts servers where not every user looks for programs.
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    let server = match Server::other(command.env("PATH", path), addr) {
        Ok(server) => server,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).context(peer.program),
    };
    listening(addr).await.context(peer.program)?;
    let idle = server.memory_kib()?;
    let swarm = Swarm::connect(addr, args.subscribers, &(peer.recipe)()).await.context(peer.program)?;
    let message = (peer.message)(&[b'p'; MESSAGE_LEN]);
    let mut publisher = Publisher::Other(addr, Vec::new());
    let messages = vec![message; ROUNDS];
    spread(&server, &swarm, idle, args.subscribers, messages, &mut publisher).await.map(Some)
}

/// Waits until somebody listens there.
async fn listening(addr: SocketAddr) -> anyhow::Result<()> {
    for _ in 0..100 {
        if TcpStream::connect(addr).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("it does not listen on {addr}")
}
