//! The main job with real processes, from founding a network to taking a dispatcher out, while relay, desk
//! and a responder are killed at bad moments (flows 1.1 to 1.10). Nothing acknowledged may be lost and
//! nothing may happen twice.

mod stage;

use serde_json::Value;
use stage::{Player, Stage};

const ZONE: &str = "powderhorn-park";
const SCENE: &str = "44.9484,-93.2560";

/// Everybody who plays.
struct Cast {
    stage: Stage,
    relay: Player,
    steward: Player,
    second: Player,
    ana: Player,
    ben: Player,
    hosts: Player,
    cy: Player,
    dee: Player,
    eli: Player,
}

#[test]
fn from_a_report_to_a_confirmed_alert_and_its_end() {
    let mut cast = gather();
    open_the_day(&mut cast);
    let stop = report_while_the_relay_dies(&mut cast);
    call_out(&mut cast, &stop);
    confirm_and_publish(&mut cast, &stop);
    correct_and_end(&mut cast, &stop);
    publish_what_turns_out_wrong(&mut cast);
    check_a_rumor(&mut cast);
    nothing_happened_twice(&mut cast, &stop);
    take_a_dispatcher_out(&mut cast);
}

/// A network with its people, each on a device of their own.
fn gather() -> Cast {
    let stage = Stage::founded("flow");
    let relay = stage.serve();
    let mut steward = stage.start("steward", &["registrar", "--follow"]);
    // The founder's device could host too; here the box alone does.
    steward.does("host schedule off");
    stage.admit(&mut steward, "ana", "--role dispatcher", &[]);
    stage.admit(&mut steward, "ben", "--role dispatcher", &[]);
    stage.admit(&mut steward, "hosts", "--role host", &[]);
    stage.admit(&mut steward, "second", "--role steward", &[]);
    for name in ["cy", "dee", "eli"] {
        stage.admit(&mut steward, name, "--role observer --role verifier", &["--zone", ZONE]);
    }
    let second = second_registrar(&stage, &mut steward);
    let start = |name, role| stage.start(name, &[role, "--follow"]);
    let (ana, ben, hosts) = (start("ana", "desk"), start("ben", "desk"), start("hosts", "host"));
    let (cy, dee, eli) = (start("cy", "duty"), start("dee", "duty"), start("eli", "duty"));
    for desk in [&ana, &ben] {
        desk.wait("that it has the desk's keys", |v| has_keys(v, "desk"));
    }
    Cast { stage, relay, steward, second, ana, ben, hosts, cy, dee, eli }
}

/// A steward's device applies, the founder proposes it, and the manifest names two registrars.
fn second_registrar(stage: &Stage, steward: &mut Player) -> Player {
    let mut second = stage.start("second", &["registrar", "--follow"]);
    second.wait("the network's settings", |v| v["event"] == "network" || v["state"] == "live");
    second.does("apply");
    let application = steward.wait("an application", |v| v["event"] == "application");
    let device = text(&application, "device");
    let proposal = stage::text_of(&stage.path("second.bystand"));
    let mark = steward.mark();
    steward.does(&format!("steward add-registrar {device} --out {proposal}"));
    let proposed = steward.wait_from(mark, "a proposal", |v| v["event"] == "proposal");
    assert_eq!(proposed["complete"], true, "one root key of one has signed");
    second.wait("its certificate as registrar", |v| {
        v["event"] == "certified" && v["roles"].as_array().is_some_and(|r| r.iter().any(|r| r == "registrar"))
    });
    second.wait("that it is in the team", |v| has_keys(v, "registrars"));
    second
}

