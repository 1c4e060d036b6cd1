//! The web pages: answers of the API in, HTML out.
//!
//! Read [`Place`] (which page an address means), [`Frame`] (what is the same on each) and one page. A page
//! is a list of regions with an id each, so that one region can be sent alone when it changed. Everything
//! stands in the HTML: the script only makes it quicker. Pictures are those of `hw-chart`.
//!
//! It deliberately does not know where answers come from, who may see them, and what HTTP is. It is to
//! `hw-web` what `hw-api` is: the form of its answers (docs/adr/0017).

mod asset;
mod bar;
mod clock;
mod figure;
mod form;
mod frame;
mod pages;
mod parts;
mod place;

pub use asset::{Asset, asset};
pub use clock::Clock;
pub use figure::{draw_for_page, draw_for_paper};
pub use frame::{Frame, Page, Region, Theme, Viewer};
pub use pages::*;
pub use place::{Place, Stretch};
