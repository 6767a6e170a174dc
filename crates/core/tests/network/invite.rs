//! Invitations, cards and enrollment messages: what is read, and what people are told when it cannot be.

use bystand_core::fixtures::{Fixture, NOW, this_week};
use bystand_core::network::RelayUrl;
use bystand_core::network::enroll::{
    AHEAD_MS, ASK_MS, BATCH, BlindedBatch, EnrollError, EnrollRequest, PassAsk, TeamKeys, TeamKeysUpdate,
    open_ask, open_request, open_team_keys,
};
use bystand_core::network::invite::{
    CARD_PATH, CardLink, INVITE_PREFIX, Invitation, InviteError, InviteSecret,
};
use bystand_core::network::statements::{CERTIFICATES, CertificatesIssued, IssuanceTotals};
use bystand_crypto::hash::stream_id;
use bystand_crypto::passes::BlindedPass;
use bystand_crypto::seal::SealSecretKey;
use bystand_crypto::sign::{SignError, Signed, SigningKey};
use bystand_wire::time::{DAY_MS, WEEK_MS};
use bystand_wire::{
    Hash32, NetworkId, PassPurpose, Period, Quarter, Role, StreamId, Timestamp, Week, encode, limits, pad,
};
use proptest::prelude::*;

fn relay() -> RelayUrl {
    "https://relay.example.org".parse().expect("an address")
}

fn invitation(fixture: &mut Fixture) -> Invitation {
    Invitation {
        network: fixture.network,
        relay: relay(),
        registrar: fixture.registrar(0).device.public(),
        secret: InviteSecret::generate(&mut fixture.rng),
        roles: vec![Role::Observer, Role::Verifier],
        expires_at: NOW.plus_ms(DAY_MS),
    }
}

#[test]
fn an_invitation_survives_how_people_send_it() {
    let mut fixture = Fixture::new_without_issuers();
    let invitation = invitation(&mut fixture);
    let text = invitation.to_text();
    assert!(text.len() < 400, "{} characters fit into a small QR code", text.len());
    // Only characters of QR's alphanumeric mode.
    assert!(text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b':'));
    let wrapped: String =
        text.as_bytes().chunks(40).map(|c| String::from_utf8_lossy(c).into_owned() + "\r\n  ").collect();
    for copy in
        [text.to_string(), text.to_lowercase(), format!("  {}\n", *text), wrapped.replacen("\r\n  ", "", 1)]
    {
        assert_eq!(Invitation::from_text(&copy, NOW), Ok(invitation.clone()), "{copy}");
    }
    let secret = &invitation.secret;
    assert_eq!(secret.mailbox(), stream_id(&secret.mailbox_key().public()));
    assert_ne!(secret.mailbox_key(), secret.read_key());
    assert!(secret.token().matches(&secret.token()));
    assert!(!secret.token().matches(&InviteSecret::generate(&mut fixture.rng).token()));
    assert_eq!(format!("{:?} {:?}", secret, secret.token()), "InviteSecret(..) Token(..)");
}

#[test]
fn a_bad_invitation_says_what_to_do() {
    let mut fixture = Fixture::new_without_issuers();
    let good = invitation(&mut fixture);
    let text = good.to_text();
    let mut no_roles = good.clone();
    no_roles.roles.clear();
    let last = text.chars().last().expect("some");
    let swapped = format!("{}{}", &text[..text.len() - 1], if last == 'A' { 'B' } else { 'A' });
    for (what, bad, expected) in [
        ("nothing", String::new(), InviteError::NotAnInvitation),
        ("a link", "https://example.org".into(), InviteError::NotAnInvitation),
        ("its end is missing", text[..text.len() - 4].to_owned(), InviteError::Damaged),
        ("its middle is missing", text.replacen(&text[40..48], "", 1), InviteError::Damaged),
        ("a letter changed", swapped, InviteError::Damaged),
        ("a character that is none", format!("{}1", *text), InviteError::Character('1')),
        ("endless", format!("{INVITE_PREFIX}{}", "A".repeat(100_000)), InviteError::TooLong),
        ("no role", no_roles.to_text().to_string(), InviteError::Damaged),
        ("the prefix alone", INVITE_PREFIX.to_owned(), InviteError::Damaged),
    ] {
        let error = Invitation::from_text(&bad, NOW).expect_err(what);
        assert_eq!(error, expected, "{what}");
        let advice = error.to_string();
        assert!(["copy", "Copy", "scan", "Scan"].iter().any(|word| advice.contains(word)), "{advice}");
    }
    let expired = Invitation::from_text(&text, good.expires_at);
    assert_eq!(expired, Err(InviteError::Expired(good.expires_at)));
}

