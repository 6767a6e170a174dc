//! `bystand zones`: the network's zones.

use bystand_client::Outcome;
use bystand_core::device::Device;
use clap::Args;

use crate::args::Global;
use crate::engine::{self, PATIENCE, Trouble, Whose};
use crate::failure::Done;
use crate::output::Output;
use crate::progress;

/// `bystand zones`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bystand zones\n  bystand zones --relay https://relay.example.org")]
pub struct ZonesArgs {
    #[command(flatten)]
    whose: Whose,
}

/// Runs `bystand zones`.
pub async fn run(global: &Global, args: &ZonesArgs, output: Output) -> Done {
    let mut session = engine::start_for(global, &args.whose, false).await?;
    let is_here = |device: &Device| device.shared().manifest().is_some();
    let mut why = None;
    let waiting = session.until(PATIENCE, is_here, |told| why = Trouble::of(&told).or(why.take()));
    if progress::show(output, "Waiting for the relay", waiting).await? == Outcome::Pending {
        return Err(Trouble::failure(why, "The network's zones are not here"));
    }
    let rows = session.ask(|device, _, _| rows(device)).await?;
    output.table(&["Zone", "Name", "Area"], &rows, "The network has no zones.")?;
    session.close().await?;
    Ok(())
}

fn rows(device: &Device) -> Vec<Vec<String>> {
    let manifest = device.shared().manifest().map(|verified| verified.manifest());
    let zones = manifest.map(|manifest| manifest.zones.as_slice()).unwrap_or_default();
    let area = |polygons: usize| if polygons == 0 { "none" } else { "polygon" }.to_owned();
    zones.iter().map(|zone| vec![zone.id.to_string(), zone.name.clone(), area(zone.polygons.len())]).collect()
}
