//! What people do with a post mortem: write a section of it, or move its review.

use crate::orders::{OrderFault, Orders, fault, optional_text, read_author, word};
use hw_incident::{AfterCommand, Command, Name, ReviewStatus, SECTION_MAX, Text};
use hw_report::SectionKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is wanted of a post mortem: to write a section (`section`, with `text` and `base`), or to move
/// its review (`status`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemBody {
    /// overview, happened, impact, detection, factors, beliefs, innocent, mitigation, surprises, luck,
    /// `went_well`, actions, data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// What is to stand there, in Markdown. Null or left out: what Highwater drafts, and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The version of the section that was read: if another wrote meanwhile, nothing is written. 0 if
    /// nobody had written.
    #[serde(default)]
    pub base: u64,
    /// draft, `in_review`, reviewed, closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Why, if it is not the usual way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

impl PostmortemBody {
    /// What it wants.
    ///
    /// # Errors
    ///
    /// If a field cannot be used, or nothing is wanted.
    pub fn read(&self) -> Result<Orders, OrderFault> {
        let written = self.section.as_deref().map(|section| self.written(section)).transpose()?;
        let moved = self.status.as_deref().map(|status| self.moved(status)).transpose()?;
        let commands: Vec<Command> = written.into_iter().chain(moved).map(Command::After).collect();
        if commands.is_empty() {
            return fault("say which section is written, or which status the review has now");
        }
        Ok(Orders { by: read_author(self.by.as_ref())?, at: None, commands })
    }

    fn written(&self, section: &str) -> Result<AfterCommand, OrderFault> {
        let words = SectionKind::ALL.map(SectionKind::word);
        let kind = word("section", section, SectionKind::from_word, &words)?;
        let text = self.text.as_deref().map(|text| Text::parse_up_to(text, SECTION_MAX));
        let text = text.transpose().map_err(|wrong| OrderFault(format!("text {wrong}")))?;
        let section = Name::recorded(kind.word());
        Ok(AfterCommand::WriteSection { section, text, base: self.base })
    }

    fn moved(&self, status: &str) -> Result<AfterCommand, OrderFault> {
        let words = ReviewStatus::ALL.map(ReviewStatus::word);
        let to = word("status of a review", status, ReviewStatus::from_word, &words)?;
        let reason = optional_text("reason", self.reason.as_ref())?;
        Ok(AfterCommand::MoveReview { to, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_written_by_their_words() {
        let body = PostmortemBody {
            section: Some("luck".to_owned()),
            text: Some("it was daytime".to_owned()),
            by: Some("Lea".to_owned()),
            ..PostmortemBody::default()
        };
        let orders = body.read().unwrap();
        assert!(matches!(
            orders.commands.as_slice(),
            [Command::After(AfterCommand::WriteSection { base: 0, text: Some(_), .. })]
        ));
        let unknown = PostmortemBody { section: Some("blame".to_owned()), ..body.clone() };
        assert!(unknown.read().unwrap_err().0.contains("is no section: overview"));
        let nothing = PostmortemBody { section: None, ..body.clone() };
        assert!(nothing.read().unwrap_err().0.contains("say which section"));
        let long = "x".repeat(SECTION_MAX + 1);
        let long = PostmortemBody { text: Some(long), ..body };
        assert!(long.read().unwrap_err().0.contains("letters"));
    }
}
