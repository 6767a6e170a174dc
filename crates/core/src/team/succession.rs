//! A team whose room the relay has lost goes on in another: keys, authors and counts stay, what was still to
//! be sent is sent there.

use bystand_crypto::hash::frame_hash;
use bystand_crypto::sign::SigningKey;
use bystand_crypto::symmetric::SymmetricKey;
use bystand_wire::relay_api::SignedBytes;
use bystand_wire::{Hash32, IncidentId, Seq, StreamId, decode, encode, limits};
use minicbor::{Decode, Encode};

use super::{CasebookMark, Entry, KeyBundle, TeamKind, TeamMessage, TeamSync, entry};
use crate::ctx::Ctx;
use crate::network::keynote::TeamStreams;
use crate::outbox::{By, Job, JobId, Outbox, Work};
use crate::room::{Errand, RoomSync};

/// A stream that goes on where another was lost does so this many places further, rounded up to as many: nobody
/// has read that far, and people still say the numbers.
const PLACES: u64 = 1_000;

/// After which place a stream begins that goes on behind this one.
pub fn places_after(last: Seq) -> Seq {
    Seq((last.0 / PLACES).saturating_add(2).saturating_mul(PLACES).min(limits::STREAM_START))
}

/// Where a team is, as the vault keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Place {
    /// Its streams.
    #[n(0)]
    pub streams: TeamStreams,
    /// The relay's generation that holds the room, once that is known.
    #[n(1)]
    pub generation: Option<u64>,
    /// The casebook that was lost, until what waited for it has been written into the new one.
    #[n(2)]
    pub left: Option<StreamId>,
}

impl Place {
    /// From the vault.
    pub fn load(kind: TeamKind, records: &std::collections::BTreeMap<String, Vec<u8>>) -> Option<Self> {
        records.get(&place_name(kind)).and_then(|bytes| decode(bytes).ok())
    }
}

pub(super) fn place_name(kind: TeamKind) -> String {
    format!("team/{}/place", kind.as_str())
}

impl TeamSync {
    /// The relay's generation that holds the room, once that is known.
    pub fn generation(&self) -> Option<u64> {
        self.generation
    }

    /// The relay holds the room, in this generation of its own.
    pub fn found_in<Event>(&mut self, ctx: &mut Ctx<'_, Event>, generation: u64) {
        if self.generation.is_none() {
            self.generation = Some(generation);
            self.store_place(ctx);
        }
    }

    /// Whether a stream is one of the team's, or the casebook that it left.
    pub fn is_at(&self, stream: &StreamId) -> bool {
        self.streams.has(stream) || self.left.as_ref() == Some(stream)
    }

    /// After which place a casebook that succeeds this one begins.
    pub fn next_start(&self) -> Seq {
        places_after(self.resume_casebook_after())
    }

