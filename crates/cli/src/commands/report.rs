//! `bystand report`: a neighbor (or a member) tells the desk what they see.

use std::time::Duration;

use bystand_client::{Session, Told};
use bystand_core::device::neighbor::{NeighborCommand, NeighborEvent};
use bystand_core::device::zones::Zones;
use bystand_core::device::{Command, Device, Event};
use bystand_core::network::invite::CardLink;
use bystand_core::report::screen_text;
use bystand_core::texts::Texts;
use bystand_crypto::passes::OwnedPass;
use bystand_wire::ReportId;
use clap::Args;
use rand_core::Rng;
use tokio::time::Instant;

use crate::args::Global;
use crate::engine::{self, PATIENCE, Trouble, Whose};
use crate::failure::{Done, Failure};
use crate::follow_up::Conversation;
use crate::output::{Output, note};
use crate::progress;
use crate::report_args::ReportArgs;
use crate::stop::Stop;

const EXAMPLES: &str = "\
Is someone hurt? Call 911 first.

Examples:
  bystand report --kind vehicle-stop --place 'Lake St and Chicago Ave' --first-hand yes --vehicles 2
  bystand report --card 'https://relay.example.org/report#BYSTAND:CARD:…' --kind presence --point 44.9484,-93.2619
  bystand report --relay https://relay.example.org --kind other --text 'men in vests' --place 'the library'

The report is sealed on this device for the desk. With a vault it is kept there until the desk has it; \
without one, leave the command running until it says so.";

/// How long a report that was sent waits for the desk's receipt before the command ends.
const RECEIPT: Duration = Duration::from_secs(6);

/// `bystand report`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ReportCommand {
    #[command(flatten)]
    whose: Whose,
    /// A printed card's link: the report then goes into the vouched lane
    #[arg(long, value_name = "LINK")]
    card: Option<String>,
    #[command(flatten)]
    what: ReportArgs,
    /// Stay, and show what the desk asks and answers; type `answer TEXT` to answer
    #[arg(long)]
    follow: bool,
}

/// Runs `bystand report`.
pub async fn run(global: &Global, args: ReportCommand, output: Output) -> Done {
    let card = args.card.as_deref().map(CardLink::from_text).transpose();
    let card = card.map_err(|error| Failure::usage(error.code(), engine::sentence(&error)))?;
    let mut stop = Stop::install()?;
    let mut session = match &card {
        Some(card) if args.whose.relay.is_none() => {
            engine::start_without_vault(global, card.relay.as_str(), Some(card.network), false).await?
        }
        _ => engine::start_for(global, &args.whose, false).await?,
    };
    warn_of_names(&args.what);
    let mut talk = Conversation::new(output, global.clock(), None);
    let mut sent = false;
    send(&mut session, &args, card.map(|card| card.pass)).await?;
    let outcome = tokio::select! {
        outcome = progress::show(output, "Sending", until_taken(&mut session, &mut talk, &mut sent)) => outcome,
        () = stop.requested() => match sent {
            true => Ok(()),
            false => Err(not_sent("stopped", "Stopped before the relay had the report.")),
        },
    };
    if outcome.is_ok() && args.follow {
        crate::live::follow(&mut session, &mut talk, output, &mut stop).await?;
    }
    session.close().await?;
    outcome
}

/// Hands the report to the engine, with a pass where there is one.
async fn send(session: &mut Session<Device>, args: &ReportCommand, card: Option<OwnedPass>) -> Done {
    let what = args.what.clone();
    let done = session
        .ask(move |device, now, rng| {
            let mut id = [0; ReportId::LEN];
            rng.fill_bytes(&mut id);
            let report = what.report(ReportId(id), Zones::of(device.shared()).as_ref(), now);
            let command = NeighborCommand::Report(Box::new(report), card.map(Box::new), None);
            device.handle_command(Command::Neighbor(command), now, rng)
        })
        .await?;
    done.map_err(engine::refused)
}

/// Until the relay has the report, and a little longer for the desk's receipt.
async fn until_taken(session: &mut Session<Device>, talk: &mut Conversation, sent: &mut bool) -> Done {
    let mut deadline = Instant::now() + PATIENCE;
    let mut why = None;
    while let Ok(Some(told)) = tokio::time::timeout_at(deadline, session.next()).await {
        let news = match &told {
            Told::Event(Event::Neighbor(news)) => Some(news.clone()),
            Told::Event(_) | Told::Reachable | Told::Unreachable(_) | Told::Live | Told::NotLive(_) => None,
        };
        why = Trouble::of(&told).or(why);
        talk.tell(told)?;
        match news {
            Some(NeighborEvent::Sent(_)) => {
                *sent = true;
                deadline = Instant::now() + RECEIPT;
            }
            Some(NeighborEvent::Received(..)) => return Ok(()),
            Some(NeighborEvent::Refused(_, code)) => {
                return Err(Failure::refused(code, format!("The relay does not take the report: {code}.")));
            }
            Some(NeighborEvent::Kept { .. } | NeighborEvent::Desk { .. } | NeighborEvent::Answered(..))
            | None => {}
        }
    }
    match *sent {
        true => Ok(()),
        false => {
            let why =
                why.map_or_else(|| "the relay did not answer in time".to_owned(), |why| why.to_string());
            Err(not_sent("not-sent", &format!("The report is not sent: {why}.")))
        }
    }
}

/// What becomes of a report that the relay does not have yet.
fn not_sent(code: &'static str, what: &str) -> Failure {
    let text = format!(
        "{what} In a vault the report is kept and goes out with the next command; without one, send it again."
    );
    Failure::pending(code, text)
}

/// Points out what should not be in a report; it is sent all the same.
fn warn_of_names(what: &ReportArgs) {
    let texts = Texts::english();
    let written = [&what.text, &what.place, &what.unit, &what.equipment];
    for concern in written.into_iter().flatten().flat_map(|text| screen_text(text)) {
        let text = texts.plain(&format!("concern-{}", concern.kind.as_str()));
        note(&format!("{text} (It is sent as it is; the desk can strike it.)"));
    }
}
