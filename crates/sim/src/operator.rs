//! Who operates the relay: nobody to fear, or somebody who withholds, repeats, reorders, forges times, takes
//! back, keeps, denies, refuses, and shows different people different logs.
//!
//! The relay itself stays honest; its operator changes what goes in and what comes out. Nothing is promised
//! then about what arrives. What must hold all the same are the invariants of [`crate::watch`], and that
//! programs tell their people what the protocol lets them notice.
//!
//! | misdeed | what the protocol lets people notice |
//! | --- | --- |
//! | [`Misdeed::Withhold`] | of a casebook: the next entry of somebody who saw what was withheld |
//! | [`Misdeed::Swap`], [`Misdeed::Redate`] | of a casebook: the next entry of anybody else |
//! | [`Misdeed::Twice`] | nothing, and it has no effect |
//! | [`Misdeed::Replay`] | of a casebook or room: the repeated entry or message itself |
//! | [`Misdeed::TakeBack`] | nothing: what was sent does not show up, and a report is sent again |
//! | [`Misdeed::Keep`] | nothing: what is kept cannot be read |
//! | [`Misdeed::Deny`] | of what was followed: that it is refused |
//! | [`Misdeed::RefusePasses`] | the refusal |
//! | [`Misdeed::Fork`] | that the log is another, as soon as both are seen |

use std::collections::{BTreeMap, BTreeSet};

use bystand_core::io::{Refusal, Request, Response};
use bystand_relay::embedded::Embedded;
use bystand_relay::store::StoreError;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{Admission, Appended, Erased, Frames, LiveOut, ReadAuth, StoredFrame};
use bystand_wire::{Seq, StreamId};

use crate::machine::MachineId;

/// Who or what a misdeed is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope<T: Ord> {
    /// Every one.
    Every,
    /// These.
    These(BTreeSet<T>),
}

impl<T: Ord> Scope<T> {
    /// These.
    pub fn these(list: impl IntoIterator<Item = T>) -> Self {
        Self::These(list.into_iter().collect())
    }

    fn has(&self, one: &T) -> bool {
        match self {
            Self::Every => true,
            Self::These(these) => these.contains(one),
        }
    }
}

/// For whom and of which streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// For whom.
    pub people: Scope<MachineId>,
    /// Of which streams.
    pub streams: Scope<StreamId>,
}

impl Target {
    /// One stream, for everybody but those whom it is not for.
    pub fn stream(stream: StreamId, people: impl IntoIterator<Item = MachineId>) -> Self {
        Self { people: Scope::these(people), streams: Scope::these([stream]) }
    }

    fn is(&self, who: MachineId, stream: &StreamId) -> bool {
        self.people.has(&who) && self.streams.has(stream)
    }
}

/// Something that an operator does who is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misdeed {
    /// Gives out every frame but so many: one in that many is withheld; 1 for all of them.
    Withhold(Target, u64),
    /// Gives two frames out in each other's place.
    Swap(Target),
    /// Gives frames out with times that are off by so many milliseconds.
    Redate(Target, i64),
    /// Gives each frame out twice.
    Twice(Target),
    /// Gives the first frame that it gave out once more after each, as a new one.
    Replay(Target),
    /// Says that it has an append, and has not.
    TakeBack(Target),
    /// Says that it has erased, and has not; nor does it when something has expired.
    Keep,
    /// Says that streams are not there.
    Deny(Target),
    /// Takes no pass from these.
    RefusePasses(Scope<MachineId>),
    /// From now on there are two logs: one for these, one for everybody else.
    Fork(BTreeSet<MachineId>),
}

/// The relay with its operator.
#[derive(Debug)]
pub struct Operator {
    relay: Embedded,
    misdeeds: Vec<Misdeed>,
    /// The other log, while there are two.
    fork: Option<(BTreeSet<MachineId>, Box<Embedded>)>,
    /// Frames that went by each misdeed, for those that look at every nth.
    counts: BTreeMap<(usize, MachineId, StreamId), u64>,
    /// Frames that wait to be given out in another one's place.
    held: BTreeMap<(MachineId, StreamId), StoredFrame>,
    /// The first frame that was given out, and how many places too far ahead somebody is by now.
    replayed: BTreeMap<(MachineId, StreamId), (StoredFrame, u64)>,
}

impl Operator {
    /// Who does what the relay does.
    pub fn new(relay: Embedded) -> Self {
        Self {
            relay,
            misdeeds: Vec::new(),
            fork: None,
            counts: BTreeMap::new(),
            held: BTreeMap::new(),
            replayed: BTreeMap::new(),
        }
    }

