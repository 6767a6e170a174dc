//! A device's rooms and teams: routing frames and jobs, knocking, admitting, and the rules that every
//! member enforces ([`RoomRules`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use bystand_crypto::seal::{SealPublicKey, SealPurpose, open};
use bystand_wire::relay_api::{Frames, StoredFrame};
use bystand_wire::{Frame, FrameKind, PublicKey, StreamId, Timestamp, decode};

use super::succession::{is_in, place_of};
use super::{Caller, Cx, Device, Event, KnockFor, Listener, Owner, Shared};
use crate::io::{CallId, Request, Response};
use crate::network::VerifiedKeyNote;
use crate::network::keynote::TeamStreams;
use crate::outbox::{By, JobId, Outcome};
use crate::room::{
    Credential, DoorRequest, Errand, Holder, Knock, KnockStep, Leaf, RoomEvent, RoomKind, RoomRules,
    RoomSync, RoomTrust, SyncError,
};
use crate::team::{CasebookMark, TeamKind, TeamSync};

impl Device {
    pub(super) fn load_rooms(
        &mut self,
        records: &BTreeMap<String, Vec<u8>>,
        now: Timestamp,
    ) -> Result<(), SyncError> {
        for kind in TeamKind::ALL {
            let Some(place) = place_of(&self.shared, kind, records) else { continue };
            let id = place.streams.room;
            if !records.contains_key(&format!("room/{id}/state")) {
                continue;
            }
            let Some(leaf) = team_leaf(&self.shared, kind, now) else { continue };
            let room = RoomSync::load(leaf, id, records)?;
            let mark: Option<CasebookMark> = match kind {
                TeamKind::Desk => self.desk.mark(),
                TeamKind::Hosts => self.host.mark(),
                TeamKind::Registrars => self.registrar.mark(),
            };
            let mut team = TeamSync::load((kind, place), room, mark, records)?;
            team.trust_registrars(self.shared.log.registrars_ever());
            self.shared.teams.insert(kind, team);
        }
        let note = self.shared.key_note().cloned();
        let knocks =
            note.iter().flat_map(|note| Knock::load_all(records).into_iter().map(move |k| (k, note)));
        for (knock, note) in knocks {
            if let Some(kind) = TeamKind::ALL.into_iter().find(|k| team_streams(note, *k).door == knock.door)
            {
                self.shared.knocks.insert(knock.door, (knock, KnockFor::Team(kind)));
            }
        }
        self.member.load_rooms(&mut self.shared, records, now)?;
        self.host.load_rooms(&mut self.shared, records, now)
    }

    /// Follows every room, casebook and welcome stream this device has to do with.
    pub(super) fn follow_rooms(&mut self, ctx: &mut Cx<'_>) {
        let shared = &mut self.shared;
        let note = shared.key_note().cloned();
        let is_listed = |team: &&TeamSync| {
            note.as_ref().is_none_or(|note| team_streams(note, team.kind()) == team.streams())
        };
        let rooms: Vec<_> = shared.rooms.values().map(|r| (r.id(), r.resume_after())).collect();
        for (room, after) in rooms {
            shared.follow(ctx, room, Listener::Room, after, None);
        }
        let teams: Vec<_> = shared
            .teams
            .values()
            .filter(is_listed)
            .map(|t| (t.kind(), *t.streams(), t.room().resume_after(), t.resume_casebook_after()))
            .collect();
        for (kind, streams, room_after, casebook_after) in teams {
            shared.follow(ctx, streams.room, Listener::Room, room_after, None);
            shared.follow(ctx, streams.casebook, Listener::Casebook(kind), casebook_after, None);
            shared.follow(ctx, streams.door, Listener::TeamDoor(kind), bystand_wire::Seq::START, None);
        }
        let knocks: Vec<_> =
            shared.knocks.values().map(|(k, _)| (k.door, k.welcome, k.resume_after())).collect();
        for (door, welcome, after) in knocks {
            shared.follow(ctx, welcome, Listener::Welcome(door), after, None);
        }
    }

    pub(super) fn room_frame(&mut self, ctx: &mut Cx<'_>, stream: StreamId, stored: &StoredFrame) {
        if let Some(kind) = self.shared.team_of_room(&stream) {
            self.shared.note_held(kind);
            let Some(team) = self.shared.teams.get_mut(&kind) else { return };
            let events = team.room_mut().handle_frame(ctx, stored);
            self.team_room_events(ctx, kind, events);
        } else if let Some(room) = self.shared.rooms.get_mut(&stream) {
            let events = room.handle_frame(ctx, stored);
            self.day_room_events(ctx, stream, events);
        }
    }

