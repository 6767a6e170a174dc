//! One terminal of one device. A device may have several roles (the first one of a network has nearly
//! all), and only one process can use it: so every live command shows what all roles tell, and takes
//! the other roles' verbs after the role's name (`registrar invite --role observer`).

use std::marker::PhantomData;
use std::path::PathBuf;

use bystand_client::{Clock, Session, Told};
use bystand_core::device::{Device, Event};
use bystand_wire::Timestamp;
use clap::{Args, Subcommand};

use crate::cards::Paper;
use crate::desk::{self, DeskVerb};
use crate::duty::{self, DutyVerb};
use crate::engine;
use crate::failure::{Done, Failure};
use crate::follow_up::Conversation;
use crate::help::{self, Family};
use crate::host::{self, HostVerb};
use crate::live::Talk;
use crate::output::Output;
use crate::registrar::{self, RegistrarVerb};
use crate::stop::{self, Stop};
use crate::{enroll, told};

/// What a role's command can do.
pub trait RoleVerb: Subcommand + Send + 'static {
    /// The verbs with an example each, sorted where there are many.
    const FAMILIES: &'static [Family];

    /// Without any verb: what the role looks at.
    fn usual() -> Self;

    /// Whether the device can do this yet: in the team, settings there.
    fn is_ready(device: &Device, now: Timestamp) -> bool;

    /// Carries it out.
    async fn act(self, terminal: &mut Terminal, session: &mut Session<Device>) -> Done;
}

/// A role's verbs, and after a role's name those of the others.
#[derive(Debug, Subcommand)]
pub enum LineVerb<V: RoleVerb> {
    /// The role's own.
    #[command(flatten)]
    Own(V),
    /// As a dispatcher
    #[command(subcommand)]
    Desk(DeskVerb),
    /// As a member
    #[command(subcommand)]
    Duty(DutyVerb),
    /// As a host
    #[command(subcommand)]
    Host(HostVerb),
    /// As a registrar
    #[command(subcommand)]
    Registrar(RegistrarVerb),
}

/// A role's command: one verb, or `--follow`.
#[derive(Debug, Args)]
#[command(subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
pub struct RoleArgs<V: RoleVerb> {
    /// What to do; with --follow, verbs are typed as lines
    #[command(subcommand)]
    pub verb: Option<V>,
    /// Stay: show what happens, and take verbs as lines; `quit` or Ctrl-C ends
    #[arg(long)]
    pub follow: bool,
}

/// Where the next secrets that the engine tells are to be written.
#[derive(Debug, Default)]
pub struct Files {
    /// Card sheets.
    pub cards: Option<(PathBuf, Paper)>,
    /// A steward's proposal.
    pub proposal: Option<PathBuf>,
}

/// Shows and acts for all roles of a device.
#[derive(Debug)]
pub struct Terminal {
    /// Where to.
    pub output: Output,
    /// What time it is.
    pub clock: Clock,
    /// Files that were asked for.
    pub files: Files,
    conversation: Conversation,
}

impl Terminal {
    /// On this output.
    pub fn new(output: Output, clock: Clock) -> Self {
        Self { output, clock, files: Files::default(), conversation: Conversation::new(output, clock, None) }
    }

    /// Shows what the runner tells.
    pub async fn tell(&mut self, session: &mut Session<Device>, told: Told<Event>) -> Done {
        match told {
            Told::Event(Event::Desk(news)) => desk::show(self, session, news).await,
            Told::Event(Event::Member(news)) => duty::show(self, session, news).await,
            Told::Event(Event::Host(news)) => host::show(self, news),
            Told::Event(Event::Registrar(news)) => registrar::show(self, session, news).await,
            Told::Event(Event::Enroll(news)) => enroll::show(self.output, news),
            Told::Event(Event::Network) => {
                host::set_offset(session).await?;
                told::show(self.output, Told::Event(Event::Network))
            }
            Told::Event(news @ Event::Neighbor(_)) => self.conversation.tell(Told::Event(news)),
            other @ (Told::Event(_)
            | Told::Reachable
            | Told::Unreachable(_)
            | Told::Live
            | Told::NotLive(_)) => told::show_in(session, self.output, other).await,
        }
    }
}

/// A role's live loop.
#[derive(Debug)]
pub struct RoleTalk<V> {
    /// The terminal.
    pub terminal: Terminal,
    verbs: PhantomData<fn(V)>,
}

impl<V> RoleTalk<V> {
    /// On a terminal.
    pub fn new(terminal: Terminal) -> Self {
        Self { terminal, verbs: PhantomData }
    }
}

impl<V: RoleVerb> Talk<Device> for RoleTalk<V> {
    type Verb = LineVerb<V>;

    fn help(command: clap::Command) -> clap::Command {
        help::lines::<V>(command)
    }

    async fn act(&mut self, session: &mut Session<Device>, verb: LineVerb<V>) -> Done {
        let terminal = &mut self.terminal;
        match verb {
            LineVerb::Own(verb) => verb.act(terminal, session).await,
            LineVerb::Desk(verb) => verb.act(terminal, session).await,
            LineVerb::Duty(verb) => verb.act(terminal, session).await,
            LineVerb::Host(verb) => verb.act(terminal, session).await,
            LineVerb::Registrar(verb) => verb.act(terminal, session).await,
        }
    }

    async fn show(&mut self, session: &mut Session<Device>, told: Told<Event>) -> Done {
        self.terminal.tell(session, told).await
    }
}

/// Runs a role's command: one verb and its consequences, or the live loop.
pub async fn run<V: RoleVerb>(global: &crate::args::Global, args: RoleArgs<V>, output: Output) -> Done {
    let mut stop = Stop::install()?;
    let mut session = engine::start(global)?;
    let mut terminal = Terminal::new(output, global.clock());
    host::set_offset(&mut session).await?;
    let mut is_kept = false;
    let outcome = if args.follow {
        let mut talk = RoleTalk::<V>::new(terminal);
        if let Some(verb) = args.verb {
            talk.act(&mut session, LineVerb::Own(verb)).await?;
        }
        crate::live::follow(&mut session, &mut talk, output, &mut stop).await
    } else {
        let verb = args.verb.unwrap_or_else(V::usual);
        tokio::select! {
            outcome = once(&mut session, &mut terminal, verb, &mut is_kept) => outcome,
            () = stop.requested() => stopped(is_kept),
        }
    };
    match (session.close().await, outcome) {
        (Err(error), Ok(())) => Err(error.into()),
        (_, outcome) => outcome,
    }
}

/// One verb: waits until the role is ready and up to date, acts, waits until all of it is sent.
async fn once<V: RoleVerb>(
    session: &mut Session<Device>,
    terminal: &mut Terminal,
    verb: V,
    is_kept: &mut bool,
) -> Done {
    let (clock, output) = (terminal.clock, terminal.output);
    engine::until_current(session, output, move |device| V::is_ready(device, clock.now())).await?;
    verb.act(terminal, session).await?;
    *is_kept = true;
    let (outcome, told) = engine::until_sent(session, output).await;
    for told in told {
        terminal.tell(session, told).await?;
    }
    outcome
}

/// Somebody ended a single command before it was done.
fn stopped(is_kept: bool) -> Done {
    Err(match is_kept {
        true => Failure::pending(
            "stopped",
            "Stopped before everything was sent. What was asked for is kept in the vault and goes on with the next \
             command that runs.",
        ),
        false => stop::nothing_changed(),
    })
}
