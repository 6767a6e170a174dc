//! Manifest, key note and certificates: what is taken, and every reason to refuse.

use bystand_core::fixtures::{Fixture, NOW, this_week};
use bystand_core::network::certificate::{Certificate, CertificateError, check_certificate};
use bystand_core::network::keynote::{KeyNote, KeyNoteError, KeyNoteStatus, VerifiedKeyNote};
use bystand_core::network::manifest::{Manifest, ManifestError, ManifestStatus, VerifiedManifest, ZoneInfo};
use bystand_crypto::sign::{SignError, Signed, SigningKey};
use bystand_crypto::threshold::{RootSet, ThresholdError, ThresholdSigned};
use bystand_wire::time::DAY_MS;
use bystand_wire::{
    NetworkId, PassPurpose, Period, PublicKey, Quarter, Role, Timestamp, Week, encode, limits,
};

fn open(fixture: &Fixture) -> Result<VerifiedManifest, ManifestError> {
    VerifiedManifest::open(&fixture.network, &fixture.signed_manifest(), NOW)
}

#[test]
fn a_manifest_is_opened_by_the_network_id_alone() {
    let fixture = Fixture::new();
    let opened = open(&fixture).expect("good");
    assert_eq!(opened.manifest(), &fixture.manifest);
    assert_eq!(opened.network(), &fixture.network);
    assert!(!opened.is_single_keyholder());
    assert_eq!(VerifiedManifest::reopen(&fixture.network, opened.bytes()), Ok(opened));
    let other = VerifiedManifest::open(&NetworkId([9; 32]), &fixture.signed_manifest(), NOW);
    assert_eq!(other, Err(ManifestError::OtherNetwork));
    assert!(Fixture::with_registrars(2, 1).verified_manifest().is_single_keyholder());
}

#[test]
fn every_field_of_a_manifest_has_its_limits() {
    type Change = fn(&mut Manifest);
    let cases: [(&str, Change); 27] = [
        ("name", |m| m.name.clear()),
        ("name", |m| m.name = "x".repeat(limits::NAME_CHARS + 1)),
        ("name", |m| m.name = "a\u{1b}[2J".into()),
        ("version", |m| m.version = 0),
        ("languages", |m| m.languages.clear()),
        ("languages", |m| m.languages = vec!["English!".into()]),
        ("languages", |m| m.languages = vec!["en".into(); 65]),
        ("zones", |m| m.zones.clear()),
        ("zones", |m| m.zones.push(m.zones[0].clone())),
        ("zones", |m| m.zones[0].polygons[0][0].truncate(2)),
        ("zones", |m| m.zones[0].polygons[0][0][0].0 = 180_000_001),
        ("zones", |m| m.zones[0].polygons[0][0][0].1 = -90_000_001),
        ("zones", |m| m.zones[0].polygons[0].clear()),
        ("zones", |m| m.zones[0].polygons[0][0] = vec![(0, 0); limits::VERTICES + 1]),
        ("zones", |m| m.zones[0].name.clear()),
        ("zones", |m| {
            let zone = |n: usize| ZoneInfo {
                id: format!("z{n}").parse().expect("an id"),
                name: "z".into(),
                polygons: vec![],
            };
            m.zones = (0..=limits::ZONES).map(zone).collect();
        }),
        ("time zone", |m| m.time_zone = "../etc/passwd".into()),
        ("relay addresses", |m| m.relays.clear()),
        ("registrars", |m| m.registrars.clear()),
        ("registrars", |m| m.registrars.reverse()),
        ("alert quorum", |m| m.alert_quorum.findings = 0),
        ("alert quorum", |m| m.alert_quorum.publishes = 5),
        ("retention", |m| m.retention.general_ms = 0),
        ("phone lines", |m| m.phone_lines[0].number = "call me".into()),
        ("incident kinds", |m| m.incident_kinds.reverse()),
        ("alert cell resolution", |m| m.alert_resolution = 11),
        ("expiry", |m| m.expires_at = m.issued_at),
    ];
    for (field, change) in cases {
        let mut fixture = Fixture::new_without_issuers();
        change(&mut fixture.manifest);
        assert_eq!(open(&fixture), Err(ManifestError::Field(field)));
    }
    let mut fixture = Fixture::new_without_issuers();
    fixture.manifest.format = 2;
    assert_eq!(open(&fixture), Err(ManifestError::Format(2)));
    fixture.manifest.format = 1;
    fixture.manifest.issued_at = NOW.plus_ms(limits::CLOCK_SKEW_MS + 1);
    let issued_at = fixture.manifest.issued_at;
    assert_eq!(open(&fixture), Err(ManifestError::FromTheFuture { issued_at }));
    assert!(VerifiedManifest::reopen(&fixture.network, &fixture.signed_manifest()).is_ok());
    let long = vec![0; limits::LOG_ENTRY_LEN + 1];
    assert!(matches!(VerifiedManifest::open(&fixture.network, &long, NOW), Err(ManifestError::Decode(_))));
}

