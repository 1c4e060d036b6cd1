//! Certificate and key from files: checked at the start, and read again when they change.
//!
//! Connections ask for the certificate as it is now, so a renewed one is used from the next
//! connection on and nothing is restarted. A renewal that is no good is said, and the one before it
//! stays.

use crate::validity::validity;
use hw_model::Timestamp;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, ServerConfig};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use thiserror::Error;

/// Where certificate and key are, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate, and those it rests on after it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// A certificate that cannot be used.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// A file is not there, or cannot be read.
    #[error("failed to read {file}, which {what} says")]
    File {
        /// The file.
        file: PathBuf,
        /// The setting.
        what: &'static str,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("there is no {wanted} in {file}, which {what} says: it must be PEM, with {marker}")]
    Content {
        /// The file.
        file: PathBuf,
        /// The setting.
        what: &'static str,
        /// What should be in it.
        wanted: &'static str,
        /// How that begins.
        marker: &'static str,
    },
    /// They are not a pair.
    #[error("the key in {key} is not that of the first certificate in {certificate}")]
    Mismatch {
        /// The certificate.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// It is over.
    #[error("the certificate in {certificate} expired at {}: renew it", hw_api::rfc3339(*.at))]
    Expired {
        /// The certificate.
        certificate: PathBuf,
        /// When.
        at: Timestamp,
    },
    /// It is of a kind that rustls does not know.
    #[error("certificate {certificate} and key {key} cannot be used")]
    Unusable {
        /// The certificate.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
        /// What rustls says.
        #[source]
        source: rustls::Error,
    },
}

/// What looking again found.
#[derive(Debug)]
pub enum Renewal {
    /// The files are as they were.
    Same,
    /// They are new, and used from now on until then.
    Renewed {
        /// The end of the new certificate.
        expires_at: Timestamp,
    },
    /// They are new, and no good.
    Refused(CertificateError),
}

/// The certificate as it is now.
#[derive(Debug)]
pub struct Certificates {
    files: CertificateFiles,
    current: RwLock<Arc<CertifiedKey>>,
    /// What was last read, of use or not.
    read: Mutex<Pem>,
    expires_at: Mutex<Timestamp>,
}

/// The bytes of both files.
#[derive(PartialEq, Eq)]
struct Pem {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl std::fmt::Debug for Pem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pem(...)")
    }
}

const CERTIFICATE: &str = "tls.certificate";
const KEY: &str = "tls.key";

impl Certificates {
    /// Reads and checks the files.
    ///
    /// # Errors
    ///
    /// If they are no pair that can be used now; says which, and why.
    pub fn load(files: CertificateFiles, now: Timestamp) -> Result<Arc<Self>, CertificateError> {
        let read = Pem::read(&files)?;
        let (current, expires_at) = read.certified(&files, now)?;
        let (current, read) = (RwLock::new(Arc::new(current)), Mutex::new(read));
        Ok(Arc::new(Self { files, current, read, expires_at: Mutex::new(expires_at) }))
    }

