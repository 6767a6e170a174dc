//! On duty: where, until when; the call-outs that are near enough; the way there and back.

use bystand_core::device::member::{Duty as DutyOf, GoingState, MemberCommand};
use bystand_core::device::{Command, Device};
use bystand_core::geo::Point;
use bystand_core::messages::CallOut;
use bystand_wire::time::{HOUR_MS, MINUTE_MS};
use bystand_wire::{CallOutId, Timestamp, ZoneId};
use leptos::prelude::*;

use super::super::clock;
use super::super::places;
use super::super::state::net;
use super::super::ui::{Do, Tick};
use super::super::words::{t, t_with, tag};
use super::going::OnTheWay;
use crate::shell::clock::now;

/// A person takes part in at most so many zones a week.
const MOST_ZONES: usize = 3;

/// Duty, and what comes with it.
#[component]
pub fn Duty() -> impl IntoView {
    let net = net();
    let until =
        Memo::new(move |_| net.look(|device| device.member().duty().map(|duty| duty.until)).flatten());
    view! {
        <h1>{t("nav-duty")}</h1>
        {move || match until.get() {
            None => view! { <GoOnDuty /> }.into_any(),
            Some(until) => view! { <OnDuty until=until /> }.into_any(),
        }}
    }
}

#[component]
fn GoOnDuty() -> impl IntoView {
    let net = net();
    let zones = net.peek(places::zones).unwrap_or_default();
    let before = net.peek(|device| device.enrollment().zones().to_vec()).unwrap_or_default();
    let chosen = RwSignal::new(before);
    let hours = RwSignal::new("4".to_owned());
    let reach = RwSignal::new("3000".to_owned());
    let place = RwSignal::new(None::<Point>);
    let place_said = RwSignal::new(String::new());
    let find = move || {
        place_said.set(t("duty-place-looking"));
        places::locate(move |found| {
            place.set(found);
            place_said.set(t(if found.is_some() { "duty-place-known" } else { "location-refused" }));
        });
    };
    let begin = move || {
        let zones = chosen.get_untracked();
        if zones.is_empty() {
            return net.trouble(t("duty-choose-zone"));
        }
        let hours: u64 = hours.get_untracked().parse().unwrap_or(4);
        let reach_m = reach.get_untracked().parse().unwrap_or(3_000);
        let at = place.get_untracked();
        net.act(move |device, now, rng| {
            device.choose_zones(&zones, now, rng)?;
            let roles = device.shared().identity.certified().map(|own| own.roles).unwrap_or_default();
            let until = now.plus_ms(hours.saturating_mul(HOUR_MS));
            let duty = DutyOf { zones, until, place: at, reach_m, roles };
            device.handle_command(Command::Member(MemberCommand::DutyOn(duty)), now, rng)
        });
    };
    let ticks = zones
        .into_iter()
        .map(|(zone, name)| {
            let (own, other) = (zone.clone(), zone.clone());
            let on = Signal::derive(move || chosen.with(|list| list.contains(&own)));
            let set = move |is_on: bool| toggle(net, chosen, &other, is_on);
            view! { <Tick name=format!("zone-{zone}") text=name on=on set=set /> }
        })
        .collect_view();
    let hour_choices = ["1", "2", "4", "8", "12"]
        .map(|hours| (hours.to_owned(), clock::span(hours.parse().unwrap_or(4) * HOUR_MS)));
    let reaches = [("1000", "duty-reach-near"), ("3000", "duty-reach-middle"), ("10000", "duty-reach-far")]
        .map(|(meters, id)| (meters.to_owned(), t(id)));
    view! {
        <p>{t("guidance-observe")}</p>
        <section class="card">
            <fieldset class="zones">
                <legend>{t("duty-zones")}</legend>
                <div class="scroll">{ticks}</div>
            </fieldset>
            <div class="row">
                <super::super::ui::Choice name="hours" text="duty-hours" options=hour_choices.to_vec() value=hours />
                <super::super::ui::Choice name="reach" text="duty-reach" options=reaches.to_vec() value=reach />
            </div>
            <p class="hint">{t("duty-place-why")}</p>
            <Do text="near-me" act=find />
            <p role="status">{move || place_said.get()}</p>
            <Do text="duty-begin" look="main" act=begin />
        </section>
        <p class="hint">{t("guidance-no-duty")}</p>
    }
}

