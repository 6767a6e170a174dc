//! The relay as a process of its own, on real files, with clients in another: ended by signals under
//! load, out of disk, and beside another one on the same folder. Nothing acknowledged may be lost.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use bystand_crypto::hash;
use bystand_relay::{Config, data_dir, serve, stop_signal};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::*;
use bystand_wire::{Frame, FrameKind, NetworkId, StreamId};

use crate::client::{Client, get, key, policy};
use crate::service::try_append;

const FOLDER: &str = "BYSTAND_TEST_PROCESS_FOLDER";
const NETWORK: NetworkId = NetworkId([6; 32]);
/// In blocks of 512 bytes, as `ulimit -f` counts: 8 MiB a file.
const FILE_BLOCKS: u32 = 16 * 1024;

/// What the child process runs; by itself it starts, answers and stops.
#[tokio::test]
async fn the_served_relay() {
    let own = tempfile::tempdir().expect("a folder");
    let asked = std::env::var(FOLDER).ok();
    let folder = asked.as_ref().map_or(own.path(), Path::new);
    data_dir::create(folder, &NETWORK).expect("a folder");
    let mut config = Config::new(folder, NETWORK);
    config.tuning.listen.set_port(0);
    config.tuning.work_effort_cap = 1;
    if asked.is_none() {
        let running = serve(config, std::future::pending()).await.expect("started");
        assert_eq!(get(running.addr(), "/healthz").await.status, 200);
        return running.stop().await;
    }
    match serve(config, stop_signal()).await {
        Ok(running) => {
            crate::crash::say(&format!("listening {}", running.addr()));
            running.wait().await;
            crate::crash::say("stopped in order");
        }
        Err(error) => crate::crash::say(&format!("failed {error}")),
    }
}

struct Process {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Process {
    /// Starts a relay, with files no longer than so many blocks when there is a limit.
    fn start(folder: &Path, file_blocks: Option<u32>) -> Self {
        let program = std::env::current_exe().expect("this test");
        let limit = file_blocks.map_or(String::new(), |n| format!("trap '' XFSZ; ulimit -f {n}; "));
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(format!("{limit}exec \"$0\" --exact process::the_served_relay --nocapture"))
            .arg(program)
            .env(FOLDER, folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines }
    }

    /// The rest of the next line that has this word in it; `None` when it ended without.
    fn says(&mut self, word: &str) -> Option<String> {
        self.lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once(word).map(|(_, rest)| rest.trim().to_owned()))
    }

    fn client(&mut self) -> Client {
        let addr: SocketAddr = self.says("listening").and_then(|a| a.parse().ok()).expect("an address");
        Client { addr, network: NETWORK }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().expect("ran").success());
    }

    fn end(mut self) -> (ExitStatus, String) {
        let said: Vec<String> = self.lines.by_ref().map_while(Result::ok).collect();
        (self.child.wait().expect("gone"), said.join("\n"))
    }
}

async fn stream(client: &Client) -> StreamId {
    let owner = key(1);
    let mut p = policy(&owner, vec![AppendRule::Keys(vec![owner.public()])], crate::world::noon());
    p.max_frames = 100_000;
    p.expires_at = crate::world::noon().plus_ms(300 * crate::world::DAY_MS);
    p.frame_life_ms = 300 * crate::world::DAY_MS;
    client.create(&p, &owner).await
}

async fn held(client: &Client, id: StreamId) -> Vec<u64> {
    let mut seqs = Vec::new();
    loop {
        let after = seqs.last().copied().unwrap_or(0);
        let frames: Frames = client.read(id, after, None).await.read();
        if frames.frames.is_empty() {
            return seqs;
        }
        seqs.extend(frames.frames.iter().map(|f| f.seq.0));
    }
}

