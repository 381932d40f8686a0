//! The keys of tokens: from files, exchanged for new ones while the server runs. A reload that fails leaves the old
//! keys in force and says so in the log.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};

use super::token::{Claims, TokenError};
use crate::settings::Auth;

/// Algorithms that are taken. `none` and everything weaker is not among them.
const ALGORITHMS: [Algorithm; 4] = [Algorithm::HS256, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];
/// Longest token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 8_192;

struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
    validation: Validation,
}

/// All keys in force.
pub(crate) struct KeyRing {
    auth: Auth,
    keys: ArcSwap<Vec<Key>>,
    stamps: parking_lot::Mutex<Vec<Option<SystemTime>>>,
}

impl KeyRing {
    /// Reads all key files.
    pub(crate) fn read(auth: &Auth) -> Result<Self, String> {
        super::install_cryptography();
        let stamps = stamps(auth);
        let keys = read_keys(auth)?;
        Ok(Self {
            auth: auth.clone(),
            keys: ArcSwap::from_pointee(keys),
            stamps: parking_lot::Mutex::new(stamps),
        })
    }

    /// Reads the files again if one of them changed. True if there are new keys now.
    pub(crate) fn reload(&self) -> Result<bool, String> {
        let now = stamps(&self.auth);
        if *self.stamps.lock() == now {
            return Ok(false);
        }
        let keys = read_keys(&self.auth)?;
        self.keys.store(Arc::new(keys));
        *self.stamps.lock() = now;
        Ok(true)
    }

    /// Checks signature, expiry, not-before, issuer and audience.
    pub(crate) fn check(&self, token: &str) -> Result<Claims, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Malformed);
        }
        let header = decode_header(token).map_err(|_| TokenError::Malformed)?;
        let keys = self.keys.load();
        let mut refused = TokenError::Signature;
        let fits = |key: &&Key| {
            key.algorithm == header.alg && (key.id.is_none() || header.kid.is_none() || key.id == header.kid)
        };
        for key in keys.iter().filter(fits) {
            match decode::<Claims>(token, &key.key, &key.validation) {
                Ok(data) => return Ok(data.claims),
                Err(error) => refused = token_error(error.kind()),
            }
            if refused != TokenError::Signature {
                break;
            }
        }
        Err(refused)
    }
}

fn token_error(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::ExpiredSignature => TokenError::Expired,
        ErrorKind::ImmatureSignature => TokenError::NotYet,
        ErrorKind::InvalidIssuer => TokenError::Issuer,
        ErrorKind::InvalidAudience => TokenError::Audience,
        ErrorKind::MissingRequiredClaim(_)
        | ErrorKind::Json(_)
        | ErrorKind::Base64(_)
        | ErrorKind::Utf8(_) => TokenError::Malformed,
        _ => TokenError::Signature,
    }
}

fn stamps(auth: &Auth) -> Vec<Option<SystemTime>> {
    let changed = |path: &Path| std::fs::metadata(path).and_then(|meta| meta.modified()).ok();
    auth.keys.values().map(|key| changed(&key.file)).chain(auth.jwks_file.as_deref().map(changed)).collect()
}

fn read_keys(auth: &Auth) -> Result<Vec<Key>, String> {
    let mut keys = Vec::new();
    for (id, key) in &auth.keys {
        let name = key.file.display();
        let algorithm: Algorithm = key
            .algorithm
            .parse()
            .map_err(|_| format!("auth.keys.{id}: unknown algorithm {:?}", key.algorithm))?;
        let bytes = std::fs::read(&key.file).map_err(|error| format!("auth.keys.{id}: {name}: {error}"))?;
        let decoding =
            decoding_key(algorithm, &bytes).map_err(|error| format!("auth.keys.{id}: {name}: {error}"))?;
        keys.push(Key {
            id: Some(id.clone()),
            algorithm,
            key: decoding,
            validation: validation(auth, algorithm),
        });
    }
    if let Some(path) = &auth.jwks_file {
        let say = |error: &dyn std::fmt::Display| format!("auth.jwks_file: {}: {error}", path.display());
        let bytes = std::fs::read(path).map_err(|error| say(&error))?;
        let set: JwkSet = serde_json::from_slice(&bytes).map_err(|error| say(&error))?;
        for jwk in &set.keys {
            let named = jwk.common.key_algorithm.and_then(|name| name.to_string().parse::<Algorithm>().ok());
            let Some(algorithm) = named.filter(|algorithm| ALGORITHMS.contains(algorithm)) else { continue };
            let key = DecodingKey::from_jwk(jwk).map_err(|error| say(&error))?;
            keys.push(Key {
                id: jwk.common.key_id.clone(),
                algorithm,
                key,
                validation: validation(auth, algorithm),
            });
        }
    }
    if keys.is_empty() {
        return Err("auth: no usable key among those configured".to_owned());
    }
    Ok(keys)
}

