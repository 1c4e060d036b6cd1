//! What other programs tell us: what people type in a chat, and alerts of Alertmanager.
//!
//! People in a chat get an answer they can read whatever goes wrong, with status 200: of any other
//! status chats show that something failed, and not what.

use crate::asking::Site;
use crate::json::{Json, read_json};
use crate::problem::Problem;
use crate::query::Query;
use crate::require::{Require, Respond};
use crate::signed::{Mattermost, Signed, Slack};
use axum::extract::{Request, State};
use hw_api::{AlertsAnswer, ChatAnswer, Typed};
use std::sync::Arc;
use std::time::Duration;

/// Slack shows an answer that comes within three seconds.
const CHAT_PATIENCE: Duration = Duration::from_millis(2_500);

/// What is said after that. No letter of it is markup in any chat.
const LATE: &str = "Highwater is busy and did not answer in time. It may have been done all the same: \
                    look before you send it again.";

/// Does what somebody typed in Slack: the request URL of a slash command. The signature
/// (`X-Slack-Signature`, version v0) is the right to respond; `help` as its text says what there is.
#[utoipa::path(
    post, path = "/api/v1/hooks/slack", tag = "hooks",
    params(
        ("X-Slack-Request-Timestamp" = String, Header, description = "Unix seconds, at most five minutes from now"),
        ("X-Slack-Signature" = String, Header, description = "`v0=` and the HMAC-SHA256 of `v0:TIMESTAMP:BODY` by the signing secret, in hex"),
    ),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "the form of a slash command: `command`, `text`, `user_id`, `user_name`, `trigger_id`"),
    responses(
        (status = 200, description = "What is shown to people, also if it was not done.", body = ChatAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn slack(Signed { typed, site, .. }: Signed<Slack>) -> Json<ChatAnswer> {
    answer(&site, typed).await
}

/// Does what somebody typed in Mattermost: the request URL of a slash command. Its token is the right
/// to respond; `help` as its text says what there is.
#[utoipa::path(
    post, path = "/api/v1/hooks/mattermost", tag = "hooks",
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "the form of a slash command: `token`, `command`, `text`, `user_id`, `user_name`, `trigger_id`"),
    responses(
        (status = 200, description = "What is shown to people, also if it was not done.", body = ChatAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn mattermost(Signed { typed, site, .. }: Signed<Mattermost>) -> Json<ChatAnswer> {
    answer(&site, typed).await
}

/// Takes alerts as Alertmanager posts them to a webhook. A group that fires becomes a report in an
/// incident; what was told before writes nothing; an end becomes an observation there.
#[utoipa::path(
    post, path = "/api/v1/hooks/alertmanager", tag = "hooks",
    request_body(content = Object, description = "version 4 of the payload: `version`, `groupKey`, `alerts`"),
    responses(
        (status = 200, description = "It is durable.", body = AlertsAnswer),
        (status = "default", description = "A problem.", body = hw_api::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn alertmanager(
    _: Require<Respond>,
    State(site): State<Arc<Site>>,
    request: Request,
) -> Result<Json<AlertsAnswer>, Problem> {
    Query::read(request.uri(), &[])?;
    let posted = read_json(&site, request).await?;
    site.ask(move |backend| backend.alerts(posted)).await.map(Json)
}

async fn answer(site: &Site, typed: Typed) -> Json<ChatAnswer> {
    let asked = site.ask_within(CHAT_PATIENCE, move |backend| Ok(backend.chat(&typed)));
    let late = |_| ChatAnswer {
        response_type: "ephemeral".to_owned(),
        text: LATE.to_owned(),
        blocks: None,
        mrkdwn: None,
        skip_slack_parsing: None,
    };
    Json(asked.await.unwrap_or_else(late))
}
