//! Questions as people ask them, and the entry each must find: the measure of the retrieval.

use super::entries::entries;
use super::*;

/// A question, and the entries that answer it, the best first.
const ASKED: &[(&str, &[&str])] = &[
    // Start
    ("What can I do here?", &["what-can-i-do"]),
    ("what can i do here", &["what-can-i-do"]),
    ("Hi!", &["what-can-i-do"]),
    ("Hello there", &["what-can-i-do"]),
    ("help", &["what-can-i-do"]),
    ("what can this program do?", &["what-can-i-do"]),
    ("what is relaydeck?", &["what-can-i-do"]),
    ("what is relaydeck for", &["what-can-i-do"]),
    ("how do I get started?", &["first-steps", "what-can-i-do"]),
    ("what should I do first", &["first-steps"]),
    ("are you chatgpt", &["about-this-model"]),
    ("which model am I talking to?", &["about-this-model"]),
    ("are you a real language model?", &["about-this-model"]),
    ("Write me a poem about the sea", &["about-this-model"]),
    ("translate hello into German", &["about-this-model"]),
    (
        "can you help me with my homework?",
        &["about-this-model", "what-can-i-do"],
    ),
    ("what topics do you know", &["topics"]),
    // Words
    ("what's a relay", &["relay"]),
    ("Explain relays to me please", &["relay"]),
    ("what is an api key?", &["key"]),
    ("difference between a key and a token", &["key"]),
    ("what are groups for?", &["group"]),
    ("which group should I use", &["group"]),
    ("what models are available", &["marketplace"]),
    ("how can I search for a model?", &["marketplace"]),
    ("how do I switch to another model?", &["marketplace"]),
    ("what is a node", &["node"]),
    ("what's a quota unit?", &["quota-unit"]),
    ("how many quota units is one dollar", &["quota-unit"]),
    ("which endpoint should I call", &["endpoint"]),
    ("what is /v1/chat/completions", &["endpoint"]),
    ("what is my balance", &["wallet"]),
    ("is this real money?", &["wallet"]),
    ("am I being charged for this?", &["wallet", "cost"]),
    // Money
    ("how is the cost computed?", &["cost"]),
    ("How much does a message cost?", &["cost"]),
    ("how are tokens billed", &["cost"]),
    ("what does estimated mean", &["estimated-reported-settled"]),
    ("why does it say settled?", &["estimated-reported-settled"]),
    (
        "what's the ~ before the price",
        &["estimated-reported-settled", "ratios-and-prices"],
    ),
    ("how do ratios work", &["ratios-and-prices"]),
    ("what is a completion ratio?", &["ratios-and-prices"]),
    (
        "what does the model cost per million tokens",
        &["ratios-and-prices", "cost"],
    ),
    ("how much did I spend today?", &["receipts"]),
    ("show me my usage history", &["receipts"]),
    // Keys
    ("how do I make a new key?", &["create-key"]),
    (
        "create an api key with a limit of 5 dollars",
        &["create-key"],
    ),
    ("how can I delete a key", &["create-key"]),
    ("I lost my key, can I see it again?", &["shown-once"]),
    ("why is the secret shown only once", &["shown-once"]),
    ("where are my keys stored", &["secrets"]),
    ("are my secrets safe?", &["secrets"]),
    // Addresses and names
    ("what base url do I use", &["base-url"]),
    ("do I need /v1 at the end of the url?", &["base-url"]),
    ("OPENAI_BASE_URL", &["base-url"]),
    ("what's the exact model name", &["model-names"]),
    ("are model names case sensitive?", &["model-names"]),
    ("claude-sonnet-4.5-20250929 doesn't work", &["model-names"]),
    // Models
    ("How do I add a real model?", &["real-models"]),
    ("can I connect ollama", &["real-models"]),
    ("how to use llama.cpp with this", &["real-models"]),
    ("add an openai channel", &["real-models"]),
    ("I want to use GPT", &["real-models"]),
    ("how can I use my own relay", &["profiles"]),
    ("add another relay", &["profiles"]),
    ("I have a 4sapi key, where do I paste it?", &["profiles"]),
    ("how do I call this from python", &["other-programs"]),
    ("curl example", &["other-programs"]),
    ("use it with the openai sdk", &["other-programs"]),
    ("how do I run it headless", &["serve"]),
    ("port 4141 is already in use", &["serve"]),
    ("what is relaydeck-lab", &["lab"]),
    ("which directives are there?", &["lab"]),
    ("how can I simulate errors", &["lab"]),
    // This program
    ("how do I quit", &["dashboard-keys"]),
    ("how do I exit this thing?", &["dashboard-keys"]),
    ("keyboard shortcuts", &["dashboard-keys"]),
    ("how do I switch tabs", &["dashboard-keys"]),
    (
        "how do I copy a model name",
        &["model-names", "dashboard-keys"],
    ),
    ("how do I stop an answer", &["chat"]),
    ("does it remember the conversation?", &["chat"]),
    ("does this work over ssh", &["ssh-and-tmux"]),
    ("copying does not work in tmux", &["ssh-and-tmux"]),
    ("turn off colors", &["ssh-and-tmux"]),
    ("what commands are there", &["command-line"]),
    ("can I get json output", &["command-line"]),
    ("what does exit code 3 mean", &["exit-codes"]),
    ("are my prompts stored?", &["privacy"]),
    ("do you send my data anywhere", &["privacy"]),
    ("where is the config file", &["data-folder"]),
    ("how do I reset everything", &["data-folder"]),
    // Trouble
    ("I get html instead of json", &["html-instead-of-json"]),
    (
        "Unexpected token < in JSON at position 0",
        &["html-instead-of-json"],
    ),
    ("I get a 404", &["404"]),
    ("404 page not found", &["404"]),
    ("why 401?", &["401"]),
    ("it says invalid api key", &["401"]),
    ("my key does not work", &["401"]),
    ("401 Unauthorized when I call it from my laptop", &["401"]),
    ("403 forbidden", &["403"]),
    (
        "No available channel for model gpt-9 under group default (distributor)",
        &["model-not-found"],
    ),
    ("error 503", &["model-not-found"]),
    ("my model is not found", &["model-not-found"]),
    ("insufficient_user_quota", &["no-balance"]),
    ("how do I top up my wallet", &["no-balance"]),
    ("429 too many requests", &["429"]),
    ("I am being rate limited", &["429"]),
    (
        "cursor can't connect to the relay",
        &["tool-cannot-connect"],
    ),
    ("connection refused", &["tool-cannot-connect"]),
    ("the answer stopped in the middle", &["cut-or-slow-stream"]),
    ("why is it so slow", &["cut-or-slow-stream"]),
    // Asked in other words
    (
        "what's the point of a relay when I could go to the vendor directly",
        &["relay"],
    ),
    ("can I limit how much a key may spend?", &["create-key"]),
    ("how long is a key valid", &["create-key", "key"]),
    (
        "what happens when my quota runs out?",
        &["no-balance", "quota-unit"],
    ),
    (
        "how do I check what a request cost me",
        &["receipts", "cost"],
    ),
    (
        "which price applies to my group",
        &["ratios-and-prices", "group"],
    ),
    (
        "do cached tokens cost less?",
        &["ratios-and-prices", "cost"],
    ),
    ("why is the price a question mark?", &["ratios-and-prices"]),
    ("how do I go back", &["dashboard-keys"]),
    (
        "how do I filter the list",
        &["dashboard-keys", "marketplace"],
    ),
    ("how do I send a message", &["chat"]),
    ("can I paste several lines", &["chat"]),
    ("is my conversation saved", &["chat", "privacy"]),
    (
        "what does the row above the input line show",
        &["chat", "estimated-reported-settled"],
    ),
    (
        "does it work offline",
        &[
            "tool-cannot-connect",
            "about-this-model",
            "what-can-i-do",
            "privacy",
        ],
    ),
    ("can my colleagues use this relay", &["serve"]),
    ("run as a systemd service", &["serve"]),
    ("which file holds the database?", &["data-folder"]),
    ("how do I uninstall", &["data-folder"]),
    ("can I script it", &["command-line"]),
    ("the program returned 5", &["exit-codes", "command-line"]),
    ("node-openai example", &["other-programs"]),
    (
        "how do I use the key in my program",
        &["other-programs", "create-key"],
    ),
    ("what url do I put into my editor", &["base-url"]),
    ("anthropic sdk base url", &["base-url"]),
    ("does it support claude", &["real-models", "marketplace"]),
    ("I want to talk to a real AI", &["real-models"]),
    ("how do I log in to my relay", &["profiles"]),
    ("switch to another profile", &["profiles"]),
    ("what's an access token", &["key"]),
    ("Incorrect API key provided", &["401"]),
    ("Invalid token (request id: 2026)", &["401"]),
    ("This token has no access to model gpt-4o", &["403"]),
    ("Your IP is not in the token's allowed list", &["403"]),
    (
        "Insufficient user quota, remaining quota: $0.000000",
        &["no-balance"],
    ),
    ("token quota is not enough", &["no-balance"]),
    ("Rate limit reached; try again later", &["429"]),
    ("should I retry a 500?", &["429", "cut-or-slow-stream"]),
    ("ECONNREFUSED 127.0.0.1:4141", &["tool-cannot-connect"]),
    (
        "my request times out",
        &["tool-cannot-connect", "cut-or-slow-stream"],
    ),
    ("502 bad gateway", &["cut-or-slow-stream"]),
    ("the stream broke off", &["cut-or-slow-stream"]),
    ("finish_reason is length", &["cut-or-slow-stream"]),
    ("Invalid URL (POST /v1/foo)", &["404"]),
    ("The model 'x' does not exist", &["model-not-found"]),
    (
        "where can I see the ratio of my group",
        &["group", "ratios-and-prices"],
    ),
    (
        "can two programs share one key",
        &["key", "create-key", "secrets"],
    ),
    ("is the secret encrypted on disk", &["secrets"]),
    ("how do I get more credit", &["no-balance", "wallet"]),
    (
        "how accurate is the estimated cost",
        &["estimated-reported-settled"],
    ),
    ("does reasoning count as output", &["cost"]),
    ("how do I change the port", &["serve"]),
    ("can I use a local model without internet", &["real-models"]),
    ("add vllm server", &["real-models"]),
    ("how do I remove a channel", &["real-models"]),
    ("which model is the cheapest", &["ratios-and-prices"]),
    ("who can see my chats", &["privacy"]),
    ("do you log my questions?", &["privacy"]),
    ("how do I make the lab slow", &["lab"]),
    ("fault=429", &["lab", "429"]),
    (
        "what is the difference between 401 and 403",
        &["403", "401"],
    ),
    ("Service Unavailable", &["model-not-found"]),
    ("internal server error", &["cut-or-slow-stream"]),
    (
        "why was I charged for a failed request",
        &["cost", "cut-or-slow-stream"],
    ),
    (
        "my tool wants an anthropic base url",
        &["base-url", "tool-cannot-connect"],
    ),
    (
        "how do I open the details of a model",
        &["marketplace", "dashboard-keys"],
    ),
    ("what does ctrl-c do", &["dashboard-keys"]),
    (
        "I'm stuck, how do I get out of the input line",
        &["dashboard-keys"],
    ),
    ("the screen looks garbled in tmux", &["ssh-and-tmux"]),
    ("how big must the terminal be", &["ssh-and-tmux"]),
    (
        "where do I find the price of a model",
        &["ratios-and-prices", "marketplace"],
    ),
    ("how do I write a new line without sending", &["chat"]),
    ("can I use it with n8n", &["other-programs"]),
    (
        "is there an api I can call from javascript",
        &["other-programs"],
    ),
    ("what's an embedded relay", &["relay"]),
    (
        "how can I see the models of a group",
        &["marketplace", "group"],
    ),
    ("what's the name of the default group", &["group"]),
    (
        "do unused credits expire",
        &["wallet", "create-key", "quota-unit"],
    ),
    (
        "can I export my usage as json",
        &["receipts", "command-line"],
    ),
    ("which python package do I need", &["other-programs"]),
    (
        "how do I set the api key in an environment variable",
        &["other-programs", "create-key"],
    ),
    (
        "does the relay keep running when I close the dashboard",
        &["serve", "tool-cannot-connect"],
    ),
    ("what is the request id for", &["receipts"]),
    (
        "what does first token mean",
        &["chat", "cut-or-slow-stream"],
    ),
    ("tokens per second", &["chat"]),
    (
        "my answer ends in the middle of a sentence",
        &["cut-or-slow-stream"],
    ),
    ("vip group has no such model", &["group", "model-not-found"]),
    ("the marketplace is empty", &["marketplace"]),
    ("how can I get a discount", &["group", "ratios-and-prices"]),
    ("is there a free model", &["wallet", "real-models"]),
    ("show me the exit codes", &["exit-codes"]),
    ("I typed the wrong model name", &["model-names"]),
    ("login page instead of an answer", &["html-instead-of-json"]),
    ("wrong password", &["401"]),
    ("my ip is blocked", &["403"]),
    ("can the relay be reached from my phone at home", &["serve"]),
    (
        "where does the ledger file live",
        &["data-folder", "receipts"],
    ),
    // In Chinese
    ("我能在这里做什么？", &["what-can-i-do"]),
    ("你好", &["what-can-i-do"]),
    ("这个程序怎么用？", &["what-can-i-do", "first-steps"]),
    ("你是谁？", &["about-this-model"]),
    ("中转站是什么", &["relay"]),
    ("什么是密钥？", &["key"]),
    ("怎么新建一个密钥", &["create-key"]),
    ("分组倍率是什么意思", &["group", "ratios-and-prices"]),
    ("这个怎么计费？", &["cost"]),
    ("一条消息要多少钱", &["cost"]),
    ("我的余额还有多少", &["wallet"]),
    ("余额不足怎么办", &["no-balance"]),
    ("怎么退出程序？", &["dashboard-keys"]),
    ("返回401错误怎么办", &["401"]),
    ("提示无可用渠道", &["model-not-found"]),
    ("怎么接入 ollama 本地模型", &["real-models"]),
    ("在 python 里怎么调用", &["other-programs"]),
    ("地址要不要加 /v1", &["base-url"]),
    ("我的聊天记录会保存吗", &["privacy"]),
    ("密钥丢了怎么办", &["shown-once"]),
    ("连接不上", &["tool-cannot-connect"]),
    ("怎么用 tmux", &["ssh-and-tmux"]),
    ("复制到剪贴板没有反应", &["ssh-and-tmux"]),
    (
        "通过 ssh 用会不会很卡",
        &["ssh-and-tmux", "cut-or-slow-stream"],
    ),
    ("回答说到一半就断了", &["cut-or-slow-stream"]),
    ("聊天怎么换行", &["chat"]),
    ("它记得我前面的话吗", &["chat"]),
    ("配置文件在哪里", &["data-folder"]),
    ("怎么备份", &["data-folder"]),
    ("退出码是什么意思", &["exit-codes"]),
    ("什么是节点", &["node"]),
    ("怎么在服务器后台运行", &["serve"]),
    ("端口被占用了", &["serve"]),
    ("令牌和密钥有什么不同", &["key"]),
    ("怎么新建令牌", &["create-key"]),
    ("密钥能用多久", &["create-key", "key"]),
    ("怎么换一个模型", &["marketplace"]),
    ("费用是怎么算出来的", &["cost"]),
    ("哪个分组最便宜", &["ratios-and-prices", "group"]),
    ("怎么停止回复", &["dashboard-keys", "chat"]),
    ("模型名写错了会怎样", &["model-names"]),
    ("报错429", &["429"]),
    ("回复的是网页", &["html-instead-of-json"]),
    ("我想添加自己的中转站", &["profiles"]),
    ("有哪些命令", &["command-line"]),
    ("怎么模拟故障", &["lab"]),
];

