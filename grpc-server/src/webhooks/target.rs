//! Where webhooks may go: listed hosts and ports, and behind their names only addresses of the public internet or such
//! as are listed themselves. Names are resolved and looked at again for every connection: a name that leads inside is
//! not called.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use arc_swap::ArcSwap;
use http::uri::Authority;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::TokioExecutor;
use tower::Service;

use crate::net::{Network, is_internal};

/// Longest address, in bytes.
const URL_BYTES_MAX: usize = 2_048;

/// Headers that are the deliverer's own, or that say where a message ends.
const RESERVED: [&str; 18] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
    "x-signature",
    "x-timestamp",
    "x-webhook-id",
];

/// True for a header that a registration may not set.
pub(crate) fn is_reserved(header: &str) -> bool {
    let header = header.to_ascii_lowercase();
    RESERVED.contains(&header.as_str()) || header.starts_with("proxy-")
}

/// Hosts and addresses that may be called.
pub(crate) struct Targets {
    hosts: ArcSwap<Vec<String>>,
    networks: Vec<Network>,
}

impl Targets {
    pub(super) fn new(hosts: Vec<String>, networks: Vec<Network>) -> Arc<Self> {
        Arc::new(Self { hosts: ArcSwap::from_pointee(hosts), networks })
    }

    pub(super) fn set_hosts(&self, hosts: Vec<String>) {
        self.hosts.store(Arc::new(hosts));
    }

    pub(super) fn hosts(&self) -> Vec<String> {
        self.hosts.load().to_vec()
    }

    /// Says why an address may not be delivered to.
    pub(super) fn check_url(&self, url: &str) -> Result<(), &'static str> {
        if url.len() > URL_BYTES_MAX {
            return Err("longer than 2048 bytes");
        }
        let uri: http::Uri = url.parse().map_err(|_| "is no address")?;
        let usual_port = match uri.scheme_str() {
            Some("http") => 80,
            Some("https") => 443,
            _ => return Err("must begin with http:// or https://"),
        };
        let authority = uri.authority().ok_or("has no host")?;
        if authority.as_str().contains('@') {
            return Err("must not carry credentials");
        }
        let port = authority.port_u16().unwrap_or(usual_port);
        let names = |listed: &String| {
            listed.parse::<Authority>().is_ok_and(|listed| {
                listed.host().eq_ignore_ascii_case(authority.host())
                    && listed.port_u16().unwrap_or(usual_port) == port
            })
        };
        if self.hosts.load().iter().any(names) {
            Ok(())
        } else {
            Err("its host and port are not on the allow-list")
        }
    }

    /// True if a name may lead to this address.
    fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let listed = |host: &String| {
            let bare =
                host.parse::<IpAddr>().ok().or_else(|| host.parse::<SocketAddr>().ok().map(|with| with.ip()));
            bare.is_some_and(|bare| bare.to_canonical() == address)
        };
        !is_internal(address)
            || self.networks.iter().any(|network| network.contains(address))
            || self.hosts.load().iter().any(listed)
    }
}

/// Resolves names to addresses that may be called.
#[derive(Clone)]
pub(super) struct Resolver {
    targets: Arc<Targets>,
    system: GaiResolver,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.system.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (targets, found) = (Arc::clone(&self.targets), self.system.call(name));
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = found.await?.filter(|one| targets.allows(one.ip())).collect();
            if addresses.is_empty() {
                let reason = "the host leads to no address that may be called";
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
            }
            Ok(addresses.into_iter())
        })
    }
}

pub(super) type Http = Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>;

/// A client that calls what `targets` allow, through no proxy and after no redirect.
pub(super) fn client(targets: &Arc<Targets>) -> io::Result<Http> {
    let resolver = Resolver { targets: Arc::clone(targets), system: GaiResolver::new() };
    let mut connector = HttpConnector::new_with_resolver(resolver);
    connector.enforce_http(false);
    let https = hyper_rustls::HttpsConnectorBuilder::new().with_native_roots()?;
    let https = https.https_or_http().enable_http1().wrap_connector(connector);
    Ok(Client::builder(TokioExecutor::new()).build(https))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn targets(hosts: &[&str]) -> Arc<Targets> {
        Targets::new(hosts.iter().map(|host| (*host).to_owned()).collect(), Vec::new())
    }

    #[test]
    fn only_listed_hosts_and_ports_are_delivered_to() {
        let targets = targets(&["shop.example", "127.0.0.1:9000", "[::1]:9000"]);
        for good in [
            "https://shop.example/hook",
            "http://SHOP.example/",
            "http://127.0.0.1:9000/",
            "http://[::1]:9000/",
        ] {
            assert_eq!(targets.check_url(good), Ok(()), "{good}");
        }
        for bad in [
            "https://other.example/",
            "https://shop.example:22/",
            "http://shop.example:443/",
            "http://127.0.0.1:9001/",
            "http://127.0.0.1/",
            "http://shop.example@evil.example/",
            "http://evil.example#shop.example",
            "ftp://shop.example/",
            "shop.example",
        ] {
            assert!(targets.check_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn inner_addresses_are_allowed_only_where_they_are_listed() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let listed =
            Targets::new(vec!["10.0.0.5:80".to_owned()], vec!["192.168.7.0/24".parse().expect("a network")]);
        for good in ["10.0.0.5", "192.168.7.9", "1.1.1.1", "::ffff:10.0.0.5"] {
            assert!(listed.allows(ip(good)), "{good}");
        }
        for bad in ["10.0.0.6", "192.168.8.1", "169.254.169.254", "::1", "127.0.0.1", "::ffff:127.0.0.1"] {
            assert!(!listed.allows(ip(bad)), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_listed_name_that_leads_inside_is_not_called() {
        crate::install_cryptography();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let post = |targets: &Arc<Targets>| {
            let url = format!("http://localhost:{port}/");
            assert_eq!(targets.check_url(&url), Ok(()));
            let request = hyper::Request::post(url).body(Full::new(Bytes::new())).expect("a request");
            let http = client(targets).expect("authorities");
            async move { http.request(request).await }
        };
        let patience = Duration::from_secs(30);
        let by_name = targets(&[&format!("localhost:{port}")]);
        let refused = tokio::time::timeout(patience, post(&by_name)).await.expect("refused at once");
        let error = refused.expect_err("loopback is not listed");
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(
            cause.contains("may be called") || format!("{error:?}").contains("may be called"),
            "{error:?}"
        );
        // With its address listed as well, the same name is called.
        let by_both = targets(&[&format!("localhost:{port}"), &format!("127.0.0.1:{port}")]);
        let calls = tokio::spawn(post(&by_both));
        let accepted = tokio::time::timeout(patience, listener.accept()).await.expect("called");
        assert!(accepted.is_ok());
        calls.abort();
    }

    #[test]
    fn headers_of_the_deliverer_are_reserved() {
        for header in
            ["Host", "content-length", "Transfer-Encoding", "X-Signature", "x-webhook-id", "proxy-connection"]
        {
            assert!(is_reserved(header), "{header}");
        }
        for header in ["authorization", "x-shop", "cookie"] {
            assert!(!is_reserved(header), "{header}");
        }
    }
}
