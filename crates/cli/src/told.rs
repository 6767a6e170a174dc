//! What every running command shows alike: the connection, warnings, alerts, team news.

use bystand_client::Told;
use bystand_core::device::Event;
use bystand_core::logwatch::AlertEvent;
use serde_json::json;

use crate::alert_lines;
use crate::failure::Done;
use crate::output::{Output, Tone, harmless, note};

/// Shows what is not of one role.
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
        Event::Alert(AlertEvent::Taken { view, .. }) => alert_lines::show(output, &view),
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
