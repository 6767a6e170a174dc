//! Maps and sets of which a copy costs nothing and shares what is the same: every entry is tried on a copy
//! of the fold before it is written.

/// A map; in CBOR as the standard library's.
pub(super) type Map<K, V> = imbl::OrdMap<K, V>;
/// A set.
pub(super) type Set<T> = imbl::OrdSet<T>;

/// For `#[cbor(with = "map")]`: a [`Map`] as a CBOR map in the order of its keys.
pub(super) mod map {
    use minicbor::decode::Error as DecodeError;
    use minicbor::encode::{Error as EncodeError, Write};
    use minicbor::{Decode, Decoder, Encode, Encoder};

    use super::Map;

    pub fn encode<C, K, V, W>(
        map: &Map<K, V>,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>>
    where
        K: Encode<C> + Ord,
        V: Encode<C>,
        W: Write,
    {
        e.map(u64::try_from(map.len()).unwrap_or(u64::MAX))?;
        for (key, value) in map {
            key.encode(e, ctx)?;
            value.encode(e, ctx)?;
        }
        Ok(())
    }

    pub fn decode<'b, C, K, V>(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Map<K, V>, DecodeError>
    where
        K: Decode<'b, C> + Ord + Clone,
        V: Decode<'b, C> + Clone,
    {
        let pairs = std::collections::BTreeMap::<K, V>::decode(d, ctx)?;
        Ok(pairs.into_iter().collect())
    }
}
