//! What fuzzing starts from: the vector files, and a few texts and times.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bystand_wire::from_hex;

use crate::relay_api::BODIES;

/// One file of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// The target's name.
    pub target: &'static str,
    /// The file's name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Where the corpora are: a folder for each target.
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

/// All seeds.
///
/// # Errors
/// When a vector file cannot be read, or is not one.
pub fn all() -> io::Result<Vec<Seed>> {
    let mut seeds = from_vectors("good")?;
    seeds.extend(from_vectors("bad")?);
    seeds.extend(TEXTS.iter().map(|(name, text)| Seed {
        target: "text",
        name: (*name).to_string(),
        bytes: text.as_bytes().to_vec(),
    }));
    seeds.extend(TIMES.iter().map(|(name, ms)| Seed {
        target: "time",
        name: (*name).to_string(),
        bytes: ms.to_be_bytes().to_vec(),
    }));
    Ok(seeds)
}

const TEXTS: [(&str, &str); 16] = [
    ("id-of-32-bytes", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"),
    ("id-of-16-bytes", "00112233445566778899aabbccddeeff"),
    ("id-in-capitals", "00112233445566778899AABBCCDDEEFF"),
    ("id-of-odd-length", "00112233445566778899aabbccddeef"),
    ("zone", "powderhorn-park"),
    ("zone-in-capitals", "Powderhorn-Park"),
    ("role", "dispatcher"),
    ("problem", "stale-epoch"),
    ("timestamp", "2026-11-21T12:00:00Z"),
    ("timestamp-leap-day", "2024-02-29T23:59:59Z"),
    ("timestamp-no-such-day", "2026-02-30T00:00:00Z"),
    ("timestamp-before-1970", "1969-12-31T23:59:59Z"),
    ("week", "2026-W47"),
    ("week-53", "2020-W53"),
    ("week-signed", "2026-W+7"),
    ("quarter", "2026-Q4"),
];

const TIMES: [(&str, u64); 6] = [
    ("zero", 0),
    ("last-second-of-2020", 1_609_459_199_999),
    ("leap-day", 1_709_164_800_000),
    ("noon", 1_795_262_400_000),
    ("last-of-year-9999", 253_402_300_799_999),
    ("end-of-time", u64::MAX),
];

fn from_vectors(folder: &str) -> io::Result<Vec<Seed>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/wire/vectors").join(folder);
    let mut seeds = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (kind, bytes) = parse(&fs::read_to_string(&path)?)
            .ok_or_else(|| io::Error::other(format!("{} is not a vector file", path.display())))?;
        seeds.push(match kind.as_str() {
            "Frame" => Seed { target: "frame", name, bytes },
            "Padded" => Seed { target: "padding", name, bytes },
            body => {
                let choice = BODIES.iter().position(|(known, _)| *known == body);
                let choice = choice.and_then(|n| u8::try_from(n).ok()).ok_or_else(|| {
                    io::Error::other(format!("add {body} to the end of fuzz/targets/src/relay_api.rs"))
                })?;
                Seed { target: "relay_api", name, bytes: [&[choice][..], &bytes].concat() }
            }
        });
    }
    Ok(seeds)
}

/// The type and the bytes of a vector file.
fn parse(text: &str) -> Option<(String, Vec<u8>)> {
    let kind = text.lines().find_map(|line| line.strip_prefix("# type: "))?;
    let digits: String = text.lines().filter(|line| !line.starts_with('#')).collect();
    Some((kind.to_string(), from_hex(&digits)?))
}
