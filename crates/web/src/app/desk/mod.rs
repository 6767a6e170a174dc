//! The desk console: one screen, six keys. The queue on one side, the incident in the middle, who is on shift and what
//! needs somebody above them.

mod alerts;
mod callouts;
mod close;
mod dialogs;
mod figures;
mod incident;
mod keys;
mod list;
mod map;
mod names;
mod reports;
mod talk;

use bystand_core::device::Command;
use bystand_core::device::desk::DeskCommand;
use bystand_core::team::TeamKind;
use bystand_wire::IncidentId;
use leptos::prelude::*;

use super::state::{Net, net};
use super::words::t;

/// What is open over the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Nothing.
    Nothing,
    /// The caller form.
    Caller,
    /// *Same as*: which one.
    SameAs,
    /// *Check*: who is needed, how soon.
    Check,
    /// *Aid/legal*.
    Refer,
    /// Handing the shift over.
    Handover,
    /// The day's figures.
    Figures,
    /// A note to zones.
    ZoneNote,
    /// Rumors.
    Rumors,
    /// The keys.
    Keys,
}

/// What the console's parts share.
#[derive(Debug, Clone, Copy)]
pub struct Desk {
    /// The app.
    pub net: Net,
    /// The incident in the middle.
    pub chosen: RwSignal<Option<IncidentId>>,
    /// What is open over the console.
    pub over: RwSignal<Over>,
    /// What is looked for.
    pub search: RwSignal<String>,
}

impl Desk {
    /// The one there is.
    pub fn here() -> Self {
        expect_context::<Desk>()
    }

    /// Does what a dispatcher can do.
    pub fn command(self, command: DeskCommand) -> bool {
        self.net.command(Command::Desk(command))
    }

    /// Does it with the chosen incident; claims it first when nobody has it.
    pub fn with_chosen(self, command: impl FnOnce(IncidentId) -> DeskCommand) -> bool {
        let Some(incident) = self.chosen.get_untracked() else {
            self.net.trouble(t("desk-choose-first"));
            return false;
        };
        let is_free = self.net.peek(|device| {
            let state = device.desk().state();
            state.incident(state.root_of(incident)).is_some_and(|root| root.claim.is_none())
        });
        if is_free == Some(true) && !self.command(DeskCommand::Claim(incident)) {
            return false;
        }
        self.command(command(incident))
    }
}

/// The console.
#[component]
pub fn Console() -> impl IntoView {
    let net = net();
    let desk = Desk {
        net,
        chosen: RwSignal::new(None),
        over: RwSignal::new(Over::Nothing),
        search: RwSignal::new(String::new()),
    };
    provide_context(desk);
    keys::listen(desk);
    let is_in_team = Memo::new(move |_| {
        net.look(|device| {
            device.shared().teams.get(&TeamKind::Desk).is_some_and(bystand_core::team::TeamSync::is_ready)
        }) == Some(true)
    });
    view! {
        <h1 class="unseen">{t("nav-desk")}</h1>
        <Show
            when=move || is_in_team.get()
            fallback=|| view! { <p class="gate pulse" role="status">{t("desk-joining")}</p> }
        >
            <dialogs::Bar />
            <list::Attention />
            <div class="console">
                <list::Queue />
                <incident::Panel />
            </div>
        </Show>
        <dialogs::Dialogs />
    }
}
