//! Who must stand behind an alert: each way to fall short has its own answer.

use bystand_core::alerts::signed::{AlertText, PassLine, RegistrarLine};
use bystand_core::alerts::{
    AlertBuilder, AlertNote, Basis, Countersign, FindingProof, NoQuorum, NoteKind, Outcome, Place, Quorum,
    SignedAlert, check_quorum,
};
use bystand_core::fixtures::{CELL, Fixture, NOW, OTHER_CELL, ZONE, this_week};
use bystand_core::network::KindCode;
use bystand_crypto::passes::{OwnedPass, PassError, sign_with_pass};
use bystand_crypto::sign::{SigningKey, sign};
use bystand_wire::time::{DAY_MS, HOUR_MS, WEEK_MS};
use bystand_wire::{Cell, NetworkId, PassPurpose, Period, Timestamp, Week, limits};

struct Scene {
    fixture: Fixture,
    note: AlertNote,
    finding: OwnedPass,
    publish: OwnedPass,
}

impl Scene {
    fn of(mut fixture: Fixture) -> Self {
        let id = fixture.alert_id();
        let statement = fixture.statement(id, Outcome::Confirmed);
        let network = fixture.network;
        let built = AlertBuilder::from_statement(&network, NoteKind::New, 1, &statement, 2 * HOUR_MS, NOW);
        let note = built.expect("fits").note().clone();
        let finding = fixture.pass_now(PassPurpose::Finding);
        let publish = fixture.pass_now(PassPurpose::Publish);
        Self { fixture, note, finding, publish }
    }

    fn new() -> Self {
        Self::of(Fixture::new())
    }

    fn finding_line(&self, pass: &OwnedPass) -> PassLine {
        let statement = self.note.statement().expect("a finding");
        let proof = FindingProof::sign(&self.fixture.network, pass, statement);
        PassLine { pass: proof.pass, signature: proof.signature }
    }

    fn publish_line(&self, pass: &OwnedPass) -> PassLine {
        let text = AlertText(self.note.to_string());
        PassLine { pass: pass.pass.clone(), signature: sign_with_pass(&self.fixture.network, pass, &text) }
    }

    fn registrar_line(&self, device: &SigningKey) -> RegistrarLine {
        let text = Countersign(self.note.to_string());
        RegistrarLine { device: device.public(), signature: sign(&self.fixture.network, device, &text) }
    }

    fn alert(
        &self,
        findings: impl IntoIterator<Item = PassLine>,
        publishes: impl IntoIterator<Item = PassLine>,
        registrars: impl IntoIterator<Item = RegistrarLine>,
    ) -> SignedAlert {
        let mut alert = SignedAlert::unsigned(self.note.clone());
        findings.into_iter().for_each(|line| alert.add_finding(line));
        publishes.into_iter().for_each(|line| alert.add_publish(line));
        registrars.into_iter().for_each(|line| alert.add_registrar(line));
        alert
    }

    fn good(&self) -> SignedAlert {
        self.alert([self.finding_line(&self.finding)], [self.publish_line(&self.publish)], [])
    }

    fn check(&self, alert: &SignedAlert) -> Result<Quorum, NoQuorum> {
        self.check_at(alert, NOW)
    }

    fn check_at(&self, alert: &SignedAlert, now: Timestamp) -> Result<Quorum, NoQuorum> {
        let (manifest, key_note) = (self.fixture.verified_manifest(), self.fixture.verified_key_note());
        check_quorum(alert, &manifest, &key_note, now)
    }
}

const TOO_FEW: fn(usize, usize) -> NoQuorum =
    |findings, publishes| NoQuorum::TooFew { findings, findings_needed: 1, publishes, publishes_needed: 1 };

#[test]
fn one_finding_and_one_publish_are_enough() {
    let scene = Scene::new();
    let quorum = scene.check(&scene.good()).expect("a quorum");
    assert_eq!(quorum.note(), &scene.note);
    assert_eq!(quorum.basis(), Basis::Finding);
    assert!(!quorum.is_single_keyholder());
    assert_eq!(quorum.passes_spent().len(), 2);
    assert!(quorum.spent().iter().all(|s| s.until == this_week().end().plus_ms(limits::PERIOD_GRACE_MS)));
    assert_eq!(quorum.check_fresh(NOW.plus_ms(limits::CLOCK_SKEW_MS)), Ok(()));
    let late = Err(NoQuorum::NotFresh { issued: NOW });
    assert_eq!(quorum.check_fresh(NOW.plus_ms(limits::CLOCK_SKEW_MS + 1)), late);
    // A client that was off reads it a day later just the same.
    assert!(scene.check_at(&scene.good(), NOW.plus_ms(DAY_MS)).is_ok());
    let parsed = SignedAlert::parse(scene.good().to_text().expect("text").as_bytes()).expect("ours");
    assert_eq!(scene.check(&parsed).map(|q| q.passes_spent()), Ok(quorum.passes_spent()));
}

