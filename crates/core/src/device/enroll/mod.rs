//! A device's standing with the registrars: how a newcomer is admitted, and how certificate and
//! passes stay fresh afterwards.
//!
//! ```text
//! invitation -> network checked -> requests in the mailbox -> certificate -> passes
//!                                                          -> later weeks' passes, by the inbox
//!                                                          -> renewal before the certificate ends
//! ```
//!
//! Passes are blinded only for issuer keys of a key note that the public log holds, so nobody can be
//! given an issuer key of their own. What unblinds an answer is in the vault before the request is
//! sent, so a device that is killed meanwhile loses nothing: the same request gets the same answer.

mod asks;
mod newcomer;
mod replies;

use std::collections::BTreeMap;

use bystand_crypto::seal::{SealPublicKey, SealPurpose, seal};
use bystand_wire::relay_api::{AppendRule, Policy, ReadRule, StoredFrame};
use bystand_wire::time::{DAY_MS, HOUR_MS, SECOND_MS};
use bystand_wire::{
    Frame, FrameKind, Hash32, PassPurpose, Period, PublicKey, Role, Seq, StreamId, Timestamp, ZoneId, decode,
    limits,
};
use minicbor::{Decode, Encode};

use asks::Ask;

use super::shared::policy;
use super::{CommandError, Cx, Device, Event, Listener, Owner, Shared};
use crate::io::{Random, Response};
use crate::network::KeyNoteStatus;
use crate::network::invite::{Invitation, InviteSecret};
use crate::outbox::{AppendJob, By, Job, Outcome, Work};

const STATE: &str = "enroll/state";
const ASK: &str = "enroll/ask/";

/// How much longer than a certificate its mailbox lives, in milliseconds.
pub(crate) const MAILBOX_EXTRA_MS: u64 = 28 * DAY_MS;
/// How long a frame waits in a mailbox, in milliseconds.
const MAILBOX_FRAME_MS: u64 = 28 * DAY_MS;
/// How long before its end a certificate is renewed, in milliseconds: three weeks.
const RENEW_MS: u64 = 21 * DAY_MS;
/// How long a refusal holds before one asks again, in milliseconds.
const REFUSED_MS: u64 = HOUR_MS;
/// The same where the next one may well say otherwise, in milliseconds.
const EARLY_MS: u64 = 30 * SECOND_MS;
/// How often it is looked whether something is to be done, in milliseconds.
const LOOK_MS: u64 = 10 * SECOND_MS;
/// Weeks whose passes are asked for at once; later ones follow one an hour.
const WEEKS_AT_ONCE: u32 = 2;
/// How long after the last batch the next week's passes are asked for, in milliseconds.
const LAZY_MS: u64 = HOUR_MS;

/// A job of this part.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum EnrollJob {
    /// A newcomer's request.
    #[n(0)]
    Request,
    /// A member's ask.
    #[n(1)]
    Ask,
    /// The mailbox's policy.
    #[n(2)]
    Mailbox,
}

/// A call of this part: there are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnrollCall {}

/// A stream this part listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnrollStream {
    /// The mailbox.
    Mailbox,
}

/// What this part tells.
#[derive(Debug, Clone, PartialEq)]
pub enum EnrollEvent {
    /// The request is on its way; a registrar's device must be running to answer.
    Waiting {
        /// What was offered.
        roles: Vec<Role>,
    },
    /// There is a certificate.
    Certified {
        /// Its hash, by which it can be revoked.
        certificate: Hash32,
        /// What this device may do.
        roles: Vec<Role>,
        /// Until when.
        until: Timestamp,
    },
    /// Passes came.
    Passes {
        /// What for.
        purpose: PassPurpose,
        /// For when.
        period: Period,
        /// How many.
        count: usize,
    },
    /// A registrar refused, or what it sent does not hold; the code says why.
    Refused(&'static str),
}

/// What is kept beside the asks under way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct State {
    /// Holds the mailbox's keys; kept for as long as the device is a member.
    #[n(0)]
    invitation: Option<Invitation>,
    /// The invitation has not been answered yet.
    #[n(1)]
    is_new: bool,
    /// The request for the certificate: its hash, to whom, when.
    #[n(2)]
    request: Option<(Hash32, PublicKey, Timestamp)>,
    /// The mailbox was read up to here.
    #[n(3)]
    seen: Seq,
    /// The mailbox's policy: its version and end.
    #[n(4)]
    mailbox: (u32, Timestamp),
    /// The zones whose day rooms the person takes part in.
    #[n(5)]
    zones: Vec<ZoneId>,
    /// What has come, under which issuer key, and for which zones.
    #[n(6)]
    taken: BTreeMap<(PassPurpose, Period), Taken>,
    /// The ask for renewal: its hash and when.
    #[n(7)]
    renewal: Option<(Hash32, Timestamp)>,
}

