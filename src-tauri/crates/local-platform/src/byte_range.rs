//! Parts of files that requests ask for: the header `Range`.

/// Part of a content: from a byte on, so many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ByteRange {
    pub(crate) start: u64,
    pub(crate) length: u64,
}

/// No byte of the content is in the asked range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsatisfiable;

impl ByteRange {
    /// Reads `bytes=a-b`, `bytes=a-` and `bytes=-n` for a content of `size` bytes. Nothing for what
    /// is no such range, such as several at once: the whole content is the answer to that.
    pub(crate) fn read(text: &str, size: u64) -> Result<Option<Self>, Unsatisfiable> {
        let Some((first, last)) = text
            .strip_prefix("bytes=")
            .and_then(|text| text.split_once('-'))
        else {
            return Ok(None);
        };
        let (first, last) = (first.trim(), last.trim());
        if first.is_empty() {
            return match last.parse::<u64>() {
                Ok(count) => from(size.saturating_sub(count), size, size).map(Some),
                Err(_) => Ok(None),
            };
        }
        let Ok(start) = first.parse::<u64>() else {
            return Ok(None);
        };
        let end = match last.parse::<u64>() {
            Ok(last) if last < start => return Ok(None),
            Ok(last) => last.saturating_add(1),
            Err(_) if last.is_empty() => size,
            Err(_) => return Ok(None),
        };
        from(start, end, size).map(Some)
    }

    /// The header `Content-Range` of an answer with this part.
    pub(crate) fn content_range(self, size: u64) -> String {
        let last = (self.start + self.length).saturating_sub(1);
        format!("bytes {}-{last}/{size}", self.start)
    }
}

fn from(start: u64, end: u64, size: u64) -> Result<ByteRange, Unsatisfiable> {
    let end = end.min(size);
    if start >= end {
        return Err(Unsatisfiable);
    }
    Ok(ByteRange {
        start,
        length: end - start,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_are_cut_to_the_content() {
        let read = |text: &str| {
            ByteRange::read(text, 10).map(|part| part.map(|part| (part.start, part.length)))
        };
        assert_eq!(read("bytes=2-"), Ok(Some((2, 8))));
        assert_eq!(read("bytes=2-4"), Ok(Some((2, 3))));
        assert_eq!(read("bytes=2-99"), Ok(Some((2, 8))));
        assert_eq!(read("bytes=-3"), Ok(Some((7, 3))));
        assert_eq!(read("bytes=-99"), Ok(Some((0, 10))));
        assert_eq!(read("bytes=10-"), Err(Unsatisfiable));
        assert_eq!(read("bytes=-0"), Err(Unsatisfiable));
        for whole in [
            "lines=1-2",
            "bytes=4-2",
            "bytes=1-2,4-5",
            "bytes=x-",
            "",
            "bytes=-",
        ] {
            assert_eq!(read(whole), Ok(None), "{whole}");
        }
        assert_eq!(ByteRange::read("bytes=0-", 0), Err(Unsatisfiable));
        assert_eq!(
            ByteRange {
                start: 2,
                length: 3
            }
            .content_range(10),
            "bytes 2-4/10"
        );
    }

    proptest! {
        #[test]
        fn a_part_is_never_empty_and_never_outside(text in "bytes=[0-9]{0,20}-[0-9]{0,20}|.*", size in any::<u64>()) {
            if let Ok(Some(part)) = ByteRange::read(&text, size) {
                prop_assert!(part.length > 0);
                prop_assert!(part.start.checked_add(part.length).is_some_and(|end| end <= size));
                let _ = part.content_range(size);
            }
        }
    }
}
