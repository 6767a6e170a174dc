//! What all requests share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bystand_wire::problem::Code;
use bystand_wire::relay_api::{Admission, WorkOffer};
use bystand_wire::{StreamId, Timestamp};
use tokio::sync::{Semaphore, watch};

use crate::bundle::Bundle;
use crate::clock::Clock;
use crate::config::Tuning;
use crate::hub::Hub;
use crate::metrics::Metrics;
use crate::readers::Readers;
use crate::rules::stream::{RoomState, StreamState};
use crate::rules::work::{self, Controller};
use crate::rules::{Proof, Refusal};
use crate::trust::Trust;
use crate::verify::{self, Against, Binding, Solutions, WorkSecret};
use crate::writer::{Shared, Writer};

/// Shared by all requests.
#[derive(Debug)]
pub struct App {
    /// Settings.
    pub tuning: Tuning,
    /// The relay's clock.
    pub clock: Arc<dyn Clock>,
    /// The one writer.
    pub writer: Writer,
    /// The readers.
    pub readers: Readers,
    /// Streams written to lately.
    pub shared: Arc<Shared>,
    /// Fan-out.
    pub hub: Arc<Hub>,
    /// Manifest and key note.
    pub trust: Trust,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Changes with each restore.
    pub generation: u64,
    /// What nonces are made from.
    pub secret: WorkSecret,
    /// The open lane's load.
    pub controller: Mutex<Controller>,
    /// The web app's files.
    pub web: Bundle,
    /// Large bodies in memory.
    pub large_bodies: Arc<Semaphore>,
    /// Live connections and event streams.
    pub live: Arc<Semaphore>,
    /// True once the relay is stopping.
    pub stopping: watch::Receiver<bool>,
}

impl App {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A stream as it stands.
    ///
    /// # Errors
    /// `not-found`, `cannot-store`.
    pub async fn stream(&self, id: StreamId) -> Result<Arc<StreamState>, Refusal> {
        const NO_STREAM: Refusal = Refusal::new(Code::NotFound, "No such stream, or it has ended.");
        let now = self.now();
        if let Some(known) = self.shared.stream(&id) {
            return if known.is_expired(now) { Err(NO_STREAM) } else { Ok(known) };
        }
        let read = self.readers.read(move |reader| reader.stream(&id, now)).await?;
        read.map(Arc::new).ok_or(NO_STREAM)
    }

    /// Checks an admission's signatures.
    pub async fn admission(&self, admission: &Admission, binding: &Binding) -> Result<Proof, Refusal> {
        let room = match admission {
            Admission::Room(room, _, _) => self.stream(*room).await?.room,
            Admission::Key(..) | Admission::Pass(_) | Admission::Work(_) | Admission::Certificate(..) => None,
        };
        self.check(admission, binding, room.as_ref())
    }

    fn check(
        &self,
        admission: &Admission,
        binding: &Binding,
        room: Option<&RoomState>,
    ) -> Result<Proof, Refusal> {
        let now = self.now();
        let effort = self.controller().enough(now);
        let authority = self.trust.now();
        let (secret, solutions) = (&self.secret, Solutions::Checked);
        let against = Against { authority: &authority, secret, effort, solutions, room, now };
        verify::admission(admission, binding, against)
    }

    /// What the open lane is asked for.
    pub fn work_offer(&self) -> WorkOffer {
        let now = self.now();
        WorkOffer {
            nonce: self.secret.nonce(work::window(now)),
            effort: self.controller().asked(now),
            valid_until: work::valid_until(now),
        }
    }

    /// Counts a frame of the open lane.
    pub fn took_open_lane(&self) {
        let now = self.now();
        self.metrics.open_lane.add(1);
        self.controller().taken(now);
    }

    fn controller(&self) -> MutexGuard<'_, Controller> {
        self.controller.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until the relay is stopping.
pub async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // The sender's end means the same.
    let _ = stopping.wait_for(|stop| *stop).await;
}