/// Two dispatchers on shift, the zone's room open, three responders on duty in it.
fn open_the_day(cast: &mut Cast) {
    cast.ana.does("start --language en --language es");
    cast.ben.does("start --language en");
    cast.hosts.wait("that it is a host", |v| has_keys(v, "hosts"));
    cast.hosts.does(&format!("open {ZONE}"));
    cast.hosts.wait("an open room", |v| v["event"] == "room-opened" && v["zone"] == ZONE);
    for responder in [&mut cast.cy, &mut cast.dee, &mut cast.eli] {
        responder.does("envelope call my sister, then the lawyer on the card");
        responder.does(&format!("on --zone {ZONE} --point {SCENE} --minutes 240"));
        responder.wait("that it is in the room", |v| v["event"] == "joined" && v["zone"] == ZONE);
    }
}

/// A neighbor's report is acknowledged, and then the relay is killed: the desk has it all the same.
fn report_while_the_relay_dies(cast: &mut Cast) -> String {
    let stage = &cast.stage;
    let args = stage.report_args("vehicle-stop", SCENE, "two dark vans and four agents");
    let args: Vec<&str> = args.iter().map(String::as_str).chain(["--follow"]).collect();
    cast.ana.kill_9();
    cast.ben.kill_9();
    let mut neighbor = stage.start("nobody", &args);
    neighbor.wait("that it was sent", |v| v["event"] == "sent");
    cast.relay.kill_9();
    cast.relay.starts_again(stage);
    cast.relay.wait("that it listens", |v| v.get("listening").is_some());
    cast.ana.starts_again(stage);
    cast.ben.starts_again(stage);
    let report = entry(&cast.ana, 0, "report", None);
    let incident = text(&report, "incident").to_owned();
    neighbor.wait("that the desk has it", |v| v["event"] == "received");
    claim_and_die(cast, &incident);
    let unclaimed = cast.ben.refuses("claim 9999");
    assert_eq!(unclaimed["error"], "unknown");
    cast.ana.does(&format!("ask {incident} Are they still there?"));
    neighbor.wait("the desk's question", |v| v["event"] == "desk" && v["question"] == true);
    neighbor.does("answer Yes, all of them.");
    entry(&cast.ana, 0, "reporter-said", Some(&incident));
    neighbor.quits();
    incident
}

/// The desk is killed as soon as a claim is kept.
fn claim_and_die(cast: &mut Cast, incident: &str) {
    cast.ana.does(&format!("claim {incident}"));
    cast.ana.kill_9();
    cast.ana.starts_again(&cast.stage);
    entry(&cast.ben, 0, "claimed", Some(incident));
    cast.ana.looks_until(&format!("show {incident}"), |said| said.iter().any(|v| v["on_it"].is_string()));
}

/// A responder is killed as soon as an offer is kept.
fn call_out(cast: &mut Cast, incident: &str) {
    let stage = &cast.stage;
    cast.ana.does(&format!("heads-up {incident}"));
    cast.eli.wait("a heads-up", |v| v["event"] == "heads-up");
    cast.ana.does(&format!("check {incident} --role verifier --within 10"));
    for responder in [&mut cast.cy, &mut cast.dee] {
        let called = responder.wait("a call-out nearby", |v| v["event"] == "call-out" && v["near"] == true);
        responder.does(&format!("go {} 6", text(&called, "call_out")));
    }
    cast.cy.kill_9();
    cast.cy.starts_again(stage);
    let offers = offers(&cast.ana, 0, incident, 2);
    cast.ana.does_soon(&format!("accept {incident} {}", offers.join(" ")));
    for responder in [&mut cast.cy, &mut cast.dee] {
        let accepted = responder.wait("the place", |v| v["event"] == "accepted");
        assert_eq!(accepted["partners"].as_array().map(Vec::len), Some(1), "people go in pairs");
        let early = responder.refuses("found confirmed --seen-by 2");
        assert!(text(&early, "text").contains("parked"), "{early}");
        responder.does("sign on-the-way");
        responder.does("sign parked");
        responder.does("sign on-scene");
    }
    assert!(cast.eli.since(0).iter().all(|v| v["event"] != "accepted"), "who did not offer learns no place");
}

