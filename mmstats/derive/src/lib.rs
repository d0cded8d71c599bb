//! The derive macro of `mmstats`.
