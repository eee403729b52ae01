#!/usr/bin/env python3
"""More presentations by the same issuer and wallet: forms that the standards allow and few write, keys of every curve,
the edges of times, numbers and bounds. Run: edges.py > edges.jsonl. Each line as mdocgen.py says it.
"""
import datetime as dt, json, os, sys
import mdocgen as g
from mdocgen import DOC, NS, NS2, NOW, Pairs, Raw, Tag, case, cert, cose_key, der, enc, head, issue, item, name, present, t24, tdate
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

g.H.update({-9: hashes.SHA256(), -51: hashes.SHA384(), -36: hashes.SHA512(), -52: hashes.SHA512(), -47: hashes.SHA256()})
CBOR, ISSUER, DEVICE, COSE = "RFC 8949; 18013-5 8.1", "18013-5 9.1.2", "18013-5 9.1.3", "RFC 9052"
second, day = lambda n: dt.timedelta(seconds=n), lambda n: dt.timedelta(days=n)
M = "Mustermann"

# Arrays and maps of indefinite length, and heads that are wider than they need be.
def loose(v):
    if isinstance(v, dict): v = Pairs(v.items())
    if isinstance(v, Pairs): return Raw(b"\xbf" + b"".join(enc(k) + enc(loose(x)) for k, x in v) + b"\xff")
    if isinstance(v, (list, tuple)): return Raw(b"\x9f" + b"".join(enc(loose(x)) for x in v) + b"\xff")
    return v
wide24 = lambda content: Raw(b"\xd9\x00\x18" + b"\x5a" + len(content).to_bytes(4, "big") + content)
def mdl(**change): return {"family_name": (1, item(1, "family_name", M)), "age_over_18": (2, item(2, "age_over_18", True)), **change}
def with_item(raw, **k): return issue(items={NS: mdl(age_over_18=(2, raw))}, **k)
def members(**change):
    m = {"digestID": 2, "random": os.urandom(24), "elementIdentifier": "age_over_18", "elementValue": True, **change}
    return t24(Pairs((k, v) for k, v in m.items() if v is not None))

def forms():
    case("edge_ok_indefinite_lengths", "accept", CBOR, response=loose)
    case("edge_ok_mso_of_indefinite_lengths", "accept", CBOR, c=issue(mso_raw=None, mso_change={"future": loose({"a": [1, {"b": 2}]})}))
    case("edge_ok_item_under_a_wide_tag", "accept", CBOR, c=with_item(wide24(members().v)))
    case("edge_ok_device_name_spaces_under_a_wide_tag", "accept", CBOR, vp=lambda st: wide_device(st, wide24(enc({}))))
    case("edge_ok_protected_header_of_indefinite_length", "accept", COSE, c=issue(prot=Raw(b"\xbf\x01\x26\xff")))
    case("edge_ok_sign1_tagged", "accept", COSE, c=tagged(18), vp=None)
    case("edge_sign_tagged", "reject", COSE, c=tagged(98))
    case("edge_ok_undefined_outside", "accept", CBOR, response=lambda r: {**r, "x": Raw(b"\xf7")})
    case("edge_undefined_in_item", "reject", CBOR, c=with_item(members(elementValue=Raw(b"\xf7"))))
    case("edge_name_in_chunks", "reject", CBOR, c=with_item(members(elementIdentifier=Raw(b"\x7f\x63age\x68_over_18\xff"))))
    case("edge_item_over_text", "reject", ISSUER, c=with_item(Tag(24, "age_over_18")))
    case("edge_item_in_item", "reject", ISSUER, c=with_item(t24(members())))
    case("edge_simple_value_255", "reject", CBOR, response=lambda r: {**r, "x": Raw(b"\xf8\xff")})
    case("edge_break_alone", "reject", CBOR, response=lambda r: {**r, "x": Raw(b"\xff")})
    case("edge_key_twice_as_wide_number", "reject", CBOR, response=lambda r: {**r, "x": Pairs([(1, 1), (Raw(b"\x18\x01"), 2)])})

