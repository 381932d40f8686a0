//! Claim: a JWT counts only if one of the configured keys signed it with that key's own algorithm, and its claims hold now.

use std::path::{Path, PathBuf};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::reservation::v1::ListReservationsRequest;
use tacos_proto::reservation::v1::reservation_service_client::ReservationServiceClient;
use tacos_server::settings::Key;
use tonic::Request;
use tonic::transport::Channel;

use crate::support::{House, channel};

const SECRET: &[u8] = b"a secret of more than thirty-two bytes, for tests";

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn pem(name: &str) -> Vec<u8> {
    std::fs::read(data(name)).expect("a key of the tests")
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.expect("after 1970").as_secs()).expect("in range")
}

/// What a good token says.
fn claims() -> Value {
    json!({ "sub": "kim", "exp": now() + 600, "nbf": now() - 600, "iss": "the issuer", "aud": "the shop" })
}

/// Base64 for URLs, without padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits =
            three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for digit in 0..=three.len() {
            text.push(char::from(DIGITS[(bits >> (18 - 6 * digit)) as usize & 63]));
        }
    }
    text
}

/// A token whose header says whatever it says.
fn raw(header: &Value, claims: &Value, signature: &str) -> String {
    format!("{}.{}.{signature}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()))
}

/// How the server takes a token; none for a good one.
async fn taken(channel: &Channel, token: &str) -> Option<ErrorCode> {
    let mut request = Request::new(ListReservationsRequest { user_id: "kim".into(), ..Default::default() });
    if let Ok(value) = format!("Bearer {token}").parse() {
        request.metadata_mut().insert("authorization", value);
    }
    let mut reservations = ReservationServiceClient::new(channel.clone());
    let answer = reservations.list_reservations(request).await.expect("an answer").into_inner();
    assert!(answer.reservations.is_empty());
    answer.error.map(|error| error.code())
}

/// A server that takes RS256, ES256 and EdDSA by public keys, and HS256 only if `shared`.
fn house(shared: bool) -> House {
    let mut house = House::new();
    house.settings.auth.issuer = "the issuer".into();
    house.settings.auth.audience = "the shop".into();
    house.settings.auth.leeway_seconds = 5;
    for (algorithm, name) in
        [("RS256", "rs256.pub.pem"), ("ES256", "es256.pub.pem"), ("EdDSA", "eddsa.pub.pem")]
    {
        let key = Key { algorithm: algorithm.into(), file: data(name) };
        house.settings.auth.keys.insert(algorithm.to_lowercase(), key);
    }
    if shared {
        let file = house.folder.path().join("shared");
        std::fs::write(&file, SECRET).expect("written");
        house.settings.auth.keys.insert("shared".into(), Key { algorithm: "HS256".into(), file });
    }
    house
}

fn rsa() -> EncodingKey {
    EncodingKey::from_rsa_pem(&pem("rs256.pem")).expect("a key")
}

fn signed(claims: &Value) -> String {
    tacos_server::install_cryptography();
    encode(&Header::new(Algorithm::RS256), claims, &rsa()).expect("signed")
}

#[tokio::test]
async fn a_token_without_a_signature_is_no_token() {
    let server = house(true).open().await;
    let channel = channel(&server).await;
    assert_eq!(taken(&channel, &signed(&claims())).await, None, "the good one");
    let good = signed(&claims());
    let (signing, signature) = good.rsplit_once('.').expect("three parts");
    for algorithm in ["none", "None", "NONE", "nOnE", "", "HS1", "HS384", "PS256", "RS512"] {
        for signature in ["", signature, "AA"] {
            let token = raw(&json!({ "alg": algorithm, "typ": "JWT" }), &claims(), signature);
            assert_eq!(
                taken(&channel, &token).await,
                Some(ErrorCode::Unauthenticated),
                "{algorithm} {signature}"
            );
        }
    }
    for token in [
        format!("{signing}."),
        signing.to_owned(),
        format!("{good}."),
        format!("..{signature}"),
        String::new(),
    ] {
        assert_eq!(taken(&channel, &token).await, Some(ErrorCode::Unauthenticated), "{token}");
    }
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn a_public_key_is_no_secret_of_another_algorithm() {
    for shared in [false, true] {
        let server = house(shared).open().await;
        let channel = channel(&server).await;
        for file in ["rs256.pub.pem", "es256.pub.pem", "eddsa.pub.pem", "jwks.json"] {
            let bytes = pem(file);
            let der: Vec<u8> = bytes
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.starts_with(b"--"))
                .flatten()
                .copied()
                .collect();
            for secret in [bytes.as_slice(), bytes.trim_ascii(), &der] {
                for kid in [None, Some("rs256"), Some("es256"), Some("eddsa"), Some("shared")] {
                    let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::HS256) };
                    let token =
                        encode(&header, &claims(), &EncodingKey::from_secret(secret)).expect("signed");
                    let code = taken(&channel, &token).await;
                    assert_eq!(code, Some(ErrorCode::Unauthenticated), "{file} as a secret, kid {kid:?}");
                }
            }
        }
        // The right signature under another algorithm's name.
        let good = signed(&claims());
        let (_, signature) = good.rsplit_once('.').expect("three parts");
        for algorithm in ["HS256", "ES256", "EdDSA"] {
            let token = raw(&json!({ "alg": algorithm }), &claims(), signature);
            assert_eq!(taken(&channel, &token).await, Some(ErrorCode::Unauthenticated), "{algorithm}");
        }
        server.drain().await.expect("ends cleanly");
    }
}

