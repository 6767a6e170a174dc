//! A small town of real processes: this very program as relay, registrar, desk, host box and members, with
//! real vaults, all in one folder that goes with the drill.
//!
//! Waiting is always for something that a process says; the clock only gives up.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use bystand_client::Clock;
use bystand_client::vault::Vault;
use serde_json::{Value, json};

/// Of every vault: they live for minutes in a private folder.
pub const PASSPHRASE: &str = "drill rivers candle orbit maple harbor violet";
/// The relay's name among the processes.
pub const RELAY: &str = "relay";
/// The zone in which everything happens.
pub const ZONE: &str = "powderhorn-park";
/// The zone next to it.
pub const OTHER_ZONE: &str = "corcoran";
/// After so long a drill gives up waiting: far more than a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(60);
/// How much of what a process said is shown when a drill gives up.
const SHOWN: usize = 12;

const ZONES: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"powderhorn-park","name":"Powderhorn Park"},"geometry":{"type":"Polygon",
 "coordinates":[[[-93.27,44.94],[-93.25,44.94],[-93.25,44.96],[-93.27,44.96],[-93.27,44.94]]]}},
{"type":"Feature","properties":{"id":"corcoran","name":"Corcoran"},"geometry":{"type":"Polygon",
 "coordinates":[[[-93.25,44.94],[-93.23,44.94],[-93.23,44.96],[-93.25,44.96],[-93.25,44.94]]]}}]}"#;

/// One network, its folder and those of its processes that stay.
#[derive(Debug)]
pub struct Town {
    folder: tempfile::TempDir,
    port: u16,
    /// The network's id.
    pub network: String,
    /// Words of every command: a clock that was put forward.
    clock: Vec<String>,
    players: BTreeMap<String, Player>,
}