/// Passes of one purpose and period that have come.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Taken {
    #[n(0)]
    issuer: Hash32,
    #[n(1)]
    zones: Vec<ZoneId>,
}

/// The enrollment's part of a device.
#[derive(Debug)]
pub struct Enroll {
    state: State,
    asks: BTreeMap<Hash32, Ask>,
    /// Purposes and periods that a registrar refused, and until when not to ask again.
    refused: BTreeMap<(PassPurpose, Period), Timestamp>,
    weeks: u32,
    lazy_at: Timestamp,
    /// When to look again whether something is to be done, if nothing happens before.
    look_at: Timestamp,
}

/// Which passes go with roles. A dispatcher publishes and therefore never signs findings; who only
/// keeps the network running has report and voice passes like everybody.
pub fn purposes_of(roles: &[Role]) -> Vec<PassPurpose> {
    let has = |any: &[Role]| any.iter().any(|role| roles.contains(role));
    let in_rooms = [Role::Observer, Role::Verifier, Role::Trainer, Role::Driver];
    let mut purposes = vec![PassPurpose::Report];
    if has(&in_rooms) {
        purposes.push(PassPurpose::Room);
    }
    if has(&[Role::Verifier]) && !has(&[Role::Dispatcher]) {
        purposes.push(PassPurpose::Finding);
    }
    if has(&[Role::Dispatcher]) {
        purposes.push(PassPurpose::Publish);
    }
    purposes.push(PassPurpose::Voice);
    purposes
}

/// The rules of a device's mailbox: its own key and registrars write, its own key reads.
pub(crate) fn mailbox_policy(secret: &InviteSecret, version: u32, until: Timestamp) -> Policy {
    let key = secret.mailbox_key();
    let append = vec![AppendRule::Keys(vec![key.public()]), AppendRule::Certified(vec![Role::Registrar])];
    let read = ReadRule::Key(secret.read_key().public());
    Policy { version, max_frames: 2_000, ..policy(&key, append, read, until, MAILBOX_FRAME_MS) }
}

impl Enroll {
    /// Takes up this part from the vault.
    pub fn load(records: &BTreeMap<String, Vec<u8>>) -> Self {
        let state = records.get(STATE).and_then(|bytes| decode(bytes).ok()).unwrap_or_default();
        let asks = records
            .range(ASK.to_owned()..)
            .take_while(|(name, _)| name.starts_with(ASK))
            .filter_map(|(name, bytes)| Some((name.get(ASK.len()..)?.parse().ok()?, decode(bytes).ok()?)))
            .collect();
        let (lazy_at, look_at) = (Timestamp(0), Timestamp(0));
        Self { state, asks, refused: BTreeMap::new(), weeks: WEEKS_AT_ONCE, lazy_at, look_at }
    }

    /// What the invitation offered.
    pub fn offered(&self) -> Option<&[Role]> {
        self.state.invitation.as_ref().map(|i| i.roles.as_slice())
    }

    /// The zones whose day rooms the person takes part in.
    pub fn zones(&self) -> &[ZoneId] {
        &self.state.zones
    }

    /// Whether an answer to the invitation, or passes asked for, are still to come.
    pub fn is_waiting(&self) -> bool {
        self.state.is_new || !self.asks.is_empty()
    }

