//! The list itself: many small numbers, packed and compressed (TSL 4.1, 4.2).

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read};

use flate2::read::ZlibDecoder;
use serde_json::{Map, Value};

use crate::base::base64url;

/// The most that a list may decompress to: 134 million one-bit statuses. A list of a hundred million
/// is the largest that TSL's size comparison (appendix B) considers.
pub const MOST_BYTES: usize = 16 << 20;
/// Lists are kept in blocks of so many bytes. Memory that grows while its size is unknown is twice as large
/// in the end, and an allocator that is asked to make it smaller need not.
const BLOCK: usize = 64 << 10;

/// Statuses by index.
pub struct Statuses {
    bits: u8,
    /// Each of [`BLOCK`] bytes but the last.
    blocks: Vec<Box<[u8]>>,
    length: usize,
}

impl Statuses {
    /// From the `status_list` object of a token: `bits`, and `lst` in base64url of ZLIB (RFC 1950). No
    /// more than [`MOST_BYTES`] is ever decompressed.
    ///
    /// # Errors
    /// One [`StatusesFault`] per way to be malformed.
    pub fn from_json(status_list: &Map<String, Value>) -> Result<Self, StatusesFault> {
        let bits = status_list.get("bits").and_then(Value::as_u64);
        Self::unpack(bits, || {
            let text = status_list.get("lst").and_then(Value::as_str).ok_or(StatusesFault::Encoding)?;
            base64url::decode(text).map(Cow::Owned).map_err(|_| StatusesFault::Encoding)
        })
    }

    /// From `bits` and `lst` of a token, ZLIB (RFC 1950) without any encoding. No more than [`MOST_BYTES`] is ever
    /// decompressed.
    ///
    /// # Errors
    /// One [`StatusesFault`] per way to be malformed.
    pub fn unpack<'c>(
        bits: Option<u64>,
        compressed: impl FnOnce() -> Result<Cow<'c, [u8]>, StatusesFault>,
    ) -> Result<Self, StatusesFault> {
        let bits = match bits {
            Some(1) => 1,
            Some(2) => 2,
            Some(4) => 4,
            Some(8) => 8,
            _ => return Err(StatusesFault::Bits),
        };
        let blocks = decompressed(&compressed()?)?;
        let length = blocks.iter().map(|block| block.len()).sum();
        Ok(Self { bits, blocks, length })
    }

    /// The status at `index`, counted from 0; `None` past the end. Index `i` stands in the `bits` bits
    /// from bit `i * bits` on, bytes in order, bits from the least significant up.
    pub fn at(&self, index: u64) -> Option<u8> {
        let per_byte = 8 / self.bits;
        let byte = usize::try_from(index / u64::from(per_byte)).ok()?;
        let byte = *self.blocks.get(byte / BLOCK)?.get(byte % BLOCK)?;
        let place = u8::try_from(index % u64::from(per_byte)).ok()?;
        Some((byte >> (place * self.bits)) & (u8::MAX >> (8 - self.bits)))
    }

    /// How much memory it takes, but for a few bytes for each block.
    pub fn bytes(&self) -> usize {
        self.length
    }
}

/// Where somebody's index points is nobody else's concern, and lists are long.
impl fmt::Debug for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Statuses({} bits each, {} bytes)", self.bits, self.length)
    }
}

/// Why a list cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusesFault {
    /// `bits` is missing or none of these.
    #[error("`bits` of the status list is not 1, 2, 4 or 8")]
    Bits,
    /// `lst` is missing or malformed.
    #[error("`lst` of the status list is not unpadded base64url (as CWT: not a byte string)")]
    Encoding,
    /// Not ZLIB, cut off, damaged, or followed by something else.
    #[error("`lst` of the status list is not ZLIB data (RFC 1950)")]
    Compression,
    /// A decompression bomb, or more than anybody needs.
    #[error("the status list is longer than {MOST_BYTES} bytes when decompressed")]
    TooLong,
}

fn decompressed(compressed: &[u8]) -> Result<Vec<Box<[u8]>>, StatusesFault> {
    let mut stream = ZlibDecoder::new(compressed);
    let mut blocks: Vec<Box<[u8]>> = Vec::new();
    let mut block = vec![0; BLOCK];
    loop {
        let filled = fill(&mut stream, &mut block).map_err(|_| StatusesFault::Compression)?;
        if filled > 0 && blocks.len() == MOST_BYTES / BLOCK {
            return Err(StatusesFault::TooLong);
        }
        if filled > 0 {
            blocks.push(block[..filled].into());
        }
        if filled < BLOCK {
            break;
        }
    }
    if usize::try_from(stream.total_in()) != Ok(compressed.len()) {
        return Err(StatusesFault::Compression);
    }
    Ok(blocks)
}

