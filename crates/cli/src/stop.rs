//! Ctrl-C and the system's request to end: both stop a command at once and lose nothing.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::{Done, Failure};

/// The signals that end a command.
#[derive(Debug)]
pub struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    /// From now on signals are noticed here instead of ending the process.
    pub fn install() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Returns when somebody asks for the end.
    pub async fn requested(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Runs something that keeps nothing until its end, so that it can simply be left.
pub async fn unless_stopped(work: impl Future<Output = Done>) -> Done {
    let mut stop = Stop::install()?;
    tokio::select! {
        done = work => done,
        () = stop.requested() => Err(nothing_changed()),
    }
}

/// Somebody ended a command before it changed anything.
pub fn nothing_changed() -> Failure {
    Failure::failed("stopped", "Stopped. Nothing was changed; run the same command again.")
}
