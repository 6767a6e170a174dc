//! A relay's address: which ones a shell agrees to talk to, and its routes.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

/// An address that cannot be a relay's, or that would send in the clear.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not an address at all.
    #[error("{0:?} is not an address. Write it as https://relay.example.org")]
    NotAnAddress(String),
    /// Plain HTTP to somewhere that is neither this machine nor an onion service.
    #[error(
        "{0} is not encrypted on the way: who watches the network would see when this device sends. \
         Use https://, or say --allow-plain-http if you know that the way is protected"
    )]
    Plain(String),
}

/// The base address of a relay.
#[derive(Clone, PartialEq, Eq)]
pub struct RelayAddress {
    base: Url,
}

impl RelayAddress {
    /// Reads an address. Plain `http://` is taken for this machine and for onion services (which
    /// encrypt by themselves), elsewhere only with `allow_plain`.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn parse(text: &str, allow_plain: bool) -> Result<Self, AddressError> {
        let bad = || AddressError::NotAnAddress(text.to_owned());
        let mut base = Url::parse(text.trim()).map_err(|_| bad())?;
        if base.host_str().is_none() || !base.username().is_empty() || base.password().is_some() {
            return Err(bad());
        }
        base.set_query(None);
        base.set_fragment(None);
        if !base.path().ends_with('/') {
            let path = format!("{}/", base.path());
            base.set_path(&path);
        }
        let address = Self { base };
        match address.base.scheme() {
            "https" => Ok(address),
            "http" if allow_plain || address.is_loopback() || address.is_onion() => Ok(address),
            "http" => Err(AddressError::Plain(text.to_owned())),
            _ => Err(bad()),
        }
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.base.host_str().unwrap_or_default();
        let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
    }

    /// Whether requests go over TLS.
    pub fn is_encrypted(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// The full address of a route such as `v1/network`.
    pub(crate) fn route(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The address of the live connection.
    pub(crate) fn live(&self) -> String {
        let address = self.route("v1/live");
        match address.strip_prefix("https://") {
            Some(rest) => format!("wss://{rest}"),
            None => address.replacen("http://", "ws://", 1),
        }
    }

    fn is_onion(&self) -> bool {
        self.base.host_str().is_some_and(|host| host.ends_with(".onion"))
    }
}

/// As it was given, without a final slash.
impl fmt::Display for RelayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for RelayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RelayAddress({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_is_encrypted_or_stays_here() {
        for good in [
            "https://relay.example.org",
            "https://relay.example.org:8443/bystand",
            "http://localhost:8080",
            "http://127.0.0.1:9",
            "http://[::1]:8080/",
            "http://abcdefghijklmnop.onion",
        ] {
            let address = RelayAddress::parse(good, false).expect(good);
            assert_eq!(address.to_string(), good.trim_end_matches('/'), "{good}");
        }
        assert!(RelayAddress::parse("http://relay.example.org", true).is_ok());
    }

    #[test]
    fn refuses_the_rest() {
        for plain in
            ["http://relay.example.org", "http://10.0.0.1", "http://notlocalhost", "http://x.onion.com"]
        {
            assert!(matches!(RelayAddress::parse(plain, false), Err(AddressError::Plain(_))), "{plain}");
        }
        for bad in ["", "relay.example.org", "ftp://a", "https://", "https://user:pass@a.org", "file:///etc"]
        {
            assert!(matches!(RelayAddress::parse(bad, true), Err(AddressError::NotAnAddress(_))), "{bad}");
        }
    }

    #[test]
    fn routes_are_below_the_base() {
        let address = RelayAddress::parse("https://a.org/b?x=1#y", false).expect("an address");
        assert_eq!(address.route("v1/network"), "https://a.org/b/v1/network");
        assert_eq!(address.live(), "wss://a.org/b/v1/live");
        let near = RelayAddress::parse("http://127.0.0.1:80", false).expect("an address");
        assert_eq!(near.live(), "ws://127.0.0.1/v1/live");
    }
}
