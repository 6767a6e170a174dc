//! The public page's engine: reports with nothing but the network's id, and leaves nothing behind.

use std::collections::{BTreeMap, VecDeque};

use bystand_core::device::Event;
use bystand_core::device::desk::DeskCommand;
use bystand_core::device::neighbor::NeighborEvent;
use bystand_core::device::reporter::{CLOCK_SKEW, Reporter, ReporterEvent};
use bystand_core::io::{CallId, Effect, Engine, Puzzle, Random, Request};
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::testing::{FOUNDER, World, founded};
use bystand_crypto::phrase::Phrase;
use bystand_crypto::work;
use bystand_wire::time::DAY_MS;
use bystand_wire::{ReportId, Timestamp};
use rand_core::SeedableRng;

use crate::support::*;

/// A page: an engine, what is durable, and whether there is a connection.
struct Page {
    engine: Reporter,
    rng: Random,
    records: BTreeMap<String, Vec<u8>>,
    events: Vec<ReporterEvent>,
    asked: Vec<Request>,
    puzzles: VecDeque<(CallId, Puzzle)>,
    /// How far its clock is ahead, in milliseconds.
    ahead_ms: u64,
}

impl Page {
    fn open(world: &World, records: BTreeMap<String, Vec<u8>>, ahead_ms: u64) -> Self {
        let mut rng = Random::seed_from_u64(5);
        let now = world.now().plus_ms(ahead_ms);
        let engine = Reporter::open(world.relay.network(), &records, now, &mut rng).expect("whole");
        let (events, asked, puzzles) = (Vec::new(), Vec::new(), VecDeque::new());
        Self { engine, rng, records, events, asked, puzzles, ahead_ms }
    }

    /// Carries out what is asked for until nothing is left; puzzles only if they are to be solved.
    fn settle(&mut self, world: &mut World, solves: bool) {
        loop {
            let now = world.now().plus_ms(self.ahead_ms);
            while let Some(effect) = self.engine.poll_effect() {
                match effect {
                    Effect::Store(batch) => {
                        for (name, value) in batch.records {
                            match value {
                                Some(value) => drop(self.records.insert(name, value)),
                                None => drop(self.records.remove(&name)),
                            }
                        }
                    }
                    Effect::Send(id, request) => {
                        self.asked.push(*request.clone());
                        let answer = world.relay.handle(*request);
                        self.engine.handle_response(id, answer, now, &mut self.rng);
                    }
                    Effect::Solve(id, puzzle) => self.puzzles.push_back((id, puzzle)),
                    Effect::Tell(event) => self.events.push(event),
                    Effect::Follow(..) | Effect::Leave(_) | Effect::FollowLog(_) => {
                        panic!("it follows nothing on the live connection")
                    }
                }
            }
            let Some((id, Puzzle { offer, context })) = self.puzzles.pop_front().filter(|_| solves) else {
                return;
            };
            let network = world.relay.network();
            let proof = work::solve(&network, &offer.nonce, &context, offer.effort, 0, &mut || false);
            self.engine.handle_solved(id, proof.expect("solved"), now, &mut self.rng);
        }
    }

    fn run(&mut self, world: &mut World, ms: u64) {
        let end = world.now().plus_ms(ms);
        while world.now() < end {
            world.run(SECOND);
            let now = world.now().plus_ms(self.ahead_ms);
            if self.engine.poll_timeout().is_some_and(|at| at <= now) {
                self.engine.handle_timeout(now, &mut self.rng);
            }
            self.settle(world, true);
        }
    }

    fn report(&mut self, now: Timestamp) -> ReportId {
        let place = Place { text: "4th and 3rd".into(), ..Place::default() };
        let report = ReportIn::new(ReportId([0; 16]), Kind::Checkpoint, place, now);
        self.engine.report(report, None, now, &mut self.rng).expect("kept")
    }

    fn words(&self) -> String {
        let words = |event: &ReporterEvent| {
            let ReporterEvent::Neighbor(NeighborEvent::Kept { words, .. }) = event else { return None };
            Some(words.clone())
        };
        self.events.iter().find_map(words).expect("kept")
    }

    fn is_received(&self) -> bool {
        self.events.iter().any(|event| matches!(event, ReporterEvent::Neighbor(NeighborEvent::Received(..))))
    }

    fn warnings(&self) -> Vec<&'static str> {
        let code = |event: &ReporterEvent| {
            let ReporterEvent::Warning { code, .. } = event else { return None };
            Some(*code)
        };
        self.events.iter().filter_map(code).collect()
    }
}

#[test]
fn a_report_reaches_the_desk_and_leaves_nothing() {
    let mut world = founded(31, 1);
    let mut page = Page::open(&world, BTreeMap::new(), 0);
    page.settle(&mut world, true);
    assert!(page.engine.knows_network() && page.engine.is_done() && page.records.is_empty());
    page.report(world.now());
    page.settle(&mut world, true);
    assert!(!page.engine.is_done() && !page.records.is_empty());
    page.run(&mut world, 3 * SECOND);
    assert!(page.is_received(), "while somebody looks at the page");
    assert!(page.engine.is_done() && page.records.is_empty(), "{:?}", page.records.keys());
}

