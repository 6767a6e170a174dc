//! The stewards' pages: invitations, who asks, what has to be looked after.

use bystand_core::device::registrar::RegistrarCommand;
use bystand_core::device::{Command, Device};
use bystand_wire::time::DAY_MS;
use bystand_wire::{Hash32, PublicKey, Role};
use leptos::prelude::*;

use super::clock;
use super::gate::confirmed;
use super::news::Invited;
use super::state::net;
use super::ui::{Do, Tick, copy};
use super::words::{t, t_count, t_with};

/// How long an invitation counts.
const INVITATION_MS: u64 = 7 * DAY_MS;

/// The pages.
#[component]
pub fn Pages() -> impl IntoView {
    let net = net();
    let is_registrar = Memo::new(move |_| {
        net.look(|device| device.shared().identity.has_role(Role::Registrar, crate::shell::clock::now()))
            == Some(true)
    });
    view! {
        <h1>{t("nav-steward")}</h1>
        <Health />
        <Show when=move || is_registrar.get() fallback=|| view! { <Apply /> }>
            <Invite />
            <Asks />
            <Members />
        </Show>
    }
}

/// Where a network can be founded: offered beside the invitation.
#[component]
pub fn OfferToFound() -> impl IntoView {
    view! { <p class="hint">{t("join-found")}</p> }
}

/// What needs to be renewed, and how many devices there are.
#[component]
fn Health() -> impl IntoView {
    let net = net();
    let lines = Memo::new(move |_| {
        net.tick.track();
        net.look(health).unwrap_or_default()
    });
    let due = Memo::new(move |_| net.news.with(|news| news.due.iter().copied().collect::<Vec<_>>()));
    view! {
        <section class="card">
            <h2>{t("steward-health")}</h2>
            {move || due.get().into_iter().map(|what| view! {
                <p class="warning" role="alert">{t(&format!("steward-due-{what}"))}</p>
            }).collect_view()}
            <dl>
                {move || lines.get().into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view()}
            </dl>
        </section>
    }
}

fn health(device: &Device) -> Vec<(String, String)> {
    let now = crate::shell::clock::now();
    let manifest = device.shared().manifest().map(|manifest| clock::day(manifest.manifest().expires_at));
    let note = device.shared().key_note().map(|note| clock::day(note.note().valid_until));
    let missing = device.registrar().missing_issuers(device.shared(), now).len();
    let log = device.shared().log.size().to_string();
    [
        manifest.map(|until| (t("steward-manifest-until"), until)),
        note.map(|until| (t("steward-note-until"), until)),
        Some((t("steward-issuers"), t_count("steward-issuers-missing", missing))),
        Some((t("steward-log"), log)),
        Some((t("steward-admitted-count"), device.registrar().book().admitted().to_string())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A steward's device that admits nobody yet asks those that do.
#[component]
fn Apply() -> impl IntoView {
    let net = net();
    let apply = move || {
        if net.command(Command::Registrar(RegistrarCommand::Apply)) {
            net.say(t("steward-applied"));
        }
    };
    view! {
        <section class="card">
            <h2>{t("steward-apply")}</h2>
            <p>{t("steward-apply-what")}</p>
            <Do text="steward-apply" look="main" act=apply />
        </section>
    }
}

/// An invitation for one device.
#[component]
fn Invite() -> impl IntoView {
    let net = net();
    let wanted = RwSignal::new(vec![Role::Observer]);
    let ticks = Role::ALL
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
            view! { <Tick name=format!("invite-{}", role.as_str()) text=t(&format!("role-{}", role.as_str())) on=on set=set /> }
        })
        .collect_view();
    let invite = move || {
        let mut roles = wanted.get_untracked();
        roles.sort_unstable();
        if roles.is_empty() {
            return net.trouble(t("steward-choose-role"));
        }
        net.command(Command::Registrar(RegistrarCommand::Invite { roles, life_ms: INVITATION_MS }));
    };
    let made = Memo::new(move |_| net.news.with(|news| news.invitations.clone()));
    view! {
        <section class="card">
            <h2>{t("steward-invite")}</h2>
            <p>{t("steward-invite-what")}</p>
            <div class="row wrap">{ticks}</div>
            <Do text="steward-invite-make" look="main" act=invite />
            <For each=move || made.get().into_iter().rev() key=|made| made.id let:made>
                <Invitation made=made />
            </For>
        </section>
    }
}

#[component]
fn Invitation(made: Invited) -> impl IntoView {
    let net = net();
    let origin = web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default();
    let link = StoredValue::new(format!("{origin}/app/#{}", made.text.expose()));
    let roles =
        made.roles.iter().map(|role| t(&format!("role-{}", role.as_str()))).collect::<Vec<_>>().join(", ");
    let id = made.id;
    let args = [("roles", roles), ("time", clock::moment(made.until))];
    let args = args.each_ref().map(|(name, text)| (*name, text.as_str().into()));
    view! {
        <article class="invitation">
            <p>{t_with("steward-invitation", &args)}</p>
            {super::qr::picture(&link.get_value())}
            <p class="point" data-invitation="">{link.get_value()}</p>
            <div class="row wrap">
                <Do text="copy" act=move || copy(net, &link.get_value()) />
                <Do
                    text="steward-take-back"
                    look="quiet"
                    act=move || {
                        if net.command(Command::Registrar(RegistrarCommand::TakeBack(id))) {
                            net.news.update(|news| news.invitations.retain(|made| made.id != id));
                        }
                    }
                />
            </div>
            <p class="hint">{t("steward-invitation-once")}</p>
        </article>
    }
}

/// Alerts to countersign, and devices that want to become registrars.
#[component]
fn Asks() -> impl IntoView {
    let net = net();
    let alerts = Memo::new(move |_| {
        net.look(|device| device.registrar().countersigns().map(|(alert, _)| *alert).collect::<Vec<_>>())
            .unwrap_or_default()
    });
    let asks = Memo::new(move |_| {
        net.news.with(|news| {
            news.applications.iter().map(|(key, hash)| (*key, *hash)).collect::<Vec<(PublicKey, Hash32)>>()
        })
    });
    view! {
        <For each=move || alerts.get() key=|alert| *alert let:alert>
            <section class="card" role="alert">
                <p>{t("attention-countersign-awaited")}</p>
                <Do
                    text="desk-countersign"
                    look="main"
                    act=move || net.command(Command::Registrar(RegistrarCommand::Countersign(alert)))
                />
            </section>
        </For>
        <For each=move || asks.get() key=|ask| ask.0 let:ask>
            <section class="card">
                <p>{t_with("steward-application", &[("device", ask.1.short().as_str().into())])}</p>
                <Do
                    text="steward-add-registrar"
                    act=move || net.command(Command::Registrar(RegistrarCommand::AddRegistrar(ask.0)))
                />
            </section>
        </For>
    }
}

/// A device's rights can be taken away. The certificates have no names: whoever does it knows the beginning of the hash.
#[component]
fn Members() -> impl IntoView {
    let net = net();
    let typed = RwSignal::new(String::new());
    let revoke = move || {
        if confirmed("steward-revoke-sure") {
            let certificate = typed.get_untracked().trim().to_lowercase();
            net.command(Command::Registrar(RegistrarCommand::Revoke { certificate }));
        }
    };
    view! {
        <section class="card">
            <details>
                <summary>{t("steward-revoke")}</summary>
                <p>{t("steward-revoke-what")}</p>
                <super::ui::Line name="certificate" text="steward-certificate" value=typed />
                <Do text="steward-revoke" look="danger" act=revoke />
            </details>
        </section>
    }
}
