//! Links that set apps of a desktop or phone up with address and key. Source: `contract/tools.md`, deep links.
//!
//! Every link holds the key: whoever shows one asks first.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use super::plan::Target;
use crate::locale::Word;

/// An app that is set up by a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct App {
    /// The word that names it.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What happens with the link.
    pub about: Word,
}

const fn app(id: &'static str, name: &'static str, about: Word) -> App {
    App { id, name, about }
}

/// The apps.
pub const APPS: [App; 11] = [
    app("cherry-studio", "Cherry Studio", Word("tools-link-adds")),
    app("chatbox", "Chatbox", Word("tools-link-adds-model")),
    app(
        "cc-switch-claude",
        "CC Switch (Claude Code)",
        Word("tools-link-adds-switches"),
    ),
    app(
        "cc-switch-codex",
        "CC Switch (Codex CLI)",
        Word("tools-link-adds-switches"),
    ),
    app(
        "cc-switch-gemini",
        "CC Switch (Gemini CLI)",
        Word("tools-link-adds-switches"),
    ),
    app(
        "cc-switch-opencode",
        "CC Switch (opencode)",
        Word("tools-link-adds-switches"),
    ),
    app("aionui", "AionUI", Word("tools-link-adds")),
    app("deepchat", "DeepChat", Word("tools-link-adds")),
    app("opencat", "OpenCat", Word("tools-link-joins")),
    app("ama", "AMA", Word("tools-link-sets")),
    app("kelivo", "Kelivo", Word("tools-link-shares")),
];

/// The app of a name.
pub fn find(id: &str) -> Option<&'static App> {
    APPS.iter().find(|app| app.id == id)
}

/// The link of an app.
pub fn link(app: &App, target: &Target) -> String {
    let base = target.address.base();
    let v1 = target.address.v1();
    let key = target.key.expose();
    let new_api = |id: &str| json!({id: "new-api", "baseUrl": base, "apiKey": key});
    match app.id {
        "cherry-studio" => {
            let provider =
                json!({"id": "new-api", "baseUrl": base, "apiKey": key, "name": "relaydeck"});
            format!(
                "cherrystudio://providers/api-keys?v=1&data={}",
                packed(&provider)
            )
        }
        "aionui" => format!(
            "aionui://provider/add?v=1&data={}",
            packed(&new_api("platform"))
        ),
        "deepchat" => format!(
            "deepchat://provider/install?v=1&data={}",
            packed(&new_api("id"))
        ),
        "chatbox" => {
            let settings = json!({
                "apiHost": v1,
                "apiKey": key,
                "models": [{"modelId": target.model, "capabilities": [], "contextWindow": 128_000, "maxOutput": 8_192}],
            });
            let provider = json!({
                "isCustom": true, "id": "relaydeck", "name": "relaydeck", "type": "openai", "settings": settings,
            });
            format!("chatbox://provider/import?config={}", packed(&provider))
        }
        "opencat" => format!(
            "opencat://team/join?domain={}&token={}",
            escaped(base),
            escaped(key)
        ),
        "ama" => format!(
            "ama://set-api-key?server={}&key={}",
            escaped(base),
            escaped(key)
        ),
        "kelivo" => {
            let provider =
                json!({"type": "openai", "name": "relaydeck", "apiKey": key, "baseUrl": v1});
            format!("ai-provider:v1:{}", STANDARD.encode(provider.to_string()))
        }
        other => {
            let tool = other.trim_start_matches("cc-switch-");
            // It writes the address as it is given: the bare host for the first two, with /v1 for the others.
            let endpoint = if matches!(tool, "claude" | "gemini") {
                base
            } else {
                &v1
            };
            format!(
                "ccswitch://v1/import?resource=provider&app={tool}&name=relaydeck&endpoint={}&apiKey={}&homepage={}&model={}&enabled=true",
                escaped(endpoint),
                escaped(key),
                escaped(base),
                escaped(&target.model),
            )
        }
    }
}

fn escaped(text: &str) -> String {
    // These apps read a blank as %20, not as a plus.
    byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

fn packed(value: &Value) -> String {
    escaped(&STANDARD.encode(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Address, ApiKey};

    #[test]
    fn every_link_carries_address_and_key_in_the_form_the_app_wants() {
        let target = Target {
            address: Address::parse("https://relay.example").unwrap().0,
            key: ApiKey::new("sk-a+b/c"),
            model: "gpt 5".into(),
        };
        let of = |id: &str| link(find(id).unwrap(), &target);
        let unpacked = |text: &str| -> Value {
            let data = text.rsplit(['=', ':']).next().unwrap();
            let data = data
                .replace("%3D", "=")
                .replace("%2B", "+")
                .replace("%2F", "/");
            serde_json::from_slice(&STANDARD.decode(data).unwrap()).unwrap()
        };
        let cherry = of("cherry-studio");
        assert!(cherry.starts_with("cherrystudio://providers/api-keys?v=1&data="));
        assert_eq!(unpacked(&cherry)["baseUrl"], "https://relay.example");
        let chatbox = unpacked(&of("chatbox"));
        assert_eq!(chatbox["settings"]["apiHost"], "https://relay.example/v1");
        assert_eq!(chatbox["settings"]["models"][0]["modelId"], "gpt 5");
        assert_eq!(unpacked(&of("aionui"))["platform"], "new-api");
        assert_eq!(unpacked(&of("deepchat"))["id"], "new-api");
        assert!(
            of("cc-switch-claude")
                .contains("app=claude&name=relaydeck&endpoint=https%3A%2F%2Frelay.example&")
        );
        assert!(
            of("cc-switch-codex")
                .contains("endpoint=https%3A%2F%2Frelay.example%2Fv1&apiKey=sk-a%2Bb%2Fc&")
        );
        assert!(of("cc-switch-opencode").contains("model=gpt%205&enabled=true"));
        assert_eq!(
            of("ama"),
            "ama://set-api-key?server=https%3A%2F%2Frelay.example&key=sk-a%2Bb%2Fc"
        );
        assert!(of("opencat").starts_with("opencat://team/join?domain=https%3A%2F%2F"));
        let kelivo = of("kelivo");
        let code = kelivo.strip_prefix("ai-provider:v1:").unwrap();
        let inside: Value = serde_json::from_slice(&STANDARD.decode(code).unwrap()).unwrap();
        assert_eq!(inside["baseUrl"], "https://relay.example/v1");
        assert_eq!(
            APPS.map(|app| link(&app, &target).contains("://") || app.id == "kelivo"),
            [true; 11]
        );
    }
}