#[test]
fn one_side_alone_is_never_enough() {
    let mut scene = Scene::new();
    let (finding, publish) = (scene.finding_line(&scene.finding), scene.publish_line(&scene.publish));
    assert_eq!(scene.check(&scene.alert([finding.clone()], [], [])), Err(TOO_FEW(1, 0)));
    assert_eq!(scene.check(&scene.alert([], [publish.clone()], [])), Err(TOO_FEW(0, 1)));
    // Two of the same side are not two sides.
    let second = scene.fixture.pass_now(PassPurpose::Publish);
    let two = [publish.clone(), scene.publish_line(&second)];
    assert_eq!(scene.check(&scene.alert([], two, [])), Err(TOO_FEW(0, 2)));
    // One pass on both lines.
    let both = scene.alert([scene.finding_line(&scene.publish)], [publish], []);
    assert_eq!(scene.check(&both), Err(NoQuorum::SameKey));
    let twice = scene.alert([finding.clone(), finding], [], []);
    assert_eq!(scene.check(&twice), Err(NoQuorum::SameKey));
    // A network that wants two findings gets two.
    scene.fixture.manifest.alert_quorum.findings = 2;
    let short = NoQuorum::TooFew { findings: 1, findings_needed: 2, publishes: 1, publishes_needed: 1 };
    assert_eq!(scene.check(&scene.good()), Err(short));
    let other = scene.fixture.pass_now(PassPurpose::Finding);
    let lines = [scene.finding_line(&scene.finding), scene.finding_line(&other)];
    assert!(scene.check(&scene.alert(lines, [scene.publish_line(&scene.publish)], [])).is_ok());
}

#[test]
fn passes_must_be_of_the_right_purpose_and_week() {
    let mut scene = Scene::new();
    let finding = scene.finding_line(&scene.finding);
    let publish = scene.publish_line(&scene.publish);
    let second = scene.fixture.pass_now(PassPurpose::Publish);
    let wrong = |found, needed| Err(NoQuorum::WrongPurpose { found, needed });
    let as_finding = scene.alert([scene.finding_line(&second)], [publish.clone()], []);
    assert_eq!(scene.check(&as_finding), wrong(PassPurpose::Publish, PassPurpose::Finding));
    let third = scene.fixture.pass_now(PassPurpose::Finding);
    let as_publish = scene.alert([finding.clone()], [scene.publish_line(&third)], []);
    assert_eq!(scene.check(&as_publish), wrong(PassPurpose::Finding, PassPurpose::Publish));
    let last_week = Period::Week(Week::of(NOW.minus_ms(WEEK_MS)));
    scene.fixture.add_issuer(PassPurpose::Finding, last_week, 0);
    let old = scene.fixture.pass(PassPurpose::Finding, last_week, None);
    let old = scene.alert([scene.finding_line(&old)], [publish.clone()], []);
    assert_eq!(scene.check(&old), Err(NoQuorum::WrongPeriod(last_week)));
    // In its day of grace it counts.
    let monday = this_week().end().plus_ms(HOUR_MS);
    scene.note.issued = monday;
    scene.note.expires = monday.plus_ms(HOUR_MS);
    scene.note.observed_from = monday;
    scene.note.observed_until = monday;
    assert!(scene.check_at(&scene.good(), monday).is_ok());
    // A pass nobody is known to certify: the key note has lost the key.
    scene.fixture.key_note.issuers.retain(|i| i.purpose != PassPurpose::Finding);
    let (purpose, period) = (PassPurpose::Finding, this_week());
    assert_eq!(scene.check_at(&scene.good(), monday), Err(NoQuorum::NoIssuer { purpose, period }));
}

