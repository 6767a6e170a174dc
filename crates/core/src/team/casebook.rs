//! The casebook: writing entries, and turning its frames into verified entries in the relay's order.
//!
//! A frame whose key is not here waits, and all behind it, until the room has been read far enough to
//! know whether the key is still to come.

use std::collections::{BTreeMap, VecDeque};

use bystand_crypto::hash::{frame_hash, sha256};
use bystand_crypto::sign::{Signed, SigningKey};
use bystand_crypto::symmetric::SymmetricKey;
use bystand_wire::relay_api::StoredFrame;
use bystand_wire::{Hash32, IncidentId, PublicKey, Seq, StreamId, Timestamp, encode, limits};
use minicbor::{Decode, Encode};

use super::{Closed, Entry, KeyBundle, Milestone, TeamEvent, TeamMessage, TeamSync, count_name, entry};
use crate::ctx::Ctx;
use crate::io::{CallId, Request};
use crate::network::Certificate;
use crate::outbox::{AppendJob, By, JobId, Outbox, Work};
use crate::room::{Errand, SyncError};

/// Running hashes of the past that an entry may name as the last one seen.
const RECENT: usize = 4_096;

/// Why an entry is kept but has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum EntryBreach {
    /// Not readable although its keys are here, or for another casebook.
    #[n(0)]
    Damaged,
    /// The author is not known or the signature is not theirs.
    #[n(1)]
    Author,
    /// The author's own entries are out of order or one is missing: the relay reordered, withheld or
    /// repeated.
    #[n(2)]
    Order,
    /// Its author had seen another casebook than this device: the relay withheld, reordered or changed
    /// something for one of them.
    #[n(3)]
    Predecessor,
}

/// One place of the casebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasebookItem {
    /// Its place.
    pub seq: Seq,
    /// When the relay took it.
    pub at: Timestamp,
    /// The entry, unless its keys were erased.
    pub entry: Option<Entry>,
    /// Why it has no effect, if so.
    pub breach: Option<EntryBreach>,
}

/// What must survive beside the fold's own snapshot; written together with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CasebookMark {
    /// Entries up to here are in the fold.
    #[n(0)]
    pub seq: Seq,
    /// The running hash at the last places, oldest first.
    #[n(1)]
    pub(super) recent: VecDeque<Hash32>,
    /// Each author's count.
    #[n(2)]
    counts: BTreeMap<Hash32, u64>,
    /// Of which casebook; a fold of another one is to be carried over.
    #[n(3)]
    casebook: Option<StreamId>,
    /// Places from which newcomers may begin, oldest first.
    #[n(4)]
    #[cbor(default)]
    pub(super) milestones: VecDeque<Milestone>,
    /// This device began at a milestone: until then authors may have seen what was before it.
    #[n(5)]
    pub(super) settled: Option<Timestamp>,
}

/// The running hash before the first entry.
const START: Hash32 = Hash32([0; 32]);

impl CasebookMark {
    /// Before the first entry of a casebook.
    pub(super) fn start(casebook: StreamId) -> Self {
        Self { casebook: Some(casebook), ..Self::default() }
    }

    /// The running hash at its place: a hash over every frame up to there, where it stands and when the
    /// relay took it. Whoever has another one at the same place has seen another casebook.
    pub fn running(&self) -> Hash32 {
        self.recent.back().copied().unwrap_or(START)
    }

