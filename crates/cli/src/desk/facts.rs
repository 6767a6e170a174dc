//! What an entry of the casebook says: a word for scripts, a sentence for people, and the particulars.

use bystand_core::desk::{
    AlertEvent, CallOutEvent, CloseEvent, DeskState, Event, Finding, FindingEvent, IntakeEvent, PublicPlace,
    RumorEvent, ShiftEvent, WakeReason, WorkEvent,
};
use bystand_core::report::{Report, Source};
use serde_json::{Value, json};

use super::names;
use crate::choice;

/// An entry, told.
#[derive(Debug)]
pub struct Said {
    /// Stable, for scripts.
    pub word: &'static str,
    /// For a person.
    pub text: String,
    /// For scripts.
    pub more: Value,
}

impl Said {
    fn new(word: &'static str, text: impl Into<String>, more: Value) -> Self {
        Self { word, text: text.into(), more }
    }

    fn plain(word: &'static str, text: impl Into<String>) -> Self {
        Self::new(word, text, json!({}))
    }
}

/// Tells an entry.
pub fn tell(state: &DeskState, event: &Event) -> Said {
    match event {
        Event::Shift(event) => shift(event),
        Event::Intake(event) => intake(state, event),
        Event::Work(event) => work(event),
        Event::CallOut(event) => call_out(event),
        Event::Finding(event) => finding(event),
        Event::Alert(event) => alert(event),
        Event::Rumor(event) => rumor(event),
        Event::Close(event) => close(state, event),
    }
}

fn shift(event: &ShiftEvent) -> Said {
    match event {
        ShiftEvent::Started { languages } => {
            Said::new("shift-started", "starts a shift", json!({"languages": languages}))
        }
        ShiftEvent::Ended => Said::plain("shift-ended", "ends the shift"),
        ShiftEvent::Lapsed { who, .. } => {
            let name = names::name(*who);
            Said::new("shift-lapsed", format!("the shift of {name} lapsed"), json!({"who": name}))
        }
        ShiftEvent::Sign => Said::plain("sign", "is here"),
        ShiftEvent::OnCallWoken { reason, count } => {
            let why = match reason {
                WakeReason::NobodyAtDesk => "nobody is at the desk",
                WakeReason::TooMuch => "there is more than the shift can handle",
                WakeReason::Countersign => "a second signature is needed",
            };
            Said::new("on-call-woken", format!("{count} on call were woken: {why}"), json!({"count": count}))
        }
        ShiftEvent::HandedOver { to, counts, note } => {
            let to = to.map_or_else(|| "whoever comes".to_owned(), names::name);
            let text = format!(
                "hands over to {to}: {} waiting, {} claimed, {} being checked, {} responders out, {} alerts. {note}",
                counts.waiting, counts.claimed, counts.checking, counts.responders_out, counts.alerts_live
            );
            Said::new("handed-over", text, json!({"to": to, "note": note, "waiting": counts.waiting}))
        }
        ShiftEvent::DutyCounted { zone, count } => {
            let text = format!("{count} on duty in {zone}");
            Said::new("duty", text, json!({"zone": zone.to_string(), "count": count}))
        }
    }
}

fn intake(state: &DeskState, event: &IntakeEvent) -> Said {
    match event {
        IntakeEvent::ReportTaken { report, vouch, .. } => {
            let mut said = report_said("report", report);
            if vouch.is_some() {
                said.text.push_str(" (vouched)");
            }
            set(&mut said.more, "vouched", json!(vouch.is_some()));
            said
        }
        IntakeEvent::SameAs { into, .. } => {
            let into = names::number_of(state, *into);
            Said::new("same-as", format!("same as {into}"), json!({"into": into}))
        }
        IntakeEvent::Split { .. } => Said::plain("split", "stands alone again"),
        IntakeEvent::Struck { .. } => Said::plain("struck", "words were struck"),
        IntakeEvent::MarkedHome { .. } => Said::plain("home", "the place is a home: pin and text are gone"),
        IntakeEvent::Asked { question, .. } => {
            Said::new("asked", format!("asks the reporter: {question}"), json!({"text": question}))
        }
        IntakeEvent::ReporterSaid { text, .. } => {
            Said::new("reporter-said", format!("the reporter says: {text}"), json!({"text": text}))
        }
        IntakeEvent::Told { news, .. } => {
            let news = choice::news_word(*news);
            Said::new("told", format!("tells the reporter: {news}"), json!({"news": news}))
        }
    }
}

