//! What was reported: every report of the group, with what should be struck.

use bystand_core::desk::Incident;
use bystand_core::device::Device;
use bystand_core::device::desk::DeskCommand;
use bystand_core::report::{TextField, TextRange};
use bystand_wire::IncidentId;
use leptos::prelude::*;

use super::super::clock;
use super::super::places;
use super::super::ui::Do;
use super::super::words::{t, t_with};
use super::{Desk, names};

/// A report as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Shown {
    id: IncidentId,
    number: String,
    is_joined: bool,
    is_home: bool,
    lines: Vec<(String, String)>,
    concerns: Vec<(TextField, TextRange, String)>,
}

fn shown(device: &Device, incident: &Incident) -> Shown {
    let said = incident.report.said();
    let concerns = incident.report.concerns().into_iter();
    let concerns = concerns
        .map(|(field, concern)| (field, concern.range, t(&format!("concern-{}", concern.kind.as_str()))));
    Shown {
        id: incident.id,
        number: names::number(incident).to_string(),
        is_joined: incident.joined_into.is_some(),
        is_home: incident.is_home(),
        lines: lines(device, incident, said),
        concerns: concerns.collect(),
    }
}

fn lines(
    device: &Device,
    incident: &Incident,
    said: &bystand_core::report::ReportIn,
) -> Vec<(String, String)> {
    let home = device.desk().home(&incident.id).map(|place| place.text.clone());
    let number = |id: &str, count: Option<u16>| count.map(|count| (t(id), count.to_string()));
    let text = |id: &str, text: &str| (!text.is_empty()).then(|| (t(id), text.to_owned()));
    // The own language needs no words.
    let language =
        said.language.as_deref().filter(|tag| *tag != super::super::words::tag()).unwrap_or_default();
    [
        text("desk-said", &said.activity),
        text("desk-where", &names::place(device, incident)),
        said.place.point.map(|point| (t("desk-point"), places::exact(point))),
        text("desk-home-is", home.as_deref().unwrap_or_default()),
        text("desk-call-back", device.desk().callback(&incident.id).unwrap_or_default()),
        number("form-people", said.size.people),
        number("form-vehicles", said.size.vehicles),
        text("form-unit", &said.unit),
        text("form-equipment", &said.equipment),
        Some((t("desk-seen"), clock::moment(incident.report.seen_at()))),
        Some((t("page-first-hand"), t(&format!("first-hand-{}", said.first_hand.as_str())))),
        Some((t("desk-source"), t(&format!("source-{}", incident.report.source().as_str())))),
        text("language", language),
        said.needs_interpreter.then(|| (t("form-interpreter"), t("yes"))),
        incident.report.clock_doubtful().then(|| (t("desk-clock"), t("desk-clock-doubtful"))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// All reports of the group.
#[component]
pub fn Reports(id: IncidentId) -> impl IntoView {
    let desk = Desk::here();
    let list = Memo::new(move |_| {
        let reports = desk.net.look(|device| {
            device.desk().state().group(id).map(|incident| shown(device, incident)).collect::<Vec<_>>()
        });
        reports.unwrap_or_default()
    });
    let likes = Memo::new(move |_| {
        let likes = desk.net.look(|device| {
            let state = device.desk().state();
            let joins = state.proposed_joins(id).into_iter();
            joins.map(|join| (join.with, names::number_of(state, join.with))).collect::<Vec<_>>()
        });
        likes.unwrap_or_default()
    });
    view! {
        <For each=move || likes.get() key=|like| like.clone() let:like>
            <p class="warning like">
                {t_with("desk-looks-like", &[("number", like.1.as_str().into())])}
                <Do text="key-same-as" act=move || desk.with_chosen(|_| DeskCommand::SameAs(id, like.0)) />
                <Do text="desk-show-it" look="quiet" act=move || desk.chosen.set(Some(like.0)) />
            </p>
        </For>
        <For each=move || list.get() key=|shown| shown.clone() let:shown>
            <Report shown=shown />
        </For>
    }
}

#[component]
fn Report(shown: Shown) -> impl IntoView {
    let desk = Desk::here();
    let id = shown.id;
    let lines =
        shown.lines.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd><bdi>{value}</bdi></dd> });
    let strikes = shown
        .concerns
        .into_iter()
        .map(|(field, range, text)| {
            let strike = move || desk.command(DeskCommand::Strike(id, field, range));
            view! { <p class="warning">{text} " " <Do text="desk-strike" act=strike /></p> }
        })
        .collect_view();
    view! {
        <article class="card report">
            <h3>{t_with("desk-report-number", &[("number", shown.number.as_str().into())])}</h3>
            <dl>{lines.collect_view()}</dl>
            {strikes}
            <div class="row wrap">
                {(!shown.is_home).then(|| view! {
                    <Do text="desk-mark-home" look="quiet" act=move || desk.command(DeskCommand::MarkHome(id)) />
                })}
                {shown.is_joined.then(|| view! {
                    <Do text="desk-split" look="quiet" act=move || desk.command(DeskCommand::Split(id)) />
                })}
            </div>
        </article>
    }
}
