//! `bystand verify-web`: whether a site gives out the web app that a build made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bystand_client::RelayAddress;
use bystand_client::fetch::{FetchError, Fetcher};
use bystand_crypto::hash::plain_sha256;
use clap::Args;
use serde_json::json;

use crate::args::Global;
use crate::failure::{Done, Failure};
use crate::output::{Output, Tone};

const EXAMPLES: &str = "\
Example:
  bystand verify-web https://relay.example.org --bundle target-web/bundle

Build the same version yourself (scripts/web-build), then compare. A site can give one reader other files than it \
gives you: run this from several places, also through Tor, and now and then.";

/// The list in a bundle, as `sha256sum` writes it.
const LIST: &str = "hashes.txt";
/// The longest file and list that are read.
const FILE_LEN: usize = 64 * 1024 * 1024;
const LIST_LEN: usize = 1024 * 1024;

/// `bystand verify-web`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct VerifyWebArgs {
    /// The site's address, beginning with https://
    url: String,
    /// Folder of a build, or one that holds only its hashes.txt
    #[arg(long, value_name = "DIR")]
    bundle: PathBuf,
}

/// How a file of the site compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Same,
    Differs,
    Missing,
    Extra,
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Verdict::Same => "same",
            Verdict::Differs => "differs",
            Verdict::Missing => "missing",
            Verdict::Extra => "extra",
        }
    }
}

/// Runs `bystand verify-web`.
pub async fn run(global: &Global, args: &VerifyWebArgs, output: Output) -> Done {
    let address = RelayAddress::parse(&args.url, global.allow_plain_http)
        .map_err(|error| Failure::usage("address", error.to_string()))?;
    let built = read_list(&args.bundle)?;
    let site = Fetcher::new(address).map_err(not_fetched)?;
    let verdicts = compare(&site, &built).await?;
    for (name, verdict) in &verdicts {
        let tone = if *verdict == Verdict::Same { Tone::Good } else { Tone::Bad };
        let word = output.tone(tone, &format!("{:<8}", verdict.as_str()));
        output.both(&format!("{word} {name}"), &json!({"file": name, "verdict": verdict.as_str()}))?;
    }
    let wrong = verdicts.values().filter(|verdict| **verdict != Verdict::Same).count();
    if wrong > 0 {
        let text = format!(
            "{wrong} of {} files are not those of this build. Do not type anything secret there until you know why: \
             another version, or another program.",
            verdicts.len()
        );
        return Err(Failure::refused("web-differs", text));
    }
    let same = format!("All {} files are those of this build.", verdicts.len());
    output.both(&same, &json!({"same": true, "files": verdicts.len()}))?;
    Ok(())
}

async fn compare(
    site: &Fetcher,
    built: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Verdict>, Failure> {
    let mut verdicts = BTreeMap::new();
    for (name, hash) in built {
        let found = site.file(&format!("app/{name}"), FILE_LEN).await.map_err(not_fetched)?;
        let verdict = match found {
            Some(bytes) if plain_sha256(&bytes).to_string() == *hash => Verdict::Same,
            Some(_) => Verdict::Differs,
            None => Verdict::Missing,
        };
        verdicts.insert(name.clone(), verdict);
    }
    for name in listed(site).await? {
        verdicts.entry(name).or_insert(Verdict::Extra);
    }
    Ok(verdicts)
}

/// The files that the site itself says it has.
async fn listed(site: &Fetcher) -> Result<BTreeSet<String>, Failure> {
    let list = site.file(&format!("app/{LIST}"), LIST_LEN).await.map_err(not_fetched)?;
    let list = list.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    Ok(parse(&list).unwrap_or_default().into_keys().collect())
}

fn read_list(folder: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let path = folder.join(LIST);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let text =
            format!("cannot read {}: {error}. Build the bundle with scripts/web-build.", path.display());
        Failure::failed("bundle", text)
    })?;
    parse(&text).filter(|list| !list.is_empty()).ok_or_else(|| {
        Failure::failed("bundle", format!("{} is no list of hashes as sha256sum writes it.", path.display()))
    })
}

/// Names and hashes; `None` when a line is neither. A name is one file in one folder, never a path.
fn parse(list: &str) -> Option<BTreeMap<String, String>> {
    let entry = |line: &str| {
        let (hash, name) = line.split_once("  ")?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let is_sound = is_hash && !name.starts_with('.') && !name.is_empty() && name.chars().all(is_name);
        is_sound.then(|| (name.to_owned(), hash.to_owned()))
    };
    list.lines().map(entry).collect()
}

fn not_fetched(error: FetchError) -> Failure {
    match error {
        FetchError::Setup(_) => Failure::of("transport", error),
        FetchError::Unreachable(_) | FetchError::Status(_) => Failure::pending(
            "site-unreachable",
            format!("The site was not reached: {error}. Try again later."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_holds_hashes_and_plain_names() {
        let hash = "0".repeat(64);
        let one = |name: &str| parse(&format!("{hash}  {name}\n")).map(|list| list.len());
        for (name, count) in [
            ("app.wasm", Some(1)),
            ("app.glue.js", Some(1)),
            ("../app.js", None),
            ("a/b.js", None),
            (".hidden", None),
            ("", None),
        ] {
            assert_eq!(one(name), count, "{name}");
        }
        assert_eq!(parse("short  app.js"), None);
        assert_eq!(parse(""), Some(BTreeMap::new()));
    }
}
