//! A network with its people as it lies on their disks before the day. Founding it and admitting thousands
//! takes longer than the day itself, and is the same for every day: it is made once, kept in a folder, and
//! copied.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bystand_core::geo::Point;
use bystand_crypto::hash::sha256;
use bystand_crypto::notes::{LogKey, log_name};
use bystand_crypto::sign::SigningKey;
use bystand_relay::store::sqlite::{SqliteStore, copy};
use bystand_wire::time::{HOUR_MS, MINUTE_MS};
use bystand_wire::{NetworkId, Role, ZoneId, decode, encode};
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

use super::BEGIN;
use super::stage::{Person, Stage, StageError, embedding};
use crate::city::City;
use crate::machine::{Disk, Link, MachineId};
use crate::seeds::{Draw, Seeds};

/// Dispatchers there are; a day calls as many of them as it needs.
const DISPATCHERS: usize = 12;
/// Host boxes.
const HOSTS: usize = 2;
/// How long before the day the network is founded.
const FOUNDED_MS: u64 = 20 * HOUR_MS;
/// How long before the day programs are started that always run.
const STARTED_MS: u64 = 20 * MINUTE_MS;
/// Members who are admitted at the same time.
const AT_ONCE: usize = 64;
/// What the population is drawn from, whatever the day is drawn from.
const SEED: u64 = 0;
/// To be raised whenever a population that was kept could not be taken up any more.
const FORM: u32 = 2;

/// Where a member usually is, and in which zone that is.
type Home = (Point, ZoneId);

/// What somebody is to the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Part {
    /// The registrars' box.
    #[n(0)]
    Founder,
    /// A host box.
    #[n(1)]
    Host,
    /// A dispatcher.
    #[n(2)]
    Dispatcher,
    /// An observer and verifier.
    #[n(3)]
    Member,
}

#[derive(Debug, Encode, Decode)]
#[cbor(map)]
struct Kept {
    #[n(0)]
    network: NetworkId,
    #[n(1)]
    log_seed: ByteArray<32>,
    #[n(2)]
    values: Vec<ByteVec>,
    #[n(3)]
    people: Vec<KeptPerson>,
}

#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
struct KeptPerson {
    #[n(0)]
    name: String,
    #[n(1)]
    part: Part,
    #[n(2)]
    home: Option<(Point, ZoneId)>,
    /// Names of records with the places of their values: thousands hold the same manifest.
    #[n(3)]
    records: Vec<(String, u32)>,
}

/// A member, who is where when on duty.
#[derive(Debug, Clone)]
pub struct Member {
    /// The phone.
    pub machine: MachineId,
    /// Where they usually are.
    pub home: Point,
    /// In which zone that is.
    pub zone: ZoneId,
}

/// The people of a network that is on the stage.
#[derive(Debug, Default)]
pub struct Crew {
    /// Host boxes.
    pub hosts: Vec<MachineId>,
    /// Dispatchers.
    pub dispatchers: Vec<MachineId>,
    /// Members; their phones are off.
    pub members: Vec<Member>,
}

/// A founded network, for as many days as one likes.
#[derive(Debug)]
pub struct Population {
    network: NetworkId,
    log_seed: [u8; 32],
    values: Vec<Arc<[u8]>>,
    people: Vec<KeptPerson>,
    relay: SqliteStore,
}

