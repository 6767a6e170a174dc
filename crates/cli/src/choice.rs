//! Words on the command line for the core's enums: one list of words, shown in `--help`.

use bystand_core::alerts::Outcome;
use bystand_core::desk::{
    AlertStep, Class, Drawer, Ending, Helpers, HowEnded, News, SignFrom, Verdict, WhatItWas,
};
use bystand_core::report::{FirstHand, Kind};
use bystand_wire::{Role, Timestamp, ZoneId};
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// A parser for a closed list of values.
fn one_of<T, const N: usize>(all: [T; N], word: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    PossibleValuesParser::new(all.map(word))
        .try_map(move |text| all.into_iter().find(|value| word(*value) == text).ok_or("not one of the words"))
}

/// What is going on.
pub fn kind() -> impl TypedValueParser<Value = Kind> {
    one_of(Kind::ALL, Kind::as_str)
}

/// A role.
pub fn role() -> impl TypedValueParser<Value = Role> {
    one_of(Role::ALL, Role::as_str)
}

/// How it ended.
pub fn how_ended() -> impl TypedValueParser<Value = HowEnded> {
    one_of(HowEnded::ALL, HowEnded::as_str)
}

/// How an incident came out.
pub fn ending() -> impl TypedValueParser<Value = Ending> {
    one_of(Ending::ALL, Ending::as_str)
}

/// How long it is kept.
pub fn class() -> impl TypedValueParser<Value = Class> {
    one_of(Class::ALL, Class::as_str)
}

/// A drawer of triage.
pub fn drawer() -> impl TypedValueParser<Value = Drawer> {
    one_of(Drawer::ALL, Drawer::as_str)
}

/// Another team.
pub fn helpers() -> impl TypedValueParser<Value = Helpers> {
    one_of([Helpers::Aid, Helpers::Legal], helpers_word)
}

/// Another team's word.
pub fn helpers_word(helpers: Helpers) -> &'static str {
    match helpers {
        Helpers::Aid => "aid",
        Helpers::Legal => "legal",
    }
}

/// A responder's sign.
pub fn sign() -> impl TypedValueParser<Value = SignFrom> {
    use SignFrom::{Fine, Leaving, Left, OnScene, OnTheWay, Parked, Stopped, Withdrawn};
    one_of([Fine, OnTheWay, Parked, OnScene, Leaving, Left, Stopped, Withdrawn], sign_word)
}

/// A sign's word.
pub fn sign_word(sign: SignFrom) -> &'static str {
    match sign {
        SignFrom::Fine => "fine",
        SignFrom::OnTheWay => "on-the-way",
        SignFrom::Parked => "parked",
        SignFrom::OnScene => "on-scene",
        SignFrom::Leaving => "leaving",
        SignFrom::Left => "home",
        SignFrom::Stopped => "stopped",
        SignFrom::Withdrawn => "cannot-go",
    }
}

/// Whether the person sees it themselves.
pub fn first_hand() -> impl TypedValueParser<Value = FirstHand> {
    one_of(FirstHand::ALL, FirstHand::as_str)
}

/// A verdict as a word: `confirmed`, `false-alarm:city-police`, `could-not-check`, `over:people-taken`.
pub fn verdict(text: &str) -> Result<Verdict, String> {
    match text {
        "confirmed" => Ok(Verdict::Confirmed),
        "could-not-check" => Ok(Verdict::CouldNotCheck),
        _ => match text.replacen(':', " ", 1).parse::<Outcome>() {
            Ok(Outcome::FalseAlarm(what)) => Ok(Verdict::FalseAlarm(what)),
            Ok(Outcome::Over(how)) => Ok(Verdict::Ended(how)),
            Ok(Outcome::Confirmed) | Err(_) => Err(format!(
                "write confirmed, could-not-check, false-alarm:WHAT or over:HOW, where WHAT is one of {} \
                 and HOW one of {}",
                WhatItWas::ALL.map(WhatItWas::as_str).join(", "),
                HowEnded::ALL.map(HowEnded::as_str).join(", ")
            )),
        },
    }
}

