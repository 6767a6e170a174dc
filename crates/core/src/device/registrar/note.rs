//! The key note: made anew from the one in force and what this registrar knows beside it, whenever the
//! two differ and at least once a day; and the issuer keys that it lists, twelve weeks ahead.
//!
//! Every registrar adds only what it knows: its own issuer keys, the casebook's revocations and keys,
//! what the teams handed in. So two of them who act at the same time want the same, the relay takes
//! the first, and nothing is lost.

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::passes::IssuerKey;
use bystand_crypto::sign::{Signed, SigningKey};
use bystand_wire::relay_api::LogKind;
use bystand_wire::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use bystand_wire::{Hash32, PassPurpose, Period, PublicKey, Quarter, Timestamp, Week, encode, limits};

use super::super::{Cx, Event, Shared};
use super::state::{Kept, OwnIssuer, issuer_hash};
use super::{Registrar, RegistrarEntry, RegistrarEvent, RegistrarJob, secrets};
use crate::network::VerifiedManifest;
use crate::network::enroll::TeamKeys;
use crate::network::keynote::{IssuerEntry, KeyNote, KeyNoteStatus, RegistrarKeys};
use crate::team::TeamKind;

/// How long after sending a key note the log may take to show it, in milliseconds.
pub(super) const SETTLE_MS: u64 = 30 * SECOND_MS;
/// A key note of this age is signed again, in milliseconds.
const RENEW_MS: u64 = 20 * HOUR_MS;
/// How much later the next registrar in rank does it, in milliseconds.
const RANK_MS: u64 = 10 * MINUTE_MS;
/// Quarters whose card issuer keys are published: this one and the next.
const QUARTERS: usize = 2;

/// The passes that a week's key note has issuer keys for.
const WEEKLY: [PassPurpose; 5] =
    [PassPurpose::Report, PassPurpose::Room, PassPurpose::Finding, PassPurpose::Publish, PassPurpose::Voice];

/// Every purpose and period that should have an issuer key: so many weeks from this one on, and two
/// quarters of cards.
pub(crate) fn wanted_issuers(now: Timestamp, weeks: u32) -> Vec<(PassPurpose, Period)> {
    let mut wanted = Vec::new();
    let mut week = Week::of(now);
    for _ in 0..weeks {
        wanted.extend(WEEKLY.map(|purpose| (purpose, Period::Week(week))));
        week = week.next();
    }
    let mut quarter = Quarter::of(now);
    for _ in 0..QUARTERS {
        wanted.push((PassPurpose::Card, Period::Quarter(quarter)));
        quarter = quarter.next();
    }
    wanted
}

impl Registrar {
    /// Issuer keys that this device should still make, those needed soonest first.
    pub(super) fn missing(&self, shared: &Shared, now: Timestamp) -> Vec<(PassPurpose, Period)> {
        let device = shared.identity.device().public();
        let applied = self.kept.state.applied.is_some();
        let (Some(manifest), Some(note)) = (shared.manifest(), &self.kept.state.note) else {
            return Vec::new();
        };
        let holders = holders(manifest, &registrars(manifest, note, &self.kept));
        wanted_issuers(now, self.kept.state.weeks.max(1))
            .into_iter()
            .filter(|(purpose, _)| {
                // An applicant is to take over publish passes, so it makes those keys beforehand.
                let is_ours = holders.get(purpose) == Some(&device);
                is_ours || (applied && *purpose == PassPurpose::Publish)
            })
            .filter(|(purpose, period)| self.kept.newest(*purpose, *period).is_none())
            .collect()
    }

    /// Makes one missing issuer key. One an input: each takes a while.
    pub(super) fn make_issuer(&mut self, ctx: &mut Cx<'_>, shared: &Shared) {
        let missing = self.missing(shared, ctx.now);
        let Some((purpose, period)) = missing.first().copied() else { return };
        // The next one with the next tick: a hundred milliseconds each is as much as one may ask.
        self.look_at = ctx.now;
        match IssuerKey::generate(ctx.rng) {
            Ok(key) => {
                self.kept.put_issuer(ctx, OwnIssuer { purpose, period, key, made_at: ctx.now });
                let missing = missing.len().saturating_sub(1);
                ctx.tell(Event::Registrar(RegistrarEvent::IssuerKey { purpose, period, missing }));
            }
            Err(error) => ctx.tell(Event::Warning { code: error.code(), text: error.to_string() }),
        }
    }