#[test]
fn damage_to_a_manifest_is_noticed() {
    let fixture = Fixture::new_without_issuers();
    let good = fixture.signed_manifest();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert!(VerifiedManifest::open(&fixture.network, &bad, NOW).is_err(), "byte {at}");
    }
    for len in 0..good.len() {
        assert!(VerifiedManifest::open(&fixture.network, &good[..len], NOW).is_err(), "cut to {len}");
    }
}

#[test]
fn an_expired_manifest_takes_reports_for_two_weeks_more() {
    let fixture = Fixture::new_without_issuers();
    let opened = fixture.verified_manifest();
    let end = fixture.manifest.expires_at;
    let until = end.plus_ms(14 * DAY_MS);
    for (now, status) in [
        (end.minus_ms(1), ManifestStatus::Current),
        (end, ManifestStatus::ExpiredReportsOnly { until }),
        (until.minus_ms(1), ManifestStatus::ExpiredReportsOnly { until }),
        (until, ManifestStatus::Expired),
    ] {
        assert_eq!(opened.status(now), status);
    }
}

#[test]
fn manifests_only_go_forward() {
    let mut fixture = Fixture::new_without_issuers();
    fixture.manifest.version = 5;
    let held = fixture.verified_manifest();
    assert_eq!(held.supersedes(&held), Ok(()));
    fixture.manifest.version = 4;
    let backwards = Err(ManifestError::Backwards { held: 5, offered: 4 });
    assert_eq!(fixture.verified_manifest().supersedes(&held), backwards);
    fixture.manifest.version = 5;
    fixture.manifest.name = "Other".into();
    assert_eq!(fixture.verified_manifest().supersedes(&held), Err(ManifestError::TwoOfOneVersion(5)));
    fixture.manifest.version = 6;
    assert_eq!(fixture.verified_manifest().supersedes(&held), Ok(()));
    let mut elsewhere = Fixture::with_registrars(3, 1);
    elsewhere.manifest.version = 9;
    assert_eq!(elsewhere.verified_manifest().supersedes(&held), Err(ManifestError::OtherNetwork));
}

#[test]
fn a_change_of_root_is_followed_and_never_taken_back() {
    let mut fixture = Fixture::new_without_issuers();
    let held = fixture.verified_manifest();
    let second = SigningKey::generate(&mut fixture.rng);
    let third = SigningKey::generate(&mut fixture.rng);
    let keys = vec![fixture.root.public(), second.public(), third.public()];
    let next = RootSet::new(keys, 2).expect("a set");
    let mut change = fixture.manifest.roots.propose(&fixture.network, next);
    for key in [&fixture.root, &second] {
        change.add_signature(&fixture.network, key).expect("room");
    }
    let before = fixture.manifest.roots.clone();
    fixture.manifest.roots = before.extended(&fixture.network, change).expect("a chain");
    fixture.manifest.version = 2;
    // The old root alone is not enough any more.
    assert_eq!(open(&fixture), Err(ManifestError::Roots(ThresholdError::TooFew { have: 1, need: 2 })));
    let mut signed = ThresholdSigned::start(&fixture.manifest);
    for key in [&third, &second] {
        signed.add_signature(&fixture.network, key).expect("room");
    }
    let changed = VerifiedManifest::open(&fixture.network, &encode(&signed), NOW).expect("good");
    assert_eq!(changed.supersedes(&held), Ok(()));
    // The old root signs a higher version with the chain as it was.
    fixture.manifest.roots = before;
    fixture.manifest.version = 3;
    assert_eq!(fixture.verified_manifest().supersedes(&changed), Err(ManifestError::OtherRoots));
}

