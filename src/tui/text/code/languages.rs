//! The shapes of the languages that models write most: comments, quotes and words.

/// How texts are quoted: the opening, the closing, and whether they go over lines.
pub(super) type Quote = (&'static str, &'static str, bool);

/// The shape of a language.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rules {
    /// What it is called at a fence, with blanks between.
    pub names: &'static str,
    /// What begins a comment to the end of the line.
    pub line_comments: &'static [&'static str],
    /// What begins and ends a comment that goes over lines.
    pub block_comment: Option<(&'static str, &'static str)>,
    /// How texts are quoted.
    pub quotes: &'static [Quote],
    /// Whether `'x'` is one character, and a lone `'` something else.
    pub characters: bool,
    /// The sign behind the name of a member, at the beginning of a line or behind a text.
    pub member: Option<char>,
    /// The words of the language, with blanks between.
    pub words: &'static str,
    /// Whether they are the same in capitals.
    pub any_case: bool,
}

const NONE: Rules = Rules {
    names: "",
    line_comments: &[],
    block_comment: None,
    quotes: &[],
    characters: false,
    member: None,
    words: "",
    any_case: false,
};
const DOUBLE: Quote = ("\"", "\"", false);
const SINGLE: Quote = ("'", "'", false);
const C_BLOCK: Option<(&str, &str)> = Some(("/*", "*/"));

