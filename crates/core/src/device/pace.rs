//! When a device wakes: while something happens about once a second, and else not before something is due.
//!
//! An input may leave something to be done by another part of the device, so after each there is one more
//! look at everything. A look of which nothing came ends that: each part says when it is due next
//! (`next_due`), and the device sleeps until the first of them. A part that is due and waits for something
//! else than the clock is looked at once a second. What changes by the calendar only (a certificate's end,
//! a new week) is seen with the next look at the public log at the latest.

use bystand_wire::Timestamp;
use bystand_wire::time::{MINUTE_MS, SECOND_MS};

use super::{Cx, Device};

/// How often a device that is at work looks whether something is due.
const TICK_MS: u64 = SECOND_MS;
/// How often the public log is looked at while nobody says whether it has grown.
const LOG_EVERY_MS: u64 = MINUTE_MS;
/// How often it is looked at while the live connection tells of its growth. More than once within the age
/// at which a checkpoint makes a device doubt its clock.
const LOG_STANDING_MS: u64 = 20 * MINUTE_MS;

/// When a device looks whether something is due.
#[derive(Debug)]
pub(super) struct Pace {
    look_at: Timestamp,
    log_due: Timestamp,
    rules_at: Timestamp,
}

impl Pace {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { look_at: now, log_due: now, rules_at: Timestamp(0) }
    }

    /// The next look at everything.
    pub(super) fn next_look(&self) -> Timestamp {
        self.look_at
    }

    /// Something has happened: a look follows soon.
    pub(super) fn soon(&mut self, now: Timestamp) {
        self.look_at = self.look_at.min(now.plus_ms(TICK_MS));
    }

    /// The log is being asked for: again in a minute, unless the answer says that this will not be needed.
    pub(super) fn look_at_log_again(&mut self, now: Timestamp) {
        self.log_due = now.plus_ms(LOG_EVERY_MS);
    }

    /// Everything in the log was read; whether this device will be told of what comes.
    pub(super) fn log_stands(&mut self, now: Timestamp, is_told: bool) {
        let pause = if is_told { LOG_STANDING_MS } else { LOG_EVERY_MS };
        self.log_due = now.plus_ms(pause);
    }

    /// Nobody tells of the log's growth any more.
    pub(super) fn disconnected(&mut self, now: Timestamp) {
        self.log_due = self.log_due.min(now.plus_ms(LOG_EVERY_MS));
        self.soon(now);
    }

    /// Whether the rules of rooms were told another time than this; they are being told it.
    pub(super) fn are_rules_old(&mut self, now: Timestamp) -> bool {
        let are_old = now.since_ms(self.rules_at) >= TICK_MS;
        if are_old {
            self.rules_at = now;
        }
        are_old
    }
}

impl Device {
    pub(super) fn due(&mut self, ctx: &mut Cx<'_>) {
        if self.pace.log_due <= ctx.now {
            self.look_at_log(ctx);
        }
        self.rooms_due(ctx);
        self.succession_due(ctx);
        let shared = &mut self.shared;
        shared.look_for_absent(ctx);
        self.desk.due(ctx, shared);
        self.host.due(ctx, shared);
        self.registrar.due(ctx, shared);
        self.member.due(ctx, shared);
        self.neighbor.due(ctx, shared);
        self.enroll.due(ctx, shared);
    }

    /// Everything was looked at.
    pub(super) fn sleep(&mut self, now: Timestamp, is_at_work: bool) {
        let soon = now.plus_ms(TICK_MS);
        let due = Some(self.next_due(now)).filter(|due| *due > now);
        self.pace.look_at = due.filter(|due| !is_at_work || *due < soon).unwrap_or(soon);
    }

    fn next_due(&self, now: Timestamp) -> Timestamp {
        let shared = &self.shared;
        let parts = [
            self.rooms_due_next(),
            self.succession_due_next(),
            shared.absent_due_next(),
            self.desk.next_due(shared, now),
            self.host.next_due(shared, now),
            self.registrar.next_due(shared, now),
            self.member.next_due(),
            self.neighbor.next_due(),
            self.enroll.next_due(),
        ];
        parts.into_iter().flatten().fold(self.pace.log_due, Timestamp::min)
    }
}