#[test]
fn a_key_note_is_opened_against_its_manifest() {
    let fixture = Fixture::new();
    let manifest = fixture.verified_manifest();
    let note = fixture.verified_key_note();
    assert_eq!(note.note(), &fixture.key_note);
    assert!(note.issuer_key(PassPurpose::Finding, this_week()).is_some());
    assert!(note.issuer_key(PassPurpose::Voice, this_week()).is_none());
    let last_week = Period::Week(Week::of(NOW.minus_ms(7 * DAY_MS)));
    assert!(note.issuer_key(PassPurpose::Finding, last_week).is_none());
    assert_eq!(
        note.registrar(&manifest.manifest().registrars[1]).map(|r| r.device),
        Some(fixture.registrar(1).device.public())
    );
    let issued = fixture.key_note.issued_at;
    for (now, status) in [
        (issued.plus_ms(limits::KEY_NOTE_STALE_MS), KeyNoteStatus::Current),
        (issued.plus_ms(limits::KEY_NOTE_STALE_MS + 1), KeyNoteStatus::Stale),
        (fixture.key_note.valid_until.plus_ms(limits::CLOCK_SKEW_MS), KeyNoteStatus::Expired),
    ] {
        assert_eq!(note.status(now), status);
    }
    let late = fixture.key_note.valid_until.plus_ms(limits::CLOCK_SKEW_MS);
    let bytes = fixture.signed_key_note();
    let expired = Err(KeyNoteError::Expired(fixture.key_note.valid_until));
    assert_eq!(VerifiedKeyNote::open(&bytes, &manifest, late), expired);
    assert!(VerifiedKeyNote::reopen(&bytes, &manifest).is_ok());
    let early = issued.minus_ms(limits::CLOCK_SKEW_MS + 1);
    let future = Err(KeyNoteError::FromTheFuture { issued_at: issued });
    assert_eq!(VerifiedKeyNote::open(&bytes, &manifest, early), future);
    // Signed by anybody else, or of another network.
    let forged = encode(&Signed::sign(&fixture.network, &fixture.root, &fixture.key_note));
    let wrong = Err(KeyNoteError::Signature(SignError::WrongKey));
    assert_eq!(VerifiedKeyNote::open(&forged, &manifest, NOW), wrong);
    let elsewhere = encode(&Signed::sign(&NetworkId([9; 32]), &fixture.operations, &fixture.key_note));
    let bad = Err(KeyNoteError::Signature(SignError::BadSignature));
    assert_eq!(VerifiedKeyNote::open(&elsewhere, &manifest, NOW), bad);
}

#[test]
fn every_field_of_a_key_note_has_its_limits() {
    type Change = fn(&mut KeyNote);
    let mut fixture = Fixture::new();
    let manifest = fixture.verified_manifest();
    let good = fixture.key_note.clone();
    let cases: [(KeyNoteError, Change); 14] = [
        (KeyNoteError::Field("version"), |n| n.version = 0),
        (KeyNoteError::Field("dates"), |n| n.valid_until = n.issued_at),
        (KeyNoteError::Field("dates"), |n| n.valid_until = n.issued_at.plus_ms(limits::KEY_NOTE_MS + 1)),
        (KeyNoteError::Field("desk keys"), |n| n.desk[0].not_after = n.desk[0].not_before),
        (KeyNoteError::Field("desk keys"), |n| n.desk = vec![n.desk[0].clone(); 9]),
        (KeyNoteError::Field("host keys"), |n| n.hosts = vec![n.hosts[0].clone(); 9]),
        (KeyNoteError::Field("registrars"), |n| n.registrars.reverse()),
        (KeyNoteError::Field("registrars"), |n| n.registrars[0].purposes.reverse()),
        (KeyNoteError::Field("issuer keys"), |n| n.issuers.reverse()),
        (KeyNoteError::Field("issuer keys"), |n| n.issuers.push(n.issuers[1].clone())),
        (KeyNoteError::Field("issuer keys"), |n| n.issuers[0].period = Period::Quarter(Quarter::of(NOW))),
        (KeyNoteError::Field("push key"), |n| n.push_key = Some(vec![0; 129])),
        (KeyNoteError::Field("revocations"), |n| n.revoked = vec![bystand_wire::Hash32([1; 32]); 2]),
        (KeyNoteError::UnknownRegistrar, |n| n.issuers[0].registrar = PublicKey([7; 32])),
    ];
    for (error, change) in cases {
        fixture.key_note = good.clone();
        change(&mut fixture.key_note);
        assert_eq!(fixture.key_note.check(&manifest), Err(error.clone()));
        let opened = VerifiedKeyNote::open(&fixture.signed_key_note(), &manifest, NOW);
        assert_eq!(opened, Err(error));
    }
}

