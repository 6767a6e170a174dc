//! Findings and what is published on them.

use bystand_core::desk::{
    Alert, AlertPhase, AlertStep, Countersign, DeskState, FindingId, HowEnded, StoodFinding, Verdict,
};
use bystand_core::device::Device;
use bystand_core::device::desk::DeskCommand;
use bystand_wire::{AlertId, IncidentId, Timestamp};
use leptos::prelude::*;

use super::super::clock;
use super::super::gate::confirmed;
use super::super::member::of_word;
use super::super::ui::{Choice, Do};
use super::super::words::{t, t_count, t_with};
use super::{Desk, names};

/// A finding as shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Found {
    id: FindingId,
    at: Timestamp,
    verdict: Verdict,
    seen_by: u8,
    note: String,
    is_signed: bool,
    is_used: bool,
    is_aside: bool,
    is_contradicted: bool,
    /// The alert it is about was published before.
    is_of_published: bool,
    headline: String,
    body: String,
}

/// An alert as shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Out {
    id: AlertId,
    phase: AlertPhase,
    until: Timestamp,
    steps: Vec<String>,
    awaits: Option<bool>,
}

/// Findings, alerts, the rumor.
#[component]
pub fn Alerts(id: IncidentId) -> impl IntoView {
    let desk = Desk::here();
    let found = Memo::new(move |_| desk.net.look(|device| findings(device, id)).unwrap_or_default());
    let out =
        Memo::new(move |_| desk.net.look(|device| alerts(device.desk().state(), id)).unwrap_or_default());
    view! {
        <For each=move || found.get() key=|found| found.clone() let:found>
            <Finding id=id found=found />
        </For>
        <For each=move || out.get() key=|out| out.clone() let:out>
            <OutAlert id=id out=out />
        </For>
    }
}

fn findings(device: &Device, id: IncidentId) -> Vec<Found> {
    let state = device.desk().state();
    let is_contradicted = state.is_contradicted(id);
    let all = state.group(id).flat_map(|incident| incident.findings.iter());
    all.map(|stood| found(device, id, stood, is_contradicted)).collect()
}

fn found(device: &Device, id: IncidentId, stood: &StoodFinding, is_contradicted: bool) -> Found {
    let (state, finding) = (device.desk().state(), &stood.finding);
    let (headline, body) = preview(device, stood);
    Found {
        id: finding.id,
        at: stood.stamp.at,
        verdict: finding.verdict,
        seen_by: finding.seen_by,
        note: finding.note.clone(),
        is_signed: finding.signed.is_some(),
        is_used: state.is_finding_used(id, finding.id),
        is_aside: stood.set_aside,
        is_contradicted,
        is_of_published: state.was_published(id, finding.alert),
        headline,
        body,
    }
}

/// What the public will read.
fn preview(device: &Device, stood: &StoodFinding) -> (String, String) {
    let finding = &stood.finding;
    let manifest = device.shared().manifest().map(|manifest| manifest.manifest());
    let zones = manifest.map(|manifest| manifest.zones.as_slice()).unwrap_or_default();
    let (id, place) = match &finding.place {
        bystand_core::desk::PublicPlace::Cell(cell) => {
            ("alert-place-around", bystand_core::alerts::Place::Cell(*cell))
        }
        bystand_core::desk::PublicPlace::Zone(zone) => {
            ("alert-place-in", bystand_core::alerts::Place::Zone(zone.clone()))
        }
    };
    let name = bystand_core::network::manifest::place_name(zones, &place);
    let place = t_with(id, &[("place", name.as_str().into())]);
    let kind = t(&format!("kind-{}", finding.kind.as_str()));
    let (from, until) = (clock::moment(finding.from), clock::moment(finding.until));
    let (name, what, how) = match finding.verdict {
        Verdict::Confirmed => ("new", String::new(), String::new()),
        Verdict::FalseAlarm(what) => ("rumor-check", t(&format!("what-{}", what.as_str())), String::new()),
        Verdict::Ended(how) => ("over", String::new(), t(&format!("how-{}", how.as_str()))),
        Verdict::CouldNotCheck => return (String::new(), String::new()),
    };
    let args = [
        ("kind", kind.as_str().into()),
        ("place", place.as_str().into()),
        ("from", from.as_str().into()),
        ("until", until.as_str().into()),
        ("what", what.as_str().into()),
        ("how", how.as_str().into()),
    ];
    (t_with(&format!("alert-{name}-headline"), &args), t_with(&format!("alert-{name}-body"), &args))
}