impl Town {
    /// Founds a network. Its relay runs, and so does the founder's device, which is the registrar.
    pub fn found() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("bystand-drill-").tempdir()?;
        std::fs::write(folder.path().join("zones.geojson"), ZONES)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut town =
            Self { folder, port, network: String::new(), clock: Vec::new(), players: BTreeMap::new() };
        let (relay, data, zones) = (town.relay(), town.path("relay"), town.path("zones.geojson"));
        let (data, zones) = (data.to_string_lossy(), zones.to_string_lossy());
        let args = ["init", "--name", "Drill town", "--zones", &zones, "--relay", &relay, "--data", &data];
        let said = town.run("steward", &[&args[..], &["--issuer-weeks", "1"]].concat())?.good()?;
        let network = said.iter().find_map(|v| v["network"].as_str());
        network.context("init did not name the network")?.clone_into(&mut town.network);
        town.serve(&[])?;
        town.start("steward", &["registrar", "--follow"])?;
        // The founder's device could host too; here the box alone does.
        town.player("steward")?.does("host schedule off")?;
        Ok(town)
    }

    /// The relay's address.
    pub fn relay(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where the relay listens.
    pub fn relay_addr(&self) -> std::net::SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// A file or folder of the town.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where somebody's vault is.
    pub fn vault(&self, who: &str) -> PathBuf {
        self.path("vaults").join(who)
    }

    /// A command of this program on somebody's vault.
    pub fn command(&self, who: &str, args: &[&str]) -> anyhow::Result<Command> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut command = Command::new(program);
        command.env_clear();
        // The relay has no vault, and must not know a passphrase.
        if who != RELAY {
            command.env("BYSTAND_PASSPHRASE", PASSPHRASE);
        }
        command
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path())
            .args(["--json", "--vault-cost", "least", "--vault"])
            .arg(self.vault(who))
            .args(&self.clock)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(command)
    }

    /// Runs a command to its end.
    pub fn run(&self, who: &str, args: &[&str]) -> anyhow::Result<Ended> {
        Ended::of(self.command(who, args)?)
    }

    /// Starts the relay, with further options, and waits until it listens.
    pub fn serve(&mut self, options: &[&str]) -> anyhow::Result<()> {
        let (data, listen) = (self.path("relay"), self.relay_addr().to_string());
        let data = data.to_string_lossy();
        let mut command =
            self.command(RELAY, &[&["serve", "--data", &data, "--listen", &listen], options].concat())?;
        // As chatty as it can be: no address may be in it.
        command.env("BYSTAND_LOG", "trace");
        let relay = Player::spawn(RELAY, command)?;
        relay.wait("that it listens", |v| v.get("listening").is_some())?;
        self.players.insert(RELAY.to_owned(), relay);
        Ok(())
    }

    /// Starts a command that stays.
    pub fn start(&mut self, who: &str, args: &[&str]) -> anyhow::Result<()> {
        let player = Player::spawn(who, self.command(who, args)?)?;
        self.players.insert(who.to_owned(), player);
        Ok(())
    }

    /// Starts a role's live command.
    pub fn start_role(&mut self, who: &str) -> anyhow::Result<()> {
        let role = match who {
            "steward" => "registrar",
            "ana" | "ben" => "desk",
            "box" => "host",
            _ => "duty",
        };
        self.start(who, &[role, "--follow"])
    }

    /// One of the processes that stay.
    pub fn player(&mut self, who: &str) -> anyhow::Result<&mut Player> {
        self.players.get_mut(who).with_context(|| format!("{who} does not run"))
    }

    /// Pulls the plug.
    pub fn kill(&mut self, who: &str) -> anyhow::Result<()> {
        drop(self.players.remove(who).with_context(|| format!("{who} does not run"))?);
        Ok(())
    }

    /// Ends all processes that stay.
    pub fn kill_all(&mut self) {
        self.players.clear();
    }

    /// Invites a device by the running registrar and lets it join.
    pub fn admit(&mut self, who: &str, roles: &[&str], zones: &[&str]) -> anyhow::Result<()> {
        let roles: String = roles.iter().map(|role| format!(" --role {role}")).collect();
        let steward = self.player("steward")?;
        let mark = steward.mark();
        steward.does(&format!("invite{roles}"))?;
        let said = steward.wait_from(mark, "an invitation", |v| v["event"] == "invitation")?;
        let mut args = vec!["join", text(&said, "text")];
        for zone in zones {
            args.extend(["--zone", zone]);
        }
        self.run(who, &args)?.good().map(drop)
    }

    /// A neighbor without a vault reports; the words of the command.
    pub fn report_args<'a>(&'a self, relay: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        [&["report", "--relay", relay, "--network", &self.network][..], more].concat()
    }

    /// The alerts as somebody sees them who knows nothing but the network's id.
    pub fn alerts(&self) -> anyhow::Result<Vec<Value>> {
        self.run("nobody", &["alerts", "--relay", &self.relay(), "--network", &self.network])?.good()
    }

    /// What is in somebody's vault, opened with its passphrase from a copy of its folder: whoever takes an
    /// unlocked device can do the same. Each record begins with its name.
    pub fn opened(&self, who: &str) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
        let copy = tempfile::tempdir_in(self.folder.path())?;
        copy_vault(&self.vault(who), copy.path())?;
        let records = Vault::unlock(copy.path(), PASSPHRASE)?.load()?;
        Ok(records.into_iter().map(|(name, value)| (name, value.to_vec())).collect())
    }

    /// From now on commands run so many hours ahead of the system's clock.
    pub fn put_clock_forward(&mut self, hours: u64) {
        let ahead_ms = hours * bystand_wire::time::HOUR_MS;
        // At twice the speed since then, the clock is as far ahead now as that is long ago.
        let start = Clock::real().now().minus_ms(ahead_ms).0.to_string();
        self.clock = ["--clock-rate", "2", "--clock-start", &start].map(str::to_owned).to_vec();
    }

    /// Commands run by the system's clock again.
    pub fn set_clock_right(&mut self) {
        self.clock.clear();
    }
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// Whether it was a good end.
    pub is_good: bool,
    /// The objects on its output.
    pub said: Vec<Value>,
    /// Its error output.
    pub errors: String,
}

