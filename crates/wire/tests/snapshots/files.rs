//! Vector files: comment lines that begin with `#`, some of them `# key: value`, then hex.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vector {
    /// The type the bytes claim to be.
    pub kind: String,
    /// For refused bytes: the error they must give.
    pub refused: Option<String>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The folder of good or bad vectors.
fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name)
}

/// All files of a folder by name without extension.
pub fn read(name: &str) -> BTreeMap<String, Vector> {
    let entries = fs::read_dir(folder(name)).expect("the folder of vectors");
    let paths = entries.map(|e| e.expect("an entry").path());
    paths
        .map(|path| {
            let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("a text file");
            (stem, parse(&text))
        })
        .collect()
}

/// Compares what the code makes with what is checked in; rewrites the folder when asked to.
pub fn compare(name: &str, made: &BTreeMap<String, Vector>) {
    if std::env::var_os("BYSTAND_BLESS").is_some() {
        let _ = fs::remove_dir_all(folder(name));
        fs::create_dir_all(folder(name)).expect("a folder");
        for (stem, vector) in made {
            fs::write(folder(name).join(format!("{stem}.hex")), print(vector)).expect("a file");
        }
    }
    let held = read(name);
    let names = |m: &BTreeMap<String, Vector>| m.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(made), names(&held), "vectors/{name}: files and code differ");
    for (stem, vector) in made {
        assert_eq!(Some(vector), held.get(stem), "vectors/{name}/{stem}.hex: the format changed");
    }
}

fn parse(text: &str) -> Vector {
    let field = |key: &str| {
        text.lines()
            .find_map(|l| l.strip_prefix("# ")?.strip_prefix(key)?.strip_prefix(": "))
            .map(String::from)
    };
    let digits: String = text.lines().filter(|l| !l.starts_with('#')).collect();
    Vector {
        kind: field("type").expect("a line `# type: …`"),
        refused: field("refused"),
        bytes: hex::decode(digits).expect("hex"),
    }
}

fn print(vector: &Vector) -> String {
    let mut text = format!("# type: {}\n", vector.kind);
    if let Some(refused) = &vector.refused {
        text += &format!("# refused: {refused}\n");
    }
    for line in vector.bytes.chunks(32) {
        text += &hex::encode(line);
        text.push('\n');
    }
    text
}
