//! Where the API of a server is.

use super::Api;
use clap::Args;

/// Which server is asked.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServerFlag {
    /// Where the API of the server answers.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:4319",
        env = "HIGHWATER_LISTEN",
        value_parser = address
    )]
    server: String,
}

impl ServerFlag {
    /// The API there.
    pub(crate) fn api(&self) -> Api {
        Api::at(&self.server)
    }
}

/// A host and a port; a scheme before it and a slash behind are let pass.
pub(super) fn address(text: &str) -> Result<String, String> {
    let bare = text.strip_prefix("http://").unwrap_or(text).trim_end_matches('/');
    let wrong = || format!("\"{text}\" is no address: give host and port, such as 127.0.0.1:4319");
    let (host, port) = bare.rsplit_once(':').ok_or_else(wrong)?;
    let is_port = port.parse::<u16>().is_ok_and(|port| port > 0);
    if host.is_empty() || host.contains('/') || !is_port { Err(wrong()) } else { Ok(bare.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_with_and_without_scheme() {
        assert_eq!(address("http://127.0.0.1:4319/").as_deref(), Ok("127.0.0.1:4319"));
        assert_eq!(address("[::1]:4319").as_deref(), Ok("[::1]:4319"));
        for wrong in ["", "127.0.0.1", ":4319", "localhost:x", "https://a:1", "a:0"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