/// Eight clients append until the relay is gone; it is ended by a signal in the middle of it.
async fn ended_by(signal: &'static str) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Process::start(folder.path(), None);
    let client = process.client();
    let id = stream(&client).await;
    let (told, mut done) = tokio::sync::mpsc::unbounded_channel();
    let writers: Vec<_> = (0..8)
        .map(|w| {
            let told = told.clone();
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for n in 0.. {
                    let frame = crate::client::frame(&format!("{w} {n}"));
                    let body = bystand_wire::encode(&client.by_key(id, &key(1), frame));
                    let Some(seq) = try_append(client.addr, id, body).await else { break };
                    acknowledged.push(seq);
                    let _ = told.send(());
                }
                acknowledged
            })
        })
        .collect();
    for _ in 0..60 {
        done.recv().await.expect("they write");
    }
    process.signal(signal);
    let (status, said) = process.end();
    if signal == "KILL" {
        assert!(!status.success());
    } else {
        assert!(status.success() && said.contains("stopped in order"), "{signal}: {status} {said}");
    }
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.expect("ended"));
    }
    let mut again = Process::start(folder.path(), None);
    let client = again.client();
    let held = held(&client, id).await;
    assert!(acknowledged.len() >= 60);
    assert!(acknowledged.iter().all(|seq| held.contains(seq)), "{signal}: acknowledged and lost");
    assert_eq!(held, (1..=held.len() as u64).collect::<Vec<_>>(), "{signal}: no gaps");
    again.signal("TERM");
    again.end();
}

#[tokio::test]
async fn every_signal_under_load_loses_nothing_acknowledged() {
    for signal in ["TERM", "INT", "KILL"] {
        ended_by(signal).await;
    }
}

#[tokio::test]
async fn files_that_cannot_grow_are_refused_and_what_was_acknowledged_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Process::start(folder.path(), Some(FILE_BLOCKS));
    let client = process.client();
    let id = stream(&client).await;
    let big = |n: u64| {
        let mut body = vec![7; 60_000];
        body[..8].copy_from_slice(&n.to_be_bytes());
        Frame::build(FrameKind::Reply, &body)
    };
    let mut taken = 0;
    let refused = loop {
        assert!(taken < 1_000, "never full");
        let reply = client.append_by_key(id, &key(1), big(taken)).await;
        if reply.status != 200 {
            break reply;
        }
        taken += 1;
    };
    assert!(taken > 10, "{taken}");
    assert_eq!(refused.code(), Code::CannotStore);
    assert!(refused.problem()["detail"].as_str().is_some_and(|d| d.contains("try again")), "{refused:?}");
    assert_eq!(get(client.addr, "/healthz").await.status, 503);
    assert_eq!(
        held(&client, id).await,
        (1..=taken).collect::<Vec<u64>>(),
        "what is there is still given out"
    );
    process.signal("TERM");
    process.end();
    // With room again it goes on where it stopped.
    let mut again = Process::start(folder.path(), None);
    let client = again.client();
    assert_eq!(held(&client, id).await, (1..=taken).collect::<Vec<u64>>());
    assert_eq!(client.append_by_key(id, &key(1), big(taken)).await.read::<Appended>().seq.0, taken + 1);
    assert_eq!(get(client.addr, "/healthz").await.status, 200);
    again.signal("TERM");
    again.end();
}

#[tokio::test]
async fn a_second_relay_on_the_folder_says_so_and_harms_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = Process::start(folder.path(), None);
    let client = first.client();
    let id = stream(&client).await;
    let mut second = Process::start(folder.path(), None);
    let failed = second.says("failed").expect("it cannot start");
    assert!(failed.contains("another relay is running") && failed.contains("Stop it first"), "{failed}");
    second.end();
    client.append_by_key(id, &key(1), crate::client::frame("unharmed")).await.read::<Appended>();
    // A lock is no file that stays behind.
    first.signal("KILL");
    first.end();
    let mut third = Process::start(folder.path(), None);
    let client = third.client();
    assert_eq!(hash::stream_id(&key(1).public()), id);
    assert_eq!(held(&client, id).await, [1]);
    third.signal("TERM");
    third.end();
}
