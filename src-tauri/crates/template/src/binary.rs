//! Which files are copied as they are because they are no text.

/// Endings of names that are taken for binary whatever the content is.
const ENDINGS: &str = " 3ds blend dae fbx glb stl usdz 7z bz2 cab gz jar lz lz4 lzma rar tar xz z \
    zip zst aac aif aiff alac ape flac m4a mid midi mp3 ogg opus wav wma dwg dwf dxb step stp class \
    dll o pyc pyo so wasm accdb db dbf mdb sqlite sqlite3 dmg img iso qcow2 vdi vhd vmdk doc docx \
    epub mobi odt pages pdf ppt pptx xls xlsx com exe msi bin fw rom eot otf ttc ttf woff woff2 gba \
    n64 nds nes pak sav sfc smc shp shx avif bmp cr2 cr3 dng gif heic heif ico jfif jp2 jpeg jpg \
    jxl nef orf png psd raw tif tiff webp xcf arrow avro fit fits hdf5 mat npy npz parquet pcap \
    pcapng avi flv m4v mkv mov mp4 mpeg mpg ogv webm wmv ";

/// The text of a file, `None` when the file is to be copied as it is.
///
/// The whole file decides (a NUL byte or broken UTF-8 makes it binary), not its first block: that
/// differs from the reference tool only where the reference leaves a text unrendered by mistake.
pub(crate) fn text<'a>(path: &str, bytes: &'a [u8]) -> Option<&'a str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    if ending.is_some_and(|ending| is_listed(&ending)) || bytes.contains(&0) {
        return None;
    }
    std::str::from_utf8(bytes).ok()
}

fn is_listed(ending: &str) -> bool {
    !ending.is_empty() && ending.is_ascii() && ENDINGS.split_whitespace().any(|one| one == ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_nul_bytes_and_broken_text_make_a_file_binary() {
        assert_eq!(text("a/b.PNG", b"text"), None);
        assert_eq!(text("a", b"a\0b"), None);
        assert_eq!(text("a", b"\xff"), None);
        assert_eq!(text("a.md", "é".as_bytes()), Some("é"));
        assert_eq!(text("PACK", b"PACK of cards"), Some("PACK of cards"));
        assert_eq!(text("png", b"x"), Some("x"));
    }
}
