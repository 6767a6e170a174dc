//! A registrar, and the stewards' root keys: `bystand registrar`, `invite`, `cards`, `steward`.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use bystand_client::Session;
use bystand_core::device::registrar::{Proposal, RegistrarCommand, RegistrarEvent, SecretText};
use bystand_core::device::{Command, CommandError, Device};
use bystand_core::team::{TeamKind, TeamSync};
use bystand_crypto::notes::LogVerifier;
use bystand_wire::time::DAY_MS;
use bystand_wire::{AlertId, Hash32, PublicKey, Quarter, Role, Timestamp};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::cards::{self, CardText, Paper};
use crate::enroll::{list, words};
use crate::failure::{Done, Failure};
use crate::help::Family;
use crate::output::{Output, Tone, note};
use crate::terminal::{RoleVerb, Terminal};
use crate::{choice, engine, qr};

/// A registrar's verbs.
#[derive(Debug, Clone, Subcommand)]
pub enum RegistrarVerb {
    /// Show who was admitted (no names: certificates and roles)
    Show,
    /// Invite one device
    Invite(InviteArgs),
    /// Take back an invitation that nobody has used
    TakeBack {
        /// Its id, as it was shown
        id: Hash32,
    },
    /// Make a sheet of cards, each with one report pass
    Cards(CardsArgs),
    /// Take a device's rights away, by the beginning of its certificate (at least eight digits)
    Revoke {
        /// The certificate
        certificate: String,
    },
    /// Ask to become a registrar
    Apply,
    /// Sign, as the second registrar, an alert that a dispatcher asks you to sign, and publish it
    Countersign {
        /// The alert's id, as it was shown
        alert: AlertId,
    },
    /// Root keys and what they sign
    #[command(subcommand)]
    Steward(StewardVerb),
}

/// `bystand invite`
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  bystand invite --role observer --role verifier\n  bystand invite --role \
                        dispatcher --days 3\n\nThe invitation is a secret for one person: hand it over yourself. A \
                        device with `bystand registrar --follow` must be running to answer it."
)]
pub struct InviteArgs {
    /// What the device will be allowed; can be repeated
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = choice::role())]
    pub roles: Vec<Role>,
    /// For how many days it counts
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub days: u64,
}

/// `bystand cards`
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  bystand cards --count 20\n  bystand cards --count 100 --out spring --paper a4\n\n\
                        Writes spring-1.svg, spring-2.svg, …, ten cards each. Whoever has a card can send one \
                        report in the vouched lane, unlinkably."
)]
pub struct CardsArgs {
    /// How many cards
    #[arg(long, value_name = "N")]
    pub count: u32,
    /// Where: a path, to which a number and .svg are added
    #[arg(long, value_name = "PATH", default_value = "cards")]
    pub out: PathBuf,
    /// Which paper
    #[arg(long, value_enum, default_value_t = Paper::Letter)]
    pub paper: Paper,
    /// For the next quarter
    #[arg(long)]
    pub next_quarter: bool,
}

/// `bystand steward`
#[derive(Debug, Clone, Subcommand)]
pub enum StewardVerb {
    /// Show this device's root key; makes one if it has none
    Key,
    /// Propose other root keys, towards two of three
    Add {
        /// The new stewards' root keys (`bystand steward key` on their devices)
        #[arg(required = true)]
        keys: Vec<PublicKey>,
        /// How many must sign from then on [default: a majority]
        #[arg(long, value_name = "N")]
        threshold: Option<u8>,
        /// Where the proposal is written
        #[arg(long, value_name = "FILE", default_value = "proposal.bystand")]
        out: PathBuf,
    },
    /// Show what a proposal would change
    Show {
        /// The proposal
        file: PathBuf,
    },
    /// Sign a proposal with this device's root key; when it is complete it goes to the public log
    Sign {
        /// The proposal; it is written back with the signature
        file: PathBuf,
    },
    /// Propose a manifest that names a relay's new log, after `bystand restore --new-log`
    NewLog {
        /// The new log, as `bystand restore` printed it
        log: LogVerifier,
        /// Where the proposal is written
        #[arg(long, value_name = "FILE", default_value = "proposal.bystand")]
        out: PathBuf,
    },
    /// Propose a manifest that makes an applicant a registrar
    AddRegistrar {
        /// Its device key, as the application showed it
        device: PublicKey,
        /// Where the proposal is written
        #[arg(long, value_name = "FILE", default_value = "proposal.bystand")]
        out: PathBuf,
    },
    /// Propose a manifest without a registrar
    RemoveRegistrar {
        /// Its device key
        device: PublicKey,
        /// Where the proposal is written
        #[arg(long, value_name = "FILE", default_value = "proposal.bystand")]
        out: PathBuf,
    },
}

