//! Arguments of a Python function: by position or by name.

use minijinja::value::Kwargs;
use minijinja::{Error, ErrorKind, Value};

/// Arguments in the order of the parameters; `None` where nothing was given.
pub(super) struct Arguments(Vec<Option<Value>>);

impl Arguments {
    /// Binds what a method was given; named arguments stand in the last value.
    pub(super) fn bind(function: &str, given: &[Value], names: &[&str]) -> Result<Self, Error> {
        match given.split_last() {
            Some((last, rest)) if last.is_kwargs() => {
                Self::named(function, rest, &Kwargs::try_from(last.clone())?, names)
            }
            _ => Self::positional(function, given, names),
        }
    }

    /// Binds what a filter was given.
    pub(super) fn named(
        function: &str,
        given: &[Value],
        named: &Kwargs,
        names: &[&str],
    ) -> Result<Self, Error> {
        let mut bound = Self::positional(function, given, names)?;
        for (at, name) in names.iter().enumerate().filter(|(_, name)| named.has(name)) {
            bound.0[at] = Some(named.get::<Value>(name)?);
        }
        named.assert_all_used()?;
        Ok(bound)
    }

    fn positional(function: &str, given: &[Value], names: &[&str]) -> Result<Self, Error> {
        if given.len() > names.len() {
            return Err(Error::new(
                ErrorKind::TooManyArguments,
                format!("{function}() takes at most {} arguments", names.len()),
            ));
        }
        let mut bound: Vec<Option<Value>> = given.iter().cloned().map(Some).collect();
        bound.resize(names.len(), None);
        Ok(Self(bound))
    }

    pub(super) fn get(&self, at: usize) -> Option<&Value> {
        self.0
            .get(at)?
            .as_ref()
            .filter(|value| !value.is_undefined())
    }

    /// A text that has to be given.
    pub(super) fn text(&self, at: usize) -> Result<String, Error> {
        let value = self
            .get(at)
            .ok_or_else(|| Error::from(ErrorKind::MissingArgument))?;
        Ok(super::python::text(value))
    }

    pub(super) fn text_or(&self, at: usize, default: &str) -> String {
        self.given(at)
            .map_or_else(|| default.to_owned(), super::python::text)
    }

    /// A whole number or its default.
    pub(super) fn whole_or(&self, at: usize, default: i64) -> Result<i64, Error> {
        self.given(at).map_or(Ok(default), |value| {
            value
                .as_i64()
                .or_else(|| value.is_true().then_some(1))
                .ok_or_else(|| {
                    Error::new(
                        ErrorKind::InvalidOperation,
                        format!("{value} is no whole number"),
                    )
                })
        })
    }

    pub(super) fn flag_or(&self, at: usize, default: bool) -> bool {
        self.get(at).map_or(default, Value::is_true)
    }

    /// The argument unless it is missing or `none`.
    pub(super) fn given(&self, at: usize) -> Option<&Value> {
        self.get(at).filter(|value| !value.is_none())
    }
}
