//! What TLS connections are made with: the process's crypto provider, and the certificates that are trusted.

use std::sync::{Arc, Once};

use rustls::ClientConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls_platform_verifier::Verifier;

/// Makes `ring` this process's crypto provider. Building a client without one would panic.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that somebody else installed one already, which serves as well.
        let _ = ring::default_provider().install_default();
    });
}

/// The configuration of connections made below the HTTP client: it trusts what that trusts, the system's roots and
/// Mozilla's, so hosts without certificate files work, and so do companies with roots of their own. The caller says
/// which protocols it speaks.
///
/// # Errors
/// When this machine cannot make TLS connections, in words.
pub fn client_config() -> Result<ClientConfig, rustls::Error> {
    install();
    let provider = CryptoProvider::get_default()
        .map(Arc::clone)
        .ok_or_else(|| rustls::Error::General("no cryptography".into()))?;
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
    let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider))?;
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}
