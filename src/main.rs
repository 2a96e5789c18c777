//! Arguments in, exit code out.

fn main() -> std::process::ExitCode {
    relaydeck::cli::main()
}