    /// Keeps the key note in force; the next one goes on from it.
    pub(super) fn see_note(&mut self, ctx: &mut Cx<'_>, shared: &Shared) {
        let Some(note) = shared.key_note().map(|n| n.note().clone()) else { return };
        let is_newer = self.kept.state.note.as_ref().is_none_or(|held| held.version < note.version);
        if !is_newer {
            return;
        }
        if self.is_on_duty(shared, ctx.now) {
            ctx.tell(Event::Registrar(RegistrarEvent::KeyNote(note.version)));
            self.kept.drop_issuers(ctx, &note);
        }
        if self.note_sent.is_some_and(|(version, _)| version <= note.version) {
            self.note_sent = None;
        }
        self.kept.state.note = Some(note);
        self.kept.store_state(ctx);
    }

    /// With several registrars each shows the others its sealing key and the issuer keys it made.
    pub(super) fn offer_keys(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if shared.manifest().is_none_or(VerifiedManifest::is_single_keyholder) {
            return;
        }
        let device = shared.identity.device().public();
        if Self::has_job(shared, |job| *job == RegistrarJob::Entry) {
            return;
        }
        if !self.kept.book.sealing().contains_key(&device) {
            let entry = RegistrarEntry::Sealing(shared.identity.sealing().public());
            let _ = Self::append_entry(ctx, shared, &entry);
            return;
        }
        let offers: Vec<IssuerEntry> = wanted_issuers(ctx.now, self.kept.state.weeks)
            .into_iter()
            .filter_map(|(purpose, period)| self.kept.newest(purpose, period))
            .filter(|own| {
                let shown = self.kept.book.issuer(own.purpose, own.period);
                shown.is_none_or(|entry| entry.registrar != device || entry.key != *own.key.public())
            })
            .map(|own| entry_of(own, device))
            .collect();
        if !offers.is_empty() {
            let _ = Self::append_entry(ctx, shared, &RegistrarEntry::Issuers(offers));
        }
    }

    /// Signs a new key note when there is something new to say or the old one is of yesterday.
    pub(super) fn renew_note(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let waits = self.note_sent.is_some_and(|(_, until)| ctx.now < until);
        if waits || Self::has_job(shared, |job| matches!(job, RegistrarJob::KeyNote(_))) {
            return;
        }
        let Some(key) = self.operations_key(shared) else { return };
        let (Some(manifest), Some(held)) = (shared.manifest().cloned(), self.kept.state.note.clone()) else {
            return;
        };
        let note = self.next_note(shared, &manifest, &held, ctx.now);
        // Issuer keys wait until all of them are made; a revocation or a team's keys do not wait.
        let as_held = KeyNote { version: held.version, ..dated(note.clone(), &held) };
        let is_urgent = KeyNote { issuers: held.issuers.clone(), ..as_held.clone() } != held;
        let is_new = is_urgent || (as_held != held && self.missing(shared, ctx.now).is_empty());
        let rank = rank(&manifest, &shared.identity.device().public());
        let is_old = ctx.now.since_ms(held.issued_at) >= RENEW_MS + RANK_MS * rank;
        // While a new manifest does not bear the old note out, nobody has a key note at all.
        let is_lost = shared.key_note().is_none();
        if !(is_new || is_old || is_lost) {
            return;
        }
        if let Err(error) = note.check(&manifest) {
            let until = ctx.now.plus_ms(SETTLE_MS);
            self.note_sent = Some((0, until));
            ctx.tell(Event::Warning { code: error.code(), text: error.to_string() });
            return;
        }
        let version = note.version;
        let body = encode(&Signed::sign(&ctx.network, &key, &note));
        self.note_sent = Some((version, ctx.now.plus_ms(SETTLE_MS)));
        Self::log(ctx, shared, RegistrarJob::KeyNote(version), LogKind::KeyNote, body);
    }

    /// The key that signs key notes, if the manifest names one that this device holds.
    fn operations_key(&self, shared: &Shared) -> Option<SigningKey> {
        let named = shared.manifest()?.manifest().operations_key;
        let shared_key = secrets(shared).map(|s| s.operations.signing());
        let next = self.kept.state.next_operations.as_ref().map(super::super::secrets::Seed::signing);
        [shared_key, next].into_iter().flatten().find(|key| key.public() == named)
    }

