//! What became of one attempt to tell somebody.

use crate::plain_text::one_line;

/// What became of one attempt. Reasons hold no bodies, no secrets and no addresses with tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver took it.
    Delivered,
    /// Some of those behind the receiver got it and others did not. Trying again would tell the
    /// first twice, so it counts as delivered; somebody should see the reason.
    DeliveredInPart {
        /// Who did not get it, and why.
        reason: String,
    },
    /// Not now; trying again may help.
    Later {
        /// What happened.
        reason: String,
        /// How long the receiver asked to wait, in seconds.
        after_s: Option<u32>,
        /// True if the receiver may have taken it all the same: the request had left.
        may_have_arrived: bool,
    },
    /// The receiver said no, or it must not be asked; trying again would not help.
    Refused {
        /// What happened, and what to do.
        reason: String,
    },
}

impl Outcome {
    /// Nothing left this machine.
    pub(crate) fn not_sent(reason: impl AsRef<str>) -> Self {
        Self::Later {
            reason: one_line(reason.as_ref(), 300),
            after_s: None,
            may_have_arrived: false,
        }
    }

    /// The request left, and what became of it is not known.
    pub(crate) fn unknown(reason: impl AsRef<str>) -> Self {
        Self::Later {
            reason: one_line(reason.as_ref(), 300),
            after_s: None,
            may_have_arrived: true,
        }
    }

    pub(crate) fn refused(reason: impl AsRef<str>) -> Self {
        Self::Refused { reason: one_line(reason.as_ref(), 300) }
    }
}
