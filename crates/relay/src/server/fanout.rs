//! From what the writer has committed to what the hub pushes: each message is encoded here, once.

use std::sync::Arc;

use bystand_wire::problem::Code;
use bystand_wire::relay_api::{Frames, LiveOut, LogKind, StoredFrame};
use bystand_wire::{StreamId, encode};
use tokio::sync::mpsc;

use super::alerts::alerts_after;
use super::app::App;
use super::live::MESSAGE_LEN;
use crate::hub::{Event, Hub};
use crate::store::NewFrame;
use crate::writer::Effects;

/// Pushes until the writer has ended.
pub async fn run(mut effects: mpsc::Receiver<Effects>, app: Arc<App>) {
    while let Some(effects) = effects.recv().await {
        let first_alert = effects.logged.iter().find(|(kind, _, _)| *kind == LogKind::Alert);
        let after = first_alert.map(|(_, _, index)| index.checked_sub(1));
        for event in events(effects, &app.hub, app.generation) {
            push(&app, event);
        }
        if let Some(after) = after {
            push_alerts(&app, after).await;
        }
    }
}

fn push(app: &App, event: Event) {
    let (_, slow) = app.hub.push(event);
    app.metrics.lagged.add(slow);
}

/// Alerts go out with their proof, which is read from the log that has them.
async fn push_alerts(app: &App, after: Option<u64>) {
    let now = app.now();
    // When the log cannot be read, readers find the alerts when they come back.
    let Ok(events) = app.readers.read(move |reader| alerts_after(reader, after, now)).await else { return };
    for (index, event) in events {
        push(app, Event::Alert { index, message: event.into() });
    }
}

fn events(effects: Effects, hub: &Hub, generation: u64) -> Vec<Event> {
    let mut events = Vec::new();
    let mut batch: Vec<(StreamId, NewFrame)> = Vec::new();
    for (stream, frame) in effects.frames {
        let fits = batch.last().is_none_or(|(s, _)| *s == stream)
            && batch.iter().map(|(_, f)| f.frame.len()).sum::<usize>() < MESSAGE_LEN;
        if !fits {
            events.extend(encode_batch(std::mem::take(&mut batch), hub, generation));
        }
        batch.push((stream, frame));
    }
    events.extend(encode_batch(batch, hub, generation));
    for (stream, code) in effects.ended {
        events.push(Event::Ended { stream, message: encode(&refused(stream, code)).into() });
    }
    if let Some(size) = effects.log_size {
        events.push(Event::Log { size, message: encode(&LiveOut::LogSize(size)).into() });
    }
    events
}

fn refused(stream: StreamId, code: Code) -> LiveOut {
    LiveOut::Refused(stream, code.as_str().to_owned())
}

/// Frames of one stream, one after another, as one message; nothing when nobody follows.
fn encode_batch(batch: Vec<(StreamId, NewFrame)>, hub: &Hub, generation: u64) -> Option<Event> {
    let (stream, first) = batch.first().map(|(s, f)| (*s, f.seq))?;
    let (last, epoch) = batch.last().map(|(_, f)| (f.seq, f.epoch))?;
    if !hub.is_followed(&stream) {
        return None;
    }
    let stored = |(_, f): (StreamId, NewFrame)| StoredFrame {
        seq: f.seq,
        at: f.at,
        frame: f.frame.to_vec(),
        lane: f.lane,
    };
    let frames = Frames { frames: batch.into_iter().map(stored).collect(), head: last, epoch, generation };
    Some(Event::Frames { stream, first, last, message: encode(&LiveOut::Frames(stream, frames)).into() })
}