#[component]
fn Finding(id: IncidentId, found: Found) -> impl IntoView {
    let desk = Desk::here();
    let finding = found.id;
    let can_publish = found.is_signed && !found.is_used && !found.is_aside && !found.is_contradicted;
    let class = match found.verdict {
        Verdict::Confirmed | Verdict::Ended(_) => "pill good",
        Verdict::FalseAlarm(_) | Verdict::CouldNotCheck => "pill",
    };
    view! {
        <section class="card finding" class:aside=found.is_aside>
            <h3>{t("desk-finding")} " " <span class=class>{names::verdict(found.verdict)}</span></h3>
            <p class="hint">
                {clock::moment(found.at)} " · " {t_count("desk-seen-by", usize::from(found.seen_by))} " · "
                {t(if found.is_signed { "desk-signed" } else { "desk-not-signed" })}
                {found.is_used.then(|| format!(" · {}", t("desk-used")))}
            </p>
            {(!found.note.is_empty()).then(|| view! { <p><bdi>{found.note.clone()}</bdi></p> })}
            {(found.is_contradicted && !found.is_aside).then(|| view! {
                <Do
                    text="desk-this-stands"
                    act=move || desk.with_chosen(|_| DeskCommand::Resolve(id, finding, String::new()))
                />
            })}
            {can_publish.then(|| view! { <Publish id=id found=found.clone() /> })}
            {(!found.is_signed && !found.is_used).then(|| view! { <Countersigning id=id found=found.clone() /> })}
        </section>
    }
}

/// The steps that can follow on a signed finding, with what the public will read.
#[component]
fn Publish(id: IncidentId, found: Found) -> impl IntoView {
    let desk = Desk::here();
    let finding = found.id;
    let publish = move |step: AlertStep| {
        desk.with_chosen(|_| DeskCommand::Publish(id, step, finding));
    };
    let preview = (!found.headline.is_empty()).then(|| {
        view! {
            <blockquote class="preview" aria-label=t("desk-preview")>
                <b>{found.headline.clone()}</b>
                <p>{found.body.clone()}</p>
            </blockquote>
        }
    });
    let is_out = found.is_of_published;
    let buttons = match found.verdict {
        Verdict::Confirmed if is_out => view! {
            <Do text="desk-publish-update" look="main" act=move || publish(AlertStep::Update) />
            <Do text="desk-publish-renew" act=move || publish(AlertStep::Renew) />
        }.into_any(),
        Verdict::Confirmed => view! {
            <Do
                text="desk-publish"
                look="main"
                act=move || {
                    if confirmed("desk-publish-sure") {
                        publish(AlertStep::New);
                    }
                }
            />
        }.into_any(),
        Verdict::Ended(how) if is_out => view! {
            <Do text="desk-publish-over" look="main" act=move || publish(AlertStep::Over(how)) />
        }.into_any(),
        Verdict::FalseAlarm(_) => view! {
            {is_out.then(|| view! { <Do text="desk-publish-wrong" look="danger" act=move || publish(AlertStep::Wrong) /> })}
            <Do
                text="desk-publish-rumor"
                look="main"
                act=move || desk.with_chosen(|_| DeskCommand::RumorCheck(id, finding))
            />
        }.into_any(),
        Verdict::CouldNotCheck | Verdict::Ended(_) => view! {
            <Do text="desk-publish-rumor" act=move || desk.with_chosen(|_| DeskCommand::RumorCheck(id, finding)) />
        }.into_any(),
    };
    view! {
        {preview}
        <p class="hint">{t("desk-quorum")}</p>
        <div class="row wrap">{buttons}</div>
    }
}

/// A finding that nobody has signed: a second registrar may sign instead.
#[component]
fn Countersigning(id: IncidentId, found: Found) -> impl IntoView {
    let desk = Desk::here();
    let finding = found.id;
    let step = match found.verdict {
        Verdict::Confirmed if found.is_of_published => AlertStep::Update,
        Verdict::Confirmed => AlertStep::New,
        Verdict::Ended(how) => AlertStep::Over(how),
        Verdict::FalseAlarm(_) => AlertStep::Wrong,
        Verdict::CouldNotCheck => return ().into_any(),
    };
    view! {
        <p class="hint">{t("desk-not-signed-hint")}</p>
        <Do
            text="desk-ask-countersign"
            act=move || desk.with_chosen(|_| DeskCommand::AskCountersign(id, step, finding))
        />
    }
    .into_any()
}

