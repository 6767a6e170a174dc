//! What the commands do.

pub mod alerts;
pub mod backup;
pub mod bench;
pub mod demo;
pub mod drill;
pub mod follow;
pub mod init;
pub mod join;
pub mod report;
pub mod serve;
pub mod sim;
pub mod status;
pub mod vault;
pub mod verify_web;
pub mod zones;

use std::path::PathBuf;

use bystand_client::{Vault, VaultError};

use crate::args::{Cli, Command, Global};
use crate::failure::{Done, Failure};
use crate::output::Output;
use crate::passphrase;
use crate::registrar::RegistrarVerb;
use crate::stop::unless_stopped;
use crate::terminal::{self, RoleArgs, RoleVerb};
use crate::wiped;

/// Runs a command to its end.
pub fn run(cli: Cli, output: Output) -> Done {
    let Cli { global, command } = cli;
    if matches!(command, Command::Serve(_) | Command::Bench(_)) {
        wiped::off();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Init(args) => unless_stopped(init::run(&global, args, output)).await,
            Command::Join(args) => join::run(&global, args, output).await,
            Command::Invite(args) => verb(&global, RegistrarVerb::Invite(args), output).await,
            Command::Cards(args) => verb(&global, RegistrarVerb::Cards(args), output).await,
            Command::Steward(args) => verb(&global, args, output).await,
            Command::Desk(args) => terminal::run(&global, args, output).await,
            Command::Duty(args) => terminal::run(&global, args, output).await,
            Command::Host(args) => terminal::run(&global, args, output).await,
            Command::Registrar(args) => terminal::run(&global, args, output).await,
            Command::Status(_) => unless_stopped(status::run(&global, output)).await,
            Command::Serve(args) => serve::run(&global, &args, output).await,
            Command::Backup(args) => backup::backup(args, output).await,
            Command::Restore(args) => backup::restore(args, output).await,
            Command::Report(args) => report::run(&global, args, output).await,
            Command::Follow(args) => follow::run(&global, args, output).await,
            Command::Demo(args) => demo::run(&global, args, output).await,
            Command::Alerts(args) => alerts::run(&global, &args, output).await,
            Command::VerifyWeb(args) => unless_stopped(verify_web::run(&global, &args, output)).await,
            Command::Zones(args) => unless_stopped(zones::run(&global, &args, output)).await,
            Command::Sim(words) => tokio::task::block_in_place(|| sim::run(&words, output)),
            Command::Bench(words) => tokio::task::block_in_place(|| bench::run(&words, output)),
            Command::Drill(words) => tokio::task::block_in_place(|| drill::run(&words, output)),
            Command::Vault(command) => vault::run(&global, &command, output),
        }
    })
}

async fn verb<V: RoleVerb>(global: &Global, verb: V, output: Output) -> Done {
    terminal::run(global, RoleArgs { verb: Some(verb), follow: false }, output).await
}

/// The vault's folder.
pub fn vault_folder(global: &Global) -> Result<PathBuf, Failure> {
    let missing =
        || Failure::usage("no-home", "There is no home folder. Name the vault's folder: --vault DIR.");
    global.vault_folder().ok_or_else(missing)
}

/// Opens the vault with the passphrase from wherever it comes. What needs no passphrase is looked at
/// first, so that nobody types one in vain.
pub fn open_vault(global: &Global) -> Result<Vault, Failure> {
    let folder = vault_folder(global)?;
    if !Vault::is_in(&folder) {
        return Err(VaultError::Missing(folder).into());
    }
    let is_wrong = |error: &VaultError| matches!(error, VaultError::WrongPassphrase);
    passphrase::open_with(global.passphrase_file.as_deref(), is_wrong, |passphrase| {
        Vault::unlock(&folder, passphrase)
    })
}
