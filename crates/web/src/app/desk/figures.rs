//! The day's figures: counted without logging anyone.

use bystand_core::desk::{Figures, Spread, Tally};
use bystand_core::device::Device;
use bystand_wire::Timestamp;
use bystand_wire::time::{DAY_MS, HOUR_MS};
use leptos::prelude::*;

use super::super::clock;
use super::super::words::{t, t_with};
use super::Desk;
use crate::shell::clock::now;

/// Hours that the plot shows.
const HOURS: u64 = 24;

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Shown {
    lines: Vec<(String, String)>,
    /// Reports and confirmed, by hour, the oldest first.
    hours: Vec<(u32, u32)>,
}

/// The figures.
#[component]
pub fn FiguresView() -> impl IntoView {
    let desk = Desk::here();
    let shown = Memo::new(move |_| desk.net.look(shown).unwrap_or_default());
    view! {
        <dl class="figures">
            {move || shown.with(|shown| shown.lines.clone()).into_iter()
                .map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view()}
        </dl>
        <h3>{t("figures-by-hour")}</h3>
        {move || shown.with(|shown| plot(&shown.hours))}
    }
}

fn shown(device: &Device) -> Shown {
    let figures = device.desk().state().figures();
    let (from, until) = (now().minus_ms(DAY_MS), now().plus_ms(1));
    let day = figures.total(from, until);
    let on_duty: u32 = device.desk().state().on_duty().map(|(_, _, count)| count).sum();
    let share = figures
        .confirmed_permille(from, until)
        .map_or_else(|| t("figures-unknown"), |share| format!("{}.{} %", share / 10, share % 10));
    let lines = vec![
        (t("figures-reports"), day.reports.to_string()),
        (t("figures-confirmed"), day.confirmed.to_string()),
        (t("figures-false-alarms"), day.false_alarms.to_string()),
        (t("figures-unchecked"), day.unchecked.to_string()),
        (t("figures-share"), share),
        (t("figures-responders"), day.responders.to_string()),
        (t("figures-on-duty"), on_duty.to_string()),
        (t("figures-to-desk"), half(&figures.to_desk)),
        (t("figures-to-finding"), half(&figures.to_finding)),
        (t("figures-to-alert"), half(&figures.to_alert)),
    ];
    Shown { lines, hours: (0..HOURS).rev().map(|back| hour(figures, back)).collect() }
}

fn hour(figures: &Figures, back: u64) -> (u32, u32) {
    let start = Timestamp(now().0 / HOUR_MS * HOUR_MS).minus_ms(back * HOUR_MS);
    let Tally { reports, confirmed, .. } = figures.total(start, start.plus_ms(HOUR_MS));
    (reports, confirmed)
}

fn half(spread: &Spread) -> String {
    spread.within_ms(500).map_or_else(
        || t("figures-unknown"),
        |ms| t_with("figures-half", &[("time", clock::span(ms).as_str().into())]),
    )
}

/// Bars: reports, and in front of them what was confirmed.
fn plot(hours: &[(u32, u32)]) -> impl IntoView + use<> {
    let most = hours.iter().map(|hour| hour.0).max().unwrap_or(0).max(1);
    let height = |count: u32| f64::from(count) / f64::from(most) * 90.0;
    let bars = hours
        .iter()
        .enumerate()
        .map(|(at, (reports, confirmed))| {
            let x = at * 16 + 4;
            let (all, good) = (height(*reports), height(*confirmed));
            view! {
                <rect class="reports" x=x width="12" y=100.0 - all height=all />
                <rect class="confirmed" x=x width="12" y=100.0 - good height=good />
            }
        })
        .collect_view();
    let said = t_with("figures-plot", &[("count", most.into())]);
    view! { <svg class="plot" viewBox="0 0 392 104" role="img" aria-label=said>{bars}</svg> }
}
