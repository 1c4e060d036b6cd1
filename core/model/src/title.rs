//! Titles of incidents told as what was: an incident that is over does not go on in its title.
//!
//! Titles are made in `hw-diagnose`, once, and kept in the record as they were then, so what is told here knows
//! their forms. What people called an incident has none of these forms, and stays.

/// The title of an incident that is over, told as what was. What is not of Highwater's own form stays.
#[must_use]
pub fn past_title(title: &str) -> String {
    const FORMS: [(&[&str], &[&str]); 7] = [
        // First: a template may hold any words.
        (&[" logs \""], &[" logged \""]),
        (
            &[" passes ", " of what it receives; it usually passes "],
            &[" passed ", " of what it received; it usually passes "],
        ),
        (&[" answers \"", " of the time; usually "], &[" answered \"", " of the time; usually "]),
        (&[" of ", " fail; usually "], &[" of ", " failed; usually "]),
        (&[" take longer than ", "; usually "], &[" took longer than ", "; usually "]),
        (&[" receives ", " items/s; "], &[" received ", " items/s; "]),
        (&[" sends no telemetry any more"], &[" sent no telemetry"]),
    ];
    FORMS.iter().find_map(|(is, was)| retold(title, is, was)).unwrap_or_else(|| title.to_owned())
}

/// A text in which each part is told otherwise; `None` unless all of them stand in it, in order.
fn retold(text: &str, parts: &[&str], otherwise: &[&str]) -> Option<String> {
    let (mut told, mut rest) = (String::new(), text);
    for (part, other) in parts.iter().zip(otherwise) {
        let (before, after) = rest.split_once(part)?;
        told.push_str(before);
        told.push_str(other);
        rest = after;
    }
    told.push_str(rest);
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::past_title;

    #[test]
    fn what_is_over_is_told_as_what_was() {
        for (is, was) in [
            (
                "screening passes 100 % of what it receives; it usually passes half",
                "screening passed 100 % of what it received; it usually passes half",
            ),
            (
                "eligibility answers \"go\" 100 % of the time; usually half",
                "eligibility answered \"go\" 100 % of the time; usually half",
            ),
            (
                "12 % of the calls from a to b fail; usually 1 %",
                "12 % of the calls from a to b failed; usually 1 %",
            ),
            (
                "65 % of the calls of a take longer than p50 (27 ms); usually 43 %",
                "65 % of the calls of a took longer than p50 (27 ms); usually 43 %",
            ),
            (
                "a receives 4.0 items/s; more than the usual 2.0",
                "a received 4.0 items/s; more than the usual 2.0",
            ),
            ("a sends no telemetry any more", "a sent no telemetry"),
            (
                "a logs \"calls of <*> fail; usually <*>\"",
                "a logged \"calls of <*> fail; usually <*>\"",
            ),
            ("orders arrive twice", "orders arrive twice"),
        ] {
            assert_eq!(past_title(is), was);
        }
    }
}
