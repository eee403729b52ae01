//! The configuration of most stories.

use vpgate::config::secrets::hash_text;
use vpgate_core::base::secret::Secret;

use crate::harness::*;

/// Wallet, credentials, scopes and clients of most stories; `credentials` are more keys of the first one.
pub fn configuration(credentials: &str) -> String {
    let hash = |secret: &str| hash_text(Secret::received(secret).digest());
    format!(
        r#"
public_url = "{BASE}"
listen = "127.0.0.1:8080"
danger_allow_loopback = true

[storage]
url = "sqlite::memory:"

[http]
trusted_proxies = ["127.0.0.1"]

[verification]
cross_check = "enforce"

[[wallets]]
name = "demo"
profile = "proof"
authorization_endpoint = "{BASE}/sandbox/wallet/authorize"
client_id = "vpgate-sandbox"

[[credentials]]
id = "{CREDENTIAL}"
vct = ["https://credentials.notarize.com/ProofCredentialV1"]
issuer = "{BASE}/sandbox/issuer"
trust = {{ jwks_uri = "{BASE}/sandbox/issuer/jwks.json" }}
{credentials}

[[credentials]]
id = "{SECOND}"
vct = ["https://credentials.notarize.com/ProofCredentialV1"]
issuer = "{BASE}/sandbox/issuer"
trust = {{ jwks_uri = "{BASE}/sandbox/issuer/jwks.json" }}

[[credentials]]
id = "{NOT_HELD}"
vct = ["https://credentials.example/loyalty"]
issuer = "{BASE}/sandbox/issuer"
trust = {{ jwks_uri = "{BASE}/sandbox/issuer/jwks.json" }}

[[scopes]]
name = "{BASIC}"
credential = "{CREDENTIAL}"
claims = ["given_name", "family_name", "age_equal_or_over.18"]
rules = [{{ field = "age_equal_or_over.18", operator = "=", value = true }}]

[[scopes]]
name = "{ADULT}"
description = "That you are 18 or older"
credential = "{CREDENTIAL}"
claims = ["age_equal_or_over.18"]
rules = [{{ field = "age_equal_or_over.18", operator = "=", value = true }}]

[[clients]]
client_id = "gate"
name = "Garden Gate"
grants = ["device_code"]
authentication = "none"
scopes = ["{BASIC}"]
[clients.device]
number_matching = true

[[clients]]
client_id = "safe"
name = "Safe"
grants = ["device_code"]
authentication = "none"
scopes = ["{BASIC}"]
[clients.device]
proximity = "require"

[[clients]]
client_id = "radio"
name = "Radio"
grants = ["device_code"]
authentication = "none"
scopes = ["{BASIC}", "{ADULT}"]
[clients.device]
scopes_elsewhere = ["{BASIC}"]
user_code_length = 11
user_code_charset = "NUMERIC"

[[clients]]
client_id = "quiet"
grants = ["device_code"]
authentication = "none"
scopes = ["{BASIC}", "{ADULT}"]
[clients.device]
proximity = "ignore"
scopes = ["{ADULT}"]
code_lifetime = "60s"
polling_interval = "10s"
verification_uri = "https://tv.example.com/activate"

[[clients]]
client_id = "tv"
name = "Living-room TV"
grants = ["device_code"]
authentication = "none"
scopes = ["{BASIC}"]

[[clients]]
client_id = "kiosk"
grants = ["device_code"]
authentication = "none"
scopes = ["{BASIC}"]

[[clients]]
client_id = "shop"
name = "Corner Shop"
authentication = "client_secret_basic"
secret_hash = "{shop}"
scopes = ["{BASIC}"]
redirect_uris = ["{RETURN_TO}"]
device_pages_for = ["tv", "gate", "radio"]
cross_device = true

[[clients]]
client_id = "web"
name = "News Site"
grants = ["authorization_code"]
authentication = "none"
scopes = ["{BASIC}"]
redirect_uris = ["{RETURN_TO}"]

[[clients]]
client_id = "portal"
grants = ["authorization_code"]
authentication = "client_secret_basic"
secret_hash = "{portal}"
danger_allow_missing_pkce = true
scopes = ["{BASIC}"]
redirect_uris = ["{RETURN_TO}"]

[[clients]]
client_id = "bank"
authentication = "client_secret_basic"
secret_hash = "{bank}"
scopes = ["{BASIC}"]
redirect_uris = ["{RETURN_TO}"]
"#,
        shop = hash(SHOP.1),
        bank = hash("bank-secret"),
        portal = hash("portal-secret"),
    )
}
