//! The incident in the middle: what was reported, who is on it, what was done, what comes next.

use bystand_core::desk::{Drawer, Stage};
use bystand_core::device::desk::DeskCommand;
use bystand_wire::IncidentId;
use leptos::prelude::*;

use super::super::clock;
use super::super::ui::Do;
use super::super::words::{t, t_with};
use super::alerts::Alerts;
use super::callouts::CallOuts;
use super::close::Closing;
use super::map::Map;
use super::reports::Reports;
use super::talk::{Notes, Talk};
use super::{Desk, keys, names};

/// The panel.
#[component]
pub fn Panel() -> impl IntoView {
    let desk = Desk::here();
    // Whatever belongs to a joined incident is shown with the one it was joined to.
    let root = Memo::new(move |_| {
        let chosen = desk.chosen.get()?;
        desk.net.look(|device| {
            let state = device.desk().state();
            state.incident(state.root_of(chosen)).map(|incident| incident.id)
        })?
    });
    view! {
        <section class="panel" aria-label=t("desk-incident") tabindex="-1" id="incident">
            {move || match root.get() {
                None => view! { <Nothing /> }.into_any(),
                Some(id) => view! { <Incident id=id /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    view! {
        <div class="nothing">
            <p class="big">{t("desk-choose")}</p>
            <p class="hint">{t("desk-choose-hint")}</p>
        </div>
    }
}

#[component]
fn Incident(id: IncidentId) -> impl IntoView {
    view! {
        <Head id=id />
        <SixKeys id=id />
        <div class="two">
            <div>
                <Reports id=id />
                <Talk id=id />
                <Notes id=id />
            </div>
            <div>
                <Map id=id />
                <CallOuts id=id />
                <Alerts id=id />
                <Closing id=id />
            </div>
        </div>
    }
}

/// What stands above everything else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Top {
    number: String,
    kind: String,
    place: String,
    stage: Option<Stage>,
    drawer: Option<Drawer>,
    holder: Option<String>,
    is_own: bool,
    since: Option<bystand_wire::Timestamp>,
}

#[component]
fn Head(id: IncidentId) -> impl IntoView {
    let desk = Desk::here();
    let top = Memo::new(move |_| {
        desk.net
            .look(|device| {
                let state = device.desk().state();
                let incident = state.incident(id)?;
                Some(Top {
                    number: names::number(incident).to_string(),
                    kind: t(&format!("kind-{}", incident.report.said().kind.as_str())),
                    place: names::place(device, incident),
                    stage: state.stage(id),
                    drawer: incident.drawer,
                    holder: incident.claim.map(|claim| names::who(device, claim.holder)),
                    is_own: incident.claim.is_some_and(|claim| names::is_own(device, claim.holder)),
                    since: Some(incident.received_at),
                })
            })
            .flatten()
            .unwrap_or_default()
    });
    let stage = move || top.with(|top| top.stage.map(Stage::as_str).unwrap_or_default());
    view! {
        <header class="incident-head">
            <h2>{move || top.with(|top| format!("{} · {}", top.number, top.kind))}</h2>
            <p><bdi>{move || top.with(|top| top.place.clone())}</bdi></p>
            <p class="pills">
                <span class=move || format!("pill {}", stage())>{move || t(&format!("stage-{}", stage()))}</span>
                {move || top.with(|top| top.drawer).map(|drawer| view! {
                    <span class="pill">{t(&format!("drawer-{}", drawer.as_str()))}</span>
                })}
                <span class="pill">{move || top.with(|top| top.since.map(clock::moment))}</span>
                {move || match top.with(|top| (top.holder.clone(), top.is_own)) {
                    (None, _) => view! {
                        <Do text="desk-take" look="main" act=move || desk.command(DeskCommand::Claim(id)) />
                    }.into_any(),
                    (Some(_), true) => view! {
                        <span class="pill own">{t("desk-you-have-it")}</span>
                        <Do text="desk-let-go" act=move || desk.command(DeskCommand::Release(id)) />
                    }.into_any(),
                    (Some(holder), false) => view! {
                        <span class="pill on-it" role="status">{t_with("desk-on-it", &[("who", holder.as_str().into())])}</span>
                    }.into_any(),
                }}
            </p>
        </header>
    }
}

/// The six keys, and the three drawers.
#[component]
fn SixKeys(id: IncidentId) -> impl IntoView {
    let desk = Desk::here();
    let keys = keys::KEYS
        .iter()
        .take(6)
        .map(|(key, text)| {
            let class = if *text == "key-erase" { "danger" } else { "" };
            view! {
                <button type="button" class=class aria-keyshortcuts=*key on:click=move |_| { keys::press(desk, key); }>
                    <kbd aria-hidden="true">{*key}</kbd>" " {t(text)}
                </button>
            }
        })
        .collect_view();
    let drawers = Drawer::ALL
        .into_iter()
        .map(|drawer| {
            let sort = move |_| { desk.with_chosen(|_| DeskCommand::Sort(id, drawer)); };
            view! { <button type="button" class="quiet" on:click=sort>{t(&format!("drawer-{}", drawer.as_str()))}</button> }
        })
        .collect_view();
    view! {
        <div class="six-keys" role="toolbar" aria-label=t("desk-six-keys")>{keys}</div>
        <details class="drawers"><summary>{t("desk-drawers")}</summary><div class="row wrap">{drawers}</div></details>
    }
}
