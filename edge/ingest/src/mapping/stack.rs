//! The frame of a stack trace that people look at first: the innermost of the sender's own code, which is the
//! one that no folder of libraries and no library of the language owns.
//!
//! Read are the ways of Python, Java and its kin, JavaScript, .NET, Go, Rust, Ruby and PHP. A stack in
//! another way gives nothing.

/// Bytes of a stack that are looked at: its innermost frames are at one of its ends.
const STACK_MAX: usize = 16 * 1024;

/// A frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    pub(super) file: &'a str,
    /// From 1; 0 if not said.
    pub(super) line: u32,
    /// Empty if not said.
    pub(super) function: &'a str,
}

/// Parts of file names that belong to libraries.
const LIBRARIES: [&str; 16] = [
    "/site-packages/",
    "/dist-packages/",
    "/lib/python",
    "/node_modules/",
    "node:",
    "<frozen ",
    "<anonymous>",
    "/go/pkg/mod/",
    "/usr/local/go/src/",
    "/vendor/",
    "/.cargo/registry/",
    "/rustc/",
    "/gems/",
    "/usr/lib/",
    "/usr/share/",
    "[native code]",
];

/// Beginnings of functions that belong to libraries, where files are told without folders.
const PACKAGES: [&str; 12] = [
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "jakarta.",
    "kotlin.",
    "scala.",
    "org.springframework.",
    "org.apache.",
    "io.netty.",
    "System.",
    "Microsoft.",
];

/// The innermost frame of the sender's own code; the innermost of all if none is.
pub(super) fn own_frame(stack: &str) -> Option<Frame<'_>> {
    let is_python = stack.contains("Traceback (most recent call last)");
    let frames: Vec<Frame<'_>> = if is_python {
        // The innermost frame is the last one.
        let lines = end(stack).lines().filter_map(python);
        lines.collect::<Vec<_>>().into_iter().rev().collect()
    } else {
        // A line of Go names the function, and the next one the file.
        let mut before = "";
        let named = beginning(stack)
            .lines()
            .filter_map(|line| frame(line, std::mem::replace(&mut before, line.trim())));
        named.collect()
    };
    frames.iter().find(|frame| is_own(frame)).or_else(|| frames.first()).copied()
}

fn is_own(frame: &Frame<'_>) -> bool {
    let is_of_library = LIBRARIES.iter().any(|part| frame.file.contains(part));
    !is_of_library && !PACKAGES.iter().any(|package| frame.function.starts_with(package))
}

fn frame<'a>(line: &'a str, before: &'a str) -> Option<Frame<'a>> {
    let text = line.trim();
    match text.strip_prefix("at ") {
        Some(rest) => dotnet(rest).or_else(|| rust(rest, before)).or_else(|| in_brackets(rest)),
        None => ruby(text).or_else(|| php(text)).or_else(|| go(line, before)),
    }
}

/// `File "/app/gate.py", line 42, in decide`.
fn python(line: &str) -> Option<Frame<'_>> {
    let (file, rest) = line.trim().strip_prefix("File \"")?.split_once("\", line ")?;
    let (line, function) = rest.split_once(", in ").unwrap_or((rest, ""));
    Some(Frame { file, line: line.trim().parse().ok()?, function: function.trim() })
}

/// `at Gate.Decide(Item item) in /src/Gate.cs:line 42`.
fn dotnet(rest: &str) -> Option<Frame<'_>> {
    let (function, place) = rest.split_once(") in ")?;
    let (file, line) = place.rsplit_once(":line ")?;
    let function = function.split('(').next()?;
    Some(Frame { file, line: line.trim().parse().ok()?, function })
}

/// `at com.acme.Gate.decide(Gate.java:42)`, `at decide (/app/gate.js:42:13)`, `at /app/gate.js:42:13`.
fn in_brackets(rest: &str) -> Option<Frame<'_>> {
    let Some((function, place)) = rest.strip_suffix(')').and_then(|rest| rest.rsplit_once('('))
    else {
        return numbered(rest.strip_prefix("async ").unwrap_or(rest), "");
    };
    let function = function.trim();
    // A class loader or module may stand before: `app//com.acme.Gate.decide`.
    let function = function.rsplit('/').next().unwrap_or(function);
    numbered(place, function.strip_prefix("async ").unwrap_or(function))
}

/// `at ./src/gate.rs:42:13`, below `1: gate::decide`.
fn rust<'a>(rest: &'a str, before: &'a str) -> Option<Frame<'a>> {
    let (number, function) = before.split_once(": ")?;
    number.parse::<u32>().ok()?;
    numbered(rest, function)
}

/// `/app/gate.rb:42:in 'decide'`.
fn ruby(text: &str) -> Option<Frame<'_>> {
    let text = text.strip_prefix("from ").unwrap_or(text);
    let (place, function) = text.split_once(":in ")?;
    let function = function.split([':', ' ']).next()?.trim_matches(['`', '\'']);
    numbered(place, function)
}

/// `#0 /app/gate.php(42): Gate->decide()`.
fn php(text: &str) -> Option<Frame<'_>> {
    let (number, rest) = text.strip_prefix('#')?.split_once(' ')?;
    number.parse::<u32>().ok()?;
    let (file, rest) = rest.split_once('(')?;
    let (line, call) = rest.split_once("): ")?;
    Some(Frame { file, line: line.parse().ok()?, function: call.split('(').next()? })
}

