//! The hosts' casebook: which host opened which zone's room, who was removed for the week, and what
//! remains of a day (counts).
//!
//! The fold is total and has no clock: of two openings of one day the first in the relay's order counts,
//! and a later one only when it says that it succeeds the one before.

use std::collections::BTreeMap;

use bystand_crypto::hash::{sha256, stream_id};
use bystand_crypto::sign::SigningKey;
use bystand_crypto::symmetric::{SymmetricKey, derive};
use bystand_wire::time::HOUR_MS;
use bystand_wire::{Hash32, IncidentId, PublicKey, StreamId, Timestamp, ZoneId};
use minicbor::{Decode, Encode};

use super::super::secrets::Seed;
use crate::team::Carried;

/// The longest day an opening may speak of, in milliseconds: one hour more than the longest calendar day.
const LONGEST_DAY_MS: u64 = 26 * HOUR_MS;
/// The days summed up that the fold keeps of each zone.
const SUMMARIES: usize = 14;

/// An entry of the hosts' casebook.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum HostEntry {
    /// Its author opens a zone's room for a day.
    #[n(0)]
    Opening(#[n(0)] Opening),
    /// A member is out of a zone's rooms for the week.
    #[n(1)]
    Removed(#[n(0)] Removal),
    /// A day is over.
    #[n(2)]
    Ended(#[n(0)] Summary),
    /// What a host's fold of a casebook that the relay has lost held.
    #[n(3)]
    Carried(#[n(0)] Carried),
}

/// A zone's day room: everything that other hosts need to help with it. Its entry is under the day's own
/// key, which is erased when the day is over.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Opening {
    /// The zone.
    #[n(0)]
    pub zone: ZoneId,
    /// From when.
    #[n(1)]
    pub from: Timestamp,
    /// Until when.
    #[n(2)]
    pub until: Timestamp,
    /// Counts up when a broken room is succeeded.
    #[n(3)]
    pub succession: u32,
    /// The room's streams come from it ([`Opening::keys`]).
    #[n(4)]
    pub secret: Seed,
}

/// The keys of a day room's streams.
#[derive(Debug)]
pub struct DayKeys {
    /// Creates the room's stream.
    pub room: SigningKey,
    /// Creates the door.
    pub door: SigningKey,
    /// Creates the welcome stream.
    pub welcome: SigningKey,
    /// Reads the door.
    pub door_read: SigningKey,
    /// Signs the room's commits for the relay: members append with a key they all hold, and only hosts
    /// have this one.
    pub committer: SigningKey,
}

impl DayKeys {
    /// The room's stream.
    pub fn room_id(&self) -> StreamId {
        stream_id(&self.room.public())
    }

    /// Where newcomers ask.
    pub fn door_id(&self) -> StreamId {
        stream_id(&self.door.public())
    }

    /// Where they are answered.
    pub fn welcome_id(&self) -> StreamId {
        stream_id(&self.welcome.public())
    }
}

impl Opening {
    /// The keys of the room's streams.
    pub fn keys(&self) -> DayKeys {
        let root = SymmetricKey::from_bytes(self.secret.bytes());
        let key = |label: &str| SigningKey::from_seed(derive(&root, label).expose());
        DayKeys {
            room: key("day-room"),
            door: key("day-door"),
            welcome: key("day-welcome"),
            door_read: key("day-door-read"),
            committer: key("day-commit"),
        }
    }

    /// Under which key of the casebook the day's entries are.
    pub fn incident(&self) -> IncidentId {
        let hash = sha256("host-day", &[&self.until.0.to_be_bytes()]);
        IncidentId(hash.0.first_chunk().copied().unwrap_or_default())
    }

    /// Whether this one comes before another of the same day, or of an earlier day.
    pub fn order(&self) -> (Timestamp, u32) {
        (self.until, self.succession)
    }
}

/// A member who is out of a zone's rooms.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Removal {
    /// The zone.
    #[n(0)]
    pub zone: ZoneId,
    /// The week's pass.
    #[n(1)]
    pub pass: PublicKey,
    /// Until when the pass would have been good.
    #[n(2)]
    pub until: Timestamp,
}

/// What remains of a zone's day: counts, and nothing about anybody.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Summary {
    /// The zone.
    #[n(0)]
    pub zone: ZoneId,
    /// From when.
    #[n(1)]
    pub from: Timestamp,
    /// Until when.
    #[n(2)]
    pub until: Timestamp,
    /// The counts.
    #[n(3)]
    pub counts: Counts,
}

