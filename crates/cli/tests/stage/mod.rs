//! A network of real processes for tests: the built program, a real relay on a free port, real vaults in a
//! folder that goes with the test. Nothing is mocked; what a test sees is what the processes write with
//! `--json`.
//!
//! Waiting is always for something that a process says. The only clock is the one that gives up.

#![allow(dead_code, reason = "each test file uses its own part of the stage")]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

/// Of every vault of a test.
pub const PASSPHRASE: &str = "rivers candle orbit maple harbor violet";
/// After so long a test gives up waiting: far more than a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(120);
/// How much of what a process said is shown when a test fails.
const SHOWN: usize = 40;

/// A small town, so that founding and admission are quick. The zones lie side by side.
pub const ZONES: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"powderhorn-park","name":"Powderhorn Park"},"geometry":{"type":"Polygon",
 "coordinates":[[[-93.27,44.94],[-93.25,44.94],[-93.25,44.96],[-93.27,44.96],[-93.27,44.94]]]}},
{"type":"Feature","properties":{"id":"corcoran","name":"Corcoran"},"geometry":{"type":"Polygon",
 "coordinates":[[[-93.25,44.94],[-93.23,44.94],[-93.23,44.96],[-93.25,44.96],[-93.25,44.94]]]}}]}"#;

/// One network: its folder, its relay's address, the id once it is founded.
pub struct Stage {
    folder: tempfile::TempDir,
    port: u16,
    /// The network's id.
    pub network: String,
    transcript: Arc<Mutex<std::fs::File>>,
}

impl Stage {
    /// An empty folder and a free port. Everything that is said is also in `NAME.log` in Cargo's folder for
    /// tests' files.
    pub fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("zones.geojson"), ZONES).expect("the zones");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let transcript = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.log"));
        let transcript = std::fs::File::create(transcript).expect("a transcript");
        Self { folder, port, network: String::new(), transcript: Arc::new(Mutex::new(transcript)) }
    }

    /// A stage with a founded network; the founder's vault is `steward`, the relay's folder `relay`.
    pub fn founded(name: &str) -> Self {
        let mut stage = Self::new(name);
        let (zones, data, relay) = (stage.path("zones.geojson"), stage.path("relay"), stage.relay());
        let said = stage.done(
            "steward",
            &[
                "init",
                "--name",
                "Test town",
                "--zones",
                &text_of(&zones),
                "--relay",
                &relay,
                "--data",
                &text_of(&data),
                "--issuer-weeks",
                "1",
            ],
        );
        stage.network = said.iter().find_map(|v| v["network"].as_str()).expect("a network").to_owned();
        stage
    }

    /// The relay's address.
    pub fn relay(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A file or folder of the stage.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where a player's vault is.
    pub fn vault(&self, who: &str) -> PathBuf {
        self.path("vaults").join(who)
    }

    /// The program with a player's vault, its passphrase, and `--json`.
    pub fn command(&self, who: &str) -> Command {
        let mut command = self.bare(who);
        command.env("BYSTAND_PASSPHRASE", PASSPHRASE).arg("--json");
        command
    }

    /// The program with a player's vault and without a passphrase, as a person starts it.
    pub fn bare(&self, who: &str) -> Command {
        self.at(&self.vault(who))
    }

    /// The program with a vault anywhere.
    pub fn at(&self, vault: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bystand"));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.folder.path())
            .current_dir(self.folder.path())
            .args(["--vault-cost", "least", "--vault"])
            .arg(vault)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, who: &str, args: &[&str]) -> Ended {
        self.end(self.command(who).args(args).spawn().expect("started"), who, args)
    }

    /// Runs a command to its end, which must be a good one, and gives what it said.
    pub fn done(&self, who: &str, args: &[&str]) -> Vec<Value> {
        let ended = self.run(who, args);
        assert!(ended.status.success(), "{who}: bystand {}: {ended:?}", args.join(" "));
        ended.said
    }

    /// Waits for a command's end and writes down what it said.
    pub fn end(&self, child: Child, who: &str, args: &[&str]) -> Ended {
        let ended = Ended::from(child.wait_with_output().expect("ended"));
        let mut transcript = locked(&self.transcript);
        writeln!(transcript, "{who} $ bystand {}\n{who} {ended:?}", args.join(" ")).expect("written");
        ended
    }

    /// Starts the relay and waits until it listens.
    pub fn serve(&self) -> Player {
        self.serve_with(&[])
    }

    /// As [`Stage::serve`], with further options.
    pub fn serve_with(&self, options: &[&str]) -> Player {
        let relay =
            self.start("relay", &[options, &self.serve_args().each_ref().map(String::as_str)].concat());
        relay.wait("that it listens", |said| said.get("listening").is_some());
        relay
    }

    /// The words of `serve`.
    pub fn serve_args(&self) -> [String; 5] {
        let listen = format!("127.0.0.1:{}", self.port);
        ["serve".to_owned(), "--data".to_owned(), text_of(&self.path("relay")), "--listen".to_owned(), listen]
    }

    /// Starts a command that stays.
    pub fn start(&self, who: &str, args: &[&str]) -> Player {
        Player::spawn(self, who, args.iter().map(|arg| (*arg).to_owned()).collect())
    }

    /// Invites a device by the running registrar and lets it join; gives what `join` said.
    pub fn admit(&self, registrar: &mut Player, who: &str, roles: &str, more: &[&str]) -> Vec<Value> {
        let invitation = self.invite(registrar, roles);
        self.done(who, &[&["join", &invitation], more].concat())
    }

    /// An invitation by the running registrar.
    pub fn invite(&self, registrar: &mut Player, roles: &str) -> String {
        let mark = registrar.mark();
        registrar.does(&format!("invite {roles}"));
        let said = registrar.wait_from(mark, "an invitation", |v| v["event"] == "invitation");
        said["text"].as_str().expect("its text").to_owned()
    }

    /// The alerts as somebody sees them who knows nothing but the network's id.
    pub fn alerts(&self) -> Vec<Value> {
        self.done("nobody", &["alerts", "--relay", &self.relay(), "--network", &self.network])
    }

    /// A neighbor without a vault reports to the end; gives what the process said.
    pub fn report(&self, kind: &str, point: &str, text: &str) -> Vec<Value> {
        self.done(
            "nobody",
            &self.report_args(kind, point, text).iter().map(String::as_str).collect::<Vec<_>>(),
        )
    }

    /// The words of [`Stage::report`].
    pub fn report_args(&self, kind: &str, point: &str, text: &str) -> Vec<String> {
        let (relay, network) = (self.relay(), self.network.clone());
        ["report", "--relay", &relay, "--network", &network, "--kind", kind, "--point", point, "--text", text]
            .map(str::to_owned)
            .to_vec()
    }
}

