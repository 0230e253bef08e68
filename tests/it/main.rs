//! The whole program against the sandbox, over real HTTP.
