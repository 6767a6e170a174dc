//! Where in the app the person is: the part of the address behind `#`, which never leaves the browser.

use leptos::prelude::*;

/// A room of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Route {
    /// On duty, call-outs.
    Duty,
    /// The zone's day room.
    Room,
    /// Reports.
    Report,
    /// Alerts.
    Alerts,
    /// The desk console.
    Desk,
    /// The stewards' pages.
    Steward,
    /// Settings.
    Settings,
}

impl Route {
    const ALL: [Route; 7] = [
        Route::Duty,
        Route::Room,
        Route::Report,
        Route::Alerts,
        Route::Desk,
        Route::Steward,
        Route::Settings,
    ];

    /// As a link.
    pub fn address(self) -> &'static str {
        match self {
            Route::Duty => "#/duty",
            Route::Room => "#/room",
            Route::Report => "#/report",
            Route::Alerts => "#/alerts",
            Route::Desk => "#/desk",
            Route::Steward => "#/steward",
            Route::Settings => "#/settings",
        }
    }
}

fn hash() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

fn of_address() -> Option<Route> {
    let hash = hash();
    Route::ALL.into_iter().find(|route| route.address() == hash)
}

/// The room that the address names; the desk comes first for those who work there, duty for the others.
pub fn watch() -> RwSignal<Route> {
    let route = RwSignal::new(of_address().unwrap_or(Route::Desk));
    let heard = window_event_listener(leptos::ev::hashchange, move |_| {
        if let Some(there) = of_address() {
            route.set(there);
            super::ui::focus("main");
        }
    });
    on_cleanup(move || heard.remove());
    route
}

/// An invitation that the address brings; it is taken out of the address and the history.
pub fn invitation() -> Option<String> {
    let hash = hash();
    let text =
        hash.strip_prefix('#').filter(|text| text.to_ascii_uppercase().starts_with("BYSTAND:INVITE:"))?;
    let history = web_sys::window().and_then(|window| window.history().ok())?;
    // It fails only in a page that has no address.
    let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some("/app/"));
    Some(text.to_owned())
}
