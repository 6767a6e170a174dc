//! The languages of the pages: every folder of `locales/`, built in.

use std::sync::{Arc, LazyLock};

use bystand_core::texts::{TextFile, Texts};

/// The language that all others fall back to.
const ENGLISH: &str = "en";

/// A folder's name and its files, each with its name.
type Folder = (&'static str, &'static [(&'static str, &'static str)]);

/// Made by the build script from the folders there are.
static FOLDERS: &[Folder] = include!(concat!(env!("OUT_DIR"), "/locales.rs"));

static LANGUAGES: LazyLock<Vec<Arc<Texts>>> = LazyLock::new(read_all);

/// All languages, English first.
pub fn languages() -> &'static [Arc<Texts>] {
    &LANGUAGES
}

/// A language by its tag.
pub fn language(tag: &str) -> Option<&'static Texts> {
    languages().iter().map(Arc::as_ref).find(|texts| texts.tag() == tag)
}

/// American English as the pages show it.
pub fn english() -> &'static Texts {
    static EMPTY: LazyLock<Texts> = LazyLock::new(Texts::english);
    language(ENGLISH).unwrap_or(&EMPTY)
}

/// The language a browser would like best (`Accept-Language`, RFC 9110), English if there is none of them.
pub fn preferred(accepted: &str) -> &'static Texts {
    let mut wishes: Vec<(u32, &str)> = accepted.split(',').filter_map(wish).collect();
    // A stable sort: of equals the first one named wins.
    wishes.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    wishes.into_iter().find_map(|(_, tag)| matching(tag)).unwrap_or(english())
}

/// A file as it lies in the folder, for those who make the texts themselves.
pub fn raw(tag: &str, file: &str) -> Option<&'static str> {
    let (_, files) = FOLDERS.iter().find(|(folder, _)| *folder == tag)?;
    files.iter().find(|(name, _)| *name == file).map(|(_, source)| *source)
}

fn read_all() -> Vec<Arc<Texts>> {
    let read = |tag: &str, english: Option<Arc<Texts>>| {
        let (_, files) = FOLDERS.iter().find(|(folder, _)| *folder == tag)?;
        let files: Vec<TextFile<'_>> = files.iter().map(|(name, source)| TextFile { name, source }).collect();
        Some(Arc::new(Texts::language(tag, &files, english)))
    };
    let english = read(ENGLISH, None);
    let others = FOLDERS.iter().map(|(tag, _)| *tag).filter(|tag| *tag != ENGLISH);
    english.iter().cloned().chain(others.filter_map(|tag| read(tag, english.clone()))).collect()
}

/// A tag with its weight in thousandths; one that is not wanted is left out.
fn wish(part: &str) -> Option<(u32, &str)> {
    let mut fields = part.split(';').map(str::trim);
    let tag = fields.next().filter(|tag| !tag.is_empty() && tag.len() <= 35)?;
    let weight = fields.find_map(|field| field.strip_prefix("q=")).map_or(1_000, thousandths);
    (weight > 0).then_some((weight, tag))
}

fn thousandths(weight: &str) -> u32 {
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    let digits: String = part.chars().chain("000".chars()).take(3).collect();
    let part: u32 = digits.parse().unwrap_or(0);
    whole.parse::<u32>().unwrap_or(0).saturating_mul(1_000).saturating_add(part).min(1_000)
}

/// The language that is the wanted one, or has its first part in common: `es-MX` is served by `es`, `zh-CN` by
/// `zh-Hans`. White Hmong (`mww`) is what the Hmong folder holds.
fn matching(tag: &str) -> Option<&'static Texts> {
    let first = |tag: &str| match tag.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "mww" => "hmn".to_owned(),
        other => other.to_owned(),
    };
    let all = languages().iter().map(Arc::as_ref);
    let exact = all.clone().find(|texts| texts.tag().eq_ignore_ascii_case(tag));
    exact.or_else(|| all.clone().find(|texts| first(texts.tag()) == first(tag)))
}

#[cfg(test)]
mod tests;