fn toggle(net: super::super::state::Net, chosen: RwSignal<Vec<ZoneId>>, zone: &ZoneId, is_on: bool) {
    let is_full = chosen.with_untracked(Vec::len) >= MOST_ZONES;
    if is_on && is_full {
        net.trouble(t("duty-most-zones"));
    }
    chosen.update(|list| {
        list.retain(|other| other != zone);
        if is_on && !is_full {
            list.push(zone.clone());
        }
    });
}

#[component]
fn OnDuty(until: Timestamp) -> impl IntoView {
    let net = net();
    let counts = Memo::new(move |_| {
        net.tick.track();
        net.look(duty_counts).unwrap_or_default()
    });
    let call_outs = Memo::new(move |_| {
        net.tick.track();
        net.look(call_outs).unwrap_or_default()
    });
    let going = Memo::new(move |_| {
        net.look(|device| {
            let going = device.member().going();
            going.filter(|(_, g)| g.state() != GoingState::Over).map(|(offer, _)| *offer).collect::<Vec<_>>()
        })
        .unwrap_or_default()
    });
    speak_new_calls();
    view! {
        <section class="card on-duty">
            <p class="big">{t_with("duty-until", &[("time", clock::moment(until).as_str().into())])}</p>
            <ul class="plain">
                {move || counts.get().into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
            </ul>
            <Do text="duty-end" act=move || net.command(Command::Member(MemberCommand::DutyOff)) />
        </section>
        <For each=move || going.get() key=|offer| *offer let:offer>
            <OnTheWay offer=offer />
        </For>
        <h2>{t("duty-call-outs")}</h2>
        <Show when=move || call_outs.with(Vec::is_empty)>
            <p class="hint">{t("duty-no-call-outs")}</p>
        </Show>
        <For each=move || call_outs.get() key=|called| (called.id, called.is_near) let:called>
            <Called called=called />
        </For>
        <HeadsUps />
    }
}

fn duty_counts(device: &Device) -> Vec<String> {
    let zones = device.member().duty().map(|duty| duty.zones.clone()).unwrap_or_default();
    let lines = zones.iter().map(|zone| {
        let name = places::zone_name(device, zone);
        match device.member().day(zone) {
            Some(day) => {
                let on_duty = u32::try_from(day.duty_count(now())).unwrap_or(u32::MAX);
                let args = [
                    ("zone", name.as_str().into()),
                    ("count", on_duty.into()),
                    ("members", day.members.into()),
                ];
                t_with("duty-zone-count", &args)
            }
            None => t_with("duty-zone-no-room", &[("zone", name.as_str().into())]),
        }
    });
    lines.collect()
}

/// A call-out as its card shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Called {
    id: CallOutId,
    zone: String,
    roles: String,
    within_min: u16,
    around: String,
    at: Timestamp,
    is_near: bool,
}

fn call_outs(device: &Device) -> Vec<Called> {
    let Some(duty) = device.member().duty() else { return Vec::new() };
    let mut found: Vec<Called> = Vec::new();
    for zone in &duty.zones {
        let calls = device.member().day(zone).into_iter().flat_map(|day| day.call_outs.values());
        for call in calls.filter(|call| call.until > now() && !is_going_to(device, call.id)) {
            if found.iter().all(|known| known.id != call.id) {
                found.push(called(device, duty, zone, call));
            }
        }
    }
    found.sort_by_key(|called| (!called.is_near, std::cmp::Reverse(called.at)));
    found
}

/// Who was accepted has it above, with the exact place.
fn is_going_to(device: &Device, call: CallOutId) -> bool {
    device.member().going().any(|(_, going)| going.call_out() == call && going.state() != GoingState::Offered)
}

fn called(device: &Device, duty: &DutyOf, zone: &ZoneId, call: &CallOut) -> Called {
    let is_near = duty.place.is_none_or(|own| bystand_core::geo::is_near(own, call.cell, duty.reach_m));
    let is_asked = call.roles.is_empty() || call.roles.iter().any(|role| duty.roles.contains(role));
    let roles = call.roles.iter().map(|role| t(&format!("role-{}", role.as_str())));
    Called {
        id: call.id,
        zone: places::zone_name(device, zone),
        roles: roles.collect::<Vec<_>>().join(", "),
        within_min: call.within_min,
        around: places::around(call.cell),
        at: call.at,
        is_near: is_near && is_asked,
    }
}

