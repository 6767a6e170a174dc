//! The words of the person's language.
//!
//! English is built in; another language is fetched once from the relay that serves the app. When the language
//! changes, the views are made anew: a view reads its words once.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use bystand_core::texts::{Arg, TextFile, Texts};

/// The languages there are, each in its own words.
pub const LANGUAGES: [(&str, &str); 7] = [
    ("en", "English"),
    ("es", "Español"),
    ("so", "Soomaali"),
    ("hmn", "Hmoob"),
    ("vi", "Tiếng Việt"),
    ("ar", "العربية"),
    ("zh-Hans", "简体中文"),
];

/// The files of each language that the app reads.
const FILES: [&str; 7] =
    ["app.ftl", "console.ftl", "steward.ftl", "desk.ftl", "public.ftl", "alerts.ftl", "advice.ftl"];

const ENGLISH: [TextFile<'static>; 7] = [
    TextFile { name: "app.ftl", source: include_str!("../../../../locales/en/app.ftl") },
    TextFile { name: "console.ftl", source: include_str!("../../../../locales/en/console.ftl") },
    TextFile { name: "steward.ftl", source: include_str!("../../../../locales/en/steward.ftl") },
    TextFile { name: "desk.ftl", source: include_str!("../../../../locales/en/desk.ftl") },
    TextFile { name: "public.ftl", source: include_str!("../../../../locales/en/public.ftl") },
    TextFile { name: "alerts.ftl", source: include_str!("../../../../locales/en/alerts.ftl") },
    TextFile { name: "advice.ftl", source: include_str!("../../../../locales/en/advice.ftl") },
];

/// Where the choice is kept: it says nothing about anybody but the language they read.
const CHOICE: &str = "bystand-language";

thread_local! {
    static WORDS: RefCell<Rc<Texts>> = RefCell::new(Rc::new(Texts::language("en", &ENGLISH, None)));
}

/// A text.
pub fn t(id: &str) -> String {
    words().plain(id)
}

/// A text with something put in.
pub fn t_with(id: &str, args: &[(&str, Arg<'_>)]) -> String {
    words().get(id, args)
}

/// A text that names a number.
pub fn t_count(id: &str, count: usize) -> String {
    t_with(id, &[("count", Arg::Count(u32::try_from(count).unwrap_or(u32::MAX)))])
}

/// All words of the language of now.
pub fn words() -> Rc<Texts> {
    WORDS.with(|words| Rc::clone(&words.borrow()))
}

/// The language's tag.
pub fn tag() -> String {
    words().tag().to_owned()
}

/// The language that was chosen before, or else the browser's, where there is one.
pub fn wished() -> String {
    let chosen = storage().and_then(|storage| storage.get_item(CHOICE).ok().flatten());
    let browsers = web_sys::window().and_then(|window| window.navigator().language());
    [chosen, browsers].into_iter().flatten().find_map(|tag| known(&tag)).unwrap_or("en").to_owned()
}

/// Takes up a language: fetches it if it is not English, and tells the document.
///
/// # Errors
/// When it cannot be fetched; the language stays what it was then.
pub async fn choose(tag: &str) -> Result<(), ()> {
    let texts = if tag == "en" { Texts::language("en", &ENGLISH, None) } else { fetched(tag).await? };
    let direction = if texts.is_right_to_left() { "rtl" } else { "ltr" };
    if let Some(root) = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element()) {
        // Attributes of these names can always be set.
        let _ = root.set_attribute("lang", texts.tag());
        let _ = root.set_attribute("dir", direction);
    }
    if let Some(storage) = storage() {
        // Without storage the choice holds for this visit.
        let _ = storage.set_item(CHOICE, tag);
    }
    WORDS.with(|words| *words.borrow_mut() = Rc::new(texts));
    Ok(())
}

async fn fetched(tag: &str) -> Result<Texts, ()> {
    let mut sources = Vec::new();
    for name in FILES {
        let source = crate::shell::fetch_text(&format!("/texts/{tag}/{name}")).await;
        // A file that a language does not have yet is said in English.
        sources.extend(source.map(|source| (name, source)));
    }
    if sources.is_empty() {
        return Err(());
    }
    let files: Vec<TextFile<'_>> = sources.iter().map(|(name, source)| TextFile { name, source }).collect();
    let english = Arc::new(Texts::language("en", &ENGLISH, None));
    Ok(Texts::language(tag, &files, Some(english)))
}

fn known(tag: &str) -> Option<&'static str> {
    let short = tag.split('-').next().unwrap_or(tag);
    let all = || LANGUAGES.iter().map(|(tag, _)| *tag);
    all()
        .find(|known| known.eq_ignore_ascii_case(tag))
        .or_else(|| all().find(|known| known.split('-').next() == Some(short)))
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// A text that names a number under another name than `count`.
pub fn t_count_as(id: &str, name: &str, count: u32) -> String {
    t_with(id, &[(name, Arg::Count(count))])
}
