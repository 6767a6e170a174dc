//! Settings: one TOML file (`relay.toml` in the data folder), and flags that win over it. Every limit
//! that an operator may set is here with its default; those of the protocol are in
//! `bystand_wire::limits`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use bystand_wire::time::DAY_MS;
use bystand_wire::{NetworkId, limits};

use crate::bundle::Bundle;
use crate::rules::stream::PolicyLimits;
use crate::rules::work::WorkLimits;
use crate::writer::WriterLimits;

mod color;

/// Bytes in one transaction, about.
const GROUP_BYTES: usize = 8 * 1024 * 1024;
/// The file's name in the data folder.
pub const FILE: &str = "relay.toml";

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there or cannot be read.
    #[error("cannot read {path}: {source}. Make the folder with `bystand init`, or name it with --data.")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{path} is not a valid settings file: {reason}")]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// Why, with the line.
        reason: String,
    },
    /// A color that cannot be used.
    #[error(
        "accent = \"{0}\" is no color that white text can be read on: write it as #rrggbb, and dark enough"
    )]
    Accent(String),
    /// A value out of bounds.
    #[error("{name} = {value} is out of bounds: {bounds}")]
    OutOfBounds {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: u64,
        /// What it may be.
        bounds: &'static str,
    },
}

/// Everything an operator may set. In the file each has its field's name and may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tuning {
    /// Address and port to listen on. A reverse proxy in front adds TLS.
    pub listen: SocketAddr,
    /// Open connections of all kinds; more are turned away.
    pub max_connections: u32,
    /// Live connections and event streams among them.
    pub max_live: u32,
    /// Messages that may wait for one live connection before it counts as too slow.
    pub live_queue: u32,
    /// Seconds between pings on a live connection.
    pub ping_s: u64,
    /// Seconds a client may take to send its request's header, or stay idle between requests.
    pub header_timeout_s: u64,
    /// Seconds a client may take to send its request's body.
    pub body_timeout_s: u64,
    /// Seconds a live client may take to accept one message.
    pub send_timeout_s: u64,
    /// Large bodies (blobs, log entries; 1 MiB each) held in memory at once.
    pub max_large_bodies: u32,
    /// Requests that may wait for the writer.
    pub queue_len: u32,
    /// Requests in one transaction.
    pub group_len: u32,
    /// Connections that read the database.
    pub readers: u32,
    /// The largest the database may grow, in MiB; 0 leaves it to the disk.
    pub max_store_mib: u32,
    /// The most frames one stream may ask to hold.
    pub max_frames: u32,
    /// Streams one pass may make in a day.
    pub streams_per_pass: u32,
    /// Blobs one pass may put in a day.
    pub blobs_per_pass: u32,
    /// Effort the open lane is asked for in quiet times.
    pub work_effort_floor: u32,
    /// The most effort the open lane is ever asked for: five seconds on the reference phone.
    pub work_effort_cap: u32,
    /// Frames a minute that the open lane takes before the effort rises.
    pub open_lane_per_minute: u32,
    /// Seconds between sweeps of what has expired.
    pub sweep_s: u64,
    /// Seconds after which the log's checkpoint is signed anew.
    pub checkpoint_s: u64,
    /// Days that replaced manifests and key notes, and other log texts without an end, are kept.
    pub old_texts_days: u64,
    /// The color of the pages' band and main button, as `#17324d`; empty for the program's own.
    pub accent: String,
    /// Seconds that requests under way get to finish when the relay stops.
    pub shutdown_s: u64,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8480)),
            max_connections: 110_000,
            max_live: 100_000,
            live_queue: 64,
            ping_s: 45,
            header_timeout_s: 60,
            body_timeout_s: 30,
            send_timeout_s: 30,
            max_large_bodies: 64,
            queue_len: 4_096,
            group_len: 256,
            readers: 4,
            max_store_mib: 0,
            max_frames: limits::STREAM_FRAMES,
            streams_per_pass: 20,
            blobs_per_pass: 50,
            work_effort_floor: 1,
            work_effort_cap: 16,
            open_lane_per_minute: 120,
            sweep_s: 30,
            checkpoint_s: 60,
            old_texts_days: 30,
            accent: String::new(),
            shutdown_s: 10,
        }
    }
}

/// Flags of the command line; each wins over the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// See [`Tuning::listen`].
    pub listen: Option<SocketAddr>,
    /// See [`Tuning::max_connections`].
    pub max_connections: Option<u32>,
    /// See [`Tuning::max_store_mib`].
    pub max_store_mib: Option<u32>,
    /// See [`Tuning::work_effort_cap`].
    pub work_effort_cap: Option<u32>,
    /// See [`Tuning::open_lane_per_minute`].
    pub open_lane_per_minute: Option<u32>,
}