#[component]
fn Called(called: Called) -> impl IntoView {
    let net = net();
    let id = called.id;
    let is_answered = Memo::new(move |_| {
        net.look(|device| device.member().going().any(|(_, g)| g.call_out() == id)) == Some(true)
    });
    let args = [("roles", called.roles.as_str().into()), ("minutes", u32::from(called.within_min).into())];
    let offers = [3_u16, 6, 10, 15]
        .into_iter()
        .map(|minutes| {
            let offer = move |_| {
                net.command(Command::Member(MemberCommand::Offer(id, minutes)));
            };
            view! {
                <button type="button" class="main" on:click=offer>
                    {t_with("duty-go", &[("minutes", u32::from(minutes).into())])}
                </button>
            }
        })
        .collect_view();
    let offers = StoredValue::new_local(Some(offers));
    view! {
        <article class="card call-out" class:far=!called.is_near>
            <h3>{called.zone.clone()} " " <span class="hint">{clock::ago(called.at)}</span></h3>
            <p>{t_with("duty-needed", &args)}</p>
            <p class="hint">{t("duty-around")} " " <bdi>{called.around.clone()}</bdi></p>
            {(!called.is_near).then(|| view! { <p class="hint">{t("duty-far")}</p> })}
            {move || match is_answered.get() {
                true => view! { <p role="status">{t("duty-offered")}</p> }.into_any(),
                false => view! { <div class="row wrap">{offers.try_update_value(Option::take).flatten()}</div> }.into_any(),
            }}
            <p class="hint">{t("guidance-no-duty")}</p>
        </article>
    }
}

/// Each new call-out that concerns the owner is spoken once: on the way nothing needs reading.
fn speak_new_calls() {
    let net = net();
    let spoken = StoredValue::new(Vec::<CallOutId>::new());
    Effect::new(move |_| {
        let calls = net.news.with(|news| news.calls.clone());
        for (at, zone, call) in calls {
            /// What came while the app was closed is not spoken.
            const FRESH_MS: u64 = 2 * MINUTE_MS;
            let is_new = spoken.with_value(|known| !known.contains(&call.id));
            if is_new && now().since_ms(at) < FRESH_MS {
                spoken.update_value(|known| known.push(call.id));
                let name = net.peek(|device| places::zone_name(device, &zone)).unwrap_or_default();
                speak(&t_with(
                    "duty-spoken",
                    &[("zone", name.as_str().into()), ("minutes", u32::from(call.within_min).into())],
                ));
            }
        }
    });
}

/// Says something aloud, in the person's language if the device has a voice for it.
pub fn speak(text: &str) {
    let Some(speech) = web_sys::window().and_then(|window| window.speech_synthesis().ok()) else { return };
    if let Ok(utterance) = web_sys::SpeechSynthesisUtterance::new_with_text(text) {
        utterance.set_lang(&tag());
        speech.speak(&utterance);
    }
}

#[component]
fn HeadsUps() -> impl IntoView {
    let net = net();
    let list = Memo::new(move |_| {
        net.tick.track();
        net.look(heads_ups).unwrap_or_default()
    });
    view! {
        <Show when=move || !list.with(Vec::is_empty)>
            <h2>{t("duty-heads-ups")}</h2>
            <p class="warning">{t("guidance-heads-up")}</p>
            <ul class="plain">
                <For each=move || list.get() key=|line| line.clone() let:line>
                    <li class="card">{line.0} " " <bdi>{line.1}</bdi></li>
                </For>
            </ul>
        </Show>
    }
}

fn heads_ups(device: &Device) -> Vec<(String, String)> {
    let zones = device.member().duty().map(|duty| duty.zones.clone()).unwrap_or_default();
    let mut list = Vec::new();
    for zone in &zones {
        let fresh = device.member().day(zone).into_iter().flat_map(|day| day.heads_ups.iter());
        for heads_up in fresh.filter(|h| now().since_ms(h.at) < bystand_wire::limits::HEADS_UP_MS) {
            let name = places::zone_name(device, zone);
            list.push((format!("{name}, {}", clock::moment(heads_up.at)), places::around(heads_up.cell)));
        }
    }
    list.dedup();
    list
}
