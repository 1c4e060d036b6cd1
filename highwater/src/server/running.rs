//! A server: its threads, from their start to their end.

use super::admission::is_guarded;
use super::backend::{Answers, Remembered};
use super::book::Book;
use super::clock::ClockKind;
use super::companions::Companions;
use super::counts::Counts;
use super::doors::{AccessSettings, Guards, record_start, renew};
use super::hooks::HookSettings;
use super::opening::{DataSettings, Opened, open};
use super::orders::{ToEngine, ToWriter};
use super::post::{Post, PostSettings, ToPost};
use super::room::Room;
use super::trackers::{TrackerSettings, Tracking};
use super::writer::{Pause, Waiting, Writer};
use crate::client::Sender;
use crate::people::{Known, PeopleSettings};
use anyhow::Context;
use hw_ingest::{Delivery, Receiver, ReceiverSettings};
use hw_notify::Courier;
use hw_store::{Applying, Readers, Retention};
use hw_web::{Failure, Web, WebSettings};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tracing::warn;

/// Requests that wait for the writer.
const DELIVERIES_MAX: usize = 1_024;

/// Rows that wait for the engine; further ones it reads from the log.
const ROWS_MAX: usize = 1_024;

/// Names of the threads whose panic ends the process.
const ENGINE: &str = "engine";
const WRITER: &str = "writer";

/// Name of the thread that sends messages.
const POST: &str = "post";

/// Before the engine is asked again whether it has caught up.
const SOON: Duration = Duration::from_millis(100);

/// Until the engine must have caught up when somebody waits for it.
const SETTLED: Duration = Duration::from_secs(120);

/// The code of a fault of ours.
const EXIT_FAULT: i32 = 70;

/// What can be set about a server.
#[derive(Clone, Debug)]
pub(crate) struct ServerSettings {
    pub folder: PathBuf,
    /// Where the API answers, if anywhere.
    pub listen: Option<SocketAddr>,
    pub data: DataSettings,
    pub receiver: ReceiverSettings,
    pub retention: Retention,
    pub access: AccessSettings,
    /// Who is told of incidents.
    pub receivers: Vec<hw_notify::Receiver>,
    /// Where action items stand as issues too.
    pub trackers: Vec<TrackerSettings>,
    /// What is taken from other programs.
    pub hooks: HookSettings,
    pub people: PeopleSettings,
}

/// A server that runs.
pub(crate) struct Server {
    runtime: Runtime,
    answers: Arc<Answers>,
    counts: Arc<Counts>,
    orders: mpsc::UnboundedSender<ToWriter>,
    shutdown: watch::Sender<bool>,
    receiving: tokio::task::JoinHandle<()>,
    answering: Option<tokio::task::JoinHandle<()>>,
    threads: [JoinHandle<()>; 2],
    post: JoinHandle<()>,
    to_post: std::sync::mpsc::Sender<ToPost>,
    companions: Companions,
    otlp_http: Option<SocketAddr>,
    otlp_grpc: Option<SocketAddr>,
    api: Option<SocketAddr>,
}

impl Server {
    /// Opens the data folder, takes the ports, and begins to serve.
    pub(crate) fn start(settings: ServerSettings) -> anyhow::Result<Self> {
        let mut opened = open(&settings.folder, &settings.data)?;
        let guards = Guards::set_up(&opened, &settings)?;
        let runtime = network()?;
        let (deliver, deliveries) = mpsc::channel(DELIVERIES_MAX);
        let (receiver, web) = bind(&runtime, &settings, deliver)?;
        let receiver = guards.guard(receiver)?;
        record_start(&mut opened, &settings, &guards)?;
        let (otlp_http, otlp_grpc) = (receiver.http_address(), receiver.grpc_address());
        let api = web.as_ref().and_then(Web::address);
        let counts = counts_of(&opened);
        end_on_panic(opened.applying.clone());
        let (orders, wanted) = mpsc::unbounded_channel();
        let (readers, durable) = (Readers::new(opened.store.paths().clone()), opened.durable);
        let (post, to_post) = post(&opened, &settings, &counts, orders.clone())?;
        let (writer, room) = part(
            opened,
            (&settings, &guards),
            (&counts, orders.clone(), to_post.clone()),
            (deliveries, wanted),
        )?;
        let answers = Arc::new(Answers {
            proposals: Remembered::default(),
            counts: Arc::clone(&counts),
            receiver: receiver.counts(),
            readers,
            engine: writer.engine.clone(),
            writer: orders.clone(),
            last_event: writer.last_event.subscribe(),
            clock: settings.data.clock,
            door: Arc::clone(&guards.door),
            hooks: settings.hooks.clone(),
            alerts: std::sync::Mutex::default(),
            tracking: Tracking::of(settings.trackers.clone()),
            durable_at_start: durable,
            people: Arc::new(Known::new(settings.people.clone())),
            taken_in: taken_in((otlp_http, otlp_grpc), guards.certificates.is_some()),
            runtime: runtime.handle().clone(),
        });
        let threads = [spawn(ENGINE, move || room.run())?, spawn_writer(writer)?];
        let post = spawn_post(post, &counts)?;
        let (shutdown, mut stopping) = watch::channel(false);
        let web = web.map(|web| behind_doors(web, (&settings, &guards), &answers)).transpose()?;
        let backend = Arc::clone(&answers);
        let answering = web.map(|web| runtime.spawn(web.run(backend, stopping.clone())));
        if let Some(certificates) = guards.certificates.clone() {
            drop(runtime.spawn(renew(certificates, stopping.clone())));
        }
        let canary = otlp_http.filter(|_| settings.data.clock == ClockKind::Wall);
        let sender = canary.map(|to| Sender::own(to, guards.certificates.is_some(), &guards.own));
        let companions = Companions::start(sender, (&answers, &settings.folder), &stopping)?;
        let stopped = async move { drop(stopping.wait_for(|is_stopping| *is_stopping).await) };
        let receiving = runtime.spawn(receiver.run(stopped));
        counts.is_ready.store(true, Ordering::Relaxed);
        Ok(Self {
            runtime,
            answers,
            counts,
            orders,
            shutdown,
            receiving,
            answering,
            threads,
            post,
            to_post,
            companions,
            otlp_http,
            otlp_grpc,
            api,
        })
    }

