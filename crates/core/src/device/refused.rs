//! Streams that the relay does not give out: not yet, not to this device, or not any more.

use bystand_wire::StreamId;
use bystand_wire::problem::Code;

use super::{Cx, Device, Event, Listener, desk, enroll, host};

/// How often in a row a stream is refused before the person is told.
const REFUSALS_TOLD: u32 = 4;

impl Device {
    /// A stream that is not there yet is no news, and neither is one whose read key is just being changed.
    pub(super) fn stream_refused(&mut self, ctx: &mut Cx<'_>, stream: &StreamId, code: &str) {
        let times = self.shared.refused(stream, ctx.now);
        if code == Code::NotFound.as_str()
            && let Some(times) = times
        {
            self.stream_missing(ctx, stream, times);
        } else if code == Code::ClockSkew.as_str() {
            Self::tell_clock_skew(ctx, times);
        } else if times.is_none_or(|times| times == REFUSALS_TOLD) {
            let text = format!("The relay does not give out stream {}: {code}.", stream.short());
            ctx.tell(Event::Warning { code: "stream-refused", text });
        }
    }

    /// The relay does not have a stream: not yet, or it was restored. What the network always has is made
    /// again by whoever holds its key; a team's room is succeeded.
    fn stream_missing(&mut self, ctx: &mut Cx<'_>, stream: &StreamId, times: u32) {
        self.shared.note_loss(stream);
        self.shared.start_anew(stream);
        let Some(listener) = self.shared.listener(stream).map(|f| f.listener.clone()) else { return };
        let shared = &mut self.shared;
        match listener {
            Listener::Desk(desk::DeskStream::Drop) => self.desk.remake_drop(ctx, shared, times),
            Listener::Host(host::HostStream::Inbox) => self.host.remake_streams(ctx, shared, times),
            Listener::Registrar(what) => self.registrar.remake(ctx, shared, &what, times),
            Listener::Enroll(enroll::EnrollStream::Mailbox) => self.enroll.remake_mailbox(ctx, shared, times),
            Listener::Room => self.host.room_missing(stream, times),
            Listener::Casebook(_)
            | Listener::TeamDoor(_)
            | Listener::Welcome(_)
            | Listener::Desk(_)
            | Listener::Host(_)
            | Listener::Member(_)
            | Listener::Neighbor(_) => {}
        }
    }

    fn tell_clock_skew(ctx: &mut Cx<'_>, times: Option<u32>) {
        if times.is_none_or(|times| times == 1) {
            let text = "this device's clock is more than five minutes off the relay's: set it".to_owned();
            ctx.tell(Event::Warning { code: "clock-skew", text });
        }
    }
}
