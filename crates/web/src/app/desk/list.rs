//! The queue, ranked, and what needs somebody now.
//!
//! Only the rows that can be seen are made: a flood of reports must not slow the desk down.

use bystand_core::desk::{Attention as Needs, Incident, Stage};
use bystand_core::device::Device;
use bystand_core::texts::attention_id;
use bystand_wire::{IncidentId, Timestamp};
use leptos::prelude::*;

use super::super::clock;
use super::super::ui::Line;
use super::super::words::{t, t_count, t_with};
use super::{Desk, names};
use crate::shell::clock::now;

/// The height of a row, in CSS pixels; the style sheet has the same.
const ROW_PX: i32 = 84;
/// Rows made above and below what can be seen.
const MARGIN: usize = 4;
/// What a window shows at most, in rows.
const SEEN: usize = 30;

/// What the list shows: the queue in its order, then whatever else is open.
fn listed(device: &Device, search: &str) -> Vec<IncidentId> {
    let state = device.desk().state();
    let wanted = search.trim().to_lowercase();
    if !wanted.is_empty() {
        // Search goes through everything that is still kept, closed incidents too.
        let hits = state.incidents().filter(|incident| says(device, incident, &wanted));
        return hits.map(|incident| incident.id).collect();
    }
    let own = device.shared().identity.author();
    let is_own = |incident: &&Incident| incident.claim.is_some_and(|claim| Some(claim.holder.0) == own);
    let mut ids: Vec<IncidentId> =
        state.open_incidents().filter(is_own).map(|incident| incident.id).collect();
    ids.extend(state.queue(now()).into_iter().map(|item| item.incident));
    let waiting: std::collections::BTreeSet<IncidentId> = ids.iter().copied().collect();
    ids.extend(state.open_incidents().map(|incident| incident.id).filter(|id| !waiting.contains(id)));
    ids
}

fn says(device: &Device, incident: &Incident, wanted: &str) -> bool {
    let said = incident.report.said();
    let kind = t(&format!("kind-{}", said.kind.as_str()));
    let texts = [
        said.activity.as_str(),
        said.place.text.as_str(),
        said.unit.as_str(),
        said.equipment.as_str(),
        kind.as_str(),
    ];
    names::number(incident).to_string() == wanted
        || texts.iter().any(|text| text.to_lowercase().contains(wanted))
        || names::place(device, incident).to_lowercase().contains(wanted)
        || incident.notes.iter().any(|note| note.text.to_lowercase().contains(wanted))
}

/// Chooses the next or the one before.
pub fn step(desk: Desk, by: isize) {
    let search = desk.search.get_untracked();
    let ids = desk.net.peek(|device| listed(device, &search)).unwrap_or_default();
    let chosen = desk.chosen.get_untracked();
    let at = chosen.and_then(|chosen| ids.iter().position(|id| *id == chosen));
    let next = match at {
        None => 0,
        Some(at) => at.saturating_add_signed(by).min(ids.len().saturating_sub(1)),
    };
    if let Some(id) = ids.get(next) {
        desk.chosen.set(Some(*id));
        super::super::ui::focus(&format!("row-{id}"));
    }
}

/// The list.
#[component]
pub fn Queue() -> impl IntoView {
    let desk = Desk::here();
    let ids = Memo::new(move |_| {
        desk.net.tick.track();
        desk.search.with(|search| desk.net.look(|device| listed(device, search)).unwrap_or_default())
    });
    let above = RwSignal::new(0_usize);
    let element = NodeRef::<leptos::html::Div>::new();
    let scrolled = move |_| {
        let top = element.get_untracked().map_or(0, |element| element.scroll_top() / ROW_PX);
        let first = usize::try_from(top).unwrap_or(0).saturating_sub(MARGIN);
        if above.get_untracked() != first {
            above.set(first);
        }
    };
    let seen = Memo::new(move |_| {
        let first = above.get();
        ids.with(|ids| {
            let rows = ids.iter().copied().enumerate().skip(first).take(SEEN);
            rows.collect::<Vec<(usize, IncidentId)>>()
        })
    });
    let height = move || format!("{}px", ids.with(Vec::len) * usize::try_from(ROW_PX).unwrap_or(0));
    view! {
        <section class="queue" aria-label=t("desk-queue")>
            <Line name="desk-search" text="desk-search" value=desk.search kind="search" />
            <p class="hint" role="status">{move || t_count("desk-waiting", ids.with(Vec::len))}</p>
            <div class="rows" node_ref=element on:scroll=scrolled tabindex="-1">
                <div class="all-rows" role="list" style:height=height>
                    <For each=move || seen.get() key=|row| *row let:row>
                        <Row at=row.0 id=row.1 />
                    </For>
                </div>
            </div>
        </section>
    }
}

/// A row as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    number: String,
    kind: String,
    place: String,
    at: Timestamp,
    reports: usize,
    vouched: u32,
    first_hand: bool,
    stage: Option<Stage>,
    holder: Option<String>,
    is_own: bool,
    language: Option<String>,
    interpreter: bool,
    like: Option<String>,
}

