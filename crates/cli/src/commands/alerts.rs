//! `bystand alerts`: confirmed alerts and rumor checks, each verified here.

use bystand_client::{Outcome, Session, Told};
use bystand_core::alerts::AlertView;
use bystand_core::alerts::book::KEPT_MS;
use bystand_core::device::{Device, Event};
use bystand_core::texts::Texts;
use bystand_wire::time::HOUR_MS;
use clap::{Args, Subcommand};
use serde_json::Value;

use crate::args::Global;
use crate::engine::{self, Meanwhile, PATIENCE, Trouble, Whose};
use crate::failure::Done;
use crate::live::{self, Talk};
use crate::output::Output;
use crate::stop::Stop;
use crate::when::WallClock;
use crate::{alert_lines, progress, told};

const EXAMPLES: &str = "\
Examples:
  bystand alerts --relay https://relay.example.org --network 5f0c…
  bystand alerts --follow
  bystand alerts --follow --json

Signatures, quorum and place in the public log are checked here; the relay is believed nothing. No line \
means that nothing was confirmed, never that nothing is there.";

/// `bystand alerts`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct AlertsArgs {
    #[command(flatten)]
    whose: Whose,
    /// Stay, and show each change
    #[arg(long)]
    follow: bool,
}

/// Alerts take no verbs.
#[derive(Debug, Subcommand)]
enum NoVerb {}

struct Watching {
    output: Output,
}

impl Talk<Device> for Watching {
    type Verb = NoVerb;

    async fn act(&mut self, _: &mut Session<Device>, verb: NoVerb) -> Done {
        match verb {}
    }

    async fn show(&mut self, session: &mut Session<Device>, told: Told<Event>) -> Done {
        told::show_in(session, self.output, told).await
    }
}

/// Runs `bystand alerts`.
pub async fn run(global: &Global, args: &AlertsArgs, output: Output) -> Done {
    let mut stop = Stop::install()?;
    let mut session = engine::start_for(global, &args.whose, args.follow).await?;
    let caught_up = |device: &Device| device.shared().log.is_following();
    let mut meanwhile = Meanwhile::default();
    let waited = session.until(PATIENCE, caught_up, |told| meanwhile.hear(told));
    let outcome = tokio::select! {
        outcome = progress::show(output, "Reading the public log", waited) => outcome?,
        () = stop.requested() => return Ok(()),
    };
    if outcome == Outcome::Pending {
        return Err(Trouble::failure(meanwhile.trouble, "The public log was not read"));
    }
    meanwhile.show(output)?;
    show_all(&mut session, output).await?;
    if args.follow {
        live::follow(&mut session, &mut Watching { output }, output, &mut stop).await?;
    }
    session.close().await?;
    Ok(())
}

async fn show_all(session: &mut Session<Device>, output: Output) -> Done {
    let (rows, objects): (Vec<Vec<String>>, Vec<Value>) = session
        .ask(move |device, now, _| {
            let (shared, wall) = (device.shared(), WallClock::of(device.shared()));
            let views = shared.log.alerts().view(now);
            let seen = |view: &AlertView| {
                format!("{} to {}", wall.short(view.observed_from, now), wall.short(view.observed_until, now))
            };
            let objects = views.iter().map(|v| alert_lines::object(v, &alert_lines::place(shared, &v.place)));
            (views.iter().map(|v| alert_lines::row(shared, v, &seen(v))).collect(), objects.collect())
        })
        .await?;
    if output.is_json() {
        for object in &objects {
            output.object(object)?;
        }
        return Ok(());
    }
    let hours = u32::try_from(KEPT_MS / HOUR_MS).unwrap_or(u32::MAX);
    let nothing = Texts::english().get("page-empty", &[("hours", hours.into())]);
    output.table(&alert_lines::HEADINGS, &rows, &nothing)?;
    Ok(())
}
