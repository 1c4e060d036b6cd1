//! Words of a text with their places. Code and addresses hold no words.

/// A word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Its letters, small, with plain apostrophes.
    pub(super) word: String,
    /// Where it begins: a byte of the text.
    pub(super) from: usize,
    /// Where it ends.
    pub(super) to: usize,
    /// The sentence in which it stands.
    pub(super) sentence: usize,
}

/// The words of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut reader = Reader { text, at: 0, sentence: 0 };
    while let Some(token) = reader.next() {
        tokens.push(token);
    }
    tokens
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    sentence: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<Token> {
        loop {
            let letter = self.rest().chars().next()?;
            if letter == '`' {
                self.skip_code();
            } else if is_word(letter) {
                let from = self.at;
                let length = word_length(self.rest());
                self.at += length;
                if self.rest().starts_with("://") {
                    self.skip_address();
                    continue;
                }
                let word = self.text.get(from..self.at)?;
                let word = word.replace('\u{2019}', "'").to_lowercase();
                return Some(Token { word, from, to: self.at, sentence: self.sentence });
            } else {
                self.sentence += usize::from(self.ends_sentence(letter));
                self.at += letter.len_utf8();
            }
        }
    }

    /// Whether a sentence ends with a letter. A line that is broken goes on in the next; a list, a heading or an
    /// empty line begins something new.
    fn ends_sentence(&self, letter: char) -> bool {
        match letter {
            '.' | '!' | '?' | ';' | '|' => true,
            '\n' => {
                let after = self.rest().trim_start_matches('\n').trim_start_matches([' ', '\t']);
                self.rest().starts_with("\n\n") || after.starts_with(['-', '*', '+', '#', '>', '|'])
            }
            _ => false,
        }
    }

    /// Code goes to the same number of ticks, or is no code.
    fn skip_code(&mut self) {
        let ticks: String = self.rest().chars().take_while(|letter| *letter == '`').collect();
        let inside = self.at + ticks.len();
        let end = self.text.get(inside..).unwrap_or_default().find(&ticks);
        self.at = end.map_or(inside, |end| inside + end + ticks.len());
    }

    fn skip_address(&mut self) {
        let end =
            self.rest().find(|letter: char| letter.is_whitespace() || ")>\"".contains(letter));
        self.at = end.map_or(self.text.len(), |end| self.at + end);
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric()
}

/// Bytes of the word that a text begins with. Hyphens and apostrophes within it belong to it.
fn word_length(text: &str) -> usize {
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        let joins = matches!(letter, '-' | '\'' | '\u{2019}' | '_');
        let goes_on = || {
            let after = text.get(at + letter.len_utf8()..).unwrap_or_default();
            after.chars().next().is_some_and(is_word)
        };
        if is_word(letter) || (joins && goes_on()) {
            end = at + letter.len_utf8();
        } else {
            break;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_places_and_sentences_and_code_has_none() {
        let text = "Bob\u{2019}s re-deploy. See `should have` at https://x.example/root-cause now ```a\nb``` end";
        let words: Vec<(String, usize)> =
            tokens(text).into_iter().map(|token| (token.word, token.sentence)).collect();
        let expect =
            [("bob's", 0), ("re-deploy", 0), ("see", 1), ("at", 1), ("now", 1), ("end", 1)];
        assert_eq!(words, expect.map(|(word, sentence)| (word.to_owned(), sentence)));
        for token in tokens(text) {
            assert!(text.is_char_boundary(token.from) && text.is_char_boundary(token.to));
        }
        assert_eq!(tokens("a ` b").len(), 2, "a tick without its partner is no code");
    }
}
