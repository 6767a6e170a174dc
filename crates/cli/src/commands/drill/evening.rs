//! An evening in the town: what people write and say is planted, and is then looked for where it must not
//! be. Everything goes through the ordinary commands.

use std::collections::{BTreeMap, BTreeSet};

use bystand_core::geo::Point;
use bystand_crypto::seal::SealSecretKey;
use bystand_crypto::sign::SigningKey;
use serde_json::Value;

use super::search::Needles;
use super::town::{Town, ZONE, has_keys, is_entry, text};

/// Where the reported stop is, on the map and as the command line takes it.
const POINT: Point = Point { lat: 44_948_413, lon: -93_256_027 };
/// The same as the command line takes it.
const POINT_ARG: &str = "44.948413,-93.256027";

/// What is planted: a word for it, and the text.
pub const REPORT: (&str, &str) = ("a report's words", "two dark vans behind the bakery, planted kestrel");
const PLACE: (&str, &str) = ("a report's place", "Fictional Lane and Quillwort Street");
const NAME: (&str, &str) = ("a name in a report", "Marisol Quintanar-Ferro");
const UNIT: (&str, &str) = ("a report's description", "olive vests, planted woodcock");
const QUESTION: (&str, &str) = ("the desk's question", "Are the vans still there, planted plover?");
const ANSWER: (&str, &str) = ("a reporter's answer", "Both vans, engines on, planted dunlin");
/// On the incident that is called out.
pub const NOTE: (&str, &str) = ("the desk's note", "the caller sounded sure, planted curlew");
const CALLER: (&str, &str) = ("a caller's words", "they knock at the upper flat, planted siskin");
const HOME: (&str, &str) = ("a home's address", "4711 Quillwort Street, upper flat");
const CALLBACK: (&str, &str) = ("a callback number", "612-555-0137");
/// In the zone's room.
pub const CHAT: (&str, &str) = ("a room's chat", "I am at the lake until nine, planted grebe");
const ZONE_NOTE: (&str, &str) =
    ("the desk's note to a zone", "Training at six in the library, planted godwit");
/// Of the responder whose phone is taken.
pub const ENVELOPE: (&str, &str) = ("the owner's envelope", "call my sister at the mill, planted avocet");
const OTHER_ENVELOPE: (&str, &str) =
    ("another member's envelope", "call my lawyer in the tower, planted brambling");
const FINDING: (&str, &str) = ("a finding's words", "four agents at the corner, planted dotterel");

/// A point as it is encoded, and as it lies in memory.
const POINT_WHAT: &str = "a report's point on the map";
const PHRASE_WHAT: &str = "a follow-up phrase";
/// Keys that only devices may have.
pub const KEYS_WHAT: &str = "devices' private keys";

/// What was planted, and where the drills find the pieces of the evening.
#[derive(Debug)]
pub struct Evening {
    /// The incident that was called out, by its number.
    pub incident: String,
    /// The words of the reporter's phrase.
    phrase: String,
}

impl Evening {
    /// Plays it: two dispatchers, a host box, two responders, a neighbor who reports and a caller.
    pub fn play(town: &mut Town) -> anyhow::Result<Self> {
        gather(town)?;
        open_the_day(town)?;
        let phrase = report(town)?;
        let incident = talk(town)?;
        call_out(town, &incident)?;
        caller(town)?;
        Ok(Self { incident, phrase })
    }

    /// All texts that were planted.
    pub fn texts(&self) -> BTreeMap<&'static str, Vec<u8>> {
        let fixed = [
            REPORT,
            PLACE,
            NAME,
            UNIT,
            QUESTION,
            ANSWER,
            NOTE,
            CALLER,
            HOME,
            CALLBACK,
            CHAT,
            ZONE_NOTE,
            ENVELOPE,
            OTHER_ENVELOPE,
            FINDING,
        ];
        let fixed = fixed.into_iter().map(|(what, text)| (what, text.as_bytes().to_vec()));
        fixed.chain([(PHRASE_WHAT, self.phrase.clone().into_bytes())]).collect()
    }

    /// Everything that was planted as it may lie anywhere: texts, and points in both their forms.
    pub fn planted(&self) -> Vec<(&'static str, Vec<u8>)> {
        let in_memory = [POINT.lat.to_le_bytes(), POINT.lon.to_le_bytes()].concat();
        let points = [bystand_wire::encode(&POINT), in_memory].map(|bytes| (POINT_WHAT, bytes));
        self.texts().into_iter().chain(points).collect()
    }

    /// The same, to be searched for.
    pub fn needles(&self) -> anyhow::Result<Needles> {
        Needles::new(self.planted())
    }

    /// The same, with the private keys of all devices.
    pub fn needles_and_keys(&self, town: &Town) -> anyhow::Result<Needles> {
        let keys = private_keys(town, &["steward", "ana", "ben", "box", "cy", "dee"])?;
        anyhow::ensure!(!keys.is_empty(), "no private key was found in any vault");
        Needles::new(self.planted().into_iter().chain(keys.into_iter().map(|key| (KEYS_WHAT, key.to_vec()))))
    }
}

