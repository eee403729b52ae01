use proptest::prelude::*;

use super::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

/// RFC 8949 section 8, as far as items have it.
fn shown(item: &Item<'_>) -> String {
    let list = |items: &[Item<'_>]| items.iter().map(shown).collect::<Vec<_>>().join(", ");
    match item.kind() {
        ItemKind::Unsigned(_) | ItemKind::Negative(_) => item.as_integer().unwrap().to_string(),
        ItemKind::Bytes(bytes) => {
            format!("h'{}'", bytes.iter().map(|it| format!("{it:02x}")).collect::<String>())
        }
        ItemKind::Text(text) => format!("{text:?}"),
        ItemKind::Array(items) => format!("[{}]", list(items)),
        ItemKind::Map(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| format!("{}: {}", shown(key), shown(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        ItemKind::Tag(number, item) => format!("{number}({})", shown(item)),
        ItemKind::Bool(value) => value.to_string(),
        ItemKind::Null => "null".to_owned(),
        ItemKind::Float(value) => format!("{value:?}"),
    }
}

fn fault(bytes: &[u8]) -> CborFault {
    read(bytes, &Limits::default()).map(|item| shown(&item)).unwrap_err().fault
}

/// RFC 8949 appendix A.
#[test]
fn the_examples_of_the_standard() {
    for (encoded, value) in [
        ("00", "0"),
        ("17", "23"),
        ("1818", "24"),
        ("1903e8", "1000"),
        ("1a000f4240", "1000000"),
        ("1bffffffffffffffff", "18446744073709551615"),
        ("20", "-1"),
        ("3903e7", "-1000"),
        ("3bffffffffffffffff", "-18446744073709551616"),
        ("f90000", "0.0"),
        ("f98000", "-0.0"),
        ("f93c00", "1.0"),
        ("f93e00", "1.5"),
        ("f97bff", "65504.0"),
        ("f90001", "5.960464477539063e-8"),
        ("f90400", "6.103515625e-5"),
        ("f9c400", "-4.0"),
        ("fa47c35000", "100000.0"),
        ("fa7f7fffff", "3.4028234663852886e38"),
        ("fb3ff199999999999a", "1.1"),
        ("f97c00", "inf"),
        ("f97e00", "NaN"),
        ("f9fc00", "-inf"),
        ("fb7ff0000000000000", "inf"),
        ("f4", "false"),
        ("f5", "true"),
        ("f6", "null"),
        ("c074323031332d30332d32315432303a30343a30305a", "0(\"2013-03-21T20:04:00Z\")"),
        ("d818456449455446", "24(h'6449455446')"),
        ("4401020304", "h'01020304'"),
        ("62c3bc", "\"ü\""),
        ("8301820203820405", "[1, [2, 3], [4, 5]]"),
        ("a201020304", "{1: 2, 3: 4}"),
        ("826161a161626163", "[\"a\", {\"b\": \"c\"}]"),
        ("9fff", "[]"),
        ("9f018202039f0405ffff", "[1, [2, 3], [4, 5]]"),
        ("bf61610161629f0203ffff", "{\"a\": 1, \"b\": [2, 3]}"),
    ] {
        let bytes = hex(encoded);
        let item = read(&bytes, &Limits::default()).unwrap_or_else(|why| panic!("{encoded}: {why}"));
        assert_eq!((shown(&item).as_str(), item.span()), (value, &bytes[..]), "{encoded}");
    }
}

#[test]
fn req_14_23_heads_that_are_longer_than_needed_are_read() {
    for encoded in ["01", "1801", "190001", "1a00000001", "1b0000000000000001"] {
        let bytes = hex(encoded);
        assert_eq!(read(&bytes, &Limits::default()).unwrap().as_unsigned(), Some(1), "{encoded}");
    }
    let wide = hex("b90001 780161 7900017a");
    assert_eq!(read(&wide, &Limits::default()).unwrap().get("a").unwrap().as_text(), Some("z"));
}

#[test]
fn req_14_23_strings_in_chunks_unknown_simple_values_and_reserved_heads_are_refused() {
    for chunks in ["5f4101ff", "7f6161ff", "5fff"] {
        assert_eq!(fault(&hex(chunks)), CborFault::IndefiniteString, "{chunks}");
    }
    for simple in ["e0", "f0", "f7", "f814", "f8ff"] {
        assert_eq!(fault(&hex(simple)), CborFault::Simple, "{simple}");
    }
    for reserved in
        ["1c", "3d", "5e", "9c", "bd", "dc", "fc", "fe", "1f", "3f", "df", "ff", "82ff01", "a1ff00"]
    {
        assert_eq!(fault(&hex(reserved)), CborFault::Reserved, "{reserved}");
    }
    assert_eq!(fault(&hex("bf01ff")), CborFault::Reserved, "half a pair");
}

#[test]
fn req_14_23_undefined_is_null_only_where_nobody_signed() {
    let loose = Limits { undefined_as_null: true, ..Limits::default() };
    assert!(read(&[0xf7], &loose).unwrap().is_null());
    assert_eq!(fault(&[0xf7]), CborFault::Simple);
    assert!(read(&hex("f817"), &loose).is_err(), "in two bytes it is no simple value at all");
}

#[test]
fn req_14_21_one_item_and_nothing_behind_it() {
    assert_eq!(
        read(&hex("0000"), &Limits::default()).unwrap_err(),
        CborError { at: 1, fault: CborFault::Trailing }
    );
    for cut in ["", "18", "61", "4201", "8201", "a101", "c0", "9f01", "bf01", "fa0000"] {
        assert_eq!(fault(&hex(cut)), CborFault::CutShort, "{cut}");
    }
}

#[test]
fn req_14_22_a_key_that_is_there_twice_is_refused_however_it_is_written() {
    for twice in [
        "a2 01 00 01 01",
        "a2 01 00 1801 01",
        "a2 20 00 3800 01",
        "a2 6161 00 780161 01",
        "a2 4161 00 580161 01",
        "bf 6161 00 6162 00 6161 01 ff",
        "a2 8101 00 9f01ff 01",
        "a2 a201020304 00 a203040102 01",
        "a2 f93c00 00 fb3ff0000000000000 01",
        "a2 f6 00 f6 01",
        "a2 c101 00 c11801 01",
        // In another map, in an array, under a tag.
        "81 a1 6161 d818 a2 00 00 00 00",
    ] {
        assert_eq!(fault(&hex(twice)), CborFault::KeyTwice, "{twice}");
    }
    for once in [
        "a2 01 00 20 00",
        "a2 6161 00 4161 00",
        "a2 01 00 f93c00 00",
        "a2 f90000 00 f98000 00",
        "a2 f4 00 f5 00",
    ] {
        assert!(read(&hex(once), &Limits::default()).is_ok(), "{once}");
    }
}

#[test]
fn req_14_25_text_is_utf_8() {
    for wrong in ["62c328", "61ff", "62eda0", "63eda080", "64f4908080"] {
        assert_eq!(fault(&hex(wrong)), CborFault::NotUtf8, "{wrong}");
    }
}

#[test]
fn req_14_24_depth_items_and_length_are_bounded_before_work() {
    let nested = |depth: usize| [vec![0x81; depth], vec![0]].concat();
    assert!(read(&nested(16), &Limits::default()).is_ok());
    assert_eq!(fault(&nested(17)), CborFault::TooDeep(16));
    assert_eq!(fault(&nested(60_000)), CborFault::TooDeep(16));
    let many = |count: u16| [vec![0x99], count.to_be_bytes().to_vec(), vec![0; count.into()]].concat();
    assert!(read(&many(19_999), &Limits::default()).is_ok());
    assert_eq!(fault(&many(20_000)), CborFault::TooMany(20_000));
    // Lengths of what is not there.
    for promise in [
        "bb7fffffffffffffff",
        "9affffffff000000",
        "5b7fffffffffffffff",
        "7bffffffffffffffff",
        "9bffffffffffffffff",
    ] {
        assert_eq!(fault(&hex(promise)), CborFault::CutShort, "{promise}");
    }
    let short = Limits { bytes: 3, ..Limits::default() };
    assert_eq!(read(&[0x83, 0, 0, 0], &short).unwrap_err().fault, CborFault::TooLong(3));
    assert!(read(&[0x82, 0, 0], &short).is_ok());
}

/// Each key of a map of 9,999 is compared with its neighbours in order only.
#[test]
fn req_14_24_a_map_of_many_keys_is_read_in_a_moment() {
    let large = (0..9_999).fold(Writer::new().map(9_999), |to, key| to.unsigned(key).null());
    assert!(read(&large.into_bytes(), &Limits::default()).is_ok());
    let twice = (0..9_999).fold(Writer::new().map(9_999), |to, key| to.unsigned(key % 9_998).null());
    assert_eq!(fault(&twice.into_bytes()), CborFault::KeyTwice);
}

#[test]
fn parts_keep_their_own_bytes() {
    let bytes = hex("a2 6161 d818 43 820102 01 9f 02 ff");
    let item = read(&bytes, &Limits::default()).unwrap();
    let tagged = item.get("a").unwrap();
    assert_eq!(tagged.span(), hex("d81843820102"));
    assert_eq!(tagged.embedded(), Some(&hex("820102")[..]));
    assert_eq!(item.labelled(1).unwrap().span(), hex("9f02ff"));
    assert!(item.get("b").is_none() && item.labelled(-1).is_none() && item.labelled(2).is_none());
    assert!(read(&hex("c143820102"), &Limits::default()).unwrap().embedded().is_none(), "another tag");
    assert_eq!(format!("{item:?}"), "a map of 13 bytes");
}

fn item() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        any::<u64>().prop_map(|it| Writer::new().unsigned(it).into_bytes()),
        any::<i64>().prop_map(|it| Writer::new().integer(it).into_bytes()),
        any::<u64>().prop_map(|it| Writer::new().negative(it).into_bytes()),
        any::<Vec<u8>>().prop_map(|it| Writer::new().bytes(&it).into_bytes()),
        any::<String>().prop_map(|it| Writer::new().text(&it).into_bytes()),
        any::<bool>().prop_map(|it| Writer::new().bool(it).into_bytes()),
        any::<f64>().prop_map(|it| Writer::new().float(it).into_bytes()),
        Just(Writer::new().null().into_bytes()),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        let many = prop::collection::vec(inner.clone(), 0..8);
        prop_oneof![
            many.clone().prop_map(|all| {
                all.iter().fold(Writer::new().array(all.len()), |to, one| to.raw(one)).into_bytes()
            }),
            many.prop_map(|all| {
                let of = Writer::new().map(all.len());
                (0..).zip(&all).fold(of, |to, (key, one)| to.unsigned(key).raw(one)).into_bytes()
            }),
            (any::<u64>(), inner).prop_map(|(tag, one)| Writer::new().tag(tag).raw(&one).into_bytes()),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_and_is_written_the_same(bytes in item()) {
        let item = read(&bytes, &Limits::default()).unwrap();
        prop_assert_eq!(item.span(), &bytes[..]);
        prop_assert_eq!(keys::written(Writer::new(), &item).into_bytes(), bytes);
    }

    #[test]
    fn any_bytes_are_read_or_refused_the_same_way_twice(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let once = read(&bytes, &Limits::default()).map(|item| item.span().to_vec());
        prop_assert_eq!(&once, &read(&bytes, &Limits::default()).map(|item| item.span().to_vec()));
        if let Ok(span) = once {
            prop_assert_eq!(span, bytes);
        }
    }
}
