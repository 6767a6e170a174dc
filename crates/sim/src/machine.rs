//! A device with what it runs on: a disk that loses what was not written through, a link that is slow and
//! breaks, a clock that may be off.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bystand_core::device::Device;
use bystand_core::io::{Batch, CallId, Engine, Random};
use bystand_wire::time::SECOND_MS;
use bystand_wire::{Seq, StreamId, Timestamp};

use crate::seeds::{Draw, Seeds};

/// Names a machine; numbers are not used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MachineId(pub u64);

/// Where a device is killed within the handling of one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kill {
    /// Before anything of it is durable: the input is lost.
    BeforeStore,
    /// What it wrote is durable, nothing else was done.
    AfterStore,
    /// What it wrote is durable, and the first of what was to be done then is done.
    AfterOne,
    /// Everything was sent, and the answers never come.
    AfterSend,
}

impl Kill {
    /// All of them.
    pub const ALL: [Kill; 4] = [Kill::BeforeStore, Kill::AfterStore, Kill::AfterOne, Kill::AfterSend];
}

/// The vault of a device, as its shell sees it. A batch is there as a whole or not at all; a full disk takes
/// no more and says so.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    records: BTreeMap<String, Arc<[u8]>>,
    bytes: usize,
    limit: Option<usize>,
}

/// The disk takes no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskFull;

impl Disk {
    /// With these records on it.
    pub fn holding(records: BTreeMap<String, Arc<[u8]>>) -> Self {
        let bytes = records.iter().map(|(name, value)| name.len() + value.len()).sum();
        Self { records, bytes, limit: None }
    }

    /// As it lies there.
    pub fn records(&self) -> &BTreeMap<String, Arc<[u8]>> {
        &self.records
    }

    /// As a program reads it when it starts.
    pub fn vault(&self) -> BTreeMap<String, Vec<u8>> {
        self.records.iter().map(|(name, value)| (name.clone(), value.to_vec())).collect()
    }

    /// How much is in it.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// From here on it takes so many bytes; `None` for as many as come.
    pub fn limit(&mut self, bytes: Option<usize>) {
        self.limit = bytes;
    }

    /// Writes a batch through.
    ///
    /// # Errors
    /// [`DiskFull`]; nothing of the batch is there then. What only deletes is always taken.
    pub fn store(&mut self, batch: Batch) -> Result<(), DiskFull> {
        let (mut come, mut go) = (0_usize, 0_usize);
        for (name, value) in &batch.records {
            come += value.as_ref().map_or(0, |value| name.len() + value.len());
            go += self.records.get(name).map_or(0, |held| name.len() + held.len());
        }
        let after = (self.bytes + come).saturating_sub(go);
        if come > 0 && self.limit.is_some_and(|limit| after > limit) {
            return Err(DiskFull);
        }
        self.bytes = after;
        for (name, value) in batch.records {
            match value {
                Some(value) => self.records.insert(name, value.into()),
                None => self.records.remove(&name),
            };
        }
        Ok(())
    }
}

/// How a link behaves. Times in milliseconds, shares in permille.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The shortest way.
    pub shortest_ms: u64,
    /// The longest.
    pub longest_ms: u64,
    /// Calls or their answers that are lost.
    pub lost: u32,
    /// Calls that arrive twice.
    pub twice: u32,
    /// What takes much longer than the longest way: calls overtake each other then, and what comes on the
    /// live connection waits behind it.
    pub late: u32,
}

/// By how much, at most, what is late is late, in milliseconds.
const LATE_MS: u64 = 20 * SECOND_MS;

impl Link {
    /// A good line.
    pub const WIRE: Link = Link { shortest_ms: 8, longest_ms: 40, lost: 0, twice: 0, late: 0 };
    /// A phone in a city.
    pub const PHONE: Link = Link { shortest_ms: 40, longest_ms: 400, lost: 5, twice: 1, late: 2 };
    /// Where a line is at its worst.
    pub const STORM: Link = Link { shortest_ms: 100, longest_ms: 3_000, lost: 150, twice: 100, late: 100 };
}

