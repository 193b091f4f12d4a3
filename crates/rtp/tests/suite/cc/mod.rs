//! Congestion control over emulated links in virtual time: what is used of a link, how long its
//! queue is, and how soon a change is followed.

mod allocations;
mod capacity;
mod flow;
mod lies;
mod link;
mod loss;
mod route;
mod shared;
mod start;
mod world;
