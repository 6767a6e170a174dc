//! Attacks by members who went bad.

use std::time::{Duration, Instant};

use bystand_core::io::{Request, Response};
use bystand_core::network::statements::CertificatesIssued;
use bystand_crypto::sign::Signed;
use bystand_wire::decode;
use bystand_wire::relay_api::{LogKind, LogPart};
use serde_json::Value;

use super::super::evening::{CHAT, NOTE, REPORT};
use super::super::search::{Found, Needles};
use super::super::town::{OTHER_ZONE, Town, ZONE, copy_vault, has_keys, is_entry, text};
use super::log::last_alert;
use super::{Loot, Scene, ask};

/// What was read before.
pub const EARLIER: &str = "what they read before";
/// What a member is for.
pub const ROOM: &str = "the zone's room from when they joined";
/// By answering a call-out.
pub const ONE_PLACE: &str = "one exact place, by an offer that the desk sees";
/// What a dispatcher is for.
pub const DESK: &str = "what the desk has";
/// With two passes.
pub const FALSE_ALERT: &str = "a false alert, in public";
/// With the only registrar's keys.
pub const ADMISSION: &str = "admission of anybody";
const UNSEEN: &str = "an admission that is not in the public log";
const LOGGED_WITHIN: Duration = Duration::from_secs(90);
const UNTOLD: &str = "that an alert rests on one keyholder, untold";
const LATER_REPORT: (&str, &str) =
    ("a report that came later", "vehicles at both doors of the mill, planted linnet");
const LATER_NOTE: (&str, &str) = ("a note that came later", "only for those who stayed, planted serin");
const OTHER_CHAT: (&str, &str) = ("another zone's room", "all quiet at the tower, planted wheatear");
const LATER_CHAT: &str = "I go home now, planted dipper";
const BEFORE: &str = "what was said before they joined";
const DESK_WORDS: &str = "reports and notes of the desk";
const ACT: &str = "an act at the desk";
const PUBLISH: &str = "publishing alone";
const HIDE: &str = "hiding it, or who signed it";

