//! Reads format specifiers.

use super::Spec;
use crate::error::Fault;

/// A place in a specifier.
pub(super) struct Reader {
    pub(super) chars: Vec<char>,
    pub(super) at: usize,
}

impl Reader {
    fn take(&mut self, fits: impl Fn(char) -> bool) -> Option<char> {
        let found = self.chars.get(self.at).copied().filter(|c| fits(*c));
        self.at += usize::from(found.is_some());
        found
    }

    pub(super) fn spec(&mut self) -> Result<Spec, Fault> {
        let mut spec = Spec::default();
        let is_align = |c: Option<&char>| c.is_some_and(|c| matches!(c, '<' | '>' | '=' | '^'));
        if is_align(self.chars.get(1)) {
            spec.fill = self.take(|_| true);
        }
        if is_align(self.chars.get(self.at)) {
            spec.align = self.take(|_| true);
        }
        spec.sign = self.take(|c| matches!(c, '+' | '-' | ' '));
        spec.plain_zero = self.take(|c| c == 'z').is_some();
        spec.alternate = self.take(|c| c == '#').is_some();
        spec.zeros = self.take(|c| c == '0').is_some();
        spec.width = self.digits()?.unwrap_or(0);
        spec.grouping = self.take(|c| matches!(c, ',' | '_'));
        let other = spec
            .grouping
            .map(|first| if first == ',' { '_' } else { ',' });
        if other.is_some() && self.chars.get(self.at).copied() == other {
            return Err(Fault::new("Cannot specify both ',' and '_'."));
        }
        if self.take(|c| c == '.').is_some() {
            let precision = self.digits()?;
            let missing = || Fault::new("Format specifier missing precision");
            spec.precision = Some(precision.ok_or_else(missing)?);
        }
        spec.kind = self.take(|_| true);
        Ok(spec)
    }

    fn digits(&mut self) -> Result<Option<usize>, Fault> {
        let start = self.at;
        while self.take(|c| c.is_ascii_digit()).is_some() {}
        let digits: String = self.chars[start..self.at].iter().collect();
        if digits.is_empty() {
            return Ok(None);
        }
        let number = digits
            .parse::<i64>()
            .ok()
            .and_then(|number| usize::try_from(number).ok());
        let too_many = || Fault::new("Too many decimal digits in format string");
        number.map(Some).ok_or_else(too_many)
    }
}
