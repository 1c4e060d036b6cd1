//! Whose certificates are believed: those the system believes, and one's own authorities.
//!
//! The system's are preferred to a list built in: a company's own authority is known there, and one
//! that lost its trust goes away with the next update of the system.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

/// The certificates in the forms the two clients want them.
pub(crate) struct Trust {
    pub(crate) rustls: Arc<ClientConfig>,
    pub(crate) ureq: TlsConfig,
    pub(crate) n_roots: usize,
}

/// Why no certificates could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustError(String);

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TrustError {}

impl Trust {
    /// Reads the system's certificates and adds those of `own_pem`.
    pub(crate) fn read(own_pem: Option<&[u8]>) -> Result<Self, TrustError> {
        let mut found: Vec<CertificateDer<'static>> =
            rustls_native_certs::load_native_certs().certs;
        if let Some(pem) = own_pem {
            let own: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
            let own = own.map_err(|_| not_pem())?;
            if own.is_empty() {
                return Err(not_pem());
            }
            found.extend(own);
        }
        let mut roots = RootCertStore::empty();
        let (n_roots, _) = roots.add_parsable_certificates(found.iter().cloned());
        let provider: Arc<CryptoProvider> = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| TrustError(format!("TLS cannot be set up: {error}")))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let certificates = found.iter().map(|der| Certificate::from_der(der).to_owned());
        let ureq = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::from(certificates))
            .unversioned_rustls_crypto_provider(provider)
            .build();
        Ok(Self { rustls: Arc::new(config), ureq, n_roots })
    }
}

fn not_pem() -> TrustError {
    TrustError("the file of own authorities holds no certificate in PEM form".to_owned())
}