#[test]
fn finding_and_publish_need_two_registrars() {
    let mut fixture = Fixture::new();
    let manifest = fixture.verified_manifest();
    let first = fixture.registrar(0).device.public();
    fixture.key_note.issuers[1].registrar = first;
    let bytes = fixture.signed_key_note();
    let refused = Err(KeyNoteError::OneIssuerForBoth(this_week()));
    assert_eq!(VerifiedKeyNote::open(&bytes, &manifest, NOW), refused);
    // With one registrar there is no other way, and everything made with it says so.
    let single = Fixture::with_registrars(2, 1);
    assert!(single.verified_key_note().is_single_keyholder());
    // Kept from before the second registrar came: read, and no longer called single.
    let kept = VerifiedKeyNote::reopen(&bytes, &manifest).expect("readable");
    assert!(!kept.is_single_keyholder());
}

#[test]
fn a_kept_key_note_loses_what_a_removed_registrar_certified() {
    let mut fixture = Fixture::new();
    let bytes = fixture.signed_key_note();
    let removed = fixture.manifest.registrars.pop().expect("two");
    fixture.manifest.version = 2;
    let manifest = fixture.verified_manifest();
    assert_eq!(VerifiedKeyNote::open(&bytes, &manifest, NOW), Err(KeyNoteError::UnknownRegistrar));
    let kept = VerifiedKeyNote::reopen(&bytes, &manifest).expect("readable");
    assert_eq!(kept.registrar(&removed), None);
    assert_eq!(kept.issuer(PassPurpose::Publish, this_week()), None);
    assert!(kept.issuer(PassPurpose::Finding, this_week()).is_some());
}

#[test]
fn key_notes_only_go_forward() {
    let mut fixture = Fixture::new();
    fixture.key_note.version = 5;
    let held = fixture.verified_key_note();
    assert_eq!(held.supersedes(&held), Ok(()));
    fixture.key_note.version = 4;
    let backwards = Err(KeyNoteError::Backwards { held: 5, offered: 4 });
    assert_eq!(fixture.verified_key_note().supersedes(&held), backwards);
    fixture.key_note.version = 5;
    fixture.key_note.push_key = Some(vec![4]);
    assert_eq!(fixture.verified_key_note().supersedes(&held), Err(KeyNoteError::TwoOfOneVersion(5)));
}

#[test]
fn the_newest_desk_keys_that_hold_are_used() {
    let mut fixture = Fixture::new();
    let mut next = fixture.key_note.desk[0].clone();
    next.desk_key = PublicKey([8; 32]);
    next.not_before = NOW.plus_ms(DAY_MS);
    fixture.key_note.desk.push(next);
    let note = fixture.verified_key_note();
    let current = Some(fixture.desk.public());
    let after = Some(PublicKey([8; 32]));
    for (now, expected) in [
        (NOW.minus_ms(3 * DAY_MS), None),
        (NOW, current),
        (NOW.plus_ms(DAY_MS), after),
        (NOW.plus_ms(5 * DAY_MS), None),
    ] {
        assert_eq!(note.desk_keys_at(now).map(|k| k.desk_key), expected, "{now}");
    }
    assert_eq!(note.host_keys_at(NOW).map(|k| k.host_key), Some(fixture.host.public()));
    assert!(note.is_desk_key(&fixture.desk.public()) && !note.is_desk_key(&fixture.host.public()));
}

struct Case {
    name: &'static str,
    change: fn(&mut Certificate),
    now: Timestamp,
    expected: Result<(), CertificateError>,
}

