//! Makes the web app's bundle: takes what the compiler built for the browser, makes the JavaScript that binds it, adds
//! the fixed files, and writes a list of hashes beside them.
//!
//! ```text
//! bystand-bundler WASM-FOLDER STATIC-FOLDER BUNDLE-FOLDER
//! ```
//!
//! `wasm-opt` is not run on the programs: the compiler's own optimization leaves it nothing that matters after compression
//! (284.7 kB became 284.0), and version 108 of it mixes up the tables of references that the bindings need.
//!
//! The same inputs make the same bytes: no time, no path and no order of a folder gets in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use bystand_crypto::hash::plain_sha256;
use wasm_bindgen_cli_support::Bindgen;

/// The programs for the browser.
const PROGRAMS: [&str; 3] = ["app", "report", "worker"];
/// The list of hashes, as `sha256sum` writes and checks it.
const HASHES: &str = "hashes.txt";

fn main() -> Result<()> {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [wasm, fixed, bundle] = folders.as_slice() else {
        bail!("bystand-bundler WASM-FOLDER STATIC-FOLDER BUNDLE-FOLDER")
    };
    let mut files = read_fixed(fixed)?;
    for program in PROGRAMS {
        files.extend(bind(wasm, program)?);
    }
    files.insert(HASHES.to_owned(), hashes(&files).into_bytes());
    write(bundle, &files)
}

/// The fixed files, by their names.
fn read_fixed(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).context("a file's name is no text")?;
        ensure!(path.is_file(), "{} is no file: the bundle has no folders", path.display());
        files.insert(name.to_owned(), fs::read(&path)?);
    }
    Ok(files)
}

/// A program with the JavaScript that binds it: `NAME.wasm`, `NAME.glue.js`, and scripts of its libraries.
fn bind(folder: &Path, program: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let input = folder.join(format!("{program}.wasm"));
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&input).typescript(false).remove_name_section(true).remove_producers_section(true);
    bindgen.web(true)?.omit_default_module_path(true);
    let mut output =
        bindgen.generate_output().with_context(|| format!("{} cannot be bound", input.display()))?;
    let mut glue = output.js().to_owned();
    let mut files = Vec::new();
    // A library's own scripts go beside the others: the bundle has no folders.
    for (library, scripts) in output.snippets() {
        for (number, script) in scripts.iter().enumerate() {
            let name = format!(
                "{program}.{}-{number}.js",
                library.rsplit_once('-').map_or("library", |(name, _)| name)
            );
            // Only where it is loaded from changes: the program knows it by its old name.
            let from = |place: &str| format!(" from \"./{place}\"");
            glue = glue.replace(&from(&format!("snippets/{library}/inline{number}.js")), &from(&name));
            files.push((name, script.clone().into_bytes()));
        }
    }
    ensure!(
        !glue.contains(" from \"./snippets/"),
        "{program} brings a script of a library in a way not known here"
    );
    let wasm = output.wasm_mut().emit_wasm();
    files.push((format!("{program}.glue.js"), glue.into_bytes()));
    files.push((format!("{program}.wasm"), wasm));
    Ok(files)
}

fn hashes(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut list = String::new();
    for (name, bytes) in files {
        // Writing to a string cannot fail.
        let _ = writeln!(list, "{}  {name}", plain_sha256(bytes));
    }
    list
}

/// Writes the bundle beside its place and then moves it there, so that there is never half a bundle.
fn write(bundle: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let part = bundle.with_extension("part");
    if part.exists() {
        fs::remove_dir_all(&part)?;
    }
    fs::create_dir_all(&part)?;
    for (name, bytes) in files {
        fs::write(part.join(name), bytes)?;
    }
    if bundle.exists() {
        fs::remove_dir_all(bundle)?;
    }
    fs::rename(&part, bundle).with_context(|| format!("cannot put the bundle at {}", bundle.display()))
}
