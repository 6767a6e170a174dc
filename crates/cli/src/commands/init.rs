//! `bystand init`: founds a network on this device and makes the relay's folder.

use std::path::{Path, PathBuf};
use std::{fs, io};

use bystand_client::{Vault, system_random};
use bystand_core::device::setup::{Founding, NetworkPlan, NewNetwork, SetupError};
use bystand_core::geo::{Zone, zones_from_geojson};
use bystand_core::network::manifest::{PhoneLine, ZoneInfo};
use bystand_core::network::{KindCode, RelayUrl};
use bystand_core::report::Kind;
use bystand_crypto::passes::IssuerKey;
use bystand_relay::config::FILE as SETTINGS;
use bystand_relay::data_dir;
use bystand_wire::to_hex;
use clap::Args;
use serde_json::json;
use tokio::task::JoinSet;

use crate::args::Global;
use crate::commands::{self, serve};
use crate::failure::{Done, Failure};
use crate::output::{Output, note};
use crate::registrar::write_secret;
use crate::{choice, engine, passphrase, progress};

const EXAMPLES: &str = "\
Examples:
  bystand init --name 'Twin Cities' --zones zones.geojson --relay https://relay.example.org --data ./relay
  bystand init --name 'Our plant' --zone 'Night shift' --zone 'Day shift' --relay http://127.0.0.1:8480 --data ./relay

This device becomes steward, registrar, dispatcher and host, until others take over. Then:
  bystand serve --data ./relay           on the relay's machine (copy the folder there)
  bystand registrar --follow             here, to answer whom you invite
  bystand invite --role dispatcher       for each of the others";

/// In the relay's folder until the vault that belongs to it is made: a folder with this mark is made anew.
const UNFINISHED: &str = "unfinished";

/// `bystand init`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct InitArgs {
    /// What people call the network
    #[arg(long)]
    name: String,
    /// Zones: a GeoJSON file with named polygons
    #[arg(long, value_name = "FILE")]
    zones: Option<PathBuf>,
    /// A zone without a polygon (a workplace, a school); can be repeated
    #[arg(long = "zone", value_name = "NAME")]
    places: Vec<String>,
    /// The relay's address
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8480")]
    relay: String,
    /// Folder to make for the relay
    #[arg(long, value_name = "DIR", default_value = "relay")]
    data: PathBuf,
    /// The network's time zone
    #[arg(long, value_name = "IANA", default_value = "America/Chicago")]
    time_zone: String,
    /// A language, the main one first; can be repeated [default: en]
    #[arg(long = "language", value_name = "TAG")]
    languages: Vec<String>,
    /// A telephone line, as 'Report line=612-555-0100=en'; can be repeated
    #[arg(long = "phone", value_name = "LABEL=NUMBER=LANGUAGE", value_parser = phone)]
    phones: Vec<PhoneLine>,
    /// Weeks of issuer keys to make now; the rest follows while `registrar` runs
    #[arg(long, value_name = "N", default_value_t = 2)]
    issuer_weeks: u32,
}

/// Runs `bystand init`.
pub async fn run(global: &Global, args: InitArgs, output: Output) -> Done {
    let folder = commands::vault_folder(global)?;
    if args.data.join(data_dir::LOG_KEY).exists() && !args.data.join(UNFINISHED).exists() {
        return Err(Failure::refused(
            "relay-exists",
            format!("{} holds a relay already. Name another folder with --data.", args.data.display()),
        ));
    }
    engine::transport(global, &args.relay)?;
    let plan = plan(&args)?;
    Vault::prepare(&folder)?;
    let passphrase = passphrase::choose(global.passphrase_file.as_deref(), passphrase::VARIABLE)?;
    let NewNetwork { mut device, relay } = found(global, plan, output).await?;
    let first = engine::first_records(&mut device);
    make_relay_folder(&args.data, &relay.network, &relay.log_key.seed()[..])?;
    drop(Vault::create(&folder, &passphrase, global.cost(), &first)?);
    // The vault is there, and with it the network: should the mark stay, it does no harm.
    drop(fs::remove_file(args.data.join(UNFINISHED)));
    let network = relay.network;
    output.both(
        &format!(
            "The network {} is founded. Its id:\n\n    {network}\n\nThe vault is in {}, the relay's folder is {}.\nNext: \
             bystand serve --data {}\nThen:  bystand registrar --follow",
            args.name,
            folder.display(),
            args.data.display(),
            args.data.display()
        ),
        &json!({"event": "founded", "network": network.to_string(), "vault": folder.display().to_string(),
                "data": args.data.display().to_string()}),
    )?;
    Ok(())
}

