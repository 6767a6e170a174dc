//! A relay in memory: the rules of `bystand_wire::relay_api` that devices rely on, without storage, limits of load
//! or proof-of-work difficulty. The real relay's own tests show that it keeps the same rules.

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::hash::{frame_hash, plain_sha256, stream_id};
use bystand_crypto::passes::{pass_id, verify_redemption};
use bystand_crypto::sign::{Signed, verify};
use bystand_crypto::work;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{
    Admission, Append, AppendContext, AppendRule, Appended, Commit, CommitContext, CreateStream, Created,
    Erase, EraseContext, Erased, Frames, Lane, LogEntry, LogKind, Logged, Network, Policy, PutBlob, ReadAuth,
    ReadContext, ReadRule, Redemption, SignedBytes, StoredFrame, UseContext, WorkOffer,
};
use bystand_wire::time::HOUR_MS;
use bystand_wire::{
    BlobId, FrameHash, Hash32, NetworkId, PassPurpose, PublicKey, Role, Seq, StreamId, Timestamp,
};
use bystand_wire::{decode, limits};

use crate::alerts::{AlertBook, SignedAlert, check_quorum};
use crate::device::setup::RelaySetup;
use crate::fixtures::MemoryLog;
use crate::io::{Refusal, Request, Response};
use crate::network::statements::{CertificatesIssued, EpochAuthenticator, IssuanceTotals};
use crate::network::{Certificate, VerifiedKeyNote, VerifiedManifest, check_certificate};

/// Entries in one answer about the log.
const LOG_ANSWER: usize = 64;

/// The relay.
#[derive(Debug, Clone)]
pub struct MemoryRelay {
    network: NetworkId,
    /// Its public log.
    pub log: MemoryLog,
    /// Its clock.
    pub now: Timestamp,
    /// Not reachable: every call ends so.
    pub is_down: bool,
    /// The effort asked for now.
    pub effort: u32,
    /// Frames in one answer to a read.
    pub read_frames: usize,
    /// Streams of which followers hear nothing for now; they can be read.
    pub silent: BTreeSet<StreamId>,
    /// Another one after each restore.
    pub generation: u64,
    streams: BTreeMap<StreamId, Stream>,
    blobs: BTreeMap<BlobId, Vec<u8>>,
    spent: BTreeMap<Hash32, Hash32>,
    manifest: Option<VerifiedManifest>,
    key_note: Option<VerifiedKeyNote>,
    alerts: AlertBook,
}

#[derive(Debug, Clone)]
struct Stream {
    policy: Policy,
    policy_hash: Hash32,
    head: Seq,
    frames: Vec<(FrameHash, StoredFrame)>,
    room: Option<Room>,
}

#[derive(Debug, Clone, Copy)]
struct Room {
    epoch: u64,
    append_key: PublicKey,
    key_epoch: u64,
}

/// What an admission turned out to be.
enum Proof {
    Key(PublicKey),
    Room(StreamId),
    Pass(Box<Redemption>),
    Work,
    Certified(Vec<Role>),
}

type Taken<T> = Result<T, Refusal>;

impl MemoryRelay {
    /// A relay before its network's first manifest.
    pub fn new(setup: &RelaySetup, now: Timestamp) -> Self {
        let mut log = MemoryLog::new(setup.network, setup.log_key.clone());
        log.time = now;
        Self {
            network: setup.network,
            log,
            now,
            is_down: false,
            effort: 1,
            read_frames: limits::READ_FRAMES,
            silent: BTreeSet::new(),
            generation: 1,
            streams: BTreeMap::new(),
            blobs: BTreeMap::new(),
            spent: BTreeMap::new(),
            manifest: None,
            key_note: None,
            alerts: AlertBook::new(),
        }
    }

    /// The network it serves.
    pub fn network(&self) -> NetworkId {
        self.network
    }

    /// The clock moves on; what has expired is gone.
    pub fn advance(&mut self, now: Timestamp) {
        self.now = now;
        self.log.time = now;
        self.streams.retain(|_, stream| stream.policy.expires_at > now);
        for stream in self.streams.values_mut() {
            let life = stream.policy.frame_life_ms;
            stream.frames.retain(|(_, frame)| frame.at.plus_ms(life) > now);
        }
    }

