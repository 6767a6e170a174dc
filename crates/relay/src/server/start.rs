//! Start and stop.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use bystand_crypto::notes::LogVerifier;
use bystand_crypto::symmetric::SymmetricKey;
use bystand_wire::limits;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};

use super::app::{App, stopped};
use super::{conn, fanout, router};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Tuning};
use crate::data_dir::{DataDir, StartError, fill_random};
use crate::hub::Hub;
use crate::log::LogSigner;
use crate::metrics::Metrics;
use crate::readers::Readers;
use crate::rules::work::Controller;
use crate::store::Store;
use crate::store::sqlite::{SqliteOptions, SqliteStore};
use crate::trust::{Authority, Trust};
use crate::verify::WorkSecret;
use crate::writer::actions::{Resign, Sweep};
use crate::writer::{Effects, Shared, Sink, Writer, WriterState};

/// Rows deleted in one transaction of a sweep.
const SWEEP_ROWS: u32 = 500;
/// Effects that may wait to be fanned out.
const FANOUT_QUEUE: usize = 1_024;
/// Numbers of the whole database.
const NETWORK: &str = "network";
pub(crate) const GENERATION: &str = "generation";

/// A relay that runs.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    generation: u64,
    log: LogVerifier,
    app: Arc<App>,
    stop: watch::Sender<bool>,
    ended: tokio::task::JoinHandle<()>,
}

impl Running {
    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Changes with each restore.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What verifies its checkpoints.
    pub fn log(&self) -> &LogVerifier {
        &self.log
    }

    /// Who follows what on the live connections.
    pub fn hub(&self) -> &Hub {
        &self.app.hub
    }

    /// Deletes now what has expired, and makes it leave the files. It happens by itself all the time.
    pub async fn sweep(&self) {
        sweep(&self.app).await;
    }

    /// Stops: finishes what is under way, closes the live connections, ends the writer.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.ended.await;
    }

    /// Waits until it has been stopped by the `shutdown` it was started with.
    pub async fn wait(self) {
        let _ = self.ended.await;
    }
}

/// Starts a relay by the system's clock; it stops when `shutdown` is done.
///
/// # Errors
/// [`StartError`], saying what to do.
pub async fn serve(
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<Running, StartError> {
    serve_with_clock(config, Arc::new(SystemClock), shutdown).await
}

/// As [`serve`], by another clock.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with_clock(
    config: Config,
    clock: Arc<dyn Clock>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<Running, StartError> {
    let address = config.tuning.listen;
    let Opened { dir, store, generation, signer, trust } = open(&config, &*clock)?;
    let log = signer.verifier();
    let (stop, stopping) = watch::channel(false);
    let (effects, to_fan_out) = mpsc::channel(FANOUT_QUEUE);
    let database = dir.database();
    let readers = Readers::open(&store, to_usize(config.tuning.readers))
        .map_err(|e| StartError::store(&database, e))?;
    let shared = Arc::new(Shared::default());
    let metrics = Arc::new(Metrics::default());
    let state = WriterState::new(
        config.tuning.writer_limits(),
        clock.clone(),
        shared.clone(),
        metrics.clone(),
        signer,
        sink(trust.clone(), effects),
    );
    let (writer, thread) =
        Writer::start(Box::new(store), state).map_err(|e| StartError::System(e.to_string()))?;
    let app = Arc::new(App {
        controller: Mutex::new(Controller::new(config.tuning.work_limits(), clock.now())),
        clock,
        writer,
        readers,
        shared,
        hub: Arc::new(Hub::default()),
        trust,
        metrics,
        generation,
        secret: work_secret()?,
        web: config.web,
        large_bodies: Arc::new(Semaphore::new(to_usize(config.tuning.max_large_bodies))),
        live: Arc::new(Semaphore::new(live_limit(&config.tuning))),
        stopping: stopping.clone(),
        tuning: config.tuning,
    });
    app.writer
        .ask(Resign)
        .await
        .map_err(|_| StartError::File { path: database, source: std::io::ErrorKind::StorageFull.into() })?;
    let listener =
        TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })?;
    let addr = listener.local_addr().map_err(|source| StartError::Listen { address, source })?;

    let web = app.web.clone();
    tokio::task::spawn_blocking(move || web.compress());
    tokio::spawn(fanout::run(to_fan_out, app.clone()));
    let (alive, gone) = mpsc::channel(1);
    let routes = router(app.clone());
    tokio::spawn(conn::accept(listener, routes, app.clone(), stopping.clone(), alive));
    tokio::spawn(chores(app.clone(), stopping.clone()));
    let asked = stop.clone();
    tokio::spawn(async move {
        shutdown.await;
        let _ = asked.send(true);
    });
    let ended = tokio::spawn(end(app.clone(), stopping, gone, thread, dir));
    tracing::info!("relay listening on {addr}");
    Ok(Running { addr, generation, log, app, stop, ended })
}

/// What is in the data folder.
struct Opened {
    dir: DataDir,
    store: SqliteStore,
    generation: u64,
    signer: LogSigner,
    trust: Trust,
}

