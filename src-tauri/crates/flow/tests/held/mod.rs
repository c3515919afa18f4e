//! What has to hold for any bytes. The fuzz targets include these checks, and the tests of this
//! crate run them over the seeds of the fuzz targets and over every case that was found.

pub mod asking;
pub mod editing;
pub mod project;
pub mod reading;
