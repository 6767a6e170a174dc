use std::sync::OnceLock;

use super::*;
use crate::testing::{ELSEWHERE, NETWORK, rng};
use bystand_wire::relay_api::AppendContext;
use bystand_wire::{FrameHash, StreamId, Timestamp, Week, decode};
use proptest::prelude::*;

/// Two issuers, drawn once: it takes a while.
fn issuers() -> &'static [IssuerKey; 2] {
    static KEYS: OnceLock<[IssuerKey; 2]> = OnceLock::new();
    KEYS.get_or_init(|| [1, 2].map(|seed| IssuerKey::generate(&mut rng(seed)).expect("a key")))
}

fn week(text: &str) -> Period {
    text.parse().expect("a period")
}

fn zone(name: &str) -> Option<ZoneId> {
    Some(ZoneId::new(name).expect("a zone"))
}

fn owned(purpose: PassPurpose, period: Period, zone: Option<ZoneId>) -> OwnedPass {
    let issuer = &issuers()[0];
    let (request, blinded) =
        PassRequest::new(&NETWORK, purpose, period, zone, issuer.public(), &mut rng(7)).expect("a request");
    let answer = issuer.sign_blinded(&blinded, &mut rng(8)).expect("signs");
    request.finish(issuer.public(), &answer).expect("certified")
}

fn context(tag: u8) -> UseContext {
    UseContext { stream: StreamId([1; 32]), tag: Hash32([tag; 32]) }
}

#[test]
fn a_pass_is_issued_used_and_verified() {
    let issuer = issuers()[0].public();
    let pass = owned(PassPurpose::Report, week("2026-W47"), None);
    assert_eq!(verify_pass(&NETWORK, &pass.pass, issuer), Ok(()));
    let redemption = pass.redeem(&NETWORK, &context(1));
    assert_eq!(verify_redemption(&NETWORK, &redemption, &context(1), issuer), Ok(()));
    assert_eq!(verify_redemption(&NETWORK, &redemption, &context(2), issuer), Err(PassError::NotSigned));
    assert_eq!(verify_redemption(&ELSEWHERE, &redemption, &context(1), issuer), Err(PassError::NotSigned));
    let other = issuers()[1].public();
    assert_eq!(verify_redemption(&NETWORK, &redemption, &context(1), other), Err(PassError::NotCertified));
}

#[test]
fn every_field_is_certified() {
    let issuer = issuers()[0].public();
    let good = owned(PassPurpose::Room, week("2026-W47"), zone("phillips")).pass;
    assert_eq!(verify_pass(&NETWORK, &good, issuer), Ok(()));
    assert_eq!(verify_pass(&ELSEWHERE, &good, issuer), Err(PassError::NotCertified));
    let other_key = SigningKey::generate(&mut rng(9)).public();
    let changed: [(&str, Pass, PassError); 7] = [
        ("week", Pass { period: week("2026-W48"), ..good.clone() }, PassError::NotCertified),
        ("zone", Pass { zone: zone("midway"), ..good.clone() }, PassError::NotCertified),
        ("no zone", Pass { zone: None, ..good.clone() }, PassError::BadShape),
        ("quarter", Pass { period: week("2026-Q4"), ..good.clone() }, PassError::BadShape),
        (
            "purpose",
            Pass { purpose: PassPurpose::Publish, zone: None, ..good.clone() },
            PassError::NotCertified,
        ),
        ("key", Pass { key: other_key, ..good.clone() }, PassError::NotCertified),
        ("randomizer", Pass { randomizer: Hash32([0; 32]), ..good.clone() }, PassError::NotCertified),
    ];
    for (what, pass, error) in changed {
        assert_eq!(verify_pass(&NETWORK, &pass, issuer), Err(error), "{what}");
    }
    for (what, certification) in [
        ("empty", vec![]),
        ("short", good.certification[1..].to_vec()),
        ("long", [&[0], &good.certification[..]].concat()),
        ("zeros", vec![0; 256]),
        ("ones", vec![0xff; 256]),
    ] {
        let pass = Pass { certification, ..good.clone() };
        assert_eq!(verify_pass(&NETWORK, &pass, issuer), Err(PassError::NotCertified), "{what}");
    }
    for byte in (0..256).step_by(17) {
        let mut pass = good.clone();
        pass.certification[byte] ^= 1;
        assert_eq!(verify_pass(&NETWORK, &pass, issuer), Err(PassError::NotCertified), "byte {byte}");
    }
}

#[test]
fn only_possible_shapes_are_asked_for() {
    let issuer = issuers()[0].public();
    for (purpose, period, zone) in [
        (PassPurpose::Card, "2026-W47", None),
        (PassPurpose::Report, "2026-Q4", None),
        (PassPurpose::Report, "2026-W47", zone("midway")),
        (PassPurpose::Room, "2026-W47", None),
    ] {
        let made = PassRequest::new(&NETWORK, purpose, week(period), zone, issuer, &mut rng(1));
        assert_eq!(made.err(), Some(PassError::BadShape), "{purpose:?} {period}");
    }
    let card = owned(PassPurpose::Card, week("2026-Q4"), None);
    assert_eq!(verify_pass(&NETWORK, &card.pass, issuer), Ok(()));
}

