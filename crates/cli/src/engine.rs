//! From the command line to a running device: opens vault and engine, starts the session.

use std::collections::BTreeMap;
use std::time::Duration;

use bystand_client::{
    Forgetful, Outcome, RelayAddress, RunConfig, Session, Store, Told, Transport, Vault, system_random,
};
use bystand_core::device::registrar::RegistrarEvent;
use bystand_core::device::{Command, CommandError, Device, Event, Identity, OpenError};
use bystand_core::io::{Batch, Effect, Engine, Request, Response};
use bystand_wire::NetworkId;
use clap::Args;

use crate::args::Global;
use crate::commands;
use crate::failure::Failure;
use crate::output::{Output, note};
use crate::{progress, told};

/// How long a single command waits for the relay before it says what is pending.
pub const PATIENCE: Duration = Duration::from_secs(30);

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
    let mut rng = system_random()?;
    let device = Device::open(&records, global.clock().now(), &mut rng).map_err(|error| match error {
        OpenError::Empty => Failure::refused(
            "vault-empty",
            "This vault belongs to no network yet. Run `bystand join INVITATION` again.",
        ),
        OpenError::Damaged { .. } | OpenError::Room(_) => damaged(error),
    })?;
    Ok((vault, device))
}

/// The vault's records, opened.
pub fn records(vault: &Vault) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    Ok(vault.load()?.into_iter().map(|(name, mut value)| (name, std::mem::take(&mut *value))).collect())
}

/// A vault whose records can be opened and do not make a device.
pub fn damaged(error: OpenError) -> Failure {
    Failure::failed(
        "vault-records-damaged",
        format!(
            "{}. Put back a copy of the whole vault folder, or move it away and ask for an invitation to join anew.",
            capital(&error.to_string())
        ),
    )
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
    Err(Failure::usage(
        "no-network",
        "Which network? Name its relay with --relay URL, or a vault with --vault DIR.",
    ))
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
    let mut rng = system_random()?;
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
    Failure::refused(error.code(), format!("{}.{advice}", capital(&error.to_string())))
}

/// Waits until the device is ready for what is asked and has read what there is to read. What comes in
/// meanwhile is not shown: it is old news. When the relay is not reached, what is known here counts.
pub async fn until_current(
    session: &mut Session<Device>,
    output: Output,
    is_ready: impl Fn(&Device) -> bool + Send + 'static,
) -> Result<(), Failure> {
    let mut meanwhile = Meanwhile::default();
    let wanted = move |device: &Device| device.is_current() && is_ready(device);
    let waiting = session.until(PATIENCE, wanted, |told| meanwhile.hear(told));
    let outcome = progress::show(output, "Waiting for the relay", waiting).await?;
    if outcome == Outcome::Pending {
        let why = meanwhile.trouble.map_or_else(String::new, |why| format!(" ({why})"));
        note(&format!(
            "The relay or the team did not answer in time{why}: this is as far as this device knows."
        ));
        return Ok(());
    }
    meanwhile.show(output)
}

/// Waits until nothing is left to send and collects what is told meanwhile.
pub async fn until_sent(
    session: &mut Session<Device>,
    output: Output,
) -> (Result<(), Failure>, Vec<Told<Event>>) {
    let mut told = Vec::new();
    let sent = |device: &Device| device.shared().outbox.is_empty();
    let mut why = None;
    let sending = session.until(PATIENCE, sent, |news| {
        why = Trouble::of(&news).or(why.take());
        told.push(news);
    });
    let outcome = match progress::show(output, "Sending", sending).await {
        Ok(Outcome::Reached) => Ok(()),
        Ok(Outcome::Pending) => {
            let why = why.map_or_else(String::new, |why| format!(" ({why})"));
            Err(Failure::pending(
                "not-sent",
                format!(
                    "Not everything is sent yet{why}. What was asked for is kept in the vault and goes on with the \
                     next command that runs."
                ),
            ))
        }
        Err(error) => Err(error.into()),
    };
    (outcome, told)
}

/// What went wrong with the connection or the network, while waiting.
#[derive(Debug, Clone)]
pub struct Trouble {
    code: &'static str,
    text: String,
}

impl Trouble {
    /// What is told while waiting, if it is trouble.
    pub fn of(told: &Told<Event>) -> Option<Self> {
        let (code, text) = match told {
            Told::Unreachable(why) | Told::NotLive(why) => ("relay-unreachable", why),
            Told::Event(Event::Warning { code, text }) => (*code, text),
            Told::Event(_) | Told::Reachable | Told::Live => return None,
        };
        Some(Self { code, text: text.clone() })
    }

    /// As the reason why something did not come about. A relay that is not reached may be reached later;
    /// one whose answers do not hold is not waited for.
    pub fn failure(trouble: Option<Self>, what: &str) -> Failure {
        match trouble {
            Some(Self { code: "relay-unreachable", text }) => {
                Failure::pending("relay-unreachable", format!("{what}: {text}. Try again later."))
            }
            Some(Self { code, text }) => Failure::refused(code, format!("{what}: {text}.")),
            None => {
                let text = format!("{what}: the relay did not answer in time. Try again later.");
                Failure::pending("relay-unreachable", text)
            }
        }
    }
}

/// What is told while something is waited for and nothing is shown.
#[derive(Debug, Default)]
pub struct Meanwhile {
    /// What went wrong last.
    pub trouble: Option<Trouble>,
    kept: Vec<Told<Event>>,
}

impl Meanwhile {
    /// Hears it.
    pub fn hear(&mut self, told: Told<Event>) {
        self.trouble = Trouble::of(&told).or(self.trouble.take());
        if let Told::Event(Event::Warning { .. } | Event::Registrar(RegistrarEvent::Invitation { .. })) = told
        {
            self.kept.push(told);
        }
    }

    /// Shows warnings and invitations asked for before, which are news whenever they come.
    pub fn show(self, output: Output) -> Result<(), Failure> {
        self.kept.into_iter().try_for_each(|told| told::show(output, told))
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// The connections to a relay.
pub fn transport(global: &Global, url: &str) -> Result<Transport, Failure> {
    let address = RelayAddress::parse(url, global.allow_plain_http)
        .map_err(|error| Failure::usage("relay-address", format!("The relay's address: {error}.")))?;
    Transport::new(address).map_err(|error| Failure::of("no-encryption", error))
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
        Response::Refused(refusal) => Err(Failure::refused(
            "relay-network",
            format!(
                "The relay does not say which network it serves ({}). Name it with --network, or try again later.",
                refusal.code
            ),
        )),
        Response::Unreachable
        | Response::Work(_)
        | Response::Created(_)
        | Response::Appended(_)
        | Response::Frames(_)
        | Response::Erased(_)
        | Response::Blob(_)
        | Response::Logged(_)
        | Response::LogEntries(_) => Err(Failure::pending(
            "relay-unreachable",
            format!(
                "The relay at {url} was not reached: {}. Check the address and the connection, and try again.",
                answer.trouble.unwrap_or_default()
            ),
        )),
    }
}

/// An error as a sentence of its own.
pub fn sentence(error: &impl std::error::Error) -> String {
    capital(&ended(error))
}

/// An error that may begin with a file's name, with a full stop.
pub fn ended(error: &impl std::error::Error) -> String {
    let text = error.to_string();
    if text.ends_with('.') { text } else { format!("{text}.") }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
