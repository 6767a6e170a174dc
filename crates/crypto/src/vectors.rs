//! Published test vectors, run through the functions that the rest of this crate uses. Each file in
//! `vectors/` names its source. They are compiled in, so that a wasm build reads the same files.

use std::convert::Infallible;

use blind_rsa_signatures as brsa;
use bystand_wire::{Hash32, PublicKey, SignatureBytes};
use hpke::kem::{X25519HkdfSha256, XWing};
use hpke::{Deserializable, Kem, Serializable};
use rand_core::{TryCryptoRng, TryRng};
use serde_json::Value;

use crate::notes::{Checkpoint, LogVerifier, NoteError, NoteText, TreeHead};
use crate::seal::{SealPublicKey, SealSecretKey, open_base};
use crate::sign::{SignError, SigningKey, verify_raw};
use crate::symmetric::{OpenError, SymmetricKey, expand, open_with};
use crate::vault::{VaultParams, argon2id};
use crate::{hash, passes, tree};

macro_rules! vectors {
    ($file:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!("../vectors/", $file))).expect("a vector file")
    };
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is not a text"))
}

fn bytes(value: &Value, key: &str) -> Vec<u8> {
    hex::decode(text(value, key)).unwrap_or_else(|e| panic!("{key}: {e}"))
}

fn array<const N: usize>(value: &Value, key: &str) -> [u8; N] {
    bytes(value, key).try_into().unwrap_or_else(|_| panic!("{key} is not {N} bytes"))
}

fn list<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().unwrap_or_else(|| panic!("{key} is not a list"))
}

fn hashes(value: &Value, key: &str) -> Vec<Hash32> {
    let hash = |v: &Value| v.as_str().and_then(|t| t.parse().ok()).expect("a hash");
    list(value, key).iter().map(hash).collect()
}

/// Randomness that a vector prescribes.
struct Prescribed(Vec<u8>);

impl TryRng for Prescribed {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        rand_core::utils::next_word_via_fill(self)
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        rand_core::utils::next_word_via_fill(self)
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.copy_from_slice(&self.0.drain(..out.len()).collect::<Vec<_>>());
        Ok(())
    }
}

impl TryCryptoRng for Prescribed {}

#[test]
fn rfc_8032_ed25519() {
    for v in list(&vectors!("rfc8032-7.1-ed25519.json"), "vectors") {
        let key = SigningKey::from_seed(&array(v, "seed"));
        let public = PublicKey(array(v, "public"));
        let (message, signature) = (bytes(v, "message"), SignatureBytes(array(v, "signature")));
        assert_eq!(key.public(), public);
        assert_eq!(key.sign_raw(&message), signature);
        assert_eq!(verify_raw(&public, &message, &signature), Ok(()));
        let longer = [&message[..], b"x"].concat();
        assert_eq!(verify_raw(&public, &longer, &signature), Err(SignError::BadSignature));
    }
}

#[test]
fn rfc_8032_signatures_have_one_form() {
    // s + L verifies the same equation; RFC 8032 §5.1.7 says that s must be below L.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let file = vectors!("rfc8032-7.1-ed25519.json");
    let v = &list(&file, "vectors")[0];
    let mut signature: [u8; 64] = array(v, "signature");
    let mut carry = 0_u16;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    let checked = verify_raw(&PublicKey(array(v, "public")), b"", &SignatureBytes(signature));
    assert_eq!(checked, Err(SignError::BadSignature));
}

