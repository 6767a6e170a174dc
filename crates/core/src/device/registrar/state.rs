//! What a registrar's device keeps for itself: issuer keys, what it gave to whom this week, what
//! waits in mailboxes, and what the next key note must say.

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::hash::plain_sha256;
use bystand_crypto::passes::{IssuerKey, IssuerPublicKey};
use bystand_crypto::seal::SealPublicKey;
use bystand_wire::relay_api::{Policy, SignedBytes};
use bystand_wire::{
    AlertId, Hash32, PassPurpose, Period, PublicKey, Seq, StreamId, Timestamp, decode, limits,
};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::super::Cx;
use super::super::secrets::Seed;
use super::book::RegistrarBook;
use super::countersign::Asked;
use crate::network::enroll::TeamKeys;
use crate::network::keynote::{IssuerEntry, KeyNote, TeamStreams};
use crate::team::{CasebookMark, TeamKind};

const STATE: &str = "registrar/state";
const BOOK: &str = "registrar/book";
const ISSUER: &str = "registrar/issuer/";
const LEDGER: &str = "registrar/ledger/";
const MAILBOX: &str = "registrar/mailbox/";

/// What one device was given of one purpose and period under one issuer key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Given {
    #[n(0)]
    pub count: u32,
    /// Hashes of the batches: one that comes again gets the same answer and is not counted again.
    #[n(1)]
    pub batches: BTreeSet<Hash32>,
}

/// What one device was given, by purpose, period and issuer key.
pub(super) type Ledger = BTreeMap<(PassPurpose, Period, Hash32), Given>;

/// A watched mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Mailbox {
    /// Read up to here.
    #[n(0)]
    pub seen: Seq,
    /// Signed requests that wait until the casebook says whose the token is.
    #[n(1)]
    pub waiting: Vec<ByteVec>,
    /// Whether this device has already written its entry for the token.
    #[n(2)]
    pub is_redeeming: bool,
    /// Until when the mailbox is watched.
    #[n(3)]
    pub until: Timestamp,
}

/// One of this device's issuer keys.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub(in super::super) struct OwnIssuer {
    #[n(0)]
    pub(in super::super) purpose: PassPurpose,
    #[n(1)]
    pub(in super::super) period: Period,
    #[n(2)]
    pub(in super::super) key: IssuerKey,
    #[n(3)]
    pub(in super::super) made_at: Timestamp,
}

/// How many passes were certified, and how many of them the log knows of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Total {
    #[n(0)]
    pub issued: u64,
    #[n(1)]
    pub logged: u64,
    #[n(2)]
    pub logged_at: Timestamp,
}

/// A device that asks to become a registrar.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Applicant {
    #[n(0)]
    pub certificate: SignedBytes,
    #[n(1)]
    pub sealing_key: SealPublicKey,
    #[n(2)]
    pub reply_to: StreamId,
    #[n(3)]
    pub issuers: Vec<IssuerEntry>,
    /// Whether it was given its certificate as a registrar.
    #[n(4)]
    pub is_certified: bool,
}

/// What changes often and is small.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct State {
    /// The registrars' inbox was read up to here.
    #[n(0)]
    pub inbox_seen: Seq,
    /// The newest keys that the teams handed in, and when they were made.
    #[n(1)]
    pub desk: Option<(Timestamp, TeamKeys)>,
    #[n(2)]
    pub hosts: Option<(Timestamp, TeamKeys)>,
    /// Issuer keys made before these moments are to be replaced.
    #[n(3)]
    pub replaced: BTreeMap<(PassPurpose, Period), Timestamp>,
    #[n(4)]
    pub totals: BTreeMap<(PassPurpose, Period), Total>,
    /// Hashes of certificates that the log does not know of yet.
    #[n(5)]
    pub to_log: BTreeSet<Hash32>,
    /// The newest key note seen: the next one goes on from it, also while a new manifest does not
    /// bear it out.
    #[n(6)]
    pub note: Option<KeyNote>,
    #[n(7)]
    pub applicants: BTreeMap<PublicKey, Applicant>,
    /// How many weeks ahead this device makes issuer keys.
    #[n(8)]
    pub weeks: u32,
    /// This device has applied to become a registrar, and its application was sent.
    #[n(9)]
    pub applied: Option<bool>,
    /// Renewed certificates by device, so that a second ask gets the same one.
    #[n(10)]
    pub renewed: BTreeMap<PublicKey, SignedBytes>,
    /// The operations key that a coming manifest names, after a registrar was taken out.
    #[n(11)]
    pub next_operations: Option<Seed>,
    /// Alerts that dispatchers ask this registrar to sign.
    #[n(12)]
    pub countersigns: BTreeMap<AlertId, Asked>,
    /// Rooms that were handed in to succeed lost ones, by the room that is lost.
    #[n(13)]
    #[cbor(default)]
    pub successions: BTreeMap<StreamId, HandedIn>,
    /// Rooms that succeeded lost ones.
    #[n(14)]
    #[cbor(default)]
    pub succeeded: BTreeSet<StreamId>,
}

