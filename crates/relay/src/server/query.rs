//! Queries have numbers only; they are read by hand so that anything else is refused.

use bystand_wire::problem::Code;

use crate::rules::Refusal;

/// A number in the query, if it is there.
///
/// # Errors
/// `malformed`.
pub fn number(query: Option<&str>, name: &str) -> Result<Option<u64>, Refusal> {
    const MALFORMED: Refusal = Refusal::new(Code::Malformed, "A number in the query is not one.");
    let mut found = None;
    for part in query.unwrap_or_default().split('&') {
        if let Some((key, value)) = part.split_once('=')
            && key == name
        {
            found = Some(value.parse().map_err(|_| MALFORMED)?);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (query, expected) in [
            (None, Ok(None)),
            (Some(""), Ok(None)),
            (Some("after=7"), Ok(Some(7))),
            (Some("kind=2&after=7"), Ok(Some(7))),
            (Some("after=18446744073709551615"), Ok(Some(u64::MAX))),
            (Some("after=-1"), Err(Code::Malformed)),
            (Some("after="), Err(Code::Malformed)),
            (Some("after=18446744073709551616"), Err(Code::Malformed)),
        ] {
            assert_eq!(number(query, "after").map_err(|r| r.code), expected, "{query:?}");
        }
    }
}
