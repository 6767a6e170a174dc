//! From what the writer has committed to what the hub pushes: each message is encoded here, once.

use std::sync::Arc;

use bystand_wire::problem::Code;
use bystand_wire::relay_api::{Frames, LiveOut, StoredFrame};
use bystand_wire::{StreamId, encode};
use tokio::sync::mpsc;

use super::live::MESSAGE_LEN;
use crate::hub::{Event, Hub};
use crate::metrics::Metrics;
use crate::store::NewFrame;
use crate::writer::Effects;

/// Pushes until the writer has ended.
pub async fn run(
    mut effects: mpsc::Receiver<Effects>,
    hub: Arc<Hub>,
    metrics: Arc<Metrics>,
    generation: u64,
) {
    while let Some(effects) = effects.recv().await {
        for event in events(effects, &hub, generation) {
            let (_, slow) = hub.push(event);
            metrics.lagged.add(slow);
        }
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
