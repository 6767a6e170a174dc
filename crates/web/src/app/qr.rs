//! A text as a QR code, drawn as one path.

use leptos::prelude::*;
use qrcode::{EcLevel, QrCode};

use super::words::t;

/// The picture; nothing when the text is too long for one.
pub fn picture(text: &str) -> impl IntoView + use<> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == qrcode::Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4));
        }
    }
    let side = width + 8;
    Some(view! {
        <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label=t("qr")>
            <rect width=side height=side fill="#fff" />
            <path d=path fill="#000" />
        </svg>
    })
}
