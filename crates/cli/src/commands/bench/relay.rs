//! The relay under test, in a process of its own, with what the system says of that process.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context;

/// A process under test. It ends with this value.
#[derive(Debug)]
pub struct Server {
    child: Child,
    addr: SocketAddr,
}

impl Server {
    /// `bystand serve` on a data folder and an address, with settings added to its file.
    pub fn relay(data: &Path, settings: &str, listen: SocketAddr) -> anyhow::Result<Self> {
        let file = data.join(bystand_relay::config::FILE);
        let text = std::fs::read_to_string(&file)?;
        std::fs::write(&file, format!("{text}\n# For this benchmark.\n{settings}\n"))?;
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", "--json", "--listen", &listen.to_string(), "--data"])
            .arg(data)
            .env("BYSTAND_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().context("no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let told: serde_json::Value = serde_json::from_str(&line).context("the relay did not start")?;
        let addr = told["listening"].as_str().and_then(|url| url.strip_prefix("http://"));
        let addr = addr.context("the relay did not say where it listens")?.parse()?;
        Ok(Self { child, addr })
    }

    /// Another program that listens on `addr`.
    pub fn other(command: &mut Command, addr: SocketAddr) -> std::io::Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self { child, addr })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Processor time it has used, in seconds.
    pub fn cpu_s(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name, in parentheses, may hold anything; the numbers come after it.
        let (_, numbers) = stat.rsplit_once(')').context("no such process")?;
        let ticks: u64 =
            numbers.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
        #[expect(clippy::cast_precision_loss, reason = "a few thousand ticks")]
        let seconds = ticks as f64 / rustix::param::clock_ticks_per_second() as f64;
        Ok(seconds)
    }

    /// Files and connections it has open.
    pub fn open_files(&self) -> anyhow::Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// Memory it holds, in KiB.
    pub fn memory_kib(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no memory figure")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }
}

/// An address whose port was free a moment ago.
pub fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
