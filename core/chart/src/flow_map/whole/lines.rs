//! Hops without an element of their own: one path per caller and kind, so that a map of thousands of hops
//! stays a picture that a browser paints at once.

use super::super::HopState;
use super::super::chosen::Chosen;
use super::plan::Plan;
use crate::pen::Pen;
use crate::svg::Path;
use std::collections::BTreeMap;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// As usual, and on in its row.
    On,
    /// As usual, and back or to another row.
    Back,
    /// It changed, or carries on what changed.
    Changed,
}

/// More lines than this are faint, or names could not be read across them.
const FAINT_FROM: usize = 600;

/// The lines of callers.
#[derive(Debug)]
pub(crate) struct Lines {
    paths: BTreeMap<(Kind, usize), Path>,
    is_faint: bool,
}

impl Lines {
    /// The lines of hops that share one.
    pub(crate) fn new(chosen: &Chosen<'_>, plan: &Plan, is_shared: impl Fn(usize) -> bool) -> Self {
        let mut lines: BTreeMap<(Kind, usize), Path> = BTreeMap::new();
        for (number, (hop, edge)) in chosen.hops.iter().zip(&chosen.edges).enumerate() {
            let Some(way) = plan.way(number).filter(|_| is_shared(number)) else { continue };
            let kind = match hop.state {
                HopState::AsUsual if way.leads_on => Kind::On,
                HopState::AsUsual => Kind::Back,
                HopState::Changed | HopState::CarriedOn => Kind::Changed,
            };
            let path = lines.entry((kind, edge.from)).or_default();
            *path = way.line(std::mem::take(path));
        }
        Self { paths: lines, is_faint: chosen.hops.len() > FAINT_FROM }
    }

    /// Draws those of a kind.
    pub(crate) fn draw(&self, pen: &mut Pen<'_>, kind: Kind) {
        let inks = pen.inks;
        let (ink, width) = match kind {
            Kind::On => (inks.flow, 1.0),
            Kind::Back => (inks.ink2, 1.0),
            Kind::Changed => (inks.alarm, 1.4),
        };
        let opacity = match (kind, self.is_faint) {
            (Kind::On | Kind::Back, true) => "0.3",
            (Kind::On | Kind::Back, false) => "0.8",
            (Kind::Changed, _) => "1",
        };
        let mut own = self.paths.iter().filter(|((of, _), _)| *of == kind).peekable();
        if own.peek().is_none() {
            return;
        }
        let group = pen.svg.element("g").attr("class", "hops").attr("fill", "none");
        let group = group.attr("stroke", ink).num("stroke-width", width);
        group.attr("stroke-opacity", opacity).open();
        for (_, path) in own {
            pen.svg.element("path").attr("d", path.text()).end();
        }
        pen.svg.close();
    }
}
