//! The loop around an engine: order, bounds, waiting, failing stores, the live connection.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{Message, WebSocket};
use axum::routing::{get, post};
use bystand_client::{Forgetful, Outcome, RunError, Session, Told};
use bystand_core::io::{CallId, Effect, Puzzle, Response};
use bystand_wire::relay_api::{Append, LiveIn, LiveOut, UseContext, WorkOffer};
use bystand_wire::{Hash32, Timestamp, decode, encode};
use tokio::sync::{Mutex, Semaphore};

use common::{Journal, NETWORK, Paper, STREAM, Scripted, append, appended, config, frames, serve, store};

/// Long enough for a busy machine; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

fn noting(journal: &Journal) -> Router {
    let journal = journal.clone();
    let take = move |body: Bytes| async move {
        let frame = decode::<Append>(&body).expect("an append").frame;
        journal.add(format!("sent {}", String::from_utf8_lossy(&frame)));
        encode(&appended(1))
    };
    Router::new().route("/v1/streams/{id}", post(take))
}

fn send(id: u64, frame: &str) -> Effect<String> {
    Effect::Send(CallId(id), Box::new(append(frame.as_bytes())))
}

#[tokio::test]
async fn nothing_is_sent_before_what_it_depends_on_is_kept() {
    let journal = Journal::default();
    let address = serve(noting(&journal)).await;
    let paper = Paper { journal: journal.clone(), full: false };
    let mut session = Session::start(Scripted::default(), paper, config(address, false));
    let answered = |count| move |engine: &Scripted| engine.responses.len() == count;
    for round in 0..20_u64 {
        session
            .ask(move |engine, _, _| {
                // Stores that follow each other may be joined, never across a send.
                engine.effects.extend([store("a"), store("b"), send(round, "x"), store("c")]);
            })
            .await
            .expect("running");
        let count = usize::try_from(round).expect("small") + 1;
        assert_eq!(
            session.until(PATIENCE, answered(count), |_| ()).await.expect("running"),
            Outcome::Reached
        );
    }
    session.close().await.expect("stopped");
    let lines = journal.lines();
    assert_eq!(lines.len(), 60);
    for round in lines.chunks(3) {
        let place = |line: &str| round.iter().position(|l| l == line);
        assert!(place("kept a+b") < place("sent x"), "{round:?}");
        assert!(place("kept a+b") < place("kept c"), "{round:?}");
    }
}

#[tokio::test]
async fn an_answer_comes_when_its_effects_are_durable() {
    let journal = Journal::default();
    let paper = Paper { journal: journal.clone(), full: false };
    let mut session = Session::start(Scripted::default(), paper, config(serve(Router::new()).await, false));
    let before = session.ask(|engine, _, _| engine.effects.push_back(store("mine"))).await;
    before.expect("running");
    assert_eq!(journal.lines(), ["kept mine"]);
}

#[tokio::test]
async fn a_store_that_fails_stops_everything_after_it() {
    let journal = Journal::default();
    let address = serve(noting(&journal)).await;
    let paper = Paper { journal: journal.clone(), full: true };
    let mut session = Session::start(Scripted::default(), paper, config(address, false));
    let asked = session.ask(|engine, _, _| engine.effects.extend([store("a"), send(1, "x")])).await;
    assert!(matches!(asked, Err(RunError::Vault(_))), "{asked:?}");
    assert_eq!(journal.lines(), Vec::<String>::new());
    assert!(matches!(session.ask(|_, _, _| ()).await, Err(RunError::Stopped)));
}

#[tokio::test]
async fn sixteen_calls_at_once_and_no_more() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (gate, seen, peak) = (Arc::new(Semaphore::new(0)), Arc::clone(&now), Arc::clone(&most));
    let open = Arc::clone(&gate);
    let take = move || async move {
        let running = seen.fetch_add(1, Ordering::SeqCst) + 1;
        peak.fetch_max(running, Ordering::SeqCst);
        if running == 16 {
            // As many as may be are here: from now on nobody waits.
            open.add_permits(1_000);
        }
        open.acquire().await.expect("open").forget();
        seen.fetch_sub(1, Ordering::SeqCst);
        encode(&appended(1))
    };
    let address = serve(Router::new().route("/v1/streams/{id}", post(take))).await;
    let mut session = Session::start(Scripted::default(), Forgetful, config(address, false));
    session
        .ask(|engine, _, _| engine.effects.extend((0..50).map(|id| send(id, "x"))))
        .await
        .expect("running");
    let outcome = session.until(PATIENCE, |engine| engine.responses.len() == 50, |_| ()).await;
    assert_eq!(outcome.expect("running"), Outcome::Reached);
    assert_eq!(most.load(Ordering::SeqCst), 16);
    let engine = session.close().await.expect("stopped");
    assert!(engine.responses.iter().all(|(_, response)| *response == Response::Appended(appended(1))));
}