#[test]
fn rfc_9180_base_mode() {
    let v = vectors!("rfc9180-a2-x25519-chacha.json");
    let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&bytes(&v, "sk")).expect("a key");
    let open = |enc: &[u8], info: &[u8], aad: &[u8], ct: &[u8]| {
        open_base::<X25519HkdfSha256>(&secret, enc, info, aad, ct).map(|opened| opened.to_vec())
    };
    let (enc, info, aad, ct) = (bytes(&v, "enc"), bytes(&v, "info"), bytes(&v, "aad"), bytes(&v, "ct"));
    assert_eq!(open(&enc, &info, &aad, &ct), Ok(bytes(&v, "pt")));
    let flip = |bytes: &[u8]| [&[bytes[0] ^ 1], &bytes[1..]].concat();
    for bad in [
        open(&flip(&enc), &info, &aad, &ct),
        open(&enc, &flip(&info), &aad, &ct),
        open(&enc, &info, &flip(&aad), &ct),
        open(&enc, &info, &aad, &flip(&ct)),
        open(&enc[1..], &info, &aad, &ct),
        open(&enc, &info, &aad, &ct[1..]),
        open(&enc, &info, &aad, &[]),
    ] {
        assert_eq!(bad, Err(OpenError::NotForUs));
    }
}

#[test]
fn x_wing_draft() {
    for v in list(&vectors!("xwing-draft-appendix-c.json"), "vectors") {
        let ours = SealSecretKey::from_seed(&array(v, "seed"));
        assert_eq!(ours.public().as_bytes(), bytes(v, "pk"));
        let public = SealPublicKey::from_bytes(&bytes(v, "pk")).expect("a key");
        assert_eq!(public, ours.public());

        let to = <XWing as Kem>::PublicKey::from_bytes(public.as_bytes()).expect("a key");
        let mut rng = Prescribed(bytes(v, "eseed"));
        let (secret, encapsulated) = XWing::encap_with_rng(&to, None, &mut rng).expect("encapsulates");
        assert_eq!(encapsulated.to_bytes().to_vec(), bytes(v, "ct"));
        assert_eq!(secret.0.to_vec(), bytes(v, "ss"));

        let key = <XWing as Kem>::PrivateKey::from_bytes(ours.seed().as_ref()).expect("a key");
        let decapsulated = XWing::decap(&key, None, &encapsulated).expect("decapsulates");
        assert_eq!(decapsulated.0.to_vec(), bytes(v, "ss"));
        // A changed ciphertext gives another secret, without an error (implicit rejection).
        let mut changed = bytes(v, "ct");
        changed[0] ^= 1;
        let changed = <XWing as Kem>::EncappedKey::from_bytes(&changed).expect("a length");
        assert_ne!(XWing::decap(&key, None, &changed).expect("decapsulates").0.to_vec(), bytes(v, "ss"));
    }
}

#[test]
fn xchacha_draft() {
    let v = vectors!("xchacha-draft-a3.json");
    let key = SymmetricKey::from_bytes(array(&v, "key"));
    let sealed = [bytes(&v, "nonce"), bytes(&v, "ct"), bytes(&v, "tag")].concat();
    assert_eq!(open_with(&key, &bytes(&v, "aad"), &sealed), Ok(bytes(&v, "pt")));
    let mut rng = Prescribed(bytes(&v, "nonce"));
    assert_eq!(crate::symmetric::seal_with(&key, &mut rng, &bytes(&v, "aad"), &bytes(&v, "pt")), sealed);
}

#[test]
fn rfc_5869_hkdf() {
    let v = vectors!("rfc5869-a3-hkdf.json");
    assert_eq!(expand(&bytes(&v, "ikm"), &[]).to_vec(), bytes(&v, "okm"));
}

#[test]
fn argon2id_reference() {
    let v = vectors!("argon2id-reference.json");
    let number = |key: &str| v[key].as_u64().and_then(|n| u32::try_from(n).ok()).expect("a number");
    let params = VaultParams {
        salt: [0; 16],
        m_cost_kib: number("m_cost_kib"),
        t_cost: number("t_cost"),
        lanes: number("lanes"),
    };
    let mut out = [0; 32];
    argon2id(text(&v, "passphrase").as_bytes(), text(&v, "salt").as_bytes(), &params, &mut out)
        .expect("hashes");
    assert_eq!(out.to_vec(), bytes(&v, "hash"));
}

