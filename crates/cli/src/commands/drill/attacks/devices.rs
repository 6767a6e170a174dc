//! Attacks on devices that were found.

use std::collections::BTreeMap;

use super::super::evening::{CHAT, Evening};
use super::super::search::{Found, Needles};
use super::super::town::{RELAY, Town, ZONE, copy_vault, is_entry, text};
use super::people::search_records;
use super::{Loot, Scene, planted};

/// What a locked device says.
pub const PRESENCE: &str = "that the program is there";
const GUESS: &str = "a vault, by another passphrase";
const YESTERDAY: &str = "anything of yesterday's room";
const ERASED: (&str, &str) = ("a report that was erased", "the man next door has no papers, planted bunting");
const ERASED_FRAME: &str = "the sealed report on the relay";
const CLOSED: (&str, &str) = ("an incident past its retention", "nobody was there, planted fieldfare");
/// Everybody who has a vault.
pub const DEVICES: [&str; 6] = ["steward", "ana", "ben", "box", "cy", "dee"];

/// Every vault's files are searched; the processes hold their locks, which keeps nobody from reading.
pub fn locked(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let needles = scene.evening.needles_and_keys(&scene.town)?;
    let mut found = Found::new();
    needles.in_files(&scene.town.path("vaults"), &mut found)?;
    loot.searched(planted(&scene.evening), &found);
    let there = |who: &&str| scene.town.vault(who).join("vault.db").exists();
    loot.tried(PRESENCE, DEVICES.iter().all(there));
    loot.tried(GUESS, opens(&scene.town, "drill rivers candle orbit maple harbor wiolet")?);
    Ok(loot)
}

fn opens(town: &Town, passphrase: &str) -> anyhow::Result<bool> {
    let copy = tempfile::tempdir()?;
    copy_vault(&town.vault("cy"), copy.path())?;
    Ok(bystand_client::Vault::unlock(copy.path(), passphrase).is_ok())
}

/// A responder's device is found unlocked on the evening of the call-out.
pub fn unlocked(scene: &mut Scene) -> anyhow::Result<Loot> {
    taken(scene, "cy")
}

/// The host box is seized while the day's room is open.
pub fn host_today(scene: &mut Scene) -> anyhow::Result<Loot> {
    taken(scene, "box")
}

/// Everything is read: the vault with its passphrase, and the running process's memory.
fn taken(scene: &mut Scene, who: &str) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let found = on_device(&scene.evening.needles()?, &mut scene.town, who)?;
    loot.searched(scene.evening.planted().into_iter().map(|(what, _)| what), &found);
    Ok(loot)
}

/// What is in somebody's opened vault and in the memory of their process.
fn on_device(needles: &Needles, town: &mut Town, who: &str) -> anyhow::Result<Found> {
    let mut found = Found::new();
    search_records(needles, town, who, &mut found)?;
    needles.in_memory(town.player(who)?.id(), &mut found)?;
    Ok(found)
}

/// A denunciation is erased; then every disk, opened vault and memory of those who had it is searched.
pub fn erased(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let town = &mut scene.town;
    let needles = Needles::new([(ERASED.0, ERASED.1.as_bytes().to_vec())])?;
    let incident = reported(town, ERASED.1)?;
    anyhow::ensure!(!on_device(&needles, town, "ana")?.is_empty(), "the desk has it");
    let held = frames_of_drop(town)?;
    for desk in ["ana", "ben"] {
        town.player(desk)?.wait("the report", |v| is_entry(v, "report", Some(&incident)))?;
    }
    let ben = town.player("ben")?.mark();
    town.player("ana")?.does(&format!("claim {incident}"))?;
    town.player("ana")?.does(&format!("erase {incident}"))?;
    town.player("ben")?.wait_from(ben, "that it is erased", |v| is_entry(v, "erased", None))?;
    let mut found = Found::new();
    for desk in ["ana", "ben"] {
        // Somebody types on: whoever works has other things in hand.
        town.player(desk)?.looks("queue")?;
        found.extend(on_device(&needles, town, desk)?);
    }
    needles.in_files(&town.path("vaults"), &mut found)?;
    needles.in_files(&town.path(RELAY), &mut found)?;
    loot.searched([ERASED.0], &found);
    loot.tried(ERASED_FRAME, held > 0);
    Ok(loot)
}

