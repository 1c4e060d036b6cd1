//! The API described by itself (OpenAPI 3.1).

use crate::json::Json;
use crate::require::{Read, Require};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Highwater",
        description = "What flows, what shifted, where it starts, and which change did it. Times are \
                       RFC 3339 in UTC with milliseconds, shares between 0 and 1, what is not known is \
                       null. Docs: docs/reference/api.md.",
    ),
    paths(
        crate::status::now,
        crate::counted::hops,
        crate::counted::hop,
        crate::counted::windows,
        crate::compared::counts,
        crate::compared::compare,
        crate::counted::services,
        crate::people::people,
        crate::counted::flow,
        crate::recorded::shifts,
        crate::recorded::shift,
        crate::commands::accept,
        crate::recorded::incidents,
        crate::recorded::incident,
        crate::recorded::entries,
        crate::recorded::brief,
        crate::recorded::backlog,
        crate::team::similar,
        crate::incidents::open,
        crate::incidents::command,
        crate::incidents::write,
        crate::incidents::amend,
        crate::incidents::pin,
        crate::incidents::report,
        crate::postmortem::json,
        crate::postmortem::write,
        crate::postmortem::markdown,
        crate::postmortem::page,
        crate::imported::list,
        crate::imported::import,
        crate::imported::shown,
        crate::actions::actions,
        crate::actions::add,
        crate::actions::patch,
        crate::hooks::slack,
        crate::hooks::mattermost,
        crate::hooks::alertmanager,
        crate::recorded::changes,
        crate::commands::tell,
        crate::recorded::change,
        crate::rules::replay,
        crate::rules::rules,
        crate::rules::save,
        crate::rules::propose,
        crate::rules::backtest_unsaved,
        crate::rules::backtest,
        crate::rules::retire,
        crate::search::search,
        crate::team::record,
        crate::team::freeze,
        crate::team::knowledge,
        crate::team::redeploy,
        crate::follow::events,
        crate::tokens::tokens,
        crate::tokens::create,
        crate::tokens::revoke,
        crate::tokens::audit,
        crate::status::healthz,
        crate::status::readyz,
        crate::status::metrics,
    )
)]
struct Document;

/// The description of the API.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

pub(crate) async fn openapi(_: Require<Read>) -> Json<utoipa::openapi::OpenApi> {
    Json(description())
}
