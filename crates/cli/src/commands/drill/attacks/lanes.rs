//! Attacks on the way reports come in: floods, and passes used more than once.

use std::time::{Duration, Instant};

use bystand_core::io::{Request, Response};
use serde_json::Value;

use super::super::town::{RELAY, Town, ZONE, copy_vault, is_entry, text};
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
    member(town, "fay")?;
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
    loot.tried(CLOSED, !is_received(&report(town, "nobody", "a true report among them")?));
    let with_pass = report(town, "fay", "a true report with a pass")?;
    anyhow::ensure!(is_received(&with_pass), "the desk has not the report with a pass");
    let ana = town.player("ana")?;
    let vouched = ana.wait_from(mark, "the report with a pass", |v| is_entry(v, "report", None) && v["vouched"] == true)?;
    let queue = ana.looks("queue")?;
    let rows: Vec<&Value> = queue.iter().filter(|row| row["stage"] != "closed").collect();
    let place = rows.iter().position(|row| text(row, "no") == text(&vouched, "incident"));
    let ahead = rows.get(..place.unwrap_or(rows.len())).unwrap_or_default();
    loot.tried(OUTRANKED, ahead.iter().any(|row| text(row, "vouched") == "0" || text(row, "vouched").is_empty()));
    town.kill(RELAY)?;
    town.serve(&[])?;
    Ok(loot)
}

/// A member's vault is put back to what it was before a report, and reports again: its passes are then
/// fresh to the device and used up at the relay.
pub fn pass_twice(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let town = &mut scene.town;
    member(town, "gus")?;
    let copy = town.path("copy-of-gus");
    std::fs::create_dir_all(&copy)?;
    copy_vault(&town.vault("gus"), &copy)?;
    let (mark, spent) = (town.player("ana")?.mark(), passes_spent(town)?);
    report(town, "gus", "first by this pass")?;
    for file in super::super::town::files_below(&town.vault("gus"))? {
        std::fs::remove_file(file)?;
    }
    copy_vault(&copy, &town.vault("gus"))?;
    report(town, "gus", "second by this pass")?;
    let ana = town.player("ana")?;
    ana.wait_from(mark, "a vouched report", |v| is_entry(v, "report", None) && v["vouched"] == true)?;
    let vouched = ana.since(mark).iter().filter(|v| is_entry(v, "report", None) && v["vouched"] == true).count();
    loot.tried(TWICE, u64::try_from(vouched)? > passes_spent(town)? - spent);
    Ok(loot)
}

/// Somebody who has report passes and does nothing else.
fn member(town: &mut Town, who: &str) -> anyhow::Result<()> {
    town.admit(who, &["observer"], &[ZONE])
}

fn report_words<'a>(words: &'a str) -> [&'a str; 9] {
    ["report", "--kind", "presence", "--place", "Lake St", "--zone", ZONE, "--text", words]
}

/// Reports to the end; gives what the command said.
fn report(town: &Town, who: &str, words: &str) -> anyhow::Result<Vec<Value>> {
    let (relay, all) = (town.relay(), report_words(words));
    let whose = ["--relay", &relay, "--network", &town.network];
    let more = if who == "nobody" { &whose[..] } else { &[] };
    town.run(who, &[&all[..], more].concat())?.good()
}

fn is_received(said: &[Value]) -> bool {
    said.iter().any(|v| v["event"] == "received")
}

fn flood(town: &Town) -> anyhow::Result<()> {
    let (relay, all) = (town.relay(), report_words("flood"));
    let args = [&all[..], &["--relay", &relay, "--network", &town.network]].concat();
    let started: Vec<_> = (0..FLOOD).map(|_| Ok(town.command("nobody", &args)?.spawn()?)).collect::<anyhow::Result<_>>()?;
    for child in started {
        // Some may be told that the relay is busy: that is a flood's fate.
        drop(child.wait_with_output()?);
    }
    Ok(())
}

fn effort(town: &Town) -> anyhow::Result<u32> {
    match ask(town, &Request::Work)? {
        Response::Work(offer) => Ok(offer.effort),
        other => anyhow::bail!("the relay offers no work: {other:?}"),
    }
}

fn passes_spent(town: &Town) -> anyhow::Result<u64> {
    let database = bystand_relay::store::sqlite::open_reader(&town.path(RELAY).join("relay.db"))?;
    let count: i64 = database.query_row("SELECT count(*) FROM spent", [], |row| row.get(0))?;
    Ok(u64::try_from(count)?)
}