impl RoleVerb for RegistrarVerb {
    const FAMILIES: &'static [Family] = &[Family {
        heading: None,
        verbs: &[
            ("show", "show"),
            ("invite", "invite --role observer --role verifier"),
            ("take-back", "take-back f2db0b99dd4b22a4f2db0b99dd4b22a4f2db0b99dd4b22a4f2db0b99dd4b22a4"),
            ("cards", "cards --count 20 --out spring"),
            ("revoke", "revoke b0926c70"),
            ("apply", "apply"),
            ("countersign", "countersign 5b0c31f7a2d94e8866cf0a51b7e3d298"),
        ],
    }];

    fn usual() -> Self {
        RegistrarVerb::Show
    }

    fn is_ready(device: &Device, now: Timestamp) -> bool {
        let is_registrar = device.shared().identity.has_role(Role::Registrar, now);
        let team = device.shared().teams.get(&TeamKind::Registrars);
        device.shared().key_note().is_some() && (!is_registrar || team.is_some_and(TeamSync::is_ready))
    }

    async fn act(self, terminal: &mut Terminal, session: &mut Session<Device>) -> Done {
        let command = match self {
            RegistrarVerb::Show => return show_admitted(terminal, session).await,
            RegistrarVerb::Invite(invite) => RegistrarCommand::Invite {
                roles: sorted(invite.roles),
                life_ms: invite.days.saturating_mul(DAY_MS),
            },
            RegistrarVerb::TakeBack { id } => RegistrarCommand::TakeBack(id),
            RegistrarVerb::Cards(args) => {
                let quarter = Quarter::of(terminal.clock.now());
                let quarter = if args.next_quarter { quarter.next() } else { quarter };
                terminal.files.cards = Some((args.out, args.paper));
                RegistrarCommand::Cards { count: args.count, quarter }
            }
            RegistrarVerb::Revoke { certificate } => RegistrarCommand::Revoke { certificate },
            RegistrarVerb::Apply => RegistrarCommand::Apply,
            RegistrarVerb::Countersign { alert } => RegistrarCommand::Countersign(alert),
            RegistrarVerb::Steward(verb) => return verb.act(terminal, session).await,
        };
        engine::command(session, Command::Registrar(command)).await
    }
}

