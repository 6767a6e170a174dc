//! How the demo's people react to what their programs tell them. The director types what a person
//! would type, after the time a person would take; it decides nothing that the program should.

mod desk;
mod field;
mod people;
mod tally;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rand_core::Rng;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use bystand_core::geo::Point;
use bystand_core::io::Random;

use super::players::{Player, Said, Stage};
use super::script::{Scene, Script};
use crate::output::{Output, Tone};

use desk::Memory;
pub use people::{Manner, People};
use tally::Tally;

const DISPATCHERS: [&str; 2] = ["Ana", "Ben"];

/// Something somebody will do.
#[derive(Debug)]
enum Plan {
    /// A player types a line.
    Type(Arc<str>, String),
    /// A dispatcher takes a report, unless somebody else has.
    Claim(Arc<str>, String),
    /// A responder offers to go, unless something else came up.
    Offer(Arc<str>, String),
    /// A responder says what they found, unless the visitor who is with them has.
    Find(Arc<str>, Finding),
    /// A dispatcher looks whether a call-out found its pair, and calls out again where it did not.
    LookAgain(Arc<str>, String),
    /// A neighbor reports scene number N in its report number M.
    Report(usize, usize),
    /// Something happens, and then the next thing.
    Scene,
}

/// What a responder would say.
#[derive(Debug)]
struct Finding {
    offer: String,
    verdict: String,
}

/// What a director works with.
#[derive(Debug)]
pub struct Setting<'a> {
    /// The processes' folder, relay and clock.
    pub stage: &'a Stage,
    /// The network's id.
    pub network: &'a str,
    /// The zones in which something happens.
    pub zones: &'a [&'a str],
    /// How it is played.
    pub manner: Manner,
    /// Where it is told.
    pub output: Output,
}

/// The director of one demo.
pub struct Director<'a> {
    set: Setting<'a>,
    players: BTreeMap<Arc<str>, Player>,
    script: Script,
    scenes: Vec<Scene>,
    rng: Random,
    began: Instant,
    plans: BTreeMap<(Instant, u64), Plan>,
    next_plan: u64,
    incidents: BTreeMap<String, Memory>,
    busy: BTreeSet<Arc<str>>,
    names: BTreeMap<Arc<str>, String>,
    /// How many players were asked by each call-out to think of going.
    asked: BTreeMap<String, u32>,
    people: People,
    tally: Tally,
}

impl<'a> Director<'a> {
    /// A director with a full cast.
    pub fn new(
        set: Setting<'a>,
        players: Vec<Player>,
        script: Script,
        scenes: Vec<Scene>,
        rng: Random,
    ) -> Self {
        let players = players.into_iter().map(|p| (p.name.clone(), p)).collect();
        Self {
            set,
            players,
            script,
            scenes,
            rng,
            began: Instant::now(),
            plans: BTreeMap::new(),
            next_plan: 0,
            incidents: BTreeMap::new(),
            busy: BTreeSet::new(),
            names: BTreeMap::new(),
            asked: BTreeMap::new(),
            people: People::default(),
            tally: Tally::default(),
        }
    }

