//! Before the device runs: the lock, the invitation, the new passphrase.

use bystand_core::device::{Device, Identity};
use bystand_core::io::{Batch, Effect, Engine};
use bystand_core::network::invite::Invitation;
use bystand_crypto::phrase;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::state::{Net, VAULT, net};
use super::ui::{Do, Line, focus};
use super::words::{t, t_with};
use crate::shell::vault::{Guard, browser_random};
use crate::shell::{Vault, VaultError, clock};

/// Another tab has the vault open.
#[component]
pub fn Elsewhere() -> impl IntoView {
    let net = net();
    view! {
        <section class="gate">
            <h1>{t("gate-elsewhere")}</h1>
            <p>{t("gate-elsewhere-why")}</p>
            <Do text="gate-try-again" look="main" act=move || spawn_local(net.begin()) />
        </section>
    }
}

/// The app cannot go on.
#[component]
pub fn Broken(
    /// The id of the text that says why.
    why: &'static str,
) -> impl IntoView {
    let net = net();
    view! {
        <section class="gate" role="alert">
            <h1>{t("gate-broken")}</h1>
            <p>{t(&format!("error-{why}"))}</p>
            <Do text="gate-try-again" look="main" act=move || spawn_local(net.begin()) />
        </section>
    }
}

/// Opens the vault.
#[component]
pub fn Unlock(
    /// How it is guarded.
    guard: Guard,
) -> impl IntoView {
    let net = net();
    let passphrase = RwSignal::new(String::new());
    let error = RwSignal::new(
        (guard.wrong > 0).then(|| wrong(guard.erase_after.map(|most| most.saturating_sub(guard.wrong)))),
    );
    let is_busy = RwSignal::new(false);
    let try_at = clock::now().0.saturating_add(guard.wait_ms());
    let waits = move || {
        net.tick.track();
        try_at > clock::now().0
    };
    if guard.wait_ms() > 0 {
        spawn_local(async move {
            clock::sleep(guard.wait_ms()).await;
            net.tick.update(|tick| *tick = tick.wrapping_add(1));
        });
    }
    let unlock = move || {
        if is_busy.get_untracked() || passphrase.with_untracked(String::is_empty) {
            return;
        }
        is_busy.set(true);
        error.set(None);
        spawn_local(async move {
            let result = net.unlock(passphrase.get_untracked().trim()).await;
            is_busy.set(false);
            if let Err(why) = result {
                passphrase.set(String::new());
                error.set(Some(said(&why)));
                focus("passphrase");
                // The next try may have to wait.
                if matches!(why, VaultError::WrongPassphrase(_) | VaultError::Erased) {
                    net.begin().await;
                }
            }
        });
    };
    let erases = guard.erase_after.map(|most| t_with("gate-erases", &[("count", most.into())]));
    view! {
        <section class="gate">
            <h1>{t("gate-locked")}</h1>
            <form on:submit=move |event| {
                event.prevent_default();
                unlock();
            }>
                <Line
                    name="passphrase"
                    text="gate-passphrase"
                    value=passphrase
                    kind="password"
                    autocomplete="current-password"
                />
                <p class="error" role="alert">{move || error.get()}</p>
                {move || waits().then(|| view! { <p class="hint">{t("gate-wait")}</p> })}
                <button type="submit" class="main" disabled=move || is_busy.get() || waits()>
                    {move || if is_busy.get() { t("gate-opening") } else { t("gate-open") }}
                </button>
            </form>
            {erases.map(|text| view! { <p class="hint">{text}</p> })}
            <details>
                <summary>{t("gate-lost")}</summary>
                <p>{t("gate-lost-what")}</p>
                <Do
                    text="gate-erase"
                    look="danger"
                    act=move || {
                        if confirmed("gate-erase-sure") {
                            spawn_local(async move {
                                if let Err(why) = net.erase().await {
                                    net.trouble(said(&why));
                                }
                            });
                        }
                    }
                />
            </details>
        </section>
    }
}

/// There is no vault: an invitation, or a new network.
#[component]
pub fn Welcome(
    /// An invitation that the address brought.
    brought: Option<String>,
) -> impl IntoView {
    let text = RwSignal::new(brought.unwrap_or_default());
    let invitation = RwSignal::new(None::<Invitation>);
    let error = RwSignal::new(None::<String>);
    let read = move || match Invitation::from_text(text.get_untracked().trim(), clock::now()) {
        Ok(read) if !is_this_relay(&read) => {
            let args = [("relay", read.relay.as_str().into())];
            error.set(Some(t_with("join-other-relay", &args)));
        }
        Ok(read) => {
            error.set(None);
            invitation.set(Some(read));
        }
        Err(why) => error.set(Some(t(&format!("join-{}", why.code())))),
    };
    if text.with_untracked(|text| !text.is_empty()) {
        read();
    }
    view! {
        <section class="gate">
            {move || match invitation.get() {
                Some(invitation) => view! { <Passphrase invitation=invitation /> }.into_any(),
                None => view! {
                    <h1>{t("join-title")}</h1>
                    <p>{t("join-what")}</p>
                    <form on:submit=move |event| {
                        event.prevent_default();
                        read();
                    }>
                        <Line name="invitation" text="join-invitation" value=text hint="join-invitation-hint" />
                        <p class="error" role="alert">{move || error.get()}</p>
                        <button type="submit" class="main">{t("join-go-on")}</button>
                    </form>
                    <p><a href="/">{t("join-public")}</a></p>
                    <super::steward::OfferToFound />
                }.into_any(),
            }}
        </section>
    }
}