    /// Answers a call.
    pub fn handle(&mut self, request: Request) -> Response {
        if self.is_down {
            return Response::Unreachable;
        }
        let answer = match request {
            Request::Network if self.log.size() == 0 => Err(Refusal::plain(Code::NotSetUp)),
            Request::Network => {
                let network = Network { generation: self.generation, ..self.log.network() };
                Ok(Response::Network(Box::new(network)))
            }
            Request::Work => Ok(Response::Work(self.offer())),
            Request::Create(id, create) => self.create(id, &create).map(Response::Created),
            Request::Append(id, append) => self.append(id, append).map(Response::Appended),
            Request::Read(id, after, auth) => self.read(&id, after, auth.as_ref()).map(Response::Frames),
            Request::Erase(id, erase) => self.erase(&id, &erase).map(Response::Erased),
            Request::PutBlob(id, put) => self.put_blob(id, put).map(Response::Created),
            Request::Blob(id) => {
                let found = self.blobs.get(&id).cloned();
                found.map(Response::Blob).ok_or(Refusal::plain(Code::NotFound))
            }
            Request::LeaseBlob(..) | Request::BlobRead(..) => Err(Refusal::plain(Code::NotFound)),
            Request::Log(entry) => self.publish(&entry).map(Response::Logged),
            Request::LogEntries { .. } if self.log.size() == 0 => Err(Refusal::plain(Code::NotSetUp)),
            Request::LogEntries { part, after, from } => {
                Ok(Response::LogEntries(Box::new(self.log.answer(part, after, from, LOG_ANSWER))))
            }
        };
        answer.unwrap_or_else(Response::Refused)
    }

    /// Whether somebody may follow a stream.
    ///
    /// # Errors
    /// The code of the refusal.
    pub fn may_follow(&self, id: &StreamId, auth: Option<&ReadAuth>) -> Result<(), Code> {
        self.readable(id, auth).map(|_| ()).map_err(|refusal| refusal.code)
    }

    /// What a follower gets next; who has just asked is answered although there is nothing new.
    pub fn after(&self, id: &StreamId, after: Seq, is_asked: bool) -> Option<Frames> {
        // A place that was never given out is of a relay before a restore: the answer's head says so.
        let is_told = |stream: &&Stream| !self.silent.contains(id) && (is_asked || stream.head != after);
        let stream = self.streams.get(id).filter(is_told)?;
        Some(stream.after(after, self.generation))
    }

    /// The frames a stream holds, for looking at.
    pub fn frames(&self, id: &StreamId) -> Vec<StoredFrame> {
        self.streams.get(id).map(|s| s.frames.iter().map(|(_, f)| f.clone()).collect()).unwrap_or_default()
    }

    /// Whether a stream exists.
    pub fn has(&self, id: &StreamId) -> bool {
        self.streams.contains_key(id)
    }

    /// What a backup of it holds: the log and what follows from it, and the spent passes; never streams.
    pub fn backup(&self) -> Self {
        Self { streams: BTreeMap::new(), blobs: BTreeMap::new(), ..self.clone() }
    }

    /// It is lost with its disk, and restored from a backup: a new generation, without streams.
    pub fn restore(&mut self, backup: &Self) {
        let (now, generation) = (self.now, self.generation + 1);
        *self = Self { generation, ..backup.backup() };
        self.advance(now);
    }

    /// Forgets a stream, as if it had never been made.
    pub fn drop_stream(&mut self, id: &StreamId) {
        self.streams.remove(id);
    }

    /// A hostile relay's deed: puts a frame on a stream that nobody sent (again).
    pub fn inject(&mut self, id: &StreamId, frame: Vec<u8>) {
        let now = self.now;
        if let Some(stream) = self.streams.get_mut(id) {
            stream.push(frame, now, None);
        }
    }

    /// Forgets a stream's frames up to here, as when they have expired.
    pub fn forget(&mut self, id: &StreamId, last: Seq) {
        if let Some(stream) = self.streams.get_mut(id) {
            stream.frames.retain(|(_, frame)| frame.seq > last);
        }
    }

