//! The terminal this program runs in.

use contract::TerminalSize;

/// A terminal that hands over every key as it is pressed, until this is dropped.
pub(crate) struct Screen {
    #[cfg(unix)]
    before: rustix::termios::Termios,
}

#[cfg(unix)]
impl Screen {
    /// Makes the terminal raw; nothing where the input is none.
    pub(crate) fn raw() -> Option<Self> {
        use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
        let input = rustix::stdio::stdin();
        let before = tcgetattr(input).ok()?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(input, OptionalActions::Now, &raw).ok()?;
        Some(Self { before })
    }

    /// Its size, or a usual one.
    pub(crate) fn size() -> TerminalSize {
        let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok();
        let size = size.filter(|size| size.ws_col > 0 && size.ws_row > 0);
        size.map_or(USUAL, |size| TerminalSize {
            columns: size.ws_col,
            rows: size.ws_row,
        })
    }
}

#[cfg(unix)]
impl Drop for Screen {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // A terminal that is gone need not be mended.
        let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &self.before);
    }
}

#[cfg(not(unix))]
impl Screen {
    pub(crate) fn raw() -> Option<Self> {
        None
    }

    pub(crate) fn size() -> TerminalSize {
        USUAL
    }
}

/// The size of a terminal that does not tell it.
const USUAL: TerminalSize = TerminalSize {
    columns: 80,
    rows: 24,
};
