//! The command line. What each command does is in `commands`.

use std::path::PathBuf;

use bystand_client::{Clock, vault as vaults};
use bystand_wire::Timestamp;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{
    alerts, backup, bench, demo, drill, follow, init, join, report, serve, sim, status, vault, verify_web,
    zones,
};
use crate::desk::DeskVerb;
use crate::duty::DutyVerb;
use crate::host::HostVerb;
use crate::registrar::{CardsArgs, InviteArgs, RegistrarVerb, StewardVerb};
use crate::terminal::RoleArgs;

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 failed on this machine; 2 command not understood; 3 refused by a rule; \
4 relay not reached (what was asked for is kept and goes on next time).";

/// A rapid response network that a neighborhood runs for itself.
#[derive(Debug, Parser)]
#[command(name = "bystand", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub struct Cli {
    /// For all commands.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of all commands.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of all commands")]
pub struct Global {
    /// Folder that holds this device's sealed records [default: ~/.local/share/bystand]
    #[arg(long, global = true, value_name = "DIR", env = "BYSTAND_VAULT", hide_env = true)]
    pub vault: Option<PathBuf>,
    /// Read the passphrase from the first line of a file (or set BYSTAND_PASSPHRASE)
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Write one JSON object a line, for scripts
    #[arg(long, global = true)]
    pub json: bool,
    /// Take a relay's plain http:// address elsewhere than on this machine
    #[arg(long, global = true)]
    pub allow_plain_http: bool,
    /// Run the clock so many times as fast (demonstrations; the relay needs the same)
    #[arg(long, global = true, value_name = "N", default_value_t = 1, hide = true)]
    pub clock_rate: u32,
    /// The moment, in milliseconds since 1970, at which the faster clock agrees with the real one
    #[arg(long, global = true, value_name = "MS", default_value_t = 0, hide = true)]
    pub clock_start: u64,
    /// What it costs to turn the passphrase of a new vault into a key
    #[arg(long, global = true, value_enum, default_value_t = VaultCost::Usual, hide = true)]
    pub vault_cost: VaultCost,
}

/// See [`vaults::Cost`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VaultCost {
    /// For people.
    Usual,
    /// For demonstrations with many vaults.
    Least,
}

impl Global {
    /// The clock that `now` comes from.
    pub fn clock(&self) -> Clock {
        match self.clock_rate {
            0 | 1 => Clock::real(),
            rate => Clock::scaled(Timestamp(self.clock_start), rate),
        }
    }

    /// What a new vault's passphrase costs.
    pub fn cost(&self) -> vaults::Cost {
        match self.vault_cost {
            VaultCost::Usual => vaults::Cost::Usual,
            VaultCost::Least => vaults::Cost::Least,
        }
    }

    /// The vault's folder; `None` when there is neither a flag, a variable nor a home.
    pub fn vault_folder(&self) -> Option<PathBuf> {
        let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share/bystand"));
        self.vault.clone().or_else(home)
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Found a network on this device
    Init(init::InitArgs),
    /// Take up an invitation on this device
    Join(join::JoinArgs),
    /// Work at the desk
    #[command(after_help = "Examples:\n  bystand desk\n  bystand desk --follow\n  bystand desk claim 12")]
    Desk(RoleArgs<DeskVerb>),
    /// Be on duty as observer, verifier or driver
    #[command(
        after_help = "Examples:\n  bystand duty on --zone powderhorn-park --point 44.9484,-93.2619\n  bystand \
                            duty --follow"
    )]
    Duty(RoleArgs<DutyVerb>),
    /// Run a host box: the zones' day rooms
    #[command(after_help = "Example:\n  bystand host --follow")]
    Host(RoleArgs<HostVerb>),
    /// Run a registrar's box: admission, passes, the key note
    #[command(after_help = "Example:\n  bystand registrar --follow")]
    Registrar(RoleArgs<RegistrarVerb>),
    /// Invite one device
    Invite(InviteArgs),
    /// Make a sheet of cards with a report pass each
    Cards(CardsArgs),
    /// Root keys, and what they sign
    #[command(subcommand)]
    Steward(StewardVerb),
    /// Show what this device is, has, and still has to send
    Status(status::StatusArgs),
    /// Run the relay
    Serve(serve::ServeArgs),
    /// Compare a site's web app with a build
    VerifyWeb(verify_web::VerifyWebArgs),
    /// Back up a relay, which may be running
    Backup(backup::BackupArgs),
    /// Make a new relay from a backup
    Restore(backup::RestoreArgs),
    /// Tell the desk what you see
    Report(report::ReportCommand),
    /// Follow a report by its phrase
    Follow(follow::FollowArgs),
    /// Show confirmed alerts and rumor checks
    Alerts(alerts::AlertsArgs),
    /// List the network's zones
    Zones(zones::ZonesArgs),
    /// Open a living city in the browser, with real processes
    Demo(demo::DemoArgs),
    /// Measure speed and memory against their limits
    #[command(disable_help_flag = true, after_help = bench::EXAMPLES)]
    Bench(bench::Words),
    /// Simulate a day of a city in virtual time
    #[command(disable_help_flag = true, after_help = sim::EXAMPLES)]
    Sim(sim::Words),
    /// Attack a network of real processes, and see what is lost
    #[command(disable_help_flag = true, after_help = drill::EXAMPLES)]
    Drill(drill::Words),
    /// Look after this device's vault
    #[command(subcommand)]
    Vault(vault::VaultCommand),
}
