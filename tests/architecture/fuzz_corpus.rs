//! Every kept input of the fuzz targets, run with the stable toolchain: a finding stays found.
//! `fuzz/README.md` says how to fuzz; `UPDATE_FUZZ_SEEDS=1 cargo test --test architecture fuzz_corpus` writes the seeds anew.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

use std::fs;
use std::path::PathBuf;

use vpgate_test_support::fuzz;

fn corpus(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/fuzz").join(target)
}

#[test]
fn every_kept_input_still_passes() {
    if std::env::var_os("UPDATE_FUZZ_SEEDS").is_some_and(|it| it == "1") {
        write_the_seeds();
    }
    for (name, target) in fuzz::TARGETS {
        let mut inputs: Vec<PathBuf> =
            fs::read_dir(corpus(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        inputs.sort();
        assert!(!inputs.is_empty(), "{name} has no corpus");
        for input in inputs {
            println!("{}", input.display());
            target(&fs::read(input).unwrap());
        }
    }
}

#[test]
fn every_target_has_a_program_and_every_program_a_target() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut programs: Vec<String> = fs::read_dir(folder.join("fuzz_targets"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    programs.sort();
    let mut targets: Vec<&str> = fuzz::TARGETS.iter().map(|(name, _)| *name).collect();
    targets.sort_unstable();
    assert_eq!(programs, targets);
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    for target in targets {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")), "{target}");
        assert!(readme.contains(&format!("| `{target}` |")), "{target}");
    }
}

fn write_the_seeds() {
    for (target, name, contents) in fuzz::seeds().0 {
        fs::create_dir_all(corpus(target)).unwrap();
        fs::write(corpus(target).join(name), contents).unwrap();
    }
}
