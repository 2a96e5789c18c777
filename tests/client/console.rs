//! A console of any era: the shapes it answers in, how it counts pages, what it wants to be told, what it hides.

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::fake::{Asked, Fake, Told, access_token};

/// How lists come.
#[derive(Clone, Copy, PartialEq)]
pub enum Paging {
    /// Bare arrays, from 0, ten rows whatever is asked.
    Tens,
    /// Bare arrays, from 0.
    FromZero,
    /// Objects, from 1, where 0 means 1.
    FromOne,
    /// Objects of a fork's own, from 1, by `page`.
    Hub,
}

/// What a console is like.
#[derive(Clone)]
pub struct Console {
    pub status: Value,
    pub paging: Paging,
    /// The header it wants the account's number in.
    pub header: Option<&'static str>,
    /// Whether lists mask keys, and whether there is a call that reveals them.
    pub masks: bool,
    pub reveals: bool,
    /// Whether a creation answers with the key.
    pub tells: bool,
    /// Whether failures of authentication are 401 with a code.
    pub codes: bool,
    pub groups: Option<Value>,
    pub pricing: Option<Value>,
    pub keys: usize,
}

impl Console {
    /// One API 0.6.
    pub fn one_api(keys: usize) -> Console {
        Console {
            status: json!({"version":"v0.6.10","system_name":"One API","quota_per_unit":500000,"chat_link":"","oidc_well_known":""}),
            paging: Paging::Tens,
            header: None,
            masks: false,
            reveals: false,
            tells: true,
            codes: false,
            groups: None,
            pricing: None,
            keys,
        }
    }

    /// New API of April 2025.
    pub fn april_2025(keys: usize) -> Console {
        Console {
            status: json!({"version":"v0.6.3.1.1","system_name":"New API","quota_per_unit":500000.0,"chats":[],"setup":true,"min_topup":1}),
            paging: Paging::FromZero,
            header: Some("new-api-user"),
            tells: false,
            groups: Some(
                json!({"default":{"ratio":1,"desc":"默认分组"},"vip":{"ratio":0.8,"desc":"VIP"}}),
            ),
            pricing: Some(
                json!({"success":true,"data":[{"model_name":"m-1","quota_type":0,"model_ratio":0.5,"completion_ratio":2}],"group_ratio":{"default":1},"usable_group":{"":"用户分组","default":"d"}}),
            ),
            ..Console::one_api(keys)
        }
    }

    /// New API of June 2025 and later: pages become objects.
    pub fn summer_2025(keys: usize) -> Console {
        Console {
            paging: Paging::FromOne,
            ..Console::april_2025(keys)
        }
    }

    /// New API of spring 2026: keys are masked, and revealed by a call.
    pub fn spring_2026(keys: usize) -> Console {
        Console {
            masks: true,
            reveals: true,
            ..Console::summer_2025(keys)
        }
    }

    /// New API of late July 2026 and later: no header, codes in refusals.
    pub fn autumn_2026(keys: usize) -> Console {
        Console {
            header: None,
            codes: true,
            ..Console::spring_2026(keys)
        }
    }

    /// one-hub.
    pub fn one_hub(keys: usize) -> Console {
        Console {
            status: json!({"version":"v0.14","quota_per_unit":500000,"chat_links":"","PaymentUSDRate":7.3}),
            paging: Paging::Hub,
            ..Console::one_api(keys)
        }
    }

    /// The relay we carry: it keeps no secret that it could show again.
    pub fn ours(keys: usize) -> Console {
        Console {
            status: json!({"version":"relaydeck 0.1.0","system_name":"relaydeck","quota_per_unit":500000,"chats":[],"setup":true}),
            masks: true,
            reveals: false,
            tells: true,
            header: None,
            ..Console::autumn_2026(keys)
        }
    }

    /// Every console we know, by name.
    pub fn all(keys: usize) -> Vec<(&'static str, Console)> {
        vec![
            ("one api", Console::one_api(keys)),
            ("april 2025", Console::april_2025(keys)),
            ("summer 2025", Console::summer_2025(keys)),
            ("spring 2026", Console::spring_2026(keys)),
            ("autumn 2026", Console::autumn_2026(keys)),
            ("one-hub", Console::one_hub(keys)),
            ("ours", Console::ours(keys)),
        ]
    }

    pub async fn start(self) -> Fake {
        let keys: Vec<Value> = (1..=self.keys as i64).map(row).collect();
        let keys = Mutex::new(keys);
        Fake::start(move |asked| self.answer(asked, &mut keys.lock().unwrap())).await
    }