/// A relay's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// The network it serves.
    pub network: NetworkId,
    /// The web app's files.
    pub web: Bundle,
    /// The rest.
    pub tuning: Tuning,
}

impl Config {
    /// For a data folder, with defaults.
    pub fn new(data: &Path, network: NetworkId) -> Self {
        Self { data: data.to_path_buf(), network, web: Bundle::default(), tuning: Tuning::default() }
    }

    /// From the file in the data folder and flags.
    ///
    /// # Errors
    /// [`ConfigError`], saying which setting and what to do.
    pub fn load(data: &Path, flags: &Flags) -> Result<Self, ConfigError> {
        let path = data.join(FILE);
        let text = std::fs::read_to_string(&path)
            .map_err(|source| ConfigError::Unreadable { path: path.clone(), source })?;
        let invalid = |reason: String| ConfigError::Invalid { path: path.clone(), reason };
        let mut table: toml::Table = toml::from_str(&text).map_err(|e| invalid(e.to_string()))?;
        let network = match table.remove("network") {
            Some(toml::Value::String(id)) => id.parse().ok(),
            Some(_) | None => None,
        };
        let network = network.ok_or_else(|| invalid("network is not 64 hex digits".into()))?;
        let mut tuning: Tuning = table.try_into().map_err(|e| invalid(e.to_string()))?;
        tuning.listen = flags.listen.unwrap_or(tuning.listen);
        tuning.max_connections = flags.max_connections.unwrap_or(tuning.max_connections);
        tuning.max_store_mib = flags.max_store_mib.unwrap_or(tuning.max_store_mib);
        tuning.work_effort_cap = flags.work_effort_cap.unwrap_or(tuning.work_effort_cap);
        tuning.open_lane_per_minute = flags.open_lane_per_minute.unwrap_or(tuning.open_lane_per_minute);
        tuning.check()?;
        Ok(Self { data: data.to_path_buf(), network, web: Bundle::default(), tuning })
    }
}

/// The text of a new `relay.toml`: the network, and every setting as a comment with its default.
pub fn first_file(network: &NetworkId) -> String {
    let mut text = format!("# The network this relay serves.\nnetwork = \"{network}\"\n");
    for (name, default, meaning) in describe(&Tuning::default()) {
        text.push_str(&format!("\n# {meaning}\n# {name} = {default}\n"));
    }
    text
}

/// Every setting: its name, its value as it is written in the file, and what it means.
pub fn describe(t: &Tuning) -> Vec<(&'static str, String, &'static str)> {
    let of = |name, value: u64, meaning| (name, value.to_string(), meaning);
    vec![
        ("listen", format!("\"{}\"", t.listen), "Address and port. A reverse proxy in front adds TLS."),
        of(
            "max_connections",
            t.max_connections.into(),
            "Open connections of all kinds; more are turned away.",
        ),
        of("max_live", t.max_live.into(), "Live connections and event streams among them."),
        of("live_queue", t.live_queue.into(), "Messages that may wait for one live connection."),
        of("ping_s", t.ping_s, "Seconds between pings on a live connection."),
        of("header_timeout_s", t.header_timeout_s, "Seconds to send a request's header, or to stay idle."),
        of("body_timeout_s", t.body_timeout_s, "Seconds to send a request's body."),
        of("send_timeout_s", t.send_timeout_s, "Seconds a live client may take to accept one message."),
        of("max_large_bodies", t.max_large_bodies.into(), "Bodies of up to 1 MiB held in memory at once."),
        of("queue_len", t.queue_len.into(), "Requests that may wait for the writer."),
        of("group_len", t.group_len.into(), "Requests in one transaction."),
        of("readers", t.readers.into(), "Connections that read the database."),
        of(
            "max_store_mib",
            t.max_store_mib.into(),
            "The largest the database may grow; 0: as the disk allows.",
        ),
        of("max_frames", t.max_frames.into(), "The most frames one stream may ask to hold."),
        of("streams_per_pass", t.streams_per_pass.into(), "Streams one pass may make in a day."),
        of("blobs_per_pass", t.blobs_per_pass.into(), "Blobs one pass may put in a day."),
        of("work_effort_floor", t.work_effort_floor.into(), "Effort asked of the open lane in quiet times."),
        of(
            "work_effort_cap",
            t.work_effort_cap.into(),
            "The most effort: five seconds on the reference phone.",
        ),
        of("open_lane_per_minute", t.open_lane_per_minute.into(), "Frames a minute before the effort rises."),
        of("sweep_s", t.sweep_s, "Seconds between sweeps of what has expired."),
        of("checkpoint_s", t.checkpoint_s, "Seconds after which the log's checkpoint is signed anew."),
        of("old_texts_days", t.old_texts_days, "Days that replaced manifests and key notes are kept."),
        ("accent", format!("\"{}\"", t.accent), "Color of the pages, as #17324d; empty: the program's own."),
        of("shutdown_s", t.shutdown_s, "Seconds that requests under way get when the relay stops."),
    ]
}