/// Everybody joins and starts.
fn gather(town: &mut Town) -> anyhow::Result<()> {
    for (who, roles) in [
        ("ana", &["dispatcher"][..]),
        ("ben", &["dispatcher"]),
        ("box", &["host"]),
        ("cy", &["observer", "verifier"]),
        ("dee", &["observer", "verifier"]),
    ] {
        let zones: &[&str] = if matches!(who, "cy" | "dee") { &[ZONE] } else { &[] };
        town.admit(who, roles, zones)?;
        town.start_role(who)?;
    }
    for desk in ["ana", "ben"] {
        town.player(desk)?.wait("that it has the desk's keys", |v| has_keys(v, "desk"))?;
    }
    town.player("box")?.wait("that it is a host", |v| has_keys(v, "hosts")).map(drop)
}

fn open_the_day(town: &mut Town) -> anyhow::Result<()> {
    for desk in ["ana", "ben"] {
        town.player(desk)?.does("start --language en")?;
    }
    let hosts = town.player("box")?;
    hosts.does(&format!("open {ZONE}"))?;
    hosts.wait("an open room", |v| v["event"] == "room-opened" && v["zone"] == ZONE)?;
    for (who, envelope) in [("cy", ENVELOPE.1), ("dee", OTHER_ENVELOPE.1)] {
        let member = town.player(who)?;
        member.does(&format!("envelope {envelope}"))?;
        member.does(&format!("on --zone {ZONE} --point {POINT_ARG} --minutes 240"))?;
        member.wait("that it is in the room", |v| v["event"] == "joined" && v["zone"] == ZONE)?;
    }
    town.player("dee")?.does(&format!("say {ZONE} '{}'", CHAT.1))?;
    town.player("cy")?.wait("the chat", |v| v["event"] == "said")?;
    town.player("ana")?.does(&format!("zone-note --zone {ZONE} '{}'", ZONE_NOTE.1))?;
    town.player("cy")?.wait("the note", |v| v["event"] == "note").map(drop)
}

/// A neighbor reports and stays; gives the phrase.
fn report(town: &mut Town) -> anyhow::Result<String> {
    let (relay, words) = (town.relay(), format!("{} and {}", REPORT.1, NAME.1));
    let what = ["--kind", "vehicle-stop", "--point", POINT_ARG, "--place", PLACE.1, "--text", &words];
    let more = [&what[..], &["--unit", UNIT.1, "--first-hand", "yes", "--follow"]].concat();
    let args: Vec<String> = town.report_args(&relay, &more).into_iter().map(str::to_owned).collect();
    town.start("neighbor", &args.iter().map(String::as_str).collect::<Vec<_>>())?;
    let neighbor = town.player("neighbor")?;
    let kept = neighbor.wait("that it is kept", |v| v["event"] == "kept")?;
    neighbor.wait("that the desk has it", |v| v["event"] == "received")?;
    Ok(text(&kept, "words").to_owned())
}

/// The desk takes it, notes, asks and is answered; gives the incident.
fn talk(town: &mut Town) -> anyhow::Result<String> {
    let ana = town.player("ana")?;
    let incident = text(&ana.wait("the report", |v| is_entry(v, "report", None))?, "incident").to_owned();
    ana.does(&format!("claim {incident}"))?;
    ana.does(&format!("note {incident} '{}'", NOTE.1))?;
    ana.does(&format!("ask {incident} '{}'", QUESTION.1))?;
    let neighbor = town.player("neighbor")?;
    neighbor.wait("the question", |v| v["event"] == "desk" && v["question"] == true)?;
    neighbor.does(&format!("answer '{}'", ANSWER.1))?;
    town.player("ana")?.wait("the answer", |v| is_entry(v, "reporter-said", Some(&incident)))?;
    Ok(incident)
}