/// The relay is killed while an alert is on its way to the public log.
fn confirm_and_publish(cast: &mut Cast, incident: &str) {
    cast.cy.does("found confirmed --seen-by 2 two vans, four agents");
    entry(&cast.ana, 0, "finding", Some(incident));
    assert_eq!(states(cast), Vec::<String>::new(), "nothing is public before somebody publishes it");
    cast.relay.kill_9();
    cast.ana.does(&format!("publish {incident}"));
    cast.ana.kill_9();
    cast.relay.starts_again(&cast.stage);
    cast.relay.wait("that it listens", |v| v.get("listening").is_some());
    cast.ana.starts_again(&cast.stage);
    let published = entry(&cast.ana, 0, "published", Some(incident));
    assert_eq!(published["step"], "new");
    cast.eli.wait("that an alert was passed on", |v| v["event"] == "alert-passed");
    let alerts = cast.stage.alerts();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!((text(&alerts[0], "state"), text(&alerts[0], "basis")), ("current", "finding"));
    assert_eq!(alerts[0]["single_keyholder"], false, "there are two registrars");
}

/// Update, being checked again, over, closed.
fn correct_and_end(cast: &mut Cast, incident: &str) {
    let mark = cast.ana.mark();
    cast.ana.does(&format!("recheck {incident}"));
    entry(&cast.ana, mark, "rechecking", Some(incident));
    assert_eq!(states(cast), ["being-checked"]);
    let refused = cast.ana.refuses(&format!("update {incident}"));
    assert_eq!(refused["class"], "refused", "a finding signs one step: {refused}");
    step(cast, incident, "found confirmed --seen-by 2 still there", "update", "update");
    assert_eq!(states(cast), ["current"]);
    step(
        cast,
        incident,
        "found over:left-nobody-taken",
        "over {} left-nobody-taken",
        "over:left-nobody-taken",
    );
    assert_eq!(states(cast), ["over"]);
    go_home(cast);
    close(cast, incident, "confirmed");
}

/// A responder signs a finding, and the desk a step on it.
fn step(cast: &mut Cast, incident: &str, found: &str, verb: &str, expected: &str) {
    let mark = cast.ana.mark();
    cast.dee.does(found);
    entry(&cast.ana, mark, "finding", Some(incident));
    let verb = if verb.contains("{}") { verb.replace("{}", incident) } else { format!("{verb} {incident}") };
    cast.ana.does(&verb);
    let published = entry(&cast.ana, mark, "published", Some(incident));
    assert_eq!(text(&published, "step"), expected);
}

fn close(cast: &mut Cast, incident: &str, ending: &str) {
    let mark = cast.ben.mark();
    cast.ana.does(&format!("end-call-out {incident}"));
    entry(&cast.ben, mark, "call-out-ended", Some(incident));
    cast.ana.does(&format!("close {incident} {ending}"));
    entry(&cast.ben, mark, "closed", Some(incident));
}

/// A trained member happens on something; it is published, and then it turns out to be wrong.
fn publish_what_turns_out_wrong(cast: &mut Cast) {
    let mark = cast.ana.mark();
    cast.eli.does("report-and-find --found confirmed --kind checkpoint --point 44.9450,-93.2400 --text 'cars are stopped'");
    let report = entry(&cast.ana, mark, "report-and-finding", None);
    let incident = text(&report, "incident").to_owned();
    claim(cast, &incident);
    cast.ana.does(&format!("publish {incident}"));
    entry(&cast.ana, mark, "published", Some(&incident));
    let finding = go_and_find(cast, &incident, "found false-alarm:city-police --seen-by 2");
    let mark = cast.ana.mark();
    let refused = cast.ana.refuses(&format!("wrong {incident}"));
    assert_eq!(refused["class"], "refused", "findings that contradict stop everything: {refused}");
    cast.ana.does(&format!("resolve {incident} {finding} two looked, one drove by"));
    entry(&cast.ana, mark, "resolved", Some(&incident));
    cast.ana.does(&format!("wrong {incident}"));
    assert_eq!(entry(&cast.ana, mark, "published", Some(&incident))["step"], "wrong");
    assert_eq!(states(cast), ["over", "wrong"]);
    close(cast, &incident, "unfounded");
}

