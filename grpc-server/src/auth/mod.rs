//! Who calls: a JWT says so where keys are configured, and nobody needs to where none are. Roles and ownership are
//! checked here; what a role may call stands in [`crate::rpc`].

mod keys;
mod token;

use tacos_engine::UserId;
use tonic::metadata::MetadataMap;

use crate::rpc::Access;
use crate::wire::Fault;
use tacos_proto::common::v1::ErrorCode;

pub(crate) use keys::KeyRing;
pub(crate) use token::{Claims, Doubt};

/// The caller of one RPC.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// What the caller may call.
    pub(crate) access: Access,
    /// The user that the token names; `None` for callers without a token.
    pub(crate) user: Option<UserId>,
    /// The token's subject, for the audit record.
    pub(crate) subject: String,
}

impl Caller {
    /// Somebody without credentials, where credentials are asked for.
    fn nobody() -> Self {
        Self { access: Access::Open, user: None, subject: String::new() }
    }

    /// Anybody, where no keys are configured.
    fn trusted() -> Self {
        Self { access: Access::Admin, user: None, subject: "local".to_owned() }
    }

    /// True for callers that speak for everybody.
    pub(crate) fn speaks_for_all(&self) -> bool {
        self.access >= Access::Service
    }

    /// True for a caller that no token identifies.
    pub(crate) fn is_unnamed(&self) -> bool {
        self.user.is_none() && self.subject == "local"
    }

    /// Finds out who calls.
    pub(crate) fn of(ring: Option<&KeyRing>, metadata: &MetadataMap) -> Result<Self, Fault> {
        let Some(ring) = ring else { return Ok(Self::trusted()) };
        let Some(header) = metadata.get("authorization") else { return Ok(Self::nobody()) };
        let text = header.to_str().ok().and_then(bearer).ok_or_else(|| {
            Fault::new(ErrorCode::Unauthenticated, "the authorization metadata must be: Bearer <token>")
        })?;
        let claims = ring.check(text).map_err(Doubt::to_fault)?;
        Self::from_claims(&claims)
    }

    fn from_claims(claims: &Claims) -> Result<Self, Fault> {
        let access = claims.access();
        let user = UserId::new(&claims.sub).ok();
        if user.is_none() && access == Access::User {
            return Err(Fault::new(ErrorCode::Unauthenticated, "the token's subject is no user id"));
        }
        Ok(Self { access, user, subject: claims.sub.clone() })
    }

    /// Refuses callers whose role does not reach.
    pub(crate) fn may(&self, needed: Access) -> Result<(), Fault> {
        if self.access >= needed {
            return Ok(());
        }
        Err(if self.access == Access::Open {
            Fault::new(ErrorCode::Unauthenticated, "credentials are needed")
        } else {
            Fault::forbidden()
        })
    }

    /// Who acts: the user that the request names, if the caller may speak for them; else the caller.
    pub(crate) fn acting(&self, named: Option<UserId>) -> Result<Option<UserId>, Fault> {
        match (&self.user, named) {
            (_, named) if self.speaks_for_all() => Ok(named),
            (Some(user), Some(named)) if *user != named => Err(Fault::forbidden()),
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
        let kim = Caller { access: Access::User, user: Some(user("kim")), subject: "kim".to_owned() };
        assert_eq!(kim.acting(None), Ok(Some(user("kim"))));
        assert_eq!(kim.acting(Some(user("kim"))), Ok(Some(user("kim"))));
        assert_eq!(kim.acting(Some(user("lee"))), Err(Fault::forbidden()));
        assert_eq!(kim.may(Access::Service), Err(Fault::forbidden()));
        assert_eq!(Caller::nobody().may(Access::User).expect_err("nobody").code, ErrorCode::Unauthenticated);
    }

    #[test]
    fn a_service_speaks_for_everybody() {
        let shop = Caller { access: Access::Service, user: Some(user("shop")), subject: "shop".to_owned() };
        assert_eq!(shop.acting(Some(user("lee"))), Ok(Some(user("lee"))));
        assert_eq!(shop.acting(None), Ok(None));
    }
}