    /// A hostile relay's deed: forgets all frames of a stream.
    pub fn withhold(&mut self, id: &StreamId) {
        if let Some(stream) = self.streams.get_mut(id) {
            stream.frames.clear();
        }
    }

    /// The rules of a stream, to be looked at and changed.
    pub fn policy(&mut self, id: &StreamId) -> Option<&mut Policy> {
        self.streams.get_mut(id).map(|stream| &mut stream.policy)
    }

    fn offer(&self) -> WorkOffer {
        let nonce = Hash32([7; 32]);
        WorkOffer { nonce, effort: self.effort, valid_until: self.now.plus_ms(HOUR_MS) }
    }

    fn create(&mut self, id: StreamId, create: &CreateStream) -> Taken<Created> {
        let signed = Signed::<Policy>::from(create.policy.clone());
        let opened = signed.open_by_any(&self.network, |_| true);
        let (signer, policy) = opened.map_err(|_| Refusal::plain(Code::NotAllowed))?;
        let hash = plain_sha256(&create.policy.bytes);
        let latest = self.now.plus_ms(limits::STREAM_LIFE_MS + limits::CLOCK_SKEW_MS);
        if stream_id(&policy.creator) != id || policy.expires_at <= self.now || policy.expires_at > latest {
            return Err(Refusal::plain(Code::Malformed));
        }
        let expires_at = policy.expires_at;
        if let Some(held) = self.streams.get_mut(&id) {
            if held.policy_hash == hash {
                return Ok(Created { expires_at: held.policy.expires_at });
            }
            if policy.version != held.policy.version + 1 {
                return Err(Refusal::plain(Code::StalePolicy));
            }
            if signer != held.policy.creator && !held.policy.successors.contains(&signer) {
                return Err(Refusal::plain(Code::NotAllowed));
            }
            (held.policy, held.policy_hash) = (policy, hash);
            return Ok(Created { expires_at });
        }
        if signer != policy.creator {
            return Err(Refusal::plain(Code::NotAllowed));
        }
        let admission = create.admission.as_ref().ok_or(Refusal::plain(Code::WorkNeeded))?;
        let context = AppendContext { stream: id, frame: FrameHash(hash.0), commit: None, epoch: None };
        match self.check(admission, &context, hash)? {
            Proof::Key(_) => return Err(Refusal::plain(Code::NotAllowed)),
            Proof::Room(..) | Proof::Pass(_) | Proof::Work | Proof::Certified(_) => {}
        }
        let room = policy.room_key.map(|append_key| Room { epoch: 0, append_key, key_epoch: 0 });
        let head = policy.starts_after.unwrap_or(Seq::START);
        let stream = Stream { policy, policy_hash: hash, head, frames: Vec::new(), room };
        self.streams.insert(id, stream);
        Ok(Created { expires_at })
    }

    fn append(&mut self, id: StreamId, append: Append) -> Taken<Appended> {
        let hash = frame_hash(&append.frame);
        let stream = self.streams.get(&id).ok_or(Refusal::plain(Code::NotFound))?;
        if let Some((_, held)) = stream.frames.iter().find(|(h, _)| *h == hash) {
            let epoch = stream.room.map_or(0, |r| r.epoch);
            return Ok(Appended { seq: held.seq, at: held.at, epoch });
        }
        if append.frame.len() > usize::try_from(stream.policy.max_frame_len).unwrap_or(usize::MAX) {
            return Err(Refusal::plain(Code::TooLarge));
        }
        if stream.frames.len() >= usize::try_from(stream.policy.max_frames).unwrap_or(usize::MAX) {
            return Err(Refusal::plain(Code::StreamFull));
        }
        let tag = append.tag.unwrap_or(Hash32(hash.0));
        let context = AppendContext { stream: id, frame: hash, commit: append.commit, epoch: None };
        let proof = self.check(&append.admission, &context, tag)?;
        let lane = self.admit(&id, &proof, tag)?;
        let (now, network) = (self.now, self.network);
        let stream = self.streams.get_mut(&id).ok_or(Refusal::plain(Code::NotFound))?;
        if let (Some(commit), Some(room)) = (append.commit, &mut stream.room) {
            if let Some(committer) = &stream.policy.committer {
                let Commit { epoch, append_key, signature } = commit;
                let context = CommitContext { stream: id, frame: hash, epoch, append_key };
                let holds = signature.is_some_and(|s| verify(&network, committer, &context, &s).is_ok());
                if !holds {
                    return Err(Refusal::plain(Code::NotAllowed));
                }
            }
            if commit.epoch != room.epoch {
                return Err(stale(room.epoch));
            }
            room.epoch += 1;
            if let Some(key) = commit.append_key {
                (room.append_key, room.key_epoch) = (key, room.epoch);
            }
        }
        let seq = stream.push(append.frame, now, lane);
        Ok(Appended { seq, at: now, epoch: stream.room.map_or(0, |r| r.epoch) })
    }

