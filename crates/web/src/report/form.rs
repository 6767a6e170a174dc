//! The report form.
//!
//! ```text
//! typing   -> the proof of work is made meanwhile
//! send     -> checked, kept, *Kept on this phone* -> *Sent* -> *The desk has it*, then nothing is kept
//! reload   -> what was kept goes on
//! ```
//!
//! One tab has the phone's records; another one that is open beside it keeps a report for as long as it is open, and
//! says so.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use bystand_core::device::CommandError;
use bystand_core::device::neighbor::NeighborEvent;
use bystand_core::device::reporter::{CLOCK_SKEW, Reporter, ReporterEvent};
use bystand_core::geo::Point;
use bystand_core::report::ReportIn;
use bystand_core::report::written::Written;
use bystand_crypto::passes::OwnedPass;
use bystand_wire::NetworkId;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlElement, HtmlFormElement};

use super::{dom, network, place};
use crate::shell::leader::{self, Lead};
use crate::shell::vault::browser_random;
use crate::shell::worker::Works;
use crate::shell::{Session, Told, Vault, VaultError, clock};

/// The name of the records in the browser, and of the lead over them.
const NAME: &str = "bystand-report";
const WORKER: &str = "/app/worker.js";

/// The form, its engine, and how far a report is.
#[derive(Clone)]
struct Page(Rc<Inner>);

struct Inner {
    form: HtmlFormElement,
    network: NetworkId,
    pass: RefCell<Option<OwnedPass>>,
    near_me: Rc<Cell<Option<Point>>>,
    works: Works,
    session: RefCell<Option<Session<Reporter>>>,
    /// Whether what is kept outlives the page.
    is_durable: Cell<bool>,
    /// Whether a report of this page's is on its way: one press of the button is enough.
    is_busy: Cell<bool>,
    is_reachable: Cell<bool>,
    /// Whether something may lie in the vault.
    is_littered: Cell<bool>,
    kind: RefCell<String>,
    _lead: Option<Lead>,
}

/// Takes over the form.
pub async fn run(form: HtmlFormElement) {
    let near_me = place::offer(&form);
    let (network, pass) = network::find(&form).await;
    let lead = leader::take(NAME).await;
    let vault = match lead {
        Some(_) => Vault::open_unlocked(NAME).await.ok(),
        None => None,
    };
    let page = Page(Rc::new(Inner {
        form,
        network,
        pass: RefCell::new(pass),
        near_me,
        works: Works::start(WORKER),
        session: RefCell::default(),
        is_durable: Cell::new(vault.is_some()),
        is_busy: Cell::new(false),
        is_reachable: Cell::new(true),
        is_littered: Cell::new(vault.as_ref().is_some_and(Vault::holds_something)),
        kind: RefCell::default(),
        _lead: lead,
    }));
    if page.start(vault).await.is_err() {
        return page.say(Some("report-error-failed"));
    }
    page.listen();
    page.show_kept();
    if dom::begin(&page.0.form) {
        page.send();
    }
}

impl Page {
    /// Starts the engine with what the vault holds.
    async fn start(&self, vault: Option<Vault>) -> Result<(), VaultError> {
        let records = match &vault {
            // What cannot be read is not sent; a new report is not held up by it.
            Some(vault) => vault.load().await.unwrap_or_default(),
            None => BTreeMap::new(),
        };
        let (inner, mut rng) = (&self.0, browser_random()?);
        let engine = match Reporter::open(inner.network, &records, clock::now(), &mut rng) {
            Ok(engine) => engine,
            Err(_) => Reporter::open(inner.network, &BTreeMap::new(), clock::now(), &mut rng)
                .map_err(|_| VaultError::Damaged(1, 1))?,
        };
        let page = self.clone();
        let tell = move |told| page.told(told);
        let session = Session::start(engine, vault, inner.network, inner.works.clone(), false, tell)?;
        *inner.session.borrow_mut() = Some(session);
        Ok(())
    }

    fn session(&self) -> Option<Session<Reporter>> {
        self.0.session.borrow().clone()
    }