/// One DER integer; the vectors give numbers without the sign byte.
fn der_integer(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|b| **b == 0).count();
    let mut content = number[zeros..].to_vec();
    if content.first().is_none_or(|b| *b >= 0x80) {
        content.insert(0, 0);
    }
    der(0x02, &content)
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = u16::try_from(content.len()).expect("short");
    let mut out = vec![tag];
    match content.len() {
        0..=127 => out.push(len.to_be_bytes()[1]),
        128..=255 => out.extend([0x81, len.to_be_bytes()[1]]),
        _ => out.extend([&[0x82][..], &len.to_be_bytes()].concat()),
    }
    out.extend_from_slice(content);
    out
}

/// PKCS#1 RSAPublicKey (RFC 8017, A.1.1).
fn pkcs1(n: &[u8], e: &[u8]) -> Vec<u8> {
    der(0x30, &[der_integer(n), der_integer(e)].concat())
}

/// The RFC's key has 4,096 bits, which [`passes::IssuerPublicKey`] refuses; so these run through the
/// functions below it.
#[test]
fn rfc_9474_verify_and_finalize() {
    let v = vectors!("rfc9474-a1-pss-randomized.json");
    let key_der = pkcs1(&bytes(&v, "n"), &bytes(&v, "e"));
    assert_eq!(passes::IssuerPublicKey::from_der(&key_der).err(), Some(passes::PassError::BadIssuerKey));
    let issuer = brsa::PublicKeySha384PSSRandomized::from_der(&key_der).expect("a key");
    let randomizer = Hash32(array(&v, "msg_prefix"));
    let (message, signature) = (bytes(&v, "msg"), bytes(&v, "sig"));
    assert_eq!(passes::certified(&issuer, &signature, randomizer, &message), Ok(()));
    let no = Err(passes::PassError::NotCertified);
    assert_eq!(passes::certified(&issuer, &signature, Hash32([0; 32]), &message), no);
    assert_eq!(passes::certified(&issuer, &signature, randomizer, &message[1..]), no);
    assert_eq!(passes::certified(&issuer, &signature[1..], randomizer, &message), no);
    assert_eq!(passes::certified(&issuer, &bytes(&v, "blind_sig"), randomizer, &message), no);

    let blinding = brsa::BlindingResult {
        blind_message: brsa::BlindMessage(bytes(&v, "blinded_msg")),
        secret: brsa::Secret(bytes(&v, "inv")),
        msg_randomizer: Some(brsa::MessageRandomizer(randomizer.0)),
    };
    assert_eq!(passes::unblind(&issuer, &bytes(&v, "blind_sig"), &blinding, &message), Ok(signature));
    let mut wrong = bytes(&v, "blind_sig");
    wrong[100] ^= 1;
    assert_eq!(passes::unblind(&issuer, &wrong, &blinding, &message), Err(passes::PassError::NotCertified));
}

#[test]
fn rfc_9474_blind_sign() {
    let v = vectors!("rfc9474-a1-pss-randomized.json");
    let (n, e, d) = (bytes(&v, "n"), bytes(&v, "e"), bytes(&v, "d"));
    let (p, q) = (bytes(&v, "p"), bytes(&v, "q"));
    // RSAPrivateKey (RFC 8017, A.1.2) wants three numbers more, which RFC 9474 does not print:
    // d mod (p-1), d mod (q-1) and 1/q mod p, computed once from the values above.
    let rest = ["dp", "dq", "qinv"].map(|key| bytes(&v, key));
    let numbers = [&[0][..], &n, &e, &d, &p, &q, &rest[0], &rest[1], &rest[2]].map(der_integer).concat();
    let secret = brsa::SecretKeySha384PSSRandomized::from_der(&der(0x30, &numbers)).expect("a key");
    let signed =
        secret.blind_sign_with_rng(&mut crate::testing::rng(1), bytes(&v, "blinded_msg")).expect("signs");
    assert_eq!(signed.0, bytes(&v, "blind_sig"));
}

