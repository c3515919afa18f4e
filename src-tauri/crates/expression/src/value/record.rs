//! Records: contexts with fixed fields.

use super::Value;

/// One field of a [`Record`].
#[derive(Debug, Clone, PartialEq)]
pub struct RecordField {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Whether it is derived from other fields; such fields are read by name but not printed.
    pub computed: bool,
}

/// A value with fixed fields that are read with a dot: `flow`, `volumes.data`, `needs.build`.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    type_name: String,
    fields: Vec<RecordField>,
    refusal: Option<String>,
}

impl Record {
    /// Makes a record without fields; the type's name is what messages show (`VolumeCtx`).
    pub fn new(type_name: impl Into<String>) -> Self {
        Self {
            type_name: type_name.into(),
            fields: Vec::new(),
            refusal: None,
        }
    }

    /// Makes a record that answers every access with this error (`git` outside of a repository).
    pub fn refusing(type_name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            refusal: Some(message.into()),
            ..Self::new(type_name)
        }
    }

    /// Adds a field.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.push(RecordField {
            name: name.into(),
            value: value.into(),
            computed: false,
        });
        self
    }

    /// Adds a field that is derived from others.
    #[must_use]
    pub fn computed(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.push(RecordField {
            name: name.into(),
            value: value.into(),
            computed: true,
        });
        self
    }

    /// The name of the type.
    #[must_use]
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// All fields.
    #[must_use]
    pub fn fields(&self) -> &[RecordField] {
        &self.fields
    }

    /// What every access is answered with, if this record refuses.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .map(|field| &field.value)
    }
}
