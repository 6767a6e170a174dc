//! Between the invitation and the certificate: a registrar's device has to answer.

use leptos::prelude::*;

use super::super::state::net;
use super::super::words::{t, t_with};

/// The wait.
#[component]
pub fn Waiting() -> impl IntoView {
    let net = net();
    let refused = Memo::new(move |_| net.news.with(|news| news.enroll.refused));
    let offered = Memo::new(move |_| {
        net.look(|device| {
            let roles = device.enrollment().offered().unwrap_or_default();
            roles.iter().map(|role| t(&format!("role-{}", role.as_str()))).collect::<Vec<_>>().join(", ")
        })
        .unwrap_or_default()
    });
    view! {
        <main id="main">
            <section class="gate">
                {move || match refused.get() {
                    None => view! {
                        <h1>{t("waiting-title")}</h1>
                        <p class="pulse" role="status">
                            {move || t_with("waiting-what", &[("roles", offered.get().as_str().into())])}
                        </p>
                        <p class="hint">{t("waiting-hint")}</p>
                    }.into_any(),
                    Some(code) => view! {
                        <h1>{t("waiting-refused")}</h1>
                        <p role="alert">{t_with("waiting-refused-why", &[("code", code.into())])}</p>
                    }.into_any(),
                }}
            </section>
        </main>
    }
}
