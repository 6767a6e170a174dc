//! What a newcomer is told while a registrar's device admits it.

use bystand_core::device::enroll::EnrollEvent;
use bystand_wire::Role;
use serde_json::json;

use crate::failure::Done;
use crate::output::{Output, Tone};

/// Shows it.
pub fn show(output: Output, news: EnrollEvent) -> Done {
    match news {
        EnrollEvent::Waiting { roles } => {
            let text =
                format!("The request is on its way: {}. A registrar's device must be running.", list(&roles));
            output.both(&text, &json!({"event": "waiting", "roles": words(&roles)}))?;
        }
        EnrollEvent::Certified { certificate, roles, until } => {
            let text = format!("Admitted as {}, until {until}.", list(&roles));
            let value = json!({"event": "certified", "certificate": certificate.to_string(),
                               "roles": words(&roles), "until": until.to_string()});
            output.both(&output.tone(Tone::Good, &text), &value)?;
        }
        EnrollEvent::Passes { purpose, period, count } => {
            let passes = if count == 1 { "pass" } else { "passes" };
            let text = format!("{count} {} {passes} for {period}.", purpose.as_str());
            let value = json!({"event": "passes", "purpose": purpose.as_str(), "period": period.to_string(),
                               "count": count});
            output.both(&output.tone(Tone::Faint, &text), &value)?;
        }
        EnrollEvent::Refused(code) => {
            let text = format!("The registrar refused, or what it sent does not hold: {code}.");
            output.both(&output.tone(Tone::Bad, &text), &json!({"event": "refused", "code": code}))?;
        }
    }
    Ok(())
}

/// The words of roles.
pub fn words(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.as_str()).collect()
}

/// The words of roles in a sentence.
pub fn list(roles: &[Role]) -> String {
    words(roles).join(", ")
}
