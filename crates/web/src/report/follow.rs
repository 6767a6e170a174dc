//! The page that follows a report: what the desk says, and an answer to it. Nothing of it is kept.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use bystand_core::device::neighbor::NeighborEvent;
use bystand_core::device::reporter::{Reporter, ReporterEvent};
use bystand_crypto::phrase::Phrase;
use web_sys::HtmlFormElement;

use super::{dom, network};
use crate::shell::vault::browser_random;
use crate::shell::worker::Works;
use crate::shell::{Session, Told, clock};

const WORKER: &str = "/app/worker.js";

#[derive(Clone)]
struct Page {
    form: HtmlFormElement,
    session: Session<Reporter>,
    phrase: Rc<RefCell<Option<Phrase>>>,
}

/// Takes over the form.
pub async fn run(form: HtmlFormElement) {
    let (network, _) = network::find(&form).await;
    let Ok(mut rng) = browser_random() else { return };
    let Ok(engine) = Reporter::open(network, &BTreeMap::new(), clock::now(), &mut rng) else { return };
    let works = Works::start(WORKER);
    let Ok(session) = Session::start(engine, None, network, works, false, told) else { return };
    let page = Page { form, session, phrase: Rc::default() };
    page.listen();
    if dom::begin(&page.form) {
        page.follow();
    }
}

impl Page {
    fn listen(&self) {
        let page = self.clone();
        dom::on(&self.form, "submit", move |event| {
            event.prevent_default();
            page.follow();
        });
        if let Some(button) = dom::button("reply") {
            let page = self.clone();
            dom::on(&button, "click", move |_| page.answer());
        }
        if let Some(window) = web_sys::window() {
            let session = self.session.clone();
            dom::on(&window, "online", move |_| session.act(Reporter::hurry));
        }
    }

    fn follow(&self) {
        dom::clear_complaints(&self.form);
        let Ok(phrase) = Phrase::parse(&dom::value(&self.form, "phrase")) else {
            return dom::complain(&self.form, "phrase", "follow-error-phrase");
        };
        *self.phrase.borrow_mut() = Some(phrase.clone());
        show("", &dom::text("follow-nothing").unwrap_or_default(), "nothing");
        if let Some(answer) = dom::by_id("answer") {
            answer.set_hidden(false);
        }
        self.session.act(|engine, now, rng| engine.follow(phrase, now, rng));
    }

    fn answer(&self) {
        dom::clear_complaints(&self.form);
        let Some(phrase) = self.phrase.borrow().clone() else { return };
        let text = dom::value(&self.form, "reply");
        if text.trim().is_empty() {
            return dom::complain(&self.form, "reply", "report-error-activity");
        }
        match self.session.act(|engine, now, rng| engine.answer(phrase, text, now, rng)) {
            Ok(()) => clear("reply"),
            Err(_) => dom::complain(&self.form, "reply", "report-error-too-long"),
        }
    }
}

fn told(told: Told<ReporterEvent>) {
    let Told::Event(ReporterEvent::Neighbor(event)) = told else { return };
    match event {
        NeighborEvent::Received(..) => {
            show("", &dom::text("news-received").unwrap_or_default(), "news");
        }
        NeighborEvent::Desk { text, .. } => show("follow-desk", &text, "desk"),
        NeighborEvent::Answered(text, _) => show("follow-you", &text, "own"),
        NeighborEvent::Kept { .. } | NeighborEvent::Sent(_) | NeighborEvent::Refused(..) => {}
    }
}

/// Adds a message, with who says it. That there is nothing yet is taken away with the first.
fn show(who: &str, text: &str, class: &str) {
    let Some(messages) = dom::by_id("messages") else { return };
    dom::all(&messages, ".nothing").iter().for_each(|nothing| nothing.remove());
    if class == "nothing" && messages.child_element_count() > 0 {
        return;
    }
    let Some(message) = dom::add(&messages, "p", class, "") else { return };
    if let Some(who) = dom::text(who) {
        dom::add(&message, "strong", "", &format!("{who} "));
    }
    dom::add(&message, "span", "", text);
}

fn clear(name: &str) {
    use wasm_bindgen::JsCast;
    let area = dom::by_id(name).and_then(|area| area.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
    if let Some(area) = area {
        area.set_value("");
    }
}
