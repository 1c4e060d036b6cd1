//! Readers of what other tools say about people: ownership files and calendar feeds.
//!
//! From bytes to the words of `hw_people`: owners from Backstage's catalog, CODEOWNERS and OpsLevel;
//! turns and absences from iCal feeds, with who is on call when. All of it comes from outside, so
//! every reader has limits, says what it left out, and never panics.
//!
//! It deliberately does not know where bytes come from (it fetches nothing), what time it is, the
//! machine's time zone, and who knows a service best.

mod came;
mod feed;
mod ical;
mod kept;
mod ownership;
mod roster;
mod troubles;
mod who;

pub use came::Came;
pub use feed::{Feed, FeedCounts, FeedKind, FeedRead, Turn, read_feed};
pub use ical::{FEED_BYTES_MAX, FeedRefused};
pub use kept::{Kept, Trouble};
pub use ownership::{
    CATALOG_BYTES_MAX, CODEOWNERS_BYTES_MAX, CodeOwners, FileRefused, Listing, ListingsRead,
    Naming, OwnerLine, Ownership, Unmatched, read_catalog, read_opslevel,
};
pub use roster::Roster;