fn alerts(state: &DeskState, id: IncidentId) -> Vec<Out> {
    let all = state.group(id).flat_map(|incident| incident.alerts.values());
    let known = all.filter(|alert| alert.phase.is_public() || alert.prepared.is_some());
    known.map(|alert| out(alert)).collect()
}

fn out(alert: &Alert) -> Out {
    let awaits =
        alert.prepared.as_ref().map(|prepared| matches!(prepared.countersign, Countersign::NotAsked));
    let said = |publication: &bystand_core::desk::Publication| {
        let step = publication.step.map_or_else(|| t("alert-phase-rechecking"), step_word);
        format!("{step} ({})", clock::moment(publication.stamp.at))
    };
    Out {
        id: alert.id,
        phase: alert.phase,
        until: alert.until,
        steps: alert.published.iter().map(said).collect(),
        awaits,
    }
}

fn step_word(step: AlertStep) -> String {
    match step {
        AlertStep::New => t("step-new"),
        AlertStep::Update => t("step-update"),
        AlertStep::Renew => t("step-renew"),
        AlertStep::Wrong => t("alert-phase-wrong"),
        AlertStep::Over(how) => format!("{}: {}", t("alert-phase-over"), t(&format!("how-{}", how.as_str()))),
    }
}

#[component]
fn OutAlert(id: IncidentId, out: Out) -> impl IntoView {
    let desk = Desk::here();
    let alert = out.id;
    let can_recheck = matches!(out.phase, AlertPhase::Live | AlertPhase::NoNews);
    let how = RwSignal::new(HowEnded::LeftUnknown.as_str().to_owned());
    let hows = HowEnded::ALL.map(|how| (how.as_str().to_owned(), t(&format!("how-{}", how.as_str()))));
    let ends = out.phase.is_live() || out.phase == AlertPhase::NoNews;
    let newest = move || {
        desk.net.peek(|device| {
            let stands = device.desk().state().standing_findings(id).max_by_key(|found| found.stamp.seq);
            stands.map(|found| found.finding.id)
        })
    };
    let over = move || {
        let ended = of_word(&HowEnded::ALL, HowEnded::as_str, &how.get_untracked());
        match (newest().flatten(), ended) {
            (Some(finding), Some(how)) => {
                desk.with_chosen(|_| DeskCommand::Publish(id, AlertStep::Over(how), finding));
            }
            _ => desk.net.trouble(t("breach-not-found")),
        }
    };
    view! {
        <section class="card alert-card">
            <h3>{t("desk-alert")} " " <span class=format!("pill {}", out.phase.as_str())>{t(&format!("alert-phase-{}", out.phase.as_str()))}</span></h3>
            <ol class="steps">{out.steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}</ol>
            {ends.then(|| view! {
                <p class="hint">{t_with("desk-holds-until", &[("time", clock::moment(out.until).as_str().into())])}</p>
            })}
            {out.awaits.map(|is_going| view! {
                <p class="pulse" role="status">{t(if is_going { "desk-publishing" } else { "attention-countersign-awaited" })}</p>
            })}
            {(out.awaits == Some(false)).then(|| view! {
                <Do text="desk-countersign" act=move || desk.command(DeskCommand::Countersign(id)) />
            })}
            {can_recheck.then(|| view! {
                <Do text="desk-recheck" look="danger" act=move || desk.command(DeskCommand::Recheck(alert)) />
            })}
            {ends.then(|| view! {
                <details>
                    <summary>{t("desk-end-it")}</summary>
                    <Choice name="ended" text="finding-how" options=hows.to_vec() value=how />
                    <Do text="desk-publish-over" act=over />
                </details>
            })}
            <p class="hint"><a href=format!("/{}/alerts/{}", super::super::words::tag(), bystand_wire::to_hex(alert.as_bytes())) target="_blank" rel="noopener">{t("alerts-page")}</a></p>
        </section>
    }
}
