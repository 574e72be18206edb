//! How many bytes a file has once it is unpacked, without unpacking it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::source::Packing;

/// Bytes at the end of a gzip file that state the unpacked size.
const GZIP_SIZE: i64 = 4;
/// The size stated by gzip is the remainder by this.
const GZIP_WRAP: u64 = 1 << 32;
/// Bytes at the start of a zstd file that hold its header.
const ZSTD_HEADER: u64 = 18;

/// The unpacked size as far as the file tells: of gzip that of its last member, of zstd that of its first frame.
/// Good enough for time left and the size of pieces, and for nothing else.
pub(super) fn unpacked(path: &Path, packing: Packing) -> Option<u64> {
    let mut file = File::open(path).ok()?;
    let packed = file.metadata().ok()?.len();
    match packing {
        Packing::Plain => Some(packed),
        Packing::Gzip => {
            file.seek(SeekFrom::End(-GZIP_SIZE)).ok()?;
            let mut stated = [0; GZIP_SIZE as usize];
            file.read_exact(&mut stated).ok()?;
            Some(whole(u64::from(u32::from_le_bytes(stated)), packed))
        }
        Packing::Zstd => {
            let mut header = Vec::new();
            file.take(ZSTD_HEADER).read_to_end(&mut header).ok()?;
            zstd::zstd_safe::get_frame_content_size(&header).ok()?
        }
    }
}

/// The size stated by gzip, with the wraps that make it larger than what it was packed into.
fn whole(stated: u64, packed: u64) -> u64 {
    if stated >= packed {
        return stated;
    }
    stated + (packed - stated).div_ceil(GZIP_WRAP) * GZIP_WRAP
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn each_packing_tells_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let text = b"customer,amount\nA,1\n".repeat(1_000);
        let packed = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&text).unwrap();
        let size = Some(text.len() as u64);
        assert_eq!(unpacked(&packed("a.csv", &text), Packing::Plain), size);
        assert_eq!(unpacked(&packed("a.csv.gz", &gzip.finish().unwrap()), Packing::Gzip), size);
        let zstd = zstd::bulk::compress(&text, 3).unwrap();
        assert_eq!(unpacked(&packed("a.csv.zst", &zstd), Packing::Zstd), size);
        // A frame written by a stream does not state its size.
        let stream = zstd::stream::encode_all(text.as_slice(), 3).unwrap();
        assert_eq!(unpacked(&packed("b.csv.zst", &stream), Packing::Zstd), None);
        assert_eq!(unpacked(&packed("short.gz", b"abc"), Packing::Gzip), None);
    }

    #[test]
    fn a_gzip_of_more_than_four_gigabytes_is_larger_than_its_remainder() {
        assert_eq!(whole(10, 100), GZIP_WRAP + 10);
        assert_eq!(whole(100, 100), 100);
    }
}
