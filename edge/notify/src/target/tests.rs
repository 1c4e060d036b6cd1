//! The table of addresses that must not be asked, in all their disguises.

use super::*;

fn listed_hosts(hosts: &[&str]) -> Vec<String> {
    hosts.iter().map(|&host| host.to_owned()).collect()
}

/// The whole way of an address to the sockets, with a zone that answers as told.
fn reach(url: &str, allow: &[&str], zone: &[&str]) -> Result<Vec<SocketAddr>, String> {
    let target = Target::parse(url, &listed_hosts(allow))?;
    let zone: Vec<IpAddr> = zone.iter().map(|address| address.parse().unwrap()).collect();
    let lookup: Lookup = Arc::new(move |_, port| {
        Ok(zone.iter().map(|&address| SocketAddr::new(address, port)).collect())
    });
    target.resolve(&lookup, Duration::from_secs(60)).map_err(|trouble| match trouble {
        ResolveTrouble::Refused(words) | ResolveTrouble::Later(words) => words,
    })
}

#[test]
fn literal_addresses_that_are_not_public_are_refused() {
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "0.0.0.0",
        "10.0.0.1",
        "192.168.0.1",
        "172.16.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "224.0.0.1",
        "255.255.255.255",
        "1.2.3.4.5",
        "1.2.3.999",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fe80::1%25eth0]",
        "[fd00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[::127.0.0.1]",
    ] {
        let url = format!("https://{host}/x");
        assert!(reach(&url, &[], &[]).is_err(), "{url} was not refused");
    }
}

#[test]
fn addresses_that_are_not_plain_urls_are_refused() {
    for url in [
        "",
        "x",
        "/x",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "gopher://x/",
        "//hooks.example/x",
        "https://",
        "https:///x",
        "https://user@hooks.example/",
        "https://user:pw@hooks.example/",
        "https://hooks.example@127.0.0.1/",
        "https://127.0.0.1\\@hooks.example/",
        "https://hooks.example:/",
        "https://hooks.example:99999/",
        "https://hooks.example:x/",
        "https://hooks exam.ple/",
        "https://hooks.example/\r\nHost: x",
        "https://höoks.example/",
        "https://hooks%2eexample/",
        "https://%31%32%37.0.0.1/",
        "http://hooks.example/",
    ] {
        assert!(reach(url, &[], &["1.1.1.1"]).is_err(), "{url:?} was not refused");
    }
    assert!(reach(&format!("https://a.example/{}", "x".repeat(3000)), &[], &["1.1.1.1"]).is_err());
}

#[test]
fn a_public_name_is_reached_at_the_addresses_that_were_checked() {
    let found = reach("https://Hooks.Example./x?y=z", &[], &["1.1.1.1", "2606:4700::1"]).unwrap();
    assert_eq!(found, ["1.1.1.1:443".parse().unwrap(), "[2606:4700::1]:443".parse().unwrap()]);
    let found = reach("https://hooks.example:8443/", &[], &["1.1.1.1"]).unwrap();
    assert_eq!(found, ["1.1.1.1:8443".parse().unwrap()]);
}

#[test]
fn a_name_with_one_private_address_among_public_ones_is_refused() {
    for private in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1"]
    {
        let words = reach("https://hooks.example/", &[], &["1.1.1.1", private]).unwrap_err();
        assert!(words.starts_with("hooks.example leads to"), "{words}");
    }
    assert!(reach("https://hooks.example/", &[], &[]).is_err());
}

