//! The platform alone, for the tests of this crate and for trying other tools against it:
//!
//! - `local-platform-supervisor serve DIR [PORT]` serves until Ctrl-C and prints its address;
//! - `local-platform-supervisor __job DIR` is the supervisor of one job, and with `__enter DIR …` it
//!   becomes a further command in one. The application's own programs do the same.
#![expect(
    clippy::print_stdout,
    reason = "its address is what the caller waits for"
)]

use std::path::Path;
use std::process::ExitCode;

use local_platform::{BUILD_IMAGE_WORD, EXECUTE_WORD, JOB_WORD, Options, Server};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    if let Some(code) = local_platform::enter_if_asked() {
        return Ok(ExitCode::from(code));
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [JOB_WORD, folder] => {
            let code = local_platform::supervise(Path::new(folder));
            Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
        }
        [BUILD_IMAGE_WORD, data, order] => {
            let code = local_platform::build_image(Path::new(data), order);
            Ok(ExitCode::from(code))
        }
        [EXECUTE_WORD, bake, ..] => {
            println!(
                "{bake} cannot be executed: this is the platform alone, without the executor. \
                 Serve it with `bakehouse serve`, or bake with `--local-executor`."
            );
            Ok(ExitCode::FAILURE)
        }
        ["serve", folder, ref port @ ..] => {
            let mut options = Options::new(folder, std::env::current_exe()?);
            if let Some(port) = port.first() {
                options.port = port.parse()?;
            }
            serve(options)?;
            Ok(ExitCode::SUCCESS)
        }
        _ => Err("give `serve DIR [PORT]`".into()),
    }
}

#[tokio::main]
async fn serve(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let running = Server::start(options).await?;
    println!("{}", running.url());
    tokio::signal::ctrl_c().await?;
    running.shutdown().await;
    Ok(())
}
