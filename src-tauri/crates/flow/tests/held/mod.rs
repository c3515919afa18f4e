//! What has to hold for any bytes. The fuzz targets include these checks, and the tests of this
//! crate run them over the seeds of the fuzz targets and over every case that was found.
#![allow(unreachable_pub, reason = "the fuzz targets use it from outside")]

pub mod asking;
pub mod editing;
pub mod project;
pub mod reading;
