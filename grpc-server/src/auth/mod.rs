//! Who calls: a JWT says so where keys are configured, a client certificate where its names have roles; where neither
//! is asked for, every caller is trusted. Roles and ownership are checked here; what a role may call stands in
//! [`crate::rpc`].

mod crypto;
mod keys;
mod token;

use std::collections::BTreeMap;

use http::HeaderMap;
use tacos_engine::{UnixMs, UserId};

use crate::rpc::Access;
use crate::settings::Role;
use crate::wire::ApiError;
use tacos_proto::common::v1::ErrorCode;

pub use crypto::install_cryptography;
pub(crate) use keys::KeyRing;
pub(crate) use token::{Claims, TokenError};

/// How callers are identified.
#[derive(Clone, Copy)]
pub(crate) struct Identity<'a> {
    /// Keys of tokens; none: no tokens are taken.
    pub(crate) ring: Option<&'a KeyRing>,
    /// Roles by names of client certificates; none: no certificates are asked for.
    pub(crate) certificates: Option<&'a BTreeMap<String, Role>>,
}

/// The caller of one RPC.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// What the caller may call.
    pub(crate) access: Access,
    /// The user that the token names; `None` for callers without a token.
    pub(crate) user: Option<UserId>,
    /// The token's subject, for the audit record.
    pub(crate) subject: String,
    /// The token ends at this moment, in seconds since the Unix epoch; `None` for callers without a token.
    pub(crate) expires_at: Option<u64>,
}

impl Caller {
    /// A caller without credentials, where credentials are asked for.
    pub(crate) fn anonymous() -> Self {
        Self { access: Access::Open, user: None, subject: String::new(), expires_at: None }
    }

    /// Any caller, where neither keys nor client certificates are configured.
    fn trusted() -> Self {
        Self { access: Access::Admin, user: None, subject: "local".to_owned(), expires_at: None }
    }

    /// True for callers that act for any user.
    pub(crate) fn speaks_for_all(&self) -> bool {
        self.access >= Access::Service
    }

    /// True for a caller that no token identifies.
    pub(crate) fn is_unnamed(&self) -> bool {
        self.user.is_none() && self.subject == "local"
    }

    /// True for a caller whose own credentials say that it is a service: where no keys are configured every caller may
    /// call everything, and that makes no caller's word a payment.
    pub(crate) fn may_vouch(&self) -> bool {
        self.speaks_for_all() && !self.is_unnamed()
    }

    /// Finds out who calls: by the token if there is one, else by the names of a verified client certificate.
    pub(crate) fn of(
        identity: Identity<'_>,
        headers: &HeaderMap,
        names: &[String],
    ) -> Result<Self, ApiError> {
        let by_certificate = || match identity.certificates {
            Some(roles) => Self::from_certificate(roles, names),
            None if identity.ring.is_none() => Self::trusted(),
            None => Self::anonymous(),
        };
        let (Some(ring), Some(header)) = (identity.ring, headers.get("authorization")) else {
            return Ok(by_certificate());
        };
        let text = header.to_str().ok().and_then(bearer).ok_or_else(|| {
            ApiError::new(ErrorCode::Unauthenticated, "the authorization metadata must be: Bearer <token>")
        })?;
        let claims = ring.check(text).map_err(TokenError::to_api_error)?;
        Self::from_claims(&claims)
    }

    /// The highest role among the certificate's names; a certificate without a listed name is an anonymous caller's.
    fn from_certificate(roles: &BTreeMap<String, Role>, names: &[String]) -> Self {
        let listed = names.iter().filter_map(|name| roles.get(name).map(|role| (role.access(), name)));
        let Some((access, name)) = listed.max_by_key(|(access, _)| *access) else { return Self::anonymous() };
        let user = UserId::new(name).ok().filter(|_| access == Access::User);
        Self { access, user, subject: name.clone(), expires_at: None }
    }