impl RoleVerb for StewardVerb {
    const FAMILIES: &'static [Family] = &[Family {
        heading: None,
        verbs: &[
            ("key", "key"),
            ("add", "add 5b0c31f7a2d94e8866cf0a51b7e3d2984f1c60ab73958de2417fa0c86e35b9d1 --threshold 2"),
            ("show", "show proposal.bystand"),
            ("sign", "sign proposal.bystand"),
            (
                "new-log",
                "new-log bystand/v1/log/5adfc313e29328d59346dd21cec44cd493ede2cccef2dde77ef292a8b26bbfe1\
                 +692f9255+AStTYI7i0TUXdhK4xCe8M5ojjtVzCiyID7jOCVFP1NVg",
            ),
            (
                "add-registrar",
                "add-registrar 5b0c31f7a2d94e8866cf0a51b7e3d2984f1c60ab73958de2417fa0c86e35b9d1",
            ),
            (
                "remove-registrar",
                "remove-registrar 5b0c31f7a2d94e8866cf0a51b7e3d2984f1c60ab73958de2417fa0c86e35b9d1",
            ),
        ],
    }];

    fn usual() -> Self {
        StewardVerb::Key
    }

    fn is_ready(device: &Device, _: Timestamp) -> bool {
        device.shared().key_note().is_some()
    }

    async fn act(self, terminal: &mut Terminal, session: &mut Session<Device>) -> Done {
        let (command, out) = match self {
            StewardVerb::Key => (RegistrarCommand::RootKey, None),
            StewardVerb::Add { keys, threshold, out } => {
                (propose_roots(session, keys, threshold).await?, Some(out))
            }
            StewardVerb::Show { file } => return show_proposal(terminal, &read(&file)?),
            StewardVerb::Sign { file } => {
                let bytes = read(&file)?;
                show_proposal(terminal, &bytes)?;
                (RegistrarCommand::Sign(bytes), Some(file))
            }
            StewardVerb::NewLog { log, out } => (RegistrarCommand::ProposeLog(log), Some(out)),
            StewardVerb::AddRegistrar { device, out } => (RegistrarCommand::AddRegistrar(device), Some(out)),
            StewardVerb::RemoveRegistrar { device, out } => {
                (RegistrarCommand::RemoveRegistrar(device), Some(out))
            }
        };
        terminal.files.proposal = out;
        engine::command(session, Command::Registrar(command)).await
    }
}

/// The old root keys stay; the new ones are added.
async fn propose_roots(
    session: &mut Session<Device>,
    added: Vec<PublicKey>,
    threshold: Option<u8>,
) -> Result<RegistrarCommand, Failure> {
    let held = session
        .ask(|device, _, _| device.shared().manifest().map(|verified| verified.root_set().keys().to_vec()))
        .await?;
    let mut keys = held.ok_or_else(|| engine::refused(CommandError::NotSetUp))?;
    keys.extend(added);
    keys.sort_unstable();
    keys.dedup();
    let majority = u8::try_from(keys.len() / 2 + 1).unwrap_or(u8::MAX);
    Ok(RegistrarCommand::ProposeRoots { keys, threshold: threshold.unwrap_or(majority) })
}

fn show_proposal(terminal: &Terminal, bytes: &[u8]) -> Done {
    let proposal = Proposal::from_bytes(bytes)
        .map_err(|error| Failure::refused("not-a-proposal", format!("{error}. Ask for the file again.")))?;
    let manifest = proposal.proposed();
    let roots = proposal.proposed_roots();
    let text = match &roots {
        Some(roots) => format!("root keys: {} of {} must sign", roots.threshold(), roots.keys().len()),
        None => "the root keys stay".to_owned(),
    };
    let text = format!(
        "The proposal: {} version {}, {} zones, {} registrars; {text}.",
        manifest.name,
        manifest.version,
        manifest.zones.len(),
        manifest.registrars.len()
    );
    let value = json!({"event": "proposed", "version": manifest.version, "registrars": manifest.registrars.len(),
                       "threshold": roots.map(|roots| roots.threshold())});
    terminal.output.both(&text, &value)?;
    Ok(())
}

async fn show_admitted(terminal: &Terminal, session: &mut Session<Device>) -> Done {
    let (rows, missing) = session
        .ask(|device, now, _| {
            let book = device.registrar().book();
            let row = |(hash, issued): (&Hash32, &bystand_core::device::registrar::Issued)| {
                let state = if issued.is_revoked { "revoked" } else { "admitted" };
                vec![state.to_owned(), hash.short(), list(&issued.roles)]
            };
            let mut rows: Vec<Vec<String>> = book.certificates().iter().map(row).collect();
            rows.extend(
                book.invited()
                    .iter()
                    .filter(|(_, invited)| invited.is_open() && invited.expires_at > now)
                    .map(|(id, invited)| vec!["invited".to_owned(), id.short(), list(&invited.roles)]),
            );
            (rows, device.registrar().missing_issuers(device.shared(), now).len())
        })
        .await?;
    terminal.output.table(&["State", "Certificate", "Roles"], &rows, "Nobody was invited yet.")?;
    if missing > 0 {
        note(&format!(
            "{missing} issuer keys are still to be made: leave `bystand registrar --follow` running."
        ));
    }
    Ok(())
}