fn needle((what, text): (&'static str, &str)) -> (&'static str, Vec<u8>) {
    (what, text.as_bytes().to_vec())
}

/// Ben is revoked while his device runs; then a report comes and is worked on.
pub fn removed(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let (town, evening) = (&mut scene.town, &scene.evening);
    let seen = town.player("ben")?.looks(&format!("show {}", evening.incident))?;
    loot.tried(EARLIER, seen.iter().any(|v| v.to_string().contains(NOTE.1)));
    town.kill("ben")?;
    let certificate = certificate(town, "ben")?;
    town.start_role("ben")?;
    std::fs::create_dir_all(town.vault("copy"))?;
    copy_vault(&town.vault("ben"), &town.vault("copy"))?;
    revoke(town, &certificate)?;
    let incident = later(town)?;
    let needles = Needles::new([LATER_REPORT, LATER_NOTE].map(needle))?;
    // The device as it is, and one made from a copy of the vault, which never heard of the removal.
    town.start("copy", &["desk", "--follow"])?;
    for who in ["ben", "copy"] {
        let answer = town.player(who)?.answer(&format!("claim {incident}"))?;
        loot.tried(ACT, answer.get("did").is_some());
        let mut found = Found::new();
        needles.in_memory(town.player(who)?.id(), &mut found)?;
        search_records(&needles, town, who, &mut found)?;
        loot.searched([LATER_REPORT.0, LATER_NOTE.0], &found);
    }
    let mut control = Found::new();
    needles.in_memory(town.player("ana")?.id(), &mut control)?;
    anyhow::ensure!(control.len() == 2, "who stayed has it in memory: {control:?}");
    town.kill("copy")?;
    town.kill("ben")?;
    Ok(loot)
}

/// What is in somebody's opened vault.
pub fn search_records(needles: &Needles, town: &Town, who: &str, found: &mut Found) -> anyhow::Result<()> {
    town.opened(who)?.values().for_each(|record| needles.within(record, found));
    Ok(())
}

/// The first digits of a device's certificate.
fn certificate(town: &Town, who: &str) -> anyhow::Result<String> {
    let said = town.run(who, &["status"])?.good()?;
    let certificate = said.iter().map(|v| text(v, "certificate")).find(|c| !c.is_empty()).unwrap_or_default();
    Ok(certificate.split(',').next().unwrap_or_default().to_owned())
}

/// Takes somebody's rights away, and waits until the desk has new keys and the key note names them.
fn revoke(town: &mut Town, certificate: &str) -> anyhow::Result<()> {
    let rotated = town.player("ana")?.mark();
    let steward = town.player("steward")?;
    let (mark, before) = (steward.mark(), newest_key_note(&steward.since(0)));
    steward.does(&format!("revoke {certificate}"))?;
    steward.wait_from(mark, "that it is revoked", |v| v["event"] == "revoked")?;
    steward.wait_from(mark, "the desk's new keys", |v| v["event"] == "team-keys" && v["team"] == "desk")?;
    let is_newer = |v: &Value| v["event"] == "key-note" && v["version"].as_u64() > before;
    steward.wait_from(mark, "a new key note", is_newer)?;
    town.player("ana")?.wait_from(rotated, "the desk's new keys", |v| has_keys(v, "desk")).map(drop)
}

fn newest_key_note(said: &[Value]) -> Option<u64> {
    said.iter().filter(|v| v["event"] == "key-note").filter_map(|v| v["version"].as_u64()).max()
}

/// A report comes and is worked on; gives its incident.
fn later(town: &mut Town) -> anyhow::Result<String> {
    let mark = town.player("ana")?.mark();
    let relay = town.relay();
    let what = ["--kind", "workplace", "--point", "44.9484,-93.2560", "--text", LATER_REPORT.1];
    town.run("nobody", &town.report_args(&relay, &what))?.good()?;
    let ana = town.player("ana")?;
    let report = ana.wait_from(mark, "the report", |v| is_entry(v, "report", None))?;
    let incident = text(&report, "incident").to_owned();
    ana.does(&format!("claim {incident}"))?;
    ana.does(&format!("note {incident} '{}'", LATER_NOTE.1))?;
    ana.wait_from(mark, "the note", |v| is_entry(v, "note", Some(&incident)))?;
    Ok(incident)
}

/// Eli joins late and is a member of one zone; Dee talks in both.
pub fn member(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let (town, incident) = (&mut scene.town, &scene.evening.incident);
    other_zone(town)?;
    town.admit("eli", &["observer", "verifier"], &[ZONE])?;
    town.start_role("eli")?;
    let eli = town.player("eli")?;
    eli.does(&format!("on --zone {ZONE} --minutes 60"))?;
    eli.wait("that it is in the room", |v| v["event"] == "joined")?;
    town.player("dee")?.does(&format!("say {ZONE} '{LATER_CHAT}'"))?;
    let eli = town.player("eli")?;
    let heard = eli.wait("the chat", |v| v["event"] == "said")?;
    loot.tried(ROOM, text(&heard, "text").ends_with(LATER_CHAT));
    let answer = eli.answer(&format!("desk publish {incident}"))?;
    loot.tried(PUBLISH, answer.get("did").is_some());
    let words =
        [(ROOM, LATER_CHAT), (BEFORE, CHAT.1), OTHER_CHAT, (DESK_WORDS, REPORT.1), (DESK_WORDS, NOTE.1)];
    let needles = Needles::new(words.map(needle))?;
    let mut found = Found::new();
    needles.in_memory(eli.id(), &mut found)?;
    search_records(&needles, town, "eli", &mut found)?;
    loot.searched([BEFORE, OTHER_CHAT.0, DESK_WORDS], &found);
    let of_cy = town.player("cy")?.since(0).iter().any(|v| v["event"] == "accepted" && v["place"] != "");
    let seen = town.player("ana")?.since(0).iter().any(|v| is_entry(v, "offer", Some(incident)));
    loot.tried(ONE_PLACE, of_cy && seen);
    town.kill("eli")?;
    Ok(loot)
}

/// The room of the other zone is opened, and Dee says something there.
fn other_zone(town: &mut Town) -> anyhow::Result<()> {
    let hosts = town.player("box")?;
    hosts.does(&format!("open {OTHER_ZONE}"))?;
    hosts.wait("an open room", |v| v["event"] == "room-opened" && v["zone"] == OTHER_ZONE)?;
    let dee = town.player("dee")?;
    dee.does(&format!("on --zone {ZONE} --zone {OTHER_ZONE} --minutes 240"))?;
    dee.wait("that it is in the room", |v| v["event"] == "joined" && v["zone"] == OTHER_ZONE)?;
    dee.does(&format!("say {OTHER_ZONE} '{}'", OTHER_CHAT.1))
}

/// Ana publishes what nobody has found: as it is, and on a finding that she has typed herself.
pub fn dispatcher(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let town = &mut scene.town;
    let mut found = Found::new();
    Needles::new([needle((DESK, REPORT.1))])?.in_memory(town.player("ana")?.id(), &mut found)?;
    loot.searched([DESK], &found);
    let before = town.alerts()?.len();
    let ana = town.player("ana")?;
    let mark = ana.mark();
    ana.does(&format!("caller --kind checkpoint --zone {ZONE} --place 'Lake St' --text 'made up'"))?;
    let report = ana.wait_from(mark, "the report", |v| is_entry(v, "report", None))?;
    let incident = text(&report, "incident").to_owned();
    ana.does(&format!("claim {incident}"))?;
    let as_it_is = ana.answer(&format!("publish {incident}"))?;
    ana.does(&format!("finding {incident} confirmed --seen-by 2 --note 'made up too'"))?;
    let on_her_own = ana.answer(&format!("publish {incident}"))?;
    loot.tried(PUBLISH, [as_it_is, on_her_own].iter().any(|answer| answer.get("did").is_some()));
    loot.tried(PUBLISH, town.alerts()?.len() > before);
    Ok(loot)
}

/// Dee finds what is not there, Ana publishes it and erases the incident.
pub fn conspire(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let town = &mut scene.town;
    let before = town.alerts()?.len();
    let mark = town.player("ana")?.mark();
    town.player("dee")?
        .does("report-and-find --found confirmed --kind checkpoint --point 44.9450,-93.2600 --text lies")?;
    let ana = town.player("ana")?;
    let report = ana.wait_from(mark, "the report", |v| is_entry(v, "report-and-finding", None))?;
    let incident = text(&report, "incident").to_owned();
    ana.does(&format!("claim {incident}"))?;
    ana.does(&format!("publish {incident}"))?;
    ana.wait_from(mark, "that it is published", |v| is_entry(v, "published", Some(&incident)))?;
    let passes = passes_of_last_alert(town)?;
    loot.tried(FALSE_ALERT, town.alerts()?.len() > before);
    // What the desk can still do about its own records.
    drop(town.player("ana")?.answer(&format!("erase {incident}"))?);
    loot.tried(
        HIDE,
        town.alerts()?.len() == before || passes_of_last_alert(town)? != passes || passes.len() != 2,
    );
    Ok(loot)
}

/// The passes that signed the newest alert of the log.
fn passes_of_last_alert(town: &Town) -> anyhow::Result<Vec<bystand_wire::Hash32>> {
    Ok(last_alert(town)?.pass_ids())
}

/// The only registrar admits whom they like. The log tells of it, and alerts say that there is one keyholder.
pub fn registrar(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let town = &mut scene.town;
    town.admit("mole", &["dispatcher", "verifier"], &[])?;
    let certificate = certificate(town, "mole")?;
    loot.tried(ADMISSION, !certificate.is_empty());
    // The program tells the log about once a minute, and when it has just started.
    town.kill("steward")?;
    town.start_role("steward")?;
    let deadline = Instant::now() + LOGGED_WITHIN;
    let mut is_seen = is_logged(town, &certificate)?;
    while !is_seen && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(500));
        is_seen = is_logged(town, &certificate)?;
    }
    loot.tried(UNSEEN, !is_seen);
    let alerts = town.alerts()?;
    anyhow::ensure!(!alerts.is_empty(), "there is an alert");
    loot.tried(UNTOLD, alerts.iter().any(|alert| alert["single_keyholder"] != true));
    Ok(loot)
}

/// Whether the public log names a certificate.
fn is_logged(town: &Town, certificate: &str) -> anyhow::Result<bool> {
    let request = Request::LogEntries { part: LogPart::Only(LogKind::Certificates), after: None, from: None };
    let Response::LogEntries(entries) = ask(town, &request)? else { anyhow::bail!("the log was not read") };
    let mut hashes = Vec::new();
    for entry in &entries.entries {
        let signed: Signed<CertificatesIssued> = decode(&entry.entry.body)?;
        hashes.extend(signed.unverified_body()?.certificates);
    }
    Ok(hashes.iter().any(|hash| hash.to_string().starts_with(certificate)))
}
