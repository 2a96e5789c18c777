//! Folders, layers, profiles and secrets on disk.