/// How a command ended.
pub struct Ended {
    /// Its exit code.
    pub status: ExitStatus,
    /// The objects on its output.
    pub said: Vec<Value>,
    /// The lines of its error output.
    pub errors: String,
}

impl Ended {
    /// The exit code; none when a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// The last object on the error output: the error, with `--json`.
    pub fn error(&self) -> Value {
        self.errors.lines().rev().find_map(|line| serde_json::from_str(line).ok()).unwrap_or_default()
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        let said = text(output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Self { status: output.status, said, errors: text(output.stderr) }
    }
}

impl std::fmt::Debug for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.status)?;
        for said in &self.said {
            writeln!(f, "  {said}")?;
        }
        write!(f, "{}", self.errors)
    }
}

/// A process that stays, what is typed into it and what it says.
pub struct Player {
    name: String,
    args: Vec<String>,
    child: Child,
    keyboard: Option<ChildStdin>,
    heard: Arc<Heard>,
}

#[derive(Default)]
struct Heard {
    said: Mutex<Said>,
    more: Condvar,
}

#[derive(Default)]
struct Said {
    lines: Vec<Value>,
    /// How many of the two outputs have ended.
    closed: u8,
}

impl Player {
    fn spawn(stage: &Stage, name: &str, args: Vec<String>) -> Self {
        let mut child = stage.command(name).args(&args).stdin(Stdio::piped()).spawn().expect("started");
        let heard = Arc::new(Heard::default());
        let (out, err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        listen(stage, name, out, heard.clone(), |line| serde_json::from_str(line).unwrap_or(Value::Null));
        listen(stage, name, err, heard.clone(), |line| serde_json::json!({"stderr": line}));
        let keyboard = child.stdin.take();
        Self { name: name.to_owned(), args, child, keyboard, heard }
    }

    /// How much was said so far.
    pub fn mark(&self) -> usize {
        locked(&self.heard.said).lines.len()
    }

    /// Everything said since a mark.
    pub fn since(&self, mark: usize) -> Vec<Value> {
        locked(&self.heard.said).lines[mark..].to_vec()
    }

    /// The first object since the start that fits; waits for it.
    pub fn wait(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        self.wait_from(0, what, fits)
    }

    /// The first object since a mark that fits; waits for it.
    pub fn wait_from(&self, mark: usize, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        let mut said = locked(&self.heard.said);
        let mut seen = mark;
        loop {
            if let Some(found) = said.lines[seen..].iter().find(|v| fits(v)) {
                return found.clone();
            }
            seen = said.lines.len();
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || said.closed == 2 {
                drop(said);
                self.gives_up(what);
            }
            said = self.heard.more.wait_timeout(said, left).expect("not poisoned").0;
        }
    }

    fn gives_up(&self, what: &str) -> ! {
        let lines = locked(&self.heard.said).lines.clone();
        let last = lines[lines.len().saturating_sub(SHOWN)..].iter();
        let last: Vec<String> = last.map(ToString::to_string).collect();
        panic!("{} never said: {what}. The last it said:\n{}", self.name, last.join("\n"));
    }

    /// Types a line.
    pub fn types(&mut self, line: &str) {
        let keyboard = self.keyboard.as_mut().expect("a keyboard");
        writeln!(keyboard, "{line}").and_then(|()| keyboard.flush()).expect("typed");
    }

    /// Types a line, which must be carried out: then it is kept in the vault.
    pub fn does(&mut self, line: &str) {
        let answer = self.answer(line);
        assert!(answer.get("did").is_some(), "{}: {line}: {answer}", self.name);
    }

    /// Types a line that may come too early: another device has told of what is still on its way here.
    pub fn does_soon(&mut self, line: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.answer(line);
            if answer.get("did").is_some() {
                return;
            }
            let is_early = answer["error"] == "not-now" && Instant::now() < deadline;
            assert!(is_early, "{}: {line}: {answer}", self.name);
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    /// Types a line, which must be refused; gives the error.
    pub fn refuses(&mut self, line: &str) -> Value {
        let answer = self.answer(line);
        assert!(answer.get("error").is_some(), "{}: {line}: {answer}", self.name);
        answer
    }

    fn answer(&mut self, line: &str) -> Value {
        let mark = self.mark();
        self.types(line);
        self.wait_from(mark, line, |v| v["did"] == line || (v.get("error").is_some() && v["line"] == line))
    }

    /// Types a verb that looks at something; gives the objects it wrote.
    pub fn looks(&mut self, line: &str) -> Vec<Value> {
        let mark = self.mark();
        self.does(line);
        let mut said = self.since(mark);
        // What happens meanwhile is told in between.
        said.retain(|v| v["event"] == "view");
        said
    }

    /// Types a verb that looks at something until what it shows fits: after a restart a process reads first.
    pub fn looks_until(&mut self, line: &str, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let mark = self.mark();
            if self.answer(line).get("did").is_some() {
                let said = self.since(mark);
                if fits(&said) {
                    return said;
                }
            }
            std::thread::yield_now();
        }
        self.gives_up(line)
    }

    /// Pulls the plug: SIGKILL. What it said stays.
    pub fn kill_9(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }

    /// The same command again, on the same vault or folder.
    pub fn starts_again(&mut self, stage: &Stage) {
        *self = Self::spawn(stage, &self.name, self.args.clone());
    }

    /// Sends a signal by its name.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(id.expect("an id"), signal).expect("sent");
    }