#[test]
fn the_puzzle_is_solved_while_the_person_writes() {
    let mut world = founded(32, 1);
    let mut page = Page::open(&world, BTreeMap::new(), 0);
    let now = world.now();
    page.engine.prepare(now, &mut page.rng);
    page.settle(&mut world, true);
    page.engine.prepare(now, &mut page.rng);
    page.settle(&mut world, true);
    let offers = |page: &Page| page.asked.iter().filter(|asked| matches!(asked, Request::Work)).count();
    assert_eq!(offers(&page), 1);
    let id = page.report(now);
    page.settle(&mut world, false);
    assert_eq!((offers(&page), page.puzzles.len()), (1, 0), "sent without another puzzle");
    assert!(page.engine.kept().any(|(kept, is_sent)| *kept == id && is_sent));
    // One that is handed over while its puzzle is being solved waits for that one.
    page.engine.prepare(now, &mut page.rng);
    page.settle(&mut world, false);
    page.report(now);
    page.settle(&mut world, false);
    assert_eq!((offers(&page), page.puzzles.len()), (2, 0), "the puzzle was given out once");
}

#[test]
fn what_was_not_sent_goes_on_when_the_page_is_opened_again() {
    let mut world = founded(33, 1);
    world.relay.is_down = true;
    let mut page = Page::open(&world, BTreeMap::new(), 0);
    page.report(world.now());
    page.run(&mut world, MINUTE);
    assert!(!page.engine.knows_network() && page.engine.kept().all(|(_, is_sent)| !is_sent));
    world.relay.is_down = false;
    let mut again = Page::open(&world, page.records, 0);
    again.run(&mut world, 10 * SECOND);
    assert!(again.is_received() && again.engine.is_done());
    // Nobody takes it for a day: it is erased.
    world.relay.is_down = true;
    let mut late = Page::open(&world, BTreeMap::new(), 0);
    late.report(world.now());
    late.settle(&mut world, true);
    let mut late = Page::open(&world, late.records, DAY_MS);
    late.run(&mut world, 2 * SECOND);
    assert!(late.records.keys().all(|name| !name.starts_with("neighbor/")), "{:?}", late.records.keys());
}

#[test]
fn a_connection_that_is_back_is_used_at_once() {
    let mut world = founded(34, 1);
    world.relay.is_down = true;
    let mut page = Page::open(&world, BTreeMap::new(), 0);
    page.report(world.now());
    page.run(&mut world, MINUTE);
    world.relay.is_down = false;
    let now = world.now();
    page.engine.hurry(now, &mut page.rng);
    page.settle(&mut world, true);
    assert!(page.engine.kept().all(|(_, is_sent)| is_sent));
}

#[test]
fn a_clock_that_is_a_day_off_is_said() {
    let mut world = founded(35, 1);
    for (ahead_ms, is_wrong) in [(0, false), (DAY_MS, true)] {
        let mut page = Page::open(&world, BTreeMap::new(), ahead_ms);
        page.settle(&mut world, true);
        assert_eq!(page.engine.is_clock_wrong(), is_wrong);
        assert_eq!(page.warnings().contains(&CLOCK_SKEW), is_wrong);
    }
}

#[test]
fn the_desk_and_the_reporter_talk_by_the_phrase() {
    let mut world = founded(36, 1);
    let mut page = Page::open(&world, BTreeMap::new(), 0);
    page.report(world.now());
    page.run(&mut world, 10 * SECOND);
    let phrase = || Phrase::parse(&page.words()).expect("a phrase");
    let incident = world.device(FOUNDER).desk().state().incidents().map(|i| i.id).next().expect("taken");
    for command in [DeskCommand::StartShift(vec!["en".into()]), DeskCommand::Claim(incident)] {
        desk(&mut world, command);
        world.run(2 * SECOND);
    }
    desk(&mut world, DeskCommand::Ask(incident, "Are they still there?".to_owned()));
    world.run(2 * SECOND);
    let mut elsewhere = Page::open(&world, BTreeMap::new(), 0);
    let now = world.now();
    elsewhere.engine.follow(phrase(), now, &mut elsewhere.rng);
    elsewhere.run(&mut world, 10 * SECOND);
    let asks = |event: &ReporterEvent| {
        matches!(event, ReporterEvent::Neighbor(NeighborEvent::Desk { is_question: true, .. }))
    };
    assert!(elsewhere.events.iter().any(asks));
    let now = world.now();
    elsewhere.engine.answer(phrase(), "Yes".to_owned(), now, &mut elsewhere.rng).expect("taken");
    elsewhere.run(&mut world, 10 * SECOND);
    let is_own = |event: &ReporterEvent| matches!(event, ReporterEvent::Neighbor(NeighborEvent::Answered(text, _)) if text == "Yes");
    assert!(elsewhere.events.iter().any(is_own));
    let heard = |event: &Event| matches!(event, Event::Desk(_));
    assert!(world.take_events(FOUNDER).iter().any(heard));
}