/// Counts of a zone's day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Counts {
    /// The most members at once.
    #[n(0)]
    pub members: u32,
    /// Members admitted; who came back counts again.
    #[n(1)]
    pub admitted: u32,
    /// Members removed for the week.
    #[n(2)]
    pub removed: u32,
    /// Call-outs passed on.
    #[n(3)]
    pub call_outs: u32,
    /// Heads-ups passed on.
    #[n(4)]
    pub heads_ups: u32,
    /// The desk's notes passed on.
    #[n(5)]
    pub notes: u32,
    /// Alerts passed on.
    #[n(6)]
    pub alerts: u32,
    /// *All quiet* signs.
    #[n(7)]
    pub quiet: u32,
    /// How often the room was succeeded.
    #[n(8)]
    pub successions: u32,
}

/// An opening as the fold keeps it: without its secret, which is in the day's record until the day ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Opened {
    /// Whose device.
    #[n(0)]
    pub author: Hash32,
    /// From when.
    #[n(1)]
    pub from: Timestamp,
    /// Until when.
    #[n(2)]
    pub until: Timestamp,
    /// Counts up when a broken room is succeeded.
    #[n(3)]
    pub succession: u32,
}

/// What the fold made of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folded {
    /// It counts.
    Applied,
    /// It came second, or says what was so already.
    NoEffect,
    /// It breaks a rule and is kept without effect.
    Refused,
}

/// The fold of the hosts' casebook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HostBook {
    #[n(0)]
    openings: BTreeMap<ZoneId, Opened>,
    #[n(1)]
    removals: BTreeMap<(ZoneId, PublicKey), Timestamp>,
    #[n(2)]
    summaries: BTreeMap<ZoneId, Vec<Summary>>,
}

impl HostBook {
    /// Takes an entry in; `at` is the relay's time of it.
    pub fn apply(&mut self, author: Hash32, at: Timestamp, entry: &HostEntry) -> Folded {
        match entry {
            HostEntry::Opening(opening) => self.open(author, opening),
            HostEntry::Removed(removal) => self.remove(at, removal),
            HostEntry::Ended(summary) => self.end(summary),
            // Put together from pieces first ([`HostBook::merge`]).
            HostEntry::Carried(_) => Folded::NoEffect,
        }
    }

    /// Takes in what another fold of a lost casebook held: what is later counts.
    pub fn merge(&mut self, other: HostBook) {
        for (zone, opened) in other.openings {
            let order = |o: &Opened| (o.until, o.succession);
            if self.openings.get(&zone).is_none_or(|held| order(held) < order(&opened)) {
                self.openings.insert(zone, opened);
            }
        }
        for (key, until) in other.removals {
            let held = self.removals.entry(key).or_insert(until);
            *held = until.max(*held);
        }
        for summary in other.summaries.into_values().flatten() {
            self.end(&summary);
        }
    }

    /// The zone's last opening.
    pub fn opening(&self, zone: &ZoneId) -> Option<&Opened> {
        self.openings.get(zone)
    }

    /// Whether a pass is out of a zone's rooms.
    pub fn is_removed(&self, zone: &ZoneId, pass: &PublicKey, now: Timestamp) -> bool {
        self.removals.get(&(zone.clone(), *pass)).is_some_and(|until| *until > now)
    }

    /// The last days of a zone, oldest first.
    pub fn summaries(&self, zone: &ZoneId) -> &[Summary] {
        self.summaries.get(zone).map(Vec::as_slice).unwrap_or_default()
    }

    fn open(&mut self, author: Hash32, opening: &Opening) -> Folded {
        let length = opening.until.since_ms(opening.from);
        if length == 0 || length > LONGEST_DAY_MS {
            return Folded::Refused;
        }
        if let Some(held) = self.openings.get(&opening.zone) {
            let succeeds = opening.from == held.from
                && opening.until == held.until
                && Some(opening.succession) == held.succession.checked_add(1);
            if opening.from < held.until && !succeeds {
                return Folded::NoEffect;
            }
        }
        let Opening { from, until, succession, .. } = *opening;
        self.openings.insert(opening.zone.clone(), Opened { author, from, until, succession });
        Folded::Applied
    }

    fn remove(&mut self, at: Timestamp, removal: &Removal) -> Folded {
        self.removals.retain(|_, until| *until > at);
        let key = (removal.zone.clone(), removal.pass);
        match self.removals.insert(key, removal.until) {
            Some(until) if until >= removal.until => Folded::NoEffect,
            Some(_) | None => Folded::Applied,
        }
    }

