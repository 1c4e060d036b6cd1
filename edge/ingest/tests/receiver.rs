//! The receiver over real sockets, row by row of docs/internals/receiver.md.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

#[path = "receiver/answers.rs"]
mod answers;
#[path = "receiver/bodies.rs"]
mod bodies;
#[path = "receiver/call.rs"]
mod call;
#[path = "receiver/floods.rs"]
mod floods;
#[path = "receiver/frames.rs"]
mod frames;
#[path = "receiver/grpc.rs"]
mod grpc;
#[path = "receiver/guard.rs"]
mod guard;
#[path = "receiver/hostile.rs"]
mod hostile;
#[path = "receiver/http.rs"]
mod http;
#[path = "receiver/lifetime.rs"]
mod lifetime;
#[path = "receiver/messages.rs"]
mod messages;
#[path = "receiver/packed.rs"]
mod packed;
#[path = "receiver/page.rs"]
mod page;
#[path = "receiver/stage.rs"]
mod stage;
#[path = "receiver/storm.rs"]
mod storm;
#[path = "receiver/wire.rs"]
mod wire;