    /// Plays until the time is over; without an end it plays on.
    ///
    /// # Errors
    /// When a process that is needed is gone.
    pub async fn play(
        &mut self,
        ears: &mut mpsc::Receiver<Said>,
        mouth: &mpsc::Sender<Said>,
        until: Option<Duration>,
    ) -> anyhow::Result<()> {
        self.began = Instant::now();
        self.open_the_day();
        let end = until.map(|until| self.began + until);
        loop {
            let planned = self.plans.keys().next().map(|(at, _)| *at);
            let next = planned.into_iter().chain(end).min();
            tokio::select! {
                said = ears.recv() => match said {
                    Some(said) => self.hear(&said).await?,
                    None => anyhow::bail!("every process of the demo is gone"),
                },
                () = sleep_until(next.unwrap_or(self.began)), if next.is_some() => {
                    if end.is_some_and(|end| Instant::now() >= end) {
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
        let minutes = self.began.elapsed().as_secs() * u64::from(self.set.stage.rate) / 60;
        self.tally.show(self.set.output, minutes, relay_bytes)?;
        for player in self.players.into_values() {
            player.stop().await;
        }
        self.set.output.line("\nEverything of the demo is gone.")?;
        Ok(())
    }

    fn open_the_day(&mut self) {
        for (n, name) in DISPATCHERS.iter().enumerate() {
            self.plan_for(name, 0.2 + 0.1 * as_f64(n), "start --language en --language es");
        }
        let zones = self.set.zones.join(" ");
        self.plan_for("box", 0.3, &format!("open {zones}"));
        let responders: Vec<Arc<str>> = self.players.keys().filter(|n| is_responder(n)).cloned().collect();
        for (n, name) in responders.iter().enumerate() {
            let zone = self.set.zones[n % self.set.zones.len()];
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
            let minutes = as_f64(usize::try_from(self.scenes[scene].at_min).unwrap_or(0));
            for report in 0..self.scenes[scene].reports.len() {
                self.plan(minutes + 1.5 * as_f64(report), Plan::Report(scene, report));
            }
        }
        if self.set.manner.every.is_some() {
            self.plan(2.0, Plan::Scene);
        }
    }

    /// What a player's process said.
    async fn hear(&mut self, said: &Said) -> anyhow::Result<()> {
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
            "room-opened" if self.set.zones.contains(&said.text("zone")) => {
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
            "admitted" | "application" if self.is_open() => self.at_the_door(said).await,
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

    async fn act(&mut self, mouth: &mpsc::Sender<Said>) -> anyhow::Result<()> {
        let now = Instant::now();
        while let Some(entry) = self.plans.first_entry().filter(|e| e.key().0 <= now) {
            match entry.remove() {
                Plan::Type(who, line) => self.types(&who, &line).await?,
                Plan::Claim(who, incident) => {
                    if self.incidents.get(&incident).is_none_or(|m| !m.is_taken) {
                        self.types(&who, &format!("claim {incident}")).await?;
                    }
                }
                Plan::Offer(who, line) => {
                    if !self.busy.contains(&who) {
                        self.types(&who, &line).await?;
                    }
                }
                Plan::Find(who, finding) => {
                    if self.is_still_to_say(&finding) {
                        self.types(&who, &finding.line()).await?;
                    }
                }
                Plan::LookAgain(who, incident) => self.look_again(&who, &incident)?,
                Plan::Report(scene, report) => self.report(scene, report, mouth)?,
                Plan::Scene => self.something_happens(),
            }
        }
        Ok(())
    }

    async fn types(&mut self, who: &Arc<str>, line: &str) -> anyhow::Result<()> {
        if line.starts_with("sign home") {
            self.busy.remove(who);
        }
        let Some(player) = self.players.get_mut(who) else { return Ok(()) };
        player.type_line(line).await.with_context(|| format!("the process of {who} is gone"))
    }

    /// A city without an end: the next scene is written when it is time for it.
    fn something_happens(&mut self) {
        let Some(every) = self.set.manner.every else { return };
        let apart = every.as_secs_f64() * self.set.manner.pace / 60.0;
        let number = self.scenes.len();
        let scene = self.script.scene(number, 0, &mut self.rng);
        let reports = as_f64(scene.reports.len());
        for report in 0..scene.reports.len() {
            self.plan_later(0.6 * apart * as_f64(report), Plan::Report(number, report));
        }
        self.scenes.push(scene);
        let jitter = 0.7 + 0.6 * self.chance();
        self.plan_later(apart * reports * jitter, Plan::Scene);
    }

    /// A neighbor without login or app: a process of its own, with nothing on disk.
    fn report(&mut self, scene: usize, report: usize, mouth: &mpsc::Sender<Said>) -> anyhow::Result<()> {
        let Some(scene) = self.scenes.get(scene) else { return Ok(()) };
        let Some(text) = scene.reports.get(report) else { return Ok(()) };
        let mut command = self.set.stage.command("nobody")?;
        let first_hand = if report == 0 { "yes" } else { "unknown" };
        let place = format!("near {}", at(scene.point));
        command.args(["report", "--relay", &self.set.stage.relay, "--network", self.set.network]);
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

    /// Plans by the story's minutes from now.
    fn plan_later(&mut self, minutes: f64, plan: Plan) {
        self.plan(self.story_minutes() + minutes, plan);
    }

    /// Plans by the clock on the wall.
    fn plan_in(&mut self, seconds: f64, plan: Plan) {
        self.plan_later(seconds * self.set.manner.pace / 60.0, plan);
    }

    /// Plans by the story's minutes since the beginning.
    fn plan(&mut self, minutes: f64, plan: Plan) {
        let at = self.began + Duration::from_secs_f64(minutes * 60.0 / self.set.manner.pace);
        self.next_plan += 1;
        self.plans.insert((at, self.next_plan), plan);
    }

    fn story_minutes(&self) -> f64 {
        self.began.elapsed().as_secs_f64() * self.set.manner.pace / 60.0
    }

    fn tell(&self, tone: Tone, who: &str, text: &str) -> anyhow::Result<()> {
        let seconds = self.began.elapsed().as_secs();
        let when = match self.is_open() {
            true => format!("{:3}:{:02}", seconds / 60, seconds % 60),
            false => format!("{:5.1} min", self.story_minutes()),
        };
        let output = self.set.output;
        let line = output.tone(tone, &format!("{when}  {who:<9} {text}"));
        let value = json!({"event": "told", "seconds": seconds, "who": who, "text": text});
        Ok(output.both(&line, &value)?)
    }

    fn is_open(&self) -> bool {
        self.set.manner.every.is_some()
    }

    fn chance(&mut self) -> f64 {
        f64::from(self.rng.next_u32()) / f64::from(u32::MAX)
    }
}

fn is_responder(name: &str) -> bool {
    !DISPATCHERS.contains(&name) && name != "box" && name != "steward" && name != "neighbor"
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