    fn next_note(
        &self,
        shared: &Shared,
        manifest: &VerifiedManifest,
        held: &KeyNote,
        now: Timestamp,
    ) -> KeyNote {
        let me = shared.identity.device().public();
        let mut registrars = registrars(manifest, held, &self.kept);
        let own = RegistrarKeys {
            device: me,
            sealing_key: shared.identity.sealing().public(),
            purposes: Vec::new(),
        };
        registrars.entry(me).or_insert(own);
        let holders = holders(manifest, &registrars);
        for registrar in registrars.values_mut() {
            let of = |(purpose, holder): (&PassPurpose, &PublicKey)| {
                (*holder == registrar.device).then_some(*purpose)
            };
            registrar.purposes = holders.iter().filter_map(of).collect();
        }
        let mut note = KeyNote {
            version: held.version.saturating_add(1),
            issued_at: now,
            valid_until: now.plus_ms(limits::KEY_NOTE_MS),
            issuers: self.issuers(held, &holders, me, now),
            registrars: registrars.into_values().collect(),
            revoked: self.revocations(held, now),
            ..held.clone()
        };
        self.team_keys(&mut note, now);
        self.team_streams(shared, &mut note);
        note
    }

    fn issuers(
        &self,
        held: &KeyNote,
        holders: &BTreeMap<PassPurpose, PublicKey>,
        me: PublicKey,
        now: Timestamp,
    ) -> Vec<IssuerEntry> {
        let is_held = |e: &&IssuerEntry| holders.get(&e.purpose) == Some(&e.registrar);
        // What is in force stays, also a past week's keys while their passes still count.
        let mut issuers: BTreeMap<(PassPurpose, Period), IssuerEntry> = held
            .issuers
            .iter()
            .filter(|e| now < e.period.end().plus_ms(limits::PERIOD_GRACE_MS))
            .filter(is_held)
            .map(|e| ((e.purpose, e.period), e.clone()))
            .collect();
        for (purpose, period) in wanted_issuers(now, self.kept.state.weeks) {
            let offered = if holders.get(&purpose) == Some(&me) {
                self.kept.newest(purpose, period).map(|own| entry_of(own, me))
            } else {
                let applicants = self.kept.state.applicants.values().flat_map(|a| &a.issuers);
                let shown = self.kept.book.issuer(purpose, period);
                shown
                    .filter(is_held)
                    .or(applicants.filter(is_held).find(|e| (e.purpose, e.period) == (purpose, period)))
                    .cloned()
            };
            if let Some(entry) = offered {
                issuers.insert((purpose, period), entry);
            }
        }
        issuers.into_values().collect()
    }

    /// The casebook's revocations, and those in force that this device knows nothing about.
    fn revocations(&self, held: &KeyNote, now: Timestamp) -> Vec<Hash32> {
        let known = self.kept.book.certificates();
        let ours = known.iter().filter(|(_, c)| c.is_revoked).map(|(hash, _)| *hash);
        let all: BTreeSet<Hash32> = held.revoked.iter().copied().chain(ours).collect();
        // As long as any of the device's certificates would count: it may be in a team's room with an
        // older one than it holds now.
        let is_live = |device: &PublicKey| {
            known.values().any(|c| c.device == *device && now < c.not_after.plus_ms(DAY_MS))
        };
        all.into_iter().filter(|hash| known.get(hash).is_none_or(|c| is_live(&c.device))).collect()
    }

    /// What the teams handed in, unless the key note already lists newer keys.
    fn team_keys(&self, note: &mut KeyNote, now: Timestamp) {
        let live = |until: Timestamp| now < until.plus_ms(limits::PERIOD_GRACE_MS);
        if let Some((_, TeamKeys::Desk(_, keys))) = &self.kept.state.desk
            && keys.iter().map(|k| k.not_before).max() >= note.desk.iter().map(|k| k.not_before).max()
        {
            note.desk = keys.clone();
        }
        if let Some((_, TeamKeys::Hosts(_, keys, push))) = &self.kept.state.hosts
            && keys.iter().map(|k| k.not_before).max() >= note.hosts.iter().map(|k| k.not_before).max()
        {
            note.hosts = keys.clone();
            note.push_key = push.clone();
        }
        note.desk.retain(|k| live(k.not_after));
        note.hosts.retain(|k| live(k.not_after));
    }

