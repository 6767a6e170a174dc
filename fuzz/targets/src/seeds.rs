//! What fuzzing starts from: the vector files, and a few texts and times.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bystand_core::fixtures::NOW;
use bystand_core::messages::DayMessage;
use bystand_core::network::RelayUrl;
use bystand_core::network::invite::{Invitation, InviteSecret};
use bystand_crypto::seal::SealPurpose;
use bystand_wire::relay_api::LogPart;
use bystand_wire::time::DAY_MS;
use bystand_wire::{Role, encode, from_hex};

use crate::messages;
use crate::relay_api::BODIES;
use crate::scene::SCENE;

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
    seeds.extend(from_scene());
    Ok(seeds)
}

/// What the network of [`crate::scene`] would really send, one of each.
fn from_scene() -> Vec<Seed> {
    let scene = &*SCENE;
    let fixture = &scene.fixture;
    let seed = |target, name: &str, bytes: Vec<u8>| Seed { target, name: name.to_owned(), bytes };
    let chosen = |choice: u8, bytes: &[u8]| [&[choice], bytes].concat();
    let mut seeds = vec![
        seed("notes", "alert", scene.alert.clone().into_bytes()),
        seed("notes", "checkpoint", scene.log.checkpoint().into_bytes()),
        seed("notes", "log-key", fixture.log.verifier().to_string().into_bytes()),
        seed("log_answers", "network", chosen(0, &encode(&scene.log.network()))),
        seed(
            "log_answers",
            "entries",
            chosen(1, &encode(&scene.log.answer(LogPart::All, None, Some(2), 10))),
        ),
        seed("log_answers", "tile", chosen(2, b"tile/0/x001/234.p/5")),
    ];
    for (name, choice) in [("message", 0_u8), ("commit", 1), ("key-package", 2), ("welcome", 3), ("tree", 4)]
    {
        let bytes = scene.frames.get(usize::from(choice)).map(Vec::as_slice).unwrap_or_default();
        seeds.push(seed("rooms", name, chosen(choice, bytes)));
    }
    for ((choice, purpose), sealed) in (0_u8..).zip(SealPurpose::ALL).zip(&scene.seals) {
        seeds.push(seed("seals", purpose.as_str(), chosen(choice, sealed)));
    }
    let certificate = fixture.certificate(fixture.desk.public(), &[Role::Observer]);
    for (name, bytes) in [
        ("manifest", fixture.signed_manifest()),
        ("key-note", fixture.signed_key_note()),
        ("certificate", encode(&certificate)),
        ("day-message", encode(&DayMessage::AllQuiet)),
    ] {
        let choice = messages::BODIES.iter().position(|(known, _)| *known == name).unwrap_or_default();
        seeds.push(seed("messages", name, chosen(u8::try_from(choice).unwrap_or_default(), &bytes)));
    }
    let relay = RelayUrl::new("https://relay.example").expect("an address");
    let invitation = Invitation {
        network: fixture.network,
        relay,
        registrar: fixture.desk.public(),
        secret: InviteSecret::generate(&mut fixture.rng.clone()),
        roles: vec![Role::Observer],
        expires_at: NOW.plus_ms(DAY_MS),
    };
    seeds.push(seed("codes", "invitation", invitation.to_text().as_bytes().to_vec()));
    seeds.push(seed("codes", "phrase-in-digits", b"2909 3705 9781 4050 7309 7192 5585".to_vec()));
    seeds.extend(ZONES.iter().map(|(name, text)| seed("geojson", name, text.as_bytes().to_vec())));
    seeds
}

const ZONES: [(&str, &str); 5] = [
    (
        "a-zone",
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Seward"},"geometry":{"type":"Polygon","coordinates":[[[-93.2,44.9],[-93.1,44.9],[-93.1,45.0],[-93.2,44.9]]]}}]}"#,
    ),
    (
        "with-a-hole",
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"A","id":"a"},"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[2,1],[2,2],[1,1]]]]}}]}"#,
    ),
    ("no-name", r#"{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[]}}"#),
    ("numbers-too-large", r#"{"type":"Polygon","coordinates":[[[1e999,-1e308],[181,91],[0,0],[0,0]]]}"#),
    ("nested", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["),
];

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
