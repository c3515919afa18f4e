//! Whether there is a display to open a window on.

/// Whether a window can be opened.
pub(crate) fn is_there() -> bool {
    let named = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

/// What to do where there is none.
pub(crate) const MISSING: &str = "There is no display here: neither DISPLAY nor WAYLAND_DISPLAY \
is set, so the window cannot be opened.
On a machine without one you can still
  cargo dev tour --out pictures   go through the window by itself and save every screen
  cargo dev bridge                use the interface in a browser
  cargo run --package cli -- --help   use the same commands without a window";
