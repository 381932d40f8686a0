//! Tokens of callers, and servers that ask for them.

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use crate::support::House;

const SECRET: &str = "a secret of more than thirty-two bytes, for tests";

/// A server that has a key.
pub(crate) fn house_with_key() -> House {
    let mut house = House::new();
    let file = house.folder.path().join("key");
    std::fs::write(&file, SECRET).expect("written");
    let key = tacos_server::settings::Key { algorithm: "HS256".into(), file };
    house.settings.auth.keys.insert("main".into(), key);
    house
}

/// What stands in the `authorization` header.
pub(crate) fn bearer(subject: &str, roles: &[&str]) -> String {
    tacos_server::install_cryptography();
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let claims = json!({ "sub": subject, "exp": now + 600, "roles": roles });
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    format!("Bearer {}", encode(&Header::default(), &claims, &key).expect("signed"))
}
