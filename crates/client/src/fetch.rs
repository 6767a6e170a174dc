//! Plain files from a relay's site: what everybody can fetch without being anybody.

use reqwest::StatusCode;

use crate::address::RelayAddress;
use crate::transport::{self, TransportError};

/// Why a file was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The HTTP client could not be set up.
    #[error(transparent)]
    Setup(#[from] TransportError),
    /// No answer, or one that breaks off.
    #[error("{0}")]
    Unreachable(String),
    /// An answer that is no file.
    #[error("the address answers {0}")]
    Status(StatusCode),
}

/// Fetches files of one site, all on one connection.
#[derive(Debug, Clone)]
pub struct Fetcher {
    address: RelayAddress,
    client: reqwest::Client,
}

impl Fetcher {
    /// Sets up without connecting.
    ///
    /// # Errors
    /// [`FetchError::Setup`].
    pub fn new(address: RelayAddress) -> Result<Self, FetchError> {
        let client = transport::files(&address)?;
        Ok(Self { address, client })
    }

    /// The bytes at a path such as `app/hashes.txt`; `None` when the site has no such file. More than `limit` bytes
    /// are not read.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn file(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, FetchError> {
        let unreachable = |error: reqwest::Error| FetchError::Unreachable(transport::explain(&error));
        let reply = self.client.get(self.address.route(path)).send().await.map_err(unreachable)?;
        match reply.status() {
            StatusCode::NOT_FOUND => Ok(None),
            status if !status.is_success() => Err(FetchError::Status(status)),
            _ => transport::read_within(reply, limit).await.map(Some).map_err(FetchError::Unreachable),
        }
    }
}
