//! What a dispatcher looks at: the queue, one incident, what needs somebody, rumors, shifts, figures.

use bystand_core::desk::{Attention, DeskState, Incident, Stage, Words};
use bystand_core::device::Device;
use bystand_core::texts::{Texts, attention_id};
use bystand_wire::time::DAY_MS;
use bystand_wire::{IncidentId, Timestamp};
use serde_json::{Map, Value};

use super::names;
use super::verbs::DeskLook;
use crate::choice;
use crate::failure::{Done, Failure};
use crate::output::{Output, Tone, harmless};
use crate::when::{WallClock, span};

/// Something to look at.
#[derive(Debug)]
pub enum View {
    /// Rows under headings.
    Table {
        /// One word each.
        headings: &'static [&'static str],
        /// Cells.
        rows: Vec<Vec<String>>,
        /// Instead of an empty table.
        if_empty: &'static str,
    },
    /// Names and values; a name may come more than once.
    Card(Vec<(&'static str, String)>),
}

impl View {
    /// Writes it.
    pub fn write(self, output: Output) -> Done {
        match self {
            View::Table { headings, rows, if_empty } => output.table(headings, &rows, if_empty)?,
            View::Card(fields) if output.is_json() => output.object(&as_object(fields))?,
            View::Card(fields) => {
                for (name, value) in fields {
                    output.line(&format!(
                        "{} {}",
                        output.tone(Tone::Faint, &format!("{name:<12}")),
                        harmless(&value)
                    ))?;
                }
            }
        }
        Ok(())
    }
}

/// What a dispatcher looks at.
pub fn view(device: &Device, look: &DeskLook, now: Timestamp) -> Result<View, Failure> {
    let (state, wall) = (device.desk().state(), WallClock::of(device.shared()));
    Ok(match look {
        DeskLook::Show { incident } => {
            View::Card(show(device, names::incident(state, *incident)?, &wall, now))
        }
        DeskLook::Attention => attention(state, now),
        DeskLook::Shifts => shifts(state, &wall, now),
        DeskLook::Rumors => rumors(state, &wall, now),
        DeskLook::Figures => View::Card(figures(state, now)),
        DeskLook::Queue => queue(state, now),
    })
}

fn queue(state: &DeskState, now: Timestamp) -> View {
    let waiting = state.queue(now).into_iter().map(|item| item.incident);
    let mut ids: Vec<IncidentId> = waiting.collect();
    let others: Vec<IncidentId> =
        state.open_incidents().map(|incident| incident.id).filter(|id| !ids.contains(id)).collect();
    ids.extend(others);
    let rows =
        ids.iter().filter_map(|id| state.incident(*id)).map(|incident| row(state, incident, now)).collect();
    View::Table {
        headings: &["No", "Stage", "Age", "What", "Where", "Vouched", "Reports", "On it", "Like"],
        rows,
        if_empty: "Nothing waits at the desk.",
    }
}

fn row(state: &DeskState, incident: &Incident, now: Timestamp) -> Vec<String> {
    let said = incident.report.said();
    let like: Vec<String> =
        state.proposed_joins(incident.id).iter().map(|join| like_name(state, join.with)).collect();
    vec![
        names::number(incident).to_string(),
        state.stage(incident.id).map_or("", Stage::as_str).to_owned(),
        span(now.since_ms(incident.received_at)),
        said.kind.as_str().to_owned(),
        place(incident),
        state.corroboration(incident.id).to_string(),
        state.group(incident.id).count().to_string(),
        incident.claim.map_or_else(String::new, |claim| names::name(claim.holder)),
        like.join(" "),
    ]
}

fn place(incident: &Incident) -> String {
    let place = &incident.report.said().place;
    let zone = place.zone.as_ref().map_or_else(String::new, ToString::to_string);
    match (place.home, place.text.as_str()) {
        (true, _) => format!("{zone} (a home)"),
        (false, "") => zone,
        (false, text) if zone.is_empty() => text.to_owned(),
        (false, text) => format!("{zone}: {text}"),
    }
}

fn show(device: &Device, id: IncidentId, wall: &WallClock, now: Timestamp) -> Vec<(&'static str, String)> {
    let state = device.desk().state();
    let mut fields = Vec::new();
    for incident in state.group(id) {
        about_report(device, incident, wall, now, &mut fields);
        about_work(state, incident, wall, now, &mut fields);
        about_call_outs(incident, wall, now, &mut fields);
        about_findings(incident, wall, now, &mut fields);
    }
    fields
}

type Fields = Vec<(&'static str, String)>;

fn about_report(device: &Device, incident: &Incident, wall: &WallClock, now: Timestamp, fields: &mut Fields) {
    let (state, said) = (device.desk().state(), incident.report.said());
    fields.push(("no", names::number(incident).to_string()));
    fields.push(("stage", state.stage(incident.id).map_or("", Stage::as_str).to_owned()));
    fields.push(("received", wall.short(incident.received_at, now)));
    fields.push(("source", incident.report.source().as_str().to_owned()));
    fields.push(("vouched", if state.is_vouched(incident) { "yes" } else { "no" }.to_owned()));
    fields.push(("first hand", said.first_hand.as_str().to_owned()));
    fields.push(("what", said.kind.as_str().to_owned()));
    fields.push(("where", place(incident)));
    let point =
        said.place.point.map(|point| format!("{:.5},{:.5}", point.lat_degrees(), point.lon_degrees()));
    let number = |count: Option<u16>| count.map(|count| count.to_string());
    let home = device.desk().home(&incident.id).map(|place| place.text.clone());
    let callback = device.desk().callback(&incident.id).map(ToOwned::to_owned);
    for (name, value) in [
        ("point", point),
        ("home", home),
        ("call back", callback),
        ("text", Some(said.activity.clone())),
        ("people", number(said.size.people)),
        ("vehicles", number(said.size.vehicles)),
        ("unit", Some(said.unit.clone())),
        ("equipment", Some(said.equipment.clone())),
        ("language", said.language.clone()),
    ] {
        fields.extend(value.filter(|value| !value.is_empty()).map(|value| (name, value)));
    }
    if said.needs_interpreter {
        fields.push(("interpreter", "needed".to_owned()));
    }
}

/// What a report may be the same as; somebody has looked already where it is closed.
fn like_name(state: &DeskState, with: IncidentId) -> String {
    let is_closed = state.incident(with).is_some_and(|incident| incident.closing.is_some());
    let number = names::number_of(state, with);
    if is_closed { format!("{number} (closed)") } else { number }
}

fn about_work(state: &DeskState, incident: &Incident, wall: &WallClock, now: Timestamp, fields: &mut Fields) {
    fields.extend(incident.claim.map(|claim| ("on it", names::name(claim.holder))));
    fields.extend(incident.drawer.map(|drawer| ("drawer", drawer.as_str().to_owned())));
    for join in state.proposed_joins(incident.id) {
        fields.push(("like", like_name(state, join.with)));
    }
    for note in &incident.notes {
        let by = names::name(note.stamp.by);
        fields.push(("note", format!("{} {by}: {}", wall.short(note.stamp.at, now), note.text)));
    }
    for talk in &incident.talk {
        let words = match &talk.words {
            Words::Asked(text) => format!("the desk asked: {text}"),
            Words::Said(_, text) => format!("the reporter said: {text}"),
            Words::Told(news) => format!("the desk told: {}", choice::news_word(*news)),
        };
        fields.push(("talk", format!("{} {words}", wall.short(talk.stamp.at, now))));
    }
    for heads_up in &incident.heads_ups {
        fields.push(("heads-up", format!("{} {}", wall.short(heads_up.stamp.at, now), heads_up.zone)));
    }
    for referral in &incident.referrals {
        let to = choice::helpers_word(referral.to);
        fields.push(("referred", format!("{} {to}: {}", wall.short(referral.stamp.at, now), referral.note)));
    }
    if let Some(closing) = &incident.closing {
        fields.push(("closed", format!("{}, kept as {}", closing.ending.as_str(), closing.class.as_str())));
        fields.extend(closing.after_action.iter().map(|note| ("afterwards", note.text.clone())));
    }
}

fn about_call_outs(incident: &Incident, wall: &WallClock, now: Timestamp, fields: &mut Fields) {
    for call_out in incident.call_outs.values() {
        let (number, opened) = (call_out.opened.seq.0, wall.short(call_out.opened.at, now));
        let phase = call_out.phase().as_str();
        fields.push((
            "call-out",
            format!("{number} {phase}, opened {opened}, within {} min", call_out.request.within_min),
        ));
        for responder in call_out.responders.values() {
            let silent = if responder.silent.is_some() { ", SILENT" } else { "" };
            let phase = responder.phase.as_str();
            let text = format!("{} {phase}, {} min{silent}", responder.offer.short(), responder.minutes);
            fields.push(("responder", text));
        }
    }
}

fn about_findings(incident: &Incident, wall: &WallClock, now: Timestamp, fields: &mut Fields) {
    for found in &incident.findings {
        let signed = if found.finding.signed.is_some() { "signed" } else { "not signed" };
        let aside = if found.set_aside { ", set aside" } else { "" };
        let verdict = choice::verdict_word(found.finding.verdict);
        let (number, at) = (found.stamp.seq.0, wall.short(found.stamp.at, now));
        fields.push(("finding", format!("{number} {at} {verdict}, {signed}{aside} {}", found.finding.note)));
    }
    for alert in incident.alerts.values().filter(|alert| alert.phase.is_public() || alert.prepared.is_some())
    {
        let steps: Vec<String> = alert
            .published
            .iter()
            .map(|publication| publication.step.map_or_else(|| "rechecking".to_owned(), choice::step_word))
            .collect();
        let until = wall.short(alert.until, now);
        fields.push(("alert", format!("{} {}, holds until {until}", alert.id.short(), steps.join(", "))));
    }
}

fn attention(state: &DeskState, now: Timestamp) -> View {
    let (list, texts) = (state.attention(now), Texts::english());
    let rows = list.iter().map(|what| needs(state, &texts, what)).collect();
    View::Table { headings: &["No", "Offer", "What"], rows, if_empty: "Nothing needs anybody now." }
}

fn needs(state: &DeskState, texts: &Texts, what: &Attention) -> Vec<String> {
    let (incident, offer, count) = match what {
        Attention::Stopped(incident, _, offer) | Attention::Silent(incident, _, offer) => {
            (Some(*incident), Some(*offer), 0)
        }
        Attention::Contradicted(incident)
        | Attention::AlertDoubtful(incident, _)
        | Attention::Unanswered(incident, _)
        | Attention::NobodyArrived(incident, _)
        | Attention::CountersignAwaited(incident, _)
        | Attention::Unwatched(incident, _)
        | Attention::NoNews(incident, _)
        | Attention::LeftBehind(incident)
        | Attention::Home(incident) => (Some(*incident), None, 0),
        Attention::NobodyAtDesk { waiting } => (None, None, *waiting),
        Attention::RumorMany(rumor) => (None, None, state.rumor(*rumor).map_or(0, |rumor| rumor.times())),
        Attention::AloneAtDesk => (None, None, 0),
    };
    vec![
        incident.map_or_else(String::new, |incident| names::number_of(state, incident)),
        offer.map_or_else(String::new, |offer| offer.short()),
        texts.get(attention_id(what), &[("count", count.into())]),
    ]
}

fn shifts(state: &DeskState, wall: &WallClock, now: Timestamp) -> View {
    let mut rows: Vec<Vec<String>> = state
        .on_shift()
        .map(|(author, presence)| {
            let languages = presence.languages.join(" ");
            vec!["on shift".into(), names::name(author), wall.short(presence.since, now), languages]
        })
        .collect();
    rows.extend(state.handovers().iter().map(|handover| {
        vec![
            "handed over".into(),
            names::name(handover.stamp.by),
            wall.short(handover.stamp.at, now),
            handover.note.clone(),
        ]
    }));
    View::Table { headings: &["What", "Who", "When", "More"], rows, if_empty: "Nobody is on shift." }
}

fn rumors(state: &DeskState, wall: &WallClock, now: Timestamp) -> View {
    let rows = state
        .rumors()
        .map(|rumor| {
            let zone = rumor.zone.as_ref().map_or_else(|| "everywhere".to_owned(), ToString::to_string);
            let answer = rumor.answer.map(|(_, answer)| choice::verdict_word(answer.verdict));
            let public = if rumor.answer_public { "yes" } else { "no" };
            vec![
                rumor.kind.as_str().to_owned(),
                zone,
                rumor.times().to_string(),
                wall.short(rumor.last_asked, now),
                answer.unwrap_or_default(),
                public.to_owned(),
            ]
        })
        .collect();
    View::Table {
        headings: &["What", "Where", "Asked", "Last", "Answer", "Public"],
        rows,
        if_empty: "No rumors.",
    }
}

fn figures(state: &DeskState, now: Timestamp) -> Vec<(&'static str, String)> {
    let figures = state.figures();
    let day = figures.total(now.minus_ms(DAY_MS), now.plus_ms(1));
    let share = figures.confirmed_permille(now.minus_ms(DAY_MS), now.plus_ms(1));
    let half = |spread: &bystand_core::desk::Spread| {
        spread
            .within_ms(500)
            .map_or_else(|| "not measured".to_owned(), |ms| format!("half within {}", span(ms)))
    };
    vec![
        ("reports", day.reports.to_string()),
        ("responders", day.responders.to_string()),
        ("confirmed", day.confirmed.to_string()),
        ("false alarms", day.false_alarms.to_string()),
        ("unchecked", day.unchecked.to_string()),
        (
            "share",
            share.map_or_else(
                || "not known".to_owned(),
                |share| format!("{}.{} % confirmed", share / 10, share % 10),
            ),
        ),
        ("to the desk", half(&figures.to_desk)),
        ("to a finding", half(&figures.to_finding)),
        ("to an alert", half(&figures.to_alert)),
    ]
}

fn as_object(fields: Vec<(&'static str, String)>) -> Value {
    let mut object = Map::new();
    object.insert("event".to_owned(), Value::String("view".to_owned()));
    for (name, value) in fields {
        let value = Value::String(value);
        match object.get_mut(&name.replace([' ', '-'], "_")) {
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => drop(object.insert(name.replace([' ', '-'], "_"), value)),
        }
    }
    Value::Object(object)
}
