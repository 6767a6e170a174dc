//! Everything that can be wrong at `bystand sim`, with the real program: a clear error with what to do, exit 2,
//! and nothing prepared, simulated or overwritten.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const INCIDENTS: &str = "date,latitude,longitude\n2012-01-01,44.95,-93.25\n";

fn feature(name: &str, ring: &str) -> String {
    format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"name":"{name}"}},
        "geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}]}}"#
    )
}

fn square() -> String {
    feature("Home", "[-93.3,44.9],[-93.2,44.9],[-93.2,45.0],[-93.3,45.0],[-93.3,44.9]")
}

/// A folder of its own with a city in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sim-input").join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let folder = Self(folder);
        folder.write("zones.geojson", &square());
        folder.write("incidents.csv", INCIDENTS);
        folder
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("written");
    }

    fn run(&self, more: &[&str]) -> Output {
        let city =
            ["sim", "--zones", "zones.geojson", "--incidents", "incidents.csv", "--prepared", "prepared"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_bystand"));
        command.current_dir(&self.0).args(city).args(more).output().expect("it runs")
    }

    fn refuses(&self, what: &str, more: &[&str], says: &str) {
        let output = self.run(more);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{what}: {text}");
        assert!(text.contains(says), "{what}: {says:?} is not in {text:?}");
        assert!(!text.contains("panicked"), "{what}: {text}");
        assert!(!self.0.join("prepared").exists(), "{what}: nothing was prepared");
    }
}

#[test]
fn cities_that_cannot_be_simulated() {
    let folder = Folder::new("cities");
    let mut corners = String::new();
    for n in 0..1_000_000_u32 {
        let _ = write!(corners, "[{}.{:06},{}],", n / 500_000, n % 1_000_000, n % 7);
    }
    for (what, zones, says) in [
        ("no JSON", "zones".to_owned(), "GeoJSON"),
        ("an empty city", r#"{"type":"FeatureCollection","features":[]}"#.to_owned(), "there are no zones"),
        ("no area", feature("A", "[1,1],[2,2],[1,1]"), "has no area"),
        (
            "only points",
            r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Mill"},
            "geometry":{"type":"Point","coordinates":[1,1]}}]}"#
                .to_owned(),
            "draw at least one zone",
        ),
        (
            "across the 180th meridian",
            feature("Far", "[179,1],[-179,1],[-179,2],[179,2],[179,1]"),
            "cut it there into two zones",
        ),
        ("a million corners", feature("Large", &format!("{corners}[0.0,0]")), "simplify"),
    ] {
        folder.write("zones.geojson", &zones);
        folder.refuses(what, &[], says);
    }
}

#[test]
fn incidents_that_cannot_be_simulated() {
    let folder = Folder::new("incidents");
    let head = "date,latitude,longitude\n";
    for (what, incidents, says) in [
        ("no incidents", head.to_owned(), "none of the incidents lies in a zone"),
        ("all outside", format!("{head}2012-01-01,1,1\n"), "none of the incidents lies in a zone"),
        ("words", format!("{head}a,b,c\n"), "date,latitude,longitude"),
        ("a million", format!("{head}{}", "d,44.95,-93.25\n".repeat(1_000_000)), "take a part of the file"),
        ("no file of text", "\u{0}".repeat(70 * 1024 * 1024), "larger than 64 MB"),
    ] {
        folder.write("incidents.csv", &incidents);
        folder.refuses(what, &[], says);
    }
    folder.refuses("no such file", &["--script", "nowhere.json"], "cannot read nowhere.json");
}

#[test]
fn numbers_files_and_scripts_that_cannot_be() {
    let folder = Folder::new("numbers");
    folder.write("bad.json", r#"{"seed":"one","left_out":[]}"#);
    folder.write("kept.json", "of yesterday");
    for (what, more, says) in [
        ("no hours", vec!["--hours", "0"], "from 1 to 744"),
        ("nobody", vec!["--members", "0"], "at least 1"),
        ("a whole country", vec!["--members", "1000000"], "at most 100,000"),
        ("too many neighbors", vec!["--neighbors", "1000000"], "at most 200,000"),
        ("an empty seed", vec!["--seed", ""], "give a number or a word"),
        ("no such scenario", vec!["--scenario", "weekend"], "rumor-day"),
        ("a folder that is not there", vec!["--json", "nowhere/day.json"], "cannot write nowhere/day.json"),
        ("a folder for a file", vec!["--html", "."], "cannot write ."),
        ("one file for two results", vec!["--json", "day", "--html", "day"], "two results"),
        ("no script", vec!["--script", "bad.json"], "not a script"),
        ("results before the city", vec!["--json", "kept.json", "--part", "x"], "--part"),
    ] {
        folder.refuses(what, &more, says);
    }
    folder.write("zones.geojson", "{}");
    folder.refuses("a bad city", &["--json", "kept.json"], "GeoJSON");
    let kept = std::fs::read_to_string(folder.0.join("kept.json")).expect("still there");
    assert_eq!(kept, "of yesterday", "an earlier result stays until there is a new one");
}
