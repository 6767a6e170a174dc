//! What every running command shows alike: the connection, warnings, alerts, team news.

use bystand_client::{Session, Told};
use bystand_core::device::registrar::RegistrarEvent;
use bystand_core::device::{Device, Event};
use bystand_core::logwatch::AlertEvent;
use serde_json::json;

use crate::alert_lines;
use crate::failure::Done;
use crate::output::{Output, Tone, harmless, note};
use crate::registrar;

/// Shows what is not of one role; places by the names that the network gives them.
pub async fn show_in(session: &mut Session<Device>, output: Output, told: Told<Event>) -> Done {
    let Told::Event(Event::Alert(AlertEvent::Taken { view, .. })) = told else { return show(output, told) };
    let place = view.place.clone();
    let name = session.ask(move |device, _, _| alert_lines::place(device.shared(), &place)).await?;
    alert_lines::show(output, &view, &name)
}

/// Shows what is not of one role, where no network is at hand.
pub fn show(output: Output, told: Told<Event>) -> Done {
    match told {
        Told::Reachable => connection(output, "reachable", None),
        Told::Unreachable(why) => connection(output, "unreachable", Some(why)),
        Told::Live => connection(output, "live", None),
        Told::NotLive(why) => connection(output, "not-live", Some(why)),
        Told::Event(event) => show_event(output, event),
    }
}

fn show_event(output: Output, event: Event) -> Done {
    match event {
        Event::Online(_) => Ok(()),
        Event::Network => Ok(output.object(&json!({"event": "network"}))?),
        Event::Warning { code, text } => {
            let text = harmless(&text);
            if output.is_json() {
                output.object(&json!({"event": "warning", "code": code, "text": text}))?;
            } else {
                note(&output.tone(Tone::Warn, &format!("Warning ({code}): {text}")));
            }
            Ok(())
        }
        Event::Alert(AlertEvent::Taken { view, .. }) => {
            alert_lines::show(output, &view, &view.place.to_string())
        }
        Event::Alert(AlertEvent::Refused(error)) => {
            let text = format!("An entry of the public log does not hold and is not shown: {error}");
            let value = json!({"event": "alert-refused", "code": error.code(), "text": error.to_string()});
            output.both(&output.tone(Tone::Bad, &text), &value)?;
            Ok(())
        }
        Event::Team(kind, news) => {
            let line = format!("Team {}: {news}.", kind.as_str());
            let value = json!({"event": "team", "team": kind.as_str(), "news": news});
            output.both(&output.tone(Tone::Faint, &line), &value)?;
            Ok(())
        }
        // It may have been asked for by an earlier command, while the relay was away.
        Event::Registrar(RegistrarEvent::Invitation { id, text, roles, expires_at }) => {
            registrar::show_invitation(output, &id, &text, &roles, expires_at)
        }
        // Each role's command shows its own before it comes here.
        Event::Enroll(_)
        | Event::Neighbor(_)
        | Event::Member(_)
        | Event::Desk(_)
        | Event::Host(_)
        | Event::Registrar(_) => Ok(()),
    }
}

/// People are told when something is wrong and when it is well again, on the error output.
fn connection(output: Output, state: &'static str, why: Option<String>) -> Done {
    if output.is_json() {
        output.object(&json!({"event": "connection", "state": state, "why": why}))?;
        return Ok(());
    }
    let text = match (state, why) {
        ("unreachable", Some(why)) => format!("The relay is not reached ({why}). Trying again."),
        ("not-live", Some(why)) => format!("No live connection ({why}). Trying again."),
        ("live", _) => "Connected.".to_owned(),
        _ => return Ok(()),
    };
    note(&output.tone(Tone::Faint, &text));
    Ok(())
}
