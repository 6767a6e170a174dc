//! What nobody may read but those whom the protocol says, and where it is: texts and places that the
//! simulator has planted, searched for in everything that is written to a disk, sent to the relay or shown on
//! a screen.
//!
//! The ledger only finds. Whether somebody may know what was found is for [`crate::watch`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bystand_core::geo::Point;
use bystand_core::io::{Batch, Request, Response};
use bystand_crypto::passes::pass_id;
use bystand_wire::relay_api::{Admission, Append, EraseContext, Redemption};
use bystand_wire::time::DAY_MS;
use bystand_wire::{Hash32, IncidentId, PassPurpose, Seq, StreamId, Timestamp, ZoneId, decode, encode};

use crate::machine::{Disk, MachineId};

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Words of a report.
    Report,
    /// Where exactly something is said to be.
    Place,
    /// Words that say where a home is.
    Home,
    /// A caller's number.
    Callback,
    /// What is in a responder's emergency envelope.
    Envelope,
    /// What a responder writes to the desk alone.
    FindingNote,
    /// What a dispatcher notes in the casebook.
    DeskNote,
    /// What the desk tells a zone's members.
    ZoneNote,
}

/// Something planted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// What.
    pub kind: Kind,
    /// On whose device it was written.
    pub owner: MachineId,
    /// What it is about.
    pub incident: Option<IncidentId>,
    /// For whose members it is.
    pub zone: Option<ZoneId>,
    /// Since when it is there.
    pub at: Timestamp,
}

/// Names a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretId(pub u32);

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// In a record on somebody's disk.
    Disk(MachineId, String),
    /// On somebody's screen.
    Screen(MachineId),
    /// In what somebody sent to the relay, or in the relay's database.
    Relay,
}

/// Something that was found, or a pass that counted twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A secret.
    Secret(SecretId, Where),
    /// The relay took a pass for a second thing.
    PassAgain(Hash32),
    /// A frame that the relay has erased is still in its database.
    FrameKept(StreamId, Seq),
}

/// Longer patterns are told apart by so many bytes.
const HEAD: usize = 8;

/// Many patterns at once.
#[derive(Debug, Default)]
struct Needles {
    /// Which pairs of bytes any pattern begins with, one bit each.
    begins: Vec<u64>,
    heads: HashMap<[u8; HEAD], Vec<(Vec<u8>, SecretId)>>,
}

impl Needles {
    fn add(&mut self, pattern: &[u8], id: SecretId) {
        let (Some(pair), Some(head)) = (pattern.first_chunk(), pattern.first_chunk()) else { return };
        self.begins.resize(PAIRS / 64, 0);
        let (word, bit) = place_of(*pair);
        if let Some(word) = self.begins.get_mut(word) {
            *word |= bit;
        }
        self.heads.entry(*head).or_default().push((pattern.to_vec(), id));
    }

    fn search(&self, hay: &[u8]) -> BTreeSet<SecretId> {
        let mut found = BTreeSet::new();
        for (at, pair) in hay.windows(2).enumerate() {
            let &[one, two] = pair else { continue };
            let (word, bit) = place_of([one, two]);
            if self.begins.get(word).is_none_or(|held| held & bit == 0) {
                continue;
            }
            let here = hay.get(at..).unwrap_or_default();
            let held = here.first_chunk::<HEAD>().and_then(|head| self.heads.get(head));
            let fits = held.into_iter().flatten().filter(|(pattern, _)| here.starts_with(pattern));
            found.extend(fits.map(|(_, id)| *id));
        }
        found
    }
}

/// Pairs of bytes that there are.
const PAIRS: usize = 65_536;

fn place_of(pair: [u8; 2]) -> (usize, u64) {
    let pair = usize::from(u16::from_be_bytes(pair));
    (pair / 64, 1 << (pair % 64))
}

