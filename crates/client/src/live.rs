//! The live connection: one WebSocket that is made again whenever it breaks.
//!
//! Each connection comes with a fresh [`LiveSender`], so that nothing meant for an earlier one
//! reaches a later one: the engine asks again for everything it follows. All queues are bounded: the
//! relay is read only as fast as the engine takes messages, and a sender that overflows drops the
//! connection, which begins anew.

use std::time::Duration;

use bystand_core::io::Random;
use bystand_wire::relay_api::{LiveIn, LiveOut};
use bystand_wire::{codec, encode, limits};
use futures_util::{SinkExt, StreamExt};
use rand_core::Rng;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::address::RelayAddress;
use crate::backoff::Backoff;
use crate::transport::install_ring;

/// Messages waiting for the engine.
const INCOMING: usize = 64;
/// Messages waiting for the socket: everything a connection may follow, twice over.
const OUTGOING: usize = 2 * limits::LIVE_STREAMS;
/// A message from the relay: as long as an answer to a read, see `transport`.
const MESSAGE_LEN: usize = limits::READ_LEN + limits::FRAME_LEN + limits::READ_FRAMES * 2 * 1024;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const PING_EVERY: Duration = Duration::from_secs(30);
const SILENCE_LIMIT: Duration = Duration::from_secs(75);
/// A connection that stood so long was a good one.
const GOOD_AFTER: Duration = Duration::from_secs(10);

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// What the live connection tells the runner.
#[derive(Debug)]
pub enum LiveEvent {
    /// It stands; messages go through this sender until it breaks.
    Connected(LiveSender),
    /// A message of the relay.
    Message(Box<LiveOut>),
    /// It broke, or could not be made; it will be tried again.
    Disconnected(String),
}

/// Sends on one connection.
#[derive(Debug, Clone)]
pub struct LiveSender {
    outgoing: mpsc::Sender<LiveIn>,
}

impl LiveSender {
    /// Queues a message. Returns `false` when the connection is gone or takes no more; the caller
    /// then drops its sender, which closes the connection, and waits for the next.
    #[must_use]
    pub fn send(&self, message: LiveIn) -> bool {
        self.outgoing.try_send(message).is_ok()
    }
}

/// Keeps a live connection to a relay until the receiver is dropped.
pub fn keep(address: &RelayAddress, rng: Random) -> mpsc::Receiver<LiveEvent> {
    install_ring();
    let (events, receiver) = mpsc::channel(INCOMING);
    tokio::spawn(reconnect(address.live(), rng, events));
    receiver
}

async fn reconnect(address: String, mut rng: Random, events: mpsc::Sender<LiveEvent>) {
    let mut backoff = Backoff::default();
    loop {
        let begun = Instant::now();
        let why = tokio::select! {
            why = one_connection(&address, &events) => why,
            () = events.closed() => return,
        };
        if begun.elapsed() >= GOOD_AFTER {
            backoff.reset();
        }
        if events.send(LiveEvent::Disconnected(why)).await.is_err() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.next(rng.next_u64())) => {}
            () = events.closed() => return,
        }
    }
}

/// Runs one connection to its end and says why it ended.
async fn one_connection(address: &str, events: &mpsc::Sender<LiveEvent>) -> String {
    let config = WebSocketConfig::default()
        .read_buffer_size(16 * 1024)
        .write_buffer_size(16 * 1024)
        .max_write_buffer_size(1024 * 1024)
        .max_message_size(Some(MESSAGE_LEN))
        .max_frame_size(Some(MESSAGE_LEN));
    let connecting = connect_async_with_config(address, Some(config), true);
    let socket = match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
        Ok(Ok((socket, _))) => socket,
        Ok(Err(error)) => return error.to_string(),
        Err(_) => return "the relay did not answer in time".to_owned(),
    };
    let (sender, outgoing) = mpsc::channel(OUTGOING);
    if events.send(LiveEvent::Connected(LiveSender { outgoing: sender })).await.is_err() {
        return String::new();
    }
    exchange(socket, outgoing, events).await
}

async fn exchange(
    mut socket: Socket,
    mut outgoing: mpsc::Receiver<LiveIn>,
    events: &mpsc::Sender<LiveEvent>,
) -> String {
    let mut pings = tokio::time::interval_at(Instant::now() + PING_EVERY, PING_EVERY);
    let mut heard = Instant::now();
    loop {
        let sent = tokio::select! {
            incoming = socket.next() => {
                heard = Instant::now();
                match incoming {
                    Some(Ok(message)) => match take(message, events).await {
                        Ok(()) => Ok(()),
                        Err(why) => return why,
                    },
                    Some(Err(error)) => return error.to_string(),
                    None => return "the relay closed the connection".to_owned(),
                }
            }
            message = outgoing.recv() => match message {
                Some(message) => socket.send(Message::Binary(encode(&message).into())).await,
                None => {
                    drop(socket.close(None).await);
                    return "closed here".to_owned();
                }
            },
            _ = pings.tick() => {
                if heard.elapsed() > SILENCE_LIMIT {
                    return "the relay fell silent".to_owned();
                }
                socket.send(Message::Ping(Vec::new().into())).await
            }
        };
        if let Err(error) = sent {
            return error.to_string();
        }
    }
}

async fn take(message: Message, events: &mpsc::Sender<LiveEvent>) -> Result<(), String> {
    let bytes = match message {
        Message::Binary(bytes) => bytes,
        Message::Text(_) => return Err("the relay sent text on the live connection".to_owned()),
        Message::Close(_) => return Err("the relay closed the connection".to_owned()),
        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(()),
    };
    let message: LiveOut = codec::decode_within(&bytes, MESSAGE_LEN)
        .map_err(|error| format!("the relay's message cannot be read: {error}"))?;
    // A closed receiver is noticed by whoever keeps the connection.
    drop(events.send(LiveEvent::Message(Box::new(message))).await);
    Ok(())
}
