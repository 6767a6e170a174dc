//! When an operator wants the relay to stop.

/// Done at the first SIGINT (Ctrl-C) or SIGTERM: give it to [`super::serve`].
pub async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without a handler the system's own way to end the process remains.
    let _ = tokio::signal::ctrl_c().await;
}
