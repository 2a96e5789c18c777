//! A server whose certificate nobody vouches for.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

/// A server with a certificate of its own for this name; it serves an empty object until the test ends. Its port.
pub fn self_signed(name: &str) -> u16 {
    relaydeck::client::install_tls();
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let Ok(mut tls) = rustls::ServerConnection::new(Arc::clone(&config)) else {
                continue;
            };
            let mut secured = rustls::Stream::new(&mut tls, &mut stream);
            let _ = secured.read(&mut [0; 1024]);
            let _ = secured.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        }
    });
    port
}