#[test]
fn a_request_waits_in_the_vault_and_survives_a_wrong_answer() {
    let [issuer, other] = issuers();
    let period = Period::Week(Week::of(Timestamp(0)));
    let (request, blinded) =
        PassRequest::new(&NETWORK, PassPurpose::Voice, period, None, issuer.public(), &mut rng(3))
            .expect("made");
    let request: PassRequest = decode(&encode(&request)).expect("ours");
    assert_eq!((request.purpose(), request.period(), request.zone()), (PassPurpose::Voice, period, None));
    let wrong = BlindSignature::from_bytes(&[1; 256]).expect("256 bytes");
    assert_eq!(request.finish(issuer.public(), &wrong).err(), Some(PassError::NotCertified));
    let answer = issuer.sign_blinded(&blinded, &mut rng(4)).expect("signs");
    assert_eq!(request.finish(other.public(), &answer).err(), Some(PassError::OtherIssuer));
    let owned = request.finish(issuer.public(), &answer).expect("certified");
    let kept: OwnedPass = decode(&encode(&owned)).expect("ours");
    assert_eq!(kept, owned);
    assert_eq!(verify_pass(&NETWORK, &kept.pass, issuer.public()), Ok(()));
}

#[test]
fn signing_does_not_depend_on_the_protecting_randomness() {
    let issuer = &issuers()[0];
    let (_, blinded) =
        PassRequest::new(&NETWORK, PassPurpose::Voice, week("2026-W47"), None, issuer.public(), &mut rng(3))
            .expect("made");
    let signed = |seed| issuer.sign_blinded(&blinded, &mut rng(seed)).expect("signs");
    assert_eq!(signed(1), signed(2));
    // A number that is not below the modulus.
    let above = BlindedPass::from_bytes(&[0xff; 256]).expect("256 bytes");
    assert_eq!(issuer.sign_blinded(&above, &mut rng(1)), Err(PassError::BadBlinded));
    assert_eq!(BlindedPass::from_bytes(&[0; 255]), Err(PassError::BadBlinded));
}

#[test]
fn pass_keys_sign_other_statements() {
    let issuer = issuers()[0].public();
    let pass = owned(PassPurpose::Room, week("2026-W47"), zone("phillips"));
    let body =
        AppendContext { stream: StreamId([1; 32]), frame: FrameHash([2; 32]), commit: None, epoch: None };
    let signature = sign_with_pass(&NETWORK, &pass, &body);
    assert_eq!(verify_with_pass(&NETWORK, &pass.pass, &body, &signature, issuer), Ok(()));
    let other = AppendContext { epoch: Some(1), ..body };
    assert_eq!(verify_with_pass(&NETWORK, &pass.pass, &other, &signature, issuer), Err(PassError::NotSigned));
}

#[test]
fn pass_ids_name_the_key() {
    let a = owned(PassPurpose::Report, week("2026-W47"), None).pass;
    let recertified = Pass { randomizer: Hash32([0; 32]), certification: vec![], ..a.clone() };
    assert_eq!(pass_id(&a), pass_id(&recertified));
    let b = Pass { key: SigningKey::generate(&mut rng(1)).public(), ..a.clone() };
    assert_ne!(pass_id(&a), pass_id(&b));
}

#[test]
fn issuer_keys_have_one_size_and_one_encoding() {
    let issuer = &issuers()[0];
    let public = issuer.public();
    let again: IssuerPublicKey = decode(&encode(public)).expect("ours");
    assert_eq!(&again, public);
    let secret: IssuerKey = decode(&encode(issuer)).expect("ours");
    assert_eq!(secret.public(), public);
    // SubjectPublicKeyInfo holds the bare PKCS#1 key from byte 24 on: the same key, another form.
    let der = public.as_der();
    assert_eq!(IssuerPublicKey::from_der(&der[24..]).err(), Some(PassError::BadIssuerKey));
    for len in 0..der.len() {
        assert!(IssuerPublicKey::from_der(&der[..len]).is_err(), "cut to {len}");
    }
    let mut even = der.to_vec();
    even[der.len() - 6] ^= 1;
    assert_eq!(IssuerPublicKey::from_der(&even).err(), Some(PassError::BadIssuerKey));
    let mut three = der.to_vec();
    *three.last_mut().expect("bytes") = 3;
    assert_eq!(IssuerPublicKey::from_der(&three).err(), Some(PassError::BadIssuerKey));
    let mut small = der.to_vec();
    small[33] = 0x7f;
    assert_eq!(IssuerPublicKey::from_der(&small).err(), Some(PassError::BadIssuerKey));
    assert_eq!(IssuerPublicKey::from_der(&[0; 600]).err(), Some(PassError::BadIssuerKey));
}

#[test]
fn debug_shows_no_secret() {
    let pass = owned(PassPurpose::Report, week("2026-W47"), None);
    assert_eq!(format!("{pass:?}"), "OwnedPass(report 2026-W47, ..)");
    let issuer = &issuers()[0];
    let shown = format!("{issuer:?}");
    assert!(shown.len() < 30, "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..700), number in proptest::collection::vec(any::<u8>(), 256)) {
        let issuer = &issuers()[0];
        prop_assert!(IssuerPublicKey::from_der(&bytes).is_err());
        prop_assert!(IssuerKey::from_der(&bytes).is_err());
        let _ = decode::<PassRequest>(&bytes);
        let _ = decode::<OwnedPass>(&bytes);
        let _ = decode::<BlindedPass>(&bytes);
        let blinded = BlindedPass::from_bytes(&number).expect("256 bytes");
        let _ = issuer.sign_blinded(&blinded, &mut rng(1));
        // A key of the right form with a modulus that is not one.
        let mut odd_key = issuer.public().as_der().to_vec();
        odd_key[33..289].copy_from_slice(&number);
        if let Ok(key) = IssuerPublicKey::from_der(&odd_key) {
            let period = "2026-W47".parse().expect("a week");
            let _ = PassRequest::new(&NETWORK, PassPurpose::Voice, period, None, &key, &mut rng(1));
            let pass = Pass { purpose: PassPurpose::Voice, period, zone: None, key: PublicKey([1; 32]), randomizer: Hash32([0; 32]), certification: number };
            prop_assert!(verify_pass(&NETWORK, &pass, &key).is_err());
        }
    }
}
