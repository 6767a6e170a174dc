//! Fan-out: who follows what on the live connections, and the queues between.
//!
//! A message is encoded once and shared by all who get it. Each connection has one bounded queue of
//! pointers; when it is full, the connection is told that it lagged and follows again from the last
//! place it has, so a slow reader costs the others nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use bystand_wire::{Seq, StreamId};
use tokio::sync::mpsc;

/// What goes to a connection.
#[derive(Debug)]
pub enum Event {
    /// New frames of a stream: an encoded `LiveOut::Frames`.
    Frames {
        /// Which.
        stream: StreamId,
        /// The first place in it.
        first: Seq,
        /// The last.
        last: Seq,
        /// Encoded.
        message: Bytes,
    },
    /// The stream ended: an encoded `LiveOut::Refused`.
    Ended {
        /// Which.
        stream: StreamId,
        /// Encoded.
        message: Bytes,
    },
    /// There is news in the log: an encoded `LiveOut::LogSize`.
    Log {
        /// To this size.
        size: u64,
        /// Encoded.
        message: Bytes,
    },
    /// Something for the event stream of alerts: an encoded server-sent event.
    Alert {
        /// Its leaf in the log.
        index: u64,
        /// Encoded.
        message: Bytes,
    },
}

/// One connection, as the hub knows it.
#[derive(Debug)]
pub struct Subscriber {
    id: u64,
    queue: mpsc::Sender<Arc<Event>>,
    lagged: Mutex<BTreeSet<StreamId>>,
    /// Set when something other than a stream's frames was dropped.
    lost: AtomicBool,
}

impl Subscriber {
    /// Streams of which something was dropped since the last call.
    pub fn take_lagged(&self) -> BTreeSet<StreamId> {
        std::mem::take(&mut *lock(&self.lagged))
    }

    /// Forgets that something of a stream was dropped: it will be read from the store.
    pub fn clear_lagged(&self, stream: &StreamId) {
        lock(&self.lagged).remove(stream);
    }

    /// Whether a message about the log was dropped since the last call.
    pub fn take_lost(&self) -> bool {
        self.lost.swap(false, Ordering::Relaxed)
    }

    /// Gives whether it was too slow.
    fn push(&self, event: &Arc<Event>) -> bool {
        match self.queue.try_send(event.clone()) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => false,
            Err(mpsc::error::TrySendError::Full(_)) => {
                match **event {
                    Event::Frames { stream, .. } | Event::Ended { stream, .. } => {
                        lock(&self.lagged).insert(stream);
                    }
                    Event::Log { .. } | Event::Alert { .. } => self.lost.store(true, Ordering::Relaxed),
                }
                true
            }
        }
    }
}

/// By the subscriber's number: joining and leaving stay cheap with ten thousand of them.
type Followers = BTreeMap<u64, Arc<Subscriber>>;

/// All who listen.
#[derive(Debug, Default)]
pub struct Hub {
    next: AtomicU64,
    streams: Mutex<HashMap<StreamId, Followers>>,
    log: Mutex<Followers>,
    alerts: Mutex<Followers>,
}

impl Hub {
    /// A new connection with its queue.
    pub fn subscriber(&self, queue_len: usize) -> (Arc<Subscriber>, mpsc::Receiver<Arc<Event>>) {
        let (queue, events) = mpsc::channel(queue_len.max(1));
        let subscriber = Subscriber {
            id: self.next.fetch_add(1, Ordering::Relaxed),
            queue,
            lagged: Mutex::default(),
            lost: AtomicBool::new(false),
        };
        (Arc::new(subscriber), events)
    }

    /// Follows a stream. What is committed from now on is pushed; read the store for what was before.
    pub fn follow(&self, stream: StreamId, subscriber: &Arc<Subscriber>) {
        let mut streams = lock(&self.streams);
        streams.entry(stream).or_default().insert(subscriber.id, subscriber.clone());
    }

    /// Leaves a stream.
    pub fn leave(&self, stream: &StreamId, subscriber: &Subscriber) {
        let mut streams = lock(&self.streams);
        if let Some(followers) = streams.get_mut(stream) {
            followers.remove(&subscriber.id);
            if followers.is_empty() {
                streams.remove(stream);
            }
        }
    }

