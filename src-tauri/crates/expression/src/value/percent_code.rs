//! Percent-encoding, with the characters each part of a URL may hold as they are.

pub(super) const PATH: &str = "-._~!$'()*,+&=;@:/";
pub(super) const QUERY: &str = "-._~!$'()*,+&=;@:/?";
pub(super) const USER: &str = "-._~!$'()*,+&=;:";

/// Percent-encodes what has to be, and decodes what need not have been.
pub(super) fn encoded(text: &str, safe: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let code = (byte == b'%').then(|| hex_pair(bytes, at + 1)).flatten();
        at += if code.is_some() { 3 } else { 1 };
        match code {
            Some(code) if is_plain(code, safe) && !matches!(code, b'/' | b'+') => {
                out.push(char::from(code));
            }
            Some(code) => push_code(&mut out, code),
            None if is_plain(byte, safe) => out.push(char::from(byte)),
            None => push_code(&mut out, byte),
        }
    }
    out
}

fn is_plain(byte: u8, safe: &str) -> bool {
    byte.is_ascii_alphanumeric() || safe.as_bytes().contains(&byte)
}

fn push_code(out: &mut String, byte: u8) {
    out.push('%');
    for half in [byte >> 4, byte & 15] {
        out.push(char::from_digit(u32::from(half), 16).map_or('0', |c| c.to_ascii_uppercase()));
    }
}

fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    u8::try_from(digit(at)? * 16 + digit(at + 1)?).ok()
}

pub(super) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%')
            .then(|| hex_pair(bytes, at + 1))
            .flatten();
        out.push(code.unwrap_or(bytes[at]));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}
