//! `highwater serve`: telemetry in, judged while it happens.

use crate::exit::Exit;
use crate::server::{ClockKind, Server, ServerSettings};
use crate::settings::ServeFlags;
use crate::talk;
use clap::Args;

/// Take OpenTelemetry in, count what flows, say what changed, and keep the record.
///
/// Point your exporters at it: OTLP over gRPC on port 4317, over HTTP on 4318. Nothing else has to be
/// configured. A leg whose ratio changes is noticed within seconds once some minutes of normal traffic
/// were seen. What was acknowledged is durable, and counted once, also if this process is killed.
///
/// Ctrl-C ends it in order; so does SIGTERM.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Serve {
    #[command(flatten)]
    flags: ServeFlags,
}

const AFTER_HELP: &str = "\
What a service needs to send its traces here, with any OpenTelemetry SDK:
  OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318
  OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf            (or grpc, with port 4317)
  OTEL_RESOURCE_ATTRIBUTES=service.version=1.4.2       (so that deploys are found)

Only this machine can reach it, unless it is told to listen elsewhere. Then it needs a certificate, and
everybody a token:
  highwater token create --data /var/lib/highwater --name you --scope admin
  highwater token create --data /var/lib/highwater --name services --scope ingest
  highwater serve --data /var/lib/highwater --tls-certificate FILE --tls-key FILE \\
      --listen 0.0.0.0:4319 --otlp-grpc 0.0.0.0:4317 --otlp-http 0.0.0.0:4318
and a service: OTEL_EXPORTER_OTLP_HEADERS=\"authorization=Bearer TOKEN\"

Examples:
  highwater serve
  highwater serve --data /var/lib/highwater --config highwater.toml
  highwater serve --clock data --data /tmp/try          then: highwater import traces.jsonl.zst

Exit code: 0 when told to end, 2 for wrong settings, a port or a folder in use, 70 and more for a
fault of Highwater.";

impl Serve {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        talk::begin();
        let settings = self.flags.settings()?;
        let server = Server::start(settings.clone())?;
        greet(&server, &settings);
        server.wait_for_signal()?;
        anstream::eprintln!("ending: taking nothing new, making durable what was taken");
        server.stop()?;
        Ok(Exit::Fine)
    }
}

/// Says where everything is.
fn greet(server: &Server, settings: &ServerSettings) {
    let place = |what: &str, address: Option<std::net::SocketAddr>| {
        let address = address.map_or_else(|| "off".to_owned(), |address| address.to_string());
        anstream::eprintln!("  {what:<14}{address}");
    };
    anstream::eprintln!("highwater {} serves", env!("CARGO_PKG_VERSION"));
    place("OTLP gRPC", server.otlp_grpc());
    place("OTLP HTTP", server.otlp_http());
    let scheme = if settings.access.tls.is_some() { "https" } else { "http" };
    let at = |path: &str| {
        server.api().map_or_else(|| "off".to_owned(), |api| format!("{scheme}://{api}{path}"))
    };
    anstream::eprintln!("  {:<14}{}", "pages", at("/"));
    anstream::eprintln!("  {:<14}{}", "API", at("/api/v1/now"));
    anstream::eprintln!("  {:<14}{}", "data", settings.folder.display());
    if settings.data.clock == ClockKind::Data {
        anstream::eprintln!("  {:<14}the latest record says what is now", "clock");
    }
}
