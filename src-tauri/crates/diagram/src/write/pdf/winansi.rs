//! The 8-bit code that every PDF reader knows: Latin letters and the usual signs.

/// The codes 0x80 to 0x9F; the space stands for codes without a character.
const UPPER: [char; 32] = [
    '€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ', ' ', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ',
];

/// The code of a character; none where it has none.
pub(super) fn code(character: char) -> Option<u8> {
    match character {
        ' '..='~' | '¡'..='¬' | '®'..='ÿ' => u8::try_from(u32::from(character)).ok(),
        other => {
            let at = UPPER.iter().position(|upper| *upper == other)?;
            u8::try_from(0x80 + at).ok()
        }
    }
}

/// The character of a code; none where it has none.
pub(super) fn character(code: u8) -> Option<char> {
    match code {
        0x20..=0x7E | 0xA1..=0xAC | 0xAE..=0xFF => Some(char::from(code)),
        0x80..=0x9F => Some(UPPER[usize::from(code) - 0x80]).filter(|upper| *upper != ' '),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_to_characters_and_back() {
        for number in 0..=255 {
            if let Some(found) = character(number) {
                assert_eq!(code(found), Some(number));
            }
        }
        assert_eq!(code('…'), Some(0x85));
        assert_eq!(code('→'), None);
        assert_eq!(code('\u{AD}'), None);
    }
}