fn open(config: &Config, clock: &dyn Clock) -> Result<Opened, StartError> {
    let dir = DataDir::take(&config.data)?;
    let path = dir.database();
    let failed = |e| StartError::store(&path, e);
    let options = SqliteOptions { max_pages: config.tuning.max_pages() };
    let mut store = SqliteStore::open(&path, options).map_err(failed)?;
    // The start of the id is enough to notice a folder that was mixed up.
    let network = config.network.0.iter().take(6).fold(0, |n, b| (n << 8) | u64::from(*b));
    match store.meta(NETWORK).map_err(failed)? {
        Some(held) if held != network => return Err(StartError::OtherNetwork(path)),
        Some(_) => {}
        None => store.set_meta(NETWORK, network).map_err(failed)?,
    }
    let generation = match store.meta(GENERATION).map_err(failed)? {
        Some(generation) => generation,
        None => {
            let drawn = new_generation()?;
            store.set_meta(GENERATION, drawn).map_err(failed)?;
            drawn
        }
    };
    let signer = dir.log_signer(&config.network)?;
    let authority = Authority::new(config.network, signer.verifier());
    let trust =
        Trust::load(authority, store.reader().map_err(failed)?.as_mut(), clock.now()).map_err(failed)?;
    Ok(Opened { dir, store, generation, signer, trust })
}

/// A number that no earlier relay of this network had. Below 2^53, so that it survives JSON.
pub(crate) fn new_generation() -> Result<u64, StartError> {
    let mut bytes = [0; 8];
    fill_random(&mut bytes)?;
    Ok((u64::from_be_bytes(bytes) >> 11).max(1))
}

fn sink(trust: Trust, effects: mpsc::Sender<Effects>) -> Sink {
    Box::new(move |committed| {
        trust.learn_all(&committed.logged);
        if !committed.is_empty() {
            // When the fan-out has ended there is nobody left to tell.
            let _ = effects.blocking_send(committed);
        }
    })
}

fn work_secret() -> Result<WorkSecret, StartError> {
    let mut bytes = [0; 32];
    fill_random(&mut bytes)?;
    Ok(WorkSecret::new(SymmetricKey::from_bytes(bytes)))
}

fn live_limit(tuning: &Tuning) -> usize {
    to_usize(tuning.max_live).min(limits::LIVE_CONNECTIONS)
}

fn to_usize(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// Sweeps and signs the checkpoint anew, until the relay stops.
async fn chores(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    let mut sweeps = tokio::time::interval(Duration::from_secs(app.tuning.sweep_s.max(1)));
    let mut checkpoints = tokio::time::interval(Duration::from_secs(app.tuning.checkpoint_s.max(1)));
    loop {
        tokio::select! {
            () = stopped(&mut stopping) => return,
            _ = sweeps.tick() => sweep(&app).await,
            // A failure shows at /healthz; the next turn tries again.
            _ = checkpoints.tick() => { let _ = app.writer.ask(Resign).await; }
        }
    }
}

async fn sweep(app: &App) {
    loop {
        let swept = app.writer.ask(Sweep { rows: SWEEP_ROWS, old_texts_ms: app.tuning.old_texts_ms() }).await;
        let Ok(swept) = swept else { return };
        let count = swept.frames + swept.blobs + swept.texts + swept.ended.len() as u64;
        app.metrics.swept.add(count);
        if !swept.more {
            break;
        }
    }
    app.trust.prune(app.now());
    app.writer.compact().await;
}

/// Ends in order: requests under way, live connections, then the writer with all that is queued.
async fn end(
    app: Arc<App>,
    mut stopping: watch::Receiver<bool>,
    mut gone: mpsc::Receiver<()>,
    thread: JoinHandle<()>,
    dir: DataDir,
) {
    stopped(&mut stopping).await;
    tracing::info!("relay stopping");
    let everybody = async {
        let _ = gone.recv().await;
        let live = u32::try_from(live_limit(&app.tuning)).unwrap_or(u32::MAX);
        let _ = app.live.acquire_many(live).await;
    };
    let grace = Duration::from_secs(app.tuning.shutdown_s);
    if tokio::time::timeout(grace, everybody).await.is_err() {
        tracing::warn!("some connections did not end in time and are cut");
    }
    app.writer.stop().await;
    let joined = tokio::task::spawn_blocking(move || thread.join().is_ok()).await;
    if !joined.unwrap_or(false) {
        tracing::error!("the writer ended in disorder");
    }
    drop(dir);
    tracing::info!("relay stopped");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_setting_goes_beyond_the_live_connections() {
        for (asked, allowed) in
            [(0, 0), (1, 1), (100_000, 100_000), (100_001, 100_000), (u32::MAX, limits::LIVE_CONNECTIONS)]
        {
            let tuning = Tuning { max_live: asked, ..Tuning::default() };
            assert_eq!(live_limit(&tuning), allowed);
        }
    }
}
