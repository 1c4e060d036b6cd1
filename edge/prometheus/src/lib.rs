//! Our rules in the words of Prometheus: a rule file, and a file for `promtool test rules` that is written
//! from what was recorded.
//!
//! Read [`contract`] (the metrics that rules rest on; the server exports them), [`expression()`] (a rule as
//! PromQL), [`RuleFile`] and [`test_file`]. What is written is valid for Prometheus 2.42 and newer: no
//! `query_offset`, no labels of groups. Names came from outside: each is escaped for the language it stands in,
//! of which there are up to three around it.
//!
//! It deliberately does not know where rules and counts are kept, and never talks to a Prometheus.

pub mod contract;
mod expression;
mod rule_file;
mod scrapes;
mod test_file;
mod text;

pub use expression::expression;
pub use rule_file::{RuleFile, alert_name};
pub use test_file::{NoTest, TestFile, test_file};
