//! What a browser remembers for its reader: the token, a name, colours, a time zone, and what was just done.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use hw_chart::Zone;
use hw_page::Theme;

/// The token of who signed in.
pub(crate) const TOKEN: &str = "highwater_token";
const NAME: &str = "highwater_name";
const THEME: &str = "highwater_theme";
const ZONE: &str = "highwater_zone";
const KEYS: &str = "highwater_keys";
const SAID: &str = "highwater_said";

/// A year.
const KEPT_S: u32 = 31_536_000;
/// A sentence about what was done is for the next page.
const SAID_S: u32 = 30;
/// Letters of it that a cookie holds.
const SAID_MAX: usize = 900;
/// Letters of a name.
const NAME_MAX: usize = 100;
/// Minutes that a zone lies off UTC at most.
const ZONE_MINUTES_MAX: i32 = 18 * 60;

/// How the reader wants pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// Their name, if they gave one.
    pub name: Option<String>,
    pub theme: Theme,
    pub zone: Zone,
    pub has_keys: bool,
    /// What was just done.
    pub said: Option<String>,
}

impl Wishes {
    /// Reads them. What cannot be read is as if it were not there.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let minutes = cookie(headers, ZONE).and_then(|text| text.parse().ok()).unwrap_or(0);
        Self {
            name: cookie(headers, NAME)
                .map(|name| hw_model::plain(name.trim(), NAME_MAX))
                .filter(|name| !name.is_empty()),
            theme: cookie(headers, THEME)
                .and_then(|word| Theme::from_word(&word))
                .unwrap_or_default(),
            zone: zone(minutes),
            has_keys: cookie(headers, KEYS).as_deref() != Some("off"),
            said: cookie(headers, SAID)
                .map(|said| hw_model::plain(&said, SAID_MAX))
                .filter(|said| !said.is_empty()),
        }
    }
}

/// A zone so many minutes off UTC. It is called by that: which place it is of nobody asked.
fn zone(minutes: i32) -> Zone {
    let minutes = minutes.clamp(-ZONE_MINUTES_MAX, ZONE_MINUTES_MAX);
    Zone { offset_s: 60 * minutes, name: String::new() }
}

/// The value of a cookie, decoded.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(known, _)| *known == name)?;
    let mut decoded = form_urlencoded::parse(value.as_bytes());
    decoded.next().map(|(text, _)| text.into_owned())
}

/// Keeps a name.
pub(crate) fn keep_name(name: &str) -> HeaderValue {
    set(NAME, &hw_model::plain(name.trim(), NAME_MAX), KEPT_S, "")
}

/// Keeps how pages look.
pub(crate) fn keep_look(theme: Theme, has_keys: bool) -> [HeaderValue; 2] {
    let keys = if has_keys { "on" } else { "off" };
    [set(THEME, theme.word(), KEPT_S, ""), set(KEYS, keys, KEPT_S, "")]
}

/// Keeps a token where no script sees it, until the browser is closed.
pub(crate) fn keep_token(token: &str, has_tls: bool) -> HeaderValue {
    let secure = if has_tls { "; Secure" } else { "" };
    header(format!("{TOKEN}={}; Path=/; HttpOnly; SameSite=Strict{secure}", encoded(token)))
}

/// Forgets it.
pub(crate) fn forget_token() -> HeaderValue {
    set(TOKEN, "", 0, "; HttpOnly")
}

/// Says something on the next page.
pub(crate) fn say(words: &str) -> HeaderValue {
    set(SAID, &hw_model::plain(words, SAID_MAX), SAID_S, "; HttpOnly")
}

/// It was said.
pub(crate) fn said() -> HeaderValue {
    set(SAID, "", 0, "; HttpOnly")
}

fn set(name: &str, value: &str, seconds: u32, more: &str) -> HeaderValue {
    let value = encoded(value);
    header(format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Strict{more}"))
}

fn encoded(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

fn header(text: String) -> HeaderValue {
    // Encoded values have no letter that a header may not have.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// Puts cookies into an answer.
pub(crate) fn put(headers: &mut HeaderMap, cookies: impl IntoIterator<Item = HeaderValue>) {
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(text: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_str(text).unwrap());
        headers
    }

    #[test]
    fn wishes_are_read_whatever_stands_there() {
        let read = Wishes::read(&headers(
            "a=b; highwater_name=Ann%20B%C3%A9; highwater_zone=-210; highwater_theme=dark",
        ));
        assert_eq!(read.name.as_deref(), Some("Ann B\u{e9}"));
        assert_eq!((read.zone.offset_s, read.theme, read.has_keys), (-12_600, Theme::Dark, true));
        let odd = Wishes::read(&headers(
            "highwater_name=%00%ff; highwater_zone=9999999; highwater_theme=<b>; highwater_keys=off",
        ));
        assert_eq!((odd.zone.offset_s, odd.theme, odd.has_keys), (64_800, Theme::System, false));
        assert_eq!(Wishes::read(&HeaderMap::new()).zone.offset_s, 0);
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let said = say("one; two=three, \"four\" \u{e9}");
        let pair = said.to_str().unwrap().split(';').next().unwrap().to_owned();
        let read = Wishes::read(&headers(&pair));
        assert_eq!(read.said.as_deref(), Some("one; two=three, \"four\" \u{e9}"));
    }
}