#[test]
fn a_card_carries_one_pass() {
    let mut fixture = Fixture::new_without_issuers();
    let quarter = Period::Quarter(Quarter::of(NOW));
    fixture.add_issuer(PassPurpose::Card, quarter, 0);
    fixture.add_issuer(PassPurpose::Report, this_week(), 0);
    let pass = fixture.pass(PassPurpose::Card, quarter, None);
    let card = CardLink { relay: relay(), network: fixture.network, pass };
    let text = card.to_text();
    assert!(text.starts_with("https://relay.example.org/report#BYSTAND:CARD:"));
    assert_eq!(CardLink::from_text(&text), Ok(card.clone()));
    assert!(!format!("{card:?}").contains("seed"));
    let other = fixture.pass_now(PassPurpose::Report);
    let not_a_card = CardLink { pass: other.clone(), ..card.clone() };
    let mut mixed = card.clone();
    mixed.pass.key = other.key;
    let code = text.split_once(CARD_PATH).expect("a card").1;
    for (what, bad, expected) in [
        ("a pass that is no card pass", not_a_card.to_text().to_string(), InviteError::Damaged),
        ("another pass's key", mixed.to_text().to_string(), InviteError::Damaged),
        ("no address", format!("{CARD_PATH}{code}"), InviteError::NotACard),
        ("another page", text.replace("/report#", "/other#"), InviteError::NotACard),
        ("an invitation", format!("{INVITE_PREFIX}{code}"), InviteError::NotACard),
        ("cut short", text[..text.len() - 1].to_owned(), InviteError::Damaged),
    ] {
        assert_eq!(CardLink::from_text(&bad), Err(expected), "{what}");
    }
    // A card's code is no invitation, nor the other way round.
    assert!(Invitation::from_text(&format!("{INVITE_PREFIX}{code}"), NOW).is_err());
}

fn batch(purpose: PassPurpose, period: Period, count: usize) -> BlindedBatch {
    let blinded = BlindedPass::from_bytes(&[1; 256]).expect("256 bytes");
    BlindedBatch { purpose, period, blinded: vec![blinded; count] }
}

#[test]
fn batches_are_bounded_and_have_an_issuer() {
    let fixture = Fixture::new();
    let note = fixture.verified_key_note();
    let week = |offset_ms: u64| Period::Week(Week::of(NOW.plus_ms(offset_ms)));
    let last_week = Period::Week(Week::of(NOW.minus_ms(WEEK_MS)));
    let quarter = Period::Quarter(Quarter::of(NOW));
    let no_issuer = |purpose, period| Err(EnrollError::NoIssuer { purpose, period });
    let finding = PassPurpose::Finding;
    for (what, batch, expected) in [
        ("good", batch(finding, this_week(), BATCH), Ok(())),
        ("none", batch(finding, this_week(), 0), Err(EnrollError::Field("number of passes"))),
        ("too many", batch(finding, this_week(), BATCH + 1), Err(EnrollError::Field("number of passes"))),
        ("last week", batch(finding, last_week, 1), Err(EnrollError::Field("period"))),
        ("far ahead", batch(finding, week(AHEAD_MS + WEEK_MS), 1), Err(EnrollError::Field("period"))),
        ("a quarter for a week's pass", batch(finding, quarter, 1), Err(EnrollError::Field("period"))),
        ("a week for a card", batch(PassPurpose::Card, this_week(), 1), Err(EnrollError::Field("period"))),
        ("nobody certifies it yet", batch(finding, week(WEEK_MS), 1), no_issuer(finding, week(WEEK_MS))),
    ] {
        assert_eq!(batch.check(&note, NOW), expected, "{what}");
    }
}

