//! Attacks on the relay's machine, by its operator and on the wire.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use tokio::net::TcpSocket;

use super::super::evening::Evening;
use super::super::search::{Found, Needles};
use super::super::town::{PASSPHRASE, Player, RELAY, Town};
use super::{Loot, Scene, planted};

/// What everybody may read.
pub const PUBLIC: &str = "public texts";
/// What the relay cannot help to see.
pub const TRAFFIC: &str = "number, sizes and times of frames";
/// As seen by the machine's own tables.
pub const ADDRESSES: &str = "addresses of those who are connected now";
/// On the wire.
pub const WIRE: &str = "who talks to the relay, when and how much";
const PASSPHRASE_WHAT: &str = "a vault's passphrase";
const KEPT_ADDRESSES: &str = "addresses on the disk or in the log";
/// Bodies are padded to five sizes.
pub const SIZE: &str = "which of five sizes a report has";
const LENGTH: &str = "how long a report is within its size";
const TAPPED: (&str, &str) = ("a report's words", "two dark vans, planted whinchat");
/// From where one request comes, so that it can be told from all others.
const CALLER: Ipv4Addr = Ipv4Addr::new(127, 77, 66, 55);

/// The power is cut, and the disk read.
pub fn disk(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let needles = scene.evening.needles_and_keys(&scene.town)?;
    scene.town.kill(RELAY)?;
    let folder = scene.town.path("relay");
    search(&mut loot, &scene.evening, &needles, |needles, found| needles.in_files(&folder, found))?;
    loot.tried(TRAFFIC, frames(&folder)? > 10);
    scene.town.serve(&[])?;
    Ok(loot)
}

/// The operator reads the running relay's memory, its log and the machine's table of connections.
pub fn live(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let needles = scene.evening.needles_and_keys(&scene.town)?;
    let relay = scene.town.relay_addr();
    // Reads everything again, so that it went through the process since it was started.
    scene.town.alerts()?;
    let connection = connect_from(relay)?;
    let process = scene.town.player(RELAY)?.id();
    search(&mut loot, &scene.evening, &needles, |needles, found| needles.in_memory(process, found))?;
    let table = std::fs::read_to_string(format!("/proc/{process}/net/tcp"))?;
    let [a, b, c, d] = CALLER.octets();
    loot.tried(ADDRESSES, table.contains(&format!("{d:02X}{c:02X}{b:02X}{a:02X}:")));
    drop(connection);
    let folder = scene.town.path("relay");
    loot.tried(KEPT_ADDRESSES, is_kept(scene.town.player(RELAY)?, &folder)?);
    loot.tried(TRAFFIC, frames(&folder)? > 10);
    Ok(loot)
}

/// Somebody between a neighbor and the relay records every byte. There is no TLS here: this is what is
/// left when TLS is broken, and what a proxy sees.
pub fn watched(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let tap = Tap::start(scene.town.relay_addr())?;
    let short = report_through(&scene.town, &tap, "two dark vans")?;
    let long = report_through(&scene.town, &tap, &format!("{} and four agents", TAPPED.1))?;
    let story = report_through(&scene.town, &tap, &"a long story, ".repeat(100))?;
    let mut found = Found::new();
    let words = Needles::new([(TAPPED.0, TAPPED.1.as_bytes().to_vec())])?;
    words.within(&long.bytes, &mut found);
    loot.searched([TAPPED.0], &found);
    loot.tried(WIRE, short.sent > 0 && long.sent > 0);
    loot.tried(LENGTH, short.longest != long.longest);
    loot.tried(SIZE, short.longest != story.longest);
    Ok(loot)
}

/// Looks for everything planted, for the passphrase of all vaults, and for what is public: when even that
/// is not found, the search is blind.
fn search(
    loot: &mut Loot,
    evening: &Evening,
    needles: &Needles,
    look: impl Fn(&Needles, &mut Found) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut found = Found::new();
    look(needles, &mut found)?;
    let others = [(PUBLIC, "Powderhorn Park"), (PASSPHRASE_WHAT, PASSPHRASE)];
    look(&Needles::new(others.map(|(what, text)| (what, text.as_bytes().to_vec())))?, &mut found)?;
    loot.searched(planted(evening).into_iter().chain([PUBLIC, PASSPHRASE_WHAT]), &found);
    Ok(())
}

