//! The fields of a report, for members and for dispatchers who type for a caller.

use bystand_core::device::Device;
use bystand_core::device::zones::Zones;
use bystand_core::geo::cell_of;
use bystand_core::report::{FirstHand, Kind, Place, ReportIn, Size, When, screen_text};
use bystand_wire::time::MINUTE_MS;
use bystand_wire::{ReportId, Timestamp};
use leptos::prelude::*;

use super::super::places;
use super::super::ui::{Choice, Do, Line, Lines, Tick};
use super::super::words::{LANGUAGES, t, tag};
use super::going::of_word;

/// How coarse the cell of a home is.
const HOME_RESOLUTION: u8 = 8;

/// What is typed.
#[derive(Debug, Clone, Copy)]
pub struct ReportFields {
    kind: RwSignal<String>,
    first_hand: RwSignal<String>,
    place: RwSignal<String>,
    point: RwSignal<String>,
    zone: RwSignal<String>,
    home: RwSignal<bool>,
    activity: RwSignal<String>,
    people: RwSignal<String>,
    vehicles: RwSignal<String>,
    unit: RwSignal<String>,
    equipment: RwSignal<String>,
    minutes_ago: RwSignal<String>,
    language: RwSignal<String>,
    interpreter: RwSignal<bool>,
}

impl Default for ReportFields {
    fn default() -> Self {
        let text = |value: &str| RwSignal::new(value.to_owned());
        Self {
            kind: text(Kind::Presence.as_str()),
            first_hand: text(FirstHand::Unknown.as_str()),
            place: text(""),
            point: text(""),
            zone: text(""),
            home: RwSignal::new(false),
            activity: text(""),
            people: text(""),
            vehicles: text(""),
            unit: text(""),
            equipment: text(""),
            minutes_ago: text("0"),
            language: RwSignal::new(tag()),
            interpreter: RwSignal::new(false),
        }
    }
}

impl ReportFields {
    /// The report as typed. `Err` is the id of the text that says what is missing.
    pub fn report(&self, device: &Device, now: Timestamp) -> Result<ReportIn, &'static str> {
        let kind = of_word(&Kind::ALL, Kind::as_str, &self.kind.get_untracked()).ok_or("form-needs-kind")?;
        let activity = self.activity.get_untracked();
        if kind == Kind::Other && activity.trim().is_empty() {
            return Err("form-needs-activity");
        }
        let mut report = ReportIn::new(ReportId([0; ReportId::LEN]), kind, self.place(device)?, now);
        report.activity = activity;
        report.first_hand =
            of_word(&FirstHand::ALL, FirstHand::as_str, &self.first_hand.get_untracked()).unwrap_or_default();
        report.size = Size { people: number(self.people), vehicles: number(self.vehicles) };
        report.unit = self.unit.get_untracked();
        report.equipment = self.equipment.get_untracked();
        report.seen = match self.minutes_ago.get_untracked().parse::<u64>() {
            Ok(0) => When::Now,
            Ok(minutes) => When::At(now.minus_ms(minutes.saturating_mul(MINUTE_MS))),
            Err(_) => When::Unknown,
        };
        report.language = Some(self.language.get_untracked()).filter(|language| !language.is_empty());
        report.needs_interpreter = self.interpreter.get_untracked();
        Ok(report)
    }

    /// Empties all fields.
    pub fn clear(&self) {
        for text in
            [self.place, self.point, self.activity, self.people, self.vehicles, self.unit, self.equipment]
        {
            text.set(String::new());
        }
        self.home.set(false);
        self.interpreter.set(false);
        self.minutes_ago.set("0".to_owned());
    }

    fn place(&self, device: &Device) -> Result<Place, &'static str> {
        let text = self.place.get_untracked().trim().to_owned();
        let typed = self.point.get_untracked();
        let point =
            if typed.trim().is_empty() { None } else { Some(places::parse(&typed).ok_or("form-bad-point")?) };
        let zone = self.zone.get_untracked().parse().ok();
        if point.is_none() && text.is_empty() && zone.is_none() {
            return Err("form-needs-place");
        }
        let home = self.home.get_untracked();
        let near = point.filter(|_| home).and_then(|point| cell_of(point, HOME_RESOLUTION).ok());
        let mut place = Place { point, text, zone, near, home };
        if let Some(zones) = Zones::of(device.shared()) {
            zones.fill_in(&mut place);
        }
        Ok(place)
    }
}