#[tokio::test]
async fn a_token_brings_no_key_of_its_own() {
    let server = house(true).open().await;
    let channel = channel(&server).await;
    let own = b"a secret that only the attacker has, and is long enough";
    let jwk = json!({ "kty": "oct", "k": base64(own), "alg": "HS256" });
    let file = "file:///etc/hostname";
    for extra in [
        json!({ "jwk": jwk }),
        json!({ "jku": file }),
        json!({ "x5u": file }),
        json!({ "kid": "../../../etc/hostname" }),
        json!({ "kid": "shared' OR '1'='1" }),
        json!({ "kid": "shared\u{0}" }),
        json!({ "crit": ["exp"] }),
    ] {
        let mut header = json!({ "alg": "HS256", "typ": "JWT" });
        extra.as_object().expect("an object").iter().for_each(|(name, value)| header[name] = value.clone());
        let token = raw(&header, &claims(), "");
        let signing = token.trim_end_matches('.');
        let signature =
            jsonwebtoken::crypto::sign(signing.as_bytes(), &EncodingKey::from_secret(own), Algorithm::HS256);
        let token = format!("{signing}.{}", signature.expect("signed"));
        assert_eq!(taken(&channel, &token).await, Some(ErrorCode::Unauthenticated), "{header}");
    }
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn claims_that_do_not_hold_now_are_refused() {
    let server = house(false).open().await;
    let channel = channel(&server).await;
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        claims
    };
    let without = |name: &str| {
        let mut claims = claims();
        claims.as_object_mut().expect("an object").remove(name);
        claims
    };
    let bad = [
        with("exp", (now() - 60).into()),
        with("exp", 0.into()),
        with("exp", (-1).into()),
        with("exp", "soon".into()),
        without("exp"),
        with("nbf", (now() + 60).into()),
        with("iss", "another issuer".into()),
        without("iss"),
        with("aud", "another shop".into()),
        with("aud", json!(["another shop"])),
        without("aud"),
        without("sub"),
        with("sub", "".into()),
        with("sub", "kim or lee".into()),
        with("sub", json!(["kim"])),
    ];
    for claims in bad {
        let code = taken(&channel, &signed(&claims)).await;
        assert_eq!(code, Some(ErrorCode::Unauthenticated), "{claims}");
    }
    assert_eq!(taken(&channel, &signed(&with("aud", json!(["another shop", "the shop"])))).await, None);
    // Signed for somebody else: good, and yet not Kim's.
    assert_eq!(taken(&channel, &signed(&with("sub", "lee".into()))).await, Some(ErrorCode::Forbidden));
    // Claims exchanged under a good signature.
    let (good, others) = (signed(&claims()), signed(&with("roles", json!(["admin"]))));
    let parts: Vec<&str> = good.split('.').collect();
    let other: Vec<&str> = others.split('.').collect();
    let mixed = format!("{}.{}.{}", parts[0], other[1], parts[2]);
    assert_eq!(taken(&channel, &mixed).await, Some(ErrorCode::Unauthenticated));
    server.drain().await.expect("ends cleanly");
}