    /// Whether one of the stream's rules takes this proof; what its reader is told about the lane.
    fn admit(&mut self, id: &StreamId, proof: &Proof, tag: Hash32) -> Taken<Option<Lane>> {
        let rules = self.streams.get(id).map(|s| s.policy.append.clone()).unwrap_or_default();
        for rule in &rules {
            match (rule, proof) {
                (AppendRule::Keys(keys), Proof::Key(key)) if keys.contains(key) => return Ok(None),
                (AppendRule::Room(named), Proof::Room(used)) if named == used => return Ok(None),
                (AppendRule::PassOrWork(purposes), Proof::Pass(redemption))
                    if purposes.contains(&redemption.pass.purpose) =>
                {
                    self.spend(redemption, tag)?;
                    return Ok(Some(Lane { tag, redemption: Some((**redemption).clone()) }));
                }
                (AppendRule::PassOrWork(_), Proof::Work) => return Ok(Some(Lane { tag, redemption: None })),
                (AppendRule::Pass(purposes), Proof::Pass(redemption))
                    if purposes.contains(&redemption.pass.purpose) =>
                {
                    return Ok(None);
                }
                (AppendRule::Certified(allowed), Proof::Certified(roles))
                    if roles.iter().any(|role| allowed.contains(role)) =>
                {
                    return Ok(None);
                }
                (
                    AppendRule::Keys(_)
                    | AppendRule::Room(_)
                    | AppendRule::PassOrWork(_)
                    | AppendRule::Pass(_)
                    | AppendRule::Certified(_),
                    _,
                ) => {}
            }
        }
        Err(Refusal::plain(Code::NotAllowed))
    }

    fn spend(&mut self, redemption: &Redemption, tag: Hash32) -> Taken<()> {
        let is_single = !matches!(redemption.pass.purpose, PassPurpose::Room);
        let id = pass_id(&redemption.pass);
        match self.spent.get(&id) {
            Some(used) if is_single && *used != tag => Err(Refusal::plain(Code::PassSpent)),
            Some(_) => Ok(()),
            None => {
                self.spent.insert(id, tag);
                Ok(())
            }
        }
    }

