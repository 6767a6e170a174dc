//! How the demo's people react to what their programs tell them. The director types what a person
//! would type, after the time a person would take; it decides nothing that the program should.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rand_core::Rng;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use bystand_core::geo::{Point, haversine_m};
use bystand_core::io::Random;

use super::players::{Player, Said, Stage};
use super::script::{Scene, Truth};
use crate::output::{Output, Tone};

const DISPATCHERS: [&str; 2] = ["Ana", "Ben"];

/// Something somebody will do.
#[derive(Debug)]
enum Plan {
    /// A player types a line.
    Type(Arc<str>, String),
    /// A dispatcher looks whether a call-out found its pair, and calls out again where it did not.
    LookAgain(Arc<str>, String),
    /// A neighbor reports scene number N in its report number M.
    Report(usize, usize),
}

/// What a dispatcher remembers of an incident.
#[derive(Debug, Default)]
struct Memory {
    call_out: Option<u64>,
    offers: Vec<String>,
    accepted: bool,
    place: String,
    published: bool,
    over: bool,
}

#[derive(Debug, Default)]
struct Tally {
    reports: u32,
    joined: u32,
    erased: u32,
    call_outs: u32,
    offers: u32,
    findings: u32,
    alerts: u32,
    rumor_checks: u32,
    over: u32,
    receipts: u32,
    refused: u32,
}

/// The director of one demo.
pub struct Director<'a> {
    stage: &'a Stage,
    network: &'a str,
    players: BTreeMap<Arc<str>, Player>,
    scenes: Vec<Scene>,
    zones: &'a [&'a str],
    output: Output,
    rng: Random,
    began: Instant,
    plans: BTreeMap<(Instant, u64), Plan>,
    next_plan: u64,
    incidents: BTreeMap<String, Memory>,
    /// Which incident a dispatcher asked to be shown.
    shown: BTreeMap<Arc<str>, Vec<String>>,
    busy: BTreeSet<Arc<str>>,
    names: BTreeMap<Arc<str>, String>,
    tally: Tally,
}

