//! Thousands of subscribers on one thread: each connects, says what its protocol wants to hear, and
//! from then on counts messages. They share two processors with the server, so they do little else.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// Connections made at a time.
const AT_ONCE: usize = 64;
/// Connections from one source address: well below the ports that the system has for one.
const PER_SOURCE: usize = 10_000;
/// How long one message may take to reach everybody.
const PATIENCE: Duration = Duration::from_secs(30);

/// How to subscribe, and what a message looks like.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Sent one after the other, each after the answer to the one before.
    pub hello: Vec<Step>,
    /// Takes whole messages off the front of what came, and says how many.
    pub take: fn(&mut Vec<u8>) -> usize,
}

/// Something to say, and the end of its answer.
#[derive(Debug, Clone)]
pub struct Step {
    /// To the server.
    pub send: Vec<u8>,
    /// Bytes of the answer, once it is whole.
    pub answer: fn(&[u8]) -> Option<usize>,
}

/// Subscribers that listen.
#[derive(Debug)]
pub struct Swarm {
    size: usize,
    shared: Arc<Shared>,
    listeners: JoinSet<()>,
}

#[derive(Debug)]
struct Shared {
    start: Instant,
    delivered: AtomicUsize,
    /// When the last message came, in microseconds since `start`.
    last_us: AtomicU64,
}

impl Swarm {
    /// Connects so many.
    pub async fn connect(addr: SocketAddr, size: usize, recipe: &Recipe) -> anyhow::Result<Self> {
        let shared =
            Shared { start: Instant::now(), delivered: AtomicUsize::new(0), last_us: AtomicU64::new(0) };
        let mut swarm = Self { size, shared: Arc::new(shared), listeners: JoinSet::new() };
        let recipe = Arc::new(recipe.clone());
        let mut connecting = JoinSet::new();
        for index in 0..size {
            if connecting.len() >= AT_ONCE {
                let connected = connecting.join_next().await.context("a connection")?;
                swarm.listen(connected??, &recipe);
            }
            let recipe = recipe.clone();
            let source = source(addr, index / PER_SOURCE)?;
            connecting.spawn(async move { subscribe(addr, source, &recipe.hello).await });
        }
        while let Some(connected) = connecting.join_next().await {
            swarm.listen(connected??, &recipe);
        }
        Ok(swarm)
    }

    /// How many there are.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Waits until everybody has had `messages` messages in all; gives how long after `sent` the last came.
    pub async fn wait(&self, messages: usize, sent: Instant) -> anyhow::Result<Duration> {
        let wanted = self.size * messages;
        let until = Instant::now() + PATIENCE;
        while self.shared.delivered.load(Ordering::Relaxed) < wanted {
            let delivered = self.shared.delivered.load(Ordering::Relaxed);
            ensure!(Instant::now() < until, "only {delivered} of {wanted} messages came");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let last = self.shared.start + Duration::from_micros(self.shared.last_us.load(Ordering::Relaxed));
        Ok(last.saturating_duration_since(sent))
    }

    fn listen(&mut self, stream: TcpStream, recipe: &Arc<Recipe>) {
        let (shared, take) = (self.shared.clone(), recipe.take);
        self.listeners.spawn(async move { listen(stream, &shared, take).await });
    }
}

/// The loopback address that a part of the swarm connects from; `None` leaves it to the system. The
/// server's port is in it, so that ports which an earlier swarm used to another server, and which are not
/// free for a minute, are in nobody's way.
fn source(server: SocketAddr, part: usize) -> anyhow::Result<Option<Ipv4Addr>> {
    let [high, low] = server.port().to_be_bytes();
    Ok(match (server.ip(), u8::try_from(part)?) {
        (_, 0) | (IpAddr::V6(_), _) => None,
        (IpAddr::V4(_), part) => Some(Ipv4Addr::new(127, high, low, part)),
    })
}

async fn subscribe(addr: SocketAddr, source: Option<Ipv4Addr>, hello: &[Step]) -> anyhow::Result<TcpStream> {
    let connecting = match source {
        None => TcpStream::connect(addr).await,
        Some(source) => {
            let socket = TcpSocket::new_v4()?;
            socket.bind((source, 0).into()).context("a source address")?;
            socket.connect(addr).await
        }
    };
    let mut stream = connecting.context("connecting")?;
    stream.set_nodelay(true)?;
    for step in hello {
        stream.write_all(&step.send).await?;
        let mut answer = Vec::with_capacity(1024);
        loop {
            if let Some(len) = (step.answer)(&answer) {
                ensure!(len == answer.len(), "a message came before the subscription stood");
                break;
            }
            let refused = answer.starts_with(b"HTTP/1.1 4") || answer.starts_with(b"HTTP/1.1 5");
            ensure!(!refused, "a subscriber was refused: {}", String::from_utf8_lossy(&answer));
            ensure!(stream.read_buf(&mut answer).await? > 0, "the server hung up on a subscriber");
        }
    }
    Ok(stream)
}

/// Until the server or the swarm ends.
async fn listen(mut stream: TcpStream, shared: &Shared, take: fn(&mut Vec<u8>) -> usize) {
    // Holds a message, so that one takes one read.
    let mut received = Vec::with_capacity(4 * 1024);
    while stream.read_buf(&mut received).await.is_ok_and(|n| n > 0) {
        let messages = take(&mut received);
        if messages > 0 {
            let us = u64::try_from(shared.start.elapsed().as_micros()).unwrap_or(u64::MAX);
            shared.last_us.fetch_max(us, Ordering::Relaxed);
            shared.delivered.fetch_add(messages, Ordering::Relaxed);
        }
    }
}