#[test]
fn signed_notes_and_checkpoints() {
    let v = vectors!("notes.json");
    for case in list(&v, "verified") {
        let (name, note) = (text(case, "name"), text(case, "note"));
        let verifier: LogVerifier = text(case, "vkey").parse().expect(name);
        assert_eq!(verifier.to_string(), text(case, "vkey"));
        let read = NoteText::parse(note.as_bytes()).expect(name);
        assert_eq!(read.encode().as_deref(), Ok(note), "{name}");
        assert_eq!(verifier.verify(&read), Ok(()), "{name}");
        let changed = NoteText { text: format!("x{}", read.text), ..read };
        assert_eq!(verifier.verify(&changed), Err(NoteError::BadSignature), "{name}");
        // Signed by another log, and without our time: no checkpoint of ours.
        assert_eq!(Checkpoint::open(note.as_bytes(), &verifier), Err(NoteError::NotACheckpoint), "{name}");
    }
    for case in list(&v, "read") {
        let (name, note) = (text(case, "name"), text(case, "note"));
        let read = NoteText::parse(note.as_bytes()).expect(name);
        assert_eq!(read.encode().as_deref(), Ok(note), "{name}");
        assert_eq!((read.signatures.len(), read.signatures[0].payload.len()), (1, 64), "{name}");
    }
    let sizes = list(&v, "verified").iter().chain(list(&v, "read")).filter_map(|case| {
        let note = NoteText::parse(text(case, "note").as_bytes()).ok()?;
        TreeHead::from_text(&note.text).map(|head| head.size)
    });
    assert_eq!(sizes.collect::<Vec<_>>(), [445_646, 15_368_405, 20_852_163]);
}

#[test]
fn rfc_6962_reference_tree() {
    struct Stored(Vec<Hash32>);
    impl tree::HashSource for Stored {
        type Error = Infallible;
        fn hashes(&self, indexes: &[u64]) -> Result<Vec<Hash32>, Infallible> {
            Ok(indexes.iter().filter_map(|i| self.0.get(usize::try_from(*i).ok()?).copied()).collect())
        }
    }
    let v = vectors!("rfc6962-reference-tree.json");
    let leaf = |v: &Value| tree::leaf_hash(&hex::decode(v.as_str().expect("hex")).expect("hex"));
    let leaves: Vec<_> = list(&v, "leaves").iter().map(leaf).collect();
    let roots = hashes(&v, "roots");
    let mut stored = Stored(vec![]);
    assert_eq!(tree::root(0, &stored), Ok(hash::plain_sha256(b"")));
    for ((index, size), (leaf, root)) in (0..).zip(1..).zip(leaves.iter().zip(&roots)) {
        let added = tree::hashes_to_store(index, leaf, &stored).expect("stored");
        stored.0.extend(added);
        assert_eq!(tree::root(size, &stored), Ok(*root));
    }
    let number = |case: &Value, key: &str| case[key].as_u64().expect("a number");
    let at = |list: &[Hash32], n: u64| list[usize::try_from(n).expect("small")];
    for case in list(&v, "inclusion") {
        let (index, size, proof) = (number(case, "index"), number(case, "size"), hashes(case, "proof"));
        assert_eq!(tree::prove_inclusion(index, size, &stored), Ok(proof.clone()));
        let (leaf, root) = (at(&leaves, index), at(&roots, size - 1));
        assert_eq!(tree::verify_inclusion(&leaf, index, size, &proof, &root), Ok(()));
        assert!(tree::verify_inclusion(&root, index, size, &proof, &leaf).is_err() || size == 1);
    }
    for case in list(&v, "consistency") {
        let (old, new, proof) = (number(case, "old"), number(case, "new"), hashes(case, "proof"));
        assert_eq!(tree::prove_consistency(old, new, &stored), Ok(proof.clone()));
        let (before, after) = (at(&roots, old - 1), at(&roots, new - 1));
        assert_eq!(tree::verify_consistency(old, &before, new, &after, &proof), Ok(()));
        assert!(tree::verify_consistency(old, &after, new, &before, &proof).is_err() || old == new);
    }
}