impl<'a> Director<'a> {
    /// A director with a full cast.
    pub fn new(
        stage: &'a Stage,
        network: &'a str,
        players: Vec<Player>,
        scenes: Vec<Scene>,
        zones: &'a [&'a str],
        output: Output,
        rng: Random,
    ) -> Self {
        let players = players.into_iter().map(|p| (p.name.clone(), p)).collect();
        Self {
            stage,
            network,
            players,
            scenes,
            zones,
            output,
            rng,
            began: Instant::now(),
            plans: BTreeMap::new(),
            next_plan: 0,
            incidents: BTreeMap::new(),
            shown: BTreeMap::new(),
            busy: BTreeSet::new(),
            names: BTreeMap::new(),
            tally: Tally::default(),
        }
    }

    /// Plays until the time is over.
    ///
    /// # Errors
    /// When a process that is needed is gone.
    pub async fn play(
        &mut self,
        ears: &mut mpsc::Receiver<Said>,
        mouth: &mpsc::Sender<Said>,
        until: Duration,
    ) -> anyhow::Result<()> {
        self.began = Instant::now();
        self.open_the_day();
        let end = self.began + until;
        loop {
            let next = self.plans.keys().next().map_or(end, |(at, _)| (*at).min(end));
            tokio::select! {
                said = ears.recv() => match said {
                    Some(said) => self.hear(&said)?,
                    None => anyhow::bail!("every process of the demo is gone"),
                },
                () = sleep_until(next) => {
                    if Instant::now() >= end {
                        return Ok(());
                    }
                    self.act(mouth).await?;
                }
            }
        }
    }

    /// The summary, and everybody goes home.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub async fn finish(self, relay_bytes: u64) -> anyhow::Result<()> {
        let Tally {
            reports,
            joined,
            erased,
            call_outs,
            offers,
            findings,
            alerts,
            rumor_checks,
            over,
            receipts,
            refused,
        } = self.tally;
        let minutes = self.began.elapsed().as_secs() * u64::from(self.stage.rate) / 60;
        let rows = [
            ("minutes played", minutes),
            ("reports at the desk", u64::from(reports)),
            ("receipts that reached a neighbor", u64::from(receipts)),
            ("joined to another report", u64::from(joined)),
            ("erased at once", u64::from(erased)),
            ("call-outs", u64::from(call_outs)),
            ("offers", u64::from(offers)),
            ("signed findings", u64::from(findings)),
            ("alerts published", u64::from(alerts)),
            ("rumor checks published", u64::from(rumor_checks)),
            ("alerts ended", u64::from(over)),
            ("lines that a rule refused", u64::from(refused)),
            ("KiB on the relay's disk, all of it sealed or public", relay_bytes / 1024),
        ];
        self.output.line("\nThe hour in numbers")?;
        for (what, count) in rows {
            self.output.line(&format!("  {count:>7}  {what}"))?;
        }
        for player in self.players.into_values() {
            player.stop().await;
        }
        self.output.line("\nEverything of the demo is gone.")?;
        Ok(())
    }

    fn open_the_day(&mut self) {
        for (n, name) in DISPATCHERS.iter().enumerate() {
            self.plan_for(name, 0.2 + 0.1 * as_f64(n), "start --language en --language es");
        }
        let zones = self.zones.join(" ");
        self.plan_for("box", 0.3, &format!("open {zones}"));
        let responders: Vec<Arc<str>> = self.players.keys().filter(|n| is_responder(n)).cloned().collect();
        for (n, name) in responders.iter().enumerate() {
            let zone = self.zones[n % self.zones.len()];
            self.plan_for(
                name,
                0.5 + 0.1 * as_f64(n),
                "envelope If I do not answer: call my sister, then the lawyer on the card",
            );
            self.plan_for(
                name,
                0.6 + 0.1 * as_f64(n),
                &format!("on --zone {zone} --reach 4000 --point {}", at(middle(&self.scenes))),
            );
        }
        for scene in 0..self.scenes.len() {
            for report in 0..self.scenes[scene].reports.len() {
                let minutes =
                    as_f64(usize::try_from(self.scenes[scene].at_min).unwrap_or(0)) + 1.5 * as_f64(report);
                self.plan(minutes, Plan::Report(scene, report));
            }
        }
    }

    /// What a player's process said.
    fn hear(&mut self, said: &Said) -> anyhow::Result<()> {
        match said.text("event") {
            "entry" if DISPATCHERS.contains(&&*said.who) => self.desk(said),
            "view" => self.look(said),
            "joined" => {
                self.names.insert(said.who.clone(), said.text("name").to_owned());
                self.tell(
                    Tone::Faint,
                    &said.who,
                    &format!("is in the room of {} as {}", said.text("zone"), said.text("name")),
                )
            }
            "room-opened" if self.zones.contains(&said.text("zone")) => {
                self.tell(Tone::Faint, &said.who, &format!("opened today's room of {}", said.text("zone")))
            }
            "call-out" => self.called(said),
            "accepted" if is_responder(&said.who) => self.go(said),
            "sign-due" | "check-in" => {
                self.asked_for_a_sign(said);
                Ok(())
            }
            "alert" if &*said.who == "box" => self.verified(said),
            "received" => {
                self.tally.receipts += 1;
                Ok(())
            }
            "desk" => self.tell(Tone::Plain, &said.who, &format!("reads: {}", said.text("text"))),
            _ => self.complaint(said),
        }
    }

    /// A device that takes no part in publishing fetched a note and checked it to the log's root.
    fn verified(&mut self, said: &Said) -> anyhow::Result<()> {
        let (state, outcome) = (said.text("state"), said.text("outcome"));
        let text = format!("{} ({state}): {outcome}; passes, quorum and log checked", said.text("kind"));
        self.tell(Tone::Good, "reader", &text)
    }

    fn complaint(&mut self, said: &Said) -> anyhow::Result<()> {
        if let Some(code) = said.what.get("error").and_then(Value::as_str) {
            self.tally.refused += 1;
            let line = said.text("line");
            return self.tell(Tone::Faint, &said.who, &format!("({line}: {code}: {})", said.text("text")));
        }
        Ok(())
    }

    /// An entry of the casebook, on the screens of both dispatchers: one of them takes it up.
    fn desk(&mut self, said: &Said) -> anyhow::Result<()> {
        // An erased incident has no number any more.
        if said.text("entry") == "erased" && &*said.who == DISPATCHERS[0] {
            self.tally.erased += 1;
        }
        let Some(incident) = said.what.get("incident").and_then(Value::as_str).map(str::to_owned) else {
            return Ok(());
        };
        let is_mine = DISPATCHERS[incident.parse::<usize>().unwrap_or(0) % DISPATCHERS.len()] == &*said.who;
        if !is_mine || said.text("outcome") != "applied" {
            return Ok(());
        }
        let seq = said.number("seq").unwrap_or_default();
        let who = said.who.clone();
        match said.text("entry") {
            "report" => self.report_came(said, &incident)?,
            "claimed" => self.plan_for(&who, 0.3, &format!("show {incident}")),
            "call-out" => {
                self.tally.call_outs += 1;
                self.incidents.entry(incident.clone()).or_default().call_out = Some(seq);
                self.tell(Tone::Plain, &who, &format!("#{incident} calls verifiers out"))?;
                self.plan_later(5.0, Plan::LookAgain(who, incident));
            }
            "offer" => self.offered(&who, &incident, said.text("offer")),
            "accepted" => self.tell(
                Tone::Plain,
                &who,
                &format!("#{incident} accepts two; only they get the exact place"),
            )?,
            "finding" => self.found(said, &who, &incident)?,
            "published" => self.published(said, &who, &incident)?,
            "same-as" => self.tally.joined += 1,
            "heads-up" => {
                self.tell(Tone::Plain, &who, &format!("#{incident} heads-up to {}", said.text("zone")))?;
            }
            "unanswered" => self.unanswered(&who, &incident)?,
            "silent" => self.silent(&who, &incident, said.text("offer"))?,
            _ => {}
        }
        Ok(())
    }

    fn report_came(&mut self, said: &Said, incident: &str) -> anyhow::Result<()> {
        self.tally.reports += 1;
        let memory = self.incidents.entry(incident.to_owned()).or_default();
        memory.place = said.text("place").to_owned();
        let line = format!(
            "#{incident} REPORT {}: {} ({})",
            said.text("kind"),
            said.text("text"),
            said.text("place")
        );
        self.tell(Tone::Bad, "desk", &line)?;
        let pause = 0.5 + self.chance();
        self.plan_for(&said.who, pause, &format!("claim {incident}"));
        self.shown.entry(said.who.clone()).or_default().push(incident.to_owned());
        Ok(())
    }

    /// The dispatcher looks at an incident: joins it, erases it, or has it checked.
    fn look(&mut self, said: &Said) -> anyhow::Result<()> {
        let Some(shown) = self.shown.get_mut(&said.who).filter(|list| !list.is_empty()) else {
            return Ok(());
        };
        let incident = shown.remove(0);
        let who = said.who.clone();
        if said.what.to_string().contains("my neighbors") {
            self.tell(Tone::Warn, &who, &format!("#{incident} somebody reports their neighbors: erase now"))?;
            self.plan_for(&who, 0.3, &format!("erase {incident}"));
            return Ok(());
        }
        let like = match said.what.get("like") {
            Some(Value::Array(list)) => list.first().and_then(Value::as_str),
            Some(Value::String(one)) => Some(one.as_str()),
            Some(_) | None => None,
        };
        let older = like.filter(|other| other.parse::<u64>().ok() < incident.parse::<u64>().ok());
        if let Some(other) = older {
            self.tell(Tone::Plain, &who, &format!("#{incident} looks like #{other}: same as"))?;
            self.plan_for(&who, 0.3, &format!("same-as {incident} {other}"));
            return Ok(());
        }
        self.plan_for(&who, 0.2, &format!("heads-up {incident}"));
        self.plan_for(&who, 0.5, &format!("check {incident} --role verifier --within 10"));
        Ok(())
    }

    /// The desk is told; on-call volunteers are rung, and after a while it asks again.
    fn unanswered(&mut self, who: &Arc<str>, incident: &str) -> anyhow::Result<()> {
        self.tell(
            Tone::Warn,
            who,
            &format!("#{incident} nobody answered in 60 seconds: rings on-call people"),
        )?;
        self.plan_for(who, 0.5, &format!("rung {incident} 2"));
        Ok(())
    }

    /// Everybody near was busy: people come home, so it is worth asking again.
    fn look_again(&mut self, who: &Arc<str>, incident: &str) -> anyhow::Result<()> {
        let Some(memory) = self.incidents.get_mut(incident).filter(|m| !m.accepted) else { return Ok(()) };
        memory.offers.clear();
        let Some(call_out) = memory.call_out.take() else { return Ok(()) };
        self.tell(Tone::Warn, who, &format!("#{incident} has no pair yet: asks again"))?;
        self.plan_for(who, 0.1, &format!("end-call-out {call_out}"));
        self.plan_for(who, 0.4, &format!("check {incident} --role verifier --within 15"));
        Ok(())
    }

    /// A responder gave no sign in time: they are called before their envelope is opened.
    fn silent(&mut self, who: &Arc<str>, incident: &str, offer: &str) -> anyhow::Result<()> {
        self.tell(
            Tone::Warn,
            who,
            &format!("#{incident} no sign of responder {offer}: asks whether all is well"),
        )?;
        self.plan_for(who, 0.2, &format!("check-in {offer}"));
        Ok(())
    }

    fn offered(&mut self, who: &Arc<str>, incident: &str, offer: &str) {
        self.tally.offers += 1;
        let memory = self.incidents.entry(incident.to_owned()).or_default();
        memory.offers.push(offer.to_owned());
        if memory.offers.len() == 2
            && !memory.accepted
            && let Some(call_out) = memory.call_out
        {
            memory.accepted = true;
            let line = format!("accept {call_out} {}", memory.offers.join(" "));
            self.plan_for(who, 0.4, &line);
        }
    }

    fn found(&mut self, said: &Said, who: &Arc<str>, incident: &str) -> anyhow::Result<()> {
        self.tally.findings += 1;
        let verdict = said.text("verdict").to_owned();
        self.tell(Tone::Good, "desk", &format!("#{incident} FINDING: {verdict}"))?;
        let line = match verdict.split_once(':') {
            None if verdict == "confirmed" => format!("publish {incident}"),
            Some(("false-alarm", _)) => format!("rumor-check {incident}"),
            Some(("over", how)) => format!("over {incident} {how}"),
            None | Some(_) => return Ok(()),
        };
        self.plan_for(who, 0.5, &line);
        if verdict.starts_with("false-alarm") {
            self.tally.rumor_checks += 1;
            self.plan_for(who, 0.8, &format!("tell {incident} {verdict}"));
            self.end(who, incident, "unfounded", 9.0);
        }
        Ok(())
    }

    fn published(&mut self, said: &Said, who: &Arc<str>, incident: &str) -> anyhow::Result<()> {
        let step = said.text("step").to_owned();
        self.tell(Tone::Good, who, &format!("#{incident} PUBLISHED by quorum: {step}"))?;
        let memory = self.incidents.entry(incident.to_owned()).or_default();
        if step.starts_with("over") {
            memory.over = true;
            self.tally.over += 1;
            self.end(who, incident, "confirmed", 5.0);
        } else {
            memory.published = true;
            self.tally.alerts += 1;
            self.plan_for(who, 0.6, &format!("tell {incident} confirmed"));
        }
        Ok(())
    }

    fn end(&mut self, who: &Arc<str>, incident: &str, ending: &str, after_min: f64) {
        if let Some(call_out) = self.incidents.get(incident).and_then(|m| m.call_out) {
            self.plan_for(who, after_min, &format!("end-call-out {call_out}"));
        }
        self.plan_for(who, after_min + 1.0, &format!("close {incident} {ending}"));
    }

    /// A call-out in a responder's room: whoever is near and free may go; nobody is obliged.
    fn called(&mut self, said: &Said) -> anyhow::Result<()> {
        let is_near = said.what.get("near").and_then(Value::as_bool).unwrap_or(false);
        if !is_near || self.busy.contains(&said.who) || self.chance() > 0.8 {
            return Ok(());
        }
        let minutes = 3 + self.rng.next_u32() % 6;
        let pause = 0.3 + self.chance();
        self.plan_for(&said.who, pause, &format!("go {} {minutes}", said.text("call_out")));
        Ok(())
    }

    /// Accepted: on the way, parked, on scene, and one of the pair says what they found.
    fn go(&mut self, said: &Said) -> anyhow::Result<()> {
        let who = said.who.clone();
        self.busy.insert(who.clone());
        self.tell(Tone::Plain, &who, &format!("goes to {}; with {}", said.text("place"), partners(said)))?;
        let offer = said.text("offer").to_owned();
        let scene = self.scene_at(said.text("point"));
        let travel = 2.0 + 3.0 * self.chance();
        self.plan_for(&who, 0.2, &format!("sign on-the-way --offer {offer}"));
        self.plan_for(&who, travel, &format!("sign parked --offer {offer}"));
        self.plan_for(&who, travel + 0.5, &format!("sign on-scene --offer {offer}"));
        let own = self.names.get(&who).cloned().unwrap_or_default();
        let is_first = partners_of(said).iter().all(|other| own < *other);
        let mut leave = travel + 4.0;
        if is_first {
            let found = |what: &str| format!("found {what} --seen-by 2 --offer {offer}");
            match scene.map(|s| s.truth) {
                Some(Truth::Real) => {
                    self.plan_for(&who, travel + 2.0, &found("confirmed"));
                    leave = travel + 14.0;
                    self.plan_for(&who, leave - 1.0, &found("over:left-nobody-taken"));
                }
                Some(Truth::FalseAlarm(what)) => {
                    self.plan_for(&who, travel + 2.0, &found(&format!("false-alarm:{what}")));
                }
                Some(Truth::Denunciation) | None => {
                    self.plan_for(&who, travel + 2.0, &found("false-alarm:nothing-there"));
                }
            }
        }
        self.plan_for(&who, leave, &format!("sign leaving --offer {offer}"));
        self.plan_for(&who, leave + 2.0, &format!("sign home --offer {offer}"));
        Ok(())
    }

    /// Most answer their program; who does not, answers the desk.
    fn asked_for_a_sign(&mut self, said: &Said) {
        if said.text("event") == "check-in" || self.chance() < 0.7 {
            let pause = 0.2 + self.chance();
            self.plan_for(&said.who, pause, &format!("sign fine --offer {}", said.text("offer")));
        }
    }

    fn scene_at(&self, point: &str) -> Option<Scene> {
        let (lat, lon) = point.split_once(',')?;
        let point = Point::from_degrees(lat.parse().ok()?, lon.parse().ok()?)?;
        self.scenes.iter().find(|s| haversine_m(s.point, point) < 60.0).cloned()
    }

    async fn act(&mut self, mouth: &mpsc::Sender<Said>) -> anyhow::Result<()> {
        let now = Instant::now();
        while let Some(entry) = self.plans.first_entry().filter(|e| e.key().0 <= now) {
            match entry.remove() {
                Plan::Type(who, line) => {
                    if line.starts_with("sign home") {
                        self.busy.remove(&who);
                    }
                    if let Some(player) = self.players.get_mut(&who) {
                        player.type_line(&line).await?;
                    }
                }
                Plan::LookAgain(who, incident) => self.look_again(&who, &incident)?,
                Plan::Report(scene, report) => self.report(scene, report, mouth)?,
            }
        }
        Ok(())
    }

    /// A neighbor without login or app: a process of its own, with nothing on disk.
    fn report(&mut self, scene: usize, report: usize, mouth: &mpsc::Sender<Said>) -> anyhow::Result<()> {
        let Some(scene) = self.scenes.get(scene) else { return Ok(()) };
        let Some(text) = scene.reports.get(report) else { return Ok(()) };
        let mut command = self.stage.command("nobody")?;
        let first_hand = if report == 0 { "yes" } else { "unknown" };
        let place = format!("near {}", at(scene.point));
        command.args(["report", "--relay", &self.stage.relay, "--network", self.network]);
        command.args(["--kind", scene.kind, "--text", text, "--place", &place, "--first-hand", first_hand]);
        command.args(["--point", &at(scene.point)]);
        let (mouth, who): (_, Arc<str>) = (mouth.clone(), "neighbor".into());
        tokio::spawn(async move {
            let Ok(output) = command.output().await else { return };
            for line in String::from_utf8_lossy(&output.stdout).lines() {
                let Ok(what) = serde_json::from_str(line) else { continue };
                let _ = mouth.send(Said { who: who.clone(), what }).await;
            }
        });
        Ok(())
    }

    fn plan_for(&mut self, who: &str, minutes: f64, line: &str) {
        self.plan_later(minutes, Plan::Type(who.into(), line.to_owned()));
    }

    /// Plans by the network's minutes from now.
    fn plan_later(&mut self, minutes: f64, plan: Plan) {
        let so_far = self.began.elapsed().as_secs_f64() * f64::from(self.stage.rate) / 60.0;
        self.plan(so_far + minutes, plan);
    }

    /// Plans by the network's minutes since the beginning.
    fn plan(&mut self, minutes: f64, plan: Plan) {
        let at = self.began + Duration::from_secs_f64(minutes * 60.0 / f64::from(self.stage.rate));
        self.next_plan += 1;
        self.plans.insert((at, self.next_plan), plan);
    }

    fn tell(&self, tone: Tone, who: &str, text: &str) -> anyhow::Result<()> {
        let minutes = self.began.elapsed().as_secs_f64() * f64::from(self.stage.rate) / 60.0;
        let line = format!("{minutes:5.1} min  {who:<9} {text}");
        Ok(self.output.line(&self.output.tone(tone, &line))?)
    }

    fn chance(&mut self) -> f64 {
        f64::from(self.rng.next_u32()) / f64::from(u32::MAX)
    }
}

fn is_responder(name: &str) -> bool {
    !DISPATCHERS.contains(&name) && name != "box" && name != "steward" && name != "neighbor"
}

fn partners_of(said: &Said) -> Vec<String> {
    let list = said.what.get("partners").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn partners(said: &Said) -> String {
    let names = partners_of(said);
    if names.is_empty() { "nobody else".to_owned() } else { names.join(", ") }
}

/// About where the responders live: among the events.
fn middle(scenes: &[Scene]) -> Point {
    scenes.first().map_or(Point { lat: 44_948_400, lon: -93_255_000 }, |scene| scene.point)
}

fn at(point: Point) -> String {
    format!("{:.5},{:.5}", point.lat_degrees(), point.lon_degrees())
}

fn as_f64(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}