#[test]
fn requests_are_signed_by_the_device_they_name() {
    let mut fixture = Fixture::new_without_issuers();
    let network = fixture.network;
    let device = SigningKey::generate(&mut fixture.rng);
    let other = SigningKey::generate(&mut fixture.rng);
    let sealing_key = SealSecretKey::generate(&mut fixture.rng).public();
    let request = EnrollRequest {
        token: InviteSecret::generate(&mut fixture.rng).token(),
        device: device.public(),
        sealing_key: sealing_key.clone(),
        batch: Some(batch(PassPurpose::Publish, this_week(), 50)),
    };
    let good = encode(&Signed::sign(&network, &device, &request));
    assert!(good.len() <= pad::MAX_BODY);
    assert_eq!(open_request(&network, &good).map(|o| o.body), Ok(request.clone()));
    let forged = encode(&Signed::sign(&network, &other, &request));
    let elsewhere = encode(&Signed::sign(&NetworkId([9; 32]), &device, &request));
    for (bytes, expected) in [
        (forged, EnrollError::Signature(SignError::WrongKey)),
        (elsewhere, EnrollError::Signature(SignError::BadSignature)),
    ] {
        assert_eq!(open_request(&network, &bytes).map(|_| ()), Err(expected));
    }
    let long = vec![0; pad::MAX_BODY + 1];
    assert!(matches!(open_request(&network, &long), Err(EnrollError::Decode(_))));
    let ask = PassAsk {
        certificate: fixture.certificate(device.public(), &[Role::Observer]),
        at: NOW,
        reply_to: StreamId([3; 32]),
        sealing_key,
        batch: None,
    };
    let by = |key: &SigningKey| encode(&Signed::sign(&network, key, &ask));
    let wrong = Err(EnrollError::Signature(SignError::WrongKey));
    assert_eq!(open_ask(&network, &by(&other), NOW).map(|_| ()), wrong);
    let clock = Err(EnrollError::Clock(NOW));
    let skew = limits::CLOCK_SKEW_MS;
    for (now, expected) in [
        (NOW, Ok(())),
        (NOW.plus_ms(ASK_MS), Ok(())),
        (NOW.plus_ms(ASK_MS + 1), clock.clone()),
        (NOW.minus_ms(skew), Ok(())),
        (NOW.minus_ms(skew + 1), clock),
    ] {
        assert_eq!(open_ask(&network, &by(&device), now).map(|_| ()), expected, "{now}");
    }
    let keys = TeamKeysUpdate {
        succession: None,
        certificate: ask.certificate.clone(),
        at: NOW,
        keys: TeamKeys::Desk(fixture.key_note.streams.desk, fixture.key_note.desk.clone()),
    };
    assert_eq!(keys.keys.role(), Role::Dispatcher);
    let by = |key: &SigningKey| encode(&Signed::sign(&network, key, &keys));
    assert!(open_team_keys(&network, &by(&device), NOW.plus_ms(DAY_MS)).is_ok());
    let wrong = Err(EnrollError::Signature(SignError::WrongKey));
    assert_eq!(open_team_keys(&network, &by(&other), NOW).map(|_| ()), wrong);
    // An ask is no request, whoever signed it: the purpose is signed too.
    assert!(open_request(&network, &encode(&Signed::sign(&network, &device, &ask))).is_err());
}

#[test]
fn statements_have_one_form() {
    let totals = |purpose, period| IssuanceTotals { purpose, period, issued: 7, at: NOW };
    let quarter = Period::Quarter(Quarter::of(NOW));
    assert!(totals(PassPurpose::Room, this_week()).has_form());
    assert!(!totals(PassPurpose::Room, quarter).has_form() && totals(PassPurpose::Card, quarter).has_form());
    let hash = |n: u8| Hash32([n; 32]);
    for (certificates, expected) in [
        (vec![hash(1), hash(2)], true),
        (vec![], false),
        (vec![hash(2), hash(1)], false),
        (vec![hash(1), hash(1)], false),
        (vec![hash(1); CERTIFICATES + 1], false),
    ] {
        assert_eq!(CertificatesIssued { certificates, at: NOW }.has_form(), expected);
    }
}

proptest! {
    #[test]
    fn nothing_from_elsewhere_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in ".{0,200}", at in any::<u64>()) {
        let network = NetworkId([1; 32]);
        let _ = open_request(&network, &bytes);
        let _ = open_ask(&network, &bytes, Timestamp(at));
        let _ = open_team_keys(&network, &bytes, Timestamp(at));
        let _ = Invitation::from_text(&text, Timestamp(at));
        let _ = Invitation::from_text(&format!("{INVITE_PREFIX}{text}"), Timestamp(at));
        let _ = CardLink::from_text(&format!("https://a{CARD_PATH}{text}"));
        let _ = bystand_core::network::VerifiedManifest::open(&network, &bytes, Timestamp(at));
        let records = [("log".to_owned(), bytes)].into();
        let _ = bystand_core::logwatch::LogWatch::load(&records);
    }
}
