//! How a command ends: exit codes, and errors that say what to do next.
//!
//! | code | means |
//! | --- | --- |
//! | 0 | done |
//! | 1 | failed on this machine (vault, files, a bug) |
//! | 2 | the command was not understood |
//! | 3 | refused by a rule, by the relay or by the network |
//! | 4 | the relay was not reached; what was asked for is kept and goes on next time |
//!
//! With `--json` an error is one object on the error output, `{"error": code, "class": …, "text": …}`. The
//! code is stable; the class is the exit code's word; the text says what happened and what to do next.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

use bystand_client::{RandomnessError, RunError, VaultError};
use serde_json::{Value, json};

/// The kinds of failures, each with an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Failed,
    Usage,
    Refused,
    Pending,
}

/// Why a command did not end well.
#[derive(Debug)]
pub struct Failure {
    class: Class,
    code: &'static str,
    error: anyhow::Error,
}

/// What commands return.
pub type Done = Result<(), Failure>;

impl Failure {
    /// 1: this machine.
    pub fn failed(code: &'static str, text: impl Into<String>) -> Self {
        Self::new(Class::Failed, code, text)
    }

    /// 2: the command.
    pub fn usage(code: &'static str, text: impl Into<String>) -> Self {
        Self::new(Class::Usage, code, text)
    }

    /// 3: a rule.
    pub fn refused(code: &'static str, text: impl Into<String>) -> Self {
        Self::new(Class::Refused, code, text)
    }

    /// 4: the relay; nothing is lost.
    pub fn pending(code: &'static str, text: impl Into<String>) -> Self {
        Self::new(Class::Pending, code, text)
    }

    /// 1: this machine, told by an error and its causes.
    pub fn of(code: &'static str, error: impl Error + Send + Sync + 'static) -> Self {
        Self { class: Class::Failed, code, error: error.into() }
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.class {
            Class::Failed => 1,
            Class::Usage => 2,
            Class::Refused => 3,
            Class::Pending => 4,
        })
    }

    /// Whether this machine failed, so that a live command cannot go on.
    pub fn is_fatal(&self) -> bool {
        self.class == Class::Failed
    }

    /// Whether whoever read the output has gone away.
    pub fn is_closed_pipe(&self) -> bool {
        let io = self.error.downcast_ref::<std::io::Error>();
        io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    }

    /// For scripts.
    pub fn object(&self) -> Value {
        let class = match self.class {
            Class::Failed => "failed",
            Class::Usage => "usage",
            Class::Refused => "refused",
            Class::Pending => "pending",
        };
        json!({"error": self.code, "class": class, "text": self.to_string()})
    }

    fn new(class: Class, code: &'static str, text: impl Into<String>) -> Self {
        Self { class, code, error: anyhow::Error::msg(text.into()) }
    }
}

/// The sentence, and its causes in parentheses, each once.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = self.error.to_string();
        f.write_str(&last)?;
        let mut causes: Vec<String> = Vec::new();
        for cause in self.error.chain().skip(1).map(ToString::to_string) {
            if !last.contains(&cause) {
                causes.push(cause.clone());
            }
            last = cause;
        }
        if causes.is_empty() { Ok(()) } else { write!(f, " ({})", causes.join(": ")) }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self { class: Class::Failed, code: "failed", error }
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        Self::of(error.code(), error)
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Self::of(error.code(), error)
    }
}

impl From<RandomnessError> for Failure {
    fn from(error: RandomnessError) -> Self {
        Self::from(RunError::Randomness(error))
    }
}

/// Writing to a closed pipe is how `| head` ends a command: `main` turns it into success.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::of("io", error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer: inner")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("inner")]
    struct Inner(#[source] std::io::Error);

    #[test]
    fn a_failure_tells_each_cause_once_and_keeps_its_code() {
        let failure = Failure::of("some-code", Outer(Inner(std::io::Error::other("the disk"))));
        assert_eq!(failure.to_string(), "outer: inner (the disk)");
        assert_eq!(
            failure.object(),
            json!({"error": "some-code", "class": "failed", "text": "outer: inner (the disk)"})
        );
        assert!(failure.is_fatal());
        assert!(!Failure::pending("relay-unreachable", "later").is_fatal());
    }

    #[test]
    fn a_closed_pipe_is_recognized() {
        let closed = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert!(Failure::from(closed).is_closed_pipe());
        assert!(!Failure::from(std::io::Error::other("x")).is_closed_pipe());
    }
}
