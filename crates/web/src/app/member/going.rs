//! From the acceptance to home again: the exact place, the signs, the finding.

use bystand_core::alerts::Outcome;
use bystand_core::desk::{HowEnded, SignFrom, WhatItWas};
use bystand_core::device::Command;
use bystand_core::device::member::{GoingState, MemberCommand};
use bystand_core::messages::Acceptance;
use bystand_wire::OfferId;
use leptos::prelude::*;

use super::super::places;
use super::super::state::{Net, net};
use super::super::ui::{Choice, Do, Lines};
use super::super::words::{t, t_with};

/// One call-out that the person goes to.
#[component]
pub fn OnTheWay(offer: OfferId) -> impl IntoView {
    let net = net();
    let state = Memo::new(move |_| net.look(|device| going(device, offer).map(|(state, _)| state)).flatten());
    let place =
        Memo::new(move |_| net.look(|device| going(device, offer).and_then(|(_, place)| place)).flatten());
    let is_asked = Memo::new(move |_| net.news.with(|news| news.asked.contains(&offer)));
    view! {
        <section class="card going" aria-label=t("going-title")>
            <h2>{move || state.get().map(|state| t(&format!("going-{}", word(state))))}</h2>
            <Show when=move || is_asked.get()>
                <div class="warning" role="alert">
                    <p>{t("going-asked")}</p>
                    <Do text="going-fine" look="main" act=move || sign(net, offer, SignFrom::Fine) />
                </div>
            </Show>
            {move || place.get().map(|place| view! { <Place place=place /> })}
            {move || state.get().map(|state| view! { <Signs offer=offer state=state /> })}
        </section>
    }
}

fn going(device: &bystand_core::device::Device, offer: OfferId) -> Option<(GoingState, Option<Acceptance>)> {
    let (_, going) = device.member().going().find(|(id, _)| **id == offer)?;
    Some((going.state(), going.acceptance().cloned()))
}

#[component]
fn Place(place: Acceptance) -> impl IntoView {
    let with = if place.partners.is_empty() { t("going-alone") } else { place.partners.join(", ") };
    view! {
        <p class="big"><bdi>{place.place.clone()}</bdi></p>
        {place.point.map(|point| view! { <p><bdi class="point">{places::exact(point)}</bdi></p> })}
        {place.is_home.then(|| view! { <p class="warning">{t("going-home-place")}</p> })}
        <p><bdi>{place.activity.clone()}</bdi></p>
        <p>{t_with("going-with", &[("names", with.as_str().into())])}</p>
        <p>{t_with("going-check-in", &[("minutes", u32::from(place.check_in_min).into())])}</p>
        <p class="guide">{t("guidance-drive")}</p>
    }
}

/// The next steps, one big button first.
#[component]
fn Signs(offer: OfferId, state: GoingState) -> impl IntoView {
    let net = net();
    let next = match state {
        GoingState::Offered | GoingState::Over => None,
        GoingState::Accepted => Some((SignFrom::OnTheWay, "sign-on-the-way", "guidance-pairs")),
        GoingState::OnTheWay => Some((SignFrom::Parked, "sign-parked", "guidance-parked")),
        GoingState::Parked => Some((SignFrom::OnScene, "sign-on-scene", "guidance-step-back")),
        GoingState::OnScene => Some((SignFrom::Leaving, "sign-leaving", "guidance-check-in")),
        GoingState::Leaving => Some((SignFrom::Left, "sign-left", "guidance-check-in")),
    };
    let may_find = matches!(state, GoingState::Parked | GoingState::OnScene | GoingState::Leaving);
    let may_turn_back = matches!(state, GoingState::Offered | GoingState::Accepted | GoingState::OnTheWay);
    view! {
        {next.map(|(what, text, guide)| view! {
            <p class="guide">{t(guide)}</p>
            <Do text=text look="main" act=move || sign(net, offer, what) />
        })}
        {may_find.then(|| view! { <Finding offer=offer /> })}
        <div class="row wrap">
            {may_turn_back.then(|| view! {
                <Do text="sign-withdrawn" act=move || sign(net, offer, SignFrom::Withdrawn) />
            })}
            {(state != GoingState::Offered).then(|| view! {
                <Do text="sign-stopped" look="danger" act=move || sign(net, offer, SignFrom::Stopped) />
            })}
        </div>
        {(state != GoingState::Offered).then(|| view! { <p class="hint">{t("guidance-stopped")}</p> })}
    }
}

