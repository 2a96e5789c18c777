//! A connector that gives up after a while, whichever part of connecting takes so long: the name, the connection or TLS.

use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::Uri;
use tokio::time::timeout;
use tower_service::Service;

/// The connector.
#[derive(Clone, Debug)]
pub struct Patient<C> {
    inner: C,
    patience: Duration,
}

impl<C> Patient<C> {
    /// Around another.
    pub fn new(inner: C, patience: Duration) -> Self {
        Patient { inner, patience }
    }

    /// Whether an error says that time ran out.
    pub fn lost(error: &(dyn Error + 'static)) -> bool {
        let error = error.downcast_ref::<io::Error>();
        error.is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
    }
}

impl<C> Service<Uri> for Patient<C>
where
    C: Service<Uri>,
    C::Future: Send + 'static,
    C::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = C::Response;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<C::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = timeout(self.patience, self.inner.call(uri));
        Box::pin(async move {
            match connecting.await {
                Ok(made) => made.map_err(Into::into),
                Err(late) => Err(io::Error::new(io::ErrorKind::TimedOut, late).into()),
            }
        })
    }
}
