//! Before the day: a network is founded and its people are admitted, by the real engines and in virtual
//! time.

use std::path::{Path, PathBuf};

use bystand_core::device::host::HostCommand;
use bystand_core::device::registrar::{RegistrarCommand, RegistrarEvent};
use bystand_core::device::setup::{NetworkPlan, NewNetwork, SetupError, init};
use bystand_core::device::{Command, Device, Event, Identity};
use bystand_core::geo::Point;
use bystand_core::io::Random;
use bystand_core::network::RelayUrl;
use bystand_core::network::invite::{CardLink, Invitation};
use bystand_core::team::{TeamKind, TeamSync};
use bystand_crypto::notes::LogKey;
use bystand_crypto::passes::OwnedPass;
use bystand_relay::config::Tuning;
use bystand_relay::embedded::{Embedded, Embedding};
use bystand_relay::store::StoreError;
use bystand_relay::verify::Solutions;
use bystand_wire::time::{DAY_MS, MINUTE_MS, SECOND_MS};
use bystand_wire::{NetworkId, Quarter, Role, Timestamp, ZoneId};

use crate::city::City;
use crate::machine::{Link, MachineId};
use crate::seeds::{Draw, Seeds};
use crate::world::{Noticed, World};

/// What the simulated relay is made of.
pub(super) fn embedding(network: NetworkId, log_key: LogKey, seeds: &Seeds) -> Embedding {
    let (tuning, secret) = (Tuning::default(), seeds.bytes("work-secret", 0));
    Embedding { network, log_key, tuning, secret, solutions: Solutions::Trusted }
}

/// Where the simulated relay would be.
const RELAY: &str = "https://relay.invalid";
/// Weeks of issuer keys: the day needs one, and each key takes a while to make.
const ISSUER_WEEKS: u32 = 1;
/// Everybody should be admitted within this time.
const ADMISSION_MS: u64 = 60 * MINUTE_MS;

/// Why the stage could not be set.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The network could not be founded.
    #[error("the network could not be founded: {0}")]
    Setup(#[from] SetupError),
    /// The relay's address (a bug).
    #[error("the relay's address is not one")]
    Relay,
    /// The relay's store (a bug).
    #[error("the relay could not be made: {0}")]
    Store(#[from] StoreError),
    /// A registrar gave no invitation (a bug).
    #[error("no invitation came for {0}")]
    Invitation(String),
    /// The network could not be kept for the next day.
    #[error(
        "cannot keep the prepared network in {0}: {1}. Make room, or name another folder with --prepared"
    )]
    Keeping(PathBuf, std::io::Error),
    /// Somebody was not admitted in time (a bug, or a network that is too bad).
    #[error("{0} was not admitted within an hour")]
    Admission(String),
}

/// Somebody to be admitted: what to call them, as what, and how their machine is connected.
pub type Person = (String, Vec<Role>, Link);

/// A founded network.
#[derive(Debug)]
pub struct Stage<D> {
    /// The world.
    pub world: World<D>,
    /// The registrars' box: the founder's device.
    pub founder: MachineId,
    /// The network.
    pub network: NetworkId,
}