/// Reads until `block` is full or nothing comes; how much came.
fn fill(stream: &mut impl Read, block: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < block.len() {
        match stream.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, ZlibEncoder};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::sdjwt::testing::object;

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn list(bits: &Value, compressed: &[u8]) -> Result<Statuses, StatusesFault> {
        Statuses::from_json(&object(json!({"bits": bits, "lst": base64url::encode(compressed)})))
    }

    #[test]
    fn req_7_10_bits_are_read_from_the_least_significant_up() {
        let read = |bits: u8, bytes: &[u8]| {
            let statuses = list(&json!(bits), &zlib(bytes)).unwrap();
            (0..).map_while(|index| statuses.at(index)).collect::<Vec<_>>()
        };
        assert_eq!(read(1, &[0xb9]), [1, 0, 0, 1, 1, 1, 0, 1]);
        assert_eq!(read(2, &[0xc9]), [1, 2, 0, 3]);
        assert_eq!(read(4, &[0xc9, 0x01]), [9, 12, 1, 0]);
        assert_eq!(read(8, &[0xc9, 0x01]), [201, 1]);
    }

    #[test]
    fn req_7_11_past_the_end_is_nothing() {
        for (bits, last) in [(1, 15), (2, 7), (4, 3), (8, 1)] {
            let statuses = list(&json!(bits), &zlib(&[0, 0])).unwrap();
            assert_eq!(statuses.at(last), Some(0), "{bits}");
            for beyond in [last + 1, u64::from(u32::MAX), u64::MAX] {
                assert_eq!(statuses.at(beyond), None, "{bits}");
            }
        }
        assert_eq!(list(&json!(1), &zlib(&[])).unwrap().at(0), None);
    }

    #[test]
    fn req_7_9_only_four_sizes_exist() {
        for bits in [1, 2, 4, 8] {
            assert!(list(&json!(bits), &zlib(&[1])).is_ok(), "{bits}");
        }
        for wrong in [json!(0), json!(3), json!(16), json!(-1), json!("1"), json!(1.5), json!(null)] {
            assert_eq!(list(&wrong, &zlib(&[1])).unwrap_err(), StatusesFault::Bits, "{wrong}");
        }
        let no_bits = Statuses::from_json(&object(json!({"lst": base64url::encode(zlib(&[1]))})));
        assert_eq!(no_bits.unwrap_err(), StatusesFault::Bits);
    }

    #[test]
    fn req_7_9_only_zlib_in_base64url_is_read() {
        let good = zlib(&[1, 2, 3]);
        let raw = {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&[1, 2, 3]).unwrap();
            encoder.finish().unwrap()
        };
        let mut damaged = good.clone();
        *damaged.last_mut().unwrap() ^= 1;
        let cut_off = &good[..good.len() - 1];
        let followed = [&good[..], &[0]].concat();
        for wrong in [&raw[..], &damaged, cut_off, &followed, &[], b"hello"] {
            assert_eq!(list(&json!(1), wrong).unwrap_err(), StatusesFault::Compression, "{wrong:?}");
        }
        for wrong in [json!("eNrbuRgAAhcBXQ=="), json!("eNrb uRgAAhcBXQ"), json!(3), json!(null)] {
            let fault = Statuses::from_json(&object(json!({"bits": 1, "lst": wrong}))).unwrap_err();
            assert_eq!(fault, StatusesFault::Encoding);
        }
        assert!(list(&json!(1), &good).is_ok());
    }

    #[test]
    fn req_7_10_a_status_is_found_on_either_side_of_the_end_of_a_block() {
        for length in [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 7] {
            let bytes: Vec<u8> = (0..length).map(|place| u8::try_from(place % 251).unwrap()).collect();
            let statuses = list(&json!(8), &zlib(&bytes)).unwrap();
            assert_eq!(statuses.bytes(), length);
            for place in
                [0, BLOCK - 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK, length - 1, length]
            {
                let index = u64::try_from(place).unwrap();
                assert_eq!(statuses.at(index), bytes.get(place).copied(), "{place} of {length}");
            }
        }
    }

    #[test]
    fn req_7_9_a_gigabyte_in_disguise_is_not_unpacked() {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![0; 1 << 20];
        for _ in 0..MOST_BYTES >> 20 {
            encoder.write_all(&zeros).unwrap();
        }
        let most = encoder.finish().unwrap();
        assert_eq!(list(&json!(1), &most).unwrap().bytes(), MOST_BYTES);
        // The compressed form repeats itself, so a gigabyte is made of stored copies of one block.
        let gigabyte = bomb();
        assert!(gigabyte.len() < 4 << 20);
        assert_eq!(list(&json!(1), &gigabyte).unwrap_err(), StatusesFault::TooLong);
    }

    /// Zeros without end, as one encoder flushes them: each mebibyte is the same bytes again.
    fn bomb() -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![0; 1 << 20];
        encoder.write_all(&zeros).unwrap();
        encoder.flush().unwrap();
        let first = encoder.get_ref().len();
        encoder.write_all(&zeros).unwrap();
        encoder.flush().unwrap();
        let again = encoder.get_ref()[first..].to_vec();
        let mut bytes = encoder.get_ref()[..first].to_vec();
        for _ in 0..1023 {
            bytes.extend_from_slice(&again);
        }
        bytes
    }

    proptest! {
        #[test]
        fn req_7_10_agrees_with_counting_single_bits(
            bytes in proptest::collection::vec(any::<u8>(), 0..64), size in 0u32..4, index in 0u64..600,
        ) {
            let bits = 1u64 << size;
            let statuses = list(&json!(bits), &zlib(&bytes)).unwrap();
            let bit = |at: u64| bytes.get(usize::try_from(at / 8).unwrap()).map(|byte| u64::from((byte >> (at % 8)) & 1));
            let expected = (0..bits).map(|low| bit(index * bits + low).map(|set| set << low)).sum::<Option<u64>>();
            prop_assert_eq!(statuses.at(index).map(u64::from), expected);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bits in 0u8..10, bytes in any::<Vec<u8>>()) {
            if let Ok(statuses) = list(&json!(bits), &bytes) {
                prop_assert!(statuses.bytes() <= MOST_BYTES);
            }
        }
    }
}
