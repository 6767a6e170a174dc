//! Who must stand behind an alert. A [`Quorum`] exists only where that was checked.
//!
//! | note | needs |
//! | --- | --- |
//! | new, update, wrong, over, rumor check | as many finding and publish passes as the manifest says (one of each by default), certified by different registrars; or, where the manifest allows it, one publish pass and the signature of a registrar who did not certify it |
//! | rechecking | one publish pass |
//!
//! Passes must be of the period in which the note was issued (with its grace), and every signature
//! on the note must hold, needed or not. Whether a pass was used before is for those who keep a
//! spent set: the relay, and the [`AlertBook`](super::AlertBook).

use bystand_crypto::passes::{self, PassError, verify_with_pass};
use bystand_crypto::sign::{self, Statement};
use bystand_wire::{Cell, Hash32, PassPurpose, Period, PublicKey, Timestamp, limits};

use super::note::{AlertNote, NoteKind};
use super::signed::{AlertText, Countersign, PassLine, SignedAlert};
use super::statement::Place;
use crate::network::keynote::{KeyNoteStatus, VerifiedKeyNote};
use crate::network::manifest::{ManifestStatus, VerifiedManifest};

/// Why an alert does not count. Always bad remote input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoQuorum {
    /// Of another network.
    #[error("the alert belongs to another network")]
    OtherNetwork,
    /// Issued when the manifest or the key note no longer held.
    #[error("the alert was issued when the network's {0} had expired")]
    KeysExpired(&'static str),
    /// Issued later than now allows.
    #[error(
        "the alert was issued at {issued}, which is in the future for this device: its clock is behind, set it"
    )]
    FromTheFuture {
        /// When it says it was issued.
        issued: Timestamp,
    },
    /// Not published when it was issued: for the relay, which takes only what is fresh.
    #[error("the alert was issued at {issued}, too long ago to be published now")]
    NotFresh {
        /// When it says it was issued.
        issued: Timestamp,
    },
    /// A kind of incident the manifest does not know, a zone that is none, a cell that is too fine.
    #[error("the alert's {0} is not one of this network's")]
    Unknown(&'static str),
    /// A pass of another purpose stands on this line.
    #[error("a {} pass cannot make a {} signature", found.as_str(), needed.as_str())]
    WrongPurpose {
        /// The pass's purpose.
        found: PassPurpose,
        /// The line's.
        needed: PassPurpose,
    },
    /// A pass of a week in which the alert was not issued.
    #[error("a pass of {0} does not count for this alert")]
    WrongPeriod(Period),
    /// The key note has no issuer key for a pass.
    #[error("nobody certifies {} passes of {period}", purpose.as_str())]
    NoIssuer {
        /// The pass's purpose.
        purpose: PassPurpose,
        /// The pass's period.
        period: Period,
    },
    /// A pass is not certified, or has not signed this.
    #[error("a pass on the alert does not hold: {0}")]
    Pass(#[from] PassError),
    /// A registrar's signature that is none, or stands where none belongs.
    #[error("a registrar's signature on the alert does not hold")]
    Registrar,
    /// One key stands for two signatures.
    #[error("one key has signed the alert twice")]
    SameKey,
    /// One registrar certified both sides.
    #[error("one registrar certified both the finding and the publish pass")]
    SameRegistrar,
    /// Fewer signatures than needed.
    #[error(
        "the alert has {findings} of {findings_needed} finding and {publishes} of {publishes_needed} publish passes"
    )]
    TooFew {
        /// Finding passes on it.
        findings: usize,
        /// Finding passes needed.
        findings_needed: u8,
        /// Publish passes on it.
        publishes: usize,
        /// Publish passes needed.
        publishes_needed: u8,
    },
}

impl NoQuorum {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            NoQuorum::OtherNetwork => "quorum-other-network",
            NoQuorum::KeysExpired(_) => "quorum-keys-expired",
            NoQuorum::FromTheFuture { .. } => "quorum-future",
            NoQuorum::NotFresh { .. } => "quorum-not-fresh",
            NoQuorum::Unknown(_) => "quorum-unknown",
            NoQuorum::WrongPurpose { .. } => "quorum-wrong-purpose",
            NoQuorum::WrongPeriod(_) => "quorum-wrong-period",
            NoQuorum::NoIssuer { .. } => "quorum-no-issuer",
            NoQuorum::Pass(_) => "quorum-pass",
            NoQuorum::Registrar => "quorum-registrar",
            NoQuorum::SameKey => "quorum-same-key",
            NoQuorum::SameRegistrar => "quorum-same-registrar",
            NoQuorum::TooFew { .. } => "quorum-too-few",
        }
    }

    /// Whether another key note or manifest than the one at hand might have given another answer.
    pub fn may_be_our_keys(&self) -> bool {
        match self {
            NoQuorum::KeysExpired(_)
            | NoQuorum::NoIssuer { .. }
            | NoQuorum::Pass(_)
            | NoQuorum::Unknown(_)
            | NoQuorum::SameRegistrar
            | NoQuorum::Registrar
            | NoQuorum::TooFew { .. } => true,
            NoQuorum::OtherNetwork
            | NoQuorum::FromTheFuture { .. }
            | NoQuorum::NotFresh { .. }
            | NoQuorum::WrongPurpose { .. }
            | NoQuorum::WrongPeriod(_)
            | NoQuorum::SameKey => false,
        }
    }
}