    /// The relay.
    pub fn relay(&mut self) -> &mut Embedded {
        &mut self.relay
    }

    /// Begins a misdeed.
    ///
    /// # Errors
    /// When there cannot be a second log: a bug.
    pub fn begin(&mut self, misdeed: Misdeed) -> Result<(), StoreError> {
        if let Misdeed::Fork(people) = &misdeed {
            self.fork = Some((people.clone(), Box::new(self.relay.again()?)));
        }
        self.misdeeds.push(misdeed);
        Ok(())
    }

    /// Ends all misdeeds: whoever was shown something else is shown what the others are shown.
    pub fn repent(&mut self) {
        self.misdeeds.clear();
        self.fork = None;
        self.held.clear();
    }

    /// Whether nothing but the relay's own rules decides.
    pub fn is_honest(&self) -> bool {
        self.misdeeds.is_empty()
    }

    /// The relay's process is killed and started again.
    ///
    /// # Errors
    /// When its database cannot be read: a bug.
    pub fn restart(&mut self) -> Result<(), StoreError> {
        self.relay = self.relay.again()?;
        Ok(())
    }

    /// Sets the clock.
    pub fn set_time(&mut self, now: bystand_wire::Timestamp) {
        self.relay.set_time(now);
        if let Some((_, fork)) = &mut self.fork {
            fork.set_time(now);
        }
    }

    /// Deletes what has expired; not who keeps.
    pub fn sweep(&mut self) {
        if !self.misdeeds.contains(&Misdeed::Keep) {
            self.relay.sweep();
        }
    }

    /// Signs the checkpoints anew.
    pub fn resign(&mut self) {
        self.relay.resign();
        if let Some((_, fork)) = &mut self.fork {
            fork.resign();
        }
    }

    /// Whether somebody may follow a stream.
    ///
    /// # Errors
    /// The code of the refusal.
    pub fn may_follow(&mut self, who: MachineId, id: StreamId, auth: Option<&ReadAuth>) -> Result<(), Code> {
        if self.denies(who, &id) {
            return Err(Code::NotFound);
        }
        self.relay.may_follow(id, auth)
    }

    /// From where somebody really has to be read to, who says that they have read up to here.
    pub fn true_place(&self, who: MachineId, stream: &StreamId, after: Seq) -> Seq {
        let ahead = self.replayed.get(&(who, *stream)).map_or(0, |(_, ahead)| *ahead);
        Seq(after.0.saturating_sub(ahead))
    }

    /// The log's size, as somebody is told it.
    pub fn log_size(&mut self, who: MachineId) -> u64 {
        self.log_of(who).log_size()
    }

    fn log_of(&mut self, who: MachineId) -> &mut Embedded {
        match &mut self.fork {
            Some((people, fork)) if people.contains(&who) => fork,
            _ => &mut self.relay,
        }
    }

    fn denies(&self, who: MachineId, stream: &StreamId) -> bool {
        self.misdeeds.iter().any(|m| matches!(m, Misdeed::Deny(target) if target.is(who, stream)))
    }

    /// Answers somebody's call.
    pub fn handle(&mut self, who: MachineId, request: Request) -> Response {
        if self.is_honest() {
            return self.relay.handle(request);
        }
        if let Some(response) = self.answer_falsely(who, &request) {
            return response;
        }
        match request {
            Request::Network | Request::Log(_) | Request::LogEntries { .. } => {
                self.log_of(who).handle(request)
            }
            Request::Read(stream, after, auth) => {
                let after = self.true_place(who, &stream, after);
                match self.relay.handle(Request::Read(stream, after, auth)) {
                    Response::Frames(frames) => Response::Frames(self.change(who, stream, frames)),
                    other => other,
                }
            }
            Request::Work
            | Request::Create(..)
            | Request::Append(..)
            | Request::Erase(..)
            | Request::PutBlob(..)
            | Request::Blob(_)
            | Request::LeaseBlob(..)
            | Request::BlobRead(..) => self.relay.handle(request),
        }
    }