/// Questions that the handbook has no answer to.
const FOREIGN: &[&str] = &[
    "what is the capital of France?",
    "Explain SSE in one line.",
    "2+2",
    "how tall is mount everest",
    "write a function that sorts a list in Rust",
    "who won the football world cup",
    "what is the weather tomorrow",
    "tell me a joke",
    "my dog is sick",
    "summarise the text above",
    "asdf qwer zxcv",
    "写一首关于大海的诗",
    "法国的首都在哪里",
    "今天天气怎么样",
    "讲个笑话",
    "フランスの首都はどこですか",
    "Столица Франции?",
    "🦙🦙🦙",
    "SELECT * FROM users; DROP TABLE users",
    "What do you think about the meaning of life?",
];

/// The entry that a conversation finds, its last question first.
fn found(questions: &[&str]) -> Option<&'static str> {
    let best = look_up(questions)?.best();
    best.map(|(number, _)| entries()[number].name)
}

#[test]
fn questions_find_their_entries() {
    let mut wrong = Vec::new();
    for (question, right) in ASKED {
        let got = found(&[question]);
        if !got.is_some_and(|got| right.contains(&got)) {
            wrong.push(format!("{question:?} found {got:?}, not {right:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_the_handbook_does_not_know_finds_nothing() {
    let wrong: Vec<_> = FOREIGN
        .iter()
        .filter_map(|question| Some((question, found(&[question])?)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_title_alias_and_name_finds_its_own_entry() {
    let mut wrong = Vec::new();
    for entry in entries() {
        for version in [&entry.english, &entry.chinese] {
            let own = [version.title, &version.topic];
            for phrase in own.iter().chain(&version.aliases) {
                let got = found(&[phrase]);
                if got != Some(entry.name) {
                    wrong.push(format!("{phrase:?} found {got:?}, not {}", entry.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_short_question_belongs_to_the_one_before_it() {
    for (questions, right) in [
        (["and for a group?", "how is the cost computed?"], "group"),
        (["why?", "why do I get 401?"], "401"),
        (["how?", "can I add a real model?"], "real-models"),
        (["and in tmux?", "does it work over ssh"], "ssh-and-tmux"),
        (["what is a group?", "how is the cost computed?"], "group"),
        (["为什么？", "密钥为什么只显示一次"], "shown-once"),
    ] {
        assert_eq!(found(&questions), Some(right), "{questions:?}");
    }
    assert_eq!(
        found(&["and banana bread?", "how is the cost computed?"]),
        None
    );
}
