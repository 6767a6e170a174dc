//! Alerts and rumor checks as lines, rows and objects. Nothing here ever reads as *safe*.

use bystand_core::alerts::{AlertView, Basis, Outcome, Place, Shown};
use bystand_core::device::Shared;
use bystand_core::network::manifest::place_name;
use bystand_core::texts::{Arg, Texts};
use serde_json::{Value, json};

use crate::failure::Done;
use crate::output::{Output, Tone};

/// The headings of [`row`].
pub const HEADINGS: [&str; 6] = ["State", "What", "Where", "Finding", "Seen", "Alert"];

/// One alert as a line, or as an object. `place` is what people call the place.
pub fn show(output: Output, view: &AlertView, place: &str) -> Done {
    let (state, tone) = state(view);
    let line = format!(
        "{} {}, {place} ({}){}",
        output.tone(tone, &state),
        view.kind.as_str(),
        view.outcome,
        remarks(view)
    );
    output.both(&line, &object(view, place))?;
    Ok(())
}

/// One alert as an object.
pub fn object(view: &AlertView, place: &str) -> Value {
    json!({
        "event": "alert",
        "alert": view.alert.to_string(),
        "state": word(view.shown),
        "kind": view.kind.as_str(),
        "place": view.place.to_string(),
        "where": place,
        "outcome": view.outcome.to_string(),
        "observed_from": view.observed_from.to_string(),
        "observed_until": view.observed_until.to_string(),
        "issued": view.issued.to_string(),
        "expires": view.expires.to_string(),
        "serial": view.serial,
        "log_index": view.log_index,
        "basis": basis(view.basis),
        "single_keyholder": view.single_keyholder,
    })
}

/// One alert as a row.
pub fn row(shared: &Shared, view: &AlertView, seen: &str) -> Vec<String> {
    let finding = match view.outcome {
        Outcome::Confirmed => format!("confirmed{}", remarks(view)),
        Outcome::FalseAlarm(_) | Outcome::Over(_) => format!("{}{}", view.outcome, remarks(view)),
    };
    vec![
        state(view).0,
        view.kind.as_str().to_owned(),
        place(shared, &view.place),
        finding,
        seen.to_owned(),
        view.alert.short(),
    ]
}

/// What people call a place: a cell by the zone around it.
pub fn place(shared: &Shared, place: &Place) -> String {
    let zones = shared.manifest().map_or(&[][..], |verified| verified.manifest().zones.as_slice());
    let name = place_name(zones, place);
    match place {
        Place::Zone(_) => name,
        Place::Cell(_) if name == place.to_string() => name,
        Place::Cell(_) => Texts::english().get("alert-place-around", &[("place", Arg::Text(&name))]),
    }
}

fn state(view: &AlertView) -> (String, Tone) {
    match view.shown {
        Shown::Current => ("CONFIRMED".to_owned(), Tone::Bad),
        Shown::BeingChecked => ("BEING CHECKED AGAIN".to_owned(), Tone::Warn),
        Shown::NoNewsSince(_) => ("no news since; this does not mean it is over".to_owned(), Tone::Warn),
        Shown::Wrong => ("IT WAS WRONG".to_owned(), Tone::Strong),
        Shown::Over => ("it is over".to_owned(), Tone::Plain),
        Shown::Answered => ("rumor check".to_owned(), Tone::Plain),
    }
}

fn word(shown: Shown) -> &'static str {
    match shown {
        Shown::Current => "current",
        Shown::BeingChecked => "being-checked",
        Shown::NoNewsSince(_) => "no-news",
        Shown::Wrong => "wrong",
        Shown::Over => "over",
        Shown::Answered => "rumor-check",
    }
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Finding => "finding",
        Basis::SecondRegistrar => "second-registrar",
        Basis::DeskAlone => "desk-alone",
    }
}

fn remarks(view: &AlertView) -> String {
    let mut text = String::new();
    match view.basis {
        Basis::Finding => {}
        Basis::SecondRegistrar => text.push_str("; signed by a second registrar, by nobody on the scene"),
        Basis::DeskAlone => text.push_str("; by the desk alone"),
    }
    if view.single_keyholder {
        text.push_str("; single keyholder");
    }
    text
}