/// Cy and Dee are called, go, find it confirmed, and it is published.
fn call_out(town: &mut Town, incident: &str) -> anyhow::Result<()> {
    go(town, incident)?;
    for who in ["cy", "dee"] {
        let member = town.player(who)?;
        member.does("sign on-the-way")?;
        member.does("sign parked")?;
    }
    let mark = town.player("ana")?.mark();
    town.player("cy")?.does(&format!("found confirmed --seen-by 2 '{}'", FINDING.1))?;
    let ana = town.player("ana")?;
    ana.wait_from(mark, "the finding", |v| is_entry(v, "finding", Some(incident)))?;
    ana.does(&format!("publish {incident}"))?;
    ana.wait_from(mark, "that it is published", |v| is_entry(v, "published", Some(incident)))?;
    town.player("cy")?.wait("that an alert was passed on", |v| v["event"] == "alert-passed").map(drop)
}

/// Cy and Dee are called and accepted.
pub fn go(town: &mut Town, incident: &str) -> anyhow::Result<()> {
    let marks = [("cy", town.player("cy")?.mark()), ("dee", town.player("dee")?.mark())];
    let from = town.player("ana")?.mark();
    town.player("ana")?.does(&format!("check {incident} --role verifier --within 10"))?;
    for (who, mark) in marks {
        let member = town.player(who)?;
        let called =
            member.wait_from(mark, "a call-out", |v| v["event"] == "call-out" && v["near"] == true)?;
        member.does(&format!("go {} 5", text(&called, "call_out")))?;
    }
    let ana = town.player("ana")?;
    let mut offers: BTreeSet<String> = BTreeSet::new();
    while offers.len() < marks.len() {
        let is_new = |v: &Value| is_entry(v, "offer", Some(incident)) && !offers.contains(text(v, "offer"));
        let offer = text(&ana.wait_from(from, "an offer", is_new)?, "offer").to_owned();
        offers.insert(offer);
    }
    let offers: Vec<String> = offers.into_iter().collect();
    ana.does(&format!("accept {incident} {}", offers.join(" ")))?;
    for (who, mark) in marks {
        town.player(who)?.wait_from(mark, "the place", |v| v["event"] == "accepted")?;
    }
    Ok(())
}

/// Somebody calls about a home.
fn caller(town: &mut Town) -> anyhow::Result<()> {
    let ben = town.player("ben")?;
    let mark = ben.mark();
    ben.does(&format!(
        "caller --kind other --home --place '{}' --zone {ZONE} --text '{}' --callback {}",
        HOME.1, CALLER.1, CALLBACK.1
    ))?;
    ben.wait_from(mark, "the caller's report", |v| is_entry(v, "report", None)).map(drop)
}

/// The private keys in these vaults: each value of 32 bytes whose public key is in some vault too.
fn private_keys(town: &Town, whose: &[&str]) -> anyhow::Result<BTreeSet<[u8; 32]>> {
    let mut values = BTreeSet::new();
    let mut all = Vec::new();
    for who in whose {
        for record in town.opened(who)?.values() {
            values.extend(values_of_32(record));
            all.extend_from_slice(record);
        }
    }
    let is_private = |value: &[u8; 32]| values.contains(&SigningKey::from_seed(value).public().0);
    let mut keys: BTreeSet<[u8; 32]> = values.iter().filter(|value| is_private(value)).copied().collect();
    let sealing: Vec<([u8; 32], Vec<u8>)> = values
        .iter()
        .map(|value| (*value, SealSecretKey::from_seed(value).public().as_bytes().to_vec()))
        .collect();
    let machine = aho_corasick::AhoCorasick::new(sealing.iter().map(|(_, public)| public))?;
    let hits = machine.find_iter(&all).filter_map(|hit| sealing.get(hit.pattern().as_usize()));
    keys.extend(hits.map(|(key, _)| *key));
    Ok(keys)
}

/// The byte strings of 32 bytes in a record, however deep in it.
pub fn values_of_32(record: &[u8]) -> impl Iterator<Item = [u8; 32]> + '_ {
    record
        .windows(34)
        .filter(|window| window.starts_with(&[0x58, 32]))
        .filter_map(|window| window.get(2..).and_then(|value| <[u8; 32]>::try_from(value).ok()))
}
