//! What a person asks of a host box.

use bystand_wire::time::HOUR_MS;
use bystand_wire::{Role, Timestamp, ZoneId, limits};

use super::super::member::week_name;
use super::super::{CommandError, Cx, Shared};
use super::{Host, HostEntry, Removal, SETTINGS, is_ready};
use crate::room::Credential;

/// What a person asks of a host's device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostCommand {
    /// Opens today's rooms of these zones now, if nobody has.
    Open(Vec<ZoneId>),
    /// Whether this device opens the rooms of all zones by schedule, from now on and after restarts. It
    /// does unless told otherwise; a laptop that only helps out should not.
    Schedule(bool),
    /// Minutes that the network's local time is ahead of UTC: days begin at 04:00 local time.
    UtcOffset(i32),
    /// Removes a member from a zone's rooms for the week, by the week's name or the pass's key.
    Remove {
        /// The zone.
        zone: ZoneId,
        /// Who.
        name: String,
    },
    /// Replaces a zone's room by a new one: the room is broken.
    Succeed(ZoneId),
}

impl Host {
    /// Does what a person asks for.
    ///
    /// # Errors
    /// [`CommandError`]; nothing has changed then.
    pub fn command(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        command: HostCommand,
    ) -> Result<(), CommandError> {
        if !shared.identity.has_role(Role::Host, ctx.now) {
            return Err(CommandError::NotCertified(Role::Host));
        }
        match command {
            HostCommand::Schedule(by_schedule) => {
                self.settings.by_schedule = by_schedule;
                ctx.store(SETTINGS, &self.settings);
                Ok(())
            }
            HostCommand::UtcOffset(minutes) => {
                if u64::from(minutes.unsigned_abs()) * bystand_wire::time::MINUTE_MS > 15 * HOUR_MS {
                    return Err(CommandError::Invalid("no place is that far from UTC".to_owned()));
                }
                self.set_utc_offset_min(ctx, minutes);
                Ok(())
            }
            HostCommand::Open(zones) => self.open_now(ctx, shared, zones),
            HostCommand::Remove { zone, name } => self.remove(ctx, shared, zone, &name),
            HostCommand::Succeed(zone) => {
                ready(shared)?;
                if !self.days.contains_key(&zone) {
                    return Err(CommandError::Unknown("room"));
                }
                self.watches.entry(zone.clone()).or_default().is_broken = true;
                self.broken_due(ctx, shared, &zone);
                Ok(())
            }
        }
    }

    fn open_now(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        zones: Vec<ZoneId>,
    ) -> Result<(), CommandError> {
        ready(shared)?;
        let manifest = shared.manifest().ok_or(CommandError::NotSetUp)?;
        let known = |zone: &ZoneId| manifest.manifest().zones.iter().any(|z| z.id == *zone);
        if !zones.iter().all(known) {
            return Err(CommandError::Unknown("zone"));
        }
        self.asked.extend(zones);
        self.claims_due(ctx, shared);
        Ok(())
    }

    fn remove(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        zone: ZoneId,
        name: &str,
    ) -> Result<(), CommandError> {
        ready(shared)?;
        let room = self.days.get(&zone).and_then(|d| d.room()).and_then(|room| shared.rooms.get(&room));
        let members = room.ok_or(CommandError::Unknown("room"))?.members();
        let mut found: Vec<Removal> = members
            .into_iter()
            .filter_map(|member| match member {
                Credential::Pass(pass, ..) => Some(pass),
                Credential::Device(_) | Credential::Host(..) => None,
            })
            .filter(|pass| week_name(&pass.key) == name || pass.key.to_string() == name)
            .map(|pass| {
                let until: Timestamp = pass.period.end().plus_ms(limits::PERIOD_GRACE_MS);
                Removal { zone: zone.clone(), pass: pass.key, until }
            })
            .collect();
        // One who came back has two leaves for a while.
        found.dedup_by_key(|removal| removal.pass);
        match <[Removal; 1]>::try_from(found) {
            Ok([removal]) => self.write(ctx, shared, &HostEntry::Removed(removal)).map(|_| ()),
            Err(none) if none.is_empty() => Err(CommandError::Unknown("member")),
            Err(several) => {
                let keys: Vec<String> = several.iter().map(|r| r.pass.to_string()).collect();
                Err(CommandError::Invalid(format!("several have that name: {}", keys.join(", "))))
            }
        }
    }
}

fn ready(shared: &Shared) -> Result<(), CommandError> {
    if is_ready(shared) { Ok(()) } else { Err(CommandError::NotInTeam) }
}
