//! What people and clients live through, in process: whole stories, each endpoint's manners, and random histories
//! beside a model.

mod endpoints;
mod model;
mod scenarios;
