//! The member app, the desk console and the stewards' pages.
//!
//! | module | holds |
//! | --- | --- |
//! | [`state`] | the one [`Net`] that all views stand on |
//! | [`news`] | what the device told |
//! | [`words`], [`clock`] | texts and times in the person's language |
//! | `gate` | lock, invitation, passphrase |
//! | `member` | duty, call-outs, the way there and back, the day room, own reports |
//! | `desk` | the console |
//! | `steward` | invitations, health, a new network |
//! | `alerts` | alerts as this device has verified them |
//! | `settings` | passphrase, lock, language, emergency envelope |

mod alerts;
pub mod clock;
mod desk;
mod gate;
mod member;
pub mod news;
mod places;
mod qr;
mod route;
mod settings;
pub mod state;
mod steward;
mod ui;
pub mod words;

use bystand_core::device::Device;
use bystand_wire::Role;
use leptos::prelude::*;
use leptos::reactive::owner::Owner;
use wasm_bindgen_futures::spawn_local;

use route::Route;
use state::{Net, Phase, net};
use words::{t, t_with};

/// Starts the app in the page.
pub fn mount() {
    crate::shell::say_where_it_stops();
    spawn_local(async {
        // In English when the language cannot be fetched.
        let _ = words::choose(&words::wished()).await;
        leptos::mount::mount_to_body(App);
    });
}

/// All of it.
#[component]
fn App() -> impl IntoView {
    let net = Net::new();
    provide_context(net);
    provide_context(Owner::current());
    let route = route::watch();
    provide_context(route);
    let brought = StoredValue::new(route::invitation());
    spawn_local(net.begin());
    watch_page(net);
    view! {
        {move || {
            net.language.track();
            match net.phase.get() {
                Phase::Open => view! { <Open /> }.into_any(),
                closed => view! { <Closed phase=closed brought=brought.get_value() /> }.into_any(),
            }
        }}
        <ui::Notices />
    }
}

#[component]
fn Closed(phase: Phase, brought: Option<String>) -> impl IntoView {
    view! {
        <header class="top">
            <span class="name">"Bystand"</span>
            <LanguageMenu />
        </header>
        <main id="main">
            {match phase {
                Phase::Looking | Phase::Open => view! { <p class="gate">{t("loading")}</p> }.into_any(),
                Phase::Elsewhere => view! { <gate::Elsewhere /> }.into_any(),
                Phase::Empty => view! { <gate::Welcome brought=brought /> }.into_any(),
                Phase::Locked(guard) => view! { <gate::Unlock guard=guard /> }.into_any(),
                Phase::Broken(why) => view! { <gate::Broken why=why /> }.into_any(),
            }}
        </main>
    }
}

/// A room of the app.
type Room = (Route, &'static str, &'static str);

/// The rooms that the device's roles open: where, the id of the name, the pictogram.
fn rooms(device: &Device) -> Vec<Room> {
    let now = crate::shell::clock::now();
    let has = |role| device.shared().identity.has_role(role, now);
    let mut rooms = Vec::new();
    if has(Role::Dispatcher) {
        rooms.push((Route::Desk, "nav-desk", "☎"));
    }
    if has(Role::Observer) || has(Role::Verifier) {
        rooms.push((Route::Duty, "nav-duty", "◉"));
        rooms.push((Route::Room, "nav-room", "⌂"));
    }
    rooms.push((Route::Report, "nav-report", "✎"));
    rooms.push((Route::Alerts, "nav-alerts", "!"));
    if has(Role::Registrar) || has(Role::Steward) {
        rooms.push((Route::Steward, "nav-steward", "⚿"));
    }
    rooms.push((Route::Settings, "nav-settings", "⚙"));
    rooms
}

#[component]
fn Open() -> impl IntoView {
    let net = net();
    let route = expect_context::<RwSignal<Route>>();
    let rooms = Memo::new(move |_| net.look(rooms).unwrap_or_default());
    let is_admitted = Memo::new(move |_| {
        net.look(|device| device.shared().identity.certified().is_some()).unwrap_or(false)
    });
    let name = Memo::new(move |_| {
        let name = net.look(|device| device.shared().manifest().map(|m| m.manifest().name.clone()));
        name.flatten().unwrap_or_else(|| "Bystand".to_owned())
    });
    let is_live = Memo::new(move |_| net.look(|device| device.shared().connected).unwrap_or(false));
    // Where the address points to a room that is closed to this device, its first room is shown.
    let shown = Memo::new(move |_| {
        let (wanted, rooms) = (route.get(), rooms.get());
        let is_open = rooms.iter().any(|(room, ..)| *room == wanted);
        if is_open { wanted } else { rooms.first().map_or(Route::Settings, |(room, ..)| *room) }
    });
    view! {
        <a class="skip" href="#main">{t("skip")}</a>
        <header class="top">
            <span class="name">{move || name.get()}</span>
            <span class="live" class:off=move || !is_live.get() role="status">
                {move || if is_live.get() { t("live") } else { t("not-live") }}
            </span>
            <button type="button" class="quiet" on:click=move |_| net.lock()>{t("lock")}</button>
        </header>
        <Show when=move || is_admitted.get() fallback=|| view! { <member::Waiting /> }>
            <nav class="rooms" aria-label=t("nav")>
                <For each=move || rooms.get() key=|(room, ..)| *room let:room>
                    <a
                        href=room.0.address()
                        class:here=move || shown.get() == room.0
                        aria-current=move || (shown.get() == room.0).then_some("page")
                    >
                        <span aria-hidden="true">{room.2}</span>
                        {t(room.1)}
                    </a>
                </For>
            </nav>
            <main id="main" tabindex="-1" class:wide=move || shown.get() == Route::Desk>
                {move || match shown.get() {
                    Route::Duty => view! { <member::Duty /> }.into_any(),
                    Route::Room => view! { <member::Room /> }.into_any(),
                    Route::Report => view! { <member::Report /> }.into_any(),
                    Route::Alerts => view! { <alerts::Alerts /> }.into_any(),
                    Route::Desk => view! { <desk::Console /> }.into_any(),
                    Route::Steward => view! { <steward::Pages /> }.into_any(),
                    Route::Settings => view! { <settings::Settings /> }.into_any(),
                }}
            </main>
        </Show>
    }
}

/// The choice of language; the views are made anew.
#[component]
pub fn LanguageMenu() -> impl IntoView {
    let net = net();
    let change = move |tag: String| {
        spawn_local(async move {
            match words::choose(&tag).await {
                Ok(()) => net.language.update(|count| *count = count.wrapping_add(1)),
                Err(()) => net.trouble(t_with("language-not-there", &[("language", tag.as_str().into())])),
            }
        });
    };
    let now = words::tag();
    let options = words::LANGUAGES
        .iter()
        .map(|(tag, name)| view! { <option value=*tag lang=*tag selected=*tag == now>{*name}</option> })
        .collect_view();
    view! {
        <select class="language" aria-label=t("language") on:change=move |event| change(event_target_value(&event))>
            {options}
        </select>
    }
}

/// The page says when it is online again, and when somebody touches it.
fn watch_page(net: Net) {
    let online = window_event_listener(leptos::ev::online, move |_| net.hurry());
    let pressed = window_event_listener(leptos::ev::keydown, move |_| net.touch());
    let touched = window_event_listener(leptos::ev::pointerdown, move |_| net.touch());
    on_cleanup(move || {
        online.remove();
        pressed.remove();
        touched.remove();
    });
}