/// How many frames there are, each with its size and its time.
fn frames(folder: &Path) -> anyhow::Result<u64> {
    let database = bystand_relay::store::sqlite::open_reader(&folder.join("relay.db"))?;
    let sql = "SELECT count(*) FROM frames WHERE length(frame) > 0 AND at > 0";
    let count: i64 = database.query_row(sql, [], |row| row.get(0))?;
    Ok(u64::try_from(count)?)
}

/// A connection that has asked for the network and stays open.
fn connect_from(relay: SocketAddr) -> anyhow::Result<TcpStream> {
    let connected = tokio::runtime::Handle::current().block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind((CALLER, 0).into())?;
        socket.connect(relay).await
    });
    let mut connection = connected?.into_std()?;
    connection.set_nonblocking(false)?;
    connection.write_all(b"GET /v1/network HTTP/1.1\r\nhost: relay\r\n\r\n")?;
    let mut answer = [0; 12];
    connection.read_exact(&mut answer)?;
    anyhow::ensure!(answer.ends_with(b"200"), "the relay did not answer");
    Ok(connection)
}

/// Whether the relay has written down from where a request came, in its log (at its most talkative) or in
/// a file.
fn is_kept(relay: &Player, folder: &Path) -> anyhow::Result<bool> {
    let text = CALLER.to_string();
    let mut found = Found::new();
    let both = [text.clone().into_bytes(), format!("{:02x?}", CALLER.octets()).into_bytes()];
    Needles::new(both.map(|bytes| (KEPT_ADDRESSES, bytes)))?.in_files(folder, &mut found)?;
    let log = relay.since(0);
    anyhow::ensure!(log.iter().any(|line| line.get("stderr").is_some()), "the relay's log is silent");
    Ok(!found.is_empty() || log.iter().any(|line| line.to_string().contains(&text)))
}

/// Passes bytes on between clients and the relay, and keeps what the clients send.
struct Tap {
    port: u16,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

/// What went through a tap.
struct Tapped {
    bytes: Vec<u8>,
    /// How much was sent in all.
    sent: usize,
    /// The longest body that was sent.
    longest: usize,
}

impl Tap {
    fn start(relay: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let tap = Self { port: listener.local_addr()?.port(), heard: Arc::default() };
        let heard = tap.heard.clone();
        // Ends with the program: a drill's.
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(relay) else { return };
                let (Ok(client_too), Ok(server_too)) = (client.try_clone(), server.try_clone()) else {
                    return;
                };
                let place = {
                    let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                    heard.push(Vec::new());
                    heard.len() - 1
                };
                let heard = heard.clone();
                let keep = move |bytes: &[u8]| {
                    let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Some(all) = heard.get_mut(place) {
                        all.extend_from_slice(bytes);
                    }
                };
                std::thread::spawn(move || pass_on(client, server, keep));
                std::thread::spawn(move || pass_on(server_too, client_too, |_: &[u8]| ()));
            }
        });
        Ok(tap)
    }

    fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, mut keep: impl FnMut(&[u8])) {
    let mut piece = vec![0; 16 << 10];
    while let Ok(len) = from.read(&mut piece) {
        let bytes = piece.get(..len).unwrap_or_default();
        keep(bytes);
        if len == 0 || to.write_all(bytes).is_err() {
            // The other side notices by itself.
            drop(to.shutdown(std::net::Shutdown::Write));
            return;
        }
    }
}

/// A neighbor reports through the tap.
fn report_through(town: &Town, tap: &Tap, words: &str) -> anyhow::Result<Tapped> {
    let relay = format!("http://127.0.0.1:{}", tap.port);
    let what = ["--kind", "presence", "--place", "Lake St", "--text", words];
    town.run("nobody", &town.report_args(&relay, &what))?.good()?;
    let bytes = tap.take().concat();
    let longest = longest_body(&bytes).context("nothing went through the tap")?;
    Ok(Tapped { sent: bytes.len(), longest, bytes })
}

/// The longest body among HTTP/1.1 requests.
fn longest_body(bytes: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let lens = text.lines().filter_map(|line| line.trim().strip_prefix("content-length: ")?.parse().ok());
    lens.max()
}