impl<D> Stage<D> {
    /// Founds a network for a city.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn found(city: &City, seeds: Seeds, now: Timestamp) -> Result<(Self, [u8; 32]), StageError> {
        let relay = RelayUrl::new(RELAY).map_err(|_| StageError::Relay)?;
        let mut plan = NetworkPlan::new("Simulated city", city.for_manifest(), relay)?;
        plan.issuer_weeks = ISSUER_WEEKS;
        plan.published_weeks = ISSUER_WEEKS;
        let NewNetwork { device, relay } = init(plan, now, &mut seeds.generator("founding", 0))?;
        let (network, log_seed) = (relay.network, *relay.log_key.seed());
        let embedded = Embedded::new(embedding(network, relay.log_key, &seeds), now)?;
        let mut world = World::new(seeds, embedded);
        let founder = world.add("founder", Link::WIRE, |_, _| device);
        // Rooms are opened by a host box; the founder's device keeps to its registrar's work.
        let _ = world.command(founder, Command::Host(HostCommand::Schedule(false)));
        world.connect(founder);
        let mut stage = Self { world, founder, network };
        stage.pass(MINUTE_MS);
        Ok((stage, log_seed))
    }

    /// A founded network's relay, with nobody there yet.
    pub(super) fn resume(
        with: Embedding,
        relay: &Path,
        seeds: Seeds,
        now: Timestamp,
    ) -> Result<Self, StageError> {
        let network = with.network;
        let world = World::new(seeds, Embedded::open(with, relay, now)?);
        Ok(Self { world, founder: MachineId(0), network })
    }

    /// Lets time pass; nobody looks.
    pub fn pass(&mut self, ms: u64) {
        let until = self.world.now().plus_ms(ms);
        while self.world.run(until).is_some() {}
    }

    /// Admits people: each gets an invitation, and a device with its certificate, its passes and its teams.
    ///
    /// # Errors
    /// [`StageError::Invitation`], [`StageError::Admission`].
    pub fn admit(&mut self, people: &[Person]) -> Result<Vec<MachineId>, StageError> {
        let mut admitted = Vec::new();
        for (name, roles, link) in people {
            let invitation = self.invite(name, roles)?;
            let relay = invitation.relay.to_string();
            let network = self.network;
            let id = self.world.add(name, *link, |now, rng| {
                let mut device = Device::create(Identity::new(network, relay, rng), now, rng);
                device.enroll(&invitation, now, rng);
                device
            });
            self.world.connect(id);
            admitted.push(id);
        }
        let until = self.world.now().plus_ms(ADMISSION_MS);
        let mut waiting: Vec<(MachineId, &Person)> = admitted.iter().copied().zip(people).collect();
        while !waiting.is_empty() && self.world.now() < until {
            self.pass(SECOND_MS);
            let world = &self.world;
            waiting.retain(|(id, (_, roles, _))| !world.device(*id).is_some_and(|d| is_admitted(d, roles)));
        }
        match waiting.first() {
            Some((_, (name, ..))) => Err(StageError::Admission(name.clone())),
            None => Ok(admitted),
        }
    }

    fn invite(&mut self, name: &str, roles: &[Role]) -> Result<Invitation, StageError> {
        let invite = RegistrarCommand::Invite { roles: roles.to_vec(), life_ms: DAY_MS };
        let failed = || StageError::Invitation(name.to_owned());
        self.world.command(self.founder, Command::Registrar(invite)).map_err(|_| failed())?;
        let until = self.world.now().plus_ms(ADMISSION_MS);
        while let Some(noticed) = self.world.run(until) {
            let Noticed::Told(_, event) = noticed else { continue };
            if let Event::Registrar(RegistrarEvent::Invitation { text, .. }) = *event {
                return Invitation::from_text(text.expose(), self.world.now()).map_err(|_| failed());
            }
        }
        Err(failed())
    }

    /// Printed cards, one pass each.
    ///
    /// # Errors
    /// [`StageError::Invitation`].
    pub fn cards(&mut self, count: u32) -> Result<Vec<OwnedPass>, StageError> {
        let failed = || StageError::Invitation("a neighbor's card".to_owned());
        let now = self.world.now();
        let cards = RegistrarCommand::Cards { count, quarter: Quarter::of(now) };
        self.world.command(self.founder, Command::Registrar(cards)).map_err(|_| failed())?;
        while let Some(noticed) = self.world.run(now) {
            let Noticed::Told(_, event) = noticed else { continue };
            if let Event::Registrar(RegistrarEvent::Cards { links, .. }) = *event {
                let passes =
                    links.iter().map(|link| CardLink::from_text(link.expose()).map(|card| card.pass));
                return passes.collect::<Result<_, _>>().map_err(|_| failed());
            }
        }
        Err(failed())
    }

    /// Clocks that are off: all a little, one in ten nine times as much.
    pub fn set_clocks(&mut self, machines: &[MachineId], most_ms: u64, rng: &mut Random) {
        for id in machines {
            let most = if rng.chance(100) { most_ms * 9 } else { most_ms };
            let off = i64::try_from(rng.below(2 * most + 1)).unwrap_or(0);
            self.world.set_skew(*id, off - i64::try_from(most).unwrap_or(0));
        }
    }

    /// Waits until these have their room passes.
    ///
    /// # Errors
    /// [`StageError::Admission`].
    pub fn choose_zones(&mut self, members: &[(MachineId, (Point, ZoneId))]) -> Result<(), StageError> {
        for (id, (_, zone)) in members {
            let zone = [zone.clone()];
            // A zone that the manifest does not name shows below: no pass comes.
            self.world.with(*id, |device, now, rng| drop(device.choose_zones(&zone, now, rng)));
        }
        let until = self.world.now().plus_ms(ADMISSION_MS);
        let has_pass = |world: &World<D>, (id, (_, zone)): &(MachineId, (Point, ZoneId))| {
            let now = world.now();
            world.device(*id).is_some_and(|d| d.shared().wallet.room_pass(zone, now).is_some())
        };
        loop {
            match members.iter().find(|member| !has_pass(&self.world, member)) {
                None => return Ok(()),
                Some((id, _)) if self.world.now() >= until => {
                    let name = self.world.machine(*id).map(|m| m.name.clone());
                    return Err(StageError::Admission(name.unwrap_or_default()));
                }
                Some(_) => self.pass(SECOND_MS),
            }
        }
    }
}

fn is_admitted(device: &Device, roles: &[Role]) -> bool {
    let mut teams = TeamKind::ALL.into_iter().filter(|kind| roles.contains(&kind.role()));
    let shared = device.shared();
    let in_teams = teams.all(|kind| shared.teams.get(&kind).is_some_and(TeamSync::is_ready));
    shared.identity.certificate.is_some() && !device.enrollment().is_waiting() && in_teams
}
