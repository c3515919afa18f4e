//! A text that must not be shown.

use std::fmt;

use zeroize::Zeroizing;

/// A secret text: wiped from memory when dropped, never printed.
///
/// There is no `Display`, and `Debug` shows only that a secret is there, so a secret cannot slip
/// into a log through a struct that holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over a secret text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself; the name is long so that every use stands out in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_inside_a_printed_struct_stays_hidden() {
        #[derive(Debug)]
        struct Account {
            #[expect(dead_code, reason = "only its printed form matters here")]
            token: Secret,
        }
        let account = Account {
            token: Secret::new("hunter2"),
        };
        assert_eq!(format!("{account:?}"), "Account { token: Secret(…) }");
        assert!(!format!("{account:#?}").contains("hunter2"));
    }
}
