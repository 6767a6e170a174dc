//! Everything that can be wrong at the command line, with real processes: each has its exit code, its stable
//! code, and a text that says what to do next; nothing acknowledged is lost.

mod stage;

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::process::Signal;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use stage::{Ended, PASSPHRASE, Stage, text_of};

const POINT: &str = "44.9484,-93.2560";
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// A command ended as it should: with this exit code, this stable code, and a text that says these things.
fn check(what: &str, ended: &Ended, exit: i32, code: &str, says: &[&str]) {
    let error = ended.error();
    assert_eq!(ended.code(), Some(exit), "{what}: {ended:?}");
    assert_eq!(error["error"], code, "{what}: {ended:?}");
    let text = error["text"].as_str().unwrap_or_default();
    for part in says {
        assert!(text.contains(part), "{what}: {part:?} is not in {text:?}");
    }
    assert!(!ended.errors.contains("panicked"), "{what}: {ended:?}");
}

/// The two hidden options of a clock that is so far ahead now.
fn ahead(ms: u64) -> Vec<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let start = u64::try_from(now).expect("a moment") - ms;
    ["--clock-rate".to_owned(), "2".to_owned(), "--clock-start".to_owned(), start.to_string()].to_vec()
}

fn run_at(stage: &Stage, who: &str, clock: &[String], args: &[&str]) -> Ended {
    let clock: Vec<&str> = clock.iter().map(String::as_str).collect();
    stage.run(who, &[&clock, args].concat())
}

