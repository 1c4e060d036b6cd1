//! Where in the source something was written, as a place that people can open.

use crate::percent_encoded;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A place in source code, as its sender says it. Texts that are not known are empty, a line is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CodePlace {
    /// The file: within the repository, or with all folders of the machine it was built or runs on.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The function.
    pub function: String,
    /// URL of the repository.
    pub repository: String,
    /// The commit or tag that was deployed.
    pub revision: String,
}

impl CodePlace {
    /// The address of the line at the deployed revision; `None` if the repository or the revision is not
    /// known, the file is not told within the repository, or the host is none of those whose addresses are
    /// known: GitHub, GitLab, Bitbucket, Codeberg, Gitea and Forgejo.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        let (host, path) = repository(&self.repository)?;
        let file = self.file.strip_prefix("./").unwrap_or(&self.file);
        let is_inside = !file.is_empty()
            && !file.starts_with(['/', '\\'])
            && !file.contains(':')
            && file.split(['/', '\\']).all(|part| part != ".." && !part.is_empty());
        if self.revision.is_empty() || !is_inside {
            return None;
        }
        let (revision, file) = (escaped(&self.revision), escaped(&file.replace('\\', "/")));
        let (blob, anchor) = ways(host)?;
        let line = if self.line == 0 { String::new() } else { format!("{anchor}{}", self.line) };
        Some(format!("https://{host}/{}/{blob}/{revision}/{file}{line}", escaped(path)))
    }
}

impl fmt::Display for CodePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.function.is_empty() {
            write!(f, " in {}", self.function)?;
        }
        Ok(())
    }
}

/// Host and path of a repository's URL, as it is browsed or cloned.
fn repository(url: &str) -> Option<(&str, &str)> {
    let rest = match url.split_once("://") {
        Some(("https" | "http" | "ssh" | "git", rest)) => rest.split_once('/'),
        Some(_) => None,
        None => url.split_once(':'),
    };
    let (authority, path) = rest?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let is_host = host.contains('.') && host.chars().all(is_name);
    let is_path =
        path.contains('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    (is_host && is_path).then_some((host, path))
}

/// How a host calls a file at a revision, and a line of it.
fn ways(host: &str) -> Option<(&'static str, &'static str)> {
    let has = |name: &str| host.split(['.', '-']).any(|part| part.eq_ignore_ascii_case(name));
    if has("github") {
        Some(("blob", "#L"))
    } else if has("gitlab") {
        Some(("-/blob", "#L"))
    } else if has("bitbucket") && host.ends_with("bitbucket.org") {
        Some(("src", "#lines-"))
    } else if has("codeberg") || has("gitea") || has("forgejo") {
        // A tag is asked for in another way than a commit; `src` alone finds both.
        Some(("src", "#L"))
    } else {
        None
    }
}

/// A path of a URL.
fn escaped(path: &str) -> String {
    path.split('/').map(percent_encoded).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(repository: &str, file: &str) -> CodePlace {
        CodePlace {
            file: file.into(),
            line: 42,
            function: "decide".into(),
            repository: repository.into(),
            revision: "3f2a9c1".into(),
        }
    }

    #[test]
    fn link_is_written_as_each_host_writes_it() {
        let links = [
            (
                "https://github.com/acme/gate",
                "https://github.com/acme/gate/blob/3f2a9c1/src/a.py#L42",
            ),
            (
                "git@github.com:acme/gate.git",
                "https://github.com/acme/gate/blob/3f2a9c1/src/a.py#L42",
            ),
            (
                "https://user:secret@gitlab.example.com/a/b/gate.git",
                "https://gitlab.example.com/a/b/gate/-/blob/3f2a9c1/src/a.py#L42",
            ),
            (
                "ssh://git@bitbucket.org/acme/gate",
                "https://bitbucket.org/acme/gate/src/3f2a9c1/src/a.py#lines-42",
            ),
        ];
        for (repository, link) in links {
            assert_eq!(place(repository, "src/a.py").link().as_deref(), Some(link));
        }
    }

    #[test]
    fn what_leads_nowhere_is_no_link() {
        let github = "https://github.com/acme/gate";
        for file in ["/app/src/a.py", "../../a.py", "C:\\src\\a.cs", "", "a//b.py"] {
            assert_eq!(place(github, file).link(), None, "{file}");
        }
        for repository in [
            "",
            "gate",
            "https://git.example.com/acme/gate",
            "https://github.com/",
            "javascript://github.com/a/b",
            "https://github.com\"><x/a/b",
        ] {
            assert_eq!(place(repository, "a.py").link(), None, "{repository}");
        }
        let unknown = CodePlace { revision: String::new(), ..place(github, "a.py") };
        assert_eq!(unknown.link(), None);
    }

    #[test]
    fn link_holds_no_markup() {
        let hostile = CodePlace {
            revision: "\"><script>".into(),
            line: 0,
            ..place("https://github.com/acme/<b>", "a b#?.py")
        };
        assert_eq!(
            hostile.link().unwrap(),
            "https://github.com/acme/%3Cb%3E/blob/%22%3E%3Cscript%3E/a%20b%23%3F.py"
        );
    }

    #[test]
    fn place_reads_as_people_say_it() {
        assert_eq!(place("", "src/a.py").to_string(), "src/a.py:42 in decide");
        let file = CodePlace { file: "a.go".into(), ..CodePlace::default() };
        assert_eq!(file.to_string(), "a.go");
    }
}
