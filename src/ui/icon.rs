//! The icons in use: Phosphor, regular and fill.
//!
//! `scripts/make-fonts` reads the list below to cut the two fonts, so an icon that is added here needs that script.

use egui::{Color32, FontFamily, FontId, RichText};

/// The family of the outlined icons.
pub const REGULAR: &str = "icons";
/// The family of the filled icons, for states and the current item of the rail.
pub const FILL: &str = "icons-fill";

macro_rules! icons {
    ($($name:ident = $phosphor:literal $code:literal,)*) => {
        /// An icon, named after what it shows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Icon {
            $(#[doc = $phosphor] $name,)*
        }

        impl Icon {
            /// Every icon of the cut fonts.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The character that both fonts draw as this icon.
            pub const fn char(self) -> char {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

icons! {
    Activity = "pulse" '\u{e000}',
    Archive = "archive" '\u{e00c}',
    ArrowClockwise = "arrow-clockwise" '\u{e036}',
    ArrowCounterClockwise = "arrow-counter-clockwise" '\u{e038}',
    ArrowDown = "arrow-down" '\u{e03e}',
    ArrowLeft = "arrow-left" '\u{e058}',
    ArrowRight = "arrow-right" '\u{e06c}',
    ArrowSquareOut = "arrow-square-out" '\u{e5de}',
    ArrowUp = "arrow-up" '\u{e08e}',
    ArrowsClockwise = "arrows-clockwise" '\u{e094}',
    ArrowsSplit = "arrows-split" '\u{ed3c}',
    Bell = "bell" '\u{e0ce}',
    BracketsCurly = "brackets-curly" '\u{e860}',
    Calendar = "calendar-blank" '\u{e10a}',
    CaretDown = "caret-down" '\u{e136}',
    CaretLeft = "caret-left" '\u{e138}',
    CaretRight = "caret-right" '\u{e13a}',
    CaretUp = "caret-up" '\u{e13c}',
    ChartBar = "chart-bar" '\u{e150}',
    Check = "check" '\u{e182}',
    CheckCircle = "check-circle" '\u{e184}',
    CircleDashed = "circle-dashed" '\u{e602}',
    Clipboard = "clipboard-text" '\u{e198}',
    Clock = "clock" '\u{e19a}',
    CloudSlash = "cloud-slash" '\u{e1b6}',
    Copy = "copy" '\u{e1ca}',
    Database = "database" '\u{e1de}',
    DotsThree = "dots-three" '\u{e1fe}',
    Download = "download-simple" '\u{e20c}',
    Envelope = "envelope-simple" '\u{e218}',
    Export = "export" '\u{eaf0}',
    Eye = "eye" '\u{e220}',
    EyeSlash = "eye-slash" '\u{e224}',
    File = "file-text" '\u{e23a}',
    Flask = "flask" '\u{e79e}',
    Folder = "folder" '\u{e24a}',
    FolderDashed = "folder-dashed" '\u{e8f8}',
    FolderOpen = "folder-open" '\u{e256}',
    Funnel = "funnel" '\u{e266}',
    Gauge = "gauge" '\u{e628}',
    Gear = "gear-six" '\u{e272}',
    Globe = "globe" '\u{e288}',
    Hash = "hash" '\u{e2a2}',
    IdentificationCard = "identification-card" '\u{e2c8}',
    Info = "info" '\u{e2ce}',
    Key = "key" '\u{e2d6}',
    Link = "link" '\u{e2e2}',
    List = "list-bullets" '\u{e2f2}',
    Lock = "lock" '\u{e2fa}',
    MagicWand = "magic-wand" '\u{e6b6}',
    MagnifyingGlass = "magnifying-glass" '\u{e30c}',
    Minus = "minus" '\u{e32a}',
    MinusCircle = "minus-circle" '\u{e32c}',
    Monitor = "monitor" '\u{e32e}',
    Moon = "moon" '\u{e330}',
    PaperPlane = "paper-plane-tilt" '\u{e398}',
    Pause = "pause" '\u{e39e}',
    Pencil = "pencil-simple" '\u{e3b4}',
    Play = "play" '\u{e3d0}',
    PlayCircle = "play-circle" '\u{e3d2}',
    Plug = "plugs" '\u{eb56}',
    Plus = "plus" '\u{e3d4}',
    Prohibit = "prohibit" '\u{e3de}',
    Question = "question" '\u{e3e8}',
    Robot = "robot" '\u{e762}',
    ShieldCheck = "shield-check" '\u{e40c}',
    SignIn = "sign-in" '\u{e428}',
    SignOut = "sign-out" '\u{e42a}',
    Sliders = "sliders-horizontal" '\u{e434}',
    SquaresFour = "squares-four" '\u{e464}',
    StopCircle = "stop-circle" '\u{e46e}',
    Sun = "sun" '\u{e472}',
    Swap = "swap" '\u{e83c}',
    Tag = "tag" '\u{e478}',
    TextT = "text-t" '\u{e48a}',
    Trash = "trash" '\u{e4a6}',
    TreeStructure = "tree-structure" '\u{e67c}',
    User = "user" '\u{e4c2}',
    UserCircle = "user-circle" '\u{e4c4}',
    UserFocus = "user-focus" '\u{e6fc}',
    Users = "users" '\u{e4d6}',
    Warning = "warning" '\u{e4e0}',
    WarningCircle = "warning-circle" '\u{e4e2}',
    WifiSlash = "wifi-slash" '\u{e4f2}',
    X = "x" '\u{e4f6}',
    XCircle = "x-circle" '\u{e4f8}',
}

impl Icon {
    /// The outlined icon, `size` points wide.
    pub fn text(self, size: f32, color: Color32) -> RichText {
        self.of(REGULAR, size, color)
    }

    /// The filled icon, `size` points wide.
    pub fn filled(self, size: f32, color: Color32) -> RichText {
        self.of(FILL, size, color)
    }

    fn of(self, family: &'static str, size: f32, color: Color32) -> RichText {
        RichText::new(self.char())
            .font(FontId::new(size, FontFamily::Name(family.into())))
            .color(color)
    }
}
