//! What the page of settings needs.

use super::Gathering;
use crate::backend::Failure;
use hw_api::Scope;
use hw_page::{Frame, Page, SettingsView};

/// Acts of administration that are shown, and events among which they are looked for.
const ACTS: usize = 12;
const ACTS_READ: u32 = 1_000;

impl Gathering<'_> {
    pub(super) fn settings(&self, frame: &Frame) -> Result<Page, Failure> {
        let is_admin = self.caller.scope.allows(Scope::Admin);
        let tokens = is_admin.then(|| self.keeper.tokens()).transpose()?;
        let mut audit = if is_admin { self.keeper.audit(0, ACTS_READ)? } else { Vec::new() };
        audit.reverse();
        audit.truncate(ACTS);
        let view = SettingsView {
            now: self.backend.now()?,
            services: self.backend.services()?,
            doors: self.backend.doors(),
            tokens,
            audit,
        };
        Ok(view.page(frame))
    }
}
