//! The end of an incident: its outcome, how long it is kept, what the next time should know.

use bystand_core::desk::{Class, Closing as Closed, Ending};
use bystand_core::device::desk::DeskCommand;
use bystand_wire::IncidentId;
use leptos::prelude::*;

use super::super::clock;
use super::super::member::of_word;
use super::super::ui::{Choice, Do, Lines};
use super::super::words::{t, t_with};
use super::Desk;

/// Closes, or shows how it was closed.
#[component]
pub fn Closing(id: IncidentId) -> impl IntoView {
    let desk = Desk::here();
    let closed = Memo::new(move |_| {
        desk.net
            .look(|device| device.desk().state().incident(id).and_then(|incident| incident.closing.clone()))
            .flatten()
    });
    view! {
        <section class="card">
            {move || match closed.get() {
                None => view! { <Close id=id /> }.into_any(),
                Some(closing) => view! { <Afterwards id=id closing=closing /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Close(id: IncidentId) -> impl IntoView {
    let desk = Desk::here();
    let ending = RwSignal::new(Ending::Unfounded.as_str().to_owned());
    let class = RwSignal::new(Ending::Unfounded.usual_class().as_str().to_owned());
    let chosen = move || of_word(&Ending::ALL, Ending::as_str, &ending.get());
    // The usual class goes with the outcome until another one is chosen.
    Effect::new(move |_| {
        if let Some(ending) = chosen() {
            class.set(ending.usual_class().as_str().to_owned());
        }
    });
    let endings =
        Ending::ALL.map(|ending| (ending.as_str().to_owned(), t(&format!("ending-{}", ending.as_str()))));
    let classes = move || {
        let fits =
            Class::ALL.into_iter().filter(|class| chosen().is_some_and(|ending| ending.goes_with(*class)));
        fits.map(|class| (class.as_str().to_owned(), t(&format!("class-{}", class.as_str()))))
            .collect::<Vec<_>>()
    };
    let close = move || {
        let class = of_word(&Class::ALL, Class::as_str, &class.get_untracked());
        let ending = of_word(&Ending::ALL, Ending::as_str, &ending.get_untracked());
        if let Some((ending, class)) = ending.zip(class) {
            desk.with_chosen(|_| DeskCommand::Close(id, ending, class));
        }
    };
    view! {
        <details>
            <summary>{t("desk-close")}</summary>
            <Choice name="ending" text="desk-ending" options=endings.to_vec() value=ending />
            {move || view! { <Choice name="class" text="desk-class" options=classes() value=class /> }}
            <Do text="desk-close" act=close />
        </details>
    }
}

#[component]
fn Afterwards(id: IncidentId, closing: Closed) -> impl IntoView {
    let desk = Desk::here();
    let note = RwSignal::new(String::new());
    let add = move || {
        let text = note.get_untracked();
        if !text.trim().is_empty() && desk.command(DeskCommand::AfterAction(id, text)) {
            note.set(String::new());
        }
    };
    let notes = closing
        .after_action
        .iter()
        .map(|note| view! { <li><bdi>{note.text.clone()}</bdi></li> })
        .collect_view();
    let args = [("time", clock::moment(closing.stamp.at))];
    let args = args.each_ref().map(|(name, text)| (*name, text.as_str().into()));
    view! {
        <h3>{t(&format!("ending-{}", closing.ending.as_str()))}</h3>
        <p class="hint">{t_with("desk-closed-at", &args)} " · " {t(&format!("class-{}", closing.class.as_str()))}</p>
        <ul>{notes}</ul>
        <Lines name="after-action" text="desk-after-action" value=note />
        <div class="row wrap">
            <Do text="desk-add-note" act=add />
            <Do text="desk-reopen" look="quiet" act=move || desk.command(DeskCommand::Reopen(id)) />
        </div>
    }
}