    /// Begins with an invitation. The device must have been made for its network.
    pub fn begin(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, invitation: &Invitation) {
        if invitation.network != ctx.network {
            ctx.tell(Event::Enroll(EnrollEvent::Refused("enroll-other-network")));
            return;
        }
        if ctx.now >= invitation.expires_at {
            ctx.tell(Event::Enroll(EnrollEvent::Refused("invite-expired")));
            return;
        }
        let is_same = self.state.invitation.as_ref().is_some_and(|i| i.secret == invitation.secret);
        if !is_same {
            if let Some(old) = shared.mailbox.take() {
                shared.leave(ctx, &old);
            }
            let until = invitation.expires_at.plus_ms(limits::CERTIFICATE_MS + MAILBOX_EXTRA_MS);
            self.adopt(shared, invitation.clone(), until);
            self.state.is_new = true;
            self.state.request = None;
            self.store(ctx);
        }
        ctx.tell(Event::Enroll(EnrollEvent::Waiting { roles: invitation.roles.clone() }));
        self.go_on(ctx, shared);
    }

    /// The first registrar was never invited: it brings a mailbox of its own, and its certificate.
    pub(super) fn found(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        invitation: Invitation,
        until: Timestamp,
    ) {
        self.adopt(shared, invitation, until);
        self.store(ctx);
    }

    fn adopt(&mut self, shared: &mut Shared, invitation: Invitation, until: Timestamp) {
        shared.mailbox = Some(invitation.secret.mailbox());
        self.state.invitation = Some(invitation);
        self.state.seen = Seq::START;
        self.state.mailbox = (1, until);
    }

    /// After load: follows the mailbox again.
    pub fn resume(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        shared.mailbox = self.state.invitation.as_ref().map(|i| i.secret.mailbox());
        self.go_on(ctx, shared);
    }

    /// A frame of the mailbox.
    pub fn frame(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, what: EnrollStream, stored: &StoredFrame) {
        match what {
            EnrollStream::Mailbox => self.mailbox_frame(ctx, shared, stored),
        }
    }

    /// A job ended.
    pub fn job_ended(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        what: EnrollJob,
        _: &Job<Owner>,
        outcome: Outcome,
    ) {
        match (what, outcome) {
            (EnrollJob::Request | EnrollJob::Ask, Outcome::Refused(refusal)) => {
                // Nothing is lost: the asks are kept and sent again.
                ctx.tell(Event::Enroll(EnrollEvent::Refused(refusal.code.as_str())));
            }
            (EnrollJob::Mailbox, Outcome::Done(_)) => {
                if let Some(mailbox) = shared.mailbox {
                    shared.follow_again(ctx, &mailbox);
                }
            }
            (EnrollJob::Request | EnrollJob::Ask, Outcome::Done(_) | Outcome::Stale | Outcome::Dropped)
            | (EnrollJob::Mailbox, Outcome::Refused(_) | Outcome::Stale | Outcome::Dropped) => {}
        }
    }

    /// A call ended: there are none.
    pub fn call_ended(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: EnrollCall, _: Response) {
        match what {}
    }

    /// The manifest or the key note changed.
    pub fn trust_changed(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        self.drop_replaced(ctx, shared);
        self.go_on(ctx, shared);
    }