/// A rumor is checked on the scene and answered in public; never *safe*.
fn check_a_rumor(cast: &mut Cast) {
    let mark = cast.ana.mark();
    cast.stage.report("presence", "44.9500,-93.2600", "somebody says there are men in vests at the library");
    let report = entry(&cast.ana, mark, "report", None);
    let incident = text(&report, "incident").to_owned();
    cast.ben.does(&format!("rumor {incident}"));
    entry(&cast.ana, mark, "rumor", Some(&incident));
    claim(cast, &incident);
    go_and_find(cast, &incident, "found false-alarm:utility --seen-by 2");
    cast.ana.does(&format!("rumor-check {incident}"));
    entry(&cast.ana, mark, "rumor-published", None);
    cast.ana.does(&format!("tell {incident} false-alarm:utility"));
    assert_eq!(states(cast), ["over", "rumor-check", "wrong"]);
    close(cast, &incident, "rumor-answered");
}

fn claim(cast: &mut Cast, incident: &str) {
    let mark = cast.ana.mark();
    cast.ana.does(&format!("claim {incident}"));
    entry(&cast.ana, mark, "claimed", Some(incident));
}

/// Cy and Dee are called, accepted, look, and Cy says what they found. Gives the finding's number.
fn go_and_find(cast: &mut Cast, incident: &str, found: &str) -> u64 {
    let marks = (cast.ana.mark(), cast.cy.mark(), cast.dee.mark());
    cast.ana.does(&format!("check {incident} --role verifier --within 10"));
    for (responder, mark) in [(&mut cast.cy, marks.1), (&mut cast.dee, marks.2)] {
        let called = responder.wait_from(mark, "a call-out", |v| v["event"] == "call-out");
        responder.does(&format!("go {} 4", text(&called, "call_out")));
    }
    let offers = offers(&cast.ana, marks.0, incident, 2);
    cast.ana.does_soon(&format!("accept {incident} {}", offers.join(" ")));
    for (responder, mark) in [(&mut cast.cy, marks.1), (&mut cast.dee, marks.2)] {
        responder.wait_from(mark, "the place", |v| v["event"] == "accepted");
        responder.does("sign parked");
    }
    cast.cy.does(found);
    let finding = entry(&cast.ana, marks.0, "finding", Some(incident));
    go_home(cast);
    finding["seq"].as_u64().expect("its number")
}

/// Cy and Dee leave; the desk sees both at home.
fn go_home(cast: &mut Cast) {
    for name in ["cy", "dee"] {
        let mark = cast.ana.mark();
        let responder = if name == "cy" { &mut cast.cy } else { &mut cast.dee };
        responder.does("sign leaving");
        responder.does("sign home");
        cast.ana.wait_from(mark, "that a responder is home", |v| {
            v["entry"] == "sign-from" && v["sign"] == "home"
        });
    }
}

/// What the killed processes had promised was kept once, whoever tells it.
fn nothing_happened_twice(cast: &mut Cast, incident: &str) {
    for desk in [&mut cast.ana, &mut cast.ben] {
        let card = desk.looks(&format!("show {incident}"));
        let of = |name: &str| {
            let field = &card[0][name];
            field.as_array().map_or(usize::from(!field.is_null()), Vec::len)
        };
        assert_eq!((of("call_out"), of("responder"), of("finding"), of("alert")), (1, 2, 3, 1), "{card:?}");
        let figures = desk.looks("figures");
        assert_eq!(text(&figures[0], "reports"), "3", "{figures:?}");
    }
}