    /// Waits for its end.
    pub fn ends(mut self) -> ExitStatus {
        drop(self.keyboard.take());
        self.child.wait().expect("ended")
    }

    /// Waits for its end; gives the exit code and the error's stable code.
    pub fn ends_with_error(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().expect("ended").code();
        let error = |v: &Value| {
            let object: Value = serde_json::from_str(v["stderr"].as_str()?).ok()?;
            object["error"].as_str().map(str::to_owned)
        };
        let said = self.wait("an error", |v| error(v).is_some());
        (code, error(&said).unwrap_or_default())
    }

    /// Waits until the process has installed its handlers for signals.
    pub fn waits_until_ready(&self) {
        let status = format!("/proc/{}/status", self.child.id());
        let interrupt = 1_u64 << 1;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let text = std::fs::read_to_string(&status).expect("it runs");
            let caught = text.lines().find_map(|line| line.strip_prefix("SigCgt:"));
            let caught =
                caught.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).expect("its signals");
            if caught & interrupt != 0 {
                return;
            }
            std::thread::yield_now();
        }
        panic!("{} never took care of signals", self.name);
    }

    /// Ends as a person ends it.
    pub fn quits(mut self) {
        self.types("quit");
        assert!(self.ends().success());
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        // Gone already when the test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(
    stage: &Stage,
    name: &str,
    from: impl std::io::Read + Send + 'static,
    heard: Arc<Heard>,
    read: impl Fn(&str) -> Value + Send + 'static,
) {
    let (name, transcript) = (name.to_owned(), stage.transcript.clone());
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            // The transcript is for people who look for a fault; a test does not fail by it.
            let _ = writeln!(
                locked(&transcript),
                "{}.{:03} {name} {line}",
                since.as_secs() % 10_000,
                since.subsec_millis()
            );
            locked(&heard.said).lines.push(read(&line));
            heard.more.notify_all();
        }
        locked(&heard.said).closed += 1;
        heard.more.notify_all();
    });
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A path as an argument.
pub fn text_of(path: &Path) -> String {
    path.to_str().expect("a path in UTF-8").to_owned()
}
