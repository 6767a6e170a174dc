//! What the program prints and how it exits, pinned exactly: `tests/cmd/*.txt`.
//!
//! Each file is a session in an empty home. `$ ` begins a command (`NAME=value` words before it are
//! variables), `? ` its exit code when it is not 0, then come its output lines, and with `! ` in front
//! those of the error output. `BYSTAND_UPDATE=1` writes the files anew; read the difference then.

use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn sessions_print_what_the_files_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    let update = std::env::var_os("BYSTAND_UPDATE").is_some();
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("listed") {
        let path = entry.expect("an entry").path();
        let expected = std::fs::read_to_string(&path).expect("read");
        let actual = play(&expected);
        if update {
            std::fs::write(&path, &actual).expect("written");
        } else {
            assert_eq!(actual, expected, "{}", path.display());
        }
        count += 1;
    }
    assert!(count > 0);
}

/// Runs a session's commands and writes it down with what they really print.
fn play(session: &str) -> String {
    let home = tempfile::tempdir().expect("a folder");
    let mut text = String::new();
    for line in session.lines().filter(|line| line.starts_with("$ ") || line.starts_with('#')) {
        text.push_str(line);
        text.push('\n');
        if let Some(command) = line.strip_prefix("$ ") {
            text.push_str(&run(command, home.path()));
        }
    }
    text
}

fn run(line: &str, home: &Path) -> String {
    let words = shlex::split(line).expect("a command");
    let is_variable = |word: &&String| word.contains('=') && !word.starts_with('-');
    let variables: Vec<(&str, &str)> =
        words.iter().take_while(is_variable).filter_map(|word| word.split_once('=')).collect();
    let mut rest = words.iter().skip(variables.len());
    assert_eq!(rest.next().map(String::as_str), Some("bystand"), "{line}");
    let output = Command::new(env!("CARGO_BIN_EXE_bystand"))
        .args(rest.map(|word| word.replace("[HOME]", &home.display().to_string())))
        .env_clear()
        .env("HOME", home)
        .envs(variables)
        .current_dir(home)
        .stdin(Stdio::null())
        .output()
        .expect("run");
    let code = output.status.code().expect("an exit code");
    let clean = |bytes: &[u8]| {
        String::from_utf8(bytes.to_vec()).expect("text").replace(&home.display().to_string(), "[HOME]")
    };
    let mut text = if code == 0 { String::new() } else { format!("? {code}\n") };
    for line in clean(&output.stdout).lines() {
        text.push_str(&format!("{}\n", format!("  {line}").trim_end()));
    }
    for line in clean(&output.stderr).lines() {
        text.push_str(&format!("{}\n", format!("! {line}").trim_end()));
    }
    text
}
