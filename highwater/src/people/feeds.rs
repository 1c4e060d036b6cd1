//! The bytes of a calendar, from where settings say it is.

use super::files::bytes_of;
use super::places::{FeedFrom, FeedSource};
use hw_notify::Courier;
use hw_roster::FEED_BYTES_MAX;

impl FeedSource {
    /// Fetches or reads the calendar. What is wrong is said without its address: a token may be in it.
    pub(crate) fn bytes(&self, courier: &Courier) -> Result<Vec<u8>, String> {
        match &self.from {
            FeedFrom::Url(url) => courier
                .fetch(url, &self.allow_private, FEED_BYTES_MAX)
                .map_err(|error| error.to_string()),
            FeedFrom::File(path) => {
                let said = |why| format!("{}: {why}", path.display());
                bytes_of(path, FEED_BYTES_MAX).map_err(said)
            }
        }
    }
}