    /// The relay's count of a room's epochs, once its frames were read.
    pub(super) fn room_epoch(&mut self, stream: &StreamId, epoch: u64) {
        if let Some(room) = self.shared.rooms.get_mut(stream) {
            room.note_epoch(epoch);
        }
    }

    pub(super) fn room_job(
        &mut self,
        ctx: &mut Cx<'_>,
        room: StreamId,
        job: JobId,
        errand: Errand,
        outcome: &Outcome,
    ) {
        if let Some(kind) = self.shared.team_of_room(&room) {
            let Some(team) = self.shared.teams.get_mut(&kind) else { return };
            let events = team.room_mut().handle_job(ctx, &mut self.shared.outbox, job, errand, outcome);
            self.team_room_events(ctx, kind, events);
        } else if let Some(sync) = self.shared.rooms.get_mut(&room) {
            let events = sync.handle_job(ctx, &mut self.shared.outbox, job, errand, outcome);
            self.day_room_events(ctx, room, events);
        } else if *outcome == Outcome::Stale {
            // The room is gone and with it whoever should have heard it.
            self.shared.outbox.cancel(ctx, job);
        }
    }

    pub(super) fn casebook_frame(&mut self, ctx: &mut Cx<'_>, kind: TeamKind, stored: StoredFrame) {
        let Some(team) = self.shared.teams.get_mut(&kind) else { return };
        for event in team.handle_casebook(ctx, stored) {
            self.team_event(ctx, kind, event);
        }
    }

    /// Somebody certified asks to be let into a team: whoever ranks first for it adds them.
    pub(super) fn team_door(&mut self, ctx: &mut Cx<'_>, kind: TeamKind, stored: &StoredFrame) {
        let Ok(Frame { kind: FrameKind::DoorRequest, body }) = Frame::parse(&stored.frame) else { return };
        let Some(door) = self.shared.teams.get(&kind).map(|t| t.streams().door) else { return };
        let network = self.shared.identity.network;
        let opened = self
            .door_secrets(kind, ctx.now)
            .iter()
            .find_map(|secret| open(&network, SealPurpose::Door, secret, door.as_ref(), body).ok());
        let Some(request) = opened.and_then(|bytes| decode::<DoorRequest>(&bytes).ok()) else { return };
        if stored.at.plus_ms(bystand_wire::time::DAY_MS) < ctx.now {
            return;
        }
        if let Some(team) = self.shared.teams.get_mut(&kind) {
            team.room_mut().want_added(ctx, request.key_package);
        }
    }

    pub(super) fn welcome_frame(&mut self, ctx: &mut Cx<'_>, door: StreamId, stored: &StoredFrame) {
        let Some((knock, what)) = self.shared.knocks.get(&door) else { return };
        let (mut knock, what) = (knock.clone(), what.clone());
        let Some(leaf) = self.knock_leaf(&what, ctx.now) else { return };
        match knock.handle_frame(ctx, &leaf, stored) {
            Ok(KnockStep::Fetch(blob)) => {
                self.shared.knocks.insert(door, (knock, what));
                self.shared.call(ctx, Caller::Knock(door), Request::Blob(blob));
            }
            Ok(KnockStep::Wait) => {
                self.shared.knocks.insert(door, (knock, what));
            }
            Err(error) => {
                let text = "A welcome to a room could not be opened.".to_owned();
                ctx.tell(Event::Warning { code: error.code(), text });
            }
        }
    }

    pub(super) fn tree_answer(&mut self, ctx: &mut Cx<'_>, door: StreamId, response: Response) {
        let Some((mut knock, what)) = self.shared.knocks.remove(&door) else { return };
        let Response::Blob(tree) = response else {
            // Not reachable, or gone: the welcome stream is read again after the next connection.
            self.shared.knocks.insert(door, (knock, what));
            return;
        };
        let Some(leaf) = self.knock_leaf(&what, ctx.now) else { return };
        match knock.enter(ctx, leaf, &tree) {
            Ok((room, _)) => {
                self.shared.leave(ctx, &knock.welcome);
                self.entered(ctx, what, room);
            }
            Err(error) => {
                knock.forget(ctx);
                let text = "A room could not be joined; knocking again.".to_owned();
                ctx.tell(Event::Warning { code: error.code(), text });
            }
        }
    }

