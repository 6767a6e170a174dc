//! `bystand vault …`: the vault itself.

use clap::Subcommand;
use serde_json::json;

use crate::args::Global;
use crate::failure::Done;
use crate::output::Output;
use crate::{commands, passphrase};

/// `bystand vault …`
#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Change the passphrase
    #[command(after_help = "Example:\n  bystand vault passphrase\n\nScripts set BYSTAND_PASSPHRASE and \
                            BYSTAND_NEW_PASSPHRASE.")]
    Passphrase,
}

/// Runs `bystand vault …`.
pub fn run(global: &Global, command: &VaultCommand, output: Output) -> Done {
    match command {
        VaultCommand::Passphrase => change_passphrase(global, output),
    }
}

fn change_passphrase(global: &Global, output: Output) -> Done {
    let mut vault = commands::open_vault(global)?;
    let new = passphrase::choose(None, passphrase::NEW_VARIABLE)?;
    vault.change_passphrase(&new, global.cost())?;
    output.both(
        "The passphrase is changed. Copies of the folder made before still open with the old one: \
         delete them.",
        &json!({"changed": "passphrase"}),
    )?;
    Ok(())
}