#[test]
fn a_finding_for_something_else_does_not_count() {
    let scene = Scene::new();
    let publish = scene.publish_line(&scene.publish);
    let base = scene.note.statement().expect("a finding");
    let mut other_alert = base.clone();
    other_alert.alert = bystand_wire::AlertId([9; 16]);
    let mut other_cell = base.clone();
    other_cell.place = Place::Cell(OTHER_CELL);
    let mut other_kind = base.clone();
    other_kind.kind = KindCode::new("workplace").expect("a code");
    let mut other_time = base.clone();
    other_time.observed_until = other_time.observed_until.minus_ms(1000);
    let mut other_outcome = base;
    other_outcome.outcome = bystand_core::fixtures::outcome_for(NoteKind::Wrong);
    for statement in [other_alert, other_cell, other_kind, other_time, other_outcome] {
        let proof = FindingProof::sign(&scene.fixture.network, &scene.finding, statement);
        let line = PassLine { pass: proof.pass, signature: proof.signature };
        let alert = scene.alert([line], [publish.clone()], []);
        assert_eq!(scene.check(&alert), Err(NoQuorum::Pass(PassError::NotSigned)));
    }
    // A publish signature over another text.
    let mut edited = Scene { note: scene.note.clone(), ..Scene::new() };
    edited.note.expires = edited.note.expires.plus_ms(HOUR_MS);
    let alert = scene.alert([scene.finding_line(&scene.finding)], [edited.publish_line(&scene.publish)], []);
    assert_eq!(scene.check(&alert), Err(NoQuorum::Pass(PassError::NotSigned)));
}

#[test]
fn nothing_of_another_network_counts() {
    let scene = Scene::new();
    let mut elsewhere = Scene::of(Fixture::with_registrars(7, 2));
    assert_eq!(scene.check(&elsewhere.good()), Err(NoQuorum::OtherNetwork));
    // A pass of theirs on a note of ours.
    elsewhere.note = scene.note.clone();
    let foreign = PassLine {
        pass: elsewhere.finding.pass.clone(),
        signature: scene.finding_line(&elsewhere.finding).signature,
    };
    let alert = scene.alert([foreign], [scene.publish_line(&scene.publish)], []);
    assert_eq!(scene.check(&alert), Err(NoQuorum::Pass(PassError::NotCertified)));
    // Signed for another network.
    let statement = scene.note.statement().expect("a finding");
    let proof = FindingProof::sign(&NetworkId([9; 32]), &scene.finding, statement);
    let line = PassLine { pass: proof.pass, signature: proof.signature };
    let alert = scene.alert([line], [scene.publish_line(&scene.publish)], []);
    assert_eq!(scene.check(&alert), Err(NoQuorum::Pass(PassError::NotSigned)));
}

#[test]
fn one_registrar_cannot_make_up_both_sides() {
    // The passes of this week's finding and next week's publish would be certified by one registrar;
    // on the Monday both count.
    let mut scene = Scene::new();
    let next_week = Period::Week(Week::of(NOW).next());
    scene.fixture.add_issuer(PassPurpose::Publish, next_week, 0);
    scene.fixture.add_issuer(PassPurpose::Finding, next_week, 1);
    let monday = next_week.start().plus_ms(HOUR_MS);
    scene.note.issued = monday;
    scene.note.expires = monday.plus_ms(HOUR_MS);
    scene.note.observed_from = monday;
    scene.note.observed_until = monday;
    scene.publish = scene.fixture.pass(PassPurpose::Publish, next_week, None);
    assert_eq!(scene.check_at(&scene.good(), monday), Err(NoQuorum::SameRegistrar));
    // Where there is only one, it may, and the proof says so.
    let single = Scene::of(Fixture::with_registrars(2, 1));
    let quorum = single.check(&single.good()).expect("a quorum");
    assert!(quorum.is_single_keyholder());
}

#[test]
fn a_second_registrar_stands_in_where_the_manifest_allows() {
    let mut scene = Scene::new();
    // The fixture's second registrar certifies publish passes, so the first is the second signer.
    let publish = scene.publish_line(&scene.publish);
    let first = scene.registrar_line(&scene.fixture.registrar(0).device);
    let own = scene.registrar_line(&scene.fixture.registrar(1).device);
    let member = scene.registrar_line(&SigningKey::from_seed(&[5; 32]));
    let quorum = scene.check(&scene.alert([], [publish.clone()], [first])).expect("a quorum");
    assert_eq!(quorum.basis(), Basis::SecondRegistrar);
    assert_eq!(scene.check(&scene.alert([], [publish.clone()], [own])), Err(NoQuorum::SameRegistrar));
    assert_eq!(scene.check(&scene.alert([], [publish.clone()], [member])), Err(NoQuorum::Registrar));
    assert_eq!(scene.check(&scene.alert([], [], [first])), Err(TOO_FEW(0, 0)));
    let mut forged = first;
    forged.signature = own.signature;
    assert_eq!(scene.check(&scene.alert([], [publish.clone()], [forged])), Err(NoQuorum::Registrar));
    // Superfluous on a full quorum: one alert has one form.
    let full = scene.alert([scene.finding_line(&scene.finding)], [publish.clone()], [first]);
    assert_eq!(scene.check(&full), Err(NoQuorum::Registrar));
    scene.fixture.manifest.alert_quorum.fallback_second_registrar = false;
    assert_eq!(scene.check(&scene.alert([], [publish], [first])), Err(TOO_FEW(0, 1)));
}

