use super::*;
use proptest::prelude::*;

/// Stored hashes in memory.
#[derive(Default)]
struct Memory(Vec<Hash32>);

#[derive(Debug, PartialEq)]
struct Missing(u64);

impl HashSource for Memory {
    type Error = Missing;
    fn hashes(&self, indexes: &[u64]) -> Result<Vec<Hash32>, Missing> {
        let one = |index: &u64| usize::try_from(*index).ok().and_then(|i| self.0.get(i)).copied();
        indexes.iter().map(|index| one(index).ok_or(Missing(*index))).collect()
    }
}

/// A source that answers with one hash too few.
struct Short(Memory);

impl HashSource for Short {
    type Error = Missing;
    fn hashes(&self, indexes: &[u64]) -> Result<Vec<Hash32>, Missing> {
        self.0.hashes(indexes.get(1..).unwrap_or_default())
    }
}

fn tree(size: u64) -> Memory {
    let mut memory = Memory::default();
    for n in 0..size {
        assert_eq!(stored_count(n), Ok(memory.0.len() as u64));
        let hashes = hashes_to_store(n, &leaf_hash(&n.to_be_bytes()), &memory).expect("stored");
        memory.0.extend(hashes);
    }
    memory
}

/// RFC 6962 §2.1, word by word.
fn reference_root(leaves: &[Hash32]) -> Hash32 {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        _ => {
            let k = leaves.len().next_power_of_two() / 2;
            node_hash(&reference_root(&leaves[..k]), &reference_root(&leaves[k..]))
        }
    }
}

#[test]
fn roots_are_those_of_the_rfc() {
    let memory = tree(40);
    let leaves: Vec<_> = (0..40_u64).map(|n| leaf_hash(&n.to_be_bytes())).collect();
    for (n, size) in (0..=40).zip(0..) {
        assert_eq!(root(size, &memory), Ok(reference_root(&leaves[..n])), "{size}");
    }
}

#[test]
fn proofs_hold_and_wrong_ones_do_not() {
    let memory = tree(20);
    for size in 1..=20 {
        let head = root(size, &memory).expect("a root");
        for index in 0..size {
            let leaf = leaf_hash(&index.to_be_bytes());
            let proof = prove_inclusion(index, size, &memory).expect("a proof");
            assert_eq!(verify_inclusion(&leaf, index, size, &proof, &head), Ok(()));
            refuses_changes(&proof, |p| verify_inclusion(&leaf, index, size, p, &head));
            assert!(verify_inclusion(&leaf_hash(b"other"), index, size, &proof, &head).is_err());
            assert!(verify_inclusion(&leaf, (index + 1) % size, size, &proof, &head).is_err() || size == 1);
            assert!(verify_inclusion(&leaf, index, size, &proof, &Hash32([0; 32])).is_err());
        }
        for old in 0..=size {
            let old_head = root(old, &memory).expect("a root");
            let proof = prove_consistency(old, size, &memory).expect("a proof");
            assert_eq!(verify_consistency(old, &old_head, size, &head, &proof), Ok(()));
            refuses_changes(&proof, |p| verify_consistency(old, &old_head, size, &head, p));
            assert!(verify_consistency(old, &Hash32([0; 32]), size, &head, &proof).is_err());
            if old > 0 {
                assert!(verify_consistency(old, &old_head, size, &Hash32([0; 32]), &proof).is_err());
            }
        }
    }
}

fn refuses_changes(proof: &[Hash32], verify: impl Fn(&[Hash32]) -> Result<(), TreeError>) {
    let longer = [proof, &[Hash32([0; 32])]].concat();
    assert!(verify(&longer).is_err(), "a proof that is too long");
    for n in 0..proof.len() {
        assert!(verify(&proof[..n]).is_err(), "a proof cut short");
        let mut flipped = proof.to_vec();
        flipped[n].0[31] ^= 1;
        assert!(verify(&flipped).is_err(), "a flipped bit");
        if n > 0 && proof[n] != proof[n - 1] {
            let mut swapped = proof.to_vec();
            swapped.swap(n, n - 1);
            assert!(verify(&swapped).is_err(), "two exchanged");
        }
    }
}

#[test]
fn sizes_and_indexes_are_bounded() {
    let memory = tree(3);
    let hash = Hash32([0; 32]);
    assert_eq!(verify_inclusion(&hash, 0, u64::MAX, &[], &hash), Err(TreeError::OutOfRange));
    assert_eq!(verify_inclusion(&hash, 3, 3, &[], &hash), Err(TreeError::OutOfRange));
    assert_eq!(verify_inclusion(&hash, 0, 0, &[], &hash), Err(TreeError::OutOfRange));
    assert_eq!(verify_consistency(4, &hash, 3, &hash, &[]), Err(TreeError::OutOfRange));
    assert_eq!(verify_consistency(0, &hash, u64::MAX, &hash, &[]), Err(TreeError::OutOfRange));
    assert_eq!(verify_inclusion(&hash, 0, 3, &[hash; 65], &hash), Err(TreeError::BadProof));
    assert_eq!(prove_inclusion(3, 3, &memory), Err(TreeError::OutOfRange));
    assert_eq!(prove_consistency(4, 3, &memory), Err(TreeError::OutOfRange));
    assert_eq!(stored_count(MAX_SIZE + 1), Err(TreeError::OutOfRange));
    assert_eq!(root(u64::MAX, &memory), Err(TreeError::OutOfRange));
    assert_eq!(hashes_to_store(u64::MAX, &hash, &memory), Err(TreeError::OutOfRange));
    // The largest numbers that are taken do not overflow.
    assert_eq!(verify_inclusion(&hash, MAX_SIZE - 1, MAX_SIZE, &[hash; 64], &hash), Err(TreeError::BadProof));
    assert_eq!(
        verify_consistency(MAX_SIZE - 1, &hash, MAX_SIZE, &hash, &[hash; 64]),
        Err(TreeError::BadProof)
    );
    assert!(stored_count(MAX_SIZE).is_ok());
}

