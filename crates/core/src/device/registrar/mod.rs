//! A registrar: admits devices, certifies passes, and keeps the key note fresh.
//!
//! ```text
//! mailbox frame -> opened -> Redeemed entry -> casebook item -> certificate and passes back (admit)
//! inbox frame   -> opened -> pass ask: passes back; team keys: next key note               (inbox)
//! every second  -> issuer keys made, key note re-signed, totals and certificates logged    (note)
//! ```
//!
//! What registrars decide together (whose a token is, who is revoked) goes through their casebook
//! ([`RegistrarBook`]); what one of them keeps for itself (issuer secrets, this week's ledger) never
//! leaves its device. Stewards' work, the root keys, is in `steward`: it needs no registrar.

mod admit;
mod book;
mod cards;
mod command;
mod countersign;
mod inbox;
mod note;
mod passes;
mod second;
mod state;
mod steward;
mod streams;
mod succession;

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::sign::SigningKey;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{LogEntry, LogKind, StoredFrame};
use bystand_wire::time::{DAY_MS, MINUTE_MS, SECOND_MS};
use bystand_wire::{Hash32, PassPurpose, Period, PublicKey, Role, Timestamp, decode, encode};

pub use book::{Invited, Issued, RegistrarBook, RegistrarEntry, token_hash};
pub use command::{
    RegistrarCall, RegistrarCommand, RegistrarEvent, RegistrarJob, RegistrarStream, SecretText,
};
pub(super) use countersign::ask_registrars;
pub use countersign::{Asked, CountersignAsk};
pub(super) use note::wanted_issuers;
pub use second::RegistrarApplication;
use state::Kept;
pub(super) use state::OwnIssuer;
pub use steward::{Proposal, ProposalError};
pub(super) use succession::with_policies;

use super::secrets::RegistrarSecrets;
use super::{CommandError, Cx, Event, Listener, Owner, Shared};
use crate::io::Response;
use crate::network::enroll::{Opened, PassAsk};
use crate::network::keynote::KeyNote;
use crate::outbox::{Job, Outcome, Work};
use crate::team::{Carrier, CasebookItem, CasebookMark, TeamEvent, TeamKind};

/// The longest an invitation may count, in milliseconds: two weeks.
pub const INVITATION_MS: u64 = 14 * DAY_MS;
/// The most invitations that may be open at once: each is a stream to watch.
pub const OPEN_INVITATIONS: usize = 500;
/// The most cards made at once.
pub const CARDS: u32 = 1_000;
/// How often it is looked whether the key note is still right, in milliseconds.
const LOOK_MS: u64 = 10 * SECOND_MS;
/// How often ledgers, totals and mailboxes are looked at, in milliseconds.
const CHORES_MS: u64 = MINUTE_MS;
/// How many weeks ahead issuer keys are published.
pub const ISSUER_WEEKS: u32 = 12;

/// The registrar's part of a device.
#[derive(Debug)]
pub struct Registrar {
    kept: Kept,
    root: Option<SigningKey>,
    /// A key note was sent and the log has not shown it yet: its version, and when to stop waiting.
    note_sent: Option<(u64, Timestamp)>,
    /// When the slow chores (ledgers, totals) are looked at next, and when it was last said what is due.
    chores_at: Timestamp,
    said_due_at: Timestamp,
    /// When to look next whether the key note is still right, if nothing happens before.
    look_at: Timestamp,
    /// Members may see a key note before its registrar does: what they ask under it waits.
    later: Vec<Opened<PassAsk>>,
    /// Invitations made just now: in the outbox, perhaps not in the casebook yet.
    made: BTreeSet<Hash32>,
    /// Puts together what was carried over from a lost casebook.
    carrier: Carrier,
}

impl Registrar {
    /// Takes up this part from the vault.
    pub fn load(records: &BTreeMap<String, Vec<u8>>) -> Self {
        Self {
            kept: Kept::load(records),
            root: steward::load_root(records),
            note_sent: None,
            chores_at: Timestamp(0),
            said_due_at: Timestamp(0),
            look_at: Timestamp(0),
            later: Vec::new(),
            made: BTreeSet::new(),
            carrier: Carrier::default(),
        }
    }

