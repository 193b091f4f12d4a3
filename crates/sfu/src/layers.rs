//! Which simulcast layer fits a tile.

/// The layers of a track, by their place: `q`, `h`, `f`. A track without simulcast is all `f`.
pub(crate) const LAYERS: usize = 3;
/// The place of a track's only layer.
pub(crate) const ONLY: usize = 2;

/// How many more pixels than the layer a tile may have and still be served by it: a quarter of
/// the resolution in each direction is hardly seen, the cost of the next layer is.
const STRETCH_PERCENT: u64 = 150;
/// Sizes while a layer has not told its own: those of a 720p camera.
const USUAL: [(u16, u16); LAYERS] = [(320, 180), (640, 360), (1280, 720)];

/// What is known of one layer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LayerView {
    /// Whether packets of it come.
    pub(crate) alive: bool,
    /// Width and height in pixels, from its last key frame.
    pub(crate) size: Option<(u16, u16)>,
}

/// The place of a rid among the layers.
pub(crate) fn place(rid: Option<&str>) -> Option<usize> {
    match rid {
        Some("q") => Some(0),
        Some("h") => Some(1),
        Some("f") | None => Some(ONLY),
        Some(_) => None,
    }
}

/// The smallest layer that is good enough for a tile of this size in pixels, out of those that
/// flow; `None` while none does. The area is compared, so that a turned phone fits too.
pub(crate) fn choose(layers: &[LayerView; LAYERS], tile: (u16, u16)) -> Option<usize> {
    let area = |(width, height): (u16, u16)| u64::from(width) * u64::from(height);
    let fits = |at: usize| {
        let size = layers[at].size.unwrap_or(USUAL[at]);
        area(size) * STRETCH_PERCENT / 100 >= area(tile)
    };
    let alive = || (0..LAYERS).filter(|at| layers[*at].alive);
    alive().find(|at| fits(*at)).or_else(|| alive().next_back())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(alive: [bool; LAYERS]) -> [LayerView; LAYERS] {
        alive.map(|alive| LayerView { alive, size: None })
    }

    #[test]
    fn a_tile_gets_the_smallest_layer_that_fills_it() {
        let all = layers([true; LAYERS]);
        assert_eq!(choose(&all, (320, 180)), Some(0));
        assert_eq!(choose(&all, (356, 200)), Some(0));
        assert_eq!(choose(&all, (640, 360)), Some(1));
        assert_eq!(choose(&all, (1280, 720)), Some(2));
        assert_eq!(choose(&all, (3840, 2160)), Some(2));
        assert_eq!(choose(&all, (0, 0)), Some(0));
    }

    #[test]
    fn a_layer_that_does_not_flow_is_not_chosen() {
        assert_eq!(choose(&layers([true, false, true]), (640, 360)), Some(2));
        assert_eq!(choose(&layers([true, true, false]), (1280, 720)), Some(1));
        assert_eq!(choose(&layers([false; LAYERS]), (1280, 720)), None);
    }

    #[test]
    fn the_size_that_a_layer_tells_counts() {
        let mut all = layers([true; LAYERS]);
        all[0].size = Some((640, 480));
        assert_eq!(choose(&all, (640, 480)), Some(0));
    }
}