/// What was planted, and where it is.
#[derive(Debug, Default)]
pub struct Ledger {
    needles: Needles,
    secrets: Vec<Secret>,
    on_disk: BTreeMap<MachineId, BTreeMap<String, BTreeSet<SecretId>>>,
    found: Vec<Found>,
    /// How much of it was spoken of.
    found_before: usize,
    used: BTreeMap<Hash32, Hash32>,
    /// Ends of the frames that the relay has acknowledged within a day, and of those that it says it has erased.
    frames: BTreeMap<(StreamId, Seq), (Timestamp, [u8; END])>,
    /// With so many the older ones are forgotten.
    most_frames: usize,
    erased: BTreeMap<(StreamId, Seq), [u8; END]>,
}

/// What is to be erased is erased within a day; what is older is not looked for.
const FRAMES_MS: u64 = DAY_MS;
/// Fewer frames than this are all kept.
const FEW_FRAMES: usize = 10_000;
/// By so many bytes at its end a frame is known again: they are of a cipher.
const END: usize = 24;

/// A call, as far as it matters when the relay has answered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// To append a frame, with a pass that counts once.
    Append(StreamId, Option<[u8; END]>, Option<(Hash32, Hash32)>),
    /// To erase frames.
    Erase(StreamId, Vec<Seq>),
    /// Anything else.
    Other,
}

/// Secret words: like nothing that people write or programs make. The digits that differ most come first, where
/// patterns are told apart.
pub fn words(number: u64) -> String {
    let digits: String = format!("{number:012x}").chars().rev().collect();
    format!("¤{digits}¤")
}

impl Ledger {
    /// Notes that words are on somebody's device now which nobody else may read but whom the protocol says.
    pub fn plant(&mut self, secret: Secret, words: &str) -> SecretId {
        self.add(secret, &[words.as_bytes()])
    }

    /// The same of a place on the map, as programs keep it and as they show it.
    pub fn plant_place(&mut self, secret: Secret, point: Point) -> SecretId {
        // The first bytes are those of every map with two fields, and every place that is shown begins with the same word.
        let kept = encode(&point);
        let kept = kept.get(2..).unwrap_or_default();
        self.add(secret, &[kept, format!("{}, lon: {}", point.lat, point.lon).as_bytes()])
    }

    fn add(&mut self, secret: Secret, patterns: &[&[u8]]) -> SecretId {
        let id = SecretId(u32::try_from(self.secrets.len()).unwrap_or(u32::MAX));
        for pattern in patterns {
            self.needles.add(pattern, id);
        }
        self.secrets.push(secret);
        id
    }

    /// What was planted on somebody's device and is about nothing yet is about this.
    pub fn about(&mut self, owner: MachineId, incident: IncidentId) {
        // It was planted just now.
        let lately = self.secrets.iter_mut().rev().take_while(|secret| secret.incident.is_none());
        lately.filter(|secret| secret.owner == owner).for_each(|secret| secret.incident = Some(incident));
    }

    /// A secret.
    pub fn secret(&self, id: SecretId) -> Option<&Secret> {
        usize::try_from(id.0).ok().and_then(|at| self.secrets.get(at))
    }

    /// All secrets.
    pub fn secrets(&self) -> impl Iterator<Item = (SecretId, &Secret)> {
        (0..).map(SecretId).zip(&self.secrets)
    }

    /// Whether anything was found since the last call.
    pub fn has_news(&mut self) -> bool {
        let (found, before) = (self.found.len(), std::mem::replace(&mut self.found_before, self.found.len()));
        found > before
    }

    /// What was found since the last call.
    pub fn take_found(&mut self) -> Vec<Found> {
        self.found_before = 0;
        std::mem::take(&mut self.found)
    }

    /// The secrets on somebody's disk, and in which records.
    pub fn on_disk(&self, id: MachineId) -> impl Iterator<Item = (&str, SecretId)> {
        let records = self.on_disk.get(&id).into_iter().flatten();
        records.flat_map(|(name, ids)| ids.iter().map(move |id| (name.as_str(), *id)))
    }

