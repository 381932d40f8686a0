//! The wire contract of Traffic Tacos: messages, clients and servers, made from the `.proto` files beside this crate.
//!
//! Modules are nested as the packages are: `gateway.v1.JoinQueueRequest` is [`gateway::v1::JoinQueueRequest`]. Well-known types come
//! from `prost-types`. What the fields mean stands in the `.proto` files and is repeated on the items here. This crate
//! decides nothing and checks nothing: bounds are enforced at the server's door.
//!
//! # Examples
//!
//! ```
//! use tacos_proto::common::v1::Money;
//! use tacos_proto::prost::Message;
//!
//! let price = Money { amount: 120_000, currency: "KRW".to_owned() };
//! assert_eq!(Money::decode(price.encode_to_vec().as_slice()), Ok(price));
//! // What is no message is refused.
//! assert!(Money::decode([0xff].as_slice()).is_err());
//! ```

#![forbid(unsafe_code)]

// The exact versions that the generated code was made for.
pub use {prost, prost_types, tonic};

/// Every file of the contract and what it imports, as an encoded `google.protobuf.FileDescriptorSet`: what a reflection
/// service serves. Without comments, to stay small.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// The same with the comment before each item: what a reference of the contract is written of.
pub const COMMENTED_FILE_DESCRIPTOR_SET: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/descriptors_with_comments.bin"));

/// Declares one package as a module. Lints on generated code would only judge the generator.
macro_rules! package {
    ($name:ident, $path:literal, $what:literal) => {
        #[doc = $what]
        pub mod $name {
            #[doc = $what]
            #[allow(
                missing_docs,
                unused_qualifications,
                clippy::all,
                clippy::pedantic,
                clippy::large_enum_variant
            )]
            pub mod v1 {
                tonic::include_proto!($path);
            }
        }
    };
}

package!(command, "command.v1", "Commands, reads and their answers, as a stream of commands carries them.");
package!(common, "common.v1", "Shared values, errors and the operators' service.");
package!(
    engine,
    "engine.v1",
    "Events, seat maps, queue policies, change feed, backups: the project's own package."
);
package!(gateway, "gateway.v1", "The front door: gateway, waiting line, streams, webhooks in.");
package!(payment, "payment.v1", "The payment simulator.");
package!(reservation, "reservation.v1", "Reservations, inventory and the worker's steps.");

#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "testing")]
pub mod testing;

/// What servers and clients know of every request and response, whatever its type.
pub mod rpc {
    use prost::Message;

    use crate::common::v1::Error;

    /// The request of one RPC.
    pub trait RpcRequest: Message + Default + 'static {
        /// Full name of the message.
        const NAME: &'static str;
        /// What the RPC answers, or streams.
        type Response: RpcResponse;

        /// The key under which the first answer is remembered; empty if there is none.
        fn idempotency_key(&self) -> &str {
            ""
        }

        /// The user whom the request names; empty if it names none.
        fn user_id(&self) -> &str {
            ""
        }

        /// True if it asks what would happen.
        fn dry_run(&self) -> bool {
            false
        }
    }

    /// The response of one RPC.
    pub trait RpcResponse: Message + Default + 'static {
        /// What the RPC was refused with, if it was.
        fn error(&self) -> Option<&Error>;
    }

    /// What the build script wrote.
    #[allow(unused_qualifications, reason = "every path is written in full")]
    mod implementations {
        use super::{RpcRequest, RpcResponse};

        include!(concat!(env!("OUT_DIR"), "/rpc.rs"));
    }
}
