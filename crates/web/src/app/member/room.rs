//! A zone's day room: who is on duty, the desk's notes, what was said, *all quiet*.

use bystand_core::device::member::MemberCommand;
use bystand_core::device::{Command, Device};
use bystand_wire::{Timestamp, ZoneId};
use leptos::prelude::*;

use super::super::clock;
use super::super::places;
use super::super::state::net;
use super::super::ui::{Do, Lines};
use super::super::words::{t, t_with};
use crate::shell::clock::now;

/// Above so many people a room is structured: nobody talks in it.
const TALK_MEMBERS: u32 = 150;

/// The rooms of one's zones.
#[component]
pub fn Room() -> impl IntoView {
    let net = net();
    let zones = Memo::new(move |_| {
        net.look(|device| device.member().duty().map(|duty| duty.zones.clone())).flatten().unwrap_or_default()
    });
    view! {
        <h1>{t("nav-room")}</h1>
        <p class="guide">{t("guidance-observe")} " " {t("guidance-no-plates")}</p>
        <Show when=move || zones.with(Vec::is_empty)>
            <p>{t("room-go-on-duty")} " " <a href="#/duty">{t("nav-duty")}</a></p>
        </Show>
        <For each=move || zones.get() key=ZoneId::clone let:zone>
            <OneRoom zone=zone />
        </For>
    }
}

/// What a room shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Shown {
    name: String,
    is_open: bool,
    members: u32,
    on_duty: u32,
    quiet: u32,
    notes: Vec<(Timestamp, String)>,
}

fn shown(device: &Device, zone: &ZoneId) -> Shown {
    let name = places::zone_name(device, zone);
    let Some(day) = device.member().day(zone) else { return Shown { name, ..Shown::default() } };
    let on_duty = u32::try_from(day.duty_count(now())).unwrap_or(u32::MAX);
    Shown { name, is_open: true, members: day.members, on_duty, quiet: day.quiet, notes: day.notes.clone() }
}

#[component]
fn OneRoom(zone: ZoneId) -> impl IntoView {
    let net = net();
    let zone = StoredValue::new(zone);
    let room = Memo::new(move |_| {
        net.tick.track();
        net.look(|device| shown(device, &zone.get_value())).unwrap_or_default()
    });
    let own_name =
        Memo::new(move |_| net.news.with(|news| zone.with_value(|zone| news.names.get(zone).cloned())));
    let talk = Memo::new(move |_| {
        let is_here = |zone_of: &ZoneId| zone.with_value(|zone| zone == zone_of);
        net.news.with(|news| news.talk.iter().filter(|talk| is_here(&talk.zone)).cloned().collect::<Vec<_>>())
    });
    let text = RwSignal::new(String::new());
    let say = move || {
        let said = text.get_untracked();
        if !said.trim().is_empty() && net.command(Command::Member(MemberCommand::Say(zone.get_value(), said)))
        {
            text.set(String::new());
        }
    };
    let counts = move || {
        let room = room.get();
        let args =
            [("members", room.members.into()), ("count", room.on_duty.into()), ("quiet", room.quiet.into())];
        t_with("room-counts", &args)
    };
    view! {
        <section class="card room">
            <h2>{move || room.with(|room| room.name.clone())}</h2>
            {move || match room.with(|room| room.is_open) {
                false => view! { <p class="hint" role="status">{t("room-not-open")}</p> }.into_any(),
                true => view! {
                    <p>{counts}</p>
                    {move || own_name.get().map(|name| view! {
                        <p class="hint">{t_with("room-own-name", &[("name", name.as_str().into())])}</p>
                    })}
                    <Do
                        text="room-quiet"
                        act=move || net.command(Command::Member(MemberCommand::AllQuiet(zone.get_value())))
                    />
                }.into_any(),
            }}
            <For each=move || room.with(|room| room.notes.clone()) key=|note| note.clone() let:note>
                <p class="note"><strong>{t("room-desk-says")}</strong> " " <bdi>{note.1}</bdi> " " <small>{clock::moment(note.0)}</small></p>
            </For>
            <ol class="talk" aria-live="polite">
                <For each=move || talk.get() key=|talk| (talk.at, talk.name.clone(), talk.text.clone()) let:talk>
                    <li>
                        <strong><bdi>{talk.name.clone()}</bdi></strong>
                        " "
                        <bdi>{talk.text.clone().unwrap_or_else(|| t("room-all-quiet"))}</bdi>
                        " "
                        <small>{clock::moment(talk.at)}</small>
                    </li>
                </For>
            </ol>
            <Show
                when=move || room.with(|room| room.members <= TALK_MEMBERS && room.is_open)
                fallback=move || room.with(|room| room.is_open).then(|| view! { <p class="hint">{t("room-too-large")}</p> })
            >
                <Lines name="say" text="room-say" value=text />
                <Do text="room-send" act=say />
            </Show>
        </section>
    }
}