    /// A batch was written to somebody's disk. What is large and changes with everybody who comes and goes
    /// is looked at in rounds ([`Ledger::look_through`]).
    pub fn stored(&mut self, id: MachineId, batch: &Batch) {
        if self.secrets.is_empty() {
            return;
        }
        for (name, value) in &batch.records {
            match value {
                Some(value) if !is_bulky(name) => self.lies_on(id, name, value),
                Some(_) => {}
                None => drop(self.on_disk.get_mut(&id).map(|records| records.remove(name))),
            }
        }
    }

    /// Looks through a whole disk.
    pub fn look_through(&mut self, id: MachineId, disk: &Disk) {
        for (name, value) in disk.records() {
            self.lies_on(id, name, value);
        }
    }

    /// A disk is gone.
    pub fn gone(&mut self, id: MachineId) {
        self.on_disk.remove(&id);
    }

    fn lies_on(&mut self, id: MachineId, name: &str, value: &[u8]) {
        let now = self.needles.search(value);
        let records = self.on_disk.entry(id).or_default();
        let before =
            if now.is_empty() { records.remove(name) } else { records.insert(name.to_owned(), now.clone()) };
        let before = before.unwrap_or_default();
        let new = now.difference(&before);
        self.found.extend(new.map(|secret| Found::Secret(*secret, Where::Disk(id, name.to_owned()))));
    }

    /// Something was shown on somebody's screen.
    pub fn shown(&mut self, id: MachineId, line: &str) {
        let found = self.needles.search(line.as_bytes());
        self.found.extend(found.into_iter().map(|secret| Found::Secret(secret, Where::Screen(id))));
    }

    /// Something reaches the relay.
    pub fn sent(&mut self, request: &Request) {
        match request {
            Request::Append(_, append) => self.reached(&append.frame),
            Request::PutBlob(_, put) => self.reached(&put.chunk),
            Request::Log(entry) => self.reached(&entry.body),
            Request::Create(_, create) => self.reached(&create.policy.bytes),
            Request::Network
            | Request::Work
            | Request::Read(..)
            | Request::Erase(..)
            | Request::Blob(_)
            | Request::LeaseBlob(..)
            | Request::BlobRead(..)
            | Request::LogEntries { .. } => {}
        }
    }

    /// These bytes are with the relay.
    pub fn reached(&mut self, bytes: &[u8]) {
        let found = self.needles.search(bytes);
        self.found.extend(found.into_iter().map(|secret| Found::Secret(secret, Where::Relay)));
    }

    /// The relay has answered.
    pub fn answered(&mut self, asked: Asked, response: &Response) {
        match (asked, response) {
            (Asked::Append(stream, end, used), Response::Appended(appended)) => {
                if let Some(end) = end.filter(|_| !self.secrets.is_empty()) {
                    self.frames.insert((stream, appended.seq), (appended.at, end));
                    self.forget_old_frames(appended.at);
                }
                if let Some((pass, tag)) = used
                    && self.used.insert(pass, tag).is_some_and(|before| before != tag)
                {
                    self.found.push(Found::PassAgain(pass));
                }
            }
            (Asked::Erase(stream, seqs), Response::Erased(_)) => {
                for seq in seqs {
                    let end = self.frames.remove(&(stream, seq));
                    self.erased.extend(end.map(|(_, end)| ((stream, seq), end)));
                }
            }
            _ => {}
        }
    }

    /// A month has too many to keep. Now and then, so that it costs little for each.
    fn forget_old_frames(&mut self, now: Timestamp) {
        if self.frames.len() >= self.most_frames.max(FEW_FRAMES) {
            self.frames.retain(|_, (at, _)| now.since_ms(*at) < FRAMES_MS);
            self.most_frames = 2 * self.frames.len();
        }
    }

