//! Alerts and rumor checks as this device has verified them: passes, quorum and log.

use bystand_core::alerts::Shown;
use bystand_core::device::Device;
use bystand_core::network::manifest::place_name;
use leptos::prelude::*;

use super::clock;
use super::state::net;
use super::words::{t, words};
use crate::shell::clock as shell_clock;

/// One alert in words.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    id: String,
    state: &'static str,
    headline: String,
    body: String,
    limits: String,
    issued: String,
}

/// The list.
#[component]
pub fn Alerts() -> impl IntoView {
    let net = net();
    let list = Memo::new(move |_| {
        net.tick.track();
        net.look(said).unwrap_or_default()
    });
    view! {
        <h1>{t("page-alerts")}</h1>
        <p class="hint">{t("alerts-verified")}</p>
        <Show when=move || list.with(Vec::is_empty)>
            <p>{super::words::t_count_as("page-empty", "hours", 2)}</p>
        </Show>
        <For each=move || list.get() key=|said| (said.id.clone(), said.body.clone(), said.state) let:said>
            <article class=format!("alert {}", said.state)>
                <h2>{said.headline.clone()}</h2>
                <p>{said.body.clone()}</p>
                {(!said.limits.is_empty()).then(|| view! { <p class="hint">{said.limits.clone()}</p> })}
                <p class="hint">
                    {said.issued.clone()} " · "
                    <a href=format!("/{}/alerts/{}", super::words::tag(), said.id)>{t("alerts-page")}</a>
                </p>
            </article>
        </For>
    }
}

fn said(device: &Device) -> Vec<Said> {
    let Some(manifest) = device.shared().manifest() else { return Vec::new() };
    let (book, now, texts) = (device.shared().log.alerts(), shell_clock::now(), words());
    let views = book.view(now).into_iter();
    let said = views.filter_map(|view| {
        let note = book.last_note(&view.alert)?;
        let place = place_name(&manifest.manifest().zones, &view.place);
        let text = texts.alert(note, &place, shell_clock::offset_min(), now);
        Some(Said {
            id: bystand_wire::to_hex(view.alert.as_bytes()),
            state: word(view.shown),
            headline: text.headline,
            body: text.body,
            limits: text.limits,
            issued: clock::moment(view.issued),
        })
    });
    said.collect()
}

fn word(shown: Shown) -> &'static str {
    match shown {
        Shown::Current => "current",
        Shown::BeingChecked => "being-checked",
        Shown::NoNewsSince(_) => "no-news",
        Shown::Wrong => "wrong",
        Shown::Over => "over",
        Shown::Answered => "rumor-check",
    }
}
