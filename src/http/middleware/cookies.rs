//! What stands in `Cookie` (RFC 6265 section 5.4).

/// Every value under `name` in one header, in order. Cookies of other applications may hold any bytes, so the
/// header is read as bytes, and only the values that are asked for have to be text.
pub fn values<'h>(header: &'h [u8], name: &str) -> Vec<&'h str> {
    header
        .split(|byte| *byte == b';')
        .filter_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="))
        .filter_map(|value| std::str::from_utf8(value).ok())
        .collect()
}

/// Name and value of every cookie in one header whose name begins with `prefix`, in order.
pub fn beginning_with<'h>(header: &'h [u8], prefix: &str) -> Vec<(&'h str, &'h str)> {
    header
        .split(|byte| *byte == b';')
        .filter_map(|pair| std::str::from_utf8(pair.trim_ascii()).ok()?.split_once('='))
        .filter(|(name, _)| name.starts_with(prefix))
        .collect()
}
