//! Every setting with its value, where that came from, and the reason for its default.

use super::access::{HOSTS, LOOPBACK, TLS_CERTIFICATE, TLS_KEY};
use super::hooks::hooks;
use super::keys::Keys;
use super::layers::{
    CLOCK, DATA, FALSE_ALARMS, File, ITEM_KEYS_MAX, LISTEN, Layered, OTLP_GRPC, OTLP_HTTP,
    SECONDS_DAYS, Setting, TOP_KEYS, WINDOW, WINDOWS_DAYS, variable,
};
use super::people::people;
use super::receivers::receivers;
use super::trackers::trackers;
use super::{Fault, ServeFlags, Settings, SettingsError};
use crate::people::PeopleSettings;
use crate::text::paragraph;
use std::fmt::Write;

/// Where what is said of people is explained.
const PEOPLE_PLACE: &str = "in the file only; docs/reference/people.md";

impl ServeFlags {
    /// The page of `highwater settings --explain`.
    pub(crate) fn explain(&self) -> Result<String, SettingsError> {
        // A file with a mistake in it is not explained.
        self.settings()?;
        let file = File::read(self.config.as_deref())?;
        self.page(&file).map_err(|fault| file.error(fault))
    }

    fn page(&self, file: &File) -> Result<String, Fault> {
        let mut page = Page { file, out: String::new() };
        page.add(&DATA, self.data.as_deref())?;
        page.add(&LISTEN, self.listen.as_deref())?;
        page.add(&OTLP_GRPC, self.otlp_grpc.as_deref())?;
        page.add(&OTLP_HTTP, self.otlp_http.as_deref())?;
        page.add(&WINDOW, self.window.as_deref())?;
        page.add(&CLOCK, self.clock.as_deref())?;
        page.add(&FALSE_ALARMS, None)?;
        page.add(&ITEM_KEYS_MAX, None)?;
        page.add(&WINDOWS_DAYS, None)?;
        page.add(&SECONDS_DAYS, None)?;
        page.add(&TLS_CERTIFICATE, self.tls_certificate.as_deref())?;
        page.add(&TLS_KEY, self.tls_key.as_deref())?;
        page.add(&LOOPBACK, None)?;
        page.add(&HOSTS, None)?;
        let top = Keys::of("", file.table(), TOP_KEYS)?;
        let receivers = receivers(&top)?.len();
        page.rules(
            "receivers",
            receivers,
            "Who is told of incidents, and how. None: who looks, sees.",
        );
        let trackers = trackers(&top)?.len();
        page.rules("trackers", trackers, TRACKERS);
        let hooks = hooks(&top)?;
        page.secret("hooks.slack_signing_secret", usize::from(hooks.slack.is_some()), SLACK);
        page.secret("hooks.mattermost_tokens", hooks.mattermost.len(), MATTERMOST);
        let settings = Settings::from_file(file)?;
        let (decisions, items) = (settings.decisions.len(), settings.items.len());
        page.rules("decisions", decisions, "Answers that telemetry does not show by itself.");
        page.rules("items", items, "Calls that carry many items, where no convention says so.");
        let repositories = settings.repositories.len();
        page.rules(
            "repositories",
            repositories,
            "Where the code of services is, if they do not say.",
        );
        page.people(&people(&top)?);
        Ok(page.out)
    }
}

const TRACKERS: &str = "Where action items stand as issues too; docs/reference/after.md. None: an item may \
                        name the address of one, which nobody looks at.";

const SLACK: &str = "Signing secret of the app whose slash command is posted to \
                     /api/v1/hooks/slack. None: commands of Slack are not taken, since nothing would \
                     prove who sent them.";

const MATTERMOST: &str = "Tokens of the slash commands that are posted to /api/v1/hooks/mattermost, \
                          each Mattermost's own. None: commands of Mattermost are not taken.";

struct Page<'a> {
    file: &'a File,
    out: String,
}

impl Page<'_> {
    fn add<T>(&mut self, setting: &Setting<T>, flag: Option<&str>) -> Result<(), Fault> {
        let Layered { text, origin, .. } = Layered::pick(setting, flag, self.file)?;
        let is_number = text.parse::<f64>().is_ok();
        let text = if is_number { text } else { format!("\"{text}\"") };
        self.line(&format!("{} = {text}", setting.key), &origin.to_string(), setting.reason);
        let flag = setting.flag.map_or_else(String::new, |flag| format!("{flag}, "));
        let place = format!("{flag}{}, or {} in the file", variable(setting.key), setting.key);
        self.out.push_str(&paragraph("    ", "    ", &place));
        self.out.push('\n');
        Ok(())
    }

    fn rules(&mut self, key: &str, n: usize, reason: &str) {
        self.line(&format!("[[{key}]]"), &format!("{n} in the file"), reason);
        self.out.push_str(&paragraph("    ", "    ", "in the file only; README, Options"));
        self.out.push('\n');
    }

    /// What is never shown: only how many there are.
    fn secret(&mut self, key: &str, n: usize, reason: &str) {
        let origin = match n {
            0 => "default".to_owned(),
            n => format!("{n} in the file"),
        };
        self.line(
            &format!("{key} = {}", if n == 0 { "none" } else { "(secret)" }),
            &origin,
            reason,
        );
        let place = "in the file only, as a text, { file = \"...\" } or { env = \"...\" }; \
                     docs/reference/messages.md";
        self.out.push_str(&paragraph("    ", "    ", place));
        self.out.push('\n');
    }

    fn people(&mut self, people: &PeopleSettings) {
        let reasons = [
            (
                "ownership",
                people.places.len(),
                "Where catalog-info.yaml, CODEOWNERS and opslevel.yml say \
              who owns a service: files, or folders of repositories. Read again every hour.",
            ),
            (
                "feeds",
                people.feeds.len(),
                "Calendars of who is on call, stands in, or is away: by address \
              or as a file. Fetched every hour: who is on call rarely changes more often, and whoever \
              serves the calendar is not troubled.",
            ),
        ];
        for (key, n, reason) in reasons {
            self.line(&format!("[[people.{key}]]"), &format!("{n} in the file"), reason);
            self.out.push_str(&paragraph("    ", "    ", PEOPLE_PLACE));
            self.out.push('\n');
        }
        let what = "[people] aliases, names, teams";
        let reason = "Other spellings of people, other names of services, and who is in a team. None are \
                      needed where all tools use the same names.";
        self.line(what, "in the file", reason);
        self.out.push_str(&paragraph("    ", "    ", PEOPLE_PLACE));
        self.out.push('\n');
    }

    fn line(&mut self, what: &str, origin: &str, reason: &str) {
        writeln!(self.out, "{what:<44} {origin}").expect("invariant: a string takes all");
        self.out.push_str(&paragraph("    ", "    ", reason));
    }
}
