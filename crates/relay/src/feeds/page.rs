//! Plain pages: current alerts and rumor checks. Readable without JavaScript, in the dark, small, and
//! by ear: one heading a section, times as `<time>`, nothing that depends on color alone.

use std::fmt::Write;

use bystand_core::texts::{Arg, Texts, clock_time};
use bystand_wire::{Timestamp, to_hex};

use super::escape::Escaped;
use super::item::{Item, Public};

/// The one style sheet, at `/style.css`.
pub const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1b1b;--paper:#fff;--line:#767676;--mark:#8a2b06;--link:#0b4f9e}\n\
@media (prefers-color-scheme:dark){:root{--ink:#ececec;--paper:#161616;--line:#8c8c8c;--mark:#ffb38a;--link:#9cc7ff}}\n\
body{margin:0 auto;max-width:42rem;padding:1rem;font:1.1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}\n\
h1{font-size:1.5rem}h2{font-size:1.25rem;margin-top:2rem}h3{font-size:1.1rem;margin:0}\n\
a{color:var(--link)}article{border-top:1px solid var(--line);padding:.75rem 0}\n\
article.current h3,article.being-checked h3{color:var(--mark)}p{margin:.25rem 0}.small{font-size:.9rem}\n";

/// How far back the empty page looks, in hours.
const EMPTY_HOURS: u32 = 2;

/// `/` and `/alerts`.
pub fn front_page(public: &Public, texts: &Texts) -> String {
    let (rumors, alerts): (Vec<&Item>, Vec<&Item>) = public.items.iter().partition(|i| i.is_rumor_check());
    let mut main = String::new();
    section(&mut main, "page-alerts", &alerts, (public, texts));
    if alerts.is_empty() {
        paragraph(&mut main, "", &texts.get("page-empty", &[("hours", Arg::Count(EMPTY_HOURS))]));
    }
    if !rumors.is_empty() {
        section(&mut main, "page-rumors", &rumors, (public, texts));
    }
    calls(&mut main, public);
    page(public, texts, &public.name, &main)
}

/// `/alerts/{id}`.
pub fn alert_page(public: &Public, item: &Item, texts: &Texts) -> String {
    let mut main = String::new();
    article(&mut main, item, public, texts);
    calls(&mut main, public);
    page(public, texts, &item.text.headline, &main)
}

/// For an alert that is not listed (any more).
pub fn gone_page(public: &Public, texts: &Texts) -> String {
    let mut main = String::new();
    paragraph(&mut main, "", &texts.plain("alert-no-news-body"));
    paragraph(&mut main, "", &texts.get("page-empty", &[("hours", Arg::Count(EMPTY_HOURS))]));
    page(public, texts, &texts.plain("page-alerts"), &main)
}

fn section(main: &mut String, title: &'static str, items: &[&Item], (public, texts): (&Public, &Texts)) {
    let _ = writeln!(main, "<h2>{}</h2>", Escaped(&texts.plain(title)));
    for item in items {
        article(main, item, public, texts);
    }
}

fn article(main: &mut String, item: &Item, public: &Public, texts: &Texts) {
    let id = to_hex(item.view.alert.as_bytes());
    let _ = writeln!(
        main,
        "<article class=\"{}\">\n<h3><a href=\"/alerts/{id}\">{}</a></h3>",
        item.state(),
        Escaped(&item.text.headline)
    );
    paragraph(main, "", &item.text.body);
    if !item.text.limits.is_empty() {
        paragraph(main, "", &item.text.limits);
    }
    let published = time("page-published", item.view.issued, public, texts);
    let _ = writeln!(main, "<p class=\"small\">{published}</p>\n</article>");
}

fn calls(main: &mut String, public: &Public) {
    for line in &public.phone_lines {
        let dialed: String = line.number.chars().filter(|c| !c.is_whitespace()).collect();
        let _ = writeln!(
            main,
            "<p>{}: <a href=\"tel:{}\">{}</a></p>",
            Escaped(&line.label),
            Escaped(&dialed),
            Escaped(&line.number)
        );
    }
}

fn page(public: &Public, texts: &Texts, title: &str, main: &str) -> String {
    let mut notes = String::new();
    if public.single_keyholder {
        paragraph(&mut notes, "small", &texts.plain("page-single-keyholder"));
    }
    paragraph(&mut notes, "small", &texts.plain("page-about"));
    format!(
        "<!doctype html>\n<html lang=\"en-US\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n\
         <link rel=\"stylesheet\" href=\"/style.css\">\n\
         <link rel=\"alternate\" type=\"application/atom+xml\" href=\"/v1/alerts.atom\" title=\"{}\">\n\
         </head>\n<body>\n<header>\n<h1><a href=\"/\">{}</a></h1>\n<p class=\"small\">{}</p>\n</header>\n\
         <main>\n{main}</main>\n<footer>\n{notes}</footer>\n</body>\n</html>\n",
        Escaped(title),
        Escaped(&public.name),
        Escaped(&public.name),
        time("page-as-of", public.now, public, texts),
    )
}

/// A text that names a moment: the hour, and the day when it is another one than today.
fn time(text: &'static str, at: Timestamp, public: &Public, texts: &Texts) -> String {
    let mut words = clock_time(at, public.offset_min);
    if let Some(day) = public.another_day(at) {
        words = format!("{day}, {words}");
    }
    let text = texts.get(text, &[("time", Arg::Text(&words))]);
    format!("<time datetime=\"{at}\">{}</time>", Escaped(&text))
}

fn paragraph(main: &mut String, class: &str, text: &str) {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let _ = writeln!(main, "<p{class}>{}</p>", Escaped(text));
}