    /// What the registrars have decided together.
    pub fn book(&self) -> &RegistrarBook {
        &self.kept.book
    }

    /// The public half of this device's root key.
    pub fn root_key(&self) -> Option<PublicKey> {
        self.root.as_ref().map(SigningKey::public)
    }

    /// Issuer keys that this device should still make.
    pub fn missing_issuers(&self, shared: &Shared, now: Timestamp) -> Vec<(PassPurpose, Period)> {
        self.missing(shared, now)
    }

    /// The first registrar of a network that was just founded.
    pub(super) fn found(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        note: &KeyNote,
        weeks: u32,
        issuers: impl IntoIterator<Item = OwnIssuer>,
    ) {
        self.kept.state.note = Some(note.clone());
        self.kept.state.weeks = weeks.max(1);
        self.kept.store_state(ctx);
        for issuer in issuers {
            self.kept.put_issuer(ctx, issuer);
        }
        if let Some(certificate) = shared.identity.certificate.clone() {
            // The casebook's stream is promised before; its jobs leave in order.
            let _ = Self::append_entry(ctx, shared, &RegistrarEntry::Certified(certificate));
        }
    }

    /// To be handed to the team when it is taken up.
    pub fn mark(&self) -> Option<CasebookMark> {
        self.kept.mark.clone()
    }

    /// After load: follows what is to be followed.
    pub fn resume(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        self.take_up_carrying(shared);
        self.follow(ctx, shared);
    }

    /// A person's command.
    ///
    /// # Errors
    /// [`CommandError`]; nothing has changed then.
    pub fn command(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        command: RegistrarCommand,
    ) -> Result<(), CommandError> {
        match command {
            RegistrarCommand::Invite { roles, life_ms } => self.invite(ctx, shared, roles, life_ms),
            RegistrarCommand::TakeBack(id) => self.take_back(ctx, shared, id),
            RegistrarCommand::Cards { count, quarter } => self.cards(ctx, shared, count, quarter),
            RegistrarCommand::Revoke { certificate } => self.revoke(ctx, shared, &certificate),
            RegistrarCommand::Apply => self.apply(ctx, shared),
            RegistrarCommand::AddRegistrar(device) => self.add_registrar(ctx, shared, device),
            RegistrarCommand::RemoveRegistrar(device) => self.remove_registrar(ctx, shared, device),
            RegistrarCommand::Countersign(alert) => self.countersign(ctx, shared, alert),
            RegistrarCommand::RootKey => {
                self.show_root(ctx);
                Ok(())
            }
            RegistrarCommand::ProposeRoots { keys, threshold } => {
                self.propose_roots(ctx, shared, keys, threshold)
            }
            RegistrarCommand::ProposeManifest(manifest) => self.propose(ctx, shared, *manifest),
            RegistrarCommand::ProposeLog(log) => self.propose_log(ctx, shared, log),
            RegistrarCommand::Sign(bytes) => self.sign_proposal(ctx, shared, &bytes),
        }
    }

    /// A frame of a followed stream.
    pub fn frame(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        stream: RegistrarStream,
        stored: &StoredFrame,
    ) {
        match stream {
            RegistrarStream::Mailbox(token) => self.mailbox_frame(ctx, shared, token, stored),
            RegistrarStream::Inbox => self.inbox_frame(ctx, shared, stored),
        }
    }

