//! The root keys: making one, proposing a manifest or other root keys, signing what others propose.
//!
//! A proposal goes from steward to steward as a file. Other root keys take two rounds, because the
//! manifest carries the signed change: first the old and the new keys sign the change, then the new
//! ones sign the manifest. Whoever's signature completes the change goes on with the manifest at once,
//! so with two stewards the file goes there and back.

use std::collections::BTreeMap;

use bystand_crypto::notes::LogVerifier;
use bystand_crypto::sign::SigningKey;
use bystand_crypto::threshold::{RootChange, RootSet, ThresholdError, ThresholdSigned};
use bystand_wire::codec::decode_within;
use bystand_wire::relay_api::LogKind;
use bystand_wire::{DecodeError, NetworkId, PublicKey, decode, encode, limits};
use minicbor::{Decode, Encode};

use super::super::{CommandError, Cx, Event, Shared};
use super::{Registrar, RegistrarEvent, RegistrarJob};
use crate::network::{Manifest, ManifestError, VerifiedManifest};

const ROOT: &str = "steward/root";

/// A manifest on its way to enough signatures.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Proposal {
    /// Other root keys, if it brings any.
    #[n(0)]
    change: Option<ThresholdSigned<RootChange>>,
    /// What is proposed; while the change is not complete, with the root keys as they are.
    #[n(1)]
    manifest: Manifest,
    /// The manifest with its signatures, once its root keys are settled.
    #[n(2)]
    signed: Option<ThresholdSigned<Manifest>>,
}

/// Why a proposal is not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProposalError {
    /// Not readable.
    #[error("the file is not a proposal: {0}")]
    Decode(#[from] DecodeError),
    /// Its root keys or signatures do not fit together.
    #[error(transparent)]
    Roots(#[from] ThresholdError),
    /// The manifest in it does not hold.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// It does not go on from the manifest in force.
    #[error("the proposal does not go on from the manifest in force: propose it again")]
    Outdated,
    /// This device's root key has nothing to sign here.
    #[error("this device's root key has nothing to sign in this proposal")]
    NotASigner,
}

impl Proposal {
    /// A new manifest with the same root keys.
    pub fn manifest(manifest: Manifest) -> Self {
        Self { change: None, signed: Some(ThresholdSigned::start(&manifest)), manifest }
    }

    /// A new manifest with other root keys.
    pub fn roots(network: &NetworkId, manifest: Manifest, next: RootSet) -> Self {
        let change = Some(manifest.roots.propose(network, next));
        Self { change, manifest, signed: None }
    }

    /// Reads a proposal from a file.
    ///
    /// # Errors
    /// [`ProposalError::Decode`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProposalError> {
        Ok(decode_within(bytes, limits::LOG_ENTRY_LEN * 2)?)
    }

    /// What goes into the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// What is proposed, to be shown before it is signed.
    pub fn proposed(&self) -> &Manifest {
        &self.manifest
    }

    /// The root keys that are proposed, if it brings any.
    pub fn proposed_roots(&self) -> Option<RootSet> {
        self.change.as_ref().and_then(|c| c.unverified_body().ok()).map(|c| c.next)
    }

    /// Signs whatever this key may sign now.
    ///
    /// # Errors
    /// [`ProposalError`]; the proposal is unchanged then.
    pub fn sign(&mut self, held: &VerifiedManifest, key: &SigningKey) -> Result<(), ProposalError> {
        let network = *held.network();
        let mut next = self.clone();
        next.check_follows(held)?;
        let mut has_signed = false;
        if let (Some(change), None) = (&mut next.change, &next.signed) {
            let roots = change.unverified_body()?.next;
            if held.root_set().contains(&key.public()) || roots.contains(&key.public()) {
                change.add_signature(&network, key)?;
                has_signed = true;
            }
            if let Ok(chain) = held.manifest().roots.extended(&network, change.clone()) {
                next.manifest.roots = chain;
                next.signed = Some(ThresholdSigned::start(&next.manifest));
            }
        }
        if let Some(signed) = &mut next.signed
            && next.manifest.roots.current(&network)?.contains(&key.public())
        {
            signed.add_signature(&network, key)?;
            has_signed = true;
        }
        if !has_signed {
            return Err(ProposalError::NotASigner);
        }
        *self = next;
        Ok(())
    }

    /// The manifest's signed bytes, when enough have signed.
    pub fn complete(&self, network: &NetworkId) -> Option<Vec<u8>> {
        let bytes = encode(self.signed.as_ref()?);
        VerifiedManifest::reopen(network, &bytes).is_ok().then_some(bytes)
    }

    /// How many signatures are still needed: by the old root keys and by the new ones on the change,
    /// and on the manifest.
    pub fn missing(&self, held: &VerifiedManifest) -> (usize, usize, usize) {
        let network = held.network();
        let need = |set: &RootSet, have: usize| usize::from(set.threshold()).saturating_sub(have);
        let (mut old, mut new) = (0, 0);
        let next = self.proposed_roots().unwrap_or_else(|| held.root_set().clone());
        if let (Some(change), None) = (&self.change, &self.signed) {
            old = need(held.root_set(), change.signers(network, held.root_set()).len());
            new = need(&next, change.signers(network, &next).len());
        }
        let signed = self.signed.as_ref().map_or(0, |s| s.signers(network, &next).len());
        (old, new, need(&next, signed))
    }

    /// Whoever signs knows what it goes on from: nothing else may be slipped in.
    fn check_follows(&self, held: &VerifiedManifest) -> Result<(), ProposalError> {
        self.manifest.check()?;
        let (ours, theirs) = (&self.manifest.roots, &held.manifest().roots);
        let follows = self.manifest.version > held.manifest().version;
        let same_start = ours.first == theirs.first
            && ours.changes.len() >= theirs.changes.len()
            && ours.changes.iter().zip(&theirs.changes).all(|(a, b)| a.body_hash() == b.body_hash());
        let extra = ours.changes.get(theirs.changes.len()..).unwrap_or_default();
        let only_ours = match (&self.change, &self.signed) {
            (Some(change), Some(_)) => {
                matches!(extra, [one] if one.body_hash() == change.body_hash())
            }
            (Some(_), None) | (None, _) => extra.is_empty(),
        };
        let body = self.signed.as_ref().map(ThresholdSigned::unverified_body).transpose()?;
        let same_body = body.is_none_or(|b| b == self.manifest);
        if follows && same_start && only_ours && same_body { Ok(()) } else { Err(ProposalError::Outdated) }
    }
}

