//! Both stories through the doors, in process: real pages, real signatures, a real database; only
//! time is ours to move.

mod browser;
mod doors;
mod logs;
mod shop;
mod television;
mod world;
