//! The console by keyboard. While something is typed, keys are letters.

use bystand_core::device::desk::DeskCommand;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::super::gate::confirmed;
use super::super::ui::focus;
use super::{Desk, Over, list};

/// The keys with the ids of what they do, as the help shows them.
pub const KEYS: [(&str, &str); 14] = [
    ("1", "key-same-as"),
    ("2", "key-check"),
    ("3", "key-heads-up"),
    ("4", "key-rumor"),
    ("5", "key-refer"),
    ("6", "key-erase"),
    ("J", "desk-next"),
    ("K", "desk-before"),
    ("T", "desk-take"),
    ("L", "desk-let-go"),
    ("N", "desk-caller"),
    ("H", "desk-handover"),
    ("/", "desk-search"),
    ("?", "desk-keys"),
];

/// Listens to the whole window for as long as the console is there.
pub fn listen(desk: Desk) {
    let pressed = window_event_listener(leptos::ev::keydown, move |event| {
        let is_with_others = event.ctrl_key() || event.alt_key() || event.meta_key();
        let is_closed = desk.over.get_untracked() == Over::Nothing;
        if is_with_others || !is_closed || is_typed_into(event.target()) {
            return;
        }
        if press(desk, &event.key()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || pressed.remove());
}

/// Does what a key is for; whether it is for anything.
pub fn press(desk: Desk, key: &str) -> bool {
    match key {
        "1" => open(desk, Over::SameAs),
        "2" => open(desk, Over::Check),
        "3" => {
            desk.with_chosen(DeskCommand::HeadsUp);
        }
        "4" => {
            desk.with_chosen(DeskCommand::Rumor);
        }
        "5" => open(desk, Over::Refer),
        "6" => erase(desk),
        "j" | "J" | "ArrowDown" => list::step(desk, 1),
        "k" | "K" | "ArrowUp" => list::step(desk, -1),
        "t" | "T" => take(desk),
        "l" | "L" => {
            desk.chosen.get_untracked().map(|id| desk.command(DeskCommand::Release(id)));
        }
        "n" | "N" => desk.over.set(Over::Caller),
        "h" | "H" => desk.over.set(Over::Handover),
        "/" => focus("desk-search"),
        "?" => desk.over.set(Over::Keys),
        _ => return false,
    }
    true
}

/// Takes the chosen incident, or the first of the queue.
fn take(desk: Desk) {
    if desk.chosen.get_untracked().is_none() {
        list::step(desk, 1);
    }
    if let Some(incident) = desk.chosen.get_untracked() {
        desk.command(DeskCommand::Claim(incident));
    }
}

fn open(desk: Desk, over: Over) {
    match desk.chosen.get_untracked() {
        Some(_) => desk.over.set(over),
        None => desk.net.trouble(super::super::words::t("desk-choose-first")),
    }
}

fn erase(desk: Desk) {
    if desk.chosen.get_untracked().is_some()
        && confirmed("desk-erase-sure")
        && desk.with_chosen(DeskCommand::EraseNow)
    {
        desk.chosen.set(None);
    }
}

fn is_typed_into(target: Option<web_sys::EventTarget>) -> bool {
    let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    element.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}