fn decoding_key(algorithm: Algorithm, bytes: &[u8]) -> Result<DecodingKey, String> {
    let key = match algorithm {
        Algorithm::HS256 => {
            let secret = bytes.trim_ascii();
            if secret.len() < 32 {
                return Err("an HS256 secret needs at least 32 bytes".to_owned());
            }
            Ok(DecodingKey::from_secret(secret))
        }
        Algorithm::RS256 => DecodingKey::from_rsa_pem(bytes),
        Algorithm::ES256 => DecodingKey::from_ec_pem(bytes),
        Algorithm::EdDSA => DecodingKey::from_ed_pem(bytes),
        other => return Err(format!("{other:?} is not taken: HS256, RS256, ES256 or EdDSA")),
    };
    key.map_err(|error| error.to_string())
}

fn validation(auth: &Auth, algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.leeway = auth.leeway_seconds;
    validation.validate_nbf = true;
    validation.set_required_spec_claims(&["exp", "sub"]);
    if auth.issuer.is_empty() {
        validation.iss = None;
    } else {
        validation.set_issuer(&[&auth.issuer]);
        validation.required_spec_claims.insert("iss".to_owned());
    }
    if auth.audience.is_empty() {
        validation.validate_aud = false;
    } else {
        validation.set_audience(&[&auth.audience]);
        validation.required_spec_claims.insert("aud".to_owned());
    }
    validation
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings;
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::json;

    const SECRET: &[u8] = b"a secret of more than thirty-two bytes, for tests";

    fn data(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
    }

    fn signed(algorithm: Algorithm, key: &EncodingKey, kid: Option<&str>) -> String {
        crate::auth::install_cryptography();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
        encode(&header, &json!({ "sub": "kim", "exp": now + 60 }), key).expect("signed")
    }

    /// Every algorithm with its private key.
    fn signers() -> [(Algorithm, EncodingKey, &'static str); 4] {
        let pem = |name: &str| std::fs::read(data(name)).expect("a key of the tests");
        [
            (Algorithm::HS256, EncodingKey::from_secret(SECRET), "hs"),
            (Algorithm::RS256, EncodingKey::from_rsa_pem(&pem("rs256.pem")).expect("a key"), "rs"),
            (Algorithm::ES256, EncodingKey::from_ec_pem(&pem("es256.pem")).expect("a key"), "es"),
            (Algorithm::EdDSA, EncodingKey::from_ed_pem(&pem("eddsa.pem")).expect("a key"), "ed"),
        ]
    }

    #[test]
    fn every_algorithm_is_checked_with_its_own_key_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let secret = folder.path().join("secret");
        std::fs::write(&secret, SECRET).expect("written");
        let mut auth = Auth::default();
        for (algorithm, file) in [
            ("HS256", secret),
            ("RS256", data("rs256.pub.pem")),
            ("ES256", data("es256.pub.pem")),
            ("EdDSA", data("eddsa.pub.pem")),
        ] {
            let key = settings::Key { algorithm: algorithm.to_owned(), file };
            auth.keys.insert(algorithm.to_owned(), key);
        }
        let ring = KeyRing::read(&auth).expect("keys");
        for (algorithm, key, _) in &signers() {
            let token = signed(*algorithm, key, None);
            assert_eq!(ring.check(&token).expect("good").sub, "kim", "{algorithm:?}");
            let mut forged = token.clone();
            let last = forged.pop().expect("not empty");
            // The last character of a signature may carry bits that are not read: the one before it carries none such.
            let before = forged.pop().expect("not empty");
            forged.extend([if before == 'A' { 'B' } else { 'A' }, last]);
            assert!(ring.check(&forged).is_err(), "{algorithm:?}");
        }
        // The public key of one algorithm is no secret of another.
        let public = std::fs::read(data("rs256.pub.pem")).expect("a key of the tests");
        let confused = signed(Algorithm::HS256, &EncodingKey::from_secret(&public), None);
        assert_eq!(ring.check(&confused).expect_err("not our secret"), TokenError::Signature);
    }

    #[test]
    fn a_jwks_file_serves_all_of_them() {
        let auth = Auth { jwks_file: Some(data("jwks.json")), ..Auth::default() };
        let ring = KeyRing::read(&auth).expect("keys");
        for (algorithm, key, kid) in &signers() {
            let token = signed(*algorithm, key, Some(kid));
            assert_eq!(ring.check(&token).expect("good").sub, "kim", "{algorithm:?}");
            let of_nobody = signed(*algorithm, key, Some("unheard of"));
            assert_eq!(
                ring.check(&of_nobody).expect_err("no such key"),
                TokenError::Signature,
                "{algorithm:?}"
            );
        }
    }
}