    /// A job ended.
    pub fn job_ended(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        what: RegistrarJob,
        job: &Job<Owner>,
        outcome: Outcome,
    ) {
        match (what, &outcome) {
            // Followed too early: the relay did not know it yet.
            (RegistrarJob::Stream(stream), Outcome::Done(_)) => shared.follow_again(ctx, &stream),
            (RegistrarJob::Mailbox(invitation), Outcome::Done(_)) => {
                Self::mailbox_stands(ctx, shared, *invitation);
            }
            (RegistrarJob::KeyNote(_), Outcome::Refused(refusal)) if refusal.code == Code::Backwards => {
                // Another registrar was faster; the log will show what is new.
                self.note_sent = Some((0, ctx.now.plus_ms(note::SETTLE_MS)));
            }
            (RegistrarJob::Certificates(hashes), Outcome::Done(_)) => {
                self.kept.state.to_log.retain(|hash| !hashes.contains(hash));
                self.kept.store_state(ctx);
            }
            (RegistrarJob::Total(purpose, period, issued), Outcome::Done(_)) => {
                if let Some(total) = self.kept.state.totals.get_mut(&(purpose, period)) {
                    total.logged = total.logged.max(issued);
                    self.kept.store_state(ctx);
                }
            }
            (RegistrarJob::Countersigned(_), Outcome::Refused(refusal)) => {
                ctx.tell(Event::Registrar(RegistrarEvent::Refused(refusal.code.as_str())));
            }
            (what, Outcome::Refused(refusal)) => {
                let text = format!("The relay refused ({what:?}): {}.", refusal.code);
                ctx.tell(Event::Warning { code: "registrar-job-refused", text });
                let _ = job;
            }
            (_, Outcome::Done(_) | Outcome::Stale | Outcome::Dropped) => {}
        }
    }

    /// A call ended.
    pub fn call_ended(&mut self, ctx: &mut Cx<'_>, _: &mut Shared, what: RegistrarCall, response: Response) {
        match what {
            RegistrarCall::LostRoom(room) => self.room_looked_for(ctx, room, &response),
        }
    }

    /// The manifest or the key note changed.
    pub fn trust_changed(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        self.look_at = ctx.now;
        self.see_note(ctx, shared);
        self.ask_again(ctx, shared);
        self.certify_applicants(ctx, shared);
        self.follow(ctx, shared);
    }

    /// When something is due by the clock, as things stand at `now`.
    pub fn next_due(&self, shared: &Shared, now: Timestamp) -> Option<Timestamp> {
        let applies = (self.kept.state.applied == Some(false)).then_some(now);
        let can_work = self.is_on_duty(shared, now) && shared.is_up_to_date(TeamKind::Registrars);
        let chores = can_work.then(|| self.look_at.min(self.chores_at));
        applies.into_iter().chain(chores).min()
    }

