//! What a zone is called, and its id.

use std::collections::BTreeMap;

use bystand_wire::limits;
use serde_json::{Map, Value};

/// Where a zone's name is looked for, in this order, without regard to case.
pub const NAME_PROPERTIES: [&str; 24] = [
    "name",
    "bdname",
    "neighborhood",
    "neighbourhood",
    "neighborhd",
    "nbhd_name",
    "nbhd",
    "nhood",
    "hood",
    "district_name",
    "dist_name",
    "district",
    "community",
    "commname",
    "area_name",
    "zone_name",
    "zone",
    "ward",
    "precinct",
    "label",
    "title",
    "display_name",
    "id",
    "objectid",
];

pub(super) fn named_by_property(properties: Option<&Map<String, Value>>) -> Option<String> {
    let properties = properties?;
    NAME_PROPERTIES.iter().find_map(|wanted| {
        let (key, value) = properties.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted))?;
        let id_like = matches!(*wanted, "id" | "objectid" | "name" | "label" | "title");
        plain(value, if id_like { "Zone" } else { key })
    })
}

/// A text as it is; a number behind a word (`district: 5` is *District 5*).
pub(super) fn plain(value: &Value, word: &str) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    }
    let number = value.as_number()?;
    let mut letters = word.chars();
    let first = letters.next()?.to_uppercase();
    Some(format!("{}{} {number}", first, letters.as_str().to_lowercase()))
}

/// A name in lower-case letters, digits and hyphens; `None` when nothing is left.
pub(super) fn slug(name: &str) -> Option<String> {
    let mut slug = String::new();
    for c in name.chars().map(|c| unaccented(c).to_ascii_lowercase()) {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') && c != '\'' {
            slug.push('-');
        }
    }
    slug.truncate(limits::ZONE_ID_LEN - 8);
    let slug = slug.trim_end_matches('-').to_owned();
    (!slug.is_empty()).then_some(slug)
}

/// The letters of American place names; others are left out of an id.
fn unaccented(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'Á' | 'À' | 'Â' | 'Ä' | 'Ã' | 'Å' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'Í' | 'Ì' | 'Î' | 'Ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' | 'Ó' | 'Ò' | 'Ô' | 'Ö' | 'Õ' | 'Ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' | 'Ú' | 'Ù' | 'Û' | 'Ü' => 'u',
        'ñ' | 'Ñ' => 'n',
        'ç' | 'Ç' => 'c',
        other => other,
    }
}

/// What to put behind `wanted` so that it is unused; `None` when it is unused as it is. The map keeps
/// the last number of each name, so that a thousand of the same name are not a million look-ups.
pub(super) fn unused(
    used: &mut BTreeMap<String, u32>,
    wanted: String,
    suffix: impl Fn(u32) -> String,
) -> Option<String> {
    let Some(last) = used.get(&wanted).copied() else {
        used.insert(wanted, 1);
        return None;
    };
    let free = (last.saturating_add(1)..).find(|n| !used.contains_key(&format!("{wanted}{}", suffix(*n))))?;
    used.insert(format!("{wanted}{}", suffix(free)), 1);
    used.insert(wanted, free);
    Some(suffix(free))
}
