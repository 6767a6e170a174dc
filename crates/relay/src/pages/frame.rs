//! What is around every page: head, header, the way to the other pages and languages, footer.

use std::fmt::Write;

use bystand_core::texts::Arg;
use bystand_wire::Timestamp;

use super::markup::{Html, picture, said};
use super::{Room, Site, VERSION, languages};
use crate::feeds::Escaped;

/// A site without any connection to the matter, that many people open at any time.
const ELSEWHERE: &str = "https://www.weather.gov/";

/// A page without its surroundings.
pub(super) struct Page<'a> {
    /// What stands after the language in the address.
    pub(super) path: &'a str,
    /// The title, in the tab and as the first heading unless the page has its own.
    pub(super) title: String,
    /// Addresses of scripts besides the one of every page.
    pub(super) scripts: &'a [&'a str],
    /// What is in `<main>`.
    pub(super) main: Html<'a>,
}

impl Site<'_> {
    /// The address of something in the page's language.
    pub(super) fn address(&self, path: &str) -> String {
        format!("/{}/{path}", self.texts.tag())
    }

    /// A text that names a moment, as a `<time>`: the hour, and the day when it is another one than today.
    pub(super) fn time(&self, id: &str, at: Timestamp) -> String {
        let mut words = self.texts.clock_time(at, self.public.offset_min);
        if let Some(day) = self.public.another_day(at, self.texts) {
            words = format!("{day}, {words}");
        }
        let text = self.texts.get(id, &[("time", Arg::Text(&words))]);
        format!("<time datetime=\"{at}\">{}</time>", Escaped(&text))
    }

    /// The whole page.
    pub(super) fn finish(&self, page: Page<'_>) -> String {
        let mut html = String::new();
        self.head(&mut html, &page);
        self.header(&mut html, page.path);
        let _ = writeln!(html, "<main id=\"main\" tabindex=\"-1\">\n{}</main>", page.main.markup);
        self.rooms(&mut html, page.path);
        self.footer(&mut html);
        html.push_str("</body>\n</html>\n");
        html
    }

    fn head(&self, html: &mut String, page: &Page<'_>) {
        let (tag, name) = (self.texts.tag(), Escaped(&self.public.name));
        let version = VERSION.as_str();
        let direction = if self.texts.is_right_to_left() { "rtl" } else { "ltr" };
        let _ = write!(
            html,
            "<!doctype html>\n<html lang=\"{tag}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{} · {name}</title>\n<link rel=\"stylesheet\" href=\"/style.css?{version}\">\n\
             <link rel=\"icon\" href=\"/icon.svg?{version}\" type=\"image/svg+xml\">\n\
             <link rel=\"alternate\" type=\"application/atom+xml\" href=\"/v1/alerts.atom\" title=\"{name}\">\n",
            Escaped(&page.title)
        );
        for script in ["/live.js"].iter().chain(page.scripts) {
            // The app's own files are asked for anew each time.
            let kept = if script.starts_with("/app/") { String::new() } else { format!("?{version}") };
            let _ = writeln!(html, "<script type=\"module\" src=\"{script}{kept}\"></script>");
        }
        html.push_str("</head>\n");
    }

    fn header(&self, html: &mut String, path: &str) {
        let _ = write!(
            html,
            "<body>\n<a class=\"skip\" href=\"#main\">{}</a>\n<header>\n\
             <a class=\"name\" href=\"{}\">{}<span>{}</span></a>\n\
             <a class=\"leave\" id=\"leave\" href=\"{ELSEWHERE}\" rel=\"noreferrer noopener\">{}{}</a>\n</header>\n",
            said(self.texts, "nav-skip"),
            self.address(""),
            picture("mark"),
            Escaped(&self.public.name),
            picture("leave"),
            said(self.texts, "nav-leave"),
        );
        self.language_menu(html, path);
    }

    /// The same page in the other languages, each under its own name. On the start page it is open: who cannot read
    /// the page must not have to read it to change the language.
    fn language_menu(&self, html: &mut String, path: &str) {
        let open = if path.is_empty() { " open" } else { "" };
        let _ = writeln!(
            html,
            "<details class=\"languages\"{open}><summary>{}<span>{}</span> {}</summary>\n<ul>",
            picture("globe"),
            said(self.texts, "nav-language"),
            said(self.texts, "language-name"),
        );
        for other in languages() {
            let (tag, name) = (other.tag(), other.plain("language-name"));
            let current = if tag == self.texts.tag() { " aria-current=\"true\"" } else { "" };
            let _ = writeln!(
                html,
                "<li><a href=\"/{tag}/{path}\" lang=\"{tag}\" hreflang=\"{tag}\"{current}>{}</a></li>",
                Escaped(&name)
            );
        }
        html.push_str("</ul></details>\n");
    }

    /// The way to all other pages; the start page has it in its middle.
    fn rooms(&self, html: &mut String, path: &str) {
        let _ = writeln!(
            html,
            "<nav aria-label=\"{}\">\n<ul class=\"rooms\">",
            Escaped(&self.texts.plain("nav-rooms"))
        );
        // The start page has the report as its main button.
        let is_shown = |room: &Room| {
            *room != Room::Front && room.path() != path && !(path.is_empty() && *room == Room::Report)
        };
        for room in Room::ALL.into_iter().filter(is_shown) {
            let hint = room
                .hint_id()
                .map_or_else(String::new, |hint| format!("<small>{}</small>", said(self.texts, hint)));
            let _ = writeln!(
                html,
                "<li><a href=\"{}\">{}<span><b>{}</b>{hint}</span></a></li>",
                self.address(room.path()),
                picture(room.picture()),
                said(self.texts, room.title_id()),
            );
        }
        html.push_str("</ul>\n</nav>\n");
    }

    fn footer(&self, html: &mut String) {
        let mut footer = Html::new(self.texts);
        footer.raw(format_args!("<p>{}</p>", self.time("page-as-of", self.public.now)));
        if self.public.single_keyholder {
            footer.say("p", "page-single-keyholder");
        }
        footer.say("p", "page-about");
        let _ = writeln!(html, "<footer>\n{}</footer>", footer.markup);
    }
}

/// For an address that no page has.
pub fn lost_page(site: &Site<'_>) -> String {
    let mut main = Html::new(site.texts);
    main.say("h1", "page-lost");
    let title = site.texts.plain("page-lost");
    site.finish(Page { path: "", title, scripts: &[], main })
}