/// Shows what a registrar is told; secrets go where they were asked for.
pub async fn show(terminal: &mut Terminal, session: &mut Session<Device>, news: RegistrarEvent) -> Done {
    let output = terminal.output;
    let (text, tone, value) = match news {
        RegistrarEvent::Invitation { id, text, roles, expires_at } => {
            return show_invitation(output, &id, &text, &roles, expires_at);
        }
        RegistrarEvent::Cards { quarter, links } => {
            return write_cards(terminal, session, quarter, &links).await;
        }
        RegistrarEvent::Proposal { bytes, is_complete, missing } => {
            return write_proposal(terminal, &bytes, is_complete, missing);
        }
        RegistrarEvent::Admitted { certificate, roles } => {
            let value =
                json!({"event": "admitted", "certificate": certificate.to_string(), "roles": words(&roles)});
            (
                format!("A device was admitted as {} ({}).", list(&roles), certificate.short()),
                Tone::Good,
                value,
            )
        }
        RegistrarEvent::Issued { purpose, period, count } => {
            let value = json!({"event": "issued", "purpose": purpose.as_str(), "period": period.to_string(),
                               "count": count});
            (format!("{count} {} passes for {period} were certified.", purpose.as_str()), Tone::Faint, value)
        }
        RegistrarEvent::Refused(code) => {
            (format!("A request was refused: {code}."), Tone::Warn, json!({"event": "refused", "code": code}))
        }
        RegistrarEvent::Revoked(hashes) => {
            let hashes: Vec<String> = hashes.iter().map(|hash| hash.short()).collect();
            let text = format!("Revoked: {}. The coming weeks' issuer keys are replaced.", hashes.join(", "));
            (text, Tone::Good, json!({"event": "revoked", "certificates": hashes}))
        }
        RegistrarEvent::IssuerKey { purpose, period, missing } => {
            let value = json!({"event": "issuer-key", "purpose": purpose.as_str(), "period": period.to_string(),
                               "missing": missing});
            let text = format!("Issuer key for {} passes of {period}; {missing} to go.", purpose.as_str());
            (text, Tone::Faint, value)
        }
        RegistrarEvent::KeyNote(version) => {
            let text = format!("Key note {version} is in the public log.");
            (text, Tone::Faint, json!({"event": "key-note", "version": version}))
        }
        RegistrarEvent::TeamKeys(kind) => {
            let text = format!("New keys of the team {}.", kind.as_str());
            (text, Tone::Faint, json!({"event": "team-keys", "team": kind.as_str()}))
        }
        RegistrarEvent::Application { device, certificate } => {
            let text = format!(
                "A device asks to become a registrar: {device} (certificate {}). A steward proposes it with: bystand \
                 steward add-registrar {device}",
                certificate.short()
            );
            let value = json!({"event": "application", "device": device.to_string(),
                               "certificate": certificate.to_string()});
            (text, Tone::Strong, value)
        }
        RegistrarEvent::CountersignAsked { alert, from, text } => {
            let asks = format!(
                "A dispatcher ({}) asks you to sign this alert as the second registrar, within a few minutes:\n{text}\n\
                 Speak with them first. Then: bystand registrar countersign {alert}",
                from.short()
            );
            let value = json!({"event": "countersign-asked", "alert": alert.to_string(),
                               "from": from.to_string(), "text": text});
            (asks, Tone::Strong, value)
        }
        RegistrarEvent::RootKey(key) => (
            format!("This device's root key: {key}"),
            Tone::Plain,
            json!({"event": "root-key", "key": key.to_string()}),
        ),
        RegistrarEvent::Due(what) => (
            format!("Something should be looked after: {what}."),
            Tone::Warn,
            json!({"event": "due", "what": what}),
        ),
    };
    output.both(&output.tone(tone, &text), &value)?;
    Ok(())
}

