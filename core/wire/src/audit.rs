//! Acts of administration, as the record keeps them: who let whom in, and how the server stood.

use serde::{Deserialize, Serialize};

/// What was done, or how the server stood. Times are nanoseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum ActV1 {
    /// The server began to serve.
    ServerStarted {
        /// Its version.
        version: String,
        /// Where the API answers.
        listen: Option<String>,
        /// Where OTLP comes in over HTTP.
        otlp_http: Option<String>,
        /// Where OTLP comes in over gRPC.
        otlp_grpc: Option<String>,
        /// Whether one of them can be reached from other machines.
        is_public: bool,
        /// Whether all of them speak TLS.
        has_tls: bool,
        /// What loopback may do without a token: open, tokens.
        loopback: String,
        /// Tokens that open something.
        tokens: u32,
    },
    /// A token was made.
    TokenCreated {
        /// Its number.
        token: u32,
        /// Who or what got it.
        name: String,
        /// ingest, read, respond, admin.
        scope: String,
        /// When it ends.
        expires_at: Option<i64>,
    },
    /// A token was revoked.
    TokenRevoked {
        /// Its number.
        token: u32,
        /// Who or what had it.
        name: String,
        /// ingest, read, respond, admin.
        scope: String,
    },
    /// A rule was set.
    RuleSaved {
        /// Its number.
        rule: u32,
        /// What it is called.
        name: String,
    },
    /// A rule was set aside: it is not watched any more.
    RuleRetired {
        /// Its number.
        rule: u32,
        /// What it is called.
        name: String,
    },
    /// A post mortem that was written elsewhere was imported.
    PostmortemImported {
        /// Its number.
        postmortem: u32,
        /// The name of its file.
        name: String,
        /// Of what is kept of it, in hexadecimal.
        digest: String,
    },
    /// Requests were not admitted, since the last event of this kind or the start.
    AttemptsRefused {
        /// Without a token.
        missing: u64,
        /// With one that is not known.
        unknown: u64,
        /// With one that had expired.
        expired: u64,
        /// With one that was revoked.
        revoked: u64,
        /// With one that is for something else.
        forbidden: u64,
        /// Messages without a signature, or with a wrong one.
        #[serde(default, skip_serializing_if = "is_none")]
        unsigned: u64,
        /// From where; some of them, if there were many.
        addresses: Vec<String>,
    },
}

/// Whether there was none: then it is left out, as before it could be there.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_none(n: &u64) -> bool {
    *n == 0
}
