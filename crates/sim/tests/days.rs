//! An hour of a small city: everything arrives, and the same seed gives the same day.

mod small_city;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use bystand_sim::people::habits::Habits;
use bystand_sim::shrink::{Failing, Script};
use bystand_sim::{Outcome, Plan, Population, Scenario, shrink, simulate};
use bystand_wire::time::MINUTE_MS;
use small_city::city;

fn day(scenario: Scenario, seed: u64) -> Outcome {
    let (left_out, habits) = (BTreeSet::new(), Habits::default());
    play(&Plan { scenario, seed, hours: 1, members: 6, reports: 8, left_out, habits })
}

/// At most six members: the population is made once.
fn play(plan: &Plan) -> Outcome {
    static POPULATION: Mutex<Option<Population>> = Mutex::new(None);
    let city = city();
    let found = || Population::prepare(&city, 6, None, &mut |_| ()).expect("a network");
    let mut population = POPULATION.lock().unwrap_or_else(PoisonError::into_inner);
    simulate(&city, plan, population.get_or_insert_with(found), &mut |_| ()).expect("a day")
}

/// What must hold whatever people do; how well they do is another matter, and not of so few reports.
const HARD: [&str; 5] = [
    "acknowledged_reports_lost",
    "unreceipted_reports_lost",
    "messages_undecryptable",
    "invariants_violated",
    "alerts_without_quorum",
];

fn assert_nothing_lost(outcome: &Outcome) {
    let lost: Vec<&str> = outcome.missed().into_iter().filter(|name| HARD.contains(name)).collect();
    assert_eq!(lost, Vec::<&str>::new(), "{:#}", outcome.as_json());
    assert!(HARD.iter().all(|name| outcome.value(name).is_some()), "{:#}", outcome.as_json());
}

#[test]
fn a_day_loses_nothing_and_repeats_from_its_seed() {
    let outcome = day(Scenario::Ordinary, 3);
    assert_nothing_lost(&outcome);
    assert_eq!(outcome.value("reports"), Some(8.0));
    assert!(outcome.value("alerts") >= Some(1.0), "{:#}", outcome.as_json());
    // Also when every device works out for itself what the simulator works out once for all.
    let _everything = bystand_crypto::memo::forgo();
    assert_eq!(outcome, day(Scenario::Ordinary, 3));
}

#[test]
fn programs_that_are_killed_lose_nothing() {
    let outcome = day(Scenario::Crash, 3);
    assert!(outcome.value("programs_killed") > Some(20.0));
    assert_nothing_lost(&outcome);
}

/// Each script is a day that is worth playing every time; what `--shrink` leaves of one that went wrong belongs here.
#[test]
fn scripts_lose_nothing() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts");
    let files =
        std::fs::read_dir(folder).expect("the folder of scripts").map(|file| file.expect("a file").path());
    let mut scripts: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|extension| extension == "json")).collect();
    scripts.sort();
    assert!(!scripts.is_empty());
    for file in scripts {
        let text = std::fs::read_to_string(&file).expect("a script");
        let script = shrink::from_script(&text).expect("a script");
        assert_nothing_lost(&play(&script.plan));
    }
}

/// Members who say what is not so, neighbors who do not contradict them, and dispatchers who seldom look: wrong alerts
/// stand. What is left of such a day is that one alert, and fails in the same way when it is played from its file.
#[test]
fn a_day_that_fails_is_shortened_to_what_fails() {
    let mut habits = Habits::default();
    (habits.members.wrong_finding, habits.members.answer, habits.neighbors.doubts) = (1_000, 1_000, 0);
    habits.desk.look_ms = 12 * MINUTE_MS;
    let plan = Plan {
        scenario: Scenario::RumorDay,
        seed: 4,
        hours: 2,
        members: 3,
        reports: 8,
        left_out: BTreeSet::new(),
        habits: habits.clone(),
    };
    let failing = Failing::of(&play(&plan)).expect("a day that fails");
    assert_eq!(failing.check, "wrong_alert_correction_max");
    let mut tried = 0;
    let short = shrink::shrink(&plan, 6, |candidate| {
        tried += 1;
        failing.is_in(&play(candidate))
    });
    assert!(tried <= 6);
    assert!(short.left_out.len() >= 4, "{short:?}");
    let file = shrink::to_script(&Script { plan: short, prepared: 6, fails: Some(failing.clone()) });
    let script = shrink::from_script(&file.to_string()).expect("a script");
    assert_eq!(script.fails, Some(failing.clone()));
    assert!(failing.is_in(&play(&Plan { habits, ..script.plan })));
}

#[test]
fn hostile_members_and_a_night_alone_lose_nothing() {
    for scenario in [Scenario::Infiltrated, Scenario::Night] {
        let outcome = day(scenario, 5);
        assert_nothing_lost(&outcome);
        assert!(outcome.value("call_outs") > Some(0.0), "{:#}", outcome.as_json());
    }
}