    /// Says once a day what should be looked after.
    pub(super) fn say_due(&mut self, ctx: &mut Cx<'_>, shared: &Shared) {
        if ctx.now.since_ms(self.said_due_at) < DAY_MS {
            return;
        }
        let mut due = Vec::new();
        if let Some(manifest) = shared.manifest()
            && manifest.manifest().expires_at.since_ms(ctx.now) < 30 * DAY_MS
        {
            due.push("manifest-ends");
        }
        if let Some(note) = shared.key_note()
            && note.status(ctx.now) != KeyNoteStatus::Current
        {
            due.push("key-note-stale");
        }
        if self.kept.state.note.is_some() && !self.missing(shared, ctx.now).is_empty() {
            due.push("issuers-missing");
        }
        if let Some(team) = shared.teams.get(&TeamKind::Registrars)
            && team.room().members().len() == 1
        {
            due.push("single-registrar");
        }
        if !due.is_empty() {
            self.said_due_at = ctx.now;
        }
        due.into_iter().for_each(|what| ctx.tell(Event::Registrar(RegistrarEvent::Due(what))));
    }

    /// After a revocation: this device's issuer keys of the coming weeks for these purposes are made
    /// anew. This week's stay, because this week's alerts were signed under them.
    pub(super) fn replace_issuers(&mut self, ctx: &mut Cx<'_>, purposes: &BTreeSet<PassPurpose>) {
        for (purpose, period) in wanted_issuers(ctx.now, self.kept.state.weeks) {
            if purposes.contains(&purpose) && period.start() > ctx.now {
                self.kept.state.replaced.insert((purpose, period), ctx.now);
            }
        }
        self.kept.store_state(ctx);
    }

    /// Whether a batch's issuer key is ours: the one that the key note names for it.
    pub(super) fn secret_for(
        &self,
        shared: &Shared,
        purpose: PassPurpose,
        period: Period,
    ) -> Option<(Hash32, &OwnIssuer)> {
        let key = shared.key_note()?.issuer_key(purpose, period)?;
        Some((issuer_hash(key), self.kept.issuer(key)?))
    }
}

/// The registrars of the next note: those of the last one, applicants and casebook members, as far as
/// the manifest lists them.
fn registrars(
    manifest: &VerifiedManifest,
    held: &KeyNote,
    kept: &Kept,
) -> BTreeMap<PublicKey, RegistrarKeys> {
    let keys = |device: &PublicKey, sealing_key: &bystand_crypto::seal::SealPublicKey| RegistrarKeys {
        device: *device,
        sealing_key: sealing_key.clone(),
        purposes: Vec::new(),
    };
    let mut all: BTreeMap<PublicKey, RegistrarKeys> = BTreeMap::new();
    for (device, applicant) in &kept.state.applicants {
        all.insert(*device, keys(device, &applicant.sealing_key));
    }
    for (device, sealing) in kept.book.sealing() {
        all.insert(*device, keys(device, sealing));
    }
    for registrar in &held.registrars {
        all.insert(registrar.device, registrar.clone());
    }
    all.retain(|device, _| manifest.is_registrar(device));
    all
}

/// Who certifies what: whoever did so far; but publish passes go to another registrar than finding
/// passes as soon as there is one.
fn holders(
    manifest: &VerifiedManifest,
    registrars: &BTreeMap<PublicKey, RegistrarKeys>,
) -> BTreeMap<PassPurpose, PublicKey> {
    let Some(first) = registrars.keys().next().copied().or(manifest.manifest().registrars.first().copied())
    else {
        return BTreeMap::new();
    };
    let holds = |purpose: PassPurpose| {
        registrars.values().find(|r| r.purposes.contains(&purpose)).map_or(first, |r| r.device)
    };
    let mut holders: BTreeMap<PassPurpose, PublicKey> =
        PassPurpose::ALL.into_iter().map(|purpose| (purpose, holds(purpose))).collect();
    let finding = holders.get(&PassPurpose::Finding).copied().unwrap_or(first);
    if holders.get(&PassPurpose::Publish) == Some(&finding)
        && let Some(other) = registrars.keys().find(|device| **device != finding)
    {
        holders.insert(PassPurpose::Publish, *other);
    }
    holders
}

pub(super) fn rank(manifest: &VerifiedManifest, device: &PublicKey) -> u64 {
    let at = manifest.manifest().registrars.iter().position(|d| d == device).unwrap_or(0);
    u64::try_from(at).unwrap_or(0)
}

fn entry_of(own: &OwnIssuer, registrar: PublicKey) -> IssuerEntry {
    IssuerEntry { purpose: own.purpose, period: own.period, registrar, key: own.key.public().clone() }
}

/// A note with another's dates, to compare what they say.
fn dated(note: KeyNote, like: &KeyNote) -> KeyNote {
    KeyNote { issued_at: like.issued_at, valid_until: like.valid_until, ..note }
}