fn plan(args: &InitArgs) -> Result<NetworkPlan, Failure> {
    let relay = RelayUrl::new(&args.relay)
        .map_err(|error| Failure::usage("relay-address", format!("The relay's address is {error}.")))?;
    let mut plan = NetworkPlan::new(&args.name, zones(args)?, relay).map_err(setup_failed)?;
    plan.time_zone.clone_from(&args.time_zone);
    if !args.languages.is_empty() {
        plan.languages.clone_from(&args.languages);
    }
    plan.phone_lines.clone_from(&args.phones);
    plan.issuer_weeks = args.issuer_weeks;
    // The kinds that the report form offers are the kinds that alerts can speak of.
    plan.incident_kinds.extend(Kind::ALL.into_iter().filter_map(|kind| KindCode::new(kind.as_str()).ok()));
    plan.incident_kinds.sort_unstable();
    plan.incident_kinds.dedup();
    Ok(plan)
}

/// The zones of the file, then those without a polygon.
fn zones(args: &InitArgs) -> Result<Vec<ZoneInfo>, Failure> {
    let mut zones = Vec::new();
    if let Some(file) = &args.zones {
        let text = fs::read_to_string(file).map_err(|error| zones_unreadable(file, &error))?;
        let list = zones_from_geojson(&text).map_err(|error| {
            Failure::refused(error.code(), format!("The zones in {}: {error}.", file.display()))
        })?;
        for warning in &list.warnings {
            note(&format!("Warning: {warning}."));
        }
        zones.extend(list.zones.iter().map(ZoneInfo::from));
    }
    for name in &args.places {
        let bad = || {
            Failure::usage(
                "zones-bad-name",
                format!("{name:?} cannot be a zone's name: use letters and spaces."),
            )
        };
        let id = choice::zone(name).map_err(|_| bad())?;
        zones.push(ZoneInfo::from(&Zone::without_area(id, name).map_err(|_| bad())?));
    }
    match zones.is_empty() {
        true => Err(Failure::usage(
            "zones-empty",
            "A network has at least one zone: --zones FILE or --zone NAME.",
        )),
        false => Ok(zones),
    }
}

/// Makes the issuer keys on all cores and founds the network.
async fn found(global: &Global, plan: NetworkPlan, output: Output) -> Result<NewNetwork, Failure> {
    let mut rng = system_random()?;
    let mut founding = Founding::begin(plan, global.clock().now(), &mut rng).map_err(setup_failed)?;
    let missing = founding.missing();
    let count = missing.len();
    if !output.is_json() {
        note(&format!("Making {count} issuer keys…"));
    }
    let mut tasks = JoinSet::new();
    for (purpose, period) in missing {
        let mut rng = system_random()?;
        tasks.spawn_blocking(move || (purpose, period, IssuerKey::generate(&mut rng)));
    }
    while let Some(made) = tasks.join_next().await {
        let (purpose, period, key) = made.map_err(|error| Failure::of("bug", error))?;
        founding.provide(purpose, period, key.map_err(|error| Failure::of("bug", error))?);
        progress::count(output, "Making issuer keys", count - tasks.len(), count);
    }
    founding.finish(&mut rng).map_err(setup_failed)
}

/// The relay's settings and its key, which only the relay keeps.
fn make_relay_folder(data: &Path, network: &bystand_wire::NetworkId, seed: &[u8]) -> Done {
    let failed = |error: io::Error| {
        let text = format!(
            "The relay's folder {} cannot be made: {error}. Name another one with --data.",
            data.display()
        );
        Failure::failed("relay-folder", text)
    };
    data_dir::make_private_folder(data).map_err(failed)?;
    let mark = data.join(UNFINISHED);
    if mark.exists() {
        forget(&data.join(SETTINGS)).map_err(failed)?;
    }
    fs::write(&mark, b"").map_err(failed)?;
    write_secret(&data.join(data_dir::LOG_KEY), to_hex(seed).as_bytes())?;
    data_dir::create(data, network).map_err(serve::not_started)?;
    Ok(())
}

fn forget(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn zones_unreadable(file: &Path, error: &io::Error) -> Failure {
    let text = format!("{} cannot be read: {error}. Name a GeoJSON file with --zones.", file.display());
    Failure::failed("zones-unreadable", text)
}

fn setup_failed(error: SetupError) -> Failure {
    match error {
        SetupError::Manifest(error) => {
            Failure::refused(error.code(), format!("The network cannot be founded like this: {error}."))
        }
        bug @ (SetupError::KeyNote(_)
        | SetupError::Roots(_)
        | SetupError::Log(_)
        | SetupError::Issuer(_)
        | SetupError::Room(_)
        | SetupError::IssuersMissing(_)) => Failure::of("bug", bug),
    }
}

fn phone(text: &str) -> Result<PhoneLine, String> {
    let mut parts = text.split('=').map(str::trim);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(label), Some(number), language, None) => Ok(PhoneLine {
            label: label.to_owned(),
            number: number.to_owned(),
            language: language.unwrap_or("en").to_owned(),
        }),
        _ => Err("write it as 'Report line=612-555-0100=en'".to_owned()),
    }
}
