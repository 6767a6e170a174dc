//! The players of the demo: real client processes of this very program, driven by typed lines and
//! read by their `--json` output.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use anyhow::Context;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;

/// What all processes of one demo share.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The demo's folder: everything is in it, and it goes with the demo.
    pub folder: PathBuf,
    /// How many times as fast the clock runs.
    pub rate: u32,
    /// When it began to, in milliseconds since 1970.
    pub start_ms: u64,
    /// The relay's address.
    pub relay: String,
    /// Where everything that is said is also written.
    pub transcript: Option<Arc<std::fs::File>>,
}

/// The passphrase of every vault of a demo: they live for minutes in a private folder.
pub const PASSPHRASE: &str = "demo rivers candle orbit maple harbor violet";

impl Stage {
    /// This program with the demo's clock and one player's vault.
    pub fn command(&self, name: &str) -> anyhow::Result<Command> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut command = Command::new(program);
        command
            .env("BYSTAND_PASSPHRASE", PASSPHRASE)
            .env("NO_COLOR", "1")
            .args(["--vault-cost", "least", "--json"])
            .args(["--clock-rate", &self.rate.to_string()])
            .args(["--clock-start", &self.start_ms.to_string()])
            .arg("--vault")
            .arg(self.vault(name))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Ok(command)
    }

    /// Where a player's vault is.
    pub fn vault(&self, name: &str) -> PathBuf {
        self.folder.join("vaults").join(name)
    }

    /// Runs a command to its end and gives what it said, object by object.
    ///
    /// # Errors
    /// When it cannot be started or fails; with what it wrote to its error output.
    pub async fn run(&self, name: &str, args: &[&str]) -> anyhow::Result<Vec<Value>> {
        let output = self.command(name)?.args(args).output().await?;
        let said: Vec<Value> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        anyhow::ensure!(
            output.status.success(),
            "`bystand {}` failed ({}): {}",
            args.first().copied().unwrap_or_default(),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(said)
    }
}

/// Something a player's process said.
#[derive(Debug)]
pub struct Said {
    /// Which player.
    pub who: Arc<str>,
    /// What.
    pub what: Value,
}

impl Said {
    /// A text field.
    pub fn text(&self, field: &str) -> &str {
        self.what.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// A number.
    pub fn number(&self, field: &str) -> Option<u64> {
        self.what.get(field).and_then(Value::as_u64)
    }
}

/// A live process with a keyboard.
#[derive(Debug)]
pub struct Player {
    /// Its name in the demo.
    pub name: Arc<str>,
    child: Child,
    keyboard: Option<ChildStdin>,
}

impl Player {
    /// Starts `bystand ROLE --follow` with a vault.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub fn start(stage: &Stage, name: &str, role: &str, ears: &mpsc::Sender<Said>) -> anyhow::Result<Self> {
        let mut command = stage.command(name)?;
        command.args([role, "--follow"]).stdin(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let name: Arc<str> = name.into();
        if let Some(stdout) = child.stdout.take() {
            let (who, ears, transcript) = (name.clone(), ears.clone(), stage.transcript.clone());
            tokio::spawn(async move {
                let mut lines = BufReader::new(stdout).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    if let Some(mut file) = transcript.as_deref() {
                        let _ = writeln!(file, "{who} {line}");
                    }
                    let Ok(what) = serde_json::from_str(&line) else { continue };
                    if ears.send(Said { who: who.clone(), what }).await.is_err() {
                        return;
                    }
                }
            });
        }
        if let Some(stderr) = child.stderr.take() {
            let (who, ears) = (name.clone(), ears.clone());
            tokio::spawn(async move {
                let mut lines = BufReader::new(stderr).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    let what = serde_json::json!({"event": "stderr", "text": line});
                    if ears.send(Said { who: who.clone(), what }).await.is_err() {
                        return;
                    }
                }
            });
        }
        let keyboard = child.stdin.take();
        Ok(Self { name, child, keyboard })
    }

    /// Types a line.
    ///
    /// # Errors
    /// When the process is gone.
    pub async fn type_line(&mut self, line: &str) -> anyhow::Result<()> {
        let keyboard = self.keyboard.as_mut().context("this player has no keyboard")?;
        keyboard.write_all(format!("{line}\n").as_bytes()).await?;
        keyboard.flush().await?;
        Ok(())
    }

    /// Lets it end by itself; kills it when it does not.
    pub async fn stop(mut self) {
        let _ = self.type_line("quit").await;
        drop(self.keyboard.take());
        if tokio::time::timeout(std::time::Duration::from_secs(3), self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}

/// The size of everything below a folder, in bytes.
pub fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(Result::ok)
        .map(|entry| match entry.metadata() {
            Ok(data) if data.is_dir() => size_of(&entry.path()),
            Ok(data) => data.len(),
            Err(_) => 0,
        })
        .sum()
}