/// A verdict's word, as [`verdict`] reads it.
pub fn verdict_word(verdict: Verdict) -> String {
    match verdict {
        Verdict::Confirmed => "confirmed".to_owned(),
        Verdict::CouldNotCheck => "could-not-check".to_owned(),
        Verdict::FalseAlarm(what) => format!("false-alarm:{}", what.as_str()),
        Verdict::Ended(how) => format!("over:{}", how.as_str()),
    }
}

/// What a reporter is told: `received`, `being-checked`, `confirmed`, `false-alarm:WHAT`,
/// `could-not-check`, `over`.
pub fn news(text: &str) -> Result<News, String> {
    match text {
        "received" => Ok(News::Received),
        "being-checked" => Ok(News::BeingChecked),
        "over" => Ok(News::Over),
        _ => match verdict(text) {
            Ok(Verdict::Confirmed) => Ok(News::Confirmed),
            Ok(Verdict::FalseAlarm(what)) => Ok(News::FalseAlarm(what)),
            Ok(Verdict::CouldNotCheck) => Ok(News::CouldNotCheck),
            Ok(Verdict::Ended(_)) | Err(_) => Err(format!(
                "write received, being-checked, confirmed, could-not-check, over or false-alarm:WHAT, where \
                 WHAT is one of {}",
                WhatItWas::ALL.map(WhatItWas::as_str).join(", ")
            )),
        },
    }
}

/// News as a word, as [`news`] reads it.
pub fn news_word(news: News) -> String {
    match news {
        News::Received => "received".to_owned(),
        News::BeingChecked => "being-checked".to_owned(),
        News::Confirmed => "confirmed".to_owned(),
        News::FalseAlarm(what) => format!("false-alarm:{}", what.as_str()),
        News::CouldNotCheck => "could-not-check".to_owned(),
        News::Over => "over".to_owned(),
    }
}

/// A step's word.
pub fn step_word(step: AlertStep) -> String {
    match step {
        AlertStep::New => "new".to_owned(),
        AlertStep::Update => "update".to_owned(),
        AlertStep::Renew => "renew".to_owned(),
        AlertStep::Wrong => "wrong".to_owned(),
        AlertStep::Over(how) => format!("over:{}", how.as_str()),
    }
}

/// A step as a word.
pub fn step(text: &str) -> Result<AlertStep, String> {
    match text {
        "new" => Ok(AlertStep::New),
        "update" => Ok(AlertStep::Update),
        "renew" => Ok(AlertStep::Renew),
        "wrong" => Ok(AlertStep::Wrong),
        _ => match verdict(text) {
            Ok(Verdict::Ended(how)) => Ok(AlertStep::Over(how)),
            _ => Err(format!(
                "write new, update, renew, wrong or over:HOW, where HOW is one of {}",
                HowEnded::ALL.map(HowEnded::as_str).join(", ")
            )),
        },
    }
}

/// A zone by its id or, close enough, its name: *Powderhorn Park* is `powderhorn-park`.
pub fn zone(text: &str) -> Result<ZoneId, String> {
    ZoneId::new(&slug(text)).map_err(|_| "not a zone's name; `bystand zones` lists them".to_owned())
}

/// Lower-case letters, digits and hyphens.
pub fn slug(name: &str) -> String {
    let letters = name.to_lowercase();
    let words: Vec<&str> =
        letters.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// `2026-01-14T20:05:00Z`.
pub fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "write a time in UTC as 2026-01-14T20:05:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_values_go_both_ways() {
        for word in ["confirmed", "could-not-check", "false-alarm:towing", "over:left-unknown"] {
            assert_eq!(verdict(word).map(verdict_word).as_deref(), Ok(word));
        }
        for word in
            ["received", "being-checked", "confirmed", "false-alarm:sheriff", "could-not-check", "over"]
        {
            assert_eq!(news(word).map(news_word).as_deref(), Ok(word));
        }
        for word in ["new", "update", "renew", "wrong", "over:people-taken"] {
            assert_eq!(step(word).map(step_word).as_deref(), Ok(word));
        }
    }

    #[test]
    fn other_words_are_answered_with_the_list() {
        for bad in ["", "false-alarm", "false-alarm:ghosts", "over", "over:", "safe"] {
            assert!(verdict(bad).is_err_and(|text| text.contains("city-police")), "{bad}");
        }
        assert!(news("over:people-taken").is_err());
        assert!(step("confirmed").is_err());
    }
}
