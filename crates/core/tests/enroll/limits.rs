//! What a registrar refuses a member who does not keep to the rules of this program.

use bystand_core::io::{Random, Request, Response};
use bystand_core::network::Certificate;
use bystand_core::network::enroll::{BlindedBatch, EnrollRefusal, EnrollReply, PassAsk};
use bystand_core::testing::{FOUNDER, World, founded};
use bystand_crypto::hash::frame_hash;
use bystand_crypto::passes::PassRequest;
use bystand_crypto::seal::{SealPurpose, open, seal};
use bystand_crypto::sign::{Signed, sign};
use bystand_wire::relay_api::{Admission, Append, AppendContext, SignedBytes};
use bystand_wire::{Frame, FrameKind, PassPurpose, Period, Quarter, Role, Timestamp, Week, decode, encode};
use rand_core::SeedableRng;

/// A member's keys in the hands of another program.
struct Rogue<'a> {
    world: &'a mut World,
    place: usize,
    rng: Random,
}

impl Rogue<'_> {
    fn batch(&mut self, purpose: PassPurpose, period: Period, count: usize) -> BlindedBatch {
        let shared = self.world.device(self.place).shared();
        let note = shared.key_note().expect("a key note");
        let issuer = note.issuer_key(purpose, period).expect("an issuer").clone();
        let network = shared.identity.network;
        let zone = (purpose == PassPurpose::Room).then(|| "phillips".parse().expect("a zone"));
        let blinded = (0..count)
            .map(|_| {
                let request =
                    PassRequest::new(&network, purpose, period, zone.clone(), &issuer, &mut self.rng);
                request.expect("a request").1
            })
            .collect();
        BlindedBatch { purpose, period, blinded }
    }

    fn ask(&mut self, batch: Option<BlindedBatch>, at: Timestamp) -> Option<EnrollReply> {
        let shared = self.world.device(self.place).shared();
        let (network, device) = (shared.identity.network, shared.identity.device());
        let certificate = shared.identity.certificate.clone().expect("a certificate");
        let note = shared.key_note().expect("a key note").note().clone();
        let mailbox = shared.mailbox.expect("a mailbox");
        let sealing = shared.identity.sealing();
        let ask = PassAsk {
            certificate: Signed::<Certificate>::from(certificate.clone()),
            at,
            reply_to: mailbox,
            sealing_key: sealing.public(),
            batch,
        };
        let signed = Signed::sign(&network, &device, &ask);
        let inbox = note.streams.registrars_inbox;
        let to = &note.registrars[0].sealing_key;
        let body = encode(&signed);
        let sealed = seal(&network, SealPurpose::Enroll, to, &mut self.rng, inbox.as_ref(), &body);
        let frame = Frame::build(FrameKind::Enroll, &sealed.expect("sealed"));
        let context = AppendContext { stream: inbox, frame: frame_hash(&frame), commit: None, epoch: None };
        let proof =
            Admission::Certificate(SignedBytes::clone(&certificate), sign(&network, &device, &context));
        let append = Append { frame, admission: proof, commit: None, tag: None };
        let answer = self.world.relay.handle(Request::Append(inbox, append));
        if !matches!(answer, Response::Appended(_)) {
            return None;
        }
        self.world.run(5_000);
        self.world.relay.frames(&mailbox).into_iter().rev().find_map(|stored| {
            let body = Frame::parse(&stored.frame).ok().filter(|f| f.kind == FrameKind::Enrolled)?.body;
            let bytes = open(&network, SealPurpose::Enrolled, &sealing, mailbox.as_ref(), body).ok()?;
            decode::<EnrollReply>(&bytes).ok().filter(|reply| reply.answers == signed.hash())
        })
    }

    fn refusal(&mut self, purpose: PassPurpose, period: Period, count: usize) -> Option<EnrollRefusal> {
        let batch = self.batch(purpose, period, count);
        let at = self.world.now();
        self.ask(Some(batch), at).and_then(|reply| reply.refusal)
    }
}

#[test]
fn a_week_has_so_many_passes_and_no_more() {
    let mut world = founded(81, 2);
    let place = world.admit("observer", FOUNDER, &[Role::Observer]);
    let (this, next) = {
        let week = Week::of(world.now());
        (Period::Week(week), Period::Week(week.next()))
    };
    let quarter = Period::Quarter(Quarter::of(world.now()));
    let mut rogue = Rogue { world: &mut world, place, rng: Random::seed_from_u64(1) };
    // Those of this week and the next were given out when it joined.
    assert_eq!(rogue.refusal(PassPurpose::Report, this, 1), Some(EnrollRefusal::NoneLeft));
    assert_eq!(rogue.refusal(PassPurpose::Voice, next, 1), Some(EnrollRefusal::NoneLeft));
    // Three rooms a week, not four, and not three and then one.
    assert_eq!(rogue.refusal(PassPurpose::Room, this, 4), Some(EnrollRefusal::NoneLeft));
    assert_eq!(rogue.refusal(PassPurpose::Room, this, 3), None);
    assert_eq!(rogue.refusal(PassPurpose::Room, this, 1), Some(EnrollRefusal::NoneLeft));
    // Not what its roles do not name, and cards are nobody's to ask for.
    assert_eq!(rogue.refusal(PassPurpose::Finding, this, 1), Some(EnrollRefusal::NotForYourRoles));
    assert_eq!(rogue.refusal(PassPurpose::Publish, next, 1), Some(EnrollRefusal::NotForYourRoles));
    assert_eq!(rogue.refusal(PassPurpose::Card, quarter, 1), Some(EnrollRefusal::NotForYourRoles));
}

#[test]
fn the_same_batch_gets_the_same_answer_and_counts_once() {
    let mut world = founded(82, 1);
    let place = world.admit("observer", FOUNDER, &[Role::Observer]);
    let week = Period::Week(Week::of(world.now()));
    let now = world.now();
    let mut rogue = Rogue { world: &mut world, place, rng: Random::seed_from_u64(1) };
    let batch = rogue.batch(PassPurpose::Room, week, 3);
    let first = rogue.ask(Some(batch.clone()), now).and_then(|r| r.grant).expect("granted");
    let again = rogue.ask(Some(batch), now.plus_ms(1)).and_then(|r| r.grant).expect("granted");
    assert_eq!(first.signatures, again.signatures);
}

#[test]
fn stale_and_empty_asks_get_no_passes() {
    let mut world = founded(83, 1);
    let place = world.admit("observer", FOUNDER, &[Role::Observer]);
    let week = Period::Week(Week::of(world.now()));
    let now = world.now();
    let mut rogue = Rogue { world: &mut world, place, rng: Random::seed_from_u64(1) };
    let batch = rogue.batch(PassPurpose::Room, week, 1);
    let day = bystand_wire::time::DAY_MS;
    assert!(rogue.ask(Some(batch.clone()), now.minus_ms(2 * day)).is_none(), "a day old and more");
    assert!(rogue.ask(Some(batch.clone()), now.plus_ms(day)).is_none(), "from the future");
    let empty = BlindedBatch { blinded: Vec::new(), ..batch };
    let reply = rogue.ask(Some(empty), now).expect("answered");
    assert!(reply.grant.is_none() && reply.refusal.is_some());
    // Renewal long before the end gives the same certificate again.
    let reply = rogue.ask(None, now).expect("answered");
    let held = rogue.world.device(place).shared().identity.certificate.clone();
    assert_eq!(reply.certificate.map(SignedBytes::from), held);
}