#[test]
fn being_checked_again_needs_the_desk_alone() {
    let mut scene = Scene::new();
    let held = scene.note.clone();
    scene.note = AlertBuilder::rechecking(&held, HOUR_MS, NOW).expect("fits").note().clone();
    let quorum = scene.check(&scene.alert([], [scene.publish_line(&scene.publish)], [])).expect("enough");
    assert_eq!(quorum.basis(), Basis::DeskAlone);
    assert_eq!(quorum.passes_spent().len(), 1);
    let none = NoQuorum::TooFew { findings: 0, findings_needed: 0, publishes: 0, publishes_needed: 1 };
    assert_eq!(scene.check(&scene.alert([], [], [])), Err(none));
    // Its publish pass counts for no other text.
    let line = scene.publish_line(&scene.publish);
    scene.note = held;
    let alert = scene.alert([scene.finding_line(&scene.finding)], [line], []);
    assert_eq!(scene.check(&alert), Err(NoQuorum::Pass(PassError::NotSigned)));
}

#[test]
fn a_note_is_about_this_network_and_this_time() {
    let mut scene = Scene::new();
    let good = scene.note.clone();
    let unknown = |what| Err(NoQuorum::Unknown(what));
    let zone: bystand_wire::ZoneId = ZONE.parse().expect("a zone");
    let place = |place: Place| AlertNote { place, ..good.clone() };
    let fine = h3o::CellIndex::try_from(CELL.0).expect("a cell").center_child(h3o::Resolution::Ten);
    let coarse = h3o::CellIndex::try_from(CELL.0).expect("a cell").parent(h3o::Resolution::Eight);
    let cell = |index: Option<h3o::CellIndex>| place(Place::Cell(Cell(index.expect("a cell").into())));
    let kind = AlertNote { kind: KindCode::new("parade").expect("a code"), ..good.clone() };
    for (what, note, expected) in [
        ("a zone", place(Place::Zone(zone)), Ok(())),
        ("a coarser cell", cell(coarse), Ok(())),
        ("a finer cell", cell(fine), unknown("place")),
        ("no cell at all", place(Place::Cell(Cell(7))), unknown("place")),
        ("an unknown zone", place(Place::Zone("elsewhere".parse().expect("an id"))), unknown("place")),
        ("an unknown kind", kind, unknown("kind of incident")),
    ] {
        scene.note = note;
        assert_eq!(scene.check(&scene.good()).map(|_| ()), expected, "{what}");
    }
    scene.note = good;
    let early = NOW.minus_ms(limits::CLOCK_SKEW_MS + 1);
    let future = NoQuorum::FromTheFuture { issued: NOW };
    let (manifest, key_note) = (scene.fixture.verified_manifest(), scene.fixture.verified_key_note());
    assert_eq!(check_quorum(&scene.good(), &manifest, &key_note, early), Err(future));
    // Issued when the key note, then the manifest, had ended.
    scene.fixture.key_note.valid_until = NOW.minus_ms(limits::CLOCK_SKEW_MS);
    let bytes = scene.fixture.signed_key_note();
    let ended = bystand_core::network::VerifiedKeyNote::reopen(&bytes, &manifest).expect("readable");
    let refused = check_quorum(&scene.good(), &manifest, &ended, NOW);
    assert_eq!(refused, Err(NoQuorum::KeysExpired("key note")));
    scene.fixture.manifest.expires_at = NOW;
    let manifest = scene.fixture.verified_manifest();
    let refused = check_quorum(&scene.good(), &manifest, &key_note, NOW);
    assert_eq!(refused, Err(NoQuorum::KeysExpired("manifest")));
}