#[test]
fn certificates_count_within_their_limits() {
    let mut fixture = Fixture::new_without_issuers();
    let manifest = fixture.verified_manifest();
    let device = SigningKey::generate(&mut fixture.rng).public();
    let issuer = &fixture.registrar(0).device;
    let base = fixture.certificate(device, &[Role::Observer, Role::Verifier]);
    let base = base.open(&fixture.network, &issuer.public()).expect("ours");
    let (from, to) = (base.not_before, base.not_after);
    let skew = limits::CLOCK_SKEW_MS;
    let case = |name, change, now, expected| Case { name, change, now, expected };
    let same: fn(&mut Certificate) = |_| {};
    let form = || Err(CertificateError::Form);
    for Case { name, change, now, expected } in [
        case("good", same, NOW, Ok(())),
        case("just begun, clock behind", same, from.minus_ms(skew), Ok(())),
        case("not yet", same, from.minus_ms(skew + 1), Err(CertificateError::NotYet(from))),
        case("just over, clock ahead", same, to.plus_ms(skew - 1), Ok(())),
        case("over", same, to.plus_ms(skew), Err(CertificateError::Expired(to))),
        case("no role", |c| c.roles.clear(), NOW, form()),
        case("a role twice", |c| c.roles = vec![Role::Host, Role::Host], NOW, form()),
        case("roles out of order", |c| c.roles.reverse(), NOW, form()),
        case("too long", |c| c.not_after = c.not_before.plus_ms(limits::CERTIFICATE_MS + 1), NOW, form()),
        case("ends before it begins", |c| c.not_after = c.not_before, NOW, form()),
        case("another issuer inside", |c| c.issuer = c.device, NOW, form()),
        case(
            "registrar by certificate alone",
            |c| c.roles = vec![Role::Registrar],
            NOW,
            Err(CertificateError::RegistrarNotInManifest),
        ),
        case("manifest expired", same, NOW.plus_ms(300 * DAY_MS), Err(CertificateError::ManifestExpired)),
    ] {
        let mut certificate = base.clone();
        change(&mut certificate);
        let signed = Signed::sign(&fixture.network, issuer, &certificate);
        let got = check_certificate(&signed, &manifest, None, now);
        assert_eq!(got.map(|_| ()), expected, "{name}");
    }
}

#[test]
fn certificates_come_from_registrars_of_this_network_and_can_be_revoked() {
    let mut fixture = Fixture::new();
    let manifest = fixture.verified_manifest();
    let device = SigningKey::generate(&mut fixture.rng).public();
    let good = fixture.certificate(device, &[Role::Dispatcher]);
    let verified =
        check_certificate(&good, &manifest, Some(&fixture.verified_key_note()), NOW).expect("good");
    assert_eq!((verified.device(), verified.hash()), (device, good.hash()));
    assert!(verified.has_role(Role::Dispatcher) && !verified.has_role(Role::Host));
    let body = good.open(&fixture.network, &fixture.registrar(0).device.public()).expect("ours");
    let by_member = SigningKey::generate(&mut fixture.rng);
    let forged = Signed::sign(&fixture.network, &by_member, &body);
    assert_eq!(check_certificate(&forged, &manifest, None, NOW), Err(CertificateError::NotARegistrar));
    let elsewhere = Signed::sign(&NetworkId([9; 32]), &fixture.registrar(0).device, &body);
    let bad = Err(CertificateError::Signature(SignError::BadSignature));
    assert_eq!(check_certificate(&elsewhere, &manifest, None, NOW), bad);
    fixture.key_note.revoked = vec![good.hash()];
    let note = fixture.verified_key_note();
    assert_eq!(check_certificate(&good, &manifest, Some(&note), NOW), Err(CertificateError::Revoked));
    // A registrar's own certificate, by itself.
    let own = fixture.certificate(fixture.registrar(0).device.public(), &[Role::Registrar]);
    assert!(check_certificate(&own, &manifest, Some(&note), NOW).is_ok());
    // Taken out of the manifest, it certifies nobody any more.
    fixture.manifest.registrars = vec![fixture.registrar(1).device.public()];
    let without = fixture.verified_manifest();
    assert_eq!(check_certificate(&own, &without, None, NOW), Err(CertificateError::NotARegistrar));
}