    fn check(&self, admission: &Admission, context: &AppendContext, tag: Hash32) -> Taken<Proof> {
        let used_for = UseContext { stream: context.stream, tag };
        let refused = |code| move |_| Refusal::plain(code);
        match admission {
            Admission::Key(key, signature) => {
                verify(&self.network, key, context, signature)
                    .map_err(|_| Refusal::plain(Code::NotAllowed))?;
                Ok(Proof::Key(*key))
            }
            Admission::Room(id, epoch, signature) => {
                let room = self.streams.get(id).and_then(|s| s.room).ok_or(Refusal::plain(Code::NotFound))?;
                let is_fresh = *epoch <= room.epoch && *epoch + 1 >= room.epoch && *epoch >= room.key_epoch;
                let context = AppendContext { epoch: Some(*epoch), ..context.clone() };
                let holds = verify(&self.network, &room.append_key, &context, signature).is_ok();
                if is_fresh && holds { Ok(Proof::Room(*id)) } else { Err(stale(room.epoch)) }
            }
            Admission::Pass(redemption) => {
                let pass = &redemption.pass;
                let note = self.key_note.as_ref().ok_or(Refusal::plain(Code::NotSetUp))?;
                let issuer = note.issuer_key(pass.purpose, pass.period);
                let issuer = issuer.filter(|_| pass.period.accepts(self.now));
                let issuer = issuer.ok_or(Refusal::plain(Code::PassInvalid))?;
                verify_redemption(&self.network, redemption, &used_for, issuer)
                    .map_err(refused(Code::PassInvalid))?;
                Ok(Proof::Pass(Box::new(redemption.clone())))
            }
            Admission::Work(proof) => {
                let is_enough = proof.effort >= self.effort && proof.nonce == self.offer().nonce;
                let holds = is_enough && work::verify(&self.network, proof, &used_for).is_ok();
                if holds { Ok(Proof::Work) } else { Err(Refusal::plain(Code::WorkNeeded)) }
            }
            Admission::Certificate(certificate, signature) => {
                let manifest = self.manifest.as_ref().ok_or(Refusal::plain(Code::NotSetUp))?;
                let signed = Signed::<Certificate>::from(SignedBytes::clone(certificate));
                let holder = check_certificate(&signed, manifest, self.key_note.as_ref(), self.now)
                    .map_err(|_| Refusal::plain(Code::CertificateInvalid))?;
                verify(&self.network, &holder.device(), context, signature)
                    .map_err(|_| Refusal::plain(Code::NotAllowed))?;
                Ok(Proof::Certified(holder.roles().to_vec()))
            }
        }
    }

    fn readable(&self, id: &StreamId, auth: Option<&ReadAuth>) -> Taken<&Stream> {
        let stream = self.streams.get(id).ok_or(Refusal::plain(Code::NotFound))?;
        if let ReadRule::Key(key) = &stream.policy.read {
            let auth = auth.ok_or(Refusal::plain(Code::NotAllowed))?;
            let context = ReadContext { stream: *id, at: auth.at };
            let off = auth.at.since_ms(self.now).max(self.now.since_ms(auth.at));
            let holds = verify(&self.network, key, &context, &auth.signature).is_ok();
            if off > limits::CLOCK_SKEW_MS || !holds {
                return Err(Refusal::plain(Code::NotAllowed));
            }
        }
        Ok(stream)
    }

    fn read(&self, id: &StreamId, after: Seq, auth: Option<&ReadAuth>) -> Taken<Frames> {
        let mut frames = self.readable(id, auth)?.after(after, self.generation);
        frames.frames.truncate(self.read_frames);
        Ok(frames)
    }

    fn erase(&mut self, id: &StreamId, erase: &Erase) -> Taken<Erased> {
        let signed = Signed::<EraseContext>::from(erase.request.clone());
        let opened = signed.open_by_any(&self.network, |_| true);
        let (signer, context) = opened.map_err(|_| Refusal::plain(Code::NotAllowed))?;
        let stream = self.streams.get_mut(id).ok_or(Refusal::plain(Code::NotFound))?;
        let may = signer == stream.policy.creator || stream.policy.erasers.contains(&signer);
        if !may || context.stream != *id {
            return Err(Refusal::plain(Code::NotAllowed));
        }
        let before = stream.frames.len();
        stream.frames.retain(|(_, frame)| !context.seqs.contains(&frame.seq));
        Ok(Erased { erased: u32::try_from(before - stream.frames.len()).unwrap_or(u32::MAX) })
    }

    fn put_blob(&mut self, id: BlobId, put: PutBlob) -> Taken<Created> {
        let hash = plain_sha256(&put.chunk);
        let stream = StreamId(id.0);
        let context = AppendContext { stream, frame: FrameHash(hash.0), commit: None, epoch: None };
        match self.check(&put.admission, &context, hash)? {
            Proof::Key(_) | Proof::Certified(_) => return Err(Refusal::plain(Code::NotAllowed)),
            Proof::Room(..) | Proof::Pass(_) | Proof::Work => {}
        }
        self.blobs.insert(id, put.chunk);
        Ok(Created { expires_at: put.expires_at })
    }