/// What stands behind a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
pub enum Basis {
    /// Somebody on the scene, and the desk.
    #[n(0)]
    Finding,
    /// The desk and a second registrar; nobody on the scene has signed.
    #[n(1)]
    SecondRegistrar,
    /// The desk alone: enough for 'being checked again' and for nothing else.
    #[n(2)]
    DeskAlone,
}

/// A pass that a note uses up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// What the spent sets know it by.
    pub id: Hash32,
    /// When it may be forgotten: no note can be issued with it any more.
    pub until: Timestamp,
}

/// Proof that a note has its quorum. Only [`check_quorum`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorum {
    note: AlertNote,
    basis: Basis,
    single_keyholder: bool,
    spent: Vec<Spent>,
}

impl Quorum {
    /// The note.
    pub fn note(&self) -> &AlertNote {
        &self.note
    }

    /// What stands behind it.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// Whether one registrar could have made up both sides: every screen says so.
    pub fn is_single_keyholder(&self) -> bool {
        self.single_keyholder
    }

    /// The passes it uses up.
    pub fn spent(&self) -> &[Spent] {
        &self.spent
    }

    /// What the relay's spent set knows them by.
    pub fn passes_spent(&self) -> Vec<Hash32> {
        self.spent.iter().map(|s| s.id).collect()
    }

    /// For the relay, which must not be used to publish what was signed long ago: that the note was
    /// issued about now.
    ///
    /// # Errors
    /// [`NoQuorum::NotFresh`].
    pub fn check_fresh(&self, now: Timestamp) -> Result<(), NoQuorum> {
        let issued = self.note.issued;
        let late = now.since_ms(issued) > limits::CLOCK_SKEW_MS || now >= self.note.expires;
        if late { Err(NoQuorum::NotFresh { issued }) } else { Ok(()) }
    }
}

/// Checks who stands behind an alert.
///
/// `now` only refuses what comes from the future. Manifest, key note and passes are judged by the
/// moment the note was issued, so that a client which was off for a day still reads yesterday's.
///
/// # Errors
/// [`NoQuorum`]; cheap checks come before expensive ones.
pub fn check_quorum(
    alert: &SignedAlert,
    manifest: &VerifiedManifest,
    key_note: &VerifiedKeyNote,
    now: Timestamp,
) -> Result<Quorum, NoQuorum> {
    let note = alert.note();
    check_frame(note, manifest, key_note, now)?;
    check_keys_differ(alert)?;
    let basis = needed_basis(alert, manifest)?;
    let checker = Checker { manifest, key_note, note };
    let mut spent = Vec::new();
    let mut finding_issuers = Vec::new();
    if let Some(statement) = note.statement() {
        for line in alert.findings() {
            finding_issuers.push(checker.check_pass(line, PassPurpose::Finding, &statement)?);
            spent.push(spent_pass(line));
        }
    } else if !alert.findings().is_empty() {
        return Err(NoQuorum::WrongPurpose { found: PassPurpose::Finding, needed: PassPurpose::Publish });
    }
    let text = note.to_string();
    let published = AlertText(text.clone());
    let mut publish_issuers = Vec::new();
    for line in alert.publishes() {
        publish_issuers.push(checker.check_pass(line, PassPurpose::Publish, &published)?);
        spent.push(spent_pass(line));
    }
    let single_keyholder = manifest.is_single_keyholder() || key_note.is_single_keyholder();
    if !single_keyholder && publish_issuers.iter().any(|p| finding_issuers.contains(p)) {
        return Err(NoQuorum::SameRegistrar);
    }
    checker.check_registrars(alert, basis, &Countersign(text), &publish_issuers)?;
    Ok(Quorum { note: note.clone(), basis, single_keyholder, spent })
}

