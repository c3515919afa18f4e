//! The platform over real HTTP, with real jobs under real supervisors.

mod desk;
mod flow;
mod jobs;
mod logs;
mod sandbox;
mod start;
mod storage;