    /// When something is due by the clock.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.state.invitation.as_ref().map(|_| self.look_at)
    }

    /// What is due by the clock.
    pub fn due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if self.look_at <= ctx.now {
            self.go_on(ctx, shared);
        }
    }

    /// Does whatever can be done now.
    fn go_on(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let Some(invitation) = self.state.invitation.clone() else { return };
        self.look_at = ctx.now.plus_ms(LOOK_MS);
        let listener = Listener::Enroll(EnrollStream::Mailbox);
        let read = invitation.secret.read_key();
        shared.follow(ctx, invitation.secret.mailbox(), listener, self.state.seen, Some(&read));
        let Some(note) = shared.key_note().cloned() else { return };
        // An expired key note says nothing: once the registrars' box runs again there is a new one.
        if note.status(ctx.now) == KeyNoteStatus::Expired {
            return;
        }
        if self.state.is_new {
            self.request(ctx, shared, &note, &invitation);
        } else if shared.identity.certificate.is_some() {
            self.keep_mailbox(ctx, shared, &invitation.secret);
            self.renew(ctx, shared, &note);
            let weeks = self.weeks;
            self.ask_for_passes(ctx, shared, &note);
            // With everything in hand, what comes next comes by the calendar.
            if self.asks.is_empty() && self.weeks == weeks {
                let again = self.refused.values().filter(|until| **until > ctx.now).min().copied();
                let next = again.map_or(self.lazy_at, |again| again.min(self.lazy_at));
                self.look_at = self.look_at.max(next);
            }
        }
    }

    /// The mailbox must outlive the certificate; its creator's key is this device's.
    fn keep_mailbox(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, secret: &InviteSecret) {
        let Some(certificate) = shared.identity.certified() else { return };
        let (version, until) = self.state.mailbox;
        if until >= certificate.not_after {
            return;
        }
        let until = certificate.not_after.plus_ms(MAILBOX_EXTRA_MS);
        self.state.mailbox = (version.saturating_add(1), until);
        let policy = mailbox_policy(secret, self.state.mailbox.0, until);
        let owner = Owner::Enroll(EnrollJob::Mailbox);
        shared.promise_stream(ctx, owner, &secret.mailbox_key(), &policy, By::Certificate);
        self.store(ctx);
    }

    /// The relay does not have this device's mailbox: it is made again, with the same rules.
    pub(super) fn remake_mailbox(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, times: u32) {
        let Some(secret) = self.state.invitation.as_ref().map(|i| i.secret.clone()) else { return };
        // A newcomer's is made by its registrar.
        if shared.identity.certificate.is_none() || !shared.is_turn_to_remake(times, 0) {
            return;
        }
        let (version, until) = self.state.mailbox;
        shared.remake(ctx, &secret.mailbox_key(), mailbox_policy(&secret, version, until));
    }

    fn store(&self, ctx: &mut Cx<'_>) {
        ctx.store(STATE, &self.state);
    }
}

impl Device {
    /// Chooses the zones whose day rooms the person takes part in: passes for them are asked for.
    /// At most three a week; a zone taken up later in the week uses what is left.
    ///
    /// # Errors
    /// [`CommandError::Invalid`] with more than three, [`CommandError::Unknown`] with a zone that the
    /// manifest does not name.
    pub fn choose_zones(
        &mut self,
        zones: &[ZoneId],
        now: Timestamp,
        rng: &mut Random,
    ) -> Result<(), CommandError> {
        let most = usize::try_from(PassPurpose::Room.per_period()).unwrap_or(usize::MAX);
        if zones.len() > most {
            return Err(CommandError::Invalid(format!("at most {most} zones a week")));
        }
        let manifest = self.shared.manifest().ok_or(CommandError::NotSetUp)?;
        if !zones.iter().all(|zone| manifest.zone(zone).is_some()) {
            return Err(CommandError::Unknown("zone"));
        }
        self.input(now, rng, |device, ctx| {
            device.enroll.state.zones = zones.to_vec();
            device.enroll.store(ctx);
            device.enroll.go_on(ctx, &mut device.shared);
        });
        Ok(())
    }

    /// The enrollment, for looking at.
    pub fn enrollment(&self) -> &Enroll {
        &self.enroll
    }
}

/// Every purpose of the roles in this week and the following ones.
fn wanted(roles: &[Role], now: Timestamp, weeks: u32) -> Vec<(PassPurpose, Period)> {
    let mut wanted = Vec::new();
    let mut week = bystand_wire::Week::of(now);
    for _ in 0..weeks {
        wanted.extend(purposes_of(roles).into_iter().map(|purpose| (purpose, Period::Week(week))));
        week = week.next();
    }
    wanted
}

/// Seals a message to a registrar and promises it.
fn post(
    ctx: &mut Cx<'_>,
    shared: &mut Shared,
    job: EnrollJob,
    stream: StreamId,
    by: By,
    to: &SealPublicKey,
    body: &[u8],
) {
    let Ok(sealed) = seal(&ctx.network, SealPurpose::Enroll, to, ctx.rng, stream.as_ref(), body) else {
        return;
    };
    let frame = Frame::build(FrameKind::Enroll, &sealed);
    let append = AppendJob { stream, frame, by, commit: None, tag: None, epoch: None };
    shared.promise(ctx, Owner::Enroll(job), Work::Append(append), &[]);
}
