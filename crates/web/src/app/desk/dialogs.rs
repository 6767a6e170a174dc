//! The bar above the console, and what opens over it.

use bystand_core::desk::Helpers;
use bystand_core::device::Device;
use bystand_core::device::desk::DeskCommand;
use bystand_wire::{IncidentId, Role, ZoneId};
use leptos::prelude::*;

use super::super::clock;
use super::super::member::{Form, ReportFields, of_word};
use super::super::places;
use super::super::ui::{Choice, Dialog, Do, Line, Lines, Tick};
use super::super::words::{t, t_count, t_with, tag};
use super::figures::FiguresView;
use super::{Desk, Over, keys, names};
use crate::shell::clock::now;

/// Who is on shift, and what can be opened.
#[component]
pub fn Bar() -> impl IntoView {
    let desk = Desk::here();
    let shift = Memo::new(move |_| {
        let shift = desk.net.look(|device| {
            let state = device.desk().state();
            let own = state.on_shift().any(|(who, _)| names::is_own(device, who));
            (own, state.on_shift().count())
        });
        shift.unwrap_or((false, 0))
    });
    view! {
        <div class="desk-bar">
            <span role="status">{move || t_count("desk-on-shift", shift.get().1)}</span>
            {move || match shift.get().0 {
                false => view! {
                    <Do
                        text="desk-start-shift"
                        look="main"
                        act=move || desk.command(DeskCommand::StartShift(languages()))
                    />
                }.into_any(),
                true => view! { <Do text="desk-handover" act=move || desk.over.set(Over::Handover) /> }.into_any(),
            }}
            <Do text="desk-caller" look="main" act=move || desk.over.set(Over::Caller) />
            <Do text="desk-rumors" act=move || desk.over.set(Over::Rumors) />
            <Do text="desk-zone-note" act=move || desk.over.set(Over::ZoneNote) />
            <Do text="desk-figures" act=move || desk.over.set(Over::Figures) />
            <Do text="desk-keys" look="quiet" act=move || desk.over.set(Over::Keys) />
        </div>
    }
}

/// The language of the app, and English which every dispatcher's texts are in.
fn languages() -> Vec<String> {
    let mut languages = vec![tag()];
    if tag() != "en" {
        languages.push("en".to_owned());
    }
    languages
}

/// The one dialog of the console.
#[component]
pub fn Dialogs() -> impl IntoView {
    let desk = Desk::here();
    let open = Signal::derive(move || desk.over.get() != Over::Nothing);
    // A dialog that closes by itself says so when it is closed already, too.
    let close = Callback::new(move |()| {
        if desk.over.get_untracked() != Over::Nothing {
            desk.over.set(Over::Nothing);
        }
    });
    let title = Signal::derive(move || t(title(desk.over.get())));
    view! {
        <Dialog open=open close=close title=title>
            {move || match desk.over.get() {
                Over::Nothing => ().into_any(),
                Over::Caller => view! { <Caller /> }.into_any(),
                Over::SameAs => view! { <SameAs /> }.into_any(),
                Over::Check => view! { <Check /> }.into_any(),
                Over::Refer => view! { <Refer /> }.into_any(),
                Over::Handover => view! { <Handover /> }.into_any(),
                Over::Figures => view! { <FiguresView /> }.into_any(),
                Over::ZoneNote => view! { <ZoneNote /> }.into_any(),
                Over::Rumors => view! { <Rumors /> }.into_any(),
                Over::Keys => view! { <Keys /> }.into_any(),
            }}
        </Dialog>
    }
}

fn title(over: Over) -> &'static str {
    match over {
        Over::Nothing => "close",
        Over::Caller => "desk-caller",
        Over::SameAs => "key-same-as",
        Over::Check => "key-check",
        Over::Refer => "key-refer",
        Over::Handover => "desk-handover",
        Over::Figures => "desk-figures",
        Over::ZoneNote => "desk-zone-note",
        Over::Rumors => "desk-rumors",
        Over::Keys => "desk-keys",
    }
}

/// Somebody is on the phone: the same form.
#[component]
fn Caller() -> impl IntoView {
    let desk = Desk::here();
    let fields = ReportFields::default();
    let number = RwSignal::new(String::new());
    let send = move || {
        let report = match desk.net.peek(|device| fields.report(device, now())) {
            Some(Ok(report)) => report,
            Some(Err(id)) => return desk.net.trouble(t(id)),
            None => return,
        };
        let callback = Some(number.get_untracked().trim().to_owned()).filter(|number| !number.is_empty());
        if desk.command(DeskCommand::Caller(Box::new(report), callback)) {
            desk.over.set(Over::Nothing);
            desk.net.say(t("report-desk-has-it"));
        }
    };
    view! {
        <p class="warning">{t("page-hurt")}</p>
        <Form fields=fields is_call=true />
        <Line name="callback" text="desk-callback" value=number kind="tel" hint="desk-callback-hint" />
        <Do text="desk-caller-send" look="main" act=send />
    }
}

