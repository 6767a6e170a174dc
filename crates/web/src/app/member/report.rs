//! A member's reports: what they see, and for verifiers report and finding in one step.

use bystand_core::alerts::Outcome;
use bystand_core::desk::WhatItWas;
use bystand_core::device::Command;
use bystand_core::device::member::MemberCommand;
use bystand_core::device::neighbor::NeighborCommand;
use bystand_wire::Role;
use leptos::prelude::*;

use super::super::state::net;
use super::super::ui::{Choice, Do};
use super::super::words::{t, t_with};
use super::form::{Form, ReportFields};
use super::going::of_word;
use crate::shell::clock::now;

/// The form and what became of earlier reports.
#[component]
pub fn Report() -> impl IntoView {
    let net = net();
    let fields = ReportFields::default();
    let is_verifier =
        net.peek(|device| device.shared().identity.has_role(Role::Verifier, now())).unwrap_or(false);
    let found = RwSignal::new("only-report".to_owned());
    let what = RwSignal::new(WhatItWas::CityPolice.as_str().to_owned());
    let send = move || {
        let report = net.peek(|device| fields.report(device, now()));
        let report = match report {
            Some(Ok(report)) => report,
            Some(Err(id)) => return net.trouble(t(id)),
            None => return,
        };
        let outcome = match found.get_untracked().as_str() {
            "confirmed" => Some(Outcome::Confirmed),
            "false-alarm" => {
                of_word(&WhatItWas::ALL, WhatItWas::as_str, &what.get_untracked()).map(Outcome::FalseAlarm)
            }
            _ => None,
        };
        let command = match outcome {
            Some(outcome) => Command::Member(MemberCommand::ReportAndFind(Box::new(report), outcome, 1)),
            None => Command::Neighbor(NeighborCommand::Report(Box::new(report), None, None)),
        };
        if net.command(command) {
            fields.clear();
        }
    };
    let choices = ["only-report", "confirmed", "false-alarm"]
        .map(|word| (word.to_owned(), t(&format!("report-find-{word}"))));
    let whats = WhatItWas::ALL.map(|what| (what.as_str().to_owned(), t(&format!("what-{}", what.as_str()))));
    view! {
        <h1>{t("nav-report")}</h1>
        <section class="card">
            <Form fields=fields />
            {is_verifier.then(|| view! {
                <Choice name="find" text="report-find" options=choices.to_vec() value=found />
            })}
            <Show when=move || found.get() == "false-alarm">
                <Choice name="what" text="finding-what" options=whats.to_vec() value=what />
            </Show>
            <Do text="report-send" look="main" act=send />
        </section>
        <Own />
    }
}

/// How the own reports stand.
#[component]
fn Own() -> impl IntoView {
    let net = net();
    let list = Memo::new(move |_| {
        net.news.with(|news| news.reports.iter().map(|(id, own)| (*id, own.clone())).collect::<Vec<_>>())
    });
    view! {
        <For each=move || list.get() key=|(id, own)| (*id, own.clone()) let:one>
            <article class="card" role="status">
                <p class="big">{state(&one.1)}</p>
                <p class="hint">{t_with("form-phrase", &[("phrase", one.1.words.as_str().into())])}</p>
                {one.1.desk.iter().map(|text| view! { <p class="note"><bdi>{text.clone()}</bdi></p> }).collect_view()}
            </article>
        </For>
    }
}

fn state(own: &super::super::news::OwnReport) -> String {
    t(match (own.refused, own.is_received, own.is_sent) {
        (Some(_), ..) => "report-refused",
        (None, true, _) => "report-desk-has-it",
        (None, false, true) => "report-sent",
        (None, false, false) => "report-kept",
    })
}
