//! The web app's files: given out by `serve --web`, compared by `verify-web`.

mod stage;

use std::collections::BTreeMap;
use std::path::Path;

use bystand_crypto::hash::plain_sha256;
use stage::{Ended, Player, Stage};

/// Writes a bundle with its list of hashes.
fn bundle(folder: &Path, files: &[(&str, &str)]) {
    std::fs::create_dir_all(folder).expect("made");
    let mut list = String::new();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("written");
        list.push_str(&format!("{}  {name}\n", plain_sha256(text.as_bytes())));
    }
    std::fs::write(folder.join("hashes.txt"), list).expect("written");
}

fn serve(stage: &Stage, folder: &str) -> Player {
    let folder = stage.path(folder).display().to_string();
    let arguments = stage.serve_args();
    let words: Vec<&str> = arguments.iter().map(String::as_str).chain(["--web", &folder]).collect();
    let relay = stage.start("relay", &words);
    relay.wait("that it listens", |said| said.get("listening").is_some());
    relay
}

fn verify(stage: &Stage, folder: &str) -> Ended {
    let folder = stage.path(folder).display().to_string();
    stage.run("reader", &["verify-web", &stage.relay(), "--bundle", &folder])
}

/// What was said of each file.
fn verdicts(ended: &Ended) -> BTreeMap<String, String> {
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let files = ended.said.iter().filter(|said| said.get("file").is_some());
    files.map(|said| (text(&said["file"]), text(&said["verdict"]))).collect()
}

#[test]
fn a_site_is_compared_with_a_build_file_by_file() {
    let stage = Stage::founded("web");
    bundle(&stage.path("theirs"), &[("index.html", "<p>"), ("app.js", "changed"), ("more.js", "1")]);
    bundle(&stage.path("ours"), &[("index.html", "<p>"), ("app.js", "1"), ("app.wasm", "2")]);
    let relay = serve(&stage, "theirs");

    let same = verify(&stage, "theirs");
    assert_eq!(same.code(), Some(0), "{same:?}");
    assert_eq!(same.said.last().map(|said| said["same"].clone()), Some(true.into()));

    let other = verify(&stage, "ours");
    assert_eq!((other.code(), other.error()["error"].as_str()), (Some(3), Some("web-differs")), "{other:?}");
    let found = verdicts(&other);
    for (name, verdict) in
        [("index.html", "same"), ("app.js", "differs"), ("app.wasm", "missing"), ("more.js", "extra")]
    {
        assert_eq!(found.get(name).map(String::as_str), Some(verdict), "{name}: {found:?}");
    }
    drop(relay);
}

#[test]
fn what_cannot_be_compared_is_said_and_not_passed() {
    let stage = Stage::founded("web-none");
    bundle(&stage.path("ours"), &[("index.html", "<p>")]);
    let nobody = verify(&stage, "ours");
    assert_eq!((nobody.code(), nobody.error()["error"].as_str()), (Some(4), Some("site-unreachable")));
    let nothing = verify(&stage, "nowhere");
    assert_eq!((nothing.code(), nothing.error()["error"].as_str()), (Some(1), Some("bundle")));
    std::fs::create_dir_all(stage.path("odd")).expect("made");
    std::fs::write(stage.path("odd/hashes.txt"), "../../etc  passwd\n").expect("written");
    assert_eq!(verify(&stage, "odd").error()["error"].as_str(), Some("bundle"));

    let arguments = stage.serve_args();
    let odd = stage.path("odd").display().to_string();
    let words: Vec<&str> = arguments.iter().map(String::as_str).chain(["--web", &odd]).collect();
    let refused = stage.run("relay", &words);
    assert_eq!((refused.code(), refused.error()["error"].as_str()), (Some(1), Some("web-bundle")));
}