    /// What is due by the clock.
    pub fn due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        self.send_application(ctx, shared);
        if !self.is_on_duty(shared, ctx.now) || !shared.is_up_to_date(TeamKind::Registrars) {
            return;
        }
        if self.kept.state.applied.take().is_some() {
            self.kept.store_state(ctx);
        }
        if self.look_at <= ctx.now {
            self.look_at = ctx.now.plus_ms(LOOK_MS);
            self.make_issuer(ctx, shared);
            self.redeem_again(ctx, shared);
            self.hand_over_operations(ctx, shared);
            self.offer_keys(ctx, shared);
            self.renew_note(ctx, shared);
        }
        self.look_for_rooms(ctx, shared);
        if self.chores_at <= ctx.now {
            self.chores_at = ctx.now.plus_ms(CHORES_MS);
            self.kept.erase_ledgers(ctx);
            self.close_mailboxes(ctx, shared);
            self.log_totals(ctx, shared);
            self.log_certificates(ctx, shared);
            self.renew_policies(ctx, shared);
            self.say_due(ctx, shared);
        }
    }

    /// Something happened in the registrars' team.
    pub fn team_event(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, event: TeamEvent) {
        match event {
            TeamEvent::Item(item) => self.item(ctx, shared, *item),
            TeamEvent::Keys => {
                self.follow(ctx, shared);
            }
            TeamEvent::MustRotate { epoch } => self.rotate(ctx, shared, epoch),
            TeamEvent::Ended => self.kept.forget(ctx),
            TeamEvent::Passing { .. } | TeamEvent::Members { .. } | TeamEvent::Unreadable { .. } => {}
        }
    }

    /// Whether this device does a registrar's work now: certified, and in the team with its keys.
    fn is_on_duty(&self, shared: &Shared, now: Timestamp) -> bool {
        shared.identity.has_role(Role::Registrar, now) && secrets(shared).is_some()
    }

    fn item(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, item: CasebookItem) {
        let mark = shared.teams.get(&TeamKind::Registrars).map(|t| t.mark().clone());
        let entry = item.entry.filter(|_| item.breach.is_none());
        let decoded = entry.and_then(|e| Some((e.author, e.at, decode::<RegistrarEntry>(&e.event).ok()?)));
        let events = match decoded {
            Some((author, _, RegistrarEntry::Carried(carried))) => {
                self.carried(ctx, shared, author, carried);
                Vec::new()
            }
            Some((author, at, entry)) => {
                self.kept.next.as_mut().unwrap_or(&mut self.kept.book).apply(&author, at, entry)
            }
            None => Vec::new(),
        };
        self.kept.store_book(ctx, mark);
        for event in events {
            self.book_event(ctx, shared, event);
        }
    }

    fn book_event(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, event: book::BookEvent) {
        self.look_at = ctx.now;
        match event {
            book::BookEvent::Watch(token) => self.watch(ctx, shared, token),
            book::BookEvent::Redeemed(token, is_first) => self.redeemed(ctx, shared, token, is_first),
            book::BookEvent::Certified(hash) => self.certified(ctx, shared, hash),
            book::BookEvent::Revoked(hashes, roles) => self.revoked(ctx, hashes, &roles),
            book::BookEvent::TakenBack(token) => self.taken_back(ctx, shared, &token),
            book::BookEvent::Keys => {}
        }
    }

    /// Follows the inbox and every mailbox that is watched.
    fn follow(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let Some(secrets) = secrets(shared) else { return };
        let Some(note) = &self.kept.state.note else { return };
        let inbox = note.streams.registrars_inbox;
        let listener = Listener::Registrar(RegistrarStream::Inbox);
        let seen = self.kept.state.inbox_seen;
        shared.follow(ctx, inbox, listener, seen, Some(&secrets.inbox_read.signing()));
        let tokens: Vec<Hash32> = self.kept.mailboxes.keys().copied().collect();
        for token in tokens {
            self.follow_mailbox(ctx, shared, &token);
        }
    }

    /// After a removal from the team: new keys, among them the operations key's successor is for the
    /// next manifest; the inbox gets another read key with its next policy.
    fn rotate(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, epoch: u64) {
        let Shared { outbox, teams, .. } = shared;
        if let Some(team) = teams.get_mut(&TeamKind::Registrars) {
            team.rotate(ctx, outbox, epoch, None);
        }
    }

    fn append_entry(
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        entry: &RegistrarEntry,
    ) -> Result<(), CommandError> {
        let author = shared.identity.author().ok_or(CommandError::NotCertified(Role::Registrar))?;
        let device = shared.identity.device();
        let Shared { outbox, teams, .. } = shared;
        let team = teams.get_mut(&TeamKind::Registrars).ok_or(CommandError::NotInTeam)?;
        let owner = Owner::Registrar(RegistrarJob::Entry);
        team.append(ctx, outbox, owner, (author, &device), None, encode(entry))?;
        Ok(())
    }

    /// Promises an entry of the public log.
    fn log(ctx: &mut Cx<'_>, shared: &mut Shared, job: RegistrarJob, kind: LogKind, body: Vec<u8>) {
        let work = Work::Log(LogEntry { kind, body });
        shared.promise(ctx, Owner::Registrar(job), work, &[]);
    }

    fn has_job(shared: &Shared, is_it: impl Fn(&RegistrarJob) -> bool) -> bool {
        shared.outbox.jobs().any(|(_, job)| matches!(&job.owner, Owner::Registrar(what) if is_it(what)))
    }
}

/// What the registrars share, once this device is in the team and has its keys.
pub(super) fn secrets(shared: &Shared) -> Option<RegistrarSecrets> {
    let team = shared.teams.get(&TeamKind::Registrars).filter(|t| t.is_ready())?;
    team.keys().secrets().and_then(|(_, bytes)| decode(bytes).ok())
}
