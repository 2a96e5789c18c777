//! In which order the channels of a model are tried.

use std::cmp::Reverse;
use std::sync::Arc;

use super::Channel;
use crate::domain::UnixMillis;

/// The order to try channels in for a model. Those that rest after a failure come last, the one whose rest ends first
/// before the others. Among the rest: the highest priority first, and among equals each as often first as its weight
/// says; where none has a weight, all weigh the same; where some do, those without come after them. `lot` is a random
/// number.
pub fn order(
    channels: Vec<Arc<Channel>>,
    model: &str,
    lot: u64,
    now: UnixMillis,
) -> Vec<Arc<Channel>> {
    if channels.len() < 2 {
        return channels;
    }
    let mut resting = Vec::new();
    let mut ready = Vec::with_capacity(channels.len());
    for channel in channels {
        match channel.cooling().until(model, now) {
            Some(until) => resting.push((until, channel)),
            None => ready.push(channel),
        }
    }
    let mut ordered = by_priority(ready, lot);
    resting.sort_by_key(|(until, channel)| (*until, Reverse(channel.priority)));
    ordered.extend(resting.into_iter().map(|(_, channel)| channel));
    ordered
}

fn by_priority(mut channels: Vec<Arc<Channel>>, mut lot: u64) -> Vec<Arc<Channel>> {
    channels.sort_by_key(|channel| Reverse(channel.priority));
    let mut ordered = Vec::with_capacity(channels.len());
    while let Some(best) = channels.first().map(|channel| channel.priority) {
        let equals = channels.partition_point(|channel| channel.priority == best);
        let mut rank: Vec<_> = channels.drain(..equals).collect();
        while !rank.is_empty() {
            let picked = pick(&rank, lot);
            ordered.push(rank.remove(picked));
            lot = lot.rotate_left(17).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
    ordered
}

/// Which of a rank comes first.
fn pick(rank: &[Arc<Channel>], lot: u64) -> usize {
    let weight = |channel: &Arc<Channel>| u64::from(u32::try_from(channel.weight).unwrap_or(0));
    let total: u64 = rank.iter().map(weight).sum();
    let len = rank.len() as u64;
    if total == 0 {
        return usize::try_from(lot % len).unwrap_or(0);
    }
    let mut point = lot % total;
    for (place, channel) in rank.iter().enumerate() {
        let share = weight(channel);
        if point < share {
            return place;
        }
        point -= share;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::super::cooling::Cause;
    use super::super::tests::channel;
    use super::*;
    use proptest::prelude::*;

    const NOW: UnixMillis = UnixMillis(1_000_000_000);

    fn ready(id: i64, priority: i64, weight: i64) -> Arc<Channel> {
        Arc::new(Channel::from_stored(channel(id, priority, weight)).unwrap())
    }

    fn ids(channels: &[Arc<Channel>], lot: u64, now: UnixMillis) -> Vec<i64> {
        let ordered = order(channels.to_vec(), "a", lot, now);
        ordered.iter().map(|channel| channel.id).collect()
    }

    #[test]
    fn priority_comes_before_weight() {
        let channels = [ready(1, 0, 100), ready(2, 5, 0), ready(3, 5, 1)];
        for lot in 0..50 {
            assert_eq!(
                ids(&channels, lot, NOW),
                [3, 2, 1],
                "who has no weight waits behind who has"
            );
        }
    }

    #[test]
    fn equals_share_as_their_weights_say() {
        let channels = [ready(1, 0, 3), ready(2, 0, 1)];
        let first = (0..400).filter(|lot| ids(&channels, *lot, NOW)[0] == 1);
        assert_eq!(first.count(), 300);
    }

    #[test]
    fn who_fails_goes_last_until_its_time_is_over() {
        let channels = [ready(1, 9, 0), ready(2, 5, 0), ready(3, 1, 0)];
        let fail = |at: usize, cause| channels[at].cooling().failed("a", cause, "no", NOW);
        assert_eq!(ids(&channels, 7, NOW), [1, 2, 3]);
        fail(0, Cause::Refused);
        assert_eq!(ids(&channels, 7, NOW), [2, 3, 1]);
        fail(1, Cause::Down);
        assert_eq!(ids(&channels, 7, NOW), [3, 2, 1], "2 is back sooner than 1");
        fail(2, Cause::Down);
        assert_eq!(
            ids(&channels, 7, NOW),
            [2, 3, 1],
            "all rest, and all are tried"
        );
        let later = UnixMillis(NOW.0 + 5_000);
        assert_eq!(ids(&channels, 7, later), [2, 3, 1]);
        assert_eq!(ids(&channels, 7, UnixMillis(NOW.0 + 60_000)), [1, 2, 3]);
        channels[0].cooling().answered("a");
        assert_eq!(ids(&channels, 7, NOW), [1, 2, 3]);
        // Another model's trouble is not this one's.
        channels[0].cooling().failed("b", Cause::Model, "404", NOW);
        assert_eq!(ids(&channels, 7, later)[0], 1);
    }

    proptest! {
        #[test]
        fn every_channel_has_its_place_once(
            made in prop::collection::vec((0_i64..4, 0_i64..5, 0_usize..4), 0..9),
            lot in any::<u64>(),
            passed in 0_i64..700_000,
        ) {
            let channels: Vec<Arc<Channel>> = made
                .iter()
                .enumerate()
                .map(|(at, (priority, weight, trouble))| {
                    let channel = ready(at as i64, *priority, *weight);
                    let causes = [Cause::Request, Cause::Down, Cause::Busy(Some(60)), Cause::Refused];
                    channel.cooling().failed("a", causes[*trouble], "x", NOW);
                    channel
                })
                .collect();
            let now = UnixMillis(NOW.0 + passed);
            let ordered = order(channels.clone(), "a", lot, now);
            let mut ids: Vec<i64> = ordered.iter().map(|channel| channel.id).collect();
            ids.sort_unstable();
            prop_assert_eq!(ids, (0..channels.len() as i64).collect::<Vec<_>>());
            let rests: Vec<_> = ordered.iter().map(|channel| channel.cooling().until("a", now)).collect();
            prop_assert!(rests.is_sorted(), "ready ones first, then by the end of their rest: {:?}", rests);
            let ready = ordered.iter().filter(|channel| channel.cooling().until("a", now).is_none());
            prop_assert!(ready.map(|channel| Reverse(channel.priority)).is_sorted());
        }
    }
}