/// `\t/app/gate.go:42 +0x1d`, below the line with the function.
fn go<'a>(line: &'a str, before: &'a str) -> Option<Frame<'a>> {
    let place = line.strip_prefix('\t')?.split(" +0x").next()?;
    let function = before.rsplit_once('(').map_or(before, |(function, _)| function);
    numbered(place, function).filter(|frame| frame.file.ends_with(".go"))
}

/// A file with its line, and perhaps a column, at the end.
fn numbered<'a>(place: &'a str, function: &'a str) -> Option<Frame<'a>> {
    let (rest, last) = place.trim().rsplit_once(':')?;
    let last: u32 = last.parse().ok()?;
    let (file, line) = match rest.rsplit_once(':').map(|(file, line)| (file, line.parse())) {
        Some((file, Ok(line))) => (file, line),
        Some((_, Err(_))) | None => (rest, last),
    };
    let file = file.strip_prefix("file://").unwrap_or(file);
    (!file.is_empty() && !file.contains(char::is_whitespace)).then_some(Frame {
        file,
        line,
        function,
    })
}

fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(STACK_MAX)).unwrap_or(text)
}

fn end(text: &str) -> &str {
    let from = text.len().saturating_sub(STACK_MAX);
    text.get(text.ceil_char_boundary(from)..).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame_of(stack: &str) -> Option<(&str, u32, &str)> {
        own_frame(stack).map(|frame| (frame.file, frame.line, frame.function))
    }

    #[test]
    fn innermost_own_frame_of_each_language_is_found() {
        let table = [
            (
                "Traceback (most recent call last):\n  File \"/app/main.py\", line 8, in serve\n    go()\n  \
                 File \"/app/gate.py\", line 42, in decide\n    raise X\n  \
                 File \"/usr/lib/python3/dist-packages/x.py\", line 1, in y\n    z\nValueError: no\n",
                ("/app/gate.py", 42, "decide"),
            ),
            (
                "java.lang.IllegalStateException: no\n\tat java.base/java.util.Objects.need(Objects.java:233)\n\t\
                 at app//com.acme.Gate.decide(Gate.java:42)\n\tat com.acme.Main.main(Main.java:8)\n",
                ("Gate.java", 42, "com.acme.Gate.decide"),
            ),
            (
                "Error: no\n    at Object.x (node:internal/y:1:2)\n    at async decide (/app/src/gate.js:42:13)\n",
                ("/app/src/gate.js", 42, "decide"),
            ),
            ("Error: no\n    at file:///app/gate.mjs:42:13\n", ("/app/gate.mjs", 42, "")),
            (
                "System.Exception: no\n   at System.Linq.X() in /_/src/X.cs:line 3\n   \
                 at Acme.Gate.Decide(Item item) in /src/Gate.cs:line 42\n",
                ("/src/Gate.cs", 42, "Acme.Gate.Decide"),
            ),
            (
                "goroutine 1 [running]:\nruntime/debug.Stack()\n\t/usr/local/go/src/runtime/debug/stack.go:24 \
                 +0x65\nmain.decide(0x1)\n\t/app/gate.go:42 +0x1d\n",
                ("/app/gate.go", 42, "main.decide"),
            ),
            (
                "   0: std::panicking\n             at /rustc/abc/library/std/src/panicking.rs:1:2\n   \
                 1: gate::decide\n             at ./src/gate.rs:42:13\n",
                ("./src/gate.rs", 42, "gate::decide"),
            ),
            (
                "/app/gate.rb:42:in 'decide': no (RuntimeError)\n\tfrom /app/main.rb:8:in '<main>'\n",
                ("/app/gate.rb", 42, "decide"),
            ),
            (
                "#0 /app/vendor/x.php(1): y()\n#1 /app/gate.php(42): Gate->decide(Object)\n#2 {main}",
                ("/app/gate.php", 42, "Gate->decide"),
            ),
        ];
        for (stack, expected) in table {
            assert_eq!(frame_of(stack), Some(expected), "{stack}");
        }
    }

    #[test]
    fn without_own_code_the_innermost_frame_is_told() {
        let stack = "x\n\tat java.util.Objects.need(Objects.java:233)\n\tat java.lang.Thread.run(Thread.java:1)\n";
        assert_eq!(frame_of(stack), Some(("Objects.java", 233, "java.util.Objects.need")));
    }

    #[test]
    fn what_is_no_stack_gives_nothing() {
        for text in [
            "",
            "no",
            "at",
            "at ",
            "at x",
            "at (:)",
            "File \"x",
            "#0 (",
            "12:30:45 item 7 halted",
            "\u{e9}\n\tat \u{e9}(",
        ] {
            assert_eq!(frame_of(text), None, "{text}");
        }
    }

    #[test]
    fn long_stack_is_read_at_the_end_where_its_innermost_frame_is() {
        let python = "Traceback (most recent call last):\n".to_owned()
            + &"  File \"/app/a.py\", line 1, in é\n".repeat(5_000)
            + "  File \"/app/gate.py\", line 42, in decide\n";
        assert_eq!(frame_of(&python), Some(("/app/gate.py", 42, "decide")));
    }
}