/// A neighbor reports; gives the incident.
fn reported(town: &mut Town, words: &str) -> anyhow::Result<String> {
    let mark = town.player("ana")?.mark();
    let relay = town.relay();
    let what = ["--kind", "other", "--place", "Lake St", "--zone", ZONE, "--text", words];
    town.run("nobody", &town.report_args(&relay, &what))?.good()?;
    let report = town
        .player("ana")?
        .wait_from(mark, "the report", |v| is_entry(v, "report", None) && v["text"] == words)?;
    Ok(text(&report, "incident").to_owned())
}

/// How many sealed reports the relay still holds.
fn frames_of_drop(town: &Town) -> anyhow::Result<u64> {
    let database = bystand_relay::store::sqlite::open_reader(&town.path(RELAY).join("relay.db"))?;
    // A frame begins with its version and its kind; 1 is a report.
    let sql = "SELECT count(*) FROM frames WHERE substr(frame, 1, 2) = x'0101'";
    let count: i64 = database.query_row(sql, [], |row| row.get(0))?;
    Ok(u64::try_from(count)?)
}

/// The box is seized on the next day, and so is a member's device.
pub fn next_day(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let (evening, town) = (&scene.evening, &mut scene.town);
    let needles = Needles::new(of_the_room(evening).into_iter().map(|text| (YESTERDAY, text)))?;
    for who in ["box", "cy"] {
        anyhow::ensure!(!on_device(&needles, town, who)?.is_empty(), "{who} had it on the day");
    }
    town.kill_all();
    town.put_clock_forward(25);
    town.serve(&[])?;
    for who in ["box", "cy"] {
        town.start_role(who)?;
        town.player(who)?.wait("that the day is over", |v| v["event"] == "day-over")?;
        loot.searched([YESTERDAY], &on_device(&needles, town, who)?);
    }
    town.kill_all();
    town.set_clock_right();
    Ok(loot)
}

/// What was said in the room, and what was learned by being accepted there.
fn of_the_room(evening: &Evening) -> Vec<Vec<u8>> {
    let texts: BTreeMap<&str, Vec<u8>> = evening.texts();
    [CHAT.0, "the desk's note to a zone", "a report's place"]
        .iter()
        .filter_map(|what| texts.get(what).cloned())
        .collect()
}

/// A dispatcher's device lies off for longer than an incident is kept, and is then found and started where
/// no relay is reached.
pub fn expired(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let town = &mut scene.town;
    let needles = Needles::new([(CLOSED.0, CLOSED.1.as_bytes().to_vec())])?;
    town.kill_all();
    town.serve(&[])?;
    town.start_role("ana")?;
    let incident = reported(town, CLOSED.1)?;
    let ana = town.player("ana")?;
    let mark = ana.mark();
    ana.does(&format!("claim {incident}"))?;
    ana.does(&format!("close {incident} unfounded"))?;
    ana.wait_from(mark, "that it is closed", |v| is_entry(v, "closed", Some(&incident)))?;
    town.kill("ana")?;
    town.start_role("ana")?;
    town.player("ana")?.looks(&format!("show {incident}"))?;
    anyhow::ensure!(!on_device(&needles, town, "ana")?.is_empty(), "it is kept for seven days");
    town.kill_all();
    town.put_clock_forward(8 * 24);
    town.start_role("ana")?;
    let ana = town.player("ana")?;
    ana.wait("that the relay is away", |v| v["state"] == "unreachable")?;
    ana.looks("queue")?;
    loot.searched([CLOSED.0], &on_device(&needles, town, "ana")?);
    town.kill_all();
    town.set_clock_right();
    Ok(loot)
}
