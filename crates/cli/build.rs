//! Builds the web app's bundle into the program: the folder named by BYSTAND_WEB, or `target-web/bundle` if it is
//! there. Without one the program has no web app, and says so under `/app/`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=BYSTAND_WEB");
    let mut code = String::from("&[\n");
    if let Some(folder) = bundle()? {
        println!("cargo::rerun-if-changed={}", folder.display());
        for path in files(&folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let _ = writeln!(code, "    ({name:?}, include_bytes!({:?})),", path.display().to_string());
        }
    }
    code.push_str("]\n");
    fs::write(Path::new(&variable("OUT_DIR")?).join("web.rs"), code)
}

fn bundle() -> io::Result<Option<PathBuf>> {
    if let Some(named) = env::var_os("BYSTAND_WEB").filter(|named| !named.is_empty()) {
        return Path::new(&named).canonicalize().map(Some);
    }
    let usual = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../target-web/bundle");
    // A path that is not there must not be watched: cargo would build anew each time.
    Ok(usual.canonicalize().ok())
}

/// In order, so that the same bundle makes the same program.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let all = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    let mut files: Vec<PathBuf> = all.into_iter().filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}
