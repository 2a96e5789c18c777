//! Streams and documents: events, pace, lengths, usage.

use std::time::Duration;

use futures_util::StreamExt;
use relaydeck::domain::count::count_prompt;
use relaydeck::domain::price::ModelRatios;
use relaydeck::relay::builtin;
use serde_json::{Value, json};

use crate::probe::{HANDBOOK, LAB, address, body, send, stream, whole};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn the_models_say_what_they_are_and_can_be_priced_by_ratios() {
    let names: Vec<_> = builtin::models().iter().map(|model| model.name).collect();
    assert_eq!(names, [HANDBOOK, LAB]);
    for model in builtin::models() {
        let description = model.description.to_lowercase();
        assert!(
            description.contains("not a language model"),
            "{description}"
        );
        assert!(model.max_output <= model.context);
        let ratios = ModelRatios::from_prices(&model.prices).expect("a ratio");
        assert_eq!(
            ratios.at(relaydeck::domain::Ratio::ONE, Default::default()),
            model.prices
        );
    }
}

#[tokio::test(start_paused = true)]
async fn s01_the_handbook_streams_the_answer_to_the_first_question() {
    let answer = stream(HANDBOOK, "What can I do here?").await;
    assert_eq!(
        (answer.status, answer.content_type.as_str()),
        (200, "text/event-stream")
    );
    let chunks = answer.chunks();
    let (at, first) = &chunks[0];
    assert_eq!(
        first["choices"][0]["delta"],
        json!({"role": "assistant", "content": ""})
    );
    assert_eq!(*at, ms(150));
    for (_, chunk) in &chunks {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!(chunk["model"], HANDBOOK);
        assert_eq!(chunk["id"], first["id"]);
        assert!(chunk["created"].as_u64().unwrap() > 1_700_000_000);
    }
    assert!(answer.streamed().starts_with("This is **relaydeck**"));
    assert_eq!(answer.finish().as_deref(), Some("stop"));
    assert!(answer.is_closed());
    // Ninety tokens a second.
    let tokens = answer.deltas("content").len() as u64;
    let span = answer.took - ms(150);
    assert!(
        span.abs_diff(ms(tokens * 1000 / 90)) <= ms(2),
        "{tokens} in {span:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_document_says_the_same_as_the_stream_and_counts_the_same() {
    for (model, prompt) in [
        (HANDBOOK, "怎么添加真正的模型？"),
        (HANDBOOK, "lab"),
        (LAB, "[[tokens=500 lang=markdown]]"),
        (LAB, "[[reasoning=20 lang=code]]"),
    ] {
        let streamed = stream(model, prompt).await;
        let document = whole(model, prompt).await;
        assert_eq!(
            (document.status, document.content_type.as_str()),
            (200, "application/json")
        );
        let document = document.document();
        assert_eq!(document["object"], "chat.completion");
        let message = &document["choices"][0]["message"];
        assert_eq!(
            message["content"].as_str(),
            Some(streamed.streamed().as_str())
        );
        assert_eq!(document["choices"][0]["finish_reason"], "stop");
        let usage = &document["usage"];
        assert_eq!(Some(usage), streamed.usage().as_ref());
        let thought = streamed.deltas("reasoning_content").len();
        let pieces = streamed.deltas("content").len() + thought;
        assert_eq!(usage["completion_tokens"], pieces);
        assert_eq!(usage["prompt_tokens"], count_prompt([prompt]));
        let total = usage["prompt_tokens"].as_u64().unwrap() + pieces as u64;
        assert_eq!(usage["total_tokens"], total);
        if thought > 0 {
            assert_eq!(
                usage["completion_tokens_details"]["reasoning_tokens"],
                thought
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn usage_ends_a_stream_only_where_it_was_asked_for() {
    let silent = send(LAB, &body("[[tokens=3]]", json!({"stream": true}))).await;
    assert_eq!(silent.usage(), None);
    assert!(silent.is_closed());
    let options = json!({"stream": true, "stream_options": null});
    assert_eq!(
        send(LAB, &body("[[tokens=3]]", options)).await.usage(),
        None
    );
    let asked = stream(LAB, "[[tokens=3]]").await;
    let (_, last) = asked.chunks().pop().unwrap();
    assert_eq!(last["choices"], json!([]));
    assert_eq!(last["usage"]["completion_tokens"], 3);
}

#[tokio::test(start_paused = true)]
async fn x09_length_speed_and_first_token_are_as_the_prompt_asks() {
    let answer = stream(LAB, "[[tokens=200 speed=80 first=500ms]]").await;
    let deltas = answer.deltas("content");
    assert_eq!(deltas.len(), 200);
    assert_eq!(deltas[0].0, ms(500));
    assert!(deltas[199].0.abs_diff(ms(500 + 199 * 1000 / 80)) <= ms(2));
    let fast = stream(LAB, "[[tokens=5000 speed=0]]").await;
    assert_eq!(
        (fast.deltas("content").len(), fast.took),
        (5000, Duration::ZERO)
    );
    let usual = stream(LAB, "hello").await;
    assert_eq!(usual.deltas("content")[0].0, ms(200));
    assert_eq!(usual.deltas("content").len(), 120);
    assert!(usual.streamed().contains("relaydeck-lab, a test model"));
}

#[tokio::test(start_paused = true)]
async fn x09_a_stall_is_a_silence_where_it_was_asked_for() {
    let answer = stream(LAB, "[[tokens=20 speed=100 first=0 stall=5s after=8]]").await;
    let deltas = answer.deltas("content");
    let gap = |at: usize| deltas[at].0 - deltas[at - 1].0;
    assert!(gap(8) >= ms(5000) && gap(8) <= ms(5020), "{:?}", gap(8));
    assert!(gap(7) <= ms(12) && gap(9) <= ms(12));
    assert!(answer.is_closed());
    let half = stream(LAB, "[[tokens=20 speed=0 stall=1m]]")
        .await
        .deltas("content");
    assert_eq!((half[9].0, half[10].0), (ms(0), ms(60_000)));
}

#[tokio::test(start_paused = true)]
async fn x09_finish_model_usage_echo_and_language_are_as_the_prompt_asks() {
    let answer = stream(
        LAB,
        "Say  this, 你好! [[echo usage=none model=gpt-9 finish=length]]",
    )
    .await;
    assert_eq!(answer.streamed(), "Say  this, 你好!");
    assert_eq!(answer.finish().as_deref(), Some("length"));
    assert_eq!(answer.usage(), None);
    assert_eq!(answer.chunks()[0].1["model"], "gpt-9");
    let document = whole(LAB, "[[usage=none]]").await.document();
    assert_eq!(document.get("usage"), None);
    assert!(
        stream(LAB, "[[lang=zh tokens=30]]")
            .await
            .streamed()
            .starts_with("这里是 relaydeck-lab")
    );
    assert!(stream(LAB, "你好").await.streamed().contains("测试模型"));
    assert_eq!(
        stream(LAB, "abc def ghi [[echo tokens=2]]")
            .await
            .streamed(),
        "abc def"
    );
    let empty = stream(LAB, "[[tokens=0]]").await;
    assert_eq!(
        (empty.streamed().as_str(), empty.finish().as_deref()),
        ("", Some("stop"))
    );
    assert_eq!(empty.usage().unwrap()["completion_tokens"], 0);
}

#[tokio::test(start_paused = true)]
async fn reasoning_comes_before_the_reply_and_counts_as_output() {
    let answer = stream(LAB, "[[reasoning=30 tokens=10]]").await;
    let (thought, reply) = (answer.deltas("reasoning_content"), answer.deltas("content"));
    assert_eq!((thought.len(), reply.len()), (30, 10));
    assert!(thought[29].0 < reply[0].0);
    assert_eq!(answer.usage().unwrap()["completion_tokens"], 40);
}

#[tokio::test(start_paused = true)]
async fn the_request_s_limit_and_stop_texts_are_kept() {
    for (limit, thought, reply) in [(7, 5, 2), (3, 3, 0), (25, 5, 20)] {
        let options = json!({"stream": true, "max_tokens": limit});
        let answer = send(LAB, &body("[[tokens=20 reasoning=5]]", options)).await;
        assert_eq!(answer.deltas("reasoning_content").len(), thought);
        assert_eq!(answer.deltas("content").len(), reply);
        let reason = if limit < 25 { "length" } else { "stop" };
        assert_eq!(answer.finish().as_deref(), Some(reason), "{limit}");
    }
    let options = json!({"max_tokens": 50, "max_completion_tokens": 4});
    let document = send(HANDBOOK, &body("What is a key?", options))
        .await
        .document();
    assert_eq!(document["usage"]["completion_tokens"], 4);
    assert_eq!(document["choices"][0]["finish_reason"], "length");
    let options = json!({"stream": true, "stop": ["three", "never"]});
    let answer = send(LAB, &body("[[echo]] one two three four", options)).await;
    assert_eq!(
        (answer.streamed().as_str(), answer.finish().as_deref()),
        ("one two ", Some("stop"))
    );
}

#[tokio::test(start_paused = true)]
async fn directives_in_the_instructions_hold_and_those_of_the_question_win() {
    let messages = json!([
        {"role": "system", "content": "[[tokens=5 speed=0 lang=zh]]"},
        {"role": "user", "content": "[[tokens=9]]"},
        {"role": "assistant", "content": "[[tokens=11]]"},
        {"role": "user", "content": [{"type": "text", "text": "[[tokens="}, {"type": "text", "text": "7]] [[tokens=6]]"}]},
    ]);
    // The parts are put together with a line break, so the first block is not one.
    let answer = send(
        LAB,
        &body("", json!({"messages": messages, "stream": true})),
    )
    .await;
    assert_eq!(answer.status, 400);
    let mut fixed = messages;
    fixed[3]["content"] = json!([{"type": "text", "text": "[[tokens=6]]"}]);
    let answer = send(LAB, &body("", json!({"messages": fixed, "stream": true}))).await;
    assert_eq!(answer.deltas("content").len(), 6);
    assert!(answer.streamed().starts_with("这里是"));
    assert_eq!(answer.took, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_document_waits_as_long_as_the_prompt_asks_and_else_shortly() {
    assert_eq!(whole(LAB, "[[tokens=300]]").await.took, ms(200));
    assert_eq!(whole(LAB, "[[tokens=300 speed=100]]").await.took, ms(3200));
    assert_eq!(
        whole(LAB, "[[tokens=10 stall=30s first=1s speed=0]]")
            .await
            .took,
        ms(31_000)
    );
    assert_eq!(whole(HANDBOOK, "hi").await.took, ms(150));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_dropped_does_nothing_more() {
    let start = tokio::time::Instant::now();
    let options = json!({"stream": true});
    let mut reply =
        builtin::answer(LAB, &body("[[tokens=1000 speed=1]]", options), address()).await;
    assert!(reply.body.next().await.is_some());
    drop(reply);
    let alive = tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks();
    assert_eq!(alive, 0, "nothing runs on behind the reader's back");
    assert!(start.elapsed() < ms(2000));
}

#[tokio::test(start_paused = true)]
async fn the_follow_up_of_a_conversation_is_understood() {
    let messages = json!([
        {"role": "user", "content": "why do I get 401?"},
        {"role": "assistant", "content": "…"},
        {"role": "user", "content": "why?"},
    ]);
    let document = send(HANDBOOK, &body("", json!({"messages": messages})))
        .await
        .document();
    let text = document["choices"][0]["message"]["content"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(text.starts_with("The credential was refused"), "{text}");
    let ids: Vec<Value> = [whole(HANDBOOK, "hi").await, whole(HANDBOOK, "hi").await]
        .iter()
        .map(|answer| answer.document()["id"].clone())
        .collect();
    assert_ne!(ids[0], ids[1]);
}
