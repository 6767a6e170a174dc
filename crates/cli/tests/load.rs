//! The relay under load: ten seconds of `bystand bench soak`, a small `bystand bench fanout` and `city`, so that they
//! cannot rot (what grows, and how fast it is, shows in longer runs on an idle machine), and how many
//! connections a relay allows itself.

mod stage;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use stage::Stage;

fn bench(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bystand"));
    // A folder on a disk: that for temporary files may be in memory.
    command.arg("bench").args(args).args(["--dir", env!("CARGO_TARGET_TMPDIR")]);
    command.env("NO_COLOR", "1").output().expect("ran")
}

#[test]
fn ten_seconds_of_every_load_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (json, plot) = (folder.path().join("soak.json"), folder.path().join("soak.svg"));
    let name = |file: &Path| file.display().to_string();
    let ended = bench(&["soak", "--minutes", "0.2", "--json", &name(&json), "--plot", &name(&plot)]);
    let (said, errors) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{said}\n{errors}");
    let report: Value = serde_json::from_slice(&std::fs::read(&json).expect("written")).expect("an object");
    for figure in [
        "messages",
        "reports_by_pass",
        "reports_by_work",
        "reads",
        "streams_made",
        "streams_ended",
        "blobs_put",
        "blobs_fetched",
        "blobs_read_once",
        "alerts",
        "pages",
        "live_messages",
        "live_alerts",
        "swept",
        "acknowledged",
        "memory_mib",
        "disk_mib",
        "descriptors",
        "append_p99_ms",
    ] {
        assert!(report["figures"][figure].as_f64().is_some_and(|value| value > 0.0), "{figure}: {said}");
    }
    assert!(report["figures"]["memory_growth_permille"].is_number(), "{said}");
    let checks: Vec<&str> = report["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter_map(|check| check["name"].as_str())
        .collect();
    assert_eq!(checks, ["acknowledged_lost", "ended_streams_readable", "requests_failed"]);
    let drawn = std::fs::read_to_string(&plot).expect("written");
    assert_eq!(drawn.matches("<polyline").count(), 4, "{drawn}");
}

#[test]
fn a_small_fan_out_is_measured_and_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let (json, plot) = (folder.path().join("fanout.json"), folder.path().join("fanout.svg"));
    let name = |file: &Path| file.display().to_string();
    let ended = bench(&["fanout", "--subscribers", "50", "--json", &name(&json), "--plot", &name(&plot)]);
    // The limits are for an idle machine and a program with optimizations: only that it was measured counts.
    assert!(matches!(ended.status.code(), Some(0 | 3)), "{}", String::from_utf8_lossy(&ended.stderr));
    let report: Value = serde_json::from_slice(&std::fs::read(&json).expect("written")).expect("an object");
    assert_eq!(report["figures"]["subscribers"], 50.0);
    assert_eq!(report["checks"].as_array().map(Vec::len), Some(6));
    let drawn = std::fs::read_to_string(&plot).expect("written");
    assert_eq!(drawn.matches("<polyline").count(), 6, "{drawn}");
}

#[test]
fn a_small_city_is_measured_and_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let (json, plot) = (folder.path().join("city.json"), folder.path().join("city.svg"));
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/twin-cities");
    let [json_name, plot_name, zones, incidents, prepared] = [
        &json,
        &plot,
        &data.join("zones.geojson"),
        &data.join("incidents.csv"),
        &folder.path().join("prepared"),
    ]
    .map(|file| file.display().to_string());
    let args = ["city", "--zones", &zones, "--incidents", &incidents, "--prepared", &prepared];
    let sizes = ["--members", "4", "--neighbors", "4", "--json", &json_name, "--plot", &plot_name];
    let ended = bench(&[args.as_slice(), sizes.as_slice()].concat());
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let report: Value = serde_json::from_slice(&std::fs::read(&json).expect("written")).expect("an object");
    for figure in
        ["wall_time_4_members", "memory_peak_1_members", "wall_time_4_reports", "memory_peak_1_reports"]
    {
        assert!(report["figures"][figure].as_f64().is_some_and(|value| value > 0.0), "{figure}");
    }
    let drawn = std::fs::read_to_string(&plot).expect("written");
    assert_eq!(drawn.matches("<polyline").count(), 4, "{drawn}");
}

#[test]
fn what_cannot_be_measured_is_said_at_once() {
    for (args, told) in [
        (&["fanout", "--subscribers", "0"][..], "from 1 to 100000"),
        (&["fanout", "--subscribers", "100001"], "from 1 to 100000"),
        (&["fanout", "--plot", "no/such/folder/x.svg"], "cannot be written"),
        (&["soak", "--json", "no/such/folder/x.json"], "cannot be written"),
        (&["soak", "--minutes", "0"], "from 0.1 to 10080"),
        (&["intake", "--plot", "x.svg"], "Only fanout, soak and city"),
        (&["city", "--members", "10"], "name its --zones"),
    ] {
        let ended = bench(args);
        let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!ended.status.success() && errors.contains(told), "{args:?}: {errors}");
    }
}

#[test]
fn a_relay_takes_all_the_open_files_it_is_allowed() {
    let stage = Stage::founded("open-files");
    let mut relay = Command::new("sh")
        .args(["-c", "ulimit -Sn 64 && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_bystand")])
        .args(stage.serve_args())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let mut line = String::new();
    BufReader::new(relay.stdout.take().expect("its output")).read_line(&mut line).expect("read");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", relay.id())).expect("its limits");
    relay.kill().and_then(|()| relay.wait()).expect("ended");
    assert!(line.contains("listens"), "{line}");
    let limit = limits.lines().find(|line| line.starts_with("Max open files")).expect("a limit");
    let numbers: Vec<&str> = limit.split_whitespace().skip(3).take(2).collect();
    assert!(numbers[0] != "64" && numbers[0] == numbers[1], "{limit}");
}