    fn end(&mut self, summary: &Summary) -> Folded {
        let days = self.summaries.entry(summary.zone.clone()).or_default();
        if days.iter().any(|d| d.until >= summary.until) {
            return Folded::NoEffect;
        }
        days.push(summary.clone());
        if days.len() > SUMMARIES {
            days.remove(0);
        }
        Folded::Applied
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bystand_wire::time::DAY_MS;
    use rand_core::SeedableRng;

    const NOON: Timestamp = Timestamp(1_795_262_400_000);
    const A: Hash32 = Hash32([1; 32]);
    const B: Hash32 = Hash32([2; 32]);

    fn opening(day: u64, hours: u64, succession: u32) -> HostEntry {
        let from = NOON.plus_ms(day * DAY_MS);
        let zone = "seward".parse().expect("a zone");
        let secret = Seed::generate(&mut crate::io::Random::seed_from_u64(u64::from(succession)));
        HostEntry::Opening(Opening { zone, from, until: from.plus_ms(hours * HOUR_MS), succession, secret })
    }

    #[test]
    fn the_first_opening_of_a_day_counts() {
        use Folded::{Applied, NoEffect, Refused};
        let mut book = HostBook::default();
        let cases = [
            ("a day without hours", A, opening(0, 0, 0), Refused),
            ("a day of two days", A, opening(0, 48, 0), Refused),
            ("the first", A, opening(0, 24, 0), Applied),
            ("the second", B, opening(0, 24, 0), NoEffect),
            ("one of other hours within the day", B, opening(0, 23, 0), NoEffect),
            ("a succession too far", B, opening(0, 24, 2), NoEffect),
            ("the next succession", B, opening(0, 24, 1), Applied),
            ("the same succession by another", A, opening(0, 24, 1), NoEffect),
            ("the next day", A, opening(1, 24, 0), Applied),
            ("the day before again", A, opening(0, 24, 2), NoEffect),
        ];
        for (what, author, entry, folded) in cases {
            assert_eq!(book.apply(author, NOON, &entry), folded, "{what}");
        }
        let held = book.opening(&"seward".parse().expect("a zone")).expect("an opening");
        assert_eq!((held.author, held.succession, held.from), (A, 0, NOON.plus_ms(DAY_MS)));
    }

    #[test]
    fn removals_last_until_their_end() {
        let mut book = HostBook::default();
        let zone: ZoneId = "seward".parse().expect("a zone");
        let (pass, until) = (PublicKey([7; 32]), NOON.plus_ms(DAY_MS));
        let removal = HostEntry::Removed(Removal { zone: zone.clone(), pass, until });
        assert_eq!(book.apply(A, NOON, &removal), Folded::Applied);
        assert_eq!(book.apply(B, NOON, &removal), Folded::NoEffect);
        assert!(book.is_removed(&zone, &pass, NOON));
        assert!(!book.is_removed(&zone, &pass, until));
        assert!(!book.is_removed(&"phillips".parse().expect("a zone"), &pass, NOON));
        // A later entry makes the fold forget what is over.
        let other = HostEntry::Removed(Removal { zone, pass: PublicKey([8; 32]), until: until.plus_ms(1) });
        book.apply(A, until, &other);
        assert_eq!(book.removals.len(), 1);
    }

    #[test]
    fn one_summary_a_day_and_a_fortnight_of_them() {
        let mut book = HostBook::default();
        let zone: ZoneId = "seward".parse().expect("a zone");
        for day in 0..20 {
            let from = NOON.plus_ms(day * DAY_MS);
            let (until, counts) = (from.plus_ms(DAY_MS), Counts::default());
            let summary = HostEntry::Ended(Summary { zone: zone.clone(), from, until, counts });
            assert_eq!(book.apply(A, until, &summary), Folded::Applied);
            assert_eq!(book.apply(B, until, &summary), Folded::NoEffect);
        }
        let days: Vec<Timestamp> = book.summaries(&zone).iter().map(|s| s.from).collect();
        assert_eq!((days.len(), days.last()), (SUMMARIES, Some(&NOON.plus_ms(19 * DAY_MS))));
    }

    #[test]
    fn every_stream_has_a_key_of_its_own() {
        let HostEntry::Opening(first) = opening(0, 24, 0) else { unreachable!("an opening") };
        let HostEntry::Opening(second) = opening(0, 24, 1) else { unreachable!("an opening") };
        let ids = |o: &Opening| {
            let keys = o.keys();
            let others = [&keys.door_read, &keys.committer].map(|k| stream_id(&k.public()));
            [[keys.room_id(), keys.door_id(), keys.welcome_id()].as_slice(), &others].concat()
        };
        let all: std::collections::BTreeSet<StreamId> = ids(&first).into_iter().chain(ids(&second)).collect();
        assert_eq!(all.len(), 10);
        assert_eq!(first.incident(), second.incident());
        assert!(first.order() < second.order());
    }
}
