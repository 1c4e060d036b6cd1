//! The pages: each says what it shows as one struct of answers, and draws it.

mod incident;
mod now;
mod problem;
mod secret;
mod story;

pub use now::NowView;
pub use problem::{ProblemView, SentField};
pub use secret::secret_page;
pub use story::StoryView;
