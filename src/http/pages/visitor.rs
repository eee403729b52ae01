//! Who opens a page: a person, or a program that only looks at it. A program must not take a person's place.
//!
//! Browsers that say how a request came about (Fetch Metadata: `Sec-Fetch-Mode` and `Sec-Fetch-Dest`) are
//! taken at their word. Others are people unless their name is that of a program. Both can be wrong: a person can go
//! on by a button in any case, and whoever was bound first by mistake can be replaced ([`super::start`]).

use poem::Request;

/// Parts of the names of programs that open links by themselves, in lower case: previews of messengers and
/// networks, scanners of mail, crawlers. Most call themselves a bot.
const PROGRAMS: [&str; 27] = [
    "bot",
    "crawler",
    "spider",
    "preview",
    "scanner",
    "whatsapp",
    "facebookexternalhit",
    "facebookcatalog",
    "slack-imgproxy",
    "embedly",
    "iframely",
    "vkshare",
    "viber",
    "kakaotalk-scrap",
    "line-poker",
    "mastodon",
    "snapchat",
    "pinterest/",
    "google-safety",
    "googleother",
    "google-read-aloud",
    "ms-office",
    "safelinks",
    "proofpoint",
    "mimecast",
    "barracuda",
    "urlscan",
];

/// Whether a person seems to have gone here: the browser says that it navigates to a page of its own, or says
/// nothing and is no program that is known by name.
pub fn is_a_person(request: &Request) -> bool {
    if is_prefetch(request) {
        return false;
    }
    match (request.header("sec-fetch-mode"), request.header("sec-fetch-dest")) {
        (Some(mode), Some(destination)) => mode == "navigate" && destination == "document",
        (Some("navigate"), None) => true,
        _ => {
            let name = request.header("user-agent").unwrap_or_default().to_ascii_lowercase();
            !PROGRAMS.iter().any(|program| name.contains(program))
        }
    }
}

/// Whether a browser says that a person goes here with it. Programs that know nothing of that say nothing.
pub fn navigates(request: &Request) -> bool {
    request.header("sec-fetch-mode") == Some("navigate") && is_a_person(request)
}

/// Whether the browser only looks ahead, and the person has not gone there.
pub fn is_prefetch(request: &Request) -> bool {
    let says = |name: &str| {
        request.header(name).is_some_and(|purpose| {
            let purpose = purpose.to_ascii_lowercase();
            purpose.contains("prefetch") || purpose.contains("preview")
        })
    };
    says("sec-purpose") || says("purpose") || says("x-purpose") || says("x-moz")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_a_person(&request.finish())
    }

    #[test]
    fn browsers_are_people_with_and_without_fetch_metadata() {
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) Version/15.0 Safari/604.1";
        for headers in [
            &[][..],
            &[("user-agent", iphone)],
            &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")],
            &[
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "document"),
                ("sec-fetch-site", "cross-site"),
            ],
            &[("sec-fetch-mode", "navigate"), ("user-agent", "Mozilla/5.0 (Linux; Android 14; CUBOT P80)")],
            &[("user-agent", "python-requests/2.31.0"), ("accept", "*/*")],
            // A program that follows a person's way for them says half of what a browser says.
            &[("user-agent", "node"), ("sec-fetch-mode", "cors")],
        ] {
            assert!(person(headers), "{headers:?}");
        }
    }

    #[test]
    fn previews_scanners_and_scripts_are_not() {
        for name in [
            "WhatsApp/2.23.20.0",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "TelegramBot (like TwitterBot)",
            "facebookexternalhit/1.1",
            "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
            "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
            "LinkedInBot/1.0",
            "Mozilla/4.0 (compatible; ms-office; MSOffice rmj)",
            "Mozilla/5.0 (compatible; bingbot/2.0)",
        ] {
            assert!(!person(&[("user-agent", name)]), "{name}");
        }
        for headers in [
            &[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")][..],
            &[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")],
            &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
            &[("sec-fetch-mode", "navigate"), ("sec-purpose", "prefetch;prerender")],
            &[("purpose", "prefetch")],
            &[("x-purpose", "preview")],
            &[("x-moz", "prefetch")],
        ] {
            assert!(!person(headers), "{headers:?}");
        }
    }
}
