//! Who may ask: tokens and what they are for, wrong attempts, certificates.
//!
//! Tokens are long random texts, kept as hashes and looked up by their number ([`Book`]); a [`Door`]
//! adds where a request comes from, what loopback may do, and how many wrong ones came lately. A
//! [`Certificates`] hands rustls what the files hold now (docs/adr/0012-access.md).
//!
//! It deliberately does not know HTTP or gRPC, which route needs what, or where tokens are stored.

mod attempts;
mod base62;
mod book;
mod certificate;
mod door;
mod token;
mod validity;

pub use attempts::Refusals;
pub use book::{Book, Grant};
pub use certificate::{CertificateError, CertificateFiles, Certificates, Renewal};
pub use door::{Door, LoopbackPolicy};
pub use token::{Secret, hash_of, mint};
