//! Writes a canonical CBOR value in every other way that a lenient reader would take for the same.

use std::ops::Range;

/// One item inside canonical bytes, with where its parts are.
#[derive(Debug, Clone)]
pub struct Item {
    major: u8,
    argument: u64,
    head: Range<usize>,
    end: usize,
    /// Elements of an array; keys and values, alternating, of a map.
    children: Vec<Item>,
}

/// What is done to one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// Its length or number in more bytes than needed.
    LongerHead,
    /// A string, array or map without a length in front.
    Indefinite,
    /// A tag around it.
    Tagged,
    /// A map with a key that nobody defined.
    UnknownKey,
    /// A map with its last pair twice.
    DuplicateKey,
    /// A map with its first two pairs exchanged.
    WrongOrder,
    /// A map where something absent is written as null.
    NullForAbsent,
}

impl Defect {
    /// All of them.
    pub const ALL: [Defect; 7] = [
        Defect::LongerHead,
        Defect::Indefinite,
        Defect::Tagged,
        Defect::UnknownKey,
        Defect::DuplicateKey,
        Defect::WrongOrder,
        Defect::NullForAbsent,
    ];
}

/// Reads canonical bytes.
pub fn parse(bytes: &[u8]) -> Item {
    let item = item_at(bytes, 0);
    assert_eq!(item.end, bytes.len(), "one item");
    item
}

/// The item and all inside it.
pub fn walk(item: &Item) -> Vec<&Item> {
    std::iter::once(item).chain(item.children.iter().flat_map(walk)).collect()
}

/// The bytes with the defect at one item, where the defect can be made there.
pub fn with_defect(bytes: &[u8], item: &Item, defect: Defect) -> Option<Vec<u8>> {
    let content = &bytes[item.head.end..item.end];
    let new = match defect {
        Defect::LongerHead => [longer_head(item)?, content.to_vec()].concat(),
        Defect::Indefinite => match item.major {
            2 | 3 => [&[item.major << 5 | 31][..], &bytes[item.head.start..item.end], &[0xff]].concat(),
            4 | 5 => [&[item.major << 5 | 31][..], content, &[0xff]].concat(),
            _ => return None,
        },
        Defect::Tagged => [&[0xc1][..], &bytes[item.head.start..item.end]].concat(),
        _ if item.major != 5 => return None,
        Defect::UnknownKey => [head(5, item.argument + 1), content.to_vec(), vec![0x18, 0x64, 0]].concat(),
        Defect::DuplicateKey => {
            let [.., key, value] = item.children.as_slice() else { return None };
            let pair = &bytes[key.head.start..value.end];
            [&head(5, item.argument + 1)[..], content, pair].concat()
        }
        Defect::WrongOrder => {
            let [k1, v1, k2, v2, ..] = item.children.as_slice() else { return None };
            let (first, second) = (&bytes[k1.head.start..v1.end], &bytes[k2.head.start..v2.end]);
            [&bytes[item.head.clone()], second, first, &bytes[v2.end..item.end]].concat()
        }
        Defect::NullForAbsent => null_for_absent(bytes, item)?,
    };
    Some([&bytes[..item.head.start], &new, &bytes[item.end..]].concat())
}

/// The shortest head of an item.
pub fn head(major: u8, argument: u64) -> Vec<u8> {
    let width = (0..4).find(|w| argument <= widest(*w)).expect("eight bytes hold it");
    head_of_width(major, argument, width)
}

/// The largest argument of a head of 1, 2, 3 and 5 bytes, and of 9 bytes.
fn widest(width: u8) -> u64 {
    match width {
        0 => 23,
        1 => u64::from(u8::MAX),
        2 => u64::from(u16::MAX),
        3 => u64::from(u32::MAX),
        _ => u64::MAX,
    }
}

fn head_of_width(major: u8, argument: u64, width: u8) -> Vec<u8> {
    let bytes = argument.to_be_bytes();
    match width {
        0 => vec![major << 5 | bytes[7]],
        1 => vec![major << 5 | 24, bytes[7]],
        2 => [&[major << 5 | 25][..], &bytes[6..]].concat(),
        3 => [&[major << 5 | 26][..], &bytes[4..]].concat(),
        _ => [&[major << 5 | 27][..], &bytes[..]].concat(),
    }
}

fn longer_head(item: &Item) -> Option<Vec<u8>> {
    let width = match item.head.len() {
        1 => 1,
        2 => 2,
        3 => 3,
        5 => 4,
        _ => return None,
    };
    (item.major < 6).then(|| head_of_width(item.major, item.argument, width))
}

fn null_for_absent(bytes: &[u8], item: &Item) -> Option<Vec<u8>> {
    let keys: Vec<u64> = item.children.iter().step_by(2).map(|k| k.argument).collect();
    let gap = (0..=keys.last()? + 1).find(|n| !keys.contains(n))?;
    let at = item.children.iter().step_by(2).find(|k| k.argument > gap).map_or(item.end, |k| k.head.start);
    let before = &bytes[item.head.end..at];
    Some([&head(5, item.argument + 1)[..], before, &head(0, gap), &[0xf6], &bytes[at..item.end]].concat())
}

fn item_at(bytes: &[u8], at: usize) -> Item {
    let (major, short) = (bytes[at] >> 5, bytes[at] & 31);
    assert!(major < 6 && short < 28, "bodies hold numbers, strings, arrays and maps only");
    let extra = if short < 24 { 0 } else { 1 << (short - 24) };
    let long = bytes[at + 1..=at + extra].iter().fold(0, |n, b| n << 8 | u64::from(*b));
    let argument = if extra == 0 { u64::from(short) } else { long };
    let head = at..at + 1 + extra;
    let (strings, items) = match major {
        2 | 3 => (usize::try_from(argument).expect("a length"), 0),
        4 => (0, argument),
        5 => (0, argument * 2),
        _ => (0, 0),
    };
    let mut end = head.end + strings;
    let children = (0..items)
        .map(|_| {
            let child = item_at(bytes, end);
            end = child.end;
            child
        })
        .collect();
    Item { major, argument, head, end, children }
}