#[test]
fn the_allow_list_opens_what_it_names_and_no_more() {
    let ok = |url: &str, allow: &[&str], zone: &[&str]| {
        assert!(reach(url, allow, zone).is_ok(), "{url} {allow:?} {:?}", reach(url, allow, zone));
    };
    ok("http://alertmanager.lan:9093/", &["alertmanager.lan"], &["10.0.0.5"]);
    ok("http://alertmanager.lan:9093/", &["Alertmanager.LAN.:9093"], &["fd00::5"]);
    ok("https://alertmanager.lan/", &["alertmanager.lan"], &["100.64.0.9"]);
    ok("https://alertmanager.lan/", &["alertmanager.lan"], &["::ffff:10.0.0.5"]);
    ok("http://[64:ff9b::a00:1]/", &["64:ff9b::a00:1"], &[]);
    ok("http://127.0.0.1:1234/", &["127.0.0.1"], &[]);
    ok("http://[::1]:1234/", &["[::1]:1234"], &[]);
    ok("http://[0:0:0:0:0:0:0:1]:1234/", &["::1"], &[]);
    ok("http://169.254.169.254/", &["169.254.169.254"], &[]);
    let refused = |url: &str, allow: &[&str], zone: &[&str]| {
        assert!(reach(url, allow, zone).is_err(), "{url} {allow:?} was not refused");
    };
    refused("http://alertmanager.lan:9094/", &["alertmanager.lan:9093"], &["10.0.0.5"]);
    refused("https://alertmanager.lan:9094/", &["alertmanager.lan:9093"], &["10.0.0.5"]);
    refused("https://other.lan/", &["alertmanager.lan"], &["10.0.0.5"]);
    refused("https://sub.alertmanager.lan/", &["alertmanager.lan"], &["10.0.0.5"]);
    // A listed name never opens the metadata service, directly or inside another address: of these
    // it opens only the mapped ones, since where the others carry theirs is not known.
    for zone in [
        "169.254.169.254",
        "fd00:ec2::254",
        "fd20:ce::254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1:a9fe:a9:fe00::",
        "64:ff9b:1:a9fe:a9:fe00:a00:1",
        "64:ff9b::a00:1",
        "2002:a00:1::1",
        "2a00::5efe:a00:1",
        "::10.0.0.1",
        "fe80::1",
        "fe80::5efe:a00:1",
        "0.0.0.0",
        "224.0.0.1",
    ] {
        refused("http://alertmanager.lan/", &["alertmanager.lan"], &[zone]);
    }
    refused("http://0.0.0.0/", &["0.0.0.0"], &[]);
    refused("http://224.0.0.1/", &["224.0.0.1"], &[]);
    refused("http://127.1/", &["127.0.0.1"], &[]);
}

#[test]
fn an_allow_list_that_cannot_be_read_says_so() {
    for entry in ["", "http://x", "10.0.0.0/8", "*", "a b", "x:y", "[::1", "u@h", ":80"] {
        let words = reach("https://hooks.example/", &[entry], &["1.1.1.1"]).unwrap_err();
        assert!(words.starts_with("allow_private holds"), "{entry:?}: {words}");
    }
}

#[test]
fn refusals_do_not_repeat_the_address() {
    for url in
        ["http://hooks.example/canary", "https://u:canary@h/", "https://127.0.0.1/canary", "canary"]
    {
        let words = reach(url, &[], &[]).unwrap_err();
        assert!(!words.contains("canary"), "{words}");
    }
}

#[test]
fn a_look_up_that_hangs_or_fails_is_tried_later() {
    let target = Target::parse("https://hooks.example/", &[]).unwrap();
    let (tx, rx) = mpsc::channel::<()>();
    let rx = std::sync::Mutex::new(rx);
    let hangs: Lookup = Arc::new(move |_, _| {
        rx.lock().unwrap().recv().ok();
        Ok(vec![])
    });
    let found = target.resolve(&hangs, Duration::from_millis(20));
    assert!(matches!(found, Err(ResolveTrouble::Later(_))), "{found:?}");
    drop(tx);
    let fails: Lookup = Arc::new(|_, _| Err(io::Error::other("no")));
    let found = target.resolve(&fails, Duration::from_secs(60));
    assert!(matches!(found, Err(ResolveTrouble::Later(_))), "{found:?}");
}