impl Tuning {
    fn check(&self) -> Result<(), ConfigError> {
        let at_least_one: [(&'static str, u64); 11] = [
            ("max_connections", self.max_connections.into()),
            ("live_queue", self.live_queue.into()),
            ("max_large_bodies", self.max_large_bodies.into()),
            ("queue_len", self.queue_len.into()),
            ("group_len", self.group_len.into()),
            ("readers", self.readers.into()),
            ("max_frames", self.max_frames.into()),
            ("work_effort_cap", self.work_effort_cap.into()),
            ("sweep_s", self.sweep_s),
            ("checkpoint_s", self.checkpoint_s),
            ("ping_s", self.ping_s),
        ];
        for (name, value) in at_least_one {
            if value == 0 {
                return Err(ConfigError::OutOfBounds { name, value, bounds: "at least 1" });
            }
        }
        if !self.accent.is_empty() && !color::carries_white(&self.accent) {
            return Err(ConfigError::Accent(self.accent.clone()));
        }
        if self.work_effort_floor > self.work_effort_cap {
            let value = self.work_effort_floor.into();
            return Err(ConfigError::OutOfBounds {
                name: "work_effort_floor",
                value,
                bounds: "at most work_effort_cap",
            });
        }
        Ok(())
    }

    /// The open lane's limits.
    pub(crate) fn work_limits(&self) -> WorkLimits {
        WorkLimits {
            floor: self.work_effort_floor,
            cap: self.work_effort_cap,
            target_per_minute: self.open_lane_per_minute,
        }
    }

    /// The writer's limits.
    pub(crate) fn writer_limits(&self) -> WriterLimits {
        let to_usize = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        WriterLimits {
            queue_len: to_usize(self.queue_len),
            group_len: to_usize(self.group_len),
            group_bytes: GROUP_BYTES,
            policy: PolicyLimits { max_frames: self.max_frames },
            streams_per_pass: self.streams_per_pass,
            blobs_per_pass: self.blobs_per_pass,
        }
    }

    pub(crate) fn old_texts_ms(&self) -> u64 {
        self.old_texts_days.saturating_mul(DAY_MS)
    }

    /// Pages of 4 KiB.
    pub(crate) fn max_pages(&self) -> Option<u32> {
        (self.max_store_mib > 0).then(|| self.max_store_mib.saturating_mul(256))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, flags: &Flags) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), text).expect("written");
        Config::load(folder.path(), flags).map_err(|e| e.to_string())
    }

    const NETWORK: &str = "network = \"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"\n";

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let text = format!("{NETWORK}listen = \"127.0.0.1:1\"\nqueue_len = 7\nmax_store_mib = 3\n");
        let flags = Flags { listen: Some(SocketAddr::from(([127, 0, 0, 1], 2))), ..Flags::default() };
        let config = load(&text, &flags).expect("sound");
        assert_eq!(config.tuning.listen.port(), 2);
        assert_eq!((config.tuning.queue_len, config.tuning.group_len), (7, Tuning::default().group_len));
        assert_eq!(config.tuning.max_pages(), Some(768));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            (String::new(), "network"),
            ("network = \"xyz\"".into(), "64 hex digits"),
            (format!("{NETWORK}listne = 1"), "listne"),
            (format!("{NETWORK}queue_len = -1"), "queue_len"),
            (format!("{NETWORK}queue_len = 0"), "queue_len"),
            (format!("{NETWORK}work_effort_floor = 99"), "work_effort_floor"),
            (format!("{NETWORK}accent = \"#ffee00\""), "#ffee00"),
            ("not toml".into(), FILE),
        ] {
            let error = load(&text, &Flags::default()).expect_err("refused");
            assert!(error.contains(named), "{error}");
        }
        let missing = Config::load(Path::new("/nonexistent"), &Flags::default()).expect_err("missing");
        assert!(missing.to_string().contains("bystand init"), "{missing}");
    }

    #[test]
    fn the_first_file_is_valid_and_names_every_setting() {
        let text = first_file(&NetworkId([7; 32]));
        let config = load(&text, &Flags::default()).expect("sound");
        assert_eq!((config.network, config.tuning), (NetworkId([7; 32]), Tuning::default()));
        // With the comments taken off it says the same: each default is written as it is read.
        let uncommented: String = text
            .lines()
            .map(|l| l.strip_prefix("# ").filter(|r| r.contains(" = ")).unwrap_or(l))
            .fold(String::new(), |all, l| all + l + "\n");
        let config = load(&uncommented, &Flags::default()).expect("sound");
        assert_eq!(config.tuning, Tuning::default());
        let fields = format!("{:?}", Tuning::default()).matches(": ").count();
        assert_eq!(describe(&Tuning::default()).len(), fields);
    }
}
