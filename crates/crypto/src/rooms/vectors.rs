//! Official vectors.