def wide_device(st, name_spaces):
    c, p = issue(), enc({1: -7})
    sig = g.sign(g.DEV_K, -7, enc(["Signature1", p, b"", enc(t24(["DeviceAuthentication", st, DOC, name_spaces]))]))
    return present(c, st, device={"nameSpaces": name_spaces, "deviceAuth": {"deviceSignature": [p, {}, None, sig]}})
def tagged(number):
    c = issue(); c["auth"] = Tag(number, c["auth"]); return c

def responses():
    R = "18013-5 8.3.2.1.2.2"
    for id, change in {"version_1_1": {"version": "1.1"}, "version_number": {"version": 1}, "status_text": {"status": "0"}, "status_false": {"status": False}, "documents_map": {"documents": {"0": 1}}, "documents_null": {"documents": None}}.items():
        case("edge_" + id, "reject", R, response=lambda r, change=change: {**r, **change})
    for member in ("version", "status", "documents"):
        case(f"edge_no_{member}", "reject", R, response=lambda r, member=member: {k: v for k, v in r.items() if k != member})
    case("edge_another_document_beside", "reject", "HAIP 5.3.1", docs=lambda d: [d, {**d, "docType": "org.iso.23220.photoid.1"}])
    case("edge_ok_errors_beside", "accept", R, docs=lambda d: [{**d, "errors": {NS: {"portrait": 0}}}], response=lambda r: {**r, "documentErrors": [{"org.example": 0}]})
    case("edge_name_spaces_null", "reject", R, docs=lambda d: [{**d, "issuerSigned": {"nameSpaces": None, "issuerAuth": issue()["auth"]}}])
    case("edge_ok_namespace_empty", "accept", R, q=g.query(None), issuer_ns={NS: []})
    case("edge_doctype_with_space", "reject", ISSUER, docs=lambda d: [{**d, "docType": DOC + " "}])
    case("edge_signature_null", "reject", DEVICE, device={"nameSpaces": t24({}), "deviceAuth": {"deviceSignature": None}})
    case("edge_mac_null_beside_signature", "reject", "CDDL: one of", vp=lambda st: auth_beside(st, {"deviceMac": None}))
    case("edge_ok_unknown_beside_signature", "accept", "RFU", vp=lambda st: auth_beside(st, {"future": [1]}))
def auth_beside(st, more):
    c, p = issue(), enc({1: -7})
    sig = g.sign(g.DEV_K, -7, enc(["Signature1", p, b"", enc(t24(["DeviceAuthentication", st, DOC, t24({})]))]))
    return present(c, st, device={"nameSpaces": t24({}), "deviceAuth": {"deviceSignature": [p, {}, None, sig], **more}})

