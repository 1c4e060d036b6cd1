//! Acts of administration in words.

use hw_api::rfc3339;
use hw_model::Timestamp;
use hw_wire::ActV1;

/// Kind, subject and facts.
pub(super) fn parts(did: &ActV1) -> (&'static str, Option<String>, &[String]) {
    let token = |number: &u32| Some(format!("T{number}"));
    match did {
        ActV1::ServerStarted { .. } => ("server_started", None, &[]),
        ActV1::TokenCreated { token: number, .. } => ("token_created", token(number), &[]),
        ActV1::TokenRevoked { token: number, .. } => ("token_revoked", token(number), &[]),
        ActV1::RuleSaved { rule, .. } => ("rule_saved", Some(format!("R{rule}")), &[]),
        ActV1::RuleRetired { rule, .. } => ("rule_retired", Some(format!("R{rule}")), &[]),
        ActV1::PostmortemImported { postmortem, .. } => {
            ("postmortem_imported", Some(format!("OLD-{postmortem}")), &[])
        }
        ActV1::AttemptsRefused { addresses, .. } => ("attempts_refused", None, addresses),
    }
}

/// Whether nobody but us did it.
pub(super) const fn is_our_own(did: &ActV1) -> bool {
    matches!(did, ActV1::ServerStarted { .. } | ActV1::AttemptsRefused { .. })
}

pub(super) fn words(by: &str, did: &ActV1) -> String {
    match did {
        ActV1::ServerStarted { .. } => start_words(did),
        ActV1::TokenCreated { token, name, scope, expires_at } => {
            let end = expires_at.map_or_else(
                || "without end".to_owned(),
                |at| format!("until {}", rfc3339(Timestamp(at))),
            );
            format!("{by} made T{token} for {name}: {scope}, {end}")
        }
        ActV1::TokenRevoked { token, name, scope } => {
            format!("{by} revoked T{token} of {name} ({scope})")
        }
        ActV1::RuleSaved { rule, name } => format!("{by} set the rule R{rule}: {name}"),
        ActV1::RuleRetired { rule, name } => format!("{by} set the rule R{rule} aside: {name}"),
        ActV1::PostmortemImported { postmortem, name, digest } => {
            format!("{by} imported the post mortem OLD-{postmortem}, {name} (digest {digest})")
        }
        ActV1::AttemptsRefused {
            missing, unknown, expired, revoked, forbidden, unsigned, ..
        } => {
            let parts = [
                (missing, "without a token"),
                (unknown, "with one that is not known"),
                (expired, "with an expired one"),
                (revoked, "with a revoked one"),
                (forbidden, "with one for something else"),
                (unsigned, "without the right signature"),
            ];
            let parts = parts.iter().filter(|(n, _)| **n > 0);
            let parts: Vec<String> = parts.map(|(n, words)| format!("{n} {words}")).collect();
            format!("requests were refused: {}", parts.join(", "))
        }
    }
}

fn start_words(did: &ActV1) -> String {
    let ActV1::ServerStarted {
        version,
        listen,
        otlp_http,
        otlp_grpc,
        is_public,
        has_tls,
        loopback,
        tokens,
    } = did
    else {
        return String::new();
    };
    let place = |address: &Option<String>| address.clone().unwrap_or_else(|| "off".to_owned());
    let reach = if *is_public { "other machines can reach it" } else { "only this machine" };
    let tls = if *has_tls { "TLS" } else { "no TLS" };
    format!(
        "highwater {version} began to serve: API {}, OTLP HTTP {}, OTLP gRPC {}; {reach}, {tls}, \
         loopback {loopback}, {tokens} tokens of use",
        place(listen),
        place(otlp_http),
        place(otlp_grpc)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_sentences() {
        let refused = ActV1::AttemptsRefused {
            missing: 2,
            unknown: 1,
            expired: 0,
            revoked: 0,
            forbidden: 0,
            unsigned: 3,
            addresses: vec!["10.0.0.1".to_owned()],
        };
        assert_eq!(
            words("highwater", &refused),
            "requests were refused: 2 without a token, 1 with one that is not known, \
             3 without the right signature"
        );
        let (name, scope) = ("anna".to_owned(), "read".to_owned());
        let made = ActV1::TokenCreated { token: 1, name, scope, expires_at: None };
        assert_eq!(
            words("this machine", &made),
            "this machine made T1 for anna: read, without end"
        );
    }
}