#[component]
fn SameAs() -> impl IntoView {
    let desk = Desk::here();
    let Some(chosen) = desk.chosen.get_untracked() else { return ().into_any() };
    let likes = desk.net.peek(|device| candidates(device, chosen)).unwrap_or_default();
    let typed = RwSignal::new(String::new());
    let join = move |into: IncidentId| {
        if desk.with_chosen(|incident| DeskCommand::SameAs(incident, into)) {
            desk.chosen.set(Some(into));
            desk.over.set(Over::Nothing);
        }
    };
    let by_number = move || {
        let number = typed.get_untracked();
        let found = desk.net.peek(|device| {
            let mut all = device.desk().state().incidents();
            all.find(|incident| names::number(incident).to_string() == number.trim())
                .map(|incident| incident.id)
        });
        match found.flatten() {
            Some(into) => join(into),
            None => desk.net.trouble(t("breach-unknown")),
        }
    };
    let list = likes
        .into_iter()
        .map(|(into, text)| view! { <li><button type="button" on:click=move |_| join(into)>{text}</button></li> })
        .collect_view();
    view! {
        <ul class="plain">{list}</ul>
        <Line name="number" text="desk-number" value=typed />
        <Do text="key-same-as" look="main" act=by_number />
    }
    .into_any()
}

fn candidates(device: &Device, id: IncidentId) -> Vec<(IncidentId, String)> {
    let state = device.desk().state();
    let said = |with: IncidentId| {
        let incident = state.incident(with)?;
        let kind = t(&format!("kind-{}", incident.report.said().kind.as_str()));
        let text = format!("{} · {kind} · {}", names::number(incident), names::place(device, incident));
        Some((with, text))
    };
    state.proposed_joins(id).into_iter().filter_map(|join| said(join.with)).collect()
}

/// A call-out: who is needed, how soon.
#[component]
fn Check() -> impl IntoView {
    let desk = Desk::here();
    let roles = [Role::Observer, Role::Verifier, Role::Driver];
    let wanted = RwSignal::new(vec![Role::Observer, Role::Verifier]);
    let within = RwSignal::new("15".to_owned());
    let ticks = roles
        .into_iter()
        .map(|role| {
            let on = Signal::derive(move || wanted.with(|wanted| wanted.contains(&role)));
            let set = move |is_on: bool| {
                wanted.update(|wanted| {
                    wanted.retain(|other| *other != role);
                    if is_on {
                        wanted.push(role);
                    }
                });
            };
            view! { <Tick name=format!("role-{}", role.as_str()) text=t(&format!("role-{}", role.as_str())) on=on set=set /> }
        })
        .collect_view();
    let minutes = ["5", "10", "15", "30"].map(|minutes| {
        (minutes.to_owned(), t_with("time-minutes", &[("count", minutes.parse::<u32>().unwrap_or(0).into())]))
    });
    let call = move || {
        let mut roles = wanted.get_untracked();
        roles.sort_unstable();
        let within: u16 = within.get_untracked().parse().unwrap_or(15);
        if desk.with_chosen(|incident| DeskCommand::Check(incident, roles, within)) {
            desk.over.set(Over::Nothing);
        }
    };
    view! {
        <p class="hint">{t("desk-check-what")}</p>
        {ticks}
        <Choice name="within" text="desk-within" options=minutes.to_vec() value=within />
        <Do text="desk-check-send" look="main" act=call />
    }
}

#[component]
fn Refer() -> impl IntoView {
    let desk = Desk::here();
    let to = RwSignal::new(Helpers::Legal.as_str().to_owned());
    let note = RwSignal::new(String::new());
    let helpers = Helpers::ALL.map(|to| (to.as_str().to_owned(), t(&format!("helpers-{}", to.as_str()))));
    let refer = move || {
        let Some(to) = of_word(&Helpers::ALL, Helpers::as_str, &to.get_untracked()) else { return };
        let text = note.get_untracked();
        if desk.with_chosen(|incident| DeskCommand::Refer(incident, to, text)) {
            desk.over.set(Over::Nothing);
        }
    };
    view! {
        <Choice name="helpers" text="desk-refer-to" options=helpers.to_vec() value=to />
        <Lines name="refer-note" text="desk-note" value=note />
        <Do text="key-refer" look="main" act=refer />
    }
}

