//! From the command line to a running device: opens vault and engine, starts the session.

use std::collections::BTreeMap;
use std::time::Duration;

use bystand_client::{
    Forgetful, Outcome, RelayAddress, RunConfig, Session, Store, Told, Transport, Vault, system_random,
};
use bystand_core::device::{Command, CommandError, Device, Event, Identity, OpenError};
use bystand_core::io::{Batch, Effect, Engine, Request, Response};
use bystand_wire::NetworkId;
use clap::Args;
use tokio::time::{Instant, timeout_at};

use crate::args::Global;
use crate::commands;
use crate::failure::Failure;
use crate::output::note;

/// How long a single command waits for the relay before it says what is pending.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// A single command has read what there is when nothing new came for so long.
const QUIET: Duration = Duration::from_millis(400);
/// And at the latest after this long.
const CATCH_UP: Duration = Duration::from_secs(10);

/// Which network, for commands that work without a vault.
#[derive(Debug, Clone, Args)]
pub struct Whose {
    /// The relay's address; not needed with a vault or a card
    #[arg(long, value_name = "URL")]
    pub relay: Option<String>,
    /// The network's id, 64 hex digits; without it the relay's word is taken and shown
    #[arg(long, value_name = "ID")]
    pub network: Option<NetworkId>,
}

/// Opens the vault and the device in it.
pub fn open(global: &Global) -> Result<(Vault, Device), Failure> {
    let vault = commands::open_vault(global)?;
    let records = records(&vault)?;
    let mut rng = system_random().map_err(|error| Failure::Failed(error.into()))?;
    let device = Device::open(&records, global.clock().now(), &mut rng).map_err(|error| match error {
        OpenError::Empty => Failure::Refused(
            "This vault belongs to no network yet. Run `bystand join INVITATION` again.".into(),
        ),
        OpenError::Damaged { .. } | OpenError::Room(_) => Failure::Failed(error.into()),
    })?;
    Ok((vault, device))
}

/// The vault's records, opened.
pub fn records(vault: &Vault) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    Ok(vault.load()?.into_iter().map(|(name, mut value)| (name, std::mem::take(&mut *value))).collect())
}

/// What a new device must not forget, to be put into its new vault. What it wants to send besides is
/// in its outbox by then, and is sent when the device is run.
pub fn first_records(device: &mut Device) -> Batch {
    let mut first = Batch::default();
    while let Some(effect) = device.poll_effect() {
        if let Effect::Store(batch) = effect {
            first.records.extend(batch.records);
        }
    }
    first
}

/// Starts to run the device of the vault.
pub fn start(global: &Global) -> Result<Session<Device>, Failure> {
    let (vault, device) = open(global)?;
    run(global, device, vault, true)
}

/// Starts a device that keeps nothing: for neighbors without a vault, and for looking at alerts. With
/// a vault in its place and no other network named, the vault's device is started.
pub async fn start_for(global: &Global, whose: &Whose, live: bool) -> Result<Session<Device>, Failure> {
    if let Some(url) = &whose.relay {
        return start_without_vault(global, url, whose.network, live).await;
    }
    if global.vault_folder().is_some_and(|folder| Vault::is_in(&folder)) {
        let (vault, device) = open(global)?;
        return run(global, device, vault, true);
    }
    Err(Failure::Usage("Which network? Name its relay with --relay URL, or a vault with --vault DIR.".into()))
}

/// As [`start_for`], certainly without a vault.
pub async fn start_without_vault(
    global: &Global,
    url: &str,
    network: Option<NetworkId>,
    live: bool,
) -> Result<Session<Device>, Failure> {
    let network = match network {
        Some(network) => network,
        None => ask_network(global, url).await?,
    };
    let mut rng = system_random().map_err(|error| Failure::Failed(error.into()))?;
    let identity = Identity::new(network, url.to_owned(), &mut rng);
    let device = Device::create(identity, global.clock().now(), &mut rng);
    run(global, device, Forgetful, live)
}

/// Runs a device with a store.
pub fn run(
    global: &Global,
    device: Device,
    store: impl Store,
    live: bool,
) -> Result<Session<Device>, Failure> {
    let identity = &device.shared().identity;
    let (network, transport) = (identity.network, transport(global, &identity.relay)?);
    let config = RunConfig { transport, network, clock: global.clock(), live };
    Ok(Session::start(device, store, config))
}

