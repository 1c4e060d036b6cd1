//! YAML as a tree of texts, bounded in size, depth and memory.
//!
//! The parser hands over events; the tree is built here, so that each node and each use of an anchor is
//! paid from one budget. An anchor that holds anchors that hold anchors ("a billion laughs") ends
//! after some megabytes with a refusal.
//!
//! Deliberately poor: keys and values are texts, tags are passed over, of two equal keys the first
//! counts, and merge keys (`<<`) mean nothing. Ownership files need no more.

use crate::came::Came;
use hw_model::plain;
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::BTreeMap;

/// Size of a file. Real ones have a few kilobytes.
pub const BYTES_MAX: usize = 1024 * 1024;
/// Nodes inside one another, through anchors, too.
const DEPTH_MAX: usize = 48;
/// Memory of all nodes of a file, each node counted as [`NODE_BYTES`] besides its text.
const MEMORY_BYTES_MAX: usize = 16 * 1024 * 1024;
const NODE_BYTES: usize = 64;

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileRefused {
    /// Something else came.
    #[error("expected {expected}, got {came}")]
    NotThat {
        /// What was expected.
        expected: &'static str,
        /// What came.
        came: Came,
    },
    /// It is larger than any real one.
    #[error("the file has more than {0} KiB")]
    TooLarge(usize),
    /// It has too many nodes once anchors are followed.
    #[error("the file unfolds to more than {} MiB", MEMORY_BYTES_MAX / (1024 * 1024))]
    TooMuch,
    /// Its nodes lie too deep inside one another.
    #[error("the file has more than {DEPTH_MAX} levels")]
    TooDeep,
    /// It is no YAML.
    #[error("the file is no YAML, from line {line} on: {why}")]
    NotYaml {
        /// The line.
        line: usize,
        /// What the parser says.
        why: String,
    },
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Node {
    /// Null, or nothing at all.
    #[default]
    Nothing,
    /// A scalar, whatever it might mean.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value of a key; nothing where this is no mapping.
    pub(crate) fn get(&self, key: &str) -> &Self {
        let Self::Map(pairs) = self else { return &Self::Nothing };
        pairs.iter().find(|(found, _)| found == key).map_or(&Self::Nothing, |(_, value)| value)
    }

    /// The text, if it is one and is not empty.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.trim().is_empty() => Some(text.trim()),
            Self::Text(_) | Self::Nothing | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// The pairs of a mapping.
    pub(crate) fn pairs(&self) -> &[(String, Self)] {
        match self {
            Self::Map(pairs) => pairs,
            Self::Nothing | Self::Text(_) | Self::List(_) => &[],
        }
    }
}

/// A node with what it costs and how deep it is.
#[derive(Clone, Debug, Default)]
struct Built {
    node: Node,
    cost: usize,
    depth: usize,
}

/// A list or mapping that is still open.
struct Open {
    is_map: bool,
    anchor: usize,
    built: Built,
    key: Option<String>,
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Built>,
    /// What everything costs so far.
    cost: usize,
}

/// The documents of a file.
pub(crate) fn documents(bytes: &[u8], expected: &'static str) -> Result<Vec<Node>, FileRefused> {
    if bytes.len() > BYTES_MAX {
        return Err(FileRefused::TooLarge(BYTES_MAX / 1024));
    }
    let came = Came::of(bytes);
    if !matches!(came, Came::Text(_) | Came::Json) {
        return Err(FileRefused::NotThat { expected, came });
    }
    let text = String::from_utf8_lossy(bytes);
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text.trim_start_matches('\u{feff}')) {
        let (event, _) = event.map_err(|error| FileRefused::NotYaml {
            line: error.marker().line(),
            why: plain(error.info(), 100),
        })?;
        builder.take(event)?;
    }
    Ok(builder.documents)
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), FileRefused> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_null =
                    style == ScalarStyle::Plain && matches!(text.as_ref(), "" | "~" | "null");
                let cost = NODE_BYTES + text.len();
                let node = if is_null { Node::Nothing } else { Node::Text(text.into_owned()) };
                self.put(Built { node, cost, depth: 1 }, anchor)
            }
            Event::Alias(anchor) => {
                // Paid before it is copied.
                self.pay(self.anchors.get(&anchor).map_or(0, |built| built.cost))?;
                let built = self.anchors.get(&anchor).cloned().unwrap_or_default();
                self.put(built, 0)
            }
            Event::SequenceStart(anchor, _) => self.begin(Node::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => self.begin(Node::Map(Vec::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                self.put(open.built, open.anchor)
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd => Ok(()),
            Event::DocumentStart(_) | Event::DocumentEnd => Ok(()),
        }
    }

    fn pay(&mut self, bytes: usize) -> Result<(), FileRefused> {
        self.cost += bytes;
        if self.cost > MEMORY_BYTES_MAX { Err(FileRefused::TooMuch) } else { Ok(()) }
    }

    fn begin(&mut self, node: Node, anchor: usize) -> Result<(), FileRefused> {
        if self.open.len() >= DEPTH_MAX {
            return Err(FileRefused::TooDeep);
        }
        let is_map = matches!(node, Node::Map(_));
        let built = Built { node, cost: NODE_BYTES, depth: 1 };
        self.open.push(Open { is_map, anchor, built, key: None });
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn put(&mut self, built: Built, anchor: usize) -> Result<(), FileRefused> {
        if built.depth + self.open.len() > DEPTH_MAX {
            return Err(FileRefused::TooDeep);
        }
        // What is inside a list or mapping was paid when it was put there.
        self.pay(match &built.node {
            Node::Text(_) => built.cost,
            Node::List(_) | Node::Map(_) | Node::Nothing => NODE_BYTES,
        })?;
        if anchor != 0 {
            self.pay(built.cost)?;
            self.anchors.insert(anchor, built.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(built.node);
            return Ok(());
        };
        open.built.cost += built.cost;
        open.built.depth = open.built.depth.max(built.depth + 1);
        match (&mut open.built.node, open.is_map, open.key.take()) {
            (Node::List(list), false, _) => list.push(built.node),
            (Node::Map(pairs), true, Some(key)) => pairs.push((key, built.node)),
            (_, _, _) => {
                let text = built.node.text().unwrap_or_default().to_owned();
                open.key = Some(text);
            }
        }
        Ok(())
    }
}
