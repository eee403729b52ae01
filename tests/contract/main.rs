//! What each part promises: every store, every answer that is judged, the published vectors, the costs.

mod bounds;
mod mechanisms;
mod mutations;
mod private_network;
mod store_contract;
mod vectors;
