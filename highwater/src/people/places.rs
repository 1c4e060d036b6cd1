//! What settings say about people: other spellings, teams, where owners and calendars stand.

use hw_notify::Secret;
use hw_people::{Aliases, Owner, Teams, is_same_team};
use hw_roster::Feed;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What settings say about people.
#[derive(Clone, Debug, Default)]
pub(crate) struct PeopleSettings {
    pub aliases: Aliases,
    pub teams: Teams,
    /// Names in files, and the services they are.
    pub names: BTreeMap<String, String>,
    pub places: Vec<OwnershipPlace>,
    pub feeds: Vec<FeedSource>,
}

/// Where owners stand: a file, or the folder of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnershipPlace {
    pub path: PathBuf,
    /// Services, and their path in the repository: what CODEOWNERS is asked for.
    pub services: BTreeMap<String, String>,
}

/// A calendar, and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct FeedSource {
    pub feed: Feed,
    /// The team for whose services it is, beside those that the feed names.
    pub team: Option<String>,
    pub from: FeedFrom,
    /// Hosts of the own network that may be asked.
    pub allow_private: Vec<String>,
}

/// Where the bytes of a calendar come from.
#[derive(Clone, Debug)]
pub(crate) enum FeedFrom {
    Url(Secret),
    File(PathBuf),
}

impl PeopleSettings {
    /// Whether there is anything to read.
    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty() && self.feeds.is_empty()
    }

    /// Services that settings name.
    pub(crate) fn services(&self) -> impl Iterator<Item = &String> {
        let of_files = self.places.iter().flat_map(|place| place.services.keys());
        let of_feeds = self.feeds.iter().flat_map(|source| &source.feed.services);
        self.names.values().chain(of_files).chain(of_feeds)
    }
}

impl FeedSource {
    /// Whether the calendar is for a service with these owners.
    pub(crate) fn is_for(&self, service: &str, owners: &[Owner]) -> bool {
        let Some(team) = &self.team else { return self.feed.is_for(service) };
        self.feed.services.iter().any(|of| of == service)
            || owners.iter().any(|owner| is_same_team(owner.owner.name(), team))
    }
}
