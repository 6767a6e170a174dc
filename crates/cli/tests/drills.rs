//! All drills of `bystand drill`, as anybody runs them: what is lost is what SECURITY.md says.

use std::process::Command;

use serde_json::Value;

#[test]
fn what_is_lost_is_what_we_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("drills.json");
    let ended = Command::new(env!("CARGO_BIN_EXE_bystand"))
        .args(["drill", "--json"])
        .arg(&file)
        .env("NO_COLOR", "1")
        .output()
        .expect("ran");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success(), "{said}\n{}", String::from_utf8_lossy(&ended.stderr));
    let report: Value = serde_json::from_slice(&std::fs::read(&file).expect("written")).expect("an object");
    let checks = report["checks"].as_array().expect("checks");
    let listed = Command::new(env!("CARGO_BIN_EXE_bystand")).args(["--json", "drill", "--list"]).output();
    let listed = String::from_utf8(listed.expect("ran").stdout).expect("text");
    assert_eq!(checks.len(), listed.lines().count());
    for line in listed.lines() {
        let drill: Value = serde_json::from_str(line).expect("an object");
        let check = checks.iter().find(|check| check["name"] == drill["drill"]);
        assert_eq!(check.map(|check| &check["holds"]), Some(&Value::Bool(true)), "{line}");
    }
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is() {
    for (args, code) in [
        (&["--json", "drill", "no-such-drill"][..], "drill-unknown"),
        (&["drill", "--json", "no/such/folder/x.json"], "cannot be written"),
    ] {
        let ended = Command::new(env!("CARGO_BIN_EXE_bystand")).args(args).output().expect("ran");
        let errors = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!ended.status.success() && errors.contains(code), "{errors}");
    }
}
