//! The public pages: what each says in each language, and what browsers are told about them.

use std::collections::BTreeSet;

use bystand_core::alerts::NoteKind;
use bystand_core::report::Kind;
use bystand_core::texts::Guarded;
use bystand_relay::pages::{Room, language, languages};
use bystand_wire::relay_api::LogKind;
use bystand_wire::{StreamId, to_hex};

use crate::client::{Client, Reply, get, send};
use crate::feeds::{fill, is_balanced, text};
use crate::log::alert;
use crate::world::{DAY_MS, Relay};

const HOUR_MS: u64 = 3_600_000;
/// Elements that are never closed.
const VOID: [&str; 4] = ["meta", "link", "input", "br"];

fn tags() -> Vec<&'static str> {
    languages().iter().map(|texts| texts.tag()).collect()
}

/// All addresses of pages, with one alert.
fn addresses() -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for tag in tags() {
        let rooms = Room::ALL.into_iter().map(|room| format!("/{tag}/{}", room.path()));
        let alerts = [format!("/{tag}/alerts/{}", "01".repeat(16)), format!("/{tag}/nowhere")];
        all.extend(rooms.chain(alerts).map(|address| (tag, address)));
    }
    all
}

/// Values of an attribute in a page.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    page.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn check_headers(reply: &Reply, address: &str) {
    let policy = reply.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';"), "{address}: {policy}");
    for part in ["form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'", "trusted-types default"] {
        assert!(policy.contains(part), "{address}: {part}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{address}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(reply.header(name), value, "{address}");
    }
    assert!(reply.header("permissions-policy").contains("geolocation=(self)"), "{address}");
}

