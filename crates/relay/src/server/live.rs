//! `GET /v1/live`: a WebSocket on which a client follows many streams.
//!
//! A follower first joins the hub, then reads from the store what it has missed; what the hub pushes
//! meanwhile is compared by place, so that nothing comes twice and nothing is left out. Buffers are
//! small: there may be a hundred thousand of these.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{LiveIn, LiveOut, ReadAuth};
use bystand_wire::{Seq, StreamId, encode, limits};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::app::{App, stopped};
use super::{body, streams};
use crate::hub::{Event, Subscriber};
use crate::rules::Refusal;
use crate::verify;

/// Bytes of frames in one pushed message, about. The socket's buffer grows to its largest message
/// and stays so, which is why messages here are shorter than answers to a read.
pub const MESSAGE_LEN: usize = 32 * 1024;
/// Size of a connection's read buffer.
const READ_BUFFER: usize = 1024;

/// Takes the connection.
pub async fn live(State(app): State<Arc<App>>, upgrade: WebSocketUpgrade) -> Response {
    let Ok(permit) = app.live.clone().try_acquire_owned() else {
        let refusal = Refusal::new(Code::Busy, "The relay serves as many live connections as it may.");
        return app.problem(&refusal.retry_after(30_000));
    };
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(limits::LIVE_MESSAGE_LEN)
        .max_frame_size(limits::LIVE_MESSAGE_LEN)
        .on_upgrade(move |socket| run(app, socket, permit))
}

async fn run(app: Arc<App>, socket: WebSocket, permit: OwnedSemaphorePermit) {
    app.metrics.live.add(1);
    let queue_len = usize::try_from(app.tuning.live_queue).unwrap_or(usize::MAX);
    let (subscriber, events) = app.hub.subscriber(queue_len);
    let mut connection =
        Connection { app: app.clone(), socket, subscriber, following: HashMap::new(), heard: true };
    // An error means that the client went away or is too slow: there is nobody to tell.
    let _ = connection.serve(events).await;
    app.hub.drop_subscriber(connection.following.keys(), &connection.subscriber);
    app.metrics.live.sub(1);
    drop(permit);
}

/// The client is gone, or does not take what it is sent.
struct Gone;

struct Connection {
    app: Arc<App>,
    socket: WebSocket,
    subscriber: Arc<Subscriber>,
    /// The last place sent of each stream.
    following: HashMap<StreamId, Seq>,
    /// Whether anything came from the client since the last ping.
    heard: bool,
}