    fn publish(&mut self, entry: &LogEntry) -> Taken<Logged> {
        let known = (0..self.log.size()).find(|index| self.log.logged(*index).entry == *entry);
        if let Some(index) = known {
            return Ok(Logged { index, checkpoint: self.log.checkpoint() });
        }
        self.take_entry(entry).map_err(Refusal::plain)?;
        let index = self.log.append(entry.kind, entry.body.clone());
        Ok(Logged { index, checkpoint: self.log.checkpoint() })
    }

    fn take_entry(&mut self, entry: &LogEntry) -> Result<(), Code> {
        let (network, body) = (self.network, entry.body.as_slice());
        let is_registrar = |key: &PublicKey| self.manifest.as_ref().is_some_and(|m| m.is_registrar(key));
        match entry.kind {
            LogKind::Manifest => {
                let new = VerifiedManifest::open(&network, body, self.now).map_err(|_| Code::NotAllowed)?;
                if let Some(held) = &self.manifest {
                    new.supersedes(held).map_err(|_| Code::Backwards)?;
                }
                let kept = self.key_note.as_ref().map(|k| VerifiedKeyNote::reopen(k.bytes(), &new));
                self.key_note = kept.and_then(Result::ok);
                self.manifest = Some(new);
            }
            LogKind::KeyNote => {
                let manifest = self.manifest.as_ref().ok_or(Code::NotSetUp)?;
                let new = VerifiedKeyNote::open(body, manifest, self.now).map_err(|_| Code::NotAllowed)?;
                let version = |note: &VerifiedKeyNote| note.note().version;
                if self.key_note.as_ref().is_some_and(|held| version(&new) <= version(held)) {
                    return Err(Code::Backwards);
                }
                self.key_note = Some(new);
            }
            LogKind::Alert => {
                let manifest = self.manifest.as_ref().ok_or(Code::NotSetUp)?;
                let note = self.key_note.as_ref().ok_or(Code::NotSetUp)?;
                let alert = SignedAlert::parse(body).map_err(|_| Code::Malformed)?;
                let quorum = check_quorum(&alert, manifest, note, self.now).map_err(|_| Code::NoQuorum)?;
                quorum.check_fresh(self.now).map_err(|_| Code::ClockSkew)?;
                self.alerts.apply(&quorum, self.log.size()).map_err(|_| Code::NoQuorum)?;
            }
            LogKind::EpochAuthenticator => {
                let signed: Signed<EpochAuthenticator> = decode(body).map_err(|_| Code::Malformed)?;
                let is_host = |key: &PublicKey| self.key_note.as_ref().is_some_and(|n| n.is_host_key(key));
                signed.open_by_any(&network, is_host).map_err(|_| Code::NotAllowed)?;
            }
            LogKind::Certificates => {
                let signed: Signed<CertificatesIssued> = decode(body).map_err(|_| Code::Malformed)?;
                signed.open_by_any(&network, is_registrar).map_err(|_| Code::NotAllowed)?;
            }
            LogKind::IssuanceTotals => {
                let signed: Signed<IssuanceTotals> = decode(body).map_err(|_| Code::Malformed)?;
                signed.open_by_any(&network, is_registrar).map_err(|_| Code::NotAllowed)?;
            }
        }
        Ok(())
    }
}

impl Stream {
    fn push(&mut self, frame: Vec<u8>, at: Timestamp, lane: Option<Lane>) -> Seq {
        self.head = self.head.next();
        let seq = self.head;
        self.frames.push((frame_hash(&frame), StoredFrame { seq, at, frame, lane }));
        seq
    }

    fn after(&self, after: Seq, generation: u64) -> Frames {
        let frames = self.frames.iter().filter(|(_, f)| f.seq > after).map(|(_, f)| f.clone()).collect();
        Frames { frames, head: self.head, epoch: self.room.map_or(0, |r| r.epoch), generation }
    }
}

fn stale(epoch: u64) -> Refusal {
    Refusal { epoch: Some(epoch), ..Refusal::plain(Code::StaleEpoch) }
}