    /// The relay's database, as it lies there.
    pub fn database(&mut self, bytes: &[u8]) {
        self.reached(bytes);
        let mut ends = Needles::default();
        let erased: Vec<((StreamId, Seq), [u8; END])> =
            self.erased.iter().map(|(place, end)| (*place, *end)).collect();
        for (id, (_, end)) in (0..).map(SecretId).zip(&erased) {
            ends.add(end, id);
        }
        for kept in ends.search(bytes) {
            let place = usize::try_from(kept.0).ok().and_then(|at| erased.get(at));
            self.found.extend(place.map(|((stream, seq), _)| Found::FrameKept(*stream, *seq)));
        }
    }
}

/// What matters of a call when it is answered.
pub fn asked(request: &Request) -> Asked {
    match request {
        Request::Append(stream, append) => {
            Asked::Append(*stream, append.frame.last_chunk().copied(), used_by(append))
        }
        Request::Erase(stream, erase) => {
            let context = decode::<EraseContext>(&erase.request.bytes);
            Asked::Erase(*stream, context.map(|context| context.seqs).unwrap_or_default())
        }
        Request::Network
        | Request::Work
        | Request::Create(..)
        | Request::Read(..)
        | Request::PutBlob(..)
        | Request::Blob(_)
        | Request::LeaseBlob(..)
        | Request::BlobRead(..)
        | Request::Log(_)
        | Request::LogEntries { .. } => Asked::Other,
    }
}

/// The pass that an append uses up, and for what.
fn used_by(append: &Append) -> Option<(Hash32, Hash32)> {
    let Append { admission: Admission::Pass(redemption), tag: Some(tag), .. } = append else { return None };
    let Redemption { pass, .. } = redemption;
    matches!(pass.purpose, PassPurpose::Card | PassPurpose::Report).then(|| (pass_id(pass), *tag))
}

fn is_bulky(name: &str) -> bool {
    name.starts_with("room/") && name.ends_with("/state")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(kind: Kind) -> Secret {
        Secret { kind, owner: MachineId(1), incident: None, zone: None, at: Timestamp(0) }
    }

    #[test]
    fn what_was_planted_is_found_wherever_it_is_and_nothing_else() {
        let mut ledger = Ledger::default();
        let report = ledger.plant(secret(Kind::Report), &words(7));
        let other = ledger.plant(secret(Kind::Report), &words(8));
        let point = Point { lat: 44_950_123, lon: -93_270_456 };
        let place = ledger.plant_place(secret(Kind::Place), point);
        let text = format!("a{}b{}", words(7), words(9));
        let batch = |name: &str, value: Option<Vec<u8>>| Batch { records: [(name.to_owned(), value)].into() };
        ledger.stored(MachineId(2), &batch("desk/state", Some(text.clone().into_bytes())));
        ledger.stored(MachineId(2), &batch("member/going", Some([vec![1, 2], encode(&point)].concat())));
        ledger.shown(MachineId(3), &format!("{point:?} {}", words(8)));
        ledger.reached(words(8).as_bytes());
        let disk = |name: &str| Where::Disk(MachineId(2), name.to_owned());
        assert_eq!(
            ledger.take_found(),
            [
                Found::Secret(report, disk("desk/state")),
                Found::Secret(place, disk("member/going")),
                Found::Secret(other, Where::Screen(MachineId(3))),
                Found::Secret(place, Where::Screen(MachineId(3))),
                Found::Secret(other, Where::Relay),
            ]
        );
        // What lies there already is no news, and what is overwritten or deleted lies there no more.
        ledger.stored(MachineId(2), &batch("desk/state", Some(text.into_bytes())));
        assert_eq!(ledger.take_found(), []);
        assert_eq!(ledger.on_disk(MachineId(2)).count(), 2);
        ledger.stored(MachineId(2), &batch("desk/state", Some(vec![0; 100])));
        ledger.stored(MachineId(2), &batch("member/going", None));
        assert_eq!(ledger.on_disk(MachineId(2)).count(), 0);
    }
}