    fn listen(&self) {
        let page = self.clone();
        dom::on(&self.0.form, "submit", move |event| {
            event.prevent_default();
            page.send();
        });
        let page = self.clone();
        dom::on(&self.0.form, "input", move |_| {
            if let Some(session) = page.session() {
                session.act(Reporter::prepare);
            }
        });
        let page = self.clone();
        if let Some(window) = web_sys::window() {
            dom::on(&window, "online", move |_| {
                if let Some(session) = page.session() {
                    session.act(Reporter::hurry);
                }
            });
        }
        if let Some(copy) = dom::button("copy") {
            dom::on(&copy, "click", |_| copy_phrase());
        }
    }

    fn send(&self) {
        if self.0.is_busy.replace(true) {
            return;
        }
        dom::clear_complaints(&self.0.form);
        let outcome = self.read().and_then(|report| self.hand_over(report));
        match outcome {
            Ok(()) => self.wait(true),
            Err((field, text)) => {
                self.0.is_busy.set(false);
                self.say((field == "state").then_some(text));
                dom::complain(&self.0.form, field, text);
            }
        }
    }

    fn read(&self) -> Result<ReportIn, (&'static str, &'static str)> {
        let form = &self.0.form;
        let value = |name| dom::value(form, name);
        let written = Written {
            first_hand: value("first_hand"),
            kind: value("kind"),
            place_text: value("place_text"),
            near_me: self.0.near_me.get(),
            home: dom::is_ticked(form, "home"),
            activity: value("activity"),
            people: value("people"),
            vehicles: value("vehicles"),
            unit: value("unit"),
            equipment: value("equipment"),
            is_earlier: value("when") == "earlier",
            minutes_ago: value("minutes_ago"),
            language: value("language"),
            interpreter: dom::is_ticked(form, "interpreter"),
        };
        *self.0.kind.borrow_mut() = written.kind.clone();
        written.report(clock::now()).map_err(|wrong| (wrong.field, wrong.text))
    }

    fn hand_over(&self, report: ReportIn) -> Result<(), (&'static str, &'static str)> {
        let session = self.session().ok_or(("state", "report-error-failed"))?;
        if session.look(Reporter::is_clock_wrong) {
            return Err(("state", "report-error-clock"));
        }
        let pass = self.0.pass.borrow_mut().take();
        let kept = session.act(|engine, now, rng| engine.report(report, pass, now, rng));
        kept.map(drop).map_err(|error| match error {
            CommandError::NotNow(_) | CommandError::NotSetUp => ("state", "report-error-not-set-up"),
            CommandError::NotCertified(_)
            | CommandError::NotInTeam
            | CommandError::Unknown(_)
            | CommandError::NoPass(_)
            | CommandError::Invalid(_)
            | CommandError::Room(_) => ("state", "report-error-failed"),
        })
    }

    /// While a report is being kept, or not any more.
    fn wait(&self, is_waiting: bool) {
        self.say(is_waiting.then_some("report-working"));
        for button in dom::all(&self.0.form, "button[type=submit]") {
            // The attribute's name is a good one.
            let _ = match is_waiting {
                true => button.set_attribute("aria-disabled", "true"),
                false => button.remove_attribute("aria-disabled"),
            };
        }
    }

    fn told(&self, told: Told<ReporterEvent>) {
        match told {
            Told::Event(ReporterEvent::Neighbor(event)) => self.heard(event),
            Told::Event(ReporterEvent::Warning { code: CLOCK_SKEW, .. }) => {
                self.say(Some("report-error-clock"));
            }
            Told::Reachable(is_reachable) => {
                self.0.is_reachable.set(is_reachable);
                self.show_kept();
            }
            Told::Changed => self.tidy_up(),
            Told::Stopped(error) => self.stopped(&error),
            Told::Event(_) => {}
        }
    }

    fn heard(&self, event: NeighborEvent) {
        match event {
            NeighborEvent::Kept { words, digits, .. } => {
                self.0.is_littered.set(true);
                self.put_away();
                self.show_after(&words, &digits);
                self.show_kept();
            }
            NeighborEvent::Sent(_) => self.say(Some("report-sent")),
            NeighborEvent::Received(..) => self.say(Some("report-desk-has-it")),
            NeighborEvent::Refused(..) => self.say(Some("report-error-failed")),
            // The conversation is on the page that follows a report.
            NeighborEvent::Desk { .. } | NeighborEvent::Answered(..) => {}
        }
    }

