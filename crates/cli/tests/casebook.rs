//! The casebook's crash table, with a real relay and a dispatcher's real vault: the desk's commands write notes, and
//! at each fsync in turn a disk fails, the process is killed or the power goes off. No note that was promised is lost,
//! none is there twice, and the casebook goes on.

#[path = "../../client/tests/powerloss/mod.rs"]
mod powerloss;
mod stage;

use powerloss::{Disk, FAULTS, goes_on};
use stage::Stage;

#[test]
fn the_desk_keeps_its_notes_whatever_happens_at_a_sync() {
    let stage = Stage::founded("casebook");
    let _relay = stage.serve();
    stage.done("steward", &["desk", "start"]);
    let caller = ["--kind", "other", "--zone", "corcoran", "--place", "Lake St", "--text", "they knock"];
    stage.done("steward", &[&["desk", "caller"], &caller[..]].concat());
    let queue = stage.done("steward", &["desk", "queue"]);
    let incident = queue.iter().find_map(|row| row["no"].as_str()).expect("an incident").to_owned();
    let (is_kept, syncs) = note(&stage, &incident, "undisturbed", None);
    assert!(is_kept && syncs > 5, "kept: {is_kept}, {syncs} syncs");
    let mut promised = vec!["undisturbed".to_owned()];
    let mut all = promised.clone();
    for at in 1..=syncs {
        // A process that goes on and one that ends; over the syncs each fault has its turn.
        let (failing, ending): (Vec<&str>, Vec<&str>) = FAULTS.iter().partition(|fault| goes_on(fault));
        let turn = usize::try_from(at).expect("few");
        for fault in [failing[turn % failing.len()], ending[turn % ending.len()]] {
            let text = format!("{fault} at sync {at}.");
            if note(&stage, &incident, &text, Some((at, fault))).0 {
                promised.push(text.clone());
            }
            all.push(text);
        }
    }
    assert!(promised.len() < all.len(), "something went wrong somewhere");
    // What was kept and not sent goes out with the next command that runs.
    stage.done("steward", &["desk", "show", &incident]);
    let card = stage.done("steward", &["desk", "show", &incident]);
    let card = card.iter().map(ToString::to_string).collect::<String>();
    for text in &all {
        let times = card.matches(text.as_str()).count();
        assert!(times <= 1, "{text}: {times} times in {card}");
        assert!(times == 1 || !promised.contains(text), "{text}: promised and lost: {card}");
    }
}

/// Writes a note on a disk; gives whether the command promised it, and how many fsyncs there were.
fn note(stage: &Stage, incident: &str, text: &str, fault: Option<(u64, &str)>) -> (bool, u64) {
    let (folder, count) = (stage.vault("steward"), stage.path("syncs"));
    let disk = Disk { folder: &folder, count: &count };
    let args = ["desk", "note", incident, text];
    let mut command = stage.command("steward");
    command.args(args);
    disk.under(&mut command, fault);
    let ended = stage.end(command.spawn().expect("started"), "steward", &args);
    (ended.status.success(), disk.syncs())
}
