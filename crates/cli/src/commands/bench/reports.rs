//! Reports made ready to send: sealed, with their proof of work or their pass, and rendered as HTTP
//! requests. All processors help; none of it is timed.

use anyhow::{Context, bail};
use bystand_core::device::desk::report_tag;
use bystand_core::io::Random;
use bystand_core::messages::SealedReport;
use bystand_core::report::{Kind, Place, ReplySeed, ReportIn};
use bystand_crypto::hash;
use bystand_crypto::passes::{IssuerKey, PassRequest};
use bystand_crypto::seal::{SealPublicKey, SealPurpose, seal};
use bystand_crypto::work;
use bystand_wire::relay_api::{Admission, Append, UseContext, WorkOffer};
use bystand_wire::{
    Frame, FrameHash, FrameKind, Hash32, NetworkId, PassPurpose, Period, ReportId, StreamId, Timestamp,
    encode, limits,
};
use rand_core::{Rng, SeedableRng};

use super::http;
use super::network::Network;

/// What a sealed body of 4 KiB comes to as a frame: 4 KiB, the encapsulated key, the tag, the header.
const FRAME_LEN: usize = 4 * 1024 + 1120 + 16 + 2;

/// A report that is ready to send.
#[derive(Debug)]
pub struct Ready {
    /// The rendered request.
    pub request: Vec<u8>,
    /// Its frame.
    pub frame: FrameHash,
}

/// Makes reports for one drop.
#[derive(Debug, Clone)]
pub struct Maker {
    network: NetworkId,
    week: Period,
    drop: StreamId,
    to: SealPublicKey,
    now: Timestamp,
}

/// Requests of the open lane, by work of the least effort that the relay asks for.
pub fn by_work(
    network: &Network,
    offer: &WorkOffer,
    count: usize,
    seed: u64,
) -> anyhow::Result<Vec<Vec<u8>>> {
    let maker = Maker::of(network);
    in_parallel(vec![(); count], seed, |(), rng| Ok(maker.by_work(offer, rng)?.request))
}

/// Requests of the vouched lane, each with a pass of its own, issued before.
pub fn by_pass(network: &Network, count: usize, seed: u64) -> anyhow::Result<Vec<Vec<u8>>> {
    let maker = Maker::of(network);
    let issuer = network.fixture.issuers.get(&(PassPurpose::Report, maker.week));
    let issuer = issuer.context("no issuer of report passes")?;
    in_parallel(vec![(); count], seed, |(), rng| Ok(maker.by_pass(issuer, rng)?.request))
}

impl Maker {
    /// For a network's drop, with passes of the week it was founded in.
    pub fn of(network: &Network) -> Self {
        Self {
            network: network.fixture.network,
            week: network.week(),
            drop: network.drop_stream(),
            to: network.fixture.report.public(),
            now: network.now,
        }
    }

    /// A report of the open lane.
    pub fn by_work(&self, offer: &WorkOffer, rng: &mut Random) -> anyhow::Result<Ready> {
        let (frame, tag) = self.report(rng)?;
        let context = UseContext { stream: self.drop, tag };
        let start = rng.next_u64();
        let proof = work::solve(&self.network, &offer.nonce, &context, offer.effort, start, &mut || false);
        Ok(self.ready(frame, tag, Admission::Work(proof.context("no proof of work")?)))
    }

    /// A report of the vouched lane, with a new pass of the week.
    pub fn by_pass(&self, issuer: &IssuerKey, rng: &mut Random) -> anyhow::Result<Ready> {
        let (network, key) = (&self.network, issuer.public());
        let (request, blinded) = PassRequest::new(network, PassPurpose::Report, self.week, None, key, rng)?;
        let pass = request.finish(key, &issuer.sign_blinded(&blinded, rng)?)?;
        let (frame, tag) = self.report(rng)?;
        let context = UseContext { stream: self.drop, tag };
        Ok(self.ready(frame, tag, Admission::Pass(pass.redeem(network, &context))))
    }

    /// A sealed report of the 4 KiB class and what its admission is bound to.
    fn report(&self, rng: &mut Random) -> anyhow::Result<(Vec<u8>, Hash32)> {
        let mut id = [0; ReportId::LEN];
        rng.fill_bytes(&mut id);
        let place = Place { text: "Lake Street and Bloomington Avenue".into(), ..Place::default() };
        let mut report = ReportIn::new(ReportId(id), Kind::VehicleStop, place, self.now);
        // Fills the class: a report in full sentences.
        report.activity =
            "Two unmarked cars stop a third. ".chars().cycle().take(limits::REPORT_TEXT_CHARS).collect();
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        report.reply = Some(ReplySeed(seed));
        let tag = report_tag(report.id);
        let body = encode(&SealedReport { report, finding: None });
        let sealed = seal(&self.network, SealPurpose::Report, &self.to, rng, self.drop.as_ref(), &body)?;
        let frame = Frame::build(FrameKind::Report, &sealed);
        if frame.len() != FRAME_LEN {
            bail!("a report's frame has {} bytes instead of {FRAME_LEN}", frame.len());
        }
        Ok((frame, tag))
    }

    fn ready(&self, frame: Vec<u8>, tag: Hash32, admission: Admission) -> Ready {
        let hash = hash::frame_hash(&frame);
        let append = Append { frame, admission, commit: None, tag: Some(tag) };
        let request = http::request("POST", &format!("/v1/streams/{}", self.drop), &encode(&append));
        Ready { request, frame: hash }
    }
}

/// Shares the items out over all processors, each with a generator of its own; results are in order.
pub fn in_parallel<I, T>(
    items: Vec<I>,
    seed: u64,
    make: impl Fn(I, &mut Random) -> anyhow::Result<T> + Sync,
) -> anyhow::Result<Vec<T>>
where
    I: Send,
    T: Send,
{
    let threads = std::thread::available_parallelism()?.get();
    let share = items.len().div_ceil(threads).max(1);
    let mut items = items.into_iter();
    std::thread::scope(|scope| {
        let mut running = Vec::new();
        for thread in 0..threads {
            let part: Vec<I> = items.by_ref().take(share).collect();
            let make = &make;
            let mut rng =
                Random::seed_from_u64(seed.wrapping_mul(1_000).wrapping_add(u64::try_from(thread)?));
            running.push(scope.spawn(move || part.into_iter().map(|i| make(i, &mut rng)).collect()));
        }
        let mut made = Vec::new();
        for thread in running {
            let part: anyhow::Result<Vec<T>> =
                thread.join().map_err(|_| anyhow::anyhow!("a thread failed"))?;
            made.extend(part?);
        }
        Ok(made)
    })
}
