//! The responders: they offer, go, give signs, and say what they found.

use std::sync::Arc;

use bystand_core::geo::{Point, haversine_m};
use rand_core::Rng;
use serde_json::Value;

use super::super::players::Said;
use super::super::script::{Scene, Truth};
use super::{Director, Finding, Plan};
use crate::output::Tone;

/// A visitor who goes along has so many seconds to say what they found before the player does.
const VISITORS_TURN_S: f64 = 75.0;
/// A call-out is left to a visitor for so many seconds; one player offers at once all the same.
const VISITORS_OFFER_S: f64 = 35.0;

impl Finding {
    /// As it is typed.
    pub fn line(&self) -> String {
        format!("found {} --seen-by 2 --offer {}", self.verdict, self.offer)
    }
}

impl Director<'_> {
    /// A call-out in a responder's room: whoever is near and free may go; nobody is obliged.
    pub(super) fn called(&mut self, said: &Said) -> anyhow::Result<()> {
        let is_near = said.what.get("near").and_then(Value::as_bool).unwrap_or(false);
        if !is_near || self.busy.contains(&said.who) || self.chance() > 0.8 {
            return Ok(());
        }
        let minutes = 3 + self.rng.next_u32() % 6;
        let pause = 0.3 + self.chance();
        let call_out = said.text("call_out").to_owned();
        let line = format!("go {call_out} {minutes}");
        let asked = self.asked.entry(call_out).or_default();
        *asked += 1;
        // Two are needed: with a visitor on duty, one place is kept for them for a while.
        if self.people.responders > 0 && *asked > 1 {
            let seconds = VISITORS_OFFER_S + 10.0 * pause;
            self.plan_in(seconds, Plan::Offer(said.who.clone(), line));
        } else {
            self.plan_for(&said.who, pause, &line);
        }
        Ok(())
    }

    /// Accepted: on the way, parked, on scene, and one of the pair says what they found.
    pub(super) fn go(&mut self, said: &Said) -> anyhow::Result<()> {
        let who = said.who.clone();
        self.busy.insert(who.clone());
        self.tell(Tone::Plain, &who, &format!("goes to {}; with {}", said.text("place"), partners(said)))?;
        let offer = said.text("offer").to_owned();
        let travel = 2.0 + 3.0 * self.chance();
        self.plan_for(&who, 0.2, &format!("sign on-the-way --offer {offer}"));
        self.plan_for(&who, travel, &format!("sign parked --offer {offer}"));
        self.plan_for(&who, travel + 0.5, &format!("sign on-scene --offer {offer}"));
        let leave = travel + self.stays(said, &who, &offer, travel);
        self.plan_for(&who, leave, &format!("sign leaving --offer {offer}"));
        self.plan_for(&who, leave + 2.0, &format!("sign home --offer {offer}"));
        Ok(())
    }

    /// Plans what one of a pair will say, and gives for how many minutes they stay.
    fn stays(&mut self, said: &Said, who: &Arc<str>, offer: &str, travel: f64) -> f64 {
        let is_real = self.scene_at(said.text("point")).map(|scene| scene.truth);
        let with = partners_of(said);
        let is_with_visitor = self.is_open() && with.iter().any(|name| !self.is_player(name));
        let own = self.names.get(who).cloned().unwrap_or_default();
        if !is_with_visitor && !with.iter().all(|other| own < *other) {
            return 4.0;
        }
        let late = if is_with_visitor { VISITORS_TURN_S * self.set.manner.pace / 60.0 } else { 0.0 };
        let verdict = match is_real {
            Some(Truth::Real) => "confirmed".to_owned(),
            Some(Truth::FalseAlarm(what)) => format!("false-alarm:{what}"),
            // A visitor's own report: something has to come of it.
            None if self.is_open() => "confirmed".to_owned(),
            Some(Truth::Denunciation) | None => "false-alarm:nothing-there".to_owned(),
        };
        let stays = if verdict == "confirmed" { 14.0 } else { 4.0 } + late;
        self.plan_finding(who, offer, travel + 2.0 + late, verdict.clone());
        if verdict == "confirmed" {
            self.plan_finding(who, offer, travel + stays - 1.0, "over:left-nobody-taken".to_owned());
        }
        stays
    }

    fn plan_finding(&mut self, who: &Arc<str>, offer: &str, minutes: f64, verdict: String) {
        let finding = Finding { offer: offer.to_owned(), verdict };
        self.plan_later(minutes, Plan::Find(who.clone(), finding));
    }

    /// Whether nobody said it yet. Without visitors nobody else says it.
    pub(super) fn is_still_to_say(&self, finding: &Finding) -> bool {
        let memory = self.incidents.values().find(|memory| memory.pair.contains(&finding.offer));
        let Some(memory) = memory.filter(|_| self.is_open()) else { return true };
        match finding.verdict.starts_with("over:") {
            true => memory.verdict == "confirmed",
            false => memory.verdict.is_empty(),
        }
    }

    /// Most answer their program; who does not, answers the desk.
    pub(super) fn asked_for_a_sign(&mut self, said: &Said) {
        if said.text("event") == "check-in" || self.chance() < 0.7 {
            let pause = 0.2 + self.chance();
            self.plan_for(&said.who, pause, &format!("sign fine --offer {}", said.text("offer")));
        }
    }

    /// Whether somebody in a day room is played.
    fn is_player(&self, name: &str) -> bool {
        self.names.values().any(|own| own == name)
    }

    /// What is there: of several things in one place, the last.
    fn scene_at(&self, point: &str) -> Option<Scene> {
        let (lat, lon) = point.split_once(',')?;
        let point = Point::from_degrees(lat.parse().ok()?, lon.parse().ok()?)?;
        let so_far = self.story_minutes();
        let has_begun = |scene: &&Scene| f64::from(u32::try_from(scene.at_min).unwrap_or(0)) <= so_far;
        self.scenes.iter().rev().filter(has_begun).find(|s| haversine_m(s.point, point) < 60.0).cloned()
    }
}

fn partners_of(said: &Said) -> Vec<String> {
    let list = said.what.get("partners").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn partners(said: &Said) -> String {
    let names = partners_of(said);
    if names.is_empty() { "nobody else".to_owned() } else { names.join(", ") }
}