impl Population {
    /// Founds a network for a city with so many members, or takes it up from a folder where it was kept.
    /// `tell` hears how many are admitted.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn prepare(
        city: &City,
        members: usize,
        folder: Option<&Path>,
        tell: &mut dyn FnMut(usize),
    ) -> Result<Self, StageError> {
        let files = folder.map(|folder| files(folder, city, members));
        if let Some(found) = files.as_ref().and_then(|(people, relay)| Self::open(people, relay)) {
            return Ok(found);
        }
        let population = Self::make(city, members, tell)?;
        if let Some((people, relay)) = files {
            population.keep(&people, &relay).map_err(|e| StageError::Keeping(people, e))?;
        }
        Ok(population)
    }

    fn make(city: &City, members: usize, tell: &mut dyn FnMut(usize)) -> Result<Self, StageError> {
        let seeds = Seeds::new(SEED);
        let (mut stage, log_seed) = Stage::<()>::found(city, seeds, BEGIN.minus_ms(FOUNDED_MS))?;
        let person = |role: &str, n: usize, roles: &[Role], link| -> Person {
            (format!("{role} {n}"), roles.to_vec(), link)
        };
        let mut parts = vec![(stage.founder, Part::Founder, None)];
        let hosts: Vec<Person> = (0..HOSTS).map(|n| person("host", n, &[Role::Host], Link::WIRE)).collect();
        parts.extend(stage.admit(&hosts)?.into_iter().map(|id| (id, Part::Host, None)));
        let dispatchers: Vec<Person> =
            (0..DISPATCHERS).map(|n| person("dispatcher", n, &[Role::Dispatcher], Link::WIRE)).collect();
        parts.extend(stage.admit(&dispatchers)?.into_iter().map(|id| (id, Part::Dispatcher, None)));
        let mut homes = seeds.generator("homes", 0);
        for first in (0..members).step_by(AT_ONCE) {
            let people: Vec<Person> = (first..members.min(first + AT_ONCE))
                .map(|n| person("member", n, &[Role::Observer, Role::Verifier], Link::PHONE))
                .collect();
            let admitted = stage.admit(&people)?;
            let home = |id: MachineId| Some((id, homes.pick(city.places())?.clone()));
            let homes: Vec<(MachineId, (Point, ZoneId))> = admitted.into_iter().filter_map(home).collect();
            stage.choose_zones(&homes)?;
            for (id, home) in homes {
                stage.world.switch_off(id);
                parts.push((id, Part::Member, Some(home)));
            }
            tell(first + people.len());
        }
        Self::gather(&mut stage, &parts, log_seed)
    }

    fn gather(
        stage: &mut Stage<()>,
        parts: &[(MachineId, Part, Option<Home>)],
        log_seed: [u8; 32],
    ) -> Result<Self, StageError> {
        let (mut values, mut places) = (Vec::new(), HashMap::<Arc<[u8]>, u32>::new());
        let mut place = |value: &Arc<[u8]>| {
            *places.entry(value.clone()).or_insert_with(|| {
                values.push(value.clone());
                u32::try_from(values.len() - 1).unwrap_or(u32::MAX)
            })
        };
        let mut people = Vec::new();
        for (id, part, home) in parts {
            let Some(machine) = stage.world.machine(*id) else { continue };
            let records = machine.disk().records().iter().map(|(name, v)| (name.clone(), place(v))).collect();
            people.push(KeptPerson { name: machine.name.clone(), part: *part, home: home.clone(), records });
        }
        let relay = SqliteStore::in_memory_from(stage.world.relay().path())?;
        Ok(Self { network: stage.network, log_seed, values, people, relay })
    }

    fn open(people: &Path, relay: &Path) -> Option<Self> {
        let kept: Kept = decode(&std::fs::read(people).ok()?).ok()?;
        let relay = SqliteStore::in_memory_from(relay).ok()?;
        let values = kept.values.into_iter().map(|value| Arc::from(Vec::from(value))).collect();
        Some(Self { network: kept.network, log_seed: *kept.log_seed, values, people: kept.people, relay })
    }

    /// The people's file comes last: when it is there, all is.
    fn keep(&self, people: &Path, relay: &Path) -> std::io::Result<()> {
        if let Some(folder) = people.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let _ = std::fs::remove_file(relay);
        copy(self.relay.path(), relay).map_err(std::io::Error::other)?;
        let kept = Kept {
            network: self.network,
            log_seed: self.log_seed.into(),
            values: self.values.iter().map(|value| ByteVec::from(value.to_vec())).collect(),
            people: self.people.clone(),
        };
        let part = people.with_extension("part");
        std::fs::write(&part, encode(&kept))?;
        std::fs::rename(part, people)
    }

    /// How many members there are.
    pub fn members(&self) -> usize {
        self.people.iter().filter(|person| person.part == Part::Member).count()
    }

    /// Puts the network on a stage, shortly before the day: relay, registrars, hosts and dispatchers run,
    /// members' phones are off.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn enter<D>(&self, seeds: Seeds) -> Result<(Stage<D>, Crew), StageError> {
        let now = BEGIN.minus_ms(STARTED_MS);
        let log_key = LogKey::new(&log_name(&self.network), SigningKey::from_seed(&self.log_seed));
        let log_key = log_key.map_err(|_| StageError::Relay)?;
        let mut stage =
            Stage::resume(embedding(self.network, log_key, &seeds), self.relay.path(), seeds, now)?;
        let mut crew = Crew::default();
        for person in &self.people {
            let value = |place: &u32| self.values.get(usize::try_from(*place).ok()?).cloned();
            let records: BTreeMap<String, Arc<[u8]>> = person
                .records
                .iter()
                .filter_map(|(name, place)| Some((name.clone(), value(place)?)))
                .collect();
            let link = if person.part == Part::Member { Link::PHONE } else { Link::WIRE };
            let id = stage.world.add_off(person.name.clone(), Disk::holding(records), link);
            match (person.part, &person.home) {
                (Part::Founder, _) => stage.founder = id,
                (Part::Host, _) => crew.hosts.push(id),
                (Part::Dispatcher, _) => crew.dispatchers.push(id),
                (Part::Member, home) => {
                    let home = home.clone();
                    crew.members.extend(home.map(|(home, zone)| Member { machine: id, home, zone }));
                    continue;
                }
            }
            stage.world.switch_on(id);
            stage.world.connect(id);
        }
        Ok((stage, crew))
    }
}

/// Where a population is kept: its name holds everything that it depends on.
fn files(folder: &Path, city: &City, members: usize) -> (PathBuf, PathBuf) {
    let places: Vec<(i32, i32)> = city.places().iter().map(|(point, _)| (point.lat, point.lon)).collect();
    let (zones, places) = (encode(&city.for_manifest()), encode(&places));
    let numbers = [FORM, u32::try_from(members).unwrap_or(u32::MAX)].map(u32::to_be_bytes).concat();
    let version = env!("CARGO_PKG_VERSION").as_bytes();
    let hash = sha256("sim-population", &[&numbers, version, &zones, &places]).to_string();
    let name = format!("{members}-members-{}", hash.get(..16).unwrap_or(&hash));
    (folder.join(format!("{name}.people")), folder.join(format!("{name}.relay")))
}