fn work(event: &WorkEvent) -> Said {
    match event {
        WorkEvent::Claimed { .. } => Said::plain("claimed", "takes it"),
        WorkEvent::Released { .. } => Said::plain("released", "lets go of it"),
        WorkEvent::ClaimLapsed { holder, .. } => {
            let name = names::name(*holder);
            Said::new("claim-lapsed", format!("the claim of {name} lapsed"), json!({"holder": name}))
        }
        WorkEvent::Noted { note, .. } => Said::new("note", format!("notes: {note}"), json!({"text": note})),
        WorkEvent::Sorted { drawer, .. } => {
            let drawer = drawer.as_str();
            Said::new("sorted", format!("sorts it: {drawer}"), json!({"drawer": drawer}))
        }
        WorkEvent::HeadsUp { zone, .. } => {
            Said::new("heads-up", format!("heads-up to {zone}"), json!({"zone": zone.to_string()}))
        }
        WorkEvent::Referred { to, note, .. } => {
            let to = choice::helpers_word(*to);
            Said::new("referred", format!("hands it to {to}: {note}"), json!({"to": to, "text": note}))
        }
    }
}

fn call_out(event: &CallOutEvent) -> Said {
    match event {
        CallOutEvent::Opened { request, .. } => {
            let roles: Vec<&str> = request.roles.iter().map(|role| role.as_str()).collect();
            let text = format!("calls out {} within {} min", roles.join(", "), request.within_min);
            let more =
                json!({"roles": roles, "within_min": request.within_min, "cell": request.cell.to_string()});
            Said::new("call-out", text, more)
        }
        CallOutEvent::Offered { offer, minutes, .. } => {
            let (offer, text) =
                (offer.short(), format!("offer {}: can be there in {minutes} min", offer.short()));
            Said::new("offer", text, json!({"offer": offer, "minutes": minutes}))
        }
        CallOutEvent::Accepted { offers, alone_agreed, .. } => {
            let offers: Vec<String> = offers.iter().map(|offer| offer.short()).collect();
            let text = format!("accepts {}", offers.join(", "));
            Said::new("accepted", text, json!({"offers": offers, "alone": alone_agreed}))
        }
        CallOutEvent::Declined { offers, .. } => {
            let offers: Vec<String> = offers.iter().map(|offer| offer.short()).collect();
            Said::new("declined", format!("declines {}", offers.join(", ")), json!({"offers": offers}))
        }
        CallOutEvent::Sign { offer, sign, .. } => {
            let (offer, sign) = (offer.short(), choice::sign_word(*sign));
            Said::new("sign-from", format!("{offer}: {sign}"), json!({"offer": offer, "sign": sign}))
        }
        CallOutEvent::Silent { offer, .. } => {
            let text = "no sign in time (call them, then open their envelope):";
            of_offer("silent", text, offer.short())
        }
        CallOutEvent::Reached { offer, note, .. } => {
            let text = format!("reached {}: {note}", offer.short());
            Said::new("reached", text, json!({"offer": offer.short(), "text": note}))
        }
        CallOutEvent::EnvelopeOpened { offer, .. } => {
            of_offer("envelope-opened", "opens the emergency envelope of", offer.short())
        }
        CallOutEvent::Unanswered { .. } => {
            Said::plain("unanswered", "nobody answered in 60 seconds: ring on-call volunteers")
        }
        CallOutEvent::Rung { count, .. } => {
            Said::new("rung", format!("{count} on call were rung"), json!({"count": count}))
        }
        CallOutEvent::NobodyArrived { .. } => {
            Said::plain("nobody-arrived", "nobody who was accepted arrived")
        }
        CallOutEvent::Closed { .. } => Said::plain("call-out-ended", "the call-out is over"),
    }
}

fn of_offer(word: &'static str, text: &str, offer: String) -> Said {
    Said::new(word, format!("{text} {offer}"), json!({"offer": offer}))
}

fn finding(event: &FindingEvent) -> Said {
    match event {
        FindingEvent::Recorded { finding, .. } => found(finding),
        FindingEvent::OnTheSpot { report, finding, .. } => {
            let (mut said, found) = (report_said("report-and-finding", report), found(finding));
            said.text = format!("{}; {}", said.text, found.text);
            set(&mut said.more, "verdict", json!(choice::verdict_word(finding.verdict)));
            said
        }
        FindingEvent::Signed { .. } => Said::plain("finding-signed", "the verifier's signature came"),
        FindingEvent::Resolved { note, .. } => {
            Said::new("resolved", format!("decides which finding stands: {note}"), json!({"text": note}))
        }
    }
}

fn found(finding: &Finding) -> Said {
    let verdict = choice::verdict_word(finding.verdict);
    let signed = if finding.signed.is_some() { "signed" } else { "by phone, not signed" };
    let text = format!("finding: {verdict}, {} looked ({signed}) {}", finding.seen_by, finding.note);
    let place = match &finding.place {
        PublicPlace::Cell(cell) => cell.to_string(),
        PublicPlace::Zone(zone) => zone.to_string(),
    };
    let more = json!({"verdict": verdict, "seen_by": finding.seen_by, "signed": finding.signed.is_some(),
                      "place": place, "text": finding.note});
    Said::new("finding", text.trim_end(), more)
}