impl Connection {
    async fn serve(&mut self, mut events: mpsc::Receiver<Arc<Event>>) -> Result<(), Gone> {
        let mut stopping = self.app.stopping.clone();
        let period = Duration::from_secs(self.app.tuning.ping_s.max(1));
        let mut ping = tokio::time::interval_at(tokio::time::Instant::now() + period, period);
        loop {
            tokio::select! {
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.hear(message).await?,
                    Some(Err(_)) | None => return Ok(()),
                },
                event = events.recv() => match event {
                    Some(event) => self.pass_on(&event).await?,
                    None => return Ok(()),
                },
                _ = ping.tick() => self.ping().await?,
                () = stopped(&mut stopping) => return self.close().await,
            }
            self.own_up().await?;
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), Gone> {
        self.heard = true;
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) | Message::Text(_) => return Err(Gone),
        };
        let Ok(request) = body::parse::<LiveIn>(&bytes) else { return Err(Gone) };
        match request {
            LiveIn::Follow(stream, after, auth) => self.follow(stream, after, auth).await,
            LiveIn::Leave(stream) => {
                self.leave(&stream);
                Ok(())
            }
            LiveIn::FollowLog(after) => self.follow_log(after).await,
        }
    }

    async fn follow(&mut self, stream: StreamId, after: Seq, auth: Option<ReadAuth>) -> Result<(), Gone> {
        let full = self.following.len() >= limits::LIVE_STREAMS && !self.following.contains_key(&stream);
        if full {
            return self.refuse(stream, Code::Busy).await;
        }
        if let Err(refusal) = may_follow(&self.app, stream, auth.as_ref()).await {
            return self.refuse(stream, refusal.code).await;
        }
        self.app.hub.follow(stream, &self.subscriber);
        self.following.insert(stream, after);
        self.catch_up(stream).await
    }

    /// Sends from the store what lies between the last place sent and the stream's head; when nothing does,
    /// an answer without frames, so that the client knows that it has read everything.
    async fn catch_up(&mut self, stream: StreamId) -> Result<(), Gone> {
        while let Some(after) = self.following.get(&stream).copied() {
            // Whatever the full queue drops from here on, this read or the next one has.
            self.subscriber.clear_lagged(&stream);
            let frames = match streams::frames(&self.app, stream, after, MESSAGE_LEN).await {
                Ok(frames) => frames,
                Err(refusal) => return self.refuse(stream, refusal.code).await,
            };
            // Places that were erased or have expired count as sent. A place that was never given out is of a
            // relay before a restore: the answer's head and generation say so.
            let sent = frames.frames.last().map_or(frames.head, |f| f.seq);
            self.following.insert(stream, sent);
            let is_all = sent >= frames.head;
            self.send(encode(&LiveOut::Frames(stream, frames)).into()).await?;
            if is_all {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn follow_log(&mut self, after: u64) -> Result<(), Gone> {
        self.app.hub.follow_log(&self.subscriber);
        self.tell_log_size(after).await
    }

    async fn tell_log_size(&mut self, after: u64) -> Result<(), Gone> {
        let now = self.app.now();
        let query = crate::store::LogQuery::Nothing;
        let read = self.app.readers.read(move |reader| reader.log(query, 0, 0, now)).await;
        match read {
            Ok(Some(read)) if read.size > after => {
                self.send(encode(&LiveOut::LogSize(read.size)).into()).await
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    async fn pass_on(&mut self, event: &Event) -> Result<(), Gone> {
        match event {
            Event::Frames { stream, first, last, message } => {
                let Some(sent) = self.following.get(stream).copied() else { return Ok(()) };
                if *last <= sent {
                    return Ok(());
                }
                if *first != sent.next() {
                    return self.catch_up(*stream).await;
                }
                self.send(message.clone()).await?;
                self.following.insert(*stream, *last);
                Ok(())
            }
            Event::Ended { stream, message } => {
                if self.following.remove(stream).is_some() {
                    self.send(message.clone()).await?;
                }
                Ok(())
            }
            Event::Log { message, .. } => self.send(message.clone()).await,
            Event::Alert { .. } => Ok(()),
        }
    }

    /// Says what was dropped because the client was too slow.
    async fn own_up(&mut self) -> Result<(), Gone> {
        for stream in self.subscriber.take_lagged() {
            if self.following.contains_key(&stream) {
                self.leave(&stream);
                self.send(encode(&LiveOut::Lagged(stream)).into()).await?;
            }
        }
        if self.subscriber.take_lost() {
            self.tell_log_size(0).await?;
        }
        Ok(())
    }

    async fn refuse(&mut self, stream: StreamId, code: Code) -> Result<(), Gone> {
        self.leave(&stream);
        self.send(encode(&LiveOut::Refused(stream, code.as_str().to_owned())).into()).await
    }

    fn leave(&mut self, stream: &StreamId) {
        self.following.remove(stream);
        self.app.hub.leave(stream, &self.subscriber);
    }

    async fn ping(&mut self) -> Result<(), Gone> {
        if !std::mem::take(&mut self.heard) {
            return Err(Gone);
        }
        self.transmit(Message::Ping(Bytes::new())).await
    }

    async fn close(&mut self) -> Result<(), Gone> {
        let frame = CloseFrame { code: close_code::AWAY, reason: "the relay is stopping".into() };
        self.transmit(Message::Close(Some(frame))).await
    }

    async fn send(&mut self, message: Bytes) -> Result<(), Gone> {
        self.transmit(Message::Binary(message)).await?;
        self.app.metrics.frames_pushed.add(1);
        Ok(())
    }

    async fn transmit(&mut self, message: Message) -> Result<(), Gone> {
        let patience = Duration::from_secs(self.app.tuning.send_timeout_s.max(1));
        match tokio::time::timeout(patience, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}

async fn may_follow(app: &App, stream: StreamId, auth: Option<&ReadAuth>) -> Result<(), Refusal> {
    let state = app.stream(stream).await?;
    let network = app.trust.now().network();
    verify::read_auth(&network, &stream, &state.policy.read, auth, app.now())
}
