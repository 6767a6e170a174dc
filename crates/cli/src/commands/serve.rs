//! `bystand serve`: the relay in this process.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bystand_client::Clock;
use bystand_relay::bundle::Bundle;
use bystand_relay::{Config, Flags, StartError};
use bystand_wire::Timestamp;
use clap::Args;
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::args::Global;
use crate::failure::{Done, Failure};
use crate::output::Output;
use crate::stop::Stop;
use crate::{engine, open_files};

const EXAMPLES: &str = "\
Examples:
  bystand serve --data /var/lib/bystand
  bystand serve --data ./relay --listen 127.0.0.1:8480
  bystand serve --data ./relay --web target-web/bundle

`bystand init` makes the folder. All settings are in its relay.toml, each explained. The relay speaks \
plain HTTP: put a reverse proxy with TLS in front. BYSTAND_LOG sets what is logged (info; no addresses, \
ever). SIGTERM or Ctrl-C stops it after what is under way.";

/// The files of the web app that this program was built with, by their names.
static BUILT_IN: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/web.rs"));

/// Flags of `bystand serve`; each wins over the settings file.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ServeArgs {
    /// Folder with the relay's settings, key and database
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Folder of the web app's files, instead of those built into the program
    #[arg(long, value_name = "DIR")]
    web: Option<PathBuf>,
    /// Address and port
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Open connections of all kinds; more are turned away
    #[arg(long, value_name = "N")]
    max_connections: Option<u32>,
    /// The largest the database may grow, in MiB; 0 leaves it to the disk
    #[arg(long, value_name = "MIB")]
    max_store_mib: Option<u32>,
    /// The most effort the open lane is ever asked for
    #[arg(long, value_name = "N")]
    work_effort_cap: Option<u32>,
    /// Frames a minute that the open lane takes before the effort rises
    #[arg(long, value_name = "N")]
    open_lane_per_minute: Option<u32>,
}

/// The relay by the clock of the command line.
#[derive(Debug)]
struct RelayClock(Clock);

impl bystand_relay::clock::Clock for RelayClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// Runs `bystand serve` until it is told to stop.
pub async fn run(global: &Global, args: &ServeArgs, output: Output) -> Done {
    let flags = Flags {
        listen: args.listen,
        max_connections: args.max_connections,
        max_store_mib: args.max_store_mib,
        work_effort_cap: args.work_effort_cap,
        open_lane_per_minute: args.open_lane_per_minute,
    };
    let filter = EnvFilter::try_from_env("BYSTAND_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    let mut stop = Stop::install()?;
    let mut config = Config::load(&args.data, &flags).map_err(|error| not_started(error.into()))?;
    config.web = web(args.web.as_deref())?;
    allow_connections(config.tuning.max_connections);
    let network = config.network;
    let clock = Arc::new(RelayClock(global.clock()));
    let running = bystand_relay::serve_with_clock(config, clock, async move { stop.requested().await });
    let running = running.await.map_err(not_started)?;
    let address = running.addr();
    output.both(
        &format!("The relay of network {network} listens on http://{address}"),
        &json!({"listening": format!("http://{address}"), "network": network.to_string(),
                "generation": running.generation()}),
    )?;
    running.wait().await;
    output.both("The relay has stopped.", &json!({"stopped": true}))?;
    Ok(())
}

/// Whether the program was built with the web app.
pub fn has_web() -> bool {
    !BUILT_IN.is_empty()
}

/// The web app: the folder that was named, or what was built in.
fn web(folder: Option<&Path>) -> Result<Bundle, Failure> {
    match folder {
        Some(folder) => Bundle::read(folder).map_err(|error| Failure::of("web-bundle", error)),
        None => Ok(Bundle::of(BUILT_IN.iter().map(|(name, bytes)| (*name, *bytes)))),
    }
}

/// A connection is an open file, and many systems begin with a thousand of them. When the limit stays below
/// what the settings allow, the relay works all the same, for fewer.
fn allow_connections(most: u32) {
    match open_files::raise() {
        Ok(Some(allowed)) if allowed < u64::from(most) => tracing::info!(
            "the system allows this process {allowed} open files, for {most} connections at most: raise its hard \
             limit (LimitNOFILE in systemd) if more than that come at once"
        ),
        Ok(_) => {}
        Err(error) => tracing::warn!("the limit of open files stays as it is: {error}"),
    }
}

/// Why a relay does not start, or its folder cannot be made.
pub fn not_started(error: StartError) -> Failure {
    let code = match &error {
        StartError::Locked(_) => "relay-in-use",
        StartError::File { .. } => "relay-folder",
        StartError::BadLogKey(_) => "relay-log-key",
        StartError::Damaged { .. } => "relay-damaged",
        StartError::Foreign { .. } => "relay-foreign",
        StartError::OtherNetwork(_) => "relay-other-network",
        StartError::Listen { .. } => "relay-address-in-use",
        StartError::Config(_) => "relay-settings",
        StartError::System(_) => "relay-system",
    };
    Failure::failed(code, engine::ended(&error))
}