fn alert(event: &AlertEvent) -> Said {
    match event {
        AlertEvent::Prepared { step, .. } => {
            let step = choice::step_word(*step);
            Said::new("alert-prepared", format!("prepares an alert: {step}"), json!({"step": step}))
        }
        AlertEvent::CountersignAsked { .. } => {
            Said::plain("countersign-asked", "asks a second registrar to sign")
        }
        AlertEvent::CountersignGiven { signer, .. } => {
            let name = names::name(*signer);
            Said::new("countersigned", format!("{name} signed as second registrar"), json!({"signer": name}))
        }
        AlertEvent::Published { step, log_index, alert, .. } => {
            let step = choice::step_word(*step);
            let more = json!({"step": step, "log_index": log_index, "alert": alert.to_string()});
            Said::new("published", format!("PUBLISHED: {step} (log entry {log_index})"), more)
        }
        AlertEvent::Rechecking { log_index, alert, .. } => {
            let more = json!({"log_index": log_index, "alert": alert.to_string()});
            Said::new("rechecking", format!("published: being checked again (log entry {log_index})"), more)
        }
        AlertEvent::Lapsed { .. } => Said::plain("alert-lapsed", "no news in time: shown as *no news since*"),
    }
}

fn rumor(event: &RumorEvent) -> Said {
    match event {
        RumorEvent::Asked { kind, zone, .. } => {
            let place = zone.as_ref().map_or_else(|| "everywhere".to_owned(), ToString::to_string);
            let text = format!("rumor: {} in {place}", kind.as_str());
            Said::new("rumor", text, json!({"kind": kind.as_str(), "zone": place}))
        }
        RumorEvent::AskedAgain { .. } => Said::plain("rumor-again", "the same rumor again"),
        RumorEvent::Answered { answer, .. } => {
            let verdict = choice::verdict_word(answer.verdict);
            Said::new("rumor-answered", format!("rumor answered: {verdict}"), json!({"verdict": verdict}))
        }
        RumorEvent::Published { log_index, .. } => {
            let text = format!("PUBLISHED: rumor check (log entry {log_index})");
            Said::new("rumor-published", text, json!({"log_index": log_index}))
        }
    }
}

fn close(state: &DeskState, event: &CloseEvent) -> Said {
    match event {
        CloseEvent::Closed { ending, class, .. } => {
            let (ending, class) = (ending.as_str(), class.as_str());
            let more = json!({"ending": ending, "class": class});
            Said::new("closed", format!("closes it: {ending}, kept as {class}"), more)
        }
        CloseEvent::AfterAction { note, .. } => {
            Said::new("after-action", format!("afterwards: {note}"), json!({"text": note}))
        }
        CloseEvent::Reopened { .. } => Said::plain("reopened", "opens it again"),
        CloseEvent::LegalClosed { .. } => Said::plain("legal-closed", "legal is done with it"),
        CloseEvent::Held { .. } => Said::plain("held", "legal holds it"),
        CloseEvent::HoldReleased { .. } => Said::plain("hold-released", "legal lets go of it"),
        CloseEvent::Erased { members, .. } => {
            let members: Vec<String> = members.iter().map(|id| names::number_of(state, *id)).collect();
            Said::new("erased", format!("erased: {}", members.join(", ")), json!({"members": members}))
        }
    }
}

fn report_said(word: &'static str, report: &Report) -> Said {
    let said = report.said();
    let place = &said.place;
    let mut parts = vec![said.kind.as_str().to_owned()];
    parts.extend(place.zone.as_ref().map(ToString::to_string));
    parts.extend([place.text.clone(), said.activity.clone()].into_iter().filter(|text| !text.is_empty()));
    if place.home {
        parts.push("a home".to_owned());
    }
    if said.needs_interpreter {
        let language = said.language.as_deref().unwrap_or("?");
        parts.push(format!("needs an interpreter ({language})"));
    }
    let source = match report.source() {
        Source::Public | Source::Card | Source::Member => "report",
        Source::Caller => "caller",
    };
    let more = json!({
        "kind": said.kind.as_str(), "zone": place.zone.as_ref().map(ToString::to_string),
        "place": place.text, "text": said.activity, "home": place.home,
        "first_hand": said.first_hand.as_str(), "source": report.source().as_str(),
    });
    Said::new(word, format!("{source}: {}", parts.join(", ")), more)
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(map) = object {
        map.insert(name.to_owned(), value);
    }
}