/// Who is taken out reads nothing that is written afterwards, and reports are sealed to new keys.
fn take_a_dispatcher_out(cast: &mut Cast) {
    let stage = &cast.stage;
    let certificate = stage_certificate(&mut cast.ben, stage);
    cast.ben.starts_again(stage);
    let version = key_note_version(&cast.second);
    let (mark, rotated) = (cast.steward.mark(), cast.ana.mark());
    cast.steward.does(&format!("revoke {certificate}"));
    cast.steward.wait_from(mark, "that it is revoked", |v| v["event"] == "revoked");
    cast.steward.wait_from(mark, "the desk's new keys", |v| v["event"] == "team-keys" && v["team"] == "desk");
    cast.steward.wait_from(mark, "a new key note", |v| {
        v["event"] == "key-note" && v["version"].as_u64() > Some(version)
    });
    cast.ana.wait_from(rotated, "the desk's new keys", |v| has_keys(v, "desk"));
    let (ana, ben) = (cast.ana.mark(), cast.ben.mark());
    stage.report("workplace", SCENE, "vehicles at both doors of the shop");
    let report = entry(&cast.ana, ana, "report", None);
    let incident = text(&report, "incident").to_owned();
    cast.ana.does(&format!("claim {incident}"));
    entry(&cast.ana, ana, "claimed", Some(&incident));
    cast.ana.does(&format!("note {incident} only for those who stayed"));
    entry(&cast.ana, ana, "note", Some(&incident));
    let read =
        |said: &Value| said.to_string().contains("both doors") || said.to_string().contains("who stayed");
    assert!(!cast.ben.since(ben).iter().any(read));
    cast.ben.kill_9();
    let again = stage.run("ben", &["desk", "queue"]);
    assert!(!again.said.iter().any(read), "{again:?}");
    cast.ben.starts_again(stage);
    let refused = cast.ben.refuses(&format!("claim {incident}"));
    assert_eq!(refused["class"], "refused");
    assert!(cast.ana.since(0).iter().any(read), "somebody does read it");
}

/// The first digits of a device's certificate, as its own `status` shows it.
fn stage_certificate(player: &mut Player, stage: &Stage) -> String {
    player.kill_9();
    let status = stage.done("ben", &["status"]);
    let certificate = status.iter().find_map(|v| v["certificate"].as_str()).expect("a certificate");
    certificate.split(',').next().expect("its digits").to_owned()
}

fn key_note_version(registrar: &Player) -> u64 {
    let notes = registrar.since(0).into_iter().filter(|v| v["event"] == "key-note");
    notes.filter_map(|v| v["version"].as_u64()).max().unwrap_or(0)
}

fn has_keys(said: &Value, team: &str) -> bool {
    said["event"] == "team" && said["team"] == team && said["news"] == "keys"
}

/// The states of all alerts, as a stranger verifies them, in alphabetical order.
fn states(cast: &Cast) -> Vec<String> {
    let mut states: Vec<String> = cast.stage.alerts().iter().map(|v| text(v, "state").to_owned()).collect();
    states.sort();
    states
}

/// An entry of the casebook that counted.
fn entry(desk: &Player, mark: usize, word: &str, incident: Option<&str>) -> Value {
    desk.wait_from(mark, &format!("the entry {word} of {incident:?}"), |v| {
        v["event"] == "entry"
            && v["entry"] == word
            && v["outcome"] == "applied"
            && incident.is_none_or(|incident| v["incident"] == incident)
    })
}

/// The first offers for an incident.
fn offers(desk: &Player, mark: usize, incident: &str, count: usize) -> Vec<String> {
    let mut offers: Vec<String> = Vec::new();
    while offers.len() < count {
        let fresh = desk.wait_from(mark, "an offer", |v| {
            v["entry"] == "offer"
                && v["incident"] == incident
                && !offers.iter().any(|o| v["offer"] == o.as_str())
        });
        offers.push(text(&fresh, "offer").to_owned());
    }
    offers
}

fn text<'a>(said: &'a Value, field: &str) -> &'a str {
    said[field].as_str().unwrap_or_else(|| panic!("no {field} in {said}"))
}
