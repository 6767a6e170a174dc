//! `bystand backup` and `bystand restore`: the relay's keys, manifest, log and spent passes.

use std::path::PathBuf;

use bystand_relay::backup::{self, BackupError, RestoreOptions};
use clap::Args;
use serde_json::json;
use tokio::task::spawn_blocking;

use crate::failure::{Done, Failure};
use crate::output::Output;
use crate::{engine, progress};

/// `bystand backup`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bystand backup --data /var/lib/bystand backup-2026-01-14.bystand\n\nThe relay may be \
                        running. The file holds the log key: keep it as you keep the relay's folder. Streams are \
                        never in it."
)]
pub struct BackupArgs {
    /// The relay's folder
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The file to write; must not exist
    file: PathBuf,
}

/// `bystand restore`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bystand restore backup-2026-01-14.bystand --data ./relay-new\n  bystand serve --data \
                        ./relay-new\n\nThe restored relay has no streams. Devices refuse a log that lacks what they have \
                        seen (log-shrank, log-forked): restore again with --new-log then, and have the stewards sign \
                        a manifest that names the new log (bystand steward new-log)."
)]
pub struct RestoreArgs {
    /// The file that `bystand backup` wrote
    file: PathBuf,
    /// The folder to make; must be empty or missing
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Begin a new log with a new key: when clients have seen entries that are not in the backup
    #[arg(long)]
    new_log: bool,
}

/// Runs `bystand backup`.
pub async fn backup(args: BackupArgs, output: Output) -> Done {
    let file = args.file.display().to_string();
    let work = spawn_blocking(move || backup::backup(&args.data, &args.file));
    let done = progress::show(output, "Writing the backup", work).await;
    done.map_err(|error| Failure::of("bug", error))?.map_err(failed)?;
    output.both(&format!("The backup is in {file}."), &json!({"event": "backup", "file": file}))?;
    Ok(())
}

/// Runs `bystand restore`.
pub async fn restore(args: RestoreArgs, output: Output) -> Done {
    let options = RestoreOptions { new_log: args.new_log };
    let data = args.data.display().to_string();
    let work = spawn_blocking(move || backup::restore(&args.file, &args.data, options));
    let done = progress::show(output, "Restoring", work).await;
    let restored = done.map_err(|error| Failure::of("bug", error))?.map_err(failed)?;
    let log = restored.log.to_string();
    let next = if options.new_log {
        format!(
            "It begins a new log. Next: bystand serve --data {data}, and on a steward's device:\n  \
             bystand steward new-log {log}"
        )
    } else {
        format!(
            "Its log has {} entries. Next: bystand serve --data {data}\nIf devices then say log-shrank or \
             log-forked, they have seen later entries: restore again into another folder with --new-log.",
            restored.log_size
        )
    };
    let text = format!("Restored into {data} as generation {}. {next}", restored.generation);
    let json = json!({"event": "restored", "data": data, "generation": restored.generation,
                      "log": log, "log_size": restored.log_size});
    output.both(&text, &json)?;
    Ok(())
}

fn failed(error: BackupError) -> Failure {
    let code = match &error {
        BackupError::NoRelay(_) => "backup-no-relay",
        BackupError::Exists(_) => "backup-exists",
        BackupError::NotABackup(_) => "not-a-backup",
        BackupError::Failed { .. } => "backup-failed",
        BackupError::Folder(_) => "relay-folder",
    };
    Failure::failed(code, engine::ended(&error))
}
