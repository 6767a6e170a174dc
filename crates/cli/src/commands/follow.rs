//! `bystand follow`: what became of a report, by its phrase, from any device.

use bystand_core::device::Command;
use bystand_core::device::neighbor::NeighborCommand;
use bystand_crypto::phrase::Phrase;
use clap::Args;

use crate::args::Global;
use crate::engine::{self, Whose};
use crate::failure::{Done, Failure};
use crate::follow_up::Conversation;
use crate::live;
use crate::output::Output;
use crate::stop::Stop;

const EXAMPLES: &str = "\
Examples:
  bystand follow 'eight words of the phrase as they were shown here' --relay https://relay.example.org
  bystand follow '1234 5678 9012 3456 7890 1234 5678'

Shows what the desk says. Type `answer TEXT` to answer, `quit` or Ctrl-C to end.";

/// `bystand follow`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct FollowArgs {
    /// The phrase: eight words, or 28 digits
    #[arg(required = true)]
    phrase: Vec<String>,
    #[command(flatten)]
    whose: Whose,
}

/// Runs `bystand follow`.
pub async fn run(global: &Global, args: FollowArgs, output: Output) -> Done {
    let phrase = Phrase::parse(&args.phrase.join(" "));
    let phrase = phrase
        .map_err(|error| Failure::usage(error.code(), format!("This is not a follow-up phrase: {error}.")))?;
    let mut stop = Stop::install()?;
    let mut session = engine::start_for(global, &args.whose, false).await?;
    engine::command(&mut session, Command::Neighbor(NeighborCommand::Follow(phrase.clone()))).await?;
    let mut talk = Conversation::new(output, global.clock(), Some(phrase));
    live::follow(&mut session, &mut talk, output, &mut stop).await?;
    session.close().await?;
    Ok(())
}
