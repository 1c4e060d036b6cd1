//! What a span does, and whom it calls.

use super::*;

#[test]
fn http_of_old_and_new_names_is_one_operation() {
    check(&[
        (
            SERVER,
            "GET",
            "http.request.method=GET; http.route=/a/{id}; http.response.status_code=#200",
            "Server GET /a/{id} [status=200]",
        ),
        (
            SERVER,
            "HTTP GET",
            "http.method=GET; http.route=/a/{id}; http.status_code=#200",
            "Server GET /a/{id} [status=200]",
        ),
        (SERVER, "GET /x", "http.method=GET; http.status_code=#404", "Server GET /x [status=404]"),
        (
            CLIENT,
            "GET",
            "http.request.method=GET; url.template=/a/{id}; url.full=http://b:8080/a/7?q=1#f",
            "Client GET /a/{id} @b:8080 path /a/7",
        ),
        (
            CLIENT,
            "POST",
            "http.method=POST; http.url=http://127.0.0.1:21002/items; http.status_code=#200",
            "Client POST @127.0.0.1:21002 path /items [status=200]",
        ),
        (SERVER, "", "", "Server ~unnamed"),
        (0, "work", "", "Internal work"),
        (1, "work", "", "Internal work"),
        (9, "work", "", "Internal work"),
    ]);
}

#[test]
fn rpc_of_old_and_new_names_is_one_operation() {
    check(&[
        (
            SERVER,
            "n",
            "rpc.system=grpc; rpc.service=shop.Cart; rpc.method=Add; rpc.grpc.status_code=#0",
            "Server shop.Cart/Add [status=OK]",
        ),
        (
            SERVER,
            "n",
            "rpc.system.name=grpc; rpc.method=shop.Cart/Add; rpc.response.status_code=OK",
            "Server shop.Cart/Add [status=OK]",
        ),
        (CLIENT, "n", "rpc.service=shop.Cart; rpc.method=Add", "Client shop.Cart/Add @shop.Cart"),
        (CLIENT, "n", "rpc.status_code=#5; peer.service=cart", "Client n @cart [status=NOT_FOUND]"),
        (CLIENT, "n", "rpc.response.status_code=14", "Client n Failed [status=UNAVAILABLE]"),
        (CLIENT, "n", "rpc.response.status_code=-32602", "Client n [status=-32602]"),
    ]);
}

#[test]
fn messages_are_told_apart_by_operation() {
    check(&[
        (
            PRODUCER,
            "n",
            "messaging.operation.type=send; messaging.destination.name=orders; \
             server.address=kafka; server.port=#9092",
            "Producer send orders @orders",
        ),
        (
            CONSUMER,
            "n",
            "messaging.operation=process; messaging.destination=orders",
            "Consumer process orders",
        ),
        (
            CONSUMER,
            "n",
            "messaging.operation.name=ack; messaging.destination.name=orders",
            "Internal n",
        ),
        (
            CLIENT,
            "settle orders",
            "messaging.operation.type=settle; messaging.destination.name=orders",
            "Internal settle orders",
        ),
        (
            CLIENT,
            "n",
            "messaging.operation.type=receive; messaging.destination.name=orders; \
             messaging.batch.message_count=#500",
            "Consumer receive orders x500",
        ),
        (
            CLIENT,
            "n",
            "messaging.operation.type=receive; messaging.destination.name=orders; \
             messaging.batch.message_count=#0",
            "Consumer receive orders x0",
        ),
        (
            CLIENT,
            "n",
            "messaging.operation=publish; messaging.destination=orders",
            "Producer publish orders @orders",
        ),
        (
            CONSUMER,
            "n",
            "messaging.operation.type=process; messaging.destination.name=reply-7; \
             messaging.destination.template=reply-{n}",
            "Consumer process reply-{n}",
        ),
        (CONSUMER, "on message", "", "Consumer on message"),
        (CLIENT, "poll", "messaging.destination.name=orders", "Client poll @orders"),
    ]);
}

#[test]
fn databases_and_graphql_say_what_they_do() {
    check(&[
        (
            CLIENT,
            "n",
            "db.system.name=postgresql; db.operation.name=SELECT; db.collection.name=orders; \
             db.namespace=shop",
            "Client SELECT orders @shop",
        ),
        (
            CLIENT,
            "n",
            "db.system=redis; db.operation=GET; net.peer.name=cache; net.peer.port=#6379",
            "Client GET @cache:6379",
        ),
        (CLIENT, "SELECT", "db.system=sqlite", "Client SELECT @sqlite"),
        (CLIENT, "n", "db.operation=INSERT; db.sql.table=t; db.name=d", "Client INSERT t @d"),
        (
            SERVER,
            "POST /graphql",
            "http.method=POST; http.route=/graphql; graphql.operation.type=query; \
             graphql.operation.name=Cart",
            "Server query Cart [graphql.operation.type=query]",
        ),
    ]);
}

#[test]
fn peer_is_the_most_telling_name_the_caller_knows() {
    let address = "server.address=b; server.port=#8080";
    let table = [
        (format!("peer.service=p; {address}"), "p"),
        (format!("service.peer.name=new; peer.service=old; {address}"), "new"),
        (format!("{address}; url.full=http://c:1/x"), "b:8080"),
        ("server.address=B.Example; server.port=#443".into(), "b.example"),
        ("net.peer.name=b; net.peer.port=#80".into(), "b"),
        ("server.address=::1; server.port=#8080".into(), "[::1]:8080"),
        ("url.full=https://User:pw@Shop.Example:443/x".into(), "shop.example"),
        ("url.full=https://shop.example/x".into(), "shop.example"),
        ("url.full=http://[::1]:8080/x".into(), "[::1]:8080"),
        ("url.full=http://[::1]/x".into(), "[::1]"),
        ("url.full=//b:8080".into(), "b:8080"),
        ("url.full=/items; messaging.destination.name=q".into(), "q"),
        ("network.peer.address=10.0.0.1; network.peer.port=#5432".into(), "10.0.0.1:5432"),
        ("net.peer.ip=10.0.0.1; net.peer.port=#5432".into(), "10.0.0.1:5432"),
        ("network.peer.address=10.0.0.1".into(), "10.0.0.1"),
        ("db.name=d; db.system=s; rpc.service=r".into(), "d"),
        ("db.system=s; rpc.service=r".into(), "s"),
        ("rpc.service=r".into(), "r"),
        ("server.address=".into(), ""),
    ];
    for (text, expect) in table {
        assert_eq!(read_span(span(CLIENT, "n", &text)).peer, expect, "{text}");
        for kind in [1, SERVER, CONSUMER] {
            assert_eq!(read_span(span(kind, "n", &text)).peer, "", "{text}");
        }
    }
}

#[test]
fn path_is_that_of_a_client_without_query() {
    let table = [
        ("url.full=http://b/a/b?c=d#e", "/a/b"),
        ("http.url=http://b", "/"),
        ("http.url=http://b?x=/y", "/"),
        ("url.path=/a; http.target=/b?c", "/a"),
        ("http.target=/b?c", "/b"),
        ("http.target=/b//c", "/b//c"),
        ("url.full=/b?next=http://c", "/b"),
        ("http.url=b:8080/x", "/x"),
        ("http.target=*", ""),
        ("", ""),
    ];
    for (text, expect) in table {
        assert_eq!(read_span(span(CLIENT, "n", text)).path, expect, "{text}");
        assert_eq!(read_span(span(SERVER, "n", text)).path, "", "{text}");
    }
}
