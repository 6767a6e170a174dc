//! The ids of all texts.

use crate::alerts::NoteKind;
use crate::desk::{
    AlertPhase, Attention, Breach, CallOutPhase, Class, Drawer, Ending, HowEnded, News, ResponderPhase,
    Stage, Verdict, WakeReason, WhatItWas,
};
use crate::report::{ConcernKind, FirstHand, Kind, Source};

/// Ids that do not end in the word of an enum.
const FIXED: [&str; 99] = [
    "advice-distance",
    "advice-no-share",
    "advice-record",
    "alert-call",
    "alert-no-news-body",
    "alert-no-news-headline",
    "alert-only-then",
    "alert-place-around",
    "alert-place-in",
    "attention-alert-doubtful",
    "attention-alone-at-desk",
    "attention-contradicted",
    "attention-countersign-awaited",
    "attention-home",
    "attention-left-behind",
    "attention-no-news",
    "attention-nobody-arrived",
    "attention-nobody-at-desk",
    "attention-rumor-many",
    "attention-silent",
    "attention-stopped",
    "attention-unanswered",
    "attention-unwatched",
    "form-equipment",
    "form-home",
    "form-interpreter",
    "form-kind",
    "form-language",
    "form-no-names",
    "form-phrase",
    "form-place",
    "form-place-hint",
    "form-size",
    "form-skip",
    "form-text",
    "form-unit",
    "form-when",
    "guidance-check-in",
    "guidance-distance",
    "guidance-drive",
    "guidance-heads-up",
    "guidance-no-duty",
    "guidance-no-faces",
    "guidance-no-plates",
    "guidance-no-sharing",
    "guidance-observe",
    "guidance-pairs",
    "guidance-parked",
    "guidance-step-back",
    "guidance-stopped",
    "handover-line",
    "key-check",
    "key-erase",
    "key-erase-hint",
    "key-heads-up",
    "key-refer",
    "key-rumor",
    "key-same-as",
    "language-clock",
    "language-day",
    "language-direction",
    "language-name",
    "language-unreviewed",
    "news-being-checked",
    "news-confirmed",
    "news-could-not-check",
    "news-false-alarm",
    "news-over",
    "news-received",
    "page-about",
    "page-alerts",
    "page-as-of",
    "page-call",
    "page-check-link",
    "page-empty",
    "page-first-hand",
    "page-hurt",
    "page-not-protected",
    "page-published",
    "page-report",
    "page-rumors",
    "page-single-keyholder",
    "page-staffed",
    "page-unstaffed",
    "page-unstaffed-call",
    "report-desk-has-it",
    "report-kept",
    "report-kept-offline",
    "report-sent",
    "responder-silent",
    "rumor-confirmed",
    "rumor-could-not-check",
    "rumor-ended",
    "rumor-false-alarm",
    "rumor-times",
    "verdict-confirmed",
    "verdict-could-not-check",
    "verdict-ended",
    "verdict-false-alarm",
];

/// All ids that code can name, in no order.
pub fn ids() -> Vec<String> {
    let mut all: Vec<String> = FIXED.iter().map(|id| (*id).to_owned()).collect();
    let mut family = |start: &str, words: &[&str]| {
        all.extend(words.iter().map(|word| format!("{start}-{word}")));
    };
    family("advice", &Kind::ALL.map(Kind::as_str));
    family("alert-phase", &AlertPhase::ALL.map(AlertPhase::as_str));
    family("breach", &Breach::ALL.map(Breach::as_str));
    family("call-out", &CallOutPhase::ALL.map(CallOutPhase::as_str));
    family("class", &Class::ALL.map(Class::as_str));
    family("concern", &ConcernKind::ALL.map(ConcernKind::as_str));
    family("drawer", &Drawer::ALL.map(Drawer::as_str));
    family("ending", &Ending::ALL.map(Ending::as_str));
    family("first-hand", &FirstHand::ALL.map(FirstHand::as_str));
    family("how", &HowEnded::ALL.map(HowEnded::as_str));
    family("kind", &Kind::ALL.map(Kind::as_str));
    family("responder", &ResponderPhase::ALL.map(ResponderPhase::as_str));
    family("source", &Source::ALL.map(Source::as_str));
    family("stage", &Stage::ALL.map(Stage::as_str));
    family("wake", &WakeReason::ALL.map(WakeReason::as_str));
    family("what", &WhatItWas::ALL.map(WhatItWas::as_str));
    for note in NoteKind::ALL.map(NoteKind::as_str) {
        all.extend([format!("alert-{note}-headline"), format!("alert-{note}-body")]);
    }
    all
}

/// The text of what a reporter is told; a false alarm's takes `$what`.
pub fn news_id(news: News) -> &'static str {
    match news {
        News::Received => "news-received",
        News::BeingChecked => "news-being-checked",
        News::Confirmed => "news-confirmed",
        News::FalseAlarm(_) => "news-false-alarm",
        News::CouldNotCheck => "news-could-not-check",
        News::Over => "news-over",
    }
}

/// The text of a verdict; a false alarm's takes `$what`, an ended one's `$how`.
pub fn verdict_id(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Confirmed => "verdict-confirmed",
        Verdict::FalseAlarm(_) => "verdict-false-alarm",
        Verdict::CouldNotCheck => "verdict-could-not-check",
        Verdict::Ended(_) => "verdict-ended",
    }
}

/// The text of something that needs attention; those of waiting reports and rumors take `$count`.
pub fn attention_id(attention: &Attention) -> &'static str {
    match attention {
        Attention::Stopped(..) => "attention-stopped",
        Attention::Silent(..) => "attention-silent",
        Attention::Contradicted(_) => "attention-contradicted",
        Attention::AlertDoubtful(..) => "attention-alert-doubtful",
        Attention::NobodyAtDesk { .. } => "attention-nobody-at-desk",
        Attention::Unanswered(..) => "attention-unanswered",
        Attention::NobodyArrived(..) => "attention-nobody-arrived",
        Attention::CountersignAwaited(..) => "attention-countersign-awaited",
        Attention::Unwatched(..) => "attention-unwatched",
        Attention::NoNews(..) => "attention-no-news",
        Attention::LeftBehind(_) => "attention-left-behind",
        Attention::RumorMany(_) => "attention-rumor-many",
        Attention::Home(_) => "attention-home",
        Attention::AloneAtDesk => "attention-alone-at-desk",
    }
}

/// Something for every argument that occurs in the files.
#[cfg(test)]
pub(super) fn every_arg() -> Vec<(&'static str, super::Arg<'static>)> {
    let words =
        ["phone", "link", "phrase", "what", "how", "kind", "place", "from", "until", "issued", "at", "time"];
    let counts = [
        "month",
        "day",
        "hours",
        "count",
        "feet",
        "waiting",
        "claimed",
        "checking",
        "out",
        "alerts",
        "contradicted",
        "rumors",
    ];
    let words = words.into_iter().map(|name| (name, super::Arg::Text("something")));
    words.chain(counts.into_iter().map(|name| (name, super::Arg::Count(3)))).collect()
}
