//! What all who load the relay share, and the pace at which they do it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use bystand_core::io::Random;
use bystand_wire::{NetworkId, Seq, StreamId, Timestamp};
use rand_core::{Rng, SeedableRng};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use super::super::http::Connection;
use super::ledger::Ledger;
use crate::commands::bench::network::Network;

/// Shared by all; everything runs on one thread.
#[derive(Debug)]
pub struct Load {
    /// The relay's.
    pub addr: SocketAddr,
    /// The network, with all its keys.
    pub network: RefCell<Network>,
    /// Its id.
    pub id: NetworkId,
    /// When it is over.
    pub until: Instant,
    /// How long what is sent is kept.
    pub life: Duration,
    /// What was promised.
    pub ledger: RefCell<Ledger>,
    /// How far each stream has been read.
    pub read: RefCell<BTreeMap<StreamId, Seq>>,
    seed: Cell<u64>,
}

impl Load {
    /// Begins now, for so long.
    pub fn new(addr: SocketAddr, network: Network, length: Duration, life: Duration, seed: u64) -> Self {
        Self {
            addr,
            id: network.fixture.network,
            network: RefCell::new(network),
            until: Instant::now() + length,
            life,
            ledger: RefCell::default(),
            read: RefCell::default(),
            seed: Cell::new(seed.wrapping_mul(1_000_000)),
        }
    }

    /// A generator of one's own.
    pub fn random(&self) -> Random {
        self.seed.set(self.seed.get().wrapping_add(1));
        Random::seed_from_u64(self.seed.get())
    }

    /// Now, as the relay has it.
    pub fn now(&self) -> Timestamp {
        bystand_client::Clock::real().now()
    }

    /// How long what is sent is kept, in milliseconds.
    pub fn life_ms(&self) -> u64 {
        u64::try_from(self.life.as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether the time is over.
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }
}

/// Something that is done again and again.
pub trait Work {
    /// Once.
    async fn once(&mut self, load: &Load, connection: &mut Connection) -> anyhow::Result<()>;
}

/// Does something at a pace over one connection until the time is over. A failure is counted, and the next
/// turn has a new connection.
pub async fn again(load: Rc<Load>, every: Duration, mut work: impl Work) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut kept = None;
    while timeout_at(load.until, ticks.tick()).await.is_ok() && !load.is_over() {
        match turn(&load, kept.take(), &mut work).await {
            Ok(connection) => kept = Some(connection),
            Err(error) => load.ledger.borrow_mut().failed(&error),
        }
    }
}

async fn turn(load: &Load, kept: Option<Connection>, work: &mut impl Work) -> anyhow::Result<Connection> {
    let mut connection = match kept {
        Some(connection) => connection,
        None => Connection::open(load.addr).await?,
    };
    work.once(load, &mut connection).await?;
    Ok(connection)
}

/// A number from `least` up to and without `most`.
pub fn between(rng: &mut Random, least: u64, most: u64) -> u64 {
    least + rng.next_u64() % most.saturating_sub(least).max(1)
}

/// So many random bytes.
pub fn bytes(rng: &mut Random, len: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
    rng.fill_bytes(&mut bytes);
    bytes
}