    /// A read that a team had made of its room, to learn whether a key is still to come.
    pub(super) fn barrier(&mut self, ctx: &mut Cx<'_>, id: CallId, response: Response) {
        let (is_read, frames) = match response {
            Response::Frames(Frames { frames, head, .. }) => {
                // An answer holds so many frames only: what is left is read next.
                (frames.last().is_none_or(|last| last.seq >= head), frames)
            }
            Response::Refused(_) | Response::Unreachable => (false, Vec::new()),
            Response::Network(_)
            | Response::Work(_)
            | Response::Created(_)
            | Response::Appended(_)
            | Response::Erased(_)
            | Response::Blob(_)
            | Response::Logged(_)
            | Response::LogEntries(_) => return,
        };
        for kind in TeamKind::ALL {
            let Some(room) = self.shared.teams.get(&kind).map(|t| t.room().id()) else { continue };
            if !self.shared.teams.get(&kind).is_some_and(|t| t.awaits(id)) {
                continue;
            }
            for stored in &frames {
                self.shared.advance(&room, stored.seq);
                self.room_frame(ctx, room, stored);
            }
            let Some(team) = self.shared.teams.get_mut(&kind) else { continue };
            for event in team.handle_barrier(ctx, id, is_read).unwrap_or_default() {
                self.team_event(ctx, kind, event);
            }
        }
    }

    /// Key note or manifest changed: rules, registrars, removals, and teams to join.
    pub(super) fn trust_rooms(&mut self, ctx: &mut Cx<'_>) {
        let Some(note) = self.shared.key_note().cloned() else { return };
        // Nobody can take themselves out: the others do.
        let own = self.shared.identity.author();
        for team in self.shared.teams.values_mut() {
            let gone: Vec<Holder> = team
                .room()
                .members()
                .iter()
                .map(Credential::holder)
                .filter(|h| matches!(h, Holder::Device(hash) if Some(*hash) != own && note.is_revoked(hash)))
                .collect();
            for holder in gone {
                team.room_mut().want_removed(ctx, holder);
            }
        }
        self.update_rules(ctx.now);
        self.settle_successions(ctx);
        self.knock_at_teams(ctx);
        self.keep_teams(ctx);
        for kind in TeamKind::ALL {
            self.held_frames(ctx, kind);
        }
    }

    /// Rooms make the commits that are wanted.
    pub(super) fn drive_rooms(&mut self, ctx: &mut Cx<'_>) {
        let Shared { outbox, teams, rooms, .. } = &mut self.shared;
        let rooms = teams.values_mut().map(TeamSync::room_mut).chain(rooms.values_mut());
        for room in rooms {
            if let Err(error) = room.drive(ctx, outbox) {
                let text = "A change to a room's membership was refused.".to_owned();
                ctx.tell(Event::Warning { code: error.code(), text });
            }
        }
    }

    pub(super) fn rooms_due(&mut self, ctx: &mut Cx<'_>) {
        self.update_rules(ctx.now);
        self.knock_at_teams(ctx);
        self.keep_teams(ctx);
        for kind in TeamKind::ALL {
            self.held_frames(ctx, kind);
            let Shared { outbox, teams, .. } = &mut self.shared;
            let Some(team) = teams.get_mut(&kind) else { continue };
            for event in team.handle_timeout(ctx, outbox) {
                self.team_event(ctx, kind, event);
            }
        }
    }

    /// Frames of a team's room that waited for a newer key note.
    fn held_frames(&mut self, ctx: &mut Cx<'_>, kind: TeamKind) {
        let Some(team) = self.shared.teams.get_mut(&kind) else { return };
        let events = team.room_mut().handle_held(ctx);
        if !events.is_empty() {
            self.team_room_events(ctx, kind, events);
        }
    }

    fn team_room_events(&mut self, ctx: &mut Cx<'_>, kind: TeamKind, events: Vec<RoomEvent>) {
        let Shared { outbox, teams, .. } = &mut self.shared;
        let Some(team) = teams.get_mut(&kind) else { return };
        let events = team.handle_room(ctx, outbox, events);
        for event in events {
            if event == crate::team::TeamEvent::Ended {
                self.shared.teams.remove(&kind);
            }
            self.team_event(ctx, kind, event);
        }
    }

    fn day_room_events(&mut self, ctx: &mut Cx<'_>, room: StreamId, events: Vec<RoomEvent>) {
        for event in events {
            self.host.room_event(ctx, &mut self.shared, room, &event);
            self.member.room_event(ctx, &mut self.shared, room, &event);
        }
    }

