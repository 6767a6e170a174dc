//! One word for each variant of a plain enum: on the command line, in feeds, and as the end of a text's id.

/// Gives an enum without fields its list of all variants and its words. The match makes the compiler
/// demand that none is forgotten.
macro_rules! words {
    ($enum:ident, $($variant:ident => $word:literal),+ $(,)?) => {
        impl $enum {
            /// All of them, in order.
            pub const ALL: [$enum; { [$($enum::$variant),+].len() }] = [$($enum::$variant),+];

            /// The word on the command line and in feeds; also the end of its text's id.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($enum::$variant => $word),+
                }
            }
        }
    };
}
