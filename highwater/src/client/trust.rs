//! What is shown to a server, and which servers are believed.

use super::address::Address;
use crate::settings::FlagError;
use clap::Args;
use rustls::crypto::ring;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

/// What is shown, and whom to believe.
#[derive(Clone, Debug, Args)]
pub(crate) struct CredentialFlags {
    /// Token to show. Better set HIGHWATER_TOKEN: a command line can be read by everybody on this
    /// machine, and stays in the history of the shell.
    #[arg(long, value_name = "TOKEN", env = "HIGHWATER_TOKEN", hide_env_values = true)]
    token: Option<TokenText>,

    /// Certificates to believe for https://, in PEM; without it those that this system believes.
    #[arg(long, value_name = "FILE", env = "HIGHWATER_CA")]
    ca: Option<PathBuf>,
}

impl CredentialFlags {
    /// Whether there is a token.
    pub(super) const fn has_token(&self) -> bool {
        self.token.is_some()
    }
}

/// A token, which no message repeats.
#[derive(Clone)]
struct TokenText(String);

impl std::str::FromStr for TokenText {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let is_text = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_text.then(|| Self(text.to_owned())).ok_or("it must be letters, digits and _")
    }
}

impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenText(...)")
    }
}

impl CredentialFlags {
    /// Reads what is believed, if the server speaks TLS.
    pub(super) fn read(&self, address: &Address) -> anyhow::Result<Credentials> {
        let authorization = self.token.as_ref().map(|TokenText(text)| format!("Bearer {text}"));
        let trust = match &self.ca {
            _ if !address.has_tls => Trust::Nobody,
            Some(file) => Trust::These(Arc::new(certificates(file)?)),
            None => Trust::These(Arc::new(of_the_system())),
        };
        let credentials = Credentials { authorization, trust };
        address.warn_of(&credentials);
        Ok(credentials)
    }
}

fn certificates(file: &PathBuf) -> anyhow::Result<Vec<Certificate<'static>>> {
    let wrong = |why: String| FlagError(format!("--ca {}: {why}", file.display()));
    let bytes = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    let items = parse_pem(&bytes).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        Ok(_) | Err(_) => None,
    });
    let found: Vec<_> = items.collect();
    if found.is_empty() {
        return Err(wrong("there is no certificate in it; it must be PEM".to_owned()).into());
    }
    Ok(found)
}

fn of_the_system() -> Vec<Certificate<'static>> {
    // What cannot be read is not believed.
    let found = rustls_native_certs::load_native_certs().certs;
    found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()
}

/// What is shown, and whom to believe.
#[derive(Clone, Default)]
pub(crate) struct Credentials {
    authorization: Option<String>,
    trust: Trust,
}

#[derive(Clone, Default)]
enum Trust {
    #[default]
    Nobody,
    These(Arc<Vec<Certificate<'static>>>),
    /// Whoever answers: ourselves, at an address that we hold.
    Ourselves,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(...)")
    }
}

impl Credentials {
    /// For a listener of this process.
    pub(super) fn own(token: &str) -> Self {
        Self { authorization: Some(format!("Bearer {token}")), trust: Trust::Ourselves }
    }

    /// For a server of which only is asked whether it is there.
    pub(super) fn none() -> Self {
        Self { authorization: None, trust: Trust::Ourselves }
    }

    pub(super) const fn has_token(&self) -> bool {
        self.authorization.is_some()
    }

    /// The request, with the token if there is one.
    pub(super) fn show<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.authorization {
            Some(authorization) => request.header("Authorization", authorization),
            None => request,
        }
    }

    /// How to speak TLS.
    pub(super) fn tls(&self) -> TlsConfig {
        let roots = match &self.trust {
            Trust::These(roots) => Arc::clone(roots),
            Trust::Nobody | Trust::Ourselves => Arc::default(),
        };
        let is_unverified = matches!(self.trust, Trust::Ourselves);
        TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .root_certs(RootCerts::Specific(roots))
            .disable_verification(is_unverified)
            .build()
    }
}