    fn entered(&mut self, ctx: &mut Cx<'_>, what: KnockFor, room: RoomSync) {
        match what {
            KnockFor::Team(kind) => {
                let Some(note) = self.shared.key_note() else { return };
                let streams = *team_streams(note, kind);
                if self.shared.teams.contains_key(&kind) {
                    self.move_team(ctx, kind, (streams, room), None);
                    return self.follow_rooms(ctx);
                }
                let Some(certificate) = self.shared.identity.certificate.clone() else { return };
                let outbox = &mut self.shared.outbox;
                let mut team = TeamSync::new(ctx, outbox, (kind, streams), room, &certificate, None);
                team.trust_registrars(self.shared.log.registrars_ever());
                self.shared.teams.insert(kind, team);
                ctx.tell(Event::Team(kind, "joined"));
            }
            KnockFor::Day(zone) => {
                let id = room.id();
                self.shared.rooms.insert(id, room);
                self.member.entered(ctx, &mut self.shared, &zone, id);
            }
            KnockFor::HostDay(zone) => {
                let id = room.id();
                self.shared.rooms.insert(id, room);
                self.host.entered(ctx, &mut self.shared, &zone, id);
            }
        }
        self.follow_rooms(ctx);
    }

    /// Knocks at the rooms of the teams that this device's certificate names and that it is not in.
    fn knock_at_teams(&mut self, ctx: &mut Cx<'_>) {
        let Some(note) = self.shared.key_note().filter(|note| self.has_doors(note, ctx.now)).cloned() else {
            return;
        };
        self.leave_old_doors(ctx, &note);
        if self.shared.log.registrars_ever().is_none() {
            // The leaves of members whom a registrar of before certified could not be judged.
            return;
        }
        for kind in TeamKind::ALL {
            let streams = *team_streams(&note, kind);
            let is_in = is_in(&self.shared, kind, &streams);
            let waits = self.shared.knocks.get(&streams.door).is_some_and(|(k, _)| !k.is_stale(ctx.now));
            if is_in || waits || !self.shared.identity.has_role(kind.role(), ctx.now) {
                continue;
            }
            let own = self.shared.identity.device().public();
            let to = team_door_keys(&note, kind, own, ctx.now);
            if to.is_empty() {
                continue;
            }
            let Some(leaf) = team_leaf(&self.shared, kind, ctx.now) else { continue };
            let (door, welcome) = (streams.door, streams.welcome);
            let owner = Owner::Nobody;
            let outbox = &mut self.shared.outbox;
            let by = By::Certificate;
            if let Ok(knock) = Knock::start(ctx, outbox, owner, &leaf, door, welcome, &to, by) {
                self.shared.knocks.insert(door, (knock, KnockFor::Team(kind)));
                self.follow_rooms(ctx);
            }
        }
    }

    /// Whether this device is at the door of a team, or is to be in one that it is not in.
    fn has_doors(&self, note: &VerifiedKeyNote, now: Timestamp) -> bool {
        let shared = &self.shared;
        let is_outside = |kind: TeamKind| {
            shared.identity.has_role(kind.role(), now) && !is_in(shared, kind, team_streams(note, kind))
        };
        let mut knocks = shared.knocks.values();
        knocks.any(|(_, what)| matches!(what, KnockFor::Team(_))) || TeamKind::ALL.into_iter().any(is_outside)
    }

    /// The key note names another room: nobody opens at this door any more.
    fn leave_old_doors(&mut self, ctx: &mut Cx<'_>, note: &VerifiedKeyNote) {
        let is_old = |door: &StreamId, what: &KnockFor| matches!(what, KnockFor::Team(kind) if team_streams(note, *kind).door != *door);
        let gone: Vec<Knock> = self
            .shared
            .knocks
            .extract_if(.., |door, (_, what)| is_old(door, what))
            .map(|(_, (knock, _))| knock)
            .collect();
        for knock in gone {
            knock.forget(ctx);
            self.shared.leave(ctx, &knock.welcome);
        }
    }

    fn knock_leaf(&self, what: &KnockFor, now: Timestamp) -> Option<Leaf> {
        match what {
            KnockFor::Team(kind) => team_leaf(&self.shared, *kind, now),
            KnockFor::Day(zone) => self.member.room_leaf(&self.shared, zone, now),
            KnockFor::HostDay(zone) => self.host.room_leaf(&self.shared, zone, now),
        }
    }

    fn door_secrets(&self, kind: TeamKind, now: Timestamp) -> Vec<bystand_crypto::seal::SealSecretKey> {
        match kind {
            TeamKind::Desk => self.desk.door_secrets(&self.shared, now),
            TeamKind::Hosts => self.host.door_secrets(&self.shared, now),
            TeamKind::Registrars => vec![self.shared.identity.sealing()],
        }
    }

