//! What became known, event by event, as it was said then.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One event of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// Its place among those of its incident, counted from 1 without gaps; null if it is of none.
    pub seq: Option<u64>,
    /// Its place among all events.
    pub event: u64,
    /// The incident it belongs to.
    pub incident: Option<String>,
    /// What happened, as a word: `change_found`, `shift_detected`, `shift_ended`, `shift_accepted`,
    /// `shift_settled`, `origin_named`, `verdict_changed`, `effect_known`, `incident_ended`, `repair_seen`, `incident_merged`,
    /// `incident_opened`, `title_set`, `status_set`, `severity_set`, `role_taken`, `role_left`,
    /// `time_corrected`, `noted`, `reported`, `hypothesis_opened`,
    /// `hypothesis_ruled_out`, `mitigation_begun`, `mitigation_checked`, `handed_over`,
    /// `update_promised`, `wait_begun`, `amended`, `pinned`, `unpinned`, `action_added`, `action_changed`,
    /// `action_done`, `action_declined`, `action_reopened`, `action_tracked`, `issue_wanted`,
    /// `issue_stood`, `action_nudged`,
    /// `section_written`, `review_moved`, `figures_frozen`, `review_nudged`.
    /// In the audit: `server_started`, `token_created`, `token_revoked`, `rule_saved`, `rule_retired`,
    /// `attempts_refused`, `postmortem_imported`.
    pub kind: String,
    /// What it is on a timeline: alert, change, status, severity, role, note, observation, hypothesis,
    /// decision, action, check, communication, `follow_up`.
    pub timeline: String,
    /// Who: a name, or Highwater.
    pub by: String,
    /// machine (Highwater, or a program that writes by itself: Alertmanager), person.
    pub source: String,
    /// When it became known, in the time of the data.
    pub happened_at: String,
    /// When it was recorded, by this machine's clock.
    pub recorded_at: String,
    /// What it says, in a sentence.
    pub words: String,
    /// The change, shift or incident it speaks of.
    pub about: Option<String>,
    /// The verdict, effect, status or severity that it says, as a word; null if it says none.
    pub value: Option<String>,
    /// The facts it rests on.
    pub because: Vec<String>,
    /// What it said before it was amended, oldest first; left out if it was not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
    /// Whether it matters most; left out if it was not pinned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
}
