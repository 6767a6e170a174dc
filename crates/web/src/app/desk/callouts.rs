//! Call-outs: who offers, who goes, who is silent, and the call on the telephone in between.

use bystand_core::desk::{CallOut, CallOutPhase, Responder, ResponderPhase};
use bystand_core::device::Device;
use bystand_core::device::desk::DeskCommand;
use bystand_wire::{CallOutId, IncidentId, OfferId, Timestamp};
use leptos::prelude::*;

use super::super::clock;
use super::super::gate::confirmed;
use super::super::ui::{Do, Line};
use super::super::words::{t, t_count, t_with};
use super::Desk;
use crate::shell::clock::now;

/// A responder as shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Who {
    offer: OfferId,
    name: String,
    phase: ResponderPhase,
    minutes: u16,
    is_silent: bool,
    last: Timestamp,
    is_proposed: bool,
}

/// A call-out as shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Shown {
    id: CallOutId,
    phase: CallOutPhase,
    opened: Timestamp,
    within_min: u16,
    roles: String,
    who: Vec<Who>,
    proposed: Vec<OfferId>,
}

fn shown(device: &Device, call: &CallOut) -> Shown {
    let roles = call.request.roles.iter().map(|role| t(&format!("role-{}", role.as_str())));
    let proposed = device.desk().state().proposed_responders(call.request.id, now());
    let who = |responder: &Responder| Who {
        offer: responder.offer,
        name: device
            .desk()
            .offer(&responder.offer)
            .map_or_else(|| responder.offer.short(), |offer| offer.name.clone()),
        phase: responder.phase,
        minutes: responder.minutes,
        is_silent: responder.silent.is_some(),
        last: responder.last_sign_at,
        is_proposed: proposed.contains(&responder.offer),
    };
    Shown {
        id: call.request.id,
        phase: call.phase(),
        opened: call.opened.at,
        within_min: call.request.within_min,
        roles: roles.collect::<Vec<_>>().join(", "),
        who: call.responders.values().map(|responder| who(responder)).collect(),
        proposed,
    }
}

/// All call-outs of the group.
#[component]
pub fn CallOuts(id: IncidentId) -> impl IntoView {
    let desk = Desk::here();
    let list = Memo::new(move |_| {
        desk.net.tick.track();
        let calls = desk.net.look(|device| {
            let calls = device.desk().state().group(id).flat_map(|incident| incident.call_outs.values());
            calls.map(|call| shown(device, call)).collect::<Vec<_>>()
        });
        calls.unwrap_or_default()
    });
    view! {
        <For each=move || list.get() key=|shown| shown.clone() let:shown>
            <One shown=shown />
        </For>
    }
}

#[component]
fn One(shown: Shown) -> impl IntoView {
    let desk = Desk::here();
    let (id, phase) = (shown.id, shown.phase);
    let proposed = shown.proposed.clone();
    let count = proposed.len();
    let ticked = RwSignal::new(proposed.clone());
    let accept = move || {
        let offers = ticked.get_untracked();
        let is_alone = offers.len() == 1;
        if offers.is_empty() || (is_alone && !confirmed("desk-alone-sure")) {
            return;
        }
        desk.command(DeskCommand::Accept(id, offers, is_alone));
    };
    let is_open = phase != CallOutPhase::Closed;
    let args = [("roles", shown.roles.as_str().into()), ("minutes", u32::from(shown.within_min).into())];
    let has_offers = shown.who.iter().any(|who| who.phase == ResponderPhase::Offered);
    let who = shown.who.into_iter().map(|who| view! { <Person who=who ticked=ticked /> }).collect_view();
    view! {
        <section class="card">
            <h3>{t("desk-call-out")} " " <span class="pill">{t(&format!("call-out-{}", phase.as_str()))}</span></h3>
            <p class="hint">{t_with("duty-needed", &args)} " · " {clock::moment(shown.opened)}</p>
            <ul class="plain responders">{who}</ul>
            {(is_open && has_offers).then(|| view! {
                {(count > 0).then(|| view! { <p class="hint">{t_count("desk-proposed", count)}</p> })}
                <Do text="desk-accept" look="main" act=accept />
            })}
            {is_open.then(|| view! {
                <div class="row wrap">
                    <Rung id=id />
                    <Do text="desk-close-call-out" look="quiet" act=move || desk.command(DeskCommand::CloseCallOut(id)) />
                </div>
            })}
        </section>
    }
}

#[component]
fn Rung(id: CallOutId) -> impl IntoView {
    let desk = Desk::here();
    view! { <Do text="desk-rung" look="quiet" act=move || desk.command(DeskCommand::Rung(id, 1)) /> }
}

#[component]
fn Person(who: Who, ticked: RwSignal<Vec<OfferId>>) -> impl IntoView {
    let desk = Desk::here();
    let offer = who.offer;
    let is_offered = who.phase == ResponderPhase::Offered;
    let is_stopped = who.phase == ResponderPhase::Stopped;
    let needs_help = who.is_silent || is_stopped;
    let envelope = Memo::new(move |_| desk.net.news.with(|news| news.envelopes.get(&offer).cloned()));
    let tick = move |is_on: bool| {
        ticked.update(|list| {
            list.retain(|other| *other != offer);
            if is_on {
                list.push(offer);
            }
        });
    };
    let text = t_with(
        "desk-responder",
        &[("name", who.name.as_str().into()), ("minutes", u32::from(who.minutes).into())],
    );
    view! {
        <li class:trouble=needs_help>
            {if is_offered {
                view! {
                    <label class="tick">
                        <input
                            type="checkbox"
                            prop:checked=move || ticked.with(|list| list.contains(&offer))
                            on:change=move |event| tick(event_target_checked(&event))
                        />
                        <span><bdi>{text}</bdi></span>
                    </label>
                }.into_any()
            } else {
                view! { <span><bdi>{text}</bdi></span> }.into_any()
            }}
            <span class="pill">{t(&format!("responder-{}", who.phase.as_str()))}</span>
            {who.is_silent.then(|| view! { <span class="pill warn">{t("responder-silent")}</span> })}
            <small>{clock::moment(who.last)}</small>
            {is_offered.then(|| view! { <Do text="desk-decline" look="quiet" act=move || desk.command(DeskCommand::Decline(offer)) /> })}
            {who.phase.is_out().then(|| view! { <Do text="desk-check-in" look="quiet" act=move || desk.command(DeskCommand::CheckIn(offer)) /> })}
            {needs_help.then(|| view! { <Help offer=offer /> })}
            {move || envelope.get().map(|text| view! { <p class="warning" role="alert"><bdi>{text}</bdi></p> })}
        </li>
    }
}

/// A responder who is silent or was stopped: call them; then open what they wrote for this.
#[component]
fn Help(offer: OfferId) -> impl IntoView {
    let desk = Desk::here();
    let note = RwSignal::new(String::new());
    view! {
        <div class="help">
            <Line name="reached" text="desk-reached-note" value=note />
            <Do text="desk-reached" act=move || desk.command(DeskCommand::Reached(offer, note.get_untracked())) />
            <Do
                text="desk-envelope"
                look="danger"
                act=move || {
                    if confirmed("desk-envelope-sure") {
                        desk.command(DeskCommand::OpenEnvelope(offer));
                    }
                }
            />
        </div>
    }
}
