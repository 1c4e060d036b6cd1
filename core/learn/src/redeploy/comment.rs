//! The evidence as a comment on a pull request, in Markdown.
//!
//! Names of services, versions and incidents come from outside: whatever could be markup, a mention or a
//! link in them is text.

use super::{Judged, Redeploy, RedeployState};
use hw_model::{Change, Timestamp, Verdict};

impl Redeploy {
    /// The comment. `shown` writes a time.
    #[must_use]
    pub fn comment(&self, shown: &dyn Fn(Timestamp) -> String) -> String {
        let mut text = format!("**{}**\n\n", self.headline());
        let version = self.change.to_version.as_deref().unwrap_or("this version");
        text.push_str(&format!(
            "{} {} was deployed at {} ({}) and rolled back at {} ({}).\n",
            line(&self.change.service),
            line(version),
            shown(self.change.at),
            self.change.id,
            shown(self.rollback.at),
            self.rollback.id
        ));
        for judged in self.judged.iter().filter(|it| it.verdict == Verdict::Exonerated) {
            text.push_str(&evidence(judged));
        }
        text.push_str(&format!("\n{} Times are UTC.\n", self.next(shown)));
        text
    }

    fn headline(&self) -> String {
        let incident = self.judged.first().map_or_else(String::new, |it| it.incident.to_string());
        let name = name(&self.change);
        match self.state {
            RedeployState::Waiting | RedeployState::Overtaken { .. } => {
                format!("{name} did not cause {incident}: it was rolled back and is innocent.")
            }
            RedeployState::Watched { .. } | RedeployState::Done { .. } => {
                format!("{name} did not cause {incident}, and runs again.")
            }
        }
    }

    /// What is to be done, or was.
    fn next(&self, shown: &dyn Fn(Timestamp) -> String) -> String {
        match self.state {
            RedeployState::Waiting => {
                "It can be deployed again. Highwater knows the version when it comes, \
                                       and watches for half an hour whether the trouble returns."
                    .to_owned()
            }
            RedeployState::Watched { again, at, until } => format!(
                "It was deployed again at {} ({again}), and is watched until {}.",
                shown(at),
                shown(until)
            ),
            RedeployState::Overtaken { by, at } => format!(
                "Another version of {} was deployed at {} ({by}). Whether it holds this change, the record \
                 does not know.",
                line(&self.change.service),
                shown(at)
            ),
            RedeployState::Done { again, at } => {
                format!(
                    "It was deployed again at {} ({again}), and no incident implicates it since.",
                    shown(at)
                )
            }
        }
    }
}

/// `router 2.0.0`.
fn name(change: &Change) -> String {
    let service = line(&change.service);
    match &change.to_version {
        Some(version) => format!("{service} {}", line(version)),
        None => format!("the deploy of {service}"),
    }
}

fn evidence(judged: &Judged) -> String {
    let mut text = format!(
        "\nIn {} (“{}”) the data exonerates it: the probability that it caused this is {:.2}.\n\n",
        judged.incident,
        line(&judged.title),
        judged.probability
    );
    for fact in &judged.because {
        text.push_str(&format!("- {}\n", line(fact)));
    }
    if let Some((service, confidence)) = &judged.origin {
        text.push_str(&format!(
            "\nIt most likely starts at {} ({:.0} % sure).\n",
            line(service),
            confidence * 100.0
        ));
    }
    text
}

/// A text on one line, of which nothing is markup.
fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    hw_model::markdown_text(&words.join(" "))
}
