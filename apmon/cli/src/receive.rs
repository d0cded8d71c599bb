//! `apmon receive`: shows the packets that arrive.

mod networks;
mod rates;
mod senders;
mod sequence;