/// The counts that the next shift sees, a note, and who takes it.
#[component]
fn Handover() -> impl IntoView {
    let desk = Desk::here();
    let counts = desk.net.peek(|device| device.desk().state().handover_counts(now())).unwrap_or_default();
    let args = [
        ("waiting", counts.waiting.into()),
        ("claimed", counts.claimed.into()),
        ("checking", counts.checking.into()),
        ("out", counts.responders_out.into()),
        ("alerts", counts.alerts_live.into()),
        ("contradicted", counts.contradicted.into()),
        ("rumors", counts.rumors_open.into()),
    ];
    let others = desk.net.peek(|device| {
        let shift = device.desk().state().on_shift().filter(|(who, _)| !names::is_own(device, *who));
        shift.map(|(who, _)| who).collect::<Vec<_>>()
    });
    let others = others.unwrap_or_default();
    let options = std::iter::once((String::new(), t("desk-whoever-next")))
        .chain(others.iter().map(|who| (who.0.to_string(), who.0.short())))
        .collect();
    let to = RwSignal::new(String::new());
    let note = RwSignal::new(String::new());
    let past = desk.net.peek(|device| {
        let all = device.desk().state().handovers().iter().rev().take(3);
        all.map(|handover| format!("{}: {}", clock::moment(handover.stamp.at), handover.note))
            .collect::<Vec<_>>()
    });
    let hand_over = move || {
        let to = others.iter().find(|who| who.0.to_string() == to.get_untracked()).copied();
        if desk.command(DeskCommand::HandOver(to, note.get_untracked()))
            && desk.command(DeskCommand::EndShift)
        {
            desk.over.set(Over::Nothing);
        }
    };
    let past =
        past.unwrap_or_default().into_iter().map(|line| view! { <li><bdi>{line}</bdi></li> }).collect_view();
    view! {
        <p class="big">{t_with("handover-line", &args)}</p>
        <Choice name="hand-to" text="desk-hand-to" options=options value=to />
        <Lines name="handover-note" text="desk-handover-note" value=note />
        <Do text="desk-hand-over" look="main" act=hand_over />
        <ul>{past}</ul>
    }
}

#[component]
fn ZoneNote() -> impl IntoView {
    let desk = Desk::here();
    let zones = desk.net.peek(places::zones).unwrap_or_default();
    let options = zones.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
    let zone = RwSignal::new(zones.first().map(|(id, _)| id.to_string()).unwrap_or_default());
    let text = RwSignal::new(String::new());
    let send = move || {
        let Ok(zone) = zone.get_untracked().parse::<ZoneId>() else { return };
        let note = text.get_untracked();
        if !note.trim().is_empty() && desk.command(DeskCommand::NoteToZones(vec![zone], note)) {
            desk.over.set(Over::Nothing);
        }
    };
    view! {
        <p class="hint">{t("desk-zone-note-what")}</p>
        <Choice name="note-zone" text="form-zone" options=options value=zone />
        <Lines name="zone-note" text="desk-note" value=text />
        <Do text="desk-send" look="main" act=send />
    }
}

#[component]
fn Rumors() -> impl IntoView {
    let desk = Desk::here();
    let list = Memo::new(move |_| desk.net.look(rumors).unwrap_or_default());
    view! {
        <Show when=move || list.with(Vec::is_empty)><p class="hint">{t("desk-no-rumors")}</p></Show>
        <ul class="plain">
            <For each=move || list.get() key=|line| line.clone() let:line><li class="card"><bdi>{line}</bdi></li></For>
        </ul>
    }
}

fn rumors(device: &Device) -> Vec<String> {
    let rumors = device.desk().state().rumors();
    let said = rumors.map(|rumor| {
        let zone = rumor.zone.as_ref().map(|zone| places::zone_name(device, zone)).unwrap_or_default();
        let answer =
            rumor.answer.map_or_else(|| t("desk-rumor-open"), |(_, answer)| names::verdict(answer.verdict));
        let public = if rumor.answer_public { t("desk-rumor-public") } else { String::new() };
        let kind = t(&format!("kind-{}", rumor.kind.as_str()));
        format!(
            "{kind} · {zone} · {} {answer} {public}",
            t_count("rumor-times", usize::try_from(rumor.times()).unwrap_or(0))
        )
    });
    said.collect()
}

#[component]
fn Keys() -> impl IntoView {
    let list = keys::KEYS.iter().map(|(key, text)| view! { <dt><kbd>{*key}</kbd></dt><dd>{t(text)}</dd> });
    view! { <dl class="keys">{list.collect_view()}</dl> }
}
