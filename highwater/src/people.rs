//! People around the services: what ownership files and calendars say, read again and again, and what is
//! known of it now.
//!
//! `places` is what settings name, `files` and `feeds` read it, `shelf` keeps the last good reading of a
//! calendar over a restart, and [`Known`] holds what the server and `doctor` ask.

mod feeds;
mod files;
mod known;
mod places;
mod shelf;

pub(crate) use files::{Content, FilesRead, read_place};
pub(crate) use known::{Asked, Facts, Known, covers};
pub(crate) use places::{FeedFrom, FeedSource, OwnershipPlace, PeopleSettings};
pub(crate) use shelf::Shelf;
