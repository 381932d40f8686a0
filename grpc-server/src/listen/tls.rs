//! TLS: certificate, key and authorities from files, exchanged for new ones while the server runs. A reload that fails
//! leaves the old ones in force. Connections keep what they were accepted with.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::settings::Tls;

/// What is in force, and the files that it was read from.
pub(crate) struct TlsFiles {
    settings: Tls,
    config: ArcSwap<ServerConfig>,
    changed: parking_lot::Mutex<Vec<Option<SystemTime>>>,
}

impl TlsFiles {
    /// Reads all files; none if TLS is not configured.
    pub(crate) fn read(settings: &Tls) -> Result<Option<Self>, String> {
        let (Some(cert), Some(key)) = (&settings.cert_file, &settings.key_file) else { return Ok(None) };
        let changed = changed(settings);
        let config = configure(settings, cert, key)?;
        Ok(Some(Self {
            settings: settings.clone(),
            config: ArcSwap::from_pointee(config),
            changed: parking_lot::Mutex::new(changed),
        }))
    }

    /// Reads the files again if one of them changed. True if new ones are in force.
    pub(crate) fn reload(&self) -> Result<bool, String> {
        let (Some(cert), Some(key)) = (&self.settings.cert_file, &self.settings.key_file) else {
            return Ok(false);
        };
        let now = changed(&self.settings);
        if *self.changed.lock() == now {
            return Ok(false);
        }
        let config = configure(&self.settings, cert, key)?;
        self.config.store(Arc::new(config));
        *self.changed.lock() = now;
        Ok(true)
    }

    pub(super) fn config(&self) -> Arc<ServerConfig> {
        self.config.load_full()
    }
}

fn changed(settings: &Tls) -> Vec<Option<SystemTime>> {
    let changed = |path: &Option<PathBuf>| {
        path.as_deref().and_then(|path| std::fs::metadata(path).and_then(|meta| meta.modified()).ok())
    };
    [&settings.cert_file, &settings.key_file, &settings.client_ca_file].map(changed).to_vec()
}

fn configure(settings: &Tls, cert: &Path, key: &Path) -> Result<ServerConfig, String> {
    let chain = certificates(cert)?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| say(key, &error))?;
    let builder = ServerConfig::builder();
    let builder = match &settings.client_ca_file {
        None => builder.with_no_client_auth(),
        Some(file) => {
            let mut roots = RootCertStore::empty();
            for authority in certificates(file)? {
                roots.add(authority).map_err(|error| say(file, &error))?;
            }
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build();
            builder.with_client_cert_verifier(verifier.map_err(|error| say(file, &error))?)
        }
    };
    let mut config = builder.with_single_cert(chain, private).map_err(|error| say(cert, &error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let all = read.map_err(|error| say(file, &error))?;
    if all.is_empty() {
        return Err(say(file, &"no certificate in it"));
    }
    Ok(all)
}

fn say(file: &Path, error: &dyn std::fmt::Display) -> String {
    format!("tls: {}: {error}", file.display())
}

/// The names that a verified certificate carries: its DNS names and URIs.
pub(super) fn names(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok(parsed) = webpki::EndEntityCert::try_from(certificate) else { return Vec::new() };
    parsed.valid_dns_names().chain(parsed.valid_uri_names()).map(str::to_owned).collect()
}
