//! Runs every fuzz target over its checked-in corpus, and checks that nothing of a target is missing.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use bystand_fuzz_targets::{TARGETS, relay_api, seeds};

#[test]
fn the_corpus_holds() {
    let mut broken = Vec::new();
    for target in TARGETS {
        let files = fs::read_dir(seeds::corpus().join(target.name)).expect("a corpus for each target");
        let paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        assert!(!paths.is_empty(), "{}: no corpus", target.name);
        for path in paths {
            let bytes = fs::read(&path).expect("readable");
            if catch_unwind(|| (target.run)(&bytes)).is_err() {
                broken.push(path);
            }
        }
    }
    assert!(broken.is_empty(), "broken promises, see the panics above: {broken:?}");
}

#[test]
fn the_seeds_are_in_the_corpus() {
    for seed in seeds::all().expect("vector files") {
        let held = fs::read(seeds::corpus().join(seed.target).join(&seed.name)).unwrap_or_default();
        assert!(
            held == seed.bytes,
            "{}/{} is missing or old: cargo run -p bystand-fuzz-targets --example seeds",
            seed.target,
            seed.name
        );
    }
}

#[test]
fn each_target_has_its_binary_and_no_folder_is_left_over() {
    let names: BTreeSet<String> = TARGETS.iter().map(|t| t.name.to_string()).collect();
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).expect("the fuzz workspace");
    for name in &names {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
        let source = fs::read_to_string(fuzz.join(format!("fuzz_targets/{name}.rs"))).unwrap_or_default();
        assert!(
            source.contains(&format!("{name}::run(data)")),
            "fuzz/fuzz_targets/{name}.rs does not run it"
        );
    }
    let folders = fs::read_dir(seeds::corpus()).expect("the corpora");
    let folders: BTreeSet<String> =
        folders.map(|f| f.expect("a folder").file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(folders, names, "a folder of fuzz/corpus that no target reads");
}

#[test]
fn each_body_is_reached_by_a_valid_seed() {
    let seeds = seeds::all().expect("vector files");
    for (choice, (name, recode)) in relay_api::BODIES.iter().enumerate() {
        let reached = seeds.iter().filter(|s| s.target == "relay_api").any(|s| {
            s.bytes
                .split_first()
                .is_some_and(|(first, body)| usize::from(*first) == choice && recode(body).is_ok())
        });
        assert!(reached, "{name} has no valid seed");
    }
}
