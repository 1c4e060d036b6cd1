//! Who says something, to which server, when.

use super::super::change::new_key;
use super::super::format::FormatFlag;
use crate::client::{Api, ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::text::timeline;
use anyhow::{Context, bail};
use clap::Args;
use hw_model::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::str::FromStr;

/// Who says it, and where.
#[derive(Debug, Args)]
pub(in super::super) struct Who {
    /// Who says it [default: the name you are logged in with].
    #[arg(long = "as", value_name = "NAME", env = "HIGHWATER_USER")]
    name: Option<String>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    pub format: FormatFlag,
}

/// A time as people say it in an incident.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum When {
    /// An instant.
    At(Timestamp),
    /// Seconds from now, negative for the past.
    FromNow(f64),
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let length = text.strip_prefix(['-', '+']).filter(|rest| !rest.is_empty());
        if let Some(length) = length {
            let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
            return seconds(length).map(|length| Self::FromNow(sign * length)).ok_or_else(|| {
                format!("\"{text}\" is no length of time, such as -15m, +2h or -7d")
            });
        }
        hw_api::instant(text).map(Self::At).ok_or_else(|| {
            format!("\"{text}\" is no time: give -15m, 2026-11-22T06:44:00Z, or Unix seconds")
        })
    }
}

/// A length of time; a day is one of 24 hours.
fn seconds(length: &str) -> Option<f64> {
    let days = [("d", 1), ("w", 7)].into_iter().find_map(|(unit, days)| {
        let n: u16 = length.strip_suffix(unit)?.parse().ok()?;
        Some(f64::from(n) * f64::from(days) * 86_400.0)
    });
    let parsed = || length.parse().ok().map(|length: jiff::SignedDuration| length.as_secs_f64());
    days.or_else(parsed)
}

impl When {
    /// The instant, as the API takes it. What is now, the server says.
    pub(in super::super) fn shown(&self, api: &Api) -> anyhow::Result<String> {
        let at = match self {
            Self::At(at) => *at,
            Self::FromNow(seconds) => now(api)?.plus_s(*seconds),
        };
        Ok(hw_api::rfc3339(at))
    }
}

/// What is now for the server: by its clock, or by that of its data.
pub(in super::super) fn now(api: &Api) -> anyhow::Result<Timestamp> {
    let page: Value = api.get("/api/v1/now")?;
    let is_data = page.get("clock").and_then(Value::as_str) == Some("data");
    if !is_data {
        return Ok(crate::server::wall());
    }
    let now = page.get("now").and_then(Value::as_str).and_then(hw_api::instant);
    now.context("the server's data says no time yet: give the time itself instead of a length")
}

impl Who {
    pub(in super::super) fn api(&self) -> anyhow::Result<Api> {
        self.server.api()
    }

    /// Who says it, as the server is told: nobody if a token says it.
    pub(in super::super) fn by(&self) -> anyhow::Result<Option<String>> {
        if self.name.is_none() && self.server.has_token() {
            Ok(None)
        } else {
            self.name().map(Some)
        }
    }

    /// The name of who says it.
    fn name(&self) -> anyhow::Result<String> {
        let logged_in =
            || ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|key| std::env::var(key).ok());
        match self.name.clone().or_else(logged_in).filter(|name| !name.trim().is_empty()) {
            Some(name) => Ok(name),
            None => bail!("say who you are, with --as NAME or $HIGHWATER_USER"),
        }
    }

    /// Posts to an incident, and prints what was written.
    pub(in super::super) fn post(
        &self,
        incident: &str,
        what: &str,
        body: &impl Serialize,
    ) -> anyhow::Result<Exit> {
        let path = format!("/api/v1/incidents/{}/{what}", percent_encoded(incident));
        let body = serde_json::to_value(body).context("failed to write the request")?;
        let answer = self.api()?.post(&path, &body, &new_key()?)?;
        self.format.print(&answer, || timeline::done(&answer))?;
        Ok(Exit::Fine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_may_be_days() {
        let seconds = |text: &str| match text.parse() {
            Ok(When::FromNow(seconds)) => Some(seconds),
            Ok(When::At(_)) | Err(_) => None,
        };
        assert_eq!(
            ["-15m", "+2h", "-7d", "-1d"].map(seconds),
            [Some(-900.0), Some(7_200.0), Some(-604_800.0), Some(-86_400.0)]
        );
        assert_eq!(["-d", "-99999999d", "-x", "-", "--5d"].map(seconds), [None; 5]);
    }
}
