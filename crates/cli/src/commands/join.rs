//! `bystand join`: takes up an invitation on this device.

use std::time::Duration;

use bystand_client::{Session, Told, Vault, VaultError, system_random};
use bystand_core::device::enroll::EnrollEvent;
use bystand_core::device::{Device, Event, Identity};
use bystand_core::network::invite::Invitation;
use bystand_wire::ZoneId;
use clap::Args;
use tokio::time::Instant;

use crate::args::Global;
use crate::failure::{Done, Failure};
use crate::output::Output;
use crate::stop::Stop;
use crate::{choice, commands, engine, enroll, passphrase, progress, told};

const EXAMPLES: &str = "\
Examples:
  bystand join BYSTAND:INVITE:…
  bystand join BYSTAND:INVITE:… --zone powderhorn-park

Makes a vault with a passphrase of six words. A registrar's device answers with a certificate and passes; it \
must be running (`bystand registrar --follow`). When it is not, the request waits: run `bystand status` later.";

/// How long `join` waits for the registrar, and after the certificate for the first passes.
const PATIENCE: Duration = Duration::from_secs(60);

/// `bystand join`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct JoinArgs {
    /// The invitation, as it was shown
    invitation: String,
    /// A zone whose day rooms you will take part in; at most three
    #[arg(long = "zone", value_name = "ZONE", value_parser = choice::zone)]
    zones: Vec<ZoneId>,
}

/// Runs `bystand join`.
pub async fn run(global: &Global, args: JoinArgs, output: Output) -> Done {
    let invitation = Invitation::from_text(&args.invitation, global.clock().now())
        .map_err(|error| Failure::usage(error.code(), engine::sentence(&error)))?;
    let mut stop = Stop::install()?;
    let mut session = begin(global, &invitation, output)?;
    let outcome = tokio::select! {
        outcome = progress::show(output, "Waiting for a registrar", until_admitted(&mut session, args.zones, output)) =>
            outcome,
        () = stop.requested() => Err(Failure::pending(
            "stopped",
            "Stopped. The request is kept in the vault: run the same `bystand join` again, or `bystand status` later.",
        )),
    };
    session.close().await?;
    outcome
}

/// A new vault; or the one that an interrupted `join` of this network left.
fn begin(global: &Global, invitation: &Invitation, output: Output) -> Result<Session<Device>, Failure> {
    let folder = commands::vault_folder(global)?;
    let mut rng = system_random()?;
    let now = global.clock().now();
    if Vault::is_in(&folder) {
        let (vault, mut device) = engine::open(global)?;
        let identity = &device.shared().identity;
        if identity.network != invitation.network || identity.certificate.is_some() {
            return Err(VaultError::Exists(folder).into());
        }
        device.enroll(invitation, now, &mut rng);
        return engine::run(global, device, vault, true);
    }
    engine::transport(global, invitation.relay.as_str())?;
    Vault::prepare(&folder)?;
    let passphrase = passphrase::choose(global.passphrase_file.as_deref(), passphrase::VARIABLE)?;
    let identity = Identity::new(invitation.network, invitation.relay.to_string(), &mut rng);
    let mut device = Device::create(identity, now, &mut rng);
    device.enroll(invitation, now, &mut rng);
    let first = engine::first_records(&mut device);
    let vault = Vault::create(&folder, &passphrase, global.cost(), &first)?;
    enroll::show(output, EnrollEvent::Waiting { roles: invitation.roles.clone() })?;
    // As it lies in the vault, so that what it wants to send is sent.
    drop(device);
    let records = engine::records(&vault)?;
    let device = Device::open(&records, now, &mut rng).map_err(engine::damaged)?;
    engine::run(global, device, vault, true)
}

/// Until certificate and the first passes are here.
async fn until_admitted(session: &mut Session<Device>, mut zones: Vec<ZoneId>, output: Output) -> Done {
    let deadline = Instant::now() + PATIENCE;
    let mut is_certified = false;
    loop {
        if is_certified && session.ask(|device, now, _| has_passes(device, now)).await? {
            return Ok(());
        }
        let Ok(Some(news)) = tokio::time::timeout_at(deadline, session.next()).await else { break };
        match news {
            Told::Event(Event::Network) => {
                if !zones.is_empty() {
                    let wanted = std::mem::take(&mut zones);
                    let chosen =
                        session.ask(move |device, now, rng| device.choose_zones(&wanted, now, rng)).await?;
                    chosen.map_err(engine::refused)?;
                }
            }
            Told::Event(Event::Enroll(news)) => {
                is_certified |= matches!(news, EnrollEvent::Certified { .. });
                let refused = match &news {
                    EnrollEvent::Refused(code) => Some(*code),
                    EnrollEvent::Waiting { .. }
                    | EnrollEvent::Certified { .. }
                    | EnrollEvent::Passes { .. } => None,
                };
                enroll::show(output, news)?;
                if let Some(code) = refused {
                    return Err(not_admitted(code));
                }
            }
            other @ (Told::Event(_)
            | Told::Reachable
            | Told::Unreachable(_)
            | Told::Live
            | Told::NotLive(_)) => told::show_in(session, output, other).await?,
        }
    }
    match is_certified {
        true => Ok(()),
        false => Err(Failure::pending(
            "no-registrar",
            "No registrar has answered yet. The request waits for one; run `bystand status` later.",
        )),
    }
}

fn not_admitted(code: &'static str) -> Failure {
    let why = match code {
        // Or its mailbox is gone from the relay.
        "enroll-invitation-over" | "not-found" => {
            "The invitation was taken back, or its time is over".to_owned()
        }
        _ => format!("The registrar refused ({code})"),
    };
    Failure::refused(code, format!("{why}. Ask for a new invitation."))
}

/// Whether the passes of this week that go with the roles are here.
fn has_passes(device: &Device, now: bystand_wire::Timestamp) -> bool {
    let roles = device.shared().identity.certified().map(|certificate| certificate.roles).unwrap_or_default();
    let purposes = bystand_core::device::enroll::purposes_of(&roles);
    let is_room = |purpose: &bystand_wire::PassPurpose| *purpose == bystand_wire::PassPurpose::Room;
    let wanted =
        purposes.iter().filter(|purpose| !is_room(purpose) || !device.enrollment().zones().is_empty());
    wanted.into_iter().all(|purpose| device.shared().wallet.count(*purpose, now) > 0)
}
