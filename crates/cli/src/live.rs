//! `--follow`: shows what happens and takes further commands, a line each, from the terminal or a pipe.
//!
//! Each line is parsed by the same definitions as the command line. With `--json` every line is
//! answered by one object, `{"did": line}` or `{"error": code, "class": …, "text": …, "line": line}`, so that a
//! script can wait for it. `quit` ends; the end of the input does not, so that a service whose input
//! is closed keeps running.

use std::io::BufRead;

use bystand_client::{Session, Told};
use bystand_core::io::Engine;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use serde_json::json;
use tokio::sync::mpsc;

use crate::failure::{Done, Failure};
use crate::output::{Output, Tone, note};
use crate::stop::Stop;
use crate::words;

/// The longest line that is read, in bytes.
const LINE_LEN: usize = 64 * 1024;

/// What carries out lines and shows what is told. The same object does both, so that it can number
/// what it shows.
pub trait Talk<E: Engine> {
    /// The verbs of this command.
    type Verb: Subcommand;

    /// Adds to the verbs' help.
    fn help(command: clap::Command) -> clap::Command {
        command
    }

    /// Carries out a verb.
    async fn act(&mut self, session: &mut Session<E>, verb: Self::Verb) -> Done;

    /// Shows what the runner tells.
    async fn show(&mut self, session: &mut Session<E>, told: Told<E::Event>) -> Done;
}

#[derive(Debug, Parser)]
#[command(name = "", no_binary_name = true, disable_help_flag = true, help_template = "{subcommands}\n")]
struct Line<V: Subcommand> {
    #[command(subcommand)]
    verb: V,
}

/// Follows until the person or the system ends it.
pub async fn follow<E, T>(session: &mut Session<E>, talk: &mut T, output: Output, stop: &mut Stop) -> Done
where
    E: Engine + Send + 'static,
    E::Event: Send + 'static,
    T: Talk<E>,
{
    let mut lines = stdin_lines();
    let mut is_open = true;
    loop {
        tokio::select! {
            () = stop.requested() => return Ok(()),
            told = session.next() => match told {
                Some(told) => talk.show(session, told).await?,
                // It stopped by itself: the reason comes with the session's end.
                None => return Ok(()),
            },
            line = lines.recv(), if is_open => match line {
                Some(line) if matches!(line.trim(), "quit" | "exit") => return Ok(()),
                Some(line) => one_line(session, talk, output, &line).await?,
                None => is_open = false,
            },
        }
    }
}

/// Errors of one line are shown and the next line is awaited; only a failing machine ends it.
async fn one_line<E, T>(session: &mut Session<E>, talk: &mut T, output: Output, line: &str) -> Done
where
    E: Engine + Send + 'static,
    E::Event: Send + 'static,
    T: Talk<E>,
{
    let verb = match parse::<T::Verb>(line, T::help) {
        Ok(Some(verb)) => verb,
        Ok(None) => return Ok(()),
        Err(text) => return show_error(output, line, &Failure::usage("usage", text.trim())),
    };
    match talk.act(session, verb).await {
        Ok(()) => Ok(output.object(&json!({"did": line.trim()}))?),
        Err(failure) if failure.is_fatal() => Err(failure),
        Err(failure) => show_error(output, line, &failure),
    }
}

/// The verb of a line; none in an empty line or a remark.
fn parse<V: Subcommand>(line: &str, help: fn(clap::Command) -> clap::Command) -> Result<Option<V>, String> {
    let words = words::split(line).map_err(|error| error.to_string())?;
    if words.is_empty() {
        return Ok(None);
    }
    let matches = help(Line::<V>::command()).try_get_matches_from(words);
    let line = matches.and_then(|matches| Line::<V>::from_arg_matches(&matches));
    line.map(|line| Some(line.verb)).map_err(|error| error.to_string())
}

fn show_error(output: Output, line: &str, failure: &Failure) -> Done {
    if output.is_json() {
        let mut object = failure.object();
        object["line"] = json!(line.trim());
        output.object(&object)?;
    } else {
        note(&output.tone(Tone::Bad, &failure.to_string()));
    }
    Ok(())
}

/// The lines of the input, read on a thread of its own: reading a terminal cannot be broken off, and
/// must not hold up the end of the process.
fn stdin_lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(16);
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = std::io::Read::take(&mut input, LINE_LEN as u64).read_until(b'\n', &mut line);
            let text = String::from_utf8_lossy(&line).into_owned();
            if !matches!(read, Ok(1..)) || sender.blocking_send(text).is_err() {
                return;
            }
        }
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Subcommand)]
    enum Verb {
        /// Take an incident
        Claim { incident: u32 },
        /// Write a note
        Note { incident: u32, text: String },
    }

    #[test]
    fn lines_are_verbs() {
        fn parse<V: Subcommand>(line: &str) -> Result<Option<V>, String> {
            super::parse(line, |command| command)
        }
        assert_eq!(parse("claim 3"), Ok(Some(Verb::Claim { incident: 3 })));
        let note = Verb::Note { incident: 3, text: "two cars".to_owned() };
        assert_eq!(parse("note 3 'two cars' # remark"), Ok(Some(note)));
        assert_eq!(parse::<Verb>("  "), Ok(None));
        assert!(parse::<Verb>("publish 3").expect_err("unknown").contains("publish"));
        assert!(parse::<Verb>("claim").expect_err("incomplete").contains("<INCIDENT>"));
        assert!(parse::<Verb>("note 3 'x").expect_err("open quote").contains("quote"));
        assert!(parse::<Verb>("help").expect_err("shown as text").contains("Take an incident"));
    }
}