fn check_markup(page: &str, tag: &str, address: &str) {
    assert!(is_balanced(page, &VOID), "{address}: {page}");
    let is_right_to_left = language(tag).expect("a language").is_right_to_left();
    let direction = if is_right_to_left { "rtl" } else { "ltr" };
    assert!(page.contains(&format!("<html lang=\"{tag}\" dir=\"{direction}\">")), "{address}");
    let title = page.split("<title>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
    assert!(title.ends_with(" · Twin Cities &lt;&amp; neighbors&gt;"), "{address}: {title}");
    for absent in ["<style", " style=\"", " onclick", " onload", "javascript:", "{$", "{ $", "http://"] {
        assert!(!page.contains(absent), "{address} has {absent}");
    }
    // A script is a file, never words in the page.
    assert_eq!(page.matches("<script").count(), page.matches("\"></script>").count(), "{address}");
    let missing: Vec<&str> = page.split('>').filter(|t| t.trim_start().starts_with("page-")).collect();
    assert!(missing.is_empty(), "{address}: {missing:?}");
    assert_eq!(page.matches("<h1").count(), 1, "{address}: one heading says what the page is");
    assert!(page.contains("id=\"leave\" href=\"https://www.weather.gov/\" rel=\"noreferrer noopener\""));
    for other in tags() {
        assert!(page.contains(&format!("lang=\"{other}\" hreflang=\"{other}\"")), "{address}: {other}");
    }
    let ids = values(page, "id");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{address}: an id is there twice");
    for described in values(page, "aria-describedby").iter().flat_map(|v| v.split(' ')) {
        assert!(ids.contains(&described), "{address}: nothing is called {described}");
    }
    for labeled in values(page, "for") {
        assert!(ids.contains(&labeled), "{address}: nothing is called {labeled}");
    }
}

#[tokio::test]
async fn every_page_in_every_language_is_whole_and_strict() {
    let relay = Relay::start().await;
    let addr = relay.client().addr;
    fill(&relay).await;
    let mut links = BTreeSet::new();
    for (tag, address) in addresses() {
        let reply = get(addr, &address).await;
        assert_eq!(reply.status, if address.ends_with("/nowhere") { 404 } else { 200 }, "{address}");
        assert_eq!(reply.header("content-language"), tag);
        check_headers(&reply, &address);
        let page = text(&reply);
        check_markup(&page, tag, &address);
        assert!(page.len() < 30_000, "{address}: {} bytes", page.len());
        for link in values(&page, "href").into_iter().chain(values(&page, "src")) {
            let place = link.split('#').next().unwrap_or_default();
            if place.starts_with('/') && !place.starts_with("/app/") && !place.ends_with("/nowhere") {
                links.insert(place.to_owned());
            }
        }
        let seals = address.ends_with("/report") || address.ends_with("/follow");
        let policy = reply.header("content-security-policy");
        assert_eq!(policy.contains("'wasm-unsafe-eval'"), seals, "{address}");
    }
    assert!(links.len() > 80, "{links:?}");
    for link in links {
        assert_eq!(get(addr, &link).await.status, 200, "{link}");
    }
    relay.running.stop().await;
}

#[tokio::test]
async fn every_picture_that_a_page_shows_is_drawn() {
    let relay = Relay::start().await;
    let addr = relay.client().addr;
    fill(&relay).await;
    let drawn = text(&get(addr, "/pictograms.svg").await);
    let drawn: BTreeSet<&str> = values(&drawn, "id").into_iter().collect();
    for (_, address) in addresses().into_iter().filter(|(tag, _)| *tag == "en") {
        let page = text(&get(addr, &address).await);
        let shown = page.split("/pictograms.svg?").skip(1);
        let shown: Vec<&str> =
            shown.filter_map(|rest| rest.split('"').next()?.split_once('#')).map(|(_, name)| name).collect();
        assert!(shown.len() > 5, "{address}");
        for picture in shown {
            assert!(drawn.contains(picture), "{address}: {picture}");
        }
    }
    assert!(Kind::ALL.into_iter().all(|kind| drawn.contains(kind.as_str())));
    relay.running.stop().await;
}

#[tokio::test]
async fn the_front_page_is_in_the_language_of_the_browser() {
    let relay = Relay::start().await;
    let addr = relay.client().addr;
    for (accepted, tag) in [
        ("", "en"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("fr, de;q=0.9", "en"),
        ("zh-CN", "zh-Hans"),
        ("en;q=0.2, ar;q=0.7", "ar"),
        ("so;q=0, vi;q=0.1", "vi"),
        ("mww", "hmn"),
        ("*", "en"),
    ] {
        for address in ["/", "/alerts"] {
            let reply = send(addr, "GET", address, Vec::new(), &[("accept-language", accepted)]).await;
            assert_eq!((reply.status, reply.header("content-language")), (200, tag), "{accepted}");
            assert_eq!(reply.header("vary"), "Accept-Language");
        }
    }
    let bare = get(addr, "/es").await;
    assert_eq!((bare.status, bare.header("location")), (308, "/es/"));
    let lost =
        send(addr, "GET", "/xx/", Vec::new(), &[("accept", "text/html,*/*"), ("accept-language", "es")])
            .await;
    assert_eq!((lost.status, lost.header("content-language")), (404, "es"));
    assert!(text(&lost).contains("Esta página no existe."));
    check_headers(&lost, "/xx/");
    for nowhere in ["/xx", "/xx/", "/xx/alerts", "/en/alerts/x/card.svg", "/v1/nothing", "/%2e%2e/alerts"] {
        assert_eq!(get(addr, nowhere).await.status, 404, "{nowhere}");
    }
    relay.running.stop().await;
}

#[tokio::test]
async fn the_empty_page_never_reads_as_safety() {
    let relay = Relay::start().await;
    let client = relay.client();
    let said =
        "No confirmed activity reported to us in two hours. We do not see everything. Desk staffed: no.";
    for address in ["/", "/en/", "/en/alerts"] {
        let page = text(&get(client.addr, address).await);
        assert!(page.contains(said), "{page}");
    }
    for (_, address) in addresses() {
        let page = text(&get(client.addr, &address).await).to_lowercase();
        for never in [" safe", "seguro,", "estás a salvo", "all clear"] {
            assert!(!page.contains(never), "{address}: {never}");
        }
    }
    // A console of the desk follows the drop: that is all the relay can know.
    let (subscriber, _events) = relay.running.hub().subscriber(4);
    relay.running.hub().follow(StreamId([40; 32]), &subscriber);
    let page = text(&get(client.addr, "/en/").await);
    assert!(page.contains("We do not see everything. Desk staffed: yes."), "{page}");
    relay.running.stop().await;
}

#[tokio::test]
async fn an_alert_says_what_where_when_how_and_whom_to_call() {
    let relay = Relay::start().await;
    let addr = relay.client().addr;
    fill(&relay).await;
    let front = text(&get(addr, "/en/alerts").await);
    assert!(front.contains("Checkpoint: around Powderhorn &quot;Park&quot;"), "{front}");
    assert!(front.contains("Rumor check: somewhere in Whittier"));
    assert!(front.contains("Checked 5:59 AM: volunteers saw city police, no immigration officers."));
    assert!(front.contains("It is over") && front.contains("let go"));
    assert!(front.contains("href=\"tel:+16125550100\""));
    assert!(!front.contains("No confirmed activity"));
    let one = format!("alerts/{}", "01".repeat(16));
    for address in [format!("/{one}"), format!("/en/{one}")] {
        let page = text(&get(addr, &address).await);
        for part in [
            "Confirmed by trained volunteers between 5:50 AM and 5:59 AM.",
            "A trained volunteer who was there and the desk both signed it.",
            "Keep your distance.",
            "slow down and do as the signs say",
            "tel:+16125550100",
            "Published 6:00 AM",
            "until 7:00 AM",
            "/card.svg",
        ] {
            assert!(page.contains(part), "{address}: {part}");
        }
    }
    // An alert past its time does not just vanish.
    relay.clock.advance_ms(2 * HOUR_MS);
    let later = text(&get(addr, "/en/").await);
    assert!(later.contains("No news since") && later.contains("This does not mean it is over."), "{later}");
    let gone = get(addr, &format!("/es/alerts/{}", "09".repeat(16))).await;
    assert_eq!(gone.status, 404);
    relay.clock.advance_ms(DAY_MS);
    assert!(text(&get(addr, "/en/").await).contains("No confirmed activity"));
    relay.running.stop().await;
}

#[tokio::test]
async fn unreviewed_alerts_rights_and_advice_are_in_english_with_a_note() {
    let relay = Relay::start().await;
    let addr = relay.client().addr;
    fill(&relay).await;
    for texts in languages().iter().filter(|texts| texts.tag() != "en") {
        let note = format!("<p class=\"note\">{}</p>", texts.plain("language-unreviewed"));
        for (path, guarded, english) in [
            ("alerts", Guarded::Alerts, "Checkpoint: around Powderhorn"),
            ("alerts", Guarded::Advice, "Keep your distance."),
            ("rights", Guarded::Rights, "You can stay silent."),
            ("door", Guarded::Rights, "Keep the door closed."),
            ("taken", Guarded::Rights, "Look for children"),
        ] {
            let page = text(&get(addr, &format!("/{}/{path}", texts.tag())).await);
            if texts.is_held_back(guarded) {
                assert!(page.contains(&note) && page.contains("lang=\"en\" dir=\"ltr\""), "{path}: {page}");
            }
            assert_eq!(page.contains(english), texts.is_held_back(guarded), "{path}: {page}");
        }
        // What is not an alert, advice or a right is shown in the reader's language all the same.
        let page = text(&get(addr, &format!("/{}/alerts", texts.tag())).await);
        assert!(page.contains(&texts.plain("alerts-do")) && !page.contains("What to do"), "{}", texts.tag());
    }
    let english = text(&get(addr, "/en/rights").await);
    assert!(!english.contains("class=\"note\""));
    relay.running.stop().await;
}

#[tokio::test]
async fn the_form_has_what_its_program_looks_for_and_is_never_sent_by_the_browser() {
    let relay = Relay::start().await;
    let addr = relay.client().addr;
    for tag in tags() {
        let page = text(&get(addr, &format!("/{tag}/report")).await);
        let form = page.split("<form id=\"report\"").nth(1).and_then(|rest| rest.split('>').next());
        let form = form.expect("a form");
        assert!(form.contains("method=\"dialog\"") && form.contains("novalidate"), "{form}");
        assert!(form.contains("data-network=\"") && !page.contains(" action="), "{form}");
        let names: BTreeSet<&str> = values(&page, "name").into_iter().collect();
        for name in [
            "first_hand",
            "kind",
            "place_text",
            "home",
            "activity",
            "people",
            "vehicles",
            "unit",
            "equipment",
            "when",
            "minutes_ago",
            "photo",
            "interpreter",
            "language",
        ] {
            assert!(names.contains(name), "{name}");
        }
        assert!(Kind::ALL.into_iter().all(|kind| page.contains(&format!("value=\"{}\"", kind.as_str()))));
        let ids = values(&page, "id");
        for id in ["state", "after", "advice", "follow", "error-place_text", "error-activity", "error-kind"] {
            assert!(ids.contains(&id), "{id}");
        }
        assert_eq!(values(&page, "data-act"), ["near-me", "pin", "voice", "copy"]);
        for told in ["report-kept", "report-kept-offline", "report-sent", "report-desk-has-it"] {
            assert!(page.contains(&format!("data-text=\"{told}\"")), "{told}");
        }
        let hurt = page.find("class=\"hurt\"").expect("there");
        assert!(hurt < page.find("<h1").expect("there") && hurt < page.find("<form").expect("there"));
        assert!(page.contains("<noscript>") && page.contains("src=\"/app/report.js\""));
        let page = text(&get(addr, &format!("/{tag}/follow")).await);
        for part in ["id=\"follow-form\"", "name=\"phrase\"", "id=\"messages\"", "name=\"reply\""] {
            assert!(page.contains(part), "{part}");
        }
    }
    relay.running.stop().await;
}

#[tokio::test]
async fn a_card_says_what_the_alert_says_and_where_to_check() {
    let relay = Relay::start().await;
    let addr = relay.client().addr;
    fill(&relay).await;
    for tag in tags() {
        let id = "01".repeat(16);
        let reply = get(addr, &format!("/{tag}/alerts/{id}/card.svg")).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, "image/svg+xml"));
        let card = text(&reply);
        assert!(is_balanced(&card, &[]), "{card}");
        assert!(card.contains("Twin Cities &lt;&amp; neighbors&gt;") && !card.contains("<script"), "{card}");
        assert!(card.contains(&format!("https://relay.test/{tag}/alerts/{id}")), "{card}");
        let texts = language(tag).expect("a language");
        assert_eq!(
            card.contains("Checkpoint: around"),
            texts.reviewed(Guarded::Alerts).tag() == "en",
            "{card}"
        );
    }
    relay.running.stop().await;
}