/// A team's next room, as one of its members handed it in.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct HandedIn {
    #[n(0)]
    pub kind: TeamKind,
    /// The streams that are lost.
    #[n(1)]
    pub lost: TeamStreams,
    #[n(2)]
    pub streams: TeamStreams,
    #[n(3)]
    pub policies: Vec<Policy>,
    /// The relay has told this registrar, too, that it does not have the room any more.
    #[n(4)]
    pub is_lost: bool,
}

/// Everything a registrar keeps, with its records.
#[derive(Default)]
pub(super) struct Kept {
    pub state: State,
    pub book: RegistrarBook,
    pub mark: Option<CasebookMark>,
    /// The fold of the casebook that succeeds a lost one, until all is in it that was carried over.
    pub next: Option<RegistrarBook>,
    issuers: BTreeMap<Hash32, OwnIssuer>,
    ledgers: BTreeMap<PublicKey, Ledger>,
    pub mailboxes: BTreeMap<Hash32, Mailbox>,
}

/// What names an issuer key in records and ledgers.
pub(super) fn issuer_hash(key: &IssuerPublicKey) -> Hash32 {
    plain_sha256(key.as_der())
}

impl Kept {
    pub(super) fn load(records: &BTreeMap<String, Vec<u8>>) -> Self {
        let (book, mark) = read(records, BOOK).unwrap_or_default();
        Self {
            state: read(records, STATE).unwrap_or_default(),
            book,
            mark,
            next: None,
            issuers: all(records, ISSUER),
            ledgers: all(records, LEDGER),
            mailboxes: all(records, MAILBOX),
        }
    }

    pub(super) fn store_state(&self, ctx: &mut Cx<'_>) {
        ctx.store(STATE, &self.state);
    }

    /// What the vault holds is the fold of a lost casebook, until the next one is whole.
    pub(super) fn store_book(&mut self, ctx: &mut Cx<'_>, mark: Option<CasebookMark>) {
        if self.next.is_some() {
            return;
        }
        self.mark = mark;
        ctx.store(BOOK, &(&self.book, &self.mark));
    }

    pub(super) fn put_issuer(&mut self, ctx: &mut Cx<'_>, issuer: OwnIssuer) {
        let hash = issuer_hash(issuer.key.public());
        ctx.store(&format!("{ISSUER}{hash}"), &issuer);
        self.issuers.insert(hash, issuer);
    }

    /// The secret of a published issuer key.
    pub(super) fn issuer(&self, key: &IssuerPublicKey) -> Option<&OwnIssuer> {
        self.issuers.get(&issuer_hash(key))
    }

    /// This device's newest key for a purpose and period, unless it is to be replaced.
    pub(super) fn newest(&self, purpose: PassPurpose, period: Period) -> Option<&OwnIssuer> {
        let since = self.state.replaced.get(&(purpose, period)).copied().unwrap_or_default();
        self.issuers
            .values()
            .filter(|i| (i.purpose, i.period) == (purpose, period) && i.made_at >= since)
            .max_by_key(|i| i.made_at)
    }

    /// Forgets secrets of issuer keys that are over, or that the key note lists no longer.
    pub(super) fn drop_issuers(&mut self, ctx: &mut Cx<'_>, note: &KeyNote) {
        let gone: Vec<Hash32> = self
            .issuers
            .iter()
            .filter(|(_, i)| {
                let is_over = !i.period.accepts(ctx.now) && i.period.start() < ctx.now;
                let is_listed = note.issuers.iter().any(|e| e.key == *i.key.public());
                let is_newest = self.newest(i.purpose, i.period).is_some_and(|n| n.made_at == i.made_at);
                is_over || !(is_listed || is_newest)
            })
            .map(|(hash, _)| *hash)
            .collect();
        for hash in gone {
            self.issuers.remove(&hash);
            ctx.forget(&format!("{ISSUER}{hash}"));
        }
    }

