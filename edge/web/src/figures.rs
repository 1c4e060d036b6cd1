//! Figures in the text format that Prometheus reads (version 0.0.4).
//!
//! Written by hand: the figures live as atomics in writer and receiver and as counters in the engine,
//! so a metrics crate would only be a second copy of them.

/// All samples of one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Name, with its unit.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub help: &'static str,
    /// How its samples move.
    pub kind: FamilyKind,
    /// Its samples.
    pub samples: Vec<Sample>,
}

/// How samples move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FamilyKind {
    /// They only grow.
    Counter,
    /// They go up and down.
    Gauge,
    /// They count what is not above an edge, each edge a sample.
    Histogram,
}

/// One number.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// What follows the name, for a part of a histogram.
    pub suffix: &'static str,
    /// Labels and their values.
    pub labels: Vec<(&'static str, String)>,
    /// The number.
    pub value: f64,
}

impl Family {
    /// A family of one number.
    #[must_use]
    pub fn one(name: &'static str, kind: FamilyKind, help: &'static str, value: f64) -> Self {
        Self { name, help, kind, samples: vec![Sample { suffix: "", labels: Vec::new(), value }] }
    }

    /// A family of one number per list of labels.
    #[must_use]
    pub fn many(
        name: &'static str,
        kind: FamilyKind,
        help: &'static str,
        samples: impl IntoIterator<Item = (Vec<(&'static str, String)>, f64)>,
    ) -> Self {
        let samples =
            samples.into_iter().map(|(labels, value)| Sample { suffix: "", labels, value });
        Self { name, help, kind, samples: samples.collect() }
    }

    /// A histogram: upper edges, how much fell up to each edge and above the last, and the sum of all.
    #[must_use]
    pub fn histogram(
        name: &'static str,
        help: &'static str,
        edges: &[f64],
        (buckets, sum): (&[u64], f64),
    ) -> Self {
        let mut n = 0;
        let mut samples = Vec::new();
        let edges = edges.iter().copied().chain([f64::INFINITY]);
        for (edge, bucket) in edges.zip(buckets) {
            n += bucket;
            let labels = vec![("le", number(edge))];
            samples.push(Sample { suffix: "_bucket", labels, value: n as f64 });
        }
        samples.push(Sample { suffix: "_sum", labels: Vec::new(), value: sum });
        samples.push(Sample { suffix: "_count", labels: Vec::new(), value: n as f64 });
        Self { name, help, kind: FamilyKind::Histogram, samples }
    }
}

/// The text of all families.
pub(crate) fn exposition(families: &[Family]) -> String {
    let mut text = String::new();
    for family in families {
        let Family { name, help, kind, samples } = family;
        let kind = match kind {
            FamilyKind::Counter => "counter",
            FamilyKind::Gauge => "gauge",
            FamilyKind::Histogram => "histogram",
        };
        text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
        for sample in samples {
            text.push_str(name);
            text.push_str(sample.suffix);
            write_labels(&mut text, &sample.labels);
            text.push_str(&format!(" {}\n", number(sample.value)));
        }
    }
    text
}

fn write_labels(text: &mut String, labels: &[(&'static str, String)]) {
    if labels.is_empty() {
        return;
    }
    for (place, (label, value)) in labels.iter().enumerate() {
        text.push(if place == 0 { '{' } else { ',' });
        text.push_str(label);
        text.push_str("=\"");
        for character in value.chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                '"' => text.push_str("\\\""),
                '\n' => text.push_str("\\n"),
                other => text.push(other),
            }
        }
        text.push('"');
    }
    text.push('}');
}

fn number(x: f64) -> String {
    if x == f64::INFINITY { "+Inf".to_owned() } else { x.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_outside_stay_inside_their_quotes() {
        let hop =
            vec![("caller", "a\"} 1\nhighwater_fake 2\\".to_owned()), ("entry", String::new())];
        let family = Family::many("x_total", FamilyKind::Counter, "Items.", [(hop, 3.0)]);
        assert_eq!(
            exposition(&[family]),
            "# HELP x_total Items.\n# TYPE x_total counter\n\
             x_total{caller=\"a\\\"} 1\\nhighwater_fake 2\\\\\",entry=\"\"} 3\n"
        );
    }

    #[test]
    fn buckets_of_a_histogram_hold_what_is_below_them() {
        let family = Family::histogram("t_seconds", "Times.", &[0.1, 0.5], (&[4, 2, 1], 1.75));
        let text = exposition(&[family]);
        let lines: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "t_seconds_bucket{le=\"0.1\"} 4",
                "t_seconds_bucket{le=\"0.5\"} 6",
                "t_seconds_bucket{le=\"+Inf\"} 7",
                "t_seconds_sum 1.75",
                "t_seconds_count 7",
            ]
        );
    }
}