    /// Follows the log's growth.
    pub fn follow_log(&self, subscriber: &Arc<Subscriber>) {
        lock(&self.log).insert(subscriber.id, subscriber.clone());
    }

    /// Follows alerts.
    pub fn follow_alerts(&self, subscriber: &Arc<Subscriber>) {
        lock(&self.alerts).insert(subscriber.id, subscriber.clone());
    }

    /// A connection is gone.
    pub fn drop_subscriber<'a>(&self, streams: impl Iterator<Item = &'a StreamId>, subscriber: &Subscriber) {
        for stream in streams {
            self.leave(stream, subscriber);
        }
        lock(&self.log).remove(&subscriber.id);
        lock(&self.alerts).remove(&subscriber.id);
    }

    /// Whether anybody follows a stream.
    pub fn is_followed(&self, stream: &StreamId) -> bool {
        lock(&self.streams).contains_key(stream)
    }

    /// Pushes to all who follow; gives how many got it and how many were too slow.
    pub fn push(&self, event: Event) -> (u64, u64) {
        let event = Arc::new(event);
        match *event {
            Event::Frames { stream, .. } => {
                lock(&self.streams).get(&stream).map_or((0, 0), |followers| deliver(followers, &event))
            }
            Event::Ended { stream, .. } => {
                let followers = lock(&self.streams).remove(&stream).unwrap_or_default();
                deliver(&followers, &event)
            }
            Event::Log { .. } => deliver(&lock(&self.log), &event),
            Event::Alert { .. } => deliver(&lock(&self.alerts), &event),
        }
    }
}

fn deliver(to: &Followers, event: &Arc<Event>) -> (u64, u64) {
    let slow = to.values().filter(|s| s.push(event)).count() as u64;
    (to.len() as u64 - slow, slow)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: StreamId = StreamId([1; 32]);
    const B: StreamId = StreamId([2; 32]);

    fn frames(stream: StreamId, seq: u64) -> Event {
        Event::Frames { stream, first: Seq(seq), last: Seq(seq), message: Bytes::new() }
    }

    #[test]
    fn only_followers_get_it_and_each_once() {
        let hub = Hub::default();
        let (anna, mut to_anna) = hub.subscriber(4);
        let (ben, mut to_ben) = hub.subscriber(4);
        hub.follow(A, &anna);
        hub.follow(A, &anna);
        hub.follow(B, &ben);
        assert_eq!(hub.push(frames(A, 1)), (1, 0));
        assert!(matches!(to_anna.try_recv().as_deref(), Ok(Event::Frames { stream: A, .. })));
        assert!(to_anna.try_recv().is_err() && to_ben.try_recv().is_err());
        hub.leave(&A, &anna);
        assert_eq!(hub.push(frames(A, 2)), (0, 0));
        assert!(!hub.is_followed(&A) && hub.is_followed(&B));
    }

    #[test]
    fn a_slow_follower_lags_alone() {
        let hub = Hub::default();
        let (slow, _held) = hub.subscriber(1);
        let (quick, mut to_quick) = hub.subscriber(8);
        hub.follow(A, &slow);
        hub.follow(A, &quick);
        hub.follow_log(&slow);
        assert_eq!(hub.push(frames(A, 1)), (2, 0));
        assert_eq!(hub.push(frames(A, 2)), (1, 1));
        assert_eq!(hub.push(Event::Log { size: 3, message: Bytes::new() }), (0, 1));
        assert_eq!(slow.take_lagged(), BTreeSet::from([A]));
        assert!(slow.take_lagged().is_empty() && slow.take_lost() && !slow.take_lost());
        assert!(quick.take_lagged().is_empty());
        assert!(to_quick.try_recv().is_ok() && to_quick.try_recv().is_ok());
    }

    #[test]
    fn an_ended_stream_has_no_followers_left() {
        let hub = Hub::default();
        let (anna, mut to_anna) = hub.subscriber(4);
        hub.follow(A, &anna);
        assert_eq!(hub.push(Event::Ended { stream: A, message: Bytes::new() }), (1, 0));
        assert!(to_anna.try_recv().is_ok() && !hub.is_followed(&A));
    }
}