/// The new vault's passphrase: six words are offered.
#[component]
fn Passphrase(
    /// What is taken up with it.
    invitation: Invitation,
) -> impl IntoView {
    let net = net();
    let roles = invitation.roles.iter().map(|role| t(&format!("role-{}", role.as_str())));
    let roles = roles.collect::<Vec<_>>().join(", ");
    let invitation = StoredValue::new_local(invitation);
    let then = move |passphrase: String| {
        spawn_local(async move { join(net, invitation.get_value(), passphrase).await })
    };
    view! {
        <h1>{t("join-welcome")}</h1>
        <p>{t_with("join-as", &[("roles", roles.as_str().into())])}</p>
        <NewPassphrase then=then button="join-finish" />
    }
}

/// Six words are offered; a passphrase of one's own may be taken if it is hard to guess.
#[component]
pub fn NewPassphrase(
    /// What is done with it.
    then: impl Fn(String) + Copy + 'static,
    /// The id of the button's text.
    button: &'static str,
) -> impl IntoView {
    let offered =
        browser_random().map(|mut rng| phrase::passphrase(&mut rng).to_string()).unwrap_or_default();
    let offered = StoredValue::new(offered);
    let typed = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let submit = move || {
        let passphrase = spaced(&typed.get_untracked());
        match phrase::estimate_bits(&passphrase) >= phrase::PASSPHRASE_MIN_BITS {
            true => {
                error.set(None);
                is_busy.set(true);
                then(passphrase);
            }
            false => error.set(Some(t("join-too-easy"))),
        }
    };
    view! {
        <p>{t("join-words-why")}</p>
        <p class="six-words" lang="en" translate="no">{offered.get_value()}</p>
        <p class="hint">{t("join-words-paper")}</p>
        <form on:submit=move |event| {
            event.prevent_default();
            submit();
        }>
            <Line name="new-passphrase" text="join-type-words" value=typed autocomplete="new-password" />
            <p class="error" role="alert">{move || error.get()}</p>
            <button type="submit" class="main" disabled=move || is_busy.get()>
                {move || if is_busy.get() { t("gate-opening") } else { t(button) }}
            </button>
        </form>
    }
}

async fn join(net: Net, invitation: Invitation, passphrase: String) {
    if let Err(why) = try_join(net, &invitation, &passphrase).await {
        net.trouble(said(&why));
    }
}

async fn try_join(net: Net, invitation: &Invitation, passphrase: &str) -> Result<(), VaultError> {
    let (mut rng, now) = (browser_random()?, clock::now());
    let identity = Identity::new(invitation.network, invitation.relay.to_string(), &mut rng);
    let mut device = Device::create(identity, now, &mut rng);
    device.enroll(invitation, now, &mut rng);
    start(net, device, passphrase).await
}

/// Makes the vault of a new device and runs it as it lies there, so that what it wants to send is sent.
///
/// # Errors
/// [`VaultError`]; then there is no vault.
pub async fn start(net: Net, mut device: Device, passphrase: &str) -> Result<(), VaultError> {
    let vault = Vault::create(VAULT, passphrase, &net.works(), &first_records(&mut device)).await?;
    drop(device);
    let records = vault.load().await?;
    let mut rng = browser_random()?;
    let device =
        Device::open(&records, clock::now(), &mut rng).map_err(|_| VaultError::Damaged(1, records.len()))?;
    ask_to_keep();
    net.run(device, vault)
}

fn first_records(device: &mut Device) -> Batch {
    let mut first = Batch::default();
    while let Some(effect) = device.poll_effect() {
        if let Effect::Store(batch) = effect {
            first.records.extend(batch.records);
        }
    }
    first
}

/// Asks the browser not to clear the vault when it wants room. It may say no.
fn ask_to_keep() {
    let Some(window) = web_sys::window() else { return };
    if let Ok(asking) = window.navigator().storage().persist() {
        spawn_local(async move {
            // What it answers changes nothing here.
            let _ = wasm_bindgen_futures::JsFuture::from(asking).await;
        });
    }
}

/// The passphrase as it counts: one blank between words, and the offered words in small letters.
fn spaced(typed: &str) -> String {
    typed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Asks before something that cannot be undone.
pub fn confirmed(id: &str) -> bool {
    let window = web_sys::window();
    window.and_then(|window| window.confirm_with_message(&t(id)).ok()).unwrap_or(false)
}

/// What went wrong with the vault.
pub fn said(why: &VaultError) -> String {
    match why {
        VaultError::WrongPassphrase(left) => wrong(*left),
        VaultError::Missing
        | VaultError::Erased
        | VaultError::Memory
        | VaultError::Newer
        | VaultError::Damaged(..)
        | VaultError::Shelf(_)
        | VaultError::Randomness => t(&format!("error-{}", why.code())),
    }
}

fn wrong(left: Option<u32>) -> String {
    match left {
        None => t("error-vault-wrong-passphrase"),
        Some(left) => t_with("error-vault-wrong-passphrase-left", &[("count", left.into())]),
    }
}

fn is_this_relay(invitation: &Invitation) -> bool {
    let origin = web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default();
    invitation.relay.as_str().trim_end_matches('/') == origin
}