    /// What is answered without the relay's doing.
    fn answer_falsely(&mut self, who: MachineId, request: &Request) -> Option<Response> {
        let refused = |code| Some(Response::Refused(Refusal::plain(code)));
        match request {
            Request::Append(stream, append) => {
                if self.denies(who, stream) {
                    return refused(Code::NotFound);
                }
                let by_pass = matches!(append.admission, Admission::Pass(_));
                let refuses = |m: &Misdeed| matches!(m, Misdeed::RefusePasses(people) if people.has(&who));
                if by_pass && self.misdeeds.iter().any(refuses) {
                    return refused(Code::PassInvalid);
                }
                let takes_back =
                    |m: &Misdeed| matches!(m, Misdeed::TakeBack(target) if target.is(who, stream));
                if self.misdeeds.iter().any(takes_back) {
                    let at = self.relay.now();
                    let frames = self.relay.frames(*stream, Seq(u64::MAX >> 1))?;
                    return Some(Response::Appended(Appended {
                        seq: frames.head.next(),
                        at,
                        epoch: frames.epoch,
                    }));
                }
                None
            }
            Request::Read(stream, ..) | Request::Create(stream, _) if self.denies(who, stream) => {
                refused(Code::NotFound)
            }
            Request::Erase(..) | Request::BlobRead(..) if self.misdeeds.contains(&Misdeed::Keep) => {
                Some(Response::Erased(Erased { erased: 1 }))
            }
            _ => None,
        }
    }

    /// What somebody is told on the live connection in place of this.
    pub fn tell(&mut self, who: MachineId, message: LiveOut) -> Option<LiveOut> {
        if self.is_honest() && self.replayed.is_empty() {
            return Some(message);
        }
        match message {
            LiveOut::Frames(stream, frames) => {
                let frames = self.change(who, stream, frames);
                (!frames.frames.is_empty()).then_some(LiveOut::Frames(stream, frames))
            }
            LiveOut::LogSize(_) => Some(LiveOut::LogSize(self.log_size(who))),
            other => Some(other),
        }
    }

    /// What somebody is given in place of these frames.
    fn change(&mut self, who: MachineId, stream: StreamId, frames: Frames) -> Frames {
        let mut list = frames.frames;
        for (number, misdeed) in self.misdeeds.clone().iter().enumerate() {
            list = match misdeed {
                Misdeed::Withhold(target, one_in) if target.is(who, &stream) => {
                    let count = self.counts.entry((number, who, stream)).or_insert(0);
                    list.retain(|_| {
                        *count += 1;
                        !(*count).is_multiple_of((*one_in).max(1))
                    });
                    list
                }
                Misdeed::Swap(target) if target.is(who, &stream) => self.swap(who, stream, list),
                Misdeed::Redate(target, ms) if target.is(who, &stream) => {
                    for frame in &mut list {
                        frame.at.0 = frame.at.0.saturating_add_signed(*ms);
                    }
                    list
                }
                Misdeed::Twice(target) if target.is(who, &stream) => {
                    list.into_iter().flat_map(|frame| [frame.clone(), frame]).collect()
                }
                Misdeed::Replay(target) if target.is(who, &stream) => self.replay(who, stream, list),
                _ => list,
            };
        }
        let ahead = self.replayed.get(&(who, stream)).map_or(0, |(_, ahead)| *ahead);
        let is_shifted = |m: &Misdeed| matches!(m, Misdeed::Replay(target) if target.is(who, &stream));
        if !self.misdeeds.iter().any(is_shifted) {
            list.iter_mut().for_each(|frame| frame.seq.0 += ahead);
        }
        Frames { frames: list, head: Seq(frames.head.0 + ahead), ..frames }
    }

    fn swap(&mut self, who: MachineId, stream: StreamId, list: Vec<StoredFrame>) -> Vec<StoredFrame> {
        let mut out = Vec::new();
        for frame in list {
            match self.held.remove(&(who, stream)) {
                None => drop(self.held.insert((who, stream), frame)),
                Some(first) => {
                    let (seq, at) = (first.seq, first.at);
                    out.push(StoredFrame { seq, at, ..frame.clone() });
                    out.push(StoredFrame { seq: frame.seq, at: frame.at, ..first });
                }
            }
        }
        out
    }

    fn replay(&mut self, who: MachineId, stream: StreamId, list: Vec<StoredFrame>) -> Vec<StoredFrame> {
        let mut out = Vec::new();
        for frame in list {
            let (first, ahead) = self.replayed.entry((who, stream)).or_insert_with(|| (frame.clone(), 0));
            let seq = Seq(frame.seq.0 + *ahead);
            out.push(StoredFrame { seq, ..frame.clone() });
            *ahead += 1;
            out.push(StoredFrame { seq: seq.next(), at: frame.at, ..first.clone() });
        }
        out
    }
}
