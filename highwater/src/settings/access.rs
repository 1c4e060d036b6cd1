//! Who gets in: TLS, names, and what loopback may do.

use super::keys::{Fault, fault};
use super::layers::{File, Layered, Setting};
use super::server::ServeFlags;
use crate::server::AccessSettings;
use hw_access::{CertificateFiles, LoopbackPolicy};
use std::net::Ipv6Addr;
use std::path::PathBuf;

/// Keys of the table `tls`.
pub(super) const TLS_KEYS: &[&str] = &["certificate", "key"];

/// Keys of the table `access`.
pub(super) const ACCESS_KEYS: &[&str] = &["hosts", "loopback"];

pub(super) const TLS_CERTIFICATE: Setting<Option<PathBuf>> = Setting {
    key: "tls.certificate",
    flag: Some("--tls-certificate FILE"),
    default: "",
    reason: "Certificate for TLS in PEM, with those it rests on after it, for the API and both ways of \
             OTLP. None, because nobody else can reach loopback; what others can reach needs one. Read \
             again every minute and at SIGHUP.",
    parse: file,
};

pub(super) const TLS_KEY: Setting<Option<PathBuf>> = Setting {
    key: "tls.key",
    flag: Some("--tls-key FILE"),
    default: "",
    reason: "Private key of the certificate in PEM, not encrypted: readable for this user alone.",
    parse: file,
};

pub(super) const LOOPBACK: Setting<LoopbackPolicy> = Setting {
    key: "access.loopback",
    flag: None,
    default: "open",
    reason: "What may be done from this machine without a token. open: everything but tokens and the \
             audit, and those too until the first token of an admin is made: who can log in here could \
             read the data folder as well. tokens: nothing, where other people log in here.",
    parse: |text| match text {
        "open" => Ok(LoopbackPolicy::Open),
        "tokens" => Ok(LoopbackPolicy::Tokens),
        _ => Err("must be \"open\" or \"tokens\"".into()),
    },
};

pub(super) const HOSTS: Setting<Vec<String>> = Setting {
    key: "access.hosts",
    flag: None,
    default: "",
    reason: "Names by which others ask the API, such as [\"highwater.example.com\"], beside localhost and \
             the address itself. None: a request by a name that is not known may come from a page that \
             points its own name here.",
    parse: hosts,
};

#[expect(clippy::unnecessary_wraps, reason = "as settings are parsed")]
fn file(text: &str) -> Result<Option<PathBuf>, String> {
    Ok((!text.is_empty()).then(|| text.into()))
}

/// Names as a list of TOML, or between commas.
fn hosts(text: &str) -> Result<Vec<String>, String> {
    let bare = text.trim().trim_start_matches('[').trim_end_matches(']');
    let names = bare.split(',').map(|name| name.trim().trim_matches('"').trim_matches('\''));
    let names: Vec<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
    // An address of IPv6 is named as it is; any other colon would begin a port, which is never compared.
    let is_name = |name: &String| {
        (!name.contains(':') || name.parse::<Ipv6Addr>().is_ok())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte))
    };
    if names.iter().all(is_name) {
        Ok(names)
    } else {
        Err("must be names without scheme, port and path, such as [\"highwater.example.com\"]"
            .into())
    }
}

/// Who gets in, from all layers.
pub(super) fn access(flags: &ServeFlags, file: &File) -> Result<AccessSettings, Fault> {
    let certificate =
        Layered::pick(&TLS_CERTIFICATE, flags.tls_certificate.as_deref(), file)?.value;
    let key = Layered::pick(&TLS_KEY, flags.tls_key.as_deref(), file)?.value;
    let tls = match (certificate, key) {
        (Some(certificate), Some(key)) => Some(CertificateFiles { certificate, key }),
        (None, None) => None,
        (Some(_), None) => return Err(fault("tls.key", "is missing: tls.certificate needs it")),
        (None, Some(_)) => return Err(fault("tls.certificate", "is missing: tls.key needs it")),
    };
    Ok(AccessSettings {
        loopback: Layered::pick(&LOOPBACK, None, file)?.value,
        hosts: Layered::pick(&HOSTS, None, file)?.value,
        tls,
        is_clear_allowed: flags.insecure_listen,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_a_list_or_stand_between_commas() {
        assert_eq!(hosts(""), Ok(Vec::new()));
        assert_eq!(hosts("[\"a.example\", 'b']").unwrap(), ["a.example", "b"]);
        assert_eq!(hosts("a.example,b").unwrap(), ["a.example", "b"]);
        assert_eq!(hosts("fd00::1").unwrap(), ["fd00::1"]);
        for wrong in ["https://a.example", "a.example/x", "a b", "a.example:443", "10.0.0.1:1"] {
            assert!(hosts(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn half_a_pair_and_unknown_words_are_refused() {
        let read = |text: &str| {
            let file = File::parse("test", text).unwrap();
            access(&ServeFlags::default(), &file)
        };
        assert_eq!(read("tls = { key = \"a\" }").unwrap_err().0, "tls.certificate");
        assert_eq!(read("tls = { certificate = \"a\" }").unwrap_err().0, "tls.key");
        assert_eq!(read("access = { loopback = \"closed\" }").unwrap_err().0, "access.loopback");
        let whole =
            read("tls = { certificate = \"a\", key = \"b\" }\naccess = { hosts = [\"x\"] }");
        let whole = whole.unwrap();
        assert_eq!((whole.hosts, whole.tls.is_some()), (vec!["x".to_owned()], true));
    }
}
