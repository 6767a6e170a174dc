//! `bystand demo`: links that work, a city that lives, and nothing that stays behind.

mod stage;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use bystand_crypto::hash::plain_sha256;
use serde_json::Value;
use stage::{Player, Stage, text_of};

/// The words of `demo`: the city of the repository, and a web app of one page.
fn demo_args(stage: &Stage) -> Vec<String> {
    let (page, web) = ("<!doctype html><title>App</title>", stage.path("web"));
    std::fs::create_dir_all(&web).expect("made");
    std::fs::write(web.join("index.html"), page).expect("written");
    let list = format!("{}  index.html\n", plain_sha256(page.as_bytes()));
    std::fs::write(web.join("hashes.txt"), list).expect("written");
    let city = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/twin-cities");
    ["demo", "--city", &text_of(&city), "--web", &text_of(&web)].map(str::to_owned).to_vec()
}

fn start(stage: &Stage) -> Player {
    let args = demo_args(stage);
    stage.start("nobody", &args.iter().map(String::as_str).collect::<Vec<_>>())
}

fn text<'a>(said: &'a Value, field: &str) -> &'a str {
    said[field].as_str().unwrap_or_default()
}

/// The status of a page; what is behind `#` is not sent.
fn status_of(address: &str) -> String {
    let rest = address.strip_prefix("http://").expect("plain http on this machine");
    let (host, path) = rest.split_once('/').expect("a path");
    let path = path.split('#').next().unwrap_or_default();
    let mut stream = TcpStream::connect(host).expect("connected");
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("asked");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("answered");
    let answer = String::from_utf8_lossy(&answer);
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// Folders of demos in the stage's folder for temporary files.
fn folders(stage: &Stage) -> usize {
    let entries = std::fs::read_dir(stage.path("")).expect("listed").filter_map(Result::ok);
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("bystand-demo-")).count()
}

#[test]
fn the_links_work_a_report_reaches_the_desk_and_ctrl_c_leaves_nothing() {
    let stage = Stage::new("demo");
    let demo = start(&stage);
    let network = demo.wait("the network", |said| said["event"] == "network");
    let (network, relay) = (text(&network, "network").to_owned(), text(&network, "relay").to_owned());
    demo.wait("that everybody is there", |said| said["event"] == "ready");

    let links: Vec<Value> = demo.since(0).into_iter().filter(|said| said["event"] == "link").collect();
    let of_role = |role: &str| {
        let has =
            |link: &&Value| link["roles"].as_array().is_some_and(|roles| roles.iter().any(|r| r == role));
        links.iter().filter(has).count()
    };
    assert_eq!([of_role("dispatcher"), of_role("verifier"), of_role("steward")], [2, 1, 1], "{links:?}");
    for link in &links {
        let address = text(link, "address");
        assert_eq!(status_of(address), "200", "{address}");
        let is_invitation = address.starts_with(&format!("{relay}/app/#BYSTAND:INVITE:"));
        assert_eq!(is_invitation, link["roles"] != serde_json::json!([]), "{address}");
    }
    assert_eq!(folders(&stage), 1);

    let seen = "two vans without lights by the bakery";
    let point = "44.9484,-93.2522";
    let words = ["report", "--relay", &relay, "--network", &network, "--kind", "presence"];
    stage.done("nobody", &[&words[..], &["--point", point, "--text", seen]].concat());
    demo.wait("the report at the desk", |said| {
        text(said, "who") == "desk" && text(said, "text").contains(seen)
    });

    // The dispatchers take it up by themselves, for nobody else is at the desk.
    demo.wait("a call-out", |said| text(said, "text").ends_with("calls verifiers out"));
    let asked = Instant::now();
    demo.signal(rustix::process::Signal::INT);
    assert!(demo.ends().success());
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    assert_eq!(folders(&stage), 0);
    let host = relay.strip_prefix("http://").expect("an address");
    assert!(TcpStream::connect(host).is_err(), "the relay has ended too");
}

#[test]
fn whoever_takes_up_an_invitation_is_let_in_and_left_the_reports() {
    let stage = Stage::new("demo-visitor");
    let demo = start(&stage);
    // At once, while the others are still coming.
    let link = demo.wait("a dispatcher's link", |said| said["roles"] == serde_json::json!(["dispatcher"]));
    let (_, invitation) = text(&link, "address").split_once('#').expect("an invitation");
    stage.done("visitor", &["join", invitation]);
    demo.wait("that they were let in", |said| text(said, "text") == "was let in as dispatcher");

    let mut desk = stage.start("visitor", &["desk", "--follow"]);
    desk.wait("the desk's keys", |said| said["event"] == "team" && said["news"] == "keys");
    desk.does_soon("start --language en");
    let mark = desk.mark();
    demo.wait("the shift", |said| text(said, "text").starts_with("starts a shift"));
    let report = desk.wait_from(mark, "a report", |said| said["entry"] == "report");
    desk.does_soon(&format!("claim {}", text(&report, "incident")));
    let is_on_it = format!("#{} is on it", text(&report, "incident"));
    demo.wait("that the visitor took it", |said| text(said, "text") == is_on_it);
    demo.signal(rustix::process::Signal::TERM);
    assert!(demo.ends().success());
    assert_eq!(folders(&stage), 0);
}