#[test]
fn a_failing_store_is_an_error_and_not_a_panic() {
    let memory = tree(3);
    // Leaf 3 of 8 needs what has not been stored.
    assert!(matches!(prove_inclusion(3, 8, &memory), Err(TreeError::Source(Missing(_)))));
    assert!(matches!(root(8, &memory), Err(TreeError::Source(Missing(_)))));
    let short = Short(tree(8));
    assert_eq!(root(7, &short), Err(TreeError::Miscounted));
    assert_eq!(prove_inclusion(0, 8, &short), Err(TreeError::Miscounted));
    assert_eq!(prove_consistency(3, 8, &short), Err(TreeError::Miscounted));
    let tile = TileId::from_path("0/000.p/3").expect("a path");
    assert_eq!(tile.bytes(8, &short), Err(TreeError::Miscounted));
}

#[test]
fn tiles_have_one_path() {
    for good in ["0/000", "0/000.p/1", "1/255.p/255", "0/x001/x234/067", "5/000.p/1", "0/x999/999"] {
        assert_eq!(TileId::from_path(good).map(|tile| tile.path()), Ok(good.to_owned()));
    }
    for bad in [
        "",
        "0",
        "0/",
        "/000",
        "0/0",
        "0/00",
        "0/0000",
        "00/000",
        "6/000",
        "64/000",
        "255/000",
        "-1/000",
        "+0/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/000.p/",
        "0/000.p",
        "0/000.p/1/2",
        "0/x000/000",
        "0/001/000",
        "0/x001/x000",
        "data/000",
        "0/000/",
        "tile/0/000",
        "0/x018/x446/x744/x073/x709/x551/616",
        "0/x999/x999/x999/x999/x999/x999/x999/x999/999",
        "0/xx01/000",
    ] {
        assert_eq!(TileId::from_path(bad), Err(TreeError::OutOfRange), "{bad}");
    }
}

#[test]
fn tiles_hold_the_trees_hashes() {
    let memory = tree(600);
    let tile = |path: &str| TileId::from_path(path).expect("a path").bytes(600, &memory);
    let leaves = tile("0/001").expect("full");
    assert_eq!(leaves.len(), 256 * 32);
    assert_eq!(&leaves[..32], leaf_hash(&256_u64.to_be_bytes()).as_bytes());
    assert_eq!(tile("0/002.p/88").expect("the rest").len(), 88 * 32);
    assert_eq!(tile("0/002.p/1").expect("an older part").len(), 32);
    assert_eq!(tile("0/002.p/89"), Err(TreeError::OutOfRange));
    assert_eq!(tile("0/002"), Err(TreeError::OutOfRange));
    // The second level holds the roots of the full tiles below.
    let above = tile("1/000.p/2").expect("two full tiles below");
    let first: Vec<_> = (0..256_u64).map(|n| leaf_hash(&n.to_be_bytes())).collect();
    assert_eq!(&above[..32], reference_root(&first).as_bytes());
    assert_eq!(tile("1/000.p/3"), Err(TreeError::OutOfRange));
    let added: Vec<_> = TileId::added(0, 600).expect("small").iter().map(TileId::path).collect();
    assert_eq!(added, ["0/000", "0/001", "0/002.p/88", "1/000.p/2"]);
    assert_eq!(TileId::added(600, 600), Ok(vec![]));
    assert_eq!(TileId::added(0, MAX_SIZE), Err(TreeError::OutOfRange));
}

proptest! {
    #[test]
    fn arbitrary_proofs_never_panic(index: u64, size: u64, old: u64, proof in proptest::collection::vec(any::<[u8; 32]>(), 0..70)) {
        let proof: Vec<_> = proof.into_iter().map(Hash32).collect();
        let (leaf, other) = (Hash32([1; 32]), Hash32([2; 32]));
        for bound in [1, 10, MAX_SIZE, u64::MAX] {
            let (index, size, old) = (index % bound, size % bound, old % bound);
            prop_assert!(verify_inclusion(&leaf, index, size, &proof, &other).is_err());
            prop_assert!(verify_consistency(old, &leaf, size, &other, &proof).is_err());
            let tile = TileId { level: (index % 6) as u8, index: size.min(MAX_SIZE), width: 1 };
            prop_assert!(tile.bytes(old, &Memory::default()).is_err());
        }
    }

    #[test]
    fn arbitrary_paths_never_panic(path in "[0-9x/.p]{0,40}", any in ".{0,50}") {
        for path in [path, any] {
            if let Ok(tile) = TileId::from_path(&path) {
                prop_assert_eq!(tile.path(), path);
                let _ = tile.bytes(MAX_SIZE, &Memory::default());
            }
        }
    }
}