/// Shows an invitation as text and as a picture.
pub fn show_invitation(
    output: Output,
    id: &Hash32,
    text: &SecretText,
    roles: &[Role],
    expires_at: Timestamp,
) -> Done {
    let value = json!({"event": "invitation", "id": id.to_string(), "text": text.expose(), "roles": words(roles),
                       "expires_at": expires_at.to_string()});
    if output.is_json() {
        output.object(&value)?;
        return Ok(());
    }
    if let Ok(code) = qr::for_terminal(text.expose(), output.has_color()) {
        output.line(&code)?;
    }
    output.line(text.expose())?;
    output.line("")?;
    output.line(&format!(
        "For one device, as {}, until {expires_at}. Hand it over yourself; it is used with:\n  bystand join \
         INVITATION\nTo take it back: bystand registrar take-back {id}",
        list(roles)
    ))?;
    Ok(())
}

async fn write_cards(
    terminal: &mut Terminal,
    session: &mut Session<Device>,
    quarter: Quarter,
    links: &[SecretText],
) -> Done {
    let Some((out, paper)) = terminal.files.cards.take() else { return Ok(()) };
    let text = session.ask(|device, _, _| card_text(device)).await?;
    let links: Vec<String> = links.iter().map(|link| link.expose().to_owned()).collect();
    let pages = cards::sheets(paper, &text, &links).map_err(|error| Failure::of("card-too-long", error))?;
    let mut files = Vec::new();
    for (number, page) in (1..).zip(&pages) {
        let file = PathBuf::from(format!("{}-{number}.svg", out.display()));
        write_secret(&file, page.as_bytes())?;
        files.push(file.display().to_string());
    }
    let line = format!(
        "{} cards for {}-Q{} in {}. Whoever has a file can use its cards: print it, then delete it.",
        links.len(),
        quarter.year,
        quarter.quarter,
        files.join(", ")
    );
    terminal.output.both(&line, &json!({"event": "cards", "count": links.len(), "files": files}))?;
    Ok(())
}

fn card_text(device: &Device) -> CardText {
    let manifest = device.shared().manifest().map(|verified| verified.manifest());
    CardText {
        network: manifest.map(|manifest| manifest.name.clone()).unwrap_or_default(),
        purpose: "Tell us what you see. No name needed.".to_owned(),
        address: device.shared().identity.relay.clone(),
        rights: "You have the right to remain silent and to record from a distance.".to_owned(),
    }
}

fn write_proposal(
    terminal: &mut Terminal,
    bytes: &[u8],
    is_complete: bool,
    missing: (usize, usize, usize),
) -> Done {
    let out = terminal.files.proposal.take();
    if let Some(file) = &out {
        write_secret(file, bytes)?;
    }
    let file = out.map(|file| file.display().to_string()).unwrap_or_default();
    let text = match is_complete {
        true => "The proposal has all signatures and is on its way to the public log.".to_owned(),
        false => format!(
            "The proposal is in {file}. Signatures it needs: {} by the old root keys, {} by the new ones, {} on the \
             manifest. The next steward runs: bystand steward sign {file}",
            missing.0, missing.1, missing.2
        ),
    };
    let value = json!({"event": "proposal", "file": file, "complete": is_complete,
                       "missing": [missing.0, missing.1, missing.2]});
    terminal.output.both(&text, &value)?;
    Ok(())
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|error| {
        Failure::failed(
            "file-read",
            format!("{} cannot be read: {error}. Name another file.", file.display()),
        )
    })
}

/// Readable by its owner only.
pub fn write_secret(file: &Path, bytes: &[u8]) -> Done {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(0o600);
    let written = options.open(file).and_then(|mut open| open.write_all(bytes));
    written.map_err(|error| {
        let text =
            format!("{} cannot be written: {error}. Name another place, or free some space.", file.display());
        Failure::failed("file-write", text)
    })
}

fn sorted(mut roles: Vec<Role>) -> Vec<Role> {
    roles.sort_unstable();
    roles.dedup();
    roles
}
