//! Help texts that are tables: an example for each verb, and the desk's many verbs by family.

use std::fmt::Write;

use clap::{Command, CommandFactory};

use crate::args::Cli;
use crate::desk::DeskVerb;
use crate::duty::DutyVerb;
use crate::host::HostVerb;
use crate::registrar::{RegistrarVerb, StewardVerb};
use crate::terminal::RoleVerb;

/// Verbs that belong together.
#[derive(Debug)]
pub struct Family {
    /// What they are for; none where a role has too few verbs to sort them.
    pub heading: Option<&'static str>,
    /// Each verb, and an example as it is typed into the role's live command.
    pub verbs: &'static [(&'static str, &'static str)],
}

/// The whole command line, with all its examples.
pub fn command() -> Command {
    Cli::command()
        .mut_subcommand("desk", |c| role::<DeskVerb>(c, "bystand desk "))
        .mut_subcommand("duty", |c| role::<DutyVerb>(c, "bystand duty "))
        .mut_subcommand("host", |c| role::<HostVerb>(c, "bystand host "))
        .mut_subcommand("steward", |c| role::<StewardVerb>(c, "bystand steward "))
        .mut_subcommand("registrar", |c| {
            role::<RegistrarVerb>(c, "bystand registrar ")
                .mut_subcommand("steward", |c| role::<StewardVerb>(c, "bystand registrar steward "))
        })
}

/// The verbs that a live command of a role takes, with their examples.
pub fn lines<V: RoleVerb>(command: Command) -> Command {
    let own = role::<V>(command, "");
    own.mut_subcommand("desk", |c| role::<DeskVerb>(c, "desk "))
        .mut_subcommand("duty", |c| role::<DutyVerb>(c, "duty "))
        .mut_subcommand("host", |c| role::<HostVerb>(c, "host "))
        .mut_subcommand("registrar", |c| role::<RegistrarVerb>(c, "registrar "))
}

/// Gives each verb of a role its example, and sorts the verbs where there are families. `prefix` is what
/// stands before a verb.
fn role<V: RoleVerb>(mut command: Command, prefix: &str) -> Command {
    for (verb, example) in V::FAMILIES.iter().flat_map(|family| family.verbs) {
        let example = format!("Example:\n  {prefix}{example}");
        // What says more of itself keeps it.
        command = command.mut_subcommand(verb, |c| match c.get_after_help() {
            Some(_) => c,
            None => c.after_help(example),
        });
    }
    let is_sorted = V::FAMILIES.iter().all(|family| family.heading.is_some());
    if is_sorted { by_family::<V>(command, prefix) } else { command }
}

/// clap knows one heading for all subcommands: the list is written here and its own is hidden.
fn by_family<V: RoleVerb>(mut command: Command, prefix: &str) -> Command {
    let width = V::FAMILIES.iter().flat_map(|f| f.verbs).map(|(verb, _)| verb.len()).max().unwrap_or(0);
    let mut list = String::new();
    for family in V::FAMILIES {
        let heading = family.heading.unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(list, "{heading}:");
        for (verb, _) in family.verbs {
            let about = command.find_subcommand(verb).and_then(Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(list, "  {verb:<width$}  {about}");
        }
        if let Some((_, example)) = family.verbs.first() {
            let _ = writeln!(list, "  {:<width$}  as in: {prefix}{example}", "");
        }
        list.push('\n');
    }
    for (verb, _) in V::FAMILIES.iter().flat_map(|f| f.verbs) {
        command = command.mut_subcommand(verb, |c| c.hide(true));
    }
    let is_line = prefix.is_empty();
    let template = match is_line {
        true => format!("{list}{{subcommands}}\n"),
        false => {
            format!("{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{list}{{all-args}}{{after-help}}")
        }
    };
    let usage = if is_line { "VERB".to_owned() } else { format!("{prefix}[OPTIONS] [VERB]") };
    command.override_usage(usage).help_template(template)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The words of every command, and whether it has subcommands.
    fn all(command: &Command, path: &[String], into: &mut Vec<(Vec<String>, bool)>) {
        let inner: Vec<&Command> = command.get_subcommands().filter(|c| c.get_name() != "help").collect();
        if !path.is_empty() {
            into.push((path.to_vec(), inner.is_empty()));
        }
        for c in inner {
            all(c, &[path, &[c.get_name().to_owned()]].concat(), into);
        }
    }

    fn paths() -> Vec<(Vec<String>, bool)> {
        let mut paths = Vec::new();
        all(&command(), &[], &mut paths);
        paths
    }

    #[test]
    fn every_verb_of_a_role_is_in_its_table_once() {
        fn check<V: RoleVerb>() {
            let command = V::augment_subcommands(Command::new("x"));
            let mut verbs: Vec<&str> =
                command.get_subcommands().map(Command::get_name).filter(|name| *name != "steward").collect();
            let mut named: Vec<&str> =
                V::FAMILIES.iter().flat_map(|f| f.verbs).map(|(verb, _)| *verb).collect();
            verbs.sort_unstable();
            named.sort_unstable();
            assert_eq!(named, verbs);
        }
        check::<DeskVerb>();
        check::<DutyVerb>();
        check::<HostVerb>();
        check::<RegistrarVerb>();
        check::<StewardVerb>();
    }

    #[test]
    fn every_example_is_understood() {
        fn check<V: RoleVerb>() {
            let command = V::augment_subcommands(Command::new("x").no_binary_name(true));
            for (verb, example) in V::FAMILIES.iter().flat_map(|family| family.verbs) {
                let words = crate::words::split(example).expect("words");
                assert_eq!(words.first().map(String::as_str), Some(*verb), "{example}");
                let parsed = command.clone().try_get_matches_from(words);
                assert!(parsed.is_ok(), "{example}: {}", parsed.expect_err("refused"));
            }
        }
        check::<DeskVerb>();
        check::<DutyVerb>();
        check::<HostVerb>();
        check::<RegistrarVerb>();
        check::<StewardVerb>();
    }

    #[test]
    fn every_command_has_an_example() {
        for (path, _) in paths().into_iter().filter(|(_, is_leaf)| *is_leaf) {
            let whole = command();
            let found = path.iter().fold(&whole, |c, word| c.find_subcommand(word).expect("a command"));
            let help = found.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Example"), "bystand {}: {help:?}", path.join(" "));
        }
    }

    /// `tests/cmd` pins what the program prints: no command's help and no command's refusal is left out.
    #[test]
    fn every_command_is_pinned() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
        let files = std::fs::read_dir(folder).expect("listed").map(|entry| entry.expect("an entry").path());
        let pinned: String = files.map(|path| std::fs::read_to_string(path).expect("read")).collect();
        let sessions: Vec<&str> = pinned.lines().filter_map(|line| line.strip_prefix("$ bystand ")).collect();
        let mut missing = Vec::new();
        for (path, is_leaf) in paths() {
            let words = path.join(" ");
            if !sessions.contains(&format!("{words} --help").as_str()) {
                missing.push(format!("{words} --help"));
            }
            let refused = |line: &&&str| {
                let rest = line.strip_prefix(words.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')) && !line.contains("--help")
            };
            if is_leaf && !sessions.iter().any(|line| refused(&line)) {
                missing.push(format!("{words} (something that it refuses)"));
            }
        }
        assert!(missing.is_empty(), "not in tests/cmd:\n{}", missing.join("\n"));
    }
}