    /// Where it takes OTLP over HTTP.
    pub(crate) const fn otlp_http(&self) -> Option<SocketAddr> {
        self.otlp_http
    }

    /// Where it takes OTLP over gRPC.
    pub(crate) const fn otlp_grpc(&self) -> Option<SocketAddr> {
        self.otlp_grpc
    }

    /// Where the API answers.
    pub(crate) const fn api(&self) -> Option<SocketAddr> {
        self.api
    }

    /// Waits until all that was acknowledged is counted, and what is said of it is durable. Returns
    /// the number of the last event then.
    pub(crate) fn settle(&self) -> anyhow::Result<u64> {
        let began = Instant::now();
        loop {
            match self.answers.settle() {
                Ok(last) => return Ok(last),
                Err(Failure::Unavailable { .. }) if began.elapsed() < SETTLED => {
                    std::thread::sleep(SOON);
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }

    /// Waits until somebody wants it to end.
    pub(crate) fn wait_for_signal(&self) -> anyhow::Result<()> {
        self.runtime.block_on(signalled()).context("failed to listen for signals")
    }

    /// What hears when somebody wants it to end, while something else is done.
    pub(crate) fn signals(&self) -> std::sync::mpsc::Receiver<()> {
        let (tell, hear) = std::sync::mpsc::channel();
        self.runtime.spawn(async move {
            if signalled().await.is_ok() {
                // Nobody may be listening any more.
                tell.send(()).ok();
            }
        });
        hear
    }

    /// Takes nothing new, makes durable what was taken, and ends.
    pub(crate) fn stop(self) -> anyhow::Result<()> {
        self.counts.is_ready.store(false, Ordering::Relaxed);
        self.shutdown.send_replace(true);
        self.runtime.block_on(self.receiving).context("the receiver ended badly")?;
        if let Some(answering) = self.answering {
            self.runtime.block_on(answering).context("the API ended badly")?;
        }
        // Before the writer: what becomes of messages that are on their way is still written.
        self.to_post.send(ToPost::Stop).ok();
        drop(self.post.join());
        drop(self.companions.rules.join());
        drop(self.orders.send(ToWriter::Stop));
        let Companions { canary, people, freezing, trackers, .. } = self.companions;
        let others = canary.into_iter().chain(people).chain(trackers).chain([freezing]);
        for thread in self.threads.into_iter().chain(others) {
            // A panic of one of them has ended the process.
            drop(thread.join());
        }
        self.runtime.shutdown_background();
        Ok(())
    }
}

/// The threads that talk to others.
fn network() -> anyhow::Result<Runtime> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().thread_name("network").enable_all().build();
    runtime.context("failed to start threads")
}

/// The counters, as the folder was left.
fn counts_of(opened: &Opened) -> Arc<Counts> {
    let counts = Arc::new(Counts::default());
    counts.durable.store(opened.durable, Ordering::Relaxed);
    counts.applied.store(opened.next - 1, Ordering::Relaxed);
    counts.set_totals(opened.totals);
    counts
}

/// Takes the addresses.
fn bind(
    runtime: &Runtime,
    settings: &ServerSettings,
    deliver: mpsc::Sender<Delivery>,
) -> anyhow::Result<(Receiver, Option<Web>)> {
    let receiver = runtime.block_on(Receiver::bind(settings.receiver.clone(), deliver))?;
    let web = settings.listen.map(|address| Web::bind(address, WebSettings::standard()));
    Ok((receiver, web.map(|binding| runtime.block_on(binding)).transpose()?))
}

/// The API, open to whom it is to be.
fn behind_doors(
    web: Web,
    (settings, guards): (&ServerSettings, &Guards),
    answers: &Arc<Answers>,
) -> anyhow::Result<Web> {
    guards.doors(web, &settings.access.hosts, Arc::clone(answers) as Arc<_>)
}

/// Parts what was opened between the two threads.
fn part(
    opened: Opened,
    (settings, guards): (&ServerSettings, &Guards),
    (counts, orders, post): (
        &Arc<Counts>,
        mpsc::UnboundedSender<ToWriter>,
        std::sync::mpsc::Sender<ToPost>,
    ),
    (deliveries, wanted): (mpsc::Receiver<Delivery>, mpsc::UnboundedReceiver<ToWriter>),
) -> anyhow::Result<(Writer, Room)> {
    let book = Book::looking_at(opened.promised()?);
    let (to_engine, rows) = mpsc::channel(ROWS_MAX);
    // The engine catches up with what is durable by itself.
    drop(to_engine.try_send(ToEngine::Wake(opened.durable)));
    let (last_event, _) = watch::channel(opened.last_event);
    let writer = Writer {
        store: opened.store,
        admission: opened.admission,
        clock: opened.clock,
        book,
        counts: Arc::clone(counts),
        pace: opened.pace,
        retention: settings.retention,
        door: Arc::clone(&guards.door),
        window_s: settings.data.window_s,
        deliveries,
        orders: wanted,
        engine: to_engine,
        receivers: told(&settings.receivers),
        post,
        last_event,
        durable: opened.durable,
        seen_saved: opened.seen_saved,
        minute: (i64::MIN, 0),
        totals: opened.totals,
        pause: Pause::default(),
        waiting: Waiting::default(),
    };
    let room = Room {
        engine: opened.engine,
        next: opened.next,
        reader: opened.reader,
        quarantined: opened.quarantined,
        applying: opened.applying,
        snapshots: opened.snapshots,
        counts: Arc::clone(counts),
        orders: rows,
        writer: orders,
    };
    Ok((writer, room))
}

/// Who tells others, and where it is told what.
fn post(
    opened: &Opened,
    settings: &ServerSettings,
    counts: &Arc<Counts>,
    writer: mpsc::UnboundedSender<ToWriter>,
) -> anyhow::Result<(Post, std::sync::mpsc::Sender<ToPost>)> {
    Ok(Post::new(PostSettings {
        receivers: settings.receivers.clone(),
        rows: opened.messages()?,
        courier: courier(settings)?,
        writer,
        counts: Arc::clone(counts),
    }))
}

/// Names of those who are told of incidents; a dead man's switch is not.
fn told(receivers: &[hw_notify::Receiver]) -> Vec<String> {
    let told = receivers.iter().filter(|receiver| receiver.kind.manner().is_some());
    told.map(|receiver| receiver.name.clone()).collect()
}

/// Who carries messages. What would keep all of them from arriving is said at the start.
fn courier(settings: &ServerSettings) -> anyhow::Result<Courier> {
    let courier = Courier::new(None).context("failed to set up how messages are sent")?;
    let is_beat = |r: &hw_notify::Receiver| r.kind.manner().is_none();
    if !settings.receivers.is_empty() && courier.roots() == 0 {
        warn!(
            "this machine trusts no certificate, so nothing with TLS can be reached: install ca-certificates"
        );
    }
    if settings.data.clock == ClockKind::Data && settings.receivers.iter().any(is_beat) {
        warn!("by the data's clock no canary is sent, and so no heartbeat either");
    }
    Ok(courier)
}

pub(super) fn spawn(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> anyhow::Result<JoinHandle<()>> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.with_context(|| format!("failed to start the thread of the {name}"))
}

/// The writer has a runtime of its own: it blocks while the disk works.
fn spawn_writer(writer: Writer) -> anyhow::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .context("failed to start the runtime of the writer")?;
    spawn(WRITER, move || runtime.block_on(writer.run()))
}

/// A panic of the post ends no process: what is counted goes on being counted, and it is said.
fn spawn_post(post: Post, counts: &Arc<Counts>) -> anyhow::Result<JoinHandle<()>> {
    let counts = Arc::clone(counts);
    spawn(POST, move || {
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| post.run()));
        if ended.is_err() {
            counts.is_post_dead.store(true, Ordering::Relaxed);
        }
    })
}

/// A panic of the engine or the writer ends the process: better a gap than a wrong verdict. The row
/// at which the engine was is noted.
fn end_on_panic(applying: Applying) {
    let said = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        said(panic);
        let name = std::thread::current().name().unwrap_or_default().to_owned();
        if name == ENGINE {
            applying.note_panic(&panic.to_string());
        }
        let ends = (name == ENGINE || name == WRITER) && !is_guarded();
        if ends {
            std::process::exit(EXIT_FAULT);
        }
    }));
}

#[cfg(unix)]
async fn signalled() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signalled() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// Where telemetry is taken in, as addresses for exporters.
fn taken_in((http, grpc): (Option<SocketAddr>, Option<SocketAddr>), has_tls: bool) -> Vec<String> {
    let scheme = if has_tls { "https" } else { "http" };
    let http = http.map(|address| format!("{scheme}://{address}"));
    let grpc = grpc.map(|address| format!("grpc://{address}"));
    http.into_iter().chain(grpc).collect()
}
