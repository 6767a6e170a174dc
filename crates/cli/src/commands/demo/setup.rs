//! Before the play: the network is founded, the relay runs, and everybody is let in.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::players::{Player, Said, Stage};

/// For an invitation: far more than a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Founds the network and gives its id.
pub async fn found(stage: &Stage, zones: &Path) -> anyhow::Result<String> {
    let data = stage.folder.join("relay");
    let (zones, data) = (zones.to_string_lossy(), data.to_string_lossy());
    let args = ["init", "--name", "Twin Cities", "--zones", &zones, "--relay", &stage.relay, "--data", &data];
    let args = [&args[..], &["--issuer-weeks", "1", "--phone", "Report line=612-555-0100=en"]].concat();
    let said = stage.run("steward", &args).await?;
    let id = said.iter().find_map(|v| v.get("network").and_then(Value::as_str));
    id.map(str::to_owned).context("init did not name the network")
}

/// Starts the relay, with a web app where one is named, and waits until it listens.
pub async fn serve(stage: &Stage, port: u16, web: Option<&Path>) -> anyhow::Result<Child> {
    let mut command = stage.command("relay")?;
    let data = stage.folder.join("relay");
    command.args(["serve", "--data", &data.to_string_lossy(), "--listen", &format!("127.0.0.1:{port}")]);
    if let Some(web) = web {
        command.arg("--web").arg(web);
    }
    let mut child = command.spawn()?;
    let stdout = child.stdout.take().context("no output")?;
    let mut lines = BufReader::new(stdout).lines();
    let first = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await;
    anyhow::ensure!(matches!(first, Ok(Ok(Some(_)))), "the relay did not start on port {port}");
    // Its errors go nowhere unless read; a full pipe would stop it.
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(async move {
            let mut lines = BufReader::new(stderr).lines();
            while let Ok(Some(_)) = lines.next_line().await {}
        });
    }
    Ok(child)
}

/// An invitation by the running registrar, once its mailbox is on the relay; what else was said until then.
pub async fn invite(
    registrar: &mut Player,
    ears: &mut mpsc::Receiver<Said>,
    roles: &str,
) -> anyhow::Result<(String, Vec<Said>)> {
    registrar.type_line(&format!("invite {roles}")).await?;
    let patience = Instant::now() + PATIENCE;
    let mut meanwhile = Vec::new();
    loop {
        let said = tokio::time::timeout_at(patience, ears.recv()).await.context("no invitation came")?;
        let said = said.context("the registrar is gone")?;
        if said.text("event") == "invitation" {
            return Ok((said.text("text").to_owned(), meanwhile));
        }
        meanwhile.push(said);
    }
}

/// An invitation taken up by a new vault; gives its certificate.
pub async fn join(stage: &Stage, name: &str, invitation: &str, zone: Option<&str>) -> anyhow::Result<String> {
    let mut args = vec!["join", invitation];
    if let Some(zone) = zone {
        args.extend(["--zone", zone]);
    }
    let said = stage.run(name, &args).await.with_context(|| format!("{name} could not join"))?;
    let certificate = said.iter().find_map(|v| v.get("certificate").and_then(Value::as_str));
    certificate.map(str::to_owned).with_context(|| format!("{name} was given no certificate"))
}

/// A port that nobody listens on.
pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Keeps a port until the relay takes it: founding takes seconds, and another demo may look for one too.
///
/// # Errors
/// When the port that was asked for is taken, or a hundred from the first one on are.
pub fn keep_port(wanted: Option<u16>, first: u16) -> anyhow::Result<TcpListener> {
    if let Some(port) = wanted {
        let kept = TcpListener::bind(("127.0.0.1", port));
        return kept.with_context(|| format!("port {port} is taken; name another one with --port"));
    }
    let mut ports = first..first.saturating_add(100);
    let found = ports.find_map(|port| TcpListener::bind(("127.0.0.1", port)).ok());
    found.with_context(|| format!("no port from {first} on is free; name one with --port"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_passed_over_unless_it_was_asked_for() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let kept = keep_port(None, port).unwrap().local_addr().unwrap().port();
        assert!(kept > port, "{kept} after {port}");
        assert!(keep_port(Some(port), port).is_err());
        drop(taken);
        assert_eq!(keep_port(Some(port), port).unwrap().local_addr().unwrap().port(), port);
    }
}
