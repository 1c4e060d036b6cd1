//! The pages: each says what it shows as one struct of answers, and draws it.

mod actions;
mod changes;
mod flow;
mod hop;
mod incident;
mod incidents;
mod knowledge;
mod now;
mod of_service;
mod problem;
mod record;
mod review;
mod rules;
mod search;
mod secret;
mod settings;
mod story;
mod timeline;

pub use actions::ActionsView;
pub use changes::{ChangeView, ChangesView};
pub use flow::FlowView;
pub use hop::HopView;
pub use incidents::IncidentsView;
pub use knowledge::KnowledgeView;
pub use now::NowView;
pub use of_service::ServiceView;
pub use problem::{ProblemView, SentField};
pub use record::RecordView;
pub use review::{DrawnSection, ReviewView};
pub use rules::{ProposalView, RuleView, RulesView};
pub use search::SearchView;
pub use secret::secret_page;
pub use settings::SettingsView;
pub use story::StoryView;
pub use timeline::TimelineView;
