//! One dispatcher alone at night: the text of an alert that nobody on the scene has signed goes to the
//! registrars, whether or not they are on the desk, and one of them signs and publishes it.

use bystand_crypto::seal::{SealPurpose, seal};
use bystand_crypto::sign::{SignError, Signed, Statement, sign};
use bystand_wire::codec::decode_within;
use bystand_wire::relay_api::LogKind;
use bystand_wire::{AlertId, Frame, FrameKind, Hash32, NetworkId, Role, Timestamp, encode, limits, pad};
use minicbor::{Decode, Encode};

use super::super::{CommandError, Cx, Event, Owner, Shared};
use super::{Registrar, RegistrarEvent, RegistrarJob};
use crate::alerts::signed::RegistrarLine;
use crate::alerts::{Countersign, SignedAlert, check_quorum};
use crate::network::Certificate;
use crate::outbox::{AppendJob, By, Work};

/// A text that cannot be published any more is forgotten after so long, in milliseconds.
const ASK_LIFE_MS: u64 = limits::CLOCK_SKEW_MS;
/// The most texts that wait for a signature: a network has few dispatchers, and each is alone.
const ASKS: usize = 16;

/// A dispatcher asks for a second registrar's signature (purpose `countersign-ask`), signed by its device
/// key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CountersignAsk {
    /// Who asks.
    #[n(0)]
    pub certificate: Signed<Certificate>,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// The alert, already signed with a publish pass.
    #[n(2)]
    pub text: String,
}

impl Statement for CountersignAsk {
    const PURPOSE: &'static str = "countersign-ask";
}

/// A text that waits for this registrar's signature.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Asked {
    /// The alert, already signed with a publish pass.
    #[n(0)]
    pub text: String,
    /// The certificate of the dispatcher who asks.
    #[n(1)]
    pub from: Hash32,
    /// When.
    #[n(2)]
    pub at: Timestamp,
}

/// Seals a dispatcher's ask to every registrar that the key note names, but not to this device.
pub(in crate::device) fn ask_registrars(ctx: &mut Cx<'_>, shared: &mut Shared, text: &str) {
    let Some(note) = shared.key_note().map(|n| n.note().clone()) else { return };
    let Some(certificate) = shared.identity.certificate.clone() else { return };
    let device = shared.identity.device();
    let ask = CountersignAsk { certificate: Signed::from(certificate), at: ctx.now, text: text.to_owned() };
    let body = encode(&Signed::sign(&ctx.network, &device, &ask));
    let inbox = note.streams.registrars_inbox;
    for registrar in note.registrars.iter().filter(|r| r.device != device.public()) {
        let (to, aad) = (&registrar.sealing_key, inbox.as_ref());
        let Ok(sealed) = seal(&ctx.network, SealPurpose::Enroll, to, ctx.rng, aad, &body) else { continue };
        let frame = Frame::build(FrameKind::Enroll, &sealed);
        let append =
            AppendJob { stream: inbox, frame, by: By::Certificate, commit: None, tag: None, epoch: None };
        shared.promise(ctx, Owner::Nobody, Work::Append(append), &[]);
    }
}

/// Signed by the device that its certificate names, which is still to be checked.
pub(super) fn open_countersign(network: &NetworkId, bytes: &[u8]) -> Result<CountersignAsk, SignError> {
    let signed: Signed<CountersignAsk> = decode_within(bytes, pad::MAX_BODY)?;
    let body = signed.open(network, &signed.claimed_key())?;
    if body.certificate.unverified_body()?.device != signed.claimed_key() {
        return Err(SignError::WrongKey);
    }
    Ok(body)
}

impl Registrar {
    /// Texts that wait for this registrar's signature.
    pub fn countersigns(&self) -> impl Iterator<Item = (&AlertId, &Asked)> {
        self.kept.state.countersigns.iter()
    }

    pub(super) fn countersign_frame(&mut self, ctx: &mut Cx<'_>, shared: &Shared, ask: CountersignAsk) {
        let holder = self.holder(ctx, shared, &ask.certificate).filter(|h| h.has_role(Role::Dispatcher));
        let signed = SignedAlert::parse(ask.text.as_bytes()).ok();
        let (Some(holder), Some(signed)) = (holder, signed) else {
            return ctx.tell(Event::Registrar(RegistrarEvent::Refused("countersign-refused")));
        };
        self.drop_countersigns(ctx);
        let alert = signed.note().alert;
        let is_late = ctx.now.since_ms(ask.at) > ASK_LIFE_MS;
        if is_late || self.kept.state.countersigns.len() >= ASKS {
            return;
        }
        let (text, from) = (ask.text, holder.hash());
        self.kept.state.countersigns.insert(alert, Asked { text: text.clone(), from, at: ask.at });
        self.kept.store_state(ctx);
        ctx.tell(Event::Registrar(RegistrarEvent::CountersignAsked { alert, from, text }));
    }

    /// Signs what a dispatcher asks for, and publishes it.
    pub(super) fn countersign(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        alert: AlertId,
    ) -> Result<(), CommandError> {
        if !shared.identity.has_role(Role::Registrar, ctx.now) {
            return Err(CommandError::NotCertified(Role::Registrar));
        }
        self.drop_countersigns(ctx);
        let asked = self.kept.state.countersigns.get(&alert);
        let asked = asked.ok_or(CommandError::Unknown("alert to countersign"))?;
        let invalid = |text: String| CommandError::Invalid(text);
        let mut signed = SignedAlert::parse(asked.text.as_bytes()).map_err(|e| invalid(e.to_string()))?;
        let device = shared.identity.device();
        let signature = sign(&ctx.network, &device, &Countersign(signed.note().to_string()));
        signed.add_registrar(RegistrarLine { device: device.public(), signature });
        let manifest = shared.manifest().ok_or(CommandError::NotSetUp)?;
        let note = shared.key_note().ok_or(CommandError::NotSetUp)?;
        check_quorum(&signed, manifest, note, ctx.now).map_err(|e| CommandError::NotNow(e.to_string()))?;
        let body = signed.to_text().map_err(|e| invalid(e.to_string()))?.into_bytes();
        Self::log(ctx, shared, RegistrarJob::Countersigned(alert), LogKind::Alert, body);
        self.kept.state.countersigns.remove(&alert);
        self.kept.store_state(ctx);
        Ok(())
    }

    /// Forgets what is too old to be published.
    fn drop_countersigns(&mut self, ctx: &mut Cx<'_>) {
        let before = self.kept.state.countersigns.len();
        self.kept.state.countersigns.retain(|_, asked| ctx.now.since_ms(asked.at) <= ASK_LIFE_MS);
        if before != self.kept.state.countersigns.len() {
            self.kept.store_state(ctx);
        }
    }
}
