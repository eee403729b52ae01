use super::*;
use crate::jose::alg::Algorithm;
use crate::jose::key_set::KeySet;
use crate::jose::signing::SigningKey;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const POLICY: AuditPolicy = AuditPolicy { keep_for: Duration::from_secs(86_400) };
const ISSUER: &str = "https://verify.example";

fn waiting(note: &AuditNote) -> WaitingNote {
    WaitingNote { id: note.id.clone(), text: note.text().to_owned() }
}

fn note(byte: u8) -> AuditNote {
    let details = AuditDetails {
        client: Some("shop"),
        reason: Some("because"),
        count: Some(3),
        ..AuditDetails::default()
    };
    POLICY.note(NoticeId::from_entropy([byte; 16]), NOW, AuditKind::ClientRefused, &details)
}

fn signed(key: &SigningKey, claims: &Map<String, Value>, typ: &str) -> String {
    let header = json!({ "typ": typ, "kid": key.kid() });
    key.sign(header.as_object().unwrap(), claims).unwrap()
}

/// Four lines, of which the third is a checkpoint.
fn log(key: &SigningKey) -> Vec<String> {
    let mut lines: Vec<SealedLine> = Vec::new();
    for byte in 1..=4 {
        let head = lines.last().map(SealedLine::head);
        let note = match &head {
            Some(head) if byte == 3 => {
                let jws = signed(key, &head.checkpoint(ISSUER, NOW), CHECKPOINT_TYP);
                POLICY.checkpoint(NoticeId::from_entropy([byte; 16]), NOW, &jws)
            }
            _ => note(byte),
        };
        lines.push(waiting(&note).sealed_behind(head.as_ref()).unwrap());
    }
    lines.into_iter().map(|line| line.text).collect()
}

fn key() -> (SigningKey, KeySet) {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let set = KeySet::of(vec![key.public_key().clone()]);
    (key, set)
}

fn verify<Line: AsRef<str>>(
    lines: impl IntoIterator<Item = Line>,
    keys: CheckpointKeys<'_>,
    seen: &[ExpectedLine],
) -> Result<AuditVerdict, AuditFault> {
    let mut check = AuditCheck::new(keys, seen.to_vec());
    for line in lines {
        check.line(line.as_ref())?;
    }
    check.conclude()
}

#[test]
fn a_line_names_the_hash_of_the_bytes_of_the_one_before() {
    let first = waiting(&note(1)).sealed_behind(None).unwrap();
    let expected = json!({ "ordinal": 1, "at": "2027-01-15T08:00:00Z", "kind": "client.refused", "client": "shop",
        "reason": "because", "count": 3 });
    assert_eq!(serde_json::from_str::<Value>(&first.text).unwrap(), expected);
    let second = waiting(&note(2)).sealed_behind(Some(&first.head())).unwrap();
    let said: Value = serde_json::from_str(&second.text).unwrap();
    let digest = DigestAlgorithm::Sha256.digest(&first.text);
    assert_eq!((&said["ordinal"], &said["previous"]), (&json!(2), &json!(digest)));
}

#[test]
fn a_whole_log_is_verified_with_its_checkpoints() {
    let (key, keys) = key();
    let lines = log(&key);
    let verdict = verify(&lines, CheckpointKeys::Known(&keys), &[]).unwrap();
    let newest = AuditHead::of(4, &lines[3]);
    let expected =
        AuditVerdict { first: Some(1), newest: Some(newest), lines: 4, checkpoints: 1, vouched_for: Some(2) };
    assert_eq!(verdict, expected);
    let later = verify(&lines[1..], CheckpointKeys::Unknown, &[]).unwrap();
    assert_eq!((later.first, later.lines, later.checkpoints), (Some(2), 3, 0), "old lines go");
    assert_eq!(verify([""; 0], CheckpointKeys::Unknown, &[]).unwrap().newest, None);
}

#[test]
fn whatever_was_changed_is_named() {
    let (key, keys) = key();
    let good = log(&key);
    let fault = |lines: &[String]| verify(lines, CheckpointKeys::Known(&keys), &[]).unwrap_err();
    let mut changed = good.clone();
    changed[0] = changed[0].replace("shop", "bank");
    assert_eq!(fault(&changed), AuditFault::Previous { ordinal: 2 });
    let mut removed = good.clone();
    removed.remove(1);
    assert_eq!(fault(&removed), AuditFault::Ordinal { after: 1, found: 3 });
    let mut twice = good.clone();
    twice.insert(1, good[0].clone());
    assert_eq!(fault(&twice), AuditFault::Ordinal { after: 1, found: 1 });
    let mut spaced = good.clone();
    spaced[2].push(' ');
    assert_eq!(fault(&spaced), AuditFault::Previous { ordinal: 4 }, "bytes count, not what they mean");
    let mut cut = good.clone();
    cut[1].truncate(20);
    assert!(matches!(fault(&cut), AuditFault::NotALine { place: 2, .. }));
    let beginning = good[1].replace("\"previous\"", "\"before\"");
    assert_eq!(fault(&[beginning]), AuditFault::Beginning { ordinal: 2 });
}

