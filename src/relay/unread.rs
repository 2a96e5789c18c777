//! A connection that is given up when its client takes nothing of what it is sent for too long.
//!
//! While an answer cannot be written nobody reads on at its upstream either, and no other clock of the relay runs: the
//! request would keep its money set aside, its place among those of its key and its upstream for as long as the client likes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// The connection.
pub struct Unread<S> {
    stream: S,
    patience: Duration,
    /// Runs while something waits to be taken.
    timer: Option<Pin<Box<Sleep>>>,
}

impl<S> Unread<S> {
    /// Around a connection, whose client may take nothing for so long.
    pub fn new(stream: S, patience: Duration) -> Self {
        Unread {
            stream,
            patience,
            timer: None,
        }
    }

    fn seen<T>(
        &mut self,
        written: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.timer = None;
            return written;
        }
        let patience = self.patience;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(patience)));
        let late = timer.as_mut().poll(context);
        late.map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Unread<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Unread<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.seen(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.seen(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::Instant;

    const PATIENCE: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_given_up_and_who_takes_a_little_is_not() {
        let (ours, mut theirs) = duplex(8);
        let mut ours = Unread::new(ours, PATIENCE);
        let start = Instant::now();
        let written = ours.write_all(&[7; 9]).await;
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed(), PATIENCE);

        let (ours, mut slow) = duplex(8);
        let mut ours = Unread::new(ours, PATIENCE);
        let reading = tokio::spawn(async move {
            for _ in 0..40 {
                tokio::time::sleep(PATIENCE * 9 / 10).await;
                slow.read_u8().await.unwrap();
            }
            slow
        });
        ours.write_all(&[7; 40]).await.unwrap();
        let _slow = reading.await.unwrap();
        tokio::time::sleep(PATIENCE * 3).await;
        ours.write_all(&[7]).await.unwrap();
        assert_eq!(theirs.read_u8().await.unwrap(), 7);
    }
}
