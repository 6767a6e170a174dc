//! `bystand init`: founds a network on this device and makes the relay's folder.

use std::path::{Path, PathBuf};

use bystand_client::{Vault, VaultError, system_random};
use bystand_core::device::setup::{Founding, NetworkPlan, NewNetwork, SetupError};
use bystand_core::geo::{Shape, Zone, zones_from_geojson};
use bystand_core::network::manifest::{PhoneLine, ZoneInfo};
use bystand_core::network::{KindCode, RelayUrl};
use bystand_core::report::Kind;
use bystand_crypto::passes::IssuerKey;
use bystand_relay::data_dir;
use bystand_wire::to_hex;
use clap::Args;
use serde_json::json;
use tokio::task::JoinSet;

use crate::args::Global;
use crate::commands;
use crate::failure::{Done, Failure};
use crate::output::{Output, note};
use crate::registrar::write_secret;
use crate::{choice, engine, passphrase};

const EXAMPLES: &str = "\
Examples:
  bystand init --name 'Twin Cities' --zones zones.geojson --relay https://relay.example.org --data ./relay
  bystand init --name 'Our plant' --zone 'Night shift' --zone 'Day shift' --relay http://127.0.0.1:8480 --data ./relay

This device becomes steward, registrar, dispatcher and host, until others take over. Then:
  bystand serve --data ./relay           on the relay's machine (copy the folder there)
  bystand registrar --follow             here, to answer whom you invite
  bystand invite --role dispatcher       for each of the others";

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
    if Vault::is_in(&folder) {
        return Err(VaultError::Exists(folder).into());
    }
    if args.data.join(data_dir::LOG_KEY).exists() {
        return Err(Failure::Refused(format!(
            "{} holds a relay already. Name another folder with --data.",
            args.data.display()
        )));
    }
    engine::transport(global, &args.relay)?;
    let plan = plan(&args)?;
    let passphrase = passphrase::choose(global.passphrase_file.as_deref(), passphrase::VARIABLE)?;
    let NewNetwork { mut device, relay } = found(global, plan).await?;
    let first = engine::first_records(&mut device);
    make_relay_folder(&args.data, &relay.network, &relay.log_key.seed()[..])?;
    drop(Vault::create(&folder, &passphrase, global.cost(), &first)?);
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
        .map_err(|error| Failure::Usage(format!("The relay's address is {error}.")))?;
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
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::failed(format!("cannot read {}: {error}", file.display())))?;
        let list = zones_from_geojson(&text)
            .map_err(|error| Failure::Refused(format!("The zones in {}: {error}.", file.display())))?;
        for warning in &list.warnings {
            note(&format!("Warning: {warning}."));
        }
        zones.extend(list.zones.iter().map(info));
    }
    for name in &args.places {
        let bad = || Failure::Usage(format!("{name:?} cannot be a zone's name."));
        let id = choice::zone(name).map_err(|_| bad())?;
        zones.push(info(&Zone::without_area(id, name).map_err(|_| bad())?));
    }
    match zones.is_empty() {
        true => Err(Failure::Usage("A network has at least one zone: --zones FILE or --zone NAME.".into())),
        false => Ok(zones),
    }
}

/// A zone as the manifest carries it.
fn info(zone: &Zone) -> ZoneInfo {
    let ring =
        |ring: &bystand_core::geo::Ring| ring.corners.iter().map(|p| (p.lon, p.lat)).collect::<Vec<_>>();
    let polygons = |shape: &Shape| {
        let polygon = |polygon: &bystand_core::geo::Polygon| {
            std::iter::once(&polygon.outer).chain(&polygon.holes).map(ring).collect::<Vec<_>>()
        };
        shape.polygons.iter().map(polygon).collect()
    };
    ZoneInfo {
        id: zone.id.clone(),
        name: zone.name.clone(),
        polygons: zone.shape.as_ref().map(polygons).unwrap_or_default(),
    }
}

/// Makes the issuer keys on all cores and founds the network.
async fn found(global: &Global, plan: NetworkPlan) -> Result<NewNetwork, Failure> {
    let random = || system_random().map_err(|error| Failure::Failed(error.into()));
    let mut rng = random()?;
    let mut founding = Founding::begin(plan, global.clock().now(), &mut rng).map_err(setup_failed)?;
    let missing = founding.missing();
    note(&format!("Making {} issuer keys…", missing.len()));
    let mut tasks = JoinSet::new();
    for (purpose, period) in missing {
        let mut rng = random()?;
        tasks.spawn_blocking(move || (purpose, period, IssuerKey::generate(&mut rng)));
    }
    while let Some(made) = tasks.join_next().await {
        let (purpose, period, key) = made.map_err(|error| Failure::Failed(error.into()))?;
        founding.provide(purpose, period, key.map_err(|error| Failure::Failed(error.into()))?);
    }
    founding.finish(&mut rng).map_err(setup_failed)
}

/// The relay's settings and its key, which only the relay keeps.
fn make_relay_folder(data: &Path, network: &bystand_wire::NetworkId, seed: &[u8]) -> Done {
    std::fs::create_dir_all(data)
        .map_err(|error| Failure::failed(format!("cannot make {}: {error}", data.display())))?;
    write_secret(&data.join(data_dir::LOG_KEY), to_hex(seed).as_bytes())?;
    data_dir::create(data, network).map_err(|error| Failure::Failed(error.into()))?;
    Ok(())
}

fn setup_failed(error: SetupError) -> Failure {
    match error {
        SetupError::Manifest(error) => {
            Failure::Refused(format!("The network cannot be founded like this: {error}."))
        }
        bug @ (SetupError::KeyNote(_)
        | SetupError::Roots(_)
        | SetupError::Log(_)
        | SetupError::Issuer(_)
        | SetupError::Room(_)
        | SetupError::IssuersMissing(_)) => Failure::Failed(bug.into()),
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
