//! The dimensions of the requests that are counted.

use mmstats::{DimensionValue, Dimensions};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};

/// One of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, DimensionValue)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
}

pub const METHODS: [Method; 4] = [Method::Get, Method::Head, Method::Post, Method::Put];

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "Get",
            Self::Head => "Head",
            Self::Post => "Post",
            Self::Put => "Put",
        }
    }
}

impl EncodeLabelValue for Method {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.name().encode(encoder)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Dimensions, EncodeLabelSet)]
pub struct ByStatus {
    pub method: Method,
    pub status: u16,
}

#[derive(Clone, Copy, Debug, Dimensions)]
pub struct ByTenant<'a> {
    pub tenant: &'a str,
    pub method: Method,
}

/// What a struct of prometheus-client must own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OwnedByTenant {
    pub tenant: String,
    pub method: Method,
}
