//! A security module (PKCS#11): it makes keys that never leave it, and signs with them. A call into it may take as long as a
//! network does, so a few threads of its own make them, each in a session of its own.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use vpgate_core::base::base64url;
use vpgate_core::base::secret::Digest;
use vpgate_core::jose::alg::Algorithm;

/// How many signatures are made at one time.
const SESSIONS: usize = 4;
/// The object identifier of P-256 (RFC 5480 section 2.1.1.1), in DER.
const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// 65537.
const EXPONENT: [u8; 3] = [1, 0, 1];

/// Where the module is.
#[derive(Clone)]
pub struct ModulePlace {
    /// The library that speaks to it.
    pub library: PathBuf,
    /// The label of the token that holds the keys.
    pub token: String,
    /// The PIN of its user.
    pub pin: Zeroizing<String>,
}

/// Why the module did not do what it should.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ModuleFault {
    #[error("the library {0} cannot be used: {1}")]
    Library(PathBuf, #[source] Error),
    #[error("there is no token with the label {0}")]
    NoToken(String),
    #[error("there is no key with the label {0}")]
    NoKey(String),
    #[error("it makes no keys for {}, only for ES256, RS256 and PS256", .0.name())]
    Algorithm(Algorithm),
    #[error("what it says of a new key is not what it should be")]
    Odd,
    /// The library's words hold no secret.
    #[error("{0}")]
    Failed(#[from] Error),
    #[error("its threads have ended")]
    Gone,
}

type ModuleWork = Box<dyn FnOnce(&mut Worker) + Send>;

/// A module with a token of ours.
pub struct SecurityModule {
    jobs: Sender<ModuleWork>,
}

impl std::fmt::Debug for SecurityModule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecurityModule(..)")
    }
}

/// What one thread has.
struct Worker {
    context: Pkcs11,
    place: ModulePlace,
    open: Option<Session>,
    /// The private keys that were looked up, by their labels.
    known: HashMap<String, ObjectHandle>,
}

impl SecurityModule {
    /// Opens the token, and logs in to see whether that works. Blocks: call it while starting.
    ///
    /// # Errors
    /// [`ModuleFault`]
    pub fn open(place: &ModulePlace) -> Result<Self, ModuleFault> {
        let context =
            loaded(&place.library).map_err(|why| ModuleFault::Library(place.library.clone(), why))?;
        let (jobs, waiting) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 0..SESSIONS {
            let (waiting, place) = (Arc::clone(&waiting), place.clone());
            let worker = Worker { context: context.clone(), place, open: None, known: HashMap::new() };
            let thread = thread::Builder::new().name(format!("security module {number}"));
            thread.spawn(move || worker.work(&waiting)).map_err(|_| ModuleFault::Gone)?;
        }
        let module = Self { jobs };
        module.wait(|worker| worker.session().map(drop))?;
        Ok(module)
    }

    /// Makes a key pair for `algorithm`. The label by which it is found, beginning with `name`, and its public half
    /// as a JWK. Blocks.
    ///
    /// # Errors
    /// [`ModuleFault`]
    pub fn make(&self, name: &str, algorithm: Algorithm) -> Result<(String, Value), ModuleFault> {
        let name = name.to_owned();
        self.wait(move |worker| worker.make(&name, algorithm))
    }

    /// Destroys the key with this label. Blocks.
    ///
    /// # Errors
    /// [`ModuleFault`]
    pub fn destroy(&self, label: &str) -> Result<(), ModuleFault> {
        let label = label.to_owned();
        self.wait(move |worker| worker.destroy(&label))
    }

    /// The signature of `input` by the key with this label, as a JWS has it (RFC 7518 section 3).
    ///
    /// # Errors
    /// [`ModuleFault`]
    pub async fn sign(&self, label: &str, algorithm: Algorithm, input: &str) -> Result<Vec<u8>, ModuleFault> {
        let (tell, told) = oneshot::channel();
        let (label, input) = (label.to_owned(), input.to_owned());
        let job = move |worker: &mut Worker| {
            // Whoever asked may have gone.
            drop(tell.send(worker.sign(&label, algorithm, input.as_bytes())));
        };
        self.jobs.send(Box::new(job)).map_err(|_| ModuleFault::Gone)?;
        told.await.map_err(|_| ModuleFault::Gone)?
    }

    fn wait<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Worker) -> Result<T, ModuleFault> + Send + 'static,
    ) -> Result<T, ModuleFault> {
        let (tell, told) = mpsc::channel();
        let job = move |worker: &mut Worker| {
            // Whoever asked may have gone.
            drop(tell.send(work(worker)));
        };
        self.jobs.send(Box::new(job)).map_err(|_| ModuleFault::Gone)?;
        told.recv().map_err(|_| ModuleFault::Gone)?
    }
}

fn loaded(library: &Path) -> Result<Pkcs11, Error> {
    let context = Pkcs11::new(library)?;
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        // By another part of the process.
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(context),
        Err(why) => Err(why),
    }
}

impl Worker {
    /// Until nobody can ask any more.
    fn work(mut self, waiting: &Mutex<Receiver<ModuleWork>>) {
        loop {
            // Nothing is left half done under this lock.
            let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(job) = job else { return };
            job(&mut self);
        }
    }

    /// The session, with somebody logged in.
    fn session(&mut self) -> Result<&Session, ModuleFault> {
        let open = match self.open.take() {
            Some(open) => open,
            None => self.log_in()?,
        };
        Ok(self.open.insert(open))
    }

