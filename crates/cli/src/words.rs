//! Splits a line that was typed (or piped) into words, with quotes as in a shell.

/// The line's quotes do not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a quote is not closed, or the line ends with a backslash")]
pub struct UnclosedQuote;

/// The words of a line. `'…'` and `"…"` keep spaces, a backslash keeps the next character, and a
/// word that begins with `#` begins a remark, so that scripts can be commented.
pub fn split(line: &str) -> Result<Vec<String>, UnclosedQuote> {
    shlex::split(line).ok_or(UnclosedQuote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_a_shell_does() {
        for (line, words) in [
            ("", &[][..]),
            ("   ", &[]),
            ("# a remark", &[]),
            ("claim 3", &["claim", "3"]),
            ("note 3 'they left' # why", &["note", "3", "they left"]),
            (r#"note 3 "it's over" \"x"#, &["note", "3", "it's over", "\"x"]),
            ("note 3 ''", &["note", "3", ""]),
        ] {
            assert_eq!(split(line).expect(line), words, "{line}");
        }
        for bad in ["note 'x", "note \"x", "note \\"] {
            assert_eq!(split(bad), Err(UnclosedQuote), "{bad}");
        }
    }
}
