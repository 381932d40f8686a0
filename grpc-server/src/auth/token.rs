//! What a token says, and why one is not taken.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use tacos_proto::common::v1::ErrorCode;

use crate::rpc::Access;
use crate::wire::ApiError;

/// The claims of a token, as far as the server cares.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Claims {
    pub(crate) sub: String,
    pub(crate) exp: u64,
    #[serde(default)]
    pub(crate) roles: Vec<String>,
    #[serde(default)]
    pub(crate) scope: String,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) email: String,
    #[serde(flatten)]
    pub(crate) rest: BTreeMap<String, Value>,
}

impl Claims {
    /// The highest role that the token names.
    pub(crate) fn access(&self) -> Access {
        let has = |role: &str| self.roles.iter().any(|own| own == role);
        if has("admin") {
            Access::Admin
        } else if has("service") {
            Access::Service
        } else {
            Access::User
        }
    }

    pub(crate) fn scopes(&self) -> Vec<String> {
        self.scope.split_ascii_whitespace().map(str::to_owned).collect()
    }
}

/// Why a token is not taken. Which of the checks of its signature failed is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenError {
    Malformed,
    Signature,
    Expired,
    NotYet,
    Issuer,
    Audience,
    NoKeys,
}

impl TokenError {
    pub(crate) fn to_api_error(self) -> ApiError {
        let message = match self {
            Self::Malformed => "the token is malformed",
            Self::Signature => "the token's signature cannot be verified",
            Self::Expired => "the token has expired",
            Self::NotYet => "the token is not valid yet",
            Self::Issuer => "the token is from another issuer",
            Self::Audience => "the token is for another audience",
            Self::NoKeys => "no keys are configured: tokens cannot be checked",
        };
        ApiError::new(ErrorCode::Unauthenticated, message)
    }
}
