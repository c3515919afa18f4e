//! Query strings: pairs in order, encoded as the tools do.

/// An ordered list of `key=value` pairs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// A query without pairs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads an encoded query string.
    pub fn parse(text: &str) -> Self {
        let pairs = url::form_urlencoded::parse(text.trim_start_matches('?').as_bytes());
        Self {
            pairs: pairs.into_owned().collect(),
        }
    }

    /// Adds one pair.
    pub fn push(&mut self, key: &str, value: impl Into<String>) {
        self.pairs.push((key.to_owned(), value.into()));
    }

    /// Adds a pair if there is a value.
    pub fn push_some(&mut self, key: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.push(key, value);
        }
    }

    /// Adds one pair per value.
    pub fn push_all<V: Into<String>>(&mut self, key: &str, values: impl IntoIterator<Item = V>) {
        for value in values {
            self.push(key, value);
        }
    }

    /// The last value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs
            .iter()
            .rev()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a key, in order.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// A truth value in any spelling the tools use: 0, 1, true, false, any letter case.
    /// Another spelling gives the text back as the error.
    pub fn truth(&self, key: &str) -> Result<Option<bool>, String> {
        let Some(text) = self.get(key) else {
            return Ok(None);
        };
        match text.to_ascii_lowercase().as_str() {
            "1" | "true" => Ok(Some(true)),
            "0" | "false" => Ok(Some(false)),
            _ => Err(text.to_owned()),
        }
    }

    /// The pairs in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// True without pairs.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

impl std::fmt::Display for Query {
    /// Writes the encoded form, without a question mark.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut encoder = url::form_urlencoded::Serializer::new(String::new());
        encoder.extend_pairs(&self.pairs);
        out.write_str(&encoder.finish())
    }
}