    /// What is kept and has not been sent, or waits for the desk.
    fn show_kept(&self) {
        let Some(session) = self.session() else { return };
        let kept: Vec<bool> = session.look(|engine| engine.kept().map(|(_, is_sent)| is_sent).collect());
        let is_online = web_sys::window().is_none_or(|window| window.navigator().on_line());
        match kept.iter().all(|is_sent| *is_sent) {
            _ if kept.is_empty() => {}
            true => self.say(Some("report-sent")),
            false if !self.0.is_durable.get() => self.say(Some("report-kept-open")),
            false if is_online && self.0.is_reachable.get() => self.say(Some("report-kept")),
            false => self.say(Some("report-kept-offline")),
        }
    }

    /// The form's fields are emptied and hidden: a report is not left lying on the screen.
    fn put_away(&self) {
        let form = &self.0.form;
        form.reset();
        self.0.near_me.set(None);
        let children = form.children();
        let state = dom::by_id("state");
        for child in (0..children.length()).filter_map(|at| children.item(at)) {
            if state.as_ref().is_some_and(|state| child.contains(Some(state))) {
                dom::all(&child, "button").iter().for_each(|button| button.set_hidden(true));
            } else if let Some(child) = child.dyn_ref::<HtmlElement>() {
                child.set_hidden(true);
            }
        }
    }

    fn show_after(&self, words: &str, digits: &str) {
        let Some(after) = dom::by_id("after") else { return };
        if let Some(advice) = dom::by_id("advice") {
            advice.set_text_content(None);
            let own = format!("advice-{}", self.0.kind.borrow());
            for id in [own.as_str(), "advice-distance", "advice-record", "advice-no-share"] {
                if let Some(text) = dom::text(id) {
                    dom::add(&advice, "p", "", &text);
                }
            }
        }
        if let Some(phrase) = dom::by_id("phrase") {
            phrase.set_text_content(None);
            dom::add(&phrase, "span", "words", words);
            dom::add(&phrase, "br", "", "");
            dom::add(&phrase, "span", "digits", digits);
        }
        after.set_hidden(false);
        if let Some(heading) = dom::find("#after h2") {
            heading.set_tab_index(-1);
            let _ = heading.focus();
        }
    }

    fn say(&self, text: Option<&str>) {
        dom::say("state", text);
    }

    /// Nothing is kept any more: what is left on the phone is erased, the key too.
    fn tidy_up(&self) {
        let Some(session) = self.session().filter(|session| session.look(Reporter::is_done)) else { return };
        if !self.0.is_littered.replace(false) {
            return;
        }
        spawn_local(async move {
            let again = session.clone();
            // Should it fail, the next page that opens finds nothing to send and erases it.
            let _ = session
                .with_vault(async |vault| match again.look(Reporter::is_done) {
                    true => vault.forget().await,
                    false => Ok(()),
                })
                .await;
        });
    }

    /// The phone did not keep it: nothing was sent and nothing is lost, and from now on this page keeps it.
    fn stopped(&self, error: &VaultError) {
        self.0.is_durable.set(false);
        self.0.is_busy.set(false);
        self.wait(false);
        let is_full = error.code() == "storage-full";
        self.say(Some(if is_full { "report-error-storage-full" } else { "report-error-failed" }));
        let page = self.clone();
        spawn_local(async move {
            // Without randomness nothing can be sealed: the message stays.
            let _ = page.start(None).await;
        });
    }
}

fn copy_phrase() {
    let words = dom::find("#phrase .words").and_then(|words| words.text_content());
    let (Some(words), Some(window)) = (words, web_sys::window()) else { return };
    spawn_local(async move {
        if JsFuture::from(window.navigator().clipboard().write_text(&words)).await.is_ok() {
            dom::say("copied", Some("ask-copied"));
        }
    });
}
