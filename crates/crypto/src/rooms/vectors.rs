//! The official RFC 9420 vectors for our suite, through our provider (`vectors/rfc9420`).

use mls_rs::client_builder::MlsConfig;
use mls_rs::identity::basic::BasicIdentityProvider;
use mls_rs::mls_rs_codec::MlsEncode;
use mls_rs::storage_provider::KeyPackageData;
use mls_rs::{CipherSuiteProvider, Client, CryptoProvider, MlsMessage, group::ExportedTree};
use mls_rs::{
    crypto::{HpkeCiphertext, HpkePublicKey, HpkeSecretKey, SignaturePublicKey},
    group::ReceivedMessage,
};
use serde::Deserialize;

use super::provider::{Provider, SUITE, Suite, signature_secret};
use super::storage::Shelf;

fn read<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    let path = format!("{}/vectors/rfc9420/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).expect("the vector file")).expect("readable")
}

fn suite() -> Suite {
    Provider::default().cipher_suite_provider(SUITE).expect("our suite")
}

#[derive(Deserialize)]
struct Bytes(#[serde(with = "hex::serde")] Vec<u8>);

#[derive(Deserialize)]
struct CryptoBasics {
    cipher_suite: u16,
    ref_hash: RefHash,
    expand_with_label: Derivation,
    derive_secret: Derivation,
    derive_tree_secret: Derivation,
    sign_with_label: SignWithLabel,
    encrypt_with_label: EncryptWithLabel,
}

#[derive(Deserialize)]
struct RefHash {
    label: String,
    value: Bytes,
    out: Bytes,
}

#[derive(Deserialize)]
struct Derivation {
    secret: Bytes,
    label: String,
    context: Option<Bytes>,
    generation: Option<u32>,
    length: Option<u16>,
    out: Bytes,
}

#[derive(Deserialize)]
struct SignWithLabel {
    r#priv: Bytes,
    r#pub: Bytes,
    content: Bytes,
    label: String,
    signature: Bytes,
}

#[derive(Deserialize)]
struct EncryptWithLabel {
    r#priv: Bytes,
    r#pub: Bytes,
    label: String,
    context: Bytes,
    plaintext: Bytes,
    kem_output: Bytes,
    ciphertext: Bytes,
}

/// A label and a value as MLS frames them (RFC 9420 §5.1.2 and §5.1.3).
fn labeled(prefix: &str, label: &str, value: &[u8]) -> Vec<u8> {
    let mut out = format!("{prefix}{label}").into_bytes().mls_encode_to_vec().expect("encodes");
    out.extend(value.to_vec().mls_encode_to_vec().expect("encodes"));
    out
}

/// In these vectors keys stand behind their length, one byte.
fn bare(key: &Bytes) -> &[u8] {
    assert_eq!(usize::from(key.0[0]), key.0.len() - 1);
    &key.0[1..]
}

fn check_derivation(suite: &Suite, case: &Derivation) {
    let len = case.length.unwrap_or(32);
    let context = match (&case.context, case.generation) {
        (Some(context), None) => context.0.clone(),
        (None, Some(generation)) => generation.to_be_bytes().to_vec(),
        (None, None) => Vec::new(),
        (Some(_), Some(_)) => panic!("both"),
    };
    let info = [&len.to_be_bytes()[..], &labeled("MLS 1.0 ", &case.label, &context)].concat();
    let out = suite.kdf_expand(&case.secret.0, &info, usize::from(len)).expect("expands");
    assert_eq!(*out, case.out.0, "{}", case.label);
}

#[test]
fn crypto_basics() {
    let suite = suite();
    let cases: Vec<CryptoBasics> = read("crypto-basics");
    assert_eq!(cases.len(), 1);
    for case in cases {
        assert_eq!(case.cipher_suite, 3);
        let mut preimage = case.ref_hash.label.into_bytes().mls_encode_to_vec().expect("encodes");
        preimage.extend(case.ref_hash.value.0.mls_encode_to_vec().expect("encodes"));
        assert_eq!(suite.hash(&preimage).expect("hashes"), case.ref_hash.out.0);
        for derivation in [&case.expand_with_label, &case.derive_secret, &case.derive_tree_secret] {
            check_derivation(&suite, derivation);
        }

        let signing = &case.sign_with_label;
        let seed = <[u8; 32]>::try_from(bare(&signing.r#priv)).expect("32 bytes");
        let public = SignaturePublicKey::from(bare(&signing.r#pub).to_vec());
        let content = labeled("MLS 1.0 ", &signing.label, &signing.content.0);
        let signature = suite.sign(&signature_secret(&seed), &content).expect("signs");
        assert_eq!(signature, signing.signature.0);
        suite.verify(&public, &signature, &content).expect("verifies");
        for i in 0..signature.len() {
            let mut bad = signature.clone();
            bad[i] ^= 1;
            assert!(suite.verify(&public, &bad, &content).is_err());
        }

        let sealed = &case.encrypt_with_label;
        let secret = HpkeSecretKey::from(bare(&sealed.r#priv).to_vec());
        let public = HpkePublicKey::from(bare(&sealed.r#pub).to_vec());
        let info = labeled("MLS 1.0 ", &sealed.label, &sealed.context.0);
        let ciphertext = HpkeCiphertext {
            kem_output: sealed.kem_output.0.clone(),
            ciphertext: sealed.ciphertext.0.clone(),
        };
        let opened = suite.hpke_open(&ciphertext, &secret, &public, &info, None).expect("opens");
        assert_eq!(*opened, sealed.plaintext.0);
    }
}

#[derive(Deserialize)]
struct PassiveClient {
    cipher_suite: u16,
    key_package: Bytes,
    #[serde(with = "hex::serde")]
    signature_priv: Vec<u8>,
    encryption_priv: Bytes,
    init_priv: Bytes,
    welcome: Bytes,
    ratchet_tree: Option<Bytes>,
    initial_epoch_authenticator: Bytes,
    epochs: Vec<Epoch>,
}

#[derive(Deserialize)]
struct Epoch {
    commit: Bytes,
    epoch_authenticator: Bytes,
}

/// A client with our provider and storage but basic credentials and no rules, as the vectors want it.
fn client(case: &PassiveClient) -> Client<impl MlsConfig> {
    let package = MlsMessage::from_bytes(&case.key_package.0).expect("decodes");
    let reference = package.key_package_reference(&suite()).expect("hashes").expect("a key package");
    let identity = package.as_key_package().expect("a key package").signing_identity().clone();
    let secret = |bytes: &Bytes| HpkeSecretKey::from(bytes.0.clone());
    // Behind four bytes of message header.
    let data = KeyPackageData::new(
        case.key_package.0[4..].to_vec(),
        secret(&case.init_priv),
        secret(&case.encryption_priv),
        u64::MAX,
    );
    let shelf = Shelf::default();
    shelf.put_key_package(reference.to_vec(), data);
    let seed = <[u8; 32]>::try_from(case.signature_priv.as_slice()).expect("32 bytes");
    Client::builder()
        .crypto_provider(Provider::default())
        .identity_provider(BasicIdentityProvider::new())
        .key_package_repo(shelf.clone())
        .group_state_storage(shelf)
        .signing_identity(identity, signature_secret(&seed), SUITE)
        .build()
}

fn play(name: &str) -> Vec<PassiveClient> {
    let cases: Vec<PassiveClient> = read(name);
    for case in &cases {
        assert_eq!(case.cipher_suite, 3);
        let welcome = MlsMessage::from_bytes(&case.welcome.0).expect("decodes");
        let tree = case.ratchet_tree.as_ref().map(|t| ExportedTree::from_bytes(&t.0).expect("decodes"));
        let (mut group, _) = client(case).join_group(tree, &welcome, None).expect("joins");
        let authenticator = group.epoch_authenticator().expect("an authenticator");
        assert_eq!(authenticator.as_bytes(), case.initial_epoch_authenticator.0);
        for epoch in &case.epochs {
            let commit = MlsMessage::from_bytes(&epoch.commit.0).expect("decodes");
            let received = group.process_incoming_message(commit).expect("applies");
            assert!(matches!(received, ReceivedMessage::Commit(_)));
            let authenticator = group.epoch_authenticator().expect("an authenticator");
            assert_eq!(authenticator.as_bytes(), epoch.epoch_authenticator.0);
        }
    }
    cases
}

#[test]
fn passive_client_welcome() {
    let cases = play("passive-client-welcome");
    assert_eq!(cases.len(), 2);
    assert!(cases.iter().all(|case| case.ratchet_tree.is_some()), "the tree comes out of band");
    // With the other case's tree neither joins.
    for (case, other) in [(&cases[0], &cases[1]), (&cases[1], &cases[0])] {
        let welcome = MlsMessage::from_bytes(&case.welcome.0).expect("decodes");
        let tree = other.ratchet_tree.as_ref().map(|t| ExportedTree::from_bytes(&t.0).expect("decodes"));
        assert!(client(case).join_group(tree, &welcome, None).is_err());
    }
}

#[test]
fn passive_client_handling_commit() {
    let cases = play("passive-client-handling-commit");
    assert!(cases.iter().all(|case| !case.epochs.is_empty()));
}

#[test]
fn keys_of_small_order_and_missing_randomness_are_refused() {
    let suite = suite();
    let secret = HpkeSecretKey::from(vec![0x42; 32]);
    let public = suite.kem_derive(b"ikm").map(|(_, public)| public).expect("derives");
    let zero = HpkeCiphertext { kem_output: vec![0; 32], ciphertext: vec![0; 64] };
    let error = suite.hpke_open(&zero, &secret, &public, b"", None).expect_err("refused");
    assert!(error.to_string().contains("small order"), "{error}");
    assert!(suite.kem_generate().is_err() && suite.random_bytes(&mut [0; 4]).is_err());
    assert!(suite.signature_key_generate().is_err());
    // The identity as a public key would verify signatures over anything.
    let mut identity = vec![0; 32];
    identity[0] = 1;
    let signature = [identity.clone(), vec![0; 32]].concat();
    assert!(suite.verify(&SignaturePublicKey::from(identity), &signature, b"anything").is_err());
}
