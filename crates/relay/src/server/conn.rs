//! Accepts connections: HTTP/1.1, with a limit on how many, timeouts, and an orderly end. Who is on
//! the other side is never looked at.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use super::app::{App, stopped};
use crate::config::Tuning;

/// Held by whatever has to end before the relay has.
pub type Alive = mpsc::Sender<()>;

/// Serves until `stopping` is true.
pub async fn accept(
    listener: TcpListener,
    router: Router,
    app: Arc<App>,
    mut stopping: watch::Receiver<bool>,
    alive: Alive,
) {
    let most = usize::try_from(app.tuning.max_connections).unwrap_or(usize::MAX);
    let permits = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
    let http = http(&app.tuning);
    loop {
        let stream = tokio::select! {
            () = stopped(&mut stopping) => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, mostly: others have to end before there is one again.
                    tracing::warn!("cannot accept a connection: {}", error.kind());
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let Ok(permit) = permits.clone().try_acquire_owned() else {
            app.metrics.connections_refused.add(1);
            continue;
        };
        let connection = serve(stream, http.clone(), router.clone(), stopping.clone(), permit);
        let (metrics, alive) = (app.metrics.clone(), alive.clone());
        tokio::spawn(async move {
            metrics.connections.add(1);
            connection.await;
            metrics.connections.sub(1);
            drop(alive);
        });
    }
}

fn http(tuning: &Tuning) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(tuning.header_timeout_s.max(1)))
        .max_buf_size(16 * 1024)
        .max_headers(64);
    http
}

async fn serve(
    stream: TcpStream,
    http: http1::Builder,
    router: Router,
    mut stopping: watch::Receiver<bool>,
    permit: OwnedSemaphorePermit,
) {
    // Answers are small and wanted at once. A socket that refuses still works.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
    tokio::pin!(connection);
    // Errors are the client's: it went away, or sent what is not HTTP.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stopped(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
    drop(permit);
}
