//! The one binary: `bystand`. It reads the command line, runs engines by `bystand-client` and shows
//! what they tell. It decides nothing about reports, rooms or alerts.

mod alert_lines;
mod args;
mod cards;
mod choice;
mod commands;
mod desk;
mod duty;
mod engine;
mod enroll;
mod failure;
mod follow_up;
mod host;
mod live;
mod output;
mod passphrase;
mod qr;
mod registrar;
mod report_args;
mod stop;
mod terminal;
mod told;
mod when;
mod words;

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::Parser;
use serde_json::json;

use args::Cli;
use failure::Failure;
use output::{Output, Tone};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.global.json);
    match commands::run(cli, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if is_closed_pipe(&failure) => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure, output);
            failure.code()
        }
    }
}

fn report(failure: &Failure, output: Output) {
    if output.is_json() {
        output::note(&json!({"error": failure.word(), "text": failure.to_string()}).to_string());
    } else {
        output::note(&format!("{} {failure}", output.tone(Tone::Bad, "bystand:")));
    }
}

/// `bystand … | head` ends when `head` has seen enough.
fn is_closed_pipe(failure: &Failure) -> bool {
    let Failure::Failed(error) = failure else { return false };
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
