//! [`LogWatch`] as the vault keeps it.

use bystand_wire::NetworkId;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::{LogWatch, Stage};
use crate::alerts::AlertBook;
use crate::network::Trust;

#[derive(Encode, Decode)]
#[cbor(map)]
struct Kept {
    #[n(0)]
    network: NetworkId,
    #[n(1)]
    trust: Option<ByteVec>,
    #[n(2)]
    book: AlertBook,
    #[n(3)]
    stage: Stage,
    #[n(4)]
    suspicious: bool,
}

impl<C> Encode<C> for LogWatch {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        c: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let kept = Kept {
            network: self.network,
            trust: self.trust.as_ref().map(|trust| trust.to_bytes().into()),
            book: self.book.clone(),
            stage: self.stage,
            suspicious: self.suspicious,
        };
        kept.encode(e, c)
    }
}

impl<'b, C> Decode<'b, C> for LogWatch {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, minicbor::decode::Error> {
        let Kept { network, trust, book, stage, suspicious } = Kept::decode(d, c)?;
        let trust = trust.map(|bytes| Trust::from_bytes(&bytes)).transpose();
        let trust = trust.map_err(minicbor::decode::Error::message)?;
        if trust.as_ref().is_some_and(|trust| *trust.network() != network) {
            return Err(minicbor::decode::Error::message("trust in another network"));
        }
        Ok(Self { network, trust, book, stage, suspicious, asked: None })
    }
}
