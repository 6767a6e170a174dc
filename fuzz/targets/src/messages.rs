//! What members, neighbors and newcomers send, once its seal is off: the sender is still a stranger. The
//! first byte chooses the type, the rest is the body.

use bystand_core::fixtures::NOW;
use bystand_core::messages::{
    DayMessage, DayNote, DeskMessage, FromResponder, Offer, ReplyMessage, SealedReport, ToResponder,
};
use bystand_core::network::enroll::{EnrollReply, open_ask, open_request, open_team_keys};
use bystand_core::network::statements::{CertificatesIssued, EpochAuthenticator, IssuanceTotals};
use bystand_core::network::{Certificate, KeyNote, VerifiedKeyNote, VerifiedManifest, check_certificate};
use bystand_core::team::Entry;
use bystand_crypto::passes::verify_pass;
use bystand_crypto::sign::{Signed, Statement};
use bystand_wire::relay_api::Pass;
use bystand_wire::{decode, encode};

use crate::scene::SCENE;

/// Reads a body and writes it again.
type Recode = fn(&[u8]) -> Option<Vec<u8>>;

fn recode<T>(bytes: &[u8]) -> Option<Vec<u8>>
where
    T: for<'b> minicbor::Decode<'b, ()> + minicbor::Encode<()>,
{
    decode::<T>(bytes).ok().map(|value| encode(&value))
}

/// Reads what is signed, and what it says by its own key.
fn signed<S: Statement>(bytes: &[u8]) -> Option<Vec<u8>> {
    let signed: Signed<S> = decode(bytes).ok()?;
    let _ = signed.unverified_body();
    let _ = signed.open(&SCENE.fixture.network, &signed.claimed_key());
    Some(encode(&signed))
}

/// The types by their first byte. New ones go to the end: the corpus counts on the order.
pub const BODIES: &[(&str, Recode)] = &[
    ("manifest", |bytes| {
        let _ = VerifiedManifest::open(&SCENE.fixture.network, bytes, NOW);
        None
    }),
    ("key-note", |bytes| {
        let _ = VerifiedKeyNote::open(bytes, &SCENE.manifest, NOW);
        signed::<KeyNote>(bytes)
    }),
    ("certificate", |bytes| {
        let certificate: Signed<Certificate> = decode(bytes).ok()?;
        let _ = check_certificate(&certificate, &SCENE.manifest, None, NOW);
        signed::<Certificate>(bytes)
    }),
    ("day-note", signed::<DayNote>),
    ("enroll-request", |bytes| {
        let _ = open_request(&SCENE.fixture.network, bytes);
        None
    }),
    ("pass-ask", |bytes| {
        let _ = open_ask(&SCENE.fixture.network, bytes, NOW);
        None
    }),
    ("team-keys", |bytes| {
        let _ = open_team_keys(&SCENE.fixture.network, bytes, NOW);
        None
    }),
    ("enroll-reply", recode::<EnrollReply>),
    ("sealed-report", recode::<SealedReport>),
    ("reply", recode::<ReplyMessage>),
    ("desk-message", recode::<DeskMessage>),
    ("day-message", recode::<DayMessage>),
    ("offer", recode::<Offer>),
    ("to-responder", signed::<ToResponder>),
    ("from-responder", signed::<FromResponder>),
    ("entry", signed::<Entry>),
    ("epoch-authenticator", signed::<EpochAuthenticator>),
    ("certificates", signed::<CertificatesIssued>),
    ("issuance-totals", signed::<IssuanceTotals>),
    ("pass", |bytes| {
        let pass: Pass = decode(bytes).ok()?;
        if let Some(issuer) = SCENE.key_note.issuer_key(pass.purpose, pass.period) {
            let _ = verify_pass(&SCENE.fixture.network, &pass, issuer);
        }
        Some(encode(&pass))
    }),
];

/// A byte for the type, then its body.
pub fn run(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else { return };
    let Some((name, recode)) = BODIES.get(usize::from(*choice)) else { return };
    if let Some(again) = recode(body) {
        assert_eq!(again, body, "two encodings of one {name}");
    }
}
