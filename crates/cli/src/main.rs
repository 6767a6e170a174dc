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
mod help;
mod host;
mod live;
mod open_files;
mod output;
mod passphrase;
mod progress;
mod qr;
mod registrar;
mod report_args;
mod stop;
mod terminal;
mod told;
mod when;
mod wiped;
mod words;

use std::process::ExitCode;

use clap::FromArgMatches;

use args::Cli;
use failure::Failure;
use output::{Output, Tone};

#[global_allocator]
static MEMORY: wiped::Wiping = wiped::Wiping;

fn main() -> ExitCode {
    let cli = match parse() {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
    };
    let output = Output::new(cli.global.json);
    match commands::run(cli, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure, output);
            failure.exit_code()
        }
    }
}

fn report(failure: &Failure, output: Output) {
    if output.is_json() {
        output::note(&failure.object().to_string());
    } else {
        output::note(&format!("{} {failure}", output.tone(Tone::Bad, "bystand:")));
    }
}

fn parse() -> Result<Cli, clap::Error> {
    let mut command = help::command();
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Help and version were asked for; anything else is an error, which scripts read as an object.
fn not_understood(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && std::env::args_os().any(|word| word == "--json") {
        let failure = Failure::usage("usage", error.render().to_string().trim());
        report(&failure, Output::new(true));
        return failure.exit_code();
    }
    // When even that output is closed there is nobody to tell.
    drop(error.print());
    if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}
