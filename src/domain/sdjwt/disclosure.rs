//! Disclosures: by digest over the received text, each used exactly once (RFC 9901 section 7.1).