pub(super) fn load_root(records: &BTreeMap<String, Vec<u8>>) -> Option<SigningKey> {
    records.get(ROOT).and_then(|bytes| decode(bytes).ok())
}

impl Registrar {
    pub(in super::super) fn put_root(&mut self, ctx: &mut Cx<'_>, root: SigningKey) {
        ctx.store(ROOT, &root);
        self.root = Some(root);
    }

    pub(super) fn show_root(&mut self, ctx: &mut Cx<'_>) {
        if self.root.is_none() {
            let root = SigningKey::generate(ctx.rng);
            self.put_root(ctx, root);
        }
        if let Some(key) = self.root_key() {
            ctx.tell(Event::Registrar(RegistrarEvent::RootKey(key)));
        }
    }

    pub(super) fn propose_roots(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        keys: Vec<PublicKey>,
        threshold: u8,
    ) -> Result<(), CommandError> {
        let next = RootSet::new(keys, threshold).map_err(|e| CommandError::Invalid(e.to_string()))?;
        let held = shared.manifest().ok_or(CommandError::NotSetUp)?;
        let manifest = following(ctx, held, held.manifest().clone());
        let proposal = Proposal::roots(&ctx.network, manifest, next);
        self.sign_and_tell(ctx, shared, proposal)
    }

    pub(super) fn propose(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        manifest: Manifest,
    ) -> Result<(), CommandError> {
        let held = shared.manifest().ok_or(CommandError::NotSetUp)?;
        let manifest = following(ctx, held, manifest);
        manifest.check().map_err(|e| CommandError::Invalid(e.to_string()))?;
        self.sign_and_tell(ctx, shared, Proposal::manifest(manifest))
    }

    pub(super) fn propose_log(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        log: LogVerifier,
    ) -> Result<(), CommandError> {
        let held = shared.manifest().ok_or(CommandError::NotSetUp)?.manifest().clone();
        self.propose(ctx, shared, Manifest { log, ..held })
    }

    pub(super) fn sign_proposal(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        bytes: &[u8],
    ) -> Result<(), CommandError> {
        let proposal = Proposal::from_bytes(bytes).map_err(|e| CommandError::Invalid(e.to_string()))?;
        let held = shared.manifest().ok_or(CommandError::NotSetUp)?;
        let root =
            self.root.as_ref().ok_or(CommandError::NotNow("this device has no root key".to_owned()))?;
        // Whoever is asked to sign is told when there is nothing for them to sign.
        proposal.clone().sign(held, root).map_err(|e| CommandError::Invalid(e.to_string()))?;
        self.sign_and_tell(ctx, shared, proposal)
    }

    fn sign_and_tell(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        mut proposal: Proposal,
    ) -> Result<(), CommandError> {
        let held = shared.manifest().ok_or(CommandError::NotSetUp)?.clone();
        // Without a root key of its own a registrar can still propose; stewards sign.
        if let Some(root) = &self.root {
            match proposal.sign(&held, root) {
                Ok(()) | Err(ProposalError::NotASigner) => {}
                Err(error) => return Err(CommandError::Invalid(error.to_string())),
            }
        }
        let complete = proposal.complete(&ctx.network);
        let is_complete = complete.is_some();
        if let Some(body) = complete {
            let version = proposal.proposed().version;
            Self::log(ctx, shared, RegistrarJob::Manifest(version), LogKind::Manifest, body);
        }
        let (bytes, missing) = (proposal.to_bytes(), proposal.missing(&held));
        ctx.tell(Event::Registrar(RegistrarEvent::Proposal { bytes, is_complete, missing }));
        Ok(())
    }
}

/// A manifest's next version.
fn following(ctx: &Cx<'_>, held: &VerifiedManifest, manifest: Manifest) -> Manifest {
    Manifest {
        version: held.manifest().version.saturating_add(1),
        roots: held.manifest().roots.clone(),
        issued_at: ctx.now,
        ..manifest
    }
}
