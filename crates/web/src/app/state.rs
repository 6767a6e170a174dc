//! What the views stand on: the phase the app is in, the running device, and what it told.
//!
//! There is one [`Net`]. Views look at the device through [`Net::look`], which makes them look again when something
//! has changed, and act through [`Net::command`], which says what was refused.

use bystand_core::device::{Command, CommandError, Device, Event};
use bystand_core::io::Random;
use bystand_wire::Timestamp;
use leptos::prelude::*;
use leptos::reactive::owner::LocalStorage;
use wasm_bindgen_futures::spawn_local;

use super::news::News;
use super::words::{t, t_with};
use crate::shell::leader::{self, Lead};
use crate::shell::vault::Guard;
use crate::shell::worker::Works;
use crate::shell::{Session, Told, Vault, VaultError, clock};

/// The name of the vault in this browser.
pub const VAULT: &str = "bystand";
/// The worker's script.
const WORKER: &str = "/app/worker.js";
/// Views look again at most so often, in milliseconds.
const SETTLE_MS: u64 = 60;
/// Without a touch for so long the app locks itself, in milliseconds.
const LOCK_AFTER_MS: u64 = 15 * 60 * 1000;
/// On duty and at the desk it waits longer, in milliseconds.
const LOCK_AFTER_WORK_MS: u64 = 12 * 60 * 60 * 1000;

/// What the person sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Looking for a vault.
    Looking,
    /// The app runs in another tab.
    Elsewhere,
    /// There is no vault: an invitation, or a new network.
    Empty,
    /// There is one.
    Locked(Guard),
    /// The device runs.
    Open,
    /// It cannot go on; the id of the text that says why.
    Broken(&'static str),
}

/// Something to be read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Tells it apart from others.
    pub id: u32,
    /// What it says.
    pub text: String,
    /// Whether it is about something that did not work.
    pub is_trouble: bool,
}

/// What all views stand on. Copies are the same one.
#[derive(Clone, Copy)]
pub struct Net {
    /// What the person sees.
    pub phase: RwSignal<Phase>,
    /// Changes with the language.
    pub language: RwSignal<u32>,
    /// What the device told and nobody has looked away.
    pub news: RwSignal<News>,
    /// Whether the relay answers, as far as is known.
    pub reachable: RwSignal<bool>,
    /// To be read once.
    pub notices: RwSignal<Vec<Notice>>,
    /// Every ten seconds.
    pub tick: RwSignal<u32>,
    version: RwSignal<u32>,
    settling: StoredValue<bool>,
    touched_at: StoredValue<u64>,
    session: StoredValue<Option<Session<Device>>, LocalStorage>,
    works: StoredValue<Option<Works>, LocalStorage>,
    lead: StoredValue<Option<Lead>, LocalStorage>,
}

impl std::fmt::Debug for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Net")
    }
}

/// The one there is.
///
/// # Panics
/// Outside of the app, which provides it: a bug.
pub fn net() -> Net {
    expect_context::<Net>()
}

impl Net {
    /// At the start of the app.
    pub fn new() -> Self {
        Self {
            phase: RwSignal::new(Phase::Looking),
            language: RwSignal::new(0),
            news: RwSignal::new(News::default()),
            reachable: RwSignal::new(true),
            notices: RwSignal::new(Vec::new()),
            tick: RwSignal::new(0),
            version: RwSignal::new(0),
            settling: StoredValue::new(false),
            touched_at: StoredValue::new(clock::now().0),
            session: StoredValue::new_local(None),
            works: StoredValue::new_local(None),
            lead: StoredValue::new_local(None),
        }
    }

    /// Takes the lead and looks for a vault.
    pub async fn begin(self) {
        if self.lead.with_value(Option::is_none) {
            let Some(lead) = leader::take(VAULT).await else {
                self.phase.set(Phase::Elsewhere);
                return;
            };
            self.lead.set_value(Some(lead));
            self.works.set_value(Some(Works::start(WORKER)));
            self.watch_time();
        }
        match Vault::look(VAULT).await {
            Ok(Some(guard)) => self.phase.set(Phase::Locked(guard)),
            Ok(None) => self.phase.set(Phase::Empty),
            Err(error) => self.phase.set(Phase::Broken(error.code())),
        }
    }

    /// The worker.
    pub fn works(self) -> Works {
        self.works.get_value().unwrap_or_else(|| Works::start(WORKER))
    }

    /// Opens the vault and runs its device.
    ///
    /// # Errors
    /// [`VaultError`]; a device that cannot be taken up counts as damaged.
    pub async fn unlock(self, passphrase: &str) -> Result<(), VaultError> {
        let vault = Vault::unlock(VAULT, passphrase, &self.works()).await?;
        let records = vault.load().await?;
        let mut rng = crate::shell::vault::browser_random()?;
        let device = Device::open(&records, clock::now(), &mut rng)
            .map_err(|_| VaultError::Damaged(1, records.len()))?;
        self.run(device, vault)
    }

    /// Runs a device whose first records are in its vault.
    ///
    /// # Errors
    /// [`VaultError::Randomness`].
    pub fn run(self, device: Device, vault: Vault) -> Result<(), VaultError> {
        let network = device.shared().identity.network;
        let session =
            Session::start(device, Some(vault), network, self.works(), true, move |told| self.told(told))?;
        self.session.set_value(Some(session));
        self.touch();
        self.phase.set(Phase::Open);
        Ok(())
    }

