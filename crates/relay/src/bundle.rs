//! The web app's files: read once, hashed, and compressed in the background.
//!
//! A bundle is one folder without folders in it, as `scripts/web-build` makes it. A file is found by its name among
//! those that were read at the start; no request ever becomes a path on the disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use bystand_crypto::hash::plain_sha256;

/// The page that opens the app.
pub const ENTRY: &str = "index.html";
/// The most files, and the most bytes of one.
const FILES: usize = 256;
const FILE_LEN: u64 = 64 * 1024 * 1024;
/// Brotli's quality and window: near its best, in a quarter of the time.
const QUALITY: i32 = 9;
const WINDOW: i32 = 22;

/// A folder that is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It cannot be read.
    #[error("cannot read {path}: {source}. Build the bundle with scripts/web-build.")]
    Unreadable {
        /// Which folder or file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It has no page to begin with.
    #[error("{0} has no index.html: it is no bundle. Build one with scripts/web-build.")]
    NoEntry(std::path::PathBuf),
    /// It holds more than a bundle does.
    #[error("{0} has too many or too large files for a bundle: is it the right folder?")]
    TooLarge(std::path::PathBuf),
}

/// The files of the web app.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    files: Arc<BTreeMap<String, File>>,
}

/// One of them.
#[derive(Debug)]
pub struct File {
    /// What browsers are told it is.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Bytes,
    /// SHA-256 in hex.
    pub hash: String,
    /// Compressed, once that is done and if it is worth it.
    brotli: OnceLock<Option<Bytes>>,
}

/// Two bundles are the same when their files are.
impl PartialEq for Bundle {
    fn eq(&self, other: &Self) -> bool {
        let hashes = |bundle: &Self| -> Vec<(String, String)> {
            bundle.files.iter().map(|(name, file)| (name.clone(), file.hash.clone())).collect()
        };
        hashes(self) == hashes(other)
    }
}

impl Eq for Bundle {}

impl Bundle {
    /// From files in memory.
    pub fn of<N: Into<String>, B: Into<Bytes>>(files: impl IntoIterator<Item = (N, B)>) -> Bundle {
        let files = files.into_iter().map(|(name, bytes)| {
            let (name, bytes) = (name.into(), bytes.into());
            let file = File {
                media_type: media_type(&name),
                hash: plain_sha256(&bytes).to_string(),
                bytes,
                brotli: OnceLock::new(),
            };
            (name, file)
        });
        Bundle { files: Arc::new(files.collect()) }
    }

    /// From a folder.
    ///
    /// # Errors
    /// [`BundleError`], saying what to do.
    pub fn read(folder: &Path) -> Result<Bundle, BundleError> {
        let unreadable = |path: &Path| {
            let path = path.to_path_buf();
            move |source| BundleError::Unreadable { path, source }
        };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
            let path = entry.map_err(unreadable(folder))?.path();
            let about = std::fs::metadata(&path).map_err(unreadable(&path))?;
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(name) = name.filter(|_| about.is_file()) else { continue };
            if files.len() >= FILES || about.len() > FILE_LEN {
                return Err(BundleError::TooLarge(folder.to_path_buf()));
            }
            files.push((name.to_owned(), std::fs::read(&path).map_err(unreadable(&path))?));
        }
        let bundle = Bundle::of(files);
        if bundle.file(ENTRY).is_none() {
            return Err(BundleError::NoEntry(folder.to_path_buf()));
        }
        Ok(bundle)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// A file by its name.
    pub fn file(&self, name: &str) -> Option<&File> {
        self.files.get(name)
    }

    /// Compresses all files. It takes seconds, so it is done beside everything else; until then they go as they are.
    pub fn compress(&self) {
        for file in self.files.values() {
            file.brotli.get_or_init(|| compressed(&file.bytes));
        }
    }

    /// The list of hashes as `sha256sum` writes it: what anyone can compare with their own build.
    pub fn hashes(&self) -> String {
        let listed = self.files.iter().filter(|(name, _)| *name != "hashes.txt");
        listed.map(|(name, file)| format!("{}  {name}\n", file.hash)).collect()
    }
}

impl File {
    /// Compressed, if it is.
    pub fn brotli(&self) -> Option<&Bytes> {
        self.brotli.get().and_then(Option::as_ref)
    }
}

/// `None` where it gains nothing.
fn compressed(bytes: &[u8]) -> Option<Bytes> {
    let mut small = Vec::new();
    let settings = brotli::enc::BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*bytes, &mut small, &settings).ok()?;
    (small.len() < bytes.len()).then(|| small.into())
}

/// What a file is, by the end of its name. What is not known is bytes, which no browser runs.
fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" | "ftl" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_what_their_names_say() {
        for (name, said) in [
            ("app.wasm", "application/wasm"),
            ("app.glue.js", "text/javascript; charset=utf-8"),
            ("index.html", "text/html; charset=utf-8"),
            ("app.webmanifest", "application/manifest+json"),
            ("hashes.txt", "text/plain; charset=utf-8"),
            ("unknown", "application/octet-stream"),
        ] {
            assert_eq!(media_type(name), said, "{name}");
        }
    }

    #[test]
    fn a_folder_is_a_bundle_when_it_has_a_page_to_begin_with() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(Bundle::read(folder.path()), Err(BundleError::NoEntry(_))));
        assert!(matches!(Bundle::read(Path::new("/nonexistent")), Err(BundleError::Unreadable { .. })));
        std::fs::create_dir(folder.path().join("more")).expect("made");
        std::fs::write(folder.path().join("index.html"), "a".repeat(1_000)).expect("written");
        let bundle = Bundle::read(folder.path()).expect("a bundle");
        let entry = bundle.file("index.html").expect("there");
        assert!(entry.brotli().is_none());
        bundle.compress();
        assert!(entry.brotli().is_some_and(|small| small.len() < 100));
        assert!(bundle.file("more").is_none() && bundle.file("../index.html").is_none());
        assert_eq!(bundle.hashes(), format!("{}  index.html\n", entry.hash));
    }
}
