//! What `relaydeck wallet` takes.

use clap::Subcommand;

/// The wallet.
#[derive(Debug, Subcommand)]
pub enum WalletCommand {
    /// Show the balance, and how the relay lets you fill it
    Show,
    /// Redeem a code
    Redeem {
        /// The code; read from stdin with `-`
        code: String,
    },
    /// Place an order and print the page to pay it on; nothing is paid here
    Topup {
        /// How much, in whole dollars of quota
        #[arg(value_name = "AMOUNT")]
        amount: u64,
        /// How to pay, as `wallet show` names it; the relay's first way when absent
        #[arg(long, value_name = "METHOD")]
        method: Option<String>,
    },
    /// List what came into the wallet
    History {
        /// At most so many
        #[arg(short = 'n', long, default_value_t = 50)]
        limit: usize,
    },
}
