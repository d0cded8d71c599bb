//! Families of series: whatever dimensions they meet, totals are right, and what is shown of a
//! series is all of it.

mod adding;
mod forks;
mod full;
mod growth;
mod killed;
mod kinds;
mod limits;
mod threads;
mod totals;
