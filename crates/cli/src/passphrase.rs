//! Where the vault's passphrase comes from: the terminal, `BYSTAND_PASSPHRASE`, or a file.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use bystand_client::system_random;
use bystand_crypto::phrase::{self, PASSPHRASE_MIN_BITS};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::output::note;
use crate::stop::{self, Stop};

/// Holds the passphrase, for scripts.
pub const VARIABLE: &str = "BYSTAND_PASSPHRASE";
/// Holds the new one for `bystand vault passphrase`, for scripts.
pub const NEW_VARIABLE: &str = "BYSTAND_NEW_PASSPHRASE";

/// A passphrase; wiped when dropped.
pub type Passphrase = Zeroizing<String>;

const ATTEMPTS: usize = 3;

/// Opens something with the passphrase: once with what a script gives, up to three times with what
/// a person types.
pub fn open_with<T, E: Into<Failure>>(
    file: Option<&Path>,
    is_wrong: impl Fn(&E) -> bool,
    mut open: impl FnMut(&str) -> Result<T, E>,
) -> Result<T, Failure> {
    if let Some(given) = given(file, VARIABLE)? {
        return open(&given).map_err(Into::into);
    }
    for _ in 1..ATTEMPTS {
        match open(&ask("Passphrase: ")?) {
            Err(error) if is_wrong(&error) => note("This passphrase does not open the vault. Try again."),
            other => return other.map_err(Into::into),
        }
    }
    open(&ask("Passphrase: ")?).map_err(Into::into)
}

/// A passphrase for a new vault (or a new one for a vault): given by a script, or the six words that
/// are offered, or the person's own. Typed twice.
pub fn choose(file: Option<&Path>, variable: &str) -> Result<Passphrase, Failure> {
    if let Some(given) = given(file, variable)? {
        check(&given).map_err(|why| Failure::refused("passphrase-too-easy", why))?;
        return Ok(given);
    }
    let mut rng = system_random()?;
    let offered = phrase::passphrase(&mut rng);
    note(&format!(
        "A passphrase protects what is on this device when somebody takes it. Six words for you:\n\n    {}\n\n\
         Write them on paper, keep the paper elsewhere. Nobody can open the vault without them.",
        offered.as_str()
    ));
    loop {
        let first = ask("Type these words, or a passphrase of your own: ")?;
        if let Err(why) = check(&first) {
            note(&why);
            continue;
        }
        // The offered words were copied from the screen: that is the second time already. The vault
        // takes them in any case.
        if spaced(&first).eq_ignore_ascii_case(&offered)
            || spaced(&first) == spaced(&ask("The same again: ")?)
        {
            return Ok(first);
        }
        note("The two differ. Nothing was changed; begin again.");
    }
}

/// What a script gives, if it gives any. A passphrase in a file or a variable protects no better
/// than these are protected, which is said.
fn given(file: Option<&Path>, variable: &str) -> Result<Option<Passphrase>, Failure> {
    if let Some(path) = file {
        return read_file(path).map(Some);
    }
    match std::env::var(variable) {
        Ok(value) => Ok(Some(Zeroizing::new(value))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::usage(
            "passphrase-not-text",
            format!("{variable} is not text in UTF-8. Set it again."),
        )),
    }
}

fn read_file(path: &Path) -> Result<Passphrase, Failure> {
    let failed = |error: std::io::Error| {
        Failure::failed(
            "passphrase-file",
            format!(
                "The passphrase cannot be read from {}: {error}. Name a text file with --passphrase-file.",
                path.display()
            ),
        )
    };
    let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        note(&format!("Warning: others on this machine may read {0}. Run: chmod 600 {0}", path.display()));
    } else {
        note(&format!("Warning: whoever has {} can open the vault.", path.display()));
    }
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(failed)?);
    Ok(Zeroizing::new(text.trim_end_matches(['\n', '\r']).to_owned()))
}

fn check(passphrase: &str) -> Result<(), String> {
    let bits = phrase::estimate_bits(passphrase);
    match bits >= PASSPHRASE_MIN_BITS {
        true => Ok(()),
        false => Err(format!(
            "This passphrase is too easy to guess (about {bits} bits, at least {PASSPHRASE_MIN_BITS} are \
             needed). Use the six words, or a longer one with rare words."
        )),
    }
}

/// Asks at the terminal.
fn ask(prompt: &str) -> Result<Passphrase, Failure> {
    // On Ctrl-C rpassword raises the signal before it puts the terminal back: the process must outlive it.
    let _handled = Stop::install()?;
    let _quiet = QuietTerminal::begin();
    rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|error| {
        if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::UnexpectedEof) {
            return stop::nothing_changed();
        }
        let text = format!(
            "There is no terminal to ask for the passphrase. Set {VARIABLE}, or use --passphrase-file FILE."
        );
        Failure::usage("no-terminal", text)
    })
}

/// A terminal that shows nothing and turns Ctrl-C into a character, as rpassword wants it, already before the
/// prompt: a Ctrl-C between the prompt and rpassword's own setting would be a signal that nobody waits for.
struct QuietTerminal {
    terminal: File,
    before: Termios,
}

impl QuietTerminal {
    /// None where there is no terminal; rpassword says so.
    fn begin() -> Option<Self> {
        let terminal = File::options().read(true).write(true).open("/dev/tty").ok()?;
        let before = tcgetattr(&terminal).ok()?;
        let mut quiet = before.clone();
        quiet
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(&terminal, OptionalActions::Now, &quiet).ok()?;
        Some(Self { terminal, before })
    }
}

impl Drop for QuietTerminal {
    fn drop(&mut self) {
        // A terminal that has gone has nothing to be put back.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}

/// The vault takes any spaces between words as one.
fn spaced(text: &str) -> Passphrase {
    Zeroizing::new(text.split_whitespace().collect::<Vec<_>>().join(" "))
}
