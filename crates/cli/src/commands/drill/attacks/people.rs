//! Attacks by members who went bad.

use serde_json::Value;

use super::super::search::{Found, Needles};
use super::super::town::{Town, has_keys, is_entry, text};
use super::{Loot, Scene};

/// What was read before.
pub const EARLIER: &str = "what they read before";
const LATER_REPORT: (&str, &str) = ("a report that came later", "vehicles at both doors of the mill, planted linnet");
const LATER_NOTE: (&str, &str) = ("a note that came later", "only for those who stayed, planted serin");
const ACT: &str = "an act at the desk";

/// Ben is revoked while his device runs; then a report comes and is worked on.
pub fn removed(scene: &mut Scene) -> anyhow::Result<Loot> {
    let mut loot = Loot::default();
    let town = &mut scene.town;
    let certificate = certificate(town, "ben")?;
    revoke(town, &certificate)?;
    let incident = later(town)?;
    let needles = Needles::new([LATER_REPORT, LATER_NOTE].map(|(what, text)| (what, text.as_bytes().to_vec())))?;
    let mut found = Found::new();
    needles.in_memory(town.player("ben")?.id(), &mut found)?;
    search_records(&needles, town, "ben", &mut found)?;
    loot.searched([LATER_REPORT.0, LATER_NOTE.0], &found);
    let mut control = Found::new();
    needles.in_memory(town.player("ana")?.id(), &mut control)?;
    anyhow::ensure!(control.len() == 2, "who stayed has it in memory: {control:?}");
    let earlier = Needles::new([(EARLIER, super::super::evening::NOTE.1.as_bytes().to_vec())])?;
    let mut found = Found::new();
    search_records(&earlier, town, "ben", &mut found)?;
    loot.searched([EARLIER], &found);
    let answer = town.player("ben")?.answer(&format!("claim {incident}"))?;
    loot.tried(ACT, answer.get("did").is_some());
    town.kill("ben")?;
    Ok(loot)
}

/// What is in somebody's opened vault.
pub fn search_records(needles: &Needles, town: &Town, who: &str, found: &mut Found) -> anyhow::Result<()> {
    town.opened(who)?.values().for_each(|record| needles.within(record, found));
    Ok(())
}

/// The first digits of a device's certificate.
fn certificate(town: &mut Town, who: &str) -> anyhow::Result<String> {
    town.kill(who)?;
    let said = town.run(who, &["status"])?.good()?;
    town.start_role(who)?;
    let certificate = said.iter().map(|v| text(v, "certificate")).find(|c| !c.is_empty()).unwrap_or_default();
    Ok(certificate.split(',').next().unwrap_or_default().to_owned())
}

/// Takes somebody's rights away, and waits until the desk has new keys and the key note names them.
fn revoke(town: &mut Town, certificate: &str) -> anyhow::Result<()> {
    let rotated = town.player("ana")?.mark();
    let steward = town.player("steward")?;
    let version = |said: &[Value]| said.iter().filter(|v| v["event"] == "key-note").filter_map(|v| v["version"].as_u64()).max();
    let (mark, before) = (steward.mark(), version(&steward.since(0)));
    steward.does(&format!("revoke {certificate}"))?;
    steward.wait_from(mark, "that it is revoked", |v| v["event"] == "revoked")?;
    steward.wait_from(mark, "the desk's new keys", |v| v["event"] == "team-keys" && v["team"] == "desk")?;
    let is_newer = |v: &Value| v["event"] == "key-note" && v["version"].as_u64() > before;
    steward.wait_from(mark, "a new key note", is_newer)?;
    town.player("ana")?.wait_from(rotated, "the desk's new keys", |v| has_keys(v, "desk")).map(drop)
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