    pub(super) fn ledger(&self, device: &PublicKey) -> Option<&Ledger> {
        self.ledgers.get(device)
    }

    /// Counts a batch; false when it was counted before.
    pub(super) fn count(
        &mut self,
        ctx: &mut Cx<'_>,
        device: PublicKey,
        key: (PassPurpose, Period, Hash32),
        (batch, passes): (Hash32, u32),
    ) {
        let ledger = self.ledgers.entry(device).or_default();
        let given = ledger.entry(key).or_default();
        given.count = given.count.saturating_add(passes);
        given.batches.insert(batch);
        ctx.store(&format!("{LEDGER}{device}"), ledger);
        self.add_total(ctx, (key.0, key.1), passes);
    }

    pub(super) fn add_total(&mut self, ctx: &mut Cx<'_>, key: (PassPurpose, Period), passes: u32) {
        let total = self.state.totals.entry(key).or_default();
        total.issued = total.issued.saturating_add(u64::from(passes));
        self.store_state(ctx);
    }

    /// Erases what was given in periods that are over.
    pub(super) fn erase_ledgers(&mut self, ctx: &mut Cx<'_>) {
        let now = ctx.now;
        let is_over = |period: &Period| period.end().plus_ms(limits::PERIOD_GRACE_MS) <= now;
        for (device, ledger) in &mut self.ledgers {
            let before = ledger.len();
            ledger.retain(|(_, period, _), _| !is_over(period));
            let name = format!("{LEDGER}{device}");
            if ledger.is_empty() {
                ctx.forget(&name);
            } else if ledger.len() != before {
                ctx.store(&name, ledger);
            }
        }
        self.ledgers.retain(|_, ledger| !ledger.is_empty());
        let before = (self.state.totals.len(), self.state.replaced.len());
        self.state.totals.retain(|(_, period), total| !is_over(period) || total.logged < total.issued);
        self.state.replaced.retain(|(_, period), _| !is_over(period));
        if before != (self.state.totals.len(), self.state.replaced.len()) {
            self.store_state(ctx);
        }
    }

    pub(super) fn store_mailbox(&self, ctx: &mut Cx<'_>, token: &Hash32) {
        if let Some(mailbox) = self.mailboxes.get(token) {
            ctx.store(&format!("{MAILBOX}{token}"), mailbox);
        }
    }

    pub(super) fn forget_mailbox(&mut self, ctx: &mut Cx<'_>, token: &Hash32) {
        if self.mailboxes.remove(token).is_some() {
            ctx.forget(&format!("{MAILBOX}{token}"));
        }
    }

    /// Forgets everything but what the log and the casebook hold: this device is no longer a registrar.
    pub(super) fn forget(&mut self, ctx: &mut Cx<'_>) {
        ctx.forget(STATE);
        ctx.forget(BOOK);
        for hash in self.issuers.keys() {
            ctx.forget(&format!("{ISSUER}{hash}"));
        }
        for device in self.ledgers.keys() {
            ctx.forget(&format!("{LEDGER}{device}"));
        }
        for token in self.mailboxes.keys() {
            ctx.forget(&format!("{MAILBOX}{token}"));
        }
        *self = Self::default();
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("issuers", &self.issuers.len()).finish_non_exhaustive()
    }
}

fn read<T>(records: &BTreeMap<String, Vec<u8>>, name: &str) -> Option<T>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    records.get(name).and_then(|bytes| decode(bytes).ok())
}

/// All records under a prefix; what follows it is the key.
fn all<K, T>(records: &BTreeMap<String, Vec<u8>>, prefix: &str) -> BTreeMap<K, T>
where
    K: std::str::FromStr + Ord,
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    records
        .range(prefix.to_owned()..)
        .take_while(|(name, _)| name.starts_with(prefix))
        .filter_map(|(name, bytes)| Some((name.get(prefix.len()..)?.parse().ok()?, decode(bytes).ok()?)))
        .collect()
}