/// Whoever writes the log anew from some line on needs the key for the checkpoints that follow.
#[test]
fn a_log_that_was_written_anew_has_no_checkpoints() {
    let ((_, keys), (theirs, _)) = (key(), key());
    let fault = |lines: &[String]| verify(lines, CheckpointKeys::Known(&keys), &[]).unwrap_err().to_string();
    let forged = log(&theirs);
    assert!(verify(&forged, CheckpointKeys::Unknown, &[]).is_ok());
    assert_eq!(
        fault(&forged),
        "the checkpoint in line 3 cannot be believed: its key is not among those that were given, and no later \
         checkpoint holds"
    );
}

/// Keys go sooner than logs.
#[test]
fn a_checkpoint_of_an_old_key_needs_a_later_one_that_holds() {
    let ((old, _), (key, keys)) = (key(), key());
    let first = waiting(&note(1)).sealed_behind(None).unwrap();
    let mut lines = vec![first];
    for (byte, key) in [(2, &old), (3, &key)] {
        let head = lines.last().unwrap().head();
        let jws = signed(key, &head.checkpoint(ISSUER, NOW), CHECKPOINT_TYP);
        let note = POLICY.checkpoint(NoticeId::from_entropy([byte; 16]), NOW, &jws);
        lines.push(waiting(&note).sealed_behind(Some(&head)).unwrap());
    }
    let texts: Vec<_> = lines.iter().map(|line| &line.text).collect();
    let verdict = verify(&texts, CheckpointKeys::Known(&keys), &[]).unwrap();
    assert_eq!((verdict.checkpoints, verdict.vouched_for), (1, Some(2)));
    let without = verify(&texts[..2], CheckpointKeys::Known(&keys), &[]);
    assert!(matches!(without, Err(AuditFault::Checkpoint { ordinal: 2, .. })), "{without:?}");
}

#[test]
fn a_checkpoint_vouches_for_the_line_before_it_and_for_no_other() {
    let (key, keys) = key();
    let first = waiting(&note(1)).sealed_behind(None).unwrap();
    let head = first.head();
    let behind = |jws: &str| {
        let note = POLICY.checkpoint(NoticeId::from_entropy([9; 16]), NOW, jws);
        let line = waiting(&note).sealed_behind(Some(&head)).unwrap();
        verify([first.text.clone(), line.text], CheckpointKeys::Known(&keys), &[])
    };
    let good = head.checkpoint(ISSUER, NOW);
    assert!(behind(&signed(&key, &good, CHECKPOINT_TYP)).is_ok());
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims.insert(name.to_owned(), value);
        claims
    };
    for (jws, why) in [
        (signed(&key, &good, "at+jwt"), "it was signed for something else"),
        (
            signed(&key, &with("ordinal", json!(2)), CHECKPOINT_TYP),
            "it vouches for another line than the one before it",
        ),
        (
            signed(&key, &with("hash", json!("x")), CHECKPOINT_TYP),
            "it vouches for another line than the one before it",
        ),
        (String::new(), "it is no JWS"),
    ] {
        assert_eq!(behind(&jws), Err(AuditFault::Checkpoint { ordinal: 2, why }), "{jws}");
    }
}

#[test]
fn a_log_is_held_against_what_was_seen_of_it() {
    let (key, _) = key();
    let lines = log(&key);
    let seen = |ordinal: u64| {
        let line = &lines[usize::try_from(ordinal).unwrap() - 1];
        ExpectedLine { ordinal, hash: AuditHead::of(ordinal, line).hash().to_owned() }
    };
    assert!(verify(&lines, CheckpointKeys::Unknown, &[seen(2), seen(4)]).is_ok());
    let cut = verify(&lines[..3], CheckpointKeys::Unknown, &[seen(4)]).unwrap_err();
    assert!(matches!(cut, AuditFault::NotAsSeen { ordinal: 4, .. }), "{cut}");
    let other = ExpectedLine { ordinal: 4, ..seen(3) };
    let changed = verify(&lines, CheckpointKeys::Unknown, &[other]).unwrap_err();
    assert!(matches!(changed, AuditFault::NotAsSeen { ordinal: 4, .. }), "{changed}");
}

#[test]
fn what_is_noted_once_has_one_id_and_texts_are_bounded() {
    let one = id_of(AuditKind::KeyPublished, "kid");
    assert_eq!(one, id_of(AuditKind::KeyPublished, "kid"));
    assert_ne!(one, id_of(AuditKind::KeyPublished, "other"));
    assert_ne!(one, id_of(AuditKind::ClientRefused, "kid"));
    let long = "x".repeat(10_000);
    let details = AuditDetails { about: Some(&long), ..AuditDetails::default() };
    assert!(POLICY.note(one, NOW, AuditKind::RowsRemoved, &details).text().len() < 400);
    let names: std::collections::BTreeSet<_> = AuditKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), AuditKind::ALL.len());
}