/// Confirmed, a false alarm and what it was, over and how, or could not check.
#[component]
fn Finding(offer: OfferId) -> impl IntoView {
    let net = net();
    let verdict = RwSignal::new(String::new());
    let what = RwSignal::new(WhatItWas::CityPolice.as_str().to_owned());
    let how = RwSignal::new(HowEnded::LeftUnknown.as_str().to_owned());
    let seen_by = RwSignal::new("2".to_owned());
    let note = RwSignal::new(String::new());
    let verdicts = ["confirmed", "false-alarm", "over", "could-not-check"];
    let radios = verdicts
        .into_iter()
        .map(|word| {
            view! {
                <label class="tick">
                    <input
                        type="radio"
                        name=format!("verdict-{offer}")
                        value=word
                        on:change=move |_| verdict.set(word.to_owned())
                    />
                    <span>{t(&format!("finding-{word}"))}</span>
                </label>
            }
        })
        .collect_view();
    let whats = WhatItWas::ALL.map(|what| (what.as_str().to_owned(), t(&format!("what-{}", what.as_str()))));
    let hows = HowEnded::ALL.map(|how| (how.as_str().to_owned(), t(&format!("how-{}", how.as_str()))));
    let counts = ["1", "2", "3", "4", "5"].map(|count| (count.to_owned(), count.to_owned()));
    let send = move || {
        let text = note.get_untracked();
        let outcome = match verdict.get_untracked().as_str() {
            "confirmed" => Some(Outcome::Confirmed),
            "false-alarm" => {
                of_word(&WhatItWas::ALL, WhatItWas::as_str, &what.get_untracked()).map(Outcome::FalseAlarm)
            }
            "over" => of_word(&HowEnded::ALL, HowEnded::as_str, &how.get_untracked()).map(Outcome::Over),
            "could-not-check" => None,
            _ => return net.trouble(t("finding-choose")),
        };
        let command = match outcome {
            Some(outcome) => {
                MemberCommand::Finding(offer, outcome, seen_by.get_untracked().parse().unwrap_or(1), text)
            }
            None => MemberCommand::CouldNotCheck(offer, text),
        };
        if net.command(Command::Member(command)) {
            note.set(String::new());
            net.say(t("finding-on-its-way"));
        }
    };
    view! {
        <fieldset class="finding">
            <legend>{t("finding-title")}</legend>
            <p class="hint">{t("guidance-no-plates")}</p>
            {radios}
            <Show when=move || verdict.get() == "false-alarm">
                <Choice name="what" text="finding-what" options=whats.to_vec() value=what />
            </Show>
            <Show when=move || verdict.get() == "over">
                <Choice name="how" text="finding-how" options=hows.to_vec() value=how />
            </Show>
            <Choice name="seen-by" text="finding-seen-by" options=counts.to_vec() value=seen_by />
            <Lines name="finding-note" text="finding-note" value=note />
            <Do text="finding-send" look="main" act=send />
        </fieldset>
    }
}

/// The variant of a word.
pub fn of_word<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str, wanted: &str) -> Option<T> {
    all.iter().copied().find(|one| word(*one) == wanted)
}

fn sign(net: Net, offer: OfferId, what: SignFrom) {
    if net.command(Command::Member(MemberCommand::Sign(offer, what))) {
        net.news.update(|news| {
            news.asked.remove(&offer);
        });
    }
}

fn word(state: GoingState) -> &'static str {
    match state {
        GoingState::Offered => "offered",
        GoingState::Accepted => "accepted",
        GoingState::OnTheWay => "on-the-way",
        GoingState::Parked => "parked",
        GoingState::OnScene => "on-scene",
        GoingState::Leaving => "leaving",
        GoingState::Over => "over",
    }
}