#[tokio::test]
async fn puzzles_are_solved_beside_the_engine() {
    let context = UseContext { stream: STREAM, tag: Hash32([5; 32]) };
    let offer = WorkOffer { nonce: Hash32([6; 32]), effort: 2, valid_until: Timestamp(u64::MAX) };
    let mut session =
        Session::start(Scripted::default(), Forgetful, config(serve(Router::new()).await, false));
    let puzzle = Puzzle { offer, context: context.clone() };
    session
        .ask(move |engine, _, _| {
            engine.effects.extend((0..3).map(|id| Effect::Solve(CallId(id), puzzle.clone())));
        })
        .await
        .expect("running");
    let outcome = session.until(PATIENCE, |engine| engine.proofs.len() == 3, |_| ()).await;
    assert_eq!(outcome.expect("running"), Outcome::Reached);
    for proof in session.close().await.expect("stopped").proofs {
        bystand_crypto::work::verify(&NETWORK, &proof, &context).expect("solved");
    }
}

#[tokio::test]
async fn a_session_can_be_stopped_in_the_middle_of_a_puzzle_and_of_a_call() {
    let never = || async { std::future::pending::<Vec<u8>>().await };
    let address = serve(Router::new().route("/v1/streams/{id}", post(never))).await;
    let mut session = Session::start(Scripted::default(), Forgetful, config(address, false));
    let context = UseContext { stream: STREAM, tag: Hash32([5; 32]) };
    let offer = WorkOffer { nonce: Hash32([6; 32]), effort: u32::MAX, valid_until: Timestamp(u64::MAX) };
    session
        .ask(move |engine, _, _| {
            engine.effects.extend([send(1, "x"), Effect::Solve(CallId(2), Puzzle { offer, context })]);
        })
        .await
        .expect("running");
    let engine = session.close().await.expect("stopped");
    assert!(engine.responses.is_empty() && engine.proofs.is_empty());
}

#[tokio::test]
async fn timeouts_are_handed_in_and_pending_is_said() {
    let mut session =
        Session::start(Scripted::default(), Forgetful, config(serve(Router::new()).await, false));
    session.ask(|engine, now, _| engine.timeout = Some(now)).await.expect("running");
    let outcome = session.until(PATIENCE, |engine| engine.timeouts == 1, |_| ()).await;
    assert_eq!(outcome.expect("running"), Outcome::Reached);
    let outcome = session.until(Duration::ZERO, |engine| engine.timeouts == 2, |_| ()).await;
    assert_eq!(outcome.expect("running"), Outcome::Pending);
}

#[tokio::test]
async fn more_events_than_fit_do_not_block_whoever_asks() {
    let mut session =
        Session::start(Scripted::default(), Forgetful, config(serve(Router::new()).await, false));
    session
        .ask(|engine, _, _| engine.effects.extend((0..2_000).map(|n| Effect::Tell(n.to_string()))))
        .await
        .expect("running");
    for n in 0..2_000 {
        assert_eq!(session.next().await, Some(Told::Event(n.to_string())));
    }
}

/// Serves each live connection with the next of these; then holds them open.
fn live_relay(answers: Vec<Vec<Message>>, journal: &Journal) -> Router {
    let answers = Arc::new(Mutex::new(answers.into_iter()));
    let journal = journal.clone();
    let talk = move |mut socket: WebSocket| async move {
        let answer = answers.lock().await.next();
        let Some(Ok(Message::Binary(first))) = socket.recv().await else { return };
        if let Ok(LiveIn::Follow(_, after, _)) = decode(&first) {
            journal.add(format!("follow from {}", after.0));
        }
        match answer {
            Some(messages) => {
                for message in messages {
                    if socket.send(message).await.is_err() {
                        return;
                    }
                }
            }
            None => std::future::pending().await,
        }
    };
    Router::new()
        .route("/v1/live", get(move |upgrade: WebSocketUpgrade| async move { upgrade.on_upgrade(talk) }))
}

#[tokio::test]
async fn a_broken_live_connection_is_made_again_and_resumed() {
    let journal = Journal::default();
    let message = |seqs: &[u64]| Message::Binary(encode(&LiveOut::Frames(STREAM, frames(seqs))).into());
    let answers = vec![
        vec![message(&[1, 2])],
        vec![Message::Binary(vec![0xff; 10].into())],
        vec![Message::Text("hello".into())],
        vec![message(&[3]), Message::Binary(vec![0; 4 * 1024 * 1024].into())],
    ];
    let address = serve(live_relay(answers, &journal)).await;
    let engine = Scripted { follows: Some(0), ..Scripted::default() };
    let mut session = Session::start(engine, Forgetful, config(address, true));
    let mut told = Vec::new();
    while told.iter().filter(|told| **told == Told::Live).count() < 5 {
        told.push(tokio::time::timeout(PATIENCE, session.next()).await.expect("in time").expect("running"));
    }
    while journal.lines().len() < 5 {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        journal.lines(),
        ["follow from 0", "follow from 2", "follow from 2", "follow from 2", "follow from 3"]
    );
    let events: Vec<&str> = told
        .iter()
        .filter_map(|told| match told {
            Told::Event(event) => Some(event.as_str()),
            Told::Reachable | Told::Unreachable(_) | Told::Live | Told::NotLive(_) => None,
        })
        .filter(|event| event.starts_with("live"))
        .collect();
    assert_eq!(events, ["live Some(2)", "live Some(3)"]);
}
