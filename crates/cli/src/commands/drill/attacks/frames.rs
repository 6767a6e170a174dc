//! Attacks on streams by whoever runs the relay: what was written is written again, changed or moved.

use rusqlite::{Connection, params};
use serde_json::Value;

use super::super::town::{RELAY, Town, ZONE, is_entry, text};
use super::{Loot, Scene};

const REPLAYED: &str = "an entry or message that is written again, taken twice";
const ALTERED: &str = "an entry with one bit changed, taken";
const MOVED: &str = "entries in another order, unnoticed";
/// The beginning of a room message: version and kind.
const MESSAGE: [u8; 2] = [1, 4];
/// The beginning of an entry of a casebook.
const ENTRY: [u8; 2] = [1, 8];
const AFTERWARDS: &str = "after the relay was back";

/// The relay stands still while its operator works on its database.
pub fn forged(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let (town, incident) = (&mut scene.town, &scene.evening.incident);
    again(town, &mut loot)?;
    moved(town, incident, &mut loot)?;
    Ok(loot)
}

/// The last entry of each casebook and the last message of each room are appended once more, and then each
/// entry with one bit changed.
fn again(town: &mut Town, loot: &mut Loot) -> anyhow::Result<()> {
    let (ana, cy) = (town.player("ana")?.mark(), town.player("cy")?.mark());
    let database = stopped(town)?;
    append_copies(&database, ENTRY, |_| ())?;
    append_copies(&database, MESSAGE, |_| ())?;
    append_copies(&database, ENTRY, |frame| {
        if let Some(last) = frame.last_mut() {
            *last ^= 1;
        }
    })?;
    drop(database);
    town.serve(&[])?;
    let desk = town.player("ana")?;
    let is_marked = |v: &Value, code: &str| v["event"] == "marked" && v["code"] == code;
    desk.wait_from(ana, "that an entry came again", |v| is_marked(v, "entry-order"))?;
    desk.wait_from(ana, "that an entry is damaged", |v| is_marked(v, "entry-damaged"))?;
    // Signs of life are new entries, and come all the time.
    let is_taken = |v: &&Value| v["event"] == "entry" && v["entry"] != "sign" && v["outcome"] == "applied";
    let taken = desk.since(ana).iter().filter(is_taken).count();
    loot.tried(REPLAYED, taken > 0);
    loot.tried(ALTERED, taken > 0);
    town.player("dee")?.does(&format!("say {ZONE} '{AFTERWARDS}'"))?;
    let member = town.player("cy")?;
    member.wait_from(cy, "what was said afterwards", |v| {
        v["event"] == "said" && text(v, "text").ends_with(AFTERWARDS)
    })?;
    let heard = ["said", "note", "call-out", "alert-passed"];
    let heard = member.since(cy).iter().filter(|v| heard.contains(&text(v, "event"))).count();
    loot.tried(REPLAYED, heard > 1);
    Ok(())
}

/// Two notes change places before another device of the desk has read them.
fn moved(town: &mut Town, incident: &str, loot: &mut Loot) -> anyhow::Result<()> {
    town.kill("ben")?;
    let desk = town.player("ana")?;
    for note in ["one", "two"] {
        let mark = desk.mark();
        desk.does(&format!("note {incident} {note}"))?;
        desk.wait_from(mark, "the note", |v| is_entry(v, "note", Some(incident)) && v["text"] == note)?;
    }
    let database = stopped(town)?;
    swap_last_two(&database, ENTRY)?;
    drop(database);
    town.serve(&[])?;
    town.start_role("ben")?;
    let ben = town.player("ben")?;
    let marked =
        ben.wait("that the order is wrong", |v| v["event"] == "marked" && v["code"] == "entry-order");
    loot.tried(MOVED, marked.is_err());
    Ok(())
}

fn stopped(town: &mut Town) -> anyhow::Result<Connection> {
    town.kill(RELAY)?;
    Ok(Connection::open(town.path(RELAY).join("relay.db"))?)
}

/// The newest frames of a kind, one for each stream: the stream's number, the row and the frame.
fn newest(database: &Connection, kind: [u8; 2]) -> anyhow::Result<Vec<(i64, i64, Vec<u8>)>> {
    let sql = "SELECT id >> 32, max(id), frame FROM frames WHERE substr(frame, 1, 2) = ?1 GROUP BY id >> 32";
    let mut select = database.prepare(sql)?;
    let rows = select.query_map(params![kind], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
    anyhow::ensure!(!rows.is_empty(), "the relay holds no frame of kind {kind:?}");
    Ok(rows)
}

fn append_copies(database: &Connection, kind: [u8; 2], change: impl Fn(&mut Vec<u8>)) -> anyhow::Result<()> {
    for (stream, row, mut frame) in newest(database, kind)? {
        change(&mut frame);
        database.execute(
            "INSERT INTO frames (id, hash, at, expires_at, epoch, lane, frame)
             SELECT (?1 << 32) | (head + 1), hash, at, expires_at, frames.epoch, lane, ?3
             FROM frames JOIN heads ON no = ?1 WHERE id = ?2",
            params![stream, row, frame],
        )?;
        database.execute("UPDATE heads SET head = head + 1, held = held + 1 WHERE no = ?1", [stream])?;
    }
    Ok(())
}

/// Of the stream that has most of a kind, which is the desk's casebook.
fn swap_last_two(database: &Connection, kind: [u8; 2]) -> anyhow::Result<()> {
    let sql = "SELECT id, hash, frame FROM frames WHERE substr(frame, 1, 2) = ?1 AND id >> 32 =
               (SELECT id >> 32 FROM frames WHERE substr(frame, 1, 2) = ?1 GROUP BY id >> 32 ORDER BY count(*) DESC)
               ORDER BY id DESC LIMIT 2";
    let mut select = database.prepare(sql)?;
    let rows = select.query_map(params![kind], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let rows: Vec<(i64, Vec<u8>, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
    let [(last, a, b), (before, c, d)] = rows.as_slice() else { anyhow::bail!("there are no two entries") };
    let update = "UPDATE frames SET hash = ?2, frame = ?3 WHERE id = ?1";
    database.execute(update, params![last, c, d])?;
    database.execute(update, params![before, a, b])?;
    Ok(())
}