    /// Reads the files again, and uses what is in them if it is new and good.
    pub fn renew(&self, now: Timestamp) -> Renewal {
        let read = match Pem::read(&self.files) {
            Ok(read) => read,
            Err(error) => return Renewal::Refused(error),
        };
        let mut last = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if *last == read {
            return Renewal::Same;
        }
        match read.certified(&self.files, now) {
            Ok((current, expires_at)) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(current);
                *self.expires_at.lock().unwrap_or_else(PoisonError::into_inner) = expires_at;
                *last = read;
                Renewal::Renewed { expires_at }
            }
            // Half of a pair may be written already: it is looked at again.
            Err(error) => Renewal::Refused(error),
        }
    }

    /// When the present one ends.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        *self.expires_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a listener needs to speak TLS 1.2 and 1.3 and one of these protocols, the best first.
    ///
    /// # Errors
    ///
    /// If rustls lacks what that needs, which would be a fault of ours.
    pub fn server_config(
        self: &Arc<Self>,
        protocols: &[&str],
    ) -> Result<Arc<ServerConfig>, rustls::Error> {
        let provider = Arc::new(ring::default_provider());
        let certificates = Arc::clone(self) as Arc<dyn ResolvesServerCert>;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(certificates);
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Ok(Arc::new(config))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Pem {
    fn read(files: &CertificateFiles) -> Result<Self, CertificateError> {
        let read = |file: &Path, what| {
            let file = file.to_owned();
            std::fs::read(&file).map_err(|source| CertificateError::File { file, what, source })
        };
        let certificate = read(&files.certificate, CERTIFICATE)?;
        Ok(Self { certificate, key: read(&files.key, KEY)? })
    }

    /// The pair and the end of its validity, if it can be used now.
    fn certified(
        &self,
        files: &CertificateFiles,
        now: Timestamp,
    ) -> Result<(CertifiedKey, Timestamp), CertificateError> {
        let CertificateFiles { certificate, key } = files.clone();
        let no_certificate = || CertificateError::Content {
            file: certificate.clone(),
            what: CERTIFICATE,
            wanted: "certificate",
            marker: "-----BEGIN CERTIFICATE-----",
        };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.certificate).collect();
        let chain = chain.map_err(|_| no_certificate())?;
        let first = chain.first().ok_or_else(no_certificate)?;
        let (_, expires_at) = validity(first).ok_or_else(no_certificate)?;
        let private = PrivateKeyDer::from_pem_slice(&self.key);
        let private = private.map_err(|_| CertificateError::Content {
            file: key.clone(),
            what: KEY,
            wanted: "private key",
            marker: "-----BEGIN PRIVATE KEY-----, not encrypted",
        })?;
        if expires_at <= now {
            return Err(CertificateError::Expired { certificate, at: expires_at });
        }
        let provider: CryptoProvider = ring::default_provider();
        match CertifiedKey::from_der(chain, private, &provider) {
            Ok(certified) => Ok((certified, expires_at)),
            Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                Err(CertificateError::Mismatch { certificate, key })
            }
            Err(source) => Err(CertificateError::Unusable { certificate, key, source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::copy;

    const NOW: Timestamp = Timestamp(1_795_330_000_000_000_000);

    fn data(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/tls").join(name)
    }

    fn load(certificate: &Path, key: &Path) -> Result<Arc<Certificates>, CertificateError> {
        let files = CertificateFiles { certificate: certificate.into(), key: key.into() };
        Certificates::load(files, NOW)
    }

    #[test]
    fn what_is_wrong_with_the_files_is_said() {
        let (server, key) = (data("server.pem"), data("server.key"));
        let good = load(&server, &key).unwrap();
        assert_eq!(hw_api::rfc3339(good.expires_at()), "2110-01-01T00:00:00.000Z");
        assert!(good.server_config(&["h2", "http/1.1"]).is_ok());
        let why = |certificate: &Path, key: &Path| load(certificate, key).unwrap_err().to_string();
        assert!(why(&data("none.pem"), &key).contains("which tls.certificate says"));
        assert!(why(&server, &data("none.key")).contains("which tls.key says"));
        assert!(why(&key, &key).contains("no certificate in"));
        assert!(why(&server, &server).contains("no private key in"));
        let other = why(&server, &data("renewed.key"));
        assert!(other.contains("is not that of the first certificate"), "{other}");
        let expired = why(&data("expired.pem"), &key);
        assert!(expired.contains("expired at 2021-01-01T00:00:00.000Z"), "{expired}");
    }

    #[test]
    fn renewed_files_are_used_once_they_are_a_pair() {
        let folder = tempfile::tempdir().unwrap();
        let (server, key) = (folder.path().join("a.pem"), folder.path().join("a.key"));
        let write = |name: &str, to: &Path| copy(data(name), to).map(drop).unwrap();
        write("server.pem", &server);
        write("server.key", &key);
        let certificates = load(&server, &key).unwrap();
        let leaf = || certificates.current.read().unwrap().cert[0].clone();
        let first = leaf();
        assert!(matches!(certificates.renew(NOW), Renewal::Same));
        write("renewed.pem", &server);
        assert!(matches!(
            certificates.renew(NOW),
            Renewal::Refused(CertificateError::Mismatch { .. })
        ));
        assert_eq!(leaf(), first, "the one before it stays");
        write("renewed.key", &key);
        assert!(matches!(certificates.renew(NOW), Renewal::Renewed { .. }));
        assert_ne!(leaf(), first);
        assert!(matches!(certificates.renew(NOW), Renewal::Same));
        std::fs::remove_file(&key).unwrap();
        let refused = certificates.renew(NOW);
        assert!(matches!(refused, Renewal::Refused(CertificateError::File { .. })));
    }
}
