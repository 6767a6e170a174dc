//! Atom (RFC 4287): an entry for each alert and rumor check.

use std::fmt::Write;

use bystand_wire::{NetworkId, to_hex};

use super::escape::Escaped;
use super::item::Public;

/// The feed. `base` is where the pages are, as `https://relay.example`.
pub fn feed(public: &Public, network: &NetworkId, base: &str) -> String {
    let updated = public.items.iter().map(|item| item.view.issued).max().unwrap_or(public.now);
    let (name, base) = (Escaped(&public.name), Escaped(base));
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en-US\">\n\
         <id>urn:bystand:{network}</id>\n<title>{name}</title>\n<updated>{updated}</updated>\n\
         <author><name>{name}</name></author>\n\
         <link rel=\"self\" href=\"{base}/v1/alerts.atom\"/>\n<link href=\"{base}/\"/>\n"
    );
    for item in &public.items {
        let id = to_hex(item.view.alert.as_bytes());
        let text = format!("{} {}", item.text.body, item.text.limits);
        // Writing to a string cannot fail.
        let _ = write!(
            xml,
            "<entry>\n<id>urn:bystand:{network}:alert:{id}</id>\n<title>{}</title>\n\
             <published>{}</published>\n<updated>{}</updated>\n\
             <link href=\"{base}/alerts/{id}\"/>\n<category term=\"{}\"/>\n\
             <content type=\"text\">{}</content>\n</entry>\n",
            Escaped(&item.text.headline),
            item.view.first_issued,
            item.view.issued,
            item.state(),
            Escaped(text.trim_end()),
        );
    }
    xml.push_str("</feed>\n");
    xml
}
