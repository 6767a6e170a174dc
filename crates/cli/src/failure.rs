//! How a command ends: exit codes, and errors that say what to do next.
//!
//! | code | means |
//! | --- | --- |
//! | 0 | done |
//! | 1 | failed on this machine (vault, files, a bug) |
//! | 2 | the command was not understood |
//! | 3 | refused by a rule, by the relay or by the network |
//! | 4 | the relay was not reached; what was asked for is kept and goes on next time |

use std::fmt;
use std::process::ExitCode;

use bystand_client::{RunError, VaultError};

/// Why a command did not end well; the variant is the exit code.
#[derive(Debug)]
pub enum Failure {
    /// 1: this machine.
    Failed(anyhow::Error),
    /// 2: the command.
    Usage(String),
    /// 3: a rule.
    Refused(String),
    /// 4: the relay; nothing is lost.
    Pending(String),
}

/// What commands return.
pub type Done = Result<(), Failure>;

impl Failure {
    /// A failure that is told by a sentence of its own.
    pub fn failed(text: impl Into<String>) -> Self {
        Failure::Failed(anyhow::Error::msg(text.into()))
    }

    /// The process's exit code.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(self.number())
    }

    /// The stable word for scripts.
    pub fn word(&self) -> &'static str {
        match self {
            Failure::Failed(_) => "failed",
            Failure::Usage(_) => "usage",
            Failure::Refused(_) => "refused",
            Failure::Pending(_) => "pending",
        }
    }

    fn number(&self) -> u8 {
        match self {
            Failure::Failed(_) => 1,
            Failure::Usage(_) => 2,
            Failure::Refused(_) => 3,
            Failure::Pending(_) => 4,
        }
    }
}

/// The sentence and its causes, each once.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Failed(error) => {
                let mut last = error.to_string();
                f.write_str(&last)?;
                for cause in error.chain().skip(1).map(ToString::to_string) {
                    if !last.contains(&cause) {
                        write!(f, ": {cause}")?;
                    }
                    last = cause;
                }
                Ok(())
            }
            Failure::Usage(text) | Failure::Refused(text) | Failure::Pending(text) => f.write_str(text),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Failed(error)
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        Failure::Failed(error.into())
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Failure::Failed(error.into())
    }
}

/// Writing to a closed pipe is how `| head` ends a command: `main` turns it into success.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Failed(error.into())
    }
}
