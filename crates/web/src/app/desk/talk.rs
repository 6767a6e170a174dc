//! Questions and answers, notes, referrals.

use bystand_core::desk::{News, WhatItWas, Words};
use bystand_core::device::Device;
use bystand_core::device::desk::DeskCommand;
use bystand_core::texts::news_id;
use bystand_wire::{IncidentId, Timestamp};
use leptos::prelude::*;

use super::super::clock;
use super::super::ui::{Choice, Do, Line};
use super::super::words::{t, t_with};
use super::{Desk, names};

type Said = (Timestamp, String, String);

/// What was said between desk and reporter.
#[component]
pub fn Talk(id: IncidentId) -> impl IntoView {
    let desk = Desk::here();
    let talk = Memo::new(move |_| desk.net.look(|device| talk(device, id)).unwrap_or_default());
    let can_answer = Memo::new(move |_| {
        let state = desk.net.look(|device| {
            let mut group = device.desk().state().group(id);
            group.any(|incident| incident.report.said().reply.is_some())
        });
        state == Some(true)
    });
    let question = RwSignal::new(String::new());
    let ask = move || {
        let text = question.get_untracked();
        if !text.trim().is_empty() && desk.with_chosen(|_| DeskCommand::Ask(id, text)) {
            question.set(String::new());
        }
    };
    view! {
        <section class="card">
            <h3>{t("desk-talk")}</h3>
            <ol class="talk" aria-live="polite">
                <For each=move || talk.get() key=|said| said.clone() let:said>
                    <li><strong>{said.1}</strong> " " <bdi>{said.2}</bdi> " " <small>{clock::moment(said.0)}</small></li>
                </For>
            </ol>
            <Show when=move || can_answer.get() fallback=|| view! { <p class="hint">{t("desk-no-answer")}</p> }>
                <div class="row">
                    <Line name="question" text="desk-question" value=question />
                    <Do text="desk-ask" act=ask />
                </div>
                <Tell id=id />
            </Show>
        </section>
    }
}

fn talk(device: &Device, id: IncidentId) -> Vec<Said> {
    let all = device.desk().state().group(id).flat_map(|incident| incident.talk.iter());
    let said = all.map(|talk| match &talk.words {
        Words::Asked(text) => (talk.stamp.at, names::who(device, talk.stamp.by), text.clone()),
        Words::Said(_, text) => (talk.stamp.at, t("desk-reporter"), text.clone()),
        Words::Told(news) => (talk.stamp.at, names::who(device, talk.stamp.by), told(*news)),
    });
    let mut list: Vec<Said> = said.collect();
    list.sort_by_key(|said| said.0);
    list
}

/// What the reporter reads, from the template.
fn told(news: News) -> String {
    let what = match news {
        News::FalseAlarm(what) => t(&format!("what-{}", what.as_str())),
        News::Received | News::BeingChecked | News::Confirmed | News::CouldNotCheck | News::Over => {
            String::new()
        }
    };
    t_with(news_id(news), &[("what", what.as_str().into())])
}

/// Tells the reporter by template.
#[component]
fn Tell(id: IncidentId) -> impl IntoView {
    let desk = Desk::here();
    let all: Vec<News> = [News::BeingChecked, News::Confirmed, News::CouldNotCheck, News::Over]
        .into_iter()
        .chain(WhatItWas::ALL.map(News::FalseAlarm))
        .collect();
    let options = all.iter().enumerate().map(|(at, news)| (at.to_string(), told(*news))).collect();
    let chosen = RwSignal::new("0".to_owned());
    let tell = move || {
        let at: usize = chosen.get_untracked().parse().unwrap_or(0);
        if let Some(news) = all.get(at).copied() {
            desk.with_chosen(|_| DeskCommand::Tell(id, news, told(news)));
        }
    };
    view! {
        <div class="row">
            <Choice name="tell" text="desk-tell-what" options=options value=chosen />
            <Do text="desk-tell" act=tell />
        </div>
    }
}

/// Notes and referrals.
#[component]
pub fn Notes(id: IncidentId) -> impl IntoView {
    let desk = Desk::here();
    let notes = Memo::new(move |_| desk.net.look(|device| notes(device, id)).unwrap_or_default());
    let text = RwSignal::new(String::new());
    let add = move || {
        let note = text.get_untracked();
        if !note.trim().is_empty() && desk.with_chosen(|_| DeskCommand::Note(id, note)) {
            text.set(String::new());
        }
    };
    view! {
        <section class="card">
            <h3>{t("desk-notes")}</h3>
            <ol class="talk">
                <For each=move || notes.get() key=|said| said.clone() let:said>
                    <li><strong>{said.1}</strong> " " <bdi>{said.2}</bdi> " " <small>{clock::moment(said.0)}</small></li>
                </For>
            </ol>
            <div class="row">
                <Line name="note" text="desk-note" value=text />
                <Do text="desk-add-note" act=add />
            </div>
        </section>
    }
}

fn notes(device: &Device, id: IncidentId) -> Vec<Said> {
    let mut list: Vec<Said> = Vec::new();
    for incident in device.desk().state().group(id) {
        let who = |stamp: &bystand_core::desk::Stamp| names::who(device, stamp.by);
        list.extend(incident.notes.iter().map(|note| (note.stamp.at, who(&note.stamp), note.text.clone())));
        list.extend(incident.referrals.iter().map(|referral| {
            let text = format!("{}: {}", t(&format!("helpers-{}", referral.to.as_str())), referral.note);
            (referral.stamp.at, who(&referral.stamp), text)
        }));
        list.extend(incident.heads_ups.iter().map(|heads_up| {
            let zone = super::super::places::zone_name(device, &heads_up.zone);
            (heads_up.stamp.at, who(&heads_up.stamp), format!("{}: {zone}", t("key-heads-up")))
        }));
    }
    list.sort_by_key(|said| said.0);
    list
}
