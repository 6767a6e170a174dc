//! Settings: language, emergency envelope, passphrase, what wrong passphrases lead to, and the way out.

use bystand_core::device::Command;
use bystand_core::device::member::MemberCommand;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::clock;
use super::gate::{NewPassphrase, confirmed, said};
use super::state::net;
use super::ui::{Choice, Do, Lines};
use super::words::{t, t_with};

/// After how many wrong passphrases the key may be erased.
const ERASE_AFTER: [u32; 3] = [5, 10, 20];

/// The page.
#[component]
pub fn Settings() -> impl IntoView {
    view! {
        <h1>{t("nav-settings")}</h1>
        <section class="card">
            <label class="field"><span>{t("language")}</span><super::LanguageMenu /></label>
        </section>
        <Envelope />
        <Lock />
        <About />
        <Leave />
    }
}

#[component]
fn Envelope() -> impl IntoView {
    let net = net();
    let text = RwSignal::new(String::new());
    let keep = move || {
        if net.command(Command::Member(MemberCommand::Envelope(text.get_untracked()))) {
            text.set(String::new());
            net.say(t("settings-envelope-kept"));
        }
    };
    view! {
        <section class="card">
            <h2>{t("settings-envelope")}</h2>
            <p>{t("settings-envelope-what")}</p>
            <Lines name="envelope" text="settings-envelope-text" value=text />
            <Do text="settings-keep" act=keep />
        </section>
    }
}

#[component]
fn Lock() -> impl IntoView {
    let net = net();
    let erase = RwSignal::new(String::new());
    let options = std::iter::once((String::new(), t("settings-erase-never")))
        .chain(
            ERASE_AFTER
                .map(|count| (count.to_string(), t_with("settings-erase-after", &[("count", count.into())]))),
        )
        .collect();
    spawn_local(async move {
        if let Some(Ok(guard)) = net.with_vault(async |vault| vault.guard().await).await {
            erase.set(guard.erase_after.map(|count| count.to_string()).unwrap_or_default());
        }
    });
    let set = move || {
        let most = erase.get_untracked().parse().ok();
        spawn_local(async move {
            match net.with_vault(async |vault| vault.erase_after(most).await).await {
                Some(Ok(())) => net.say(t("settings-kept")),
                Some(Err(why)) => net.trouble(said(&why)),
                None => {}
            }
        });
    };
    let is_changing = RwSignal::new(false);
    let change = move |passphrase: String| {
        spawn_local(async move {
            match net.with_vault(async |vault| vault.change_passphrase(&passphrase).await).await {
                Some(Ok(())) => {
                    is_changing.set(false);
                    net.say(t("settings-passphrase-changed"));
                }
                Some(Err(why)) => net.trouble(said(&why)),
                None => {}
            }
        });
    };
    view! {
        <section class="card">
            <h2>{t("settings-lock")}</h2>
            <p>{t("settings-lock-what")}</p>
            <Choice name="erase-after" text="settings-erase" options=options value=erase />
            <Do text="settings-keep" act=set />
            <Show
                when=move || is_changing.get()
                fallback=move || view! { <Do text="settings-passphrase" act=move || is_changing.set(true) /> }
            >
                <NewPassphrase then=change button="settings-passphrase-set" />
            </Show>
        </section>
    }
}

/// What this device is, and until when.
#[component]
fn About() -> impl IntoView {
    let net = net();
    let lines = Memo::new(move |_| {
        net.look(|device| {
            let Some(own) = device.shared().identity.certified() else { return Vec::new() };
            let roles = own
                .roles
                .iter()
                .map(|role| t(&format!("role-{}", role.as_str())))
                .collect::<Vec<_>>()
                .join(", ");
            vec![
                (t("settings-roles"), roles),
                (t("settings-until"), clock::day(own.not_after)),
                (t("settings-network"), device.shared().identity.network.to_string()),
            ]
        })
        .unwrap_or_default()
    });
    view! {
        <section class="card">
            <h2>{t("settings-about")}</h2>
            <dl>
                {move || lines.get().into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd class="point">{value}</dd> }).collect_view()}
            </dl>
            <p>{t("settings-not-protected")}</p>
        </section>
    }
}

#[component]
fn Leave() -> impl IntoView {
    let net = net();
    let erase = move || {
        if confirmed("gate-erase-sure") {
            spawn_local(async move {
                if let Err(why) = net.erase().await {
                    net.trouble(said(&why));
                }
            });
        }
    };
    view! {
        <section class="card">
            <h2>{t("settings-leave")}</h2>
            <p>{t("settings-leave-what")}</p>
            <Do text="gate-erase" look="danger" act=erase />
        </section>
    }
}
