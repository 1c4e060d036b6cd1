//! What a person should repair in a file or a feed, in sentences.
//!
//! The first ones are said, each once; of the others only their number is, so that a broken feed of a
//! hundred thousand events has a page that can be read.

use hw_model::plain;

/// Troubles that are said one by one.
const TROUBLES_MAX: usize = 20;
/// Characters of a name from outside.
const NAME_CHARS_MAX: usize = 60;

/// What went wrong, each kind once, the first ones in words.
#[derive(Default)]
pub(crate) struct Troubles {
    said: Vec<String>,
    n_more: usize,
}

impl Troubles {
    /// A trouble with something that has a name from outside.
    pub(crate) fn add(&mut self, what: &str, name: &str, why: &str) {
        self.say(format!("The {what} \"{}\" {why}.", plain(name, NAME_CHARS_MAX)));
    }

    /// A trouble in a sentence of our own.
    pub(crate) fn say(&mut self, sentence: String) {
        if self.said.contains(&sentence) {
            return;
        }
        if self.said.len() < TROUBLES_MAX {
            self.said.push(sentence);
        } else {
            self.n_more += 1;
        }
    }

    /// The sentences; the last one says how many were left out.
    pub(crate) fn said(mut self) -> Vec<String> {
        if self.n_more > 0 {
            self.said.push(format!("And {} more like these.", self.n_more));
        }
        self.said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_said_once_and_what_is_too_much_is_counted() {
        let mut troubles = Troubles::default();
        for n in 0..25 {
            troubles.add("event", &format!("\u{1b}{n}"), "is odd");
            troubles.add("event", "0", "is odd");
        }
        let said = troubles.said();
        assert_eq!((said.len(), said[0].as_str()), (21, "The event \"0\" is odd."));
        assert_eq!(said[20], "And 5 more like these.");
    }
}