    /// A frame was taken.
    pub(super) fn advance(&mut self, stored: &StoredFrame) {
        self.recent.push_back(running_hash(&self.running(), stored));
        self.seq = stored.seq;
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    /// Whether it marks a place in this casebook.
    pub fn is_of(&self, casebook: &StreamId) -> bool {
        self.casebook.as_ref() == Some(casebook)
    }
}

impl TeamSync {
    /// Writes an entry. A new incident gets its key first, sent in the room before the entry.
    ///
    /// # Errors
    /// [`SyncError`] when the keys are not here yet, the incident is erased, or the event is too long.
    pub fn append<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        owner: Owner,
        (author, device): (Hash32, &SigningKey),
        incident: Option<IncidentId>,
        event: Vec<u8>,
    ) -> Result<JobId, SyncError>
    where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        if self.left.is_some() {
            return Err(SyncError::NoKeys);
        }
        self.carry(ctx, outbox, owner, (author, device), incident, event)
    }

    /// As [`TeamSync::append`], also while the casebook is still being carried over from a lost one.
    ///
    /// # Errors
    /// [`SyncError`], as there.
    pub fn carry<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        owner: Owner,
        (author, device): (Hash32, &SigningKey),
        incident: Option<IncidentId>,
        event: Vec<u8>,
    ) -> Result<JobId, SyncError>
    where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        // Whoever reads the entry needs what was said in the room before it: the key it is sealed with, the
        // certificate it is signed for. Without them it would be passed over for good.
        if !self.is_ready() {
            return Err(SyncError::NoKeys);
        }
        let room = self.streams.room;
        let is_said = |work: &Work| matches!(work, Work::Append(a) if a.stream == room && a.commit.is_none());
        let mut after: Vec<JobId> =
            outbox.jobs().filter(|(_, job)| is_said(&job.work)).map(|(id, _)| id).collect();
        if let Some(incident) = incident.filter(|i| self.keys.incident_key(i).is_none()) {
            let key = SymmetricKey::generate(ctx.rng);
            let bundle = KeyBundle { incidents: vec![(incident, vec![key])], ..KeyBundle::default() };
            self.keys.absorb(bundle.clone());
            self.store_keys(ctx);
            let message = encode(&TeamMessage::Keys(Box::new(bundle)));
            after.push(self.room.say(ctx, outbox, &message, &[])?);
        }
        let team = self.keys.team_key().ok_or(SyncError::NoKeys)?.clone();
        let inner = match incident {
            Some(id) => self.keys.incident_key(&id).ok_or(SyncError::NoKeys)?.clone(),
            None => team.clone(),
        };
        let entry = Entry {
            casebook: self.streams.casebook,
            author,
            count: self.own_count + 1,
            seen: self.mark.running(),
            at: ctx.now,
            event: event.into(),
        };
        let frame =
            entry::close(&ctx.network, device, &entry, (&team, &inner), ctx.rng).ok_or(SyncError::TooLong)?;
        self.own_count += 1;
        ctx.store(&count_name(self.kind), &self.own_count);
        let work = Work::Append(AppendJob {
            stream: self.streams.casebook,
            frame,
            by: By::Room(self.streams.room),
            commit: None,
            tag: None,
            epoch: None,
        });
        Ok(outbox.push(ctx, owner, work, &after))
    }

    /// From where the casebook must be followed.
    pub fn resume_casebook_after(&self) -> Seq {
        self.held.back().map_or(self.mark.seq, |f| f.seq)
    }

    /// A frame of the casebook, in order.
    pub fn handle_casebook<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        stored: StoredFrame,
    ) -> Vec<TeamEvent> {
        if stored.seq <= self.resume_casebook_after() {
            return Vec::new();
        }
        self.held.push_back(stored);
        let mut out = Vec::new();
        self.release_held(ctx, &mut out);
        out
    }

    /// Whether entries that have come still wait for what the room says.
    pub fn is_waiting(&self) -> bool {
        self.is_ready() && !self.held.is_empty()
    }

    /// Whether this call is the team's reading of its room.
    pub fn awaits(&self, call: CallId) -> bool {
        self.barrier == Some(call)
    }

    /// The response to a read of the room that was sent to learn whether a missing key is still to
    /// come. The caller has fed the frames to the room before, and says whether they were all there are; while not,
    /// the room is read on. The entries that are known now, if the call was ours.
    pub fn handle_barrier<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        call: CallId,
        is_read: bool,
    ) -> Option<Vec<TeamEvent>> {
        if self.barrier != Some(call) {
            return None;
        }
        self.barrier = None;
        let mut out = Vec::new();
        // The room has been read beyond this entry: what it lacks was never said there for us.
        if is_read && self.is_ready() && self.registrars.is_some() {
            let front = self.held.front().map(|stored| self.open_entry(stored));
            if front.is_some_and(|opened| self.lacks(&opened))
                && let Some(stored) = self.held.pop_front()
            {
                self.pass_lacking(&stored, &mut out);
            }
        }
        self.release_held(ctx, &mut out);
        Some(out)
    }

    /// Lets held casebook frames through, in order, until one lacks a key that may still come.
    pub(super) fn release_held<Event>(&mut self, ctx: &mut Ctx<'_, Event>, out: &mut Vec<TeamEvent>) {
        // Without knowing who the registrars were, nobody's entries could be judged.
        if !self.is_ready() || self.registrars.is_none() {
            return;
        }
        self.begin_at_milestone(ctx.now);
        while let Some(stored) = self.held.front() {
            let opened = self.open_entry(stored);
            if self.lacks(&opened) {
                if self.barrier.is_none() {
                    let after = self.room.resume_after();
                    self.barrier = Some(ctx.send(Request::Read(self.streams.room, after, None)));
                }
                return;
            }
            let Some(stored) = self.held.pop_front() else { return };
            let (entry, breach) = match opened {
                Ok(signed) => self.verify(ctx, &signed, stored.at),
                Err(_) => (None, Some(EntryBreach::Damaged)),
            };
            self.advance(&stored);
            out.push(TeamEvent::Item(Box::new(CasebookItem {
                seq: stored.seq,
                at: stored.at,
                entry,
                breach,
            })));
        }
    }

    fn open_entry(&self, stored: &StoredFrame) -> Result<Signed<Entry>, Closed> {
        entry::open(&self.streams.casebook, &self.keys, &stored.frame)
    }

    /// Whether something is missing that the room may still bring: a key, or who the author is.
    fn lacks(&self, opened: &Result<Signed<Entry>, Closed>) -> bool {
        match opened {
            Ok(signed) => signed.unverified_body().is_ok_and(|e| self.keys.author(&e.author).is_none()),
            Err(Closed::NoKey) => true,
            Err(Closed::Damaged) => false,
        }
    }

    /// Without its key it was erased; without its author it counts for nobody.
    fn pass_lacking(&mut self, stored: &StoredFrame, out: &mut Vec<TeamEvent>) {
        let breach = self.open_entry(stored).is_ok().then_some(EntryBreach::Author);
        self.advance(stored);
        let (seq, at) = (stored.seq, stored.at);
        out.push(TeamEvent::Item(Box::new(CasebookItem { seq, at, entry: None, breach })));
    }

    fn verify<Event>(
        &mut self,
        ctx: &Ctx<'_, Event>,
        signed: &Signed<Entry>,
        at: Timestamp,
    ) -> (Option<Entry>, Option<EntryBreach>) {
        let Ok(claimed) = signed.unverified_body() else { return (None, Some(EntryBreach::Damaged)) };
        let device = self.author_at(ctx, &claimed.author, at);
        let Some(entry) = device.and_then(|key| signed.open(&ctx.network, &key).ok()) else {
            return (None, Some(EntryBreach::Author));
        };
        if entry.casebook != self.streams.casebook {
            return (None, Some(EntryBreach::Damaged));
        }
        let count = self.mark.counts.entry(entry.author).or_insert(0);
        // Entries of erased incidents cannot be counted, so a gap is fine; going back is not.
        if entry.count <= *count {
            return (Some(entry), Some(EntryBreach::Order));
        }
        *count = entry.count;
        let is_known = entry.seen == START || self.mark.recent.iter().rev().any(|hash| *hash == entry.seen);
        if !is_known && !self.mark.is_settling(at) {
            return (Some(entry), Some(EntryBreach::Predecessor));
        }
        (Some(entry), None)
    }

    /// The device key behind an author who was on the team when the relay took the entry: certified for
    /// the team by somebody who was a registrar, within the certificate's dates, and not yet removed from
    /// the room. Nothing that happened since changes it, so a newcomer comes to the same fold as those who
    /// were there.
    fn author_at<Event>(
        &mut self,
        ctx: &Ctx<'_, Event>,
        author: &Hash32,
        at: Timestamp,
    ) -> Option<PublicKey> {
        if !self.authors.contains_key(author) {
            let certificate = Signed::<Certificate>::from(self.keys.author(author)?.clone());
            let registrars = self.registrars.as_ref()?;
            let (_, certificate) =
                certificate.open_by_any(&ctx.network, |key| registrars.contains(key)).ok()?;
            self.authors.insert(*author, certificate);
        }
        let certificate = self.authors.get(author)?;
        let from = certificate.not_before.minus_ms(limits::CLOCK_SKEW_MS);
        let until = certificate.not_after.plus_ms(limits::CLOCK_SKEW_MS);
        let is_in = self.keys.ended(author).is_none_or(|end| at < end);
        let counts = (from..until).contains(&at) && is_in && certificate.roles.contains(&self.kind.role());
        counts.then_some(certificate.device)
    }

    fn advance(&mut self, stored: &StoredFrame) {
        self.mark.set_milestone(self.streams.casebook, stored);
        self.mark.advance(stored);
    }
}

/// The running hash after a frame: over what was there before, its place, when the relay took it, and
/// its bytes.
pub fn running_hash(before: &Hash32, stored: &StoredFrame) -> Hash32 {
    let (seq, at) = (stored.seq.0.to_be_bytes(), stored.at.0.to_be_bytes());
    sha256("casebook-running", &[before.as_ref(), &seq, &at, frame_hash(&stored.frame).as_ref()])
}