fn shown(device: &Device, id: IncidentId) -> Option<Shown> {
    let state = device.desk().state();
    let incident = state.incident(id)?;
    let said = incident.report.said();
    let group = || state.group(id);
    let like = state.proposed_joins(id).first().map(|join| names::number_of(state, join.with));
    Some(Shown {
        number: names::number(incident).to_string(),
        kind: t(&format!("kind-{}", said.kind.as_str())),
        place: names::place(device, incident),
        at: incident.received_at,
        reports: group().count(),
        vouched: state.corroboration(id),
        first_hand: group().any(|one| one.report.said().first_hand == bystand_core::report::FirstHand::Yes),
        stage: state.stage(id),
        holder: incident.claim.map(|claim| names::who(device, claim.holder)),
        is_own: incident.claim.is_some_and(|claim| names::is_own(device, claim.holder)),
        language: said.language.clone().filter(|language| *language != super::super::words::tag()),
        interpreter: said.needs_interpreter,
        like,
    })
}

#[component]
fn Row(at: usize, id: IncidentId) -> impl IntoView {
    let desk = Desk::here();
    let row = Memo::new(move |_| desk.net.look(|device| shown(device, id)).flatten());
    let age = move || {
        desk.net.tick.track();
        row.with(|row| row.as_ref().map(|row| clock::ago(row.at)))
    };
    let top = format!("{}px", at * usize::try_from(ROW_PX).unwrap_or(0));
    view! {
        <div class="row-place" role="listitem" style:top=top>
            <button
                type="button"
                id=format!("row-{id}")
                class="row"
                class:chosen=move || desk.chosen.get() == Some(id)
                class:own=move || row.with(|row| row.as_ref().is_some_and(|row| row.is_own))
                aria-pressed=move || (desk.chosen.get() == Some(id)).to_string()
                on:click=move |_| desk.chosen.set(Some(id))
            >
                {move || row.get().map(|row| view! { <RowText row=row /> })}
                <span class="age">{age}</span>
            </button>
        </div>
    }
}

#[component]
fn RowText(row: Shown) -> impl IntoView {
    let stage = row.stage.map(Stage::as_str).unwrap_or_default();
    view! {
        <span class="title"><b>{row.number}</b> " " {row.kind}</span>
        <span class="where"><bdi>{row.place}</bdi></span>
        <span class="pills">
            <span class=format!("pill {stage}")>{t(&format!("stage-{stage}"))}</span>
            {row.holder.map(|holder| view! { <span class="pill on-it">{t_with("desk-on-it", &[("who", holder.as_str().into())])}</span> })}
            {(row.reports > 1).then(|| view! { <span class="pill">{t_count("desk-reports", row.reports)}</span> })}
            {(row.vouched > 0).then(|| view! { <span class="pill good">{t_count("desk-vouched", usize::try_from(row.vouched).unwrap_or(0))}</span> })}
            {row.first_hand.then(|| view! { <span class="pill good">{t("desk-first-hand")}</span> })}
            {row.language.map(|language| view! { <span class="pill">{language}</span> })}
            {row.interpreter.then(|| view! { <span class="pill warn">{t("desk-interpreter")}</span> })}
            {row.like.map(|like| view! { <span class="pill warn">{t_with("desk-like", &[("number", like.as_str().into())])}</span> })}
        </span>
    }
}

/// What needs somebody now, the most urgent first.
#[component]
pub fn Attention() -> impl IntoView {
    let desk = Desk::here();
    let list = Memo::new(move |_| {
        desk.net.tick.track();
        desk.net.look(needs).unwrap_or_default()
    });
    view! {
        <section class="attention" aria-label=t("desk-attention") aria-live="polite">
            <For each=move || list.get() key=|need| need.clone() let:need>
                <button type="button" class="need" on:click=move |_| desk.chosen.set(need.0.or(desk.chosen.get_untracked()))>
                    <b>{need.1.clone()}</b> " " {need.2.clone()}
                </button>
            </For>
        </section>
    }
}

/// Of which incident, its number, what.
type Need = (Option<IncidentId>, String, String);

fn needs(device: &Device) -> Vec<Need> {
    /// More than these nobody reads; they come up when the first are done.
    const MOST: usize = 6;
    let state = device.desk().state();
    let all = state.attention(now()).into_iter().map(|what| {
        let (incident, count) = match &what {
            Needs::Stopped(incident, ..)
            | Needs::Silent(incident, ..)
            | Needs::Contradicted(incident)
            | Needs::AlertDoubtful(incident, _)
            | Needs::Unanswered(incident, _)
            | Needs::NobodyArrived(incident, _)
            | Needs::CountersignAwaited(incident, _)
            | Needs::Unwatched(incident, _)
            | Needs::NoNews(incident, _)
            | Needs::LeftBehind(incident)
            | Needs::Home(incident) => (Some(*incident), 0),
            Needs::NobodyAtDesk { waiting } => (None, *waiting),
            Needs::RumorMany(rumor) => {
                (None, state.rumor(*rumor).map_or(0, bystand_core::desk::Rumor::times))
            }
            Needs::AloneAtDesk => (None, 0),
        };
        let number = incident.map(|incident| names::number_of(state, incident)).unwrap_or_default();
        (incident, number, t_with(attention_id(&what), &[("count", count.into())]))
    });
    all.take(MOST).collect()
}
