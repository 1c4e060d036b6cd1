//! The page of somebody who has sent nothing yet: how to send the first span, and that it came.

use maud::{Markup, html};

/// How to send the first span.
pub(super) fn first(doors: &[String]) -> Markup {
    let http = doors
        .iter()
        .find(|door| door.starts_with("http"))
        .map_or("http://127.0.0.1:4318", String::as_str);
    let python = format!(
        "pip install opentelemetry-distro opentelemetry-exporter-otlp\nOTEL_SERVICE_NAME=my-service \\\nOTEL_EXPORTER_OTLP_ENDPOINT={http} \\\nOTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf \\\nopentelemetry-instrument python app.py"
    );
    let any =
        format!("OTEL_EXPORTER_OTLP_ENDPOINT={http}\nOTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf");
    html! {
        h1 { "No data yet." }
        div class="lead" { p { "Point an OpenTelemetry exporter here, and this page shows what flows. It needs no configuration." } }
        p class="tick" role="status" { "Waiting for the first span." }
        div class="card" {
            header class="card-head" { h2 { "Any OpenTelemetry SDK or collector" } span class="note" { (doors.join(", ")) } }
            div class="copy" { pre id="how-any" { (any) } button type="button" data-copy="#how-any" hidden { "Copy" } }
        }
        div class="card" {
            header class="card-head" { h2 { "A Python program" } }
            div class="copy" { pre id="how-python" { (python) } button type="button" data-copy="#how-python" hidden { "Copy" } }
        }
        div class="card" {
            header class="card-head" { h2 { "To look around first" } }
            div class="copy" { pre id="how-demo" { "highwater demo" } button type="button" data-copy="#how-demo" hidden { "Copy" } }
            p class="note" { "plays a team's two days after two quiet weeks, and stays up with all of it to look at." }
        }
    }
}