impl Ended {
    fn of(mut command: Command) -> anyhow::Result<Self> {
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        Ok(Self {
            is_good: output.status.success(),
            said: said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// What it said, when it ended well.
    pub fn good(self) -> anyhow::Result<Vec<Value>> {
        ensure!(self.is_good, "a command failed: {}", self.errors.trim());
        Ok(self.said)
    }
}

/// A process that stays, what is typed into it and what it says.
#[derive(Debug)]
pub struct Player {
    name: String,
    child: Child,
    keyboard: Option<ChildStdin>,
    heard: Arc<Heard>,
}

#[derive(Debug, Default)]
struct Heard {
    said: Mutex<Said>,
    more: Condvar,
}

#[derive(Debug, Default)]
struct Said {
    lines: Vec<Value>,
    /// How many of the two outputs have ended.
    closed: u8,
}

impl Player {
    fn spawn(name: &str, mut command: Command) -> anyhow::Result<Self> {
        let mut child =
            command.stdin(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))?;
        let heard = Arc::new(Heard::default());
        let (out, err) =
            (child.stdout.take().context("no output")?, child.stderr.take().context("no output")?);
        listen(out, heard.clone(), |line| serde_json::from_str(line).unwrap_or(Value::Null));
        listen(err, heard.clone(), |line| json!({"stderr": line}));
        let keyboard = child.stdin.take();
        Ok(Self { name: name.to_owned(), child, keyboard, heard })
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How much was said so far.
    pub fn mark(&self) -> usize {
        locked(&self.heard.said).lines.len()
    }

    /// Everything said since a mark.
    pub fn since(&self, mark: usize) -> Vec<Value> {
        locked(&self.heard.said).lines.get(mark..).unwrap_or_default().to_vec()
    }

    /// The first object since the start that fits; waits for it.
    pub fn wait(&self, what: &str, fits: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        self.wait_from(0, what, fits)
    }

    /// The first object since a mark that fits; waits for it.
    pub fn wait_from(&self, mark: usize, what: &str, fits: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        let mut said = locked(&self.heard.said);
        let mut seen = mark;
        loop {
            if let Some(found) = said.lines.get(seen..).unwrap_or_default().iter().find(|v| fits(v)) {
                return Ok(found.clone());
            }
            seen = said.lines.len();
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || said.closed == 2 {
                drop(said);
                return self.gives_up(what);
            }
            said = self.heard.more.wait_timeout(said, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn gives_up<T>(&self, what: &str) -> anyhow::Result<T> {
        let lines = locked(&self.heard.said).lines.clone();
        let last: Vec<String> =
            lines.iter().skip(lines.len().saturating_sub(SHOWN)).map(ToString::to_string).collect();
        bail!("{} never said: {what}. The last it said:\n{}", self.name, last.join("\n"))
    }

    /// Types a line.
    pub fn types(&mut self, line: &str) -> anyhow::Result<()> {
        let keyboard = self.keyboard.as_mut().context("no keyboard")?;
        writeln!(keyboard, "{line}")?;
        Ok(keyboard.flush()?)
    }

    /// Types a line, which must be carried out. One that comes too early is typed again: another device
    /// has told of what is still on its way here.
    pub fn does(&mut self, line: &str) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.answer(line)?;
            if answer.get("did").is_some() {
                return Ok(());
            }
            let is_early = matches!(answer["error"].as_str(), Some("not-now" | "unknown"));
            ensure!(is_early && Instant::now() < deadline, "{}: {line}: {answer}", self.name);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Types a line and gives what came of it: an object with `did`, or one with `error`.
    pub fn answer(&mut self, line: &str) -> anyhow::Result<Value> {
        let mark = self.mark();
        self.types(line)?;
        self.wait_from(mark, line, |v| v["did"] == line || (v.get("error").is_some() && v["line"] == line))
    }

    /// Types a verb that looks at something; gives the objects it wrote.
    pub fn looks(&mut self, line: &str) -> anyhow::Result<Vec<Value>> {
        let mark = self.mark();
        self.does(line)?;
        let mut said = self.since(mark);
        // What happens meanwhile is told in between; rows of a table are no events.
        said.retain(|v| v["event"] == "view" || (v.get("event").is_none() && v.get("did").is_none()));
        Ok(said)
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn listen(
    from: impl Read + Send + 'static,
    heard: Arc<Heard>,
    read: impl Fn(&str) -> Value + Send + 'static,
) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            locked(&heard.said).lines.push(read(&line));
            heard.more.notify_all();
        }
        locked(&heard.said).closed += 1;
        heard.more.notify_all();
    });
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A text field; empty when there is none.
pub fn text<'a>(said: &'a Value, field: &str) -> &'a str {
    said[field].as_str().unwrap_or_default()
}

/// Whether a device says that it has a team's keys.
pub fn has_keys(said: &Value, team: &str) -> bool {
    said["event"] == "team" && said["team"] == team && said["news"] == "keys"
}

/// An entry of the casebook that counted.
pub fn is_entry(said: &Value, word: &str, incident: Option<&str>) -> bool {
    said["event"] == "entry"
        && said["entry"] == word
        && said["outcome"] == "applied"
        && incident.is_none_or(|incident| said["incident"] == incident)
}

/// All files below a folder.
pub fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// Copies a vault's files while its process may be writing: the main file first, since what is added
/// meanwhile is in its log.
pub fn copy_vault(from: &Path, to: &Path) -> anyhow::Result<()> {
    for name in ["vault.db", "vault.db-wal"] {
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name))?;
        }
    }
    Ok(())
}
