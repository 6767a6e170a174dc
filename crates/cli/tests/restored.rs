//! The relay's disk dies: the operator restores the last backup into a new folder, the steward names its new
//! log, and everybody works on, with real processes.

mod stage;

use serde_json::Value;
use stage::{Player, Stage, text_of};

const SCENE: &str = "44.9484,-93.2560";

#[test]
fn everybody_works_on_after_the_relays_disk_died() {
    let stage = Stage::founded("restored");
    let mut relay = stage.serve();
    let mut steward = stage.start("steward", &["registrar", "--follow"]);
    steward.does("host schedule off");
    stage.admit(&mut steward, "ana", "--role dispatcher", &[]);
    stage.admit(&mut steward, "ben", "--role dispatcher", &[]);
    let mut ana = stage.start("ana", &["desk", "--follow"]);
    let mut ben = stage.start("ben", &["desk", "--follow"]);
    for desk in [&ana, &ben] {
        desk.wait("that it has the desk's keys", |v| is_news(v, "desk", "keys"));
    }
    ana.does("start --language en");
    stage.report("vehicle-stop", SCENE, "two dark vans");
    let incident = entry(&ben, 0, "report")["incident"].as_str().expect("its name").to_owned();
    ana.does_soon(&format!("claim {incident}"));
    let backup = text_of(&stage.path("last.backup"));
    stage.done("relay", &["backup", "--data", &text_of(&stage.path("relay")), &backup]);
    ana.does(&format!("note {incident} they went north"));
    entry(&ben, 0, "note");

    relay.kill_9();
    std::fs::rename(stage.path("relay"), stage.path("dead")).expect("the disk died");
    let (mark, before) = (steward.mark(), [ana.mark(), ben.mark()]);
    let said =
        stage.done("relay", &["restore", &backup, "--data", &text_of(&stage.path("relay")), "--new-log"]);
    let log = said.iter().find_map(|v| v["log"].as_str()).expect("its log").to_owned();
    relay.starts_again(&stage);
    relay.wait("that it listens", |v| v.get("listening").is_some());
    steward.does(&format!("steward new-log {log}"));
    steward.wait_from(mark, "the registrars' next room", |v| is_news(v, "registrars", "succeeded"));
    for (desk, mark) in [&ana, &ben].into_iter().zip(before) {
        desk.wait_from(mark, "the desk's next room", |v| is_news(v, "desk", "succeeded"));
        desk.wait_from(mark, "the desk's keys", |v| is_news(v, "desk", "keys"));
    }
    // What was read before is there, also what is not in the backup; and what is new comes in.
    let has_note = |said: &[Value]| said.iter().any(|v| v.to_string().contains("they went north"));
    for desk in [&mut ana, &mut ben] {
        desk.looks_until(&format!("show {incident}"), has_note);
    }
    let mark = ben.mark();
    stage.report("presence", SCENE, "a white van");
    let second = entry(&ben, mark, "report")["incident"].as_str().expect("its name").to_owned();
    ana.does_soon(&format!("claim {second}"));
    entry(&ben, mark, "claimed");
    // Also for somebody who was not there, and after the programs were killed once more.
    stage.admit(&mut steward, "dora", "--role dispatcher", &[]);
    let mut dora = stage.start("dora", &["desk", "--follow"]);
    dora.looks_until(&format!("show {incident}"), has_note);
    ben.kill_9();
    ben.starts_again(&stage);
    ben.looks_until(&format!("show {incident}"), has_note);
}

fn is_news(said: &Value, team: &str, news: &str) -> bool {
    said["event"] == "team" && said["team"] == team && said["news"] == news
}

/// An entry of the casebook that counted.
fn entry(desk: &Player, mark: usize, word: &str) -> Value {
    desk.wait_from(mark, &format!("the entry {word}"), |v| {
        v["event"] == "entry" && v["entry"] == word && v["outcome"] == "applied"
    })
}
