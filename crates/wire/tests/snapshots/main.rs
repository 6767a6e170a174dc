//! The wire format, pinned byte by byte.
//!
//! `vectors/good` holds one canonical encoding of every body and frame kind, `vectors/bad` holds
//! one file for each way of writing something that must be refused. Both are read here and, as
//! seeds, by the fuzz targets. A change of format shows as a changed file in a review.
//!
//! To write the files anew after an intended change:
//! `BYSTAND_BLESS=1 cargo test -p bystand-wire --test snapshots pinned`, then read the difference.

#[cfg(test)]
mod files;
#[cfg(test)]
mod good;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod rewrite;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod types;
