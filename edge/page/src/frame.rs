//! What is the same on every page, and how a page is put together.

use crate::asset::{SCRIPT, STYLE, address, later_modules};
use crate::bar;
use crate::clock::Clock;
use crate::place::Place;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Light or dark, if the reader chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the reader's system is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Its word in a form and a cookie.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark].into_iter().find(|theme| theme.word() == word)
    }
}

/// Who looks at a page, and how they want it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Their name, if it is known: what they do is written under it.
    pub name: Option<String>,
    /// Whether the name is that of their token, and cannot be another.
    pub is_signed_in: bool,
    /// Whether they may do what people do in an incident.
    pub may_respond: bool,
    /// Whether they may make tokens.
    pub may_admin: bool,
    /// Light or dark.
    pub theme: Theme,
    /// Whether single keys do something.
    pub has_keys: bool,
}

/// What is the same on every page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Which page it is.
    pub place: Place,
    /// Who looks.
    pub viewer: Viewer,
    /// Their clock.
    pub clock: Clock,
    /// Number of the last event: a form that is sent twice from one page is done once.
    pub event: u64,
    /// What was just done, in a sentence.
    pub said: Option<String>,
}

impl Frame {
    /// A word that is another for who looks otherwise: whoever follows a page asks anew when it changes.
    fn who(&self) -> String {
        let hash = blake3::hash(format!("{:?} {:?}", self.viewer, self.clock.zone).as_bytes());
        hash.to_hex().chars().take(8).collect()
    }
}

/// A part of a page that can be sent alone.
#[derive(Clone, Debug)]
pub struct Region {
    /// Its id in the page.
    pub id: &'static str,
    /// Classes that say how it stands in the page.
    pub class: &'static str,
    /// What stands in it.
    pub body: Markup,
}

impl Region {
    /// A region.
    pub(crate) const fn new(id: &'static str, class: &'static str, body: Markup) -> Self {
        Self { id, class, body }
    }

    /// The whole element.
    #[must_use]
    pub fn html(&self) -> Markup {
        html! { section id=(self.id) class=(self.class) { (self.body) } }
    }
}

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its title, without the name of the product.
    pub title: String,
    /// The page above it.
    pub up: Option<Place>,
    /// Whether it changes while somebody looks.
    pub is_live: bool,
    /// What stands in it.
    pub regions: Vec<Region>,
}

impl Page {
    /// A number that is another whenever what stands in it is.
    #[must_use]
    pub fn version(&self) -> String {
        let mut hash = blake3::Hasher::new();
        hash.update(self.title.as_bytes());
        for region in &self.regions {
            hash.update(region.html().into_string().as_bytes());
        }
        hash.finalize().to_hex().chars().take(16).collect()
    }

    /// The whole document.
    #[must_use]
    pub fn html(&self, frame: &Frame) -> String {
        let viewer = &frame.viewer;
        let theme = Some(viewer.theme).filter(|theme| *theme != Theme::System).map(Theme::word);
        let keys = (!viewer.has_keys).then_some("off");
        let live = self.is_live.then(|| self.live(frame));
        let up = self.up.as_ref().map(Place::href);
        let page = html! {
            (DOCTYPE)
            html lang="en" data-theme=[theme] data-keys=[keys] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · Highwater" }
                    link rel="stylesheet" href=(address(STYLE));
                    link rel="icon" type="image/svg+xml" href=(address("mark.svg"));
                    @for module in later_modules() { link rel="modulepreload" href=(module); }
                    script type="module" src=(address(SCRIPT)) {}
                }
                body data-live=[live] data-up=[up] data-zone=(frame.clock.zone.offset_s / 60) {
                    a class="skip" href="#main" { "Skip to the page" }
                    (bar::bar(frame, self.is_live))
                    main id="main" tabindex="-1" class="page" {
                        @if let Some(said) = &frame.said { p class="said" role="status" { (said) } }
                        @for region in &self.regions { (region.html()) }
                    }
                    div id="toasts" aria-live="polite" {}
                    script type="application/json" id="palette" { (PreEscaped(bar::palette(frame))) }
                }
            }
        };
        page.into_string()
    }

    /// Where its changes come from.
    fn live(&self, frame: &Frame) -> String {
        let asks = [("at", frame.place.href()), ("w", frame.who()), ("v", self.version())];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(asks).finish();
        format!("/live?{query}")
    }
}