    /// Locks: the device stops, and nothing of it stays in memory that can be read without the passphrase.
    pub fn lock(self) {
        if let Some(session) = self.session.try_update_value(Option::take).flatten() {
            session.close();
        }
        self.news.set(News::default());
        self.notices.set(Vec::new());
        spawn_local(self.begin());
    }

    /// Erases the vault for good.
    pub async fn erase(self) -> Result<(), VaultError> {
        if let Some(session) = self.session.try_update_value(Option::take).flatten() {
            session.close();
        }
        Vault::erase(VAULT).await?;
        self.news.set(News::default());
        self.phase.set(Phase::Empty);
        Ok(())
    }

    /// Looks at the device; what looks is done again when something has changed. `None` while locked.
    pub fn look<R>(self, look: impl FnOnce(&Device) -> R) -> Option<R> {
        self.version.track();
        self.peek(look)
    }

    /// Looks at the device once.
    pub fn peek<R>(self, look: impl FnOnce(&Device) -> R) -> Option<R> {
        self.session.with_value(|session| session.as_ref().map(|session| session.look(look)))
    }

    /// Does what the person asks for; what is refused is said. Whether it was done.
    pub fn command(self, command: Command) -> bool {
        self.act(move |device, now, rng| device.handle_command(command, now, rng))
    }

    /// Does something with the device; what is refused is said. Whether it was done.
    pub fn act(
        self,
        act: impl FnOnce(&mut Device, Timestamp, &mut Random) -> Result<(), CommandError>,
    ) -> bool {
        let Some(session) = self.session.get_value() else { return false };
        let result = session.act(act);
        self.settle();
        match result {
            Ok(()) => true,
            Err(error) => {
                self.trouble(refusal(&error));
                false
            }
        }
    }

    /// Does something with the vault.
    pub async fn with_vault<R>(self, act: impl AsyncFnOnce(&mut Vault) -> R) -> Option<R> {
        let session = self.session.get_value()?;
        session.with_vault(act).await
    }

    /// The browser says that it is online again.
    pub fn hurry(self) {
        if let Some(session) = self.session.get_value() {
            session.hurry();
        }
    }

    /// Says something once.
    pub fn say(self, text: String) {
        self.notice(text, false);
    }

    /// Says once that something did not work.
    pub fn trouble(self, text: String) {
        self.notice(text, true);
    }

    /// The person has done something: the app does not lock itself now.
    pub fn touch(self) {
        self.touched_at.set_value(clock::now().0);
    }

    fn notice(self, text: String, is_trouble: bool) {
        /// Older ones make room.
        const MOST: usize = 3;
        self.notices.update(|notices| {
            let id = notices.last().map_or(0, |last| last.id.wrapping_add(1));
            notices.retain(|notice| notice.text != text);
            notices.push(Notice { id, text, is_trouble });
            let surplus = notices.len().saturating_sub(MOST);
            notices.drain(..surplus);
        });
    }

    fn told(self, told: Told<Event>) {
        match told {
            Told::Changed => self.settle(),
            Told::Reachable(is_reachable) => self.reachable.set(is_reachable),
            Told::Event(event) => {
                let own = self.peek(|device| device.shared().identity.author()).flatten();
                if let Some(line) = self.news.try_update(|news| news.take(event, own)).flatten() {
                    self.notice(line.text, line.is_trouble);
                }
            }
            Told::Stopped(error) => {
                self.session.set_value(None);
                self.phase.set(Phase::Broken(error.code()));
            }
        }
    }

    /// Views look again, soon and once.
    fn settle(self) {
        if self.settling.try_update_value(|settling| std::mem::replace(settling, true)) != Some(false) {
            return;
        }
        spawn_local(async move {
            clock::sleep(SETTLE_MS).await;
            self.settling.set_value(false);
            self.version.update(|version| *version = version.wrapping_add(1));
        });
    }

    fn watch_time(self) {
        const TICK_MS: u64 = 10_000;
        spawn_local(async move {
            loop {
                clock::sleep(TICK_MS).await;
                self.tick.update(|tick| *tick = tick.wrapping_add(1));
                if self.phase.get_untracked() == Phase::Open && self.is_left_alone() {
                    self.lock();
                }
            }
        });
    }

    fn is_left_alone(self) -> bool {
        let is_at_work = self.peek(|device| {
            let is_on_duty = device.member().duty().is_some();
            let author = device.shared().identity.author();
            let mut shift = device.desk().state().on_shift();
            is_on_duty || shift.any(|(who, _)| Some(who.0) == author)
        });
        let after_ms = if is_at_work == Some(true) { LOCK_AFTER_WORK_MS } else { LOCK_AFTER_MS };
        clock::now().0.saturating_sub(self.touched_at.get_value()) >= after_ms
    }
}

/// Why something was not done, in the person's language.
pub fn refusal(error: &CommandError) -> String {
    match error {
        CommandError::NotNow(reason) | CommandError::Invalid(reason) => {
            t_with(&format!("refused-{}", error.code()), &[("reason", reason.as_str().into())])
        }
        CommandError::Unknown(_)
        | CommandError::NotCertified(_)
        | CommandError::NotSetUp
        | CommandError::NotInTeam
        | CommandError::NoPass(_)
        | CommandError::Room(_) => t(&format!("refused-{}", error.code())),
    }
}