#[tokio::test]
async fn texts_are_given_out_as_they_are() {
    let relay = Relay::start().await;
    let addr = relay.client().addr;
    let reply = get(addr, "/texts/es/public.ftl").await;
    assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(reply.body, include_bytes!("../../../../locales/es/public.ftl"));
    let tag = reply.header("etag").to_owned();
    let again = send(addr, "GET", "/texts/es/public.ftl", Vec::new(), &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, tag.as_str()));
    for nowhere in ["/texts/es/none.ftl", "/texts/xx/public.ftl", "/texts/es/..%2fen%2fpublic.ftl"] {
        assert_eq!(get(addr, nowhere).await.status, 404, "{nowhere}");
    }
    relay.running.stop().await;
}

#[tokio::test]
async fn the_network_s_color_is_in_the_style() {
    let plain = Relay::start().await;
    let style = text(&get(plain.client().addr, "/style.css").await);
    assert!(style.len() < 12_000, "{}", style.len());
    for part in
        ["prefers-color-scheme:dark", "prefers-contrast:more", "forced-colors", "prefers-reduced-motion"]
    {
        assert!(style.contains(part), "{part}");
    }
    assert!(!style.contains("@import") && !style.contains("url("));
    plain.running.stop().await;
    let colored = Relay::start_with(|c| c.tuning.accent = "#552211".into()).await;
    let style = text(&get(colored.client().addr, "/style.css").await);
    assert!(style.ends_with(":root{--accent:#552211}\n"));
    colored.running.stop().await;
}

#[tokio::test]
async fn many_alerts_are_one_small_page() {
    let relay = Relay::start().await;
    let client: Client = relay.client();
    for n in 0..12 {
        let note = alert(20 + n, NoteKind::New, 1, 300 + u64::from(n), relay.now());
        assert_eq!(client.log(LogKind::Alert, note).await.status, 200);
    }
    let page = text(&get(client.addr, "/ar/alerts").await);
    let style = text(&get(client.addr, "/style.css").await);
    assert_eq!(page.matches("<article").count(), 12);
    assert!(page.len() + style.len() < 30_000, "{}", page.len() + style.len());
    assert!(page.contains(&to_hex(&[20; 16])));
    relay.running.stop().await;
}
