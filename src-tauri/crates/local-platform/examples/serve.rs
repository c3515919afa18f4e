//! The platform alone, for trying other tools against it:
//! `cargo run -p local-platform --example serve -- DIR [PORT]`, until Ctrl-C.
#![expect(
    clippy::print_stdout,
    reason = "its address is what the caller waits for"
)]

use std::path::Path;
use std::process::ExitCode;

use local_platform::{Options, Server};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, folder] = &arguments[..]
        && word == local_platform::JOB_WORD
    {
        let code = local_platform::supervise(Path::new(folder));
        return Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)));
    }
    let folder = arguments
        .first()
        .ok_or("give the data folder, and perhaps a port")?;
    let mut options = Options::new(folder, std::env::current_exe()?);
    if let Some(port) = arguments.get(1) {
        options.port = port.parse()?;
    }
    serve(options)?;
    Ok(ExitCode::SUCCESS)
}

#[tokio::main]
async fn serve(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let running = Server::start(options).await?;
    println!("{}", running.url());
    tokio::signal::ctrl_c().await?;
    running.shutdown().await;
    Ok(())
}
