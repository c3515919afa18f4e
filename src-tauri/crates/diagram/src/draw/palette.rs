//! The colours of both themes.

use super::{Ground, Theme};
use crate::{display::Color, graph::NodeState};

/// The colours of one picture.
#[derive(Debug, Clone)]
pub(super) struct Palette {
    /// Under everything; none for a clear ground.
    pub(super) background: Option<Color>,
    /// The same colour, for what has to cover lines.
    pub(super) ground: Color,
    pub(super) node: Color,
    pub(super) frame: Color,
    pub(super) frame_line: Color,
    pub(super) edge: Color,
    pub(super) rule: Color,
    pub(super) text: Color,
    pub(super) text_second: Color,
    pub(super) text_third: Color,
    /// On a filled state colour.
    pub(super) on_state: Color,
    theme: Theme,
}

impl Palette {
    pub(super) fn of(theme: Theme, ground: Ground) -> Self {
        let mut palette = match theme {
            Theme::Light => Self::light(),
            Theme::Dark => Self::dark(),
        };
        if ground == Ground::Paper && theme == Theme::Light {
            palette.ground = Color::hex(0x00FF_FFFF);
        }
        palette.background = (ground != Ground::Clear).then_some(palette.ground);
        palette
    }

    fn light() -> Self {
        Self {
            background: None,
            ground: Color::hex(0x00F9_F7F2),
            node: Color::hex(0x00FF_FFFF),
            frame: Color::hex(0x00F3_F0E9).alpha(140),
            frame_line: Color::hex(0x00D2_C8B8),
            edge: Color::hex(0x008B_8070),
            rule: Color::hex(0x00D2_C8B8),
            text: Color::hex(0x0024_1F19),
            text_second: Color::hex(0x0051_493D),
            text_third: Color::hex(0x006A_6052),
            on_state: Color::hex(0x00FF_FFFF),
            theme: Theme::Light,
        }
    }

    fn dark() -> Self {
        Self {
            background: None,
            ground: Color::hex(0x0018_1513),
            node: Color::hex(0x001F_1B18),
            frame: Color::hex(0x0010_0E0C).alpha(140),
            frame_line: Color::hex(0x003C_3530),
            edge: Color::hex(0x007C_7167),
            rule: Color::hex(0x003C_3530),
            text: Color::hex(0x00F1_EBE2),
            text_second: Color::hex(0x00BF_B4A7),
            text_third: Color::hex(0x009C_9184),
            on_state: Color::hex(0x0010_0E0C),
            theme: Theme::Dark,
        }
    }

    /// Whether a line of this colour can be told from the ground.
    pub(super) fn shows(&self, color: Color) -> bool {
        contrast(color, self.ground) >= 1.6
    }

    /// What can be read on this colour: ink or paper.
    pub(super) fn on(color: Color) -> Color {
        let (ink, paper) = (Color::hex(0x0024_1F19), Color::hex(0x00FF_FFFF));
        if contrast(color, ink) > contrast(color, paper) {
            ink
        } else {
            paper
        }
    }

    /// The colour of a state, safe for colour-blind eyes together with its shape.
    pub(super) fn state(&self, state: NodeState) -> Color {
        state_color(self.theme, state)
    }
}

/// What a colour looks like on another one that covers.
pub(super) fn over(color: Color, ground: Color) -> Color {
    let mix = |over: u8, under: u8| {
        let share = u32::from(color.a);
        let sum = u32::from(over) * share + u32::from(under) * (255 - share);
        u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
    };
    Color {
        r: mix(color.r, ground.r),
        g: mix(color.g, ground.g),
        b: mix(color.b, ground.b),
        a: 255,
    }
}

/// The contrast of two colours as the guidelines for accessible pages count it, 1 to 21.
fn contrast(a: Color, b: Color) -> f32 {
    let light = |color: Color| {
        let [r, g, b] = [color.r, color.g, color.b].map(|part| {
            let part = f32::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
    };
    let (a, b) = (light(a), light(b));
    a.max(b) / a.min(b)
}

/// The colour of a state in a theme.
pub(crate) fn state_color(theme: Theme, state: NodeState) -> Color {
    let (light, dark) = match state {
        NodeState::Waiting | NodeState::Skipped => (0x0082_8793, 0x006D_6D6D),
        NodeState::Pending => (0x0047_5258, 0x00A2_A2A2),
        NodeState::Running => (0x0010_92D4, 0x0052_77BC),
        NodeState::Succeeded => (0x003B_7959, 0x0081_FDBB),
        NodeState::Failed => (0x00C3_440F, 0x00F7_844D),
        NodeState::Cancelled => (0x0057_3000, 0x009E_5E02),
        NodeState::Cached => (0x0056_3279, 0x00E6_A5FB),
        NodeState::Unknown => (0x000C_0D0E, 0x00EA_F9FF),
        NodeState::Plain => (0x008B_8070, 0x007C_7167),
    };
    Color::hex(match theme {
        Theme::Light => light,
        Theme::Dark => dark,
    })
}