#[test]
fn zones_that_cannot_be_used_found_nothing() {
    let stage = Stage::new("bad-zones");
    let feature =
        |geometry: &str| format!(r#"{{"type":"Feature","properties":{{"name":"A"}},"geometry":{geometry}}}"#);
    let polygon = |ring: &str| feature(&format!(r#"{{"type":"Polygon","coordinates":[{ring}]}}"#));
    for (what, content, code, says) in [
        ("empty file", String::new(), "zones-not-json", "export the zones"),
        ("garbage", "\u{1}\u{2}garbage".to_owned(), "zones-not-json", "export the zones"),
        (
            "half a file",
            r#"{"type":"FeatureCollection","features":[{"#.to_owned(),
            "zones-not-json",
            "GeoJSON",
        ),
        ("other JSON", "[1,2]".to_owned(), "zones-not-geojson", "FeatureCollection"),
        ("no zones", r#"{"type":"FeatureCollection","features":[]}"#.to_owned(), "zones-empty", "no zones"),
        (
            "projected",
            polygon("[[500000,4900000],[500100,4900000],[500100,4900100],[500000,4900000]]"),
            "zones-not-wgs84",
            "EPSG:4326",
        ),
        ("no area", polygon("[[1,1],[2,2],[1,1]]"), "zones-no-area", "three corners"),
        (
            "letters for numbers",
            polygon(r#"[["a",1],[2,2],[3,1],["a",1]]"#),
            "zones-bad-corner",
            "export the file",
        ),
    ] {
        std::fs::write(stage.path("bad.geojson"), content).expect("written");
        let ended = init(&stage, &["--zones", "bad.geojson"]);
        check(what, &ended, 3, code, &[says]);
        assert!(
            !stage.vault("steward").exists() && !stage.path("relay").exists(),
            "{what}: nothing was made"
        );
    }
}

/// `init` with a relay's address and folder, and further words.
fn init(stage: &Stage, more: &[&str]) -> Ended {
    let (relay, data) = (stage.relay(), text_of(&stage.path("relay")));
    let usual = ["init", "--name", "Town", "--relay", &relay, "--data", &data, "--issuer-weeks", "1"];
    stage.run("steward", &[&usual, more].concat())
}

#[test]
fn what_init_cannot_use_is_said_before_anybody_waits() {
    let stage = Stage::new("bad-init");
    let zones = ["--zones", "zones.geojson"];
    check("no zones", &init(&stage, &[]), 2, "zones-empty", &["--zones FILE"]);
    check("no file", &init(&stage, &["--zones", "none"]), 1, "zones-unreadable", &["--zones"]);
    check("a folder", &init(&stage, &["--zones", "/"]), 1, "zones-unreadable", &["--zones"]);
    check("no zone", &init(&stage, &["--zone", "-"]), 2, "zones-bad-name", &["letters"]);
    let address = ["init", "--name", "Town", "--zones", "zones.geojson", "--relay"];
    for (relay, says) in [("example", "https://"), ("http://relay.example.org", "not encrypted")] {
        let ended = stage.run("steward", &[&address[..], &[relay]].concat());
        check(relay, &ended, 2, "relay-address", &[says]);
    }
    let name = stage.run("steward", &["init", "--name", "", "--zones", "zones.geojson"]);
    check("no name", &name, 3, "manifest-field", &["cannot be founded"]);

    std::fs::create_dir_all(stage.vault("steward")).expect("made");
    std::fs::remove_dir_all(stage.vault("steward")).expect("removed");
    std::fs::write(stage.vault("steward"), "a file").expect("written");
    check("a file for a vault", &init(&stage, &zones), 1, "vault-folder", &["--vault"]);
    std::fs::remove_file(stage.vault("steward")).expect("removed");
    std::fs::create_dir(stage.vault("steward")).expect("made");
    std::fs::write(stage.vault("steward").join("photo.jpg"), "x").expect("written");
    check("other files", &init(&stage, &zones), 1, "vault-not-empty", &["empty folder"]);
    std::fs::remove_dir_all(stage.vault("steward")).expect("removed");
    // Nobody can make a folder there, not even root.
    let mut elsewhere = stage.at(std::path::Path::new("/sys/vault"));
    elsewhere.env("BYSTAND_PASSPHRASE", PASSPHRASE).args(["--json", "init", "--name", "Town"]).args(zones);
    let elsewhere = stage.end(elsewhere.spawn().expect("started"), "steward", &["init"]);
    check("a read-only folder", &elsewhere, 1, "vault-folder", &["--vault"]);

    let mut weak = stage.bare("steward");
    weak.env("BYSTAND_PASSPHRASE", "password1").args(["--json", "init", "--name", "Town"]).args(zones);
    let weak = stage.end(weak.spawn().expect("started"), "steward", &["init"]);
    check("an easy passphrase", &weak, 3, "passphrase-too-easy", &["six words"]);
    let mut silent = stage.bare("steward");
    silent.args(["--json", "init", "--name", "Town"]).args(zones);
    let silent = stage.end(silent.spawn().expect("started"), "steward", &["init"]);
    check("no passphrase", &silent, 2, "no-terminal", &["BYSTAND_PASSPHRASE"]);
    let missing = init(&stage, &[&zones[..], &["--passphrase-file", "none"]].concat());
    check("no passphrase file", &missing, 1, "passphrase-file", &["--passphrase-file"]);
    let unknown = stage.run("steward", &["init", "--nonsense"]);
    check("an unknown option", &unknown, 2, "usage", &["--nonsense"]);
}

#[test]
fn flawed_zones_are_mended_and_a_half_made_network_is_made_anew() {
    let stage = Stage::new("mended");
    let ring = "[[-93.3,44.9],[-93.2,44.9],[-93.2,45.0],[-93.3,45.0],[-93.3,44.9]]";
    let hole = "[[-93.28,44.92],[-93.28,44.94],[-93.26,44.94],[-93.26,44.92],[-93.28,44.92]]";
    let open = "[[-93.2,44.9],[-93.1,44.9],[-93.1,45.0],[-93.2,45.0]]";
    let feature = |properties: &str, rings: &str| {
        format!(
            r#"{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":[{rings}]}}}}"#
        )
    };
    let features = [
        feature(r#"{"name":"Lake"}"#, &format!("{ring},{hole}")),
        feature(r#"{"name":"Lake"}"#, open),
        feature("{}", ring),
    ];
    let file = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    std::fs::write(stage.path("flawed.geojson"), file).expect("written");

    // Killed while it made keys, it leaves nothing that stands in the way.
    let usual = ["init", "--name", "Town", "--zones", "flawed.geojson", "--data"];
    let mut killed = stage.start("steward", &[&usual[..], &["relay"]].concat());
    killed.waits_until_ready();
    killed.kill_9();
    let left = stage.start("other", &[&usual[..], &["other"]].concat());
    left.waits_until_ready();
    left.signal(Signal::INT);
    let ended = left.ends_with_error();
    assert_eq!((ended.0, ended.1.as_str()), (Some(1), "stopped"));
    assert!(!stage.vault("other").join("vault.db").exists() && !stage.path("other").exists());
    // As if it had been killed between the relay's folder and the vault.
    std::fs::create_dir_all(stage.path("relay")).expect("made");
    for (name, text) in [("unfinished", ""), ("log.key", "half"), ("relay.toml", "network = \"half\"")] {
        std::fs::write(stage.path("relay").join(name), text).expect("written");
    }
    let founded = init(&stage, &["--zones", "flawed.geojson"]);
    assert_eq!(founded.code(), Some(0), "{founded:?}");
    for warning in ["two zones are called \"Lake\"", "has no name", "was not closed"] {
        assert!(founded.errors.contains(warning), "{warning}: {founded:?}");
    }
    check("again", &init(&stage, &["--zones", "zones.geojson"]), 3, "relay-exists", &["--data"]);
    let again =
        stage.run("steward", &["init", "--name", "Town", "--zones", "zones.geojson", "--data", "second"]);
    check("again elsewhere", &again, 1, "vault-exists", &["--vault"]);
    let _relay = stage.serve();
    let zones = stage.done("steward", &["zones"]);
    let names: Vec<&str> = zones.iter().filter_map(|zone| zone["name"].as_str()).collect();
    assert_eq!(names, ["Lake", "Lake 2", "Zone 3"]);
}

#[test]
fn a_vault_that_cannot_be_opened_says_why() {
    let stage = Stage::founded("vaults");
    let _relay = stage.serve();
    for _ in 0..10 {
        let mut wrong = stage.command("steward");
        wrong.env("BYSTAND_PASSPHRASE", "violet harbor maple orbit candle rivers").arg("status");
        let wrong = stage.end(wrong.spawn().expect("started"), "steward", &["status"]);
        check("a wrong passphrase", &wrong, 1, "wrong-passphrase", &["Nothing is locked", "join anew"]);
    }
    stage.done("steward", &["status"]);
    check("no vault", &stage.run("nobody", &["status"]), 1, "vault-missing", &["bystand join"]);
    let running = stage.start("steward", &["registrar", "--follow"]);
    running.wait("that it runs", |v| v["state"] == "live");
    check("in use", &stage.run("steward", &["status"]), 1, "vault-in-use", &["close it first"]);
    running.quits();

    let file = stage.vault("steward").join("vault.db");
    let whole = std::fs::read(&file).expect("read");
    let page = |number: usize| {
        let mut bytes = whole.clone();
        bytes[number * 4096..(number + 1) * 4096].fill(0xa5);
        std::fs::write(&file, bytes).expect("written");
        stage.run("steward", &["status"])
    };
    check("the first page", &page(0), 1, "vault-file-damaged", &["copy of the whole folder"]);
    let mut damaged = 0;
    for number in 1..(whole.len() / 4096).min(9) {
        let ended = page(number);
        // A page that holds nothing may say anything.
        if ended.code() != Some(0) {
            let code = ended.error()["error"].as_str().unwrap_or_default().to_owned();
            assert!(code.ends_with("damaged"), "page {number}: {ended:?}");
            check("another page", &ended, 1, &code, &["copy of the whole folder", "join anew"]);
            damaged += 1;
        }
    }
    assert!(damaged > 0);
    std::fs::write(&file, &whole).expect("written");
    stage.done("steward", &["status"]);
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    if !rustix::process::geteuid().is_root() {
        std::fs::set_permissions(stage.vault("steward"), mode(0o500)).expect("set");
        std::fs::set_permissions(&file, mode(0o400)).expect("set");
        let ended = stage.run("steward", &["status"]);
        assert!(["vault-folder", "vault-storage"].iter().any(|c| ended.error()["error"] == *c), "{ended:?}");
        std::fs::set_permissions(stage.vault("steward"), mode(0o700)).expect("set");
    }
}

#[test]
fn an_invitation_that_does_not_count_says_so() {
    let stage = Stage::founded("invitations");
    let _relay = stage.serve();
    let mut steward = stage.start("steward", &["registrar", "--follow"]);
    let good = stage.invite(&mut steward, "--role observer");
    let (front, back) = good.split_at(good.len() - 9);
    let mistyped = format!("{front}{}{}", if back.starts_with('A') { 'B' } else { 'A' }, &back[1..]);
    for (what, invitation, code, says) in [
        ("empty", "", "invite-not-an-invitation", "BYSTAND:INVITE:"),
        ("something else", "https://example.org", "invite-not-an-invitation", "very beginning"),
        ("cut off", front, "invite-damaged", "very end"),
        ("mistyped", &mistyped, "invite-damaged", "scan it again"),
        ("a character of another alphabet", "BYSTAND:INVITE:ä", "invite-character", "scan it again"),
    ] {
        check(what, &stage.run("new", &["join", invitation]), 2, code, &[says]);
        assert!(!stage.vault("new").exists(), "{what}: no vault was made");
    }
    let late = run_at(&stage, "new", &ahead(30 * DAY_MS), &["join", &good]);
    check("expired", &late, 2, "invite-expired", &["new one"]);

    stage.done("new", &["join", &good]);
    check("into a vault in use", &stage.run("new", &["join", &good]), 1, "vault-exists", &["--vault"]);
    let twice = stage.run("thief", &["join", &good]);
    check("used twice", &twice, 3, "enroll-token-used", &["new invitation"]);
    let taken_back = stage.invite(&mut steward, "--role observer");
    let invited = steward.wait("the invitation", |v| v["text"] == taken_back.as_str());
    let id = invited["id"].as_str().expect("an id");
    steward.does(&format!("take-back {id}"));
    let over = stage.run("late", &["join", &taken_back]);
    check("taken back", &over, 3, "enroll-invitation-over", &["taken back", "new invitation"]);
    // Whoever was refused can use a good one, in the same vault.
    let fresh = stage.invite(&mut steward, "--role observer");
    stage.done("thief", &["join", &fresh]);

    // A network of its own at the address of this one.
    let other = Stage::founded("invitations-other");
    let other_relay = other.serve();
    let mut registrar = other.start("steward", &["registrar", "--follow"]);
    let invitation = other.invite(&mut registrar, "--role observer");
    let ended = stage.run("new", &["join", &invitation]);
    check("of another network, into this one's vault", &ended, 1, "vault-exists", &["--vault"]);
    let ids = ["--relay", &other.relay(), "--network", &stage.network].map(str::to_owned);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let alerts = stage.run("nobody", &[&["alerts"], &ids[..]].concat());
    check("a relay of another network", &alerts, 3, "trust-other-network", &["another network"]);
    drop(other_relay);
}

#[test]
fn join_and_report_go_on_after_ctrl_c_and_sigkill() {
    let stage = Stage::founded("interrupted");
    let mut relay = stage.serve();
    let mut steward = stage.start("steward", &["registrar", "--follow"]);
    let invitation = stage.invite(&mut steward, "--role observer");
    steward.kill_9();
    // The invitation's mailbox is on the relay now, and nobody answers: the request waits.
    stage.done("steward", &["status"]);
    let join = stage.start("new", &["join", &invitation]);
    join.wait("that the request is on its way", |v| v["event"] == "waiting");
    join.signal(Signal::INT);
    assert_eq!(join.ends_with_error(), (Some(4), "stopped".to_owned()));
    let mut join = stage.start("new", &["join", &invitation]);
    join.wait("that it runs", |v| v.get("state").is_some());
    join.kill_9();
    steward.starts_again(&stage);
    stage.done("new", &["join", &invitation]);

    // A member's report, stopped while the relay is away, goes out with the next command.
    relay.kill_9();
    let report = stage.start("new", &["report", "--kind", "presence", "--point", POINT, "--text", "vests"]);
    report.wait("that it is kept", |v| v["event"] == "kept");
    report.signal(Signal::INT);
    assert_eq!(report.ends_with_error(), (Some(4), "stopped".to_owned()));
    relay.starts_again(&stage);
    relay.wait("that it listens", |v| v.get("listening").is_some());
    stage.done("new", &["status"]);
    steward.does("desk start");
    let taken = steward.wait("the report", |v| v["entry"] == "report" && v["outcome"] == "applied");
    assert_eq!(taken["text"], "vests");
    let reports =
        steward.since(0).into_iter().filter(|v| v["entry"] == "report" && v["outcome"] == "applied");
    assert_eq!(reports.count(), 1, "kept once, sent once");

    // Ctrl-C in a single command of a role.
    relay.kill_9();
    steward.kill_9();
    let verb = stage.start("steward", &["invite", "--role", "observer"]);
    verb.waits_until_ready();
    verb.signal(Signal::INT);
    assert_eq!(verb.ends_with_error(), (Some(1), "stopped".to_owned()));
}

#[test]
fn a_relay_that_is_away_or_in_use_says_what_to_do() {
    let stage = Stage::founded("relays");
    let relay = stage.serve();
    let serve = stage.serve_args();
    let serve: Vec<&str> = serve.iter().map(String::as_str).collect();
    check("two on one folder", &stage.run("relay", &serve), 1, "relay-in-use", &["Stop it first", "--data"]);
    let other = Stage::founded("relays-other");
    let (data, address) = (text_of(&other.path("relay")), stage.relay().replace("http://", ""));
    let taken = stage.run("relay", &["serve", "--data", &data, "--listen", &address]);
    check("two on one port", &taken, 1, "relay-address-in-use", &["--listen"]);
    let nothing = stage.run("relay", &["serve", "--data", "nowhere"]);
    check("no folder", &nothing, 1, "relay-settings", &["bystand init"]);
    relay.signal(Signal::TERM);
    assert!(relay.ends().success());

    let gone = stage.run("nobody", &["alerts", "--relay", &stage.relay()]);
    check("nobody there, network unknown", &gone, 4, "relay-unreachable", &["try again"]);
    let away = stage.start("nobody", &["alerts", "--relay", &stage.relay(), "--network", &stage.network]);
    let args = stage.report_args("presence", POINT, "vests");
    let report = stage.start("nobody", &args.iter().map(String::as_str).collect::<Vec<_>>());
    let status = stage.start("steward", &["status"]);
    assert_eq!(away.ends_with_error(), (Some(4), "relay-unreachable".to_owned()));
    assert_eq!(report.ends_with_error(), (Some(4), "not-sent".to_owned()));
    let shown = status.wait("how things stand", |v| v["event"] == "status");
    assert!(shown["connection"].as_str().is_some_and(|text| text.starts_with("trouble")), "{shown}");
    assert!(status.ends().success());
}

#[test]
fn clocks_and_keys_that_are_off_are_named() {
    let stage = Stage::founded("clocks");
    let relay = stage.serve();
    let alerts = ["alerts", "--relay", &stage.relay(), "--network", &stage.network].map(str::to_owned);
    let alerts: Vec<&str> = alerts.iter().map(String::as_str).collect();
    // The founder's device sends what the founding promised: manifest, key note, streams.
    let steward = stage.start("steward", &["registrar", "--follow"]);
    steward.wait("a key note", |v| v["state"] == "live");
    steward.quits();
    stage.done("steward", &["status"]);
    let warning = |ended: &Ended, code: &str, says: &str| {
        assert_eq!(ended.code(), Some(0), "{ended:?}");
        let found = ended.said.iter().find(|v| v["event"] == "warning" && v["code"] == code);
        let text = found.and_then(|v| v["text"].as_str()).unwrap_or_else(|| panic!("no {code}: {ended:?}"));
        assert!(text.contains(says), "{text}");
    };
    warning(&run_at(&stage, "nobody", &ahead(HOUR_MS), &alerts), "clock-ahead", "Set the clock");
    drop(relay);

    for (ms, code, says) in [
        (3 * DAY_MS, "key-note-stale", "older than 2 days"),
        (9 * DAY_MS, "key-note-expired", "registrar's box"),
        (367 * DAY_MS, "manifest-expired", "stewards"),
    ] {
        let clock = ahead(ms);
        let relay = stage.serve_with(&clock.iter().map(String::as_str).collect::<Vec<_>>());
        warning(&run_at(&stage, "nobody", &clock, &alerts), code, says);
        if ms > 8 * DAY_MS {
            let args = stage.report_args("presence", POINT, "vests");
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let report = run_at(&stage, "nobody", &clock, &args);
            check("a report without fresh keys", &report, 4, "not-sent", &["signs a new one"]);
        }
        drop(relay);
    }
    // The relay was ahead; to a device with the right time it is this device that is behind.
    let clock = ahead(368 * DAY_MS);
    let _relay = stage.serve_with(&clock.iter().map(String::as_str).collect::<Vec<_>>());
    let behind = stage.run("nobody", &alerts);
    check("a clock that is behind", &behind, 3, "log-clock-skew", &["behind", "Set the clock"]);
}

#[test]
fn a_full_disk_keeps_what_was_kept() {
    let stage = Stage::founded("full-disk");
    let _relay = stage.serve();
    let mut steward = stage.start("steward", &["registrar", "--follow"]);
    let invitation = stage.invite(&mut steward, "--role observer");
    stage.done("new", &["join", &invitation]);
    let vault = text_of(&stage.vault("new"));
    // No file may grow beyond what is there: the system answers as a full disk does.
    let limit = "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"";
    let mut full = std::process::Command::new("sh");
    full.args([
        "-c",
        limit,
        env!("CARGO_BIN_EXE_bystand"),
        "--json",
        "--vault-cost",
        "least",
        "--vault",
        &vault,
    ]);
    full.args(["report", "--kind", "presence", "--point", POINT, "--text", "vests"]);
    full.env("BYSTAND_PASSPHRASE", PASSPHRASE)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let full = stage.end(full.spawn().expect("started"), "new", &["report"]);
    assert!(["disk-full", "vault-storage"].iter().any(|code| full.error()["error"] == *code), "{full:?}");
    let code = full.error()["error"].as_str().unwrap_or_default().to_owned();
    check("no room in the vault", &full, 1, &code, &["free", "kept before is intact"]);
    assert!(full.said.iter().all(|v| v["event"] != "kept"), "nothing is promised: {full:?}");
    stage.done("new", &["report", "--kind", "presence", "--point", POINT, "--text", "vests"]);
}

#[test]
fn ctrl_c_at_the_passphrase_ends_and_shows_again_what_is_typed() {
    let stage = Stage::new("prompt");
    let (terminal, screen) = Terminal::open();
    let mut child = std::process::Command::new("setsid");
    child.args(["--ctty", env!("CARGO_BIN_EXE_bystand"), "--vault", &text_of(&stage.vault("new"))]);
    child.args(["init", "--name", "Town", "--zones", "zones.geojson"]).current_dir(stage.path(""));
    let file = || screen.try_clone().expect("the same terminal");
    let mut child = child.stdin(file()).stdout(file()).stderr(file()).spawn().expect("started");
    terminal.shows("passphrase of your own");
    terminal.types(b"half a passphrase\x03");
    terminal.shows("Stopped. Nothing was changed");
    assert_eq!(child.wait().expect("ended").code(), Some(1));
    let modes = rustix::termios::tcgetattr(&screen).expect("a terminal").local_modes;
    assert!(modes.contains(rustix::termios::LocalModes::ECHO), "what is typed is seen again");
    assert!(!stage.vault("new").join("vault.db").exists() && !stage.path("relay").exists());
}

/// A person's side of a terminal.
struct Terminal {
    master: File,
    screen: Receiver<Vec<u8>>,
}

impl Terminal {
    /// A terminal, and its other side for a process.
    fn open() -> (Self, File) {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("ours");
        let name = ptsname(&master, Vec::new()).expect("a name").into_string().expect("text");
        let other = File::options().read(true).write(true).open(name).expect("opened");
        let master = File::from(master);
        let mut from = master.try_clone().expect("the same");
        let (to, screen) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 1024];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                if to.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        (Self { master, screen }, other)
    }

    /// Waits until a text is on the screen.
    fn shows(&self, text: &str) {
        let mut seen = String::new();
        while !seen.contains(text) {
            let more = self.screen.recv_timeout(Duration::from_secs(60));
            let more = more.unwrap_or_else(|_| panic!("{text:?} never showed: {seen}"));
            seen.push_str(&String::from_utf8_lossy(&more));
        }
    }

    fn types(&self, keys: &[u8]) {
        (&self.master).write_all(keys).expect("typed");
    }
}
