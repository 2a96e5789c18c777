//! What `relaydeck wallet` takes.

use clap::Subcommand;

/// The wallet.
#[derive(Debug, Subcommand)]
pub enum WalletCommand {
    Show,
    Redeem {
        code: String,
    },
    Topup {
        #[arg(value_name = "AMOUNT")]
        amount: u64,
        #[arg(long, value_name = "METHOD")]
        method: Option<String>,
    },
    History {
        #[arg(short = 'n', long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
    },
}