/// One device on its machine.
pub struct Machine {
    /// For messages.
    pub name: String,
    /// None while the program does not run: switched off, just killed, or a vault that cannot be opened.
    pub(crate) device: Option<Device>,
    pub(crate) disk: Disk,
    pub(crate) rng: Random,
    pub(crate) weather: Random,
    pub(crate) link: Link,
    usual_link: Link,
    /// How much its clock is ahead (or behind).
    pub(crate) skew_ms: i64,
    pub(crate) is_online: bool,
    /// Since when its link stands, while it does.
    pub(crate) online_since: Timestamp,
    /// Its person wants it to be.
    pub(crate) wants_online: bool,
    /// It cannot reach the relay, whatever its person wants.
    pub(crate) is_cut: bool,
    /// Changes when the link breaks: what was on its way on the live connection is void.
    pub(crate) session: u32,
    /// Changes when the program ends: answers to calls of before are void.
    pub(crate) life: u32,
    pub(crate) calls: BTreeSet<CallId>,
    pub(crate) follows: BTreeMap<StreamId, Seq>,
    /// The live connection keeps its order: nothing arrives before this.
    pub(crate) live_clear: (Timestamp, Timestamp),
    pub(crate) wake_at: Option<Timestamp>,
    pub(crate) kill: Option<Kill>,
    /// Whether its person wants the program to run.
    pub(crate) is_on: bool,
    /// Inputs handled.
    pub handled: u64,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine")
            .field("name", &self.name)
            .field("handled", &self.handled)
            .finish_non_exhaustive()
    }
}

impl Machine {
    /// A machine that was just switched on, offline. What it draws comes from the seed and its name.
    pub fn new(name: String, device: Device, link: Link, seeds: &Seeds) -> Self {
        Self { device: Some(device), is_on: true, ..Self::off(name, Disk::default(), link, seeds) }
    }

    /// A machine that is switched off.
    pub fn off(name: String, disk: Disk, link: Link, seeds: &Seeds) -> Self {
        Self {
            device: None,
            disk,
            rng: seeds.generator(&format!("machine/{name}"), 0),
            weather: seeds.generator(&format!("weather/{name}"), 0),
            name,
            link,
            usual_link: link,
            skew_ms: 0,
            is_online: false,
            online_since: Timestamp(0),
            wants_online: false,
            is_cut: false,
            session: 0,
            life: 0,
            calls: BTreeSet::new(),
            follows: BTreeMap::new(),
            live_clear: (Timestamp(0), Timestamp(0)),
            wake_at: None,
            kill: None,
            is_on: false,
            handled: 0,
        }
    }

    /// The device while its program runs, for looking at.
    pub fn device(&self) -> Option<&Device> {
        self.device.as_ref()
    }

    /// The disk.
    pub fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Whether it has been online without a break for so long.
    pub fn is_here(&self, ms: u64, now: Timestamp) -> bool {
        self.is_online && now.since_ms(self.online_since) >= ms
    }

    /// How much its clock is ahead.
    pub fn skew(&self) -> i64 {
        self.skew_ms
    }

    /// How its link behaves when nothing fails.
    pub fn usual_link(&self) -> Link {
        self.usual_link
    }

    /// Another one after each restart of its program.
    pub fn life(&self) -> u32 {
        self.life
    }

    /// What its clock shows.
    pub fn time(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.0.saturating_add_signed(self.skew_ms))
    }

    /// When its program wants to be woken, by the world's time.
    pub(crate) fn wants_wake(&self) -> Option<Timestamp> {
        let at = self.device.as_ref()?.poll_timeout()?;
        Some(Timestamp(at.0.saturating_add_signed(self.skew_ms.saturating_neg())))
    }

    pub(crate) fn draw_way_ms(&mut self) -> u64 {
        let usual = self.weather.between(self.link.shortest_ms, self.link.longest_ms);
        if self.link.late > 0 && self.weather.chance(self.link.late) {
            return usual + self.weather.below(LATE_MS);
        }
        usual
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(records: &[(&str, Option<usize>)]) -> Batch {
        let records = records.iter().map(|(name, len)| ((*name).to_owned(), len.map(|len| vec![0; len])));
        Batch { records: records.collect() }
    }

    #[test]
    fn a_full_disk_takes_a_batch_wholly_or_not_at_all() {
        let mut disk = Disk::default();
        disk.limit(Some(20));
        assert_eq!(disk.store(batch(&[("a", Some(9))])), Ok(()));
        assert_eq!(disk.store(batch(&[("b", Some(5)), ("c", Some(5))])), Err(DiskFull));
        assert_eq!((disk.records().len(), disk.bytes()), (1, 10));
        assert_eq!(
            disk.store(batch(&[("a", Some(1)), ("b", Some(5))])),
            Ok(()),
            "what is replaced makes room"
        );
        disk.limit(Some(0));
        assert_eq!(disk.store(batch(&[("a", None)])), Ok(()));
        assert_eq!((disk.records().len(), disk.bytes()), (1, 6));
    }
}