    /// Whether the caller is let in; the refusal if not.
    fn refused(&self, asked: &Asked) -> Option<Told> {
        let token = access_token();
        let token = token.expose();
        let sent = asked.header("authorization").unwrap_or_default();
        if sent.is_empty() {
            return Some(match self.codes {
                true => coded(401, "AUTH_UNAUTHORIZED", "Unauthorized"),
                false => Told::refused(401, "无权进行此操作，未登录且未提供 access token"),
            });
        }
        if sent.trim_start_matches("Bearer ") != token {
            return Some(match self.codes {
                true => coded(401, "AUTH_UNAUTHORIZED", "Unauthorized"),
                false => Told::refused(200, "无权进行此操作，access token 无效"),
            });
        }
        match self.header {
            Some(name) if asked.header(name) != Some("7") => {
                let name = name
                    .split('-')
                    .map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..]))
                    .collect::<Vec<_>>()
                    .join("-");
                Some(Told::refused(
                    401,
                    &format!("无权进行此操作，未提供 {name}"),
                ))
            }
            _ => None,
        }
    }

    fn answer(&self, asked: &Asked, keys: &mut Vec<Value>) -> Told {
        let line = asked.line();
        match line.as_str() {
            "GET /api/status" => return Told::data(self.status.clone()),
            "GET /api/pricing" => {
                return match &self.pricing {
                    Some(pricing) => Told::json(200, pricing.clone()),
                    None => Told::no_route(asked),
                };
            }
            "GET /v1/models" => {
                return Told::json(
                    200,
                    json!({"object":"list","data":[{"id":"v1-b"},{"id":"v1-a"}]}),
                );
            }
            _ => {}
        }
        if let Some(refused) = self.refused(asked) {
            return refused;
        }
        match line.as_str() {
            "GET /api/user/self" => Told::data(
                json!({"id":7,"username":"ann","display_name":"Ann","group":"vip","quota":2_500_000,"used_quota":500_000,"request_count":3}),
            ),
            "GET /api/user/self/groups" => match &self.groups {
                Some(groups) => Told::data(groups.clone()),
                None => Told::no_route(asked),
            },
            "GET /api/user/available_models" if self.groups.is_none() => {
                Told::data(json!(["oa-b", "oa-a", "oa-b"]))
            }
            "GET /api/user/models" if self.groups.is_some() => Told::data(json!(["na-a"])),
            "GET /api/token/" => Told::data(self.page(asked, keys)),
            "POST /api/token/" => {
                let id = keys.len() as i64 + 1;
                let mut new = row(id);
                for (name, value) in asked.json().as_object().unwrap() {
                    new[name.as_str()] = value.clone();
                }
                keys.push(new.clone());
                match self.tells {
                    true => Told::data(new),
                    false => Told::json(200, json!({"success":true,"message":""})),
                }
            }
            _ => self.answer_about_one(asked, keys),
        }
    }

    fn answer_about_one(&self, asked: &Asked, keys: &mut Vec<Value>) -> Told {
        let number = |text: &str| text.parse::<i64>().ok();
        let rest = asked.place().strip_prefix("/api/token/").map(str::to_owned);
        let place = |id: i64, keys: &[Value]| keys.iter().position(|key| key["id"] == id);
        match (asked.method.as_str(), rest.as_deref()) {
            ("POST", Some(rest)) if rest.ends_with("/key") && self.reveals => {
                let id = number(rest.trim_end_matches("/key")).unwrap();
                match place(id, keys) {
                    Some(at) => Told::data(json!({"key": keys[at]["key"]})),
                    None => Told::refused(200, "record not found"),
                }
            }
            ("DELETE", Some(rest)) if number(rest).is_some() => {
                match place(number(rest).unwrap(), keys) {
                    Some(at) => {
                        keys.remove(at);
                        Told::json(200, json!({"success":true,"message":""}))
                    }
                    None => Told::refused(200, "record not found"),
                }
            }
            _ => Told::no_route(asked),
        }
    }

    fn page(&self, asked: &Asked, keys: &[Value]) -> Value {
        let number = |name: &str| asked.query(name).parse::<usize>().ok();
        let p = number("p").unwrap_or(0);
        let asked_size = number("size").unwrap_or(10).min(100);
        let (size, first) = match self.paging {
            Paging::Tens => (10, p),
            Paging::FromZero => (asked_size, p),
            Paging::FromOne => (asked_size, p.max(1) - 1),
            Paging::Hub => (asked_size, number("page").unwrap_or(1).max(1) - 1),
        };
        let rows: Vec<Value> = keys
            .iter()
            .rev()
            .skip(first * size)
            .take(size)
            .map(|key| {
                let mut key = key.clone();
                if self.masks {
                    let clear = key["key"].as_str().unwrap();
                    key["key"] = json!(format!(
                        "{}**********{}",
                        &clear[..4],
                        &clear[clear.len() - 4..]
                    ));
                }
                key
            })
            .collect();
        match self.paging {
            Paging::Tens | Paging::FromZero => json!(rows),
            Paging::FromOne => {
                json!({"items":rows,"total":keys.len(),"page":first + 1,"page_size":size})
            }
            Paging::Hub => {
                json!({"data":rows,"page":first + 1,"size":size,"total_count":keys.len()})
            }
        }
    }
}

fn coded(status: u16, code: &str, message: &str) -> Told {
    Told::json(
        status,
        json!({"success":false,"code":code,"message":message}),
    )
}

/// The secret of the key of this number, without `sk-`.
pub fn secret(id: i64) -> String {
    format!("{:04}{}{:04}", id, "aB3x9Zk7".repeat(5), id)
}

fn row(id: i64) -> Value {
    json!({"id":id,"user_id":7,"key":secret(id),"status":1,"name":format!("key-{id}"),"created_time":1_700_000_000,
        "accessed_time":1_700_000_100,"expired_time":-1,"remain_quota":500_000,"unlimited_quota":false,"used_quota":100,"group":""})
}
