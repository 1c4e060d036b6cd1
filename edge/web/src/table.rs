//! The table of routes: what stands where, and what it needs.

use crate::asking::Site;
use crate::require::{Guarded, Needs};
use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use std::sync::Arc;

/// A route of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// GET, POST, PUT, PATCH or DELETE; what answers GET answers HEAD.
    pub method: &'static str,
    /// Where, with names in braces.
    pub path: &'static str,
    /// What whoever asks must have.
    pub needs: Needs,
}

/// Routes as they are put together.
#[derive(Default)]
pub(crate) struct Table {
    router: Router<Arc<Site>>,
    routes: Vec<Route>,
}

impl Table {
    /// Answers GET there.
    pub(crate) fn get<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<Site>>,
        T: Guarded + 'static,
    {
        self.on(("GET", MethodFilter::GET), path, handler)
    }

    /// Answers POST there.
    pub(crate) fn post<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<Site>>,
        T: Guarded + 'static,
    {
        self.on(("POST", MethodFilter::POST), path, handler)
    }

    /// Answers PATCH there.
    pub(crate) fn patch<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<Site>>,
        T: Guarded + 'static,
    {
        self.on(("PATCH", MethodFilter::PATCH), path, handler)
    }

    /// Answers DELETE there.
    pub(crate) fn delete<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<Site>>,
        T: Guarded + 'static,
    {
        self.on(("DELETE", MethodFilter::DELETE), path, handler)
    }

    fn on<H, T>(
        mut self,
        (method, filter): (&'static str, MethodFilter),
        path: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Arc<Site>>,
        T: Guarded + 'static,
    {
        self.routes.push(Route { method, path, needs: T::NEEDS });
        Self { router: self.router.route(path, on(filter, handler)), routes: self.routes }
    }

    /// What answers, and the list of it.
    pub(crate) fn into_parts(self) -> (Router<Arc<Site>>, Vec<Route>) {
        (self.router, self.routes)
    }
}
