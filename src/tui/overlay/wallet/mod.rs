//! The wallet (S-03 to S-07): the account, what came in, how it is filled; and all relays side by side.

pub mod form;
mod side_by_side;
pub mod update;
pub mod view;
