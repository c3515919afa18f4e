//! How fast the local platform is and how much it carries, measured from outside against the real
//! program: `dev-platform-bench event|load PROGRAM [--json]`;
//! `dev-platform-bench seed PROGRAM DATA SIZE…` writes bakes of so many tasks.
#![expect(clippy::print_stdout, reason = "this program prints")]

mod event;
mod figures;
mod load;
mod seed;
mod served;

use std::path::Path;
use std::process::ExitCode;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["seed", program, data, sizes @ ..] = &words[..] {
        let sizes: Result<Vec<usize>, _> = sizes.iter().map(|size| size.parse()).collect();
        seed::seed(Path::new(program), Path::new(data), &sizes?).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let (name, program, json) = match words[..] {
        [name, program] => (name, program, false),
        [name, program, "--json"] => (name, program, true),
        _ => return Err("give `event|load PROGRAM [--json]`".into()),
    };
    let figures = match name {
        "event" => event::event(Path::new(program)).await?,
        "load" => load::load(Path::new(program)).await?,
        other => return Err(format!("there is no bench `{other}`").into()),
    };
    print!("{}", figures.table());
    if json {
        println!("{}", figures.json());
    }
    Ok(ExitCode::SUCCESS)
}