    fn from_claims(claims: &Claims) -> Result<Self, ApiError> {
        let access = claims.access();
        let user = UserId::new(&claims.sub).ok();
        if user.is_none() && access == Access::User {
            return Err(ApiError::new(ErrorCode::Unauthenticated, "the token's subject is no user id"));
        }
        Ok(Self { access, user, subject: claims.sub.clone(), expires_at: Some(claims.exp) })
    }

    /// Refuses a caller whose token has expired since the stream began.
    pub(crate) fn still_good(&self, now: UnixMs) -> Result<(), ApiError> {
        match self.expires_at {
            Some(at) if now.get() / 1_000 >= at => Err(TokenError::Expired.to_api_error()),
            _ => Ok(()),
        }
    }

    /// Refuses callers whose role does not reach.
    pub(crate) fn may(&self, needed: Access) -> Result<(), ApiError> {
        if self.access >= needed {
            return Ok(());
        }
        Err(if self.access == Access::Open {
            ApiError::new(ErrorCode::Unauthenticated, "credentials are needed")
        } else {
            ApiError::forbidden()
        })
    }

    /// Who acts: the user that the request names, if the caller may speak for them; else the caller.
    pub(crate) fn acting(&self, named: Option<UserId>) -> Result<Option<UserId>, ApiError> {
        match (&self.user, named) {
            (_, named) if self.speaks_for_all() => Ok(named),
            (Some(user), Some(named)) if *user != named => Err(ApiError::forbidden()),
            (user, _) => Ok(user.clone()),
        }
    }
}

/// The token of an `authorization` header.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> UserId {
        UserId::new(name).expect("valid")
    }

    #[test]
    fn a_user_speaks_only_for_themselves() {
        let kim = Caller {
            access: Access::User,
            user: Some(user("kim")),
            subject: "kim".to_owned(),
            expires_at: None,
        };
        assert_eq!(kim.acting(None), Ok(Some(user("kim"))));
        assert_eq!(kim.acting(Some(user("kim"))), Ok(Some(user("kim"))));
        assert_eq!(kim.acting(Some(user("lee"))), Err(ApiError::forbidden()));
        assert_eq!(kim.may(Access::Service), Err(ApiError::forbidden()));
        assert_eq!(
            Caller::anonymous().may(Access::User).expect_err("anonymous").code,
            ErrorCode::Unauthenticated
        );
    }

    #[test]
    fn a_certificate_has_the_role_that_its_name_is_given() {
        let roles = BTreeMap::from([
            ("gateway.internal".to_owned(), Role::Service),
            ("spiffe://shop/operator".to_owned(), Role::Admin),
        ]);
        let identity = Identity { ring: None, certificates: Some(&roles) };
        let access = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            Caller::of(identity, &HeaderMap::new(), &names).expect("no token to be wrong").access
        };
        assert_eq!(access(&["gateway.internal"]), Access::Service);
        assert_eq!(access(&["gateway.internal", "spiffe://shop/operator"]), Access::Admin);
        assert_eq!(access(&["another.internal"]), Access::Open);
        assert_eq!(access(&[]), Access::Open);
    }

    #[test]
    fn a_service_speaks_for_everybody() {
        let shop = Caller {
            access: Access::Service,
            user: Some(user("shop")),
            subject: "shop".to_owned(),
            expires_at: Some(1_000),
        };
        assert_eq!(shop.acting(Some(user("lee"))), Ok(Some(user("lee"))));
        assert_eq!(shop.acting(None), Ok(None));
    }

    #[test]
    fn a_token_is_good_until_its_end() {
        let shop = Caller {
            access: Access::Service,
            user: Some(user("shop")),
            subject: "shop".to_owned(),
            expires_at: Some(1_000),
        };
        assert!(shop.still_good(UnixMs::new(999_999)).is_ok());
        let over = shop.still_good(UnixMs::new(1_000_000)).expect_err("over");
        assert_eq!(over.code, ErrorCode::Unauthenticated);
        assert!(Caller::trusted().still_good(UnixMs::MAX).is_ok(), "a caller without a token");
    }
}