def keys():
    K = "RFC 9053 2.1, 7.1.1; RFC 9864"
    p521, p384 = ec.generate_private_key(ec.SECP521R1()), ec.generate_private_key(ec.SECP384R1())
    curves = lambda key: {256: 1, 384: 2, 521: 3}[key.curve.key_size]
    def public(key, **change):
        p, n = key.public_key().public_numbers(), (key.curve.key_size + 7) // 8
        return {1: 2, -1: curves(key), -2: p.x.to_bytes(n, "big"), -3: p.y.to_bytes(n, "big"), **change}
    def for_device(key): return issue(mso_change={"deviceKeyInfo": {"deviceKey": public(key)}})
    def by_signer(key, alg): return issue(key=key, alg=alg, chain=[der(cert(name("Utopia DS"), name("Utopia IACA"), key, g.IACA_K))])
    for id, key, alg in (("p521", p521, -36), ("p521_named", p521, -52), ("p384_named", p384, -51), ("p256_named", g.P256(), -9)):
        case(f"edge_ok_device_{id}", "accept", K, c=for_device(key), dev=key, alg=alg)
        case(f"edge_ok_issuer_{id}", "accept", K, c=by_signer(key, alg))
    for id, key, alg in (("p384_says_es256", p384, -7), ("p256_says_es512", g.P256(), -52), ("secp256k1", ec.generate_private_key(ec.SECP256K1()), -7), ("secp256k1_named", ec.generate_private_key(ec.SECP256K1()), -47), ("brainpool", ec.generate_private_key(ec.BrainpoolP256R1()), -7)):
        case(f"edge_issuer_{id}", "reject", K, c=by_signer(key, alg))
    ed = ed25519.Ed25519PrivateKey.generate()
    # A certificate of such a key, below the same authority; the signature is made by the device's, which is no matter here.
    for id, key, alg in (("ed25519", ed, -8), ("ed25519_says_es256", ed, -7), ("rsa", rsa.generate_private_key(65537, 2048), -257)):
        c = issue(prot={1: alg}, chain=[der(cert(name("Utopia DS"), name("Utopia IACA"), key, g.IACA_K))]); case(f"edge_issuer_{id}", "reject", K, c=c)
    device = lambda id, key: case("edge_device_key_" + id, "reject", K, c=issue(mso_change={"deviceKeyInfo": {"deviceKey": key}}))
    raw = ed.public_key().public_bytes_raw()
    device("ed25519", {1: 1, -1: 6, -2: raw}); device("secp256k1", public(g.DEV_K, **{}) | {-1: 8}); device("curve_as_text", public(g.DEV_K) | {-1: "P-256"})
    device("compressed", public(g.DEV_K) | {-3: True}); device("short_coordinate", public(g.DEV_K) | {-2: b"\1" * 31}); device("padded_coordinate", public(g.DEV_K) | {-2: b"\0" + public(g.DEV_K)[-2]})
    device("private", public(g.DEV_K) | {-4: b"\1" * 32}); device("for_another_algorithm", public(g.DEV_K) | {3: -35}); device("null", None if False else Raw(b"\xf6")); device("point_zero", public(g.DEV_K) | {-2: bytes(32), -3: bytes(32)})
    case("edge_ok_device_key_with_more", "accept", K, c=issue(mso_change={"deviceKeyInfo": {"deviceKey": public(g.DEV_K) | {2: b"kid", 3: -7, 4: [2], "x": 1}, "keyInfo": {1: 2}, "keyAuthorizations": {"nameSpaces": [NS]}}}))

def headers():
    for id, prot in {"alg_by_name": {"alg": -7}, "alg_as_text": {1: "ES256"}, "alg_mac": {1: 5}, "label_float": {1: -7, Raw(b"\xf9\x3c\x00"): 1}, "header_array": [1, -7]}.items():
        case("edge_iss_" + id, "reject", COSE, c=issue(prot=Pairs(prot.items()) if isinstance(prot, dict) else prot))
    case("edge_iss_alg_in_both_written_otherwise", "reject", COSE, c=issue(unprot=Pairs([(Raw(b"\x18\x01"), -7), (33, der(g.DS))])))
    case("edge_iss_crit_unprotected", "reject", COSE, c=issue(unprot={2: [1], 33: der(g.DS)}))
    case("edge_ok_kid_as_text", "accept", "multipaz #755", c=issue(unprot={4: "name", 33: der(g.DS), "x": {}}))
    def signature(change):
        c = issue(); c["auth"][3] = change(c["auth"][3]); return c
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    as_der = lambda s: encode_dss_signature(int.from_bytes(s[:32], "big"), int.from_bytes(s[32:], "big"))
    case("edge_iss_signature_in_der", "reject", COSE, c=signature(as_der)); case("edge_iss_signature_zero", "reject", COSE, c=signature(lambda s: bytes(64))); case("edge_iss_signature_short", "reject", COSE, c=signature(lambda s: s[:-1]))
    X = "RFC 9360 2; 18013-5 Annex B"
    chain = lambda id, value, expect="reject": case("edge_chain_" + id, expect, X, c=issue(unprot={33: value}))
    chain("empty", []); chain("text", "MIIB"); chain("of_seven", [der(g.DS)] * 7); chain("trailing_byte", der(g.DS) + b"\0"); chain("cut_short", der(g.DS)[:-1]); chain("too_long", der(g.DS) + bytes(9000)); chain("root_first", [der(g.IACA), der(g.DS)])
    k = g.P256(); chain("with_a_stranger", [der(g.DS), der(cert(name("X"), name("X"), k, k, ca=True))], "either"); chain("leaf_twice", [der(g.DS), der(g.DS)], "either")