/// Everything that needs no signature.
fn check_frame(
    note: &AlertNote,
    manifest: &VerifiedManifest,
    key_note: &VerifiedKeyNote,
    now: Timestamp,
) -> Result<(), NoQuorum> {
    if note.network != *manifest.network() {
        return Err(NoQuorum::OtherNetwork);
    }
    let issued = note.issued;
    if issued > now.plus_ms(limits::CLOCK_SKEW_MS) {
        return Err(NoQuorum::FromTheFuture { issued });
    }
    if manifest.status(issued) != ManifestStatus::Current {
        return Err(NoQuorum::KeysExpired("manifest"));
    }
    if key_note.status(issued) == KeyNoteStatus::Expired {
        return Err(NoQuorum::KeysExpired("key note"));
    }
    if manifest.manifest().incident_kinds.binary_search(&note.kind).is_err() {
        return Err(NoQuorum::Unknown("kind of incident"));
    }
    let place_is_known = match &note.place {
        Place::Zone(zone) => manifest.zone(zone).is_some(),
        Place::Cell(cell) => is_coarse(*cell, manifest.manifest().alert_resolution),
    };
    if place_is_known { Ok(()) } else { Err(NoQuorum::Unknown("place")) }
}

/// Whether a number is an H3 cell, and no finer than allowed.
fn is_coarse(cell: Cell, finest: u8) -> bool {
    h3o::CellIndex::try_from(cell.0).is_ok_and(|index| u8::from(index.resolution()) <= finest)
}

/// One key counts once, whatever it was certified for.
fn check_keys_differ(alert: &SignedAlert) -> Result<(), NoQuorum> {
    let passes = alert.findings().iter().chain(alert.publishes()).map(|l| l.pass.key);
    let mut keys: Vec<PublicKey> = passes.chain(alert.registrars().iter().map(|l| l.device)).collect();
    keys.sort_unstable();
    if keys.is_sorted_by(|a, b| a < b) { Ok(()) } else { Err(NoQuorum::SameKey) }
}

/// Counts the lines and says what they amount to, if they hold.
fn needed_basis(alert: &SignedAlert, manifest: &VerifiedManifest) -> Result<Basis, NoQuorum> {
    let rule = manifest.manifest().alert_quorum;
    let (findings, publishes) = (alert.findings().len(), alert.publishes().len());
    let rechecking = alert.note().note == NoteKind::Rechecking;
    let (findings_needed, publishes_needed) =
        if rechecking { (0, 1) } else { (rule.findings, rule.publishes) };
    let has_findings = findings >= usize::from(findings_needed);
    let has_publishes = publishes >= usize::from(publishes_needed);
    if rechecking && has_publishes {
        Ok(Basis::DeskAlone)
    } else if has_findings && has_publishes {
        Ok(Basis::Finding)
    } else if rule.fallback_second_registrar && publishes >= 1 && !alert.registrars().is_empty() {
        Ok(Basis::SecondRegistrar)
    } else {
        Err(NoQuorum::TooFew { findings, findings_needed, publishes, publishes_needed })
    }
}

struct Checker<'a> {
    manifest: &'a VerifiedManifest,
    key_note: &'a VerifiedKeyNote,
    note: &'a AlertNote,
}

impl Checker<'_> {
    /// Checks one pass and what it signed; gives the registrar who certified it.
    fn check_pass<S: Statement>(
        &self,
        line: &PassLine,
        needed: PassPurpose,
        body: &S,
    ) -> Result<PublicKey, NoQuorum> {
        let (purpose, period) = (line.pass.purpose, line.pass.period);
        if purpose != needed {
            return Err(NoQuorum::WrongPurpose { found: purpose, needed });
        }
        if !period.accepts(self.note.issued) {
            return Err(NoQuorum::WrongPeriod(period));
        }
        let issuer = self.key_note.issuer(purpose, period).ok_or(NoQuorum::NoIssuer { purpose, period })?;
        verify_with_pass(self.manifest.network(), &line.pass, body, &line.signature, &issuer.key)?;
        Ok(issuer.registrar)
    }

    /// Registrars sign only where the fallback is used, and not for passes they certified themselves.
    fn check_registrars(
        &self,
        alert: &SignedAlert,
        basis: Basis,
        text: &Countersign,
        publish_issuers: &[PublicKey],
    ) -> Result<(), NoQuorum> {
        if basis != Basis::SecondRegistrar && !alert.registrars().is_empty() {
            return Err(NoQuorum::Registrar);
        }
        for line in alert.registrars() {
            if !self.manifest.is_registrar(&line.device) {
                return Err(NoQuorum::Registrar);
            }
            if publish_issuers.contains(&line.device) {
                return Err(NoQuorum::SameRegistrar);
            }
            sign::verify(self.manifest.network(), &line.device, text, &line.signature)
                .map_err(|_| NoQuorum::Registrar)?;
        }
        Ok(())
    }
}

fn spent_pass(line: &PassLine) -> Spent {
    let until = line.pass.period.end().plus_ms(limits::PERIOD_GRACE_MS);
    Spent { id: passes::pass_id(&line.pass), until }
}
