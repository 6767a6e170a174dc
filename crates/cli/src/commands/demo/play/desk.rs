//! The dispatchers: each takes up every second incident, and leaves alone what a visitor holds.

use std::sync::Arc;

use serde_json::Value;

use super::super::players::Said;
use super::{DISPATCHERS, Director, Plan};
use crate::output::Tone;

/// A new report is left to a visitor at the desk for so many seconds.
const VISITORS_REPORT_S: f64 = 60.0;
/// What a visitor let go of is taken up after so many seconds.
const LEFT_S: f64 = 20.0;

/// What a dispatcher remembers of an incident.
#[derive(Debug, Default)]
pub struct Memory {
    call_out: Option<u64>,
    offers: Vec<String>,
    accepted: bool,
    is_done: bool,
    /// Somebody holds it.
    pub is_taken: bool,
    /// A visitor holds it.
    is_theirs: bool,
    /// The offers of those who were sent.
    pub pair: Vec<String>,
    /// What they found first.
    pub verdict: String,
}

impl Director<'_> {
    /// An entry of the casebook, on the screens of both dispatchers: one of them takes it up.
    pub(super) fn desk(&mut self, said: &Said) -> anyhow::Result<()> {
        self.shift(said)?;
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
        let who = said.who.clone();
        let actor: Arc<str> = match self.people.is_visitor(said.text("by")) {
            true => "visitor".into(),
            false => who.clone(),
        };
        match said.text("entry") {
            "report" => self.report_came(said, &incident)?,
            "claimed" => self.claimed(&who, &actor, &incident)?,
            "released" | "claim-lapsed" => self.let_go(&who, &incident),
            "call-out" => self.calls_out(said, &actor, &incident)?,
            "offer" => self.offered(&who, &incident, said.text("offer")),
            "accepted" => self.sent(said, &actor, &incident)?,
            "finding" => self.found(said, &who, &incident)?,
            "published" => self.published(said, &who, &actor, &incident)?,
            "same-as" => self.tally.joined += 1,
            "heads-up" => {
                self.tell(Tone::Plain, &actor, &format!("#{incident} heads-up to {}", said.text("zone")))?;
            }
            "unanswered" => self.unanswered(&who, &incident)?,
            "silent" => self.silent(&who, &incident, said.text("offer"))?,
            "closed" => self.remember(&incident).is_done = true,
            _ => {}
        }
        Ok(())
    }

    fn remember(&mut self, incident: &str) -> &mut Memory {
        self.incidents.entry(incident.to_owned()).or_default()
    }

    fn is_theirs(&self, incident: &str) -> bool {
        self.incidents.get(incident).is_some_and(|memory| memory.is_theirs)
    }

    fn report_came(&mut self, said: &Said, incident: &str) -> anyhow::Result<()> {
        self.tally.reports += 1;
        self.remember(incident);
        let line = format!(
            "#{incident} REPORT {}: {} ({})",
            said.text("kind"),
            said.text("text"),
            said.text("place")
        );
        self.tell(Tone::Bad, "desk", &line)?;
        let pause = 0.5 + self.chance();
        let claim = Plan::Claim(said.who.clone(), incident.to_owned());
        match self.people.is_at_the_desk() {
            true => self.plan_in(VISITORS_REPORT_S, claim),
            false => self.plan_later(pause, claim),
        }
        Ok(())
    }

    fn claimed(&mut self, who: &Arc<str>, actor: &Arc<str>, incident: &str) -> anyhow::Result<()> {
        let is_theirs = who != actor;
        let memory = self.remember(incident);
        (memory.is_taken, memory.is_theirs) = (true, is_theirs);
        if is_theirs {
            return self.tell(Tone::Plain, actor, &format!("#{incident} is on it"));
        }
        self.plan_for(who, 0.3, &format!("show {incident}"));
        Ok(())
    }

    /// Nobody holds it any more: when a visitor let go of it before it came to an end, a player takes it up.
    fn let_go(&mut self, who: &Arc<str>, incident: &str) {
        let memory = self.remember(incident);
        let is_left = memory.is_theirs && !memory.is_done;
        (memory.is_taken, memory.is_theirs) = (false, false);
        if is_left {
            self.plan_in(LEFT_S, Plan::Claim(who.clone(), incident.to_owned()));
        }
    }

    fn calls_out(&mut self, said: &Said, actor: &Arc<str>, incident: &str) -> anyhow::Result<()> {
        self.tally.call_outs += 1;
        self.remember(incident).call_out = said.number("seq");
        self.tell(Tone::Plain, actor, &format!("#{incident} calls verifiers out"))?;
        if !self.is_theirs(incident) {
            self.plan_later(5.0, Plan::LookAgain(said.who.clone(), incident.to_owned()));
        }
        Ok(())
    }

    /// The dispatcher looks at an incident: joins it, erases it, or has it checked.
    pub(super) fn look(&mut self, said: &Said) -> anyhow::Result<()> {
        let (who, incident) = (said.who.clone(), said.text("no").to_owned());
        if self.incidents.get(&incident).is_none_or(|memory| memory.is_theirs) {
            return Ok(());
        }
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
        // A visitor may have called out already before they let go of it.
        if self.remember(&incident).call_out.is_none() {
            self.plan_for(&who, 0.2, &format!("heads-up {incident}"));
            self.plan_for(&who, 0.5, &format!("check {incident} --role verifier --within 10"));
        }
        Ok(())
    }

    /// The desk is told; on-call volunteers are rung, and after a while it asks again.
    fn unanswered(&mut self, who: &Arc<str>, incident: &str) -> anyhow::Result<()> {
        if self.is_theirs(incident) {
            return self.tell(Tone::Warn, "desk", &format!("#{incident} nobody answered in 60 seconds"));
        }
        self.tell(
            Tone::Warn,
            who,
            &format!("#{incident} nobody answered in 60 seconds: rings on-call people"),
        )?;
        self.plan_for(who, 0.5, &format!("rung {incident} 2"));
        Ok(())
    }

    /// Everybody near was busy: people come home, so it is worth asking again.
    pub(super) fn look_again(&mut self, who: &Arc<str>, incident: &str) -> anyhow::Result<()> {
        let memory = self.incidents.get_mut(incident).filter(|m| !m.accepted && !m.is_theirs);
        let Some(memory) = memory else { return Ok(()) };
        memory.offers.clear();
        let Some(call_out) = memory.call_out.take() else { return Ok(()) };
        self.tell(Tone::Warn, who, &format!("#{incident} has no pair yet: asks again"))?;
        self.plan_for(who, 0.1, &format!("end-call-out {call_out}"));
        self.plan_for(who, 0.4, &format!("check {incident} --role verifier --within 15"));
        Ok(())
    }

    /// A responder gave no sign in time: they are called before their envelope is opened.
    fn silent(&mut self, who: &Arc<str>, incident: &str, offer: &str) -> anyhow::Result<()> {
        if self.is_theirs(incident) {
            return self.tell(Tone::Warn, "desk", &format!("#{incident} no sign of responder {offer}"));
        }
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
        let memory = self.remember(incident);
        memory.offers.push(offer.to_owned());
        if memory.offers.len() == 2
            && !memory.accepted
            && !memory.is_theirs
            && let Some(call_out) = memory.call_out
        {
            memory.accepted = true;
            let line = format!("accept {call_out} {}", memory.offers.join(" "));
            self.plan_for(who, 0.4, &line);
        }
    }

    /// Two were accepted.
    fn sent(&mut self, said: &Said, actor: &Arc<str>, incident: &str) -> anyhow::Result<()> {
        let offers = said.what.get("offers").and_then(Value::as_array);
        let offers = offers.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        let memory = self.remember(incident);
        memory.accepted = true;
        memory.pair.extend(offers);
        self.tell(Tone::Plain, actor, &format!("#{incident} accepts two; only they get the exact place"))
    }

    fn found(&mut self, said: &Said, who: &Arc<str>, incident: &str) -> anyhow::Result<()> {
        self.tally.findings += 1;
        let verdict = said.text("verdict").to_owned();
        self.tell(Tone::Good, "desk", &format!("#{incident} FINDING: {verdict}"))?;
        let memory = self.remember(incident);
        if memory.verdict.is_empty() {
            memory.verdict.clone_from(&verdict);
        }
        if memory.is_theirs {
            return Ok(());
        }
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

    fn published(
        &mut self,
        said: &Said,
        who: &Arc<str>,
        actor: &Arc<str>,
        incident: &str,
    ) -> anyhow::Result<()> {
        let step = said.text("step").to_owned();
        self.tell(Tone::Good, actor, &format!("#{incident} PUBLISHED by quorum: {step}"))?;
        let is_over = step.starts_with("over");
        let count = if is_over { &mut self.tally.over } else { &mut self.tally.alerts };
        *count += 1;
        match self.is_theirs(incident) {
            true => {}
            false if is_over => self.end(who, incident, "confirmed", 5.0),
            false => self.plan_for(who, 0.6, &format!("tell {incident} confirmed")),
        }
        Ok(())
    }

    fn end(&mut self, who: &Arc<str>, incident: &str, ending: &str, after_min: f64) {
        let memory = self.remember(incident);
        memory.is_done = true;
        if let Some(call_out) = memory.call_out {
            self.plan_for(who, after_min, &format!("end-call-out {call_out}"));
        }
        self.plan_for(who, after_min + 1.0, &format!("close {incident} {ending}"));
    }
}
