//! `highwater token`: who may ask a server, and for what.

use super::format::FormatFlag;
use super::listing::Listing;
use crate::administration::{Act, Done, carry_out, listed, random};
use crate::client::{ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::server::wall;
use crate::settings::FlagError;
use crate::text::answers;
use anyhow::Context;
use clap::{Args, Subcommand};
use hw_api::{CreatedToken, Scope, WantedToken, rfc3339};
use hw_model::Timestamp;
use hw_store::{Folder, Store};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Make, list and revoke the tokens by which people and machines are let in.
///
/// A server that only this machine can reach needs none. One that others can reach lets nobody in
/// without: services send with an ingest token, people read with read, act with respond, and admins
/// make tokens. Commands show the token in HIGHWATER_TOKEN.
#[derive(Debug, Args)]
pub(crate) struct TokenCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Create(Create),
    /// List all tokens, revoked and expired ones too. Never their text.
    List(Listing),
    Revoke(Revoke),
}

/// Make a token, and print it: this once, it is kept nowhere.
///
/// The server is asked, which needs a token of an admin, or this machine while there never was one.
/// With --data the token is made in the folder of a server that does not run: so the first one is made
/// for a server that others can reach, and another when the last one of an admin ended or was lost.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater token create --name anna --scope respond --expires 90d
  highwater token create --name services --scope ingest > ingest.token
  highwater token create --data /var/lib/highwater --name me --scope admin

What a service then needs:
  OTEL_EXPORTER_OTLP_HEADERS=\"authorization=Bearer TOKEN\"

The token alone goes to stdout, what is said of it to stderr.")]
struct Create {
    /// Who or what gets it: it stands beside what is done with it in incidents and with tokens. Of a
    /// change told and of a shift accepted the record does not say by whom.
    #[arg(long)]
    name: String,

    /// What it is for: ingest sends telemetry and nothing else; read reads; respond reads, and does
    /// what people do in an incident; admin may everything.
    #[arg(long, value_parser = scope)]
    scope: Scope,

    /// After how long it ends: 90d, 12h [default: it does not].
    #[arg(long, value_name = "LENGTH", value_parser = length_s)]
    expires: Option<f64>,

    /// Folder of a server that does not run, instead of asking one that does.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

/// Revoke a token: the next request with it is refused.
#[derive(Debug, Args)]
struct Revoke {
    /// The token's number, such as T1.
    #[arg(value_name = "TOKEN")]
    id: String,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

fn scope(word: &str) -> Result<Scope, String> {
    let words = Scope::ALL.map(Scope::word);
    Scope::from_word(word).ok_or_else(|| crate::settings::unknown(word, &words))
}

/// Seconds of `90d`, `12h`, `30m`.
fn length_s(text: &str) -> Result<f64, String> {
    const YEARS_100_S: f64 = 36_525.0 * 86_400.0;
    let units = [("d", 86_400.0), ("h", 3_600.0), ("m", 60.0)];
    let read = units.into_iter().find_map(|(unit, length)| {
        let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
        Some(f64::from(number) * length).filter(|seconds| (1.0..=YEARS_100_S).contains(seconds))
    });
    read.ok_or_else(|| "give a length such as 90d, 12h or 30m".to_owned())
}

impl TokenCommand {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            Verb::Create(create) => create.run(),
            Verb::List(list) => list.print("/api/v1/tokens", answers::tokens),
            Verb::Revoke(revoke) => revoke.run(),
        }
    }
}

impl Create {
    fn run(self) -> anyhow::Result<Exit> {
        let expires_at = self.expires.map(|seconds| wall().plus_s(seconds));
        let created = match &self.data {
            Some(folder) => json!(self.in_folder(folder, expires_at)?),
            None => self.at_server(expires_at)?,
        };
        let secret = created.get("secret").and_then(Value::as_str).unwrap_or_default();
        let token = created.get("token").cloned().unwrap_or_default();
        anstream::eprint!("{}", answers::tokens(std::slice::from_ref(&token)));
        anstream::eprintln!("This is shown once. Send it as `Authorization: Bearer ...`.");
        self.format.print(&created, || format!("{secret}\n"))?;
        Ok(Exit::Fine)
    }

    fn at_server(&self, expires_at: Option<Timestamp>) -> anyhow::Result<Value> {
        let body = json!({
            "name": self.name,
            "scope": self.scope.word(),
            "expires_at": expires_at.map(rfc3339),
        });
        let api = self.server.api()?;
        Ok(api.post_without_key("/api/v1/tokens", &body)?)
    }

    /// Makes it in a folder that no server has.
    fn in_folder(&self, folder: &Path, end: Option<Timestamp>) -> anyhow::Result<CreatedToken> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > 200 || !name.chars().all(hw_model::is_plain) {
            let why = "--name must have 1 to 200 letters, and no control characters";
            return Err(FlagError(why.to_owned()).into());
        }
        let mut store = Store::open(Folder::take(folder)?)?;
        let random = random().context("failed to get random numbers")?;
        let wanted = WantedToken { name: self.name.clone(), scope: self.scope, expires_at: end };
        let act = Act::Create { wanted, random };
        // Who can write to the folder is whom it belongs to: no name is more certain.
        let by = "whoever has the data folder";
        match store.group(|group| carry_out(group, (&act, by), wall()))? {
            Done::Created(grant, secret) => {
                Ok(CreatedToken { token: listed(&grant), secret: secret.reveal() })
            }
            Done::Full => anyhow::bail!(FlagError("there are as many tokens as may be".to_owned())),
            Done::Revoked(_)
            | Done::Noted(_)
            | Done::NoToken
            | Done::Rule(_)
            | Done::NoRule
            | Done::Stood => {
                anyhow::bail!("what was done is not what was wanted")
            }
        }
    }
}

impl Revoke {
    fn run(self) -> anyhow::Result<Exit> {
        let path = format!("/api/v1/tokens/{}", percent_encoded(&self.id));
        let token = self.server.api()?.delete(&path)?;
        self.format.print(&token, || answers::tokens(std::slice::from_ref(&token)))?;
        Ok(Exit::Fine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_a_unit_and_an_end() {
        assert_eq!(length_s("90d"), Ok(7_776_000.0));
        assert_eq!(length_s("12h"), Ok(43_200.0));
        assert_eq!(length_s("30m"), Ok(1_800.0));
        for wrong in ["", "d", "0d", "-1d", "1w", "90", "99999999d", "4294967296m"] {
            assert!(length_s(wrong).is_err(), "{wrong}");
        }
    }
}