    fn log_in(&mut self) -> Result<Session, ModuleFault> {
        self.known.clear();
        for slot in self.context.get_slots_with_initialized_token()? {
            if self.context.get_token_info(slot)?.label().trim_end() != self.place.token {
                continue;
            }
            let session = self.context.open_rw_session(slot)?;
            return match session.login(UserType::User, Some(&AuthPin::new(self.place.pin.as_str().into()))) {
                // All sessions of a process are logged in together.
                Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
                Err(why) => Err(why.into()),
            };
        }
        Err(ModuleFault::NoToken(self.place.token.clone()))
    }

    /// What `work` gives; a session that broke meanwhile is opened again, once.
    fn within<T>(&mut self, work: impl Fn(&Session) -> Result<T, Error>) -> Result<T, ModuleFault> {
        let first = work(self.session()?);
        match first {
            Err(Error::Pkcs11(..)) => {
                self.open = None;
                Ok(work(self.session()?)?)
            }
            known => Ok(known?),
        }
    }

    fn sign(&mut self, label: &str, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, ModuleFault> {
        // A token hashes for RSA itself; for ECDSA many do not.
        let digest = Digest::of(input);
        let (mechanism, data) = match algorithm {
            Algorithm::Es256 => (Mechanism::Ecdsa, digest.as_bytes().as_slice()),
            Algorithm::Rs256 => (Mechanism::Sha256RsaPkcs, input),
            Algorithm::Ps256 => (pss(), input),
            other => return Err(ModuleFault::Algorithm(other)),
        };
        for is_last in [false, true] {
            let key = self.private(label)?;
            match self.session()?.sign(&mechanism, key, data) {
                Ok(signature) => return Ok(signature),
                Err(why) if is_last => return Err(why.into()),
                // The session broke, or the token was put in anew.
                Err(_) => self.open = None,
            }
        }
        Err(ModuleFault::Gone)
    }

    fn private(&mut self, label: &str) -> Result<ObjectHandle, ModuleFault> {
        self.session()?;
        if let Some(key) = self.known.get(label) {
            return Ok(*key);
        }
        let template = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Label(label.into())];
        let found = self.within(|session| session.find_objects(&template))?;
        let key = *found.first().ok_or_else(|| ModuleFault::NoKey(label.to_owned()))?;
        self.known.insert(label.to_owned(), key);
        Ok(key)
    }

    fn make(&mut self, name: &str, algorithm: Algorithm) -> Result<(String, Value), ModuleFault> {
        let session = self.session()?;
        // Services may share a token, and two replicas may make a key in the same second.
        let mut id = [0; 16];
        session.generate_random_slice(&mut id)?;
        let label = format!("{name} {}", base64url::encode(id));
        let named =
            || [Attribute::Token(true), Attribute::Label(label.as_str().into()), Attribute::Id(id.into())];
        let private = [
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
        ];
        let (mechanism, kind) = match algorithm {
            Algorithm::Es256 => (Mechanism::EccKeyPairGen, vec![Attribute::EcParams(P256.into())]),
            Algorithm::Rs256 | Algorithm::Ps256 => {
                let kind =
                    vec![Attribute::ModulusBits(2048.into()), Attribute::PublicExponent(EXPONENT.into())];
                (Mechanism::RsaPkcsKeyPairGen, kind)
            }
            other => return Err(ModuleFault::Algorithm(other)),
        };
        let public = [&named()[..], &kind, &[Attribute::Private(false), Attribute::Verify(true)]].concat();
        let (public, _) =
            session.generate_key_pair(&mechanism, &public, &[&named()[..], &private].concat())?;
        Ok((label, jwk(session, public, algorithm)?))
    }

    fn destroy(&mut self, label: &str) -> Result<(), ModuleFault> {
        self.known.remove(label);
        let template = [Attribute::Label(label.into())];
        self.within(|session| {
            let found = session.find_objects(&template)?;
            found.into_iter().try_for_each(|object| session.destroy_object(object))
        })
    }
}

/// With a salt as long as the digest (RFC 7518 section 3.5).
fn pss() -> Mechanism<'static> {
    let (hash_alg, mgf) = (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256);
    Mechanism::Sha256RsaPkcsPss(PkcsPssParams { hash_alg, mgf, s_len: 32.into() })
}

/// The public half (RFC 7518 section 6).
fn jwk(session: &Session, public: ObjectHandle, algorithm: Algorithm) -> Result<Value, ModuleFault> {
    let wanted = [
        AttributeType::KeyType,
        AttributeType::EcPoint,
        AttributeType::Modulus,
        AttributeType::PublicExponent,
    ];
    let (mut kind, mut point, mut modulus, mut exponent) = (None, None, None, None);
    for found in session.get_attributes(public, &wanted)? {
        match found {
            Attribute::KeyType(found) => kind = Some(found),
            Attribute::EcPoint(found) => point = Some(found),
            Attribute::Modulus(found) => modulus = Some(found),
            Attribute::PublicExponent(found) => exponent = Some(found),
            _ => {}
        }
    }
    match (kind, point, modulus, exponent) {
        (Some(KeyType::EC), Some(point), _, _) => {
            // `04 41` before it says that it is an OCTET STRING of 65 bytes; some tokens leave that out.
            let point = point.strip_prefix(&[0x04, 0x41]).unwrap_or(&point);
            let coordinates =
                point.strip_prefix(&[0x04]).filter(|rest| rest.len() == 64).ok_or(ModuleFault::Odd)?;
            let (x, y) = coordinates.split_at(32);
            Ok(json!({ "kty": "EC", "crv": "P-256", "x": base64url::encode(x), "y": base64url::encode(y),
                "alg": algorithm.name() }))
        }
        (Some(KeyType::RSA), _, Some(modulus), Some(exponent)) => Ok(json!({ "kty": "RSA",
            "n": base64url::encode(modulus), "e": base64url::encode(exponent), "alg": algorithm.name() })),
        _ => Err(ModuleFault::Odd),
    }
}