/// Does what a person asks for; it is kept (but not yet sent) when this returns.
pub async fn command(session: &mut Session<Device>, command: Command) -> Result<(), Failure> {
    let done = session.ask(move |device, now, rng| device.handle_command(command, now, rng)).await?;
    done.map_err(refused)
}

/// A command that was not taken, with what to do.
pub fn refused(error: CommandError) -> Failure {
    let advice = match &error {
        CommandError::NotCertified(_) => " Ask a registrar for an invitation with that role.",
        CommandError::NotSetUp => " Is the relay reachable? See `bystand status`.",
        CommandError::NotInTeam => " Somebody of the team has to be online to let this device in.",
        CommandError::NoPass(_) => " New ones come by themselves while `bystand registrar` runs somewhere.",
        CommandError::Unknown("zone") => " `bystand zones` lists them.",
        CommandError::Unknown(_)
        | CommandError::NotNow(_)
        | CommandError::Invalid(_)
        | CommandError::Room(_) => "",
    };
    Failure::Refused(format!("{}.{advice}", capital(&error.to_string())))
}

/// Waits until the device is ready for what is asked and has read what there is to read. What comes in
/// meanwhile is not shown: it is old news. When the relay is not reached, what is known here counts.
pub async fn until_current(
    session: &mut Session<Device>,
    is_ready: impl Fn(&Device) -> bool + Send + 'static,
) -> Result<(), Failure> {
    let mut why = None;
    let wanted = move |device: &Device| device.shared().connected && is_ready(device);
    let outcome = session.until(PATIENCE, wanted, |told| why = trouble(told).or(why.take())).await?;
    if outcome == Outcome::Pending {
        let why = why.map_or_else(String::new, |why| format!(" ({why})"));
        note(&format!(
            "The relay or the team did not answer in time{why}: this is as far as this device knows."
        ));
        return Ok(());
    }
    let latest = Instant::now() + CATCH_UP;
    while let Ok(Some(_)) = timeout_at(latest.min(Instant::now() + QUIET), session.next()).await {}
    Ok(())
}

/// Waits until nothing is left to send and collects what is told meanwhile.
pub async fn until_sent(session: &mut Session<Device>) -> (Result<(), Failure>, Vec<Told<Event>>) {
    let mut told = Vec::new();
    let sent = |device: &Device| device.shared().outbox.is_empty();
    let outcome = match session.until(PATIENCE, sent, |news| told.push(news)).await {
        Ok(Outcome::Reached) => Ok(()),
        Ok(Outcome::Pending) => Err(Failure::Pending(
            "The relay was not reached in time. What was asked for is kept in the vault and goes on with the \
             next command that runs."
                .into(),
        )),
        Err(error) => Err(error.into()),
    };
    (outcome, told)
}

/// What went wrong with the connection or the network, while waiting.
pub fn trouble(told: Told<Event>) -> Option<String> {
    match told {
        Told::Unreachable(why) | Told::NotLive(why) => Some(why),
        Told::Event(Event::Warning { text, .. }) => Some(text),
        Told::Event(_) | Told::Reachable | Told::Live => None,
    }
}

/// The connections to a relay.
pub fn transport(global: &Global, url: &str) -> Result<Transport, Failure> {
    let address = RelayAddress::parse(url, global.allow_plain_http)
        .map_err(|error| Failure::Usage(format!("The relay's address: {error}")))?;
    Transport::new(address).map_err(|error| Failure::Failed(error.into()))
}

/// Asks a relay which network it serves. Only for looking around: a relay could name another one.
async fn ask_network(global: &Global, url: &str) -> Result<NetworkId, Failure> {
    let answer = transport(global, url)?.call(&Request::Network).await;
    match answer.response {
        Response::Network(network) => {
            note(&format!(
                "The relay says that it serves the network {}. Compare it with a card or a poster, or name it \
                 with --network.",
                network.id
            ));
            Ok(network.id)
        }
        Response::Refused(refusal) => Err(Failure::Refused(format!(
            "The relay does not say which network it serves: {}.",
            refusal.code
        ))),
        _ => Err(Failure::Pending(format!(
            "The relay at {url} was not reached: {}.",
            answer.trouble.unwrap_or_default()
        ))),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
