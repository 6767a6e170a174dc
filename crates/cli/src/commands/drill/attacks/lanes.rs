//! Attacks on the way reports come in: floods, and passes used more than once.

use std::time::{Duration, Instant};

use anyhow::Context;
use bystand_core::io::{Request, Response};
use serde_json::Value;

use super::super::town::{RELAY, Town, ZONE, copy_vault, files_below, is_entry, text};
use super::{Loot, Scene, ask};

/// What a flood costs.
pub const ATTENTION: &str = "computing time, and the desk's attention";
const BEYOND: &str = "more work than the reference phone does in five seconds";
const CLOSED: &str = "the line, for those without a pass";
const OUTRANKED: &str = "the first place in the queue, for a report with a pass";
const TWICE: &str = "two reports by one pass";
/// The most effort that is asked for, and so few frames a minute that the effort rises soon.
const CAP: u32 = 6;
const FLOOD: usize = 12;

/// Many reports come by the open lane at once; then one without a pass and one with.
pub fn flooded(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let town = &mut scene.town;
    town.kill(RELAY)?;
    town.serve(&["--open-lane-per-minute", "6", "--work-effort-cap", &CAP.to_string()])?;
    let quiet = effort(town)?;
    let mark = town.player("ana")?.mark();
    flood(town)?;
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut asked = effort(town)?;
    // It is reckoned anew every ten seconds.
    while asked <= quiet && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(200));
        asked = effort(town)?;
    }
    let ana = town.player("ana")?;
    let came = ana.since(mark).iter().filter(|v| is_entry(v, "report", None)).count();
    loot.tried(ATTENTION, asked > quiet && came > 0);
    loot.tried(BEYOND, asked > CAP);
    let relay = town.relay();
    let words = ["--kind", "presence", "--place", "Lake St", "--text", "a true report among them"];
    let said = town.run("nobody", &town.report_args(&relay, &words))?.good()?;
    loot.tried(CLOSED, !said.iter().any(|v| v["event"] == "received"));
    town.admit("fay", &["observer"], &[])?;
    town.run("fay", &[&["report"], &words[..]].concat())?.good()?;
    let ana = town.player("ana")?;
    let is_by_pass = |v: &Value| is_entry(v, "report", None) && v["vouched"] == true;
    let by_pass = ana.wait_from(mark, "the report with a pass", is_by_pass)?;
    let queue = ana.looks("queue")?;
    let place = queue.iter().position(|row| text(row, "no") == text(&by_pass, "incident"));
    let place = place.context("it is in the queue")?;
    anyhow::ensure!(queue.get(place).is_some_and(is_vouched), "it is vouched: {queue:?}");
    let ahead = queue.get(..place).unwrap_or_default();
    loot.tried(OUTRANKED, !ahead.iter().all(is_vouched));
    town.kill(RELAY)?;
    town.serve(&[])?;
    Ok(loot)
}

/// A member's vault is put back to what it was before a report, and reports again: its passes are then
/// fresh to the device and used up at the relay.
pub fn pass_twice(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let town = &mut scene.town;
    town.admit("gus", &["observer", "verifier"], &[ZONE])?;
    let copy = town.path("copy-of-gus");
    std::fs::create_dir_all(&copy)?;
    copy_vault(&town.vault("gus"), &copy)?;
    let (mark, spent) = (town.player("ana")?.mark(), passes_spent(town)?);
    for words in ["first by this pass", "second by this pass"] {
        for file in files_below(&town.vault("gus"))? {
            std::fs::remove_file(file)?;
        }
        copy_vault(&copy, &town.vault("gus"))?;
        let line = [&["duty"], &BY_PASS.split(' ').collect::<Vec<_>>()[..], &[words]].concat();
        // The second may be refused: then nothing comes of it.
        drop(town.run("gus", &line)?);
    }
    let ana = town.player("ana")?;
    ana.wait_from(mark, "a report with a pass", |v| is_entry(v, "report-and-finding", None))?;
    let numbers: Vec<String> = ana
        .since(mark)
        .iter()
        .filter(|v| is_entry(v, "report-and-finding", None))
        .map(|v| text(v, "incident").to_owned())
        .collect();
    let queue = ana.looks("queue")?;
    let vouched =
        queue.iter().filter(|row| is_vouched(row) && numbers.iter().any(|no| no == text(row, "no"))).count();
    anyhow::ensure!(vouched > 0, "the first counts: {queue:?}");
    loot.tried(TWICE, u64::try_from(vouched)? > passes_spent(town)? - spent);
    Ok(loot)
}

/// A member's report and finding in one: it goes in by a pass.
const BY_PASS: &str = "report-and-find --found confirmed --kind presence --point 44.9520,-93.2640 --text";

/// Whether a row of the queue has a report with a pass.
fn is_vouched(row: &Value) -> bool {
    !matches!(text(row, "vouched"), "" | "0" | "no")
}

fn flood(town: &Town) -> anyhow::Result<()> {
    let relay = town.relay();
    let words = ["--kind", "presence", "--place", "Lake St", "--zone", ZONE, "--text", "flood"];
    let args = town.report_args(&relay, &words);
    let started: Vec<_> =
        (0..FLOOD).map(|_| Ok(town.command("nobody", &args)?.spawn()?)).collect::<anyhow::Result<_>>()?;
    for child in started {
        // Some may be told that the relay is busy: that is a flood's fate.
        drop(child.wait_with_output()?);
    }
    Ok(())
}

fn effort(town: &Town) -> anyhow::Result<u32> {
    let Response::Work(offer) = ask(town, &Request::Work)? else { anyhow::bail!("the relay offers no work") };
    Ok(offer.effort)
}

fn passes_spent(town: &Town) -> anyhow::Result<u64> {
    let database = bystand_relay::store::sqlite::open_reader(&town.path(RELAY).join("relay.db"))?;
    let count: i64 = database.query_row("SELECT count(*) FROM spent", [], |row| row.get(0))?;
    Ok(u64::try_from(count)?)
}
