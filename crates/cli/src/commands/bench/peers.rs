//! Servers of others that fan-out is compared with, where they are installed.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpStream;

use super::BenchArgs;
use super::fanout::{MESSAGE_LEN, Publisher, ROUNDS, Spread, spread};
use super::protocols;
use super::relay::{Server, free_address};
use super::swarm::{Recipe, Swarm};

/// A server of others.
#[derive(Debug)]
pub struct Peer {
    /// In the names of its figures.
    pub name: &'static str,
    /// What is started.
    pub program: &'static str,
    /// Its arguments, given the port and a folder.
    args: fn(u16, &Path) -> std::io::Result<Vec<String>>,
    recipe: fn() -> Recipe,
    message: fn(&[u8]) -> Vec<u8>,
}

/// All of them.
pub const PEERS: [Peer; 2] = [
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

/// What it takes one of them; `None` when it is not installed.
pub async fn measure(args: &BenchArgs, peer: &Peer) -> anyhow::Result<Option<Spread>> {
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
    let messages = vec![(peer.message)(&[b'p'; MESSAGE_LEN]); ROUNDS];
    let mut publisher = Publisher::Other(addr, Vec::new());
    spread(&server, &swarm, idle, messages, &mut publisher).await.map(Some)
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
