//! One relay over HTTP: probing, account calls, keys, models and the chat stream.
