//! The relay's side of the world: calls, what is followed, and what followers are told.

use bystand_core::io::{CallId, Request};
use bystand_relay::writer::Effects;
use bystand_wire::relay_api::{Frames, LiveOut, ReadAuth, StoredFrame};
use bystand_wire::time::SECOND_MS;
use bystand_wire::{Seq, StreamId};

use super::{Fall, Happening, PATIENCE_MS, Standing, World};
use crate::ledger;
use crate::machine::MachineId;
use crate::seeds::Draw;

impl<D> World<D> {
    pub(super) fn relay_call(&mut self, id: MachineId, life: u32, call: CallId, request: Request) {
        match self.standing {
            Standing::Up => {}
            Standing::Down => return self.expect_nothing(id, life, call, SECOND_MS),
            Standing::Falling(how, down_ms) => {
                if how == Fall::AfterCommit {
                    self.relay.handle(id, request);
                }
                self.relay_falls(down_ms);
                return self.expect_nothing(id, life, call, SECOND_MS);
            }
        }
        self.ledger.sent(&request);
        let asked = ledger::asked(&request);
        let response = self.relay.handle(id, request);
        self.ledger.answered(asked, &response);
        self.fan_out();
        let now = self.now();
        let Some(machine) = self.machine_of(id, life) else { return };
        if machine.weather.chance(machine.link.lost) {
            return self.expect_nothing(id, life, call, PATIENCE_MS);
        }
        let at = now.plus_ms(machine.draw_way_ms());
        self.agenda.plan(at, Happening::Answer(id, life, call, Box::new(response)));
    }

    pub(super) fn relay_follow(
        &mut self,
        id: MachineId,
        session: u32,
        stream: StreamId,
        after: Seq,
        auth: Option<&ReadAuth>,
    ) {
        if self.machine_in(id, session).is_none() {
            return;
        }
        if let Err(code) = self.relay.may_follow(id, stream, auth) {
            let refused = LiveOut::Refused(stream, code.as_str().to_owned());
            return self.push(id, refused);
        }
        self.followers.entry(stream).or_default().insert(id);
        let after = self.relay.true_place(id, &stream, after);
        if let Some(machine) = self.machines.get_mut(&id) {
            machine.follows.insert(stream, after);
        }
        self.catch_up(id, stream);
    }

    /// Sends from the store what lies between the last place sent and the stream's head, or that nothing does.
    pub(super) fn catch_up(&mut self, id: MachineId, stream: StreamId) {
        while let Some(after) = self.machines.get(&id).and_then(|m| m.follows.get(&stream).copied()) {
            let Some(frames) = self.relay().frames(stream, after) else { return };
            let sent = frames.frames.last().map_or(frames.head, |frame| frame.seq).max(after);
            if let Some(machine) = self.machines.get_mut(&id) {
                machine.follows.insert(stream, sent);
            }
            let is_all = sent >= frames.head;
            self.push(id, LiveOut::Frames(stream, frames));
            if is_all {
                return;
            }
        }
    }

    pub(super) fn relay_follow_log(&mut self, id: MachineId, session: u32, size: u64) {
        if self.machine_in(id, session).is_none() {
            return;
        }
        let held = self.relay.log_size(id);
        self.log_followers.insert(id);
        if held > size {
            self.push(id, LiveOut::LogSize(held));
        }
    }

    /// Tells followers of what the relay has committed.
    pub(super) fn fan_out(&mut self) {
        for Effects { frames, ended, log_size, .. } in self.relay().take_effects() {
            for (stream, new) in frames {
                let (seq, epoch) = (new.seq, new.epoch);
                let stored = StoredFrame { seq, at: new.at, frame: new.frame.to_vec(), lane: new.lane };
                let followers = self.followers.get(&stream).cloned().unwrap_or_default();
                for id in followers {
                    let sent = self.machines.get_mut(&id).and_then(|m| m.follows.get_mut(&stream));
                    let Some(sent) = sent.filter(|sent| **sent < seq) else { continue };
                    if sent.next() != seq {
                        self.catch_up(id, stream);
                        continue;
                    }
                    *sent = seq;
                    let frames = Frames { frames: vec![stored.clone()], head: seq, epoch, generation: 1 };
                    self.push(id, LiveOut::Frames(stream, frames));
                }
            }
            for (stream, code) in ended {
                for id in self.followers.remove(&stream).unwrap_or_default() {
                    if let Some(machine) = self.machines.get_mut(&id) {
                        machine.follows.remove(&stream);
                    }
                    self.push(id, LiveOut::Refused(stream, code.as_str().to_owned()));
                }
            }
            if let Some(size) = log_size {
                for id in self.log_followers.clone() {
                    self.push(id, LiveOut::LogSize(size));
                }
            }
        }
    }

    pub(super) fn push(&mut self, id: MachineId, message: LiveOut) {
        let now = self.now();
        let Some(message) = self.relay.tell(id, message) else { return };
        let Some(machine) = self.machines.get_mut(&id) else { return };
        let at = now.plus_ms(machine.draw_way_ms()).max(machine.live_clear.0);
        machine.live_clear.0 = at;
        let session = machine.session;
        self.agenda.plan(at, Happening::Live(id, session, Box::new(message)));
    }

    pub(super) fn unfollow(&mut self, id: MachineId, stream: &StreamId) {
        if let Some(followers) = self.followers.get_mut(stream) {
            followers.remove(&id);
            if followers.is_empty() {
                self.followers.remove(stream);
            }
        }
    }

    pub(super) fn unfollow_all(&mut self, id: MachineId) {
        let follows = self.machines.get_mut(&id).map(|m| std::mem::take(&mut m.follows)).unwrap_or_default();
        for stream in follows.keys() {
            self.unfollow(id, stream);
        }
        self.log_followers.remove(&id);
    }
}