def times():
    T = "18013-5 9.1.2.4"
    v = lambda id, expect, **validity: case("edge_" + id, expect, T, c=issue(validity=validity))
    at = lambda t, s: Tag(0, t.strftime(s))
    v("ends_now", "reject", validUntil=tdate(NOW)); v("ok_ends_in_a_second", "accept", validUntil=tdate(NOW + second(1)))
    v("ok_begins_in_a_minute", "accept", validFrom=tdate(NOW + second(60))); v("begins_in_61_seconds", "reject", validFrom=tdate(NOW + second(61)))
    v("ok_year_9999", "accept", validUntil=Tag(0, "9999-12-31T23:59:59Z")); v("year_10000", "reject", validUntil=Tag(0, "10000-01-01T00:00:00Z"))
    v("day_that_is_none", "reject", validUntil=Tag(0, "2027-02-30T00:00:00Z")); v("date_without_tag", "reject", validUntil="2027-01-01T00:00:00Z"); v("day_alone", "reject", validUntil=Tag(1004, "2027-01-01"))
    v("seconds", "reject", validUntil=Tag(1, 1900000000)); v("bytes", "reject", validUntil=Tag(0, b"2027-01-01T00:00:00Z")); v("tag_twice", "reject", validUntil=Tag(0, Tag(0, "2027-01-01T00:00:00Z")))
    v("ok_offset", "accept", validUntil=Tag(0, "2027-01-01T02:00:00+02:00")); v("offset_that_makes_it_past", "reject", validUntil=Tag(0, (NOW + second(3600)).strftime("%Y-%m-%dT%H:%M:%S+02:00")))
    v("before_it_begins_it_ends", "reject", signed=tdate(NOW - day(2)), validFrom=tdate(NOW - day(1)), validUntil=tdate(NOW - day(2)))
    begin = NOW - day(30); v("ok_signed_when_the_certificate_began", "accept", signed=tdate(begin), validFrom=tdate(begin)); v("signed_a_second_before_it", "reject", signed=tdate(begin - second(1)), validFrom=tdate(begin))
    v("valid_before_signed", "reject", signed=tdate(NOW - day(1)), validFrom=tdate(NOW - day(2)))
    v("ok_expected_update", "accept", expectedUpdate=tdate(NOW + day(5)))