fn number(field: RwSignal<String>) -> Option<u16> {
    field.get_untracked().trim().parse().ok()
}

/// The form.
#[component]
pub fn Form(
    /// What is typed.
    fields: ReportFields,
    /// Whether a dispatcher types for somebody.
    #[prop(default = false)]
    is_call: bool,
) -> impl IntoView {
    let net = super::super::state::net();
    let zones = net.peek(places::zones).unwrap_or_default();
    let none = (String::new(), t("form-zone-unknown"));
    let zones =
        std::iter::once(none).chain(zones.into_iter().map(|(id, name)| (id.to_string(), name))).collect();
    let kinds = Kind::ALL.map(|kind| (kind.as_str().to_owned(), t(&format!("kind-{}", kind.as_str()))));
    let seen =
        FirstHand::ALL.map(|seen| (seen.as_str().to_owned(), t(&format!("first-hand-{}", seen.as_str()))));
    let ago = [0_u64, 5, 15, 30, 60, 180]
        .map(|minutes| (minutes.to_string(), super::super::clock::span(minutes * MINUTE_MS)));
    let languages = LANGUAGES.map(|(tag, name)| (tag.to_owned(), name.to_owned()));
    let near = move || {
        places::locate(move |found| match found {
            Some(point) => fields.point.set(places::exact(point)),
            None => net.trouble(t("location-refused")),
        });
    };
    let concerns = move || {
        let texts = [fields.activity, fields.place, fields.unit, fields.equipment];
        let mut found: Vec<String> = texts
            .iter()
            .flat_map(|text| text.with(|text| screen_text(text)))
            .map(|concern| t(&format!("concern-{}", concern.kind.as_str())))
            .collect();
        found.dedup();
        found.into_iter().map(|text| view! { <p class="warning">{text}</p> }).collect_view()
    };
    view! {
        <div class="report-form">
            {(!is_call).then(|| view! { <p class="warning">{t("page-hurt")}</p> })}
            <Choice name="first-hand" text="page-first-hand" options=seen.to_vec() value=fields.first_hand />
            <Choice name="kind" text="form-kind" options=kinds.to_vec() value=fields.kind />
            <Line name="place" text="form-place" value=fields.place hint="form-cross-streets" />
            <div class="row">
                <Line name="point" text="form-point" value=fields.point hint="form-point-hint" />
                {(!is_call).then(|| view! { <Do text="near-me" act=near /> })}
            </div>
            <Choice name="zone" text="form-zone" options=zones value=fields.zone />
            <Tick name="home" text=t("form-home") on=fields.home set=move |is_on| fields.home.set(is_on) />
            <Lines name="activity" text="form-text" value=fields.activity />
            <div class="row">
                <Line name="people" text="form-people" value=fields.people kind="number" />
                <Line name="vehicles" text="form-vehicles" value=fields.vehicles kind="number" />
                <Choice name="ago" text="form-when" options=ago.to_vec() value=fields.minutes_ago />
            </div>
            <Line name="unit" text="form-unit" value=fields.unit />
            <Line name="equipment" text="form-equipment" value=fields.equipment />
            {is_call.then(|| view! {
                <div class="row">
                    <Choice name="caller-language" text="form-language" options=languages.to_vec() value=fields.language />
                    <Tick
                        name="interpreter"
                        text=t("form-interpreter")
                        on=fields.interpreter
                        set=move |is_on| fields.interpreter.set(is_on)
                    />
                </div>
            })}
            <div aria-live="polite">{concerns}</div>
            <p class="hint">{t("form-no-names")}</p>
        </div>
    }
}