    /// Goes on in another room. Who opened it makes the team's next key and gives the secrets; everybody
    /// else asks for them there.
    pub fn succeed<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        (streams, room): (TeamStreams, RoomSync),
        certificate: &SignedBytes,
        opener: Option<Option<(u64, Vec<u8>)>>,
    ) where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let (old, lost) = (self.streams, std::mem::replace(&mut self.room, room));
        self.streams = streams;
        self.mark = CasebookMark::start(streams.casebook);
        // Of two losses in a row the entries that still wait are those for the first.
        self.left.get_or_insert(old.casebook);
        self.generation = None;
        self.held.clear();
        self.barrier = None;
        self.hello.clear();
        self.keyless.clear();
        self.rotation = None;
        let unsaid = self.leave_streams(ctx, outbox, &old, &lost);
        lost.forget(ctx);
        match opener {
            Some(secrets) => {
                self.keys.arrived(None);
                self.keys.absorb(KeyBundle {
                    team: vec![SymmetricKey::generate(ctx.rng)],
                    authors: vec![certificate.clone()],
                    secrets: secrets.map(|(version, bytes)| (version, bytes.into())),
                    ..KeyBundle::default()
                });
            }
            None => {
                self.keys.wait();
                self.say(ctx, outbox, &TeamMessage::Hello(certificate.clone()));
            }
        }
        self.store_keys(ctx);
        self.store_place(ctx);
        for body in unsaid {
            let _ = self.room.say(ctx, outbox, &body, &[]);
        }
    }

    /// Entries that waited for the casebook that was lost are written into the new one, behind what was
    /// carried over, with the keys that the others may lack.
    pub fn resend<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        (author, device): (Hash32, &SigningKey),
    ) where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let Some(left) = self.left.take() else { return };
        let is_of_it = |work: &Work| matches!(work, Work::Append(append) if append.stream == left);
        let waiting: Vec<(JobId, Job<Owner>)> = jobs(outbox, is_of_it);
        for (id, job) in waiting {
            outbox.cancel(ctx, id);
            let Work::Append(append) = &job.work else { continue };
            let Ok((signed, key)) = entry::open_with_key(&left, &self.keys, &append.frame) else { continue };
            let Ok(Entry { event, .. }) = signed.unverified_body() else { continue };
            let incident = self.keys.incident_of(&key);
            if let Some(incident) = incident {
                self.share_line(ctx, outbox, &incident);
            }
            let _ = self.append(ctx, outbox, job.owner, (author, device), incident, event.into());
        }
        self.store_place(ctx);
    }

    /// Says an incident's keys in the room: not everybody there needs to have heard them.
    pub fn share_line<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        incident: &IncidentId,
    ) where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let Some(line) = self.keys.line(incident) else { return };
        let bundle = KeyBundle { incidents: vec![line], ..KeyBundle::default() };
        self.say(ctx, outbox, &TeamMessage::Keys(Box::new(bundle)));
    }

    /// What was promised for the lost streams is of no use there; what is promised elsewhere by right of the
    /// lost room is by right of the new one. Gives what was to be said and must not be kept.
    fn leave_streams<Event, Owner>(
        &self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        old: &TeamStreams,
        lost: &RoomSync,
    ) -> Vec<Vec<u8>>
    where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let is_left = |work: &Work| match work {
            Work::Append(a) => [old.room, old.door, old.welcome].contains(&a.stream),
            Work::PutBlob(.., By::Room(room)) => *room == old.room,
            Work::Create(..) | Work::PutBlob(..) | Work::Erase(..) | Work::Log(_) => false,
        };
        let gone = jobs(outbox, is_left);
        let by_room = |work: &Work| match work {
            Work::Append(a) => matches!(a.by, By::Room(room) if room == old.room),
            Work::Create(_, _, Some(By::Room(room))) => *room == old.room,
            Work::Create(..) | Work::PutBlob(..) | Work::Erase(..) | Work::Log(_) => false,
        };
        for (id, mut job) in jobs(outbox, |work| by_room(work) && !is_left(work)) {
            match &mut job.work {
                Work::Append(append) => append.by = By::Room(self.streams.room),
                Work::Create(_, _, by) => *by = Some(By::Room(self.streams.room)),
                Work::PutBlob(..) | Work::Erase(..) | Work::Log(_) => {}
            }
            job.after.retain(|after| !gone.iter().any(|(id, _)| id == after));
            outbox.replace(ctx, id, job);
        }
        let mut unsaid = Vec::new();
        for (id, job) in gone {
            outbox.cancel(ctx, id);
            let Work::Append(append) = &job.work else { continue };
            let body = lost.own_message(&frame_hash(&append.frame));
            let is_passing = |b: &&[u8]| matches!(decode(b), Ok(TeamMessage::Passing(_)));
            unsaid.extend(body.filter(is_passing).map(<[u8]>::to_vec));
        }
        unsaid
    }

    pub(super) fn store_place<Event>(&self, ctx: &mut Ctx<'_, Event>) {
        let place = Place { streams: self.streams, generation: self.generation, left: self.left };
        ctx.store_bytes(&place_name(self.kind), encode(&place));
    }
}

fn jobs<Owner>(outbox: &Outbox<Owner>, is_it: impl Fn(&Work) -> bool) -> Vec<(JobId, Job<Owner>)>
where
    Owner: Clone + Encode<()> + for<'b> Decode<'b, ()>,
{
    outbox.jobs().filter(|(_, job)| is_it(&job.work)).map(|(id, job)| (id, job.clone())).collect()
}