pub(super) static LANGUAGES: [Rules; 19] = [
    Rules {
        names: "rust rs",
        line_comments: &["//"],
        block_comment: C_BLOCK,
        quotes: &[("r#\"", "\"#", true), ("\"", "\"", true)],
        characters: true,
        words: "as async await box break const continue crate dyn else enum extern false fn for if impl in let loop match \
            mod move mut pub ref return self Self static struct super trait true type unsafe use where while yield",
        ..NONE
    },
    Rules {
        names: "python py python3",
        line_comments: &["#"],
        quotes: &[
            ("\"\"\"", "\"\"\"", true),
            ("'''", "'''", true),
            DOUBLE,
            SINGLE,
        ],
        words: "and as assert async await break case class continue def del elif else except False finally for from global \
            if import in is lambda match None nonlocal not or pass raise return True try while with yield",
        ..NONE
    },
    Rules {
        names: "javascript js jsx mjs typescript ts tsx node",
        line_comments: &["//"],
        block_comment: C_BLOCK,
        quotes: &[("`", "`", true), DOUBLE, SINGLE],
        words: "abstract any as async await boolean break case catch class const continue debugger declare default delete do \
            else enum export extends false finally for from function get if implements import in infer instanceof interface \
            keyof let namespace never new null number of private protected public readonly return set static string super \
            switch this throw true try type typeof undefined unknown var void while with yield",
        ..NONE
    },
    Rules {
        names: "json jsonc json5",
        line_comments: &["//"],
        block_comment: C_BLOCK,
        quotes: &[DOUBLE],
        member: Some(':'),
        words: "false null true",
        ..NONE
    },
    Rules {
        names: "toml ini cfg conf properties env dotenv",
        line_comments: &["#", ";"],
        quotes: &[
            ("\"\"\"", "\"\"\"", true),
            ("'''", "'''", true),
            DOUBLE,
            SINGLE,
        ],
        member: Some('='),
        words: "false true",
        ..NONE
    },
    Rules {
        names: "yaml yml",
        line_comments: &["#"],
        quotes: &[DOUBLE, SINGLE],
        member: Some(':'),
        words: "false null no off on true yes",
        ..NONE
    },
    Rules {
        names: "bash sh shell zsh console fish shellsession",
        line_comments: &["#"],
        quotes: &[("\"", "\"", true), ("'", "'", true)],
        words: "alias break case cd continue do done echo elif else esac eval exec exit export fi for function if in local \
            read return set shift source sudo then trap unset until while",
        ..NONE
    },
    Rules {
        names: "go golang",
        line_comments: &["//"],
        block_comment: C_BLOCK,
        quotes: &[("`", "`", true), DOUBLE],
        characters: true,
        words: "any bool break byte case chan const continue default defer else error fallthrough false for func go goto if \
            import int interface iota map nil package range return rune select string struct switch true type var",
        ..NONE
    },
    Rules {
        names: "c h cpp c++ cc hpp cxx objc arduino",
        line_comments: &["//"],
        block_comment: C_BLOCK,
        quotes: &[DOUBLE],
        characters: true,
        words: "auto bool break case catch char class const constexpr continue default delete do double else enum extern false \
            float for goto if inline int long namespace new noexcept nullptr operator private protected public return short \
            signed sizeof static struct switch template this throw true try typedef typename union unsigned using virtual \
            void volatile while include define ifdef ifndef endif",
        ..NONE
    },
    Rules {
        names: "java kotlin kt scala swift dart cs csharp c#",
        line_comments: &["//"],
        block_comment: C_BLOCK,
        quotes: &[("\"\"\"", "\"\"\"", true), DOUBLE],
        characters: true,
        words: "abstract as async await base bool boolean break by byte case catch char class companion const continue data \
            default defer do double else enum extends extension false final finally float for foreach fun func get guard if \
            implements import in init inline int interface internal is lateinit let lock long namespace new nil null object \
            open operator out override package private protected protocol public readonly record ref return sealed self set \
            short static string struct super switch synchronized this throw throws trait true try typealias using val var \
            virtual void when where while with yield",
        ..NONE
    },
    Rules {
        names: "sql mysql postgres postgresql sqlite",
        line_comments: &["--"],
        block_comment: C_BLOCK,
        quotes: &[SINGLE, DOUBLE],
        words: "add all alter and any as asc begin between by case check column commit constraint create cross database \
            default delete desc distinct drop else end except exists false foreign from full group having if in index inner \
            insert integer intersect into is join key left like limit not null offset on or order outer over partition \
            primary references returning right rollback select set table text then true union unique update using values \
            view when where window with",
        any_case: true,
        ..NONE
    },
    Rules {
        names: "html xml svg vue markdown md",
        block_comment: Some(("<!--", "-->")),
        quotes: &[DOUBLE],
        ..NONE
    },
    Rules {
        names: "css scss less",
        line_comments: &["//"],
        block_comment: C_BLOCK,
        quotes: &[DOUBLE, SINGLE],
        member: Some(':'),
        ..NONE
    },
    Rules {
        names: "ruby rb",
        line_comments: &["#"],
        quotes: &[DOUBLE, SINGLE],
        words: "alias and begin break case class def do else elsif end ensure false for if in module next nil not or require \
            rescue retry return self super then true unless until when while yield",
        ..NONE
    },
    Rules {
        names: "php",
        line_comments: &["//", "#"],
        block_comment: C_BLOCK,
        quotes: &[DOUBLE, SINGLE],
        words: "abstract array as break case catch class clone const continue default do echo else elseif extends false final \
            finally fn for foreach function global if implements include instanceof interface match namespace new null \
            private protected public readonly require return static switch throw trait true try use var while yield",
        ..NONE
    },
    Rules {
        names: "lua",
        line_comments: &["--"],
        block_comment: Some(("--[[", "]]")),
        quotes: &[DOUBLE, SINGLE],
        words: "and break do else elseif end false for function goto if in local nil not or repeat return then true until while",
        ..NONE
    },
    Rules {
        names: "dockerfile docker makefile make nginx",
        line_comments: &["#"],
        quotes: &[DOUBLE, SINGLE],
        words: "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM LABEL RUN USER VOLUME WORKDIR include ifeq ifdef else endif \
            location server listen proxy_pass",
        ..NONE
    },
    Rules {
        names: "http",
        member: Some(':'),
        quotes: &[DOUBLE],
        words: "GET POST PUT PATCH DELETE HEAD OPTIONS HTTP",
        ..NONE
    },
    Rules {
        names: "diff patch",
        ..NONE
    },
];