    /// The earliest moment at which a room has something to do by the clock.
    pub(super) fn rooms_due_next(&self) -> Option<Timestamp> {
        let teams = self.shared.teams.values();
        let rooms = teams.clone().map(TeamSync::room).chain(self.shared.rooms.values());
        rooms.filter_map(RoomSync::next_due).chain(teams.filter_map(TeamSync::poll_timeout)).min()
    }

    /// Rules judge by the time: an input is judged by its own.
    pub(super) fn keep_rules(&mut self, now: Timestamp) {
        let has_rooms = !(self.shared.teams.is_empty() && self.shared.rooms.is_empty());
        if has_rooms && self.pace.are_rules_old(now) {
            self.update_rules(now);
        }
    }

    fn update_rules(&mut self, now: Timestamp) {
        let Some(trust) = self.shared.room_trust() else { return };
        let shared = &self.shared;
        for room in shared.teams.values().map(TeamSync::room).chain(shared.rooms.values()) {
            room.rules().update(&trust, now);
        }
    }

    /// A device that is to be in a team must know who the registrars were, and its leaf must stand for
    /// its newest certificate: the one before runs out.
    fn keep_teams(&mut self, ctx: &mut Cx<'_>) {
        let (identity, now) = (self.shared.identity.clone(), ctx.now);
        let has_role = |kind: &TeamKind| identity.has_role(kind.role(), now);
        if TeamKind::ALL.iter().any(has_role) && self.shared.log.want_all_manifests() {
            self.look_at_log(ctx);
        }
        let registrars = self.shared.log.registrars_ever();
        for team in self.shared.teams.values_mut() {
            team.trust_registrars(registrars.clone());
        }
        let Some(credential) = self.shared.identity.certificate.clone().map(Credential::Device) else {
            return;
        };
        for kind in TeamKind::ALL.into_iter().filter(has_role) {
            let is_older = |team: &TeamSync| team.room().own_credential().as_ref() != Some(&credential);
            if !self.shared.teams.get(&kind).is_some_and(is_older) {
                continue;
            }
            let leaf = team_leaf(&self.shared, kind, ctx.now);
            if let (Some(team), Some(leaf)) = (self.shared.teams.get_mut(&kind), leaf) {
                team.room_mut().want_renewed(leaf);
            }
        }
    }
}

/// What makes this device a leaf of a team's room.
pub(super) fn team_leaf(shared: &Shared, kind: TeamKind, now: Timestamp) -> Option<Leaf> {
    let credential = Credential::Device(shared.identity.certificate.clone()?);
    Some(Leaf {
        key: shared.identity.device(),
        credential,
        rules: rules(shared, RoomKind::Team(kind.role()), now),
        committer: None,
    })
}

/// The rules of a kind of room as the network stands now.
pub(super) fn rules(shared: &Shared, kind: RoomKind, now: Timestamp) -> RoomRules {
    let rules = RoomRules::new(shared.identity.network, kind);
    if let (Some(manifest), Some(key_note), Some(trust)) =
        (shared.manifest(), shared.key_note(), shared.log.trust())
    {
        let registrars = trust.registrars_ever().copied().collect();
        let trust = RoomTrust { manifest: manifest.clone(), key_note: key_note.clone(), registrars };
        rules.update(&Arc::new(trust), now);
    }
    rules
}

/// Where a team is.
pub(super) fn team_streams(note: &VerifiedKeyNote, kind: TeamKind) -> &TeamStreams {
    let streams = &note.note().streams;
    match kind {
        TeamKind::Desk => &streams.desk,
        TeamKind::Hosts => &streams.hosts,
        TeamKind::Registrars => &streams.registrars,
    }
}

/// What requests at a team's door are sealed to. Registrars have no key in common: each of the others is
/// asked, since the key note may list some that are not in the room (yet).
fn team_door_keys(
    note: &VerifiedKeyNote,
    kind: TeamKind,
    own: PublicKey,
    now: Timestamp,
) -> Vec<SealPublicKey> {
    match kind {
        TeamKind::Desk => note.desk_keys_at(now).map(|k| k.report_key.clone()).into_iter().collect(),
        TeamKind::Hosts => note.host_keys_at(now).map(|k| k.door_key.clone()).into_iter().collect(),
        TeamKind::Registrars => {
            let others = note.note().registrars.iter().filter(|r| r.device != own);
            others.map(|r| r.sealing_key.clone()).collect()
        }
    }
}