def elements():
    N = "18013-5 9.1.2.5"
    def numbered(id, expect, number, key=None):
        raw = members(digestID=number); c = with_item(raw)
        if key is not None:
            c = issue(items={NS: mdl(age_over_18=(key, raw))})
        case("edge_digest_id_" + id, expect, N, c=c)
    numbered("ok_largest", "accept", (1 << 31) - 1, (1 << 31) - 1); numbered("2_31", "reject", 1 << 31, 1 << 31); numbered("2_32", "reject", (1 << 32) + 2); numbered("negative", "reject", -2, -2); numbered("text", "reject", "2"); numbered("float", "reject", Raw(b"\xf9\x40\x00")); numbered("bignum", "reject", Tag(2, b"\x02")); numbered("ok_wide", "accept", Raw(b"\x1b" + (2).to_bytes(8, "big")))
    for id, change in {"no_random": {"random": None}, "random_text": {"random": "x" * 24}, "name_number": {"elementIdentifier": 18}, "no_name": {"elementIdentifier": None}, "no_value": {"elementValue": None}, "no_digest_id": {"digestID": None}}.items():
        case("edge_item_" + id, "reject", N, c=with_item(members(**change)))
    case("edge_ok_item_with_more", "accept", "RFU", c=with_item(members(future={"a": 1})))
    other = lambda id, value, expect="accept": case("edge_value_" + id, expect, "RFC 8949 6.1", ask=g.ASK + [(NS2, "v")], q=g.query(g.ASK + [(NS2, "v")]), c=issue(data={**g.DATA, NS2: {"v": value}}))
    other("ok_null", None); other("ok_largest_number", (1 << 64) - 1); other("ok_smallest_number", -(1 << 63)); other("below_64_bits", Raw(b"\x3b" + b"\xff" * 8), "reject"); other("nan", Raw(b"\xf9\x7e\x00"), "reject"); other("infinite", Raw(b"\xf9\x7c\x00"), "reject"); other("ok_float", Raw(b"\xfb" + b"\x3f\xf8" + bytes(6)))
    other("ok_deep", deep(8)); other("too_deep", deep(20), "reject"); other("keys_that_become_one", Pairs([("1", 1), (1, 2)]), "reject"); other("ok_long", b"\xff" * 100_000)
    many = {f"e{i}": True for i in range(300)}; case("edge_ok_300_elements", "accept", "limits", ask=g.ASK + [(NS2, k) for k in many], c=issue(data={**g.DATA, NS2: many}))
    D = "18013-5 9.1.2.4"
    digests = lambda id, change, expect="reject": case("edge_digests_" + id, expect, D, c=issue(digests_change=change))
    digests("numbered_by_text", lambda d: d.update({NS: {str(k): v for k, v in d[NS].items()}})); digests("of_a_namespace_in_bytes", lambda d: d.update({NS.encode(): d.pop(NS)})); digests("as_text", lambda d: d.update({NS: {k: v.hex() for k, v in d[NS].items()}})); digests("in_an_array", lambda d: d.update({NS: list(d[NS].values())})); digests("ok_numbered_wide", lambda d: d.update({NS: {Raw(b"\x1a" + k.to_bytes(4, "big")): v for k, v in d[NS].items()}}), "accept")
    digests("longer", lambda d: d.update({NS: {k: v + b"\0" for k, v in d[NS].items()}}))
    for id, change in {"algorithm_in_small_letters": {"digestAlgorithm": "sha-256"}, "no_doctype": {"docType": None}, "version_float": {"version": Raw(b"\xf9\x3c\x00")}, "no_digests": {"valueDigests": None}, "no_validity": {"validityInfo": None}}.items():
        case("edge_mso_" + id, "reject", D, c=issue(mso_change=change))
    case("edge_ok_mso_version_1_1", "accept", D, c=issue(mso_change={"version": "1.1"}))
def deep(n): return [deep(n - 1)] if n else 1

def statuses():
    S = "18013-5, second edition, 12.3.6"
    for id, status in {"null": Raw(b"\xf6"), "empty": {}, "text": "valid", "list_null": {"status_list": None}, "index_negative": {"status_list": {"idx": -1, "uri": g.SL}}, "index_float": {"status_list": {"idx": Raw(b"\xf9\x00\x00"), "uri": g.SL}}, "id_empty": {"identifier_list": {"id": b"", "uri": g.IL}}, "uri_in_bytes": {"status_list": {"idx": 1, "uri": g.SL.encode()}}, "uri_of_a_file": {"status_list": {"idx": 1, "uri": "file:///etc/passwd"}}, "id_as_text": {"identifier_list": {"id": "Cgs", "uri": g.IL}}}.items():
        case("edge_status_" + id, "undetermined", S, c=issue(mso_change={"status": status}))

def devices():
    A = "18013-5 9.1.2.4, 9.1.3.4"
    for id, dns in {"array": ["age_over_21"], "name_in_bytes": {NS.encode(): {}}, "elements_array": {NS: ["age_over_21"]}, "element_number": {NS: {1: True}}}.items():
        case("edge_device_elements_" + id, "reject", A, dns=dns)
    case("edge_device_elements_not_tagged", "reject", A, device={"nameSpaces": {}, "deviceAuth": {"deviceSignature": [enc({1: -7}), {}, None, bytes(64)]}})
    case("edge_ok_device_elements_of_another_namespace", "accept", A, dns={"org.example": {"a": 1, "b": {"c": [1]}}})

if __name__ == "__main__":
    for part in (forms, responses, keys, headers, times, elements, statuses, devices): part()
    for one in g.CASES: print(json.dumps(one))
    print(len(g.CASES), "cases", file=sys.stderr)
