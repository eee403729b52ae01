//! Makes the client from the document that `OPENAPI_DOCUMENT` names.

use std::path::Path;
use std::{env, error, fs};

use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle};

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo::rerun-if-env-changed=OPENAPI_DOCUMENT");
    let path = env::var("OPENAPI_DOCUMENT")?;
    println!("cargo::rerun-if-changed={path}");
    let document: openapiv3::OpenAPI = serde_json::from_str(&fs::read_to_string(path)?)?;
    let mut settings = GenerationSettings::default();
    settings.with_interface(InterfaceStyle::Builder);
    let made = Generator::new(&settings).generate_tokens(&document)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("vpgate.rs"), made.to_string())?;
    Ok(())
}
